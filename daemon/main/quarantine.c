// `guanxid quarantine`: what was refused, and judging it again.
#include "postgres/quarantine.h"

#include "app/retry.h"
#include "base/advice.h"
#include "base/print.h"
#include "base/status.h"
#include "main/command.h"
#include "main/policy_force.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

// A positive number written in digits alone; 0 when the text is none.
static int64_t read_number(const char *text)
{
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    return errno == 0 && *end == '\0' && *text >= '0' && *text <= '9' ? number : 0;
}

static int accept_name(const char *option, const char *given, const char *const *names)
{
    if (!given)
        return 0;
    for (const char *const *name = names; *name; name++)
        if (strcmp(*name, given) == 0)
            return 0;
    char advice[ADVICE_MAX];
    advise_name(given, names, advice);
    return fault(STATUS_CONFIG, "%s knows no \"%s\"%s", option, given, advice);
}

static int accept_selection(const struct given *given)
{
    const char *limit = given->values[OPTION_LIMIT];
    static const char *const states[] = {"held", "applied", "discarded", "any", NULL};
    static const char *const reasons[] = {
#define X(NAME, code) code,
        REJECT_REASONS(X)
#undef X
            NULL};
    int status = accept_name("--state", given->values[OPTION_STATE], states);
    if (status == 0)
        status = accept_name("--reason", given->values[OPTION_REASON], reasons);
    if (status == 0 && limit && read_number(limit) <= 0)
        status = fault(STATUS_CONFIG, "--limit %s: expected a number from 1", limit);
    return status;
}

static int accept_ids(int count, char *const *operands)
{
    if (count == 0)
        return fault(STATUS_CONFIG,
                     "no record is named: expected its number, as `quarantine list` shows it");
    for (int i = 0; i < count; i++)
        if (read_number(operands[i]) <= 0)
            return fault(STATUS_CONFIG,
                         "\"%s\" is no record: expected its number, as `quarantine list` shows it",
                         operands[i]);
    return 0;
}

int accept_quarantine(const struct given *given, int count, char *const *operands)
{
    static const char *const actions[] = {"list", "show", "retry", NULL};
    if (count == 0)
        return fault(STATUS_CONFIG, "no action is given: expected list, show or retry");
    int status = accept_name("quarantine", operands[0], actions);
    if (status == 0)
        status = accept_selection(given);
    if (status != 0)
        return status;
    if (strcmp(operands[0], "list") == 0)
        return accept_nothing(given, count - 1, operands + 1);
    if (strcmp(operands[0], "show") == 0 && count > 2)
        return accept_nothing(given, count - 2, operands + 2);
    if (strcmp(operands[0], "retry") == 0 && count == 2 && strcmp(operands[1], "all") == 0)
        return is_given(given, OPTION_STATE)
                   ? fault(STATUS_CONFIG, "only held records are retried: leave --state out")
                   : 0;
    return accept_ids(count - 1, operands + 1);
}

static struct quarantine_filter filter_of(const struct given *given)
{
    const char *state = is_given(given, OPTION_STATE) ? given->values[OPTION_STATE] : "held";
    return (struct quarantine_filter){
        .state = strcmp(state, "any") == 0 ? NULL : state,
        .reason = given->values[OPTION_REASON],
        .topic = given->values[OPTION_TOPIC],
        .limit = is_given(given, OPTION_LIMIT) ? read_number(given->values[OPTION_LIMIT]) : 0,
    };
}

// ------------------------------------------------------------------------------------------------- retry

struct retrying {
    struct retrier retrier;
    bool json;
    size_t told;
    size_t outcomes[RETRIED_HELD + 1];
};

static void tell(struct retrying *retrying, int64_t id, enum retried outcome,
                 const struct reject *reject)
{
    static const char *const names[] = {"applied", "discarded", "held"};
    const char *reason = outcome == RETRIED_HELD ? reject_code(reject->reason) : NULL;
    const char *detail = outcome == RETRIED_HELD ? reject->detail : NULL;
    if (retrying->json) {
        printf("%s{\"quarantine_id\": %lld, \"state\": \"%s\", \"reason\": ",
               retrying->told ? ",\n " : "[", (long long)id, names[outcome]);
        print_json_text(stdout, reason);
        printf(", \"detail\": ");
        print_json_text(stdout, detail);
        printf("}");
    } else {
        printf("%lld %s%s%s%s%s\n", (long long)id, names[outcome], reason ? " " : "",
               reason ? reason : "", detail && *detail ? ": " : "", detail ? detail : "");
    }
    retrying->told++;
    retrying->outcomes[outcome]++;
}

