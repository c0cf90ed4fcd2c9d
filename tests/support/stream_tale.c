#include "support/stream_tale.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/time.h"
#include "core/model.h"

typedef void data_maker(struct tale *tale, struct tale_event *event);

#define DATA(...) snprintf(event->data, sizeof event->data, __VA_ARGS__)
#define PICK(tale, list) ((list)[random_below(&(tale)->random, (int64_t)(sizeof(list) / sizeof(*(list))))])

// ------------------------------------------------------------------------------------- the data of a type

static const char *pick_direction(struct tale *tale)
{
    static const char *const directions[] = {"inbound", "outbound", "outbound", "both"};
    return PICK(tale, directions);
}

static const char *pick_side(struct tale *tale)
{
    return random_permille(&tale->random, 500) ? "us" : "customer";
}

static void no_data(struct tale *tale, struct tale_event *event)
{
    static const char *const empty[] = {"{}", "{\"note\":\"老客户\"}", "{\"marks\":[\"five_as.opening\",\"none.such\"]}"};
    DATA("%s", PICK(tale, empty));
}

static void direction(struct tale *tale, struct tale_event *event)
{
    DATA("{\"direction\":\"%s\",\"duration_s\":%d}", pick_direction(tale), (int)random_below(&tale->random, 900));
}

static void channel(struct tale *tale, struct tale_event *event)
{
    static const char *const channels[] = {"e-mail", "sms", "wechat", "letter"};
    DATA("{\"channel\":\"%s\",\"subject\":\"报价 %d\"}", PICK(tale, channels), (int)random_below(&tale->random, 99));
}

// Amounts as text and as numbers, in every currency that the tests have a rate for.
static void money(struct tale *tale, struct tale_event *event)
{
    static const char *const forms[] = {
        "\"amount\":\"%d.%02d\",\"currency\":\"CNY\"", "\"amount\":%d.%02d,\"currency\":\"cny\"",
        "\"amount\":\"%d.%02d\",\"currency\":\"USD\"", "\"amount\":\"%d\",\"currency\":\"JPY\"",
        "\"amount\":\"%d.%02d5\",\"currency\":\"KWD\"",
    };
    struct tale_customer *customer = &tale->customers[event->customer];
    bool order = strcmp(event->type, "order.placed") == 0;
    int number = order ? ++customer->orders : 1 + (int)random_below(&tale->random, customer->orders + 1);
    int whole = 1 + (int)random_below(&tale->random, 20000), part = (int)random_below(&tale->random, 100);
    char text[96];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(text, sizeof text, PICK(tale, forms), whole, part);
#pragma GCC diagnostic pop
    DATA("{\"order_id\":\"o-%d-%d\",%s}", event->customer, number, text);
}

static void delivered(struct tale *tale, struct tale_event *event)
{
    DATA("{\"order_id\":\"o-%d-%d\"}", event->customer, tale->customers[event->customer].orders);
}

static void sentiment(struct tale *tale, struct tale_event *event)
{
    static const char *const sentiments[] = {"praise", "suggestion", "complaint"};
    DATA("{\"sentiment\":\"%s\"}", PICK(tale, sentiments));
}

static void objection(struct tale *tale, struct tale_event *event)
{
    static const char *const kinds[] = {"need", "money", "authority", "price", "product", "person"};
    DATA("{\"kind\":\"%s\"%s}", PICK(tale, kinds),
         random_permille(&tale->random, 300) ? ",\"cause\":\"customer\"" : "");
}

static void goal(struct tale *tale, struct tale_event *event)
{
    DATA("{\"goal\":\"second order\",\"until\":\"%d-06-30T00:00:00+08:00\"}",
         2026 + (int)random_below(&tale->random, 3));
}

static void promise(struct tale *tale, struct tale_event *event)
{
    DATA("{\"promise_id\":\"p-%d\",\"by\":\"%s\",\"due\":\"2026-02-03T04:05:06Z\",\"about\":\"样品\"}",
         (int)random_below(&tale->random, 9), pick_side(tale));
}

static void ended(struct tale *tale, struct tale_event *event)
{
    DATA("{\"by\":\"%s\",\"reason\":\"搬走了\"}", pick_side(tale));
}

static void item(struct tale *tale, struct tale_event *event)
{
    static const char *const items[] = {"spin\",\"item\":\"situation", "fab\",\"item\":\"features",
                                        "tasks\",\"item\":\"visit"};
    DATA("{\"list\":\"%s\"}", PICK(tale, items));
}

