// Whom the events of an import are about: themselves while nobody was ever merged or erased, else as ids say.
#include "base/status.h"
#include "importer_parts.h"

int importer_no_memory(void)
{
    return fault(STATUS_NOMEM, "out of memory while events were imported");
}

// The order of the key of timelines, so that what is written next to each other stands next to each other; of one
// identity the order of the file.
static int compare_places(const void *a, const void *b)
{
    const struct import_place *left = a, *right = b;
    const struct event *one = &left->event->event, *other = &right->event->event;
    int order = span_compare(left->customer, right->customer);
    if (order == 0)
        order = span_compare(one->source, other->source);
    if (order == 0)
        order = span_compare(one->id, other->id);
    if (order == 0)
        order = span_compare(one->subject, other->subject);
    return order ? order : (left->event->line > right->event->line) - (left->event->line < right->event->line);
}

static void sort(struct importer *importer)
{
    if (importer->places.count > 1)
        qsort(importer->places.items, importer->places.count, sizeof *importer->places.items, compare_places);
}

size_t importer_group(const struct importer *importer, size_t from)
{
    const struct import_place *places = importer->places.items;
    size_t end = from + 1;
    while (end < importer->places.count && span_equal(places[end].customer, places[from].customer))
        end++;
    return end;
}

// The distinct customers of the places that `wanted` chooses: importer->ids.
static bool collect_ids(struct importer *importer, bool (*wanted)(const struct import_place *places, size_t count))
{
    vector_clear(&importer->ids);
    if (!vector_reserve(&importer->ids, importer->places.count))
        return false;
    for (size_t from = 0, end; from < importer->places.count; from = end) {
        end = importer_group(importer, from);
        if (wanted(&importer->places.items[from], end - from))
            importer->ids.items[importer->ids.count++] = importer->places.items[from].customer;
    }
    return true;
}

// Asks what the ids that have no row stand for: of importer->ids only those are left. An outcome of the store.
static int resolve_strangers(struct importer *importer, struct identity_row **identities)
{
    size_t count = importer->ids.count, strangers = 0;
    int64_t epoch;
    *identities = NULL;
    if (count == 0)
        return STORE_OK;
    if (!vector_reserve(&importer->rows, count))
        return importer_no_memory();
    int outcome = importer->store->ops->load(importer->store, importer->ids.items, count, &importer->arena,
                                             importer->rows.items);
    for (size_t i = 0; outcome == STORE_OK && i < count; i++) {
        if (importer->rows.items[i].version == 0)
            importer->ids.items[strangers++] = importer->ids.items[i];
    }
    importer->ids.count = strangers;
    if (outcome != STORE_OK || strangers == 0)
        return outcome;
    *identities = arena_take(&importer->arena, strangers * sizeof **identities);
    if (!*identities)
        return importer_no_memory();
    outcome = importer->store->ops->resolve(importer->store, importer->ids.items, strangers, &importer->arena,
                                            *identities, &epoch);
    return outcome == STORE_OK && epoch != importer->epoch ? STORE_CONFLICT : outcome;
}

// Tells the places of strangers what was found out about them. *moved: some are about somebody else.
static void tell_places(struct importer *importer, const struct identity_row *identities, bool *moved)
{
    size_t next = 0, kept = 0;
    for (size_t from = 0, end; from < importer->places.count; from = end) {
        end = importer_group(importer, from);
        while (next < importer->ids.count && span_compare(importer->ids.items[next], importer->places.items[from].customer) < 0)
            next++;
        bool stranger = next < importer->ids.count &&
                        span_equal(importer->ids.items[next], importer->places.items[from].customer);
        const struct identity_row *identity = stranger ? &identities[next] : NULL;
        bool alias = identity && !span_equal(identity->id, identity->customer);
        *moved |= alias;
        for (size_t i = from; i < end; i++) {
            struct import_place place = importer->places.items[i];
            if (identity && identity->erased) {
                place.event->fate = IMPORT_ERASED;
                continue;
            }
            if (alias)
                place.customer = identity->customer;
            else if (identity)
                place.stranger = identity;
            importer->places.items[kept++] = place;
        }
    }
    importer->places.count = kept;
}

static bool any(const struct import_place *places, size_t count)
{
    (void)places;
    return count > 0;
}

// Groups into which an alias led, and of which nothing else is known.
static bool led_into(const struct import_place *places, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (places[i].stranger || span_equal(places[i].event->event.subject, places[i].customer))
            return false;
    }
    return true;
}

static int find_customers(struct importer *importer)
{
    struct identity_row *identities;
    bool moved = false;
    if (!collect_ids(importer, any))
        return importer_no_memory();
    int outcome = resolve_strangers(importer, &identities);
    if (outcome != STORE_OK)
        return outcome;
    if (identities)
        tell_places(importer, identities, &moved);
    if (!moved)
        return STORE_OK;
    sort(importer);
    if (!collect_ids(importer, led_into))
        return importer_no_memory();
    outcome = resolve_strangers(importer, &identities);
    if (outcome == STORE_OK && identities)
        tell_places(importer, identities, &moved);
    return outcome;
}

int importer_place(struct importer *importer, struct import_event *events, size_t count)
{
    arena_reset(&importer->arena);
    vector_clear(&importer->places);
    if (!importer->epoch_known) {
        int outcome = importer->store->ops->resolve(importer->store, NULL, 0, &importer->arena, NULL,
                                                    &importer->epoch);
        if (outcome != STORE_OK)
            return outcome;
        importer->epoch_known = true;
    }
    if (!vector_reserve(&importer->places, count))
        return importer_no_memory();
    for (size_t i = 0; i < count; i++) {
        if (events[i].fate == IMPORT_PENDING)
            importer->places.items[importer->places.count++] = (struct import_place){
                .event = &events[i],
                .customer = events[i].stands.data ? events[i].stands : events[i].event.subject};
    }
    sort(importer);
    return importer->epoch == 0 ? STORE_OK : find_customers(importer);
}
