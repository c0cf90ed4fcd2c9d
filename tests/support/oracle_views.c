#include "support/oracle.h"

// ---------------------------------------------------------------------------------------------- timeline

static void print_positions(const struct oracle *oracle, const struct oracle_event *event)
{
    fputs(",\"positions\":[", oracle->out);
    for (const struct oracle_event *at = event; at; at = at->again)
        fprintf(oracle->out, "%s[\"%s\",%d,%lld]", at == event ? "" : ",", oracle->lanes[at->lane].topic,
                oracle->lanes[at->lane].partition, (long long)at->offset);
    fputc(']', oracle->out);
}

void oracle_print_timeline(const struct oracle_customer *customer, const struct oracle_event *event)
{
    static const char *const sides[] = {NULL, "inbound", "outbound", "both"};
    const struct event *told = &event->event;
    FILE *out = customer->oracle->out;
    row_begin(out, "v_timeline");
    row_text(out, "customer_id", customer->id);
    row_instant(out, "occurred_at", told->time);
    row_text(out, "source", told->source);
    row_text(out, "event_id", told->id);
    row_text(out, "type", span_text(policy_rule(&customer->oracle->policy, told->type)->name));
    row_text(out, "direction", span_text(sides[told->side]));
    row_real(out, "points", event->points);
    if (told->effect == EFFECT_OF_ORDER_PLACED || told->effect == EFFECT_OF_ORDER_REFUNDED ||
        told->effect == EFFECT_OF_COST)
        row_integer(out, "amount", told->amount);
    else
        row_text(out, "amount", SPAN_NONE);
    bool named_erased = oracle_changes_ids(told) && oracle_erased(customer->oracle, told->ref);
    row_text(out, "ref", named_erased ? SPAN_NONE : told->ref);
    row_text(out, "recorded_as", told->subject);
    print_positions(customer->oracle, event);
    row_end(out);
}

// ---------------------------------------------------------------------------------------------- customer

// Window totals up to the calendar day of the watermark, straight from the events.
static void print_window(const struct oracle_customer *customer, const struct oracle_event *events, size_t count,
                         instant watermark)
{
    const struct policy *policy = &customer->oracle->policy;
    int32_t today = policy_day(policy, watermark);
    int64_t f = 0, m = 0;
    for (size_t i = 0; i < count; i++) {
        const struct event *event = &events[i].event;
        int32_t day = policy_day(policy, event->time);
        if (day > today || (policy->rfm_window && day <= today - policy->rfm_window))
            continue;
        if (event->effect == EFFECT_OF_ORDER_PLACED) {
            f++;
            m += event->amount;
        } else if (event->effect == EFFECT_OF_ORDER_REFUNDED) {
            m -= event->amount;
        }
    }
    row_integer(customer->oracle->out, "f", f);
    row_integer(customer->oracle->out, "m", m);
}

static void print_open_reminders(const struct oracle_customer *customer)
{
    int open = 0;
    bool at_risk = false;
    for (size_t i = 0; i < customer->reminders.count; i++)
        if (customer->reminders.items[i].status == REMINDER_OPEN) {
            open++;
            at_risk |= customer->reminders.items[i].at_risk;
        }
    row_integer(customer->oracle->out, "open_reminders", open);
    row_bool(customer->oracle->out, "at_risk", at_risk);
}

// Of what one side promised, the part that was kept; null before there is an outcome.
static void print_keep_rate(const struct oracle_customer *customer, const char *name, enum by by)
{
    int kept = 0, broken = 0;
    for (size_t i = 0; i < customer->promises.count; i++) {
        const struct promise *promise = &customer->promises.items[i];
        kept += promise->by == by && promise->state == PROMISE_KEPT;
        broken += promise->by == by && promise->state == PROMISE_BROKEN;
    }
    if (kept + broken)
        row_real(customer->oracle->out, name, (double)kept / (kept + broken));
    else
        row_text(customer->oracle->out, name, SPAN_NONE);
}

static void print_code(const struct oracle_customer *customer, const char *name, const char *code)
{
    row_text(customer->oracle->out, name, span_text(code));
}

static void print_profile(const struct oracle_customer *customer)
{
    FILE *out = customer->oracle->out;
    const struct customer *state = &customer->state;
#define X(name, meaning) row_text(out, #name, book_text_span(&customer->book.name));
    BOOK_TEXTS(X)
#undef X
    print_code(customer, "kind", customer_kind_code(customer_trait(state, TRAIT_KIND)));
    print_code(customer, "role", customer_role_code(customer_trait(state, TRAIT_ROLE)));
    print_code(customer, "style", customer_style_code(customer_trait(state, TRAIT_STYLE)));
    print_code(customer, "fit_money", fitness_code(customer_trait(state, TRAIT_MONEY)));
    print_code(customer, "fit_authority", fitness_code(customer_trait(state, TRAIT_AUTHORITY)));
    print_code(customer, "fit_need", fitness_code(customer_trait(state, TRAIT_NEED)));
    row_bool(out, "unfit", customer_unfit(state));
}

