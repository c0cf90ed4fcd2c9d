// `guanxid import`: history from a file.
#include "app/import.h"

#include "base/clock.h"
#include "base/print.h"
#include "base/progress.h"
#include "base/status.h"
#include "codec/export.h"
#include "codec/money.h"
#include "main/command.h"
#include "main/import_input.h"
#include "main/import_rejects.h"
#include "main/policy_force.h"

#include <limits.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

enum {
    BATCH_EVENTS = 40000, // of all shares together
    BATCH_BYTES = 24 << 20,
};

static bool is_standard_input(const char *path)
{
    return strcmp(path, "-") == 0;
}

// What the lane is called: as given, or after the file.
static const char *name_of(const struct given *given, const char *path)
{
    const char *slash = strrchr(path, '/');
    return is_given(given, OPTION_NAME) ? given->values[OPTION_NAME] : slash ? slash + 1 : path;
}

static bool is_called_csv(const char *path)
{
    static const char *const ends[] = {".csv", ".csv.gz", ".csv.zst"};
    size_t size = strlen(path);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t end = strlen(ends[i]);
        if (size >= end && strcasecmp(path + size - end, ends[i]) == 0)
            return true;
    }
    return false;
}

// Options that are about CSV, and which of them it needs. Orders taken for events would all be rejected, and count as
// imported.
static int accept_csv(const struct given *given, const char *path)
{
    static const enum command_option needed[] = {OPTION_CUSTOMER_COLUMN, OPTION_DATE_COLUMN, OPTION_AMOUNT_COLUMN},
                                     all[] = {OPTION_CUSTOMER_COLUMN, OPTION_DATE_COLUMN, OPTION_AMOUNT_COLUMN,
                                              OPTION_ID_COLUMN, OPTION_CURRENCY, OPTION_SOURCE};
    bool csv = is_given(given, OPTION_CSV);
    for (size_t i = 0; csv && i < sizeof needed / sizeof *needed; i++)
        if (!is_given(given, needed[i]))
            return fault(STATUS_CONFIG, "--csv needs --customer-column, --date-column and --amount-column: the names of "
                                        "columns as the first line has them");
    for (size_t i = 0; !csv && i < sizeof all / sizeof *all; i++)
        if (is_given(given, all[i]))
            return fault(STATUS_CONFIG, "columns, --currency and --source are for --csv");
    if (!csv && is_called_csv(path))
        return fault(STATUS_CONFIG, "%s: is called like a CSV of orders, which needs --csv, --customer-column, "
                                    "--date-column and --amount-column", path);
    const char *source = given->values[OPTION_SOURCE];
    if (source && !text_is_source(span_text(source)))
        return fault(STATUS_CONFIG, "--source: expected 1 to 256 bytes of UTF-8 without control characters");
    return 0;
}

int accept_import(const struct given *given, int count, char *const *operands)
{
    if (count == 0)
        return fault(STATUS_CONFIG, "no file is named: expected one, or - for standard input");
    if (is_standard_input(operands[0]) && !is_given(given, OPTION_NAME))
        return fault(STATUS_CONFIG, "standard input has no name: give it one with --name, the same whenever it is tried "
                                    "again");
    if (!text_is_id(span_text(name_of(given, operands[0]))))
        return fault(STATUS_CONFIG, "the name of an import is 1 to 128 bytes of UTF-8 without control characters: give "
                                    "it one with --name");
    int status = accept_nothing(given, count - 1, operands + 1);
    return status ? status : accept_csv(given, operands[0]);
}

// An import as seen from the terminal.
struct importing {
    struct command_context *context;
    const char *path, *name;
    struct import_file *file;
    struct orders_form form;
    struct orders *orders; // NULL: events
    struct import_rejects rejects;
    char rejects_path[PATH_MAX];
    struct store *stores[1 + IMPORT_SHARES];
    struct progress reading, folding;
    bool reads, folds;
    int64_t begun_us;
};

static int on_reject(void *context, const struct import_rejected *rejected)
{
    return rejects_add(&((struct importing *)context)->rejects, rejected);
}

static int on_settle(void *context)
{
    return rejects_settle(&((struct importing *)context)->rejects);
}

static int on_resume(void *context, int64_t next)
{
    struct importing *importing = context;
    progress_begin(&importing->reading, "importing", "lines", next - 1, 0);
    importing->reads = true;
    return rejects_resume(&importing->rejects, next);
}

