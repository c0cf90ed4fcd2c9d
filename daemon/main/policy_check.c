// A policy judged as a whole: settings that are sound each by itself, and together cannot do what they are for.
#include "main/policy_check.h"

#include <math.h>
#include <stdio.h>

struct checking {
    const struct policy *policy;
    const struct config *config;
    struct config_problems *problems;
};

static struct config_source where(const struct checking *checking, const char *option)
{
    return config_where(checking->config, "model", option);
}

// "45 d", "36 h", "90 s": as it could stand in the file.
enum { DURATION_TEXT = 32 };
static const char *duration_text(duration time, char text[DURATION_TEXT])
{
    static const struct {
        duration unit;
        const char *name;
    } units[] = {{DAY, "d"}, {HOUR, "h"}, {MINUTE, "min"}, {SECOND, "s"}, {1000, "ms"}};
    size_t i = 0;
    while (i + 1 < sizeof units / sizeof *units && time % units[i].unit != 0)
        i++;
    snprintf(text, DURATION_TEXT, "%lld %s", (long long)(time / units[i].unit), units[i].name);
    return text;
}

// ---------------------------------------------------------------------------------------------- thresholds

static bool makes_contact(const struct type_rule *rule, enum side side)
{
    switch (rule->contact) {
    case CONTACT_INBOUND: return side == SIDE_INBOUND;
    case CONTACT_OUTBOUND: return side == SIDE_OUTBOUND;
    case CONTACT_BY_DIRECTION:
    case CONTACT_BOTH: return true;
    default: return false;
    }
}

static bool any_contact(const struct policy *policy, enum side side)
{
    for (size_t i = 0; i < policy->type_count; i++)
        if (makes_contact(&policy->types[i], side))
            return true;
    return false;
}

static double most_points(const struct policy *policy)
{
    double most = 0;
    for (size_t i = 0; i < policy->type_count; i++)
        for (int variant = 0; variant < POINTS_VARIANTS; variant++)
            most = fmax(most, policy->types[i].points[variant]);
    return most;
}

// The warmth that no customer exceeds to whom the best of all things happens every hour, day and night (with a
// half-life of hours or less, a hundred times in it).
static double most_warmth(const struct policy *policy)
{
    const double often = fmin((double)HOUR, (double)policy->half_life / 100);
    return most_points(policy) / -expm1(-M_LN2 * often / (double)policy->half_life);
}

// The first of these options that is given.
static const char *given_of(const struct checking *checking, const char *const *options, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (where(checking, options[i]).line > 0)
            return options[i];
    return options[0];
}

static void check_thresholds(const struct checking *checking)
{
    static const char *const names[] = {[LEVEL_REACTIVE] = "reactive", [LEVEL_ACCOUNTABLE] = "accountable",
                                        [LEVEL_PROACTIVE] = "proactive"};
    const struct policy *policy = checking->policy;
    double most = most_warmth(policy);
    for (int level = LEVEL_REACTIVE; level <= LEVEL_PROACTIVE; level++) {
        if (policy->enter[level] <= most)
            continue;
        const char *option = given_of(checking, (const char *const[]){"enter", "types", "half_life"}, 3);
        char path[32];
        snprintf(path, sizeof path, "model.%s", option);
        config_problem(checking->problems, where(checking, option), path,
                       "%g for %s is never reached: with the most points that an event has (%g) every hour and "
                       "model.half_life warmth stays below %.0f: expected less, more points, or a longer half-life",
                       policy->enter[level], names[level], most_points(policy), ceil(most));
        return; // those above it neither
    }
    if (!any_contact(policy, SIDE_INBOUND))
        config_problem(checking->problems, where(checking, "types"), "model.types",
                       "no type of event is an inbound contact, so that no customer becomes reactive: expected at least "
                       "one with contact = \"inbound\", \"both\" or \"by_direction\"");
    if (!any_contact(policy, SIDE_OUTBOUND))
        config_problem(checking->problems, where(checking, "types"), "model.types",
                       "no type of event is an outbound contact, so that nobody can be cared for and no customer becomes "
                       "proactive: expected at least one with contact = \"outbound\", \"both\" or \"by_direction\"");
}

// ----------------------------------------------------------------------------------------------- intervals

// Two settings that contradict: a time and the limit it is held against, with what is said of each.
struct contradiction {
    const char *option, *other;
    duration time, limit;
    const char *before, *between, *after;
};

// It is told where one of the two is given.
static void tell(const struct checking *checking, const struct contradiction *found)
{
    const char *option = given_of(checking, (const char *const[]){found->option, found->other}, 2);
    char path[48], times[2][DURATION_TEXT];
    snprintf(path, sizeof path, "model.%s", option);
    config_problem(checking->problems, where(checking, option), path, "%s %s, %s %s %s", found->before,
                   duration_text(found->time, times[0]), found->between, duration_text(found->limit, times[1]),
                   found->after);
}

// Care that would be due only when what it keeps up has run out.
static void check_intervals(const struct checking *checking)
{
    const struct policy *policy = checking->policy;
    duration cadence = policy->cadence[LEVEL_PROACTIVE];
    const struct contradiction late = {
        "cadence", "outbound_window", cadence, policy->outbound_window, "care of proactive customers is due after",
        "but they lose that level after",
        "without a contact of ours: expected a fourth cadence of at most outbound_window"};
    const struct contradiction slow = {
        "cadence", "rhythm_gap", cadence, policy->rhythm_gap, "care of proactive customers is due after",
        "but a gap of more than", "ends the rhythm that the level asks for: expected a fourth cadence of at most rhythm_gap"};
    const struct contradiction useless = {
        "aftersale_after", "follow_up_window", policy->aftersale_after, policy->follow_up_window,
        "following up an order is due after", "but what comes after",
        "does not count as following up: expected an aftersale_after less than follow_up_window"};
    if (cadence > policy->outbound_window)
        tell(checking, &late);
    if (cadence > policy->rhythm_gap)
        tell(checking, &slow);
    if (policy->aftersale_after >= policy->follow_up_window)
        tell(checking, &useless);
}

void policy_check(const struct policy *policy, const struct config *config, struct config_problems *problems)
{
    const struct checking checking = {policy, config, problems};
    check_thresholds(&checking);
    check_intervals(&checking);
}