// The level against its target: nulls while there is none.
static void print_target(const struct oracle_customer *customer)
{
    FILE *out = customer->oracle->out;
    int target = customer_trait(&customer->state, TRAIT_TARGET), level = customer->state.level;
    if (target)
        row_integer(out, "target_level", target);
    else
        row_text(out, "target_level", SPAN_NONE);
    print_code(customer, "zone", !target ? NULL : level < target ? "under" : level == target ? "in" : "over");
    print_code(customer, "tier", tier_code(customer_trait(&customer->state, TRAIT_TIER)));
    row_text(out, "abc", SPAN_NONE); // until a rank was made
}

static void print_life(const struct oracle_customer *customer)
{
    FILE *out = customer->oracle->out;
    const struct customer *state = &customer->state;
    print_code(customer, "level_code", level_code(state->level));
    print_code(customer, "level_zh", level_name_zh(state->level));
    print_code(customer, "stage_code", stage_code(state->stage));
    print_code(customer, "stage_zh", stage_name_zh(state->stage));
    print_code(customer, "ended_by", by_code(customer_trait(state, TRAIT_ENDED_BY) - 1));
    row_text(out, "ended_reason", customer->ended_reason);
    print_code(customer, "pram_phase", phase_code(customer_trait(state, TRAIT_PHASE)));
    row_bool(out, "premature", customer_trait(state, TRAIT_PREMATURE));
}

void oracle_print_customer(const struct oracle_customer *customer, const struct oracle_event *events, size_t count,
                           instant watermark)
{
    FILE *out = customer->oracle->out;
    const struct customer *state = &customer->state;
    row_begin(out, "v_customer");
    row_text(out, "customer_id", customer->id);
#define ROW_INSTANT(name) row_instant(out, #name, state->name);
#define ROW_INT2(name) row_integer(out, #name, state->name);
#define ROW_LAST ROW_INSTANT
#define ROW_SINCE ROW_INSTANT
#define ROW_COUNT4 ROW_INT2
#define ROW_COUNT8 ROW_INT2
#define ROW_REAL(name) row_real(out, #name, state->name);
#define X(name, kind, meaning) ROW_##kind(name)
    CUSTOMER_FIELDS(X)
#undef X
    print_profile(customer);
    print_life(customer);
    print_target(customer);
    print_keep_rate(customer, "keep_rate_us", BY_US);
    print_keep_rate(customer, "keep_rate_customer", BY_CUSTOMER);
    print_open_reminders(customer);
    print_window(customer, events, count, watermark);
    row_end(out);
}

// ------------------------------------------------------------------------------------------ relationship

static void members_of_level(FILE *out, const struct transition *transition)
{
    row_integer(out, "from_level", transition->from);
    row_integer(out, "to_level", transition->to);
    row_text(out, "cause", span_text(level_cause_code((enum level_cause)transition->detail)));
}

static void members_of_stage(FILE *out, const struct transition *transition)
{
    row_integer(out, "from_stage", transition->from);
    row_integer(out, "to_stage", transition->to);
    row_bool(out, "implied", transition->detail);
}

static void members_of_pram(FILE *out, const struct transition *transition)
{
    row_integer(out, "cycle", transition->detail / 2);
    row_text(out, "phase", span_text(phase_code(transition->to)));
    row_bool(out, "premature", transition->detail % 2);
}

static void members_of_tier(FILE *out, const struct transition *transition)
{
    int from = transition->detail / 8;
    row_text(out, "from_tier", span_text(tier_code(transition->from)));
    row_text(out, "to_tier", span_text(tier_code(transition->to)));
    if (from)
        row_integer(out, "from_target", from);
    else
        row_text(out, "from_target", SPAN_NONE);
    row_integer(out, "to_target", transition->detail % 8);
}

static void print_transition(const struct oracle_customer *customer, const struct oracle_transition *told)
{
    static const struct {
        const char *view;
        void (*members)(FILE *out, const struct transition *transition);
        bool names_event;
    } kinds[TRANSITION_KIND_COUNT] = {
        [TRANSITION_LEVEL] = {"v_level_change", members_of_level, true},
        [TRANSITION_STAGE] = {"v_stage_change", members_of_stage, true},
        [TRANSITION_PRAM] = {"v_pram_change", members_of_pram, false},
        [TRANSITION_TIER] = {"v_tier_change", members_of_tier, false},
    };
    FILE *out = customer->oracle->out;
    row_begin(out, kinds[told->transition.kind].view);
    row_text(out, "customer_id", customer->id);
    row_instant(out, "at", told->at);
    kinds[told->transition.kind].members(out, &told->transition);
    if (kinds[told->transition.kind].names_event) {
        row_text(out, "source", told->event ? told->event->source : SPAN_NONE);
        row_text(out, "event_id", told->event ? told->event->id : SPAN_NONE);
    }
    row_end(out);
}

