// Pages over a source made up here: who may see which, what they say in both languages, charts, and a source that
// takes its time.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../daemon/http/chart.h"
#include "../../daemon/http/pages.h"
#include "base/clock.h"
#include "base/status.h"
#include "http/server.h"

#define TOKEN "sixteen characters and more"
#define BAD   "\"><script>'&"

static struct {
    int outcome;
    int asked;
    char argument[64];
    _Atomic bool slow, interrupted;
    struct page_overview overview;
    struct page_curve curve;
} told;

static int tell_overview(void *context, enum page_language language, const struct page_overview **made)
{
    static const struct page_lane lanes[] = {
        {BAD, "running", NULL, BAD, 3, 12, 1500000, 2.5, 0},
        {"u", "halted", BAD, NULL, 0, PAGE_UNKNOWN, PAGE_UNKNOWN, -1, PAGE_UNKNOWN}};
    static const struct page_owner owners[] = {{BAD, 4, 3, 2, 1}, {NULL, 1, 0, 0, 0}};
    static const struct page_day days[] = {{"2026-01-01", 5, 6}};
    static const struct page_reason reasons[] = {{"bad_json", 7}};
    (void)context;
    told.asked++;
    while (told.slow && !told.interrupted)
        usleep(1000);
    told.overview.lanes = lanes;
    told.overview.lane_count = 2;
    told.overview.owners = owners;
    told.overview.owner_count = 2;
    told.overview.everybody = (struct page_owner){NULL, 5, 3, 2, 1};
    told.overview.days = days;
    told.overview.day_count = 1;
    told.overview.reasons = reasons;
    told.overview.reason_count = 1;
    told.overview.watermark_us = PAGE_UNKNOWN;
    for (int i = 0; i < PAGE_LEVELS; i++) {
        told.overview.levels[i] = language == PAGE_ZH ? "层" BAD : "level" BAD;
        told.overview.customers[i] = i ? 10 * i : PAGE_UNKNOWN;
    }
    *made = &told.overview;
    return told.outcome;
}

static void note(const char *argument)
{
    told.asked++;
    snprintf(told.argument, sizeof told.argument, "%s", argument);
}

static int tell_customers(void *context, enum page_language language, const char *text, struct page_customers *made)
{
    static const struct page_customer_line line = {BAD, BAD, BAD, BAD, BAD, 1.25, 1, 0, true};
    (void)context;
    (void)language;
    note(text);
    *made = (struct page_customers){&line, 1, true};
    return told.outcome;
}

static int tell_customer(void *context, enum page_language language, const char *id, struct page_customer *made)
{
    (void)context;
    (void)language;
    note(id);
    *made = (struct page_customer){.id = BAD, .name = BAD, .merged = BAD, .json = "{\"a\":1}", .curve = told.curve,
                                   .text = BAD "\nas of " BAD "\n\n  a  b\n\nTitle\n  sentence of " BAD "\n"};
    return told.outcome;
}

static int tell_reminders(void *context, enum page_language language, const char *owner, struct page_reminders *made)
{
    static const struct page_reminder reminder = {BAD, BAD, BAD, BAD, BAD, 0, true, true};
    (void)context;
    (void)language;
    note(owner);
    *made = (struct page_reminders){&reminder, 1, false};
    return told.outcome;
}

static struct page_record record(void)
{
    return (struct page_record){7, 8, 0, 9, 1, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, true, "{\"b\":2}"};
}

static int tell_records(void *context, int64_t after, struct page_records *made)
{
    static struct page_record kept;
    char text[24];
    (void)context;
    snprintf(text, sizeof text, "%lld", (long long)after);
    note(text);
    kept = record();
    *made = (struct page_records){&kept, 1, after < 7};
    return told.outcome;
}

static int tell_record(void *context, int64_t id, struct page_record *made)
{
    char text[24];
    (void)context;
    snprintf(text, sizeof text, "%lld", (long long)id);
    note(text);
    *made = record();
    return told.outcome;
}

