// Publication: what of the held notices and messages goes out now that the watermark has passed it.
#include "app/sweep.h"

#include "base/clock.h"
#include "base/metrics.h"
#include "base/status.h"
#include "codec/encode.h"

enum {
    RELEASE_AT_ONCE = 1000,
    CHANGES_AT_ONCE = 2000, // of a home; nothing of them is read here
};

static int out_of_memory(void)
{
    return fault(STATUS_NOMEM, "out of memory while releasing messages");
}

// What is released, in the order in which it is to be sent.
struct release {
    instant at;
    const struct held_notice *notice; // or
    const struct outbox_row *closing;
    size_t value; // index of the notice's f and m
};

static int compare_releases(const void *a, const void *b)
{
    const struct release *left = a, *right = b;
    if (left->at != right->at)
        return left->at < right->at ? -1 : 1;
    // At one instant what is closed makes room before what opens.
    return (left->notice != NULL) - (right->notice != NULL);
}

// sweeper->ids becomes the sorted, unique customers of notices and closings.
static bool collect_customers(struct sweeper *sweeper, const struct release *releases, size_t count)
{
    if (!vector_reserve(&sweeper->ids, count + 1)) // there may be none, and they are sorted
        return false;
    struct span *ids = sweeper->ids.items;
    for (size_t i = 0; i < count; i++)
        ids[i] = releases[i].notice ? releases[i].notice->notice.customer_id : releases[i].closing->customer_id;
    qsort(ids, count, sizeof *ids, sweep_compare_ids);
    size_t unique = 0;
    for (size_t i = 0; i < count; i++) {
        if (unique == 0 || !span_equal(ids[unique - 1], ids[i]))
            ids[unique++] = ids[i];
    }
    sweeper->ids.count = unique;
    return true;
}

// The customer as loaded, or NULL.
static struct customer_row *row_of(struct sweeper *sweeper, struct span id)
{
    struct span *found = bsearch(&id, sweeper->ids.items, sweeper->ids.count, sizeof id, sweep_compare_ids);
    return found ? &sweeper->rows.items[found - sweeper->ids.items] : NULL;
}

// Whether a notice is too old to be sent as if nothing had been.
static bool beyond_horizon(const struct sweeper *sweeper, instant at)
{
    instant wall = wall_now();
    return !sweeper->policy->events_clock && wall != INSTANT_NONE && wall - at > sweeper->settings->notice_horizon;
}

static bool update_notice(struct sweeper *sweeper, const struct held_notice *held, enum notice_state state)
{
    struct notice_row *notice = vector_push(&sweeper->set.notices);
    if (!notice)
        return false;
    *notice = held->notice;
    notice->exists = true;
    notice->was = held->notice.state;
    notice->state = state;
    return true;
}

// The reminder's row in this write: several notices of one reminder share it.
static struct reminder_row *update_reminder(struct sweeper *sweeper, const struct reminder_row *reminder)
{
    for (size_t i = 0; i < sweeper->set.reminders.count; i++) {
        struct reminder_row *row = &sweeper->set.reminders.items[i];
        if (memcmp(row->reminder_id, reminder->reminder_id, sizeof row->reminder_id) == 0)
            return row;
    }
    struct reminder_row *row = vector_push(&sweeper->set.reminders);
    if (!row)
        return NULL;
    *row = *reminder;
    row->exists = true;
    row->announce = ANNOUNCE_KEEP;
    return row;
}

struct value {
    int64_t f, m;
};

static bool send_notice(struct sweeper *sweeper, const struct held_notice *held, const struct value *value, bool late)
{
    const struct reminder_row *reminder = &held->reminder;
    struct customer_row *row = row_of(sweeper, reminder->customer_id);
    struct reminder_row *updated = update_reminder(sweeper, reminder);
    struct outbox_row *message = vector_push(&sweeper->set.outbox);
    if (!updated || !message || !update_notice(sweeper, held, NOTICE_RELEASED))
        return false;
    updated->published = true;
    updated->announce = late ? ANNOUNCE_DONE : ANNOUNCE_NOT;
    const struct notice_row *notice = &held->notice;
    struct notice_message text = {
        .customer_id = row->id, .kind = reminder->kind, .promise_id = reminder->promise_id,
        .anchor = reminder->anchor, .due_at = reminder->due_at, .opened_at = reminder->opened_at,
        .notice = notice->notice, .notice_at = notice->at, .next_notice_at = notice->next_at, .late = late,
        .recipients = notice->recipients, .about = notice->about, .f = value->f, .m = value->m,
        .recency_days = notice->last_order_at == INSTANT_NONE ? -1
            : policy_day(sweeper->policy, notice->at) - policy_day(sweeper->policy, notice->last_order_at),
    };
    memcpy(text.reminder_id, reminder->reminder_id, sizeof text.reminder_id);
    *message = (struct outbox_row){
        .customer_id = row->id, .home = row->home, .at = notice->at,
        .kind = OUTBOX_NOTICE, .n = notice->notice, .released = true,
        .payload = encode_notice(&sweeper->set.arena, &text),
    };
    memcpy(message->reminder_id, reminder->reminder_id, sizeof message->reminder_id);
    return message->payload.data != NULL;
}

