// The policy's defaults, and finding rules and marks in it.
#include <assert.h>

#include "core/customer.h"
#include "core/policy.h"

static const struct zone_transition utc = {.from = INSTANT_NONE, .offset = 0};

// The rows of core/event_type.h as rules, but for their marks, which stand beside.
static const struct {
    struct type_rule rule;
    const char *mark; // "list.item"; '>' before it: by outbound contacts only; "" is none
} built_in[POLICY_TYPES] = {
#define X(number, NAME, text, made, does, points0, points1, points2, marked) \
    {{.name = text,                                                          \
      .type = number,                                                        \
      .effect = EFFECT_OF_##does,                                            \
      .contact = CONTACT_##made,                                             \
      .points = {points0, points1, points2}},                                \
     marked},
    EVENT_TYPES(X)
#undef X
};

static const struct checklist_item default_items[] = {
    {"five_as", "opening"},   {"five_as", "discovery"},  {"five_as", "message"},
    {"five_as", "objection"}, {"five_as", "closing"},    {"buying", "attention"},
    {"buying", "interest"},   {"buying", "desire"},      {"buying", "evaluation"},
    {"buying", "purchase"},   {"spin", "situation"},     {"spin", "problem"},
    {"spin", "implication"},  {"spin", "payoff"},        {"fab", "features"},
    {"fab", "advantages"},    {"fab", "benefits"},       {"icon", "interests"},
    {"icon", "criteria"},     {"icon", "options"},       {"icon", "alternative"},
    {"tasks", "plan"},        {"tasks", "invite"},       {"tasks", "visit"},
    {"tasks", "survey"},      {"tasks", "proposal"},     {"tasks", "demo"},
    {"tasks", "exchange"},    {"tasks", "requirements"}, {"tasks", "design"},
    {"tasks", "evaluation"},  {"tasks", "negotiation"},  {"tasks", "contract"},
};
enum { DEFAULT_ITEMS = sizeof default_items / sizeof default_items[0] };

// The items of `tasks` that belong to each stage.
enum { STAGE_TASKS = 3 };
static const char *const default_tasks[POLICY_STAGES][STAGE_TASKS] = {
    [STAGE_STRANGER] = {"plan", "invite"},
    [STAGE_ESTABLISHED] = {"visit", "survey", "proposal"},
    [STAGE_EVALUATING] = {"demo", "exchange"},
    [STAGE_GROWING] = {"requirements", "design", "evaluation"},
    [STAGE_MATURE] = {"negotiation", "contract"},
};
static_assert((int)POLICY_STAGES == (int)STAGE_COUNT, "core/policy.h knows the number of stages");

static void default_levels(struct policy *policy)
{
    policy->half_life = 90 * DAY;
    policy->enter[LEVEL_REACTIVE] = 5;
    policy->leave[LEVEL_REACTIVE] = 2.5;
    policy->enter[LEVEL_ACCOUNTABLE] = 15;
    policy->leave[LEVEL_ACCOUNTABLE] = 7.5;
    policy->enter[LEVEL_PROACTIVE] = 30;
    policy->leave[LEVEL_PROACTIVE] = 15;
    policy->inbound_window = 365 * DAY;
    policy->followed_window = 365 * DAY;
    policy->outbound_window = 45 * DAY;
    policy->rhythm_least = 3;
    policy->fade_step = 30 * DAY;
    policy->rhythm_gap = 45 * DAY;
    policy->follow_up_window = 30 * DAY;
}

static void default_reminders(struct policy *policy)
{
    policy->cadence[LEVEL_BASIC] = 180 * DAY;
    policy->cadence[LEVEL_REACTIVE] = 90 * DAY;
    policy->cadence[LEVEL_ACCOUNTABLE] = 45 * DAY;
    policy->cadence[LEVEL_PROACTIVE] = 30 * DAY;
    policy->response_within = 1 * DAY;
    policy->aftersale_after = 7 * DAY;
    for (int tier = TIER_NONE; tier < TIER_COUNT; tier++) {
        policy->tier_factor[tier] = 1;
    }
    policy->tier_factor[TIER_RISING] = 0.75;
    policy->tier_factor[TIER_STAR] = 0.5;
    policy->zone_grace = 30 * DAY;
    policy->stall_after = 60 * DAY;
    policy->objection_within = 3 * DAY;
    policy->renewal_lead = 30 * DAY;
    policy->cycle_after = 180 * DAY;
    policy->promise_lead = 1 * DAY;
    policy->promise_grace = 1 * DAY;
    policy->escalate[0] = 3 * DAY;
    policy->escalate[1] = 5 * DAY;
    policy->escalate[2] = 7 * DAY;
}

