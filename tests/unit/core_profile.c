// The profile: what is known of a customer, and fitness, which care depends on; the value a rank gives.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/words.h"

static struct story story;

#define SAID(...) assert_true(story_said(&story, "", "" __VA_ARGS__))

static int set_up(void **state)
{
    (void)state;
    story_begin(&story);
    return 0;
}

static void expect_text(const struct book_text *text, const char *expected)
{
    assert_true(span_equal(book_text_span(text), span_text(expected)));
}

// A statement about fitness, as the event has it: 1 + enum fitness.
static struct profile_update fit(enum trait what, enum fitness how)
{
    struct profile_update told = {0};
    uint8_t *member = what == TRAIT_MONEY ? &told.money : what == TRAIT_AUTHORITY ? &told.authority : &told.need;
    *member = (uint8_t)(1 + how);
    return told;
}

static void tell_fit(enum trait what, enum fitness how, instant when)
{
    struct profile_update told = fit(what, how);
    story_profile(&story, &told, when);
}

static void is_told_piece_by_piece(void **state)
{
    (void)state;
    story_profile(&story,
                  &(struct profile_update){.owner = SPAN_LITERAL("李娜"),
                                           .name = SPAN_LITERAL("Wang & Sons"),
                                           .kind = KIND_ORGANIZATION,
                                           .style = STYLE_THINKER},
                  day(0));
    SAID("d0  profile changes\n");
    story_profile(&story,
                  &(struct profile_update){.manager = SPAN_LITERAL("Zhao"),
                                           .channel = SPAN_LITERAL("wechat"),
                                           .role = ROLE_INTERMEDIARY,
                                           .style = STYLE_EXTROVERT},
                  day(1));
    SAID("d1  profile changes\n");
    expect_text(&story.book.owner, "李娜");
    expect_text(&story.book.name, "Wang & Sons");
    expect_text(&story.book.manager, "Zhao");
    expect_text(&story.book.channel, "wechat");
    assert_int_equal(customer_trait(&story.customer, TRAIT_KIND), KIND_ORGANIZATION);
    assert_int_equal(customer_trait(&story.customer, TRAIT_ROLE), ROLE_INTERMEDIARY);
    assert_int_equal(customer_trait(&story.customer, TRAIT_STYLE), STYLE_EXTROVERT);
}

static void only_other_texts_are_told_on(void **state)
{
    (void)state;
    const struct profile_update told = {.owner = SPAN_LITERAL("Li"), .kind = KIND_PERSON};
    story_profile(&story, &told, day(0));
    story.log.count = 0;
    story_profile(&story, &told, day(1));
    story_profile(&story, &(struct profile_update){.kind = KIND_ORGANIZATION, .money = 1 + FIT_YES}, day(2));
    SAID(); // traits stand in the row of the customer
    story_profile(&story, &(struct profile_update){.owner = SPAN_LITERAL("Liu")}, day(3));
    SAID("d3  profile changes\n");
    expect_text(&story.book.owner, "Liu");
}

static void the_longest_texts_fit(void **state)
{
    (void)state;
    static char name[BOOK_NAME_MAX], channel[BOOK_CHANNEL_MAX];
    memset(name, 'n', sizeof name);
    memset(channel, 'c', sizeof channel);
    struct span longest = span_of(name, sizeof name);
    story_profile(&story,
                  &(struct profile_update){.owner = longest,
                                           .manager = longest,
                                           .name = longest,
                                           .channel = span_of(channel, sizeof channel)},
                  day(0));
    assert_true(span_equal(book_text_span(&story.book.owner), longest));
    assert_true(span_equal(book_text_span(&story.book.manager), longest));
    assert_true(span_equal(book_text_span(&story.book.name), longest));
    assert_int_equal(story.book.channel.size, BOOK_CHANNEL_MAX);
}

// ---------------------------------------------------------------------------------------------- fitness

static void any_no_is_unfit(void **state)
{
    (void)state;
    static const enum trait traits[] = {TRAIT_MONEY, TRAIT_AUTHORITY, TRAIT_NEED};
    for (int i = 0; i < 3; i++) {
        story_begin(&story);
        story_happened(&story, TYPE_COST_INCURRED, day(0));
        assert_false(customer_unfit(&story.customer));
        tell_fit(traits[i], FIT_YES, day(1));
        assert_false(customer_unfit(&story.customer));
        assert_int_equal(customer_trait(&story.customer, traits[i]), FIT_YES);
        assert_int_equal(story.customer.care_since, INSTANT_NONE);
        tell_fit(traits[i], FIT_NO, day(2));
        assert_true(customer_unfit(&story.customer));
        assert_int_equal(story.customer.care_since, INSTANT_NONE);
        tell_fit(traits[i], FIT_UNKNOWN, day(3)); // said: "unknown"
        assert_false(customer_unfit(&story.customer));
        assert_int_equal(customer_trait(&story.customer, traits[i]), FIT_UNKNOWN);
        assert_int_equal(story.customer.care_since, day(3));
    }
}

