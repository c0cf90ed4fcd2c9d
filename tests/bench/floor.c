// The lean floor: the rows of the events written by the best plain SQL from arrays prepared beforehand. No
// Kafka, no JSON, no rules. Each connection has the customers of its share of the partitions, as the lanes
// of guanxid have; a transaction is one COPY into the timeline, one COPY of the coalesced customers into a
// temporary table and one upsert from there.
#include "load.h"

#include <endian.h>
#include <inttypes.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CONNECTIONS = 16, COPY_CHUNK = 128 * 1024, ROW_MOST = 512 };
static const int64_t postgres_epoch_us = 946684800000000;

struct floor_row {
    uint32_t customer;
    char id[EVENT_ID_SIZE];
    const struct load_kind *kind;
    int64_t time_us;
};

struct floor_customer { // what a batch does to one customer
    uint32_t customer;
    int32_t events;
    int64_t first_us, last_us, inbound_us, outbound_us; // 0: none
    double points;
};

struct floor_batch {
    struct floor_row *rows;
    struct floor_customer *customers;
    size_t row_count, customer_count;
};

struct writer {
    pthread_t thread;
    const char *conninfo;
    struct floor_row *rows;
    size_t row_count;
    struct floor_batch *batches;
    size_t batch_count;
    PGconn *link;
    char buffer[COPY_CHUNK + ROW_MOST];
    size_t used;
};

static const char schema[] =
    "DROP SCHEMA IF EXISTS lean CASCADE;"
    "CREATE SCHEMA lean;"
    "CREATE TABLE lean.timeline ("
    " customer_id text COLLATE \"C\" NOT NULL, occurred_at timestamptz NOT NULL,"
    " source text COLLATE \"C\" NOT NULL, event_id text COLLATE \"C\" NOT NULL,"
    " type text COLLATE \"C\" NOT NULL, points double precision NOT NULL,"
    " PRIMARY KEY (customer_id, source, event_id));"
    "CREATE TABLE lean.customer ("
    " customer_id text COLLATE \"C\" PRIMARY KEY, first_at timestamptz NOT NULL,"
    " last_at timestamptz NOT NULL, last_inbound_at timestamptz, last_outbound_at timestamptz,"
    " events bigint NOT NULL, points double precision NOT NULL, version bigint NOT NULL)"
    " WITH (fillfactor = 70)";
static const char session[] =
    "SET synchronous_commit = off;"
    "CREATE TEMPORARY TABLE incoming ("
    " customer_id text COLLATE \"C\", first_at timestamptz, last_at timestamptz, last_inbound_at timestamptz,"
    " last_outbound_at timestamptz, events bigint, points double precision, version bigint)"
    " ON COMMIT DELETE ROWS";
static const char copy_timeline[] =
    "COPY lean.timeline (customer_id, occurred_at, source, event_id, type, points) FROM STDIN (FORMAT BINARY)";
static const char copy_incoming[] = "COPY incoming FROM STDIN (FORMAT BINARY)";
static const char upsert[] =
    "INSERT INTO lean.customer AS c SELECT * FROM incoming ON CONFLICT (customer_id) DO UPDATE SET"
    " last_at = excluded.last_at,"
    " last_inbound_at = coalesce(excluded.last_inbound_at, c.last_inbound_at),"
    " last_outbound_at = coalesce(excluded.last_outbound_at, c.last_outbound_at),"
    " events = c.events + excluded.events, points = c.points + excluded.points, version = c.version + 1";

// --------------------------------------------------------------------------------------------- preparing

static int compare_rows(const void *left, const void *right)
{
    const struct floor_row *a = left, *b = right;
    if (a->customer != b->customer)
        return a->customer < b->customer ? -1 : 1;
    int order = strcmp(a->kind->source, b->kind->source);
    return order ? order : strcmp(a->id, b->id);
}

static void later(int64_t *instant, int64_t time_us)
{
    if (time_us > *instant)
        *instant = time_us;
}

