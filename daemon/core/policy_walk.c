#include "policy_walk.h"

#define FNV_PRIME UINT64_C(1099511628211)

static void walk_bytes(struct walk *walk, void *data, size_t size)
{
    uint8_t *bytes = data;
    switch (walk->mode) {
    case WALK_HASH:
        for (size_t i = 0; i < size; i++) {
            walk->hash = (walk->hash ^ bytes[i]) * FNV_PRIME;
        }
        return;
    case WALK_PACK:
        if (walk->to && size > 0) {
            memcpy(walk->to + walk->packed, bytes, size);
        }
        walk->packed += size;
        return;
    case WALK_UNPACK:
        walk->failed = walk->failed || (size_t)(walk->end - walk->from) < size;
        if (walk->failed) {
            memset(data, 0, size);
            return;
        }
        memcpy(bytes, walk->from, size);
        walk->from += size;
        return;
    }
}

// Little-endian in 8 bytes.
int64_t walk_number(struct walk *walk, int64_t number)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++) {
        bytes[i] = (uint8_t)((uint64_t)number >> (8 * i));
    }
    walk_bytes(walk, bytes, sizeof bytes);
    uint64_t read = 0;
    for (int i = 0; i < 8; i++) {
        read |= (uint64_t)bytes[i] << (8 * i);
    }
    return (int64_t)read;
}

static double walk_real(struct walk *walk, double real)
{
    int64_t bits;
    double canonical = real == 0 ? 0 : real; // one zero
    memcpy(&bits, &canonical, sizeof bits);
    bits = walk_number(walk, bits);
    memcpy(&canonical, &bits, sizeof bits);
    return canonical;
}

// A policy that is only looked at is not written to: other threads may look too.
#define KEEP(field, value) \
    do { \
        __typeof__(field) kept = (__typeof__(field))(value); \
        if (walk->mode == WALK_UNPACK) { \
            (field) = kept; \
        } \
    } while (0)
#define NUMBER(field) KEEP(field, walk_number(walk, (int64_t)(field)))
#define REAL(field) KEEP(field, walk_real(walk, (field)))

// A text in an array of its own, with its length.
#define TEXT(field) walk_text(walk, (field), sizeof(field))
static void walk_text(struct walk *walk, char *text, size_t room)
{
    int64_t size = walk_number(walk, (int64_t)strnlen(text, room));
    if (size < 0 || (size_t)size >= room) {
        walk->failed = true;
        return;
    }
    walk_bytes(walk, text, (size_t)size);
    if (walk->mode == WALK_UNPACK) {
        text[size] = '\0';
    }
}

// How many of a list there are: more than there is room for is no packed policy.
#define COUNT(field, most) KEEP(field, walk_count(walk, (int64_t)(field), (most)))
static int64_t walk_count(struct walk *walk, int64_t count, int64_t most)
{
    count = walk_number(walk, count);
    bool fits = count >= 0 && count <= most;
    walk->failed = walk->failed || !fits;
    return fits ? count : 0;
}

// Of lists that the policy only points at, the storage has room for as many as the head of the bytes said.
#define LIST_MOST(list) (walk->mode == WALK_UNPACK ? (int64_t)walk->counts.list : INT64_MAX)

static void walk_types(struct walk *walk, struct policy *policy)
{
    COUNT(policy->type_count, LIST_MOST(types));
    for (size_t i = 0; i < policy->type_count && !walk->failed; i++) {
        struct type_rule read = {0}, *rule = &read;
        if (walk->mode != WALK_UNPACK) {
            read = policy->types[i];
        }
        TEXT(rule->name);
        NUMBER(rule->type);
        NUMBER(rule->effect);
        NUMBER(rule->contact);
        for (int variant = 0; variant < POINTS_VARIANTS; variant++) {
            REAL(rule->points[variant]);
        }
        NUMBER(rule->marks);
        NUMBER(rule->outbound_marks);
        if (walk->mode == WALK_UNPACK) {
            walk->storage->types[i] = read;
        }
    }
}

static void walk_items(struct walk *walk, struct policy *policy)
{
    COUNT(policy->item_count, CHECKLIST_ITEMS);
    for (size_t i = 0; i < policy->item_count; i++) {
        TEXT(policy->items[i].list);
        TEXT(policy->items[i].item);
    }
    NUMBER(policy->lasting_items);
}

