// The policy: every setting that decides an outcome, with the transitions of the time zone and the
// calendar, so that the model needs no file and no clock. Immutable once made; shared between threads.
#ifndef GUANXI_CORE_POLICY_H
#define GUANXI_CORE_POLICY_H

#include "core/calendar.h"
#include "core/event_type.h"
#include "core/instant.h"
#include "core/span.h"
#include "core/valuation.h"

enum level { LEVEL_BASIC = 1, LEVEL_REACTIVE, LEVEL_ACCOUNTABLE, LEVEL_PROACTIVE, LEVEL_COUNT = 4 };
enum tier { TIER_NONE, TIER_ORDINARY, TIER_RISING, TIER_STAR, TIER_FADING, TIER_COUNT };
enum mature_by { MATURE_BY_ORDER, MATURE_BY_CONTRACT };
enum { POLICY_STAGES = 6 }; // enum stage, core/customer.h

enum {
    TYPE_NAME_MAX = 64,
    POINTS_VARIANTS = 3,
    ESCALATIONS = 3,       // further notices after the first
    CHECKLIST_LISTS = 64,  // lists
    CHECKLIST_ITEMS = 64,  // items of all lists together
    CHECKLIST_NAME_MAX = 32,
};

// A row of the event table as the configuration left it.
struct type_rule {
    char name[TYPE_NAME_MAX];
    uint16_t type; // enum event_type or from TYPE_CONFIGURED
    uint8_t effect;
    uint8_t contact; // enum contact
    double points[POINTS_VARIANTS];
    uint64_t marks;          // items always marked
    uint64_t outbound_marks; // items marked when the contact is outbound or both
};

struct checklist_item {
    char list[CHECKLIST_NAME_MAX];
    char item[CHECKLIST_NAME_MAX];
};

// From `from` on, local time is UTC + offset seconds.
struct zone_transition {
    instant from;
    int32_t offset;
};

struct zone {
    size_t count; // at least 1; the first holds from the beginning of time
    const struct zone_transition *transitions;
};

// Money: minor units of `code` * numerator / 10^scale, after the difference in minor digits, is minor
// units of the base currency.
struct currency_rate {
    char code[4];
    uint8_t minor_digits;
    uint8_t scale;
    int64_t numerator;
};

struct policy {
    uint64_t fingerprint;      // of every setting here
    uint64_t mixed_fingerprint; // of those that may not be mixed without recompute
    instant since; // the watermark when it took effect: nothing that it schedules anew opens before; no part of either

    // warmth and level
    duration half_life;
    double enter[LEVEL_COUNT + 1]; // by level; [1] unused
    double leave[LEVEL_COUNT + 1];
    duration inbound_window;   // evidence of reactive
    duration followed_window;  // evidence of accountable
    duration outbound_window;  // evidence of proactive
    int32_t rhythm_least;      // evidence of proactive
    duration fade_step;

    // contacts
    duration rhythm_gap;
    duration follow_up_window;

    // reminders
    duration cadence[LEVEL_COUNT + 1]; // interval by level
    duration response_within;
    duration aftersale_after;
    double tier_factor[TIER_COUNT]; // of the interval; [0], no tier yet, is 1
    duration zone_grace;
    duration stall_after;
    duration objection_within;
    duration renewal_lead;
    duration cycle_after;
    duration promise_lead;
    duration promise_grace;
    duration escalate[ESCALATIONS];
    struct calendar calendar; // all zeros: always

    // stage of life
    uint8_t mature_by;                   // enum mature_by
    uint64_t stage_items[POLICY_STAGES]; // what each stage shows as next steps, by bit
    uint64_t lasting_items;              // the items of `tasks`, which a new PRAM cycle leaves marked

    // value
    int32_t rfm_window; // calendar days; 0 is lifetime
    struct valuation valuation;

    struct zone zone;
    char zone_name[64];
    char base_currency[4];
    uint8_t base_minor_digits;
    size_t rate_count;
    const struct currency_rate *rates;

    size_t type_count;
    const struct type_rule *types;
    size_t item_count;
    struct checklist_item items[CHECKLIST_ITEMS];

    struct span type_prefix;
    bool ignore_unknown_types; // unknown_types = "ignore"
    bool events_clock;         // clock = "events"
    duration future_tolerance;
    uint32_t max_event_bytes;
};

// The policy of section defaults: UTC, CNY without rates, the table of core/event_type.h. `types` is
// storage for POLICY_TYPES rules that outlives the policy. No fingerprint is set.
#define X(...) +1
enum { POLICY_TYPES = 0 EVENT_TYPES(X) };
#undef X
void policy_defaults(struct policy *policy, struct type_rule types[POLICY_TYPES]);

// Both fingerprints, from the settings as they stand (FNV-1a over a canonical form).
void policy_fingerprint(struct policy *policy);

// The rule of a type number or of a type name (prefix removed); NULL when there is none.
const struct type_rule *policy_rule(const struct policy *policy, uint16_t type);
const struct type_rule *policy_rule_named(const struct policy *policy, struct span name);

// The bit of a checklist item "list.item", or -1.
int policy_mark(const struct policy *policy, struct span list, struct span item);

// The bits of all items of a checklist; 0 when there is none of that name.
uint64_t policy_list(const struct policy *policy, struct span list);

// The cadence of a level, times the factor of a tier, cut to whole seconds.
duration policy_interval(const struct policy *policy, int level, int tier);

// The calendar day (days since 1970-01-01) of the business time zone that holds the instant.
int32_t policy_day(const struct policy *policy, instant at);
// The first instant of a calendar day.
instant policy_day_begins(const struct policy *policy, int32_t day);
// The first instant of it at which the local time is a minute of the day, or later.
instant policy_local(const struct policy *policy, int32_t day, int32_t minute);
// How far local time is ahead of UTC at the instant.
duration policy_offset(const struct policy *policy, instant at);

// The first working instant at or after `at`; INSTANT_NEVER if CALENDAR_REACH days have none, which
// policy_works rules out.
instant policy_working(const struct policy *policy, instant at);

// The last working interval that begins before `at`, as far as it lies before `at`: [*from, *to), *from < *to
// <= at. Intervals are those of a day, each by itself even where two touch; without hours a day that works is
// one. By the calendar "always" it is all time: *from is INSTANT_NONE, *to is `at`. False when CALENDAR_REACH
// days have none, which policy_works rules out; both are undefined then.
bool policy_worked(const struct policy *policy, instant at, instant *from, instant *to);

// Whether there is a working instant in any CALENDAR_REACH days; else *gap is the first of the days that
// have none.
bool policy_works(const struct policy *policy, int32_t *gap);

#endif
