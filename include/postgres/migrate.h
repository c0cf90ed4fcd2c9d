// The schema: numbered migrations, embedded in the program, applied in order and recorded with their
// checksums. Nothing but migrate_up changes the schema.
//
// All of them return 0 or a negative status: STATUS_UNAVAILABLE (no connection, a lock that others hold),
// STATUS_DENIED, STATUS_SCHEMA (a migration that was applied in another form than this program has, or
// a schema newer than this program) and so on. `out` gets text for people, or one JSON document.
#ifndef GUANXI_POSTGRES_MIGRATE_H
#define GUANXI_POSTGRES_MIGRATE_H

#include <stdbool.h>
#include <stdio.h>

#include "postgres/store.h"

// Every migration, known or applied, and how it stands: applied, pending, edited (its text is not the one
// applied) or newer (this program does not know it).
int migrate_status(const struct postgres_settings *settings, bool json, FILE *out);

// What migrate_up would run: the statements themselves, or in JSON the migrations with their text.
int migrate_plan(const struct postgres_settings *settings, bool json, FILE *out);

// Applies what is pending, each migration in a transaction of its own and under a lock, so that several
// may be started at once. Names what it applied; `out` may be NULL.
int migrate_up(const struct postgres_settings *settings, bool json, FILE *out);

#endif
