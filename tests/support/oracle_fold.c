#include "support/oracle.h"

#include <stdlib.h>
#include <string.h>

enum { REMINDERS = 4096, NOTICES = 64 };

struct notice {
    instant at;
    uint8_t recipients;
};

struct reminder {
    uint8_t id[16];
    enum reminder_kind kind;
    struct care care;
    enum reminder_status status;
    instant closed_at;
    const struct event *closed_by;
    bool at_risk;
    uint16_t notice_count;
    struct notice notices[NOTICES];
};

// One customer while it is folded.
struct fold {
    struct oracle *oracle;
    struct span id;
    struct customer customer;
    struct reminder reminders[REMINDERS];
    size_t reminder_count;
};

// ----------------------------------------------------------------------------------------------- effects

static void print_level_change(const struct fold *fold, const struct effect *effect)
{
    FILE *out = fold->oracle->out;
    row_begin(out, "v_level_change");
    row_text(out, "customer_id", fold->id);
    row_instant(out, "at", effect->at);
    row_integer(out, "from_level", effect->from_level);
    row_integer(out, "to_level", effect->to_level);
    row_text(out, "cause", span_text(level_cause_code(effect->cause)));
    row_text(out, "source", effect->event ? effect->event->source : SPAN_NONE);
    row_text(out, "event_id", effect->event ? effect->event->id : SPAN_NONE);
    row_end(out);
}

static struct reminder *open_reminder(struct fold *fold, const struct effect *effect)
{
    if (fold->reminder_count == REMINDERS)
        abort(); // no test has so many
    struct reminder *reminder = &fold->reminders[fold->reminder_count++];
    *reminder = (struct reminder){.kind = effect->reminder, .status = REMINDER_OPEN, .closed_at = INSTANT_NONE};
    reminder_id(reminder->id, fold->id, effect->reminder, effect->care.anchor);
    return reminder;
}

// The reminder that an effect is about: the last one of its kind.
static struct reminder *find_reminder(struct fold *fold, const struct effect *effect)
{
    for (size_t i = fold->reminder_count; i > 0; i--)
        if (fold->reminders[i - 1].kind == effect->reminder)
            return &fold->reminders[i - 1];
    fprintf(stderr, "oracle: an effect on a reminder that never opened\n");
    abort();
}

static void add_notice(struct reminder *reminder, const struct effect *effect)
{
    if (effect->notice != reminder->notice_count + 1 || effect->notice > NOTICES) {
        fprintf(stderr, "oracle: notice %d after %d\n", effect->notice, reminder->notice_count);
        abort();
    }
    reminder->notices[reminder->notice_count++] = (struct notice){effect->at, effect->recipients};
}

static void on_effect(void *context, const struct effect *effect)
{
    struct fold *fold = context;
    if (effect->kind == EFFECT_LEVEL) {
        print_level_change(fold, effect);
        return;
    }
    struct reminder *reminder =
        effect->kind == EFFECT_REMINDER_OPENED ? open_reminder(fold, effect) : find_reminder(fold, effect);
    reminder->care = effect->care;
    if (effect->kind == EFFECT_REMINDER_OPENED || effect->kind == EFFECT_REMINDER_NOTICED) {
        add_notice(reminder, effect);
        reminder->at_risk = effect->at_risk;
    } else if (effect->kind == EFFECT_REMINDER_CLOSED) {
        reminder->status = effect->status;
        reminder->closed_at = effect->at;
        reminder->closed_by = effect->event;
    }
}

// -------------------------------------------------------------------------------------------------- rows

static void print_positions(const struct oracle *oracle, const struct oracle_event *event)
{
    fputs(",\"positions\":[", oracle->out);
    for (const struct oracle_event *at = event; at; at = at->again)
        fprintf(oracle->out, "%s[\"%s\",%d,%lld]", at == event ? "" : ",", oracle->lanes[at->lane].topic,
                oracle->lanes[at->lane].partition, (long long)at->offset);
    fputc(']', oracle->out);
}

static void print_timeline(const struct fold *fold, const struct oracle_event *event)
{
    static const char *const sides[] = {NULL, "inbound", "outbound", "both"};
    const struct event *told = &event->event;
    FILE *out = fold->oracle->out;
    row_begin(out, "v_timeline");
    row_text(out, "customer_id", fold->id);
    row_instant(out, "occurred_at", told->time);
    row_text(out, "source", told->source);
    row_text(out, "event_id", told->id);
    row_text(out, "type", span_text(policy_rule(&fold->oracle->policy, told->type)->name));
    row_text(out, "direction", span_text(sides[told->side]));
    row_real(out, "points", event->points);
    if (told->effect == EFFECT_OF_ORDER_PLACED || told->effect == EFFECT_OF_ORDER_REFUNDED ||
        told->effect == EFFECT_OF_COST)
        row_integer(out, "amount", told->amount);
    else
        row_text(out, "amount", SPAN_NONE);
    row_text(out, "ref", told->ref);
    row_text(out, "recorded_as", told->subject);
    print_positions(fold->oracle, event);
    row_end(out);
}

