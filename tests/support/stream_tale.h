// The tale that a random stream tells: customers with busy and silent times, and every event type of the
// model that a customer's history can hold.
#ifndef GUANXI_TESTS_STREAM_TALE_H
#define GUANXI_TESTS_STREAM_TALE_H

#include <stddef.h>

#include "core/instant.h"
#include "support/random.h"

enum { TALE_TOPICS = 3, TALE_PLANS = 512 };

struct tale_event {
    instant time;
    int customer;
    int topic; // 0 .. TALE_TOPICS - 1
    bool about_reminder; // has no effect before its customer is known
    const char *type;
    char subject[64];
    char source[48];
    char id[48];
    char data[512];
};

struct tale_customer {
    instant last_event;
    int orders;
    instant known_since[TALE_TOPICS]; // least time of an event that the topic holds; INSTANT_NONE
};

// Something that is to happen to a customer at an instant worked out from its past.
struct tale_plan {
    instant at;
    int customer;
    const char *type;
    const char *kind; // reminder.*: which reminder
    instant anchor;
};

struct tale {
    struct random random;
    int late; // permille of ordinary events that come days, some of them weeks, behind their time
    int customer_count;
    struct tale_customer *customers;
    struct tale_plan plans[TALE_PLANS];
    int plan_count;
    int64_t events; // told so far
};

bool tale_init(struct tale *tale, uint64_t seed, int customers);
void tale_free(struct tale *tale);

// The customer id of a number: most are plain, some are Chinese, some have spaces and punctuation.
void tale_subject(int customer, char *text, size_t size);

// What happens next, at `now` or (a planned event) a little before.
void tale_next(struct tale *tale, instant now, struct tale_event *event);

#endif
