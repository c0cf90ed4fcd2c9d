#include "codec/holidays.h"

#include "base/status.h"
#include "codec/time.h"
#include "json.h"

#include <stdio.h>

enum { YEAR_FIRST = 1970, YEAR_LAST = 2199, BLOCK_SIZE = 16384, WHAT_MAX = 200 };

// A file on its way to being read.
struct reading {
    struct span text;
    const struct json_token *tokens;
    struct holidays *holidays;
    holidays_problem *problem;
    void *context;
    bool bad;
};

static void tell(struct reading *reading, int line, const char *what)
{
    reading->bad = true;
    reading->problem(reading->context, line, what);
}

static int line_at(struct span text, size_t offset)
{
    int line = 1;
    for (size_t i = 0; i < offset && i < text.size; i++)
        line += text.data[i] == '\n';
    return line;
}

// The line of a value whose first byte stands in the text: of anything but a string with escapes.
static int line_of(const struct reading *reading, const struct json_token *token)
{
    return line_at(reading->text, (size_t)(token->text.data - reading->text.data));
}

// The member of an object, or NULL.
static const struct json_token *member(const struct reading *reading, const struct json_token *object,
                                       const char *name)
{
    uint32_t place = (uint32_t)(object - reading->tokens);
    for (uint32_t i = place + 1; i < object->end; i = reading->tokens[i].end)
        if (span_equal(reading->tokens[i].key, span_text(name)))
            return &reading->tokens[i];
    return NULL;
}

static void read_year(struct reading *reading, const struct json_token *root)
{
    const struct json_token *year = member(reading, root, "year");
    int number = 0;
    bool digits = year && year->type == JSON_NUMBER && year->text.size == 4;
    for (uint32_t i = 0; digits && i < year->text.size; i++) {
        digits = year->text.data[i] >= '0' && year->text.data[i] <= '9';
        number = number * 10 + (year->text.data[i] - '0');
    }
    if (!digits || number < YEAR_FIRST || number > YEAR_LAST) {
        tell(reading, line_of(reading, year && year->type != JSON_STRING ? year : root),
             "has no sound \"year\": expected a number from 1970 to 2199");
        return;
    }
    reading->holidays->year = number;
    reading->holidays->year_line = line_of(reading, year);
}

// A day in the year of the list, in the December before or in the January after it.
static bool is_near(const struct reading *reading, int64_t day)
{
    int year, month, day_of_month, listed = reading->holidays->year;
    time_date(day, &year, &month, &day_of_month);
    return listed == 0 || year == listed || (year == listed - 1 && month == 12) ||
           (year == listed + 1 && month == 1);
}

static void read_day(struct reading *reading, const struct json_token *token)
{
    struct holidays *holidays = reading->holidays;
    int line = token->type == JSON_OBJECT ? line_of(reading, token) : holidays->year_line;
    const struct json_token *date = token->type == JSON_OBJECT ? member(reading, token, "date") : NULL;
    const struct json_token *off = token->type == JSON_OBJECT ? member(reading, token, "isOffDay") : NULL;
    if (!date || date->type != JSON_STRING || !off || (off->type != JSON_TRUE && off->type != JSON_FALSE)) {
        tell(reading, line,
             "is no day: expected {\"name\": \"...\", \"date\": \"2025-01-01\", \"isOffDay\": true} or "
             "false");
        return;
    }
    char what[WHAT_MAX];
    int shown = date->text.size < 32 ? (int)date->text.size : 32;
    int64_t day;
    if (time_parse_date(date->text, &day) != 0) {
        snprintf(what, sizeof what, "\"%.*s\" is no date: expected one as in \"2025-01-31\"", shown,
                 date->text.data);
        tell(reading, line, what);
    } else if (!is_near(reading, day)) {
        snprintf(what, sizeof what, "%.*s is not in the year %d of the file", shown, date->text.data,
                 holidays->year);
        tell(reading, line, what);
    } else if (holidays->count == HOLIDAYS_MOST) {
        tell(reading, line, "is one day too many: expected at most 400");
    } else {
        holidays->days[holidays->count++] =
            (struct holiday){.day = (int32_t)day, .off = off->type == JSON_TRUE, .line = line};
    }
}

static void read_root(struct reading *reading)
{
    const struct json_token *root = reading->tokens;
    if (root->type != JSON_OBJECT) {
        tell(reading, 1, "is no list of holidays: expected {\"year\": ..., \"days\": [...]}");
        return;
    }
    read_year(reading, root);
    const struct json_token *days = member(reading, root, "days");
    if (!days || days->type != JSON_ARRAY) {
        tell(reading, line_of(reading, root), "has no \"days\": expected an array of days");
        return;
    }
    uint32_t place = (uint32_t)(days - reading->tokens);
    for (uint32_t i = place + 1; i < days->end; i = reading->tokens[i].end)
        read_day(reading, &reading->tokens[i]);
}

static const char *const refusals[] = {
    [JSON_BAD_UTF8] = "is not UTF-8",
    [JSON_NOT_JSON] = "is not JSON from here on",
    [JSON_NUL] = "has a byte or character that is zero",
    [JSON_TOO_DEEP] = "is nested too deeply",
    [JSON_DUPLICATE_KEY] = "has a member twice",
};

int holidays_read(struct span text, struct holidays *holidays, holidays_problem *problem, void *context)
{
    memset(holidays, 0, sizeof *holidays);
    holidays->year_line = 1;
    struct arena arena;
    arena_init(&arena, BLOCK_SIZE);
    struct json *json = json_new();
    struct reading reading = {.text = arena_copy(&arena, text), .holidays = holidays, .problem = problem,
                              .context = context};
    uint32_t place = 0;
    enum json_status status = JSON_NOMEM;
    if (json && reading.text.data)
        status = json_parse(json, &arena, reading.text, &reading.tokens, &place);
    if (status == JSON_OK)
        read_root(&reading);
    else if (status != JSON_NOMEM)
        tell(&reading, line_at(reading.text, place), refusals[status]);
    json_free(json);
    arena_free(&arena);
    if (status == JSON_NOMEM)
        return fault(STATUS_NOMEM, "out of memory");
    return reading.bad;
}
