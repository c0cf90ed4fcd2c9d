// The book's packed form: canonical, bounded, and safe against any bytes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/book.h"
#include "support/history.h"
#include "support/random.h"

static struct book book, other;
static uint8_t packed[BOOK_PACKED_MAX];

static int set_up(void **state)
{
    (void)state;
    memset(&book, 0xa5, sizeof book); // what is behind a count means nothing
    memset(&other, 0x5a, sizeof other);
    book_init(&book);
    return 0;
}

// Unpacks bytes that end where the memory ends.
static int unpack(struct book *into, const uint8_t *bytes, size_t size)
{
    uint8_t *exact = malloc(size ? size : 1);
    assert_non_null(exact);
    memcpy(exact, bytes, size);
    int result = book_unpack(into, size ? exact : NULL, size);
    free(exact);
    return result;
}

// ------------------------------------------------------------------------------------------- random books

static instant any_instant(struct random *random)
{
    return random_permille(random, 100) ? INSTANT_NONE : random_below(random, INSTANT_LAST);
}

static struct care any_care(struct random *random)
{
    return (struct care){.anchor = random_below(random, INSTANT_LAST),
                         .due_at = any_instant(random),
                         .opened_at = any_instant(random),
                         .next_notice = any_instant(random),
                         .acknowledged_at = any_instant(random),
                         .snoozed_until = any_instant(random),
                         .notices = (uint16_t)random_next(random),
                         .open = random_permille(random, 500)};
}

static void add_text(struct book_text *text, size_t most, struct random *random, int permille)
{
    text->size = 0;
    if (random_permille(random, permille)) {
        text->size = permille == 1000 ? (uint16_t)most : (uint16_t)(1 + random_below(random, (int64_t)most));
        memset(text->bytes, 'a' + (int)random_below(random, 26), text->size);
    }
}

// The ids ascend: a number of fixed width in front, then as many bytes as there may be.
static void add_promise(struct book *into, struct random *random, int permille)
{
    struct kept_promise *promise = &into->promises[into->promise_count];
    int kept_count = into->promise_count - into->open_promises;
    bool kept = into->open_promises == BOOK_PROMISES || (kept_count < BOOK_PROMISES && random_permille(random, 500));
    *promise = (struct kept_promise){.by = (uint8_t)random_below(random, 2),
                                     .kept = kept,
                                     .since = any_instant(random),
                                     .due = any_instant(random),
                                     .reminder = care_none,
                                     .overdue = care_none};
    memset(promise->id, 'x', sizeof promise->id);
    char number[8];
    snprintf(number, sizeof number, "%04d", into->promise_count % 1000);
    memcpy(promise->id, number, 4);
    promise->id_size = permille == 1000 ? BOOK_PROMISE_ID_MAX
                                        : (uint8_t)(4 + random_below(random, BOOK_PROMISE_ID_MAX - 3));
    if (random_permille(random, permille)) {
        promise->reminder = any_care(random);
    }
    if (!kept && random_permille(random, permille)) {
        promise->overdue = any_care(random);
    }
    into->promise_count++;
    into->open_promises += !kept;
}

// Everything that can be there is, with that probability.
static void fill(struct book *into, struct random *random, int permille)
{
    book_init(into);
    for (int item = 0; item < BOOK_ITEMS; item++) {
        if (random_permille(random, permille)) {
            into->marked |= UINT64_C(1) << item;
            into->marked_at[item] = random_below(random, INSTANT_LAST);
        }
    }
    for (int kind = 0; kind < REMINDER_INSTANT_KINDS; kind++) {
        if (random_permille(random, permille)) {
            into->care[kind] = any_care(random);
        }
    }
    for (int i = 0; i < 2 * BOOK_OBJECTIONS; i++) {
        if (random_permille(random, permille)) {
            into->objections[i / 2][i % 2] = random_below(random, INSTANT_LAST);
        }
    }
    add_text(&into->owner, BOOK_NAME_MAX, random, permille);
    add_text(&into->manager, BOOK_NAME_MAX, random, permille);
    add_text(&into->name, BOOK_NAME_MAX, random, permille);
    add_text(&into->channel, BOOK_CHANNEL_MAX, random, permille);
    int promises = 2 * BOOK_PROMISES * permille / 1000;
    while (into->promise_count < promises) {
        add_promise(into, random, permille);
    }
}

// ----------------------------------------------------------------------------------------------- equality

static void expect_care(const struct care *a, const struct care *b)
{
    assert_int_equal(a->anchor, b->anchor);
    assert_int_equal(a->due_at, b->due_at);
    assert_int_equal(a->opened_at, b->opened_at);
    assert_int_equal(a->next_notice, b->next_notice);
    assert_int_equal(a->acknowledged_at, b->acknowledged_at);
    assert_int_equal(a->snoozed_until, b->snoozed_until);
    assert_int_equal(a->notices, b->notices);
    assert_int_equal(a->open, b->open);
}

