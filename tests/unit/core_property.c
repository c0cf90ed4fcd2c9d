// Laws of the model over random histories: what comes out is a function of the events, not of how often or
// how late anyone looks. GUANXI_SEED repeats a run, GUANXI_HISTORIES sets its length.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/any_policy.h"
#include "support/history.h"
#include "support/random.h"
#include "support/same.h"
#include "support/story.h"

enum { HISTORIES = 10000, EVENTS_MOST = 40 };

static struct policy policy;
static struct type_rule types[POLICY_TYPES];

// One telling of a history.
struct telling {
    struct customer customer;
    struct effect_log log;
};
static struct telling told, other;
static const struct history *history; // the one at hand
static struct span id = SPAN_LITERAL("c-1");
static uint64_t seed; // of the history at hand

#define LAW(holds, ...)                                         \
    do {                                                        \
        if (!(holds)) {                                         \
            printf("history %llu: ", (unsigned long long)seed); \
            fail_msg(__VA_ARGS__);                              \
        }                                                       \
    } while (0)

static void expect_same(const struct telling *a, const struct telling *b, const char *how)
{
    LAW(same_customer(&a->customer, &b->customer), "%s: another customer", how);
    LAW(a->log.count == b->log.count, "%s: %zu effects, not %zu", how, b->log.count, a->log.count);
    for (size_t i = 0; i < a->log.count; i++) {
        LAW(same_effect(&a->log.effects[i], &b->log.effects[i]), "%s: effect %zu differs", how, i);
    }
}

static void begin(struct telling *telling)
{
    customer_init(&telling->customer);
    telling->log.count = 0;
}

static void advance(struct telling *telling, instant until)
{
    struct effects effects = effect_log_into(&telling->log);
    customer_advance(&policy, &telling->customer, id, until, &effects);
}

static void settle(struct telling *telling)
{
    struct effects effects = effect_log_into(&telling->log);
    customer_settle(&policy, &telling->customer, id, &effects);
}

static double apply(struct telling *telling, const struct event *event)
{
    struct effects effects = effect_log_into(&telling->log);
    double points = 0;
    customer_apply(&policy, &telling->customer, id, event, &effects, &points);
    return points;
}

static bool last_of_instant(size_t i)
{
    return i + 1 == history->count || history->events[i + 1].time > history->events[i].time;
}

// A customer that has been stored and read back.
static void store_and_load(struct customer *customer)
{
    uint8_t packed[CARE_PACKED_MAX];
    size_t size = customer_pack_care(customer, packed);
    struct customer loaded;
    customer_init(&loaded);
#define X(name, kind, meaning) loaded.name = customer->name;
    CUSTOMER_FIELDS(X)
#undef X
    LAW(customer_unpack_care(&loaded, packed, size) == 0, "packed care does not unpack");
    *customer = loaded;
}

// ---- Tellings --------------------------------------------------------------------------------------

// One run of events, one look at the end: the reference.
static void tell_at_once(struct telling *telling, instant end)
{
    begin(telling);
    for (size_t i = 0; i < history->count; i++) {
        apply(telling, &history->events[i]);
    }
    settle(telling);
    advance(telling, end);
}

// Looks at it all the time.
static void tell_in_steps(struct telling *telling, instant end, struct random *random)
{
    begin(telling);
    for (size_t i = 0; i < history->count; i++) {
        const struct event *event = &history->events[i];
        apply(telling, event);
        if (last_of_instant(i)) {
            settle(telling);
            instant until = i + 1 < history->count ? event[1].time : end;
            for (int step = (int)random_below(random, 6); step > 0; step--) {
                advance(telling, event->time + random_below(random, until - event->time + 1));
            }
        }
    }
    for (instant at = history->events[history->count - 1].time; at < end;
         at += 1 + random_below(random, 60 * DAY)) {
        advance(telling, at);
    }
    advance(telling, end);
}

// Stored and loaded wherever an instant is over, or not.
static void tell_in_parts(struct telling *telling, instant end, struct random *random)
{
    begin(telling);
    for (size_t i = 0; i < history->count; i++) {
        apply(telling, &history->events[i]);
        if (last_of_instant(i) && random_permille(random, 400)) {
            settle(telling);
            store_and_load(&telling->customer);
        }
    }
    settle(telling);
    store_and_load(&telling->customer);
    advance(telling, end);
}

