// What another policy would make of the customers there are: each is worked out under it, and held against how it
// stands. Nothing is written.
#ifndef GUANXI_APP_SIMULATE_H
#define GUANXI_APP_SIMULATE_H

#include "app/fold.h"

enum { SIMULATE_EXAMPLES = 10 };
#define SIMULATE_AHEAD (30 * DAY)

// Why a customer would stand elsewhere.
enum simulated_reason {
    SIMULATED_REACHED,  // the higher level, at an instant
    SIMULATED_COOLED,   // fell from a level as warmth had fallen
    SIMULATED_UNPROVEN, // fell from a level as its evidence had run out
    SIMULATED_COLD,     // never reached the next level: warmth is missing
    SIMULATED_LACKING,  // never reached it: evidence is missing
    SIMULATED_REMINDED, // the level stays, but the next reminder is another one
};

// A customer under one policy.
struct simulated_customer {
    int level;
    double warmth;
    size_t openings[REMINDER_KIND_COUNT]; // reminders, within SIMULATE_AHEAD
    bool opens;                           // any of them; the first:
    enum reminder_kind kind;
    instant opens_at;
    struct transition fall; // the last step of the level, if it was one down; n 0: it was not
    instant stepped_at;     // the last step of the level; INSTANT_NONE: there was none
};

struct simulated_example {
    struct span customer_id;
    enum simulated_reason reason;
    struct simulated_customer now, then;
};

struct simulated_side {
    int64_t levels[LEVEL_COUNT + 1];        // customers
    int64_t openings[REMINDER_KIND_COUNT];
};

struct simulator {
    // Set by the caller after simulator_init.
    instant watermark;
    bool anew; // customers would be made anew (recompute); else the new policy takes effect from the watermark on

    struct policy then;         // a copy, since when is the watermark
    const struct policy *now;   // in force
    struct store *store;
    struct folder folders[2];   // under `now`, and under `then`
    struct collector collector;
    struct writeset set;
    struct arena arena, kept;   // of a batch; of examples
    VECTOR(struct customer_row) loaded;
    VECTOR(struct span) marked;

    int64_t customers, rows, changed; // looked at; of timelines; on another level
    struct simulated_side before, after;
    int64_t moves[LEVEL_COUNT + 1][LEVEL_COUNT + 1]; // from, to
    struct simulated_example examples[LEVEL_COUNT + 1][LEVEL_COUNT + 1][SIMULATE_EXAMPLES]; // of each move, by id
    size_t example_counts[LEVEL_COUNT + 1][LEVEL_COUNT + 1];
};

// 0 or STATUS_NOMEM; simulator_free takes it in any case. Large.
int simulator_init(struct simulator *simulator, const struct policy *now, const struct policy *then,
                   struct store *store, instant watermark);
void simulator_free(struct simulator *simulator);

// Takes customers in (ids sorted, unique, and behind those before). 0, or an outcome of the store, or negative.
int simulate_customers(struct simulator *simulator, const struct span *ids, size_t count);

// Examples that tell most, of as many moves as there are: large moves first, and whoever moves nowhere only where there
// is room. How many.
size_t simulator_examples(const struct simulator *simulator, const struct simulated_example *chosen[SIMULATE_EXAMPLES]);

#endif