static void tell_instant(void *context, int64_t at_us, char text[PAGE_INSTANT_MAX])
{
    (void)context;
    snprintf(text, PAGE_INSTANT_MAX, "<%lld>", (long long)at_us);
}

static void interrupt(void *context)
{
    (void)context;
    told.interrupted = true;
}

static const struct page_source source = {NULL, tell_overview, tell_customers, tell_customer, tell_reminders,
                                          tell_records, tell_record, tell_instant, interrupt};
static struct pages pages;
static struct answer answer;

static int begin(void **state)
{
    const struct page_settings settings = {PAGE_FULL, TOKEN, &source};
    (void)state;
    memset(&told, 0, sizeof told);
    return pages_init(&pages, &settings);
}

static int end(void **state)
{
    (void)state;
    free(answer.text);
    answer.text = NULL;
    pages_free(&pages);
    return 0;
}

static struct request request_of(const char *path, const char *argument)
{
    struct request request = {.known = true};
    snprintf(request.path, sizeof request.path, "%s", path);
    assert_true(pages_have(&pages, path, &request.name));
    request_argument(&request, argument);
    return request;
}

static const char *ask(struct request request, unsigned status)
{
    free(answer.text);
    pages_answer(&pages, &request, &answer);
    assert_non_null(answer.text);
    if (answer.status != status)
        fail_msg("%s: %u instead of %u\n%.2000s", request.path, answer.status, status, answer.text);
    return answer.text;
}

static const struct {
    const char *path, *argument;
} all[] = {{"/", NULL},           {"/customers", NULL}, {"/customers", BAD}, {"/customer", BAD},
           {"/reminders", "\"'"}, {"/quarantine", NULL}, {"/quarantine", "7"}};
enum { ALL = sizeof all / sizeof *all };

// --------------------------------------------------------------------------------------------------- tests

static void every_text_is_in_both_languages(void **state)
{
    (void)state;
    for (int text = 0; text < PAGE_TEXT_COUNT; text++) {
        const char *en = page_text(PAGE_EN, (enum page_text)text), *zh = page_text(PAGE_ZH, (enum page_text)text);
        assert_true(*en && *zh);
        assert_string_not_equal(en, zh);
        bool chinese = false;
        for (const char *at = zh; *at; at++)
            chinese |= (unsigned char)*at >= 0xe3;
        bool code = text == PAGE_TEXT_LANGUAGE_CODE || text == PAGE_TEXT_OTHER_LANGUAGE;
        if (!chinese && !code)
            fail_msg("not Chinese: %s", zh);
        for (const char *at = en; *at && !code; at++)
            assert_true((unsigned char)*at < 0x80);
    }
}

