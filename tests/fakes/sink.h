// A sink that keeps what was published. It can fail, deliver only the first messages, or deliver and not
// say so.
#ifndef GUANXI_TESTS_FAKES_SINK_H
#define GUANXI_TESTS_FAKES_SINK_H

#include "port/sink.h"

struct published {
    char *topic;
    struct span key, payload; // owned by the sink
    char id[64];              // of the CloudEvent
};

struct fake_sink;
struct fake_sink *fake_sink_new(void);
void fake_sink_free(struct fake_sink *sink);
struct sink *fake_sink_port(struct fake_sink *sink);

// For the next `calls` calls: at most `most` messages of each reach the broker, at most `told` of them are
// reported; `result` is returned when it is negative.
struct fake_sink_fault {
    int calls;
    size_t most, told;
    int result;
};
void fake_sink_fail(struct fake_sink *sink, const struct fake_sink_fault *fault);

// In the order of publication, repeats included.
size_t fake_sink_count(struct fake_sink *sink);
const struct published *fake_sink_message(struct fake_sink *sink, size_t i);
// The same of one topic; `i` counts from its first message.
size_t fake_sink_count_in(struct fake_sink *sink, const char *topic);
const struct published *fake_sink_message_in(struct fake_sink *sink, const char *topic, size_t i); // NULL: none
// How often an id was published.
size_t fake_sink_times(struct fake_sink *sink, const char *id);

#endif
