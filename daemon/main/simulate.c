// `guanxid simulate`: what another policy would make of the customers there are.
#include "main/simulate.h"

#include "base/status.h"
#include "main/policy_force.h"

#include <stdlib.h>
#include <string.h>

enum { AT_ONCE = 500, BLOCK = 64 * 1024 };

int accept_simulate(const struct given *given, int count, char *const *operands)
{
    int status = accept_nothing(given, count, operands);
    if (status == 0)
        status = accept_output(given);
    return status ? status : accept_sample(given);
}

struct simulating {
    struct command_context *context;
    struct store *store;
    struct policy_owner now; // in force
    struct sample sample;
    struct simulator *simulator;
    struct arena arena, ids;
    char last[128]; // the id of the customer looked at last
    size_t last_size, taken;
    instant watermark;
    char names[POLICY_NAMES];
};

// Before the store is frozen: how far events have been read.
static int read_watermark(struct simulating *simulating)
{
    struct store *store = simulating->store;
    const struct app_settings *settings = &simulating->context->settings.app;
    instant wall;
    int32_t left_out;
    int outcome = store->ops->beat(store, NULL, 0, settings->lane_hold, &simulating->watermark, &left_out, &wall);
    if (outcome == STORE_OK && simulating->watermark == INSTANT_NONE)
        simulating->watermark = wall - settings->lateness;
    return command_store_status(outcome);
}

static int find_policies(struct simulating *simulating)
{
    struct policy_owner *then = &simulating->context->policy;
    struct store *store = simulating->store;
    struct policy_row row;
    int outcome = store->ops->policy(store, &simulating->arena, &row);
    if (outcome == STORE_OK)
        outcome = policy_number_types(then, store);
    if (outcome != STORE_OK)
        return command_store_status(outcome);
    if (!row.recorded)
        return fault(STATUS_CONFIG, "no policy is in force in this database yet: there is nothing to compare with");
    int status = policy_recorded(&simulating->now, &row);
    if (status > 0)
        return fault(STATUS_CONFIG, "the policy in force was recorded by another version of guanxid: it is known again "
                                    "when `guanxid run` of this one has started");
    policy_name_differences(&then->policy, &simulating->now.policy, false, simulating->names);
    return status;
}

static int next_batch(struct simulating *simulating, struct span **ids, size_t *count)
{
    struct store *store = simulating->store;
    struct sample *sample = &simulating->sample;
    int outcome = STORE_OK;
    if (sample->chosen) {
        size_t left = sample->count - simulating->taken;
        *count = left < AT_ONCE ? left : AT_ONCE;
        *ids = sample->ids + simulating->taken;
    } else {
        arena_reset(&simulating->ids);
        outcome = store->ops->walk(store, span_of(simulating->last, simulating->last_size), false, AT_ONCE,
                                   &simulating->ids, ids, count);
    }
    if (outcome != STORE_OK || *count == 0)
        return command_store_status(outcome);
    simulating->taken += *count;
    simulating->last_size = (*ids)[*count - 1].size;
    memcpy(simulating->last, (*ids)[*count - 1].data, simulating->last_size);
    return 0;
}

static int go_over(struct simulating *simulating)
{
    struct progress progress;
    struct span *ids;
    size_t count = 1;
    int status = 0;
    progress_begin(&progress, "simulating", "customers", 0, sample_size(&simulating->sample));
    while (status == 0 && count > 0) {
        status = next_batch(simulating, &ids, &count);
        if (status == 0 && count > 0)
            status = command_store_status(simulate_customers(simulating->simulator, ids, count));
        progress_at(&progress, (int64_t)simulating->taken);
    }
    progress_end(&progress);
    return status;
}

static int simulate(struct simulating *simulating)
{
    struct store *store = simulating->store;
    int status = command_store_status(store->ops->freeze(store));
    if (status == 0)
        status = find_policies(simulating);
    if (status == 0)
        status = sample_choose(&simulating->sample, simulating->context->given, store);
    if (status == 0)
        status = simulator_init(simulating->simulator, &simulating->now.policy, &simulating->context->policy.policy, store,
                                simulating->watermark);
    if (status == 0)
        status = go_over(simulating);
    store->ops->thaw(store);
    return status;
}

static int tell(struct simulating *simulating)
{
    struct words words = {.policy = &simulating->context->policy.policy,
                          .language = output_language(simulating->context->given), .arena = &simulating->arena};
    const struct simulated simulated = {simulating->simulator, &simulating->sample, simulating->names};
    return simulating->context->json ? simulated_json(&simulated, &words) : simulated_text(&simulated, &words);
}

int command_simulate(struct command_context *context)
{
    struct simulating simulating = {.context = context, .simulator = calloc(1, sizeof *simulating.simulator)};
    arena_init(&simulating.arena, BLOCK);
    arena_init(&simulating.ids, BLOCK);
    arena_init(&simulating.sample.arena, 1024);
    int status = simulating.simulator ? command_store_open(context, &simulating.store)
                                      : fault(STATUS_NOMEM, "out of memory");
    if (status == 0)
        status = read_watermark(&simulating);
    if (status == 0)
        status = simulate(&simulating);
    if (status == 0)
        status = tell(&simulating);
    if (simulating.simulator)
        simulator_free(simulating.simulator);
    free(simulating.simulator);
    policy_owner_free(&simulating.now);
    sample_free(&simulating.sample);
    arena_free(&simulating.ids);
    arena_free(&simulating.arena);
    if (simulating.store)
        simulating.store->ops->close(simulating.store);
    return status;
}
