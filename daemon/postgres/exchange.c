// The part of connection.h that talks: statements, results, COPY, and the deadline of every wait.
#include <poll.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/health.h"
#include "base/status.h"
#include "connection.h"
#include "postgres/sql.h"
#include "result.h"
#include "rows.h"

// The server ends a statement at statement_timeout; an answer that stays away longer never comes.
static const duration answer_margin = 5 * SECOND;

enum { WAIT_US = 1000 * 1000 }; // at a time

static size_t statement_index(const char *sql)
{
    size_t i = 0;
    while (i < sql_files_count && sql_files[i].text != sql)
        i++;
    return i;
}

const char *connection_statement_name(const char *sql)
{
    size_t i = statement_index(sql);
    return i < sql_files_count ? sql_files[i].name : "statement";
}

// Waits until the socket is readable, or writable where something is unsent, and takes in what has come.
static int await_socket(struct connection *connection, bool unsent)
{
    int64_t deadline = clock_monotonic_us() + connection->settings.statement_timeout + answer_margin;
    for (;;) {
        struct pollfd ready = {.fd = PQsocket(connection->pg),
                               .events = (short)(POLLIN | (unsent ? POLLOUT : 0))};
        int64_t left = deadline - clock_monotonic_us();
        if (left <= 0)
            return connection_lost(connection, "no answer within the deadline");
        if (atomic_load(&connection->interrupted))
            return connection_lost(connection, "given up, as guanxid stops");
        health_beat(); // waiting for an answer is no standstill
        if (poll(&ready, 1, left < WAIT_US ? (int)(left / 1000 + 1) : WAIT_US / 1000) <= 0)
            continue;
        if ((ready.revents & ~POLLOUT) && !PQconsumeInput(connection->pg))
            return connection_lost(connection, PQerrorMessage(connection->pg));
        return 0;
    }
}

int connection_flush(struct connection *connection)
{
    if (!connection->pg)
        return connection_lost(connection, "not connected");
    int unsent;
    while ((unsent = PQflush(connection->pg)) > 0) {
        int outcome = await_socket(connection, true);
        if (outcome)
            return outcome;
    }
    return unsent < 0 ? connection_lost(connection, PQerrorMessage(connection->pg)) : 0;
}

int connection_next(struct connection *connection, PGresult **result)
{
    int outcome = connection_flush(connection);
    while (outcome == 0 && PQisBusy(connection->pg))
        outcome = await_socket(connection, false);
    *result = outcome ? NULL : PQgetResult(connection->pg);
    return outcome;
}

// What a result says; a broken connection is closed, so that nobody goes on with it.
static int judge(struct connection *connection, const PGresult *result, int duplicate)
{
    switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_COPY_IN:
        return 0;
    case PGRES_PIPELINE_ABORTED:
        return fault(STATUS_BROKEN, "PostgreSQL, %s: not run, as one before it failed", connection->doing);
    default:
        break;
    }
    int outcome = result_outcome(result, connection->doing);
    if (result_is(result, "23505"))
        return duplicate;
    if (outcome == STORE_AWAY || PQstatus(connection->pg) == CONNECTION_BAD) {
        connection_close(connection);
        return STORE_AWAY;
    }
    return outcome;
}

int connection_receive_keyed(struct connection *connection, int duplicate, PGresult **result)
{
    PGresult *last = NULL, *next;
    int outcome = 0, failure;
    // The first error counts: what follows it is its consequence.
    while ((failure = connection_next(connection, &next)) == 0 && next) {
        PQclear(last);
        last = next;
        if (outcome == 0)
            outcome = judge(connection, last, duplicate);
        if (!connection->pg)
            break;
        if (PQresultStatus(last) == PGRES_COPY_IN)
            break;
    }
    if (failure)
        outcome = failure;
    else if (outcome == 0 && !last)
        outcome = fault(STATUS_BROKEN, "PostgreSQL, %s: no result", connection->doing);
    if (outcome || !result) {
        PQclear(last);
        last = NULL;
    }
    if (result)
        *result = last;
    return outcome;
}

int connection_receive(struct connection *connection, PGresult **result)
{
    return connection_receive_keyed(connection, STORE_POISON, result);
}

int connection_prepare(struct connection *connection, const char *sql)
{
    size_t i = statement_index(sql);
    if (!connection->pg)
        return connection_lost(connection, "not connected");
    if (connection->prepared[i])
        return 0;
    connection->doing = sql_files[i].name;
    if (!PQsendPrepare(connection->pg, sql_files[i].name, sql, 0, NULL))
        return connection_lost(connection, PQerrorMessage(connection->pg));
    int outcome = connection_receive(connection, NULL);
    connection->prepared[i] = outcome == 0;
    return outcome;
}

