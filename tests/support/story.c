#include "support/story.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void fail_loudly(const char *what)
{
    fprintf(stderr, "story: %s\n", what);
    abort();
}

void effect_log_clear(struct effect_log *log)
{
    log->count = 0;
    log->promise_count = 0;
}

static struct told_promise *find_promise(const struct effect_log *log, struct span id)
{
    for (size_t i = 0; i < log->promise_count; i++) {
        if (span_equal(log->promises[i].promise.id, id)) {
            return (struct told_promise *)&log->promises[i];
        }
    }
    return NULL;
}

// The place of a promise, whose id stays where it is.
static struct told_promise *take_promise(struct effect_log *log, struct span id)
{
    struct told_promise *told = find_promise(log, id);
    if (told) {
        return told;
    }
    if (log->promise_count == STORY_PROMISES) {
        fail_loudly("more promises than the log holds");
    }
    told = &log->promises[log->promise_count++];
    memcpy(told->id, id.data, id.size);
    told->promise = (struct promise){.id = span_of(told->id, id.size)};
    return told;
}

const struct promise *effect_log_promise(const struct effect_log *log, struct span id)
{
    const struct told_promise *told = find_promise(log, id);
    return told && told->promise.state != PROMISE_UNKNOWN ? &told->promise : NULL;
}

static void keep_promise(struct effect_log *log, struct effect *effect)
{
    struct told_promise *told = take_promise(log, effect->promise.id);
    struct span about = told->promise.about;
    effect->promise.id = told->promise.id;
    told->promise = effect->promise;
    if (!told->promise.about.data) {
        told->promise.about = about;
    }
}

void effect_log_emit(void *log, const struct effect *effect)
{
    struct effect_log *into = log;
    if (into->count == STORY_EFFECTS) {
        fail_loudly("more effects than the log holds");
    }
    struct effect *kept = &into->effects[into->count++];
    *kept = *effect;
    if (kept->kind == EFFECT_PROMISE) {
        keep_promise(into, kept);
    } else if (kept->promise_id.data) {
        kept->promise_id = take_promise(into, kept->promise_id)->promise.id;
    }
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
    book_init(&story->book);
    story->customer.book = &story->book;
    story->id = SPAN_LITERAL("customer-1");
    effect_log_clear(&story->log);
    story->points = 0;
    story->applied = EVENT_DROPPED;
}

void story_stands(struct story *story, enum level level, double warmth, instant start)
{
    struct customer *customer = &story->customer;
    customer->as_of = customer->first_seen_at = customer->level_since = customer->stage_since = start;
    customer->stage = STAGE_MATURE; // nothing more to enter
    customer->last_contact_at = customer->last_inbound_at = customer->last_outbound_at = start;
    customer->followed_up_at = start;
    customer->rhythm = 3;
    customer->level = (int16_t)level;
    customer->warmth = warmth;
    customer->warmth_at = start;
    for (int i = LEVEL_BASIC; i <= LEVEL_PROACTIVE; i++) {
        story->policy.cadence[i] = 10000 * DAY;
    }
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

static const struct profile_update nothing_told;

struct event story_event(const struct story *story, enum event_type type, enum side direction,
                         instant at)
{
    const struct type_rule *rule = policy_rule(&story->policy, (uint16_t)type);
    bool of_promise = type == TYPE_PROMISE_MADE || type == TYPE_PROMISE_KEPT || type == TYPE_PROMISE_BROKEN;
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
        .due = type == TYPE_PROMISE_MADE ? at + DAY : INSTANT_NONE,
        .until = INSTANT_NONE,
        .ref = of_promise ? SPAN_LITERAL("P") : SPAN_NONE,
        .profile = type == TYPE_CUSTOMER_UPDATED ? &nothing_told : NULL,
    };
    return event;
}

void story_apply(struct story *story, struct event *event)
{
    struct effects effects = effect_log_into(&story->log);
    event->promise = effect_log_promise(&story->log, event->ref);
    story->applied = customer_apply(&story->policy, &story->customer, story->id, event, &effects,
                                    &story->points);
}

void story_tell(struct story *story, struct event *event)
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

void story_answer_promise(struct story *story, enum event_type type, enum reminder_kind kind, const char *id,
                          instant at, instant until)
{
    struct event event = story_event(story, type, SIDE_NONE, at);
    promise_reminder_id(event.reminder_id, story->id, kind, span_text(id));
    event.until = until;
    story_tell(story, &event);
}

void story_promised(struct story *story, enum event_type type, const char *id, enum by by, instant at, instant due)
{
    struct event event = story_event(story, type, SIDE_NONE, at);
    event.ref = span_text(id);
    event.by = (uint8_t)by;
    event.variant = type == TYPE_PROMISE_MADE ? 0 : (uint8_t)by;
    event.due = due;
    story_tell(story, &event);
}

void story_valued(struct story *story, enum tier tier, int target, instant at)
{
    struct event event = story_event(story, TYPE_VALUED, SIDE_NONE, at);
    event.tier = (uint8_t)tier;
    event.target = (uint8_t)target;
    story_tell(story, &event);
}

void story_objection(struct story *story, enum event_type type, enum objection_kind kind, enum objection_cause cause,
                     instant at)
{
    struct event event = story_event(story, type, SIDE_NONE, at);
    event.objection = (uint8_t)kind;
    event.cause = (uint8_t)cause;
    story_tell(story, &event);
}

void story_profile(struct story *story, const struct profile_update *told, instant at)
{
    struct event event = story_event(story, TYPE_CUSTOMER_UPDATED, SIDE_NONE, at);
    event.profile = told;
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
