// What consumer and producer have in common: the configuration of a librdkafka client, its log lines, and
// the state of the connection to the cluster.
#ifndef GUANXI_DAEMON_KAFKA_CLIENT_H
#define GUANXI_DAEMON_KAFKA_CLIENT_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdint.h>

#include "kafka/settings.h"

enum kafka_role { KAFKA_CONSUMER, KAFKA_PRODUCER };

struct kafka_property {
    const char *name, *value;
};

// Whether the cluster is out of reach, logged when it begins and when it ends. One thread.
struct kafka_outage {
    const char *who; // "consumer" or "producer", for log lines
    bool begun;
    bool total;          // no broker at all is left
    rd_kafka_resp_err_t refusal; // the latest of this outage that is about certificates or passwords
    int64_t last_error;  // monotonic µs
    int64_t last_probe;
};

// A configuration with the addresses and properties of the settings and these properties of ours:
// `defaults` can be overridden by the settings, `fixed` cannot. Both end with a name of NULL. `opaque` is
// what the callbacks get; error_cb goes to on_error. Negative: the settings cannot work.
int kafka_conf(const struct kafka_settings *settings, enum kafka_role role,
               const struct kafka_property *defaults, const struct kafka_property *fixed, void *opaque,
               void (*on_error)(rd_kafka_t *client, int error, const char *reason, void *opaque),
               rd_kafka_conf_t **conf);

// Makes the client and takes `conf`, whatever comes.
int kafka_client(rd_kafka_type_t type, rd_kafka_conf_t *conf, rd_kafka_t **client);

// What to do about an error that keeps a client from the brokers: a sentence without its full stop.
const char *kafka_advice(rd_kafka_resp_err_t error);
// Whether a broker is there and it is the credentials that it, or this side, will not have: waiting does not help.
bool kafka_is_refusal(rd_kafka_resp_err_t error);

// Feeds an error of the client that is not about a message or partition.
void kafka_outage_error(struct kafka_outage *outage, rd_kafka_resp_err_t error, const char *reason);
// Something came back from the cluster.
void kafka_outage_over(struct kafka_outage *outage);
// While an outage lasts, asks the cluster from time to time (for at most 200 ms) whether it is over.
void kafka_outage_probe(struct kafka_outage *outage, rd_kafka_t *client);

#endif