// ---- Laws ------------------------------------------------------------------------------------------

// Every weight of the timeline decayed to the end, summed up.
static void check_warmth(const struct telling *telling, instant end)
{
    struct telling *scored = &other;
    begin(scored);
    double sum = 0, magnitude = 0;
    for (size_t i = 0; i < history->count; i++) {
        double points = apply(scored, &history->events[i]);
        double age = (double)(end - history->events[i].time) / (double)policy.half_life;
        sum += points * exp2(-age);
        magnitude += fabs(points) * exp2(-age);
    }
    double warmth = customer_warmth(&policy, &telling->customer, end);
    LAW(fabs(warmth - sum) <= 1e-9 * fabs(sum) + 1e-13 * magnitude, "warmth %.17g, sum %.17g",
        warmth, sum);
}

struct open_reminders {
    instant anchors[REMINDER_KIND_COUNT][STORY_EFFECTS];
    size_t count[REMINDER_KIND_COUNT];
    bool open[REMINDER_KIND_COUNT];
    int notices[REMINDER_KIND_COUNT];
};

static void check_reminder(struct open_reminders *seen, const struct effect *effect)
{
    enum reminder_kind kind = effect->reminder;
    if (effect->kind == EFFECT_REMINDER_OPENED) {
        LAW(!seen->open[kind], "two open reminders of kind %d", kind);
        for (size_t i = 0; i < seen->count[kind]; i++) {
            LAW(seen->anchors[kind][i] != effect->care.anchor, "kind %d opens twice for an anchor",
                kind);
        }
        seen->anchors[kind][seen->count[kind]++] = effect->care.anchor;
        seen->open[kind] = true;
        seen->notices[kind] = 1;
        LAW(effect->at >= effect->care.due_at, "opened before its due");
        return;
    }
    LAW(seen->open[kind], "kind %d is not open", kind);
    if (effect->kind == EFFECT_REMINDER_NOTICED) {
        LAW(effect->notice == ++seen->notices[kind], "notice %d out of turn", effect->notice);
    } else if (effect->kind == EFFECT_REMINDER_CLOSED) {
        LAW(effect->event != NULL, "closed by no event");
        seen->open[kind] = false;
    }
}

static void check_effects(const struct effect_log *log)
{
    static struct open_reminders seen;
    memset(seen.count, 0, sizeof seen.count);
    memset(seen.open, 0, sizeof seen.open);
    int level = LEVEL_BASIC;
    int32_t steps = 0;
    instant last = INSTANT_NONE;
    for (size_t i = 0; i < log->count; i++) {
        const struct effect *effect = &log->effects[i];
        LAW(effect->at >= last, "effect %zu goes back in time", i);
        last = effect->at;
        if (effect->kind != EFFECT_LEVEL) {
            check_reminder(&seen, effect);
            continue;
        }
        LAW(effect->from_level == level, "step from %d at level %d", effect->from_level, level);
        LAW(abs(effect->to_level - effect->from_level) == 1, "more than one step at a time");
        LAW((effect->cause == LEVEL_BY_EVENT) == (effect->to_level > level),
            "cause of the wrong way");
        LAW(effect->step == ++steps, "step %d is not %d", effect->step, steps);
        level = effect->to_level;
    }
}

// The wake is the instant at which something happens, and nothing happens before.
static void check_wake(struct telling *telling)
{
    instant wake = customer_wake(&policy, &telling->customer);
    if (wake == INSTANT_NEVER) {
        size_t before = telling->log.count;
        advance(telling, INSTANT_NEVER);
        LAW(telling->log.count == before, "changes without a wake");
        return;
    }
    struct customer before = telling->customer;
    size_t count = telling->log.count;
    LAW(wake >= before.as_of, "a wake in the past");
    advance(telling, wake);
    LAW(telling->log.count == count && same_customer(&before, &telling->customer),
        "fired before its wake");
    advance(telling, wake + 1);
    LAW(telling->log.count > count, "nothing fired at its wake");
    for (; count < telling->log.count; count++) {
        LAW(telling->log.effects[count].at == wake, "fired at another instant than its wake");
    }
    LAW(telling->customer.as_of == wake, "the clock is not at the wake");
}

