// How fast rows go through the store into PostgreSQL: no Kafka, no JSON, everything prepared beforehand.
// Run under tests/lib/with_postgres.sh; POSTGRES_SETTINGS chooses the server's settings.
//
//   store_bench [CONNECTIONS [CUSTOMERS [ROWS [BATCH]]]]     (2 20000 1000000 50000)
//
// Each connection has a lane and customers of its own, as partitions have. Prints rows a second, and CPU
// seconds per million rows of this program and of the server's backends; then the same for loading all
// customers and for reading all timelines.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/status.h"
#include "support/postgres_store.h"

enum { ID_SIZE = 16, MOST_CONNECTIONS = 16 };

static size_t connections = 2, customer_count = 20000, row_count = 1000000, batch_size = 50000;
static struct test_store test;

struct lane {
    struct store *store;
    struct lane_row row;
    size_t first; // customer
    size_t customers, rows;
    char (*ids)[ID_SIZE];
    char (*event_ids)[ID_SIZE];
    struct customer_row *known; // by number
    struct customer_row *changed;
    struct arena arena;
    struct event *events;
    struct timeline_row *timeline;
    uint64_t random;
    int64_t read;
};

static uint64_t next_random(struct lane *lane)
{
    lane->random ^= lane->random << 13;
    lane->random ^= lane->random >> 7;
    lane->random ^= lane->random << 17;
    return lane->random;
}

static void must(int outcome)
{
    if (outcome) {
        fprintf(stderr, "outcome %d: %s\n", outcome, fault_message());
        exit(1);
    }
}

static void touch_customer(struct customer_row *row, instant at)
{
    struct customer *state = &row->state;
    state->as_of = state->last_contact_at = state->last_inbound_at = state->warmth_at = at;
    if (state->first_seen_at == INSTANT_NONE) {
        state->first_seen_at = state->level_since = state->stage_since = at;
        row->wake_at = at + DAY;
    }
    state->warmth += 2;
    state->orders++;
    // As large as a book with one reminder in it.
    static const char book[2 + CARE_RECORD_SIZE];
    row->book = span_of(book, sizeof book);
    row->has_upcoming = true;
    row->upcoming = (struct upcoming){REMINDER_CADENCE, at + 90 * DAY};
}

