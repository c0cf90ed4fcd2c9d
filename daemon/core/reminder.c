#include "reminder.h"

#include "core/model.h"
#include "objection.h"
#include "reminder_kind.h"

enum {
    NOTICE_TO_MANAGER = 3,         // the first notice that goes to the manager as well
    NOTICE_LAST = 1 + ESCALATIONS, // marks the customer at risk; after it, silence
};

// ------------------------------------------------------------------------------------------ what is to come

static bool may_open(const struct customer *customer, enum reminder_kind kind)
{
    return customer->stage != STAGE_ENDED && (reminder_rules[kind].owed || !customer_unfit(customer));
}

// When the reminder of a kind (and promise) that is not open opens; *due is its nominal due.
static instant next_opening(const struct subject *subject, enum reminder_kind kind, const struct care *care,
                            instant *due)
{
    const struct reminder_rule *rule = &reminder_rules[kind];
    // Anchors only move forward, so the last one opened is all there is to remember.
    instant anchor = rule->anchor(subject);
    if (anchor == INSTANT_NONE || anchor == care->anchor || !may_open(subject->customer, kind)) {
        return INSTANT_NEVER;
    }
    *due = rule->due(subject, anchor);
    instant from = instant_later(*due, reminder_clock(subject->customer));
    return rule->opens ? rule->opens(subject, from) : policy_working(subject->policy, from);
}

static instant next_notice(const struct subject *subject, const struct care *care)
{
    if (care->next_notice == INSTANT_NONE) {
        return INSTANT_NEVER;
    }
    return policy_working(subject->policy, instant_later(care->next_notice, reminder_clock(subject->customer)));
}

// Looks at one kind (and promise): keeps it if it comes before what was found so far.
static void look(const struct subject *subject, enum reminder_kind kind, struct kept_promise *promise,
                 bool openings_only, struct reminder_wake *wake)
{
    const struct care *care = reminder_care(subject->customer->book, kind, promise);
    if (!care || (care->open && openings_only)) {
        return;
    }
    instant due = INSTANT_NEVER;
    instant at = care->open ? next_notice(subject, care) : next_opening(subject, kind, care, &due);
    if (at < wake->at) {
        *wake = (struct reminder_wake){.at = at, .due = due, .kind = kind, .promise = promise};
    }
}

static struct reminder_wake next_of_all(const struct policy *policy, const struct customer *customer,
                                        bool openings_only)
{
    struct reminder_wake wake = {.at = INSTANT_NEVER};
    struct subject subject = {.policy = policy, .customer = customer};
    for (int kind = 0; kind < REMINDER_INSTANT_KINDS; kind++) {
        look(&subject, (enum reminder_kind)kind, NULL, openings_only, &wake);
    }
    struct book *book = customer->book;
    for (int kind = REMINDER_INSTANT_KINDS; kind < REMINDER_KIND_COUNT && book->promise_count > 0; kind++) {
        for (int i = 0; i < book->promise_count; i++) {
            subject.promise = &book->promises[i];
            look(&subject, (enum reminder_kind)kind, &book->promises[i], openings_only, &wake);
        }
    }
    return wake;
}

struct reminder_wake reminder_next(const struct policy *policy, const struct customer *customer)
{
    return next_of_all(policy, customer, false);
}

struct reminder_wake reminder_next_opening(const struct policy *policy, const struct customer *customer)
{
    return next_of_all(policy, customer, true);
}

// ------------------------------------------------------------------------------------------------ firing

static uint8_t recipients(const struct customer *customer, const struct care *care)
{
    bool manager = care->notices >= NOTICE_TO_MANAGER || objection_open(customer->book, OBJECTION_PERSON);
    return manager ? TO_OWNER | TO_MANAGER : TO_OWNER;
}

static void emit(const struct change *change, enum effect_kind what, enum reminder_kind kind,
                 const struct kept_promise *promise, const struct care *care, instant at, const struct event *event,
                 enum reminder_status status)
{
    bool notice = what == EFFECT_REMINDER_OPENED || what == EFFECT_REMINDER_NOTICED;
    struct effect effect = {
        .kind = what,
        .at = at,
        .event = event,
        .reminder = kind,
        .promise_id = promise ? kept_promise_id(promise) : SPAN_NONE,
        .care = *care,
        .status = status,
        .notice = notice ? care->notices : 0,
        .at_risk = care->notices >= NOTICE_LAST,
    };
    if (notice) {
        effect.recipients = recipients(change->customer, care);
    }
    change_emit(change, &effect);
}

// The nominal distance of a notice (from 1) from the opening.
static duration notice_offset(const struct policy *policy, int notice)
{
    return notice == 1 ? 0 : policy->escalate[notice - 2];
}

// The nominal instant of the notice after `notice`, which was nominally at `nominal`: the distance between
// the two is kept even where a snooze has moved the first.
static instant following_notice(const struct policy *policy, int notice, instant nominal)
{
    if (notice >= NOTICE_LAST) {
        return INSTANT_NONE;
    }
    return nominal + notice_offset(policy, notice + 1) - notice_offset(policy, notice);
}

static void close(const struct change *change, enum reminder_kind kind, const struct kept_promise *promise,
                  struct care *care, instant at, const struct event *event, enum reminder_status status)
{
    care->open = false;
    care->next_notice = INSTANT_NONE;
    emit(change, EFFECT_REMINDER_CLOSED, kind, promise, care, at, event, status);
}