static void an_unsaid_fitness_stays(void **state)
{
    (void)state;
    tell_fit(TRAIT_MONEY, FIT_NO, day(0));
    tell_fit(TRAIT_NEED, FIT_YES, day(1));
    assert_true(customer_unfit(&story.customer));
    story_profile(&story, &(struct profile_update){.owner = SPAN_LITERAL("Li")}, day(2));
    assert_true(customer_unfit(&story.customer));
}

// Fit again only when nothing speaks against it.
static void the_last_no_decides(void **state)
{
    (void)state;
    tell_fit(TRAIT_MONEY, FIT_NO, day(0));
    tell_fit(TRAIT_AUTHORITY, FIT_NO, day(1));
    tell_fit(TRAIT_MONEY, FIT_YES, day(2));
    assert_int_equal(story.customer.care_since, INSTANT_NONE);
    tell_fit(TRAIT_AUTHORITY, FIT_YES, day(3));
    assert_int_equal(story.customer.care_since, day(3));
}

static void who_needs_nothing_is_unfit(void **state)
{
    (void)state;
    story_objection(&story, TYPE_OBJECTION_RAISED, OBJECTION_NEED, CAUSE_COMPANY, day(0));
    assert_false(customer_unfit(&story.customer)); // we have not shown the need
    story_objection(&story, TYPE_OBJECTION_RAISED, OBJECTION_MONEY, CAUSE_CUSTOMER, day(1));
    assert_false(customer_unfit(&story.customer));
    story_objection(&story, TYPE_OBJECTION_RAISED, OBJECTION_NEED, CAUSE_CUSTOMER, day(2));
    assert_true(customer_unfit(&story.customer));
    story_objection(&story, TYPE_OBJECTION_RESOLVED, OBJECTION_NEED, CAUSE_COMPANY, day(3));
    assert_false(customer_unfit(&story.customer)); // it resolves both causes
    assert_int_equal(story.customer.care_since, day(3));
}

// Care stops; what we owe stays: an answer, and what was promised.
static void unfit_care_stops(void **state)
{
    (void)state;
    story_valued(&story, TIER_STAR, 4, day(0));
    story_ordered(&story, 1, day(0) + HOUR);
    story_objection(&story, TYPE_OBJECTION_RAISED, OBJECTION_PRICE, CAUSE_COMPANY, day(1));
    story_happened(&story, TYPE_AGREEMENT_MADE, day(1) + HOUR);
    story_promised(&story, TYPE_PROMISE_MADE, "A", BY_US, day(1) + 2 * HOUR, day(80));
    story_promised(&story, TYPE_PROMISE_KEPT, "B", BY_CUSTOMER, day(1) + 3 * HOUR, INSTANT_NONE);
    story_happened(&story, TYPE_MESSAGE_RECEIVED, day(1) + 4 * HOUR);
    story.customer.stage = STAGE_GROWING; // so that it can stall
    story_advance(&story, day(185));
    for (int kind = 0; kind < REMINDER_INSTANT_KINDS; kind++) {
        assert_true(story.book.care[kind].open);
    }
    story.log.count = 0;
    tell_fit(TRAIT_MONEY, FIT_NO, day(185));
    SAID("d185  cadence moot, at risk\n"
         "d185  aftersale moot, at risk\n"
         "d185  zone moot, at risk\n"
         "d185  stalled moot, at risk\n"
         "d185  objection moot, at risk\n"
         "d185  renewal moot\n");
    assert_true(story.book.care[REMINDER_RESPONSE].open);
    assert_true(book_promise(&story.book, SPAN_LITERAL("A"))->overdue.open);
    assert_true(book_promise(&story.book, SPAN_LITERAL("B"))->reminder.open);
}

