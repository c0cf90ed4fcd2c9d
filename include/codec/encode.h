// What guanxid publishes: CloudEvents 1.0, structured JSON, one function per message. The same arguments
// give the same bytes. The text is in the arena and ends with a NUL that size does not count;
// data == NULL means memory is out.
#ifndef GUANXI_CODEC_ENCODE_H
#define GUANXI_CODEC_ENCODE_H

#include "codec/arena.h"
#include "core/effect.h"

// guanxi.reminder.opened (notice 1) and .noticed (later ones).
struct notice_message {
    struct span customer_id;
    uint8_t reminder_id[16];
    enum reminder_kind kind;
    instant anchor, due_at, opened_at;
    uint16_t notice;
    instant notice_at;
    instant next_notice_at; // INSTANT_NONE on the last: no expirytime
    bool late;
    uint8_t recipients;
    int level;               // the customer's at that instant
    instant last_contact_at; // or INSTANT_NONE
    // Value at the notice's day: calendar days since the last order (-1: never), window totals.
    int32_t recency_days;
    int64_t f, m;
};
struct span encode_notice(struct arena *arena, const struct policy *policy, const struct notice_message *message);

// guanxi.reminder.closed, with reason and the curing event (absent source: none).
struct closing_message {
    struct span customer_id;
    uint8_t reminder_id[16];
    enum reminder_kind kind;
    enum reminder_status status;
    instant anchor, due_at, opened_at, closed_at;
    struct span event_source, event_id;
};
struct span encode_closing(struct arena *arena, const struct closing_message *message);

// guanxi.level.changed, the n-th of this customer.
struct level_message {
    struct span customer_id;
    int64_t n;
    instant at;
    int from_level, to_level;
    enum level_cause cause;
    struct span event_source, event_id;
};
struct span encode_level_change(struct arena *arena, const struct level_message *message);

// The sentences why, in one table: every reminder kind has both languages (a test sees to it). Dates are calendar
// days of the business time zone, intervals those of the policy.
struct span sentence_en(struct arena *arena, const struct policy *policy, const struct notice_message *message);
struct span sentence_zh(struct arena *arena, const struct policy *policy, const struct notice_message *message);

#endif
