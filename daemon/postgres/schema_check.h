// How the schema stands against the migrations in this program.
#ifndef GUANXI_POSTGRES_SCHEMA_CHECK_H
#define GUANXI_POSTGRES_SCHEMA_CHECK_H

#include <stdint.h>

#include "connection.h"
#include "postgres/sql.h"

struct migration {
    int32_t version;
    char name[64];
    const struct sql_file *file; // NULL: this program does not know it
    bool applied;
    bool edited; // applied in another form than this program has
    char applied_at[32], applied_by[64];
    int32_t execution_ms;
};

struct schema {
    size_t count;
    struct migration *migrations; // by version; known and applied ones
};

// Reads how each migration stands. An outcome or status as connection_run; schema_free in any case.
int schema_read(struct connection *connection, struct schema *schema);
void schema_free(struct schema *schema);

// "applied", "pending", "edited" or "newer".
const char *migration_state(const struct migration *migration);
// The first pending migration, or NULL.
const struct migration *schema_pending(const struct schema *schema);
// 0, or STATUS_SCHEMA when migrating cannot mend it: edited or newer.
int schema_refuse(const struct schema *schema);

// That the schema is the one this program was built for: 0, an outcome, or STATUS_SCHEMA saying what to do.
int schema_check(struct connection *connection);

#endif
