// An explanation for programs.
#include "app/explain.h"
#include "base/status.h"
#include "codec/writer.h"

static void member_uuid(struct writer *writer, const char *key, const uint8_t uuid[16])
{
    char text[37];
    uuid_text(uuid, text);
    member_text(writer, key, text);
}

static void member_null(struct writer *writer, const char *key)
{
    member_string(writer, key, SPAN_NONE);
}

static void open_member(struct writer *writer, const char *key, char bracket)
{
    json_key(writer, key);
    json_open(writer, bracket);
}

// A number with its code.
static void member_numbered(struct writer *writer, const char *key, int number, const char *code)
{
    open_member(writer, key, '{');
    member_number(writer, "number", number);
    member_text(writer, "code", code);
    json_close(writer, '}');
}

static void members_of_event(struct writer *writer, const struct explained_event *event)
{
    static const char *const sides[] = {NULL, "inbound", "outbound", "both"};
    member_string(writer, "source", event->source);
    member_string(writer, "id", event->id);
    member_text(writer, "type", event->rule->name);
    member_text(writer, "direction", sides[event->side]);
}

static void member_event(struct writer *writer, const struct explanation *made, size_t number)
{
    if (!number) {
        member_null(writer, "event");
        return;
    }
    open_member(writer, "event", '{');
    members_of_event(writer, &made->events.items[number - 1]);
    json_close(writer, '}');
}

// ----------------------------------------------------------------------------------------------- who, and where

static void put_profile(struct writer *writer, const struct explanation *made)
{
    const struct book *book = &made->book;
    const struct customer *state = &made->state;
    member_string(writer, "name", book_text_span(&book->name));
    member_string(writer, "owner", book_text_span(&book->owner));
    member_string(writer, "manager", book_text_span(&book->manager));
    member_string(writer, "channel", book_text_span(&book->channel));
    member_text(writer, "style", customer_style_code(customer_trait(state, TRAIT_STYLE)));
    member_bool(writer, "unfit", customer_unfit(state));
}

static void put_step(struct writer *writer, const struct explanation *made, const struct explained_step *step)
{
    json_open(writer, '{');
    member_instant(writer, "at", step->at);
    member_number(writer, "from", step->transition.from);
    member_number(writer, "to", step->transition.to);
    member_text(writer, "cause", level_cause_code((enum level_cause)step->transition.detail));
    if (step->evidence)
        member_number(writer, "evidence_of", step->evidence);
    else
        member_null(writer, "evidence_of");
    member_event(writer, made, step->event);
    json_close(writer, '}');
}

static void put_level(struct writer *writer, const struct explanation *made)
{
    const struct customer *state = &made->state;
    int target = customer_trait(state, TRAIT_TARGET);
    open_member(writer, "level", '{');
    member_number(writer, "number", state->level);
    member_text(writer, "code", level_code(state->level));
    member_instant(writer, "since", state->level_since);
    if (target)
        member_number(writer, "target", target);
    else
        member_null(writer, "target");
    open_member(writer, "steps", '[');
    for (size_t i = 0; i < made->steps.count; i++)
        if (made->steps.items[i].transition.kind == TRANSITION_LEVEL)
            put_step(writer, made, &made->steps.items[i]);
    json_close(writer, ']');
    json_close(writer, '}');
}

static void put_place(struct writer *writer, const struct explanation *made)
{
    const struct customer *state = &made->state;
    member_numbered(writer, "stage", state->stage, stage_code(state->stage));
    member_instant(writer, "stage_since", state->stage_since);
    open_member(writer, "pram", '{');
    member_number(writer, "cycle", state->pram_cycle);
    member_text(writer, "phase", phase_code(customer_trait(state, TRAIT_PHASE)));
    member_bool(writer, "premature", customer_trait(state, TRAIT_PREMATURE));
    member_instant(writer, "agreement_at", state->agreement_at);
    member_instant(writer, "agreement_until", state->agreement_until);
    json_close(writer, '}');
}

// --------------------------------------------------------------------------------------------- warmth, evidence

static void put_warmth(struct writer *writer, const struct explanation *made, const struct policy *policy)
{
    open_member(writer, "warmth", '{');
    member_real(writer, "value", made->warmth);
    member_real(writer, "half_life_days", (double)policy->half_life / (double)DAY);
    open_member(writer, "contributions", '[');
    for (size_t i = 0; i < made->weights.count; i++) {
        const struct explained_event *event = &made->events.items[made->weights.items[i]];
        json_open(writer, '{');
        members_of_event(writer, event);
        member_instant(writer, "at", event->at);
        member_real(writer, "points", event->points);
        member_real(writer, "weight", event->weight);
        json_close(writer, '}');
    }
    json_close(writer, ']');
    json_close(writer, '}');
}