int connection_send(struct connection *connection, const char *sql, const struct parameters *parameters)
{
    static const struct parameters none;
    int outcome = connection_prepare(connection, sql);
    if (outcome)
        return outcome;
    if (!parameters)
        parameters = &none;
    connection->doing = connection_statement_name(sql);
    if (!PQsendQueryPrepared(connection->pg, connection->doing, parameters->count, parameters->values,
                             parameters->sizes, parameters->formats, 1))
        return connection_lost(connection, PQerrorMessage(connection->pg));
    return 0;
}

int connection_run(struct connection *connection, const char *sql, const struct parameters *parameters,
                   PGresult **result)
{
    if (result)
        *result = NULL;
    int outcome = connection_send(connection, sql, parameters);
    return outcome ? outcome : connection_receive(connection, result);
}

int connection_execute(struct connection *connection, const char *what, const char *sql, PGresult **result)
{
    if (result)
        *result = NULL;
    if (!connection->pg)
        return connection_lost(connection, "not connected");
    connection->doing = what;
    if (!PQsendQuery(connection->pg, sql))
        return connection_lost(connection, PQerrorMessage(connection->pg));
    return connection_receive(connection, result);
}

int connection_copy_begin(struct connection *connection, const char *sql)
{
    PGresult *result;
    int outcome = connection_execute(connection, connection_statement_name(sql), sql, &result);
    if (outcome)
        return outcome;
    bool copies = PQresultStatus(result) == PGRES_COPY_IN;
    PQclear(result);
    return copies ? 0 : fault(STATUS_BROKEN, "PostgreSQL, %s: is no COPY", connection->doing);
}

int connection_copy_put(struct connection *connection, struct rows *rows)
{
    struct buffer *buffer = &rows->buffers[0];
    if (rows->failed)
        return fault(STATUS_NOMEM, "out of memory");
    int taken = PQputCopyData(connection->pg, buffer->data, (int)buffer->size);
    if (taken < 0)
        return connection_lost(connection, PQerrorMessage(connection->pg));
    if (taken == 0)
        return fault(STATUS_NOMEM, "out of memory");
    buffer->size = 0;
    return connection_flush(connection);
}

int connection_copy_end(struct connection *connection, int duplicate, int64_t *copied)
{
    PGresult *result;
    if (PQputCopyEnd(connection->pg, NULL) < 0)
        return connection_lost(connection, PQerrorMessage(connection->pg));
    int outcome = connection_receive_keyed(connection, duplicate, &result);
    if (outcome == 0)
        *copied = result_touched(result);
    PQclear(result);
    return outcome;
}

int connection_begin_durable(struct connection *connection)
{
    int outcome = connection_run(connection, sql_begin, NULL, NULL);
    return outcome ? outcome : connection_run(connection, sql_durable, NULL, NULL);
}

int connection_commit(struct connection *connection)
{
    PGresult *result;
    int outcome = connection_run(connection, sql_commit, NULL, &result);
    if (outcome)
        return outcome;
    // COMMIT of a failed transaction is no error, it just answers ROLLBACK.
    bool committed = strcmp(PQcmdStatus(result), "COMMIT") == 0;
    PQclear(result);
    return committed ? 0 : fault(STATUS_BROKEN, "PostgreSQL, commit: the transaction had failed before");
}

// Takes whatever is still to come, until the connection is idle again.
static int drain(struct connection *connection)
{
    PGresult *result;
    int outcome;
    bool synced = PQpipelineStatus(connection->pg) == PQ_PIPELINE_OFF;
    if (!synced && !PQpipelineSync(connection->pg))
        return connection_lost(connection, PQerrorMessage(connection->pg));
    // In a pipeline a NULL only separates statements: the end is its sync.
    while ((outcome = connection_next(connection, &result)) == 0 && (result || !synced)) {
        ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_COPY_IN && PQputCopyEnd(connection->pg, "given up") < 0)
            outcome = connection_lost(connection, PQerrorMessage(connection->pg));
        synced = synced || status == PGRES_PIPELINE_SYNC;
        PQclear(result);
        if (outcome)
            return outcome;
    }
    if (outcome == 0 && PQpipelineStatus(connection->pg) != PQ_PIPELINE_OFF &&
        !PQexitPipelineMode(connection->pg))
        outcome = connection_lost(connection, PQerrorMessage(connection->pg));
    return outcome;
}

void connection_rollback(struct connection *connection)
{
    char why[600];
    snprintf(why, sizeof why, "%s", fault_message());
    if (connection->pg && drain(connection) == 0 && PQtransactionStatus(connection->pg) != PQTRANS_IDLE &&
        connection_run(connection, sql_rollback, NULL, NULL) != 0)
        connection_close(connection);
    fault(STATUS_OK, "%s", why);
}
