#include "lookup.h"

#include "base/clock.h"

enum { ALONE_US = 200 * 1000 };

// One end of all partitions: RD_KAFKA_OFFSET_BEGINNING or _END, which in place of a time mean the same to a
// broker as to librdkafka. The call made for this, rd_kafka_query_watermark_offsets, asks for one partition
// only and waits for as long as the broker is down, whatever its timeout says (2.0.2).
static rd_kafka_resp_err_t lookup_end(rd_kafka_t *client, struct source_partition *partitions, size_t count,
                                      int64_t which, int64_t deadline)
{
    int64_t left_ms = (deadline - clock_monotonic_us()) / 1000;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
    for (size_t i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(list, partitions[i].topic, partitions[i].partition)->offset = which;
    rd_kafka_resp_err_t error = rd_kafka_offsets_for_times(client, list, left_ms < 1 ? 1 : (int)left_ms);
    rd_kafka_resp_err_t first = error;
    for (size_t i = 0; i < count; i++) {
        const rd_kafka_topic_partition_t *found =
            rd_kafka_topic_partition_list_find(list, partitions[i].topic, partitions[i].partition);
        if (!first)
            first = found->err;
        int64_t offset = !error && !found->err && found->offset >= 0 ? found->offset : -1;
        *(which == RD_KAFKA_OFFSET_BEGINNING ? &partitions[i].low : &partitions[i].high) = offset;
    }
    rd_kafka_topic_partition_list_destroy(list);
    return first;
}

rd_kafka_resp_err_t lookup_ends(rd_kafka_t *client, struct source_partition *partitions, size_t count,
                                int timeout_ms)
{
    if (count == 0)
        return RD_KAFKA_RESP_ERR_NO_ERROR;
    int64_t start = clock_monotonic_us(), end = start + timeout_ms * INT64_C(1000);
    rd_kafka_resp_err_t all = lookup_end(client, partitions, count, RD_KAFKA_OFFSET_END,
                                         start + timeout_ms * INT64_C(500));
    // One leader that is away spoils the answers of the others: they are asked by themselves.
    for (size_t i = 0; i < count && count > 1 && all && clock_monotonic_us() < end; i++) {
        int64_t until = clock_monotonic_us() + ALONE_US;
        if (partitions[i].high < 0)
            lookup_end(client, &partitions[i], 1, RD_KAFKA_OFFSET_END, until < end ? until : end);
    }
    return all;
}

rd_kafka_resp_err_t lookup_offsets(rd_kafka_t *client, struct source_partition *partitions, size_t count,
                                   int timeout_ms)
{
    if (count == 0)
        return RD_KAFKA_RESP_ERR_NO_ERROR;
    int64_t start = clock_monotonic_us();
    rd_kafka_resp_err_t low = lookup_end(client, partitions, count, RD_KAFKA_OFFSET_BEGINNING,
                                         start + timeout_ms * INT64_C(500));
    rd_kafka_resp_err_t high =
        lookup_end(client, partitions, count, RD_KAFKA_OFFSET_END, start + timeout_ms * INT64_C(1000));
    return low ? low : high;
}
