// Where messages go: topics with acknowledged, ordered, idempotent delivery. Implemented by kafka/ and by a
// fake in the tests. Used by one thread.
#ifndef GUANXI_PORT_SINK_H
#define GUANXI_PORT_SINK_H

#include "core/span.h"

struct sink_message {
    const char *topic;
    struct span key;
    struct span payload; // CloudEvents structured JSON
    bool delivered;      // out: the broker has it
};

struct sink;
struct sink_ops {
    // Sends the messages in order and waits until each is delivered or given up, at most timeout_ms.
    // 0: all delivered. 1: some are not (try them again later, in order). Negative: cannot ever work.
    // A producer that turned fatal is rebuilt inside.
    int (*publish)(struct sink *sink, struct sink_message *messages, size_t count, int timeout_ms);
};

struct sink {
    const struct sink_ops *ops;
};

#endif
