#include "support/compact.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct span compact_word(struct span *text)
{
    const char *at = text->data, *end = text->data + text->size;
    while (at < end && *at == ' ') {
        at++;
    }
    const char *begin = at;
    bool quoted = false;
    for (; at < end && (quoted || *at != ' '); at++) {
        quoted ^= *at == '"';
    }
    struct span word = span_of(begin, (size_t)(at - begin));
    while (at < end && *at == ' ') {
        at++;
    }
    *text = span_of(at, (size_t)(end - at));
    return word;
}

instant compact_instant(struct span text, duration offset)
{
    char copy[32];
    struct tm parts = {0};
    snprintf(copy, sizeof copy, "%.*s", (int)text.size, text.data);
    char *rest = strptime(copy, "%Y-%m-%d", &parts);
    if (rest && *rest) {
        char *minutes = strptime(rest + 1, "%H:%M", &parts);
        rest = minutes && *minutes ? strptime(minutes, ":%S", &parts) : minutes;
    }
    return rest && *rest == '\0' ? (instant)timegm(&parts) * SECOND - offset : INSTANT_NONE;
}

// ----------------------------------------------------------------------------------------------- members

struct reading {
    struct compact_event *compact;
    const struct story *story;
    duration offset;
    struct span list;        // of checklist.marked, until its item comes
    int reminder;            // its kind, -1 without
    bool understood;         // the value of the member at hand
};

// The number whose code the value is.
static uint8_t number_of(struct reading *reading, const char *(*code)(int), struct span value)
{
    for (int i = 0; i < 16; i++) {
        if (code(i) && span_equal(span_text(code(i)), value)) {
            return (uint8_t)i;
        }
    }
    reading->understood = false;
    return 0;
}

static const char *direction_code(int direction)
{
    static const char *const codes[] = {NULL, "inbound", "outbound", "both"};
    return direction < 4 ? codes[direction] : NULL;
}

static const char *sentiment_code(int sentiment)
{
    static const char *const codes[] = {"praise", "suggestion", "complaint"};
    return sentiment < 3 ? codes[sentiment] : NULL;
}

static const char *any_reminder_code(int kind)
{
    return kind < REMINDER_KIND_COUNT ? reminder_kind_code((enum reminder_kind)kind) : NULL;
}

static uint8_t fitness_of(struct reading *reading, struct span value)
{
    return (uint8_t)(1 + number_of(reading, fitness_code, value));
}

static instant instant_of(struct reading *reading, struct span value)
{
    instant at = compact_instant(value, reading->offset);
    reading->understood = at != INSTANT_NONE;
    return at;
}

// Minor units of a currency with two of them.
static int64_t amount_of(struct reading *reading, struct span value)
{
    char copy[32], *rest;
    snprintf(copy, sizeof copy, "%.*s", (int)value.size, value.data);
    int64_t minor = strtoll(copy, &rest, 10) * 100;
    if (*rest == '.' && strlen(rest) == 3) {
        minor += strtoll(rest + 1, &rest, 10);
    }
    reading->understood = *rest == '\0';
    return minor;
}

static uint64_t mark_of(struct reading *reading, struct span list, struct span item)
{
    int bit = policy_mark(&reading->story->policy, list, item);
    reading->understood = bit >= 0;
    return bit >= 0 ? UINT64_C(1) << bit : 0;
}

// "spin.problem,spin.payoff"
static uint64_t marks_of(struct reading *reading, struct span value)
{
    uint64_t marks = 0;
    const char *at = value.data, *end = value.data + value.size;
    while (reading->understood && at < end) {
        const char *comma = memchr(at, ',', (size_t)(end - at)), *stop = comma ? comma : end;
        const char *dot = memchr(at, '.', (size_t)(stop - at));
        reading->understood = dot != NULL;
        if (dot) {
            marks |= mark_of(reading, span_of(at, (size_t)(dot - at)), span_of(dot + 1, (size_t)(stop - dot - 1)));
        }
        at = comma ? comma + 1 : end;
    }
    return marks;
}

static uint8_t level_of(struct reading *reading, struct span value)
{
    reading->understood = value.size == 1 && value.data[0] >= '1' && value.data[0] <= '4';
    return reading->understood ? (uint8_t)(value.data[0] - '0') : 0;
}

