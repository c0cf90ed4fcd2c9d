// Who ids mean: merges, unmerges and erasures one after the other, on plain pointers from id to id.
#include "support/oracle.h"

#include <stdlib.h>

static void __attribute__((noreturn)) give_up(const struct event *event, const char *what)
{
    fprintf(stderr, "oracle: %.*s of %.*s (%.*s): %s\n", (int)event->id.size, event->id.data, (int)event->subject.size,
            event->subject.data, (int)event->source.size, event->source.data, what);
    abort();
}

// --------------------------------------------------------------------------------------------------- ids

static int compare_ids(const void *left, const void *right)
{
    return span_compare(((const struct oracle_id *)left)->id, ((const struct oracle_id *)right)->id);
}

static int find_id(const struct oracle *oracle, struct span id)
{
    const struct oracle_id wanted = {.id = id};
    const struct oracle_id *found = oracle->ids.count == 0 ? NULL :
        bsearch(&wanted, oracle->ids.items, oracle->ids.count, sizeof wanted, compare_ids);
    return found ? (int)(found - oracle->ids.items) : -1;
}

static void add_id(struct oracle *oracle, struct span id)
{
    struct oracle_id *added = vector_push(&oracle->ids);
    if (!added)
        abort();
    *added = (struct oracle_id){.id = id, .lane = -1, .into = -1, .merged_at = INSTANT_NONE,
                                .quiet_until = INSTANT_NONE};
}

static void collect_ids(struct oracle *oracle)
{
    for (size_t i = 0; i < oracle->event_count; i++) {
        const struct event *event = &oracle->events[i].event;
        if (!oracle_changes_ids(event))
            continue;
        add_id(oracle, event->subject);
        if (event->effect != EFFECT_OF_CUSTOMER_ERASED)
            add_id(oracle, event->ref);
    }
    if (oracle->ids.count == 0)
        return;
    qsort(oracle->ids.items, oracle->ids.count, sizeof *oracle->ids.items, compare_ids);
    size_t kept = 1;
    for (size_t i = 1; i < oracle->ids.count; i++)
        if (compare_ids(&oracle->ids.items[i], &oracle->ids.items[kept - 1]) != 0)
            oracle->ids.items[kept++] = oracle->ids.items[i];
    oracle->ids.count = kept;
    for (size_t i = 0; i < kept; i++)
        oracle->ids.items[i].family = (int)i;
}

static int root_of(const struct oracle *oracle, int id)
{
    while (oracle->ids.items[id].into >= 0)
        id = oracle->ids.items[id].into;
    return id;
}

bool oracle_erased(const struct oracle *oracle, struct span id)
{
    int number = id.data ? find_id(oracle, id) : -1;
    return number >= 0 && oracle->ids.items[number].erased;
}

// The order of changes is that of their lane, so two lanes may not have to do with one id.
static struct oracle_id *bind(struct oracle *oracle, const struct oracle_event *event, int id)
{
    struct oracle_id *bound = &oracle->ids.items[id];
    if (bound->lane >= 0 && bound->lane != event->lane)
        give_up(&event->event, "changes of one id are in two lanes");
    bound->lane = event->lane;
    return bound;
}

// ----------------------------------------------------------------------------------------------- changes

static void tell(const struct oracle *oracle, const struct event *event, const char *type, int n)
{
    row_begin(oracle->out, "message");
    row_text(oracle->out, "type", span_text(type));
    row_text(oracle->out, "customer", event->subject);
    row_integer(oracle->out, "n", n);
    row_instant(oracle->out, "at", event->time);
    bool erasure = event->effect == EFFECT_OF_CUSTOMER_ERASED;
    row_text(oracle->out, "other", erasure ? SPAN_NONE : event->ref);
    row_text(oracle->out, "source", erasure ? SPAN_NONE : event->source);
    row_text(oracle->out, "event_id", erasure ? SPAN_NONE : event->id);
    row_end(oracle->out);
}

