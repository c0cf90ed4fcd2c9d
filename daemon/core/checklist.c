#include "checklist.h"

#include "core/model.h"

void checklist_mark(const struct change *change, const struct event *event)
{
    const struct type_rule *rule = policy_rule(change->policy, event->type);
    uint64_t marks = event->marks;
    if (rule) {
        marks |= rule->marks | (event->side & SIDE_OUTBOUND ? rule->outbound_marks : 0);
    }
    struct book *book = change->customer->book;
    for (marks &= ~book->marked; marks; marks &= marks - 1) { // events come in order: what is marked was earlier
        int item = __builtin_ctzll(marks);
        book->marked |= UINT64_C(1) << item;
        book->marked_at[item] = event->time;
    }
}

uint64_t customer_next_steps(const struct policy *policy, const struct customer *customer)
{
    return policy->stage_items[customer->stage] & ~customer->book->marked;
}
