// How everything does.
#include <inttypes.h>
#include <string.h>

#include "base/metrics.h"
#include "chart.h"
#include "json.h"
#include "pages.h"

static bool is_missing(const struct page_overview *overview, enum page_part part)
{
    return (overview->missing & part) != 0;
}

// ------------------------------------------------------------------------------------------------- HTML

static void put_state(const struct page *page, const struct page_overview *overview)
{
    const struct view *view = &page->view;
    struct metric_lag lag = metrics_lag();
    bool ready = page->pages->ready;
    view_section(view, PAGE_TEXT_STATE);
    put(view, "<p><b class=\"%s\">%s</b> %s ", ready ? "good" : "bad",
        said(view, ready ? PAGE_TEXT_READY : PAGE_TEXT_NOT_READY), said(view, PAGE_TEXT_SINCE));
    view_instant(view, page->pages->changed_us);
    put(view, "; %s ", said(view, PAGE_TEXT_RUNNING_SINCE));
    view_instant(view, page->pages->started_us);
    put(view, "<br>%s %" PRId64 " %s, %.1f %s<br>%s ", said(view, PAGE_TEXT_LAG), lag.records,
        said(view, PAGE_TEXT_MESSAGES), (double)lag.oldest_us / 1e6, said(view, PAGE_TEXT_SECONDS),
        said(view, PAGE_TEXT_READ_UP_TO));
    view_instant(view, overview->watermark_us);
    put(view, "<br><span class=\"note\">%s ", said(view, PAGE_TEXT_AS_OF));
    view_instant(view, overview->read_us);
    put(view, "</span></p></section>\n");
}

static void put_lane(const struct view *view, const struct page_lane *lane)
{
    bool running = strcmp(lane->state, "running") == 0;
    put(view, "<tr><td>%s/%d</td><td class=\"%s\">%s", lane->topic, lane->partition, running ? "good" : "bad",
        said(view, running ? PAGE_TEXT_RUNNING : PAGE_TEXT_HALTED));
    if (lane->reason)
        put(view, ": <bdi>%s</bdi>", lane->reason);
    put(view, "</td>");
    td_count(view, lane->lag);
    td_real(view, (double)lane->lag_us / 1e6, lane->lag_us != PAGE_UNKNOWN);
    td_real(view, lane->rate, lane->rate >= 0);
    td_instant(view, lane->last_commit_us);
    td_word(view, lane->owner);
    put(view, "</tr>\n");
}

static void put_lanes(const struct view *view, const struct page_overview *overview)
{
    static const struct view_column columns[] = {
        {PAGE_TEXT_TOPIC, false},  {PAGE_TEXT_LANE_STATE, false}, {PAGE_TEXT_MESSAGES, true},
        {PAGE_TEXT_SECONDS, true}, {PAGE_TEXT_RATE, true},   {PAGE_TEXT_LAST_COMMIT, false},
        {PAGE_TEXT_OWNER_OF_LANE, false}, {PAGE_TEXT_COUNT, false}};
    view_section(view, PAGE_TEXT_LANES);
    if (is_missing(overview, PAGE_PART_LANES)) {
        view_note(view, PAGE_TEXT_TOO_LONG);
    } else if (overview->lane_count == 0) {
        view_note(view, PAGE_TEXT_NO_LANES);
    } else {
        view_table(view, columns);
        for (size_t i = 0; i < overview->lane_count; i++)
            put_lane(view, &overview->lanes[i]);
        view_table_end(view);
    }
    if (overview->more_lanes)
        view_note(view, PAGE_TEXT_MORE_LANES);
    put(view, "</section>\n");
}

static void put_moves(const struct view *view, const struct page_overview *overview)
{
    static const struct view_column columns[] = {
        {PAGE_TEXT_DAY, false}, {PAGE_TEXT_UP, true}, {PAGE_TEXT_DOWN, true}, {PAGE_TEXT_COUNT, false}};
    view_section(view, PAGE_TEXT_MOVES);
    if (is_missing(overview, PAGE_PART_MOVES)) {
        view_note(view, PAGE_TEXT_TOO_LONG);
    } else {
        view_table(view, columns);
        for (size_t i = overview->day_count; i-- > 0;) {
            put(view, "<tr><td class=\"t\">%s</td>", overview->days[i].date);
            td_count(view, overview->days[i].up);
            td_count(view, overview->days[i].down);
            put(view, "</tr>\n");
        }
        view_table_end(view);
    }
    put(view, "</section>\n");
}

