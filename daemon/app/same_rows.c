#include "same_rows.h"

#include "port/rows.h"

bool same_transition(const void *stored, const void *made)
{
    const struct transition_row *a = stored, *b = made;
    return a->at == b->at && a->transition.from == b->transition.from && a->transition.to == b->transition.to &&
           a->transition.detail == b->transition.detail && span_equal(a->source, b->source) &&
           span_equal(a->event_id, b->event_id);
}

bool same_promise(const void *stored, const void *made)
{
    const struct promise *a = &((const struct promise_row *)stored)->promise;
    const struct promise *b = &((const struct promise_row *)made)->promise;
    return a->by == b->by && a->state == b->state && a->made_at == b->made_at && a->due == b->due &&
           a->outcome_at == b->outcome_at && span_equal(a->about, b->about);
}

bool same_objection(const void *stored, const void *made)
{
    return ((const struct objection_row *)stored)->resolved_at == ((const struct objection_row *)made)->resolved_at;
}

bool same_profile(const void *stored, const void *made)
{
    const struct profile_row *a = stored, *b = made;
    return span_equal(a->owner, b->owner) && span_equal(a->manager, b->manager) && span_equal(a->name, b->name) &&
           span_equal(a->channel, b->channel);
}