static void languages_are_chosen(void **state)
{
    (void)state;
    static const struct {
        const char *accept;
        enum page_language language;
    } cases[] = {{NULL, PAGE_EN}, {"", PAGE_EN}, {"zh", PAGE_ZH}, {"zh-CN,zh;q=0.9,en;q=0.8", PAGE_ZH},
                 {"en;q=0.8, zh-TW;q=0.9", PAGE_ZH}, {"en, zh", PAGE_EN}, {"de-DE, fr", PAGE_EN}, {"ZH-hans", PAGE_ZH},
                 {"zh;q=0, en;q=0.1", PAGE_EN}, {"zhx, en", PAGE_EN}, {";;,,q=", PAGE_EN}, {"de, zh;q=0.2", PAGE_ZH}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(request_language(cases[i].accept), cases[i].language);
}

static void tokens_open(void **state)
{
    (void)state;
    struct gate *gate = &pages.gate;
    char cookie[COOKIE_MAX], sent[COOKIE_MAX + 16];
    assert_true(gate_knows_token(gate, TOKEN));
    assert_false(gate_knows_token(gate, NULL));
    assert_false(gate_knows_token(gate, ""));
    assert_false(gate_knows_token(gate, TOKEN "x"));
    assert_false(gate_knows_token(gate, TOKEN TOKEN));
    assert_false(gate_knows_token(gate, "sixteen characters and mor"));
    assert_false(gate_knows_token(gate, "Sixteen characters and more"));
    assert_true(gate_knows_bearer(gate, "Bearer " TOKEN));
    assert_true(gate_knows_bearer(gate, "bearer  " TOKEN));
    assert_false(gate_knows_bearer(gate, TOKEN));
    assert_false(gate_knows_bearer(gate, "Basic " TOKEN));
    assert_false(gate_knows_bearer(gate, NULL));
    assert_false(gate_knows_cookie(gate, "guanxi_session="));
    assert_true(gate_let_in(gate, cookie));
    assert_null(strstr(cookie, TOKEN));
    assert_non_null(strstr(cookie, "; HttpOnly; SameSite=Strict"));
    cookie[strcspn(cookie, ";")] = '\0';
    assert_true(gate_knows_cookie(gate, cookie));
    snprintf(sent, sizeof sent, "a=b; %s; c=d", cookie);
    assert_true(gate_knows_cookie(gate, sent));
    cookie[strlen(cookie) - 1] ^= 1;
    assert_false(gate_knows_cookie(gate, cookie));
    assert_false(gate_knows_cookie(gate, "guanxi_session=" TOKEN));
    assert_false(gate_knows_cookie(gate, NULL));
}

static void full_needs_a_token(void **state)
{
    (void)state;
    struct page_settings settings = {PAGE_FULL, NULL, &source};
    assert_int_equal(page_check(&settings), STATUS_CONFIG);
    settings.token = "fifteen letters";
    assert_int_equal(page_check(&settings), STATUS_CONFIG);
    assert_non_null(strstr(fault_message(), "http.token_file"));
    settings.token = "sixteen letters!";
    assert_int_equal(page_check(&settings), 0);
    settings = (struct page_settings){PAGE_OVERVIEW, NULL, &source};
    assert_int_equal(page_check(&settings), 0);
}

static void people_are_for_those_who_are_known(void **state)
{
    (void)state;
    for (int i = 0; i < ALL; i++) {
        struct request request = request_of(all[i].path, all[i].argument);
        bool personal = i > 0;
        request.known = false;
        told.asked = 0;
        for (int json = 0; json < 2; json++) {
            request.json = json;
            const char *text = ask(request, personal ? 401 : 200);
            assert_int_equal(pages_ask(&pages, &request), !personal);
            assert_null(strstr(text, "sentence"));
            assert_null(strstr(text, json ? "\"owners\"" : "<td><a"));
        }
        assert_int_equal(told.asked, personal ? 0 : 2);
        request.known = true;
        request.json = false;
        assert_true(pages_ask(&pages, &request));
        ask(request, 200);
    }
    assert_non_null(strstr(ask(request_of("/", NULL), 200), "/reminders?owner=%22%3E%3Cscript%3E%27%26"));
    pages.mode = PAGE_OVERVIEW;
    for (int i = 1; i < ALL; i++)
        ask(request_of(all[i].path, all[i].argument), 404);
    ask(request_of("/login", NULL), 404);
    ask(request_of("/", NULL), 200);
    const char *name;
    pages.mode = PAGE_OFF;
    assert_false(pages_have(&pages, "/", &name));
}

// Whatever the values say, the pages have no other tags.
static void values_stay_values(void **state)
{
    (void)state;
    for (int i = 0; i < ALL; i++)
        for (int language = 0; language < PAGE_LANGUAGES; language++) {
            struct request request = request_of(all[i].path, all[i].argument);
            request.language = (enum page_language)language;
            request.chosen = true;
            const char *text = ask(request, 200);
            assert_null(strstr(text, "<script"));
            assert_null(strstr(text, "\">'"));
            assert_null(strstr(text, "<0>"));
            assert_non_null(strstr(text, language == PAGE_ZH ? "<html lang=\"zh\">" : "<html lang=\"en\">"));
            assert_non_null(strstr(text, answer.nonce));
            request.json = true;
            text = ask(request, 200);
            assert_int_equal(text[0], '{');
            assert_string_equal(answer.type, "application/json");
        }
}

static void the_quarantine_goes_on(void **state)
{
    static const char *const numbers[] = {"", "x", "-1", "1x", "99999999999999999999"};
    (void)state;
    struct request request = request_of("/quarantine", NULL);
    request_after(&request, NULL);
    assert_non_null(strstr(ask(request, 200), "href=\"/quarantine?after=7\""));
    assert_string_equal(told.argument, "0");
    assert_null(strstr(answer.text, "from the oldest"));
    request_after(&request, "5");
    request.language = PAGE_ZH;
    request.chosen = true;
    assert_non_null(strstr(ask(request, 200), "href=\"/quarantine?after=7&amp;lang=zh\""));
    assert_string_equal(told.argument, "5");
    assert_non_null(strstr(answer.text, "href=\"/quarantine?after=5&amp;lang=en\""));
    assert_non_null(strstr(answer.text, "href=\"/quarantine?lang=zh\">从最早的开始"));
    request_after(&request, "7");
    assert_null(strstr(ask(request, 200), "更晚的记录"));
    request.json = true;
    assert_null(strstr(ask(request, 200), "\"after\""));
    request_after(&request, "6");
    assert_non_null(strstr(ask(request, 200), "\"more\":true,\"after\":7}"));
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        request_after(&request, numbers[i]);
        ask(request, 400);
    }
}