static void profile(struct tale *tale, struct tale_event *event)
{
    static const char *const names[] = {"王小明", "李娜", "欧阳静", "Zoë Müller", "陈\\u5efa\\u56fd",
                                        "O'Brien \\\"Bob\\\""};
    DATA("{\"name\":\"%s\",\"owner\":\"张经理\",\"kind\":\"person\",\"channel\":\"wechat\"}", PICK(tale, names));
}

// ------------------------------------------------------------------------------------------ what happens

static const struct tale_type {
    const char *name;
    int weight;
    int topic;
    data_maker *data;
} types[] = {
    {"call.completed", 160, 0, direction}, {"call.missed", 30, 0, direction}, {"visit.completed", 40, 0, direction},
    {"meeting.completed", 25, 0, no_data}, {"message.sent", 100, 0, channel}, {"message.received", 110, 0, channel},
    {"order.placed", 120, 1, money}, {"order.delivered", 70, 1, delivered}, {"order.refunded", 20, 1, money},
    {"cost.incurred", 10, 1, money}, {"feedback.received", 50, 2, sentiment}, {"complaint.resolved", 15, 2, no_data},
    {"referral.given", 12, 2, no_data}, {"objection.raised", 12, 2, objection},
    {"objection.resolved", 10, 2, objection}, {"plan.made", 8, 2, goal}, {"agreement.made", 6, 2, goal},
    {"agreement.ended", 4, 2, no_data}, {"promise.made", 8, 2, promise}, {"promise.kept", 8, 2, promise},
    {"promise.broken", 4, 2, promise}, {"survey.completed", 5, 2, no_data}, {"proposal.submitted", 5, 2, no_data},
    {"demo.given", 5, 2, no_data}, {"exchange.held", 5, 2, no_data}, {"requirements.analysed", 5, 2, no_data},
    {"design.submitted", 5, 2, no_data}, {"evaluation.passed", 5, 2, no_data}, {"negotiation.held", 5, 2, no_data},
    {"contract.signed", 4, 2, no_data}, {"relationship.ended", 3, 2, ended}, {"relationship.reopened", 3, 2, no_data},
    {"checklist.marked", 8, 2, item}, {"customer.updated", 25, 2, profile},
};

static const struct tale_type *pick_type(struct tale *tale)
{
    static int total;
    if (!total)
        for (size_t i = 0; i < sizeof types / sizeof *types; i++)
            total += types[i].weight;
    int64_t left = random_below(&tale->random, total);
    const struct tale_type *type = types;
    while ((left -= type->weight) >= 0)
        type++;
    return type;
}

void tale_subject(int customer, char *text, size_t size)
{
    if (customer % 11 == 3)
        snprintf(text, size, "客户-%04d", customer);
    else if (customer % 17 == 5)
        snprintf(text, size, "shop/%d \"Ost & West\" 100%%", customer);
    else
        snprintf(text, size, "c-%06d", customer);
}

// A customer is busy for some weeks and then silent for longer, each in its own rhythm, so that levels
// rise and fade and reminders open; the first few are always busy.
static int pick_customer(struct tale *tale, instant now)
{
    for (;;) {
        int customer = (int)random_below(&tale->random, tale->customer_count);
        if (customer < tale->customer_count / 20 + 1)
            return customer;
        int64_t stretch = (int64_t)(5 + customer % 37) * DAY;
        if ((now / stretch + customer) % (3 + customer % 14) == 0 || random_permille(&tale->random, 4))
            return customer;
    }
}

static void plan(struct tale *tale, const struct tale_plan *made)
{
    if (tale->plan_count < TALE_PLANS)
        tale->plans[tale->plan_count++] = *made;
}

// Answers to reminders (and answers to customers at the very instant at which a reminder falls due).
static void plan_from(struct tale *tale, const struct tale_event *event, const char *kind, duration due)
{
    static const char *const answers[] = {"reminder.acknowledged", "reminder.dismissed", "reminder.snoozed"};
    struct tale_plan made = {.customer = event->customer, .kind = kind, .anchor = event->time};
    if (random_permille(&tale->random, 200)) {
        made.type = PICK(tale, answers);
        made.at = made.anchor + due + random_below(&tale->random, 16 * DAY / SECOND) * SECOND;
        plan(tale, &made);
    }
    if (random_permille(&tale->random, 60)) {
        made.type = "message.sent";
        made.at = made.anchor + due;
        plan(tale, &made);
    }
}

