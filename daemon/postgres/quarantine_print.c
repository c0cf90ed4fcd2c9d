// The quarantine for people and programs.
#include "base/print.h"
#include "codec/time.h"
#include "postgres/quarantine.h"

struct printer {
    FILE *out;
    bool json;
    bool whole; // one record with its bytes, not a line of a list
    int count;
};

static const char *instant_text(instant at, char text[TIME_TEXT_MAX])
{
    if (at == INSTANT_NONE)
        return NULL;
    time_format(at, text);
    return text;
}

// ------------------------------------------------------------------------------------------------ JSON

static void member_text(FILE *out, const char *name, const char *text)
{
    fprintf(out, ",\"%s\":", name);
    print_json_text(out, text);
}

static void member_bytes(FILE *out, const char *name, struct span bytes)
{
    fprintf(out, ",\"%s\":", name);
    print_json_bytes(out, bytes.data, bytes.size);
}

// Pairs, as a name may come more than once.
static void json_headers(FILE *out, const struct record *record)
{
    fputs(",\"headers\":[", out);
    for (size_t i = 0; i < record->header_count; i++) {
        const struct record_header *header = &record->headers[i];
        fputs(i ? ",[" : "[", out);
        print_json_bytes(out, header->name.data, header->name.size);
        fputs(",", out);
        print_json_bytes(out, header->value.data, header->value.size);
        fputs("]", out);
    }
    fputs("]", out);
}

static void json_row(const struct printer *printer, const struct quarantined *row)
{
    FILE *out = printer->out;
    char at[TIME_TEXT_MAX], resolved_at[TIME_TEXT_MAX];
    fprintf(out, "{\"quarantine_id\":%lld", (long long)row->id);
    member_text(out, "topic", row->topic);
    fprintf(out, ",\"partition\":%d,\"offset\":%lld", (int)row->partition,
            (long long)row->record.offset);
    member_text(out, "reason", row->reason);
    member_text(out, "detail", row->detail);
    member_bytes(out, "source", row->source);
    member_bytes(out, "event_id", row->event_id);
    member_bytes(out, "type", row->type);
    member_bytes(out, "subject", row->subject);
    member_text(out, "state", row->state);
    member_text(out, "at", instant_text(row->at, at));
    member_text(out, "resolved_at", instant_text(row->resolved_at, resolved_at));
    fprintf(out, ",\"payload_size\":%d", (int)row->payload_size);
    if (printer->whole) {
        member_bytes(out, "key", row->record.key);
        json_headers(out, &row->record);
        member_bytes(out, "payload", row->record.value);
    }
    fputs("}", out);
}

// ------------------------------------------------------------------------------------------------ text

static void field_bytes(FILE *out, const char *name, struct span bytes)
{
    fprintf(out, "%-12s", name);
    if (bytes.data)
        print_bytes(out, bytes.data, bytes.size);
    else
        fputs("-", out);
    fputs("\n", out);
}

static void text_line(FILE *out, const struct quarantined *row)
{
    char at[TIME_TEXT_MAX];
    fprintf(out, "%lld  %s  %s  %s/%d@%lld  %s: ", (long long)row->id, instant_text(row->at, at),
            row->state, row->topic, (int)row->partition, (long long)row->record.offset,
            row->reason);
    print_bytes(out, row->detail, strlen(row->detail));
    fputs("\n", out);
}

static void text_whole(FILE *out, const struct quarantined *row)
{
    text_line(out, row);
    if (row->resolved_at != INSTANT_NONE) {
        char at[TIME_TEXT_MAX];
        field_bytes(out, "resolved_at", span_text(instant_text(row->resolved_at, at)));
    }
    field_bytes(out, "source", row->source);
    field_bytes(out, "event_id", row->event_id);
    field_bytes(out, "type", row->type);
    field_bytes(out, "subject", row->subject);
    field_bytes(out, "key", row->record.key);
    for (size_t i = 0; i < row->record.header_count; i++) {
        const struct record_header *header = &row->record.headers[i];
        fputs("header      ", out);
        print_bytes(out, header->name.data, header->name.size);
        fputs(": ", out);
        print_bytes(out, header->value.data, header->value.size);
        fputs("\n", out);
    }
    field_bytes(out, "payload", row->record.value);
}

static int print_row(void *context, const struct quarantined *row)
{
    struct printer *printer = context;
    if (printer->json && printer->count)
        fputs(",", printer->out);
    if (printer->json)
        json_row(printer, row);
    else if (printer->whole)
        text_whole(printer->out, row);
    else
        text_line(printer->out, row);
    printer->count++;
    return 0;
}

int quarantine_list(const struct postgres_settings *settings,
                    const struct quarantine_filter *filter, bool json, FILE *out)
{
    struct printer printer = {.out = out, .json = json};
    if (json)
        fputs("[", out);
    int outcome = quarantine_each(settings, filter, false, print_row, &printer);
    if (json)
        fputs("]\n", out);
    return outcome;
}

int quarantine_show(const struct postgres_settings *settings, int64_t id, bool json, FILE *out)
{
    struct printer printer = {.out = out, .json = json, .whole = true};
    struct quarantine_filter filter = {.id = id};
    int outcome =
        id > 0 ? quarantine_each(settings, &filter, true, print_row, &printer) : QUARANTINE_NONE;
    if (json && printer.count)
        fputs("\n", out);
    return outcome;
}
