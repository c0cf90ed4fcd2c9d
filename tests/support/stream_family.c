#include "support/stream_family.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SPACING = 16, MIN_SIZE = 3, NOBODY = 1000000 };

// The customers of the first twentieth are busy all the time: of their events the stream lives.
bool families_init(struct families *families, struct random *random, int customers, int32_t partitions)
{
    families->count = customers < FAMILY_MEMBERS ? 0 : 1 + (customers - FAMILY_MEMBERS) / SPACING;
    families->items = calloc((size_t)families->count + 1, sizeof *families->items);
    for (int i = 0; families->items && i < families->count; i++) {
        struct family *family = &families->items[i];
        family->topic = (int)random_below(random, TALE_TOPICS);
        family->partition = (int32_t)random_below(random, partitions);
        family->mortal = i * SPACING > customers / 20;
        family->count = MIN_SIZE + 1 + (int)random_below(random, FAMILY_MEMBERS - MIN_SIZE);
        for (int n = 0; n < family->count; n++)
            family->members[n] = (struct family_member){.customer = i * SPACING + n, .into = -1};
        family->members[family->count - 1].customer = customers + i; // has no events of its own
    }
    return families->items != NULL;
}

void families_free(struct families *families)
{
    free(families->items);
    *families = (struct families){0};
}

static int find_member(const struct family *family, int customer)
{
    for (int i = 0; i < family->count; i++)
        if (family->members[i].customer == customer)
            return i;
    return -1;
}

struct family *families_find(const struct families *families, int customer)
{
    int i = customer / SPACING;
    return i < families->count && find_member(&families->items[i], customer) >= 0 ? &families->items[i] : NULL;
}

void family_mingle(struct family *family, struct random *random, struct tale_event *event)
{
    struct tale_event *last = &family->last;
    if (event->about_reminder)
        return;
    if (last->type && last->customer != event->customer && random_permille(random, 80)) {
        event->time = last->time;
        memcpy(event->source, last->source, sizeof event->source);
        memcpy(event->id, last->id, sizeof event->id);
        last->type = NULL;
    } else {
        *last = *event;
    }
}

void family_note(struct family *family, const struct tale_event *event)
{
    if (!event->about_reminder)
        family->members[find_member(family, event->customer)].known = true;
}

// ----------------------------------------------------------------------------------------------- members

static int root_of(const struct family *family, int member)
{
    while (family->members[member].into >= 0)
        member = family->members[member].into;
    return member;
}

typedef bool member_test(const struct family *family, int member, int other);

// Any member that passes, or -1.
static int pick(const struct family *family, struct random *random, member_test *passes, int other)
{
    int from = (int)random_below(random, family->count);
    for (int i = 0; i < family->count; i++) {
        int member = (from + i) % family->count;
        if (passes(family, member, other))
            return member;
    }
    return -1;
}

static bool lives(const struct family *family, int member, int other)
{
    (void)other;
    return !family->members[member].erased;
}

static bool is_erased(const struct family *family, int member, int other)
{
    return !lives(family, member, other);
}

static bool is_alias(const struct family *family, int member, int other)
{
    (void)other;
    return !family->members[member].erased && family->members[member].into >= 0;
}

static bool is_apart(const struct family *family, int member, int other)
{
    return !family->members[member].erased && root_of(family, member) != root_of(family, other);
}

static bool is_same(const struct family *family, int member, int other)
{
    return root_of(family, member) == root_of(family, other);
}

static bool is_known(const struct family *family, int member, int other)
{
    (void)other;
    return !family->members[member].erased && family->members[member].known;
}

// Mostly who it means is named, otherwise any id that means the same.
static int pick_name(const struct family *family, struct random *random, int member)
{
    return random_permille(random, 700) ? root_of(family, member) : pick(family, random, is_same, member);
}

// ----------------------------------------------------------------------------------------------- changes

// What is to be told: of members by number. A type of NULL: nothing of that kind is possible.
struct change {
    const char *type;
    int subject, other; // other -1: nobody that the family knows
};

static struct change merge(struct family *family, struct random *random)
{
    int loser = pick(family, random, lives, 0);
    int winner = loser < 0 ? -1 : pick(family, random, is_apart, loser);
    if (winner < 0)
        return (struct change){0};
    struct change change = {"customer.merged", pick_name(family, random, loser), pick_name(family, random, winner)};
    family->members[root_of(family, loser)].into = root_of(family, winner);
    return change;
}

