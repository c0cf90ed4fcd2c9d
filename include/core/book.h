// The book of a customer: what the state holds beyond its columns. Bounded: BOOK_PACKED_MAX bytes when packed,
// and most are empty. Of promises and objections only what is open stands here; all of them are rows that the
// model has its caller write (core/effect.h).
#ifndef GUANXI_CORE_BOOK_H
#define GUANXI_CORE_BOOK_H

#include "core/event.h"
#include "core/instant.h"
#include "core/policy.h"

// Kinds of reminders, in the order in which they fire at one instant. Numbers are stored. Those up to RENEWAL
// are about an instant, one at a time; the last three about a promise each.
#define REMINDER_KINDS(X) \
    X(0, CADENCE, "cadence") \
    X(1, RESPONSE, "response") \
    X(2, AFTERSALE, "aftersale") \
    X(3, ZONE, "zone") \
    X(4, STALLED, "stalled") \
    X(5, OBJECTION, "objection") \
    X(6, RENEWAL, "renewal") \
    X(7, PROMISE, "promise") \
    X(8, OVERDUE, "overdue") \
    X(9, THANKS, "thanks")

enum reminder_kind {
#define X(number, NAME, text) REMINDER_##NAME = number,
    REMINDER_KINDS(X)
#undef X
    REMINDER_KIND_COUNT,
    REMINDER_INSTANT_KINDS = REMINDER_PROMISE, // kinds whose anchor is an instant
};

// The care of one kind (and promise): the reminder last opened, and how far it has gone. Nothing opened yet:
// anchor INSTANT_NONE. A (kind, anchor) opens once, which `anchor` remembers after the reminder is closed. Of
// a promise, `anchor` is the instant since when it is about it: its making, its breaking or its keeping.
struct care {
    instant anchor;
    instant due_at;
    instant opened_at;
    instant next_notice; // nominal instant of the next notice; INSTANT_NONE: silent
    instant acknowledged_at;
    instant snoozed_until;
    uint16_t notices; // fired so far
    bool open;
};
extern const struct care care_none; // nothing opened yet

enum {
    BOOK_ITEMS = CHECKLIST_ITEMS,
    BOOK_NAME_MAX = 256,
    BOOK_CHANNEL_MAX = 64,
    BOOK_PROMISE_ID_MAX = 128,
    BOOK_PROMISES = 64, // open ones; and as many kept ones that still ask for thanks
    BOOK_OBJECTIONS = OBJECTION_KIND_COUNT,
};

// A promise that is open, or was kept by the customer, who has not been thanked yet.
struct kept_promise {
    uint8_t id_size;
    uint8_t by;    // enum by
    bool kept;     // wants thanks
    char id[BOOK_PROMISE_ID_MAX];
    instant since; // made_at; kept_at once kept
    instant due;
    struct care reminder; // REMINDER_PROMISE; REMINDER_THANKS once kept
    struct care overdue;
};

// A name or an address, as profile events told it. size 0: unknown.
struct book_text {
    uint16_t size;
    char bytes[BOOK_NAME_MAX];
};
#define BOOK_TEXTS(X) \
    X(owner, "who looks after the customer") \
    X(manager, "whom reminders escalate to") \
    X(name, "what the customer is called") \
    X(channel, "the channel the customer prefers")

struct book {
    uint64_t marked;                 // items of checklists, by bit of the policy
    instant marked_at[BOOK_ITEMS];   // of those
    struct care care[REMINDER_INSTANT_KINDS];
    instant objections[BOOK_OBJECTIONS][2]; // by kind and cause: since when it is open, or INSTANT_NONE
#define X(text, meaning) struct book_text text;
    BOOK_TEXTS(X)
#undef X
    int promise_count; // open and kept ones together
    int open_promises;
    struct kept_promise promises[2 * BOOK_PROMISES]; // sorted by id, bytewise
};

void book_init(struct book *book); // empty

// The packed form, canonical: equal books pack to equal bytes, an empty one to none. Numbers are big-endian; the
// first byte counts marks, and so many records of an item (1 byte) and its instant (8) follow it, which the
// view of checklists reads. book_unpack returns 0, or -1 where the bytes are no such form (the book is then
// empty).
enum {
    CARE_RECORD_SIZE = 1 + 1 + 2 + 6 * 8,
    BOOK_PACKED_MAX = 1 + BOOK_ITEMS * 9 + REMINDER_INSTANT_KINDS * CARE_RECORD_SIZE + BOOK_OBJECTIONS * 2 * 10 +
                      4 * 4 + 3 * BOOK_NAME_MAX + BOOK_CHANNEL_MAX +
                      2 * BOOK_PROMISES * (3 + BOOK_PROMISE_ID_MAX + 2 * 8) +
                      3 * BOOK_PROMISES * (CARE_RECORD_SIZE - 1), // open ones have two, without a kind
};
size_t book_pack(const struct book *book, uint8_t packed[BOOK_PACKED_MAX]);
int book_unpack(struct book *book, const uint8_t *packed, size_t size);

// The promise of that id, or NULL.
struct kept_promise *book_promise(struct book *book, struct span id);

static inline struct span kept_promise_id(const struct kept_promise *promise)
{
    return span_of(promise->id, promise->id_size);
}

static inline struct span book_text_span(const struct book_text *text)
{
    return text->size ? span_of(text->bytes, text->size) : SPAN_NONE;
}

#endif
