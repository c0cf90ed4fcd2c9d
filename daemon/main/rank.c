// `guanxid rank`: values all customers, as the daemon does by itself once a day.
#include "app/fit.h"
#include "app/rank.h"

#include "base/clock.h"
#include "base/progress.h"
#include "base/status.h"
#include "codec/time.h"
#include "main/command.h"
#include "main/policy_force.h"
#include "main/rank.h"

#include <inttypes.h>

int accept_rank(const struct given *given, int count, char *const *operands)
{
    int64_t day;
    const char *date = given->values[OPTION_AS_OF];
    if (date && (time_parse_date(span_text(date), &day) != 0 || day < 0 || day > RANK_LAST_DAY))
        return fault(STATUS_CONFIG, "--as-of: \"%s\" is no date: expected one from 1970-01-01 to 2199-12-31", date);
    return accept_nothing(given, count, operands);
}

struct postgres_settings rank_store_settings(const struct postgres_settings *settings)
{
    struct postgres_settings patient = *settings;
    if (patient.statement_timeout < RANK_STATEMENT_TIMEOUT)
        patient.statement_timeout = RANK_STATEMENT_TIMEOUT;
    return patient;
}

enum { HELPERS_MOST = 63 }; // with one more connection they are as many as there may be workers

// A rank as seen from the terminal.
struct ranking_here {
    struct command_context *context;
    struct store *store;
    struct store *helpers[HELPERS_MOST];
    size_t helper_count;
    struct progress progress;
    enum rank_phase phase;
    bool shows;
};

static void show_progress(void *context, enum rank_phase phase, size_t done, size_t total)
{
    struct ranking_here *here = context;
    if (!here->shows || here->phase != phase) {
        if (here->shows)
            progress_end(&here->progress);
        progress_begin(&here->progress, rank_phase_names[phase], rank_phase_units[phase], (int64_t)done,
                       (int64_t)total);
        here->phase = phase;
        here->shows = true;
    }
    progress_at(&here->progress, (int64_t)done);
}

// The day that was asked for, and whether customers live by its rank: without a day it is the watermark's.
static int choose_day(struct ranking_here *here, struct rank_request *request)
{
    const struct given *given = here->context->given;
    const struct policy *policy = &here->context->policy.policy;
    instant watermark, wall;
    int outcome = here->store->ops->clock(here->store, &watermark, &wall);
    if (outcome != STORE_OK)
        return command_store_status(outcome);
    int64_t day = 0;
    if (is_given(given, OPTION_AS_OF)) {
        time_parse_date(span_text(given->values[OPTION_AS_OF]), &day); // which was accepted
    } else if (watermark == INSTANT_NONE) {
        return fault(STATUS_CONFIG, "no event was read from Kafka yet, so that there is no day to rank: name one with "
                                    "--as-of");
    } else {
        day = policy_day(policy, watermark);
    }
    request->as_of = (int32_t)day;
    request->tell = watermark != INSTANT_NONE && day == policy_day(policy, watermark);
    request->fit = is_given(given, OPTION_FIT);
    return 0;
}

static void print_model(bool json, const struct rank_row *row)
{
    const struct bgnbd *model = &row->model;
    if (json && row->has_model)
        printf("{\"r\": %.10g, \"alpha\": %.10g, \"a\": %.10g, \"b\": %.10g}", model->r, model->alpha, model->a, model->b);
    else if (json)
        printf("null");
    else if (row->has_model)
        printf("BG/NBD: r %.4f, alpha %.4f weeks, a %.4f, b %.4f\n", model->r, model->alpha, model->a, model->b);
    else
        printf("BG/NBD: no parameters yet; --fit finds some\n");
}

static void tell(bool json, const struct ranking *ranking, const struct rank_request *request, double seconds)
{
    const struct rank_row *row = &ranking->row;
    int year, month, day;
    time_date(row->as_of, &year, &month, &day);
    if (json) {
        printf("{\"as_of\": \"%04d-%02d-%02d\", \"customers\": %zu, \"timelines\": %s, \"changed\": %zu, \"model\": ", year,
               month, day, row->customers, request->tell ? "true" : "false", row->changed);
        print_model(json, row);
        if (ranking->fit.customers)
            printf(", \"log_likelihood\": %.10g, \"at_edge\": %s", ranking->fit.log_likelihood,
                   fit_is_at_edge(&ranking->fit.model) ? "true" : "false");
        printf(", \"seconds\": %.3f}\n", seconds);
        return;
    }
    printf("%04d-%02d-%02d: %zu customers ranked in %.1f s\n", year, month, day, row->customers, seconds);
    if (request->tell)
        printf("%zu of them have another tier or target level now\n", row->changed);
    else
        printf("of a day that is not the present one: tiers and target levels stay\n");
    print_model(json, row);
    if (ranking->fit.customers)
        printf("fitted to %zu customers, log-likelihood %.3f\n", ranking->fit.customers, ranking->fit.log_likelihood);
    if (ranking->fit.customers && fit_is_at_edge(&ranking->fit.model))
        printf("a parameter lies at the edge of what is looked for (%g to %g): too few customers came back to say more, so "
               "take p_alive and expected orders for a guess, and fit again when there are more\n", FIT_LEAST, FIT_MOST);
}

static int rank_status(int outcome)
{
    if (outcome == RANK_ELSEWHERE)
        return fault(STATUS_UNAVAILABLE, "another guanxid ranks at the moment: try again when it is done");
    return command_store_status(outcome);
}

static int open_store(const struct postgres_settings *settings, struct store **store)
{
    int status = postgres_store_open(settings, store);
    if (status == 0)
        status = (*store)->ops->reconnect(*store);
    return status;
}

// As many connections as there are workers tell of what changes.
static int open_helpers(struct ranking_here *here, const struct postgres_settings *settings)
{
    size_t count = (size_t)here->context->settings.app.workers - 1;
    int status = 0;
    while (status == 0 && here->helper_count < count && here->helper_count < HELPERS_MOST) {
        struct store **helper = &here->helpers[here->helper_count++];
        status = open_store(settings, helper);
        if (status == 0)
            (*helper)->policy = here->store->policy;
    }
    return status;
}

static int rank_here(struct ranking_here *here)
{
    struct command_context *context = here->context;
    struct rank_request request = {.daily = false};
    int status = choose_day(here, &request);
    if (status != 0)
        return status;
    struct ranking ranking = {.policy = &context->policy.policy, .store = here->store, .helpers = here->helpers,
                              .helper_count = here->helper_count, .progress = show_progress, .context = here};
    int64_t begun_us = clock_monotonic_us();
    status = rank_status(rank_run(&ranking, &request));
    if (here->shows)
        progress_end(&here->progress);
    if (status == 0)
        tell(context->json, &ranking, &request, (double)(clock_monotonic_us() - begun_us) / 1e6);
    return status;
}

int command_rank(struct command_context *context)
{
    struct ranking_here here = {.context = context};
    const struct postgres_settings settings = rank_store_settings(&context->settings.postgres);
    int status = open_store(&settings, &here.store);
    if (status == 0)
        status = here.store->ops->check_schema(here.store);
    status = command_store_status(status);
    if (status == 0)
        status = policy_join(&context->policy, here.store, context->settings.app.lane_hold);
    if (status == 0)
        status = command_store_status(open_helpers(&here, &settings));
    if (status == 0)
        status = rank_here(&here);
    for (size_t i = 0; i < here.helper_count; i++)
        if (here.helpers[i])
            here.helpers[i]->ops->close(here.helpers[i]);
    if (here.store)
        here.store->ops->close(here.store);
    return status;
}
