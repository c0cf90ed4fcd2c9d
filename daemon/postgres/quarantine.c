// Reading the quarantine page by page.
#include "postgres/quarantine.h"

#include <stdlib.h>

#include "base/status.h"
#include "command.h"
#include "postgres/sql.h"
#include "result.h"
#include "rows.h"

enum { PAGE = 100, PAGE_WITH_BYTES = 16 }; // a record may be as large as Kafka lets it

// Columns of quarantine_select.sql.
enum {
    ID,
    LANE_ID,
    TOPIC,
    PARTITION,
    OFFSET,
    REASON,
    DETAIL,
    STATE,
    SOURCE,
    EVENT_ID,
    TYPE,
    SUBJECT,
    AT,
    RESOLVED_AT,
    PAYLOAD_SIZE,
    KEY,
    PAYLOAD,
    HEADERS
};

// The headers of a row, in memory the caller frees; bytes that are no headers give none.
static int unpack_headers(struct span packed, struct record *record, struct record_header **headers)
{
    *headers = NULL;
    if (packed.size < 2)
        return 0;
    const uint8_t *bytes = (const uint8_t *)packed.data;
    int count = bytes[0] | bytes[1] << 8;
    if (count == 0)
        return 0;
    *headers = calloc((size_t)count, sizeof **headers);
    if (!*headers)
        return fault(STATUS_NOMEM, "out of memory");
    int unpacked = record_unpack_headers(bytes, packed.size, *headers, count);
    record->header_count = unpacked > 0 ? (size_t)unpacked : 0;
    record->headers = *headers;
    return 0;
}

static struct quarantined row_of(const PGresult *result, int row)
{
    return (struct quarantined){
        .id = result_int8(result, row, ID),
        .lane_id = result_int4(result, row, LANE_ID),
        .partition = result_int4(result, row, PARTITION),
        .topic = PQgetvalue(result, row, TOPIC),
        .reason = PQgetvalue(result, row, REASON),
        .detail = PQgetvalue(result, row, DETAIL),
        .state = PQgetvalue(result, row, STATE),
        .source = result_span(result, row, SOURCE),
        .event_id = result_span(result, row, EVENT_ID),
        .type = result_span(result, row, TYPE),
        .subject = result_span(result, row, SUBJECT),
        .at = result_instant(result, row, AT),
        .resolved_at = result_instant(result, row, RESOLVED_AT),
        .payload_size = result_int4(result, row, PAYLOAD_SIZE),
        .record = {.offset = result_int8(result, row, OFFSET),
                   .timestamp_ms = -1,
                   .key = result_span(result, row, KEY),
                   .value = result_span(result, row, PAYLOAD)},
    };
}

static int walk_page(const PGresult *result,
                     int (*each)(void *context, const struct quarantined *row), void *context)
{
    int outcome = 0;
    for (int i = 0; i < PQntuples(result) && outcome == 0; i++) {
        struct quarantined row = row_of(result, i);
        struct record_header *headers;
        outcome = unpack_headers(result_span(result, i, HEADERS), &row.record, &headers);
        if (outcome == 0)
            outcome = each(context, &row);
        free(headers);
    }
    return outcome;
}

static int read_page(struct connection *connection, const struct quarantine_filter *filter,
                     int64_t after, int64_t most, bool bytes, PGresult **result)
{
    struct parameters parameters = {0};
    char flag = bytes;
    parameter_int8(&parameters, after);
    parameter_text(&parameters, filter->state);
    parameter_text(&parameters, filter->reason);
    parameter_text(&parameters, filter->topic);
    if (filter->id)
        parameter_int8(&parameters, filter->id);
    else
        parameter_null(&parameters);
    parameter_int8(&parameters, most);
    parameter_bytes(&parameters, &flag, 1);
    return connection_run(connection, sql_quarantine_select, &parameters, result);
}

// Returns what the connection said; what `each` said, or that there was nothing, goes to *outcome.
static int walk(struct connection *connection, const struct quarantine_filter *filter, bool bytes,
                int (*each)(void *context, const struct quarantined *row), void *context,
                int *outcome)
{
    *outcome = QUARANTINE_NONE;
    int64_t page = bytes ? PAGE_WITH_BYTES : PAGE;
    int64_t after = filter->after, left = filter->limit ? filter->limit : INT64_MAX;
    for (bool more = true; more && left > 0;) {
        PGresult *result;
        int64_t most = left < page ? left : page;
        int said = read_page(connection, filter, after, most, bytes, &result);
        if (said)
            return said;
        int count = PQntuples(result);
        if (count)
            after = result_int8(result, count - 1, ID);
        more = count == most;
        left -= count;
        if (count)
            *outcome = walk_page(result, each, context);
        PQclear(result);
        more = more && *outcome == 0;
    }
    return 0;
}

int quarantine_each(const struct postgres_settings *settings,
                    const struct quarantine_filter *filter, bool bytes,
                    int (*each)(void *context, const struct quarantined *row), void *context)
{
    struct postgres_settings ours = *settings;
    struct connection connection;
    ours.read_only = true;
    int stopped = 0;
    int outcome = command_start(&connection, &ours);
    if (outcome == 0)
        outcome = walk(&connection, filter, bytes, each, context, &stopped);
    outcome = command_finish(&connection, outcome);
    return outcome ? outcome : stopped;
}