static void walk_zone(struct walk *walk, struct policy *policy)
{
    TEXT(policy->zone_name);
    COUNT(policy->zone.count, LIST_MOST(transitions));
    for (size_t i = 0; i < policy->zone.count && !walk->failed; i++) {
        struct zone_transition read = {0};
        if (walk->mode != WALK_UNPACK) {
            read = policy->zone.transitions[i];
        }
        NUMBER(read.from);
        NUMBER(read.offset);
        if (walk->mode == WALK_UNPACK) {
            walk->storage->transitions[i] = read;
        }
    }
}

static void walk_rate(struct walk *walk, struct currency_rate *rate)
{
    TEXT(rate->code);
    NUMBER(rate->minor_digits);
    NUMBER(rate->scale);
    NUMBER(rate->numerator);
}

// Of the hash they are a sum: the order in which rates are written means nothing.
static void hash_rates(struct walk *walk, const struct policy *policy)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < policy->rate_count; i++) {
        struct walk one = {.mode = WALK_HASH, .hash = WALK_BASIS};
        struct currency_rate rate = policy->rates[i];
        walk_rate(&one, &rate);
        sum += one.hash;
    }
    walk_number(walk, (int64_t)sum);
}

static void walk_rates(struct walk *walk, struct policy *policy)
{
    COUNT(policy->rate_count, LIST_MOST(rates));
    if (walk->mode == WALK_HASH) {
        hash_rates(walk, policy);
        return;
    }
    for (size_t i = 0; i < policy->rate_count && !walk->failed; i++) {
        struct currency_rate rate = {0};
        if (walk->mode != WALK_UNPACK) {
            rate = policy->rates[i];
        }
        walk_rate(walk, &rate);
        if (walk->mode == WALK_UNPACK) {
            walk->storage->rates[i] = rate;
        }
    }
}

static void walk_currency(struct walk *walk, struct policy *policy)
{
    TEXT(policy->base_currency);
    NUMBER(policy->base_minor_digits);
}

static void walk_hours(struct walk *walk, struct policy *policy)
{
    struct calendar *calendar = &policy->calendar;
    COUNT(calendar->interval_count, CALENDAR_INTERVALS);
    for (size_t i = 0; i < calendar->interval_count; i++) {
        NUMBER(calendar->intervals[i].from);
        NUMBER(calendar->intervals[i].to);
    }
}

static void walk_holidays(struct walk *walk, struct policy *policy)
{
    struct calendar *calendar = &policy->calendar;
    COUNT(calendar->year_count, CALENDAR_YEARS);
    for (size_t i = 0; i < calendar->year_count; i++) {
        struct calendar_year *year = &calendar->years[i];
        NUMBER(year->first_day);
        NUMBER(year->listed);
        for (size_t word = 0; word < CALENDAR_WORDS; word++) {
            NUMBER(year->off[word]);
            NUMBER(year->work[word]);
        }
    }
}

static void walk_prefix(struct walk *walk, struct policy *policy)
{
    int64_t size = walk_number(walk, policy->type_prefix.size);
    if (walk->mode != WALK_UNPACK) {
        char text[256]; // more than the configuration allows
        size = size < (int64_t)sizeof text ? size : (int64_t)sizeof text;
        memcpy(text, size > 0 ? policy->type_prefix.data : "", (size_t)size);
        walk_bytes(walk, text, (size_t)size);
    } else if (size < 0 || size > walk->end - walk->from) {
        walk->failed = true;
    } else {
        policy->type_prefix = span_of((const char *)walk->from, (size_t)size);
        walk->from += size;
    }
}

#define LEVELS(name, KIND, first) \
    static void walk_##name(struct walk *walk, struct policy *policy) \
    { \
        for (int level = (first); level <= LEVEL_PROACTIVE; level++) { \
            KIND(policy->name[level]); \
        } \
    }
LEVELS(enter, REAL, LEVEL_REACTIVE)
LEVELS(leave, REAL, LEVEL_REACTIVE)
LEVELS(cadence, NUMBER, LEVEL_BASIC)

static void walk_tier_factor(struct walk *walk, struct policy *policy)
{
    for (int tier = TIER_NONE; tier < TIER_COUNT; tier++) {
        REAL(policy->tier_factor[tier]);
    }
}