static void erase(struct oracle *oracle, const struct oracle_event *event, int subject)
{
    int root = root_of(oracle, subject);
    for (size_t i = 0; i < oracle->ids.count; i++) // all the aliases are still what they were
        oracle->ids.items[i].erased |= root_of(oracle, (int)i) == root;
    tell(oracle, &event->event, "guanxi.customer.erased", 1);
}

static void hush(struct oracle *oracle, int id, instant until)
{
    oracle->ids.items[id].quiet_until = instant_later(oracle->ids.items[id].quiet_until, until);
}

// The number of the id on whose timeline the event stands from now on; -1: nowhere.
static int merge(struct oracle *oracle, const struct oracle_event *event, int subject, int other)
{
    int loser = root_of(oracle, subject), winner = root_of(oracle, other);
    if (oracle->ids.items[other].erased || loser == winner) {
        oracle_reject_event(oracle, event, REJECT_BAD_MERGE);
        return -1;
    }
    oracle->ids.items[loser].into = winner;
    oracle->ids.items[loser].merged_at = event->event.time;
    hush(oracle, winner, event->event.time);
    int from = oracle->ids.items[loser].family, to = oracle->ids.items[winner].family;
    for (size_t i = 0; i < oracle->ids.count; i++)
        if (oracle->ids.items[i].family == from)
            oracle->ids.items[i].family = to;
    tell(oracle, &event->event, "guanxi.customer.merged", ++oracle->ids.items[subject].merged);
    return winner;
}

static bool is_related(const struct oracle *oracle, int id)
{
    for (size_t i = 0; i < oracle->ids.count; i++)
        if ((int)i != id && oracle->ids.items[i].family == oracle->ids.items[id].family)
            return true;
    return false;
}

// Whether the subject has a row by then: its own lane must have seen to it. What comes in other lanes may come later.
static bool is_known(const struct oracle *oracle, const struct oracle_event *event)
{
    bool later = false;
    for (size_t i = 0; i < oracle->event_count; i++)
        for (const struct oracle_event *at = &oracle->events[i]; at; at = at->again) {
            if (!span_equal(at->event.subject, event->event.subject) || !event_begins(&at->event))
                continue;
            if (at->lane == event->lane && at->offset < event->offset)
                return true;
            later = true;
        }
    if (later || is_related(oracle, find_id(oracle, event->event.subject)))
        give_up(&event->event, "it is ignored, and whether it stands on a timeline depends on what comes first");
    return false;
}

static int unmerge(struct oracle *oracle, const struct oracle_event *event, int subject, int other)
{
    struct oracle_id *back = &oracle->ids.items[other];
    int winner = root_of(oracle, subject);
    if (back->erased) // of whom nothing is to be kept, not even this
        return -1;
    if (back->into < 0 || root_of(oracle, other) != winner)
        return is_known(oracle, event) ? winner : -1;
    back->into = -1;
    hush(oracle, winner, event->event.time);
    hush(oracle, other, event->event.time);
    tell(oracle, &event->event, "guanxi.customer.unmerged", ++oracle->ids.items[subject].unmerged);
    return winner;
}

static bool stands(const struct oracle *oracle, const struct oracle_event *event)
{
    return event->owner >= 0 && !oracle->ids.items[event->owner].erased;
}

// The same identity, as it stands on a timeline: the one before it in the order of identities, or NULL.
static struct oracle_event *find_standing(const struct oracle *oracle, struct oracle_event *event)
{
    for (struct oracle_event *at = event; at > oracle->events; at--) {
        if (oracle_compare_identities(&at[-1].event, &event->event) != 0)
            break;
        if (!oracle_changes_ids(&at[-1].event))
            give_up(&event->event, "the same identity as an event of another kind");
        if (stands(oracle, &at[-1]))
            return &at[-1];
    }
    return NULL;
}

