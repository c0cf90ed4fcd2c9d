#include "properties.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"

enum { NAME_MAX_LENGTH = 127 };

// What we decide ourselves. `allowed` are the values that change nothing, separated by '|'; NULL: none.
static const struct refusal {
    const char *name, *allowed, *reason;
} refusals[] = {
    {"bootstrap.servers", NULL, "use kafka.brokers"},
    {"metadata.broker.list", NULL, "use kafka.brokers"},
    {"group.id", NULL, "use kafka.group_id"},
    {"client.id", NULL, "use kafka.client_id"},
    {"enable.auto.commit", "false", "positions are kept in PostgreSQL with the state"},
    {"auto.commit.enable", "false", "positions are kept in PostgreSQL with the state"},
    {"enable.auto.offset.store", "false", "positions are kept in PostgreSQL with the state"},
    {"offset.store.method", "broker", "positions are kept in PostgreSQL with the state"},
    {"offset.store.path", NULL, "positions are kept in PostgreSQL with the state"},
    {"auto.offset.reset", "error", "lost records must not be passed over silently; see daemon.lost_data"},
    {"isolation.level", "read_committed", "records of aborted transactions never happened"},
    {"enable.partition.eof", "true", "the end of a partition decides what may be published"},
    {"partition.assignment.strategy", "range", "a partition must have one owner at any moment; only range works"},
    {"group.protocol", "classic", "only the classic protocol lets us say where to start"},
    {"group.remote.assignor", NULL, "only the classic protocol lets us say where to start"},
    {"enable.idempotence", "true", "messages must not be lost, repeated or reordered by the client"},
    {"acks", "all|-1", "a message counts as published only when all replicas have it"},
    {"request.required.acks", "all|-1", "a message counts as published only when all replicas have it"},
    {"max.in.flight", NULL, "it follows from idempotence, which keeps the order"},
    {"max.in.flight.requests.per.connection", NULL, "it follows from idempotence, which keeps the order"},
    {"message.send.max.retries", NULL, "it follows from idempotence; the outbox sends again what failed"},
    {"retries", NULL, "it follows from idempotence; the outbox sends again what failed"},
    {"enable.gapless.guarantee", "false", "the outbox closes gaps itself"},
    {"delivery.report.only.error", "false", "the outbox must learn of every delivery"},
    {"partitioner", "consistent|consistent_random|murmur2|murmur2_random|fnv1a|fnv1a_random",
     "messages of one customer must stay in one partition"},
    {"transactional.id", NULL, "messages are published from an outbox, not in Kafka transactions"},
    {"enabled_events", NULL, "the daemon serves librdkafka's events itself"},
    {"log.queue", "false", "the daemon writes librdkafka's log itself; see log.level"},
    {"log_level", NULL, "use log.level"},
    {"test.mock.num.brokers", "0", "it would replace the cluster by an imaginary one"},
    {"opaque", NULL, "it cannot be set from a text"},
    {"default_topic_conf", NULL, "it cannot be set from a text"},
    {"interceptors", NULL, "it cannot be set from a text"},
};

// Text of librdkafka about these may quote their value.
static bool is_secret(const char *name)
{
    static const char *const marks[] = {"password", "secret", "key.pem", "ssl_key", "oauthbearer.config",
                                        "assertion"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (strstr(name, marks[i]))
            return true;
    return false;
}

static bool is_allowed(const char *allowed, const char *value)
{
    size_t length = strlen(value);
    for (const char *word = allowed; word; word = strchr(word, '|')) {
        if (*word == '|')
            word++;
        if (strncmp(word, value, length) == 0 && (word[length] == '|' || word[length] == '\0'))
            return true;
    }
    return false;
}

static const struct refusal *refused(const char *name, const char *value)
{
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        if (strcmp(refusals[i].name, name) == 0)
            return is_allowed(refusals[i].allowed, value) ? NULL : &refusals[i];
    return NULL;
}

// Sets one property. False with a message when it cannot be.
static bool set_property(rd_kafka_conf_t *conf, const char *item, char *message, size_t size)
{
    const char *equals = strchr(item, '=');
    char name[NAME_MAX_LENGTH + 1];
    if (!equals || equals == item || equals - item > NAME_MAX_LENGTH) {
        // Not quoted: whatever it is, it may hold a secret.
        snprintf(message, size, "is not of the form name=value");
        return false;
    }
    memcpy(name, item, (size_t)(equals - item));
    name[equals - item] = '\0';
    const char *value = equals + 1;
    size_t length = strlen(name);
    if (length > 3 && strcmp(name + length - 3, "_cb") == 0) {
        snprintf(message, size, "%s is not to be set: it is a callback", name);
        return false;
    }
    const struct refusal *refusal = refused(name, value);
    if (refusal) {
        snprintf(message, size, "%s is not to be set%s: %s", name,
                 refusal->allowed ? " otherwise" : "", refusal->reason);
        return false;
    }
    char reason[512];
    rd_kafka_conf_res_t result = rd_kafka_conf_set(conf, name, value, reason, sizeof reason);
    if (result == RD_KAFKA_CONF_OK)
        return true;
    snprintf(message, size, "%s", is_secret(name) ? "librdkafka does not take this value of " : reason);
    if (is_secret(name))
        snprintf(message + strlen(message), size - strlen(message), "%s", name);
    return false;
}

struct named_list {
    const char *place;
    const struct kafka_property_list *list;
};

// The lists that concern a role, those that win last; returns how many.
static size_t lists_of(const struct kafka_settings *settings, enum kafka_role role, struct named_list lists[3])
{
    lists[0] = (struct named_list){"kafka.properties", &settings->properties};
    lists[1] = (struct named_list){"kafka.properties_file", &settings->file_properties};
    lists[2] = role == KAFKA_CONSUMER
                   ? (struct named_list){"kafka.consumer_properties", &settings->consumer_properties}
                   : (struct named_list){"kafka.producer_properties", &settings->producer_properties};
    return 3;
}

static size_t set_list(rd_kafka_conf_t *conf, const struct named_list *named, kafka_complain *complain,
                       void *context)
{
    size_t complaints = 0;
    for (size_t i = 0; i < named->list->count; i++) {
        char message[1024], place[64];
        if (set_property(conf, named->list->items[i], message, sizeof message))
            continue;
        snprintf(place, sizeof place, "%s[%zu]", named->place, i);
        complain(context, place, message);
        complaints++;
    }
    return complaints;
}

size_t kafka_properties_check(const struct kafka_settings *settings, kafka_complain *complain, void *context)
{
    struct named_list lists[3];
    size_t complaints = 0;
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    size_t count = lists_of(settings, KAFKA_CONSUMER, lists);
    for (size_t i = 0; i < count; i++)
        complaints += set_list(conf, &lists[i], complain, context);
    lists_of(settings, KAFKA_PRODUCER, lists);
    complaints += set_list(conf, &lists[count - 1], complain, context);
    rd_kafka_conf_destroy(conf);
    return complaints;
}

static void keep_as_fault(void *context, const char *place, const char *message)
{
    int *status = context;
    if (*status == 0)
        *status = fault(STATUS_CONFIG, "%s: %s", place, message);
}

int kafka_properties_apply(rd_kafka_conf_t *conf, const struct kafka_settings *settings, enum kafka_role role)
{
    struct named_list lists[3];
    int status = 0;
    size_t count = lists_of(settings, role, lists);
    for (size_t i = 0; i < count; i++)
        set_list(conf, &lists[i], keep_as_fault, &status);
    return status;
}
