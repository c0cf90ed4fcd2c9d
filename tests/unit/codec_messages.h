// What the tests of messages share: a customer to tell of, and a look at what was written.
#ifndef GUANXI_TESTS_CODEC_MESSAGES_H
#define GUANXI_TESTS_CODEC_MESSAGES_H

#include "../../daemon/codec/json.h"
#include "codec/encode.h"
#include "codec_fixture.h"
#include "core/model.h"

struct teller {
    struct customer customer;
    struct book book;
    struct about about;
};

// A customer of level 3 that is due for a contact; nothing else is known of it.
static inline struct teller *teller_new(void)
{
    struct teller *teller = calloc(1, sizeof *teller);
    assert_non_null(teller);
    customer_init(&teller->customer);
    book_init(&teller->book);
    teller->customer.book = &teller->book;
    teller->customer.first_seen_at = at_time("2026-01-01T00:00:00Z");
    teller->customer.last_contact_at = at_time("2026-01-12T00:00:00Z");
    teller->customer.level = LEVEL_ACCOUNTABLE;
    teller->customer.stage = STAGE_MATURE;
    teller->about = (struct about){
        .customer_id = SPAN_LITERAL("c1"),
        .customer = &teller->customer,
        .kind = REMINDER_CADENCE,
        .anchor = at_time("2026-01-12T00:00:00Z"),
        .due_at = at_time("2026-02-26T00:00:00Z"),
        .notice_at = at_time("2026-02-26T00:00:00Z"),
    };
    return teller;
}

static inline void teller_text(struct book_text *text, const char *told)
{
    text->size = (uint16_t)strlen(told);
    memcpy(text->bytes, told, text->size);
}

// Puts a promise into the book and speaks of it from now on.
static inline void teller_promise(struct teller *teller, const char *id, enum by by, instant due)
{
    struct kept_promise *promise = &teller->book.promises[teller->book.promise_count++];
    *promise = (struct kept_promise){.id_size = (uint8_t)strlen(id), .by = (uint8_t)by, .due = due};
    memcpy(promise->id, id, promise->id_size);
    teller->about.promise_id = span_text(id);
}

static inline void assert_json(struct span text)
{
    struct json *json = json_new();
    struct arena arena;
    arena_init(&arena, 4096);
    const struct json_token *tokens;
    uint32_t fault;
    struct span copy = arena_copy(&arena, text);
    assert_int_equal(json_parse(json, &arena, copy, &tokens, &fault), JSON_OK);
    assert_int_equal(tokens->type, JSON_OBJECT);
    assert_int_equal(text.data[text.size], '\0');
    json_free(json);
    arena_free(&arena);
}

static inline void assert_has(struct span text, const char *part)
{
    assert_non_null(text.data);
    if (!strstr(text.data, part)) {
        fail_msg("%s\nlacks %s", text.data, part);
    }
}

#endif
