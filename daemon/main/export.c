// `guanxid export`: timelines as lines that can be imported.
#include "base/print.h"
#include "base/progress.h"
#include "base/status.h"
#include "codec/export.h"
#include "main/command.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum { BLOCK = 64 * 1024, LOOK_EVERY = 1000 };

int accept_export(const struct given *given, int count, char *const *operands)
{
    const char *customer = given->values[OPTION_CUSTOMER];
    if (customer && !text_is_id(span_text(customer)))
        return fault(STATUS_CONFIG, "--customer is no id of a customer: expected 1 to 128 bytes of UTF-8 without control "
                                    "characters");
    return count == 0 ? 0 : accept_nothing(given, count - 1, operands + 1);
}

struct exporting {
    const struct policy *policy;
    const char *path; // NULL: standard output
    char made[PATH_MAX];
    FILE *file;
    struct arena arena;
    struct progress progress;
    int64_t lines;
    int64_t customers; // whose timelines there are
    char last[128];    // the last of them
    uint32_t last_size;
};

static int trouble(const struct exporting *exporting)
{
    return fault(STATUS_IO, "%s: %s", exporting->path ? exporting->made : "standard output", strerror(errno));
}

static void count_customer(struct exporting *exporting, struct span customer)
{
    if (span_equal(customer, span_of(exporting->last, exporting->last_size)) || customer.size > sizeof exporting->last)
        return;
    memcpy(exporting->last, customer.data, customer.size);
    exporting->last_size = customer.size;
    exporting->customers++;
}

static struct span line_of(struct exporting *exporting, const struct exported *exported)
{
    switch (exported->kind) {
    case EXPORTED_ALIAS: return export_alias(&exporting->arena, exported->customer, exported->into, exported->at);
    case EXPORTED_WATERMARK: return export_tick(&exporting->arena, exported->at);
    default:
        count_customer(exporting, exported->customer);
        return export_event(&exporting->arena, exporting->policy, exported->event, exported->type, exported->customer);
    }
}

static int write_line(void *context, const struct exported *exported)
{
    struct exporting *exporting = context;
    arena_reset(&exporting->arena);
    struct span line = line_of(exporting, exported);
    if (!line.data)
        return fault(STATUS_NOMEM, "out of memory while exporting");
    if (fwrite(line.data, 1, line.size, exporting->file) != line.size || fputc('\n', exporting->file) == EOF)
        return trouble(exporting);
    if (++exporting->lines % LOOK_EVERY == 0)
        progress_at(&exporting->progress, exporting->lines);
    return 0;
}

// A file is there under its name when it is whole.
static int open_file(struct exporting *exporting)
{
    exporting->file = stdout;
    if (!exporting->path)
        return 0;
    if (snprintf(exporting->made, sizeof exporting->made, "%s.part", exporting->path) >= PATH_MAX)
        return fault(STATUS_IO, "%s: the name is too long", exporting->path);
    exporting->file = fopen(exporting->made, "we");
    return exporting->file ? 0 : trouble(exporting);
}

static int close_file(struct exporting *exporting, int status)
{
    if (!exporting->file)
        return status;
    bool bad = fflush(exporting->file) != 0;
    if (exporting->path)
        bad |= fsync(fileno(exporting->file)) != 0 || fclose(exporting->file) != 0;
    if (status == 0 && bad)
        status = trouble(exporting);
    if (exporting->path && status == 0 && rename(exporting->made, exporting->path) != 0)
        status = trouble(exporting);
    if (exporting->path && status != 0)
        unlink(exporting->made);
    return status;
}

// Who is meant by the id that was given. 0, negative, or EX_DATAERR: nobody.
static int find_customer(struct exporting *exporting, struct store *store, const char *id, struct span *customer)
{
    struct identity_row identity;
    struct customer_row row;
    int64_t epoch;
    const struct span asked = span_text(id);
    int status = command_store_status(store->ops->resolve(store, &asked, 1, &exporting->arena, &identity, &epoch));
    if (status == 0)
        status = command_store_status(store->ops->load(store, &identity.customer, 1, &exporting->arena, &row));
    if (status != 0)
        return status;
    *customer = identity.customer;
    if (!identity.erased && (row.version > 0 || identity.recorded_at != INSTANT_NONE))
        return 0;
    fprintf(stderr, "guanxid: there is no customer %s\n", id);
    return EX_DATAERR;
}

static int run(struct exporting *exporting, struct store *store, const char *id)
{
    struct span customer = SPAN_NONE;
    struct arena ids;
    arena_init(&ids, BLOCK);
    int status = id ? find_customer(exporting, store, id, &customer) : 0;
    customer = arena_copy(&ids, customer);
    if (status == 0)
        status = open_file(exporting);
    progress_begin(&exporting->progress, "exporting", "lines", 0, 0);
    if (status == 0)
        status = command_store_status(store->ops->export(store, customer, write_line, exporting));
    status = close_file(exporting, status);
    if (status == 0) {
        progress_at(&exporting->progress, exporting->lines);
        progress_end(&exporting->progress);
    }
    arena_free(&ids);
    return status;
}

static void tell(const struct exporting *exporting, bool json)
{
    if (!exporting->path)
        return;
    if (!json) {
        printf("%s: %lld lines of %lld customers\n", exporting->path, (long long)exporting->lines,
               (long long)exporting->customers);
        return;
    }
    printf("{\"file\": ");
    print_json_text(stdout, exporting->path);
    printf(", \"lines\": %lld, \"customers\": %lld}\n", (long long)exporting->lines, (long long)exporting->customers);
}

int command_export(struct command_context *context)
{
    struct exporting exporting = {.policy = &context->policy.policy};
    struct store *store = NULL;
    bool named = context->operand_count > 0 && strcmp(context->operands[0], "-") != 0;
    exporting.path = named ? context->operands[0] : NULL;
    arena_init(&exporting.arena, BLOCK);
    int status = command_store_open(context, &store);
    if (status == 0)
        status = run(&exporting, store, context->given->values[OPTION_CUSTOMER]);
    if (status == 0)
        tell(&exporting, context->json);
    arena_free(&exporting.arena);
    if (store)
        store->ops->close(store);
    return status;
}