void reminder_fire(const struct change *change, const struct reminder_wake *wake, const struct event *event)
{
    struct kept_promise *promise = wake->promise;
    struct care *care = reminder_care(change->customer->book, wake->kind, promise);
    if (care->open) {
        care->notices++;
        care->next_notice = following_notice(change->policy, care->notices, care->next_notice);
        emit(change, EFFECT_REMINDER_NOTICED, wake->kind, promise, care, wake->at, event, REMINDER_OPEN);
        return;
    }
    const struct subject subject = {change->policy, change->customer, promise};
    *care = (struct care){
        .anchor = reminder_rules[wake->kind].anchor(&subject),
        .due_at = wake->due,
        .opened_at = wake->at,
        .next_notice = following_notice(change->policy, 1, wake->at),
        .acknowledged_at = INSTANT_NONE,
        .snoozed_until = INSTANT_NONE,
        .notices = 1,
        .open = true,
    };
    if (wake->kind == REMINDER_OVERDUE && promise->reminder.open) {
        close(change, REMINDER_PROMISE, promise, &promise->reminder, wake->at, event, REMINDER_MOOT);
    }
    emit(change, EFFECT_REMINDER_OPENED, wake->kind, promise, care, wake->at, event, REMINDER_OPEN);
}

// ----------------------------------------------------------------------------------------------- closing

void reminder_end(const struct change *change, enum reminder_kind kind, struct kept_promise *promise,
                  const struct event *event, enum reminder_status status)
{
    struct care *care = reminder_care(change->customer->book, kind, promise);
    if (care && care->open) {
        close(change, kind, promise, care, event->time, event, status);
    }
}

void reminder_cure(const struct change *change, const struct event *event)
{
    const struct subject subject = {.policy = change->policy, .customer = change->customer};
    for (int kind = 0; kind < REMINDER_INSTANT_KINDS; kind++) {
        const struct care *care = &change->customer->book->care[kind];
        if (care->open && reminder_rules[kind].cured(&subject, care->anchor)) {
            reminder_end(change, (enum reminder_kind)kind, NULL, event,
                         event->effect == EFFECT_OF_VALUED ? REMINDER_MOOT : REMINDER_DONE);
        }
    }
}

void reminder_end_unfit(const struct change *change, const struct event *event)
{
    for (int kind = 0; kind < REMINDER_INSTANT_KINDS; kind++) {
        if (!reminder_rules[kind].owed) {
            reminder_end(change, (enum reminder_kind)kind, NULL, event, REMINDER_MOOT);
        }
    }
}

void reminder_end_all(const struct change *change, const struct event *event)
{
    for (int kind = 0; kind < REMINDER_INSTANT_KINDS; kind++) {
        reminder_end(change, (enum reminder_kind)kind, NULL, event, REMINDER_MOOT);
    }
    struct book *book = change->customer->book;
    for (int kind = REMINDER_INSTANT_KINDS; kind < REMINDER_KIND_COUNT; kind++) {
        for (int i = 0; i < book->promise_count; i++) {
            reminder_end(change, (enum reminder_kind)kind, &book->promises[i], event, REMINDER_MOOT);
        }
    }
}

// ----------------------------------------------------------------------------------------------- answers

struct named {
    struct care *care; // NULL: no such reminder is open
    enum reminder_kind kind;
    struct kept_promise *promise;
};

static bool is_named(const struct change *change, const struct event *event, struct named *named)
{
    named->care = reminder_care(change->customer->book, named->kind, named->promise);
    if (!named->care || !named->care->open) {
        return false;
    }
    uint8_t uuid[16];
    if (named->promise) {
        promise_reminder_id(uuid, change->id, named->kind, kept_promise_id(named->promise));
    } else {
        reminder_id(uuid, change->id, named->kind, named->care->anchor);
    }
    return memcmp(uuid, event->reminder_id, sizeof uuid) == 0;
}

// The open reminder of this customer that the event names.
static struct named named_reminder(const struct change *change, const struct event *event)
{
    struct book *book = change->customer->book;
    struct named named = {0};
    for (int kind = 0; kind < REMINDER_KIND_COUNT; kind++) {
        named.kind = (enum reminder_kind)kind;
        int count = kind < REMINDER_INSTANT_KINDS ? 1 : book->promise_count;
        for (int i = 0; i < count; i++) {
            named.promise = kind < REMINDER_INSTANT_KINDS ? NULL : &book->promises[i];
            if (is_named(change, event, &named)) {
                return named;
            }
        }
    }
    return (struct named){0};
}

static void answered(const struct change *change, const struct named *named, enum effect_kind what,
                     const struct event *event)
{
    emit(change, what, named->kind, named->promise, named->care, event->time, event, REMINDER_OPEN);
}

bool reminder_acknowledge(const struct change *change, const struct event *event)
{
    struct named named = named_reminder(change, event);
    if (!named.care || named.care->acknowledged_at != INSTANT_NONE) {
        return false;
    }
    named.care->acknowledged_at = event->time;
    named.care->next_notice = INSTANT_NONE;
    answered(change, &named, EFFECT_REMINDER_ACKNOWLEDGED, event);
    return true;
}

bool reminder_dismiss(const struct change *change, const struct event *event)
{
    struct named named = named_reminder(change, event);
    if (!named.care) {
        return false;
    }
    close(change, named.kind, named.promise, named.care, event->time, event, REMINDER_DISMISSED);
    return true;
}

bool reminder_snooze(const struct change *change, const struct event *event)
{
    struct named named = named_reminder(change, event);
    // Without a number left there can be no further notice.
    if (!named.care || event->until <= event->time || named.care->notices == UINT16_MAX) {
        return false;
    }
    named.care->acknowledged_at = INSTANT_NONE;
    named.care->snoozed_until = event->until;
    named.care->next_notice = event->until;
    answered(change, &named, EFFECT_REMINDER_SNOOZED, event);
    return true;
}
