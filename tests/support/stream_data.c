#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "codec/time.h"
#include "support/stream_tale.h"

typedef void data_maker(struct tale *tale, struct tale_event *event);

#define DATA(...) snprintf(event->data, sizeof event->data, __VA_ARGS__)
#define PICK(tale, list) ((list)[random_below(&(tale)->random, (int64_t)(sizeof(list) / sizeof(*(list))))])

// One more member, before the brace that closes the data.
static void __attribute__((format(printf, 2, 3))) add(struct tale_event *event, const char *format, ...)
{
    size_t end = strlen(event->data) - 1;
    if (end > 1)
        event->data[end++] = ',';
    va_list arguments;
    va_start(arguments, format);
    end += (size_t)vsnprintf(event->data + end, sizeof event->data - end - 1, format, arguments);
    va_end(arguments);
    memcpy(event->data + end, "}", 2);
}

static void add_time(struct tale_event *event, const char *name, instant at)
{
    char text[TIME_TEXT_MAX];
    time_format(at, text);
    add(event, "\"%s\":\"%s\"", name, text);
}

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
    static const char *const empty[] = {"{}", "{\"note\":\"老客户\"}", "{\"referred\":\"新客户\"}"};
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
    static const char *const kinds[] = {"need", "money", "authority", "price", "product", "person", "person"};
    static const char *const causes[] = {"", "", ",\"cause\":\"company\"", ",\"cause\":\"customer\""};
    event->what = PICK(tale, kinds);
    DATA("{\"kind\":\"%s\"%s}", event->what, PICK(tale, causes));
}

static void goal(struct tale *tale, struct tale_event *event)
{
    static const char *const goals[] = {"{}", "{\"goal\":\"second order\"}", "{\"goal\":\"续约\"}"};
    DATA("%s", PICK(tale, goals));
}

// Runs for ever, for a while, or is over already.
static void agreement(struct tale *tale, struct tale_event *event)
{
    DATA("{}");
    event->due = INSTANT_NONE;
    if (random_permille(&tale->random, 400))
        return;
    event->due = event->time + (random_below(&tale->random, 200) - 10) * DAY;
    add_time(event, "until", event->due);
}

static void add_promise(struct tale *tale, struct tale_event *event)
{
    char id[BOOK_PROMISE_ID_MAX + 1];
    tale_promise_id(event->customer, event->promise, id);
    event->by = pick_side(tale);
    DATA("{\"promise_id\":\"%s\",\"by\":\"%s\"}", id, event->by);
}

// Mostly a new one, now and then one that was made before.
static void promise_made(struct tale *tale, struct tale_event *event)
{
    struct tale_customer *customer = &tale->customers[event->customer];
    bool again = customer->promises > 0 && random_permille(&tale->random, 120);
    event->promise = again ? 1 + (int)random_below(&tale->random, customer->promises) : ++customer->promises;
    add_promise(tale, event);
    event->due = event->time - 48 * HOUR + random_below(&tale->random, 24 * DAY);
    add_time(event, "due", event->due);
    if (random_permille(&tale->random, 700))
        add(event, "\"about\":\"样品 %d\"", event->promise);
}

// Of any promise that was made, or of the one that will be made next.
static void promise_outcome(struct tale *tale, struct tale_event *event)
{
    event->promise = 1 + (int)random_below(&tale->random, tale->customers[event->customer].promises + 1);
    add_promise(tale, event);
}

static void ended(struct tale *tale, struct tale_event *event)
{
    static const char *const reasons[] = {"", ",\"reason\":\"搬走了\"", ",\"reason\":\"\\\"too dear\\\"\""};
    DATA("{\"by\":\"%s\"%s}", pick_side(tale), PICK(tale, reasons));
}

static void item(struct tale *tale, struct tale_event *event)
{
    static const char *const items[] = {
        "spin\",\"item\":\"situation", "spin\",\"item\":\"payoff", "fab\",\"item\":\"features",
        "five_as\",\"item\":\"discovery", "five_as\",\"item\":\"message", "buying\",\"item\":\"desire",
        "icon\",\"item\":\"criteria", "tasks\",\"item\":\"visit", "tasks\",\"item\":\"contract"};
    DATA("{\"list\":\"%s\"}", PICK(tale, items));
}

