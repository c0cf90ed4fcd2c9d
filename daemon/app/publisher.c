#include "publisher.h"

#include <poll.h>
#include <unistd.h>

#include "app/outbox.h"
#include "base/health.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/status.h"
#include "codec/encode.h"

enum {
    READ_AT_ONCE = 2000, // messages, of parcels as a whole
    SEND_AT_ONCE = 5000, // rows; what Kafka is sent takes far more memory than what it is made of
    SEND_TIMEOUT_MS = 5000,
    REST_MS = 1000,
    BLOCK = 64 * 1024,
};

static int out_of_memory(void)
{
    return fault(STATUS_NOMEM, "out of memory in the publisher");
}

static bool collect_homes(struct publisher *publisher)
{
    struct shared *shared = publisher->shared;
    bool done = true;
    vector_clear(&publisher->homes);
    pthread_mutex_lock(&shared->registry_mutex);
    done = vector_reserve(&publisher->homes, shared->registry.count + shared->orphans.count);
    for (size_t i = 0; i < shared->registry.count && done; i++)
        publisher->homes.items[publisher->homes.count++] = shared->registry.items[i].lane_id;
    for (size_t i = 0; i < shared->orphans.count && done; i++)
        publisher->homes.items[publisher->homes.count++] = shared->orphans.items[i];
    pthread_mutex_unlock(&shared->registry_mutex);
    return done;
}

// What is sent of a row: a change is written out only now, and comes out the same each time.
static struct span payload_of(struct publisher *publisher, const struct outbox_row *row, int step)
{
    if (row->kind != OUTBOX_TRANSITION)
        return row->payload;
    const struct transition told = outbox_told(&row->transition);
    return encode_transition(&publisher->payloads, &(struct transition_message){
        .customer_id = row->customer_id, .at = row->at, .transition = transition_step(&told, step),
        .event_source = row->source, .event_id = row->event_id,
    });
}

// How many messages a row makes.
static int messages_of(const struct outbox_row *row)
{
    if (row->is_void)
        return 0;
    return row->kind == OUTBOX_TRANSITION ? transition_steps(&row->transition) : 1;
}

static bool goes_to_changes(const struct outbox_row *row)
{
    return row->kind == OUTBOX_TRANSITION || row->kind == OUTBOX_IDENTITY;
}

// The messages of rows, in their order: their number, or negative.
static int make_messages(struct publisher *publisher, const struct outbox_row *rows, size_t count)
{
    const struct app_settings *settings = publisher->shared->settings;
    int64_t repeats = 0;
    vector_clear(&publisher->messages);
    arena_reset(&publisher->payloads);
    for (size_t i = 0; i < count; i++) {
        int messages = messages_of(&rows[i]);
        for (int step = 0; step < messages; step++) {
            struct sink_message *message = vector_push(&publisher->messages);
            if (!message)
                return out_of_memory();
            *message = (struct sink_message){
                .topic = goes_to_changes(&rows[i]) ? settings->changes_topic : settings->reminders_topic,
                .key = rows[i].customer_id, .payload = payload_of(publisher, &rows[i], step)};
            if (!message->payload.data)
                return out_of_memory();
        }
        repeats += rows[i].seq <= publisher->tried ? messages : 0;
    }
    for (size_t i = 0; i < count; i++)
        publisher->tried = rows[i].seq > publisher->tried ? rows[i].seq : publisher->tried;
    metric_add(METRIC_PUBLISH_REPEATS, repeats);
    return (int)publisher->messages.count;
}

// Sends the rows; those all of whose messages were delivered move to the front. Their number, or negative.
static int send_some(struct publisher *publisher, struct outbox_row *rows, size_t count)
{
    int made = make_messages(publisher, rows, count);
    if (made < 0)
        return made;
    const struct sink_message *message = publisher->messages.items;
    int result = made ? publisher->sink->ops->publish(publisher->sink, publisher->messages.items, (size_t)made,
                                                      SEND_TIMEOUT_MS)
                      : 0;
    if (result < 0)
        return result;
    int done = 0, delivered = 0;
    for (size_t i = 0; i < count; i++) {
        int messages = messages_of(&rows[i]), sent = 0;
        for (int step = 0; step < messages; step++)
            sent += message++->delivered;
        delivered += sent;
        if (sent == messages)
            rows[done++] = rows[i];
    }
    metric_add(METRIC_PUBLISHED, delivered);
    return done;
}

