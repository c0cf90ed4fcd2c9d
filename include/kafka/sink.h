// The sink of messages: an idempotent producer of librdkafka. The contract of publish is in port/sink.h.
// In addition:
//
// - Every message carries the header `content-type: application/cloudevents+json`.
// - When publish returns, nothing of the messages is referenced any more: what the broker has not
//   acknowledged in time is given up together with the producer, so that a repeat cannot be overtaken.
//   The broker may have it nevertheless; the repeat is then a duplicate with the same id.
// - Order holds among messages of one key as long as the failed ones are sent again before later ones.
#ifndef GUANXI_KAFKA_SINK_H
#define GUANXI_KAFKA_SINK_H

#include "kafka/settings.h"
#include "port/sink.h"

// Does not wait for a broker. Negative when the properties cannot work.
int kafka_sink_open(const struct kafka_settings *settings, struct sink **sink);

// NULL is fine.
void kafka_sink_close(struct sink *sink);

#endif