static void walk_escalate(struct walk *walk, struct policy *policy)
{
    for (int i = 0; i < ESCALATIONS; i++) {
        NUMBER(policy->escalate[i]);
    }
}

static void walk_stages(struct walk *walk, struct policy *policy)
{
    for (int stage = 0; stage < POLICY_STAGES; stage++) {
        NUMBER(policy->stage_items[stage]);
    }
}

static void walk_days_off(struct walk *walk, struct policy *policy)
{
    NUMBER(policy->calendar.days_off);
}

static void walk_breakpoints(struct walk *walk, struct policy *policy)
{
    for (int what = 0; what < RFM_COUNT; what++) {
        for (int i = 0; i < BREAKPOINTS; i++) {
            NUMBER(policy->valuation.breakpoints[what][i]);
        }
    }
}

static void walk_segments(struct walk *walk, struct policy *policy)
{
    struct valuation *valuation = &policy->valuation;
    COUNT(valuation->segment_count, SEGMENTS);
    for (size_t i = 0; i < valuation->segment_count; i++) {
        struct segment *segment = &valuation->segments[i];
        TEXT(segment->name);
        for (int what = 0; what < RFM_COUNT; what++) {
            NUMBER(segment->least[what]);
            NUMBER(segment->most[what]);
        }
    }
}

// Settings that are one number: the member is called as the option is. X(field)
#define MIXED_NUMBERS(X) \
    X(half_life) X(inbound_window) X(followed_window) X(outbound_window) X(rhythm_least) X(fade_step) X(rhythm_gap) \
    X(follow_up_window) X(rfm_window) X(mature_by)
#define CARE_NUMBERS(X) \
    X(response_within) X(aftersale_after) X(zone_grace) X(stall_after) X(objection_within) X(renewal_lead) \
    X(cycle_after) X(promise_lead) X(promise_grace)
#define VALUATION_NUMBERS(X) \
    X(rank_at) X(scores) X(margin) X(retention) X(discount) X(clv_horizon) X(value_retention)
#define READING_NUMBERS(X) \
    X(ignore_unknown_types) X(events_clock) X(future_tolerance) X(max_event_bytes)

#define X(field) \
    static void walk_##field(struct walk *walk, struct policy *policy) \
    { \
        NUMBER(policy->field); \
    }
MIXED_NUMBERS(X)
CARE_NUMBERS(X)
READING_NUMBERS(X)
#undef X
#define X(field) \
    static void walk_##field(struct walk *walk, struct policy *policy) \
    { \
        NUMBER(policy->valuation.field); \
    }
VALUATION_NUMBERS(X)
#undef X

const struct policy_setting policy_settings[] = {
    // What a customer's state so far has been worked out by.
#define X(field) {"model." #field, true, walk_##field},
    MIXED_NUMBERS(X)
#undef X
    {"model.enter", true, walk_enter},
    {"model.leave", true, walk_leave},
    {"model.types", true, walk_types},
    {"model.checklists", true, walk_items},
    {"model.time_zone", true, walk_zone},
    {"model.base_currency", true, walk_currency},
    {"model.rates", true, walk_rates},
    // What takes effect at reload: what is still to come is derived anew.
#define X(field) {"model." #field, false, walk_##field},
    CARE_NUMBERS(X)
    VALUATION_NUMBERS(X)
#undef X
    {"model.breakpoints", false, walk_breakpoints},
    {"model.segments", false, walk_segments},
    {"model.cadence", false, walk_cadence},
    {"model.tier_factor", false, walk_tier_factor},
    {"model.escalate", false, walk_escalate},
    {"model.stages", false, walk_stages},
    {"model.working_hours", false, walk_hours},
    {"model.days_off", false, walk_days_off},
    {"model.holidays", false, walk_holidays},
    {"type_prefix", false, walk_prefix},
    {"unknown_types", false, walk_ignore_unknown_types},
    {"clock", false, walk_events_clock},
    {"future_tolerance", false, walk_future_tolerance},
    {"max_event_bytes", false, walk_max_event_bytes},
};
const size_t policy_setting_count = sizeof policy_settings / sizeof *policy_settings;

uint64_t policy_setting_hash(const struct policy_setting *setting, const struct policy *policy)
{
    struct walk walk = {.mode = WALK_HASH, .hash = WALK_BASIS};
    setting->walk(&walk, (struct policy *)(uintptr_t)policy); // it writes in UNPACK alone
    return walk.hash;
}
