#include "support/story.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void fail_loudly(const char *what)
{
    fprintf(stderr, "story: %s\n", what);
    abort();
}

void effect_log_emit(void *log, const struct effect *effect)
{
    struct effect_log *into = log;
    if (into->count == STORY_EFFECTS) {
        fail_loudly("more effects than the log holds");
    }
    into->effects[into->count++] = *effect;
}

struct effects effect_log_into(struct effect_log *log)
{
    return (struct effects){effect_log_emit, log};
}

void story_begin(struct story *story)
{
    policy_defaults(&story->policy, story->types);
    policy_fingerprint(&story->policy);
    customer_init(&story->customer);
    story->id = SPAN_LITERAL("customer-1");
    story->log.count = 0;
    story->points = 0;
    story->applied = EVENT_DROPPED;
}

static uint8_t side_of(const struct type_rule *rule, enum side direction)
{
    switch ((enum contact)rule->contact) {
    case CONTACT_BY_DIRECTION: return (uint8_t)direction;
    case CONTACT_INBOUND: return SIDE_INBOUND;
    case CONTACT_OUTBOUND: return SIDE_OUTBOUND;
    case CONTACT_BOTH: return SIDE_BOTH;
    case CONTACT_NONE: break;
    }
    return SIDE_NONE;
}

struct event story_event(const struct story *story, enum event_type type, enum side direction,
                         instant at)
{
    const struct type_rule *rule = policy_rule(&story->policy, (uint16_t)type);
    struct event event = {
        .time = at,
        .subject = story->id,
        .source = SPAN_LITERAL("/story"),
        .id = SPAN_LITERAL("e"),
        .data = SPAN_LITERAL("{}"),
        .type = (uint16_t)type,
        .effect = rule->effect,
        .side = side_of(rule, direction),
        .direction = (uint8_t)direction,
        .marks = rule->marks,
        .due = INSTANT_NONE,
        .until = INSTANT_NONE,
    };
    if (event.side & SIDE_OUTBOUND) {
        event.marks |= rule->outbound_marks;
    }
    return event;
}

void story_apply(struct story *story, const struct event *event)
{
    struct effects effects = effect_log_into(&story->log);
    story->applied = customer_apply(&story->policy, &story->customer, story->id, event, &effects,
                                    &story->points);
}

void story_tell(struct story *story, const struct event *event)
{
    struct effects effects = effect_log_into(&story->log);
    story_apply(story, event);
    customer_settle(&story->policy, &story->customer, story->id, &effects);
}

void story_contact(struct story *story, enum event_type type, enum side direction, instant at)
{
    struct event event = story_event(story, type, direction, at);
    story_tell(story, &event);
}

void story_happened(struct story *story, enum event_type type, instant at)
{
    story_contact(story, type, SIDE_NONE, at);
}

void story_ordered(struct story *story, int64_t amount, instant at)
{
    struct event event = story_event(story, TYPE_ORDER_PLACED, SIDE_NONE, at);
    event.amount = amount;
    story_tell(story, &event);
}

void story_answer(struct story *story, enum event_type type, enum reminder_kind kind,
                  instant anchor, instant at, instant until)
{
    struct event event = story_event(story, type, SIDE_NONE, at);
    reminder_id(event.reminder_id, story->id, kind, anchor);
    event.until = until;
    story_tell(story, &event);
}

void story_advance(struct story *story, instant until)
{
    struct effects effects = effect_log_into(&story->log);
    customer_advance(&story->policy, &story->customer, story->id, until, &effects);
}

const struct effect *story_effect(const struct story *story, size_t from_end)
{
    if (from_end >= story->log.count) {
        fail_loudly("fewer effects than asked for");
    }
    return &story->log.effects[story->log.count - 1 - from_end];
}

instant at(const char *text)
{
    struct tm parts = {.tm_mday = 1};
    int read = sscanf(text, "%d-%d-%dT%d:%d:%dZ", &parts.tm_year, &parts.tm_mon, &parts.tm_mday,
                      &parts.tm_hour, &parts.tm_min, &parts.tm_sec);
    if (read != 3 && read != 6) {
        fail_loudly(text);
    }
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    return (instant)timegm(&parts) * SECOND;
}
