// The model in stories that a salesperson can read: tests/transcripts/*.txt. Of each the input lines are told to
// the model, and what it answers is written under them; that must be the file again, word by word. In a file:
//
//   # ...                            a remark; the first one is the title
//   given WHAT ...                   a setting that differs from the default
//   2026-01-05 09:00  order.placed amount=1200.00  # what happened, see support/compact.h
//   2026-06-01 00:00  time.passes    what comes before that instant has come
//   ? WHAT                           a question: contacts, level, stage, steps, marks, value, fit, next
//       2026-01-12 09:00  ...        four spaces before it: an answer, see support/words.h
//
// Instants are local times of the story (given time zone).
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/compact.h"
#include "support/words.h"

enum { TEXT_MAX = 1 << 15, EVENTS_MAX = 128 };

static const char *const names[] = {
    "calendar", "checklists", "contacts", "levels", "objections", "pram",
    "profile",  "promises",   "reminders", "stages", "value",
};
enum { NAMES = sizeof names / sizeof *names };

// One file: as it stands, and as the model tells it.
static char file[TEXT_MAX], told[TEXT_MAX];
static size_t told_size;
static struct story story;
static struct compact_event events[EVENTS_MAX];
static int event_count;
static duration offset; // of local time from UTC

static void write_line(const char *before, struct span line)
{
    assert_true(told_size + strlen(before) + line.size + 2 < TEXT_MAX);
    told_size += (size_t)sprintf(told + told_size, "%s%.*s\n", before, (int)line.size, line.data);
}

static void write_answer(const char *text)
{
    write_line("    ", span_text(text));
}

static const char *local(instant at, char words[WORDS_MAX])
{
    if (at == INSTANT_NONE) {
        return strcpy(words, "-");
    }
    instant_words(at + offset, words);
    return words;
}

// ------------------------------------------------------------------------------------------------ events

static void to_local(instant *at)
{
    if (*at != INSTANT_NONE) {
        *at += offset;
    }
}

static void write_effects(void)
{
    for (size_t i = 0; i < story.log.count; i++) {
        struct effect effect = story.log.effects[i];
        char words[WORDS_MAX];
        to_local(&effect.at);
        to_local(&effect.care.due_at);
        to_local(&effect.care.snoozed_until);
        to_local(&effect.promise.due);
        effect_words(&effect, words);
        write_answer(words);
    }
    story.log.count = 0;
}

// Everything that comes before the instant has come.
static void pass_time(instant until)
{
    struct effects effects = effect_log_into(&story.log);
    if (until > story.customer.as_of) {
        customer_settle(&story.policy, &story.customer, story.id, &effects);
        story_advance(&story, until);
    }
    write_effects();
}

static void tell_event(struct span line)
{
    struct span rest = line, date = compact_word(&rest), time = compact_word(&rest), wrong;
    instant when = compact_instant(span_of(date.data, (size_t)(time.data + time.size - date.data)), offset);
    if (when == INSTANT_NONE || when < story.customer.as_of) {
        fail_msg("no instant, or not in order: %.*s", (int)line.size, line.data);
    }
    pass_time(when);
    write_line("", line);
    struct span text = rest;
    if (span_equal(compact_word(&text), SPAN_LITERAL("time.passes"))) {
        return;
    }
    assert_true(event_count < EVENTS_MAX);
    struct compact_event *compact = &events[event_count++];
    if (compact_read(compact, &story, rest, when, offset, &wrong) != 0) {
        fail_msg("not understood: %.*s", (int)wrong.size, wrong.data);
    }
    story_apply(&story, &compact->event);
    write_effects();
    if (story.applied != EVENT_APPLIED) {
        write_answer("(ignored)");
    }
}

// ---------------------------------------------------------------------------------------------- settings

static void add_hours(struct span range)
{
    struct calendar *calendar = &story.policy.calendar;
    int from, from_minute, to, to_minute;
    char copy[16];
    snprintf(copy, sizeof copy, "%.*s", (int)range.size, range.data);
    assert_int_equal(sscanf(copy, "%d:%d-%d:%d", &from, &from_minute, &to, &to_minute), 4);
    calendar->intervals[calendar->interval_count++] =
        (struct working_interval){(int16_t)(from * 60 + from_minute), (int16_t)(to * 60 + to_minute)};
}