static int retry_one(void *context, const struct quarantined *row)
{
    struct retrying *retrying = context;
    struct reject reject = {0};
    const struct retry_row retry = {
        .quarantine_id = row->id, .lane_id = row->lane_id, .record = &row->record};
    int outcome = retry_record(&retrying->retrier, &retry, &reject);
    if (outcome < 0)
        return outcome;
    if (outcome >= RETRY_SHIFT)
        return fault(STATUS_UNAVAILABLE,
                     "record %lld: PostgreSQL did not take the change (%s); try again",
                     (long long)row->id, fault_message());
    tell(retrying, row->id, (enum retried)outcome, &reject);
    return 0;
}

static int retry_selected(struct command_context *context, struct retrying *retrying)
{
    const struct postgres_settings *settings = &context->settings.postgres;
    struct quarantine_filter filter = filter_of(context->given);
    int status = 0;
    if (strcmp(context->operands[1], "all") == 0) {
        status = quarantine_each(settings, &filter, true, retry_one, retrying);
        return status == QUARANTINE_NONE ? 0 : status;
    }
    bool missing = false;
    for (int i = 1; i < context->operand_count && status >= 0; i++) {
        filter.id = read_number(context->operands[i]);
        status = quarantine_each(settings, &filter, true, retry_one, retrying);
        if (status == QUARANTINE_NONE) {
            fprintf(stderr, "guanxid: no record %lld is held\n", (long long)filter.id);
            missing = true;
        }
    }
    if (status < 0)
        return status;
    return missing ? EX_DATAERR : 0;
}

// Opens a store, and brings policy and clock up to what it says.
static int open_store(struct command_context *context, struct store **store, instant *wall)
{
    int status = command_store_open(context, store);
    if (status == 0)
        status = policy_join(&context->policy, *store, context->settings.app.lane_hold);
    instant watermark;
    int32_t left_out;
    if (status == 0)
        status = (*store)->ops->beat(*store, NULL, 0, context->settings.app.lane_hold, &watermark,
                                     &left_out, wall);
    return command_store_status(status);
}

static int retry(struct command_context *context)
{
    struct retrying retrying = {.json = context->json};
    struct store *store = NULL;
    instant wall = INSTANT_NONE;
    int status = open_store(context, &store, &wall);
    if (status == 0)
        status = retrier_init(&retrying.retrier, &context->policy.policy, store, wall);
    if (status == 0)
        status = retry_selected(context, &retrying);
    if (context->json)
        printf("%s]\n", retrying.told ? "" : "[");
    else if (status >= 0)
        printf("%zu applied, %zu discarded, %zu held\n", retrying.outcomes[RETRIED_APPLIED],
               retrying.outcomes[RETRIED_DISCARDED], retrying.outcomes[RETRIED_HELD]);
    retrier_free(&retrying.retrier);
    if (store)
        store->ops->close(store);
    return status;
}

// ----------------------------------------------------------------------------------------------- command

int command_quarantine(struct command_context *context)
{
    const struct postgres_settings *settings = &context->settings.postgres;
    if (strcmp(context->operands[0], "retry") == 0)
        return retry(context);
    if (strcmp(context->operands[0], "list") == 0) {
        struct quarantine_filter filter = filter_of(context->given);
        int status = quarantine_list(settings, &filter, context->json, stdout);
        return status == QUARANTINE_NONE ? 0 : status;
    }
    int64_t id = read_number(context->operands[1]);
    int status = quarantine_show(settings, id, context->json, stdout);
    if (status != QUARANTINE_NONE)
        return status;
    fprintf(stderr, "guanxid: the quarantine has no record %lld\n", (long long)id);
    return EX_DATAERR;
}
