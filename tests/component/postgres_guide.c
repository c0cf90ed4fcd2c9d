// The guide for sales people (deploy/guide) tells no event that would be refused and no query that fails, says
// the same in both languages, and its links lead somewhere.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "codec/decode.h"
#include "support/postgres.h"

enum { PAGE_MAX = 32768, EXAMPLES_MAX = 8 };

static struct test_database database;
static struct type_rule types[POLICY_TYPES];
static struct policy policy;
static struct decoder *decoder;
static struct arena arena;

// One page in one language: what its fenced blocks hold.
struct page {
    char name[512]; // path of the file
    char text[PAGE_MAX];
    struct event events[EXAMPLES_MAX];
    int event_count, query_count;
};

static void read_page(struct page *page, const char *language, const char *file)
{
    *page = (struct page){0};
    snprintf(page->name, sizeof page->name, "%s/deploy/guide/%s/%s", getenv("GUANXI_SOURCE_DIR"), language, file);
    FILE *stream = fopen(page->name, "r");
    size_t size = stream ? fread(page->text, 1, PAGE_MAX - 1, stream) : 0;
    if (stream)
        fclose(stream);
    if (size == 0 || size == PAGE_MAX - 1)
        fail_msg("%s: missing, empty or too long", page->name);
}

static void accept_event(struct page *page, const char *text)
{
    struct record_header header = {SPAN_LITERAL("content-type"), SPAN_LITERAL("application/cloudevents+json")};
    struct record record = {
        .timestamp_ms = -1, .value = span_text(text), .headers = &header, .header_count = 1};
    struct reject reject = {0};
    int64_t unknown_marks = 0;
    assert_in_range(page->event_count, 0, EXAMPLES_MAX - 1);
    int outcome = decode_record(decoder, &policy, &record, INSTANT_NONE, &arena,
                                &page->events[page->event_count++], &reject, &unknown_marks);
    if (outcome != DECODED_EVENT || unknown_marks)
        fail_msg("%s: %s, %d unknown marks in\n%s", page->name, reject.detail, (int)unknown_marks, text);
}

static void accept_query(struct page *page, const char *text)
{
    page->query_count++;
    const char *state = test_sql_state(database.connection, text);
    if (*state)
        fail_msg("%s: %s from\n%s", page->name, state, text);
}

static void accept_blocks(struct page *page, const char *fence, void (*accept)(struct page *, const char *))
{
    for (char *from = page->text; (from = strstr(from, fence));) {
        char *text = from + strlen(fence);
        char *end = strstr(text, "```");
        assert_non_null(end);
        *end = '\0';
        accept(page, text);
        *end = '`';
        from = end + 3;
    }
}

static void expect_links(struct page *page)
{
    for (const char *link = page->text; (link = strstr(link, "]("));) {
        link += 2;
        size_t size = strcspn(link, "#)");
        const char *folder_end = strrchr(page->name, '/');
        char path[1024];
        snprintf(path, sizeof path, "%.*s/%.*s", (int)(folder_end - page->name), page->name, (int)size, link);
        if (access(path, R_OK) != 0)
            fail_msg("%s: a link to %.*s, which is not there", page->name, (int)size, link);
    }
}

static void read_whole(struct page *page, const char *language, const char *file)
{
    read_page(page, language, file);
    accept_blocks(page, "```json\n", accept_event);
    accept_blocks(page, "```sql\n", accept_query);
    expect_links(page);
}

static void expect_same(const struct page *a, const struct page *b)
{
    assert_int_equal(a->query_count, b->query_count);
    assert_int_equal(a->event_count, b->event_count);
    for (int i = 0; i < a->event_count; i++) {
        assert_int_equal(a->events[i].type, b->events[i].type);
        assert_int_equal(a->events[i].time, b->events[i].time);
        assert_true(span_equal(a->events[i].subject, b->events[i].subject));
    }
}

static int count_pages(const char *language, void (*visit)(const char *file))
{
    char path[512];
    snprintf(path, sizeof path, "%s/deploy/guide/%s", getenv("GUANXI_SOURCE_DIR"), language);
    int count = 0;
    DIR *folder = opendir(path);
    for (const struct dirent *entry; folder && (entry = readdir(folder));) {
        if (entry->d_name[0] != '.') {
            count++;
            visit(entry->d_name);
        }
    }
    if (folder)
        closedir(folder);
    return count;
}

static void compare_languages(const char *file)
{
    static struct page english, chinese;
    read_whole(&english, "en", file);
    read_whole(&chinese, "zh", file);
    assert_true(english.event_count > 0 && english.query_count > 0);
    expect_same(&english, &chinese);
}

static void nothing(const char *file)
{
    (void)file;
}

static void pages_hold_in_both_languages(void **state)
{
    (void)state;
    int pages = count_pages("en", compare_languages);
    assert_true(pages > 0);
    assert_int_equal(count_pages("zh", nothing), pages);
}

static void the_index_leads_to_pages(void **state)
{
    (void)state;
    static struct page page;
    read_page(&page, ".", "README.md");
    expect_links(&page);
}

static int create(void **state)
{
    (void)state;
    test_database_create(&database, true);
    policy_defaults(&policy, types);
    arena_init(&arena, 4096);
    decoder = decoder_new();
    return decoder == NULL || getenv("GUANXI_SOURCE_DIR") == NULL;
}

static int drop(void **state)
{
    (void)state;
    decoder_free(decoder);
    arena_free(&arena);
    test_database_drop(&database);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_hold_in_both_languages),
        cmocka_unit_test(the_index_leads_to_pages),
    };
    return cmocka_run_group_tests(tests, create, drop);
}