static void on_progress(void *context, bool folding, int64_t done, int64_t total)
{
    struct importing *importing = context;
    if (!folding) {
        importing->reading.total = import_file_lines(importing->file, done);
        progress_at(&importing->reading, done);
        return;
    }
    if (!importing->folds) {
        progress_end(&importing->reading);
        importing->reads = false;
        progress_begin(&importing->folding, "folding", "customers", done, total);
    }
    importing->folds = true;
    progress_at(&importing->folding, done);
}

static int open_stores(struct importing *importing)
{
    const struct settings *settings = &importing->context->settings;
    int status = 0;
    for (int i = 0; status == 0 && i < 1 + IMPORT_SHARES; i++)
        status = command_store_open(importing->context, &importing->stores[i]);
    struct store *control = importing->stores[0];
    if (status == 0)
        status = policy_join(&importing->context->policy, control, settings->app.lane_hold);
    for (int i = 0; status == 0 && i < 1 + IMPORT_SHARES; i++)
        importing->stores[i]->policy = importing->context->policy.policy.fingerprint;
    return status;
}

static int open_orders(struct importing *importing)
{
    const struct command_context *context = importing->context;
    const char *const *given = context->given->values;
    const struct policy *policy = &context->policy.policy;
    const char *currency = given[OPTION_CURRENCY];
    int64_t minor;
    if (!is_given(context->given, OPTION_CSV))
        return 0;
    if (currency && money_convert(policy, SPAN_LITERAL("0"), span_text(currency), &minor) != MONEY_OK)
        return fault(STATUS_CONFIG, "--currency %s: expected %s, or a currency that has a rate in model.rates", currency,
                     policy->base_currency);
    importing->form = (struct orders_form){
        .customer = given[OPTION_CUSTOMER_COLUMN], .date = given[OPTION_DATE_COLUMN],
        .amount = given[OPTION_AMOUNT_COLUMN], .id = given[OPTION_ID_COLUMN],
        .currency = currency ? currency : policy->base_currency,
        .source = given[OPTION_SOURCE] ? given[OPTION_SOURCE] : "csv"};
    importing->orders = orders_new(policy, &importing->form);
    return importing->orders ? 0 : fault(STATUS_NOMEM, "out of memory");
}

static int open_all(struct importing *importing)
{
    const struct given *given = importing->context->given;
    const char *stem = is_standard_input(importing->path) ? importing->name : importing->path;
    int status = import_file_open(importing->path, export_line_most(&importing->context->policy.policy), &importing->file);
    if (status == 0)
        status = open_orders(importing);
    if (status != 0)
        return status;
    if (is_given(given, OPTION_REJECTS))
        snprintf(importing->rejects_path, sizeof importing->rejects_path, "%s", given->values[OPTION_REJECTS]);
    else
        snprintf(importing->rejects_path, sizeof importing->rejects_path, "%s.rejects", stem);
    rejects_init(&importing->rejects, importing->rejects_path);
    return open_stores(importing);
}

static void close_all(struct importing *importing)
{
    for (int i = 0; i < 1 + IMPORT_SHARES; i++) {
        if (importing->stores[i])
            importing->stores[i]->ops->close(importing->stores[i]);
    }
    rejects_free(&importing->rejects);
    import_file_close(importing->file);
    orders_free(importing->orders);
}

// ----------------------------------------------------------------------------------------------- summary

static int64_t sum_rejected(const struct import_result *result)
{
    int64_t sum = 0;
    for (int reason = 0; reason < REJECT_REASON_COUNT; reason++)
        sum += result->rejected[reason];
    return sum;
}

// Of this run, or of those that it goes on with: a run that was killed could not say it.
static bool any_rejected(const struct importing *importing, const struct import_result *result)
{
    return importing->rejects.before > 0 || sum_rejected(result) > 0;
}

