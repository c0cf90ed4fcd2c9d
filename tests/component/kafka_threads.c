// Taking on other threads while the poll thread moves lanes: every record once and in order. Worth most
// under the thread sanitizer.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// After the four that it needs.
#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "support/mock_kafka.h"

enum { JOIN_MS = 20000, WORKERS = 3, RESTARTED = WORKERS, ROUNDS = 25, EACH_ROUND = 400 };

struct worker {
    struct source *source;
    struct source_lane *lane;
    int wake_fd;
    atomic_long next; // the offset expected; records before it are an error, behind a gap too
    atomic_bool wrong, stop;
    pthread_t thread;
};

static bool take_one(void *context, const struct record *record)
{
    struct worker *worker = context;
    if (record->offset != atomic_load(&worker->next))
        atomic_store(&worker->wrong, true);
    atomic_store(&worker->next, record->offset + 1);
    return record->offset % 7 != 0;
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    while (!atomic_load(&worker->stop)) {
        uint64_t ignored;
        struct pollfd wake = {.fd = worker->wake_fd, .events = POLLIN};
        poll(&wake, 1, 50);
        if (read(worker->wake_fd, &ignored, sizeof ignored) < 0)
            continue;
        int taken;
        do {
            taken = worker->source->ops->take(worker->source, worker->lane, 50, take_one, worker);
            worker->source->ops->end_seen(worker->source, worker->lane);
        } while (taken > 0);
        worker->source->ops->commit(worker->source, "events", 0, atomic_load(&worker->next));
    }
    return NULL;
}

static void start_worker(struct worker *worker, const struct reader *reader, const char *topic, int partition)
{
    *worker = (struct worker){.source = reader->source, .wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
    assert_int_equal(reader->source->ops->start(reader->source, topic, partition, 0, worker->wake_fd, &worker->lane),
                     0);
    assert_int_equal(pthread_create(&worker->thread, NULL, work, worker), 0);
}

static void stop_worker(struct worker *worker)
{
    atomic_store(&worker->stop, true);
    pthread_join(worker->thread, NULL);
    assert_false(atomic_load(&worker->wrong));
}

static void takes_while_lanes_move(void **state)
{
    (void)state;
    static struct worker workers[WORKERS];
    struct mock_kafka mock;
    mock_kafka_open(&mock, 1, "events", WORKERS + 1);
    rd_kafka_t *producer = mock_kafka_producer(mock.settings.brokers, NULL);
    struct reader *reader = reader_new(&mock.settings);
    for (int i = 0; i <= WORKERS; i++)
        reader->lanes[i].barred = true;
    assert_true(reader_until(reader, JOIN_MS, reader_assigned, 1));
    for (int i = 0; i < WORKERS; i++)
        start_worker(&workers[i], reader, mock.topic, i);

    for (int round = 0; round < ROUNDS; round++) {
        struct source_lane *lane;
        for (int i = 0; i <= WORKERS; i++)
            mock_kafka_fill(producer, mock.topic, i, round * EACH_ROUND, (round + 1) * EACH_ROUND);
        // Moves every lane, in the middle of being read.
        assert_int_equal(
            reader->source->ops->start(reader->source, mock.topic, RESTARTED, round, -1, &lane), 0);
        for (int i = 0; i < 4; i++)
            assert_int_equal(reader->source->ops->poll(reader->source, 5), 0);
        if (round % 5 == 0)
            reader->source->ops->stop(reader->source, lane);
    }
    for (int i = 0; i < WORKERS; i++) {
        for (int wait = 0; wait < 1000 && atomic_load(&workers[i].next) < ROUNDS * EACH_ROUND; wait++)
            assert_int_equal(reader->source->ops->poll(reader->source, 10), 0);
        assert_int_equal(atomic_load(&workers[i].next), ROUNDS * EACH_ROUND);
        stop_worker(&workers[i]);
    }
    reader_free(reader);
    for (int i = 0; i < WORKERS; i++)
        close(workers[i].wake_fd);
    rd_kafka_destroy(producer);
    mock_kafka_close(&mock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(takes_while_lanes_move)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
