// How much memory the fold of one customer takes, as the system counts it: of 100,000 events no more than of 1,000. What
// grows is what the fold makes and has to write, which is reminders and promises.
//
//   component_postgres_fold_memory              folds lives of each kind, each in a process of its own
//   component_postgres_fold_memory KIND EVENTS  is one of them: prints kilobytes before, at the peak of a first fold
//                                               and of a second, and how many reminders and promises it made
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "app/fold.h"
#include "base/log.h"
#include "base/status.h"
#include "support/postgres_store.h"

enum {
    FEW = 1000,
    MANY = 100000,
    GROWTH_KB = 2048, // of which nothing is for an event more
    MADE_KB = 8,      // for each reminder or promise more
    WRONG_KB = 8192,  // where all events show other points than they are worth now, however many they are
};

static const instant watermark = (instant)6900000000 * SECOND;

// Lives of events, the n-th of them by its number, as they came: instant, type, data, points, side and amount.
static const struct kind {
    const char *name, *rows;
    int many;
    int more_kb; // than GROWTH_KB
} kinds[] = {
    {"talks", // an hour apart, each side in turn
     "SELECT timestamptz '2015-01-01Z' + n * interval '1 hour', 5 + n % 2, '{\"channel\":\"mail\"}',"
     " 1 + n % 2, 2 - n % 2, NULL::int8", MANY, 0},
    {"wrong", // the same, by another policy
     "SELECT timestamptz '2015-01-01Z' + n * interval '1 hour', 5 + n % 2, '{\"channel\":\"mail\"}',"
     " 7, 2 - n % 2, NULL::int8", MANY, WRONG_KB},
    {"orders", // a few a day, each followed up
     "SELECT timestamptz '2015-01-01Z' + n * interval '1 hour', CASE n % 2 WHEN 0 THEN 7 ELSE 1 END,"
     " CASE n % 2 WHEN 0 THEN '{\"order_id\":\"' || n || '\",\"amount\":\"9.90\",\"currency\":\"CNY\"}'"
     " ELSE '{\"direction\":\"outbound\"}' END, 8 - 5 * (n % 2),"
     " CASE n % 2 WHEN 1 THEN 2 END, CASE n % 2 WHEN 0 THEN 990 END", MANY, 0},
    {"answers", // each a day and more late, for decades
     "SELECT timestamptz '1970-01-01Z' + n / 2 * interval '36 hours' + n % 2 * interval '29 hours', 6 - n % 2, '{}',"
     " 2 - n % 2, 1 + n % 2, NULL::int8", MANY / 5, 0},
    {"promises", // each with a reminder, and kept
     "SELECT timestamptz '2015-01-01Z' + n * interval '1 hour', 19 + n % 2,"
     " '{\"promise_id\":\"' || n / 2 || '\",\"by\":\"us\",\"due\":\"' ||"
     " to_char(timestamp '2015-01-01' + n * interval '1 hour', 'YYYY-MM-DD\"T\"HH24:MI:SSZ') || '\"}', 4 * (n % 2),"
     " NULL::int2, NULL::int8", MANY, 0},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

// ------------------------------------------------------------------------------------- one fold, one process

static long peak_kb(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static void fill(struct test_database *database, const struct kind *kind, const char *events)
{
    char sql[2048];
    snprintf(sql, sizeof sql,
             "INSERT INTO guanxi.timeline (occurred_at, type, data, points, side, amount, event_id, customer_id, source)"
             " SELECT v.*, 'a', '/test' FROM (%s, n::text FROM generate_series(2, %s + 1) AS g (n)) AS v;"
             "INSERT INTO guanxi.customer (version, policy, warmth, level, stage, home, customer_id, fold_at)"
             " VALUES (1, 1, 0, 1, 1, 1, 'a', '2015-01-01Z'); ANALYZE guanxi.timeline",
             kind->rows, events);
    test_sql(database, sql);
}

// Folds the customer and says how it went, or ends the program.
static long fold(struct folder *folder)
{
    const struct span id = SPAN_LITERAL("a");
    int outcome = fold_customers(folder, &id, 1, watermark);
    if (outcome == STORE_OK)
        return peak_kb();
    fprintf(stderr, "outcome %d: %s\n", outcome, fault_message());
    exit(1);
}

static int fold_one(const char *name, const char *events)
{
    static struct type_rule types[POLICY_TYPES];
    static struct folder folder;
    struct test_store test;
    struct policy policy;
    const struct kind *kind = kinds;
    while (strcmp(kind->name, name) != 0)
        kind++;
    test_store_create(&test);
    fill(&test.database, kind, events);
    policy_defaults(&policy, types);
    policy_fingerprint(&policy);
    folder_init(&folder);
    folder.policy = &policy;
    folder.store = test.store;
    folder.decoder = decoder_new();
    long before = peak_kb(), first = fold(&folder);
    printf("%ld %ld %ld %zu\n", before, first, fold(&folder),
           folder.effects.reminders.count + folder.effects.promises.count);
    decoder_free(folder.decoder);
    folder_free(&folder);
    test_store_destroy(&test);
    return 0;
}

// -------------------------------------------------------------------------------------------- comparing them

struct spent {
    long before, first, second; // kilobytes
    long made;
};

static char program[4096];

static struct spent fold_apart(const struct kind *kind, int events)
{
    char command[8192];
    struct spent spent = {0};
    // What is freed is given back: a sanitizer would keep it for a while.
    snprintf(command, sizeof command, "ASAN_OPTIONS=quarantine_size_mb=0:thread_local_quarantine_size_kb=0 '%s' %s %d",
             program, kind->name, events);
    FILE *in = popen(command, "r");
    assert_non_null(in);
    assert_int_equal(fscanf(in, "%ld %ld %ld %ld", &spent.before, &spent.first, &spent.second, &spent.made), 4);
    assert_int_equal(pclose(in), 0);
    print_message("%s: %d events, %ld reminders and promises: %.1f MiB, a second time %.1f MiB, before %.1f MiB\n",
                  kind->name, events, spent.made, (double)spent.first / 1024, (double)spent.second / 1024,
                  (double)spent.before / 1024);
    return spent;
}

static void memory_does_not_grow_with_events(void **state)
{
    (void)state;
    for (int i = 0; i < KINDS; i++) {
        struct spent few = fold_apart(&kinds[i], FEW), many = fold_apart(&kinds[i], kinds[i].many);
        long room = GROWTH_KB + kinds[i].more_kb + MADE_KB * (many.made - few.made);
        assert_true(many.second - few.second < room);
        assert_true(strcmp(kinds[i].name, "talks") != 0 || many.made == few.made);
    }
}

int main(int argc, char **argv)
{
    log_configure(LOG_ERROR, LOG_FORMAT_TEXT);
    if (argc == 3)
        return fold_one(argv[1], argv[2]);
    ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);
    if (size < 0)
        return 1;
    const struct CMUnitTest tests[] = {cmocka_unit_test(memory_does_not_grow_with_events)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
