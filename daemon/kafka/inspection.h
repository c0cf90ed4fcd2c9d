// What the looks of inspect*.c share.
#ifndef GUANXI_DAEMON_KAFKA_INSPECTION_H
#define GUANXI_DAEMON_KAFKA_INSPECTION_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdint.h>

#include "kafka/inspect.h"

// A client that looks, and what it was told of the connections to the brokers.
struct kafka_look {
    const struct kafka_settings *settings;
    const struct inspection *inspection;
    rd_kafka_t *client;
    int64_t deadline; // monotonic
    rd_kafka_resp_err_t error;
    char reason[512];
    bool all_down;
    rd_kafka_resp_err_t group_error; // what a reader was told of the group
};

// Milliseconds until the deadline, at most `most`; 0: it has passed.
int kafka_look_left(const struct kafka_look *look, int most);
// The error callback; the opaque of the client is the look.
void kafka_look_error(rd_kafka_t *client, int error, const char *reason, void *opaque);

// Reads from the end of every partition that `metadata` has, and tells of each topic of the settings.
int kafka_look_at_reading(struct kafka_look *look);
// A topic that messages are written to.
struct kafka_written {
    const char *name, *option;
    bool reported;
    rd_kafka_resp_err_t error;
};

// Writes to each topic what is refused, with a client of its own and no longer than timeout_ms, and tells.
int kafka_look_at_writing(const struct kafka_look *look, struct kafka_written *topics, size_t count, int timeout_ms);

// What a topic is not good for and what to do about it; `right` as Kafka calls it: READ or WRITE.
void kafka_look_tell_topic(const struct kafka_look *look, const char *topic, const char *option, const char *right,
                           rd_kafka_resp_err_t error);

#endif
