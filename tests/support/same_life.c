#include "support/same_life.h"

#include <stdio.h>

#include "support/same.h"

static bool differ(const struct fake_customer *of, const char *what, size_t which)
{
    fprintf(stderr, "%.*s: another %s (%zu)\n", (int)of->row.id.size, of->row.id.data, what, which);
    return false;
}

static bool same_state(const struct fake_customer *alone, const struct fake_customer *merged)
{
    static struct book books[2];
    const struct fake_customer *both[2] = {alone, merged};
    struct customer states[2];
    for (int i = 0; i < 2; i++) {
        states[i] = both[i]->row.state;
        states[i].book = &books[i];
        if (book_unpack(&books[i], (const uint8_t *)both[i]->row.book.data, both[i]->row.book.size) != 0)
            return differ(both[i], "book", 0);
    }
    return same_customer(&states[0], &states[1]) || differ(alone, "state", 0);
}

static bool is_of_ids(const struct fake_event *event)
{
    return event->event.type == TYPE_CUSTOMER_MERGED || event->event.type == TYPE_CUSTOMER_UNMERGED;
}

const struct fake_event *next_told(const struct fake_customer *customer, size_t *at)
{
    while (*at < customer->event_count && is_of_ids(&customer->events[*at]))
        ++*at;
    return *at < customer->event_count ? &customer->events[(*at)++] : NULL;
}

static bool same_timeline(const struct fake_customer *alone, const struct fake_customer *merged)
{
    size_t left = 0, right = 0;
    for (;;) {
        const struct fake_event *a = next_told(alone, &left), *b = next_told(merged, &right);
        if (!a && !b)
            return true;
        if (!a || !b || a->event.time != b->event.time || a->event.type != b->event.type || a->points != b->points ||
            a->offset != b->offset || a->lane_id != b->lane_id || !span_equal(a->event.id, b->event.id) ||
            !span_equal(a->event.source, b->event.source) || !span_equal(a->event.data, b->event.data))
            return differ(alone, "event", left);
    }
}

static bool same_transitions(const struct fake_customer *alone, const struct fake_customer *merged)
{
    if (alone->transition_count != merged->transition_count)
        return differ(alone, "number of transitions", merged->transition_count);
    for (size_t i = 0; i < alone->transition_count; i++) {
        const struct transition_row *a = &alone->transitions[i], *b = &merged->transitions[i];
        const struct transition *left = &a->transition, *right = &b->transition;
        if (left->kind != right->kind || left->n != right->n || left->from != right->from || left->to != right->to ||
            left->detail != right->detail || a->at != b->at || !span_equal(a->source, b->source) ||
            !span_equal(a->event_id, b->event_id))
            return differ(alone, "transition", i);
    }
    return true;
}

static bool same_promises(const struct fake_customer *alone, const struct fake_customer *merged)
{
    if (alone->promise_count != merged->promise_count)
        return differ(alone, "number of promises", merged->promise_count);
    for (size_t i = 0; i < alone->promise_count; i++) {
        const struct promise *a = &alone->promises[i], *b = &merged->promises[i];
        if (!span_equal(a->id, b->id) || a->by != b->by || a->state != b->state || a->made_at != b->made_at ||
            a->due != b->due || a->outcome_at != b->outcome_at || !span_equal(a->about, b->about))
            return differ(alone, "promise", i);
    }
    return true;
}

static bool same_objections(const struct fake_customer *alone, const struct fake_customer *merged)
{
    size_t same = 0;
    for (size_t i = 0; i < alone->objection_count; i++) {
        const struct objection_row *a = &alone->objections[i];
        for (size_t k = 0; k < merged->objection_count; k++) {
            const struct objection_row *b = &merged->objections[k];
            same += a->kind == b->kind && a->cause == b->cause && a->raised_at == b->raised_at &&
                    a->resolved_at == b->resolved_at;
        }
    }
    return (same == alone->objection_count && same == merged->objection_count) || differ(alone, "objection", same);
}

static bool same_profile(const struct fake_customer *alone, const struct fake_customer *merged)
{
    const struct profile_row *a = &alone->profile, *b = &merged->profile;
    bool same = alone->has_profile == merged->has_profile;
    if (same && alone->has_profile)
        same = span_equal(a->owner, b->owner) && span_equal(a->manager, b->manager) && span_equal(a->name, b->name) &&
               span_equal(a->channel, b->channel);
    return same || differ(alone, "profile", 0);
}

static const struct reminder_row *reminder_of(const struct fake_customer *customer, const uint8_t id[16])
{
    for (size_t i = 0; i < customer->reminder_count; i++) {
        if (memcmp(customer->reminders[i].reminder_id, id, sizeof customer->reminders[i].reminder_id) == 0)
            return &customer->reminders[i];
    }
    return NULL;
}

static bool is_in_effect(const struct reminder_row *reminder)
{
    return reminder->status == REMINDER_OPEN || !reminder->published;
}

static bool same_reminder(const struct reminder_row *a, const struct reminder_row *b)
{
    if (!is_in_effect(a) && !is_in_effect(b))
        return true;
    return a->kind == b->kind && a->notices == b->notices && a->status == b->status && a->closed_at == b->closed_at &&
           span_equal(a->closed_event, b->closed_event) && span_equal(a->promise_id, b->promise_id) &&
           a->acknowledged_at == b->acknowledged_at && a->snoozed_until == b->snoozed_until &&
           a->at_risk == b->at_risk &&
           (a->published || b->published || (a->anchor == b->anchor && a->due_at == b->due_at && a->opened_at == b->opened_at));
}

static bool same_reminders(const struct fake_customer *alone, const struct fake_customer *merged)
{
    for (size_t i = 0; i < alone->reminder_count; i++) {
        const struct reminder_row *row = &alone->reminders[i], *other = reminder_of(merged, row->reminder_id);
        if (other ? !same_reminder(row, other) : is_in_effect(row))
            return differ(alone, reminder_kind_code(row->kind), i);
    }
    for (size_t i = 0; i < merged->reminder_count; i++) {
        const struct reminder_row *row = &merged->reminders[i];
        if (is_in_effect(row) && !reminder_of(alone, row->reminder_id))
            return differ(merged, "set of reminders", i);
    }
    return true;
}

bool same_life(const struct fake_customer *alone, const struct fake_customer *merged)
{
    if (!alone && !merged)
        return true;
    if (!alone || !merged)
        return differ(alone ? alone : merged, "number of customers", !!alone);
    if ((alone->row.fold_at == INSTANT_NEVER) != (merged->row.fold_at == INSTANT_NEVER))
        return differ(alone, "mark", merged->row.fold_at == INSTANT_NEVER);
    return same_state(alone, merged) && same_timeline(alone, merged) && same_transitions(alone, merged) &&
           same_promises(alone, merged) && same_objections(alone, merged) && same_profile(alone, merged) &&
           same_reminders(alone, merged);
}
