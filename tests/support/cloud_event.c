#include "support/cloud_event.h"

#include <stdio.h>

#include "codec/time.h"

static void add_header(struct cloud_event *made, const char *name, struct span value)
{
    made->headers[made->header_count++] = (struct record_header){span_text(name), value};
}

// The same instant in other words: another offset, more digits than count.
static void write_time(struct cloud_event *made, instant at, uint64_t variant)
{
    int length = time_format(variant % 3 == 1 ? at + 8 * HOUR : at, made->time);
    if (variant % 3 == 0)
        return;
    length--; // the Z
    if (variant % 3 == 1)
        snprintf(made->time + length, sizeof made->time - (size_t)length, "+08:00");
    else
        snprintf(made->time + length, sizeof made->time - (size_t)length, "%s-00:00",
                 at % SECOND ? "987" : ".000000987");
}

// A JSON string of text that has nothing to escape but quotes and backslashes.
static size_t put_string(char *to, size_t size, const char *name, const char *text)
{
    size_t length = (size_t)snprintf(to, size, ",\"%s\":\"", name);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            to[length++] = '\\';
        to[length++] = *text;
    }
    to[length++] = '"';
    return length;
}

void cloud_event_structured(struct cloud_event *made, const char *json, size_t size)
{
    made->header_count = 0;
    add_header(made, "content-type", span_text("application/cloudevents+json"));
    made->value = span_of(json, size);
}

static void make_structured(struct cloud_event *made, const struct cloud_attributes *attributes)
{
    char *text = made->text;
    size_t length = (size_t)snprintf(text, sizeof made->text, "{\"specversion\":\"1.0\"");
    const char *const names[] = {"id", "source", "type", "time", "subject"};
    const char *const values[] = {attributes->id, attributes->source, attributes->type, made->time, attributes->subject};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (values[i])
            length += put_string(text + length, sizeof made->text - length, names[i], values[i]);
    if (attributes->data)
        length += (size_t)snprintf(text + length, sizeof made->text - length,
                                   ",\"datacontenttype\":\"application/json\",\"data\":%s", attributes->data);
    text[length++] = '}';
    cloud_event_structured(made, text, length);
}

static void make_binary(struct cloud_event *made, const struct cloud_attributes *attributes)
{
    made->header_count = 0;
    add_header(made, "content-type", span_text("application/json; charset=UTF-8"));
    add_header(made, "ce_specversion", span_text("1.0"));
    add_header(made, "ce_id", span_text(attributes->id));
    add_header(made, "ce_source", span_text(attributes->source));
    add_header(made, "ce_type", span_text(attributes->type));
    add_header(made, "ce_time", span_text(made->time));
    if (attributes->subject)
        add_header(made, "ce_subject", span_text(attributes->subject));
    made->value = span_text(attributes->data ? attributes->data : "{}");
}

void cloud_event_make(struct cloud_event *made, const struct cloud_attributes *attributes)
{
    write_time(made, attributes->time, attributes->variant >> 1);
    if (attributes->variant & 1)
        make_binary(made, attributes);
    else
        make_structured(made, attributes);
}