static void add_day_off(struct span day_name)
{
    static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    for (int i = 0; i < 7; i++) {
        if (span_equal(day_name, span_text(days[i]))) {
            story.policy.calendar.days_off |= (uint8_t)(1 << i);
        }
    }
}

static void list_day(struct span date, bool off)
{
    int32_t listed = (int32_t)(compact_instant(date, 0) / DAY);
    calendar_list_year(&story.policy.calendar, calendar_year_of(listed));
    assert_int_equal(calendar_list_day(&story.policy.calendar, listed, off), CALENDAR_LISTED);
}

static void use_zone(struct span text)
{
    static struct zone_transition fixed;
    int hours;
    char copy[16];
    snprintf(copy, sizeof copy, "%.*s", (int)text.size, text.data);
    assert_int_equal(sscanf(copy, "%d:00", &hours), 1);
    fixed = (struct zone_transition){INSTANT_NONE, hours * 3600};
    story.policy.zone = (struct zone){1, &fixed};
    offset = hours * HOUR;
}

static void set(struct span line)
{
    struct span rest = line;
    compact_word(&rest); // given
    struct span what = compact_word(&rest);
    while (rest.size > 0) {
        struct span value = compact_word(&rest);
        if (span_equal(what, SPAN_LITERAL("hours"))) {
            add_hours(value);
        } else if (span_equal(what, SPAN_LITERAL("off"))) {
            add_day_off(value);
        } else if (span_equal(what, SPAN_LITERAL("holiday")) || span_equal(what, SPAN_LITERAL("workday"))) {
            list_day(value, span_equal(what, SPAN_LITERAL("holiday")));
        } else if (span_equal(what, SPAN_LITERAL("zone"))) {
            use_zone(value);
        } else if (span_equal(what, SPAN_LITERAL("mature_by"))) {
            story.policy.mature_by = span_equal(value, SPAN_LITERAL("contract")) ? MATURE_BY_CONTRACT : MATURE_BY_ORDER;
        } else {
            fail_msg("given what? %.*s", (int)line.size, line.data);
        }
    }
    write_line("", line);
}

// --------------------------------------------------------------------------------------------- questions

static void say_contacts(char *answer)
{
    const struct customer *customer = &story.customer;
    char in[WORDS_MAX], out[WORDS_MAX], unanswered[WORDS_MAX], unfollowed[WORDS_MAX];
    sprintf(answer, "they came %.32s, we went %.32s, rhythm %d, unanswered since %.32s, not followed up since %.32s",
            local(customer->last_inbound_at, in), local(customer->last_outbound_at, out), customer->rhythm,
            local(customer->unanswered_at, unanswered), local(customer->unfollowed_at, unfollowed));
}

static void say_items(char *answer, uint64_t items, bool since)
{
    int length = sprintf(answer, items ? "" : "none");
    for (; items; items &= items - 1) {
        int bit = __builtin_ctzll(items);
        const struct checklist_item *item = &story.policy.items[bit];
        char words[WORDS_MAX];
        length += sprintf(answer + length, "%s%s.%s%s%.32s", length ? ", " : "", item->list, item->item,
                          since ? " since " : "", since ? local(story.book.marked_at[bit], words) : "");
    }
}

static void say_next(char *answer)
{
    struct upcoming upcoming;
    char words[WORDS_MAX];
    if (!customer_upcoming(&story.policy, &story.customer, &upcoming)) {
        strcpy(answer, "nothing");
        return;
    }
    sprintf(answer, "%s, due %.32s", reminder_kind_code(upcoming.kind), local(upcoming.due_at, words));
}

static void say_value(char *answer)
{
    const struct customer *customer = &story.customer;
    int tier = customer_trait(customer, TRAIT_TIER);
    sprintf(answer, "orders %lld, purchase days %d, spent %lld.%02lld, referrals %lld, tier %s, target %d, level %d",
            (long long)customer->orders, customer->purchase_days, (long long)customer->spent / 100,
            llabs((long long)customer->spent) % 100, (long long)customer->referrals, tier ? tier_code(tier) : "none",
            customer_trait(customer, TRAIT_TARGET), customer->level);
}

