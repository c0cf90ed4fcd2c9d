#include "main/policy_valuation.h"

#include "codec/money.h"

#include <math.h>
#include <stdio.h>

// "HH:MM" up to 23:59 as minutes of the day; -1 when it is something else.
static int read_minute(const char *text)
{
    for (int i = 0; i < 5; i++)
        if (i == 2 ? text[i] != ':' : text[i] < '0' || text[i] > '9')
            return -1;
    int hour = (text[0] - '0') * 10 + text[1] - '0';
    int minute = (text[3] - '0') * 10 + text[4] - '0';
    return text[5] || hour > 23 || minute > 59 ? -1 : hour * 60 + minute;
}

static void build_rank_at(struct valuation *valuation, const struct config *config, struct config_problems *problems)
{
    const char *text = config->model.rank_at;
    valuation->rank_at = *text ? read_minute(text) : RANK_NEVER;
    if (*text && valuation->rank_at < 0)
        config_problem(problems, config_where(config, "model", "rank_at"), "model.rank_at",
                       "\"%s\" is no time of day: expected one as in \"02:30\", or \"\" for never", text);
}

// Reads money of the base currency into breakpoints. Whether all of it is.
static bool read_money(const struct policy *policy, const struct config_texts *texts, struct config_source where,
                       struct config_problems *problems, int64_t breakpoints[BREAKPOINTS])
{
    bool done = true;
    for (size_t i = 0; i < texts->count; i++) {
        if (money_convert(policy, span_text(texts->items[i]), span_text(policy->base_currency), &breakpoints[i]) ==
            MONEY_OK)
            continue;
        done = false;
        config_problem(problems, where, "model.breakpoints.monetary",
                       "\"%s\" is no amount of %s: expected a decimal with at most %d digits behind the point",
                       texts->items[i], policy->base_currency, policy->base_minor_digits);
    }
    return done;
}

static void build_breakpoints(struct policy *policy, const struct config *config, struct config_problems *problems)
{
    static const char *const names[RFM_COUNT] = {"recency", "frequency", "monetary"};
    const struct config_breakpoints *given = &config->model.breakpoints;
    struct config_source where = config_where(config, "model", "breakpoints");
    int64_t (*breakpoints)[BREAKPOINTS] = policy->valuation.breakpoints;
    if (!given->given) {
        if (config->model.scores == SCORES_BY_BREAKPOINTS)
            config_problem(problems, config_where(config, "model", "scores"), "model.scores",
                           "\"breakpoints\" needs model.breakpoints, which are not given: expected { recency = [30, "
                           "90, 180, 365]; frequency = [..]; monetary = [\"500\", ..]; }");
        return;
    }
    for (size_t i = 0; i < BREAKPOINTS; i++) {
        breakpoints[RFM_RECENCY][i] = given->recency.items[i];
        breakpoints[RFM_FREQUENCY][i] = given->frequency.items[i];
    }
    bool money = read_money(policy, &given->monetary, where, problems, breakpoints[RFM_MONETARY]);
    for (int what = 0; what < RFM_COUNT; what++) {
        char option[64];
        snprintf(option, sizeof option, "model.breakpoints.%s", names[what]);
        for (int i = 1; i < BREAKPOINTS && (what != RFM_MONETARY || money); i++)
            if (breakpoints[what][i] <= breakpoints[what][i - 1])
                config_problem(problems, where, option,
                               "element %d is not more than the one before: expected four ascending values", i);
    }
}

static void build_segment(struct segment *segment, const struct config_segment *given,
                          struct config_problems *problems)
{
    static const char letters[RFM_COUNT] = {'r', 'f', 'm'};
    snprintf(segment->name, sizeof segment->name, "%s", given->name);
    for (int what = 0; what < RFM_COUNT; what++) {
        const int64_t *scores = given->scores[what].items;
        segment->least[what] = (uint8_t)scores[0];
        segment->most[what] = (uint8_t)scores[1];
        if (scores[0] > scores[1])
            config_problem(problems, given->where, "model.segments",
                           "\"%s\": %c = [%d, %d] goes from more to less: nobody would be in it", given->name,
                           letters[what], (int)scores[0], (int)scores[1]);
    }
}

static void build_segments(struct valuation *valuation, const struct config_segments *segments,
                           struct config_problems *problems)
{
    valuation->segment_count = segments->count;
    for (size_t i = 0; i < segments->count; i++) {
        build_segment(&valuation->segments[i], &segments->items[i], problems);
        for (size_t k = 0; k < i; k++)
            if (strcmp(segments->items[i].name, segments->items[k].name) == 0)
                config_problem(problems, segments->items[i].where, "model.segments", "\"%s\" is given twice",
                               segments->items[i].name);
    }
}

static int32_t millionths(double value)
{
    return (int32_t)lround(value * CLV_MILLION);
}

void policy_build_valuation(struct policy *policy, const struct config *config, struct config_problems *problems)
{
    const struct config_model *model = &config->model;
    struct valuation *valuation = &policy->valuation;
    build_rank_at(valuation, config, problems);
    valuation->scores = (uint8_t)model->scores; // the choices stand in the order of the enum
    build_breakpoints(policy, config, problems);
    build_segments(valuation, &model->segments, problems);
    valuation->margin = millionths(model->margin);
    valuation->retention = millionths(model->retention);
    valuation->discount = millionths(model->discount);
    valuation->clv_horizon = (int32_t)model->clv_horizon;
    valuation->value_retention = (int32_t)(model->value_retention / DAY);
}