// X(name, what a value of this name does)
#define MEMBERS(X) \
    X("direction", event->direction = number_of(reading, direction_code, value)) \
    X("sentiment", event->variant = number_of(reading, sentiment_code, value)) \
    X("order_id", event->ref = value) \
    X("promise_id", event->ref = value) \
    X("amount", event->amount = amount_of(reading, value)) \
    X("currency", reading->understood = span_equal(value, SPAN_LITERAL("CNY"))) \
    X("cause", event->cause = number_of(reading, objection_cause_code, value)) \
    X("by", event->by = number_of(reading, by_code, value)) \
    X("due", event->due = instant_of(reading, value)) \
    X("until", event->until = instant_of(reading, value)) \
    X("about", event->text = value) \
    X("reason", event->text = value) \
    X("goal", event->text = value) \
    X("list", reading->list = value) \
    X("item", event->marks |= mark_of(reading, reading->list, value)) \
    X("marks", event->marks |= marks_of(reading, value)) \
    X("owner", profile->owner = value) \
    X("manager", profile->manager = value) \
    X("name", profile->name = value) \
    X("channel", profile->channel = value) \
    X("role", profile->role = number_of(reading, customer_role_code, value)) \
    X("style", profile->style = number_of(reading, customer_style_code, value)) \
    X("money", profile->money = fitness_of(reading, value)) \
    X("authority", profile->authority = fitness_of(reading, value)) \
    X("need", profile->need = fitness_of(reading, value)) \
    X("reminder", reading->reminder = number_of(reading, any_reminder_code, value)) \
    X("tier", event->tier = number_of(reading, tier_code, value)) \
    X("target", event->target = level_of(reading, value))

static bool read_member(struct reading *reading, struct span name, struct span value)
{
    struct event *event = &reading->compact->event;
    struct profile_update *profile = &reading->compact->profile;
    reading->understood = true;
    if (span_equal(name, SPAN_LITERAL("kind"))) { // means two things
        if (event->type == TYPE_CUSTOMER_UPDATED) {
            profile->kind = number_of(reading, customer_kind_code, value);
        } else {
            event->objection = number_of(reading, objection_code, value);
        }
        return reading->understood;
    }
#define X(member, take)                                \
    if (span_equal(name, SPAN_LITERAL(member))) {      \
        take;                                          \
        return reading->understood;                    \
    }
    MEMBERS(X)
#undef X
    return false;
}

// What follows from several members.
static void complete(struct reading *reading)
{
    struct event *event = &reading->compact->event;
    const struct story *story = reading->story;
    event->side = story_event(story, (enum event_type)event->type, (enum side)event->direction, event->time).side;
    event->profile = &reading->compact->profile;
    if (event->type == TYPE_PROMISE_KEPT || event->type == TYPE_PROMISE_BROKEN) {
        event->variant = event->by;
    }
    if (reading->reminder >= REMINDER_INSTANT_KINDS) {
        promise_reminder_id(event->reminder_id, story->id, (enum reminder_kind)reading->reminder, event->ref);
    } else if (reading->reminder >= 0) {
        reminder_id(event->reminder_id, story->id, (enum reminder_kind)reading->reminder,
                    story->book.care[reading->reminder].anchor);
    }
}

int compact_read(struct compact_event *compact, const struct story *story, struct span text, instant at,
                 duration offset, struct span *wrong)
{
    *wrong = compact_word(&text);
    const struct type_rule *rule = policy_rule_named(&story->policy, *wrong);
    if (!rule) {
        return -1;
    }
    *compact = (struct compact_event){0};
    compact->event = story_event(story, (enum event_type)rule->type, SIDE_NONE, at);
    struct reading reading = {.compact = compact, .story = story, .offset = offset, .reminder = -1};
    while (text.size > 0 && text.data[0] != '#') {
        *wrong = compact_word(&text);
        const char *sign = memchr(wrong->data, '=', wrong->size);
        if (!sign) {
            return -1;
        }
        struct span value = span_of(sign + 1, (size_t)(wrong->data + wrong->size - (sign + 1)));
        if (value.size >= 2 && value.data[0] == '"') {
            value = span_of(value.data + 1, value.size - 2);
        }
        if (!read_member(&reading, span_of(wrong->data, (size_t)(sign - wrong->data)), value)) {
            return -1;
        }
    }
    complete(&reading);
    return 0;
}