static void coalesce(struct floor_batch *batch)
{
    batch->customers = must_alloc(batch->row_count, sizeof *batch->customers);
    struct floor_customer *customer = batch->customers - 1;
    for (size_t i = 0; i < batch->row_count; i++) {
        const struct floor_row *row = &batch->rows[i];
        if (i == 0 || row->customer != batch->rows[i - 1].customer)
            *++customer = (struct floor_customer){.customer = row->customer, .first_us = row->time_us};
        if (row->time_us < customer->first_us)
            customer->first_us = row->time_us;
        later(&customer->last_us, row->time_us);
        if (row->kind->contact)
            later(row->kind->contact == 1 ? &customer->inbound_us : &customer->outbound_us, row->time_us);
        customer->events++;
        customer->points += row->kind->points;
    }
    batch->customer_count = (size_t)(customer + 1 - batch->customers);
    batch->customers = realloc(batch->customers, (batch->customer_count + 1) * sizeof *batch->customers);
}

static void prepare(struct writer *writers, const struct bench_options *options)
{
    for (int i = 0; i < options->connections; i++)
        writers[i].rows = must_alloc((size_t)options->events, sizeof *writers[i].rows);
    for (int64_t i = 0; i < options->events; i++) {
        struct load_event event = load_event(options, i);
        struct writer *writer = &writers[load_partition(event.customer, options->partitions) % options->connections];
        struct floor_row *row = &writer->rows[writer->row_count++];
        *row = (struct floor_row){.customer = event.customer, .kind = event.kind, .time_us = event.time_us};
        load_event_id(&event, row->id);
    }
    size_t size = (size_t)options->batch;
    for (int i = 0; i < options->connections; i++) {
        struct writer *writer = &writers[i];
        writer->batches = must_alloc(writer->row_count / size + 1, sizeof *writer->batches);
        for (size_t done = 0; done < writer->row_count; done += size) {
            struct floor_batch *batch = &writer->batches[writer->batch_count++];
            batch->rows = writer->rows + done;
            batch->row_count = writer->row_count - done < size ? writer->row_count - done : size;
            qsort(batch->rows, batch->row_count, sizeof *batch->rows, compare_rows);
            coalesce(batch);
        }
    }
}

// ---------------------------------------------------------------------------------------- COPY in binary

static void flush_copy(struct writer *writer)
{
    if (writer->used && PQputCopyData(writer->link, writer->buffer, (int)writer->used) != 1)
        die("%s", PQerrorMessage(writer->link));
    writer->used = 0;
}

static void put_bytes(struct writer *writer, const void *bytes, size_t size)
{
    memcpy(writer->buffer + writer->used, bytes, size);
    writer->used += size;
}

static void put_int16(struct writer *writer, int16_t value)
{
    uint16_t wire = htobe16((uint16_t)value);
    put_bytes(writer, &wire, sizeof wire);
}

static void put_int32(struct writer *writer, int32_t value)
{
    uint32_t wire = htobe32((uint32_t)value);
    put_bytes(writer, &wire, sizeof wire);
}

static void put_int64(struct writer *writer, int64_t value)
{
    uint64_t wire = htobe64((uint64_t)value);
    put_int32(writer, sizeof wire);
    put_bytes(writer, &wire, sizeof wire);
}

static void put_double(struct writer *writer, double value)
{
    int64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_int64(writer, bits);
}

static void put_text(struct writer *writer, const char *text)
{
    size_t size = strlen(text);
    put_int32(writer, (int32_t)size);
    put_bytes(writer, text, size);
}

static void put_instant(struct writer *writer, int64_t time_us)
{
    if (time_us)
        put_int64(writer, time_us - postgres_epoch_us);
    else
        put_int32(writer, -1);
}

static void end_row(struct writer *writer)
{
    if (writer->used >= COPY_CHUNK)
        flush_copy(writer);
}

// ------------------------------------------------------------------------------------------------ writing

static void expect(struct writer *writer, PGresult *result, ExecStatusType status)
{
    if (PQresultStatus(result) != status)
        die("%s", PQerrorMessage(writer->link));
    PQclear(result);
}

static void execute(struct writer *writer, const char *statement)
{
    expect(writer, PQexec(writer->link, statement), PGRES_COMMAND_OK);
}

