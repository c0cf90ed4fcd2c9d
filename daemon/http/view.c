#include "view.h"

#include <inttypes.h>
#include <stdarg.h>

#include "escape.h"
#include "style.h"

const char *page_text(enum page_language language, enum page_text text)
{
    static const char *const texts[PAGE_TEXT_COUNT][PAGE_LANGUAGES] = {
#define X(NAME, en, zh) {en, zh},
        PAGE_TEXTS(X)
#undef X
    };
    return texts[text][language];
}

const char *said(const struct view *view, enum page_text text)
{
    return page_text(view->language, text);
}

void put(const struct view *view, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    escape_put(view->out, format, values);
    va_end(values);
}

void view_link(const struct view *view, const char *path, const char *name, const char *value)
{
    fprintf(view->out, "href=\"%s", path);
    if (name) {
        fputs("?", view->out);
        escape_query(view->out, name, value);
    }
    if (view->chosen)
        fprintf(view->out, "%slang=%s", name ? "&amp;" : "?", said(view, PAGE_TEXT_LANGUAGE_CODE));
    fputs("\"", view->out);
}

static void put_tab(const struct view *view, const char *path, enum page_text text)
{
    put(view, "<a ");
    view_link(view, path, NULL, NULL);
    put(view, ">%s</a>", said(view, text));
}

static char joint(const struct view *view)
{
    for (const char *at = view->here; *at; at++)
        if (*at == '?')
            return '&';
    return '?';
}

void view_begin(const struct view *view, const char *title)
{
    put(view, "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><title>%s · guanxid</title>"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
        "<meta name=\"color-scheme\" content=\"light dark\"><style nonce=\"%s\">",
        said(view, PAGE_TEXT_LANGUAGE_CODE), title, view->nonce);
    fputs(style, view->out);
    put(view, "</style></head>\n<body><header><nav><b>guanxid</b>");
    put_tab(view, "/", PAGE_TEXT_OVERVIEW);
    if (view->full) {
        put_tab(view, "/customers", PAGE_TEXT_CUSTOMERS);
        put_tab(view, "/quarantine", PAGE_TEXT_QUARANTINE);
        if (!view->known)
            put_tab(view, "/login", PAGE_TEXT_LOGIN);
    }
    const char *other = page_text(view->language == PAGE_EN ? PAGE_ZH : PAGE_EN, PAGE_TEXT_LANGUAGE_CODE);
    fprintf(view->out, "<a class=\"other\" hreflang=\"%s\" href=\"%s%slang=%s\">", other, view->here,
            joint(view) == '&' ? "&amp;" : "?", other);
    put(view, "%s</a></nav></header>\n<main><h1>%s</h1>\n", said(view, PAGE_TEXT_OTHER_LANGUAGE), title);
}

void view_end(const struct view *view)
{
    put(view, "</main>\n<footer>guanxid " GUANXID_VERSION ". %s ", said(view, PAGE_TEXT_FOOTER));
    fprintf(view->out, "<a href=\"%s%sformat=json\">JSON</a>, <a href=\"/metrics\">metrics</a>, "
            "<a href=\"/readyz?verbose\">readyz</a></footer></body></html>\n", view->here,
            joint(view) == '&' ? "&amp;" : "?");
}

void view_section(const struct view *view, enum page_text title)
{
    put(view, "<section><h2>%s</h2>\n", said(view, title));
}

void view_note(const struct view *view, enum page_text text)
{
    put(view, "<p class=\"note\">%s</p>\n", said(view, text));
}

static void begin_table(const struct view *view, const char *class, const struct view_column *columns)
{
    put(view, "<div class=\"%s\" tabindex=\"0\"><table><thead><tr>", class);
    for (; columns->title != PAGE_TEXT_COUNT; columns++)
        put(view, columns->number ? "<th class=\"n\">%s</th>" : "<th>%s</th>", said(view, columns->title));
    put(view, "</tr></thead><tbody>\n");
}

void view_table(const struct view *view, const struct view_column *columns)
{
    begin_table(view, "wide", columns);
}

void view_cards(const struct view *view, const struct view_column *columns)
{
    begin_table(view, "wide cards", columns);
}

void view_table_end(const struct view *view)
{
    put(view, "</tbody></table></div>\n");
}

void td_text(const struct view *view, const char *text)
{
    put(view, "<td><bdi>%s</bdi></td>", text ? text : "–");
}

void td_word(const struct view *view, const char *text)
{
    put(view, "<td class=\"t\">%s</td>", text ? text : "–");
}

void td_count(const struct view *view, int64_t count)
{
    if (count == PAGE_UNKNOWN)
        put(view, "<td class=\"n\">–</td>");
    else
        put(view, "<td class=\"n\">%" PRId64 "</td>", count);
}

void td_real(const struct view *view, double number, bool known)
{
    if (known)
        put(view, "<td class=\"n\">%.1f</td>", number);
    else
        put(view, "<td class=\"n\">–</td>");
}

void view_instant(const struct view *view, int64_t at_us)
{
    char text[PAGE_INSTANT_MAX] = "–";
    if (at_us != PAGE_UNKNOWN)
        view->source->instant(view->source->context, at_us, text);
    put(view, "%s", text);
}

void td_instant(const struct view *view, int64_t at_us)
{
    put(view, "<td class=\"t\">");
    view_instant(view, at_us);
    put(view, "</td>");
}
