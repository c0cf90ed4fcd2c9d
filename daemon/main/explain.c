// `guanxid explain`: why a customer stands where it stands, and what comes next.
#include "app/explain.h"

#include "base/status.h"
#include "codec/time.h"
#include "main/customer.h"
#include "postgres/overview.h"

#include <string.h>

// RFC 3339, or a date: its first instant in the business time zone. 0, or -1: neither.
static int read_at(const struct policy *policy, const char *text, instant *at)
{
    int64_t day;
    if (time_parse(span_text(text), at) == 0)
        return 0;
    if (time_parse_date(span_text(text), &day) != 0 || day < 0 || day > INSTANT_LAST / DAY)
        return -1;
    // Without a policy yet any will do: what matters is that there is such a day.
    *at = policy ? policy_day_begins(policy, (int32_t)day) : day * DAY;
    return *at < 0 || *at > INSTANT_LAST ? -1 : 0;
}

int accept_explain(const struct given *given, int count, char *const *operands)
{
    const char *text = given->values[OPTION_AT];
    instant at;
    int status = accept_output(given);
    if (status == 0)
        status = accept_id(count, operands);
    if (status == 0 && text && read_at(NULL, text, &at) != 0)
        status = fault(STATUS_CONFIG,
                       "--at %s: expected an instant from 1970 to 2199, as in 2026-03-01T10:00:00+08:00, or a date, of "
                       "which it is the beginning", text);
    return status;
}

// A store that only reads, with the numbers of types that its timelines have.
static int open_store(struct command_context *context, struct store **store)
{
    struct postgres_settings settings = context->settings.postgres;
    settings.read_only = true;
    int outcome = postgres_store_open(&settings, store);
    if (outcome == 0)
        outcome = (*store)->ops->reconnect(*store);
    if (outcome == 0)
        outcome = policy_number_types(&context->policy, *store);
    return command_store_status(outcome);
}

static int explain_with(struct command_context *context, struct explainer *explainer, struct words *words,
                        const struct overview_identity *identity)
{
    const char *text = context->given->values[OPTION_AT];
    instant at = INSTANT_NONE;
    if (text && read_at(words->policy, text, &at) != 0)
        return fault(STATUS_CONFIG, "--at %s: the day begins before 1970 here", text);
    int outcome = explain(explainer, identity->customer, at);
    if (outcome == EXPLAIN_NONE && text) {
        fprintf(stderr, "guanxid: nothing was known of %s at %s\n", context->operands[0], words_instant(words, at));
        return EX_DATAERR;
    }
    if (outcome == EXPLAIN_NONE)
        return customer_unknown(context->operands[0], identity);
    if (outcome != 0)
        return command_store_status(outcome);
    struct valued valued;
    int status = overview_value(&context->settings.postgres, identity->customer,
                                policy_day(words->policy, explainer->made.at), words->arena, &valued);
    if (status != 0)
        return status;
    explain_valued(explainer, &valued);
    return context->json ? explain_json(&explainer->made, words, span_text(context->operands[0]), stdout)
                         : explain_text(&explainer->made, words, stdout);
}

int command_explain(struct command_context *context)
{
    static struct explainer explainer; // large
    const struct policy *policy = &context->policy.policy;
    struct arena arena;
    arena_init(&arena, 65536);
    struct words words = {policy, output_language(context->given), &arena, false};
    struct overview_identity identity;
    struct store *store = NULL;
    int status = customer_find(context, context->operands[0], &words, &identity);
    if (status == 0)
        status = open_store(context, &store);
    if (status == 0) {
        status = explainer_init(&explainer, policy, store);
        if (status == 0)
            status = explain_with(context, &explainer, &words, &identity);
        explainer_free(&explainer);
    }
    if (store)
        store->ops->close(store);
    arena_free(&arena);
    return status;
}
