// What guanxid publishes: CloudEvents 1.0, structured JSON, one function per message. The same arguments
// give the same bytes. The text is in the arena and ends with a NUL that size does not count;
// data == NULL means memory is out.
#ifndef GUANXI_CODEC_ENCODE_H
#define GUANXI_CODEC_ENCODE_H

#include "codec/arena.h"
#include "core/effect.h"

// What a notice says of its customer, as of the instant at which it fires: members of the message's data,
// without braces. Kept with the notice until it goes out, or does not.
struct about {
    struct span customer_id;
    const struct customer *customer; // with its book
    enum reminder_kind kind;
    struct span promise_id; // of kinds that are about a promise
    instant anchor, due_at, notice_at;
};
struct span encode_about(struct arena *arena, const struct policy *policy, const struct about *about);

// guanxi.reminder.opened (notice 1) and .noticed (later ones).
struct notice_message {
    struct span customer_id;
    uint8_t reminder_id[16];
    enum reminder_kind kind;
    struct span promise_id; // of kinds that are about a promise; else absent
    instant anchor, due_at, opened_at;
    uint16_t notice;
    instant notice_at;
    instant next_notice_at; // INSTANT_NONE on the last: no expirytime
    bool late;
    uint8_t recipients;
    struct span about; // encode_about
    // Value at the notice's day: calendar days since the last order (-1: never), window totals.
    int32_t recency_days;
    int64_t f, m;
};
struct span encode_notice(struct arena *arena, const struct notice_message *message);

// guanxi.reminder.closed, with reason and the curing event (absent source: none).
struct closing_message {
    struct span customer_id;
    uint8_t reminder_id[16];
    enum reminder_kind kind;
    enum reminder_status status;
    struct span promise_id; // of kinds that are about a promise; else absent
    instant anchor, due_at, opened_at, closed_at;
    struct span event_source, event_id;
};
struct span encode_closing(struct arena *arena, const struct closing_message *message);

// guanxi.level.changed, .stage.changed, .pram.changed and .tier.changed: the transition.n-th of its kind.
struct transition_message {
    struct span customer_id;
    instant at;
    struct transition transition;
    struct span event_source, event_id;
};
struct span encode_transition(struct arena *arena, const struct transition_message *message);

// guanxi.customer.merged, .unmerged and .erased: the n-th of its subject.
struct identity_message {
    struct span subject; // as named
    instant at;
    enum { MESSAGE_MERGED, MESSAGE_UNMERGED, MESSAGE_ERASED } kind;
    struct span other; // merged: into; unmerged: the id that goes back; erased: absent
    int64_t n;
    struct span event_source, event_id; // absent: none
};
struct span encode_identity(struct arena *arena, const struct identity_message *message);

// The sentences why, in one table: every reminder kind has both languages (a test sees to it). Dates are calendar
// days of the business time zone, intervals those of the policy.
struct span sentence_en(struct arena *arena, const struct policy *policy, const struct about *about);
struct span sentence_zh(struct arena *arena, const struct policy *policy, const struct about *about);

#endif
