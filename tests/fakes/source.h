// Topics in memory and the sources that read them. Who has which partition is decided by the test; what a
// source's owner is told of it happens inside its poll, as with a real group.
#ifndef GUANXI_TESTS_FAKES_SOURCE_H
#define GUANXI_TESTS_FAKES_SOURCE_H

#include "port/source.h"

struct fake_broker;
struct fake_broker *fake_broker_new(void);
void fake_broker_free(struct fake_broker *broker); // after its sources
// A further partition of a topic, empty, numbered from 0 by topic.
int32_t fake_broker_add(struct fake_broker *broker, const char *topic);

// Appends a record (bytes are copied). NULL value: a tombstone. Returns its offset.
int64_t fake_broker_put(struct fake_broker *broker, const char *topic, int32_t partition, const char *key,
                        struct span value);
// Leaves a gap of offsets that hold no record, as control records do.
void fake_broker_skip(struct fake_broker *broker, const char *topic, int32_t partition, int64_t offsets);
// Retention: the partition now begins at `low`.
void fake_broker_retain(struct fake_broker *broker, const char *topic, int32_t partition, int64_t low);
// The topic made anew: no records, offsets from 0.
void fake_broker_recreate(struct fake_broker *broker, const char *topic, int32_t partition);
// Only records before `offset` are there to be taken so far; INT64_MAX lifts it.
void fake_broker_limit(struct fake_broker *broker, const char *topic, int32_t partition, int64_t offset);
void fake_broker_set_cluster(struct fake_broker *broker, const char *cluster_id);
// Offset last committed to the group, -1: never.
int64_t fake_broker_committed(struct fake_broker *broker, const char *topic, int32_t partition);
// Whether queries of offsets are answered.
void fake_broker_answers(struct fake_broker *broker, bool answers);

struct fake_source;
struct fake_source *fake_source_new(struct fake_broker *broker, const struct source_events *events);
void fake_source_free(struct fake_source *source);
struct source *fake_source_port(struct fake_source *source);

// The group as the next poll will tell it: first everything is revoked (`lost` or not), then assigned is
// called with these partitions, as bits of `mask` over fake_broker_add's calls in their order; 0: none.
void fake_source_assign(struct fake_source *source, uint64_t mask, bool lost);
// A fault of a lane, told by the next poll.
void fake_source_fault(struct fake_source *source, const char *topic, int32_t partition, int fault,
                       const char *detail);
// Most records of one take.
void fake_source_set_most(struct fake_source *source, int most);
// The next polls return this status.
void fake_source_break(struct fake_source *source, int status);
// How often the group was left; whether it is joined now.
int fake_source_left(struct fake_source *source);
bool fake_source_joined(struct fake_source *source);

#endif
