#include "fakes/sink.h"

#include <pthread.h>

#include "app/vector.h"
#include "base/status.h"
#include "support/allocation.h"

struct fake_sink {
    struct sink port;
    pthread_mutex_t mutex;
    VECTOR(struct published *) messages;
    struct fake_sink_fault fault;
};

static struct span copy(struct span text)
{
    char *bytes = malloc(text.size + 1);
    if (!bytes)
        abort();
    memcpy(bytes, text.data, text.size);
    bytes[text.size] = '\0';
    return span_of(bytes, text.size);
}

// The id stands where every CloudEvent of ours has it.
static void read_id(struct published *message)
{
    static const char name[] = "\"id\":\"";
    const char *at = strstr(message->payload.data, name);
    size_t length = 0;
    for (at = at ? at + sizeof name - 1 : ""; at[length] && at[length] != '"' && length < sizeof message->id - 1;)
        length++;
    memcpy(message->id, at, length);
    message->id[length] = '\0';
}

static int publish(struct sink *port, struct sink_message *messages, size_t count, int timeout_ms)
{
    struct fake_sink *sink = (struct fake_sink *)port;
    (void)timeout_ms;
    allocation_pause();
    pthread_mutex_lock(&sink->mutex);
    bool faulty = sink->fault.calls > 0;
    struct fake_sink_fault fault_now = sink->fault;
    sink->fault.calls -= faulty;
    size_t most = faulty && fault_now.most < count ? fault_now.most : count;
    size_t told = faulty && fault_now.told < most ? fault_now.told : most;
    for (size_t i = 0; i < most; i++) {
        struct published *kept = calloc(1, sizeof *kept);
        struct published **place = vector_push(&sink->messages);
        if (!kept || !place)
            abort();
        *place = kept;
        kept->topic = strdup(messages[i].topic);
        kept->key = copy(messages[i].key);
        kept->payload = copy(messages[i].payload);
        read_id(kept);
        messages[i].delivered = i < told;
    }
    pthread_mutex_unlock(&sink->mutex);
    allocation_resume();
    if (faulty && fault_now.result < 0)
        return fault(fault_now.result, "fake sink: failed on purpose");
    return told < count;
}

static const struct sink_ops operations = {publish};

struct fake_sink *fake_sink_new(void)
{
    struct fake_sink *sink = calloc(1, sizeof *sink);
    if (!sink)
        abort();
    sink->port.ops = &operations;
    pthread_mutex_init(&sink->mutex, NULL);
    return sink;
}

void fake_sink_free(struct fake_sink *sink)
{
    for (size_t i = 0; i < sink->messages.count; i++) {
        struct published *message = sink->messages.items[i];
        free(message->topic);
        free((char *)message->key.data);
        free((char *)message->payload.data);
        free(message);
    }
    vector_free(&sink->messages);
    pthread_mutex_destroy(&sink->mutex);
    free(sink);
}

struct sink *fake_sink_port(struct fake_sink *sink)
{
    return &sink->port;
}

void fake_sink_fail(struct fake_sink *sink, const struct fake_sink_fault *fault)
{
    pthread_mutex_lock(&sink->mutex);
    sink->fault = *fault;
    pthread_mutex_unlock(&sink->mutex);
}

size_t fake_sink_count(struct fake_sink *sink)
{
    pthread_mutex_lock(&sink->mutex);
    size_t count = sink->messages.count;
    pthread_mutex_unlock(&sink->mutex);
    return count;
}

const struct published *fake_sink_message(struct fake_sink *sink, size_t i)
{
    pthread_mutex_lock(&sink->mutex);
    const struct published *message = sink->messages.items[i];
    pthread_mutex_unlock(&sink->mutex);
    return message;
}

const struct published *fake_sink_message_in(struct fake_sink *sink, const char *topic, size_t i)
{
    for (size_t k = 0; k < fake_sink_count(sink); k++) {
        const struct published *message = fake_sink_message(sink, k);
        if (strcmp(message->topic, topic) == 0 && i-- == 0)
            return message;
    }
    return NULL;
}

size_t fake_sink_count_in(struct fake_sink *sink, const char *topic)
{
    size_t count = 0;
    while (fake_sink_message_in(sink, topic, count))
        count++;
    return count;
}

size_t fake_sink_times(struct fake_sink *sink, const char *id)
{
    size_t times = 0;
    for (size_t i = 0; i < fake_sink_count(sink); i++)
        times += strcmp(fake_sink_message(sink, i)->id, id) == 0;
    return times;
}