static void put_evidence(struct writer *writer, const struct explanation *made)
{
    open_member(writer, "evidence", '[');
    for (int level = LEVEL_REACTIVE; level <= LEVEL_COUNT; level++) {
        const struct explained_evidence *evidence = &made->evidence[level - 1];
        json_open(writer, '{');
        member_number(writer, "level", level);
        member_bool(writer, "holds", evidence->holds);
        member_instant(writer, "since", evidence->since);
        member_instant(writer, "until", evidence->until);
        if (level == LEVEL_PROACTIVE)
            member_number(writer, "rhythm", made->state.rhythm);
        json_close(writer, '}');
    }
    json_close(writer, ']');
}

static void put_missing(struct writer *writer, const struct explanation *made)
{
    int next = made->state.level + 1;
    if (next > LEVEL_COUNT) {
        member_null(writer, "missing");
        return;
    }
    open_member(writer, "missing", '{');
    member_number(writer, "level", next);
    member_real(writer, "warmth", made->warmth_lacks);
    open_member(writer, "evidence_of", '[');
    bool first = true;
    for (int level = LEVEL_REACTIVE; level <= next; level++)
        if (!made->evidence[level - 1].holds) {
            write_text(writer, first ? "" : ",");
            write_number(writer, level);
            first = false;
        }
    json_close(writer, ']');
    member_number(writer, "rhythm", made->rhythm_lacks);
    json_close(writer, '}');
}

// ------------------------------------------------------------------------------------------- reminders, future

static void members_of_reminder(struct writer *writer, const struct explanation *made,
                                const struct explained_reminder *reminder)
{
    uint8_t id[16];
    if (reminder->promise_id.data)
        promise_reminder_id(id, made->id, reminder->kind, reminder->promise_id);
    else
        reminder_id(id, made->id, reminder->kind, reminder->care.anchor);
    member_uuid(writer, "reminder_id", id);
    member_text(writer, "kind", reminder_kind_code(reminder->kind));
    member_string(writer, "promise_id", reminder->promise_id);
    member_instant(writer, "due", reminder->care.due_at);
    member_instant(writer, "opened", reminder->care.opened_at);
    member_instant(writer, "manager", reminder->manager_at);
    member_instant(writer, "at_risk_from", reminder->risk_at);
    open_member(writer, "why", '{');
    for (int language = 0; language < LANGUAGES; language++)
        member_string(writer, language_code((enum language)language), reminder->why[language]);
    json_close(writer, '}');
}

static void put_reminders(struct writer *writer, const struct explanation *made)
{
    open_member(writer, "reminders", '[');
    for (size_t i = 0; i < made->reminders.count; i++) {
        const struct explained_reminder *reminder = &made->reminders.items[i];
        json_open(writer, '{');
        members_of_reminder(writer, made, reminder);
        member_number(writer, "notices", reminder->care.notices);
        member_instant(writer, "next", reminder->next_at);
        member_instant(writer, "acknowledged", reminder->care.acknowledged_at);
        member_instant(writer, "snoozed_until", reminder->care.snoozed_until);
        member_bool(writer, "at_risk", reminder->at_risk);
        json_close(writer, '}');
    }
    json_close(writer, ']');
}

static void put_future(struct writer *writer, const struct explanation *made)
{
    open_member(writer, "future", '[');
    for (size_t i = 0; i < made->future.count; i++) {
        const struct foreseen *foreseen = &made->future.items[i];
        json_open(writer, '{');
        member_instant(writer, "at", foreseen->at);
        json_key(writer, foreseen->opens ? "reminder" : "level");
        if (foreseen->opens) {
            json_open(writer, '{');
            members_of_reminder(writer, made, &foreseen->reminder);
            json_close(writer, '}');
        } else {
            put_step(writer, made, &foreseen->step);
        }
        json_close(writer, '}');
    }
    json_close(writer, ']');
}

// ------------------------------------------------------------------------------ promises, objections, next steps

static void put_side(struct writer *writer, const char *key, const struct explained_promises *promises)
{
    int all = promises->kept + promises->broken;
    open_member(writer, key, '{');
    member_number(writer, "kept", promises->kept);
    member_number(writer, "broken", promises->broken);
    if (all > 0)
        member_real(writer, "rate", (double)promises->kept / all);
    else
        member_null(writer, "rate");
    json_close(writer, '}');
}

static void put_promises(struct writer *writer, const struct explanation *made)
{
    open_member(writer, "promises", '{');
    put_side(writer, "us", &made->promises[BY_US]);
    put_side(writer, "customer", &made->promises[BY_CUSTOMER]);
    open_member(writer, "open", '[');
    for (size_t i = 0; i < made->promise_count; i++) {
        const struct promise *promise = &made->promise_rows[i].promise;
        if (promise->state != PROMISE_OPEN)
            continue;
        json_open(writer, '{');
        member_string(writer, "promise_id", promise->id);
        member_text(writer, "by", by_code(promise->by));
        member_string(writer, "about", promise->about);
        member_instant(writer, "made", promise->made_at);
        member_instant(writer, "due", promise->due);
        json_close(writer, '}');
    }
    json_close(writer, ']');
    json_close(writer, '}');
}

