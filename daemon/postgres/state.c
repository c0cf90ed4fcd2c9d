#include "postgres/state.h"

#include "base/status.h"
#include "overview_read.h"
#include "overview_state.h"
#include "postgres/sql.h"
#include "rows.h"
#include "schema_check.h"

static const char *kept(struct arena *arena, const char *text)
{
    struct span copy = arena_copy(arena, span_of(text, strlen(text) + 1));
    return copy.data ? copy.data : "";
}

// Whether it fits, and what there is to say of it. An outcome or status that ends the reading.
static int read_schema(struct connection *connection, struct arena *arena, struct database_state *state)
{
    const char *version = PQparameterStatus(connection->pg, "server_version");
    state->server = kept(arena, version ? version : "");
    int outcome = schema_check(connection);
    state->fits = outcome == 0;
    if (outcome == 0) {
        state->schema = kept(arena, migration_files[migration_files_count - 1].name);
    } else if (outcome == STATUS_DENIED) { // a reader, whose views must do
        state->schema = "not for this login to see";
        state->fits = true;
        outcome = 0;
    } else if (outcome == STATUS_SCHEMA) {
        state->schema = kept(arena, fault_message());
        outcome = 0;
    }
    return outcome;
}

static int read_clock(struct connection *connection, struct database_state *state)
{
    PGresult *result = NULL;
    int outcome = connection_run(connection, sql_state_clock, NULL, &result);
    if (outcome == 0 && PQntuples(result) == 1) {
        state->now = result_instant(result, 0, 0);
        state->watermark = result_instant(result, 0, 1);
        state->left_out = result_int4(result, 0, 2);
    }
    PQclear(result);
    return outcome;
}

static int read_sample(struct connection *connection, bool events_clock, struct database_state *state)
{
    struct parameters parameters = {0};
    PGresult *result = NULL;
    parameter_instant(&parameters, state->watermark);
    parameter_instant(&parameters, events_clock ? state->watermark : state->now);
    int outcome = connection_run(connection, sql_sample, &parameters, &result);
    state->sampled = outcome == 0;
    if (outcome == 0)
        sample_take(result, &state->sample);
    PQclear(result);
    // A reader, or an instance whose work keeps the tables: the rest can be told all the same.
    return outcome == STATUS_DENIED || outcome == STORE_RETRY ? 0 : outcome;
}

static int take_instance(void *context, const PGresult *result, int row)
{
    const struct database_state_listener *listener = context;
    const struct instance_line line = {result_span(result, row, 0), result_int8(result, row, 1),
                                       result_int8(result, row, 2), result_instant(result, row, 3)};
    return listener->instance(listener->context, &line);
}

static int take_lane(void *context, const PGresult *result, int row)
{
    const struct database_state_listener *listener = context;
    const struct lane_line line = lane_line_of(result, row);
    return listener->lane(listener->context, &line);
}

static int read_lines(struct connection *connection, const char *sql, const struct parameters *parameters,
                      int (*take)(void *context, const PGresult *result, int row), const struct database_state_listener *listener,
                      int *stopped)
{
    struct database_state_listener copy = *listener;
    PGresult *result = NULL;
    int outcome = connection_run(connection, sql, parameters, &result);
    if (outcome == 0)
        *stopped = overview_walk(result, take, &copy);
    PQclear(result);
    return outcome;
}

int database_state_read(const struct postgres_settings *settings, bool events_clock, struct arena *arena,
                  const struct database_state_listener *listener, struct database_state *state)
{
    *state = (struct database_state){.now = INSTANT_NONE, .watermark = INSTANT_NONE};
    struct parameters most = {0};
    parameter_int8(&most, listener->lanes);
    struct connection connection;
    int stopped = 0;
    int outcome = overview_start(&connection, settings);
    if (outcome == 0)
        outcome = read_schema(&connection, arena, state);
    bool goes_on = outcome == 0 && state->fits;
    if (goes_on)
        outcome = read_clock(&connection, state);
    if (goes_on && outcome == 0)
        outcome = read_sample(&connection, events_clock, state);
    if (goes_on && outcome == 0)
        outcome = read_lines(&connection, sql_state_instances, NULL, take_instance, listener, &stopped);
    if (goes_on && outcome == 0 && stopped == 0)
        outcome = read_lines(&connection, sql_overview_lanes, &most, take_lane, listener, &stopped);
    outcome = command_finish(&connection, outcome);
    return outcome ? outcome : stopped;
}