static struct change unmerge(struct family *family, struct random *random)
{
    int back = pick(family, random, is_alias, 0);
    if (back < 0)
        return (struct change){0};
    struct change change = {"customer.unmerged", pick_name(family, random, back), back};
    family->members[back].into = -1;
    return change;
}

// With itself, in a cycle or into somebody erased.
static struct change bad_merge(struct family *family, struct random *random)
{
    int subject = pick(family, random, lives, 0);
    if (subject < 0)
        return (struct change){0};
    int erased = random_permille(random, 500) ? pick(family, random, is_erased, 0) : -1;
    return (struct change){"customer.merged", subject, erased >= 0 ? erased : pick(family, random, is_same, subject)};
}

// Of somebody who is not merged into the subject: it stands on a timeline if there is one by then.
static struct change ignored_unmerge(struct family *family, struct random *random)
{
    int subject = pick(family, random, is_known, 0);
    if (subject < 0)
        return (struct change){0};
    int other = pick(family, random, random_permille(random, 500) ? is_erased : is_apart, subject);
    if (other < 0 || random_permille(random, 200))
        other = random_permille(random, 500) ? root_of(family, subject) : -1;
    return (struct change){"customer.unmerged", subject, other};
}

static struct change erase(struct family *family, struct random *random)
{
    int member = family->mortal ? pick(family, random, lives, 0) : -1;
    if (member < 0)
        return (struct change){0};
    int root = root_of(family, member);
    for (int i = 0; i < family->count; i++)
        family->members[i].erased |= root_of(family, i) == root;
    return (struct change){"customer.erased", pick(family, random, is_same, member), -1};
}

// By somebody erased: dropped.
static struct change dropped(struct family *family, struct random *random)
{
    static const char *const types[] = {"customer.merged", "customer.unmerged", "customer.erased"};
    int subject = pick(family, random, is_erased, 0);
    if (subject < 0)
        return (struct change){0};
    return (struct change){types[random_below(random, 3)], subject, (int)random_below(random, family->count)};
}

static const struct {
    struct change (*make)(struct family *family, struct random *random);
    int weight;
} kinds[] = {{merge, 450}, {unmerge, 330}, {bad_merge, 80}, {ignored_unmerge, 60}, {erase, 50}, {dropped, 30}};

static struct change pick_change(struct family *family, struct random *random)
{
    for (;;) {
        int64_t left = random_below(random, 1000);
        size_t kind = 0;
        while ((left -= kinds[kind].weight) >= 0)
            kind++;
        struct change change = kinds[kind].make(family, random);
        if (change.type)
            return change;
    }
}

static void write_data(const struct family *family, const struct change *change, struct tale_event *event)
{
    char other[64], *to = event->data;
    if (strcmp(change->type, "customer.erased") == 0) {
        snprintf(event->data, sizeof event->data, "{\"why\":\"本人要求\"}");
        return;
    }
    int number = change->other < 0 ? NOBODY + family->members[0].customer : family->members[change->other].customer;
    tale_subject(number, other, sizeof other);
    to += snprintf(event->data, sizeof event->data, "{\"%s\":\"", strcmp(change->type, "customer.merged") == 0
                                                                       ? "into" : "customer");
    for (const char *from = other; *from; from++) {
        if (*from == '"')
            *to++ = '\\';
        *to++ = *from;
    }
    memcpy(to, "\"}", 3);
}

// Mostly it happens when it is told; now and then long ago, or at the very instant of another event.
static instant pick_time(struct tale *tale, int customer, instant now)
{
    instant last = customer < tale->customer_count ? tale->customers[customer].last_event : INSTANT_NONE;
    if (last != INSTANT_NONE && random_permille(&tale->random, 150))
        return last;
    return random_permille(&tale->random, 150) ? now - random_below(&tale->random, 40 * DAY) : now;
}

struct family *families_next(struct families *families, struct tale *tale, instant now, struct tale_event *event)
{
    if (families->count == 0)
        return NULL;
    struct family *family = &families->items[random_below(&tale->random, families->count)];
    struct change change = pick_change(family, &tale->random);
    *event = (struct tale_event){.due = INSTANT_NONE, .changes_ids = true, .type = change.type,
                                 .topic = family->topic, .customer = family->members[change.subject].customer};
    event->time = pick_time(tale, event->customer, now);
    tale_subject(event->customer, event->subject, sizeof event->subject);
    tale_name(tale, event);
    write_data(family, &change, event);
    return family;
}
