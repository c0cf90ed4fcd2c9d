// The attributes of a CloudEvent, as the Kafka protocol binding carries them.
#include "decode_parts.h"

#include "json_index.h"

#include <strings.h>

#define HEADER_PREFIX "ce_"
#define CLOUDEVENTS   "application/cloudevents"

static const struct span attribute_names[ATTRIBUTE_COUNT] = {
#define X(NAME, name) [ATTRIBUTE_##NAME] = {name, sizeof(name) - 1},
    ATTRIBUTES(X)
#undef X
};

// ATTRIBUTE_COUNT for an extension.
static enum attribute attribute_named(struct span name)
{
    int attribute = 0;
    while (attribute < ATTRIBUTE_COUNT && !span_equal(attribute_names[attribute], name)) {
        attribute++;
    }
    return (enum attribute)attribute;
}

static bool begins_with(struct span text, struct span beginning)
{
    return text.size >= beginning.size && strncasecmp(text.data, beginning.data, beginning.size) == 0;
}

static bool ends_with(struct span text, struct span end)
{
    return text.size >= end.size && strncasecmp(text.data + text.size - end.size, end.data, end.size) == 0;
}

// A media type without its parameters.
static struct span media_type(struct span content_type)
{
    const char *semicolon = content_type.size ? memchr(content_type.data, ';', content_type.size) : NULL;
    uint32_t size = semicolon ? (uint32_t)(semicolon - content_type.data) : content_type.size;
    while (size && (content_type.data[size - 1] == ' ' || content_type.data[size - 1] == '\t')) {
        size--;
    }
    return (struct span){content_type.data, size};
}

static bool same_text(struct span text, struct span wanted)
{
    return text.size == wanted.size && begins_with(text, wanted);
}

static bool is_json_type(struct span content_type)
{
    struct span type = media_type(content_type);
    return same_text(type, SPAN_LITERAL("application/json")) ||
           same_text(type, SPAN_LITERAL("text/json")) || ends_with(type, SPAN_LITERAL("+json"));
}

static struct span content_type_of(const struct record *record)
{
    for (size_t i = 0; i < record->header_count; i++) {
        if (same_text(record->headers[i].name, SPAN_LITERAL("content-type"))) {
            return record->headers[i].value;
        }
    }
    return SPAN_NONE;
}

static int read_structured(struct decoding *decoding, const struct record *record)
{
    const struct json_token *tokens;
    int status = decode_json(decoding, record->value, &tokens);
    if (status) {
        return status;
    }
    if (tokens->type != JSON_OBJECT) {
        return decode_reject(decoding, REJECT_BAD_ATTRIBUTE, "the value is not a JSON object");
    }
    struct envelope *envelope = &decoding->envelope;
    envelope->tokens = tokens;
    for (uint32_t i = 1; i < tokens->end; i = tokens[i].end) {
        enum attribute attribute = attribute_named(tokens[i].key);
        if (attribute == ATTRIBUTE_DATA) {
            envelope->data = &tokens[i];
        } else if (attribute != ATTRIBUTE_COUNT && tokens[i].type == JSON_STRING) {
            envelope->values[attribute] = tokens[i].text;
        } else if (attribute != ATTRIBUTE_COUNT &&
                   tokens[i].type != JSON_NULL) { // null is as good as absent
            envelope->ill_typed |= (uint16_t)(1u << attribute);
        }
    }
    struct span exact = envelope->values[ATTRIBUTE_OWN_DATA];
    if (!decoding->own || !exact.data) {
        return 0;
    }
    decoding->own->exact = true;
    status = decode_json(decoding, exact, &envelope->tokens);
    envelope->data = envelope->tokens;
    return status;
}

// The attribute that a header of binary mode carries, ATTRIBUTE_COUNT for any other header.
static enum attribute attribute_of_header(struct span name)
{
    uint32_t prefix = sizeof HEADER_PREFIX - 1;
    if (name.size <= prefix || memcmp(name.data, HEADER_PREFIX, prefix) != 0) {
        return same_text(name, SPAN_LITERAL("content-type")) ? ATTRIBUTE_DATACONTENTTYPE : ATTRIBUTE_COUNT;
    }
    enum attribute attribute = attribute_named(span_of(name.data + prefix, name.size - prefix));
    // What has a place of its own in binary mode is an extension as a header.
    return attribute >= ATTRIBUTE_DATACONTENTTYPE ? ATTRIBUTE_COUNT : attribute;
}

static int read_header(struct decoding *decoding, enum attribute attribute, struct span value)
{
    const char *name = attribute_names[attribute].data;
    struct span *place = &decoding->envelope.values[attribute];
    if (place->data) {
        return decode_reject(decoding, REJECT_DUPLICATE_KEY, "more than one header for attribute %s", name);
    }
    if (!utf8_is_valid(value.data, value.size)) {
        return decode_reject(decoding, REJECT_BAD_UTF8, "the header of attribute %s is not UTF-8", name);
    }
    if (value.size && memchr(value.data, '\0', value.size)) {
        return decode_reject(decoding, REJECT_NUL, "the header of attribute %s contains U+0000", name);
    }
    *place = arena_copy(decoding->arena, value);
    return place->data ? 0 : decode_no_memory();
}

static int read_binary(struct decoding *decoding, const struct record *record)
{
    struct envelope *envelope = &decoding->envelope;
    for (size_t i = 0; i < record->header_count; i++) {
        const struct record_header *header = &record->headers[i];
        enum attribute attribute = attribute_of_header(header->name);
        if (attribute == ATTRIBUTE_COUNT || !header->value.data) {
            continue;
        }
        int status = read_header(decoding, attribute, header->value);
        if (status) {
            return status;
        }
    }
    int status = decode_json(decoding, record->value, &envelope->tokens);
    envelope->data = status ? NULL : envelope->tokens;
    return status;
}

int envelope_read(struct decoding *decoding, const struct record *record)
{
    struct span content_type = content_type_of(record);
    struct envelope *envelope = &decoding->envelope;
    envelope->structured = content_type.data && begins_with(content_type, SPAN_LITERAL(CLOUDEVENTS));
    if (envelope->structured && !same_text(media_type(content_type), SPAN_LITERAL(CLOUDEVENTS "+json"))) {
        return decode_reject(decoding, REJECT_BAD_ATTRIBUTE,
                             "content-type: of the formats of CloudEvents only "
                             "application/cloudevents+json is read");
    }
    int status = envelope->structured ? read_structured(decoding, record) : read_binary(decoding, record);
    if (status) {
        return status;
    }
    if (envelope->values[ATTRIBUTE_DATA_BASE64].data || envelope->ill_typed & 1u << ATTRIBUTE_DATA_BASE64) {
        return decode_reject(decoding, REJECT_BAD_ATTRIBUTE,
                             "data_base64 is not read: data must be a JSON object");
    }
    struct span data_type = envelope->values[ATTRIBUTE_DATACONTENTTYPE];
    if (data_type.data && !is_json_type(data_type)) {
        return decode_reject(decoding, REJECT_BAD_ATTRIBUTE, "%s: data must be JSON",
                             envelope->structured ? "datacontenttype" : "content-type");
    }
    if (envelope->data && envelope->data->type != JSON_OBJECT) {
        return decode_reject(decoding, REJECT_BAD_ATTRIBUTE, "data is not a JSON object");
    }
    return 0;
}
