#include "support/laws.h"

#include <stdio.h>
#include <stdlib.h>

#define LAW(holds, ...)                                 \
    do {                                                \
        if (!(holds)) {                                 \
            snprintf(message, LAW_MESSAGE, __VA_ARGS__); \
            return false;                               \
        }                                               \
    } while (0)

// What was seen of one kind of reminder, by anchor: an instant or a promise.
struct seen {
    enum reminder_kind kind;
    instant anchor;
    struct span promise_id;
    bool open;
    int notices;
};
struct seen_reminders {
    size_t count;
    struct seen items[STORY_EFFECTS];
};

static bool is_seen(const struct seen *seen, const struct effect *effect)
{
    if (seen->kind != effect->reminder) {
        return false;
    }
    return effect->promise_id.data ? span_equal(seen->promise_id, effect->promise_id)
                                   : seen->anchor == effect->care.anchor;
}

static struct seen *find_seen(struct seen_reminders *all, const struct effect *effect)
{
    for (size_t i = 0; i < all->count; i++) {
        if (is_seen(&all->items[i], effect)) {
            return &all->items[i];
        }
    }
    return NULL;
}

static bool check_opened(struct seen_reminders *all, const struct effect *effect, char *message)
{
    LAW(!find_seen(all, effect), "kind %d opens twice for an anchor", effect->reminder);
    for (size_t i = 0; i < all->count; i++) {
        LAW(!all->items[i].open || all->items[i].kind != effect->reminder || effect->promise_id.data,
            "two open reminders of kind %d", effect->reminder);
    }
    LAW(effect->at >= effect->care.due_at || effect->reminder == REMINDER_PROMISE, "opened before its due");
    all->items[all->count++] =
        (struct seen){effect->reminder, effect->care.anchor, effect->promise_id, true, 1};
    return true;
}

static bool check_reminder(struct seen_reminders *all, const struct effect *effect, char *message)
{
    if (effect->kind == EFFECT_REMINDER_OPENED) {
        return check_opened(all, effect, message);
    }
    struct seen *seen = find_seen(all, effect);
    LAW(seen && seen->open, "kind %d is not open", effect->reminder);
    if (effect->kind == EFFECT_REMINDER_NOTICED) {
        LAW(effect->notice == ++seen->notices, "notice %d out of turn", effect->notice);
    } else if (effect->kind == EFFECT_REMINDER_CLOSED) {
        bool by_time = effect->reminder == REMINDER_PROMISE && effect->status == REMINDER_MOOT;
        LAW(effect->event != NULL || by_time, "closed by no event");
        seen->open = false;
    }
    return true;
}

// Where each of the four things that change stands by what was told.
struct places {
    int now[TRANSITION_KIND_COUNT];
    int32_t count[TRANSITION_KIND_COUNT];
};

static bool check_transition(struct places *places, const struct transition *transition, char *message)
{
    int kind = transition->kind, from = transition->from, to = transition->to;
    LAW(from == places->now[kind], "a change of kind %d from %d at %d", kind, from, places->now[kind]);
    LAW(transition->n == ++places->count[kind], "change %d of kind %d is not %d", transition->n, kind,
        places->count[kind]);
    places->now[kind] = to;
    if (kind == TRANSITION_LEVEL) {
        LAW(abs(to - from) == 1, "more than one step at a time");
        LAW((transition->detail == LEVEL_BY_EVENT) == (to > from), "cause of the wrong way");
    } else if (kind == TRANSITION_STAGE) {
        bool walk = to == from + 1 && from != STAGE_ENDED;
        bool reopened = from == STAGE_ENDED && to == STAGE_ESTABLISHED;
        LAW(walk || to == STAGE_ENDED || reopened, "a stage was skipped: %d to %d", from, to);
    }
    return true;
}

bool effects_keep_laws(const struct effect_log *log, char message[LAW_MESSAGE])
{
    static struct seen_reminders seen;
    seen.count = 0;
    struct places places = {.now = {LEVEL_BASIC, STAGE_STRANGER, PHASE_NONE, TIER_NONE}};
    instant last = INSTANT_NONE;
    for (size_t i = 0; i < log->count; i++) {
        const struct effect *effect = &log->effects[i];
        LAW(effect->at >= last, "effect %zu goes back in time", i);
        last = effect->at;
        bool kept = true;
        if (effect->kind == EFFECT_TRANSITION) {
            kept = check_transition(&places, &effect->transition, message);
        } else if (effect->kind >= EFFECT_REMINDER_OPENED && effect->kind <= EFFECT_REMINDER_SNOOZED) {
            kept = check_reminder(&seen, effect, message);
        }
        if (!kept) {
            return false;
        }
    }
    return true;
}
