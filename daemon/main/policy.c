#include "main/policy.h"

#include "base/status.h"
#include "codec/money.h"
#include "main/policy_calendar.h"
#include "main/policy_check.h"
#include "main/policy_types.h"
#include "main/policy_valuation.h"
#include "main/zone.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

static void copy_levels(struct policy *policy, const struct config_model *model)
{
    for (int level = LEVEL_REACTIVE; level <= LEVEL_PROACTIVE; level++) {
        policy->enter[level] = model->enter.items[level - LEVEL_REACTIVE];
        policy->leave[level] = model->leave.items[level - LEVEL_REACTIVE];
    }
    policy->half_life = model->half_life;
    policy->inbound_window = model->inbound_window;
    policy->followed_window = model->followed_window;
    policy->outbound_window = model->outbound_window;
    policy->rhythm_least = (int32_t)model->rhythm_least;
    policy->rhythm_gap = model->rhythm_gap;
    policy->fade_step = model->fade_step;
    policy->follow_up_window = model->follow_up_window;
}

static void copy_reminders(struct policy *policy, const struct config_model *model)
{
    for (int level = LEVEL_BASIC; level <= LEVEL_PROACTIVE; level++)
        policy->cadence[level] = model->cadence.items[level - LEVEL_BASIC];
    for (int i = 0; i < ESCALATIONS; i++)
        policy->escalate[i] = model->escalate.items[i];
    policy->response_within = model->response_within;
    policy->aftersale_after = model->aftersale_after;
    for (int tier = TIER_ORDINARY; tier < TIER_COUNT; tier++)
        policy->tier_factor[tier] = model->tier_factor.items[tier - TIER_ORDINARY];
    policy->zone_grace = model->zone_grace;
    policy->stall_after = model->stall_after;
    policy->objection_within = model->objection_within;
    policy->renewal_lead = model->renewal_lead;
    policy->cycle_after = model->cycle_after;
    policy->promise_lead = model->promise_lead;
    policy->promise_grace = model->promise_grace;
}

static void copy_reading(struct policy_owner *owner, const struct config_daemon *daemon)
{
    struct policy *policy = &owner->policy;
    snprintf(owner->type_prefix, sizeof owner->type_prefix, "%s", daemon->type_prefix);
    policy->type_prefix = span_text(owner->type_prefix);
    policy->ignore_unknown_types = daemon->unknown_types == CONFIG_UNKNOWN_IGNORE;
    policy->events_clock = daemon->clock == CONFIG_CLOCK_EVENTS;
    policy->future_tolerance = daemon->future_tolerance;
    policy->max_event_bytes = (uint32_t)daemon->max_event_bytes;
}

static int build_zone(struct policy_owner *owner, const struct config *config,
                      struct config_problems *problems)
{
    const char *name = config->model.time_zone;
    size_t count = 0;
    int status = zone_read(name, &owner->transitions, &count);
    if (status < 0)
        return status;
    if (status > 0) {
        config_problem(
            problems, config_where(config, "model", "time_zone"), "model.time_zone",
            "this system has no zone \"%s\": expected a name as in \"Asia/Shanghai\" (see "
            "`timedatectl list-timezones`; the data is in the package tzdata)",
            name);
        return 0;
    }
    owner->policy.zone = (struct zone){.count = count, .transitions = owner->transitions};
    snprintf(owner->policy.zone_name, sizeof owner->policy.zone_name, "%s", name);
    return 0;
}

// --------------------------------------------------------------------------------------------------- money

// Puts a currency code in capitals; its minor digits, or -1 with a problem.
static int read_currency(const char *text, struct config_source where, const char *option,
                         struct config_problems *problems, char code[4])
{
    for (int i = 0; i < 4; i++)
        code[i] = i < 3 ? (char)toupper((unsigned char)text[i]) : '\0';
    int digits = currency_minor_digits(span_text(code));
    if (digits < 0)
        config_problem(problems, where, option,
                       "\"%s\" is no currency: expected a code of ISO 4217", text);
    return digits;
}

