#include "encode_parts.h"

#include "core/model.h"

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
    write_text(writer, "{\"specversion\":\"1.0\",\"id\":\"");
    write_text(writer, id);
    write_text(writer, suffix);
    write_text(writer, "\",\"source\":\"" OUR_SOURCE "\"");
    member_text(writer, "type", type);
    member_string(writer, "subject", subject);
    member_instant(writer, "time", time);
    if (expires != INSTANT_NONE) {
        member_instant(writer, "expirytime", expires);
    }
    write_text(writer, ",\"datacontenttype\":\"application/json\",\"data\":{");
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

// Of a reminder about a promise, which one.
static void member_promise(struct writer *writer, struct span promise_id)
{
    if (promise_id.data) {
        member_string(writer, "promise_id", promise_id);
    }
}

struct span encode_notice(struct arena *arena, const struct notice_message *message)
{
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
    member_promise(&writer, message->promise_id);
    member_number(&writer, "notice", message->notice);
    member_bool(&writer, "late", message->late);
    member_recipients(&writer, message->recipients);
    member_instant(&writer, "due", message->due_at);
    member_instant(&writer, "since", message->anchor);
    member_instant(&writer, "opened", message->opened_at);
    json_members(&writer, message->about);
    if (message->recency_days < 0) {
        member_string(&writer, "recency_days", SPAN_NONE);
    } else {
        member_number(&writer, "recency_days", message->recency_days);
    }
    member_number(&writer, "f", message->f);
    member_number(&writer, "m", message->m);
    return close_event(&writer);
}

struct span encode_closing(struct arena *arena, const struct closing_message *message)
{
    struct writer writer;
    open_event(&writer, arena, "guanxi.reminder.closed", message->reminder_id, "/closed",
               message->customer_id, message->closed_at, INSTANT_NONE);
    member_uuid(&writer, "reminder_id", message->reminder_id);
    member_text(&writer, "kind", reminder_kind_code(message->kind));
    member_promise(&writer, message->promise_id);
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

static void members_of_level(struct writer *writer, const struct transition *transition)
{
    member_level(writer, "from", transition->from);
    member_level(writer, "to", transition->to);
    member_text(writer, "cause", level_cause_code((enum level_cause)transition->detail));
}

static void members_of_stage(struct writer *writer, const struct transition *transition)
{
    member_stage(writer, "from", transition->from);
    member_stage(writer, "to", transition->to);
    member_bool(writer, "implied", transition->detail);
}

static void members_of_pram(struct writer *writer, const struct transition *transition)
{
    member_text(writer, "from", phase_code(transition->from));
    member_text(writer, "to", phase_code(transition->to));
    member_number(writer, "cycle", transition->detail / 2);
    member_bool(writer, "premature", transition->detail % 2);
}

// Nulls where the customer had none yet.
static void member_tier(struct writer *writer, const char *key, int tier, int target)
{
    json_key(writer, key);
    json_open(writer, '{');
    member_text(writer, "code", tier_code(tier));
    member_text(writer, "zh", tier_name_zh(tier));
    if (target) {
        member_number(writer, "target", target);
    } else {
        member_string(writer, "target", SPAN_NONE);
    }
    json_close(writer, '}');
}

static void members_of_tier(struct writer *writer, const struct transition *transition)
{
    member_tier(writer, "from", transition->from, transition->detail / 8);
    member_tier(writer, "to", transition->to, transition->detail % 8);
}

struct span encode_transition(struct arena *arena, const struct transition_message *message)
{
    static const struct {
        const char *type;
        void (*members)(struct writer *writer, const struct transition *transition);
    } kinds[TRANSITION_KIND_COUNT] = {
        [TRANSITION_LEVEL] = {"guanxi.level.changed", members_of_level},
        [TRANSITION_STAGE] = {"guanxi.stage.changed", members_of_stage},
        [TRANSITION_PRAM] = {"guanxi.pram.changed", members_of_pram},
        [TRANSITION_TIER] = {"guanxi.tier.changed", members_of_tier},
    };
    const struct transition *transition = &message->transition;
    const char *type = kinds[transition->kind].type;
    uint8_t id[16];
    change_id(id, message->customer_id, type, transition->n);
    struct writer writer;
    open_event(&writer, arena, type, id, "", message->customer_id, message->at, INSTANT_NONE);
    member_string(&writer, "customer", message->customer_id);
    member_number(&writer, "n", transition->n);
    kinds[transition->kind].members(&writer, transition);
    member_event(&writer, message->event_source, message->event_id);
    return close_event(&writer);
}

struct span encode_identity(struct arena *arena, const struct identity_message *message)
{
    static const struct {
        const char *type, *other;
    } kinds[] = {
        [MESSAGE_MERGED] = {"guanxi.customer.merged", "into"},
        [MESSAGE_UNMERGED] = {"guanxi.customer.unmerged", "unmerged"},
        [MESSAGE_ERASED] = {"guanxi.customer.erased", NULL},
    };
    const char *type = kinds[message->kind].type, *other = kinds[message->kind].other;
    uint8_t id[16];
    change_id(id, message->subject, type, message->n);
    struct writer writer;
    open_event(&writer, arena, type, id, "", message->subject, message->at, INSTANT_NONE);
    member_string(&writer, "customer", message->subject);
    member_number(&writer, "n", message->n);
    if (other) {
        member_string(&writer, other, message->other);
    }
    member_event(&writer, message->event_source, message->event_id);
    return close_event(&writer);
}
