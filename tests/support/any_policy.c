#include "support/any_policy.h"

enum { YEARS = 30 };
#define YEAR_2020 (INT64_C(1577836800) * SECOND)

// Summer time from 2020 to 2049 as in Berlin, near enough.
static void use_summer_time(struct policy *policy)
{
    static struct zone_transition transitions[1 + 2 * YEARS];
    size_t count = 0;
    transitions[count++] = (struct zone_transition){INSTANT_NONE, 3600};
    for (int year = 0; year < YEARS; year++) {
        instant new_year = YEAR_2020 + year * (365 * DAY + 6 * HOUR);
        transitions[count++] = (struct zone_transition){new_year + 87 * DAY + HOUR, 7200};
        transitions[count++] = (struct zone_transition){new_year + 300 * DAY + HOUR, 3600};
    }
    policy->zone = (struct zone){count, transitions};
}

// Hours with a break, weekends, and a year of which some days are listed.
static void use_calendar(struct policy *policy, struct random *random)
{
    struct calendar *calendar = &policy->calendar;
    calendar->days_off = (uint8_t)random_below(random, 127); // one weekday works at least
    if (random_permille(random, 700)) {
        calendar->intervals[0] = (struct working_interval){9 * 60, 12 * 60};
        calendar->intervals[1] = (struct working_interval){13 * 60 + 30, MINUTES_A_DAY};
        calendar->interval_count = (uint8_t)(1 + random_below(random, 2));
    }
    for (int i = 0; i < 40; i++) {
        int32_t day = (int32_t)(YEAR_2020 / DAY + random_below(random, 366 * 10));
        calendar_list_day(calendar, day, random_permille(random, 500));
    }
}

// Other factors, graces and leads, down to none at all, and what stages show.
static void use_care(struct policy *policy, struct random *random)
{
    for (int tier = TIER_ORDINARY; tier < TIER_COUNT; tier++) {
        policy->tier_factor[tier] = (double)(1 + random_below(random, 200)) / 100;
    }
    policy->zone_grace = random_below(random, 40) * DAY;
    policy->stall_after = (1 + random_below(random, 90)) * DAY;
    policy->objection_within = (1 + random_below(random, 5)) * DAY;
    policy->renewal_lead = random_below(random, 60) * DAY;
    policy->cycle_after = (1 + random_below(random, 200)) * DAY;
    policy->promise_lead = (1 + random_below(random, 72)) * HOUR;
    policy->promise_grace = random_below(random, 3) * 12 * HOUR;
    for (int stage = 1; stage < POLICY_STAGES; stage++) {
        policy->stage_items[stage] = (uint64_t)random_below(random, INT64_C(1) << policy->item_count);
    }
}

void any_policy(struct policy *policy, struct type_rule types[POLICY_TYPES], struct random *random)
{
    policy_defaults(policy, types);
    if (random_permille(random, 300)) {
        use_summer_time(policy);
    }
    if (random_permille(random, 300)) {
        use_calendar(policy, random);
    }
    if (random_permille(random, 200)) {
        policy->fade_step = random_below(random, 2) * 10 * DAY;
        policy->half_life = (1 + random_below(random, 200)) * DAY;
    }
    if (random_permille(random, 200)) {
        policy->cadence[LEVEL_REACTIVE] = random_below(random, 3) * DAY;
        policy->response_within = random_below(random, 2) * HOUR;
        policy->escalate[0] = 0;
        policy->escalate[1] = random_below(random, 2) * DAY;
    }
    if (random_permille(random, 300)) {
        use_care(policy, random);
    }
    if (random_permille(random, 300)) {
        policy->mature_by = MATURE_BY_CONTRACT;
    }
    if (random_permille(random, 200)) {
        types[TYPE_MESSAGE_RECEIVED - 1].contact = CONTACT_BOTH;
        types[TYPE_ORDER_PLACED - 1].contact = CONTACT_OUTBOUND;
        types[TYPE_REMINDER_ACKNOWLEDGED - 1].points[0] = 1.5;
        types[TYPE_COST_INCURRED - 1].points[0] = -1000;
    }
    policy_fingerprint(policy);
}