static void default_types(struct policy *policy, struct type_rule types[POLICY_TYPES])
{
    for (size_t i = 0; i < POLICY_TYPES; i++) {
        types[i] = built_in[i].rule;
        const char *mark = built_in[i].mark;
        if (*mark == '\0') {
            continue;
        }
        bool outbound = *mark == '>';
        const char *list = outbound ? mark + 1 : mark;
        const char *dot = strchr(list, '.');
        int bit = policy_mark(policy, span_of(list, (size_t)(dot - list)), span_text(dot + 1));
        assert(bit >= 0); // the event table marks what the default lists have
        *(outbound ? &types[i].outbound_marks : &types[i].marks) = UINT64_C(1) << bit;
    }
    policy->type_count = POLICY_TYPES;
    policy->types = types;
}

static void default_stages(struct policy *policy)
{
    const struct span tasks = SPAN_LITERAL("tasks");
    policy->mature_by = MATURE_BY_ORDER;
    policy->lasting_items = policy_list(policy, tasks);
    for (int stage = 0; stage < POLICY_STAGES; stage++) {
        for (int i = 0; i < STAGE_TASKS && default_tasks[stage][i]; i++) {
            int bit = policy_mark(policy, tasks, span_text(default_tasks[stage][i]));
            assert(bit >= 0); // the stages show what the default lists have
            policy->stage_items[stage] |= UINT64_C(1) << bit;
        }
    }
}

void policy_defaults(struct policy *policy, struct type_rule types[POLICY_TYPES])
{
    memset(policy, 0, sizeof *policy);
    policy->since = INSTANT_NONE;
    default_levels(policy);
    default_reminders(policy);
    policy->rfm_window = 365;
    valuation_defaults(&policy->valuation);
    policy->zone = (struct zone){.count = 1, .transitions = &utc};
    memcpy(policy->zone_name, "UTC", sizeof "UTC");
    memcpy(policy->base_currency, "CNY", sizeof "CNY");
    policy->base_minor_digits = 2;
    policy->item_count = DEFAULT_ITEMS;
    memcpy(policy->items, default_items, sizeof default_items);
    default_types(policy, types);
    default_stages(policy);
    policy->future_tolerance = 5 * MINUTE;
    policy->max_event_bytes = 65536;
}

// The rules in their two runs, built-in and configured, are numbered without gaps: the place of a rule
// follows from its type. A policy built otherwise is searched.
const struct type_rule *policy_rule(const struct policy *policy, uint16_t type)
{
    size_t place = type >= TYPE_CONFIGURED ? POLICY_TYPES + (size_t)(type - TYPE_CONFIGURED)
                                           : (size_t)type - 1;
    if (place < policy->type_count && policy->types[place].type == type) {
        return &policy->types[place];
    }
    for (size_t i = 0; i < policy->type_count; i++) {
        if (policy->types[i].type == type) {
            return &policy->types[i];
        }
    }
    return NULL;
}

// Equality of a NUL-terminated name in an array of `room` bytes.
static bool is_named(const char *name, size_t room, struct span text)
{
    return text.size < room && name[text.size] == '\0' && memcmp(name, text.data, text.size) == 0;
}

const struct type_rule *policy_rule_named(const struct policy *policy, struct span name)
{
    if (name.size == 0) {
        return NULL;
    }
    for (size_t i = 0; i < policy->type_count; i++) {
        if (is_named(policy->types[i].name, TYPE_NAME_MAX, name)) {
            return &policy->types[i];
        }
    }
    return NULL;
}

int policy_mark(const struct policy *policy, struct span list, struct span item)
{
    if (list.size == 0 || item.size == 0) {
        return -1;
    }
    for (size_t i = 0; i < policy->item_count; i++) {
        if (is_named(policy->items[i].list, CHECKLIST_NAME_MAX, list) &&
            is_named(policy->items[i].item, CHECKLIST_NAME_MAX, item)) {
            return (int)i;
        }
    }
    return -1;
}

uint64_t policy_list(const struct policy *policy, struct span list)
{
    uint64_t items = 0;
    for (size_t i = 0; list.size > 0 && i < policy->item_count; i++) {
        if (is_named(policy->items[i].list, CHECKLIST_NAME_MAX, list)) {
            items |= UINT64_C(1) << i;
        }
    }
    return items;
}

duration policy_interval(const struct policy *policy, int level, int tier)
{
    // Rounded to microseconds first, so that 30 days * 0.69 loses no second to the binary form of 0.69.
    double exact = (double)policy->cadence[level] * policy->tier_factor[tier];
    return (duration)(exact + 0.5) / SECOND * SECOND;
}