static void print_promise(const struct oracle_customer *customer, const struct promise *promise)
{
    FILE *out = customer->oracle->out;
    row_begin(out, "v_promise");
    row_text(out, "customer_id", customer->id);
    row_text(out, "promise_id", promise->id);
    print_code(customer, "by", by_code(promise->by));
    row_text(out, "about", promise->about);
    row_instant(out, "made_at", promise->made_at);
    row_instant(out, "due_at", promise->due);
    print_code(customer, "state", promise_state_code(promise->state));
    row_instant(out, "outcome_at", promise->outcome_at);
    row_end(out);
}

static void print_objection(const struct oracle_customer *customer, const struct oracle_objection *objection)
{
    FILE *out = customer->oracle->out;
    row_begin(out, "v_objection");
    row_text(out, "customer_id", customer->id);
    print_code(customer, "kind", objection_code(objection->kind));
    print_code(customer, "cause", objection_cause_code(objection->cause));
    row_instant(out, "raised_at", objection->raised_at);
    row_instant(out, "resolved_at", objection->resolved_at);
    row_end(out);
}

static void print_checklists(const struct oracle_customer *customer)
{
    FILE *out = customer->oracle->out;
    const struct policy *policy = &customer->oracle->policy;
    for (size_t i = 0; i < policy->item_count; i++)
        if (customer->book.marked >> i & 1) {
            row_begin(out, "v_checklist");
            row_text(out, "customer_id", customer->id);
            row_text(out, "list", span_text(policy->items[i].list));
            row_text(out, "item", span_text(policy->items[i].item));
            row_instant(out, "marked_at", customer->book.marked_at[i]);
            row_end(out);
        }
}

void oracle_print_relationship(const struct oracle_customer *customer)
{
    for (size_t i = 0; i < customer->transitions.count; i++)
        print_transition(customer, &customer->transitions.items[i]);
    for (size_t i = 0; i < customer->promises.count; i++)
        print_promise(customer, &customer->promises.items[i]);
    for (size_t i = 0; i < customer->objections.count; i++)
        print_objection(customer, &customer->objections.items[i]);
    print_checklists(customer);
}

// --------------------------------------------------------------------------------------------- reminders

static void print_recipients(FILE *out, uint8_t recipients)
{
    fprintf(out, ",\"recipients\":[%s%s%s]", recipients & TO_OWNER ? "\"owner\"" : "",
            recipients == (TO_OWNER | TO_MANAGER) ? "," : "", recipients & TO_MANAGER ? "\"manager\"" : "");
}

static void print_notices(FILE *out, const struct oracle_reminder *reminder)
{
    for (uint16_t i = 0; i < reminder->notice_count; i++) {
        row_begin(out, "v_notice");
        row_uuid(out, "reminder_id", reminder->id);
        row_integer(out, "notice", i + 1);
        row_instant(out, "at", reminder->notices[i].at);
        print_recipients(out, reminder->notices[i].recipients);
        row_bool(out, "open", reminder->status == REMINDER_OPEN);
        row_end(out);
    }
}

static void print_reminder(const struct oracle_customer *customer, const struct oracle_reminder *reminder)
{
    FILE *out = customer->oracle->out;
    char anchor[24];
    snprintf(anchor, sizeof anchor, "%lld", (long long)reminder->care.anchor);
    row_begin(out, "v_reminder");
    row_uuid(out, "reminder_id", reminder->id);
    row_text(out, "customer_id", customer->id);
    print_code(customer, "kind", reminder_kind_code(reminder->kind));
    row_text(out, "anchor", reminder->promise_id.data ? reminder->promise_id : span_text(anchor));
    row_instant(out, "due_at", reminder->care.due_at);
    row_instant(out, "opened_at", reminder->care.opened_at);
    row_integer(out, "notices", reminder->notice_count);
    print_code(customer, "status", reminder_status_code(reminder->status));
    row_instant(out, "closed_at", reminder->closed_at);
    row_text(out, "closed_by_source", reminder->closed_by ? reminder->closed_by->source : SPAN_NONE);
    row_text(out, "closed_by_event", reminder->closed_by ? reminder->closed_by->id : SPAN_NONE);
    row_instant(out, "acknowledged_at", reminder->care.acknowledged_at);
    row_instant(out, "snoozed_until", reminder->care.snoozed_until);
    row_bool(out, "at_risk", reminder->at_risk);
    row_end(out);
    print_notices(out, reminder);
}

static void print_upcoming(const struct oracle_customer *customer)
{
    struct upcoming upcoming;
    if (!customer_upcoming(&customer->oracle->policy, &customer->state, &upcoming))
        return;
    FILE *out = customer->oracle->out;
    row_begin(out, "v_upcoming");
    row_text(out, "customer_id", customer->id);
    print_code(customer, "kind", reminder_kind_code(upcoming.kind));
    row_instant(out, "due_at", upcoming.due_at);
    row_end(out);
}

void oracle_print_reminders(const struct oracle_customer *customer)
{
    for (size_t i = 0; i < customer->reminders.count; i++)
        print_reminder(customer, &customer->reminders.items[i]);
    print_upcoming(customer);
}
