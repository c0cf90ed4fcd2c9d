// The source of events: a member of a consumer group, read through librdkafka. The contract of its
// operations is in port/source.h. In addition:
//
// - source_poll must be called at least every max.poll.interval.ms (300 s). Up to librdkafka 2.0 taking
//   records counts as well, so a keeper that hangs needs a watchdog of its own.
// - What is called back runs inside poll, or inside kafka_source_close.
// - start returns 1 when the partition is not ours (any more): forget the lane. *lane is NULL then.
// - A start or stop outside `assigned` takes effect with the next poll: until then take gives nothing, and
//   all such changes cost one interruption of the other lanes, which go on where they were.
// - `high` is the end as a reader of committed records sees it.
#ifndef GUANXI_KAFKA_SOURCE_H
#define GUANXI_KAFKA_SOURCE_H

#include "kafka/settings.h"
#include "port/source.h"

// Joins the group; does not wait for a broker. `events` is copied, its context must outlive the source.
// Negative when the properties cannot work.
int kafka_source_open(const struct kafka_settings *settings, const struct source_events *events,
                      struct source **source);

// Leaves the group (`revoked` is called if lanes are held) and frees everything. Nobody may be in take,
// query or commit. NULL is fine. With the coordinator away it waits 3 s and leaves the client to the end of
// the process.
void kafka_source_close(struct source *source);

#endif