// Not sent: cured meanwhile, or too old. An open reminder of which nobody was told is announced later.
static bool suppress_notice(struct sweeper *sweeper, const struct held_notice *held)
{
    if (!update_notice(sweeper, held, NOTICE_SUPPRESSED))
        return false;
    if (held->reminder.status != REMINDER_OPEN || held->reminder.published)
        return true;
    struct reminder_row *row = update_reminder(sweeper, &held->reminder);
    if (row && !row->published)
        row->announce = ANNOUNCE_PENDING;
    return row != NULL;
}

// A closing goes out behind the notices it closes, or not at all when there were none.
static bool send_closing(struct sweeper *sweeper, const struct outbox_row *held)
{
    struct outbox_row *dropped = vector_push(&sweeper->set.delete_outbox);
    if (!dropped)
        return false;
    *dropped = *held;
    if (!held->reminder_published)
        return true;
    struct outbox_row *message = vector_push(&sweeper->set.outbox);
    if (!message)
        return false;
    *message = *held;
    message->seq = 0;
    message->released = true;
    return true;
}

static int load_values(struct sweeper *sweeper, struct release *releases, size_t count, struct value **values)
{
    struct span *ids = arena_take(&sweeper->arena, (count + 1) * sizeof *ids);
    int32_t *days = arena_take(&sweeper->arena, (count + 1) * sizeof *days);
    int64_t *f = arena_take(&sweeper->arena, (count + 1) * sizeof *f);
    int64_t *m = arena_take(&sweeper->arena, (count + 1) * sizeof *m);
    *values = arena_take(&sweeper->arena, (count + 1) * sizeof **values);
    if (!ids || !days || !f || !m || !*values)
        return out_of_memory();
    size_t wanted = 0;
    for (size_t i = 0; i < count; i++) {
        if (!releases[i].notice)
            continue;
        ids[wanted] = releases[i].notice->notice.customer_id;
        days[wanted] = policy_day(sweeper->policy, releases[i].at);
        releases[i].value = wanted++;
    }
    int outcome = wanted ? sweeper->store->ops->values(sweeper->store, sweeper->policy, ids, days, wanted, f, m) : 0;
    for (size_t i = 0; outcome == STORE_OK && i < wanted; i++)
        (*values)[i] = (struct value){f[i], m[i]};
    return outcome;
}

// Everything of these customers is guarded by their versions.
static bool touch_customers(struct sweeper *sweeper)
{
    for (size_t i = 0; i < sweeper->ids.count; i++) {
        struct customer_row *row = vector_push(&sweeper->set.customers);
        if (!row)
            return false;
        *row = sweeper->rows.items[i];
    }
    return true;
}

// What has become of notices: those to be sent stand in the set as released.
static void count_notices(const struct sweeper *sweeper, const struct release *releases, size_t count)
{
    size_t next = 0;
    for (size_t i = 0; i < count; i++) {
        const struct held_notice *held = releases[i].notice;
        if (!held)
            continue;
        if (sweeper->set.notices.items[next++].state == NOTICE_RELEASED)
            metric_add_at(METRIC_NOTICES, held->reminder.kind, held->notice.notice, 1);
        else
            metric_add(METRIC_NOTICES_SUPPRESSED, 1);
    }
}

static int release_all(struct sweeper *sweeper, struct release *releases, size_t count, bool late)
{
    if (count > 1)
        qsort(releases, count, sizeof *releases, compare_releases);
    struct value *values;
    int outcome = load_values(sweeper, releases, count, &values);
    if (outcome != STORE_OK)
        return outcome;
    bool done = touch_customers(sweeper);
    for (size_t i = 0; i < count && done; i++) {
        const struct held_notice *notice = releases[i].notice;
        if (!notice)
            done = send_closing(sweeper, releases[i].closing);
        else if (notice->reminder.status != REMINDER_OPEN || (!late && beyond_horizon(sweeper, releases[i].at)))
            done = suppress_notice(sweeper, notice);
        else
            done = send_notice(sweeper, notice, &values[releases[i].value], late);
    }
    if (!done)
        return out_of_memory();
    sweeper->set.durable = true;
    outcome = sweep_write(sweeper);
    if (outcome == STORE_OK)
        count_notices(sweeper, releases, count);
    return outcome;
}

typedef int read_releases(struct sweeper *sweeper, instant watermark, struct release **releases, size_t *count);

