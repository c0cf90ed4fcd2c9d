#include "support/stream_tale.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tale_subject(int customer, char *text, size_t size)
{
    if (customer % 11 == 3)
        snprintf(text, size, "客户-%04d", customer);
    else if (customer % 17 == 5)
        snprintf(text, size, "shop/%d \"Ost & West\" 100%%", customer);
    else
        snprintf(text, size, "c-%06d", customer);
}

void tale_promise_id(int customer, int promise, char text[BOOK_PROMISE_ID_MAX + 1])
{
    if (promise % 7 == 2)
        snprintf(text, BOOK_PROMISE_ID_MAX + 1, "承诺-%d-%d", customer, promise);
    else if (promise % 13 == 5)
        snprintf(text, BOOK_PROMISE_ID_MAX + 1, "%0*d", BOOK_PROMISE_ID_MAX, promise);
    else
        snprintf(text, BOOK_PROMISE_ID_MAX + 1, "p-%d", promise);
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

// The plan that is due first, or -1.
static int due_plan(struct tale *tale, instant now)
{
    if (now < tale->next_plan)
        return -1;
    int earliest = -1;
    for (int i = 0; i < tale->plan_count; i++)
        if (earliest < 0 || tale->plans[i].told_at < tale->plans[earliest].told_at)
            earliest = i;
    tale->next_plan = earliest < 0 ? INSTANT_NEVER : tale->plans[earliest].told_at;
    return now < tale->next_plan ? -1 : earliest;
}

static void tell_plan(struct tale *tale, const struct tale_plan *planned, struct tale_event *event)
{
    event->type = planned->type;
    event->customer = planned->customer;
    event->time = planned->at;
    event->topic = (int)random_below(&tale->random, TALE_TOPICS);
    event->about_reminder = strncmp(planned->type, "reminder.", 9) == 0;
    event->promise = planned->promise;
    event->by = planned->by;
    snprintf(event->data, sizeof event->data, "%s", planned->data);
}

static void tell_ordinary(struct tale *tale, instant now, struct tale_event *event)
{
    event->customer = pick_customer(tale, now);
    event->time = random_permille(&tale->random, 500) ? now / SECOND * SECOND : now;
    const struct tale_customer *customer = &tale->customers[event->customer];
    if (customer->last_event != INSTANT_NONE && random_permille(&tale->random, 40))
        event->time = customer->last_event; // two at one instant, often from different topics
    else if (random_permille(&tale->random, tale->late))
        event->time -= random_below(&tale->random, random_permille(&tale->random, 100) ? 60 * DAY : 6 * DAY);
    tale_choose(tale, event);
}

void tale_name(struct tale *tale, struct tale_event *event)
{
    snprintf(event->source, sizeof event->source, "//crm/%d", (int)random_below(&tale->random, 3));
    snprintf(event->id, sizeof event->id, "e-%lld", (long long)++tale->events);
}

void tale_next(struct tale *tale, instant now, struct tale_event *event)
{
    *event = (struct tale_event){.due = INSTANT_NONE};
    int planned = due_plan(tale, now);
    if (planned >= 0) {
        struct tale_plan chosen = tale->plans[planned];
        tale->plans[planned] = tale->plans[--tale->plan_count];
        tell_plan(tale, &chosen, event);
    } else {
        tell_ordinary(tale, now, event);
    }
    tale_subject(event->customer, event->subject, sizeof event->subject);
    tale_name(tale, event);
    tale->customers[event->customer].last_event = event->time;
    tale_plan_from(tale, event);
}

bool tale_init(struct tale *tale, uint64_t seed, int customers)
{
    *tale = (struct tale){.random = {seed}, .customer_count = customers, .next_plan = INSTANT_NEVER};
    tale->customers = calloc((size_t)customers, sizeof *tale->customers);
    tale->plans = calloc(TALE_PLANS, sizeof *tale->plans);
    if (!tale->customers || !tale->plans) {
        tale_free(tale);
        return false;
    }
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
    free(tale->plans);
    *tale = (struct tale){0};
}
