// `guanxid recompute`: customers worked out anew under the policy of the configuration.
#include "app/recompute.h"

#include "base/log.h"
#include "base/status.h"
#include "main/output.h"
#include "main/policy_force.h"
#include "main/sample.h"

#include <string.h>
#include <time.h>

enum { ATTEMPTS = 10, BLOCK = 16 * 1024 };

int accept_recompute(const struct given *given, int count, char *const *operands)
{
    const char *customer = given->values[OPTION_CUSTOMER];
    if (customer && is_given(given, OPTION_ALL))
        return fault(STATUS_CONFIG, "--customer and --all do not go together: expected one of them, or none");
    if (customer && !text_is_id(span_text(customer)))
        return fault(STATUS_CONFIG, "--customer is no id of a customer: expected 1 to 128 bytes of UTF-8 without control "
                                    "characters");
    return accept_nothing(given, count, operands);
}

struct recomputing {
    struct command_context *context;
    struct store *stores[1 + RECOMPUTE_WORKERS_MOST]; // control first
    struct recompute recompute;
    struct arena arena;
    struct progress progress;
    const char *doing; // what progress is shown of
};

static void show(void *context, const char *doing, int64_t done, int64_t total)
{
    struct recomputing *recomputing = context;
    if (!recomputing->doing || strcmp(recomputing->doing, doing) != 0) {
        if (recomputing->doing)
            progress_end(&recomputing->progress);
        progress_begin(&recomputing->progress, doing, "customers", done, total);
        recomputing->doing = doing;
    }
    progress_at(&recomputing->progress, done);
}

static int open_stores(struct recomputing *recomputing)
{
    size_t workers = (size_t)recomputing->context->settings.app.workers;
    int status = 0;
    for (size_t i = 0; status == 0 && i <= workers; i++)
        status = command_store_open(recomputing->context, &recomputing->stores[i]);
    recomputing->recompute.control = recomputing->stores[0];
    recomputing->recompute.stores = recomputing->stores + 1;
    recomputing->recompute.workers = workers;
    return status;
}

// From here on the stores write under the policy of the configuration.
static void go_by(struct recomputing *recomputing)
{
    const struct policy *policy = &recomputing->context->policy.policy;
    for (size_t i = 0; i <= recomputing->recompute.workers; i++)
        recomputing->stores[i]->policy = policy->fingerprint;
    recomputing->recompute.policy = policy;
}

static int read_watermark(struct recomputing *recomputing)
{
    struct store *store = recomputing->stores[0];
    struct recompute *recompute = &recomputing->recompute;
    const struct app_settings *settings = &recomputing->context->settings.app;
    instant wall;
    int32_t left_out;
    int outcome = store->ops->beat(store, NULL, 0, settings->lane_hold, &recompute->watermark, &left_out, &wall);
    // Without one, after imports alone, it is what it would be of a lane that is read to its end.
    if (recompute->watermark == INSTANT_NONE && outcome == STORE_OK && !recomputing->context->policy.policy.events_clock)
        recompute->watermark = wall - settings->lateness;
    recompute->quiet_until = recompute->watermark;
    recompute->announce = is_given(recomputing->context->given, OPTION_ANNOUNCE);
    return command_store_status(outcome);
}

// Brings the policy into force. Whoever writes under another one is waited for, and writes no more then.
static int record(struct recomputing *recomputing, enum policy_entry entry, struct policy_row *row)
{
    struct store *store = recomputing->stores[0];
    const struct policy *policy = &recomputing->context->policy.policy;
    int outcome = STORE_RETRY;
    for (int i = 0; outcome == STORE_RETRY && i < ATTEMPTS; i++)
        outcome = store->ops->record_policy(store, policy, recomputing->context->settings.app.lane_hold, entry,
                                            &recomputing->arena, row);
    if (outcome == STORE_OK)
        recomputing->context->policy.policy.since = row->since;
    return command_store_status(outcome);
}

static void tell_change(const struct policy *policy, const struct policy_row *row)
{
    struct policy_owner recorded;
    char names[POLICY_NAMES];
    if (policy_recorded(&recorded, row) == 0) {
        policy_name_differences(policy, &recorded.policy, false, names);
        if (*names)
            log_notice("this policy comes into force now; it differs from the former one in %s", names);
    }
    policy_owner_free(&recorded);
}

