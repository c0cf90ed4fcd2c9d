#include "schema_check.h"

#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "result.h"
#include "rows.h"

const char *migration_state(const struct migration *migration)
{
    if (!migration->file)
        return "newer";
    if (migration->edited)
        return "edited";
    return migration->applied ? "applied" : "pending";
}

void schema_free(struct schema *schema)
{
    free(schema->migrations);
    *schema = (struct schema){0};
}

// File names begin with their number: 0001_tables.
static int32_t file_version(const struct sql_file *file)
{
    return (int32_t)strtol(file->name, NULL, 10);
}

static void copy_text(char *to, size_t size, const PGresult *result, int row, int column)
{
    snprintf(to, size, "%s", PQgetvalue(result, row, column));
}

static void migration_known(struct migration *migration, const struct sql_file *file)
{
    *migration = (struct migration){.version = file_version(file), .file = file};
    snprintf(migration->name, sizeof migration->name, "%s", file->name);
}

// Columns of schema_versions.sql.
enum { VERSION, KNOWN, NAME, APPLIED, EDITED, APPLIED_AT, APPLIED_BY, EXECUTION_MS };

static void migration_read(struct migration *migration, const PGresult *result, int row)
{
    int32_t known = result_int4(result, row, KNOWN);
    *migration = (struct migration){
        .version = result_int4(result, row, VERSION),
        .file = known ? &migration_files[known - 1] : NULL,
        .applied = result_bool(result, row, APPLIED),
        .edited = result_bool(result, row, EDITED),
        .execution_ms = result_int4(result, row, EXECUTION_MS),
    };
    copy_text(migration->name, sizeof migration->name, result, row, NAME);
    copy_text(migration->applied_at, sizeof migration->applied_at, result, row, APPLIED_AT);
    copy_text(migration->applied_by, sizeof migration->applied_by, result, row, APPLIED_BY);
}

static int compare(struct connection *connection, PGresult **result)
{
    static const enum column_type types[] = {COLUMN_INT4, COLUMN_TEXT, COLUMN_TEXT};
    struct parameters parameters = {0};
    struct rows rows;
    rows_init(&rows);
    rows_begin_arrays(&rows, types, 3);
    for (size_t i = 0; i < migration_files_count; i++) {
        const struct sql_file *file = &migration_files[i];
        row_begin(&rows);
        row_int4(&rows, file_version(file));
        row_text(&rows, file->name);
        row_span(&rows, span_of(file->text, file->length));
    }
    rows_parameters(&rows, &parameters);
    int outcome = rows.failed
                      ? fault(STATUS_NOMEM, "out of memory")
                      : connection_run(connection, sql_schema_versions, &parameters, result);
    rows_free(&rows);
    return outcome;
}

static int read_versions(struct connection *connection, struct schema *schema)
{
    PGresult *result = NULL;
    int outcome = compare(connection, &result);
    if (outcome)
        return outcome;
    size_t count = (size_t)PQntuples(result);
    schema->migrations = calloc(count, sizeof *schema->migrations);
    if (count && !schema->migrations)
        outcome = fault(STATUS_NOMEM, "out of memory");
    else
        schema->count = count;
    for (size_t i = 0; i < schema->count; i++)
        migration_read(&schema->migrations[i], result, (int)i);
    PQclear(result);
    return outcome;
}

int schema_read(struct connection *connection, struct schema *schema)
{
    *schema = (struct schema){0};
    PGresult *result = NULL;
    int outcome = connection_run(connection, sql_schema_present, NULL, &result);
    if (outcome)
        return outcome;
    bool present = result_bool(result, 0, 0);
    PQclear(result);
    if (present)
        return read_versions(connection, schema);

    schema->migrations = calloc(migration_files_count, sizeof *schema->migrations);
    if (!schema->migrations)
        return fault(STATUS_NOMEM, "out of memory");
    schema->count = migration_files_count;
    for (size_t i = 0; i < schema->count; i++)
        migration_known(&schema->migrations[i], &migration_files[i]);
    return 0;
}

const struct migration *schema_pending(const struct schema *schema)
{
    for (size_t i = 0; i < schema->count; i++)
        if (!schema->migrations[i].applied)
            return &schema->migrations[i];
    return NULL;
}

int schema_refuse(const struct schema *schema)
{
    for (size_t i = 0; i < schema->count; i++) {
        const struct migration *migration = &schema->migrations[i];
        if (!migration->file)
            return fault(
                STATUS_SCHEMA,
                "schema guanxi is newer than this program: it has migration %s, this program knows up "
                "to %s; install the guanxid that made it",
                migration->name, migration_files[migration_files_count - 1].name);
        if (migration->edited)
            return fault(
                STATUS_SCHEMA,
                "migration %s of schema guanxi was applied in another form than this program has "
                "(its checksum differs); install the guanxid that made it",
                migration->name);
    }
    return 0;
}

int schema_check(struct connection *connection)
{
    struct schema schema;
    int outcome = schema_read(connection, &schema);
    if (outcome == 0)
        outcome = schema_refuse(&schema);
    const struct migration *pending = outcome ? NULL : schema_pending(&schema);
    if (pending && pending == schema.migrations)
        outcome =
            fault(STATUS_SCHEMA, "the database has no schema guanxi; run: guanxid migrate up");
    else if (pending)
        outcome = fault(STATUS_SCHEMA,
                        "schema guanxi is older than this program: migration %s is missing; run: "
                        "guanxid migrate up",
                        pending->name);
    schema_free(&schema);
    return outcome;
}
