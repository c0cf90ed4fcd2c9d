#include "support/world.h"

#include <stdio.h>
#include <stdlib.h>

#include "codec/time.h"
#include "support/event_json.h"
#include "support/history.h"
#include "support/random.h"

static struct span keep(struct world *world, struct span text)
{
    struct span copy = arena_copy(&world->arena, text);
    if (!copy.data)
        abort();
    memset((char *)copy.data + copy.size, 0, ARENA_PADDING);
    return copy;
}

static struct span keep_any(struct world *world, struct span text)
{
    return text.data ? keep(world, text) : text;
}

// What the fold of one customer emits, as rows. The table's columns are written out here once more, on purpose:
// this is what the daemon is held against.
struct telling {
    struct world *world;
    struct world_customer *customer;
};

static struct reminder_row *find_reminder(const struct telling *telling, const struct effect *effect)
{
    size_t i = telling->customer->reminders.count - 1;
    while (telling->customer->reminders.items[i].kind != effect->reminder ||
           !span_equal(telling->customer->reminders.items[i].promise_id, effect->promise_id))
        i--;
    return &telling->customer->reminders.items[i];
}

static void on_opened(const struct telling *telling, const struct effect *effect)
{
    struct reminder_row *opened = vector_push(&telling->customer->reminders);
    struct span id = span_text(telling->customer->id);
    opened->kind = effect->reminder;
    opened->anchor = effect->care.anchor;
    opened->promise_id = keep_any(telling->world, effect->promise_id);
    opened->closed_at = INSTANT_NONE;
    if (effect->reminder < REMINDER_INSTANT_KINDS)
        reminder_id(opened->reminder_id, id, effect->reminder, effect->care.anchor);
    else
        promise_reminder_id(opened->reminder_id, id, effect->reminder, effect->promise_id);
}

static void on_reminder(const struct telling *telling, const struct effect *effect)
{
    if (effect->kind == EFFECT_REMINDER_OPENED)
        on_opened(telling, effect);
    struct reminder_row *row = find_reminder(telling, effect);
    row->due_at = effect->care.due_at;
    row->opened_at = effect->care.opened_at;
    row->notices = effect->care.notices;
    row->acknowledged_at = effect->care.acknowledged_at;
    row->snoozed_until = effect->care.snoozed_until;
    row->at_risk = effect->at_risk;
    if (effect->kind == EFFECT_REMINDER_OPENED || effect->kind == EFFECT_REMINDER_NOTICED) {
        struct notice_row *notice = vector_push(&telling->customer->notices);
        memcpy(notice->reminder_id, row->reminder_id, sizeof notice->reminder_id);
        notice->notice = effect->notice;
        notice->at = effect->at;
        notice->recipients = effect->recipients;
    } else if (effect->kind == EFFECT_REMINDER_CLOSED) {
        row->status = effect->status;
        row->closed_at = effect->at;
        row->closed_source = effect->event ? effect->event->source : SPAN_NONE;
        row->closed_event = effect->event ? effect->event->id : SPAN_NONE;
    }
}

static struct promise *find_promise(const struct world_customer *customer, struct span id)
{
    for (size_t i = 0; i < customer->promises.count; i++) {
        if (span_equal(customer->promises.items[i].id, id))
            return &customer->promises.items[i];
    }
    return NULL;
}

static void on_promise(const struct telling *telling, const struct promise *told)
{
    struct promise *row = find_promise(telling->customer, told->id);
    if (!row) {
        row = vector_push(&telling->customer->promises);
        row->id = keep(telling->world, told->id);
    }
    struct span id = row->id, about = told->about.data ? keep(telling->world, told->about) : row->about;
    *row = *told;
    row->id = id;
    row->about = about;
}

static void on_objection(const struct telling *telling, const struct effect *effect)
{
    for (size_t i = 0; i < telling->customer->objections.count; i++) {
        struct objection_row *row = &telling->customer->objections.items[i];
        if (row->kind == effect->objection && row->cause == effect->cause && row->raised_at == effect->raised_at) {
            row->resolved_at = effect->resolved_at;
            return;
        }
    }
    struct objection_row *row = vector_push(&telling->customer->objections);
    *row = (struct objection_row){.kind = effect->objection, .cause = effect->cause, .raised_at = effect->raised_at,
                                  .resolved_at = effect->resolved_at};
}

static void on_effect(void *context, const struct effect *effect)
{
    const struct telling *telling = context;
    switch (effect->kind) {
    case EFFECT_TRANSITION:
        *vector_push(&telling->customer->transitions) = (struct transition_row){
            .transition = effect->transition, .at = effect->at,
            .source = effect->event ? effect->event->source : SPAN_NONE,
            .event_id = effect->event ? effect->event->id : SPAN_NONE};
        break;
    case EFFECT_PROMISE: on_promise(telling, &effect->promise); break;
    case EFFECT_OBJECTION: on_objection(telling, effect); break;
    case EFFECT_PROFILE: telling->customer->has_profile = true; break;
    default: on_reminder(telling, effect);
    }
}

static bool is_answer(const struct event *event)
{
    return event->effect == EFFECT_OF_REMINDER_ACKNOWLEDGED || event->effect == EFFECT_OF_REMINDER_DISMISSED ||
           event->effect == EFFECT_OF_REMINDER_SNOOZED;
}

