// The store of port/store.h kept in PostgreSQL: one connection, one thread.
#ifndef GUANXI_POSTGRES_STORE_H
#define GUANXI_POSTGRES_STORE_H

#include "core/instant.h"
#include "port/store.h"

struct postgres_settings {
    const char *conninfo; // of libpq: keywords or a URI; several hosts work; "" takes libpq's environment
    const char *password; // NULL: none of our own (conninfo, password file or none)

    duration connect_timeout;   // of one whole attempt, all hosts
    duration statement_timeout; // the server's, for one statement; ours for an answer is a little later
    duration lock_timeout;
    duration idle_timeout; // in a transaction: how long a stopped process can hold its rows
    // A standby or a login that only reads will do (migrate status, quarantine list). A store then has numbers of
    // types, timelines and its clock from the views.
    bool read_only;
};

#define POSTGRES_SETTINGS_DEFAULT \
    { \
        .conninfo = "", .connect_timeout = 10 * SECOND, .statement_timeout = 30 * SECOND, \
        .lock_timeout = 5 * SECOND, .idle_timeout = 15 * SECOND \
    }

// Makes a store that is not connected yet: its reconnect op is the first thing to call. The settings are
// copied. STATUS_CONFIG (conninfo is malformed), STATUS_NOMEM.
int postgres_store_open(const struct postgres_settings *settings, struct store **store);

#endif
