#include "objection.h"

static void tell(const struct change *change, const struct event *event, int kind, int cause, instant resolved_at)
{
    struct effect effect = {
        .kind = EFFECT_OBJECTION,
        .at = event->time,
        .event = event,
        .objection = (uint8_t)kind,
        .cause = (uint8_t)cause,
        .raised_at = change->customer->book->objections[kind][cause],
        .resolved_at = resolved_at,
    };
    change_emit(change, &effect);
}

void objection_raised(const struct change *change, const struct event *event)
{
    instant *since = &change->customer->book->objections[event->objection][event->cause];
    if (*since == INSTANT_NONE) {
        *since = event->time;
        tell(change, event, event->objection, event->cause, INSTANT_NONE);
    }
}

static void resolve(const struct change *change, const struct event *event, int kind)
{
    for (int cause = CAUSE_COMPANY; cause <= CAUSE_CUSTOMER; cause++) {
        instant *since = &change->customer->book->objections[kind][cause];
        if (*since != INSTANT_NONE) {
            tell(change, event, kind, cause, event->time);
            *since = INSTANT_NONE;
        }
    }
}

void objection_resolved(const struct change *change, const struct event *event)
{
    resolve(change, event, event->objection);
}

void objection_resolve_all(const struct change *change, const struct event *event)
{
    for (int kind = 0; kind < BOOK_OBJECTIONS; kind++) {
        resolve(change, event, kind);
    }
}

bool objection_open(const struct book *book, enum objection_kind kind)
{
    return book->objections[kind][CAUSE_COMPANY] != INSTANT_NONE ||
           book->objections[kind][CAUSE_CUSTOMER] != INSTANT_NONE;
}

instant objection_oldest(const struct book *book)
{
    instant oldest = INSTANT_NEVER;
    for (int kind = 0; kind < BOOK_OBJECTIONS; kind++) {
        for (int cause = CAUSE_COMPANY; cause <= CAUSE_CUSTOMER; cause++) {
            instant since = book->objections[kind][cause];
            if (since != INSTANT_NONE) {
                oldest = instant_earlier(oldest, since);
            }
        }
    }
    return oldest == INSTANT_NEVER ? INSTANT_NONE : oldest;
}
