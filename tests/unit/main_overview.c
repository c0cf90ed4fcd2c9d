// The command lines of what shows customers and reminders.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/status.h"
#include "main/command_line.h"

#include <stdio.h>
#include <string.h>

static struct command_line line;

static int read_words(const char *text)
{
    static char copy[512];
    static char *argv[32];
    int count = 0;
    snprintf(copy, sizeof copy, "guanxid %s", text);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
        argv[count++] = strcmp(word, "''") == 0 ? word + 2 : word;
    argv[count] = NULL;
    return command_line_read(&line, count, argv);
}

static void accepted(const char *text)
{
    if (read_words(text) != 0)
        fail_msg("%s: %s", text, fault_message());
}

static void refused(const char *text, const char *message)
{
    assert_int_equal(read_words(text), STATUS_CONFIG);
    assert_string_equal(fault_message(), message);
}

static void customers(void **state)
{
    (void)state;
    accepted("customer list");
    accepted("customer list --owner 王强 --level 3 --stage growing --tier star --at-risk --sort due --limit 10 --csv");
    accepted("customer list --level proactive --stage 0 --owner '' --lang zh");
    accepted("customer show li-na --json --lang en");
    accepted("customer show 李娜 --csv");
    refused("customer", "no action is given: expected list or show");
    refused("customer lsit", "customer knows no \"lsit\" (did you mean \"list\"?): expected list or show");
    refused("customer list li-na", "\"li-na\" is too much: no operands are expected");
    refused("customer show", "no customer is named: expected an id");
    refused("customer show ''", "the id of a customer is 1 to 128 bytes of UTF-8 without control characters: what is "
                                "given is none");
    refused("customer show a b", "\"b\" is too much: no operands are expected");
    refused("customer list --level 5",
            "--level knows no \"5\": expected 1 to 4, or basic, reactive, accountable or proactive");
    refused("customer list --level 0",
            "--level knows no \"0\": expected 1 to 4, or basic, reactive, accountable or proactive");
    refused("customer list --stage grown", "--stage knows no \"grown\": expected 0 to 5, or ended, stranger, "
                                           "established, evaluating, growing or mature");
    refused("customer list --tier gold", "--tier knows no \"gold\": expected ordinary, rising, star or fading");
    refused("customer list --sort wamrth",
            "--sort knows no \"wamrth\" (did you mean \"warmth\"?): expected id, warmth, contact, due or spent");
    refused("customer list --limit 0", "--limit 0: expected a number from 1");
    refused("customer list --limit 5x", "--limit 5x: expected a number from 1");
    refused("customer list --lang fr", "--lang knows no \"fr\": expected en or zh");
    refused("customer list --json --csv", "--json and --csv exclude each other: leave one out");
    refused("customer show a --owner b", "customer show takes no --owner: it is for customer list");
    refused("customer show a --at-risk", "customer show takes no --at-risk: it is for customer list");
    refused("customer list --within 7d", "customer takes no --within");
}

static void reminders(void **state)
{
    (void)state;
    accepted("due");
    accepted("due --owner 王强 --within 7d --lang zh");
    accepted("due --within=0s --json");
    accepted("due --within=36h --csv");
    refused("due today", "\"today\" is too much: no operands are expected");
    refused("due --within 7", "--within 7: expected a whole number and its unit (d, h, min, s), as in 7d");
    refused("due --within week", "--within week: expected a whole number and its unit (d, h, min, s), as in 7d");
    refused("due --within 99999999d",
            "--within 99999999d: expected a whole number and its unit (d, h, min, s), as in 7d");
    refused("due --lang ''", "--lang knows no \"\": expected en or zh");
    refused("due --level 3", "due takes no --level");
}

static void explanations(void **state)
{
    (void)state;
    static const char at[] = "expected an instant from 1970 to 2199, as in 2026-03-01T10:00:00+08:00, or a date, of which "
                             "it is the beginning";
    char message[256];
    accepted("explain li-na");
    accepted("explain 李娜 --at 2026-03-01 --lang zh");
    accepted("explain li-na --at 2026-03-01T10:00:00+08:00 --json");
    accepted("explain li-na --at 2199-12-31");
    refused("explain", "no customer is named: expected an id");
    refused("explain a b", "\"b\" is too much: no operands are expected");
    refused("explain a --csv", "explain takes no --csv");
    refused("explain a --lang cn", "--lang knows no \"cn\": expected en or zh");
    static const char *const wrong[] = {"yesterday", "2026-02-30", "2026-03-01T10:00:00", "2026-03-01T10:00+08:00",
                                        "2200-01-01", "1969-12-31T23:59:59Z", "2026-3-1", "''"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char words[64];
        snprintf(words, sizeof words, "explain a --at %s", wrong[i]);
        snprintf(message, sizeof message, "--at %s: %s", strcmp(wrong[i], "''") == 0 ? "" : wrong[i], at);
        refused(words, message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(customers),
        cmocka_unit_test(reminders),
        cmocka_unit_test(explanations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
