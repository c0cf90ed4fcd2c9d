// The AsyncAPI 3 document: which topic carries what.
#include "schema_parts.h"

static void refer(struct writer *writer, const char *to, const char *name)
{
    json_open(writer, '{');
    json_key(writer, "$ref");
    write_text(writer, "\"");
    write_text(writer, to);
    write_text(writer, name);
    write_text(writer, "\"");
    json_close(writer, '}');
}

static void describe_message(struct writer *writer, const char *name, const char *help)
{
    json_key(writer, name);
    json_open(writer, '{');
    member_text(writer, "name", name);
    if (help) {
        member_text(writer, "summary", help);
    }
    member_text(writer, "contentType", "application/cloudevents+json");
    json_key(writer, "payload");
    json_open(writer, '{');
    member_text(writer, "schemaFormat", "application/schema+json;version=draft-2020-12");
    json_key(writer, "schema");
    json_open(writer, '{');
    json_key(writer, "$ref");
    write_text(writer, "\"./");
    write_text(writer, name);
    write_text(writer, ".json\"");
    json_close(writer, '}');
    json_close(writer, '}');
    json_key(writer, "bindings");
    json_open(writer, '{');
    json_key(writer, "kafka");
    json_open(writer, '{');
    json_key(writer, "key");
    json_open(writer, '{');
    member_text(writer, "type", "string");
    member_text(writer, "description", "The customer, as in subject");
    json_close(writer, '}');
    json_close(writer, '}');
    json_close(writer, '}');
    json_close(writer, '}');
}

enum direction { EVENTS, REMINDERS, CHANGES };

static bool carries(const struct policy *policy, enum direction direction, size_t number)
{
    size_t events = schema_event_count(policy);
    if (number < events) {
        return direction == EVENTS;
    }
    return direction == (schema_message_is_change(number - events) ? CHANGES : REMINDERS);
}

static void describe_channel(struct writer *writer, const struct policy *policy, enum direction direction,
                             const char *topic, const char *help)
{
    json_key(writer, topic);
    json_open(writer, '{');
    member_text(writer, "address", topic);
    member_text(writer, "description", help);
    json_key(writer, "messages");
    json_open(writer, '{');
    for (size_t i = 0; i < schema_count(policy); i++) {
        if (carries(policy, direction, i)) {
            json_key(writer, schema_name(policy, i));
            refer(writer, "#/components/messages/", schema_name(policy, i));
        }
    }
    json_close(writer, '}');
    json_close(writer, '}');
}

static void describe_channels(struct writer *writer, const struct policy *policy, const struct schema_topics *topics)
{
    json_key(writer, "channels");
    json_open(writer, '{');
    for (size_t i = 0; i < topics->event_count; i++) {
        describe_channel(writer, policy, EVENTS, topics->events[i], "Events that guanxid reads; the key is the subject");
    }
    describe_channel(writer, policy, REMINDERS, topics->reminders, "Reminders: what is due, and what no longer is");
    describe_channel(writer, policy, CHANGES, topics->changes, "Changes of customers");
    json_close(writer, '}');
}

static void describe_operation(struct writer *writer, const char *verb, const char *action, const char *topic)
{
    struct writer name;
    writer_init(&name, writer->arena);
    write_text(&name, verb);
    write_text(&name, topic);
    struct span key = writer_finish(&name);
    json_key(writer, key.data ? key.data : "");
    json_open(writer, '{');
    member_text(writer, "action", action);
    json_key(writer, "channel");
    refer(writer, "#/channels/", topic);
    json_close(writer, '}');
    writer->failed |= !key.data;
}

static void describe_operations(struct writer *writer, const struct schema_topics *topics)
{
    json_key(writer, "operations");
    json_open(writer, '{');
    for (size_t i = 0; i < topics->event_count; i++) {
        describe_operation(writer, "read-", "receive", topics->events[i]);
    }
    describe_operation(writer, "publish-", "send", topics->reminders);
    describe_operation(writer, "publish-", "send", topics->changes);
    json_close(writer, '}');
}

struct span schema_asyncapi(struct arena *arena, const struct policy *policy, const struct schema_topics *topics)
{
    struct writer writer;
    writer_init(&writer, arena);
    json_open(&writer, '{');
    member_text(&writer, "asyncapi", "3.0.0");
    json_key(&writer, "info");
    json_open(&writer, '{');
    member_text(&writer, "title", "guanxi");
    member_text(&writer, "version", GUANXID_VERSION);
    member_text(&writer, "description",
                "Interaction events of customers in; reminders and changes out. CloudEvents 1.0 over Kafka.");
    json_close(&writer, '}');
    member_text(&writer, "defaultContentType", "application/cloudevents+json");
    describe_channels(&writer, policy, topics);
    describe_operations(&writer, topics);
    json_key(&writer, "components");
    json_open(&writer, '{');
    json_key(&writer, "messages");
    json_open(&writer, '{');
    size_t events = schema_event_count(policy);
    for (size_t i = 0; i < schema_count(policy); i++) {
        const struct type_rule *rule = i < events ? policy_rule_named(policy, span_text(schema_name(policy, i))) : NULL;
        describe_message(&writer, schema_name(policy, i),
                         rule ? schema_event_help(rule->type) : i < events ? NULL : schema_message_help(i - events));
    }
    json_close(&writer, '}');
    json_close(&writer, '}');
    json_close(&writer, '}');
    return writer_finish(&writer);
}
