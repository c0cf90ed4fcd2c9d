// Why a customer stands where it stands: made again from its timeline by the model, on to what comes if nothing is
// done. A pure read.
#ifndef GUANXI_APP_EXPLAIN_H
#define GUANXI_APP_EXPLAIN_H

#include "app/collector.h"
#include "codec/words.h"
#include "port/valued.h"

#include <stdio.h>

struct explained_event { // a row of the timeline
    instant at;
    struct span source, id;
    const struct type_rule *rule;
    uint8_t side;
    int64_t amount; // of orders, refunds and costs
    double points;  // as it came
    double weight;  // what is left of them
};

struct explained_step {
    instant at;
    struct transition transition;
    size_t event; // its number from 1; 0: none
    int evidence; // of a level that fell by evidence: the lowest level of which it had run out; else 0
};

// What a level needs beside warmth, and those under it.
struct explained_evidence {
    int level;
    instant since; // the last proof of it; INSTANT_NONE: there never was any
    instant until; // until when that holds; at or before the instant of the explanation: it does not
    bool holds;
};

struct explained_reminder {
    enum reminder_kind kind;
    struct span promise_id; // of kinds that are about a promise
    struct care care;
    bool at_risk;
    // If nothing is done; INSTANT_NONE: not any more.
    instant next_at;    // the next notice
    instant manager_at; // the first that goes to the manager as well
    instant risk_at;    // the one that marks the customer at risk
    struct span why[LANGUAGES];
};

// What comes by itself.
struct foreseen {
    instant at;
    bool opens;                 // a reminder; else a step of the level
    struct explained_step step;
    struct explained_reminder reminder;
};

struct explained_promises { // of one side
    int kept, broken;
};

struct explanation {
    struct span id;
    instant at;   // what it speaks of; everything that happened up to then, and at that instant, counts
    instant read; // how far events have been read; INSTANT_NONE: none were
    instant wall; // PostgreSQL's clock
    bool asked;   // for this very instant; else it is the present one
    bool stored;  // the state is the one kept, else that of the fold

    struct customer state; // with its book
    struct book book;
    double warmth; // at `at`
    VECTOR(struct explained_event) events;
    VECTOR(size_t) weights; // numbers from 0 of the events that have points, what is left most first
    VECTOR(struct explained_step) steps; // of all kinds of transitions
    struct explained_evidence evidence[LEVEL_COUNT]; // of level i + 1 at i
    VECTOR(struct explained_reminder) reminders; // open ones
    VECTOR(struct foreseen) future;

    // For the next level: what of warmth is missing (0: nothing), and on how many days we have to go to the customer.
    double warmth_lacks;
    int rhythm_lacks;

    struct explained_promises promises[2]; // by enum by
    const struct promise_row *promise_rows;
    size_t promise_count;
    int64_t f, m; // of the window that ends with the day of `at`

    struct valued valued; // set by who knows of ranks: explain_valued
    int64_t last_money, before_money; // of the days that make a tier, up to that of the rank, and of as many before
};

// Makes explanations one after the other. Large.
struct explainer {
    const struct policy *policy;
    struct store *store;
    struct decoder *decoder;

    struct explanation made; // the last one; borrows from here
    struct book ahead;       // of the customer in the future
    struct arena arena, scratch;
    struct collector collector; // for the rows of promises
    struct writeset set;
    bool failed; // memory was out
};

// 0 or STATUS_NOMEM; explainer_free takes it in any case.
int explainer_init(struct explainer *explainer, const struct policy *policy, struct store *store);
void explainer_free(struct explainer *explainer);

// Explains a customer as it stands (at INSTANT_NONE) or stood at an instant. Without one that is how far events have
// been read, or the last event of the customer where that is later; the state is the one kept, if the store may be
// asked for it and it is not to be folded anyway. EXPLAIN_NONE: nothing was known of it. Others as the store says.
enum { EXPLAIN_NONE = 100 };
int explain(struct explainer *explainer, struct span id, instant at);

// Adds what a rank made of the customer explained last; what it points at must outlive the explanation.
void explain_valued(struct explainer *explainer, const struct valued *valued);

// For people and for programs. `asked` is the id that was asked for. 0 or STATUS_NOMEM.
int explain_text(const struct explanation *explanation, struct words *words, FILE *out);
int explain_json(const struct explanation *explanation, struct words *words, struct span asked, FILE *out);

#endif
