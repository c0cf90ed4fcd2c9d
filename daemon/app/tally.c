#include "app/tally.h"

#include "core/effect.h"

_Static_assert((int)REJECT_REASON_COUNT <= (int)LABEL_REASON_MOST, "every reason has a series");
_Static_assert((int)REMINDER_KIND_COUNT <= (int)LABEL_KIND_MOST, "and every kind of reminder");

void tally_event(struct tally *tally, const struct event *event, enum metric_result result)
{
    tally->events[tally_type(event->type)][result]++;
    if (tally->now != INSTANT_NONE)
        metric_count(METRIC_EVENT_AGE, &tally->ages, tally->now - event->time);
}

void tally_other(struct tally *tally, enum metric_result result)
{
    tally->events[0][result]++;
}

void tally_reject(struct tally *tally, const struct event *event, enum reject_reason reason)
{
    tally->rejects[reason]++;
    if (event)
        tally_event(tally, event, RESULT_QUARANTINED);
    else
        tally_other(tally, RESULT_QUARANTINED);
}

void tally_commit(const struct tally *tally)
{
    for (int type = 0; type < LABEL_TYPE_MOST; type++) {
        for (int result = 0; result < RESULT_COUNT; result++) {
            if (tally->events[type][result])
                metric_add_at(METRIC_EVENTS, type, result, tally->events[type][result]);
        }
    }
    for (int reason = 0; reason < REJECT_REASON_COUNT; reason++) {
        if (tally->rejects[reason])
            metric_add_at(METRIC_QUARANTINED, reason, 0, tally->rejects[reason]);
    }
    if (tally->now != INSTANT_NONE)
        metric_add_counts(METRIC_EVENT_AGE, 0, &tally->ages);
}

int64_t tally_read(enum metric_result result)
{
    int64_t total = 0;
    for (int type = 0; type < LABEL_TYPE_MOST; type++)
        total += metric_read_at(METRIC_EVENTS, type, result);
    return total;
}

void tally_name_series(const struct policy *policy)
{
    for (size_t i = 0; i < policy->type_count; i++) {
        int series = tally_type(policy->types[i].type);
        if (series > 0)
            metric_label_value(LABEL_TYPE, series, policy->types[i].name);
    }
    for (int reason = 0; reason < REJECT_REASON_COUNT; reason++)
        metric_label_value(LABEL_REASON, reason, reject_code((enum reject_reason)reason));
    for (int kind = 0; kind < REMINDER_KIND_COUNT; kind++)
        metric_label_value(LABEL_KIND, kind, reminder_kind_code((enum reminder_kind)kind));
    for (int notice = 1; notice <= ESCALATIONS + 1; notice++) {
        char text[4];
        snprintf(text, sizeof text, "%d", notice);
        metric_label_value(LABEL_NOTICE, notice, text);
    }
    for (int level = LEVEL_BASIC; level <= LEVEL_PROACTIVE; level++)
        metric_label_value(LABEL_CUSTOMER_LEVEL, level, level_code(level));
}