static int recompute_all(struct recomputing *recomputing)
{
    struct policy_owner *owner = &recomputing->context->policy;
    struct store *store = recomputing->stores[0];
    bool all = is_given(recomputing->context->given, OPTION_ALL);
    struct policy_row row;
    int status = command_store_status(store->ops->policy(store, &recomputing->arena, &row));
    if (status != 0)
        return status;
    recomputing->recompute.resumed = row.marking.data != NULL;
    bool needed = !row.recorded || row.mixed_fingerprint != owner->policy.mixed_fingerprint || row.marking.data;
    if (row.recorded)
        tell_change(&owner->policy, &row);
    if (needed || all)
        status = record(recomputing, all && !row.marking.data ? POLICY_RECOMPUTES_ALL : POLICY_RECOMPUTES, &row);
    else if (row.fingerprint != owner->policy.fingerprint)
        return fault(STATUS_CONFIG, "nothing has changed that customers stand under; the rest of this configuration takes "
                                    "effect when guanxid starts with it (with --all all are worked out anew nevertheless)");
    go_by(recomputing);
    if (status == 0)
        status = read_watermark(recomputing);
    if (status == 0 && row.marking.data)
        status = command_store_status(recompute_mark(&recomputing->recompute));
    if (status == 0)
        status = command_store_status(recompute_fold(&recomputing->recompute));
    return status;
}

// 1: there is no such customer, which has been told.
static int recompute_customer(struct recomputing *recomputing, const char *id)
{
    struct settings *settings = &recomputing->context->settings;
    struct store *store = recomputing->stores[0];
    struct identity_row identity;
    struct span asked = span_text(id);
    int64_t epoch;
    int status = policy_join(&recomputing->context->policy, store, settings->app.lane_hold);
    if (status == 0) {
        go_by(recomputing);
        status = read_watermark(recomputing);
    }
    if (status == 0)
        status = command_store_status(store->ops->resolve(store, &asked, 1, &recomputing->arena, &identity, &epoch));
    if (status != 0)
        return status;
    int outcome = recompute_one(&recomputing->recompute, identity.customer);
    if (outcome != RECOMPUTE_NONE)
        return command_store_status(outcome);
    fprintf(stderr, "guanxid: there is no customer of that id\n");
    return 1;
}

static void print_result(const struct recomputing *recomputing)
{
    const struct recompute *recompute = &recomputing->recompute;
    if (recomputing->context->json)
        printf("{\"marked\": %lld, \"folded\": %lld, \"left\": %lld}\n", (long long)recompute->marked,
               (long long)recompute->folded, (long long)recompute->left);
    else if (recompute->left)
        printf("%lld customers worked out anew; %lld are changed by others all the time and stay marked: a daemon folds "
               "them\n",
               (long long)recompute->folded, (long long)recompute->left);
    else if (recompute->folded)
        printf("%lld customers worked out anew\n", (long long)recompute->folded);
    else
        printf("nothing to do: all customers stand under this policy\n");
}

int command_recompute(struct command_context *context)
{
    struct recomputing recomputing = {.context = context};
    const char *customer = context->given->values[OPTION_CUSTOMER];
    recomputing.recompute.progress = show;
    recomputing.recompute.context = &recomputing;
    arena_init(&recomputing.arena, BLOCK);
    int status = open_stores(&recomputing);
    if (status == 0)
        status = command_store_status(policy_number_types(&context->policy, recomputing.stores[0]));
    if (status == 0)
        status = customer ? recompute_customer(&recomputing, customer) : recompute_all(&recomputing);
    if (recomputing.doing)
        progress_end(&recomputing.progress);
    if (status == 0)
        print_result(&recomputing);
    for (size_t i = 0; i < sizeof recomputing.stores / sizeof *recomputing.stores; i++) {
        if (recomputing.stores[i])
            recomputing.stores[i]->ops->close(recomputing.stores[i]);
    }
    arena_free(&recomputing.arena);
    return status > 0 ? EX_DATAERR : status;
}
