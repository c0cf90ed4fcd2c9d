// Entries of the journal, and the catalog that explains them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/journal.h"

static char folder[] = "/tmp/guanxi-journal-XXXXXX";
static char path[64];
static int listening = -1;

static const char *entry(void)
{
    static char text[16384];
    ssize_t size = recv(listening, text, sizeof text - 1, MSG_DONTWAIT);
    assert_true(size > 0);
    text[size] = '\0';
    return text;
}

static void an_entry_has_its_fields(void **state)
{
    (void)state;
    assert_true(journal_open(path));
    struct log_about about = {.event = LOG_EVENT_LANE_HALTED, .topic = "calls", .partition = 3, .has_offset = true,
                              .offset = 77};
    assert_true(journal_send(LOG_ERROR, "calls/3 is halted", &about));
    char expected[512];
    snprintf(expected, sizeof expected,
             "MESSAGE=calls/3 is halted\nPRIORITY=3\nSYSLOG_IDENTIFIER=guanxid\nMESSAGE_ID=%s\n"
             "GUANXI_EVENT=lane_halted\nKAFKA_TOPIC=calls\nKAFKA_PARTITION=3\nKAFKA_OFFSET=77\n",
             log_event_id(LOG_EVENT_LANE_HALTED));
    assert_string_equal(entry(), expected);
    about = (struct log_about){.event = LOG_EVENT_NONE};
    assert_true(journal_send(LOG_INFO, "nothing special", &about));
    assert_string_equal(entry(), "MESSAGE=nothing special\nPRIORITY=6\nSYSLOG_IDENTIFIER=guanxid\n");
}

static void what_does_not_fit_is_not_sent(void **state)
{
    (void)state;
    static char message[10000];
    const struct log_about about = {.event = LOG_EVENT_NONE};
    memset(message, 'x', sizeof message - 1);
    assert_true(journal_open(path));
    assert_false(journal_send(LOG_INFO, message, &about));
    assert_true(recv(listening, message, sizeof message, MSG_DONTWAIT) < 0);
    journal_close();
    assert_false(journal_send(LOG_INFO, "closed", &about));
    assert_false(journal_open("/nonexistent/socket"));
    assert_false(journal_send(LOG_INFO, "nowhere", &about));
}

// Every event has an id of its own and its entry in the catalog, which has no others.
static void the_catalog_explains_every_event(void **state)
{
    (void)state;
    const char *source = getenv("GUANXI_SOURCE_DIR");
    if (!source)
        fail_msg("GUANXI_SOURCE_DIR is not set");
    char name[512];
    snprintf(name, sizeof name, "%s/deploy/systemd/guanxid.catalog", source);
    FILE *file = fopen(name, "r");
    assert_non_null(file);
    static char catalog[1 << 16];
    size_t size = fread(catalog, 1, sizeof catalog - 1, file);
    fclose(file);
    catalog[size] = '\0';
    int entries = 0;
    for (const char *at = catalog; (at = strstr(at, "\n-- ")); at++)
        entries++;
    assert_int_equal(entries, LOG_EVENT_COUNT - 1);
    for (int event = LOG_EVENT_NONE + 1; event < LOG_EVENT_COUNT; event++) {
        const char *id = log_event_id((enum log_event)event);
        char head[64];
        assert_int_equal(strlen(id), 32);
        for (int i = 0; i < 32; i++)
            assert_true(isdigit((unsigned char)id[i]) || (id[i] >= 'a' && id[i] <= 'f'));
        snprintf(head, sizeof head, "\n-- %s\nSubject: ", id);
        if (!strstr(catalog, head))
            fail_msg("%s is not in the catalog", log_event_code((enum log_event)event));
        for (int other = LOG_EVENT_NONE + 1; other < event; other++)
            assert_string_not_equal(id, log_event_id((enum log_event)other));
    }
}

static int set_up(void **state)
{
    (void)state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/socket", folder);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    listening = socket(AF_UNIX, SOCK_DGRAM, 0);
    return bind(listening, (struct sockaddr *)&address, sizeof address);
}

static int tear_down(void **state)
{
    (void)state;
    journal_close();
    close(listening);
    unlink(path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_has_its_fields),
        cmocka_unit_test(what_does_not_fit_is_not_sent),
        cmocka_unit_test(the_catalog_explains_every_event),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
