// One libpq connection with deadlines of its own: nothing here waits longer than its settings say, also
// when the network swallows every packet. Statements are the embedded .sql files, prepared on first use
// and named by their file.
#ifndef GUANXI_POSTGRES_CONNECTION_H
#define GUANXI_POSTGRES_CONNECTION_H

#include <libpq-fe.h>
#include <stdatomic.h>

#include "postgres/store.h"

struct parameters;
struct rows;

struct connection {
    PGconn *pg; // NULL: not connected
    char *conninfo;
    char *password;
    struct postgres_settings settings; // its texts are the two above
    bool *prepared;                    // by index of sql_files
    const char *doing;                 // what runs, for messages
    _Atomic bool interrupted;          // set by another thread: waits end, and the connection is made no more
};

// Copies the settings; does not connect. STATUS_CONFIG, STATUS_NOMEM.
int connection_init(struct connection *connection, const struct postgres_settings *settings);
// Ends the connection and keeps the settings.
void connection_close(struct connection *connection);
void connection_free(struct connection *connection);

// Tries once to connect and to set up the session. STORE_OK, STORE_AWAY, or negative: what waiting cannot
// mend (password, database, permission).
int connection_open(struct connection *connection);

// Prepares an embedded statement unless this connection has it.
int connection_prepare(struct connection *connection, const char *sql);
// Runs one embedded statement with binary parameters (NULL: none) and a binary result, which the caller
// clears. `result` NULL: not wanted.
int connection_run(struct connection *connection, const char *sql, const struct parameters *parameters,
                   PGresult **result);
// Runs any SQL text, several statements too; the last result, as text, goes to `result` (may be NULL).
int connection_execute(struct connection *connection, const char *what, const char *sql, PGresult **result);

// The pieces of connection_run, for callers that keep the server busy meanwhile. Nothing may be
// outstanding at connection_send outside of pipeline mode.
int connection_send(struct connection *connection, const char *sql, const struct parameters *parameters);
// The one result of a statement, and the end of its results.
int connection_receive(struct connection *connection, PGresult **result);

// The same, but a key that exists already (23505) is this outcome.
int connection_receive_keyed(struct connection *connection, int duplicate, PGresult **result);

// Sends what libpq has buffered, taking in what comes back meanwhile.
int connection_flush(struct connection *connection);
// The next result; *result NULL at the end of a statement's results. Waits with the deadline.
int connection_next(struct connection *connection, PGresult **result);

// COPY ... FROM STDIN (FORMAT BINARY) in pieces: begin, any number of puts of whole rows, end. An error of
// the server shows at the end, which answers with the number of rows.
int connection_copy_begin(struct connection *connection, const char *sql);
int connection_copy_put(struct connection *connection, struct rows *rows);
int connection_copy_end(struct connection *connection, int duplicate, int64_t *copied);

// Begins a transaction that is on disk once it is committed.
int connection_begin_durable(struct connection *connection);

// Commits the open transaction. STORE_AWAY: whether it took place is unknown.
int connection_commit(struct connection *connection);
// Ends the open transaction whatever became of it; a connection that cannot even do that is closed. Keeps
// the thread's fault message.
void connection_rollback(struct connection *connection);

// Says that the connection is of no use any more, closes it, and returns STORE_AWAY.
int connection_lost(struct connection *connection, const char *why);

// The name of an embedded statement.
const char *connection_statement_name(const char *sql);

#endif
