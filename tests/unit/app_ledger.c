// The index of promises of one customer: many of them, and one customer after the other.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "app/ledger.h"

enum { MANY = 100000 };

static char ids[MANY][16];

static struct span id_of(int number)
{
    snprintf(ids[number], sizeof ids[number], "p%d", number);
    return span_text(ids[number]);
}

static void finds_what_was_added(void **state)
{
    struct ledger ledger = {0};
    (void)state;
    assert_null(ledger_find(&ledger, id_of(0)));
    for (int i = 0; i < MANY; i++) {
        struct ledger_entry *entry = ledger_add(&ledger, id_of(i));
        assert_non_null(entry);
        assert_int_equal(entry->promise, 0);
        entry->promise = (uint32_t)i + 1;
    }
    for (int i = 0; i < MANY; i++) {
        const struct ledger_entry *entry = ledger_find(&ledger, span_text(ids[i]));
        assert_non_null(entry);
        assert_int_equal(entry->promise, i + 1);
        assert_int_equal(entry->reminders[PROMISE_KINDS - 1], 0);
    }
    assert_null(ledger_find(&ledger, SPAN_LITERAL("p")));
    assert_null(ledger_find(&ledger, SPAN_LITERAL("p00")));
    ledger_free(&ledger);
}

// Of the customer before nothing is left, however many promises it had.
static void begins_anew(void **state)
{
    struct ledger ledger = {0};
    (void)state;
    for (int customer = 0; customer < 50; customer++) {
        int count = customer % 3 == 0 ? 1000 : customer % 5;
        for (int i = 0; i < 1000; i++)
            assert_null(ledger_find(&ledger, id_of(i)));
        for (int i = 0; i < count; i++)
            ledger_add(&ledger, id_of(i))->promise = (uint32_t)customer + 1;
        for (int i = 0; i < 1000; i++) {
            const struct ledger_entry *entry = ledger_find(&ledger, id_of(i));
            assert_int_equal(entry != NULL, i < count);
            assert_true(!entry || entry->promise == (uint32_t)customer + 1);
        }
        ledger_clear(&ledger);
    }
    ledger_free(&ledger);
    ledger_free(&ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_was_added),
        cmocka_unit_test(begins_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
