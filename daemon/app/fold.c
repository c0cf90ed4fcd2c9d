#include "app/fold.h"

#include "base/log.h"
#include "base/metrics.h"
#include "base/status.h"
#include "tables.h"

enum {
    BLOCK = 64 * 1024,
    SCRATCH_BLOCK = 8 * 1024,
    CORRECTED_AT_ONCE = 20000, // rows of a customer: their corrections are some 6 MB
};

void folder_init(struct folder *folder)
{
    memset(folder, 0, sizeof *folder);
    folder->quiet_until = INSTANT_NONE;
    writeset_init(&folder->effects);
    writeset_init(&folder->set);
    arena_init(&folder->arena, BLOCK);
    arena_init(&folder->scratch, SCRATCH_BLOCK);
}

void folder_free(struct folder *folder)
{
    vector_free(&folder->loaded);
    vector_free(&folder->folded);
    collector_free(&folder->collector);
    writeset_free(&folder->effects);
    writeset_free(&folder->set);
    arena_free(&folder->arena);
    arena_free(&folder->scratch);
}

static int out_of_memory(void)
{
    return fault(STATUS_NOMEM, "out of memory while folding");
}

// The stream of timelines, one customer after the other.
struct folding {
    struct folder *folder;
    const struct span *ids;
    instant watermark;
    bool written;
    size_t current; // customer of the rows that come; count: none yet
    size_t corrected; // rows of customers before it
    struct event last; // what model steps at its very instant are named after
    char source[256], id[128];
};

static struct fold_place place(const struct folder *folder)
{
    const struct writeset *made = &folder->effects;
    return (struct fold_place){.transitions = made->transitions.count, .promises = made->promises.count,
                               .objections = made->objections.count, .profiles = made->profiles.count,
                               .reminders = made->reminders.count, .notices = made->notices.count};
}

// Whether a notice from before what is silent may still be told.
static bool waits_to_be_told(const struct follow_ups *had)
{
    bool waits = false;
    for (size_t i = 0; i < had->notice_count; i++)
        waits |= had->notices[i].state == NOTICE_HELD;
    for (size_t i = 0; i < had->reminder_count; i++)
        waits |= had->reminders[i].announce == ANNOUNCE_PENDING;
    return waits;
}

static int begin(struct folding *folding, size_t customer)
{
    struct folder *folder = folding->folder;
    struct folded *folded = &folder->folded.items[customer];
    folding->current = customer;
    folding->corrected = folder->set.points.count;
    customer_init(&folded->row.state);
    folded->row.policy = folder->policy->fingerprint; // all of it is made anew
    folded->row.book = SPAN_NONE;
    folded->begin = place(folder);
    int status = collector_begin(&folder->collector, &folder->effects, folder->policy, &folded->row, false);
    folder->collector.keep = true;
    if (!folding->written)
        folder->collector.quiet_until = INSTANT_NEVER;
    else if (folded->before.brought != BROUGHT_TO_TELL && !waits_to_be_told(&folded->had))
        folder->collector.quiet_until = folded->before.quiet_until;
    return status;
}

// The customer's rows are through: what is due by the watermark fires, and the row is made.
static bool finish(struct folding *folding)
{
    struct folder *folder = folding->folder;
    if (folding->current == folder->folded.count)
        return true;
    struct folded *folded = &folder->folded.items[folding->current];
    struct customer_row *row = &folded->row;
    const struct effects effects = collector_effects(&folder->collector);
    // The watermark can be behind what it was (a lane that was left out is back), and what has fired has fired.
    instant as_of = folded->before.state.as_of;
    instant until = instant_later(folding->watermark, as_of == INSTANT_NONE ? as_of : as_of + 1);
    customer_settle(folder->policy, &row->state, row->id, &effects);
    customer_advance(folder->policy, &row->state, row->id, until, &effects);
    row->fold_at = INSTANT_NEVER;
    row->quiet_until = INSTANT_NONE;
    row->brought = BROUGHT_NOTHING;
    bool done = collector_end(&folder->collector, folding->written ? until : INSTANT_NEVER); // else to the instant
    folded->end = place(folder);
    return done;
}

// What a row of the timeline shows of its event by the rules in force.
struct shown {
    double points;
    int64_t amount;
    bool has_amount;
    uint8_t side;
};

static bool same_shown(const struct shown *a, const struct shown *b)
{
    return a->points == b->points && a->side == b->side && a->has_amount == b->has_amount &&
           (!a->has_amount || a->amount == b->amount);
}

