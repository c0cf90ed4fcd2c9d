// How everything does, through the views.
#include "base/status.h"
#include "overview_read.h"
#include "overview_state.h"
#include "postgres/overview.h"
#include "postgres/sql.h"
#include "rows.h"

struct lane_line lane_line_of(const PGresult *result, int row)
{
    enum { TOPIC, PARTITION, STATE, REASON, OWNER, NEXT, END, COMMIT, TIME };
    return (struct lane_line){
        .topic = result_span(result, row, TOPIC),
        .partition = result_int4(result, row, PARTITION),
        .state = result_span(result, row, STATE),
        .reason = result_span(result, row, REASON),
        .owner = result_span(result, row, OWNER),
        .next_offset = result_int8(result, row, NEXT),
        .end_offset = result_null(result, row, END) ? -1 : result_int8(result, row, END),
        .last_commit_at = result_instant(result, row, COMMIT),
        .lane_time = result_instant(result, row, TIME),
    };
}

static int take_lane(void *context, const PGresult *result, int row)
{
    const struct state_listener *listener = context;
    const struct lane_line line = lane_line_of(result, row);
    return listener->lane(listener->context, &line);
}

static int take_owner(void *context, const PGresult *result, int row)
{
    enum { EVERYBODY, OWNER, OPEN, OVERDUE, AT_RISK, SOON };
    const struct state_listener *listener = context;
    const struct owner_line line = {
        .everybody = result_bool(result, row, EVERYBODY),
        .owner = result_span(result, row, OWNER),
        .open = result_int8(result, row, OPEN),
        .overdue = result_int8(result, row, OVERDUE),
        .at_risk = result_int8(result, row, AT_RISK),
        .soon = result_int8(result, row, SOON),
    };
    return listener->owner(listener->context, &line);
}

static int take_moves(void *context, const PGresult *result, int row)
{
    enum { MOVES_DAY, STEPS_UP, STEPS_DOWN };
    const struct state_listener *listener = context;
    const struct moves_line line = {result_int4(result, row, MOVES_DAY), result_int8(result, row, STEPS_UP),
                                    result_int8(result, row, STEPS_DOWN)};
    return listener->moves(listener->context, &line);
}

static int take_held(void *context, const PGresult *result, int row)
{
    enum { REASON, RECORDS };
    const struct state_listener *listener = context;
    const struct held_line line = {result_span(result, row, REASON), result_int8(result, row, RECORDS)};
    return listener->held(listener->context, &line);
}

struct part {
    enum state_part part;
    const char *sql;
    int (*take)(void *context, const PGresult *result, int row);
    struct parameters parameters;
};

// What the connection said; what the listener said goes to *outcome.
static int ask_part(struct connection *connection, const struct part *part, const struct state_listener *listener,
                    int *outcome)
{
    struct state_listener copy = *listener;
    PGresult *result = NULL;
    int said = connection_run(connection, part->sql, &part->parameters, &result);
    if (said == 0)
        *outcome = overview_walk(result, part->take, &copy);
    PQclear(result);
    return said;
}

int overview_state(const struct postgres_settings *settings, const struct policy *policy,
                   const struct state_listener *listener, unsigned *missing)
{
    struct part parts[] = {
        {STATE_LANES, sql_overview_lanes, take_lane, {0}},
        {STATE_HELD, sql_overview_held, take_held, {0}},
        {STATE_OWNERS, sql_overview_owners, take_owner, {0}},
        {STATE_MOVES, sql_overview_moves, take_moves, {0}},
    };
    parameter_int8(&parts[0].parameters, listener->lanes);
    parameter_bool(&parts[2].parameters, policy->events_clock);
    parameter_int8(&parts[2].parameters, listener->within);
    parameter_int8(&parts[2].parameters, listener->owners);
    parameter_bool(&parts[3].parameters, policy->events_clock);
    parameter_text(&parts[3].parameters, *policy->zone_name ? policy->zone_name : "UTC");
    parameter_int4(&parts[3].parameters, listener->days);

    struct connection connection;
    int stopped = 0;
    int outcome = overview_start(&connection, settings);
    *missing = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts && outcome == 0 && stopped == 0; i++) {
        outcome = ask_part(&connection, &parts[i], listener, &stopped);
        if (outcome == STORE_RETRY) {
            *missing |= parts[i].part;
            outcome = 0;
        }
    }
    outcome = command_finish(&connection, outcome);
    return outcome ? outcome : stopped;
}
