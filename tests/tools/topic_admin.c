// Topics of a test broker, through librdkafka's admin API. Exit code 1 and a message on any error.
//
//   topic_admin BROKERS create TOPIC PARTITIONS [NAME=VALUE...]     with topic configuration
//   topic_admin BROKERS delete TOPIC
//   topic_admin BROKERS grow TOPIC PARTITIONS                       to that many in all
//   topic_admin BROKERS truncate TOPIC PARTITION OFFSET             deletes the records below OFFSET
//   topic_admin BROKERS guard NAME [read|write|group]   nobody may read (the default) or write the topic, though
//                                                       everybody may do the other; or use the group of that name
//   topic_admin BROKERS unguard NAME [group]            everybody may do everything again
//   topic_admin BROKERS offsets TOPIC             prints "PARTITION FIRST END" for each partition

#include <librdkafka/rdkafka.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TIMEOUT_MS = 30000 };

struct admin {
    rd_kafka_t *client;
    rd_kafka_queue_t *queue;
    rd_kafka_AdminOptions_t *options;
    char error[512];
};

__attribute__((format(printf, 1, 2), noreturn)) static void die(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("topic_admin: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

static long number(const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);
    if (*text == '\0' || *end != '\0' || value < 0)
        die("'%s' is not a number", text);
    return value;
}

static void admin_open(struct admin *admin, const char *brokers)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    if (rd_kafka_conf_set(conf, "bootstrap.servers", brokers, admin->error,
                          sizeof admin->error) != RD_KAFKA_CONF_OK)
        die("%s", admin->error);
    admin->client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, admin->error, sizeof admin->error);
    if (admin->client == NULL)
        die("%s", admin->error);
    admin->queue = rd_kafka_queue_new(admin->client);
    // The operation timeout makes the controller wait until the change is in effect everywhere.
    admin->options = rd_kafka_AdminOptions_new(admin->client, RD_KAFKA_ADMIN_OP_ANY);
    rd_kafka_AdminOptions_set_request_timeout(admin->options, TIMEOUT_MS, NULL, 0);
    rd_kafka_AdminOptions_set_operation_timeout(admin->options, TIMEOUT_MS, NULL, 0);
}

static void admin_close(struct admin *admin)
{
    rd_kafka_AdminOptions_destroy(admin->options);
    rd_kafka_queue_destroy(admin->queue);
    rd_kafka_destroy(admin->client);
}

// The answer to the request just made. The caller destroys it.
static rd_kafka_event_t *await_answer(struct admin *admin)
{
    rd_kafka_event_t *event = rd_kafka_queue_poll(admin->queue, TIMEOUT_MS + 5000);
    if (event == NULL)
        die("no answer");
    if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR)
        die("%s", rd_kafka_event_error_string(event));
    return event;
}

static void check_topics(const rd_kafka_topic_result_t **results, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (rd_kafka_topic_result_error(results[i]) != RD_KAFKA_RESP_ERR_NO_ERROR)
            die("%s: %s", rd_kafka_topic_result_name(results[i]),
                rd_kafka_topic_result_error_string(results[i]));
    }
}

static void create(struct admin *admin, const char *topic, int partitions, char **settings)
{
    rd_kafka_NewTopic_t *new_topic =
        rd_kafka_NewTopic_new(topic, partitions, 1, admin->error, sizeof admin->error);
    if (new_topic == NULL)
        die("%s", admin->error);
    for (; *settings != NULL; settings++) {
        char *value = strchr(*settings, '=');
        if (value == NULL)
            die("'%s' is not NAME=VALUE", *settings);
        *value++ = '\0';
        rd_kafka_NewTopic_set_config(new_topic, *settings, value);
    }
    rd_kafka_CreateTopics(admin->client, &new_topic, 1, admin->options, admin->queue);
    rd_kafka_event_t *event = await_answer(admin);
    size_t count;
    const rd_kafka_topic_result_t **results =
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
    check_topics(results, count);
    rd_kafka_event_destroy(event);
    rd_kafka_NewTopic_destroy(new_topic);
}

static void delete(struct admin *admin, const char *topic)
{
    rd_kafka_DeleteTopic_t *old_topic = rd_kafka_DeleteTopic_new(topic);
    rd_kafka_DeleteTopics(admin->client, &old_topic, 1, admin->options, admin->queue);
    rd_kafka_event_t *event = await_answer(admin);
    size_t count;
    const rd_kafka_topic_result_t **results =
        rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count);
    check_topics(results, count);
    rd_kafka_event_destroy(event);
    rd_kafka_DeleteTopic_destroy(old_topic);
}

static void grow(struct admin *admin, const char *topic, size_t partitions)
{
    rd_kafka_NewPartitions_t *more =
        rd_kafka_NewPartitions_new(topic, partitions, admin->error, sizeof admin->error);
    if (more == NULL)
        die("%s", admin->error);
    rd_kafka_CreatePartitions(admin->client, &more, 1, admin->options, admin->queue);
    rd_kafka_event_t *event = await_answer(admin);
    size_t count;
    const rd_kafka_topic_result_t **results = rd_kafka_CreatePartitions_result_topics(
        rd_kafka_event_CreatePartitions_result(event), &count);
    check_topics(results, count);
    rd_kafka_event_destroy(event);
    rd_kafka_NewPartitions_destroy(more);
}

