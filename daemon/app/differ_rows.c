// The rows of one customer, held against those of a fold: both sorted by key and gone through side by side.
#include "differ.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "codec/time.h"
#include "same_rows.h"

// What is to be known of a kind of row.
struct row_kind {
    int (*order)(const void *a, const void *b); // by key; of pointers to pointers, as qsort has it
    bool (*same)(const void *stored, const void *made);
    bool (*may_be_alone)(const void *stored); // NULL: a row that the fold does not make differs
    void (*name)(const void *row, char what[64]);
    void (*tell)(const void *row, char text[DIFFERENCE_TEXT]);
};

static const void *item(const void *pointer)
{
    return *(const void *const *)pointer;
}

static int by_number(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static void instant_text(instant at, char text[TIME_TEXT_MAX])
{
    if (at == INSTANT_NONE)
        snprintf(text, TIME_TEXT_MAX, "none");
    else
        time_format(at, text);
}

static void text_of(struct span span, char text[48])
{
    snprintf(text, 48, "%.*s", (int)(span.size < 40 ? span.size : 40), span.data ? span.data : "none");
}

// --------------------------------------------------------------------------------------------- transitions

static const char *const transition_kinds[] = {"level", "stage", "PRAM phase", "tier"};

static int order_transitions(const void *a, const void *b)
{
    const struct transition_row *left = item(a), *right = item(b);
    int order = by_number(left->transition.kind, right->transition.kind);
    return order ? order : by_number(left->transition.n, right->transition.n);
}

static void name_transition(const void *row, char what[64])
{
    const struct transition_row *transition = row;
    snprintf(what, 64, "change of %s %" PRId32, transition_kinds[transition->transition.kind & 3],
             transition->transition.n);
}

static void tell_transition(const void *row, char text[DIFFERENCE_TEXT])
{
    const struct transition_row *transition = row;
    char at[TIME_TEXT_MAX], event[48];
    instant_text(transition->at, at);
    text_of(transition->event_id, event);
    snprintf(text, DIFFERENCE_TEXT, "%d to %d at %s, detail %" PRId32 ", event %s", transition->transition.from,
             transition->transition.to, at, transition->transition.detail, event);
}

// ------------------------------------------------------------------------------------------------ promises

static int order_promises(const void *a, const void *b)
{
    const struct promise_row *left = item(a), *right = item(b);
    return span_compare(left->promise.id, right->promise.id);
}

static void name_promise(const void *row, char what[64])
{
    char id[48];
    text_of(((const struct promise_row *)row)->promise.id, id);
    snprintf(what, 64, "promise %s", id);
}

static void tell_promise(const void *row, char text[DIFFERENCE_TEXT])
{
    const struct promise *promise = &((const struct promise_row *)row)->promise;
    char made[TIME_TEXT_MAX], due[TIME_TEXT_MAX], outcome[TIME_TEXT_MAX];
    instant_text(promise->made_at, made);
    instant_text(promise->due, due);
    instant_text(promise->outcome_at, outcome);
    snprintf(text, DIFFERENCE_TEXT, "by %s, %s, made %s, due %s, outcome %s", by_code(promise->by),
             promise_state_code(promise->state), made, due, outcome);
}

// ---------------------------------------------------------------------------------------------- objections

static int order_objections(const void *a, const void *b)
{
    const struct objection_row *left = item(a), *right = item(b);
    int order = by_number(left->kind, right->kind);
    if (order == 0)
        order = by_number(left->cause, right->cause);
    return order ? order : by_number(left->raised_at, right->raised_at);
}

static void name_objection(const void *row, char what[64])
{
    const struct objection_row *objection = row;
    char at[TIME_TEXT_MAX];
    instant_text(objection->raised_at, at);
    snprintf(what, 64, "objection %s of %s", objection_code(objection->kind), at);
}

static void tell_objection(const void *row, char text[DIFFERENCE_TEXT])
{
    char at[TIME_TEXT_MAX];
    instant_text(((const struct objection_row *)row)->resolved_at, at);
    snprintf(text, DIFFERENCE_TEXT, "resolved %s", at);
}

// ------------------------------------------------------------------------------------------------- profile

static int order_profiles(const void *a, const void *b)
{
    (void)a;
    (void)b;
    return 0;
}

static void name_profile(const void *row, char what[64])
{
    (void)row;
    snprintf(what, 64, "profile");
}

static void tell_profile(const void *row, char text[DIFFERENCE_TEXT])
{
    const struct profile_row *profile = row;
    char texts[4][48];
    text_of(profile->owner, texts[0]);
    text_of(profile->manager, texts[1]);
    text_of(profile->name, texts[2]);
    text_of(profile->channel, texts[3]);
    snprintf(text, DIFFERENCE_TEXT, "owner %.30s, manager %.30s, name %.30s, channel %.30s", texts[0], texts[1], texts[2], texts[3]);
}

// ----------------------------------------------------------------------------------------------- reminders

static int order_reminders(const void *a, const void *b)
{
    const struct reminder_row *left = item(a), *right = item(b);
    return memcmp(left->reminder_id, right->reminder_id, sizeof left->reminder_id);
}

// One of which something was published keeps its dates through folds.
static bool same_reminder(const void *stored, const void *made)
{
    const struct reminder_row *a = stored, *b = made;
    bool dates = a->anchor == b->anchor && a->due_at == b->due_at && a->opened_at == b->opened_at;
    return a->kind == b->kind && (dates || a->published) && a->notices == b->notices && a->status == b->status &&
           a->closed_at == b->closed_at && span_equal(a->closed_source, b->closed_source) &&
           span_equal(a->closed_event, b->closed_event) && a->acknowledged_at == b->acknowledged_at &&
           a->snoozed_until == b->snoozed_until && a->at_risk == b->at_risk &&
           span_equal(a->promise_id, b->promise_id);
}

// So do those that an earlier fold did not make any more, closed.
static bool reminder_may_be_alone(const void *stored)
{
    const struct reminder_row *reminder = stored;
    return reminder->published && reminder->status != REMINDER_OPEN;
}

static void name_reminder(const void *row, char what[64])
{
    const struct reminder_row *reminder = row;
    char id[37];
    uuid_text(reminder->reminder_id, id);
    snprintf(what, 64, "reminder %s %s", reminder_kind_code(reminder->kind), id);
}

static void tell_reminder(const void *row, char text[DIFFERENCE_TEXT])
{
    const struct reminder_row *reminder = row;
    char due[TIME_TEXT_MAX], opened[TIME_TEXT_MAX], closed[TIME_TEXT_MAX];
    instant_text(reminder->due_at, due);
    instant_text(reminder->opened_at, opened);
    instant_text(reminder->closed_at, closed);
    snprintf(text, DIFFERENCE_TEXT, "%s, due %s, opened %s, closed %s, %d notices%s",
             reminder_status_code(reminder->status), due, opened, closed, reminder->notices,
             reminder->at_risk ? ", at risk" : "");
}

static int order_notices(const void *a, const void *b)
{
    const struct notice_row *left = item(a), *right = item(b);
    int order = memcmp(left->reminder_id, right->reminder_id, sizeof left->reminder_id);
    return order ? order : by_number(left->notice, right->notice);
}

// What went out, or was suppressed, keeps its number and its instant.
static bool same_notice(const void *stored, const void *made)
{
    const struct notice_row *a = stored, *b = made;
    return a->state != NOTICE_HELD || (a->at == b->at && a->recipients == b->recipients);
}

static bool notice_may_be_alone(const void *stored)
{
    return ((const struct notice_row *)stored)->state != NOTICE_HELD;
}

static void name_notice(const void *row, char what[64])
{
    const struct notice_row *notice = row;
    char id[37];
    uuid_text(notice->reminder_id, id);
    snprintf(what, 64, "notice %s/%d", id, notice->notice);
}

static void tell_notice(const void *row, char text[DIFFERENCE_TEXT])
{
    const struct notice_row *notice = row;
    char at[TIME_TEXT_MAX];
    instant_text(notice->at, at);
    snprintf(text, DIFFERENCE_TEXT, "at %s, recipients %d", at, notice->recipients);
}

// ----------------------------------------------------------------------------------------------- all kinds

static bool tell_alone(struct verifier *verifier, const struct row_kind *kind, struct span id, const void *row,
                       bool stored)
{
    char what[64], text[DIFFERENCE_TEXT];
    kind->name(row, what);
    kind->tell(row, text);
    return differ_add(verifier, id, what, stored ? text : "", stored ? "" : text);
}

static bool tell_pair(struct verifier *verifier, const struct row_kind *kind, struct span id, const void *stored,
                      const void *made)
{
    char what[64], texts[2][DIFFERENCE_TEXT];
    kind->name(stored, what);
    kind->tell(stored, texts[0]);
    kind->tell(made, texts[1]);
    return differ_add(verifier, id, what, texts[0], texts[1]);
}

// Fills and sorts the list of pointers to rows.
static bool list(struct verifier *verifier, bool stored, const void *rows, size_t count, size_t size,
                 const struct row_kind *kind)
{
    __typeof__(verifier->stored) *to = &verifier->stored;
    if (!stored)
        to = (__typeof__(to))&verifier->made;
    vector_clear(to);
    if (!vector_reserve(to, count + 1))
        return false;
    for (size_t i = 0; i < count; i++)
        to->items[i] = (const char *)rows + i * size;
    to->count = count;
    if (count > 1)
        qsort(to->items, count, sizeof *to->items, kind->order);
    return true;
}

static bool differ_lists(struct verifier *verifier, const struct row_kind *kind, struct span id)
{
    const void **stored = verifier->stored.items, **made = verifier->made.items;
    const void **stored_end = stored + verifier->stored.count, **made_end = made + verifier->made.count;
    bool done = true;
    while (done && (stored < stored_end || made < made_end)) {
        int order = stored == stored_end ? 1 : made == made_end ? -1 : kind->order(stored, made);
        if (order < 0) {
            if (!kind->may_be_alone || !kind->may_be_alone(*stored))
                done = tell_alone(verifier, kind, id, *stored, true);
            stored++;
        } else if (order > 0) {
            done = tell_alone(verifier, kind, id, *made++, false);
        } else {
            if (!kind->same(*stored, *made))
                done = tell_pair(verifier, kind, id, *stored, *made);
            stored++;
            made++;
        }
    }
    return done;
}

// A walk through stages as the steps it is made of, as which it may be kept too.
static struct transition_row *steps_of(struct arena *arena, const struct transition_row *rows, size_t count,
                                       size_t *step_count)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += (size_t)transition_steps(&rows[i].transition);
    struct transition_row *steps = arena_take(arena, (total + 1) * sizeof *steps);
    *step_count = 0;
    for (size_t i = 0; steps && i < count; i++) {
        int walk = transition_steps(&rows[i].transition);
        for (int step = 0; step < walk; step++) {
            steps[*step_count] = rows[i];
            steps[(*step_count)++].transition = transition_step(&rows[i].transition, step);
        }
    }
    return steps;
}

