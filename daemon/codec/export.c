#include "codec/export.h"

#include "codec/writer.h"
#include "json.h"

static void open_event(struct writer *writer, struct span id, struct span source)
{
    json_open(writer, '{');
    member_text(writer, "specversion", "1.0");
    member_string(writer, "id", id);
    member_string(writer, "source", source);
}

static struct span close_event(struct writer *writer)
{
    json_close(writer, '}');
    return writer_finish(writer);
}

static void write_type(struct writer *writer, const struct policy *policy, const struct event *event, struct span name)
{
    json_key(writer, "type");
    if (event->type == TYPE_VALUED) { // ours, without a prefix
        json_string(writer, SPAN_LITERAL(EXPORT_VALUED));
        return;
    }
    struct writer type;
    writer_init(&type, writer->arena);
    write_bytes(&type, policy->type_prefix);
    write_bytes(&type, name);
    json_string(writer, writer_finish(&type));
}

// Whether data can stand in a line: without line breaks, and less deep than a record may be.
static bool fits_line(struct span data)
{
    int depth = 0, deepest = 0;
    bool text = false;
    for (uint32_t i = 0; i < data.size; i++) {
        char c = data.data[i];
        if (c == '\n' || c == '\r')
            return false;
        if (c == '\\' && text)
            i++;
        else if (c == '"')
            text = !text;
        else if (!text && (c == '{' || c == '['))
            deepest = ++depth > deepest ? depth : deepest;
        else if (!text && (c == '}' || c == ']'))
            depth--;
    }
    return deepest < JSON_DEPTH_MAX;
}

static bool has_own_effect(const struct event *event)
{
    return event->type != TYPE_CUSTOMER_MERGED && event->type != TYPE_CUSTOMER_UNMERGED;
}

static struct span encode(struct arena *arena, const struct policy *policy, const struct event *event, struct span name,
                          struct span customer, bool apart)
{
    struct writer writer;
    writer_init(&writer, arena);
    open_event(&writer, event->id, event->source);
    write_type(&writer, policy, event, name);
    member_string(&writer, "subject", event->subject);
    member_instant(&writer, "time", event->time);
    if (!has_own_effect(event))
        member_string(&writer, EXPORT_STANDS, customer);
    if (apart) {
        member_string(&writer, EXPORT_DATA, event->data);
        return close_event(&writer);
    }
    member_text(&writer, "datacontenttype", "application/json");
    json_key(&writer, "data");
    write_bytes(&writer, event->data);
    return close_event(&writer);
}

struct span export_event(struct arena *arena, const struct policy *policy, const struct event *event, struct span name,
                         struct span customer)
{
    bool apart = !fits_line(event->data);
    struct span line = encode(arena, policy, event, name, customer, apart);
    if (!line.data || apart || line.size <= policy->max_event_bytes)
        return line;
    return encode(arena, policy, event, name, customer, true);
}

struct span export_alias(struct arena *arena, struct span customer, struct span into, instant at)
{
    struct writer writer;
    writer_init(&writer, arena);
    open_event(&writer, SPAN_LITERAL("alias"), SPAN_LITERAL(EXPORT_SOURCE));
    member_text(&writer, "type", EXPORT_ALIAS);
    member_string(&writer, "subject", customer);
    member_instant(&writer, "time", at);
    member_text(&writer, "datacontenttype", "application/json");
    json_key(&writer, "data");
    json_open(&writer, '{');
    member_string(&writer, "into", into);
    json_close(&writer, '}');
    return close_event(&writer);
}

struct span export_tick(struct arena *arena, instant at)
{
    struct writer writer;
    writer_init(&writer, arena);
    open_event(&writer, SPAN_LITERAL("watermark"), SPAN_LITERAL(EXPORT_SOURCE));
    member_text(&writer, "type", EXPORT_TICK);
    member_instant(&writer, "time", at);
    return close_event(&writer);
}
