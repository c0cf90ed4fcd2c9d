#include "support/same.h"

#include <stdio.h>

bool same_customer(const struct customer *a, const struct customer *b)
{
#define X(name, kind, meaning)                             \
    if (memcmp(&a->name, &b->name, sizeof a->name) != 0) { \
        printf("%s differs\n", #name);                     \
        return false;                                      \
    }
    CUSTOMER_FIELDS(X)
#undef X
    return same_book(a->book, b->book);
}

bool same_book(const struct book *a, const struct book *b)
{
    static uint8_t packed_a[BOOK_PACKED_MAX], packed_b[BOOK_PACKED_MAX];
    size_t size = book_pack(a, packed_a);
    bool same = size == book_pack(b, packed_b) && memcmp(packed_a, packed_b, size) == 0;
    if (!same) {
        printf("the books differ\n");
    }
    return same;
}

static bool same_transition(const struct transition *a, const struct transition *b)
{
    return a->kind == b->kind && a->from == b->from && a->to == b->to && a->n == b->n && a->detail == b->detail;
}

static bool same_promise(const struct promise *a, const struct promise *b)
{
    return span_equal(a->id, b->id) && a->by == b->by && a->state == b->state && a->made_at == b->made_at &&
           a->due == b->due && a->outcome_at == b->outcome_at && span_equal(a->about, b->about);
}

static bool same_care(const struct care *a, const struct care *b)
{
    return a->anchor == b->anchor && a->due_at == b->due_at && a->opened_at == b->opened_at &&
           a->next_notice == b->next_notice && a->acknowledged_at == b->acknowledged_at &&
           a->snoozed_until == b->snoozed_until && a->notices == b->notices && a->open == b->open;
}

bool same_effect(const struct effect *a, const struct effect *b)
{
    if (a->kind != b->kind || a->at != b->at || a->event != b->event) {
        return false;
    }
    switch (a->kind) {
    case EFFECT_TRANSITION: return same_transition(&a->transition, &b->transition);
    case EFFECT_PROMISE: return same_promise(&a->promise, &b->promise);
    case EFFECT_OBJECTION:
        return a->objection == b->objection && a->cause == b->cause && a->raised_at == b->raised_at &&
               a->resolved_at == b->resolved_at;
    case EFFECT_PROFILE: return true;
    default: break;
    }
    return a->reminder == b->reminder && span_equal(a->promise_id, b->promise_id) && same_care(&a->care, &b->care) && a->status == b->status &&
           a->notice == b->notice && a->recipients == b->recipients && a->at_risk == b->at_risk;
}
