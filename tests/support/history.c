#include "support/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/model.h"
#include "support/random.h"
#include "support/story.h"

// The texts one event points to.
struct history_text {
    char id[32];
    char ref[64];
    struct profile_update profile;
};

// What it takes to make the next event.
struct maker {
    const struct policy *policy;
    const struct history_shape *shape;
    struct random random;
    struct customer customer; // as the events made so far leave it, for answers to reminders
    struct book book;
    struct effect_log log; // for how promises stand; of the effects themselves the last is kept
};

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);
    if (memory == NULL) {
        fprintf(stderr, "history: out of memory\n");
        abort();
    }
    return memory;
}

static void note_effect(void *context, const struct effect *effect)
{
    struct maker *maker = context;
    maker->log.count = 0;
    effect_log_emit(&maker->log, effect);
}

// A length that some rule of the policy turns on.
static duration pointed_length(const struct policy *policy, struct random *random)
{
    const duration lengths[] = {
        DAY,
        policy->response_within,
        policy->escalate[0],
        policy->escalate[ESCALATIONS - 1],
        policy->aftersale_after,
        policy->follow_up_window,
        policy->fade_step,
        policy->rhythm_gap,
        policy->outbound_window,
        policy->inbound_window,
        policy->followed_window,
        policy->cadence[LEVEL_PROACTIVE],
        policy->cadence[LEVEL_ACCOUNTABLE],
        policy->cadence[LEVEL_REACTIVE],
        policy->cadence[LEVEL_BASIC],
        policy->zone_grace,
        policy->stall_after,
        policy->objection_within,
        policy->cycle_after,
        policy->promise_grace,
    };
    return lengths[random_below(random, sizeof lengths / sizeof *lengths)] +
           random_below(random, 3) - 1;
}

static duration pause_between(const struct policy *policy, struct random *random)
{
    int64_t die = random_below(random, 100);
    if (die < 12) {
        return 0;
    }
    if (die < 20) {
        return random_below(random, 3);
    }
    if (die < 40) {
        return random_below(random, DAY);
    }
    if (die < 80) {
        return random_below(random, 20 * DAY);
    }
    if (die < 95) {
        return pointed_length(policy, random);
    }
    return random_below(random, 500 * DAY);
}

// Types that build a relationship come more often than the rest, so that the higher levels are lived in.
static const struct type_rule *choose_rule(struct maker *maker)
{
    static const uint16_t common[] = {
        TYPE_CALL_COMPLETED,        TYPE_VISIT_COMPLETED,    TYPE_MESSAGE_RECEIVED,
        TYPE_MESSAGE_SENT,          TYPE_ORDER_PLACED,       TYPE_MEETING_COMPLETED,
        TYPE_REMINDER_ACKNOWLEDGED, TYPE_CALL_MISSED,        TYPE_FEEDBACK_RECEIVED,
        TYPE_REMINDER_SNOOZED,      TYPE_REMINDER_DISMISSED, TYPE_PROMISE_MADE,
        TYPE_PROMISE_MADE,          TYPE_PROMISE_KEPT,       TYPE_AGREEMENT_MADE,
    };
    if (random_permille(&maker->random, 650)) {
        size_t which = (size_t)random_below(&maker->random, sizeof common / sizeof *common);
        return policy_rule(maker->policy, common[which]);
    }
    for (;;) {
        size_t which = (size_t)random_below(&maker->random, (int64_t)maker->policy->type_count);
        const struct type_rule *rule = &maker->policy->types[which];
        bool merges = rule->type >= TYPE_CUSTOMER_MERGED && rule->type <= TYPE_CUSTOMER_ERASED;
        bool never_recorded = rule->type == TYPE_TICK || (rule->type == TYPE_VALUED && !maker->shape->valued);
        if (!never_recorded && (!merges || maker->shape->clock_only)) {
            return rule;
        }
    }
}

static uint8_t side_by_rule(const struct type_rule *rule, uint8_t direction)
{
    static const uint8_t sides[] = {
        [CONTACT_NONE] = SIDE_NONE,
        [CONTACT_INBOUND] = SIDE_INBOUND,
        [CONTACT_OUTBOUND] = SIDE_OUTBOUND,
        [CONTACT_BOTH] = SIDE_BOTH,
    };
    return rule->contact == CONTACT_BY_DIRECTION ? direction : sides[rule->contact];
}