static void tell(const struct importing *importing, const struct import_result *result, double seconds)
{
    int64_t rejected = sum_rejected(result);
    if (result->before > 0)
        printf("%s: %lld lines were imported before; --again takes them once more\n", importing->name,
               (long long)result->before);
    printf("%s: %lld lines in %.1f s (%.0f a second)\n"
           "  %lld applied, %lld duplicates, %lld of erased customers, %lld without effect\n",
           importing->name, (long long)result->lines, seconds, (double)result->lines / seconds,
           (long long)result->fates[IMPORT_TAKEN], (long long)result->fates[IMPORT_REPEATED],
           (long long)result->fates[IMPORT_ERASED],
           (long long)result->fates[IMPORT_IGNORED] + result->passed_over);
    printf("  %lld rejected", (long long)rejected);
    if (importing->rejects.before > 0)
        printf(", %lld before", (long long)importing->rejects.before);
    if (any_rejected(importing, result))
        printf(", in %s", importing->rejects_path);
    putchar('\n');
    for (int reason = 0; reason < REJECT_REASON_COUNT; reason++) {
        if (result->rejected[reason])
            printf("    %-14s %lld\n", reject_code((enum reject_reason)reason), (long long)result->rejected[reason]);
    }
    printf("  %lld customers folded\n", (long long)result->folded);
    if (result->left > 0)
        printf("  %lld customers were changed by others all the time: their daemon folds them\n",
               (long long)result->left);
}

static void tell_json(const struct importing *importing, const struct import_result *result, double seconds)
{
    printf("{\"name\": ");
    print_json_text(stdout, importing->name);
    printf(", \"lines_before\": %lld, \"lines\": %lld, \"applied\": %lld, \"duplicates\": %lld, \"erased\": %lld, "
           "\"ignored\": %lld, \"rejected\": {",
           (long long)result->before, (long long)result->lines, (long long)result->fates[IMPORT_TAKEN],
           (long long)result->fates[IMPORT_REPEATED], (long long)result->fates[IMPORT_ERASED],
           (long long)result->fates[IMPORT_IGNORED] + result->passed_over);
    const char *between = "";
    for (int reason = 0; reason < REJECT_REASON_COUNT; reason++) {
        if (result->rejected[reason] == 0)
            continue;
        printf("%s\"%s\": %lld", between, reject_code((enum reject_reason)reason), (long long)result->rejected[reason]);
        between = ", ";
    }
    printf("}, \"rejected_before\": %lld, \"rejects\": ", (long long)importing->rejects.before);
    print_json_text(stdout, any_rejected(importing, result) ? importing->rejects_path : NULL);
    printf(", \"customers\": %lld, \"left\": %lld, \"unknown_marks\": %lld, \"seconds\": %.3f}\n",
           (long long)result->folded, (long long)result->left, (long long)result->unknown_marks, seconds);
}

// ----------------------------------------------------------------------------------------------- command

static int run(struct importing *importing, struct import_result *result)
{
    const struct command_context *context = importing->context;
    const struct app_settings *app = &context->settings.app;
    const struct import_settings settings = {
        .name = importing->name, .owner = app->owner, .again = is_given(context->given, OPTION_AGAIN),
        .announce = is_given(context->given, OPTION_ANNOUNCE), .lateness = app->lateness, .lane_hold = app->lane_hold,
        .batch_events = app->batch_events < BATCH_EVENTS ? (size_t)app->batch_events : BATCH_EVENTS,
        .batch_bytes = BATCH_BYTES,
    };
    const struct import_parts parts = {
        .policy = &context->policy.policy, .settings = &settings, .control = importing->stores[0],
        .shares = {importing->stores[1], importing->stores[2]}, 
        .input = importing->orders ? import_file_orders(importing->file, importing->orders)
                                   : import_file_events(importing->file),
        .output = {on_reject, on_resume, on_settle, on_progress, importing},
    };
    int status = import_run(&parts, result);
    if (importing->folds)
        progress_end(&importing->folding);
    else if (importing->reads)
        progress_end(&importing->reading);
    return status;
}

int command_import(struct command_context *context)
{
    struct importing importing = {.context = context, .path = context->operands[0], .rejects = {.fd = -1},
                                  .begun_us = clock_monotonic_us()};
    struct import_result result = {0};
    importing.name = name_of(context->given, importing.path);
    int status = open_all(&importing);
    if (status == 0) {
        status = run(&importing, &result);
        double seconds = (double)(clock_monotonic_us() - importing.begun_us + 1) / 1e6;
        bool done = status == 0 || result.lines > 0;
        if (done && context->json)
            tell_json(&importing, &result, seconds);
        else if (done)
            tell(&importing, &result, seconds);
    }
    close_all(&importing);
    return status || !any_rejected(&importing, &result) ? status : EX_DATAERR;
}
