#include "result.h"

#include <stdlib.h>

#include "base/metrics.h"
#include "base/status.h"
#include "port/store.h"

// First match of the code's beginning. What waiting mends is an outcome; what a person must mend a status.
static const struct {
    const char *prefix;
    int outcome;
    const char *advice;
} classes[] = {
    {"40001", STORE_RETRY, ""},
    {"40P01", STORE_RETRY, ""},
    {"55P03", STORE_RETRY, ""},
    {"57014", STORE_RETRY, ""},
    {"0A000", STORE_AWAY, ""}, // a plan made before a migration: prepare everything anew
    {"26000", STORE_AWAY, ""}, // a prepared statement is gone: the same
    {"25006", STORE_AWAY, ""}, // demoted to a standby
    {"25P03", STORE_AWAY, ""},
    {"53300", STORE_AWAY, ""},
    {"08", STORE_AWAY, ""},
    {"57P", STORE_AWAY, ""},
    {"53", STORE_FULL, ""},
    {"58030", STORE_FULL, ""},
    {"22", STORE_POISON, ""},
    {"23", STORE_POISON, ""},
    {"21000", STORE_POISON, ""},
    {"54", STORE_POISON, ""},
    {"42501", STATUS_DENIED, "; grant the role guanxi_writer to this login (to one that only reads, guanxi_reader), see guanxid migrate"},
    {"42P01", STATUS_SCHEMA, "; run: guanxid migrate up"},
    {"42703", STATUS_SCHEMA, "; run: guanxid migrate up"},
    {"3F000", STATUS_SCHEMA, "; run: guanxid migrate up"},
    {"28", STATUS_DENIED, "; check user, password and pg_hba.conf"},
    {"3D", STATUS_CONFIG, "; check dbname of the connection string, or create the database"},
};

static size_t class_of(const char *sqlstate)
{
    size_t i = 0;
    while (i < sizeof classes / sizeof *classes &&
           strncmp(sqlstate, classes[i].prefix, strlen(classes[i].prefix)) != 0)
        i++;
    return i;
}

int sqlstate_outcome(const char *sqlstate)
{
    size_t found = class_of(sqlstate);
    return found < sizeof classes / sizeof *classes ? classes[found].outcome : STATUS_BROKEN;
}

const char *sqlstate_advice(const char *sqlstate)
{
    size_t found = class_of(sqlstate);
    return found < sizeof classes / sizeof *classes ? classes[found].advice : "";
}

int result_outcome(const PGresult *result, const char *doing)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    metric_sqlstate(state);
    // Without a code it is libpq that speaks: the connection broke.
    if (!state)
        return fault(STORE_AWAY, "PostgreSQL, %s: %s", doing, message ? message : "the connection broke");
    return fault(sqlstate_outcome(state), "PostgreSQL, %s: %s (SQLSTATE %s)%s", doing,
                 message ? message : "no message", state, sqlstate_advice(state));
}

bool result_is(const PGresult *result, const char *sqlstate)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    return state && strcmp(state, sqlstate) == 0;
}

int64_t result_touched(PGresult *result)
{
    return strtoll(PQcmdTuples(result), NULL, 10);
}
