// How the database stands, for `guanxid status`. Nothing is written; a login that has no more than guanxi_reader, or a
// standby, serves, but for what only guanxi_writer may see.
#ifndef GUANXI_POSTGRES_STATE_H
#define GUANXI_POSTGRES_STATE_H

#include "codec/arena.h"
#include "postgres/overview.h"

struct instance_line { // an owner of lanes
    struct span owner;
    int64_t lanes, behind; // messages, as last seen
    instant last_commit_at;
};

struct database_state {
    const char *server; // version
    bool fits;          // the schema; else nothing below was read
    const char *schema; // its last migration, or what is wrong and what to do
    instant now;        // PostgreSQL's clock
    instant watermark;  // or INSTANT_NONE
    int32_t left_out;   // lanes that it does not wait for
    bool sampled;       // this login may see what waits
    struct store_sample sample;
};

struct database_state_listener {
    int (*instance)(void *context, const struct instance_line *line);
    int (*lane)(void *context, const struct lane_line *line);
    void *context;
    int64_t lanes; // at most
};

// Reads it; lines are told as in overview.h, texts of *state are in the arena. `events_clock`: what is due is so by
// the watermark. 0 or a negative status.
int database_state_read(const struct postgres_settings *settings, bool events_clock, struct arena *arena,
                  const struct database_state_listener *listener, struct database_state *state);

#endif