static int read_held(struct sweeper *sweeper, instant watermark, struct release **releases, size_t *count)
{
    struct held_notice *notices;
    struct outbox_row *outbox;
    size_t notice_count, outbox_count;
    *count = 0;
    int outcome = sweeper->store->ops->held(sweeper->store, sweeper->homes, sweeper->home_count, watermark,
                                            RELEASE_AT_ONCE, &sweeper->arena, &notices, &notice_count, &outbox,
                                            &outbox_count);
    if (outcome != STORE_OK)
        return outcome;
    *releases = arena_take(&sweeper->arena, (notice_count + outbox_count + 1) * sizeof **releases);
    if (!*releases)
        return out_of_memory();
    for (size_t i = 0; i < notice_count; i++)
        (*releases)[(*count)++] = (struct release){.at = notices[i].notice.at, .notice = &notices[i]};
    // Behind the last notice seen there may be more: what closes them waits for them.
    instant seen = notice_count == RELEASE_AT_ONCE ? notices[notice_count - 1].notice.at : INSTANT_NEVER;
    for (size_t i = 0; i < outbox_count; i++) {
        if (outbox[i].at < seen)
            (*releases)[(*count)++] = (struct release){.at = outbox[i].at, .closing = &outbox[i]};
    }
    return STORE_OK;
}

// Open reminders of which nobody was told. One whose latest notice is still to come needs no announcement.
static int read_announcements(struct sweeper *sweeper, instant watermark, struct release **releases, size_t *count)
{
    struct held_notice *notices;
    size_t found;
    (void)watermark;
    *count = 0;
    int outcome = sweeper->store->ops->announcements(sweeper->store, sweeper->homes, sweeper->home_count,
                                                     (size_t)sweeper->announce_allowance, &sweeper->arena, &notices,
                                                     &found);
    if (outcome != STORE_OK)
        return outcome;
    *releases = arena_take(&sweeper->arena, (found + 1) * sizeof **releases);
    if (!*releases)
        return out_of_memory();
    for (size_t i = 0; i < found; i++) {
        if (notices[i].notice.state == NOTICE_SUPPRESSED)
            (*releases)[(*count)++] = (struct release){.at = notices[i].notice.at, .notice = &notices[i]};
    }
    return STORE_OK;
}

// Reads twice: once for whose customers to load, and again when they are. What somebody changes after the
// load raises a version, and the write fails; what was changed before it shows in the second reading.
static int read_guarded(struct sweeper *sweeper, read_releases *read, instant watermark, struct release **releases,
                        size_t *count)
{
    arena_reset(&sweeper->arena);
    writeset_clear(&sweeper->set);
    sweeper->ids.count = 0;
    int outcome = read(sweeper, watermark, releases, count);
    if (outcome != STORE_OK || *count == 0)
        return outcome;
    if (!collect_customers(sweeper, *releases, *count))
        return out_of_memory();
    outcome = sweep_load(sweeper);
    writeset_clear(&sweeper->set);
    if (outcome == STORE_OK)
        outcome = read(sweeper, watermark, releases, count);
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++) {
        const struct release *release = &(*releases)[i];
        struct span id = release->notice ? release->notice->notice.customer_id : release->closing->customer_id;
        if (row_of(sweeper, id))
            (*releases)[kept++] = *release;
    }
    *count = kept;
    return outcome;
}

int sweep_changes(struct sweeper *sweeper, instant watermark, size_t *done)
{
    *done = 0;
    return sweeper->store->ops->release_changes(sweeper->store, sweeper->homes, sweeper->home_count, watermark,
                                                CHANGES_AT_ONCE, done);
}

int sweep_release(struct sweeper *sweeper, instant watermark, size_t *done)
{
    *done = 0;
    struct release *releases;
    size_t count;
    int outcome = read_guarded(sweeper, read_held, watermark, &releases, &count);
    if (outcome != STORE_OK || count == 0)
        return outcome;
    *done = count;
    return release_all(sweeper, releases, count, false);
}

int sweep_announce(struct sweeper *sweeper, size_t *done)
{
    *done = 0;
    int64_t now = clock_monotonic_us();
    double most = (double)sweeper->settings->announce_rate / sweeper->settings->workers; // each has its share
    sweeper->announce_allowance += most * (double)(now - sweeper->announced_us) / 1e6;
    if (sweeper->announce_allowance > most && sweeper->announce_allowance > 1)
        sweeper->announce_allowance = most > 1 ? most : 1;
    sweeper->announced_us = now;
    if (sweeper->announce_allowance < 1)
        return STORE_OK;
    struct release *releases;
    size_t count;
    int outcome = read_guarded(sweeper, read_announcements, INSTANT_NONE, &releases, &count);
    if (outcome != STORE_OK || count == 0)
        return outcome;
    *done = count;
    outcome = release_all(sweeper, releases, count, true);
    if (outcome == STORE_OK)
        sweeper->announce_allowance -= (double)count;
    return outcome;
}
