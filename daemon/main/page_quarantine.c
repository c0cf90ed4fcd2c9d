// Records in quarantine, for the page.
#include "base/print.h"
#include "base/status.h"
#include "page.h"
#include "postgres/quarantine.h"

#include <stdlib.h>
#include <string.h>

enum { SHOWN_MOST = 8192 }; // of a payload

struct reading {
    struct page_teller *teller;
    struct words words;
    struct page_records *made;
    struct page_record *one; // all of it; NULL: a line of the list
};

// Bytes of any kind in printable form; NULL where there are none.
static const char *printable(struct words *words, struct span bytes, size_t most)
{
    char *text = NULL;
    size_t size;
    FILE *out = bytes.data ? open_memstream(&text, &size) : NULL;
    if (!out)
        return NULL;
    print_bytes(out, bytes.data, bytes.size < most ? bytes.size : most);
    const char *copy = fclose(out) == 0 ? words_text(words, span_of(text, size)) : "";
    free(text);
    return copy;
}

static const char *headers_of(struct words *words, const struct record *record)
{
    char *text = NULL;
    size_t size;
    FILE *out = record->header_count > 0 ? open_memstream(&text, &size) : NULL;
    if (!out)
        return NULL;
    for (size_t i = 0; i < record->header_count; i++) {
        const struct record_header *header = &record->headers[i];
        size_t value = header->value.size < SHOWN_MOST ? header->value.size : SHOWN_MOST;
        print_bytes(out, header->name.data, header->name.size);
        fputs(": ", out);
        print_bytes(out, header->value.data, value);
        fputs("\n", out);
    }
    const char *copy = fclose(out) == 0 ? words_text(words, span_of(text, size)) : "";
    free(text);
    return copy;
}

static struct page_record record_of(struct words *words, const struct quarantined *row)
{
    return (struct page_record){
        .id = row->id,
        .offset = row->record.offset,
        .at_us = row->at,
        .payload_size = row->payload_size,
        .partition = row->partition,
        .topic = words_text(words, span_text(row->topic)),
        .reason = words_text(words, span_text(row->reason)),
        .detail = words_text(words, span_text(row->detail)),
        .state = words_text(words, span_text(row->state)),
        .source = printable(words, row->source, SHOWN_MOST),
        .event_id = printable(words, row->event_id, SHOWN_MOST),
        .type = printable(words, row->type, SHOWN_MOST),
        .subject = printable(words, row->subject, SHOWN_MOST),
    };
}

static int take_record(void *context, const struct quarantined *row)
{
    struct reading *reading = context;
    struct words *words = &reading->words;
    if (reading->one) {
        *reading->one = record_of(words, row);
        reading->one->key = printable(words, row->record.key, SHOWN_MOST);
        reading->one->headers = headers_of(words, &row->record);
        reading->one->payload = printable(words, row->record.value, SHOWN_MOST);
        reading->one->cut = row->record.value.size > SHOWN_MOST;
        return page_checked(reading->teller, words);
    }
    if (reading->teller->records.count == PAGE_LINES) {
        reading->made->more = true;
        return 0;
    }
    struct page_record *record = vector_push(&reading->teller->records);
    if (!record)
        return fault(STATUS_NOMEM, "out of memory");
    *record = record_of(words, row);
    return page_checked(reading->teller, words);
}

int page_tell_records(void *context, int64_t after, struct page_records *made)
{
    struct page_teller *teller = context;
    struct reading reading = {teller, page_words(teller, PAGE_EN), made, NULL};
    const struct quarantine_filter filter = {.after = after, .state = "held", .limit = PAGE_LINES + 1};
    vector_clear(&teller->records);
    int status = quarantine_each(&teller->postgres, &filter, false, take_record, &reading);
    made->records = teller->records.items;
    made->count = teller->records.count;
    return status == QUARANTINE_NONE ? 0 : status;
}

int page_tell_record(void *context, int64_t id, struct page_record *made)
{
    struct page_teller *teller = context;
    struct reading reading = {teller, page_words(teller, PAGE_EN), NULL, made};
    const struct quarantine_filter filter = {.id = id};
    int status = quarantine_each(&teller->postgres, &filter, true, take_record, &reading);
    if (status == QUARANTINE_NONE)
        return PAGE_NONE;
    size_t size;
    FILE *out = status == 0 ? open_memstream(&teller->texts[0], &size) : NULL;
    if (status == 0)
        status = out ? quarantine_show(&teller->postgres, id, true, out) : STATUS_NOMEM;
    if (out && fclose(out) != 0)
        return fault(STATUS_NOMEM, "out of memory");
    made->json = teller->texts[0];
    return status == QUARANTINE_NONE ? PAGE_NONE : status;
}
