#include "reminder.h"
#include "core/model.h"

enum {
    NOTICE_TO_MANAGER = 3,         // the first notice that goes to the manager as well
    NOTICE_LAST = 1 + ESCALATIONS, // marks the customer at risk; after it, silence
};

// One row a kind: the instant it is about (INSTANT_NONE: nothing to remind of), when care is due for that
// anchor, and whether the open reminder of an anchor has been cured.
struct kind_rule {
    instant (*anchor)(const struct customer *customer);
    instant (*due)(const struct policy *policy, const struct customer *customer, instant anchor);
    bool (*cured)(const struct customer *customer, instant anchor);
};

static instant cadence_anchor(const struct customer *customer)
{
    return customer->last_contact_at != INSTANT_NONE ? customer->last_contact_at
                                                     : customer->first_seen_at;
}

// The interval is that of the level; a factor by tier (1 so far) belongs here.
static instant cadence_due(const struct policy *policy, const struct customer *customer,
                           instant anchor)
{
    return anchor + policy->cadence[customer->level];
}

static bool cadence_cured(const struct customer *customer, instant anchor)
{
    return customer->last_contact_at > anchor;
}

static instant response_anchor(const struct customer *customer)
{
    return customer->unanswered_at;
}

static instant response_due(const struct policy *policy, const struct customer *customer,
                            instant anchor)
{
    (void)customer;
    return anchor + policy->response_within;
}

static bool response_cured(const struct customer *customer, instant anchor)
{
    return customer->unanswered_at != anchor;
}

static instant aftersale_anchor(const struct customer *customer)
{
    return customer->unfollowed_at;
}

static instant aftersale_due(const struct policy *policy, const struct customer *customer,
                             instant anchor)
{
    return instant_later(anchor, customer->delivered_at) + policy->aftersale_after;
}

static bool aftersale_cured(const struct customer *customer, instant anchor)
{
    return customer->unfollowed_at != anchor;
}

static const struct kind_rule kinds[REMINDER_KIND_COUNT] = {
    [REMINDER_CADENCE] = {cadence_anchor, cadence_due, cadence_cured},
    [REMINDER_RESPONSE] = {response_anchor, response_due, response_cured},
    [REMINDER_AFTERSALE] = {aftersale_anchor, aftersale_due, aftersale_cured},
};

instant reminder_scheduled(const struct policy *policy, const struct customer *customer,
                           enum reminder_kind kind)
{
    const struct care *care = &customer->care[kind];
    if (care->open) {
        return INSTANT_NEVER;
    }
    // Anchors only move forward, so the last one opened is all there is to remember.
    instant anchor = kinds[kind].anchor(customer);
    if (anchor == INSTANT_NONE || anchor == care->anchor) {
        return INSTANT_NEVER;
    }
    return kinds[kind].due(policy, customer, anchor);
}

instant reminder_next(const struct policy *policy, const struct customer *customer,
                      enum reminder_kind kind)
{
    const struct care *care = &customer->care[kind];
    instant nominal;
    if (care->open) {
        nominal = care->next_notice == INSTANT_NONE ? INSTANT_NEVER : care->next_notice;
    } else {
        nominal = reminder_scheduled(policy, customer, kind);
    }
    if (nominal == INSTANT_NEVER) {
        return INSTANT_NEVER;
    }
    return policy_working(policy, instant_later(nominal, customer->as_of));
}

