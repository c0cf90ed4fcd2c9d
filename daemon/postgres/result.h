// Reading binary results, and what an error of the server means.
#ifndef GUANXI_POSTGRES_RESULT_H
#define GUANXI_POSTGRES_RESULT_H

#include <endian.h>
#include <libpq-fe.h>

#include "core/instant.h"
#include "core/span.h"

// PostgreSQL counts microseconds from 2000-01-01.
#define POSTGRES_EPOCH ((instant)946684800 * SECOND)
// And days, of which this many went by since 1970.
enum { POSTGRES_DAY = 10957 };

// The outcome (port/store.h) or status of an SQLSTATE of five characters.
int sqlstate_outcome(const char *sqlstate);
// What to do about it, to be put behind a message; "" where there is nothing to say.
const char *sqlstate_advice(const char *sqlstate);
// The same of a result, with the fault message: the statement, the SQLSTATE, the server's primary message
// and what to do. Never its DETAIL, which quotes rows.
int result_outcome(const PGresult *result, const char *doing);
// True when the result is an error of just this SQLSTATE.
bool result_is(const PGresult *result, const char *sqlstate);
// Rows that an INSERT, UPDATE, DELETE or COPY touched.
int64_t result_touched(PGresult *result);

static inline bool result_null(const PGresult *result, int row, int column)
{
    return PQgetisnull(result, row, column);
}

static inline int16_t result_int2(const PGresult *result, int row, int column)
{
    uint16_t bits;
    memcpy(&bits, PQgetvalue(result, row, column), sizeof bits);
    return (int16_t)be16toh(bits);
}

static inline int32_t result_int4(const PGresult *result, int row, int column)
{
    uint32_t bits;
    memcpy(&bits, PQgetvalue(result, row, column), sizeof bits);
    return (int32_t)be32toh(bits);
}

static inline int64_t result_int8(const PGresult *result, int row, int column)
{
    uint64_t bits;
    memcpy(&bits, PQgetvalue(result, row, column), sizeof bits);
    return (int64_t)be64toh(bits);
}

static inline double result_real(const PGresult *result, int row, int column)
{
    int64_t bits = result_int8(result, row, column);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline bool result_bool(const PGresult *result, int row, int column)
{
    return *PQgetvalue(result, row, column) != 0;
}

// NULL is INSTANT_NONE, and the infinities are themselves.
static inline instant result_instant(const PGresult *result, int row, int column)
{
    if (result_null(result, row, column))
        return INSTANT_NONE;
    int64_t at = result_int8(result, row, column);
    return at == INT64_MIN || at == INT64_MAX ? at : at + POSTGRES_EPOCH;
}

// As above, but NULL is INSTANT_NEVER.
// What NULL stands for is `usual`.
static inline instant result_instant_or(const PGresult *result, int row, int column, instant usual)
{
    return result_null(result, row, column) ? usual : result_instant(result, row, column);
}

// text and bytea; NULL is absent. Valid as long as the result.
static inline struct span result_span(const PGresult *result, int row, int column)
{
    if (result_null(result, row, column))
        return SPAN_NONE;
    return span_of(PQgetvalue(result, row, column), (size_t)PQgetlength(result, row, column));
}

static inline void result_uuid(const PGresult *result, int row, int column, uint8_t uuid[16])
{
    memcpy(uuid, PQgetvalue(result, row, column), 16);
}

// An array of one dimension, read element by element. NULL and an empty one have no elements.
struct array {
    const char *next, *end;
};

static inline struct array result_array(const PGresult *result, int row, int column)
{
    enum { HEAD = 20 }; // dimensions, flags, type, length, lowest index
    struct span bytes = result_span(result, row, column);
    if (bytes.size <= HEAD)
        return (struct array){0};
    return (struct array){bytes.data + HEAD, bytes.data + bytes.size};
}

// The next element; absent: NULL, or there are no more.
static inline struct span array_next(struct array *array)
{
    if (array->next == array->end)
        return SPAN_NONE;
    uint32_t bits;
    memcpy(&bits, array->next, sizeof bits);
    int32_t size = (int32_t)be32toh(bits);
    const char *data = array->next + sizeof bits;
    array->next = size < 0 ? data : data + size;
    return size < 0 ? SPAN_NONE : span_of(data, (size_t)size);
}

// The next element of an array of integers of any width; 0 where array_next says absent.
static inline int64_t array_number(struct array *array)
{
    struct span bytes = array_next(array);
    uint64_t bits = 0;
    for (size_t i = 0; i < bytes.size; i++)
        bits = bits << 8 | (unsigned char)bytes.data[i];
    unsigned unused = 64 - 8 * (unsigned)bytes.size;
    return bytes.size ? (int64_t)(bits << unused) >> unused : 0;
}

#endif
