#include "support/event_json.h"

#include <stdio.h>

#include "codec/time.h"

// Members of `data`, each behind a comma.
struct members {
    char text[1024];
    size_t size;
};

static void add(struct members *members, const char *name, struct span value)
{
    members->size += (size_t)snprintf(members->text + members->size, sizeof members->text - members->size,
                                      ",\"%s\":\"%.*s\"", name, (int)value.size, value.data);
}

static void add_time(struct members *members, const char *name, instant at)
{
    char text[TIME_TEXT_MAX];
    if (at == INSTANT_NONE)
        return;
    time_format(at, text);
    add(members, name, span_text(text));
}

static void add_by(struct members *members, const struct event *event)
{
    add(members, "by", span_text(event->by == BY_US ? "us" : "customer"));
}

static void add_money(struct members *members, const struct policy *policy, const struct event *event)
{
    char amount[32];
    snprintf(amount, sizeof amount, "%lld.%02d", (long long)(event->amount / 100), (int)(event->amount % 100));
    add(members, "amount", span_text(amount));
    add(members, "currency", span_text(policy->base_currency));
}

static void add_objection(struct members *members, const struct event *event)
{
    static const char *const kinds[] = {"need", "money", "authority", "price", "product", "person"};
    add(members, "kind", span_text(kinds[event->objection]));
    if (event->cause == CAUSE_CUSTOMER)
        add(members, "cause", SPAN_LITERAL("customer"));
}

static void add_item(struct members *members, const struct policy *policy, const struct event *event)
{
    for (size_t i = 0; i < policy->item_count; i++) {
        if (event->marks >> i & 1) {
            add(members, "list", span_text(policy->items[i].list));
            add(members, "item", span_text(policy->items[i].item));
            return;
        }
    }
}

// What goes with the type beyond direction and ref.
static void add_by_effect(struct members *members, const struct policy *policy, const struct event *event)
{
    static const char *const sentiments[] = {"praise", "suggestion", "complaint"};
    switch (event->effect) {
    case EFFECT_OF_ORDER_PLACED:
    case EFFECT_OF_ORDER_REFUNDED:
    case EFFECT_OF_COST: add_money(members, policy, event); break;
    case EFFECT_OF_FEEDBACK: add(members, "sentiment", span_text(sentiments[event->variant])); break;
    case EFFECT_OF_OBJECTION_RAISED:
    case EFFECT_OF_OBJECTION_RESOLVED: add_objection(members, event); break;
    case EFFECT_OF_PROMISE_MADE: add_time(members, "due", event->due); add_by(members, event); break;
    case EFFECT_OF_PROMISE_KEPT:
    case EFFECT_OF_PROMISE_BROKEN:
    case EFFECT_OF_RELATIONSHIP_ENDED: add_by(members, event); break;
    case EFFECT_OF_AGREEMENT_MADE:
    case EFFECT_OF_REMINDER_SNOOZED: add_time(members, "until", event->until); break;
    case EFFECT_OF_CHECKLIST_MARKED: add_item(members, policy, event); break;
    default: break;
    }
}

// The member that names what the event refers to.
static const char *ref_name(const struct event *event)
{
    switch (event->effect) {
    case EFFECT_OF_ORDER_PLACED:
    case EFFECT_OF_ORDER_DELIVERED:
    case EFFECT_OF_ORDER_REFUNDED: return "order_id";
    case EFFECT_OF_PROMISE_MADE:
    case EFFECT_OF_PROMISE_KEPT:
    case EFFECT_OF_PROMISE_BROKEN: return "promise_id";
    case EFFECT_OF_REMINDER_ACKNOWLEDGED:
    case EFFECT_OF_REMINDER_DISMISSED:
    case EFFECT_OF_REMINDER_SNOOZED: return "reminder_id";
    case EFFECT_OF_CUSTOMER_MERGED: return "into";
    case EFFECT_OF_CUSTOMER_UNMERGED: return "customer";
    default: return NULL;
    }
}

size_t event_json(const struct policy *policy, const struct event *event, char text[EVENT_JSON_MAX])
{
    static const char *const directions[] = {NULL, "inbound", "outbound", "both"};
    struct members members = {.size = 0};
    char time[TIME_TEXT_MAX];
    if (event->direction != SIDE_NONE)
        add(&members, "direction", span_text(directions[event->direction]));
    if (event->ref.data && ref_name(event))
        add(&members, ref_name(event), event->ref);
    add_by_effect(&members, policy, event);
    members.text[0] = '{';
    if (members.size == 0)
        members.size = 1;
    time_format(event->time, time);
    int length = snprintf(text, EVENT_JSON_MAX,
                          "{\"specversion\":\"1.0\",\"id\":\"%.*s\",\"source\":\"%.*s\",\"type\":\"%s\",\"time\":\"%s\","
                          "\"subject\":\"%.*s\",\"data\":%.*s}}",
                          (int)event->id.size, event->id.data, (int)event->source.size, event->source.data,
                          policy_rule(policy, event->type)->name, time, (int)event->subject.size, event->subject.data,
                          (int)members.size, members.text);
    return (size_t)length;
}