static void expect_promise(const struct kept_promise *a, const struct kept_promise *b)
{
    assert_true(span_equal(kept_promise_id(a), kept_promise_id(b)));
    assert_int_equal(a->by, b->by);
    assert_int_equal(a->kept, b->kept);
    assert_int_equal(a->since, b->since);
    assert_int_equal(a->due, b->due);
    expect_care(&a->reminder, &b->reminder);
    expect_care(&a->overdue, &b->overdue);
}

// Value by value, without the packed form.
static void expect_book(const struct book *a, const struct book *b)
{
    assert_int_equal(a->marked, b->marked);
    for (int item = 0; item < BOOK_ITEMS; item++) {
        assert_true(!(a->marked >> item & 1) || a->marked_at[item] == b->marked_at[item]);
    }
    for (int kind = 0; kind < REMINDER_INSTANT_KINDS; kind++) {
        expect_care(&a->care[kind], &b->care[kind]);
    }
    assert_memory_equal(a->objections, b->objections, sizeof a->objections);
#define X(text, meaning) assert_true(span_equal(book_text_span(&a->text), book_text_span(&b->text)));
    BOOK_TEXTS(X)
#undef X
    assert_int_equal(a->promise_count, b->promise_count);
    assert_int_equal(a->open_promises, b->open_promises);
    for (int i = 0; i < a->promise_count; i++) {
        expect_promise(&a->promises[i], &b->promises[i]);
    }
}

// -------------------------------------------------------------------------------------------------- tests

static void an_empty_book_takes_no_room(void **state)
{
    (void)state;
    assert_int_equal(book_pack(&book, packed), 0);
    assert_int_equal(unpack(&other, packed, 0), 0);
    expect_book(&book, &other);
    const uint8_t no_marks[] = {0}; // a second form of the same: not canonical
    assert_int_equal(unpack(&other, no_marks, 1), -1);
}

// What is stored must stay readable; the view of checklists reads the marks.
static void the_form_is_fixed(void **state)
{
    (void)state;
    book.marked = UINT64_C(1) << 63 | 1 << 2;
    book.marked_at[2] = 0x0102030405060708;
    book.marked_at[63] = -1;
    book.care[REMINDER_RENEWAL] = (struct care){1, 2, 3, INSTANT_NONE, 5, 0x0600, 0x0304, true};
    book.objections[OBJECTION_PERSON][CAUSE_CUSTOMER] = 9;
    book.manager = (struct book_text){2, "Li"};
    book.promises[0] = (struct kept_promise){.id_size = 1, .by = BY_CUSTOMER, .id = "P", .since = 7, .due = 8,
                                             .reminder = care_none, .overdue = care_none};
    book.promises[0].overdue.anchor = 4;
    book.promise_count = book.open_promises = 1;
#define NONE 0x80, 0, 0, 0, 0, 0, 0, 0
#define WORD(byte) 0, 0, 0, 0, 0, 0, 0, byte
    static const uint8_t expected[] = {
        2, 2, 1, 2, 3, 4, 5, 6, 7, 8, 63, 255, 255, 255, 255, 255, 255, 255, 255,
        REMINDER_RENEWAL, 1, 3, 4, WORD(1), WORD(2), WORD(3), NONE, WORD(5), 0, 0, 0, 0, 0, 0, 6, 0,
        16, 11, WORD(9),
        17, 1, 0, 2, 'L', 'i',
        18, 1 | 8, 1, 'P', WORD(7), WORD(8), 0, 0, 0, WORD(4), NONE, NONE, NONE, NONE, NONE,
    };
    assert_int_equal(book_pack(&book, packed), sizeof expected);
    assert_memory_equal(packed, expected, sizeof expected);
    assert_int_equal(unpack(&other, packed, sizeof expected), 0);
    expect_book(&book, &other);
}

static void expect_round_trip(const struct book *told)
{
    static uint8_t again[BOOK_PACKED_MAX];
    size_t size = book_pack(told, packed);
    assert_true(size <= BOOK_PACKED_MAX);
    memset(&other, 0x5a, sizeof other);
    assert_int_equal(unpack(&other, packed, size), 0);
    expect_book(told, &other);
    assert_int_equal(book_pack(&other, again), size);
    assert_memory_equal(packed, again, size);
}

static void random_books_come_back(void **state)
{
    (void)state;
    struct random random = {history_seed()};
    for (int i = 0; i < 2000; i++) {
        fill(&book, &random, (int)random_below(&random, 1001));
        expect_round_trip(&book);
    }
}

static void the_fullest_book_is_as_large_as_promised(void **state)
{
    (void)state;
    struct random random = {1};
    fill(&book, &random, 1000);
    assert_int_equal(book.promise_count, 2 * BOOK_PROMISES);
    assert_int_equal(book.open_promises, BOOK_PROMISES);
    size_t size = book_pack(&book, packed);
    printf("the largest book: %zu bytes packed, %zu unpacked\n", size, sizeof book);
    assert_int_equal(size, BOOK_PACKED_MAX);
    expect_round_trip(&book);
}

