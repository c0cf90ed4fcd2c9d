#include "support/expect.h"

#include <stdarg.h>
#include <stdio.h>

#include "support/same.h"
#include "support/same_life.h"

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
    size_t count = 0, next = 0;
    for (size_t at = 0; next_told(found, &at);)
        count++;
    if (expected->count != count) {
        differ(finding, "%zu events on the timeline, not %zu", count, expected->count);
        return;
    }
    for (size_t i = 0; i < expected->count; i++) {
        const struct event *event = &world->records.items[world->order.items[expected->first + i]].event;
        const struct fake_event *row = next_told(found, &next);
        if (event_compare(event, &row->event) != 0 || event->type != row->event.type ||
            !span_equal(event->data, row->event.data))
            differ(finding, "event %zu is not the one expected", i);
        if (row->points != expected->points[i])
            differ(finding, "event %zu counts %g, not %g", i, row->points, expected->points[i]);
    }
}

// Of a kind they are numbered in the order in which they came.
static const struct transition_row *find_transition(const struct fake_customer *found,
                                                    const struct transition *transition)
{
    return fake_transition(found, (enum transition_kind)transition->kind, transition->n);
}

static void expect_transitions(struct finding *finding, const struct world_customer *expected,
                               const struct fake_customer *found)
{
    if (expected->transitions.count != found->transition_count)
        differ(finding, "%zu transitions, not %zu", found->transition_count, expected->transitions.count);
    for (size_t i = 0; i < expected->transitions.count; i++) {
        const struct transition_row *row = &expected->transitions.items[i];
        const struct transition *a = &row->transition;
        const struct transition_row *other = find_transition(found, a);
        if (!other) {
            differ(finding, "transition %d of kind %d is missing", a->n, a->kind);
            continue;
        }
        const struct transition *b = &other->transition;
        if (a->from != b->from || a->to != b->to || a->detail != b->detail || row->at != other->at ||
            !span_equal(row->source, other->source) || !span_equal(row->event_id, other->event_id))
            differ(finding, "transition %d of kind %d: from %d to %d (%d) at %lld by %.*s, not %d to %d (%d) at %lld by %.*s",
                   a->n, a->kind, b->from, b->to, b->detail, (long long)other->at, (int)other->event_id.size,
                   other->event_id.data ? other->event_id.data : "", a->from, a->to, a->detail, (long long)row->at,
                   (int)row->event_id.size, row->event_id.data ? row->event_id.data : "");
    }
}

static void expect_promises(struct finding *finding, const struct world_customer *expected,
                            const struct fake_customer *found)
{
    if (expected->promises.count != found->promise_count)
        differ(finding, "%zu promises, not %zu", found->promise_count, expected->promises.count);
    for (size_t i = 0; i < expected->promises.count; i++) {
        const struct promise *a = &expected->promises.items[i];
        char id[BOOK_PROMISE_ID_MAX + 1];
        snprintf(id, sizeof id, "%.*s", (int)a->id.size, a->id.data);
        const struct promise *b = fake_promise(found, id);
        if (!b)
            differ(finding, "promise %s is missing", id);
        else if (a->by != b->by || a->state != b->state || a->made_at != b->made_at || a->due != b->due ||
                 a->outcome_at != b->outcome_at || !span_equal(a->about, b->about))
            differ(finding, "promise %s: state %d by %d made %lld outcome %lld, not %d by %d made %lld outcome %lld", id,
                   b->state, b->by, (long long)b->made_at, (long long)b->outcome_at, a->state, a->by,
                   (long long)a->made_at, (long long)a->outcome_at);
    }
}

static void expect_objections(struct finding *finding, const struct world_customer *expected,
                              const struct fake_customer *found)
{
    size_t same = 0;
    for (size_t i = 0; i < expected->objections.count; i++) {
        const struct objection_row *a = &expected->objections.items[i];
        for (size_t k = 0; k < found->objection_count; k++) {
            const struct objection_row *b = &found->objections[k];
            same += a->kind == b->kind && a->cause == b->cause && a->raised_at == b->raised_at &&
                    a->resolved_at == b->resolved_at;
        }
    }
    if (same != expected->objections.count || same != found->objection_count)
        differ(finding, "%zu objections, of which %zu are as expected, not %zu", found->objection_count, same,
               expected->objections.count);
}

// Both as kept, with their books apart. What the profile's row has is what the book has.
static void expect_state(struct finding *finding, const struct world_customer *expected,
                         const struct fake_customer *found)
{
    static struct book books[2];
    struct customer a = expected->state, b = found->row.state;
    a.book = &books[0];
    b.book = &books[1];
    book_unpack(a.book, (const uint8_t *)expected->book.data, expected->book.size);
    if (book_unpack(b.book, (const uint8_t *)found->row.book.data, found->row.book.size) != 0)
        differ(finding, "its book does not unpack");
    if (!same_customer(&a, &b))
        differ(finding, "another state");
    bool profile = found->has_profile == expected->has_profile;
#define X(text, meaning) \
    profile &= !found->has_profile || span_equal(found->profile.text, book_text_span(&books[0].text));
    BOOK_TEXTS(X)
#undef X
    if (!profile)
        differ(finding, "another profile");
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
        a->kind != b->kind || !span_equal(a->promise_id, b->promise_id))
        differ(finding, "a %s: %d notices, status %d, closed at %lld, risk %d; not %d, %d, %lld, %d",
               reminder_kind_code(a->kind), b->notices, b->status, (long long)b->closed_at, b->at_risk, a->notices,
               a->status, (long long)a->closed_at, a->at_risk);
    bool kept = expectation == EXPECT_KEPT && b->published;
    if (!kept && (a->due_at != b->due_at || a->opened_at != b->opened_at || a->anchor != b->anchor))
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
            expect_state(&finding, expected, found);
            expect_timeline(&finding, world, expected, found);
            expect_transitions(&finding, expected, found);
            expect_promises(&finding, expected, found);
            expect_objections(&finding, expected, found);
            expect_reminders(&finding, expected, found, expectation);
            expect_notices(&finding, expected, found, expectation);
        }
        differences += finding.count;
    }
    return differences;
}
