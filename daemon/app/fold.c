#include "app/fold.h"

#include "base/log.h"
#include "base/metrics.h"
#include "base/status.h"

enum { BLOCK = 64 * 1024, SCRATCH_BLOCK = 8 * 1024 };

void folder_init(struct folder *folder)
{
    memset(folder, 0, sizeof *folder);
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
    size_t current; // customer of the rows that come; count: none yet
    struct event last; // what model steps at its very instant are named after
    char source[256], id[128];
};

static struct fold_place place(const struct folder *folder)
{
    return (struct fold_place){folder->effects.transitions.count, folder->effects.reminders.count,
                               folder->effects.notices.count};
}

static int begin(struct folding *folding, size_t customer)
{
    struct folder *folder = folding->folder;
    struct folded *folded = &folder->folded.items[customer];
    folding->current = customer;
    customer_init(&folded->row.state);
    folded->row.book = SPAN_NONE;
    folded->begin = place(folder);
    int status = collector_begin(&folder->collector, &folder->effects, folder->policy, &folded->row, false);
    folder->collector.keep = true;
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
    customer_settle(folder->policy, &row->state, row->id, &effects);
    customer_advance(folder->policy, &row->state, row->id, folding->watermark, &effects);
    row->fold_at = INSTANT_NEVER;
    row->quiet_until = INSTANT_NONE;
    folded->end = place(folder);
    return collector_end(&folder->collector, true);
}

// Keeps a row whose points came out different from what its timeline shows.
static bool correct_points(struct folding *folding, const struct timeline_row *row, const struct event *event,
                           double points)
{
    struct writeset *set = &folding->folder->set;
    struct event *kept = arena_take(&set->arena, sizeof *kept);
    struct timeline_row *corrected = kept ? vector_push(&set->points) : NULL;
    if (!corrected)
        return false;
    *kept = *event;
    kept->source = arena_copy(&set->arena, event->source);
    kept->id = arena_copy(&set->arena, event->id);
    kept->subject = arena_copy(&set->arena, event->subject);
    *corrected = *row;
    corrected->customer_id = folding->ids[folding->current];
    corrected->event = kept;
    corrected->points = points;
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
    arena_reset(&folder->scratch);
    struct reject reject;
    int decoded = decode_row(folder->decoder, folder->policy, &folder->scratch, event, &reject);
    if (decoded < 0)
        return decoded;
    double points = 0;
    if (decoded == DECODED_EVENT) {
        points = apply(folding, event);
    } else {
        log_warning("a timeline row is no longer valid under the present policy (%s: %s); it does not count",
                    reject_code(reject.reason), reject.detail);
    }
    if (folder->collector.failed || (points != row->points && !correct_points(folding, row, event, points)))
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
        customer_init(&folded->row.state); // without a timeline there is nobody
    }
    return STORE_OK;
}

static int stream(struct folder *folder, const struct span *ids, size_t count, instant watermark)
{
    struct folding folding = {.folder = folder, .ids = ids, .watermark = watermark, .current = count};
    int outcome = folder->store->ops->timelines(folder->store, ids, count, fold_row, &folding);
    if (outcome != STORE_OK)
        return outcome;
    return finish(&folding) ? STORE_OK : out_of_memory();
}

// The stretch of `rows` (sorted by customer) that belongs to `id`, from *from on; *from moves behind it.
#define STRETCH(rows, total, id, from, start, length) \
    do { \
        (start) = (rows) + *(from); \
        (length) = 0; \
        while (*(from) < (total) && span_equal((rows)[*(from)].customer_id, (id))) { \
            ++*(from); \
            ++(length); \
        } \
    } while (0)

static bool write_folded(struct folder *folder, size_t index, const struct follow_ups *had)
{
    struct writeset *set = &folder->set;
    const struct writeset *effects = &folder->effects;
    const struct folded *folded = &folder->folded.items[index];
    bool exists = customer_exists(&folded->row.state);
    struct customer_row *row = exists ? vector_push(&set->customers) : vector_push(&set->delete_customers);
    if (!row)
        return false;
    *row = folded->row;
    struct span *forget = vector_push(&set->forget);
    if (!forget)
        return false;
    *forget = row->id;
    const struct fold_place *begin_at = &folded->begin, *end_at = &folded->end;
    struct yielded yielded = {
        .transitions = effects->transitions.items + begin_at->transitions,
        .transition_count = end_at->transitions - begin_at->transitions,
        .reminders = effects->reminders.items + begin_at->reminders,
        .reminder_count = end_at->reminders - begin_at->reminders,
        .notices = effects->notices.items + begin_at->notices,
        .notice_count = end_at->notices - begin_at->notices,
    };
    size_t closings = set->outbox.count;
    if (!reconcile_reminders(set, row, &folded->before, &yielded, had))
        return false;
    for (; !exists && closings < set->outbox.count; closings++)
        set->outbox.items[closings].released = true; // there is no customer any more for whom they would wait
    return reconcile_transitions(set, row, &folded->before, &yielded, had);
}

// What is replaced as a whole is written as the fold made it.
static struct store_write view(const struct folder *folder)
{
    struct store_write write = writeset_view(&folder->set), made = writeset_view(&folder->effects);
    write.transitions = made.transitions;
    write.transition_count = made.transition_count;
    write.promises = made.promises;
    write.promise_count = made.promise_count;
    write.objections = made.objections;
    write.objection_count = made.objection_count;
    write.profiles = made.profiles;
    write.profile_count = made.profile_count;
    return write;
}

static int write_all(struct folder *folder, const struct span *ids, size_t count)
{
    struct reminder_row *reminders;
    struct notice_row *notices;
    struct outbox_row *outbox;
    size_t reminder_count, notice_count, outbox_count;
    int outcome = folder->store->ops->follow_ups(folder->store, ids, count, &folder->arena, &reminders,
                                                 &reminder_count, &notices, &notice_count, &outbox, &outbox_count);
    if (outcome != STORE_OK)
        return outcome;
    size_t reminder = 0, notice = 0, message = 0;
    for (size_t i = 0; i < count; i++) {
        struct follow_ups had;
        STRETCH(reminders, reminder_count, ids[i], &reminder, had.reminders, had.reminder_count);
        STRETCH(notices, notice_count, ids[i], &notice, had.notices, had.notice_count);
        STRETCH(outbox, outbox_count, ids[i], &message, had.outbox, had.outbox_count);
        if (folder->folded.items[i].before.version > 0 && !write_folded(folder, i, &had))
            return out_of_memory();
    }
    struct store_write write = view(folder);
    outcome = folder->store->ops->write(folder->store, &write);
    if (outcome == STORE_OK) {
        for (size_t i = 0; i < folder->set.customers.count; i++)
            folder->set.customers.items[i].version++;
        metric_add(METRIC_FOLDS, (int64_t)folder->set.customers.count);
    }
    return outcome;
}

int fold_customers(struct folder *folder, const struct span *ids, size_t count, instant watermark)
{
    writeset_clear(&folder->set);
    writeset_clear(&folder->effects);
    arena_reset(&folder->arena);
    int outcome = load(folder, ids, count);
    if (outcome == STORE_OK)
        outcome = stream(folder, ids, count, watermark);
    return outcome == STORE_OK ? write_all(folder, ids, count) : outcome;
}