// Whatever the bytes are: refused, the book then empty; or the one form of what they say.
static void expect_refused_or_canonical(const uint8_t *bytes, size_t size)
{
    static uint8_t again[BOOK_PACKED_MAX];
    int result = unpack(&other, bytes, size);
    if (result == 0) {
        assert_true(size <= BOOK_PACKED_MAX);
        assert_int_equal(book_pack(&other, again), size);
        assert_memory_equal(again, bytes, size);
    } else {
        assert_int_equal(result, -1);
        assert_int_equal(book_pack(&other, again), 0);
    }
}

// Every truncation, and every byte changed, in steps of `stride` bytes to `flips` other values.
static void damage(size_t size, size_t stride, int flips, struct random *random)
{
    for (size_t at = 0; at < size; at += stride) {
        expect_refused_or_canonical(packed, at);
        uint8_t byte = packed[at];
        for (int i = 1; i <= flips; i++) {
            packed[at] = (uint8_t)(byte ^ (flips == 255 ? i : 1 + random_below(random, 255)));
            expect_refused_or_canonical(packed, size);
        }
        packed[at] = byte;
    }
}

static void damaged_bytes_do_no_harm(void **state)
{
    (void)state;
    struct random random = {history_seed()};
    for (int i = 0; i < 5; i++) {
        fill(&book, &random, 20 + 10 * i);
        damage(book_pack(&book, packed), 1, 255, &random);
    }
    for (int i = 0; i < 20; i++) {
        fill(&book, &random, (int)random_below(&random, 500));
        damage(book_pack(&book, packed), 3, 2, &random);
    }
    fill(&book, &random, 1000);
    damage(book_pack(&book, packed), 11, 2, &random);
}

static void too_many_bytes_are_refused(void **state)
{
    (void)state;
    struct random random = {history_seed()};
    fill(&book, &random, 1000);
    static uint8_t larger[2 * BOOK_PACKED_MAX];
    size_t size = book_pack(&book, larger);
    assert_int_equal(unpack(&other, larger, size + 1), -1);
    // One promise more than there is room for, be it open or kept.
    for (int flags = 0; flags <= 2; flags += 2) {
        const uint8_t further[] = {18, (uint8_t)flags, 1, 'z', WORD(1), WORD(2)};
        memcpy(larger + size, further, sizeof further);
        assert_int_equal(unpack(&other, larger, size + sizeof further), -1);
    }
}

// Records out of order or twice: another form of the same, so none.
static void records_stand_in_their_order(void **state)
{
    (void)state;
#define OBJECTION(i) 16, i, WORD(1)
#define TEXT(i) 17, i, 0, 1, 'x'
#define PROMISED(id) 18, 0, 1, id, WORD(1), WORD(2)
#define CARED(kind) kind, 0, 0, 0, WORD(1), NONE, NONE, NONE, NONE, NONE
    static const struct {
        uint8_t bytes[160];
        size_t size;
        int result;
    } cases[] = {
#define CASE(result, ...) {{__VA_ARGS__}, sizeof((uint8_t[]){__VA_ARGS__}), result}
        CASE(0, 0, CARED(1), CARED(2)),          CASE(-1, 0, CARED(2), CARED(1)),
        CASE(-1, 0, CARED(1), CARED(1)),         CASE(-1, 0, CARED(7)),
        CASE(0, 0, OBJECTION(0), OBJECTION(11)), CASE(-1, 0, OBJECTION(11), OBJECTION(0)),
        CASE(-1, 0, OBJECTION(3), OBJECTION(3)), CASE(-1, 0, OBJECTION(12)),
        CASE(-1, 0, 16, 0, NONE),                CASE(0, 0, TEXT(0), TEXT(3)),
        CASE(-1, 0, TEXT(1), TEXT(0)),           CASE(-1, 0, TEXT(2), TEXT(2)),
        CASE(-1, 0, TEXT(4)),                    CASE(-1, 0, 17, 0, 0, 0),
        CASE(0, 0, PROMISED('a'), PROMISED('b')), CASE(-1, 0, PROMISED('b'), PROMISED('a')),
        CASE(-1, 0, PROMISED('a'), PROMISED('a')), CASE(-1, 0, TEXT(0), OBJECTION(0)),
        CASE(-1, 0, PROMISED('a'), TEXT(0)),     CASE(-1, 0, 19, 0),
        CASE(0, 2, 0, WORD(1), 1, WORD(1)),      CASE(-1, 2, 1, WORD(1), 0, WORD(1)),
        CASE(-1, 2, 1, WORD(1), 1, WORD(1)),     CASE(-1, 1, 64, WORD(1)),
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (unpack(&other, cases[i].bytes, cases[i].size) != cases[i].result) {
            fail_msg("case %zu is not %d", i, cases[i].result);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_empty_book_takes_no_room, set_up),
        cmocka_unit_test_setup(the_form_is_fixed, set_up),
        cmocka_unit_test_setup(random_books_come_back, set_up),
        cmocka_unit_test_setup(the_fullest_book_is_as_large_as_promised, set_up),
        cmocka_unit_test_setup(damaged_bytes_do_no_harm, set_up),
        cmocka_unit_test_setup(too_many_bytes_are_refused, set_up),
        cmocka_unit_test_setup(records_stand_in_their_order, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