// Keeps a row that is to show something else than it does.
static bool correct_row(struct folding *folding, const struct timeline_row *row, const struct event *event,
                        const struct shown *shown)
{
    struct folder *folder = folding->folder;
    struct writeset *set = &folder->set;
    if (folder->bounded && set->points.count - folding->corrected >= CORRECTED_AT_ONCE) {
        folder->uncorrected++;
        return true;
    }
    struct event *kept = arena_take(&set->arena, sizeof *kept);
    struct timeline_row *corrected = kept ? vector_push(&set->points) : NULL;
    if (!corrected)
        return false;
    *kept = *event;
    kept->source = arena_copy(&set->arena, event->source);
    kept->id = arena_copy(&set->arena, event->id);
    kept->subject = arena_copy(&set->arena, event->subject);
    kept->side = shown->side;
    kept->amount = shown->amount;
    *corrected = *row;
    corrected->customer_id = folding->ids[folding->current];
    corrected->event = kept;
    corrected->points = shown->points;
    corrected->has_amount = shown->has_amount;
    return kept->source.data && kept->id.data && kept->subject.data;
}

static void remember(struct folding *folding, const struct event *event)
{
    memcpy(folding->source, event->source.data, event->source.size);
    memcpy(folding->id, event->id.data, event->id.size);
    folding->last = *event;
    folding->last.source = span_of(folding->source, event->source.size);
    folding->last.id = span_of(folding->id, event->id.size);
}

// Of a promise only what the fold itself has made of it counts.
static double apply(struct folding *folding, struct event *event)
{
    struct folder *folder = folding->folder;
    struct customer *state = &folder->folded.items[folding->current].row.state;
    const struct promise *known =
        event_is_about_promise(event) ? collector_promise(&folder->collector, event->ref) : NULL;
    struct promise promise = known ? *known : (struct promise){.state = PROMISE_UNKNOWN};
    event->promise = known ? &promise : NULL;
    double points = 0;
    const struct effects effects = collector_effects(&folder->collector);
    customer_apply(folder->policy, state, folding->ids[folding->current], event, &effects, &points);
    event->promise = NULL;
    if (state->last_event == event) { // an ignored event leaves the one before it
        remember(folding, event);
        state->last_event = &folding->last;
    }
    return points;
}

// An event that today's rules refuse does not count, and shows nothing. It is told once a fold.
static void refuse(struct folder *folder, const struct reject *reject)
{
    if (folder->refused++ == 0)
        folder->reject = *reject;
}

static int fold_row(void *context, size_t customer, struct timeline_row *row, struct event *event)
{
    struct folding *folding = context;
    struct folder *folder = folding->folder;
    if (folder->folded.items[customer].before.version == 0)
        return 0; // of nobody: there is no row to write
    if (customer != folding->current) {
        if (!finish(folding))
            return out_of_memory();
        int status = begin(folding, customer);
        if (status != 0)
            return status;
    }
    folder->rows++;
    arena_reset(&folder->scratch);
    const struct shown was = {row->points, event->amount, row->has_amount, event->side};
    struct shown shown = {.side = SIDE_NONE};
    struct reject reject;
    int decoded = decode_row(folder->decoder, folder->policy, &folder->scratch, event, &reject);
    if (decoded < 0)
        return decoded;
    if (decoded == DECODED_EVENT)
        shown = (struct shown){apply(folding, event), event->amount, event_has_amount(event), event->side};
    else
        refuse(folder, &reject);
    if (folder->collector.failed || (!same_shown(&was, &shown) && !correct_row(folding, row, event, &shown)))
        return out_of_memory();
    return 0;
}

// Loads the customers and sets each one's result to "as it stood".
static int load(struct folder *folder, const struct span *ids, size_t count)
{
    if (!vector_reserve(&folder->loaded, count) || !vector_reserve(&folder->folded, count))
        return out_of_memory();
    int outcome = folder->store->ops->load(folder->store, ids, count, &folder->arena, folder->loaded.items);
    if (outcome != STORE_OK)
        return outcome;
    folder->folded.count = count;
    for (size_t i = 0; i < count; i++) {
        struct customer_row *row = &folder->loaded.items[i];
        row->id = ids[i];
        struct folded *folded = &folder->folded.items[i];
        *folded = (struct folded){.row = *row, .before = *row};
        if (row->brought != BROUGHT_NOTHING)
            folded->before.quiet_until = instant_later(row->quiet_until, folder->quiet_until);
        customer_init(&folded->row.state); // without a timeline there is nobody
    }
    return STORE_OK;
}

// Reads what the tables have of the customers beside their rows; there is nothing of those who are fresh.
static int read_tables(struct folder *folder, const struct span *ids, size_t count)
{
    struct tables tables;
    size_t asked = 0;
    struct span *some = arena_take(&folder->arena, count * sizeof *some + 1);
    if (!some)
        return out_of_memory();
    for (size_t i = 0; i < count; i++) {
        if (!customer_row_is_fresh(&folder->folded.items[i].before))
            some[asked++] = ids[i];
    }
    int outcome = tables_read(&tables, folder->store, some, asked, &folder->arena);
    for (size_t i = 0; outcome == STORE_OK && i < count; i++) {
        struct folded *folded = &folder->folded.items[i];
        tables_next(&tables, ids[i], &folded->had);
        folded->had.fresh = customer_row_is_fresh(&folded->before);
    }
    return outcome;
}