// The same for any number of rows. What comes behind one that was not delivered is left for the next time.
static int send_rows(struct publisher *publisher, struct outbox_row *rows, size_t count)
{
    size_t done = 0;
    for (size_t from = 0; done == from && from < count; from += SEND_AT_ONCE) {
        size_t some = count - from < SEND_AT_ONCE ? count - from : SEND_AT_ONCE;
        int delivered = send_some(publisher, rows + from, some);
        if (delivered < 0)
            return delivered;
        done += (size_t)delivered; // as long as all are they stand at the front already
    }
    return (int)done;
}

static int publish(struct publisher *publisher, size_t *sent)
{
    struct store *store = publisher->store;
    *sent = 0;
    arena_reset(&publisher->arena);
    if (!collect_homes(publisher))
        return out_of_memory();
    struct outbox_row *rows;
    size_t count = 0;
    int outcome = publisher->homes.count == 0 ? STORE_OK
        : store->ops->released(store, publisher->homes.items, publisher->homes.count, READ_AT_ONCE,
                               &publisher->arena, &rows, &count);
    if (outcome != STORE_OK || count == 0)
        return outcome;
    int delivered = send_rows(publisher, rows, count);
    if (delivered <= 0)
        return delivered;
    outcome = store->ops->delivered(store, rows, (size_t)delivered);
    if (outcome == STORE_OK && (size_t)delivered == count)
        *sent = count;
    return outcome;
}

int publisher_round(struct publisher *publisher)
{
    int outcome = STORE_OK;
    if (!publisher->connected)
        outcome = publisher->store->ops->reconnect(publisher->store);
    if (outcome == STORE_OK)
        shared_back(publisher->shared, &publisher->connected);
    size_t sent = 0;
    pthread_mutex_lock(&publisher->shared->publish_mutex);
    if (outcome == STORE_OK)
        outcome = publish(publisher, &sent);
    pthread_mutex_unlock(&publisher->shared->publish_mutex);
    if (outcome == STORE_AWAY) {
        shared_away(publisher->shared, &publisher->connected, fault_message());
    } else if (outcome > 0) {
        log_warning("publishing put off: %s", fault_message());
    }
    return outcome < 0 ? outcome : sent > 0;
}

static void *run(void *context)
{
    struct publisher *publisher = context;
    struct shared *shared = publisher->shared;
    health_heart_begin("publisher");
    while (!atomic_load(&shared->stopping)) {
        health_beat();
        int result = publisher_round(publisher);
        if (result < 0)
            shared_fail(shared, result);
        if (result != 0)
            continue;
        struct pollfd fd = {.fd = shared->publish_fd, .events = POLLIN};
        uint64_t count;
        if (poll(&fd, 1, REST_MS) > 0 && read(shared->publish_fd, &count, sizeof count) < 0)
            log_debug("the publisher's eventfd was empty");
    }
    health_heart_end();
    return NULL;
}

void publisher_init(struct publisher *publisher, struct shared *shared, struct store *store, struct sink *sink)
{
    memset(publisher, 0, sizeof *publisher);
    publisher->shared = shared;
    publisher->store = store;
    publisher->sink = sink;
    publisher->connected = true;
    arena_init(&publisher->arena, BLOCK);
    arena_init(&publisher->payloads, BLOCK);
}

void publisher_free(struct publisher *publisher)
{
    vector_free(&publisher->homes);
    vector_free(&publisher->messages);
    arena_free(&publisher->arena);
    arena_free(&publisher->payloads);
}

int publisher_start(struct publisher *publisher, struct shared *shared, struct store *store, struct sink *sink)
{
    publisher_init(publisher, shared, store, sink);
    int error = pthread_create(&publisher->thread, NULL, run, publisher);
    return error ? fault(STATUS_NOMEM, "cannot start the publisher: %s", strerror(error)) : 0;
}

void publisher_join(struct publisher *publisher)
{
    pthread_join(publisher->thread, NULL);
    publisher_free(publisher);
}