static int build_money(struct policy_owner *owner, const struct config *config,
                       struct config_problems *problems)
{
    const struct config_model *model = &config->model;
    int digits = read_currency(model->base_currency, config_where(config, "model", "base_currency"),
                               "model.base_currency", problems, owner->policy.base_currency);
    owner->policy.base_minor_digits = (uint8_t)(digits < 0 ? 0 : digits);

    owner->rates = calloc(model->rates.count + 1, sizeof *owner->rates);
    if (!owner->rates)
        return fault(STATUS_NOMEM, "out of memory");
    for (size_t i = 0; i < model->rates.count; i++) {
        const struct config_rate *given = &model->rates.items[i];
        struct currency_rate *rate = &owner->rates[i];
        digits = read_currency(given->code, given->where, "model.rates", problems, rate->code);
        rate->minor_digits = (uint8_t)(digits < 0 ? 0 : digits);
        if (money_parse_rate(span_text(given->rate), &rate->numerator, &rate->scale) != 0)
            config_problem(problems, given->where, "model.rates",
                           "\"%s\" is no rate for %s: expected a positive decimal as in \"7.1234\"",
                           given->rate, given->code);
    }
    owner->policy.rates = owner->rates;
    owner->policy.rate_count = model->rates.count;
    return 0;
}

// --------------------------------------------------------------------------------------------------- whole

int policy_build(struct policy_owner *owner, const struct config *config,
                 struct config_problems *problems)
{
    *owner = (struct policy_owner){0};
    size_t before = problems->count;
    owner->types = calloc(POLICY_TYPES + config->model.types.count, sizeof *owner->types);
    if (!owner->types)
        return fault(STATUS_NOMEM, "out of memory");
    policy_defaults(&owner->policy, owner->types);
    copy_levels(&owner->policy, &config->model);
    copy_reminders(&owner->policy, &config->model);
    copy_reading(owner, &config->daemon);
    owner->policy.rfm_window = (int32_t)config->model.rfm_window;
    owner->policy.mature_by = (uint8_t)config->model.mature_by; // the choices stand in the order of the enum
    policy_build_items(&owner->policy, &config->model.checklists);
    policy_build_stages(&owner->policy, &config->model, problems);
    policy_build_types(owner, &config->model.types, problems);
    int status = build_zone(owner, config, problems);
    if (status == 0)
        status = policy_build_calendar(&owner->policy, config, problems);
    if (status == 0)
        status = build_money(owner, config, problems);
    if (status == 0)
        policy_build_valuation(&owner->policy, config, problems);
    if (status == 0 && problems->count == before)
        policy_check(&owner->policy, config, problems);
    if (status == 0 && problems->out_of_memory)
        status = fault(STATUS_NOMEM, "out of memory");
    policy_fingerprint(&owner->policy);
    return status;
}

void policy_owner_free(struct policy_owner *owner)
{
    free(owner->types);
    free(owner->rates);
    free(owner->transitions);
    *owner = (struct policy_owner){0};
}

// Asks the store for the numbers of the configured types and puts them in.
static int number_configured(struct policy_owner *owner, struct store *store, const char **names,
                             uint16_t *numbers)
{
    size_t count = owner->policy.type_count - POLICY_TYPES;
    struct type_rule *configured = owner->types + POLICY_TYPES;
    for (size_t i = 0; i < count; i++)
        names[i] = configured[i].name;
    int outcome = count > 0 ? store->ops->number_types(store, names, count, numbers) : STORE_OK;
    if (outcome != STORE_OK)
        return outcome;
    for (size_t i = 0; i < count; i++)
        configured[i].type = numbers[i];
    policy_sort_types(owner);
    policy_fingerprint(&owner->policy);
    return STORE_OK;
}

int policy_number_types(struct policy_owner *owner, struct store *store)
{
    size_t count = owner->policy.type_count - POLICY_TYPES;
    const char **names = calloc(count + 1, sizeof *names);
    uint16_t *numbers = calloc(count + 1, sizeof *numbers);
    int outcome = names && numbers ? number_configured(owner, store, names, numbers)
                                   : fault(STATUS_NOMEM, "out of memory");
    free(names);
    free(numbers);
    return outcome;
}
