// Changes in the outbox: what they keep of where the customer stood before, and what a fold makes of them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "app/collector.h"
#include "app/fold.h"
#include "app/outbox.h"

static struct writeset set;

// A customer who stands there in PRAM or in tier and target.
static struct customer_row row_at(enum transition_kind kind, struct standing standing)
{
    struct customer_row row = {.id = SPAN_LITERAL("ann"), .version = 1, .home = 1};
    customer_init(&row.state);
    row.state.first_seen_at = 0; // somebody
    switch (kind) {
    case TRANSITION_LEVEL: row.state.level = (int16_t)standing.state; break;
    case TRANSITION_STAGE: row.state.stage = (int16_t)standing.state; break;
    case TRANSITION_PRAM:
        customer_set_trait(&row.state, TRAIT_PHASE, standing.state);
        customer_set_trait(&row.state, TRAIT_PREMATURE, standing.detail % 2);
        row.state.pram_cycle = standing.detail / 2;
        break;
    default:
        customer_set_trait(&row.state, TRAIT_TIER, standing.state);
        customer_set_trait(&row.state, TRAIT_TARGET, standing.detail);
    }
    return row;
}

// A fold that leads there, of a customer who stands at `before` in public.
static const struct outbox_row *fold_to(enum transition_kind kind, struct standing before, struct standing now,
                                        const struct outbox_row *held, size_t held_count)
{
    struct customer_row old = row_at(kind, before), row = row_at(kind, now);
    const struct follow_ups had = {.outbox = held, .outbox_count = held_count};
    const struct yielded none = {.transition_count = 0};
    for (size_t i = 0; i < held_count; i++)
        old.messages[kind] = held[i].transition.n;
    size_t count = set.outbox.count;
    assert_true(reconcile_transitions(&set, &row, &old, &none, &had));
    return set.outbox.count > count ? &set.outbox.items[count] : NULL;
}

// Each way from one standing to another, held, and undone by a second fold: then there is nothing to tell; and a
// third standing is told as coming from the first.
static void expect_undone(enum transition_kind kind, struct standing first, struct standing second,
                          struct standing third)
{
    writeset_clear(&set);
    const struct outbox_row *message = fold_to(kind, first, second, NULL, 0);
    assert_non_null(message);
    assert_int_equal(message->transition.n, 1);
    assert_int_equal(outbox_told(&message->transition).from, first.state);
    assert_int_equal(message->transition.to, second.state);
    struct outbox_row held = *message;
    assert_null(fold_to(kind, second, first, &held, 1));
    assert_int_equal(set.delete_outbox.count, 1);
    message = fold_to(kind, second, third, &held, 1);
    assert_non_null(message);
    assert_int_equal(message->transition.n, 1);
    assert_int_equal(outbox_told(&message->transition).from, first.state);
    assert_int_equal(message->transition.to, third.state);
    if (kind == TRANSITION_TIER)
        assert_int_equal(message->transition.detail, first.detail * 8 + third.detail);
    if (kind == TRANSITION_PRAM)
        assert_int_equal(message->transition.detail, third.detail);
}

static void what_is_undone_is_not_told(void **state)
{
    (void)state;
    expect_undone(TRANSITION_LEVEL, (struct standing){1, 0}, (struct standing){3, 0}, (struct standing){2, 0});
    expect_undone(TRANSITION_STAGE, (struct standing){5, 0}, (struct standing){0, 0}, (struct standing){2, 0});
    expect_undone(TRANSITION_TIER, (struct standing){0, 0}, (struct standing){TIER_STAR, 4},
                  (struct standing){TIER_FADING, 3});
    expect_undone(TRANSITION_TIER, (struct standing){TIER_STAR, 4}, (struct standing){TIER_STAR, 3},
                  (struct standing){TIER_STAR, 2});
    // Of one cycle, by phase or by what is said beside it.
    expect_undone(TRANSITION_PRAM, (struct standing){PHASE_MAINTAIN, 6}, (struct standing){PHASE_MAINTAIN, 7},
                  (struct standing){PHASE_NONE, 7});
    expect_undone(TRANSITION_PRAM, (struct standing){PHASE_MAINTAIN, 7}, (struct standing){PHASE_NONE, 7},
                  (struct standing){PHASE_MAINTAIN, 6});
}

// A cycle that opened is not undone; should it be, for another policy, then what is told is true.
static void another_cycle_is_told(void **state)
{
    struct standing first = {PHASE_MAINTAIN, 2}, second = {PHASE_PLAN, 4};
    (void)state;
    writeset_clear(&set);
    struct outbox_row held = *fold_to(TRANSITION_PRAM, first, second, NULL, 0);
    const struct outbox_row *message = fold_to(TRANSITION_PRAM, second, first, &held, 1);
    assert_non_null(message);
    assert_int_equal(outbox_told(&message->transition).from, PHASE_MAINTAIN);
    held = *message;
    assert_non_null(fold_to(TRANSITION_PRAM, first, (struct standing){PHASE_NONE, 0}, &held, 1));
    assert_null(fold_to(TRANSITION_PRAM, second, second, NULL, 0));
}

// Where the message of a transition says that the customer stood before.
static struct standing told_from(const struct transition_row *row)
{
    struct transition message = row->transition;
    message.from = row->message_from;
    return outbox_standing(&message);
}

// Live: two changes of one event run, each from where the one before led.
static void a_change_begins_where_the_last_one_ended(void **state)
{
    static struct collector collector;
    static struct type_rule types[POLICY_TYPES];
    struct policy policy;
    struct customer_row row = row_at(TRANSITION_PRAM, (struct standing){PHASE_NONE, 3});
    struct effect effect = {.kind = EFFECT_TRANSITION, .at = 1};
    (void)state;
    policy_defaults(&policy, types);
    writeset_clear(&set);
    assert_int_equal(collector_begin(&collector, &set, &policy, &row, true), 0);
    struct effects effects = collector_effects(&collector);
    effect.transition = (struct transition){
        .kind = TRANSITION_PRAM, .from = PHASE_NONE, .to = PHASE_MAINTAIN, .n = 1, .detail = 5};
    effects.emit(effects.context, &effect);
    effect.transition = (struct transition){
        .kind = TRANSITION_PRAM, .from = PHASE_MAINTAIN, .to = PHASE_NONE, .n = 2, .detail = 5};
    effects.emit(effects.context, &effect);
    assert_true(collector_end(&collector, INSTANT_NONE));
    assert_int_equal(set.outbox.count, 0);
    assert_int_equal(set.transitions.count, 2);
    assert_int_equal(row.messages[TRANSITION_PRAM], 2);
    for (int32_t i = 0; i < 2; i++) {
        assert_int_equal(set.transitions.items[i].message, i + 1);
        assert_int_equal(set.transitions.items[i].home, 1);
    }
    assert_false(standing_same(told_from(&set.transitions.items[0]), (struct standing){PHASE_NONE, 3}));
    assert_true(standing_same(told_from(&set.transitions.items[1]), (struct standing){PHASE_MAINTAIN, 5}));
    assert_int_equal(set.transitions.items[1].transition.from, PHASE_MAINTAIN); // the row is as the model has it
    collector_free(&collector);
}

int main(void)
{
    writeset_init(&set);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_undone_is_not_told),
        cmocka_unit_test(another_cycle_is_told),
        cmocka_unit_test(a_change_begins_where_the_last_one_ended),
    };
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    writeset_free(&set);
    return failures;
}
