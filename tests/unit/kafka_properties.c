// Which properties of librdkafka an operator may set, and how the others are refused.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// After the four that it needs.
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "kafka/properties.h"
#include "kafka/sink.h"
#include "kafka/source.h"

struct complaints {
    size_t count;
    char places[8][64], messages[8][256];
};

static void keep(void *context, const char *place, const char *message)
{
    struct complaints *complaints = context;
    assert_true(complaints->count < 8);
    snprintf(complaints->places[complaints->count], sizeof *complaints->places, "%s", place);
    snprintf(complaints->messages[complaints->count], sizeof *complaints->messages, "%s", message);
    complaints->count++;
}

static const char *const topics[] = {"events"};

static struct kafka_settings settings_of(const char *const *items, size_t count)
{
    return (struct kafka_settings){.brokers = "127.0.0.1:1",
                                   .group_id = "g",
                                   .client_id = "c",
                                   .topics = topics,
                                   .topic_count = 1,
                                   .properties = {items, count}};
}

// The complaint about one property, "" when there is none.
static const char *complaint_about(const char *item)
{
    static struct complaints complaints;
    memset(&complaints, 0, sizeof complaints);
    struct kafka_settings settings = settings_of(&item, 1);
    size_t count = kafka_properties_check(&settings, keep, &complaints);
    assert_int_equal(count, complaints.count);
    assert_true(complaints.count <= 1);
    assert_true(complaints.count == 0 || strcmp(complaints.places[0], "kafka.properties[0]") == 0);
    return complaints.messages[0];
}

static void refuses_what_guarantees_rest_on(void **state)
{
    (void)state;
    static const char *const items[] = {
        "bootstrap.servers=a:1", "metadata.broker.list=a:1", "group.id=x", "client.id=x",
        "enable.auto.commit=true", "auto.commit.enable=true", "enable.auto.offset.store=true",
        "auto.offset.reset=earliest", "isolation.level=read_uncommitted", "enable.partition.eof=false",
        "partition.assignment.strategy=cooperative-sticky", "partition.assignment.strategy=range,roundrobin",
        "group.protocol=consumer", "enable.idempotence=false", "acks=1", "request.required.acks=0",
        "max.in.flight=1000000", "max.in.flight.requests.per.connection=6", "retries=0",
        "partitioner=random", "transactional.id=x", "delivery.report.only.error=true", "log.queue=true",
        "test.mock.num.brokers=3", "rebalance_cb=x", "error_cb=x", "opaque=x", "enabled_events=1",
    };
    for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
        const char *message = complaint_about(items[i]);
        char name[128];
        snprintf(name, sizeof name, "%.*s is not to be set", (int)strcspn(items[i], "="), items[i]);
        if (strncmp(message, name, strlen(name)) != 0)
            fail_msg("%s: \"%s\"", items[i], message);
    }
    assert_non_null(strstr(complaint_about("group.id=x"), "kafka.group_id"));
}

static void allows_the_others(void **state)
{
    (void)state;
    static const char *const items[] = {
        "security.protocol=ssl", "queued.max.messages.kbytes=8192", "client.rack=a", "session.timeout.ms=10000",
        "group.instance.id=one", "compression.codec=zstd", "linger.ms=20", "partitioner=murmur2_random",
        // Harmless repetitions of what we do anyway.
        "acks=all", "acks=-1", "enable.auto.commit=false", "isolation.level=read_committed",
        "partition.assignment.strategy=range", "enable.idempotence=true",
    };
    for (size_t i = 0; i < sizeof items / sizeof *items; i++)
        assert_string_equal(complaint_about(items[i]), "");
}

static void passes_on_what_librdkafka_says(void **state)
{
    (void)state;
    assert_non_null(strstr(complaint_about("no.such.property=1"), "no.such.property"));
    assert_non_null(strstr(complaint_about("session.timeout.ms=soon"), "session.timeout.ms"));
    assert_string_equal(complaint_about("linger.ms"), "is not of the form name=value");
    assert_string_equal(complaint_about("=x"), "is not of the form name=value");
}

static void keeps_secrets(void **state)
{
    (void)state;
    // A secret without its name, and values that librdkafka refuses and quotes.
    assert_null(strstr(complaint_about("hunter2"), "hunter2"));
    assert_null(strstr(complaint_about("sasl.password"), "hunter2"));
    assert_null(strstr(complaint_about("ssl.key.password.x=hunter2"), "hunter2"));
    assert_non_null(strstr(complaint_about("ssl.key.password.x=hunter2"), "ssl.key.password.x"));
    assert_string_equal(complaint_about("sasl.password=hunter2"), "");
}

static void reports_all_with_their_places(void **state)
{
    (void)state;
    static const char *const common[] = {"linger.ms=1", "group.id=x"};
    static const char *const file[] = {"acks=1"};
    static const char *const consumer[] = {"client.rack=a", "client.rack=b", "nonsense=1"};
    static const char *const producer[] = {"transactional.id=x"};
    struct kafka_settings settings = settings_of(common, 2);
    settings.file_properties = (struct kafka_property_list){file, 1};
    settings.consumer_properties = (struct kafka_property_list){consumer, 3};
    settings.producer_properties = (struct kafka_property_list){producer, 1};
    struct complaints complaints = {0};
    assert_int_equal(kafka_properties_check(&settings, keep, &complaints), 4);
    assert_string_equal(complaints.places[0], "kafka.properties[1]");
    assert_string_equal(complaints.places[1], "kafka.properties_file[0]");
    assert_string_equal(complaints.places[2], "kafka.consumer_properties[2]");
    assert_string_equal(complaints.places[3], "kafka.producer_properties[0]");
}

static void opening_fails_with_them(void **state)
{
    (void)state;
    static const char *const bad[] = {"acks=1"}, *const clash[] = {"session.timeout.ms=400000"};
    struct kafka_settings settings = settings_of(bad, 1);
    struct source_events events = {0};
    struct source *source;
    struct sink *sink;
    assert_int_equal(kafka_source_open(&settings, &events, &source), STATUS_CONFIG);
    assert_null(source);
    assert_non_null(strstr(fault_message(), "kafka.properties[0]"));
    assert_int_equal(kafka_sink_open(&settings, &sink), STATUS_CONFIG);
    assert_null(sink);
    // Each is fine alone, but not together with the others: only librdkafka knows.
    settings = settings_of(clash, 1);
    assert_int_equal(kafka_source_open(&settings, &events, &source), STATUS_CONFIG);
    assert_non_null(strstr(fault_message(), "session.timeout.ms"));

    const char *pattern = "^events.*";
    settings = settings_of(NULL, 0);
    settings.topics = &pattern;
    assert_int_equal(kafka_source_open(&settings, &events, &source), STATUS_CONFIG);
    settings.topic_count = 0;
    assert_int_equal(kafka_source_open(&settings, &events, &source), STATUS_CONFIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_guarantees_rest_on),
        cmocka_unit_test(allows_the_others),
        cmocka_unit_test(passes_on_what_librdkafka_says),
        cmocka_unit_test(keeps_secrets),
        cmocka_unit_test(reports_all_with_their_places),
        cmocka_unit_test(opening_fails_with_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
