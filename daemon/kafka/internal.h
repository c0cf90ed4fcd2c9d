// The clients behind source and sink, for the tests, which break them.
#ifndef GUANXI_DAEMON_KAFKA_INTERNAL_H
#define GUANXI_DAEMON_KAFKA_INTERNAL_H

#include <librdkafka/rdkafka.h>

#include "port/sink.h"
#include "port/source.h"

rd_kafka_t *kafka_source_client(struct source *source);
rd_kafka_t *kafka_sink_client(struct sink *sink);

#endif