static bool differ_transitions(struct verifier *verifier, const struct folded *folded,
                               const struct histories *histories)
{
    static const struct row_kind transitions = {order_transitions, same_transition, NULL, name_transition, tell_transition};
    const struct transition_row *made = verifier->folder.effects.transitions.items;
    size_t counts[2], made_count = folded->end.transitions - folded->begin.transitions;
    struct arena *arena = &verifier->read;
    const struct transition_row *stored = steps_of(arena, histories->transitions, histories->transition_count, &counts[0]);
    made = steps_of(arena, made_count ? made + folded->begin.transitions : NULL, made_count, &counts[1]);
    return stored && made && list(verifier, true, stored, counts[0], sizeof *stored, &transitions) &&
           list(verifier, false, made, counts[1], sizeof *made, &transitions) &&
           differ_lists(verifier, &transitions, folded->row.id);
}

bool differ_rows(struct verifier *verifier, const struct folded *folded, const struct follow_ups *had, bool partly)
{
    static const struct row_kind promises = {order_promises, same_promise, NULL, name_promise, tell_promise};
    static const struct row_kind objections = {order_objections, same_objection, NULL, name_objection, tell_objection};
    static const struct row_kind profiles = {order_profiles, same_profile, NULL, name_profile, tell_profile};
    static const struct row_kind reminders = {order_reminders, same_reminder, reminder_may_be_alone, name_reminder,
                                              tell_reminder};
    static const struct row_kind notices = {order_notices, same_notice, notice_may_be_alone, name_notice, tell_notice};
    const struct writeset *effects = &verifier->folder.effects;
    const struct histories *histories = &had->histories;
#define DIFFER(kind, had_rows, had_count) \
    (list(verifier, true, had_rows, had_count, sizeof *(had_rows), &(kind)) && \
     list(verifier, false, effects->kind.items ? effects->kind.items + folded->begin.kind : NULL, \
          folded->end.kind - folded->begin.kind, sizeof *effects->kind.items, &(kind)) && \
     differ_lists(verifier, &(kind), folded->row.id))
    return differ_transitions(verifier, folded, histories) &&
           DIFFER(promises, histories->promises, histories->promise_count) &&
           DIFFER(objections, histories->objections, histories->objection_count) &&
           DIFFER(profiles, histories->profiles, histories->profile_count) &&
           (partly || (DIFFER(reminders, had->reminders, had->reminder_count) &&
                       DIFFER(notices, had->notices, had->notice_count)));
#undef DIFFER
}
