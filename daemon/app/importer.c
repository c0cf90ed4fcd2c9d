#include "app/importer.h"

#include "app/told.h"
#include "base/status.h"
#include "importer_parts.h"

#include <time.h>

enum {
    BLOCK = 64 * 1024,
    ATTEMPTS = 12,     // at what others keep changing
    TRIES = 3,         // at a transaction that PostgreSQL asks to try again, before it is made smaller
    SUSPICION = 16,    // calls with look-ups after a repeated identity
    PART_MOST = 1 << 20,
    PAUSE_NS = 20 * 1000 * 1000,
};

void importer_init(struct importer *importer)
{
    memset(importer, 0, sizeof *importer);
    writeset_init(&importer->set);
    arena_init(&importer->arena, BLOCK);
    importer->part = PART_MOST;
}

void importer_free(struct importer *importer)
{
    vector_free(&importer->places);
    vector_free(&importer->ids);
    vector_free(&importer->rows);
    vector_free(&importer->marks);
    vector_free(&importer->events);
    vector_free(&importer->identities);
    writeset_free(&importer->set);
    arena_free(&importer->arena);
}

static bool same_content(const struct event *a, const struct event *b)
{
    return a->type == b->type && a->time == b->time && span_equal(a->data, b->data);
}

static bool same_identity(const struct import_place *a, const struct import_place *b)
{
    const struct event *one = &a->event->event, *other = &b->event->event;
    return span_equal(a->customer, b->customer) && span_equal(one->source, other->source) &&
           span_equal(one->id, other->id) && span_equal(one->subject, other->subject);
}

static void drop_judged(struct importer *importer)
{
    size_t kept = 0;
    for (size_t i = 0; i < importer->places.count; i++) {
        if (importer->places.items[i].event->fate == IMPORT_PENDING)
            importer->places.items[kept++] = importer->places.items[i];
    }
    importer->places.count = kept;
}

// What one call has twice: the first of an identity counts.
static void judge_repeats(struct importer *importer)
{
    const struct import_place *places = importer->places.items;
    for (size_t first = 0, i = 1; i < importer->places.count; i++) {
        if (same_identity(&places[first], &places[i]))
            places[i].event->fate = same_content(&places[first].event->event, &places[i].event->event)
                                        ? IMPORT_REPEATED
                                        : IMPORT_CONFLICT;
        else
            first = i;
    }
    drop_judged(importer);
}

static bool begins(const struct importer *importer, size_t from, size_t end)
{
    for (size_t i = from; i < end; i++) {
        const struct import_event *event = importer->places.items[i].event;
        if (event_begins(&event->event) || event->stands.data)
            return true;
    }
    return false;
}

// Events that begin no customer count only where there is one. An outcome of the store.
static int judge_beginnings(struct importer *importer)
{
    for (size_t from = 0, end; from < importer->places.count; from = end) {
        struct customer_row row;
        struct import_place *place = &importer->places.items[from];
        end = importer_group(importer, from);
        if (begins(importer, from, end))
            continue;
        int outcome = importer->store->ops->load(importer->store, &place->customer, 1, &importer->arena, &row);
        if (outcome != STORE_OK)
            return outcome;
        for (size_t i = from; row.version == 0 && i < end; i++)
            importer->places.items[i].event->fate = IMPORT_IGNORED;
    }
    drop_judged(importer);
    return STORE_OK;
}

// Looks up which identities the timelines have already. An outcome of the store.
static int judge_identities(struct importer *importer)
{
    size_t count = importer->places.count;
    if (!vector_reserve(&importer->ids, count) || !vector_reserve(&importer->events, count) ||
        !vector_reserve(&importer->identities, count))
        return importer_no_memory();
    for (size_t i = 0; i < count; i++) {
        importer->ids.items[i] = importer->places.items[i].customer;
        importer->events.items[i] = &importer->places.items[i].event->event;
    }
    int outcome = importer->store->ops->identify(importer->store, importer->ids.items, importer->events.items, count,
                                                 importer->identities.items);
    for (size_t i = 0; outcome == STORE_OK && i < count; i++) {
        enum identity identity = importer->identities.items[i];
        if (identity == IDENTITY_NEW)
            continue;
        importer->places.items[i].event->fate = identity == IDENTITY_SAME ? IMPORT_REPEATED : IMPORT_CONFLICT;
        importer->suspicious = SUSPICION;
    }
    drop_judged(importer);
    return outcome;
}