static void put_counts(const struct view *view, const struct page_owner *owner)
{
    td_count(view, owner->open);
    td_count(view, owner->overdue);
    td_count(view, owner->at_risk);
    td_count(view, owner->soon);
    put(view, "</tr>\n");
}

static void put_owner(const struct view *view, const struct page_owner *owner)
{
    put(view, "<tr><td><a ");
    view_link(view, "/reminders", "owner", owner->owner ? owner->owner : "");
    put(view, "><bdi>%s</bdi></a></td>", owner->owner ? owner->owner : said(view, PAGE_TEXT_NOBODY));
    put_counts(view, owner);
}

static void put_owners(const struct view *view, const struct page_overview *overview)
{
    static const struct view_column columns[] = {{PAGE_TEXT_OWNER, false}, {PAGE_TEXT_OPEN, true},
                                                 {PAGE_TEXT_OVERDUE, true}, {PAGE_TEXT_AT_RISK, true},
                                                 {PAGE_TEXT_SOON, true},   {PAGE_TEXT_COUNT, false}};
    view_section(view, PAGE_TEXT_REMINDERS);
    if (is_missing(overview, PAGE_PART_OWNERS)) {
        view_note(view, PAGE_TEXT_TOO_LONG);
    } else if (overview->everybody.open + overview->everybody.soon == 0) {
        view_note(view, PAGE_TEXT_NO_REMINDERS);
    } else {
        view_table(view, columns);
        put(view, "<tr><td>%s</td>", said(view, PAGE_TEXT_EVERYBODY));
        put_counts(view, &overview->everybody);
        for (size_t i = 0; view->known && i < overview->owner_count; i++)
            put_owner(view, &overview->owners[i]);
        view_table_end(view);
        if (view->full && !view->known)
            view_note(view, PAGE_TEXT_OWNERS_HIDDEN);
        if (view->known && overview->more_owners)
            view_note(view, PAGE_TEXT_MORE_OWNERS);
    }
    put(view, "</section>\n");
}

static void put_held(const struct view *view, const struct page_overview *overview)
{
    static const struct view_column columns[] = {
        {PAGE_TEXT_REASON, false}, {PAGE_TEXT_RECORDS, true}, {PAGE_TEXT_COUNT, false}};
    view_section(view, PAGE_TEXT_HELD);
    if (is_missing(overview, PAGE_PART_HELD)) {
        view_note(view, PAGE_TEXT_TOO_LONG);
    } else if (overview->reason_count == 0) {
        view_note(view, PAGE_TEXT_NOTHING_HELD);
    } else {
        view_table(view, columns);
        for (size_t i = 0; i < overview->reason_count; i++) {
            put(view, "<tr><td>%s</td>", overview->reasons[i].reason);
            td_count(view, overview->reasons[i].records);
            put(view, "</tr>\n");
        }
        view_table_end(view);
    }
    put(view, "</section>\n");
}

static void put_page(const struct page *page, const struct page_overview *overview)
{
    const struct view *view = &page->view;
    view_begin(view, said(view, PAGE_TEXT_OVERVIEW));
    put_state(page, overview);
    put_lanes(view, overview);
    put(view, "<div class=\"columns\">");
    view_section(view, PAGE_TEXT_BY_LEVEL);
    chart_levels(view, overview);
    put(view, "</section>\n");
    put_moves(view, overview);
    put_owners(view, overview);
    put_held(view, overview);
    put(view, "</div>\n");
    view_end(view);
}

// ------------------------------------------------------------------------------------------------- JSON