static void emit(const struct change *change, enum effect_kind what, enum reminder_kind kind,
                 instant at, const struct event *event, enum reminder_status status)
{
    const struct care *care = &change->customer->care[kind];
    bool notice = what == EFFECT_REMINDER_OPENED || what == EFFECT_REMINDER_NOTICED;
    struct effect effect = {
        .kind = what,
        .at = at,
        .event = event,
        .reminder = kind,
        .care = *care,
        .status = status,
        .notice = notice ? care->notices : 0,
        .at_risk = care->notices >= NOTICE_LAST,
    };
    if (notice) {
        effect.recipients = care->notices >= NOTICE_TO_MANAGER ? TO_OWNER | TO_MANAGER : TO_OWNER;
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

void reminder_fire(const struct change *change, enum reminder_kind kind, instant at,
                   const struct event *event)
{
    struct care *care = &change->customer->care[kind];
    if (care->open) {
        care->notices++;
        care->next_notice = following_notice(change->policy, care->notices, care->next_notice);
        emit(change, EFFECT_REMINDER_NOTICED, kind, at, event, REMINDER_OPEN);
        return;
    }
    *care = (struct care){
        .anchor = kinds[kind].anchor(change->customer),
        .due_at = reminder_scheduled(change->policy, change->customer, kind),
        .opened_at = at,
        .next_notice = following_notice(change->policy, 1, at),
        .acknowledged_at = INSTANT_NONE,
        .snoozed_until = INSTANT_NONE,
        .notices = 1,
        .open = true,
    };
    emit(change, EFFECT_REMINDER_OPENED, kind, at, event, REMINDER_OPEN);
}

static void close(const struct change *change, enum reminder_kind kind, const struct event *event,
                  enum reminder_status status)
{
    struct care *care = &change->customer->care[kind];
    care->open = false;
    care->next_notice = INSTANT_NONE;
    emit(change, EFFECT_REMINDER_CLOSED, kind, event->time, event, status);
}

void reminder_cure(const struct change *change, const struct event *event)
{
    for (int kind = 0; kind < REMINDER_KIND_COUNT; kind++) {
        const struct care *care = &change->customer->care[kind];
        if (care->open && kinds[kind].cured(change->customer, care->anchor)) {
            close(change, (enum reminder_kind)kind, event, REMINDER_DONE);
        }
    }
}

// The open reminder of this customer that the event names, or REMINDER_KIND_COUNT.
static enum reminder_kind named_reminder(const struct change *change, const struct event *event)
{
    for (int kind = 0; kind < REMINDER_KIND_COUNT; kind++) {
        const struct care *care = &change->customer->care[kind];
        if (care->open) {
            uint8_t uuid[16];
            reminder_id(uuid, change->id, (enum reminder_kind)kind, care->anchor);
            if (memcmp(uuid, event->reminder_id, sizeof uuid) == 0) {
                return (enum reminder_kind)kind;
            }
        }
    }
    return REMINDER_KIND_COUNT;
}

bool reminder_acknowledge(const struct change *change, const struct event *event)
{
    enum reminder_kind kind = named_reminder(change, event);
    if (kind == REMINDER_KIND_COUNT) {
        return false;
    }
    struct care *care = &change->customer->care[kind];
    if (care->acknowledged_at != INSTANT_NONE) {
        return false;
    }
    care->acknowledged_at = event->time;
    care->next_notice = INSTANT_NONE;
    emit(change, EFFECT_REMINDER_ACKNOWLEDGED, kind, event->time, event, REMINDER_OPEN);
    return true;
}

bool reminder_dismiss(const struct change *change, const struct event *event)
{
    enum reminder_kind kind = named_reminder(change, event);
    if (kind == REMINDER_KIND_COUNT) {
        return false;
    }
    close(change, kind, event, REMINDER_DISMISSED);
    return true;
}

bool reminder_snooze(const struct change *change, const struct event *event)
{
    enum reminder_kind kind = named_reminder(change, event);
    if (kind == REMINDER_KIND_COUNT || event->until <= event->time) {
        return false;
    }
    struct care *care = &change->customer->care[kind];
    if (care->notices == UINT16_MAX) {
        return false; // no number is left for one more notice
    }
    care->acknowledged_at = INSTANT_NONE;
    care->snoozed_until = event->until;
    care->next_notice = event->until;
    emit(change, EFFECT_REMINDER_SNOOZED, kind, event->time, event, REMINDER_OPEN);
    return true;
}
