// Customers: who is called like that, why one stands where it stands, and who waits for care.
#include <inttypes.h>
#include <string.h>

#include "chart.h"
#include "json.h"
#include "pages.h"

// --------------------------------------------------------------------------------------------- the search

static void put_search(const struct page *page)
{
    const struct view *view = &page->view;
    put(view, "<form action=\"/customers\"><label>%s<br><input type=\"search\" name=\"q\" value=\"%s\"></label>",
        said(view, PAGE_TEXT_SEARCH_LABEL), page->request->argument);
    if (view->chosen)
        put(view, "<input type=\"hidden\" name=\"lang\" value=\"%s\">", said(view, PAGE_TEXT_LANGUAGE_CODE));
    put(view, "<button>%s</button></form>\n", said(view, PAGE_TEXT_SEARCH));
}

static void put_customer_link(const struct view *view, const char *id)
{
    put(view, "<td><a ");
    view_link(view, "/customer", "id", id);
    put(view, "><bdi>%s</bdi></a></td>", id);
}

static void put_line(const struct view *view, const struct page_customer_line *line)
{
    put(view, "<tr>");
    put_customer_link(view, line->id);
    td_text(view, line->name);
    td_word(view, line->level);
    td_real(view, line->warmth, true);
    td_text(view, line->owner);
    td_count(view, line->open_reminders);
    put(view, "<td class=\"bad t\">%s</td>", line->at_risk ? said(view, PAGE_TEXT_AT_RISK) : "");
    td_word(view, line->next);
    td_instant(view, line->next_due_us);
    put(view, "</tr>\n");
}

static void put_customers(const struct page *page, const struct page_customers *customers)
{
    static const struct view_column columns[] = {
        {PAGE_TEXT_CUSTOMER, false}, {PAGE_TEXT_NAME, false}, {PAGE_TEXT_LEVEL, false},   {PAGE_TEXT_WARMTH, true},
        {PAGE_TEXT_OWNER, false},    {PAGE_TEXT_OPEN, true},  {PAGE_TEXT_AT_RISK, false}, {PAGE_TEXT_NEXT, false},
        {PAGE_TEXT_DUE, false},      {PAGE_TEXT_COUNT, false}};
    const struct view *view = &page->view;
    view_begin(view, said(view, PAGE_TEXT_CUSTOMERS));
    put_search(page);
    if (customers->count > 0) {
        view_table(view, columns);
        for (size_t i = 0; i < customers->count; i++)
            put_line(view, &customers->lines[i]);
        view_table_end(view);
    } else {
        view_note(view, PAGE_TEXT_NO_CUSTOMERS);
    }
    if (customers->more)
        view_note(view, PAGE_TEXT_MORE_CUSTOMERS);
    view_end(view);
}

static void json_customers(struct json *json, const struct page_customers *customers)
{
    doc_open(json, NULL, '{');
    doc_open(json, "customers", '[');
    for (size_t i = 0; i < customers->count; i++) {
        const struct page_customer_line *line = &customers->lines[i];
        doc_open(json, NULL, '{');
        doc_text(json, "id", line->id);
        doc_text(json, "name", line->name);
        doc_text(json, "level", line->level);
        doc_real(json, "warmth", line->warmth, true);
        doc_text(json, "owner", line->owner);
        doc_number(json, "open_reminders", line->open_reminders);
        doc_bool(json, "at_risk", line->at_risk);
        doc_text(json, "next", line->next);
        doc_instant(json, "next_due", line->next_due_us);
        doc_close(json, '}');
    }
    doc_close(json, ']');
    doc_bool(json, "more", customers->more);
    doc_close(json, '}');
}

unsigned show_customers(struct page *page)
{
    const struct page_source *source = page->view.source;
    struct page_customers customers = {0};
    int outcome = source->customers(source->context, page->view.language, page->request->argument, &customers);
    unsigned status = page_outcome(page, outcome, PAGE_TEXT_NO_CUSTOMERS);
    if (status == 200 && page->json)
        json_customers(page->json, &customers);
    else if (status == 200)
        put_customers(page, &customers);
    return status;
}

// ------------------------------------------------------------------------------------------- one customer

// Part of the explanation, piece by piece: it is long, and need not end with a NUL.
static void put_piece(const struct view *view, const char *text, size_t size)
{
    char piece[512];
    for (size_t part; size > 0; text += part, size -= part) {
        part = size < sizeof piece ? size : sizeof piece - 1;
        while (part > 1 && part < size && ((unsigned char)text[part] & 0xc0) == 0x80)
            part--; // not within a character
        snprintf(piece, sizeof piece, "%.*s", (int)part, text);
        put(view, "%s", piece);
    }
}

// A sentence, which may be broken anywhere; else a line of a table.
static bool is_prose(const char *line, size_t size)
{
    size_t indent = strspn(line, " ");
    return indent >= size || !memmem(line + indent, size - indent, "  ", 2);
}

// A section of the explanation: its title, and its lines as they are aligned. The next one, or NULL.
static const char *put_explained(const struct view *view, const char *text)
{
    const char *end = strstr(text, "\n\n");
    size_t title = strcspn(text, "\n"), size = end ? (size_t)(end - text) : strlen(text);
    if (*text != ' ' && title < size) {
        put(view, "<h3><bdi>");
        put_piece(view, text, title);
        put(view, "</bdi></h3>\n");
        text += title + 1;
        size -= title + 1;
    }
    put(view, "<pre tabindex=\"0\">");
    for (size_t line; size > 0; text += line, size -= line) {
        line = strcspn(text, "\n") + 1;
        line = line < size ? line : size;
        bool prose = is_prose(text, line);
        put(view, prose ? "<span class=\"prose\">" : "");
        put_piece(view, text, line);
        put(view, prose ? "</span>" : "");
    }
    put(view, "</pre>\n");
    return end ? end + 2 : NULL;
}