static void print_recipients(FILE *out, uint8_t recipients)
{
    fprintf(out, ",\"recipients\":[%s%s%s]", recipients & TO_OWNER ? "\"owner\"" : "",
            recipients == (TO_OWNER | TO_MANAGER) ? "," : "", recipients & TO_MANAGER ? "\"manager\"" : "");
}

static void print_reminder(const struct fold *fold, const struct reminder *reminder)
{
    FILE *out = fold->oracle->out;
    row_begin(out, "v_reminder");
    row_uuid(out, "reminder_id", reminder->id);
    row_text(out, "customer_id", fold->id);
    row_text(out, "kind", span_text(reminder_kind_code(reminder->kind)));
    row_instant(out, "anchor", reminder->care.anchor);
    row_instant(out, "due_at", reminder->care.due_at);
    row_instant(out, "opened_at", reminder->care.opened_at);
    row_integer(out, "notices", reminder->notice_count);
    row_text(out, "status", span_text(reminder_status_code(reminder->status)));
    row_instant(out, "closed_at", reminder->closed_at);
    row_text(out, "closed_by_source", reminder->closed_by ? reminder->closed_by->source : SPAN_NONE);
    row_text(out, "closed_by_event", reminder->closed_by ? reminder->closed_by->id : SPAN_NONE);
    row_instant(out, "acknowledged_at", reminder->care.acknowledged_at);
    row_instant(out, "snoozed_until", reminder->care.snoozed_until);
    row_bool(out, "at_risk", reminder->at_risk);
    row_end(out);
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

static void print_upcoming(const struct fold *fold)
{
    struct upcoming upcoming;
    if (!customer_upcoming(&fold->oracle->policy, &fold->customer, &upcoming))
        return;
    FILE *out = fold->oracle->out;
    row_begin(out, "v_upcoming");
    row_text(out, "customer_id", fold->id);
    row_text(out, "kind", span_text(reminder_kind_code(upcoming.kind)));
    row_instant(out, "due_at", upcoming.due_at);
    row_end(out);
}

// Window totals up to the calendar day of the watermark, straight from the events.
static void print_window(const struct fold *fold, const struct oracle_event *events, size_t count, instant watermark)
{
    const struct policy *policy = &fold->oracle->policy;
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
    row_integer(fold->oracle->out, "f", f);
    row_integer(fold->oracle->out, "m", m);
}

static void print_customer(const struct fold *fold, const struct oracle_event *events, size_t count, instant watermark)
{
    FILE *out = fold->oracle->out;
    const struct customer *customer = &fold->customer;
    int open = 0;
    bool at_risk = false;
    for (size_t i = 0; i < fold->reminder_count; i++)
        if (fold->reminders[i].status == REMINDER_OPEN) {
            open++;
            at_risk |= fold->reminders[i].at_risk;
        }
    row_begin(out, "v_customer");
    row_text(out, "customer_id", fold->id);
#define ROW_INSTANT(name) row_instant(out, #name, customer->name);
#define ROW_INT2(name) row_integer(out, #name, customer->name);
#define ROW_LAST ROW_INSTANT
#define ROW_SINCE ROW_INSTANT
#define ROW_COUNT4 ROW_INT2
#define ROW_COUNT8 ROW_INT2
#define ROW_REAL(name) row_real(out, #name, customer->name);
#define X(name, kind, meaning) ROW_##kind(name)
    CUSTOMER_FIELDS(X)
#undef X
    row_text(out, "level_code", span_text(level_code(customer->level)));
    row_text(out, "level_zh", span_text(level_name_zh(customer->level)));
    row_integer(out, "open_reminders", open);
    row_bool(out, "at_risk", at_risk);
    print_window(fold, events, count, watermark);
    row_end(out);
}

// -------------------------------------------------------------------------------------------------- fold

static void fold_customer(struct fold *fold, struct oracle_event *events, size_t count, instant watermark)
{
    const struct policy *policy = &fold->oracle->policy;
    struct effects effects = {on_effect, fold};
    size_t applied = 0;
    fold->id = events[0].event.subject;
    fold->reminder_count = 0;
    customer_init(&fold->customer);
    for (size_t i = 0; i < count; i++)
        if (customer_apply(policy, &fold->customer, fold->id, &events[i].event, &effects, &events[i].points) !=
            EVENT_DROPPED) {
            print_timeline(fold, &events[i]);
            applied++;
        }
    if (!applied)
        return;
    customer_settle(policy, &fold->customer, fold->id, &effects);
    if (watermark != INSTANT_NONE)
        customer_advance(policy, &fold->customer, fold->id, watermark, &effects);
    print_customer(fold, events, count, watermark);
    for (size_t i = 0; i < fold->reminder_count; i++)
        print_reminder(fold, &fold->reminders[i]);
    print_upcoming(fold);
}

void oracle_fold(struct oracle *oracle, instant watermark)
{
    struct fold *fold = calloc(1, sizeof *fold);
    if (!fold)
        abort();
    fold->oracle = oracle;
    for (size_t from = 0, to; from < oracle->event_count; from = to) {
        to = from;
        while (to < oracle->event_count && span_equal(oracle->events[to].event.subject, oracle->events[from].event.subject))
            to++;
        fold_customer(fold, &oracle->events[from], to - from, watermark);
    }
    free(fold);
}