static int stream(struct folder *folder, const struct span *ids, size_t count, instant watermark, bool written)
{
    struct folding folding = {.folder = folder, .ids = ids, .watermark = watermark, .written = written, .current = count};
    int outcome = folder->store->ops->timelines(folder->store, ids, count, fold_row, &folding);
    if (outcome != STORE_OK)
        return outcome;
    return finish(&folding) ? STORE_OK : out_of_memory();
}

#define YIELDED(effects, folded, name) \
    (effects)->name.items ? (effects)->name.items + (folded)->begin.name : NULL
#define YIELDED_COUNT(folded, name) (folded)->end.name - (folded)->begin.name

static bool write_folded(struct folder *folder, const struct folded *folded)
{
    struct writeset *set = &folder->set;
    const struct writeset *effects = &folder->effects;
    bool exists = customer_exists(&folded->row.state);
    struct customer_row *row = exists ? vector_push(&set->customers) : vector_push(&set->delete_customers);
    if (!row)
        return false;
    *row = folded->row;
    struct yielded yielded = {
        .transitions = YIELDED(effects, folded, transitions), .transition_count = YIELDED_COUNT(folded, transitions),
        .promises = YIELDED(effects, folded, promises), .promise_count = YIELDED_COUNT(folded, promises),
        .objections = YIELDED(effects, folded, objections), .objection_count = YIELDED_COUNT(folded, objections),
        .profiles = YIELDED(effects, folded, profiles), .profile_count = YIELDED_COUNT(folded, profiles),
        .reminders = YIELDED(effects, folded, reminders), .reminder_count = YIELDED_COUNT(folded, reminders),
        .notices = YIELDED(effects, folded, notices), .notice_count = YIELDED_COUNT(folded, notices),
    };
    size_t closings = set->outbox.count;
    if (!reconcile_histories(set, row->id, &yielded, &folded->had) ||
        !reconcile_reminders(set, row, &folded->before, &yielded, &folded->had))
        return false;
    for (; !exists && closings < set->outbox.count; closings++)
        set->outbox.items[closings].released = true; // there is no customer any more for whom they would wait
    return reconcile_transitions(set, row, &folded->before, &yielded, &folded->had);
}

static int write_all(struct folder *folder)
{
    for (size_t i = 0; i < folder->folded.count; i++) {
        if (folder->folded.items[i].before.version > 0 && !write_folded(folder, &folder->folded.items[i]))
            return out_of_memory();
    }
    struct store_write write = writeset_view(&folder->set);
    int outcome = folder->store->ops->write(folder->store, &write);
    if (outcome == STORE_OK) {
        for (size_t i = 0; i < folder->set.customers.count; i++)
            folder->set.customers.items[i].version++;
        metric_add(METRIC_FOLDS, (int64_t)folder->set.customers.count);
    }
    return outcome;
}

static int make(struct folder *folder, const struct span *ids, size_t count, instant watermark, bool written)
{
    writeset_clear(&folder->set);
    writeset_clear(&folder->effects);
    arena_reset(&folder->arena);
    folder->refused = folder->rows = folder->uncorrected = 0;
    int outcome = load(folder, ids, count);
    if (outcome == STORE_OK && written)
        outcome = read_tables(folder, ids, count);
    if (outcome == STORE_OK)
        outcome = stream(folder, ids, count, watermark, written);
    if (outcome == STORE_OK && folder->refused > 0)
        log_warning("%zu timeline rows are no longer valid under the present policy and do not count; the first: %s: %s",
                    folder->refused, reject_code(folder->reject.reason), folder->reject.detail);
    return outcome;
}

int fold_make(struct folder *folder, const struct span *ids, size_t count, instant watermark)
{
    return make(folder, ids, count, watermark, false);
}

// Corrects what fits into memory of a timeline that is shown wrong in very many rows, before its customer is folded
// again. Whoever is to be folded shows what he shows: that some of it is right already is no harm.
static int correct_some(struct folder *folder)
{
    const struct store_write write = {
        .epoch = EPOCH_ANY, .points = folder->set.points.items, .points_count = folder->set.points.count};
    return folder->store->ops->write(folder->store, &write);
}

int fold_customers(struct folder *folder, const struct span *ids, size_t count, instant watermark)
{
    folder->bounded = true;
    int outcome = make(folder, ids, count, watermark, true);
    while (outcome == STORE_OK && folder->uncorrected > 0) {
        outcome = correct_some(folder);
        if (outcome == STORE_OK)
            outcome = make(folder, ids, count, watermark, true);
    }
    folder->bounded = false;
    return outcome == STORE_OK ? write_all(folder) : outcome;
}
