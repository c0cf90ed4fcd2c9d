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
#include "support/laws.h"
#include "support/random.h"
#include "support/same.h"
#include "support/story.h"

enum { HISTORIES = 10000, EVENTS_MOST = 40 };

static struct policy policy;
static struct type_rule types[POLICY_TYPES];

// One telling of a history.
struct telling {
    struct customer customer;
    struct book book;
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
    book_init(&telling->book);
    telling->customer.book = &telling->book;
    effect_log_clear(&telling->log);
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

static double apply(struct telling *telling, struct event *event)
{
    event->promise = effect_log_promise(&telling->log, event->ref);
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
static void store_and_load(struct telling *telling)
{
    static uint8_t packed[BOOK_PACKED_MAX];
    size_t size = book_pack(&telling->book, packed);
    struct customer loaded;
    customer_init(&loaded);
#define X(name, kind, meaning) loaded.name = telling->customer.name;
    CUSTOMER_FIELDS(X)
#undef X
    memset(&telling->book, 0xa5, sizeof telling->book);
    LAW(book_unpack(&telling->book, packed, size) == 0, "a packed book does not unpack");
    loaded.book = &telling->book;
    telling->customer = loaded;
}

// Another telling that has come as far.
static void continue_from(struct telling *copy, const struct telling *telling)
{
    *copy = *telling;
    copy->customer.book = &copy->book;
    effect_log_clear(&copy->log);
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
        struct event *event = &history->events[i];
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
            store_and_load(telling);
        }
    }
    settle(telling);
    store_and_load(telling);
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

static void check_effects(const struct effect_log *log)
{
    char broken[LAW_MESSAGE];
    LAW(effects_keep_laws(log, broken), "%s", broken);
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
    static struct book book_before;
    book_before = telling->book;
    before.book = &book_before;
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
    continue_from(&other, telling);
    bool any = customer_upcoming(&policy, &other.customer, &upcoming);
    advance(&other, INSTANT_NEVER);
    for (size_t i = 0; i < other.log.count && other.log.effects[i].kind != EFFECT_TRANSITION; i++) {
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
                                     .valued = true,
                                     .clock_only = true,
                                 });
}

// What the whole run has met, so that it cannot pass by meeting nothing.
enum { PLACES = 8 };
static struct {
    size_t steps[TRANSITION_KIND_COUNT][PLACES][PLACES];
    size_t causes[3];
    size_t reminders[REMINDER_KIND_COUNT][EFFECT_REMINDER_SNOOZED + 1];
    size_t promises[PROMISE_LAPSED + 1];
    size_t objections[BOOK_OBJECTIONS][2];
    size_t largest_book;
} met;

static void count_effect(const struct effect *effect)
{
    switch (effect->kind) {
    case EFFECT_TRANSITION:
        met.steps[effect->transition.kind][effect->transition.from][effect->transition.to]++;
        if (effect->transition.kind == TRANSITION_LEVEL) {
            met.causes[effect->transition.detail]++;
        }
        break;
    case EFFECT_PROMISE: met.promises[effect->promise.state]++; break;
    case EFFECT_OBJECTION: met.objections[effect->objection][effect->cause]++; break;
    case EFFECT_PROFILE: break;
    default: met.reminders[effect->reminder][effect->kind]++;
    }
}

static void count_met(const struct telling *telling)
{
    static uint8_t packed[BOOK_PACKED_MAX];
    for (size_t i = 0; i < telling->log.count; i++) {
        count_effect(&telling->log.effects[i]);
    }
    size_t size = book_pack(&telling->book, packed);
    met.largest_book = size > met.largest_book ? size : met.largest_book;
}

static void check_history(struct random *random)
{
    instant end = history->events[history->count - 1].time + 1 + random_below(random, 800 * DAY);
    tell_at_once(&told, end);
    check_effects(&told.log);
    count_met(&told);
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
        assert_true(met.steps[TRANSITION_LEVEL][level][level + 1] > 10);
        assert_true(met.steps[TRANSITION_LEVEL][level + 1][level] > 10);
    }
    for (int stage = STAGE_STRANGER; stage < STAGE_MATURE; stage++) {
        assert_true(met.steps[TRANSITION_STAGE][stage][stage + 1] > 10);
        assert_true(met.steps[TRANSITION_STAGE][stage][STAGE_ENDED] > 10);
    }
    assert_true(met.steps[TRANSITION_STAGE][STAGE_ENDED][STAGE_ESTABLISHED] > 10);
    assert_true(met.steps[TRANSITION_PRAM][PHASE_PLAN][PHASE_RELATION] > 10);
    assert_true(met.steps[TRANSITION_PRAM][PHASE_RELATION][PHASE_MAINTAIN] > 10);
    assert_true(met.steps[TRANSITION_PRAM][PHASE_MAINTAIN][PHASE_NONE] > 10);
    for (int outcome = PROMISE_OPEN; outcome <= PROMISE_LAPSED; outcome++) {
        assert_true(met.promises[outcome] > 10);
    }
    for (int kind = 0; kind < BOOK_OBJECTIONS; kind++) {
        assert_true(met.objections[kind][CAUSE_COMPANY] > 10 && met.objections[kind][CAUSE_CUSTOMER] > 10);
    }
    printf("the largest book met: %zu bytes packed; the largest there can be: %d, unpacked %zu\n", met.largest_book,
           BOOK_PACKED_MAX, sizeof(struct book));
    for (int cause = 0; cause < 3; cause++) {
        assert_true(met.causes[cause] > 10);
    }
    for (int kind = 0; kind < REMINDER_KIND_COUNT; kind++) {
        for (int effect = EFFECT_REMINDER_OPENED; effect <= EFFECT_REMINDER_SNOOZED; effect++) {
            if (met.reminders[kind][effect] <= 10) {
                fail_msg("reminders of kind %d met effect %d %zu times", kind, effect, met.reminders[kind][effect]);
            }
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