static void outcomes_are_pages(void **state)
{
    (void)state;
    told.outcome = fault(STATUS_UNAVAILABLE, "secret host");
    for (int i = 0; i < ALL; i++) {
        struct request request = request_of(all[i].path, all[i].argument);
        assert_non_null(strstr(ask(request, 503), "guanxid check"));
        assert_null(strstr(answer.text, "secret"));
        request.json = true;
        assert_non_null(strstr(ask(request, 503), "\"status\":503"));
    }
    told.outcome = PAGE_NONE;
    ask(request_of("/customer", "x"), 404);
    ask(request_of("/quarantine", "7"), 404);
    told.outcome = PAGE_ERASED;
    ask(request_of("/customer", "x"), 410);
    told.outcome = 0;
    told.asked = 0;
    static const char *const bad[] = {"0", "-1", "1x", "x", "99999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ask(request_of("/quarantine", bad[i]), 400);
    ask(request_of("/customer", "\xff"), 400);
    assert_int_equal(told.asked, 0);
    struct request request = request_of("/", NULL);
    request.post = true;
    ask(request, 405);
}

static void logins(void **state)
{
    (void)state;
    struct request request = request_of("/login", NULL);
    request.known = false;
    assert_non_null(strstr(ask(request, 200), "type=\"password\""));
    request.post = true;
    static const char *const wrong[] = {
        "", "token", "token=", "token=x", "other=sixteen+characters+and+more", "xtoken=sixteen+characters+and+more"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        snprintf(request.form, sizeof request.form, "%s", wrong[i]);
        ask(request, 403);
        assert_string_equal(answer.cookie, "");
    }
    snprintf(request.form, sizeof request.form, "a=b&token=sixteen+characters%%20and+more");
    ask(request, 303);
    assert_string_equal(answer.location, "/");
    assert_true(strncmp(answer.cookie, "guanxi_session=", 15) == 0);
}

static void charts(void **state)
{
    (void)state;
    struct page_curve_point points[] = {{0, 0}, {10, 8}, {20, 4}, {30, 2}, {40, 1}};
    struct page_tick ticks[] = {{20, BAD}};
    told.curve = (struct page_curve){points, 5, 3, 20, ticks, 1, {{BAD, 5, 2.5}, {"b", 6, 3}, {"c", 7, 3.5}}};
    const char *text = ask(request_of("/customer", "x"), 200);
    assert_non_null(strstr(text, "<polyline class=\"past\" points=\"44.0,254.0 160.5,25.7 277.0,139.8 \"/>"));
    assert_non_null(strstr(text, "<polyline class=\"ahead\" points=\"277.0,139.8 393.5,196.9 510.0,225.5 \"/>"));
    assert_non_null(strstr(text, "<line class=\"now\" x1=\"277.0\" x2=\"277.0\""));
    // Of one instant, of nothing, and below zero.
    points[0] = (struct page_curve_point){5, -3};
    told.curve.count = told.curve.past = 1;
    text = ask(request_of("/customer", "x"), 200);
    assert_null(strstr(text, "nan"));
    assert_null(strstr(text, "inf"));
    told.curve.count = told.curve.past = 0;
    assert_null(strstr(ask(request_of("/customer", "x"), 200), "<polyline"));
    text = ask(request_of("/", NULL), 200);
    assert_non_null(strstr(text, "width=\"210.0\" height=\"16\""));
    assert_non_null(strstr(text, "width=\"70.0\" height=\"16\""));
    told.overview.missing = PAGE_PART_LANES | PAGE_PART_OWNERS | PAGE_PART_MOVES | PAGE_PART_HELD;
    text = ask(request_of("/", NULL), 200);
    assert_non_null(strstr(text, "took too long"));
    assert_null(strstr(text, "bad_json"));
}

// ------------------------------------------------------------------------------------------ over the network

static struct http_server *server;

// The first line of the answer; the connection is closed by the other side.
static const char *get(const char *path, char line[64])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)http_server_port(server)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char request[128], piece[512];
    int made = socket(AF_INET, SOCK_STREAM, 0);
    size_t size = 0;
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path);
    line[0] = '\0';
    if (made >= 0 && connect(made, (struct sockaddr *)&address, sizeof address) == 0 &&
        send(made, request, strlen(request), MSG_NOSIGNAL) > 0)
        for (ssize_t got; (got = recv(made, piece, sizeof piece, 0)) > 0; size += (size_t)got)
            if (size == 0)
                snprintf(line, 64, "%.*s", (int)(got < 12 ? got : 12), piece);
    close(made);
    return line;
}

