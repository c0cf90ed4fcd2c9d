// Open and coming reminders through the views, with what their sentences tell: the views have no books of customers,
// so as much of one is made here as a sentence reads.
#include "base/status.h"
#include "overview_read.h"
#include "postgres/overview.h"
#include "postgres/sql.h"
#include "rows.h"

// Columns of overview_due.sql.
enum {
    NOW, CUSTOMER, KIND, OPEN, REMINDER_ID, ANCHOR, DUE_AT, OPENED_AT, NOTICES, ACKNOWLEDGED_AT, SNOOZED_UNTIL, AT_RISK,
    OWNER, MANAGER, NAME, LEVEL, TIER, TARGET, STAGE, FIRST_SEEN_AT, LAST_CONTACT_AT, UNANSWERED_AT, UNFOLLOWED_AT,
    AGREEMENT_AT, AGREEMENT_UNTIL, PROMISE_ID, PROMISE_BY, PROMISE_DUE, PROMISE_MADE, PROMISE_OUTCOME, OBJECTION_KINDS,
    OBJECTION_CAUSES, OBJECTIONS_SINCE
};

struct reading {
    const struct policy *policy;
    int (*each)(void *context, const struct due_line *line);
    void *context;
    instant now;
    struct customer customer;
    struct book book;
};

static void read_customer(const PGresult *result, int row, struct customer *customer)
{
    customer_init(customer);
    customer->level = result_int2(result, row, LEVEL);
    customer->stage = result_int2(result, row, STAGE);
    customer->first_seen_at = result_instant(result, row, FIRST_SEEN_AT);
    customer->last_contact_at = result_instant(result, row, LAST_CONTACT_AT);
    customer->unanswered_at = result_instant(result, row, UNANSWERED_AT);
    customer->unfollowed_at = result_instant(result, row, UNFOLLOWED_AT);
    customer->agreement_at = result_instant(result, row, AGREEMENT_AT);
    customer->agreement_until = result_instant(result, row, AGREEMENT_UNTIL);
    customer_set_trait(customer, TRAIT_TIER, overview_code(result, row, TIER, tier_code, TIER_COUNT));
    customer_set_trait(customer, TRAIT_TARGET,
                       result_null(result, row, TARGET) ? 0 : result_int2(result, row, TARGET));
}

// The promise that the reminder is about, if it is about one.
static void read_promise(const PGresult *result, int row, struct book *book)
{
    struct span id = result_span(result, row, PROMISE_ID);
    if (!id.data || id.size > BOOK_PROMISE_ID_MAX)
        return;
    struct kept_promise *promise = &book->promises[0];
    *promise = (struct kept_promise){
        .id_size = (uint8_t)id.size,
        .by = (uint8_t)overview_code(result, row, PROMISE_BY, by_code, BY_CUSTOMER + 1),
        .kept = !result_null(result, row, PROMISE_OUTCOME),
        .since = result_instant(result, row, PROMISE_MADE),
        .due = result_instant(result, row, PROMISE_DUE),
    };
    if (promise->kept)
        promise->since = result_instant(result, row, PROMISE_OUTCOME);
    memcpy(promise->id, id.data, id.size);
    book->promise_count = 1;
}

static instant array_instant(struct array *array)
{
    return array_number(array) + POSTGRES_EPOCH;
}

static void read_objections(const PGresult *result, int row, struct book *book)
{
    struct array kinds = result_array(result, row, OBJECTION_KINDS);
    struct array causes = result_array(result, row, OBJECTION_CAUSES);
    struct array since = result_array(result, row, OBJECTIONS_SINCE);
    for (struct span name; (name = array_next(&kinds)).data;) {
        int kind = code_number(objection_code, OBJECTION_KIND_COUNT, name);
        int cause = code_number(objection_cause_code, CAUSE_CUSTOMER + 1, array_next(&causes));
        instant at = array_instant(&since);
        if (kind >= 0 && cause >= 0)
            book->objections[kind][cause] = at;
    }
}

