// Grouping of a batch: customers sorted by id, events in the model's order, repeats told apart.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "app/cache.h"
#include "app/group.h"
#include "support/history.h"
#include "support/random.h"

static const struct aliases aliases; // none

static struct taken taken_of(const char *customer, const char *id, instant at, const char *data)
{
    return (struct taken){.decoded = DECODED_EVENT,
                          .event = {.time = at, .subject = span_text(customer), .source = SPAN_LITERAL("/s"),
                                    .id = span_text(id), .data = span_text(data), .type = TYPE_MESSAGE_SENT}};
}

static void tells_repeats_apart(void **state)
{
    (void)state;
    struct taken taken[] = {
        taken_of("b", "1", 10, "{}"), taken_of("a", "1", 20, "{}"),  taken_of("b", "1", 10, "{}"),
        taken_of("b", "1", 11, "{}"), taken_of("b", "1", 10, "{ }"), taken_of("b", "2", 5, "{}"),
        taken_of("ab", "1", 1, "{}"), taken_of("", "", 0, ""),
    };
    taken[7].decoded = DECODED_TICK;
    struct item items[8];
    struct grouping grouping = {0};
    for (size_t i = 0; i < 8; i++)
        items[i] = (struct item){.taken = &taken[i]};
    assert_int_equal(group_events(&grouping, items, 8, &aliases), 0);
    assert_int_equal(grouping.groups.count, 3);
    assert_int_equal(grouping.members.count, 7);
    assert_true(span_equal(grouping.groups.items[0].id, SPAN_LITERAL("a")));
    assert_true(span_equal(grouping.groups.items[1].id, SPAN_LITERAL("ab")));
    const struct group *b = &grouping.groups.items[2];
    assert_int_equal(b->count, 5);
    assert_ptr_equal(grouping_member(&grouping, b, 0)->item, &items[5]); // earliest
    assert_ptr_equal(grouping_member(&grouping, b, 1)->item, &items[0]); // then by arrival
    assert_int_equal(grouping_member(&grouping, b, 1)->verdict, VERDICT_PENDING);
    assert_int_equal(grouping_member(&grouping, b, 2)->verdict, VERDICT_DUPLICATE);
    assert_int_equal(grouping_member(&grouping, b, 3)->verdict, VERDICT_CONFLICT); // other bytes
    assert_int_equal(grouping_member(&grouping, b, 4)->verdict, VERDICT_CONFLICT); // another instant
    assert_int_equal(group_events(&grouping, items + 7, 1, &aliases), 0); // nothing to group
    assert_int_equal(grouping.groups.count, 0);
    assert_int_equal(group_events(&grouping, items, 0, &aliases), 0);
    grouping_free(&grouping);
}

// Subjects that mean somebody else stand among the events of whom they mean; the same source and id of two
// subjects are two identities.
static void groups_by_whom_subjects_mean(void **state)
{
    (void)state;
    struct aliases known;
    aliases_init(&known);
    assert_true(aliases_learn(&known, &(struct identity_row){.id = SPAN_LITERAL("old"), .customer = SPAN_LITERAL("a")}));
    assert_true(aliases_learn(&known, &(struct identity_row){.id = SPAN_LITERAL("a"), .customer = SPAN_LITERAL("a")}));
    assert_true(aliases_learn(&known, &(struct identity_row){.id = SPAN_LITERAL("gone"), .customer = SPAN_LITERAL("gone"),
                                                             .erased = true}));
    assert_int_equal(known.items.count, 2); // who means itself needs no alias
    aliases_sort(&known);
    struct taken taken[] = {taken_of("old", "1", 10, "{}"), taken_of("a", "1", 5, "{}"), taken_of("gone", "1", 10, "{}"),
                            taken_of("old", "1", 10, "{}")};
    struct item items[4];
    struct grouping grouping = {0};
    for (size_t i = 0; i < 4; i++) {
        taken[i].subject_hash = customer_hash(taken[i].event.subject);
        items[i] = (struct item){.taken = &taken[i]};
    }
    assert_int_equal(group_events(&grouping, items, 4, &known), 0);
    assert_int_equal(grouping.groups.count, 2);
    const struct group *a = &grouping.groups.items[0];
    assert_true(span_equal(a->id, SPAN_LITERAL("a")));
    assert_int_equal(a->count, 3);
    assert_false(a->erased);
    assert_ptr_equal(grouping_member(&grouping, a, 0)->item, &items[1]);
    assert_int_equal(grouping_member(&grouping, a, 1)->verdict, VERDICT_PENDING);
    assert_int_equal(grouping_member(&grouping, a, 2)->verdict, VERDICT_DUPLICATE);
    assert_true(grouping.groups.items[1].erased);
    grouping_free(&grouping);
    aliases_free(&known);
}

// Sorted as span_compare sorts, whatever the ids have in common and whatever stands behind the first bytes.
static void sorts_any_ids(void **state)
{
    enum { COUNT = 2000 };
    struct random random = {history_seed()};
    struct taken *taken = calloc(COUNT, sizeof *taken);
    struct item *items = calloc(COUNT, sizeof *items);
    char(*ids)[48] = calloc(COUNT, sizeof *ids);
    char(*events)[16] = calloc(COUNT, sizeof *events);
    struct grouping grouping = {0};
    (void)state;
    for (int round = 0; round < 20; round++) {
        int customers = 1 + (int)random_below(&random, round % 2 ? 8 : COUNT);
        for (int i = 0; i < COUNT; i++) {
            int64_t number = random_below(&random, customers);
            static const char *const before[] = {"", "same-beginning-", "x", "\xe5\xae\xa2", "one-tenant-of-two-"};
            static const char *const behind[] = {"", "", "tail-that-is-longer-than-eight", "\xe6\x88\xb7", ""};
            snprintf(ids[i], sizeof ids[i], "%s%lld%s", before[round % 5], (long long)number, behind[round % 5]);
            if (round % 5 == 4 && number % 2)
                ids[i][0] = 'O'; // then the first bytes tell little
            snprintf(events[i], sizeof events[i], "e%d", i);
            taken[i] = taken_of(ids[i], events[i], random_below(&random, 50), "{}");
            items[i].taken = &taken[i];
        }
        assert_int_equal(group_events(&grouping, items, COUNT, &aliases), 0);
        size_t members = 0;
        for (size_t i = 0; i < grouping.groups.count; i++) {
            const struct group *group = &grouping.groups.items[i];
            assert_true(i == 0 || span_compare(grouping.groups.items[i - 1].id, group->id) < 0);
            members += group->count;
            for (uint32_t k = 0; k < group->count; k++) {
                const struct member *member = grouping_member(&grouping, group, k);
                assert_true(span_equal(member->item->taken->event.subject, group->id));
                assert_int_equal(member->verdict, VERDICT_PENDING);
                assert_true(k == 0 || event_compare(&grouping_member(&grouping, group, k - 1)->item->taken->event,
                                                    &member->item->taken->event) < 0);
            }
        }
        assert_int_equal(members, COUNT);
    }
    grouping_free(&grouping);
    free(events);
    free(ids);
    free(items);
    free(taken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_repeats_apart),
        cmocka_unit_test(groups_by_whom_subjects_mean),
        cmocka_unit_test(sorts_any_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