static void put_customer(const struct page *page, const struct page_customer *customer)
{
    const struct view *view = &page->view;
    view_begin(view, customer->name ? customer->name : customer->id);
    if (customer->merged)
        put(view, "<p class=\"note\"><bdi>%s</bdi> %s <bdi>%s</bdi></p>\n", customer->merged,
            said(view, PAGE_TEXT_MERGED), customer->id);
    view_section(view, PAGE_TEXT_WARMTH_OVER_TIME);
    chart_warmth(view, &customer->curve);
    put(view, "</section>\n<section>");
    for (const char *text = customer->text; text && *text;)
        text = put_explained(view, text);
    put(view, "</section>\n");
    view_end(view);
}

static void json_curve(struct json *json, const struct page_curve *curve)
{
    doc_open(json, "curve", '{');
    doc_instant(json, "now", curve->now_us);
    doc_open(json, "points", '[');
    for (size_t i = 0; i < curve->count; i++) {
        doc_open(json, NULL, '{');
        doc_instant(json, "at", curve->points[i].at_us);
        doc_real(json, "warmth", curve->points[i].warmth, true);
        doc_bool(json, "past", i < curve->past);
        doc_close(json, '}');
    }
    doc_close(json, ']');
    doc_open(json, "thresholds", '[');
    for (int i = 0; i < PAGE_LEVELS - 1; i++) {
        doc_open(json, NULL, '{');
        doc_number(json, "level", i + 2);
        doc_real(json, "enter", curve->thresholds[i].enter, true);
        doc_real(json, "leave", curve->thresholds[i].leave, true);
        doc_close(json, '}');
    }
    doc_close(json, ']');
    doc_close(json, '}');
}

unsigned show_customer(struct page *page)
{
    const struct page_source *source = page->view.source;
    struct page_customer customer = {0};
    int outcome = source->customer(source->context, page->view.language, page->request->argument, &customer);
    unsigned status = page_outcome(page, outcome, PAGE_TEXT_NO_CUSTOMER);
    if (status == 200 && page->json) {
        doc_open(page->json, NULL, '{');
        doc_text(page->json, "id", customer.id);
        doc_text(page->json, "name", customer.name);
        doc_document(page->json, "explanation", customer.json);
        json_curve(page->json, &customer.curve);
        doc_close(page->json, '}');
    } else if (status == 200) {
        put_customer(page, &customer);
    }
    return status;
}

// ---------------------------------------------------------------------------------------------- reminders

static void put_reminders(const struct page *page, const struct page_reminders *reminders)
{
    static const struct view_column columns[] = {
        {PAGE_TEXT_CUSTOMER, false}, {PAGE_TEXT_NAME, false}, {PAGE_TEXT_KIND, false}, {PAGE_TEXT_DUE, false},
        {PAGE_TEXT_LANE_STATE, false},    {PAGE_TEXT_WHY, false},  {PAGE_TEXT_COUNT, false}};
    const struct view *view = &page->view;
    view_begin(view, said(view, PAGE_TEXT_REMINDERS));
    put(view, "<p>%s: <b><bdi>%s</bdi></b></p>\n", said(view, PAGE_TEXT_OWNER),
        *page->request->argument ? page->request->argument : said(view, PAGE_TEXT_NOBODY));
    if (reminders->count > 0)
        view_cards(view, columns);
    else
        view_note(view, PAGE_TEXT_NO_REMINDERS);
    for (size_t i = 0; i < reminders->count; i++) {
        const struct page_reminder *reminder = &reminders->reminders[i];
        put(view, "<tr>");
        put_customer_link(view, reminder->id);
        td_text(view, reminder->name);
        td_word(view, reminder->kind);
        td_instant(view, reminder->due_us);
        put(view, "<td class=\"%s\">%s</td>", reminder->at_risk ? "bad t" : "t", reminder->state);
        td_text(view, reminder->why);
        put(view, "</tr>\n");
    }
    if (reminders->count > 0)
        view_table_end(view);
    if (reminders->more)
        view_note(view, PAGE_TEXT_MORE_REMINDERS);
    view_end(view);
}

static void json_reminders(struct json *json, const struct page_reminders *reminders)
{
    doc_open(json, NULL, '{');
    doc_open(json, "reminders", '[');
    for (size_t i = 0; i < reminders->count; i++) {
        const struct page_reminder *reminder = &reminders->reminders[i];
        doc_open(json, NULL, '{');
        doc_text(json, "customer", reminder->id);
        doc_text(json, "name", reminder->name);
        doc_text(json, "kind", reminder->kind);
        doc_instant(json, "due", reminder->due_us);
        doc_bool(json, "open", reminder->open);
        doc_bool(json, "at_risk", reminder->at_risk);
        doc_text(json, "why", reminder->why);
        doc_close(json, '}');
    }
    doc_close(json, ']');
    doc_bool(json, "more", reminders->more);
    doc_close(json, '}');
}

unsigned show_reminders(struct page *page)
{
    const struct page_source *source = page->view.source;
    struct page_reminders reminders = {0};
    int outcome = source->reminders(source->context, page->view.language, page->request->argument, &reminders);
    unsigned status = page_outcome(page, outcome, PAGE_TEXT_NO_REMINDERS);
    if (status == 200 && page->json)
        json_reminders(page->json, &reminders);
    else if (status == 200)
        put_reminders(page, &reminders);
    return status;
}