static void remember(struct tale *tale, const struct tale_event *event)
{
    static const duration cadences[] = {180 * DAY, 90 * DAY, 45 * DAY, 30 * DAY};
    tale->customers[event->customer].last_event = event->time;
    if (strcmp(event->type, "message.received") == 0)
        plan_from(tale, event, "response", DAY);
    else if (strcmp(event->type, "order.placed") == 0)
        plan_from(tale, event, "aftersale", 7 * DAY);
    else if (strcmp(event->type, "call.completed") == 0)
        plan_from(tale, event, "cadence", PICK(tale, cadences));
}

static int due_plan(const struct tale *tale, instant now)
{
    int earliest = -1;
    for (int i = 0; i < tale->plan_count; i++)
        if (tale->plans[i].at <= now && (earliest < 0 || tale->plans[i].at < tale->plans[earliest].at))
            earliest = i;
    return earliest;
}

static enum reminder_kind kind_number(const char *kind)
{
    enum reminder_kind number = 0;
    while (strcmp(reminder_kind_code(number), kind) != 0)
        number++;
    return number;
}

static void tell_plan(struct tale *tale, const struct tale_plan *planned, struct tale_event *event)
{
    event->type = planned->type;
    event->customer = planned->customer;
    event->time = planned->at;
    event->about_reminder = strncmp(planned->type, "reminder.", 9) == 0;
    if (!event->about_reminder) {
        channel(tale, event);
        return;
    }
    uint8_t uuid[16];
    char id[37], subject[64], until[TIME_TEXT_MAX];
    tale_subject(planned->customer, subject, sizeof subject);
    reminder_id(uuid, span_text(subject), kind_number(planned->kind), planned->anchor);
    uuid_text(uuid, id);
    event->topic = (int)random_below(&tale->random, TALE_TOPICS);
    time_format(planned->at + random_below(&tale->random, 20 * DAY) - 2 * DAY, until); // now and then too early
    if (strcmp(planned->type, "reminder.snoozed") == 0)
        DATA("{\"reminder_id\":\"%s\",\"until\":\"%s\"}", id, until);
    else
        DATA("{\"reminder_id\":\"%s\"}", id);
}

static void tell_ordinary(struct tale *tale, instant now, struct tale_event *event)
{
    const struct tale_type *type = pick_type(tale);
    event->type = type->name;
    event->customer = pick_customer(tale, now);
    event->time = random_permille(&tale->random, 500) ? now / SECOND * SECOND : now;
    event->topic = random_permille(&tale->random, 150) ? (int)random_below(&tale->random, TALE_TOPICS) : type->topic;
    const struct tale_customer *customer = &tale->customers[event->customer];
    if (customer->last_event != INSTANT_NONE && random_permille(&tale->random, 40))
        event->time = customer->last_event; // two at one instant, often from different topics
    else if (random_permille(&tale->random, tale->late))
        event->time -= random_below(&tale->random, random_permille(&tale->random, 100) ? 60 * DAY : 6 * DAY);
    type->data(tale, event);
}

void tale_next(struct tale *tale, instant now, struct tale_event *event)
{
    *event = (struct tale_event){0};
    int planned = due_plan(tale, now);
    if (planned >= 0) {
        struct tale_plan chosen = tale->plans[planned];
        tale->plans[planned] = tale->plans[--tale->plan_count];
        tell_plan(tale, &chosen, event);
    } else {
        tell_ordinary(tale, now, event);
    }
    tale_subject(event->customer, event->subject, sizeof event->subject);
    snprintf(event->source, sizeof event->source, "//crm/%d", (int)random_below(&tale->random, 3));
    snprintf(event->id, sizeof event->id, "e-%lld", (long long)++tale->events);
    remember(tale, event);
}

bool tale_init(struct tale *tale, uint64_t seed, int customers)
{
    *tale = (struct tale){.random = {seed}, .customer_count = customers};
    tale->customers = calloc((size_t)customers, sizeof *tale->customers);
    if (!tale->customers)
        return false;
    for (int i = 0; i < customers; i++) {
        tale->customers[i].last_event = INSTANT_NONE;
        for (int topic = 0; topic < TALE_TOPICS; topic++)
            tale->customers[i].known_since[topic] = INSTANT_NONE;
    }
    return true;
}

void tale_free(struct tale *tale)
{
    free(tale->customers);
    *tale = (struct tale){0};
}
