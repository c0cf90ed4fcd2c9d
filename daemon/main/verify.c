// `guanxid verify`: whether what is kept of customers is what their timelines give.
#include "app/verify.h"

#include "app/drive.h"
#include "base/print.h"
#include "base/status.h"
#include "main/output.h"
#include "main/policy_force.h"
#include "main/sample.h"

#include <stdlib.h>
#include <string.h>

enum { AT_ONCE = 500, MOST = 100, ATTEMPTS = 5, WORKERS_MOST = 64, BLOCK = 16384 };

int accept_verify(const struct given *given, int count, char *const *operands)
{
    int status = accept_nothing(given, count, operands);
    return status ? status : accept_sample(given);
}

struct verifying {
    struct command_context *context;
    struct store *control;
    struct store *stores[WORKERS_MOST];
    struct verifier *verifiers;
    size_t workers;
    struct policy_owner policy; // the one in force
    struct sample sample;
    struct progress progress;
    struct arena arena;
    struct verify_counts counts;
    VECTOR(struct difference) differences; // of all, by customer
};

static int work(void *context, const struct span *ids, size_t count)
{
    int outcome = STORE_RETRY;
    for (int i = 0; outcome == STORE_RETRY && i < ATTEMPTS; i++)
        outcome = verify_customers(context, ids, count);
    return command_store_status(outcome);
}

// The policy in force. 1: there is none, and nobody to verify.
static int find_policy(struct verifying *verifying)
{
    struct policy_row row;
    struct store *store = verifying->control;
    int status = command_store_status(store->ops->policy(store, &verifying->arena, &row));
    if (status != 0 || !row.recorded)
        return status ? status : 1;
    status = policy_recorded(&verifying->policy, &row);
    return status <= 0 ? status
                       : fault(STATUS_CONFIG, "the policy in force was recorded by another version of guanxid: it is "
                                              "known again when `guanxid run` of this one has started");
}

static int begin(struct verifying *verifying, size_t most)
{
    const struct settings *settings = &verifying->context->settings;
    int status = sample_choose(&verifying->sample, verifying->context->given, verifying->control);
    verifying->verifiers = calloc(WORKERS_MOST, sizeof *verifying->verifiers);
    if (!verifying->verifiers)
        return fault(STATUS_NOMEM, "out of memory");
    while (status == 0 && verifying->workers < (size_t)settings->app.workers) {
        size_t i = verifying->workers++;
        status = command_store_open(verifying->context, &verifying->stores[i]);
        int made = verifier_init(&verifying->verifiers[i], &verifying->policy.policy, verifying->stores[i], most);
        status = status ? status : made;
    }
    return status;
}

static int compare_differences(const void *a, const void *b)
{
    const struct difference *left = a, *right = b;
    int order = span_compare(left->customer_id, right->customer_id);
    return order ? order : (left > right) - (left < right);
}

// Puts together what the workers found, the first customers of all.
static int gather(struct verifying *verifying, size_t most)
{
    for (size_t i = 0; i < verifying->workers; i++) {
        const struct verifier *verifier = &verifying->verifiers[i];
        verifying->counts.customers += verifier->counts.customers;
        verifying->counts.marked += verifier->counts.marked;
        verifying->counts.partly += verifier->counts.partly;
        verifying->counts.differing += verifier->counts.differing;
        verifying->counts.rows += verifier->counts.rows;
        for (size_t k = 0; k < verifier->differences.count; k++) {
            struct difference *difference = vector_push(&verifying->differences);
            if (!difference)
                return fault(STATUS_NOMEM, "out of memory");
            *difference = verifier->differences.items[k];
        }
    }
    struct difference *all = verifying->differences.items;
    if (verifying->differences.count > 1)
        qsort(all, verifying->differences.count, sizeof *all, compare_differences);
    size_t customers = 0;
    for (size_t i = 0; i < verifying->differences.count; i++) {
        customers += i == 0 || !span_equal(all[i].customer_id, all[i - 1].customer_id);
        if (customers > most)
            verifying->differences.count = i;
    }
    return 0;
}

static int look(struct verifying *verifying, size_t most)
{
    void *contexts[WORKERS_MOST];
    for (size_t i = 0; i < verifying->workers; i++)
        contexts[i] = &verifying->verifiers[i];
    progress_begin(&verifying->progress, "verifying", "customers", 0, sample_size(&verifying->sample));
    const struct drive all = {
        .control = verifying->control, .chosen = verifying->sample.chosen, .ids = verifying->sample.ids,
        .count = verifying->sample.count, .at_once = AT_ONCE, .workers = verifying->workers, .contexts = contexts,
        .work = work, .progress = sample_progress, .progress_context = &verifying->progress,
    };
    int status = drive(&all);
    status = status > 0 ? command_store_status(status) : status;
    progress_end(&verifying->progress);
    return status ? status : gather(verifying, most);
}