static void ask(struct span line)
{
    static char answer[TEXT_MAX];
    const struct customer *customer = &story.customer;
    char since[WORDS_MAX];
    struct span what = line;
    compact_word(&what); // ?
    write_line("", line);
    if (span_equal(what, SPAN_LITERAL("contacts"))) {
        say_contacts(answer);
    } else if (span_equal(what, SPAN_LITERAL("level"))) {
        sprintf(answer, "%s since %.32s, warmth %.2f", level_code(customer->level), local(customer->level_since, since),
                customer_warmth(&story.policy, customer, customer->as_of));
    } else if (span_equal(what, SPAN_LITERAL("stage"))) {
        sprintf(answer, "%s since %.32s", stage_code(customer->stage), local(customer->stage_since, since));
    } else if (span_equal(what, SPAN_LITERAL("steps"))) {
        say_items(answer, customer_next_steps(&story.policy, customer), false);
    } else if (span_equal(what, SPAN_LITERAL("marks"))) {
        say_items(answer, story.book.marked, true);
    } else if (span_equal(what, SPAN_LITERAL("value"))) {
        say_value(answer);
    } else if (span_equal(what, SPAN_LITERAL("fit"))) {
        strcpy(answer, customer_unfit(customer) ? "no" : "yes");
    } else if (span_equal(what, SPAN_LITERAL("next"))) {
        say_next(answer);
    } else {
        fail_msg("what? %.*s", (int)line.size, line.data);
    }
    write_answer(answer);
}

// ------------------------------------------------------------------------------------------------- files

static void read_file(const char *name)
{
    const char *root = getenv("GUANXI_SOURCE_DIR");
    char path[4096];
    snprintf(path, sizeof path, "%s/tests/transcripts/%s.txt", root ? root : ".", name);
    FILE *in = fopen(path, "re");
    if (!in) {
        fail_msg("%s cannot be opened", path);
    }
    size_t size = fread(file, 1, sizeof file - 1, in);
    fclose(in);
    assert_true(size < sizeof file - 1);
    file[size] = '\0';
}

static void tell_line(struct span line)
{
    if (line.size == 0 || line.data[0] == '#') {
        write_line("", line);
    } else if (line.data[0] == '?') {
        ask(line);
    } else if (line.data[0] >= '0' && line.data[0] <= '9') {
        tell_event(line);
    } else if (memcmp(line.data, "    ", line.size < 4 ? line.size : 4) != 0) {
        set(line); // else an answer, which comes from the model
    }
}

// Prints the first line that differs; what follows is likely shifted.
static bool same_text(const char *expected, const char *got)
{
    for (int number = 1; *expected || *got; number++) {
        size_t left = strcspn(expected, "\n"), right = strcspn(got, "\n");
        if (left != right || memcmp(expected, got, left) != 0) {
            printf("line %d\n  expected: %.*s\n  told:     %.*s\n", number, (int)left, expected, (int)right, got);
            return false;
        }
        expected += left + (expected[left] != '\0');
        got += right + (got[right] != '\0');
    }
    return true;
}

static void tells_what_is_written(void **name)
{
    story_begin(&story);
    told_size = 0;
    event_count = 0;
    offset = 0;
    read_file(*name);
    for (const char *at = file; *at; at += strcspn(at, "\n") + 1) {
        tell_line(span_of(at, strcspn(at, "\n")));
    }
    pass_time(story.customer.as_of + 1);
    if (!same_text(file, told)) {
        printf("---- %s as the model tells it\n%s----\n", (const char *)*name, told);
        fail();
    }
}

static void every_file_is_told(void **state)
{
    (void)state;
    char path[4096];
    const char *root = getenv("GUANXI_SOURCE_DIR");
    snprintf(path, sizeof path, "%s/tests/transcripts", root ? root : ".");
    DIR *folder = opendir(path);
    assert_non_null(folder);
    int files = 0;
    for (const struct dirent *entry; (entry = readdir(folder));) {
        files += strstr(entry->d_name, ".txt") != NULL;
    }
    closedir(folder);
    assert_int_equal(files, NAMES);
}

int main(void)
{
    struct CMUnitTest tests[NAMES + 1];
    for (int i = 0; i < NAMES; i++) {
        tests[i] = (struct CMUnitTest){names[i], tells_what_is_written, NULL, NULL, (void *)(uintptr_t)names[i]};
    }
    tests[NAMES] = (struct CMUnitTest)cmocka_unit_test(every_file_is_told);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
