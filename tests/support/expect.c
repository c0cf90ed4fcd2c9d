#include "support/expect.h"

#include <stdarg.h>
#include <stdio.h>

#include "support/same.h"

// Differences of one customer, said with its id.
struct finding {
    const char *customer;
    int count;
};

static void __attribute__((format(printf, 2, 3))) differ(struct finding *finding, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s: ", finding->customer);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    finding->count++;
}

static void expect_timeline(struct finding *finding, const struct world *world, const struct world_customer *expected,
                            const struct fake_customer *found)
{
    if (expected->count != found->event_count) {
        differ(finding, "%zu events on the timeline, not %zu", found->event_count, expected->count);
        return;
    }
    for (size_t i = 0; i < expected->count; i++) {
        const struct event *event = &world->records.items[world->order.items[expected->first + i]].event;
        const struct fake_event *row = &found->events[i];
        if (event_compare(event, &row->event) != 0 || event->type != row->event.type ||
            !span_equal(event->data, row->event.data))
            differ(finding, "event %zu is not the one expected", i);
        if (row->points != expected->points[i])
            differ(finding, "event %zu counts %g, not %g", i, row->points, expected->points[i]);
    }
}

static void expect_levels(struct finding *finding, const struct world_customer *expected,
                          const struct fake_customer *found)
{
    if (expected->level_changes.count != found->level_change_count)
        differ(finding, "%zu level changes, not %zu", found->level_change_count, expected->level_changes.count);
    for (size_t i = 0; i < found->level_change_count && i < expected->level_changes.count; i++) {
        const struct level_change_row *a = &expected->level_changes.items[i], *b = &found->level_changes[i];
        if (a->n != b->n || a->at != b->at || a->from_level != b->from_level || a->to_level != b->to_level ||
            a->cause != b->cause || !span_equal(a->source, b->source) || !span_equal(a->event_id, b->event_id))
            differ(finding, "level change %zu: %d from %d to %d at %lld by %d %.*s, not %d from %d to %d at %lld by %d %.*s",
                   i, b->n, b->from_level, b->to_level, (long long)b->at, b->cause, (int)b->event_id.size,
                   b->event_id.data ? b->event_id.data : "", a->n, a->from_level, a->to_level, (long long)a->at,
                   a->cause, (int)a->event_id.size, a->event_id.data ? a->event_id.data : "");
    }
}

static const struct reminder_row *find_reminder(const struct reminder_row *rows, size_t count, const uint8_t id[16])
{
    for (size_t i = 0; i < count; i++) {
        if (memcmp(rows[i].reminder_id, id, 16) == 0)
            return &rows[i];
    }
    return NULL;
}

static const struct notice_row *find_notice(const struct notice_row *rows, size_t count, const struct notice_row *like)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].notice == like->notice && memcmp(rows[i].reminder_id, like->reminder_id, 16) == 0)
            return &rows[i];
    }
    return NULL;
}

static void expect_reminder(struct finding *finding, const struct reminder_row *a, const struct reminder_row *b,
                            enum expectation expectation)
{
    if (a->notices != b->notices || a->status != b->status || a->closed_at != b->closed_at ||
        !span_equal(a->closed_source, b->closed_source) || !span_equal(a->closed_event, b->closed_event) ||
        a->acknowledged_at != b->acknowledged_at || a->snoozed_until != b->snoozed_until || a->at_risk != b->at_risk ||
        a->kind != b->kind || a->anchor != b->anchor)
        differ(finding, "a %s: %d notices, status %d, closed at %lld, risk %d; not %d, %d, %lld, %d",
               reminder_kind_code(a->kind), b->notices, b->status, (long long)b->closed_at, b->at_risk, a->notices,
               a->status, (long long)a->closed_at, a->at_risk);
    bool kept = expectation == EXPECT_KEPT && b->published;
    if (!kept && (a->due_at != b->due_at || a->opened_at != b->opened_at))
        differ(finding, "a %s opened at %lld, not %lld", reminder_kind_code(a->kind), (long long)b->opened_at,
               (long long)a->opened_at);
}

static void expect_reminders(struct finding *finding, const struct world_customer *expected,
                             const struct fake_customer *found, enum expectation expectation)
{
    for (size_t i = 0; i < expected->reminders.count; i++) {
        const struct reminder_row *row = &expected->reminders.items[i];
        const struct reminder_row *other = find_reminder(found->reminders, found->reminder_count, row->reminder_id);
        if (other)
            expect_reminder(finding, row, other, expectation);
        else
            differ(finding, "a %s of %lld is missing", reminder_kind_code(row->kind), (long long)row->anchor);
    }
    for (size_t i = 0; i < found->reminder_count; i++) {
        const struct reminder_row *row = &found->reminders[i];
        if (find_reminder(expected->reminders.items, expected->reminders.count, row->reminder_id))
            continue;
        if (expectation == EXPECT_SAME || !row->published || row->status == REMINDER_OPEN)
            differ(finding, "a %s of %lld should not be", reminder_kind_code(row->kind), (long long)row->anchor);
    }
}

static void expect_notices(struct finding *finding, const struct world_customer *expected,
                           const struct fake_customer *found, enum expectation expectation)
{
    for (size_t i = 0; i < expected->notices.count; i++) {
        const struct notice_row *row = &expected->notices.items[i];
        const struct notice_row *other = find_notice(found->notices, found->notice_count, row);
        const struct reminder_row *reminder =
            find_reminder(found->reminders, found->reminder_count, row->reminder_id);
        bool kept = expectation == EXPECT_KEPT && reminder && reminder->published;
        if (!other || (!kept && (other->at != row->at || other->recipients != row->recipients)))
            differ(finding, "notice %d of a reminder is %s", row->notice, other ? "different" : "missing");
    }
    for (size_t i = 0; i < found->notice_count; i++) {
        const struct notice_row *row = &found->notices[i];
        const struct reminder_row *reminder =
            find_reminder(found->reminders, found->reminder_count, row->reminder_id);
        if (!reminder)
            differ(finding, "a notice without its reminder");
        else if (!find_notice(expected->notices.items, expected->notices.count, row) &&
                 (expectation == EXPECT_SAME || !reminder->published || row->state == NOTICE_HELD))
            differ(finding, "notice %d of a %s should not be", row->notice, reminder_kind_code(reminder->kind));
    }
}

int expect_tables(const struct world *world, struct fake_database *database, enum expectation expectation)
{
    int differences = 0;
    for (int i = 0; i < world->customer_count; i++) {
        const struct world_customer *expected = &world->customers[i];
        const struct fake_customer *found = fake_customer(database, expected->id);
        struct finding finding = {.customer = expected->id};
        if (!found && expected->count == 0)
            continue;
        if (!found) {
            differ(&finding, "missing");
        } else {
            if (found->row.fold_at != INSTANT_NEVER)
                differ(&finding, "still marked");
            if (!same_customer(&expected->state, &found->row.state))
                differ(&finding, "another state");
            expect_timeline(&finding, world, expected, found);
            expect_levels(&finding, expected, found);
            expect_reminders(&finding, expected, found, expectation);
            expect_notices(&finding, expected, found, expectation);
        }
        differences += finding.count;
    }
    return differences;
}