static void json_lanes(struct json *json, const struct page_overview *overview)
{
    doc_open(json, "lanes", '[');
    for (size_t i = 0; i < overview->lane_count; i++) {
        const struct page_lane *lane = &overview->lanes[i];
        doc_open(json, NULL, '{');
        doc_text(json, "topic", lane->topic);
        doc_number(json, "partition", lane->partition);
        doc_text(json, "state", lane->state);
        doc_text(json, "reason", lane->reason);
        doc_number(json, "lag", lane->lag);
        doc_real(json, "lag_seconds", (double)lane->lag_us / 1e6, lane->lag_us != PAGE_UNKNOWN);
        doc_real(json, "rate", lane->rate, lane->rate >= 0);
        doc_instant(json, "last_commit_at", lane->last_commit_us);
        doc_text(json, "instance", lane->owner);
        doc_close(json, '}');
    }
    doc_close(json, ']');
}

static void json_counts(struct json *json, const struct page_owner *owner)
{
    doc_number(json, "open", owner->open);
    doc_number(json, "overdue", owner->overdue);
    doc_number(json, "at_risk", owner->at_risk);
    doc_number(json, "soon", owner->soon);
}

static void json_reminders(struct json *json, const struct page_overview *overview, bool known)
{
    doc_open(json, "reminders", '{');
    json_counts(json, &overview->everybody);
    if (known) {
        doc_open(json, "owners", '[');
        for (size_t i = 0; i < overview->owner_count; i++) {
            doc_open(json, NULL, '{');
            doc_text(json, "owner", overview->owners[i].owner);
            json_counts(json, &overview->owners[i]);
            doc_close(json, '}');
        }
        doc_close(json, ']');
    }
    doc_close(json, '}');
}

static void json_rest(struct json *json, const struct page_overview *overview)
{
    doc_open(json, "customers", '[');
    for (int i = 0; i < PAGE_LEVELS; i++) {
        doc_open(json, NULL, '{');
        doc_number(json, "level", i + 1);
        doc_number(json, "customers", overview->customers[i]);
        doc_close(json, '}');
    }
    doc_close(json, ']');
    doc_open(json, "moves", '[');
    for (size_t i = 0; i < overview->day_count; i++) {
        doc_open(json, NULL, '{');
        doc_text(json, "date", overview->days[i].date);
        doc_number(json, "up", overview->days[i].up);
        doc_number(json, "down", overview->days[i].down);
        doc_close(json, '}');
    }
    doc_close(json, ']');
    doc_open(json, "quarantine", '[');
    for (size_t i = 0; i < overview->reason_count; i++) {
        doc_open(json, NULL, '{');
        doc_text(json, "reason", overview->reasons[i].reason);
        doc_number(json, "records", overview->reasons[i].records);
        doc_close(json, '}');
    }
    doc_close(json, ']');
}

static void json_missing(struct json *json, const struct page_overview *overview)
{
    static const struct {
        enum page_part part;
        const char *name;
    } parts[] = {{PAGE_PART_LANES, "lanes"}, {PAGE_PART_OWNERS, "reminders"}, {PAGE_PART_MOVES, "moves"},
                 {PAGE_PART_HELD, "quarantine"}};
    doc_open(json, "missing", '[');
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (is_missing(overview, parts[i].part))
            doc_text(json, NULL, parts[i].name);
    doc_close(json, ']');
}

static void put_document(const struct page *page, const struct page_overview *overview)
{
    struct json *json = page->json;
    struct metric_lag lag = metrics_lag();
    doc_open(json, NULL, '{');
    doc_text(json, "version", GUANXID_VERSION);
    doc_bool(json, "ready", page->pages->ready);
    doc_instant(json, "since", page->pages->changed_us);
    doc_instant(json, "started", page->pages->started_us);
    doc_instant(json, "read", overview->read_us);
    doc_instant(json, "watermark", overview->watermark_us);
    doc_number(json, "lag", lag.records);
    doc_real(json, "lag_seconds", (double)lag.oldest_us / 1e6, true);
    json_missing(json, overview);
    json_lanes(json, overview);
    json_reminders(json, overview, page->view.known);
    json_rest(json, overview);
    doc_close(json, '}');
}

unsigned show_overview(struct page *page)
{
    const struct page_source *source = page->view.source;
    const struct page_overview *overview;
    unsigned status = page_outcome(page, source->overview(source->context, page->view.language, &overview), PAGE_TEXT_COUNT);
    if (status != 200)
        return status;
    if (page->json)
        put_document(page, overview);
    else
        put_page(page, overview);
    return status;
}
