#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/time.h"
#include "core/model.h"
#include "support/stream_tale.h"

#define PICK(tale, list) ((list)[random_below(&(tale)->random, (int64_t)(sizeof(list) / sizeof(*(list))))])

void tale_plan(struct tale *tale, const struct tale_plan *plan)
{
    if (tale->plan_count == TALE_PLANS)
        return;
    struct tale_plan *kept = &tale->plans[tale->plan_count++];
    *kept = *plan;
    kept->told_at = kept->at;
    if (random_permille(&tale->random, tale->late))
        kept->told_at += random_below(&tale->random, 6 * DAY);
    tale->next_plan = instant_earlier(tale->next_plan, kept->told_at);
}

// -------------------------------------------------------------------------------------------- reminders

// A reminder that an event would bring about, if nothing else comes of it.
struct foreseen {
    enum reminder_kind kind;
    instant anchor;
    int promise; // of kinds that are about one
    instant due;
};

static void name_reminder(const struct tale_event *event, const struct foreseen *foreseen, char id[37])
{
    uint8_t uuid[16];
    char subject[64], promise[BOOK_PROMISE_ID_MAX + 1];
    tale_subject(event->customer, subject, sizeof subject);
    if (foreseen->promise) {
        tale_promise_id(event->customer, foreseen->promise, promise);
        promise_reminder_id(uuid, span_text(subject), foreseen->kind, span_text(promise));
    } else {
        reminder_id(uuid, span_text(subject), foreseen->kind, foreseen->anchor);
    }
    uuid_text(uuid, id);
}

// An answer to it (a snooze now and then to a time that has passed), and what cures most kinds at the very instant
// at which it falls due.
static void plan_answers(struct tale *tale, const struct tale_event *event, const struct foreseen *foreseen)
{
    static const char *const answers[] = {"reminder.acknowledged", "reminder.dismissed", "reminder.snoozed"};
    struct tale_plan made = {.customer = event->customer};
    instant due = instant_later(foreseen->due, event->time);
    if (random_permille(&tale->random, 200)) {
        char id[37], until[TIME_TEXT_MAX];
        name_reminder(event, foreseen, id);
        made.type = PICK(tale, answers);
        made.at = due + random_below(&tale->random, 16 * DAY / SECOND) * SECOND;
        time_format(made.at + random_below(&tale->random, 20 * DAY) - 2 * DAY, until);
        if (strcmp(made.type, "reminder.snoozed") == 0)
            snprintf(made.data, sizeof made.data, "{\"reminder_id\":\"%s\",\"until\":\"%s\"}", id, until);
        else
            snprintf(made.data, sizeof made.data, "{\"reminder_id\":\"%s\"}", id);
        tale_plan(tale, &made);
    }
    if (random_permille(&tale->random, 60)) {
        made.type = "message.sent";
        made.at = due;
        snprintf(made.data, sizeof made.data, "{\"channel\":\"wechat\"}");
        tale_plan(tale, &made);
    }
}

static void foresee(struct tale *tale, const struct tale_event *event, enum reminder_kind kind, duration due)
{
    plan_answers(tale, event, &(struct foreseen){.kind = kind, .anchor = event->time, .due = event->time + due});
}

// --------------------------------------------------------------------------------------------- promises

static void plan_outcome(struct tale *tale, const struct tale_event *event)
{
    struct tale_plan made = {.customer = event->customer, .promise = event->promise, .by = event->by};
    made.at = event->due + (random_below(&tale->random, 240) - 100) * HOUR;
    if (made.at <= event->time || !random_permille(&tale->random, 750))
        return;
    char id[BOOK_PROMISE_ID_MAX + 1];
    tale_promise_id(event->customer, event->promise, id);
    made.type = random_permille(&tale->random, 700) ? "promise.kept" : "promise.broken";
    snprintf(made.data, sizeof made.data, "{\"promise_id\":\"%s\",\"by\":\"%s\"}", id, event->by);
    tale_plan(tale, &made);
}

static void plan_from_promise(struct tale *tale, const struct tale_event *event)
{
    struct foreseen foreseen = {.promise = event->promise};
    if (strcmp(event->type, "promise.made") == 0) {
        plan_outcome(tale, event);
        if (strcmp(event->by, "us") == 0) {
            foreseen.kind = REMINDER_PROMISE;
            foreseen.due = event->due - DAY;
            plan_answers(tale, event, &foreseen);
        }
        foreseen.kind = REMINDER_OVERDUE;
        foreseen.due = event->due + DAY;
        plan_answers(tale, event, &foreseen);
    } else if (strcmp(event->type, "promise.kept") == 0 && strcmp(event->by, "customer") == 0) {
        foreseen.kind = REMINDER_THANKS;
        foreseen.due = event->time;
        plan_answers(tale, event, &foreseen);
    }
}

// ---------------------------------------------------------------------------------------- relationships

// What puts right, within weeks and not always, what an event has brought.
static void plan_remedy(struct tale *tale, const struct tale_event *event, const char *type, const char *form,
                        const char *what)
{
    if (!random_permille(&tale->random, 650))
        return;
    struct tale_plan made = {.customer = event->customer, .type = type};
    made.at = event->time + random_below(&tale->random, 30 * DAY / SECOND) * SECOND;
    snprintf(made.data, sizeof made.data, "%s%s%s", form, what, *what ? "\"}" : "}");
    tale_plan(tale, &made);
}

static void plan_from_agreement(struct tale *tale, const struct tale_event *event)
{
    instant due = event->due == INSTANT_NONE ? event->time + 180 * DAY : event->due - 30 * DAY;
    plan_answers(tale, event, &(struct foreseen){
        .kind = REMINDER_RENEWAL, .anchor = event->time, .due = due});
}

static void plan_from_contact(struct tale *tale, const struct tale_event *event)
{
    static const duration cadences[] = {180 * DAY, 90 * DAY, 45 * DAY, 30 * DAY};
    foresee(tale, event, REMINDER_CADENCE, PICK(tale, cadences));
}

void tale_plan_from(struct tale *tale, const struct tale_event *event)
{
#define IS(name) (strcmp(event->type, (name)) == 0)
    if (IS("message.received")) {
        foresee(tale, event, REMINDER_RESPONSE, DAY);
    } else if (IS("order.placed")) {
        foresee(tale, event, REMINDER_AFTERSALE, 7 * DAY);
    } else if (IS("visit.completed") || IS("call.completed")) {
        plan_from_contact(tale, event);
    } else if (IS("proposal.submitted") || IS("survey.completed") || IS("design.submitted")) {
        foresee(tale, event, REMINDER_STALLED, 60 * DAY);
    } else if (IS("objection.raised")) {
        foresee(tale, event, REMINDER_OBJECTION, 3 * DAY);
        plan_remedy(tale, event, "objection.resolved", "{\"kind\":\"", event->what);
    } else if (IS("agreement.made")) {
        plan_from_agreement(tale, event);
    } else if (event->promise) {
        plan_from_promise(tale, event);
    } else if (IS("relationship.ended")) {
        plan_remedy(tale, event, "relationship.reopened", "{", "");
    } else if (IS("customer.updated") && event->what) {
        char form[32];
        snprintf(form, sizeof form, "{\"%s\":\"", event->what);
        plan_remedy(tale, event, "customer.updated", form, "yes");
    }
#undef IS
}