// ------------------------------------------------------------------------------------------------- telling

static void print_json(const struct verifying *verifying)
{
    const struct verify_counts *counts = &verifying->counts;
    printf("{\"customers\": %lld, \"verified\": %lld, \"marked\": %lld, \"partly\": %lld, \"rows\": %lld, "
           "\"differing\": %lld, \"sample\": %s, \"differences\": [",
           (long long)verifying->sample.customers, (long long)(counts->customers - counts->marked),
           (long long)counts->marked, (long long)counts->partly, (long long)counts->rows, (long long)counts->differing,
           verifying->sample.chosen ? "true" : "false");
    for (size_t i = 0; i < verifying->differences.count; i++) {
        const struct difference *difference = &verifying->differences.items[i];
        printf("%s{\"customer_id\": ", i ? ",\n " : "\n ");
        print_json_string(stdout, difference->customer_id.data, difference->customer_id.size);
        printf(", \"what\": ");
        print_json_string(stdout, difference->what, strlen(difference->what));
        printf(", \"stored\": ");
        print_json_text(stdout, *difference->stored ? difference->stored : NULL);
        printf(", \"folded\": ");
        print_json_text(stdout, *difference->folded ? difference->folded : NULL);
        printf("}");
    }
    printf("]}\n");
}

static void print_difference(const struct difference *difference)
{
    print_bytes(stdout, difference->customer_id.data, difference->customer_id.size);
    printf(": ");
    print_bytes(stdout, difference->what, strlen(difference->what));
    printf(": stored ");
    print_bytes(stdout, *difference->stored ? difference->stored : "nothing",
                *difference->stored ? strlen(difference->stored) : strlen("nothing"));
    printf("; the timeline gives ");
    print_bytes(stdout, *difference->folded ? difference->folded : "nothing",
                *difference->folded ? strlen(difference->folded) : strlen("nothing"));
    printf("\n");
}

static void print_text(const struct verifying *verifying)
{
    const struct verify_counts *counts = &verifying->counts;
    int64_t told = 0;
    for (size_t i = 0; i < verifying->differences.count; i++) {
        const struct difference *difference = &verifying->differences.items[i];
        told += i == 0 || !span_equal(difference->customer_id, difference[-1].customer_id);
        print_difference(difference);
    }
    if (told < counts->differing)
        printf("and %lld customers more that differ (see --limit)\n", (long long)(counts->differing - told));
    if (verifying->sample.chosen)
        printf("A sample of %lld of %lld customers, by the hash of their ids.\n", (long long)verifying->sample.count,
               (long long)verifying->sample.customers);
    printf("%lld customers verified, with %lld timeline rows; %lld marked, which are to be folded anyway, left out.\n",
           (long long)(counts->customers - counts->marked), (long long)counts->rows, (long long)counts->marked);
    if (counts->partly)
        printf("Of %lld of them reminders were not compared: intervals or calendars have changed since they were folded.\n",
               (long long)counts->partly);
    if (counts->differing)
        printf("%lld differ.\n", (long long)counts->differing);
    else
        printf("None differs.\n");
}

static void end(struct verifying *verifying)
{
    for (size_t i = 0; i < verifying->workers; i++) {
        verifier_free(&verifying->verifiers[i]);
        if (verifying->stores[i])
            verifying->stores[i]->ops->close(verifying->stores[i]);
    }
    free(verifying->verifiers);
    vector_free(&verifying->differences);
    sample_free(&verifying->sample);
    policy_owner_free(&verifying->policy);
    arena_free(&verifying->arena);
    if (verifying->control)
        verifying->control->ops->close(verifying->control);
}

int command_verify(struct command_context *context)
{
    struct verifying verifying = {.context = context};
    size_t most = is_given(context->given, OPTION_LIMIT) ? (size_t)option_number(context->given->values[OPTION_LIMIT]) : MOST;
    arena_init(&verifying.arena, BLOCK);
    arena_init(&verifying.sample.arena, 1024);
    int status = command_store_open(context, &verifying.control);
    if (status == 0)
        status = find_policy(&verifying);
    if (status == 0)
        status = begin(&verifying, most);
    if (status == 0)
        status = look(&verifying, most);
    if (status >= 0 && context->json)
        print_json(&verifying);
    else if (status >= 0)
        print_text(&verifying);
    end(&verifying);
    return status < 0 ? status : verifying.counts.differing ? EX_DATAERR : 0;
}