// A few of the members; names in every shape, one of them as long as it may be.
static void profile(struct tale *tale, struct tale_event *event)
{
    static char long_name[257];
    memset(long_name, 'x', sizeof long_name - 1);
    const char *const names[] = {"王小明", "李娜", "欧阳静", "Zoë Müller", "陈\\u5efa\\u56fd",
                                 "O'Brien \\\"Bob\\\"", long_name};
    static const char *const people[] = {"张经理", "a.smith", "赵 敏"};
    static const char *const kinds[] = {"person", "organization"};
    static const char *const roles[] = {"consumer", "intermediary", "public"};
    static const char *const styles[] = {"thinker", "cooperator", "extrovert", "authoritarian"};
    static const char *const channels[] = {"wechat", "phone", "写信"};
    static const char *const fits[] = {"money", "authority", "need"};
    static const char *const answers[] = {"yes", "yes", "yes", "unknown", "no"};
    struct random *random = &tale->random;
    DATA("{}");
    if (random_permille(random, 600))
        add(event, "\"name\":\"%s\"", PICK(tale, names));
    if (random_permille(random, 300))
        add(event, "\"owner\":\"%s\"", PICK(tale, people));
    if (random_permille(random, 300))
        add(event, "\"manager\":\"%s\"", PICK(tale, people));
    if (random_permille(random, 300))
        add(event, "\"kind\":\"%s\"", PICK(tale, kinds));
    if (random_permille(random, 300))
        add(event, "\"role\":\"%s\"", PICK(tale, roles));
    if (random_permille(random, 300))
        add(event, "\"style\":\"%s\"", PICK(tale, styles));
    if (random_permille(random, 300))
        add(event, "\"channel\":\"%s\"", PICK(tale, channels));
    if (random_permille(random, 400)) {
        const char *fit = PICK(tale, fits), *answer = PICK(tale, answers);
        add(event, "\"%s\":\"%s\"", fit, answer);
        event->what = strcmp(answer, "no") == 0 ? fit : NULL;
    }
}

// ------------------------------------------------------------------------------------------ what happens

// Every type that a record can carry but answers to reminders, which are planned, and merges, unmerges and erasures,
// which happen in families.
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
    {"referral.given", 12, 2, no_data}, {"objection.raised", 18, 2, objection},
    {"objection.resolved", 10, 2, objection}, {"plan.made", 16, 2, goal}, {"agreement.made", 10, 2, agreement},
    {"agreement.ended", 6, 2, no_data}, {"promise.made", 30, 2, promise_made},
    {"promise.kept", 10, 2, promise_outcome}, {"promise.broken", 6, 2, promise_outcome},
    {"survey.completed", 8, 2, no_data}, {"proposal.submitted", 8, 2, no_data},
    {"demo.given", 5, 2, no_data}, {"exchange.held", 5, 2, no_data}, {"requirements.analysed", 5, 2, no_data},
    {"design.submitted", 5, 2, no_data}, {"evaluation.passed", 5, 2, no_data}, {"negotiation.held", 5, 2, no_data},
    {"contract.signed", 5, 2, no_data}, {"relationship.ended", 6, 2, ended}, {"relationship.reopened", 3, 2, no_data},
    {"checklist.marked", 12, 2, item}, {"customer.updated", 30, 2, profile},
};

// Some customers never buy: their stages take time.
static bool may_happen(const struct tale_type *type, int customer)
{
    return customer % 3 != 1 || type->topic != 1;
}

static const struct tale_type *pick_type(struct tale *tale, int customer)
{
    static int total;
    if (!total)
        for (size_t i = 0; i < sizeof types / sizeof *types; i++)
            total += types[i].weight;
    const struct tale_type *type;
    do {
        int64_t left = random_below(&tale->random, total);
        type = types;
        while ((left -= type->weight) >= 0)
            type++;
    } while (!may_happen(type, customer));
    return type;
}

void tale_choose(struct tale *tale, struct tale_event *event)
{
    static const char *const marks[] = {"\"five_as.opening\"", "\"spin.problem\",\"none.such\"",
                                        "\"icon.options\",\"tasks.demo\"", "\"buying.attention\",\"fab.benefits\"", ""};
    const struct tale_type *type = pick_type(tale, event->customer);
    event->type = type->name;
    event->topic = random_permille(&tale->random, 150) ? (int)random_below(&tale->random, TALE_TOPICS) : type->topic;
    type->data(tale, event);
    if (random_permille(&tale->random, 60))
        add(event, "\"marks\":[%s]", PICK(tale, marks));
}
