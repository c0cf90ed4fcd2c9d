// Records that could not be applied.
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "json.h"
#include "pages.h"

// Links to the beginning of the list and to what comes next.
static void put_places(const struct page *page, const struct page_records *records)
{
    const struct view *view = &page->view;
    bool later = page->request->after > 0;
    if (!later && !records->more)
        return;
    put(view, "<p>");
    if (later) {
        put(view, "<a ");
        view_link(view, "/quarantine", NULL, NULL);
        put(view, ">%s</a>%s", said(view, PAGE_TEXT_FIRST_RECORDS), records->more ? " · " : "");
    }
    if (records->more) {
        char last[24];
        snprintf(last, sizeof last, "%" PRId64, records->records[records->count - 1].id);
        put(view, "<a ");
        view_link(view, "/quarantine", "after", last);
        put(view, ">%s</a>", said(view, PAGE_TEXT_MORE_RECORDS));
    }
    put(view, "</p>\n");
}

static void put_list(const struct page *page, const struct page_records *records)
{
    static const struct view_column columns[] = {
        {PAGE_TEXT_RECORD, true}, {PAGE_TEXT_WHEN, false},   {PAGE_TEXT_PLACE, false}, {PAGE_TEXT_REASON, false},
        {PAGE_TEXT_DETAIL, false}, {PAGE_TEXT_SUBJECT, false}, {PAGE_TEXT_COUNT, false}};
    const struct view *view = &page->view;
    view_begin(view, said(view, PAGE_TEXT_HELD));
    if (records->count > 0)
        view_cards(view, columns);
    else
        view_note(view, PAGE_TEXT_NOTHING_HELD);
    for (size_t i = 0; i < records->count; i++) {
        const struct page_record *record = &records->records[i];
        char id[24];
        snprintf(id, sizeof id, "%" PRId64, record->id);
        put(view, "<tr><td class=\"n\"><a ");
        view_link(view, "/quarantine", "id", id);
        put(view, ">%s</a></td>", id);
        td_instant(view, record->at_us);
        put(view, "<td>%s/%d@%" PRId64 "</td>", record->topic, record->partition, record->offset);
        td_text(view, record->reason);
        td_text(view, record->detail);
        td_text(view, record->subject);
        put(view, "</tr>\n");
    }
    if (records->count > 0)
        view_table_end(view);
    put_places(page, records);
    view_end(view);
}

static void put_field(const struct view *view, enum page_text name, const char *value)
{
    put(view, "<tr><th>%s</th>", said(view, name));
    td_text(view, value);
    put(view, "</tr>\n");
}

static void put_record(const struct page *page, const struct page_record *record)
{
    const struct view *view = &page->view;
    char title[64];
    snprintf(title, sizeof title, "%s %" PRId64, said(view, PAGE_TEXT_RECORD), record->id);
    view_begin(view, title);
    put(view, "<div class=\"wide\"><table><tbody><tr><th>%s</th>", said(view, PAGE_TEXT_WHEN));
    td_instant(view, record->at_us);
    put(view, "</tr>\n<tr><th>%s</th><td>%s/%d@%" PRId64 "</td></tr>\n", said(view, PAGE_TEXT_PLACE), record->topic,
        record->partition, record->offset);
    put_field(view, PAGE_TEXT_LANE_STATE, record->state);
    put_field(view, PAGE_TEXT_REASON, record->reason);
    put_field(view, PAGE_TEXT_DETAIL, record->detail);
    put_field(view, PAGE_TEXT_SOURCE, record->source);
    put_field(view, PAGE_TEXT_EVENT_ID, record->event_id);
    put_field(view, PAGE_TEXT_TYPE, record->type);
    put_field(view, PAGE_TEXT_SUBJECT, record->subject);
    put_field(view, PAGE_TEXT_KEY, record->key);
    put(view, "</tbody></table></div>\n<h2>%s</h2>\n<pre class=\"wrap\">%s</pre>\n", said(view, PAGE_TEXT_HEADERS),
        record->headers ? record->headers : "–");
    put(view, "<h2>%s</h2>\n<p class=\"note\">%" PRId64 " %s</p>\n<pre class=\"wrap\">%s</pre>\n",
        said(view, PAGE_TEXT_PAYLOAD), record->payload_size, said(view, PAGE_TEXT_BYTES),
        record->payload ? record->payload : "–");
    if (record->cut)
        view_note(view, PAGE_TEXT_CUT);
    view_end(view);
}

static void json_list(struct json *json, const struct page_records *records)
{
    doc_open(json, NULL, '{');
    doc_open(json, "records", '[');
    for (size_t i = 0; i < records->count; i++) {
        const struct page_record *record = &records->records[i];
        doc_open(json, NULL, '{');
        doc_number(json, "quarantine_id", record->id);
        doc_instant(json, "at", record->at_us);
        doc_text(json, "topic", record->topic);
        doc_number(json, "partition", record->partition);
        doc_number(json, "offset", record->offset);
        doc_text(json, "reason", record->reason);
        doc_text(json, "detail", record->detail);
        doc_text(json, "subject", record->subject);
        doc_close(json, '}');
    }
    doc_close(json, ']');
    doc_bool(json, "more", records->more);
    if (records->more)
        doc_number(json, "after", records->records[records->count - 1].id);
    doc_close(json, '}');
}

static unsigned one_record(struct page *page)
{
    const struct page_source *source = page->view.source;
    struct page_record record = {0};
    char *end;
    errno = 0;
    int64_t id = strtoll(page->request->argument, &end, 10);
    if (errno != 0 || *end != '\0' || id <= 0) {
        page->trouble = PAGE_TEXT_BAD_REQUEST;
        return 400;
    }
    unsigned status = page_outcome(page, source->record(source->context, id, &record), PAGE_TEXT_NO_RECORD);
    if (status == 200 && page->json)
        doc_document(page->json, NULL, record.json);
    else if (status == 200)
        put_record(page, &record);
    return status;
}

unsigned show_quarantine(struct page *page)
{
    const struct page_source *source = page->view.source;
    if (*page->request->argument)
        return one_record(page);
    int64_t after = page->request->after;
    if (after < 0) {
        page->trouble = PAGE_TEXT_BAD_REQUEST;
        return 400;
    }
    struct page_records records = {0};
    unsigned status = page_outcome(page, source->records(source->context, after, &records), PAGE_TEXT_NO_RECORD);
    if (status == 200 && page->json)
        json_list(page->json, &records);
    else if (status == 200)
        put_list(page, &records);
    return status;
}
