// How everything does, for the page. Kept for a second, and longer where it took long to read.
#include "base/clock.h"
#include "base/metrics.h"
#include "base/status.h"
#include "page.h"

#include <string.h>

enum { LANES_MOST = 200, OWNERS_MOST = 30, MOVES_DAYS = 7, COST_FACTOR = 20 };
#define FRESH_LEAST_US (INT64_C(1) * 1000 * 1000)
#define FRESH_MOST_US (INT64_C(60) * 1000 * 1000)

struct telling {
    struct page_teller *teller;
    struct words words;
};

static int grown(const struct telling *telling, const void *item)
{
    if (!item)
        return fault(STATUS_NOMEM, "out of memory");
    return page_checked(telling->teller, &telling->words);
}

// By what its owner last wrote, which may be behind what was taken since.
static int64_t lag_of(const struct lane_line *line)
{
    if (line->end_offset < 0)
        return PAGE_UNKNOWN;
    return line->end_offset > line->next_offset ? line->end_offset - line->next_offset : 0;
}

static int take_lane(void *context, const struct lane_line *line)
{
    struct telling *telling = context;
    if (telling->teller->lanes.count == 0)
        page_rates_now(&telling->teller->rates);
    struct page_lane *lane = vector_push(&telling->teller->lanes);
    if (lane) {
        struct words *words = &telling->words;
        *lane = (struct page_lane){
            .topic = page_copy(words, line->topic),
            .state = page_copy(words, line->state),
            .reason = page_copy(words, line->reason),
            .owner = page_copy(words, line->owner),
            .partition = line->partition,
            .lag = lag_of(line),
            .lag_us = PAGE_UNKNOWN,
            .last_commit_us = line->last_commit_at,
        };
        // Of our own lanes more is known, and what is is newer.
        struct page_rate rate = page_rates_of(&telling->teller->rates, lane->topic, lane->partition);
        lane->rate = rate.rate;
        if (rate.lag != METRIC_ABSENT) {
            lane->lag = rate.lag;
            lane->lag_us = rate.lag_us;
        }
        if (lane->lag == 0)
            lane->lag_us = 0;
    }
    return grown(telling, lane);
}

static int take_owner(void *context, const struct owner_line *line)
{
    struct telling *telling = context;
    struct page_owner owner = {
        .owner = line->everybody ? NULL : page_copy(&telling->words, line->owner),
        .open = line->open,
        .overdue = line->overdue,
        .at_risk = line->at_risk,
        .soon = line->soon,
    };
    struct page_owner *kept = line->everybody ? &telling->teller->overview.everybody : vector_push(&telling->teller->owners);
    if (kept)
        *kept = owner;
    return grown(telling, kept);
}

static int take_moves(void *context, const struct moves_line *line)
{
    struct telling *telling = context;
    struct page_day *day = vector_push(&telling->teller->days);
    if (day) {
        instant noon = policy_day_begins(telling->words.policy, line->day) + 12 * HOUR;
        *day = (struct page_day){words_date(&telling->words, noon), line->up, line->down};
    }
    return grown(telling, day);
}

static int take_held(void *context, const struct held_line *line)
{
    struct telling *telling = context;
    struct page_reason *reason = vector_push(&telling->teller->reasons);
    if (reason)
        *reason = (struct page_reason){page_copy(&telling->words, line->reason), line->records};
    return grown(telling, reason);
}

static void clear(struct page_teller *teller)
{
    arena_reset(&teller->overview_arena);
    vector_clear(&teller->lanes);
    vector_clear(&teller->owners);
    vector_clear(&teller->days);
    vector_clear(&teller->reasons);
    teller->overview = (struct page_overview){0};
}

static int read_overview(struct page_teller *teller)
{
    struct telling telling = {teller, {teller->policy, LANGUAGE_EN, &teller->overview_arena, false}};
    const struct state_listener listener = {
        .lane = take_lane, .owner = take_owner, .moves = take_moves, .held = take_held, .context = &telling,
        .lanes = LANES_MOST + 1, .owners = OWNERS_MOST + 1, .days = MOVES_DAYS, .within = 7 * DAY,
    };
    struct page_overview *overview = &teller->overview;
    clear(teller);
    int status = overview_state(&teller->postgres, teller->policy, &listener, &overview->missing);
    overview->read_us = clock_local_us();
    overview->watermark_us = metric_read(METRIC_WATERMARK);
    overview->more_lanes = teller->lanes.count > LANES_MOST;
    overview->more_owners = teller->owners.count > OWNERS_MOST;
    overview->lanes = teller->lanes.items;
    overview->lane_count = overview->more_lanes ? LANES_MOST : teller->lanes.count;
    overview->owners = teller->owners.items;
    overview->owner_count = overview->more_owners ? OWNERS_MOST : teller->owners.count;
    overview->days = teller->days.items;
    overview->day_count = teller->days.count;
    overview->reasons = teller->reasons.items;
    overview->reason_count = teller->reasons.count;
    return status;
}

int page_tell_overview(void *context, enum page_language language, const struct page_overview **made)
{
    struct page_teller *teller = context;
    struct words words = page_words(teller, language);
    int64_t began = clock_monotonic_us();
    if (began >= teller->fresh_until_us) {
        int status = read_overview(teller);
        int64_t now = clock_monotonic_us();
        int64_t fresh = COST_FACTOR * (now - began);
        fresh = fresh < FRESH_LEAST_US ? FRESH_LEAST_US : fresh > FRESH_MOST_US ? FRESH_MOST_US : fresh;
        teller->fresh_until_us = status == 0 ? now + fresh : 0;
        if (status != 0)
            return status;
    }
    for (int level = LEVEL_BASIC; level <= LEVEL_COUNT; level++) {
        teller->overview.levels[level - 1] = words_level(&words, level);
        teller->overview.customers[level - 1] = metric_read_at(METRIC_CUSTOMERS, level, 0);
    }
    *made = &teller->overview;
    return page_checked(teller, &words);
}
