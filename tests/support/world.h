// A world of customers whose random histories are published as records, and what must stand in the tables
// when all of them have been read: a plain fold of each history, in the model's order, to the last instant.
#ifndef GUANXI_TESTS_WORLD_H
#define GUANXI_TESTS_WORLD_H

#include "app/vector.h"
#include "codec/decode.h"
#include "core/model.h"
#include "port/store.h"

struct world_shape {
    uint64_t seed;
    int customers;
    size_t events;    // of each customer
    int lanes;        // the records of one customer are spread over all of them
    bool merges;      // with types that halt a lane
};

struct world_record {
    struct span json; // ends with a NUL beyond its size
    struct event event;
    int customer;
    int lane;
    bool first; // of its customer
};

// What the fold of one customer yields; rows as the tables have them.
struct world_customer {
    char id[32];
    size_t first, count; // its records in the model's order: world.order[first] ...
    struct customer state;
    struct span book;    // packed
    double *points;      // by record
    VECTOR(struct transition_row) transitions; // as they came
    VECTOR(struct promise) promises;
    VECTOR(struct objection_row) objections;
    bool has_profile;
    VECTOR(struct reminder_row) reminders;
    VECTOR(struct notice_row) notices;
};

struct world {
    struct policy policy;
    struct type_rule types[POLICY_TYPES];
    struct arena arena;
    struct decoder *decoder;
    int lanes;
    VECTOR(struct world_record) records; // as the world sees them happen: by time
    VECTOR(size_t) order;
    struct world_customer *customers;
    int customer_count;
    instant end; // to which everything is folded; later than all events
};

// The clock of the policy is that of events. Aborts when memory is out.
struct world *world_new(const struct world_shape *shape);
void world_free(struct world *world);

// A tick at an instant, as JSON in the world's memory.
struct span world_tick(struct world *world, instant at);

#endif
