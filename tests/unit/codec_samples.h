// Every type with data that makes it good.
#ifndef GUANXI_TESTS_CODEC_SAMPLES_H
#define GUANXI_TESTS_CODEC_SAMPLES_H

#include "codec_fixture.h"

static inline void good(struct fixture *fixture, const char *type, const char *data)
{
    int outcome = decode_typed(fixture, type, data);
    if (outcome != DECODED_EVENT) {
        fail_msg("%s %s: %s", type, data,
                 outcome == DECODED_REJECTED ? fixture->reject.detail : "no event");
    }
    assert_span(fixture->event.data, data);
}

static const char *const all_types[] = {
#define X(number, NAME, text, ...) text,
    EVENT_TYPES(X)
#undef X
};

// Data that makes each type good; any type not listed takes {}.
static const char *const least_data[][2] = {
    {"call.completed", "{\"direction\":\"inbound\"}"},
    {"call.missed", "{\"direction\":\"both\"}"},
    {"visit.completed", "{\"direction\":\"outbound\"}"},
    {"order.placed", "{\"order_id\":\"o\",\"amount\":\"1\",\"currency\":\"CNY\"}"},
    {"order.delivered", "{\"order_id\":\"o\"}"},
    {"order.refunded", "{\"order_id\":\"o\",\"amount\":1,\"currency\":\"CNY\"}"},
    {"cost.incurred", "{\"amount\":\"1\",\"currency\":\"CNY\"}"},
    {"feedback.received", "{\"sentiment\":\"praise\"}"},
    {"objection.raised", "{\"kind\":\"need\"}"},
    {"objection.resolved", "{\"kind\":\"need\"}"},
    {"promise.made", "{\"promise_id\":\"p\",\"by\":\"us\",\"due\":\"2026-02-01T00:00:00Z\"}"},
    {"promise.kept", "{\"promise_id\":\"p\",\"by\":\"us\"}"},
    {"promise.broken", "{\"promise_id\":\"p\",\"by\":\"us\"}"},
    {"relationship.ended", "{\"by\":\"us\"}"},
    {"checklist.marked", "{\"list\":\"tasks\",\"item\":\"plan\"}"},
    {"customer.merged", "{\"into\":\"c2\"}"},
    {"customer.unmerged", "{\"customer\":\"c2\"}"},
    {"reminder.acknowledged", "{\"reminder_id\":\"r\"}"},
    {"reminder.dismissed", "{\"reminder_id\":\"r\"}"},
    {"reminder.snoozed", "{\"reminder_id\":\"r\",\"until\":\"2026-02-01T00:00:00Z\"}"},
};
enum { WITH_DATA = sizeof least_data / sizeof least_data[0] };

static inline const char *data_of(const char *type)
{
    for (size_t i = 0; i < WITH_DATA; i++) {
        if (strcmp(least_data[i][0], type) == 0) {
            return least_data[i][1];
        }
    }
    return "{}";
}

#endif