static void *ask_slowly(void *line)
{
    get("/", line);
    return NULL;
}

static void a_slow_source_holds_nobody_up(void **state)
{
    enum { CROWD = 20 };
    (void)state;
    struct http_settings settings = {.listen = "127.0.0.1:0", .socket = "", .patience_us = 1000000,
                                     .page = {PAGE_OVERVIEW, NULL, &source}};
    pthread_t threads[CROWD];
    char lines[CROWD][64], line[64];
    assert_int_equal(http_server_new(&settings, &server), 0);
    assert_string_equal(get("/", line), "HTTP/1.1 200");
    told.slow = true;
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_slowly, lines[i]), 0);
    usleep(200 * 1000);
    int64_t began = clock_monotonic_us();
    assert_string_equal(get("/livez", line), "HTTP/1.1 200");
    assert_string_equal(get("/metrics", line), "HTTP/1.1 200");
    assert_true(clock_monotonic_us() - began < 1000000);
    http_server_free(server); // while they wait
    assert_true(told.interrupted);
    int answered = 0;
    for (int i = 0; i < CROWD; i++) {
        pthread_join(threads[i], NULL);
        answered += strcmp(lines[i], "HTTP/1.1 200") == 0 || strcmp(lines[i], "HTTP/1.1 503") == 0;
    }
    assert_true(answered >= CROWD - 12); // those refused at once, at the least
    assert_true(told.asked <= 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(every_text_is_in_both_languages), TEST(languages_are_chosen), TEST(tokens_open), TEST(full_needs_a_token),
        TEST(people_are_for_those_who_are_known), TEST(values_stay_values), TEST(the_quarantine_goes_on),
        TEST(outcomes_are_pages), TEST(logins),
        TEST(charts), TEST(a_slow_source_holds_nobody_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
