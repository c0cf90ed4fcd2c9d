// librdkafka's mock cluster inside the test's own process, records to put there, and a reader that uses a
// source as the daemon does: it starts every lane it is given and takes from it.
#ifndef GUANXI_TESTS_MOCK_KAFKA_H
#define GUANXI_TESTS_MOCK_KAFKA_H

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdbool.h>

#include "kafka/settings.h"
#include "kafka/source.h"

struct mock_kafka {
    rd_kafka_t *client; // a producer
    rd_kafka_mock_cluster_t *cluster;
    struct kafka_settings settings; // reads `topic`
    const char *topic;
};

void mock_kafka_open(struct mock_kafka *mock, int brokers, const char *topic, int partitions);
void mock_kafka_close(struct mock_kafka *mock);
// Another producer of that cluster, to be destroyed by the caller; `property` is "name=value" or NULL.
rd_kafka_t *mock_kafka_producer(const char *brokers, const char *property);
// Puts records "k<n>" = "v<n>" for n in [from, to) and waits until they are there.
void mock_kafka_fill(rd_kafka_t *producer, const char *topic, int partition, int from, int to);

enum { READER_LANES = 8, READER_RECORDS = 60000 };

struct reader_lane {
    struct source_lane *handle; // NULL: not held
    bool barred;                // `assigned` does not start it
    int64_t low, high;          // as told by `assigned`
    int fault;
    char detail[256];
    int count;                        // records taken
    int64_t offsets[READER_RECORDS];
};

struct reader {
    struct source *source;
    struct reader_lane lanes[READER_LANES]; // by partition
    int wake_fd;                            // -1: none
    int64_t *cursors;                       // where lanes start and how far they are; own, or shared
    int64_t own_cursors[READER_LANES];
    int assigned, revoked;
    char cluster_id[64];
};

// Opens a source with these settings for a new reader whose lanes start at 0.
struct reader *reader_new(const struct kafka_settings *settings);
void reader_free(struct reader *reader);
// Takes whatever is there from every lane; returns the number of records.
int reader_take(struct reader *reader);
// Polls and takes until `done` says so (true) or the time is over (false).
bool reader_until(struct reader *reader, int timeout_ms, bool (*done)(const struct reader *reader, long argument),
                  long argument);
// For `done`: that many assignments; that many lanes held; that many records taken; that many lanes read to their end.
bool reader_assigned(const struct reader *reader, long assignments);
bool reader_holds(const struct reader *reader, long lanes);
bool reader_has(const struct reader *reader, long records);
bool reader_at_end(const struct reader *reader, long lanes);
// Whether records [from, to) of what the lane took are the offsets from `first` on without a gap.
bool reader_in_order(const struct reader_lane *lane, int from, int to, int64_t first);

#endif
