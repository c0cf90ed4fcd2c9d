// What a customer was found to be worth, through the views.
#include "base/status.h"
#include "overview_read.h"
#include "postgres/overview.h"
#include "postgres/sql.h"
#include "rows.h"

enum {
    AS_OF, RECENCY, F, M, R_SCORE, F_SCORE, M_SCORE, R_LEAST, R_MOST, F_LEAST, F_MOST, M_LEAST, M_MOST, RANK, RANKED,
    SEGMENT, ABC, SHARE_BEFORE, CLV, TIER, TARGET, ALIVE, EXPECTED
};

static int64_t int8_or_0(const PGresult *result, int row, int column)
{
    return result_null(result, row, column) ? 0 : result_int8(result, row, column);
}

static int read_value(const PGresult *result, struct arena *arena, struct valued *valued)
{
    struct span segment = result_span(result, 0, SEGMENT), abc = result_span(result, 0, ABC);
    *valued = (struct valued){
        .known = true,
        .day = result_int4(result, 0, AS_OF),
        .rank = result_null(result, 0, RANK) ? 0 : result_int4(result, 0, RANK),
        .ranked = result_int4(result, 0, RANKED),
        .segment = segment.data ? arena_copy(arena, segment) : SPAN_NONE,
        .abc = abc.size > 0 ? abc.data[0] : '-',
        .share_before = result_real(result, 0, SHARE_BEFORE),
        .clv = result_int8(result, 0, CLV),
        .tier = (uint8_t)overview_code(result, 0, TIER, tier_code, TIER_COUNT),
        .target = (uint8_t)result_int2(result, 0, TARGET),
        .has_model = !result_null(result, 0, ALIVE) && !result_null(result, 0, EXPECTED),
    };
    for (int what = 0; what < RFM_COUNT; what++) {
        valued->values[what] = result_int8(result, 0, RECENCY + what);
        valued->scores[what] =
            result_null(result, 0, R_SCORE + what) ? 0 : (uint8_t)result_int2(result, 0, R_SCORE + what);
        valued->least[what] = int8_or_0(result, 0, R_LEAST + 2 * what);
        valued->most[what] = int8_or_0(result, 0, R_MOST + 2 * what);
    }
    if (valued->has_model) {
        valued->alive = result_real(result, 0, ALIVE);
        valued->expected = result_real(result, 0, EXPECTED);
    }
    return segment.data && !valued->segment.data ? fault(STATUS_NOMEM, "out of memory") : 0;
}

int overview_value(const struct postgres_settings *settings, struct span id, int32_t day, struct arena *arena,
                   struct valued *valued)
{
    struct parameters parameters = {0};
    struct connection connection;
    PGresult *result = NULL;
    *valued = (struct valued){0};
    parameter_bytes(&parameters, id.data, id.size);
    parameter_int4(&parameters, day);
    int outcome = overview_start(&connection, settings);
    if (outcome == 0)
        outcome = connection_run(&connection, sql_overview_value, &parameters, &result);
    outcome = command_finish(&connection, outcome);
    if (outcome == 0 && PQntuples(result) > 0)
        outcome = read_value(result, arena, valued);
    PQclear(result);
    return outcome;
}
