// Fingerprints of a policy: FNV-1a over its settings in one fixed order, each in a canonical form (numbers
// little-endian in 8 bytes, texts with their length), so that neither padding nor addresses count.
#include "core/policy.h"

#define FNV_BASIS UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

static void add_bytes(uint64_t *hash, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < size; i++) {
        *hash = (*hash ^ bytes[i]) * FNV_PRIME;
    }
}

static void add_number(uint64_t *hash, int64_t number)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++) {
        bytes[i] = (uint8_t)((uint64_t)number >> (8 * i));
    }
    add_bytes(hash, bytes, sizeof bytes);
}

static void add_real(uint64_t *hash, double real)
{
    int64_t bits;
    double canonical = real == 0 ? 0 : real; // one zero
    memcpy(&bits, &canonical, sizeof bits);
    add_number(hash, bits);
}

static void add_text(uint64_t *hash, struct span text)
{
    add_number(hash, text.size);
    add_bytes(hash, text.data, text.size);
}

static void add_types(uint64_t *hash, const struct policy *policy)
{
    add_number(hash, (int64_t)policy->type_count);
    for (size_t i = 0; i < policy->type_count; i++) {
        const struct type_rule *rule = &policy->types[i];
        add_text(hash, span_text(rule->name));
        add_number(hash, rule->type);
        add_number(hash, rule->effect);
        add_number(hash, rule->contact);
        for (int variant = 0; variant < POINTS_VARIANTS; variant++) {
            add_real(hash, rule->points[variant]);
        }
        add_number(hash, (int64_t)rule->marks);
        add_number(hash, (int64_t)rule->outbound_marks);
    }
    add_number(hash, (int64_t)policy->item_count);
    for (size_t i = 0; i < policy->item_count; i++) {
        add_text(hash, span_text(policy->items[i].list));
        add_text(hash, span_text(policy->items[i].item));
    }
}

static void add_zone(uint64_t *hash, const struct policy *policy)
{
    add_text(hash, span_text(policy->zone_name));
    add_number(hash, (int64_t)policy->zone.count);
    for (size_t i = 0; i < policy->zone.count; i++) {
        add_number(hash, policy->zone.transitions[i].from);
        add_number(hash, policy->zone.transitions[i].offset);
    }
}

static void add_money(uint64_t *hash, const struct policy *policy)
{
    add_text(hash, span_text(policy->base_currency));
    add_number(hash, policy->base_minor_digits);
    add_number(hash, (int64_t)policy->rate_count);
    uint64_t rates = 0; // a sum: the order in which rates are written means nothing
    for (size_t i = 0; i < policy->rate_count; i++) {
        const struct currency_rate *rate = &policy->rates[i];
        uint64_t one = FNV_BASIS;
        add_text(&one, span_text(rate->code));
        add_number(&one, rate->minor_digits);
        add_number(&one, rate->scale);
        add_number(&one, rate->numerator);
        rates += one;
    }
    add_number(hash, (int64_t)rates);
}

static void add_calendar(uint64_t *hash, const struct calendar *calendar)
{
    add_number(hash, calendar->days_off);
    add_number(hash, calendar->interval_count);
    for (size_t i = 0; i < calendar->interval_count; i++) {
        add_number(hash, calendar->intervals[i].from);
        add_number(hash, calendar->intervals[i].to);
    }
    add_number(hash, calendar->year_count);
    for (size_t i = 0; i < calendar->year_count; i++) {
        const struct calendar_year *year = &calendar->years[i];
        add_number(hash, year->first_day);
        add_number(hash, year->listed);
        for (size_t word = 0; word < CALENDAR_WORDS; word++) {
            add_number(hash, (int64_t)year->off[word]);
            add_number(hash, (int64_t)year->work[word]);
        }
    }
}

// What may not be mixed: what a customer's state so far has been worked out by.
static void add_mixed(uint64_t *hash, const struct policy *policy)
{
    add_number(hash, policy->half_life);
    for (int level = LEVEL_REACTIVE; level <= LEVEL_PROACTIVE; level++) {
        add_real(hash, policy->enter[level]);
        add_real(hash, policy->leave[level]);
    }
    add_number(hash, policy->inbound_window);
    add_number(hash, policy->followed_window);
    add_number(hash, policy->outbound_window);
    add_number(hash, policy->rhythm_least);
    add_number(hash, policy->fade_step);
    add_number(hash, policy->rhythm_gap);
    add_number(hash, policy->follow_up_window);
    add_number(hash, policy->rfm_window);
    add_number(hash, policy->mature_by);
    add_number(hash, (int64_t)policy->lasting_items);
    add_types(hash, policy);
    add_zone(hash, policy);
    add_money(hash, policy);
}

// What takes effect at reload: what is still to come is derived anew.
static void add_reloadable(uint64_t *hash, const struct policy *policy)
{
    for (int level = LEVEL_BASIC; level <= LEVEL_PROACTIVE; level++) {
        add_number(hash, policy->cadence[level]);
    }
    add_number(hash, policy->response_within);
    add_number(hash, policy->aftersale_after);
    for (int tier = TIER_NONE; tier < TIER_COUNT; tier++) {
        add_real(hash, policy->tier_factor[tier]);
    }
    add_number(hash, policy->zone_grace);
    add_number(hash, policy->stall_after);
    add_number(hash, policy->objection_within);
    add_number(hash, policy->renewal_lead);
    add_number(hash, policy->cycle_after);
    add_number(hash, policy->promise_lead);
    add_number(hash, policy->promise_grace);
    for (int i = 0; i < ESCALATIONS; i++) {
        add_number(hash, policy->escalate[i]);
    }
    for (int stage = 0; stage < POLICY_STAGES; stage++) {
        add_number(hash, (int64_t)policy->stage_items[stage]);
    }
    add_calendar(hash, &policy->calendar);
    add_text(hash, policy->type_prefix);
    add_number(hash, policy->ignore_unknown_types);
    add_number(hash, policy->events_clock);
    add_number(hash, policy->future_tolerance);
    add_number(hash, policy->max_event_bytes);
}

void policy_fingerprint(struct policy *policy)
{
    uint64_t hash = FNV_BASIS;
    add_mixed(&hash, policy);
    policy->mixed_fingerprint = hash;
    add_reloadable(&hash, policy);
    policy->fingerprint = hash;
}
