#include "codec/encode.h"

#include "codec/time.h"
#include "core/model.h"
#include "writer.h"

#define OUR_SOURCE "guanxi"

enum { UUID_TEXT = 37 };

// Opens the event and writes its attributes, up to the opening of `data`. An absent `suffix` leaves the
// id as it is. Attributes have one order, so that the same message has the same bytes.
static void open_event(struct writer *writer, struct arena *arena, const char *type, const uint8_t uuid[16],
                       const char *suffix, struct span subject, instant time, instant expires)
{
    char id[UUID_TEXT];
    uuid_text(uuid, id);
    writer_init(writer, arena);
    json_open(writer, '{');
    member_text(writer, "specversion", "1.0");
    json_key(writer, "id");
    write_text(writer, "\"");
    write_text(writer, id);
    write_text(writer, suffix);
    write_text(writer, "\"");
    member_text(writer, "source", OUR_SOURCE);
    member_text(writer, "type", type);
    member_string(writer, "subject", subject);
    member_instant(writer, "time", time);
    if (expires != INSTANT_NONE) {
        member_instant(writer, "expirytime", expires);
    }
    member_text(writer, "datacontenttype", "application/json");
    json_key(writer, "data");
    json_open(writer, '{');
}

static struct span close_event(struct writer *writer)
{
    json_close(writer, '}');
    json_close(writer, '}');
    return writer_finish(writer);
}

static void member_uuid(struct writer *writer, const char *key, const uint8_t uuid[16])
{
    char text[UUID_TEXT];
    uuid_text(uuid, text);
    member_text(writer, key, text);
}

static void member_level(struct writer *writer, const char *key, int level)
{
    json_key(writer, key);
    json_open(writer, '{');
    member_number(writer, "level", level);
    member_text(writer, "code", level_code(level));
    member_text(writer, "zh", level_name_zh(level));
    json_close(writer, '}');
}

// The event that brought something about; null without one.
static void member_event(struct writer *writer, struct span source, struct span id)
{
    json_key(writer, "event");
    if (!source.data) {
        json_string(writer, SPAN_NONE);
        return;
    }
    json_open(writer, '{');
    member_string(writer, "source", source);
    member_string(writer, "id", id);
    json_close(writer, '}');
}

static void member_recipients(struct writer *writer, uint8_t recipients)
{
    json_key(writer, "to");
    json_open(writer, '[');
    if (recipients & TO_OWNER) {
        json_string(writer, SPAN_LITERAL("owner"));
    }
    if (recipients & TO_MANAGER) {
        json_string(writer, SPAN_LITERAL("manager"));
    }
    json_close(writer, ']');
}

// How to reach the customer: what its class and tier suggest, once there are such; until then what is
// recommended for every other customer.
static void member_channels(struct writer *writer)
{
    json_key(writer, "channels");
    json_open(writer, '[');
    json_string(writer, SPAN_LITERAL("letter"));
    json_string(writer, SPAN_LITERAL("message"));
    json_string(writer, SPAN_LITERAL("web"));
    json_close(writer, ']');
}

// Who the customer is and how things stand. Profile, stage, tier, style and next steps belong here.
static void members_of_customer(struct writer *writer, const struct notice_message *message)
{
    member_string(writer, "customer", message->customer_id);
    member_string(writer, "name", SPAN_NONE);
    member_string(writer, "owner", SPAN_NONE);
    member_string(writer, "manager", SPAN_NONE);
    member_level(writer, "level", message->level);
    if (message->recency_days < 0) {
        member_string(writer, "recency_days", SPAN_NONE);
    } else {
        member_number(writer, "recency_days", message->recency_days);
    }
    member_number(writer, "f", message->f);
    member_number(writer, "m", message->m);
}

struct span encode_notice(struct arena *arena, const struct policy *policy,
                          const struct notice_message *message)
{
    struct span en = sentence_en(arena, policy, message);
    struct span zh = sentence_zh(arena, policy, message);
    if (!en.data || !zh.data) {
        return SPAN_NONE;
    }
    struct writer writer;
    writer_init(&writer, arena);
    write_text(&writer, "/");
    write_number(&writer, message->notice);
    struct span suffix = writer_finish(&writer);
    if (!suffix.data) {
        return SPAN_NONE;
    }
    open_event(&writer, arena, message->notice == 1 ? "guanxi.reminder.opened" : "guanxi.reminder.noticed",
               message->reminder_id, suffix.data, message->customer_id, message->notice_at,
               message->next_notice_at);
    member_uuid(&writer, "reminder_id", message->reminder_id);
    member_text(&writer, "kind", reminder_kind_code(message->kind));
    member_number(&writer, "notice", message->notice);
    member_bool(&writer, "late", message->late);
    member_recipients(&writer, message->recipients);
    members_of_customer(&writer, message);
    member_instant(&writer, "due", message->due_at);
    member_instant(&writer, "since", message->anchor);
    member_instant(&writer, "opened", message->opened_at);
    member_instant(&writer, "last_contact", message->last_contact_at);
    member_channels(&writer);
    json_key(&writer, "why");
    json_open(&writer, '{');
    member_string(&writer, "en", en);
    member_string(&writer, "zh", zh);
    json_close(&writer, '}');
    return close_event(&writer);
}

struct span encode_closing(struct arena *arena, const struct closing_message *message)
{
    struct writer writer;
    open_event(&writer, arena, "guanxi.reminder.closed", message->reminder_id, "/closed",
               message->customer_id, message->closed_at, INSTANT_NONE);
    member_uuid(&writer, "reminder_id", message->reminder_id);
    member_text(&writer, "kind", reminder_kind_code(message->kind));
    member_text(&writer, "status", "closed");
    member_text(&writer, "reason", reminder_status_code(message->status));
    member_string(&writer, "customer", message->customer_id);
    member_instant(&writer, "due", message->due_at);
    member_instant(&writer, "since", message->anchor);
    member_instant(&writer, "opened", message->opened_at);
    member_instant(&writer, "closed", message->closed_at);
    member_event(&writer, message->event_source, message->event_id);
    return close_event(&writer);
}

struct span encode_level_change(struct arena *arena, const struct level_message *message)
{
    static const char type[] = "guanxi.level.changed";
    uint8_t id[16];
    change_id(id, message->customer_id, type, message->n);
    struct writer writer;
    open_event(&writer, arena, type, id, "", message->customer_id, message->at, INSTANT_NONE);
    member_string(&writer, "customer", message->customer_id);
    member_number(&writer, "n", message->n);
    member_level(&writer, "from", message->from_level);
    member_level(&writer, "to", message->to_level);
    member_text(&writer, "cause", level_cause_code(message->cause));
    member_event(&writer, message->event_source, message->event_id);
    return close_event(&writer);
}