// Which direction, variant and amounts go with the effect of the rule.
static void fill_by_effect(struct maker *maker, struct event *event)
{
    struct random *random = &maker->random;
    switch (event->effect) {
    case EFFECT_OF_CALL_MISSED: event->direction = (uint8_t)(1 + random_below(random, 3)); break;
    case EFFECT_OF_ORDER_PLACED:
    case EFFECT_OF_ORDER_REFUNDED:
    case EFFECT_OF_COST: event->amount = random_below(random, 10000000); break;
    case EFFECT_OF_FEEDBACK: event->variant = (uint8_t)random_below(random, 3); break;
    case EFFECT_OF_OBJECTION_RAISED:
        event->cause = (uint8_t)random_below(random, 2);
        event->objection = (uint8_t)random_below(random, 6);
        break;
    case EFFECT_OF_OBJECTION_RESOLVED: event->objection = (uint8_t)random_below(random, 6); break;
    case EFFECT_OF_AGREEMENT_MADE:
        if (random_permille(random, 500)) {
            event->until = event->time + random_below(random, 400 * DAY);
        }
        break;
    case EFFECT_OF_PROMISE_MADE:
        event->by = (uint8_t)random_below(random, 2);
        event->due = event->time + random_below(random, 30 * DAY);
        break;
    case EFFECT_OF_PROMISE_KEPT:
    case EFFECT_OF_PROMISE_BROKEN:
        event->by = event->variant = (uint8_t)random_below(random, 2);
        break;
    case EFFECT_OF_RELATIONSHIP_ENDED: event->by = (uint8_t)random_below(random, 2); break;
    case EFFECT_OF_VALUED:
        event->tier = (uint8_t)(1 + random_below(random, TIER_COUNT - 1));
        event->target = (uint8_t)(1 + random_below(random, LEVEL_COUNT));
        break;
    case EFFECT_OF_CHECKLIST_MARKED:
        event->marks = UINT64_C(1) << random_below(random, (int64_t)maker->policy->item_count);
        break;
    default: break;
    }
}

// The id of an open reminder of that kind: 0, or -1 when there is none.
static int name_open(struct maker *maker, enum reminder_kind kind, uint8_t uuid[16])
{
    if (kind < REMINDER_INSTANT_KINDS) {
        const struct care *care = &maker->book.care[kind];
        reminder_id(uuid, maker->shape->subject, kind, care->anchor);
        return care->open ? 0 : -1;
    }
    for (int i = 0; i < maker->book.promise_count; i++) {
        const struct kept_promise *promise = &maker->book.promises[i];
        const struct care *care = kind == REMINDER_OVERDUE ? &promise->overdue : &promise->reminder;
        if (care->open && (kind == REMINDER_OVERDUE || promise->kept == (kind == REMINDER_THANKS))) {
            promise_reminder_id(uuid, maker->shape->subject, kind, kept_promise_id(promise));
            return 0;
        }
    }
    return -1;
}

static void answer_reminder(struct maker *maker, struct event *event, struct history_text *text)
{
    struct random *random = &maker->random;
    int kind = (int)random_below(random, REMINDER_KIND_COUNT);
    int tries = REMINDER_KIND_COUNT; // the next kind of which one is open, if any
    while (tries-- > 0 && name_open(maker, (enum reminder_kind)kind, event->reminder_id) != 0) {
        kind = (kind + 1) % REMINDER_KIND_COUNT;
    }
    if (tries < 0 || random_permille(random, 50)) { // nothing has this anchor
        reminder_id(event->reminder_id, maker->shape->subject, REMINDER_CADENCE, event->time);
    }
    uuid_text(event->reminder_id, text->ref);
    event->ref = span_text(text->ref);
    if (event->type == TYPE_REMINDER_SNOOZED) {
        event->until =
            event->time + (random_permille(random, 300) ? pointed_length(maker->policy, random)
                                                        : random_below(random, 10 * DAY));
        if (random_permille(random, 80)) {
            event->until = event->time - random_below(random, DAY);
        }
    }
}

static void describe(struct random *random, struct profile_update *profile)
{
    static const char *const names[] = {NULL, "李娜", "Smith", "Wang & Sons"};
#define ANY_NAME() span_text(names[random_below(random, 4)])
    *profile = (struct profile_update){.owner = ANY_NAME(),
                                       .manager = ANY_NAME(),
                                       .name = ANY_NAME(),
                                       .channel = ANY_NAME(),
                                       .kind = (uint8_t)random_below(random, KIND_COUNT),
                                       .role = (uint8_t)random_below(random, ROLE_COUNT),
                                       .style = (uint8_t)random_below(random, STYLE_COUNT)};
#undef ANY_NAME
    uint8_t *const fitness[] = {&profile->money, &profile->authority, &profile->need};
    if (random_permille(random, 700)) {
        *fitness[random_below(random, 3)] = (uint8_t)random_below(random, 1 + FIT_COUNT);
    }
}