static void put_objections(struct writer *writer, const struct explanation *made)
{
    open_member(writer, "objections", '[');
    for (int kind = 0; kind < OBJECTION_KIND_COUNT; kind++)
        for (int cause = CAUSE_COMPANY; cause <= CAUSE_CUSTOMER; cause++) {
            if (made->book.objections[kind][cause] == INSTANT_NONE)
                continue;
            json_open(writer, '{');
            member_text(writer, "kind", objection_code(kind));
            member_text(writer, "cause", objection_cause_code(cause));
            member_instant(writer, "raised", made->book.objections[kind][cause]);
            json_close(writer, '}');
        }
    json_close(writer, ']');
}

static void put_next(struct writer *writer, const struct explanation *made, struct words *words)
{
    uint64_t steps = customer_next_steps(words->policy, &made->state);
    open_member(writer, "next_steps", '[');
    for (size_t i = 0; i < words->policy->item_count; i++)
        if (steps >> i & 1) {
            json_open(writer, '{');
            member_text(writer, "list", words->policy->items[i].list);
            member_text(writer, "item", words->policy->items[i].item);
            json_close(writer, '}');
        }
    json_close(writer, ']');
}

static void put_range(struct writer *writer, const char *key, const struct valued *valued, enum rfm what)
{
    open_member(writer, key, '{');
    member_number(writer, "value", valued->values[what]);
    if (valued->scores[what]) {
        member_number(writer, "score", valued->scores[what]);
        member_number(writer, "least", valued->least[what]);
        member_number(writer, "most", valued->most[what]);
    } else {
        member_null(writer, "score");
    }
    json_close(writer, '}');
}

static void put_rank(struct writer *writer, const struct explanation *made, const struct policy *policy)
{
    const struct valued *valued = &made->valued;
    if (!valued->known) {
        member_null(writer, "ranked");
        return;
    }
    open_member(writer, "ranked", '{');
    member_instant(writer, "until", policy_day_begins(policy, valued->day + 1));
    put_range(writer, "recency", valued, RFM_RECENCY);
    put_range(writer, "frequency", valued, RFM_FREQUENCY);
    put_range(writer, "monetary", valued, RFM_MONETARY);
    if (valued->rank)
        member_number(writer, "rank", valued->rank);
    else
        member_null(writer, "rank");
    member_number(writer, "of", valued->ranked);
    member_string(writer, "segment", valued->segment);
    member_string(writer, "abc", span_of(&valued->abc, 1));
    member_real(writer, "share_before", valued->share_before);
    member_text(writer, "tier", tier_code(valued->tier));
    member_number(writer, "target", valued->target);
    member_number(writer, "last_money", made->last_money);
    member_number(writer, "before_money", made->before_money);
    member_number(writer, "clv", valued->clv);
    if (valued->has_model) {
        member_real(writer, "p_alive", valued->alive);
        member_real(writer, "expected_orders", valued->expected);
    }
    json_close(writer, '}');
}

static void put_value(struct writer *writer, const struct explanation *made, const struct policy *policy)
{
    const struct customer *state = &made->state;
    open_member(writer, "value", '{');
    member_number(writer, "orders", state->orders);
    member_number(writer, "spent", state->spent);
    member_instant(writer, "first_order", state->first_order_at);
    member_instant(writer, "last_order", state->last_order_at);
    member_number(writer, "purchase_days", state->purchase_days);
    member_number(writer, "referrals", state->referrals);
    member_number(writer, "f", made->f);
    member_number(writer, "m", made->m);
    member_text(writer, "tier", tier_code(customer_trait(state, TRAIT_TIER)));
    put_rank(writer, made, policy);
    json_close(writer, '}');
}

int explain_json(const struct explanation *explanation, struct words *words, struct span asked, FILE *out)
{
    struct writer writer;
    writer_init(&writer, words->arena);
    json_open(&writer, '{');
    member_string(&writer, "customer", explanation->id);
    member_string(&writer, "asked", asked);
    member_instant(&writer, "at", explanation->at);
    member_instant(&writer, "read", explanation->read);
    member_instant(&writer, "now", explanation->wall);
    put_profile(&writer, explanation);
    put_level(&writer, explanation);
    put_place(&writer, explanation);
    put_warmth(&writer, explanation, words->policy);
    put_evidence(&writer, explanation);
    put_missing(&writer, explanation);
    put_future(&writer, explanation);
    put_reminders(&writer, explanation);
    put_promises(&writer, explanation);
    put_objections(&writer, explanation);
    put_next(&writer, explanation, words);
    put_value(&writer, explanation, words->policy);
    json_close(&writer, '}');
    struct span text = writer_finish(&writer);
    if (!text.data)
        return fault(STATUS_NOMEM, "out of memory");
    fwrite(text.data, 1, text.size, out);
    fputs("\n", out);
    return 0;
}
