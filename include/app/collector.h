// A customer at hand: its book is unpacked, and what the model does to it is collected into a write set, one
// customer at a time.
#ifndef GUANXI_APP_COLLECTOR_H
#define GUANXI_APP_COLLECTOR_H

#include "app/ledger.h"
#include "app/writeset.h"

// Scratch, kept from customer to customer; begins as all zeros, and is large.
struct collector {
    struct writeset *set;
    const struct policy *policy;
    struct customer_row *row;
    bool messages;
    bool keep;   // events do not outlive the set: what names one is copied
    instant quiet_until; // nobody will be told of notices before it: what they would say is not made; unset by begin
    bool failed; // memory ran out

    // Rows of this customer in the set, by number from 1; 0: none yet.
    uint32_t reminders[REMINDER_INSTANT_KINDS]; // the last of each kind
    uint32_t objections[OBJECTION_KIND_COUNT][2];
    bool profile;        // the texts of the book are different
    struct ledger ledger; // what is about promises
    size_t first_transition; // rows of this customer begin here
    int32_t pram;        // cycle * 2 + premature as last told
    struct book book;
    uint8_t packed[BOOK_PACKED_MAX];
};

// Takes a customer in hand. With `messages`, transitions are told of, numbered in the row, and closings go to the
// outbox (live); without, only rows of the tables are made (fold, which reconciles them with what was published). 0,
// or STATUS_BROKEN: the row's book is none.
int collector_begin(struct collector *collector, struct writeset *set, const struct policy *policy,
                    struct customer_row *row, bool messages);
struct effects collector_effects(struct collector *collector);
// Lets go of a customer that has changed: derives what its row shows and is woken by, and packs its book into the
// set. The indexed wake only moves earlier, unless it has fired or the state was made anew, at the watermark `swept`: a
// postponed wake is not worth an index entry. `swept` is INSTANT_NONE otherwise. False: memory ran out, now or before.
bool collector_end(struct collector *collector, instant swept);
void collector_free(struct collector *collector);

// The promise that an event is about as this set leaves it so far, or NULL. Valid until the next effect.
const struct promise *collector_promise(const struct collector *collector, struct span id);
// Whether how its promise stands matters to an event.
bool event_is_about_promise(const struct event *event);

#endif