static void truncate_partition(struct admin *admin, const char *topic, int partition, long offset)
{
    rd_kafka_topic_partition_list_t *before = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(before, topic, partition)->offset = offset;
    rd_kafka_DeleteRecords_t *request = rd_kafka_DeleteRecords_new(before);
    rd_kafka_DeleteRecords(admin->client, &request, 1, admin->options, admin->queue);
    rd_kafka_event_t *event = await_answer(admin);
    const rd_kafka_topic_partition_list_t *done =
        rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event));
    for (int i = 0; i < done->cnt; i++) {
        if (done->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR)
            die("%s [%d]: %s", topic, partition, rd_kafka_err2str(done->elems[i].err));
    }
    rd_kafka_event_destroy(event);
    rd_kafka_DeleteRecords_destroy(request);
    rd_kafka_topic_partition_list_destroy(before);
}

static rd_kafka_AclBinding_t *allow(struct admin *admin, const char *who, rd_kafka_ResourceType_t type, const char *name,
                                    rd_kafka_AclOperation_t operation)
{
    rd_kafka_AclBinding_t *binding =
        rd_kafka_AclBinding_new(type, name, RD_KAFKA_RESOURCE_PATTERN_LITERAL, who, "*", operation,
                                RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW, admin->error, sizeof admin->error);
    if (binding == NULL)
        die("%s", admin->error);
    return binding;
}

static rd_kafka_ResourceType_t resource_type(const char *what)
{
    return strcmp(what, "group") == 0 ? RD_KAFKA_RESOURCE_GROUP : RD_KAFKA_RESOURCE_TOPIC;
}

// For a broker that allows what no rule is about: with a rule, what it does not allow is denied.
static void guard(struct admin *admin, const char *name, const char *what)
{
    rd_kafka_ResourceType_t type = resource_type(what);
    rd_kafka_AclOperation_t left = strcmp(what, "write") == 0 ? RD_KAFKA_ACL_OPERATION_READ : RD_KAFKA_ACL_OPERATION_WRITE;
    if (type == RD_KAFKA_RESOURCE_GROUP)
        left = RD_KAFKA_ACL_OPERATION_READ;
    rd_kafka_AclBinding_t *binding =
        allow(admin, type == RD_KAFKA_RESOURCE_GROUP ? "User:nobody" : "User:*", type, name, left); // describing with it
    size_t count = 1;
    rd_kafka_CreateAcls(admin->client, &binding, count, admin->options, admin->queue);
    rd_kafka_event_t *event = await_answer(admin);
    const rd_kafka_acl_result_t **results =
        rd_kafka_CreateAcls_result_acls(rd_kafka_event_CreateAcls_result(event), &count);
    for (size_t i = 0; i < count; i++) {
        if (rd_kafka_acl_result_error(results[i]) != NULL)
            die("%s: %s", name, rd_kafka_error_string(rd_kafka_acl_result_error(results[i])));
    }
    rd_kafka_event_destroy(event);
    rd_kafka_AclBinding_destroy(binding);
}

static void unguard(struct admin *admin, const char *name, const char *what)
{
    rd_kafka_AclBindingFilter_t *filter = rd_kafka_AclBindingFilter_new(
        resource_type(what), name, RD_KAFKA_RESOURCE_PATTERN_LITERAL, NULL, NULL, RD_KAFKA_ACL_OPERATION_ANY,
        RD_KAFKA_ACL_PERMISSION_TYPE_ANY, admin->error, sizeof admin->error);
    if (filter == NULL)
        die("%s", admin->error);
    rd_kafka_DeleteAcls(admin->client, &filter, 1, admin->options, admin->queue);
    rd_kafka_event_destroy(await_answer(admin));
    rd_kafka_AclBinding_destroy(filter);
}

static void print_offsets(struct admin *admin, const char *topic)
{
    rd_kafka_topic_t *handle = rd_kafka_topic_new(admin->client, topic, NULL);
    const struct rd_kafka_metadata *metadata;
    rd_kafka_resp_err_t error =
        rd_kafka_metadata(admin->client, 0, handle, &metadata, TIMEOUT_MS);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
        error = metadata->topics[0].err;
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
        die("%s: %s", topic, rd_kafka_err2str(error));
    for (int i = 0; i < metadata->topics[0].partition_cnt; i++) {
        int64_t first, end;
        error = rd_kafka_query_watermark_offsets(admin->client, topic, i, &first, &end, TIMEOUT_MS);
        if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
            die("%s [%d]: %s", topic, i, rd_kafka_err2str(error));
        printf("%d %lld %lld\n", i, (long long)first, (long long)end);
    }
    rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_destroy(handle);
}

int main(int argc, char **argv)
{
    const char *verb = argc > 3 ? argv[2] : "";
    struct admin admin;
    if (argc < 4)
        die("usage: topic_admin BROKERS create|delete|grow|truncate|guard|unguard|offsets TOPIC ...");
    admin_open(&admin, argv[1]);
    if (strcmp(verb, "create") == 0 && argc >= 5)
        create(&admin, argv[3], (int)number(argv[4]), argv + 5);
    else if (strcmp(verb, "delete") == 0 && argc == 4)
        delete(&admin, argv[3]);
    else if (strcmp(verb, "grow") == 0 && argc == 5)
        grow(&admin, argv[3], (size_t)number(argv[4]));
    else if (strcmp(verb, "truncate") == 0 && argc == 6)
        truncate_partition(&admin, argv[3], (int)number(argv[4]), number(argv[5]));
    else if (strcmp(verb, "guard") == 0 && argc <= 5)
        guard(&admin, argv[3], argc == 5 ? argv[4] : "read");
    else if (strcmp(verb, "unguard") == 0 && argc <= 5)
        unguard(&admin, argv[3], argc == 5 ? argv[4] : "read");
    else if (strcmp(verb, "offsets") == 0 && argc == 4)
        print_offsets(&admin, argv[3]);
    else
        die("unknown or incomplete command '%s'", verb);
    admin_close(&admin);
    return 0;
}
