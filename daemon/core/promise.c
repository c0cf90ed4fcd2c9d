#include "promise.h"

#include "reminder.h"

static void tell(const struct change *change, const struct event *event, const struct promise *promise)
{
    struct effect effect = {.kind = EFFECT_PROMISE, .at = event->time, .event = event, .promise = *promise};
    change_emit(change, &effect);
}

// The promise as its row stands; of state PROMISE_UNKNOWN where there is none.
static struct promise standing(const struct event *event)
{
    if (event->promise) {
        return *event->promise;
    }
    return (struct promise){
        .id = event->ref, .due = INSTANT_NONE, .made_at = INSTANT_NONE, .outcome_at = INSTANT_NONE};
}

// Open as the book has it: as a row, but for `about`.
static struct promise open_row(const struct kept_promise *kept)
{
    return (struct promise){.id = kept_promise_id(kept),
                            .by = kept->by,
                            .state = PROMISE_OPEN,
                            .made_at = kept->since,
                            .due = kept->due,
                            .outcome_at = INSTANT_NONE};
}

static struct kept_promise *open_promise(const struct change *change, const struct event *event)
{
    struct kept_promise *kept = book_promise(change->customer->book, event->ref);
    return kept && !kept->kept ? kept : NULL;
}

bool promise_ignored(const struct change *change, const struct event *event)
{
    struct promise row = standing(event);
    if (event->effect == EFFECT_OF_PROMISE_MADE) {
        return row.made_at != INSTANT_NONE || open_promise(change, event) ||
               (row.state == PROMISE_UNKNOWN && change->customer->stage != STAGE_ENDED &&
                change->customer->book->open_promises == BOOK_PROMISES);
    }
    return row.state > PROMISE_OPEN;
}

static void insert(struct book *book, const struct event *event)
{
    int place = book->promise_count;
    while (place > 0 && span_compare(kept_promise_id(&book->promises[place - 1]), event->ref) > 0) {
        place--;
    }
    struct kept_promise *kept = &book->promises[place];
    memmove(kept + 1, kept, (size_t)(book->promise_count - place) * sizeof *kept);
    *kept = (struct kept_promise){.id_size = (uint8_t)event->ref.size,
                                  .by = event->by,
                                  .since = event->time,
                                  .due = event->due,
                                  .reminder = care_none,
                                  .overdue = care_none};
    memcpy(kept->id, event->ref.data, event->ref.size);
    book->promise_count++;
    book->open_promises++;
}

static void drop(struct book *book, struct kept_promise *kept)
{
    book->open_promises -= !kept->kept;
    size_t behind = (size_t)(book->promises + book->promise_count - (kept + 1));
    memmove(kept, kept + 1, behind * sizeof *kept);
    book->promise_count--;
}

void promise_made(const struct change *change, const struct event *event)
{
    const struct customer *customer = change->customer;
    struct promise row = standing(event);
    if (row.state == PROMISE_UNKNOWN) {
        bool ended = customer->stage == STAGE_ENDED;
        row.by = event->by;
        row.state = ended ? PROMISE_LAPSED : PROMISE_OPEN;
        row.outcome_at = ended ? customer->stage_since : INSTANT_NONE;
        if (!ended) {
            insert(customer->book, event);
        }
    }
    row.made_at = event->time;
    row.due = event->due;
    row.about = event->text;
    tell(change, event, &row);
}

// What was promised to us and kept wants thanks, of BOOK_PROMISES of them at most.
static void want_thanks(struct book *book, struct kept_promise *kept, instant at)
{
    if (kept->by != BY_CUSTOMER || book->promise_count - book->open_promises == BOOK_PROMISES) {
        drop(book, kept);
        return;
    }
    kept->kept = true;
    kept->since = at;
    kept->reminder = kept->overdue = care_none;
    book->open_promises--;
}

static void outcome(const struct change *change, const struct event *event, enum promise_state state)
{
    struct customer *customer = change->customer;
    struct promise row = standing(event);
    struct kept_promise *kept = open_promise(change, event);
    if (kept) {
        reminder_end(change, REMINDER_PROMISE, kept, event, REMINDER_DONE);
        reminder_end(change, REMINDER_OVERDUE, kept, event, REMINDER_DONE);
        if (row.state == PROMISE_UNKNOWN) {
            row = open_row(kept);
        }
    } else {
        row.by = event->by;
    }
    row.state = (uint8_t)state;
    row.outcome_at = event->time;
    tell(change, event, &row);
    if (!kept && state == PROMISE_KEPT && row.by == BY_CUSTOMER && customer->stage != STAGE_ENDED &&
        customer->book->promise_count - customer->book->open_promises < BOOK_PROMISES) {
        insert(customer->book, event);
        kept = open_promise(change, event);
    }
    if (kept && state == PROMISE_KEPT) {
        want_thanks(customer->book, kept, event->time);
    } else if (kept) {
        drop(customer->book, kept);
    }
}

void promise_kept(const struct change *change, const struct event *event)
{
    outcome(change, event, PROMISE_KEPT);
}

void promise_broken(const struct change *change, const struct event *event)
{
    outcome(change, event, PROMISE_BROKEN);
}

void promise_lapse_all(const struct change *change, const struct event *event)
{
    struct book *book = change->customer->book;
    for (int i = 0; i < book->promise_count; i++) {
        const struct kept_promise *kept = &book->promises[i];
        if (!kept->kept) {
            struct promise row = open_row(kept);
            row.state = PROMISE_LAPSED;
            row.outcome_at = event->time;
            tell(change, event, &row);
        }
    }
    book->promise_count = 0;
    book->open_promises = 0;
}

void promise_thanked(const struct change *change, const struct event *event)
{
    struct book *book = change->customer->book;
    for (int i = 0; i < book->promise_count;) {
        struct kept_promise *kept = &book->promises[i];
        if (kept->kept) {
            reminder_end(change, REMINDER_THANKS, kept, event, REMINDER_DONE);
            drop(book, kept);
        } else {
            i++;
        }
    }
}