// The customer of some places: marked where it is, or made as a stub that is marked. False: memory is out.
static bool add_customer(struct importer *importer, const struct import_place *places, size_t count)
{
    const struct identity_row *stranger = NULL;
    instant since = INSTANT_NEVER;
    for (size_t i = 0; i < count; i++) {
        since = instant_earlier(since, places[i].event->event.time);
        stranger = stranger ? stranger : places[i].stranger;
    }
    if (!stranger) {
        struct mark_row *mark = vector_push(&importer->marks);
        if (mark)
            *mark = (struct mark_row){.customer_id = places[0].customer, .since = since};
        return mark != NULL;
    }
    struct customer_row *row = vector_push(&importer->set.customers);
    if (!row)
        return false;
    *row = customer_row_unknown(places[0].customer, importer->lane_id);
    told_begin(row, stranger, importer->policy, since);
    row->fold_at = since;
    row->policy = importer->policy->fingerprint;
    row->quiet_until = importer->quiet_until;
    row->brought = (uint8_t)importer->brought;
    return true;
}

static bool fill_set(struct importer *importer, size_t from, size_t end)
{
    writeset_clear(&importer->set);
    vector_clear(&importer->marks);
    bool done = vector_reserve(&importer->set.timeline, end - from) && vector_reserve(&importer->marks, end - from);
    for (size_t next; done && from < end; from = next) {
        next = importer_group(importer, from);
        next = next < end ? next : end;
        done = add_customer(importer, &importer->places.items[from], next - from);
        for (size_t i = from; done && i < next; i++) {
            const struct import_place *place = &importer->places.items[i];
            const struct event *event = &place->event->event;
            done = writeset_timeline(&importer->set, event, place->customer, event_points(importer->policy, event),
                                     importer->lane_id, place->event->line);
            if (done && place->event->stands.data && !span_equal(place->event->stands, place->customer))
                importer->set.timeline.items[importer->set.timeline.count - 1].winner = place->event->stands;
        }
    }
    return done;
}

static int write_some(struct importer *importer, size_t from, size_t end)
{
    if (!fill_set(importer, from, end))
        return importer_no_memory();
    const struct marks marks = {
        .rows = importer->marks.items, .count = importer->marks.count, .home = importer->lane_id,
        .policy = importer->policy->fingerprint, .quiet_until = importer->quiet_until, .brought = importer->brought,
    };
    importer->set.epoch = importer->epoch;
    struct store_write write = writeset_view(&importer->set);
    write.marks = &marks;
    int outcome = importer->store->ops->write(importer->store, &write);
    for (size_t i = from; outcome == STORE_OK && i < end; i++)
        importer->places.items[i].event->fate = IMPORT_TAKEN;
    return outcome;
}

static void pause_a_little(void)
{
    const struct timespec pause = {.tv_nsec = PAUSE_NS};
    nanosleep(&pause, NULL);
}

// One transaction, or halves of it: what the database refuses is found that way, and what takes it too long gets
// through.
static int write_part(struct importer *importer, size_t from, size_t end)
{
    int outcome = STORE_RETRY;
    for (int i = 0; i < TRIES && outcome == STORE_RETRY; i++) {
        if (i > 0)
            pause_a_little();
        outcome = write_some(importer, from, end);
    }
    if (outcome == STORE_POISON && end - from == 1) {
        importer->places.items[from].event->fate = IMPORT_REFUSED;
        return STORE_OK;
    }
    if ((outcome != STORE_POISON && outcome != STORE_RETRY) || end - from == 1)
        return outcome;
    size_t middle = from + (end - from) / 2;
    if (outcome == STORE_RETRY)
        importer->part = middle - from;
    outcome = write_part(importer, from, middle);
    return outcome == STORE_OK ? write_part(importer, middle, end) : outcome;
}

static int write_places(struct importer *importer)
{
    size_t count = importer->places.count;
    int outcome = STORE_OK;
    for (size_t from = 0, end; outcome == STORE_OK && from < count; from = end) {
        end = count - from < importer->part ? count : from + importer->part;
        outcome = write_part(importer, from, end);
    }
    return outcome;
}

static int attempt(struct importer *importer, struct import_event *events, size_t count, bool look_up)
{
    int outcome = importer_place(importer, events, count);
    if (outcome != STORE_OK)
        return outcome;
    judge_repeats(importer);
    outcome = judge_beginnings(importer);
    if (outcome == STORE_OK && look_up)
        outcome = judge_identities(importer);
    return outcome == STORE_OK ? write_places(importer) : outcome;
}

int importer_apply(struct importer *importer, struct import_event *events, size_t count)
{
    bool look_up = importer->suspicious > 0;
    importer->suspicious -= look_up;
    for (int i = 0; i < ATTEMPTS; i++) {
        int outcome = attempt(importer, events, count, look_up);
        if (outcome == STORE_CONFLICT)
            importer->epoch_known = false;
        else if (outcome != STORE_DUPLICATE)
            return outcome;
        // Somebody else may have written the same meanwhile.
        look_up = true;
        if (i > 0)
            pause_a_little();
    }
    return fault(STORE_CONFLICT, "others keep changing the same customers");
}
