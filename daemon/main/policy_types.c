#include "main/policy_types.h"

#include "core/customer.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

// The marks of built-in rows, as core/event_type.h writes them.
static const char *const built_in_marks[POLICY_TYPES] = {
#define X(number, NAME, text, contact, effect, points0, points1, points2, marks) marks,
    EVENT_TYPES(X)
#undef X
};

void policy_build_items(struct policy *policy, const struct config_checklists *checklists)
{
    memset(policy->items, 0, sizeof policy->items);
    policy->item_count = 0;
    for (size_t i = 0; i < checklists->count; i++) {
        const struct config_checklist *list = &checklists->items[i];
        for (size_t k = 0; k < list->items.count && policy->item_count < CHECKLIST_ITEMS; k++) {
            struct checklist_item *item = &policy->items[policy->item_count++];
            snprintf(item->list, sizeof item->list, "%s", list->name);
            snprintf(item->item, sizeof item->item, "%s", list->items.items[k]);
        }
    }
    policy->lasting_items = policy_list(policy, SPAN_LITERAL("tasks"));
}

// The bit of "list.item", or -1.
static int find_item(const struct policy *policy, const char *name)
{
    const char *dot = strchr(name, '.');
    return dot ? policy_mark(policy, span_of(name, (size_t)(dot - name)), span_text(dot + 1)) : -1;
}

// Whether the checklists have this list, be it empty, or this "list.item"; its bits in *items.
static bool find_items(const struct policy *policy, const struct config_checklists *checklists,
                       const char *name, uint64_t *items)
{
    int bit = find_item(policy, name);
    *items = bit >= 0 ? UINT64_C(1) << bit : policy_list(policy, span_text(name));
    bool found = bit >= 0;
    for (size_t i = 0; i < checklists->count && !found; i++)
        found = strcmp(checklists->items[i].name, name) == 0;
    return found;
}

void policy_build_stages(struct policy *policy, const struct config_model *model,
                         struct config_problems *problems)
{
    memset(policy->stage_items, 0, sizeof policy->stage_items);
    for (size_t i = 0; i < CONFIG_STAGES; i++) {
        const struct config_stage *stage = &model->stages.items[i];
        for (size_t k = 0; k < stage->items.count; k++) {
            uint64_t items;
            if (!find_items(policy, &model->checklists, stage->items.items[k], &items) && stage->given)
                config_problem(problems, stage->where, "model.stages",
                               "\"%s\" is neither a checklist nor an item of one: expected \"list\" or "
                               "\"list.item\"",
                               stage->items.items[k]);
            policy->stage_items[STAGE_STRANGER + i] |= items;
        }
    }
}

// Adds the mark "list.item", or ">list.item" for outbound contacts only, to a rule. Whether the checklists
// have it.
static bool add_mark(const struct policy *policy, struct type_rule *rule, const char *mark)
{
    bool outbound = *mark == '>';
    int bit = find_item(policy, mark + outbound);
    if (bit < 0)
        return false;
    *(outbound ? &rule->outbound_marks : &rule->marks) |= UINT64_C(1) << bit;
    return true;
}

// How many points a row has: by sentiment, by side, or one.
static size_t variants(const struct type_rule *rule)
{
    switch (rule->effect) {
    case EFFECT_OF_FEEDBACK: return 3;
    case EFFECT_OF_PROMISE_KEPT:
    case EFFECT_OF_PROMISE_BROKEN: return 2;
    default: return 1;
    }
}

static void change_rule(const struct policy *policy, struct type_rule *rule,
                        const struct config_type *change, struct config_problems *problems)
{
    if (change->contact >= 0)
        rule->contact = (uint8_t)change->contact; // the choices stand in the order of enum contact
    if (change->points_count > 0 && change->points_count != variants(rule))
        config_problem(problems, change->where, "model.types",
                       "\"%s\" is given %zu points: expected %zu%s", change->type,
                       change->points_count, variants(rule),
                       variants(rule) == 3   ? " (praise, suggestion, complaint)"
                       : variants(rule) == 2 ? " (by us, by the customer)"
                                             : "");
    for (size_t i = 0; i < change->points_count; i++)
        rule->points[i] = change->points[i];
    if (change->has_marks)
        rule->marks = rule->outbound_marks = 0;
    for (size_t i = 0; i < change->marks.count; i++)
        if (!add_mark(policy, rule, change->marks.items[i]))
            config_problem(
                problems, change->where, "model.types",
                "\"%s\" is no item of the checklists: expected \"list.item\", or \">list.item\" for "
                "outbound contacts only",
                change->marks.items[i]);
}

// What configured types may be called: what stands in events without quoting.
static bool is_type_name(const char *name)
{
    for (; *name; name++)
        if (!isalnum((unsigned char)*name) && !strchr("._-", *name))
            return false;
    return true;
}

// Two rows by name while they have no numbers, else by number.
static int compare_rules(const void *a, const void *b)
{
    const struct type_rule *one = a, *other = b;
    return one->type != other->type ? (one->type > other->type) - (one->type < other->type)
                                    : strcmp(one->name, other->name);
}

void policy_sort_types(struct policy_owner *owner)
{
    qsort(owner->types + POLICY_TYPES, owner->policy.type_count - POLICY_TYPES,
          sizeof *owner->types, compare_rules);
}

void policy_build_types(struct policy_owner *owner, const struct config_types *types,
                        struct config_problems *problems)
{
    struct policy *policy = &owner->policy;
    for (size_t i = 0; i < POLICY_TYPES; i++) {
        owner->types[i].marks = owner->types[i].outbound_marks = 0;
        if (*built_in_marks[i]) // a mark whose list is not configured marks nothing
            add_mark(policy, &owner->types[i], built_in_marks[i]);
    }
    for (size_t i = 0; i < types->count; i++) {
        const struct config_type *change = &types->items[i];
        if (strncmp(change->type, "guanxi.", 7) == 0) {
            config_problem(problems, change->where, "model.types",
                           "\"%s\" is a type of guanxid's own: expected another name",
                           change->type);
            continue;
        }
        struct type_rule *rule = owner->types;
        while (rule < owner->types + policy->type_count && strcmp(rule->name, change->type) != 0)
            rule++;
        if (rule == owner->types + policy->type_count) {
            if (!is_type_name(change->type))
                config_problem(
                    problems, change->where, "model.types",
                    "\"%s\" is no name of a type: expected letters, digits, dots, _ and -",
                    change->type);
            snprintf(rule->name, sizeof rule->name, "%s", change->type);
            rule->effect = EFFECT_OF_PLAIN;
            policy->type_count++;
        }
        change_rule(policy, rule, change, problems);
    }
    policy_sort_types(owner); // all numbers are 0 still: by name
    for (size_t i = POLICY_TYPES; i < policy->type_count; i++)
        owner->types[i].type = (uint16_t)(TYPE_CONFIGURED + (i - POLICY_TYPES));
}
