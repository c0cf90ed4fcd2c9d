#include "support/event_json.h"

#include <stdio.h>

#include "codec/time.h"
#include "core/effect.h"

// Members of `data`, each behind a comma.
struct members {
    char text[2048];
    size_t size;
};

static void add(struct members *members, const char *name, struct span value)
{
    members->size += (size_t)snprintf(members->text + members->size, sizeof members->text - members->size,
                                      ",\"%s\":\"%.*s\"", name, (int)value.size, value.data);
}

static void add_code(struct members *members, const char *name, const char *code)
{
    if (code)
        add(members, name, span_text(code));
}

static void add_text(struct members *members, const char *name, struct span value)
{
    if (value.data)
        add(members, name, value);
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
    add_code(members, "by", by_code(event->by));
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
    add_code(members, "kind", objection_code(event->objection));
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

static void add_profile(struct members *members, const struct profile_update *profile)
{
    add_text(members, "owner", profile->owner);
    add_text(members, "manager", profile->manager);
    add_text(members, "name", profile->name);
    add_text(members, "channel", profile->channel);
    add_code(members, "kind", customer_kind_code(profile->kind));
    add_code(members, "role", customer_role_code(profile->role));
    add_code(members, "style", customer_style_code(profile->style));
    add_code(members, "money", fitness_code(profile->money - 1));
    add_code(members, "authority", fitness_code(profile->authority - 1));
    add_code(members, "need", fitness_code(profile->need - 1));
}

static void add_value(struct members *members, const struct event *event)
{
    add_code(members, "tier", tier_code(event->tier));
    members->size += (size_t)snprintf(members->text + members->size, sizeof members->text - members->size,
                                      ",\"target\":%d", event->target);
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
    case EFFECT_OF_CUSTOMER_UPDATED: add_profile(members, event->profile); break;
    case EFFECT_OF_VALUED: add_value(members, event); break;
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

// The member that says something in words.
static const char *text_name(const struct event *event)
{
    switch (event->effect) {
    case EFFECT_OF_PLAN_MADE: return "goal";
    case EFFECT_OF_PROMISE_MADE: return "about";
    case EFFECT_OF_REFERRAL: return "referred";
    case EFFECT_OF_RELATIONSHIP_ENDED: return "reason";
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
    if (text_name(event))
        add_text(&members, text_name(event), event->text);
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