static void change_ids(struct oracle *oracle, struct oracle_event *event)
{
    bool erasure = event->event.effect == EFFECT_OF_CUSTOMER_ERASED;
    int subject = find_id(oracle, event->event.subject);
    int other = erasure ? subject : find_id(oracle, event->event.ref);
    bind(oracle, event, other);
    if (bind(oracle, event, subject)->erased)
        return;
    struct oracle_event *first = erasure ? NULL : find_standing(oracle, event);
    if (first && !oracle_same_content(&first->event, &event->event)) {
        oracle_reject_event(oracle, event, REJECT_CONFLICT);
    } else if (first) {
        oracle_move_lane(oracle, event);
        oracle_note_again(oracle, first, event);
    } else {
        if (erasure)
            erase(oracle, event, subject);
        else if (event->event.effect == EFFECT_OF_CUSTOMER_MERGED)
            event->owner = merge(oracle, event, subject, other);
        else
            event->owner = unmerge(oracle, event, subject, other);
        if (erasure || event->owner >= 0)
            oracle_move_lane(oracle, event);
    }
}

// ------------------------------------------------------------------------------------------- in the end

static int by_number(const void *left, const void *right)
{
    const struct oracle_event *a = *(struct oracle_event *const *)left, *b = *(struct oracle_event *const *)right;
    return (a->number > b->number) - (a->number < b->number);
}

static int by_history(const void *left, const void *right)
{
    const struct oracle_event *a = left, *b = right;
    int order = span_compare(a->customer, b->customer);
    return order ? order : event_compare(&a->event, &b->event);
}

// Whose timeline an event is on in the end: nobody's, if that is erased or it was told of somebody who is.
static struct span meant_by(const struct oracle *oracle, const struct oracle_event *event)
{
    bool change = oracle_changes_ids(&event->event);
    int id = change ? event->owner : find_id(oracle, event->event.subject);
    if (id < 0)
        return change ? SPAN_NONE : event->event.subject;
    if (oracle_erased(oracle, event->event.subject))
        return SPAN_NONE;
    return oracle->ids.items[id].erased ? SPAN_NONE : oracle->ids.items[root_of(oracle, id)].id;
}

static void print_ids(const struct oracle *oracle)
{
    for (size_t i = 0; i < oracle->ids.count; i++) {
        const struct oracle_id *id = &oracle->ids.items[i];
        row_begin(oracle->out, "id");
        row_text(oracle->out, "customer_id", id->id);
        row_integer(oracle->out, "family", id->family);
        row_bool(oracle->out, "erased", id->erased);
        row_instant(oracle->out, "quiet_until", id->quiet_until);
        row_end(oracle->out);
        if (id->into < 0 || id->erased)
            continue;
        row_begin(oracle->out, "v_alias");
        row_text(oracle->out, "customer_id", id->id);
        row_text(oracle->out, "into", oracle->ids.items[id->into].id);
        row_instant(oracle->out, "at", id->merged_at);
        row_end(oracle->out);
    }
}

void oracle_resolve(struct oracle *oracle)
{
    size_t count = 0, kept = 0;
    struct oracle_event **changes = calloc(oracle->event_count + 1, sizeof *changes);
    if (!changes)
        abort();
    collect_ids(oracle);
    for (size_t i = 0; i < oracle->event_count; i++)
        if (oracle_changes_ids(&oracle->events[i].event))
            changes[count++] = &oracle->events[i];
    if (count > 0)
        qsort(changes, count, sizeof *changes, by_number);
    for (size_t i = 0; i < count; i++)
        change_ids(oracle, changes[i]);
    free(changes);
    print_ids(oracle);
    for (size_t i = 0; i < oracle->event_count; i++) {
        struct oracle_event *event = &oracle->events[i];
        event->customer = meant_by(oracle, event);
        if (event->customer.data)
            oracle->events[kept++] = *event;
    }
    oracle->event_count = kept;
    if (kept > 0)
        qsort(oracle->events, kept, sizeof *oracle->events, by_history);
}