static void begin_copy(struct writer *writer, const char *statement)
{
    expect(writer, PQexec(writer->link, statement), PGRES_COPY_IN);
    put_bytes(writer, "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
}

static void end_copy(struct writer *writer)
{
    put_int16(writer, -1);
    flush_copy(writer);
    if (PQputCopyEnd(writer->link, NULL) != 1)
        die("%s", PQerrorMessage(writer->link));
    for (PGresult *result; (result = PQgetResult(writer->link)) != NULL;)
        expect(writer, result, PGRES_COMMAND_OK);
}

static void copy_rows(struct writer *writer, const struct floor_batch *batch)
{
    begin_copy(writer, copy_timeline);
    for (size_t i = 0; i < batch->row_count; i++) {
        const struct floor_row *row = &batch->rows[i];
        char customer[CUSTOMER_ID_SIZE];
        load_customer_id(row->customer, customer);
        put_int16(writer, 6);
        put_text(writer, customer);
        put_instant(writer, row->time_us);
        put_text(writer, row->kind->source);
        put_text(writer, row->id);
        put_text(writer, row->kind->type);
        put_double(writer, row->kind->points);
        end_row(writer);
    }
    end_copy(writer);
}

static void copy_customers(struct writer *writer, const struct floor_batch *batch)
{
    begin_copy(writer, copy_incoming);
    for (size_t i = 0; i < batch->customer_count; i++) {
        const struct floor_customer *customer = &batch->customers[i];
        char id[CUSTOMER_ID_SIZE];
        load_customer_id(customer->customer, id);
        put_int16(writer, 8);
        put_text(writer, id);
        put_instant(writer, customer->first_us);
        put_instant(writer, customer->last_us);
        put_instant(writer, customer->inbound_us);
        put_instant(writer, customer->outbound_us);
        put_int64(writer, customer->events);
        put_double(writer, customer->points);
        put_int64(writer, 1);
        end_row(writer);
    }
    end_copy(writer);
}

static void *write_all(void *argument)
{
    struct writer *writer = argument;
    for (size_t i = 0; i < writer->batch_count; i++) {
        execute(writer, "BEGIN");
        copy_rows(writer, &writer->batches[i]);
        copy_customers(writer, &writer->batches[i]);
        execute(writer, upsert);
        execute(writer, "COMMIT");
    }
    return NULL;
}

static void open_writer(struct writer *writer, const char *conninfo)
{
    writer->link = PQconnectdb(conninfo);
    if (PQstatus(writer->link) != CONNECTION_OK)
        die("%s", PQerrorMessage(writer->link));
    execute(writer, "SET client_min_messages = warning");
}

static void close_writer(struct writer *writer)
{
    PQfinish(writer->link);
    for (size_t i = 0; i < writer->batch_count; i++)
        free(writer->batches[i].customers);
    free(writer->batches);
    free(writer->rows);
}

int bench_floor(const struct bench_options *options)
{
    if (options->connections < 1 || options->connections > MOST_CONNECTIONS || options->batch < 1)
        die("floor: 1 to %d connections", MOST_CONNECTIONS);
    struct writer *writers = must_alloc((size_t)options->connections, sizeof *writers);
    prepare(writers, options);
    for (int i = 0; i < options->connections; i++) {
        open_writer(&writers[i], options->conninfo);
        if (i == 0)
            execute(&writers[i], schema);
        execute(&writers[i], session);
    }
    // What the caller takes down before the work, it takes down now.
    printf("{\"prepared\": true}\n");
    fflush(stdout);
    getchar();
    double cpu = cpu_seconds();
    int64_t start = monotonic_us();
    for (int i = 0; i < options->connections; i++) {
        if (pthread_create(&writers[i].thread, NULL, write_all, &writers[i]) != 0)
            die("no thread");
    }
    for (int i = 0; i < options->connections; i++)
        pthread_join(writers[i].thread, NULL);
    printf("{\"seconds\": %.4f, \"cpu\": %.3f}\n", (double)(monotonic_us() - start) / 1e6, cpu_seconds() - cpu);
    fflush(stdout);
    getchar(); // our connections stay until the caller has looked at the server
    for (int i = 0; i < options->connections; i++)
        close_writer(&writers[i]);
    free(writers);
    return 0;
}