static void unfit_customers_are_owed_what_they_are_owed(void **state)
{
    (void)state;
    tell_fit(TRAIT_NEED, FIT_NO, day(0));
    story_valued(&story, TIER_STAR, 4, day(0) + 1);
    story_ordered(&story, 1, day(1));
    story_objection(&story, TYPE_OBJECTION_RAISED, OBJECTION_PRICE, CAUSE_COMPANY, day(1) + HOUR);
    story_happened(&story, TYPE_AGREEMENT_MADE, day(1) + 2 * HOUR);
    story_happened(&story, TYPE_MESSAGE_RECEIVED, day(2));
    story_promised(&story, TYPE_PROMISE_MADE, "A", BY_US, day(2), day(10));
    story_promised(&story, TYPE_PROMISE_KEPT, "B", BY_CUSTOMER, day(2) + HOUR, INSTANT_NONE);
    story_advance(&story, day(1000));
    assert_true(story_said(&story, "remind owner:",
                           "d2 01:00  remind owner: thanks B, due d2 01:00\n"
                           "d3  remind owner: response, due d3\n"
                           "d9  remind owner: promise A, due d9\n"
                           "d11  remind owner: overdue A, due d11\n"));
}

// ------------------------------------------------------------------------------------------------ value

static void a_rank_moves_tier_and_target(void **state)
{
    (void)state;
    story_happened(&story, TYPE_COST_INCURRED, day(0));
    story_valued(&story, TIER_STAR, 4, day(1));
    assert_int_equal(story_effect(&story, 0)->transition.n, 1);
    SAID("d1  tier none to star, target 0 to 4\n");
    assert_int_equal(customer_trait(&story.customer, TRAIT_TIER), TIER_STAR);
    assert_int_equal(customer_trait(&story.customer, TRAIT_TARGET), 4);
    assert_true(story.points == 0);
    story_valued(&story, TIER_STAR, 4, day(2)); // nothing new
    SAID();
    story_valued(&story, TIER_ORDINARY, 2, day(3));
    story_valued(&story, TIER_ORDINARY, 1, day(4)); // another target alone
    story_valued(&story, TIER_FADING, 3, day(5));
    assert_int_equal(story_effect(&story, 0)->transition.n, 4);
    SAID("d3  tier star to ordinary, target 4 to 2\n"
         "d4  tier ordinary to ordinary, target 2 to 1\n"
         "d5  tier ordinary to fading, target 1 to 3\n");
    assert_int_equal(story.customer.tier_changes, 4);
}

// Since when the level is under its target without a break.
static void below_the_target_since(void **state)
{
    (void)state;
    story_happened(&story, TYPE_COST_INCURRED, day(0));
    assert_int_equal(story.customer.below_since, INSTANT_NONE);
    story_valued(&story, TIER_ORDINARY, 1, day(1));
    assert_int_equal(story.customer.below_since, INSTANT_NONE);
    story_valued(&story, TIER_ORDINARY, 2, day(2));
    assert_int_equal(story.customer.below_since, day(2));
    story_valued(&story, TIER_STAR, 4, day(3)); // still under
    assert_int_equal(story.customer.below_since, day(2));
    story_valued(&story, TIER_ORDINARY, 1, day(4));
    assert_int_equal(story.customer.below_since, INSTANT_NONE);
}

static void the_level_may_fall_below_its_target(void **state)
{
    (void)state;
    story.types[TYPE_FEEDBACK_RECEIVED - 1].points[0] = 5;
    story_happened(&story, TYPE_FEEDBACK_RECEIVED, day(0));
    story_valued(&story, TIER_ORDINARY, 2, day(1));
    assert_int_equal(story.customer.level, LEVEL_REACTIVE);
    assert_int_equal(story.customer.below_since, INSTANT_NONE);
    story_advance(&story, day(90) + 1); // warmth is down to the half
    assert_int_equal(story.customer.level, LEVEL_BASIC);
    assert_int_equal(story.customer.below_since, day(90));
    story_happened(&story, TYPE_FEEDBACK_RECEIVED, day(91));
    assert_int_equal(story.customer.below_since, INSTANT_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(is_told_piece_by_piece, set_up),
        cmocka_unit_test_setup(only_other_texts_are_told_on, set_up),
        cmocka_unit_test_setup(the_longest_texts_fit, set_up),
        cmocka_unit_test_setup(any_no_is_unfit, set_up),
        cmocka_unit_test_setup(an_unsaid_fitness_stays, set_up),
        cmocka_unit_test_setup(the_last_no_decides, set_up),
        cmocka_unit_test_setup(who_needs_nothing_is_unfit, set_up),
        cmocka_unit_test_setup(unfit_care_stops, set_up),
        cmocka_unit_test_setup(unfit_customers_are_owed_what_they_are_owed, set_up),
        cmocka_unit_test_setup(a_rank_moves_tier_and_target, set_up),
        cmocka_unit_test_setup(below_the_target_since, set_up),
        cmocka_unit_test_setup(the_level_may_fall_below_its_target, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
