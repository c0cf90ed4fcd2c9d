// Counts of what waits in the database, for the metrics.
#include "base/status.h"
#include "overview_state.h"
#include "postgres/sql.h"
#include "result.h"
#include "store_internal.h"

enum { COUNTED_BYTES = 64 << 20 }; // a table of customers up to this size is counted

void sample_take(const PGresult *result, struct store_sample *sample)
{
    *sample = (struct store_sample){
        .outbox_held = result_int8(result, 0, 0), .outbox_released = result_int8(result, 0, 1),
        .timers_due = result_int8(result, 0, 2), .folds_due = result_int8(result, 0, 3),
        .notices_due = result_int8(result, 0, 4), .quarantine_held = result_int8(result, 0, 5),
        .oldest_due = result_instant(result, 0, 6), .ranked = result_instant(result, 0, 7),
    };
}

int store_sample(struct store *store, instant watermark, instant clock, struct store_sample *sample)
{
    struct parameters parameters = {0};
    PGresult *result;
    parameter_instant(&parameters, watermark);
    parameter_instant(&parameters, clock);
    int outcome = connection_run(&postgres_store(store)->connection, sql_sample, &parameters, &result);
    if (outcome)
        return outcome;
    sample_take(result, sample);
    PQclear(result);
    return 0;
}

int store_levels(struct store *store, int64_t customers[LEVEL_COUNT + 1], bool *known)
{
    struct parameters parameters = {0};
    PGresult *result;
    parameter_int8(&parameters, COUNTED_BYTES);
    int outcome = connection_run(&postgres_store(store)->connection, sql_customer_levels, &parameters, &result);
    if (outcome)
        return outcome;
    memset(customers, 0, (LEVEL_COUNT + 1) * sizeof *customers);
    *known = PQntuples(result) > 0;
    for (int i = 0; i < PQntuples(result); i++) {
        int level = result_int2(result, i, 0);
        if (level >= 0 && level <= LEVEL_COUNT)
            customers[level] = result_int8(result, i, 1);
    }
    PQclear(result);
    return 0;
}