// What a reminder counts from that has not opened yet: its due less what the policy adds.
static instant coming_anchor(const struct reading *reading, enum reminder_kind kind, instant due)
{
    const struct policy *policy = reading->policy;
    const struct customer *customer = &reading->customer;
    switch (kind) {
    case REMINDER_CADENCE:
        return due - policy_interval(policy, customer->level, customer_trait(customer, TRAIT_TIER));
    case REMINDER_RESPONSE: return customer->unanswered_at;
    case REMINDER_AFTERSALE: return customer->unfollowed_at;
    case REMINDER_ZONE: return due - policy->zone_grace;
    case REMINDER_STALLED: return due - policy->stall_after;
    case REMINDER_OBJECTION: return due - policy->objection_within;
    case REMINDER_RENEWAL: return customer->agreement_at;
    default: return reading->book.promise_count > 0 ? reading->book.promises[0].since : due;
    }
}

static void read_about(struct reading *reading, const PGresult *result, int row, struct about *about)
{
    book_init(&reading->book);
    read_customer(result, row, &reading->customer);
    read_promise(result, row, &reading->book);
    read_objections(result, row, &reading->book);
    reading->customer.book = &reading->book;
    *about = (struct about){
        .customer_id = result_span(result, row, CUSTOMER),
        .customer = &reading->customer,
        .kind = (enum reminder_kind)overview_kind(result, row, KIND),
        .promise_id = result_span(result, row, PROMISE_ID),
        .anchor = result_instant(result, row, ANCHOR),
        .due_at = result_instant(result, row, DUE_AT),
        .notice_at = result_instant(result, row, NOW),
    };
    // Under a policy that has changed since, a promise is not found by its due.
    if (about->kind >= REMINDER_INSTANT_KINDS && !about->promise_id.data)
        about->promise_id = SPAN_LITERAL("?");
    if (about->anchor == INSTANT_NONE)
        about->anchor = coming_anchor(reading, about->kind, about->due_at);
    about->notice_at = instant_later(about->notice_at, about->due_at);
}

static int take_due(void *context, const PGresult *result, int row)
{
    struct reading *reading = context;
    reading->now = result_instant(result, row, NOW);
    if (result_null(result, row, CUSTOMER))
        return 0;
    struct due_line line = {
        .owner = result_span(result, row, OWNER),
        .manager = result_span(result, row, MANAGER),
        .name = result_span(result, row, NAME),
        .open = result_bool(result, row, OPEN),
        .opened_at = result_instant(result, row, OPENED_AT),
        .notices = result_int4(result, row, NOTICES),
        .acknowledged_at = result_instant(result, row, ACKNOWLEDGED_AT),
        .snoozed_until = result_instant(result, row, SNOOZED_UNTIL),
        .at_risk = result_bool(result, row, AT_RISK),
    };
    if (line.open)
        result_uuid(result, row, REMINDER_ID, line.reminder_id);
    read_about(reading, result, row, &line.about);
    return reading->each(reading->context, &line);
}

int overview_due(const struct postgres_settings *settings, const struct policy *policy, const char *owner,
                 duration within, int (*each)(void *context, const struct due_line *line), void *context,
                 instant *until)
{
    struct reading reading = {.policy = policy, .each = each, .context = context};
    struct parameters parameters = {0};
    char events_clock = policy->events_clock;
    parameter_bytes(&parameters, &events_clock, 1);
    parameter_text(&parameters, owner);
    parameter_int8(&parameters, within);
    parameter_int8(&parameters, policy->promise_lead);
    parameter_int8(&parameters, policy->promise_grace);

    struct connection connection;
    PGresult *result = NULL;
    int outcome = overview_start(&connection, settings);
    if (outcome == 0)
        outcome = connection_run(&connection, sql_overview_due, &parameters, &result);
    outcome = command_finish(&connection, outcome);
    if (outcome == 0)
        outcome = overview_walk(result, take_due, &reading);
    PQclear(result);
    *until = reading.now > INSTANT_LAST - within ? INSTANT_LAST : reading.now + within;
    return outcome;
}
