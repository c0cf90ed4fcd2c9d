// Questions to the cluster that wait for the answer, never longer than they are told to.
#ifndef GUANXI_DAEMON_KAFKA_LOOKUP_H
#define GUANXI_DAEMON_KAFKA_LOOKUP_H

#include <librdkafka/rdkafka.h>

#include "port/source.h"

// Fills low and high of each partition (topic and partition are set) with one request per broker for all
// of them, not one per partition; -1 where there was no answer within timeout_ms. Returns the first error.
rd_kafka_resp_err_t lookup_offsets(rd_kafka_t *client, struct source_partition *partitions, size_t count,
                                   int timeout_ms);
// The same for high alone; a partition whose leader is away keeps the others waiting, but not without answer.
rd_kafka_resp_err_t lookup_ends(rd_kafka_t *client, struct source_partition *partitions, size_t count,
                                int timeout_ms);

#endif