static void check_wakes(instant end)
{
    begin(&other);
    for (size_t i = 0; i < history->count; i++) {
        apply(&other, &history->events[i]);
        if (last_of_instant(i)) {
            instant next = i + 1 < history->count ? history->events[i + 1].time : end;
            while (customer_wake(&policy, &other.customer) < next) {
                check_wake(&other);
            }
        }
    }
    for (int i = 0; i < 50 && customer_wake(&policy, &other.customer) != INSTANT_NEVER; i++) {
        check_wake(&other);
    }
    check_wake(&other);
}

// What is said to come next does come, unless a step of the level comes before.
static void check_upcoming(const struct telling *telling)
{
    struct upcoming upcoming;
    begin(&other);
    other.customer = telling->customer;
    bool any = customer_upcoming(&policy, &other.customer, &upcoming);
    advance(&other, INSTANT_NEVER);
    for (size_t i = 0; i < other.log.count && other.log.effects[i].kind != EFFECT_LEVEL; i++) {
        const struct effect *effect = &other.log.effects[i];
        if (effect->kind == EFFECT_REMINDER_OPENED) {
            LAW(any, "a reminder that was not upcoming");
            LAW(effect->reminder == upcoming.kind && effect->care.due_at == upcoming.due_at,
                "another reminder than the upcoming one");
            return;
        }
    }
}

// ---- Runs ------------------------------------------------------------------------------------------

static struct history *choose_history(struct random *random)
{
    return history_make(&policy, &(struct history_shape){
                                     .seed = random_next(random),
                                     .subject = id,
                                     .count = (size_t)(1 + random_below(random, EVENTS_MOST)),
                                     .start = at("2024-01-01") + random_below(random, 400 * DAY),
                                     .clock_only = true,
                                 });
}

// What the whole run has met, so that it cannot pass by meeting nothing.
static struct {
    size_t steps[LEVEL_COUNT + 1][LEVEL_COUNT + 1];
    size_t causes[3];
    size_t reminders[REMINDER_KIND_COUNT][EFFECT_REMINDER_SNOOZED + 1];
} met;

static void count_met(const struct effect_log *log)
{
    for (size_t i = 0; i < log->count; i++) {
        const struct effect *effect = &log->effects[i];
        if (effect->kind == EFFECT_LEVEL) {
            met.steps[effect->from_level][effect->to_level]++;
            met.causes[effect->cause]++;
        } else {
            met.reminders[effect->reminder][effect->kind]++;
        }
    }
}

static void check_history(struct random *random)
{
    instant end = history->events[history->count - 1].time + 1 + random_below(random, 800 * DAY);
    tell_at_once(&told, end);
    check_effects(&told.log);
    count_met(&told.log);
    tell_in_steps(&other, end, random);
    expect_same(&told, &other, "in steps");
    tell_in_parts(&other, end, random);
    expect_same(&told, &other, "in parts");
    check_warmth(&told, end);
    check_wakes(end);
    check_upcoming(&told);
}

static size_t histories(void)
{
    const char *given = getenv("GUANXI_HISTORIES");
    return given ? strtoull(given, NULL, 10) : HISTORIES;
}

static void laws_hold_over_random_histories(void **state)
{
    (void)state;
    uint64_t first = history_seed();
    for (size_t i = 0; i < histories(); i++) {
        seed = first + i;
        struct random random = {seed};
        any_policy(&policy, types, &random);
        struct history *made = choose_history(&random);
        history = made;
        check_history(&random);
        history_free(made);
    }
}

static void everything_was_met(void **state)
{
    (void)state;
    if (histories() < 1000) {
        skip();
    }
    for (int level = LEVEL_BASIC; level < LEVEL_PROACTIVE; level++) {
        assert_true(met.steps[level][level + 1] > 10);
        assert_true(met.steps[level + 1][level] > 10);
    }
    for (int cause = 0; cause < 3; cause++) {
        assert_true(met.causes[cause] > 10);
    }
    for (int kind = 0; kind < REMINDER_KIND_COUNT; kind++) {
        for (int effect = EFFECT_REMINDER_OPENED; effect <= EFFECT_REMINDER_SNOOZED; effect++) {
            assert_true(met.reminders[kind][effect] > 10);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(laws_hold_over_random_histories),
        cmocka_unit_test(everything_was_met),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
