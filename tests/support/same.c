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
    uint8_t packed_a[CARE_PACKED_MAX], packed_b[CARE_PACKED_MAX];
    size_t size = customer_pack_care(a, packed_a);
    return size == customer_pack_care(b, packed_b) && memcmp(packed_a, packed_b, size) == 0;
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
    if (a->kind == EFFECT_LEVEL) {
        return a->from_level == b->from_level && a->to_level == b->to_level &&
               a->cause == b->cause && a->step == b->step;
    }
    return a->reminder == b->reminder && same_care(&a->care, &b->care) && a->status == b->status &&
           a->notice == b->notice && a->recipients == b->recipients && a->at_risk == b->at_risk;
}