// The event as the daemon will see it: decoded from its own JSON.
static void add_record(struct world *world, const struct event *event, int customer, struct random *random)
{
    char json[EVENT_JSON_MAX];
    size_t size = event_json(&world->policy, event, json);
    struct world_record *made = vector_push(&world->records);
    made->json = keep(world, span_of(json, size));
    made->customer = customer;
    made->lane = (int)random_below(random, world->lanes);
    struct record_header header = {SPAN_LITERAL("content-type"), SPAN_LITERAL("application/cloudevents+json")};
    struct record record = {.value = made->json, .headers = &header, .header_count = 1, .timestamp_ms = -1};
    struct reject reject;
    int64_t marks = 0;
    if (decode_record(world->decoder, &world->policy, &record, INSTANT_NONE, &world->arena, &made->event, &reject,
                      &marks) != DECODED_EVENT) {
        fprintf(stderr, "world: %s: %s\n", reject.detail, json);
        abort();
    }
}

static int compare_times(const void *a, const void *b)
{
    const struct world_record *left = a, *right = b;
    if (left->event.time != right->event.time)
        return left->event.time < right->event.time ? -1 : 1;
    return left->customer != right->customer ? left->customer - right->customer
                                             : event_compare(&right->event, &left->event); // not the model's order
}

static const struct world *compared;

static int compare_order(const void *a, const void *b)
{
    const struct world_record *left = &compared->records.items[*(const size_t *)a];
    const struct world_record *right = &compared->records.items[*(const size_t *)b];
    return left->customer != right->customer ? left->customer - right->customer
                                             : event_compare(&left->event, &right->event);
}

static void sort_records(struct world *world)
{
    qsort(world->records.items, world->records.count, sizeof *world->records.items, compare_times);
    for (size_t i = 0; i < world->records.count; i++)
        *vector_push(&world->order) = i;
    compared = world;
    qsort(world->order.items, world->order.count, sizeof *world->order.items, compare_order);
}

// Of a promise counts what the fold of this customer has told of it so far.
static void apply(struct world *world, struct world_customer *customer, struct event *event,
                  const struct effects *effects, double *points)
{
    const struct promise *known = find_promise(customer, event->ref);
    struct promise promise = known ? *known : (struct promise){.state = PROMISE_UNKNOWN};
    event->promise = known ? &promise : NULL;
    customer_apply(&world->policy, &customer->state, span_text(customer->id), event, effects, points);
    event->promise = NULL;
}

static void pack(struct world *world, struct world_customer *customer)
{
    static uint8_t packed[BOOK_PACKED_MAX];
    size_t size = book_pack(customer->state.book, packed);
    customer->book = size ? keep(world, span_of((const char *)packed, size)) : SPAN_NONE;
    customer->state.book = NULL;
}

static void fold(struct world *world)
{
    static struct book book;
    size_t next = 0;
    for (int i = 0; i < world->customer_count; i++) {
        struct world_customer *customer = &world->customers[i];
        struct telling telling = {world, customer};
        struct effects effects = {on_effect, &telling};
        struct span id = span_text(customer->id);
        customer_init(&customer->state);
        book_init(&book);
        customer->state.book = &book;
        customer->first = next;
        while (next < world->order.count && world->records.items[world->order.items[next]].customer == i)
            next++;
        customer->count = next - customer->first;
        customer->points = calloc(customer->count + 1, sizeof *customer->points);
        for (size_t k = 0; k < customer->count; k++) {
            struct world_record *record = &world->records.items[world->order.items[customer->first + k]];
            record->first = k == 0;
            apply(world, customer, &record->event, &effects, &customer->points[k]);
        }
        customer_settle(&world->policy, &customer->state, id, &effects);
        customer_advance(&world->policy, &customer->state, id, world->end, &effects);
        pack(world, customer);
    }
}

struct world *world_new(const struct world_shape *shape)
{
    struct world *world = calloc(1, sizeof *world);
    struct random random = {shape->seed};
    world->customers = calloc((size_t)shape->customers, sizeof *world->customers);
    world->customer_count = shape->customers;
    world->lanes = shape->lanes;
    world->decoder = decoder_new();
    arena_init(&world->arena, 1 << 16);
    policy_defaults(&world->policy, world->types);
    world->policy.events_clock = true;
    policy_fingerprint(&world->policy);
    for (int i = 0; i < shape->customers; i++) {
        struct world_customer *customer = &world->customers[i];
        snprintf(customer->id, sizeof customer->id, "customer-%d", i);
        struct history_shape of_customer = {
            .seed = random_next(&random), .subject = span_text(customer->id), .count = shape->events,
            .start = (instant)1600000000 * SECOND + random_below(&random, 30 * DAY), .clock_only = shape->merges};
        struct history *history = history_make(&world->policy, &of_customer);
        size_t from = 0; // what comes before the customer is known has no effect and leaves no row
        while (from < history->count && is_answer(&history->events[from]))
            from++;
        for (size_t k = from; k < history->count; k++) {
            add_record(world, &history->events[k], i, &random);
            world->end = instant_later(world->end, history->events[k].time + 40 * DAY);
        }
        history_free(history);
    }
    sort_records(world);
    fold(world);
    return world;
}

void world_free(struct world *world)
{
    for (int i = 0; i < world->customer_count; i++) {
        free(world->customers[i].points);
        vector_free(&world->customers[i].transitions);
        vector_free(&world->customers[i].promises);
        vector_free(&world->customers[i].objections);
        vector_free(&world->customers[i].reminders);
        vector_free(&world->customers[i].notices);
    }
    free(world->customers);
    vector_free(&world->records);
    vector_free(&world->order);
    decoder_free(world->decoder);
    arena_free(&world->arena);
    free(world);
}

struct span world_tick(struct world *world, instant at)
{
    char time[TIME_TEXT_MAX], json[256];
    time_format(at, time);
    int size = snprintf(json, sizeof json,
                        "{\"specversion\":\"1.0\",\"id\":\"tick\",\"source\":\"/clock\",\"type\":\"guanxi.tick\","
                        "\"time\":\"%s\"}",
                        time);
    return keep(world, span_of(json, (size_t)size));
}