static void refer(struct maker *maker, struct event *event, struct history_text *text)
{
    switch (event->type) {
    case TYPE_ORDER_PLACED:
    case TYPE_ORDER_DELIVERED:
    case TYPE_ORDER_REFUNDED:
    case TYPE_PROMISE_MADE:
    case TYPE_PROMISE_KEPT:
    case TYPE_PROMISE_BROKEN:
    case TYPE_CUSTOMER_MERGED:
    case TYPE_CUSTOMER_UNMERGED:
        snprintf(text->ref, sizeof text->ref, "ref-%d", (int)random_below(&maker->random, 20));
        event->ref = span_text(text->ref);
        break;
    case TYPE_CUSTOMER_UPDATED:
        describe(&maker->random, &text->profile);
        event->profile = &text->profile;
        break;
    case TYPE_REMINDER_ACKNOWLEDGED:
    case TYPE_REMINDER_DISMISSED:
    case TYPE_REMINDER_SNOOZED: answer_reminder(maker, event, text); break;
    default: break;
    }
}

// Everything of the event but its place in the order.
static void fill(struct maker *maker, struct event *event, struct history_text *text)
{
    const struct type_rule *rule = choose_rule(maker);
    event->data = SPAN_LITERAL("{}");
    event->type = rule->type;
    event->effect = rule->effect;
    event->due = event->until = INSTANT_NONE;
    if (rule->contact == CONTACT_BY_DIRECTION) {
        event->direction = (uint8_t)(1 + random_below(&maker->random, 3));
    }
    event->side = side_by_rule(rule, event->direction);
    fill_by_effect(maker, event);
    refer(maker, event, text);
}

static int compare(const void *a, const void *b)
{
    return event_compare(a, b);
}

// Times and ids first, then order, then the rest: at one instant the order follows from the ids.
static void place_in_order(struct maker *maker, struct history *history)
{
    static const char *const sources[] = {"/crm", "/shop", "/phone"};
    instant now = maker->shape->start;
    for (size_t i = 0; i < history->count; i++) {
        struct event *event = &history->events[i];
        struct history_text *text = &history->texts[i];
        now += i ? pause_between(maker->policy, &maker->random) : 0;
        snprintf(text->id, sizeof text->id, "%03d-%zu", (int)random_below(&maker->random, 1000), i);
        event->time = now;
        event->subject = maker->shape->subject;
        event->source = span_text(sources[random_below(&maker->random, 3)]);
        event->id = span_text(text->id);
    }
    qsort(history->events, history->count, sizeof *history->events, compare);
}

struct history *history_make(const struct policy *policy, const struct history_shape *shape)
{
    struct maker maker = {.policy = policy, .shape = shape, .random = {shape->seed}};
    const struct effects nowhere = {.emit = note_effect, .context = &maker};
    struct history *history = allocate(1, sizeof *history);
    history->count = shape->count;
    history->events = allocate(shape->count, sizeof *history->events);
    history->texts = allocate(shape->count, sizeof *history->texts);
    place_in_order(&maker, history);
    customer_init(&maker.customer);
    book_init(&maker.book);
    maker.customer.book = &maker.book;
    for (size_t i = 0; i < history->count; i++) {
        struct event *event = &history->events[i];
        if (i > 0 && event->time > event[-1].time) {
            customer_settle(policy, &maker.customer, shape->subject, &nowhere);
            customer_advance(policy, &maker.customer, shape->subject, event->time, &nowhere);
        }
        fill(&maker, event, &history->texts[i]);
        double points;
        event->promise = effect_log_promise(&maker.log, event->ref);
        customer_apply(policy, &maker.customer, shape->subject, event, &nowhere, &points);
    }
    return history;
}

void history_free(struct history *history)
{
    if (history) {
        free(history->events);
        free(history->texts);
        free(history);
    }
}

uint64_t history_seed(void)
{
    const char *given = getenv("GUANXI_SEED");
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t seed =
        given && *given ? strtoull(given, NULL, 10) : (uint64_t)(now.tv_sec ^ now.tv_nsec);
    printf("GUANXI_SEED=%llu\n", (unsigned long long)seed);
    return seed;
}
