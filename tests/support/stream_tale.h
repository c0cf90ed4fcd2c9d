// The tale that a random stream tells: customers with busy and silent times, and every event type of the
// model that is about one customer.
#ifndef GUANXI_TESTS_STREAM_TALE_H
#define GUANXI_TESTS_STREAM_TALE_H

#include <stddef.h>

#include "core/book.h"
#include "core/instant.h"
#include "support/random.h"

enum { TALE_TOPICS = 3, TALE_PLANS = 4096, TALE_DATA_MAX = 1024, TALE_PLAN_DATA_MAX = 256 };

struct tale_event {
    instant time;
    int customer;
    int topic; // 0 .. TALE_TOPICS - 1
    bool about_reminder; // has no effect before its customer is known
    bool changes_ids;    // a merge, an unmerge or an erasure (support/stream_family.h)
    const char *type;
    char subject[64];
    char source[48];
    char id[48];
    char data[TALE_DATA_MAX];

    // What further events may be about.
    int promise;         // promise.*: which of the customer's, from 1
    const char *by;      // promise.*: us, customer
    instant due;         // promise.made; agreement.made: the end, or INSTANT_NONE
    const char *what;    // objection.raised: the kind; customer.updated: what the customer lacks, or NULL
};

struct tale_customer {
    instant last_event;
    int orders;
    int promises; // made so far
    instant known_since[TALE_TOPICS]; // least time of an event that the topic holds; INSTANT_NONE
};

// Something that is to happen to a customer at an instant worked out from its past.
struct tale_plan {
    instant at;
    instant told_at; // mostly the same
    int customer;
    const char *type;
    int promise; // promise.*: which of the customer's
    const char *by;
    char data[TALE_PLAN_DATA_MAX];
};

struct tale {
    struct random random;
    int late; // permille of events that come days, some of them weeks, behind their time
    int customer_count;
    struct tale_customer *customers;
    struct tale_plan *plans;
    int plan_count;
    instant next_plan; // the first of them is not told before
    int64_t events; // told so far
};

bool tale_init(struct tale *tale, uint64_t seed, int customers);
void tale_free(struct tale *tale);

// The customer id of a number: most are plain, some are Chinese, some have spaces and punctuation.
void tale_subject(int customer, char *text, size_t size);
// The id of a customer's promise: most are plain, some are Chinese, some as long as they may be.
void tale_promise_id(int customer, int promise, char text[BOOK_PROMISE_ID_MAX + 1]);

// Gives an event its source and id.
void tale_name(struct tale *tale, struct tale_event *event);

// What happens next, at `now` or (a planned event) a little before.
void tale_next(struct tale *tale, instant now, struct tale_event *event);

// Chooses what happens to the event's customer at the event's time: type, the topic where it belongs, data.
void tale_choose(struct tale *tale, struct tale_event *event);
// Works out what an event leads to: answers to the reminder that it would bring about, cures at the very instant at
// which one falls due, outcomes of promises, resolutions, reopenings.
void tale_plan_from(struct tale *tale, const struct tale_event *event);
void tale_plan(struct tale *tale, const struct tale_plan *plan);

#endif
