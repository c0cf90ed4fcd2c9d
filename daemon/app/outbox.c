#include "app/outbox.h"

#include "codec/encode.h"

// A fold replaces messages that are held, and has to know what stood in public before them. Levels and stages tell
// by `from`, tiers by `from` and `detail`. Of a phase `from` tells less than is published with it, so in the
// outbox its upper bits tell the rest.
enum { FROM_PHASE = 3, FROM_PREMATURE = 1 << 2, FROM_OTHER_CYCLE = 1 << 3 };
enum { NOBODYS = -1 };

static uint8_t pack_from(const struct transition *change, struct standing from)
{
    int packed = from.state;
    if (change->kind == TRANSITION_PRAM) {
        bool other = from.detail == NOBODYS || from.detail / 2 != change->detail / 2;
        packed |= other ? FROM_OTHER_CYCLE : from.detail & 1 ? FROM_PREMATURE : 0;
    }
    return (uint8_t)packed;
}

struct standing outbox_standing(const struct transition *message)
{
    struct standing from = {.state = outbox_told(message).from};
    if (message->kind == TRANSITION_TIER)
        from.detail = message->detail / 8;
    if (message->kind == TRANSITION_PRAM)
        from.detail = message->from & FROM_OTHER_CYCLE ? NOBODYS
                                                       : message->detail / 2 * 2 + (message->from & FROM_PREMATURE ? 1 : 0);
    return from;
}

struct transition outbox_told(const struct transition *message)
{
    struct transition told = *message;
    if (told.kind == TRANSITION_PRAM)
        told.from &= FROM_PHASE;
    return told;
}

void outbox_tell(struct customer_row *row, struct transition_row *change, struct standing from)
{
    change->home = row->home;
    change->message = ++row->messages[change->transition.kind];
    change->message_from = pack_from(&change->transition, from);
}

bool outbox_transition(struct writeset *set, struct customer_row *row, const struct transition_row *change,
                       struct standing from)
{
    struct outbox_row *message = vector_push(&set->outbox);
    if (!message)
        return false;
    *message = (struct outbox_row){
        .customer_id = row->id, .home = row->home, .at = change->at, .kind = OUTBOX_TRANSITION,
        .transition = change->transition, .source = change->source, .event_id = change->event_id,
    };
    message->transition.n = ++row->messages[change->transition.kind];
    message->transition.from = pack_from(&change->transition, from);
    return true;
}

bool outbox_closing(struct writeset *set, const struct customer_row *row, const struct reminder_row *reminder)
{
    struct outbox_row *message = vector_push(&set->outbox);
    if (!message)
        return false;
    *message = (struct outbox_row){
        .customer_id = row->id, .home = row->home, .at = reminder->closed_at, .kind = OUTBOX_CLOSING,
    };
    memcpy(message->reminder_id, reminder->reminder_id, sizeof message->reminder_id);
    struct closing_message closing = {
        .customer_id = row->id, .kind = reminder->kind, .status = reminder->status,
        .promise_id = reminder->promise_id, .anchor = reminder->anchor, .due_at = reminder->due_at,
        .opened_at = reminder->opened_at, .closed_at = reminder->closed_at,
        .event_source = reminder->closed_source, .event_id = reminder->closed_event,
    };
    memcpy(closing.reminder_id, reminder->reminder_id, sizeof closing.reminder_id);
    message->payload = encode_closing(&set->arena, &closing);
    return message->payload.data != NULL;
}