static int compare_customers(const void *a, const void *b)
{
    const uint32_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

// One batch: rows of random customers, sorted, and each of these customers once.
static struct store_write prepare(struct lane *lane, size_t done, size_t size, uint32_t *numbers)
{
    static const struct span data = SPAN_LITERAL("{\"direction\":\"outbound\",\"duration_s\":120}");
    size_t changed = 0;
    for (size_t i = 0; i < size; i++)
        numbers[i] = (uint32_t)(next_random(lane) % lane->customers);
    qsort(numbers, size, sizeof *numbers, compare_customers);
    for (size_t i = 0; i < size; i++) {
        struct customer_row *customer = &lane->known[numbers[i]];
        instant at = 1700000000 * SECOND + (instant)(done + i) * 1000;
        snprintf(lane->event_ids[i], ID_SIZE, "e%011zu", done + i);
        lane->events[i] = (struct event){.time = at,
                                         .subject = customer->id,
                                         .source = SPAN_LITERAL("/crm/calls"),
                                         .id = span_text(lane->event_ids[i]),
                                         .data = data,
                                         .type = TYPE_CALL_COMPLETED,
                                         .side = SIDE_OUTBOUND};
        lane->timeline[i] = (struct timeline_row){.event = &lane->events[i], .points = 3,
            .customer_id = customer->id, .lane_id = lane->row.lane_id, .offset = (int64_t)(done + i)};
        touch_customer(customer, at);
        if (i + 1 == size || numbers[i + 1] != numbers[i]) {
            lane->changed[changed++] = *customer;
            customer->version++;
        }
    }
    return (struct store_write){.customers = lane->changed,
                                .customer_count = changed,
                                .timeline = lane->timeline,
                                .timeline_count = size,
                                .lane_count = 1};
}

static int64_t in_store; // microseconds inside of write, all lanes

static void *write_lane(void *argument)
{
    struct lane *lane = argument;
    uint32_t *numbers = calloc(batch_size, sizeof *numbers);
    for (size_t done = 0; done < lane->rows; done += batch_size) {
        size_t size = lane->rows - done < batch_size ? lane->rows - done : batch_size;
        struct store_write write = prepare(lane, done, size, numbers);
        struct lane_advance advance = test_advance(&lane->row, (int64_t)size);
        write.lanes = &advance;
        int64_t start = clock_monotonic_us();
        must(lane->store->ops->write(lane->store, &write));
        __atomic_fetch_add(&in_store, clock_monotonic_us() - start, __ATOMIC_RELAXED);
        lane->row.next_offset = advance.next_offset;
    }
    free(numbers);
    return NULL;
}

static void *load_lane(void *argument)
{
    struct lane *lane = argument;
    struct span *ids = calloc(lane->customers, sizeof *ids);
    for (size_t i = 0; i < lane->customers; i++)
        ids[i] = lane->known[i].id;
    for (size_t done = 0; done < lane->customers; done += batch_size) {
        size_t size = lane->customers - done < batch_size ? lane->customers - done : batch_size;
        arena_reset(&lane->arena);
        must(lane->store->ops->load(lane->store, ids + done, size, &lane->arena, lane->changed));
        lane->read += (int64_t)size;
    }
    free(ids);
    return NULL;
}

static int count_row(void *context, size_t customer, struct timeline_row *row, struct event *event)
{
    struct lane *lane = context;
    (void)customer;
    (void)row;
    lane->read += event->data.size > 0;
    return 0;
}

static void *read_lane(void *argument)
{
    struct lane *lane = argument;
    struct span *ids = calloc(lane->customers, sizeof *ids);
    for (size_t i = 0; i < lane->customers; i++)
        ids[i] = lane->known[i].id;
    for (size_t done = 0; done < lane->customers; done += 1000) {
        size_t size = lane->customers - done < 1000 ? lane->customers - done : 1000;
        must(lane->store->ops->timelines(lane->store, ids + done, size, count_row, lane));
    }
    free(ids);
    return NULL;
}

static void open_lane(struct lane *lane, size_t number)
{
    *lane = (struct lane){.store = test_store_open(&test, NULL), .random = 88172645463325252u + number};
    lane->row = test_store_lane(lane->store, (int32_t)number);
    lane->customers = customer_count / connections;
    lane->rows = row_count / connections;
    lane->ids = calloc(lane->customers, ID_SIZE);
    lane->event_ids = calloc(batch_size, ID_SIZE);
    lane->known = calloc(lane->customers, sizeof *lane->known);
    lane->changed = calloc(batch_size, sizeof *lane->changed);
    arena_init(&lane->arena, 1 << 20);
    lane->events = calloc(batch_size, sizeof *lane->events);
    lane->timeline = calloc(batch_size, sizeof *lane->timeline);
    for (size_t i = 0; i < lane->customers; i++) {
        snprintf(lane->ids[i], ID_SIZE, "c%08zu", i * connections + number);
        lane->known[i] = test_customer(lane->ids[i], lane->row.lane_id);
    }
}

static void close_lane(struct lane *lane)
{
    lane->store->ops->close(lane->store);
    free(lane->ids);
    free(lane->event_ids);
    free(lane->known);
    free(lane->changed);
    arena_free(&lane->arena);
    free(lane->events);
    free(lane->timeline);
}

// CPU seconds of the server's ends of our connections.
static double server_seconds(void)
{
    double seconds = 0;
    char pids[1024];
    snprintf(pids, sizeof pids, "%s",
             test_sql_text(&test.database, "SELECT string_agg(pid::text, ' ') FROM pg_stat_activity WHERE "
                                           "application_name = 'guanxid' AND datname = current_database()"));
    for (char *next = pids, *end; strtol(next, &end, 10) && end != next; next = end) {
        char path[64];
        long user = 0, kernel = 0;
        snprintf(path, sizeof path, "/proc/%ld/stat", strtol(next, NULL, 10));
        FILE *file = fopen(path, "r");
        if (!file)
            continue;
        if (fscanf(file, "%*d %*s %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &user, &kernel) == 2)
            seconds += (double)(user + kernel) / (double)sysconf(_SC_CLK_TCK);
        fclose(file);
    }
    return seconds;
}

static double own_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void run(const char *what, struct lane *lanes, void *(*work)(void *))
{
    pthread_t threads[MOST_CONNECTIONS];
    double own = own_seconds(), server = server_seconds();
    int64_t start = clock_monotonic_us(), count = 0;
    for (size_t i = 0; i < connections; i++) {
        lanes[i].read = 0;
        pthread_create(&threads[i], NULL, work, &lanes[i]);
    }
    for (size_t i = 0; i < connections; i++) {
        pthread_join(threads[i], NULL);
        count += lanes[i].read;
    }
    if (work == write_lane)
        count = (int64_t)row_count;
    double seconds = (double)(clock_monotonic_us() - start) / 1e6, millions = (double)count / 1e6;
    printf("%-10s %9lld rows %7.2f s %9.0f rows/s  CPU s per million: client %.2f, server %.2f\n", what,
           (long long)count, seconds, (double)count / seconds, (own_seconds() - own) / millions,
           (server_seconds() - server) / millions);
}

int main(int argc, char **argv)
{
    size_t *const settings[] = {&connections, &customer_count, &row_count, &batch_size};
    struct lane lanes[MOST_CONNECTIONS];
    for (int i = 1; i < argc && i <= 4; i++)
        *settings[i - 1] = strtoull(argv[i], NULL, 10);
    if (connections < 1 || connections > MOST_CONNECTIONS || customer_count < connections || batch_size < 1) {
        fprintf(stderr, "usage: store_bench [CONNECTIONS [CUSTOMERS [ROWS [BATCH]]]]\n");
        return 64;
    }
    test_store_create(&test);
    for (size_t i = 0; i < connections; i++)
        open_lane(&lanes[i], i);
    printf("%zu connections, %zu customers, %zu rows, batches of %zu\n", connections, customer_count,
           row_count, batch_size);
    run("write", lanes, write_lane);
    printf("           %.2f s in the store\n", (double)in_store / 1e6);
    run("load", lanes, load_lane);
    run("timelines", lanes, read_lane);
    for (size_t i = 0; i < connections; i++)
        close_lane(&lanes[i]);
    test_store_destroy(&test);
    return 0;
}
