// The fold and the histories of the tables: most of what it makes stands there already, and is left as it is.
#include "app/fold.h"
#include "same_rows.h"

// The first row of a kind from one on, or the end.
static const struct transition_row *next_of(int kind, const struct transition_row *row, const struct transition_row *end)
{
    while (row < end && row->transition.kind != kind)
        row++;
    return row;
}

// Whether a parcel has a message of that kind that is still held. Another one takes its place, so that no row may say
// of it any more that it waits.
static bool is_held(int kind, const struct follow_ups *had)
{
    bool held = false;
    for (size_t i = 0; i < had->outbox_count; i++)
        held |= had->outbox[i].kind == OUTBOX_TRANSITION && had->outbox[i].parcel && had->outbox[i].transition.kind == kind;
    return held;
}

static bool push_transitions(struct writeset *set, int kind, const struct transition_row *row,
                             const struct transition_row *end)
{
    for (row = next_of(kind, row, end); row < end; row = next_of(kind, row + 1, end)) {
        struct transition_row *made = vector_push(&set->transitions);
        if (!made)
            return false;
        *made = *row;
    }
    return true;
}

// The changes of a kind are numbered: from the first that comes out otherwise on they are made anew.
static bool reconcile_kind(struct writeset *set, int kind, const struct yielded *yielded, const struct follow_ups *had)
{
    const struct transition_row *stored = had->histories.transitions, *made = yielded->transitions;
    const struct transition_row *stored_end = stored + had->histories.transition_count;
    const struct transition_row *made_end = made + yielded->transition_count;
    stored = next_of(kind, stored, stored_end);
    made = next_of(kind, made, made_end);
    bool anew = stored < stored_end && is_held(kind, had);
    while (!anew && stored < stored_end && made < made_end && stored->transition.n == made->transition.n &&
           same_transition(stored, made)) {
        stored = next_of(kind, stored + 1, stored_end);
        made = next_of(kind, made + 1, made_end);
    }
    struct transition_row *dropped = stored < stored_end ? vector_push(&set->delete_transitions) : NULL;
    if (!dropped && stored < stored_end)
        return false;
    if (dropped)
        *dropped = *stored;
    return push_transitions(set, kind, made, made_end);
}

// Stored ones come by id.
static bool same_promises(const struct yielded *yielded, const struct histories *stored)
{
    bool same = yielded->promise_count == stored->promise_count;
    for (size_t i = 0; same && i < yielded->promise_count; i++) {
        const struct promise_row *made = &yielded->promises[i];
        size_t low = 0, high = stored->promise_count;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if (span_compare(stored->promises[middle].promise.id, made->promise.id) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        same = low < stored->promise_count && span_equal(stored->promises[low].promise.id, made->promise.id) &&
               same_promise(&stored->promises[low], made);
    }
    return same;
}

// Those of one kind and cause come in the order in which they were raised, there and here.
static bool same_objections(const struct yielded *yielded, const struct histories *stored)
{
    size_t places[OBJECTION_KIND_COUNT][2] = {{0}};
    bool same = yielded->objection_count == stored->objection_count;
    for (size_t i = 0; same && i < yielded->objection_count; i++) {
        const struct objection_row *made = &yielded->objections[i], *row = NULL;
        size_t *place = &places[made->kind][made->cause];
        while (!row && *place < stored->objection_count) {
            row = &stored->objections[(*place)++];
            if (row->kind != made->kind || row->cause != made->cause)
                row = NULL;
        }
        same = row && row->raised_at == made->raised_at && same_objection(row, made);
    }
    return same;
}

static bool same_profiles(const struct yielded *yielded, const struct histories *stored)
{
    return yielded->profile_count == stored->profile_count &&
           (yielded->profile_count == 0 || same_profile(stored->profiles, yielded->profiles));
}

#define PUSH_ALL(set, yielded, name, number) \
    for (size_t i = 0; i < (yielded)->number; i++) { \
        __typeof__((set)->name.items) made = vector_push(&(set)->name); \
        if (!made) \
            return false; \
        *made = (yielded)->name[i]; \
    }

static bool push_all(struct writeset *set, const struct yielded *yielded)
{
    PUSH_ALL(set, yielded, transitions, transition_count)
    PUSH_ALL(set, yielded, promises, promise_count)
    PUSH_ALL(set, yielded, objections, objection_count)
    PUSH_ALL(set, yielded, profiles, profile_count)
    return true;
}

bool reconcile_histories(struct writeset *set, struct span id, const struct yielded *yielded,
                         const struct follow_ups *had)
{
    const struct histories *stored = &had->histories;
    if (had->fresh)
        return push_all(set, yielded);
    bool same = same_promises(yielded, stored) && same_objections(yielded, stored) && same_profiles(yielded, stored);
    if (!same) {
        struct span *forget = vector_push(&set->forget);
        if (!forget)
            return false;
        *forget = id;
        return push_all(set, yielded);
    }
    bool done = true;
    for (int kind = 0; done && kind < TRANSITION_KIND_COUNT; kind++)
        done = reconcile_kind(set, kind, yielded, had);
    return done;
}
