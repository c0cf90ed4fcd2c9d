#include "app/group.h"

#include "base/ahead.h"
#include "base/status.h"

enum { AHEAD = 12, FAR_AHEAD = 2 * AHEAD, KEY_BYTES = 8 };

// An item as it came.
struct arrival {
    uint32_t group : 30; // its number while customers are counted; NO_GROUP: it is no event
    enum verdict verdict : 2;
    uint32_t hash; // of source and id
};
enum { NO_GROUP = (1 << 30) - 1 };

struct group_key {
    uint64_t prefix; // of the id, behind what all ids have in common
    uint32_t group;
};

static const struct event *event_of(const struct member *member)
{
    return &member->item->taken->event;
}

// An empty hash index with at least twice as many slots as entries; the mask, or 0 when memory is out.
static uint32_t clear_slots(struct grouping *grouping, size_t entries)
{
    size_t slots = 64;
    while (slots < entries * 2)
        slots *= 2;
    if (!vector_reserve(&grouping->slots, slots))
        return 0;
    memset(grouping->slots.items, 0, slots * sizeof *grouping->slots.items);
    return (uint32_t)slots - 1;
}

static int out_of_memory(void)
{
    return fault(STATUS_NOMEM, "out of memory while grouping a batch");
}

static void ask_for_customer(const struct grouping *grouping, const struct taken *taken, uint32_t mask)
{
    if (taken->decoded != DECODED_EVENT)
        return;
    ask_for(taken->event.subject.data, 1);
    ask_for(&grouping->slots.items[(uint32_t)taken->subject_hash & mask], 1);
}

// The group of an event before it has members.
static struct group meant_by(const struct taken *taken, const struct aliases *aliases)
{
    const struct alias *alias =
        aliases->items.count ? aliases_find(aliases, taken->event.subject, taken->subject_hash) : NULL;
    if (alias)
        return (struct group){.id = alias->customer, .hash = alias->customer_hash, .erased = alias->erased};
    return (struct group){.id = taken->event.subject, .hash = taken->subject_hash};
}

// The number of the event's group, made when there is none yet: room for it is there.
static uint32_t group_of(struct grouping *grouping, const struct taken *taken, const struct aliases *aliases,
                         uint32_t mask)
{
    const struct group meant = meant_by(taken, aliases);
    uint32_t *slots = grouping->slots.items;
    uint32_t slot = (uint32_t)meant.hash & mask;
    for (; slots[slot]; slot = (slot + 1) & mask) {
        const struct group *group = &grouping->groups.items[slots[slot] - 1];
        if (group->hash == meant.hash && span_equal(group->id, meant.id))
            return slots[slot] - 1;
    }
    grouping->groups.items[grouping->groups.count++] = meant;
    grouping->ids.count += meant.id.size;
    slots[slot] = (uint32_t)grouping->groups.count;
    return slots[slot] - 1;
}

static int collect_groups(struct grouping *grouping, const struct item *items, size_t count,
                          const struct aliases *aliases)
{
    vector_clear(&grouping->members);
    vector_clear(&grouping->groups);
    vector_clear(&grouping->ids);
    uint32_t mask = clear_slots(grouping, count);
    if (!mask || !vector_reserve(&grouping->arrivals, count))
        return out_of_memory();
    for (size_t i = 0; i < count; i++) {
        if (i + FAR_AHEAD < count)
            ask_for(items[i + FAR_AHEAD].taken, 1);
        if (i + AHEAD < count)
            ask_for_customer(grouping, items[i + AHEAD].taken, mask);
        struct arrival *arrival = &grouping->arrivals.items[i];
        *arrival = (struct arrival){.group = NO_GROUP, .hash = (uint32_t)(items[i].taken->identity_hash >> 32)};
        if (items[i].taken->decoded != DECODED_EVENT)
            continue;
        if (!vector_reserve(&grouping->groups, grouping->groups.count + 1))
            return out_of_memory();
        uint32_t group = group_of(grouping, items[i].taken, aliases, mask);
        grouping->groups.items[group].count++;
        arrival->group = group & NO_GROUP;
        arrival->hash += group * 0x9E3779B1u;
        grouping->members.count++;
    }
    return 0;
}

static bool same_content(const struct event *a, const struct event *b)
{
    return a->type == b->type && a->time == b->time && span_equal(a->data, b->data);
}

// The first of an identity counts; later ones repeat it or contradict it.
static int judge_repeats(struct grouping *grouping, const struct item *items, size_t count)
{
    uint32_t mask = clear_slots(grouping, count);
    if (!mask)
        return out_of_memory();
    uint32_t *slots = grouping->slots.items;
    struct arrival *arrivals = grouping->arrivals.items;
    for (size_t i = 0; i < count; i++) {
        if (i + AHEAD < count)
            ask_for(&slots[arrivals[i + AHEAD].hash & mask], 1);
        if (arrivals[i].group == NO_GROUP)
            continue;
        const struct event *event = &items[i].taken->event, *other = NULL;
        uint32_t slot = arrivals[i].hash & mask;
        for (; slots[slot]; slot = (slot + 1) & mask) {
            uint32_t at = slots[slot] - 1;
            if (arrivals[at].group != arrivals[i].group || arrivals[at].hash != arrivals[i].hash)
                continue;
            other = &items[at].taken->event;
            if (span_equal(other->id, event->id) && span_equal(other->source, event->source) &&
                span_equal(other->subject, event->subject))
                break;
        }
        if (!slots[slot])
            slots[slot] = (uint32_t)i + 1;
        else
            arrivals[i].verdict = same_content(other, event) ? VERDICT_DUPLICATE : VERDICT_CONFLICT;
    }
    return 0;
}

static bool gather_ids(struct grouping *grouping)
{
    if (!vector_reserve(&grouping->ids, grouping->ids.count + 1))
        return false;
    struct group *groups = grouping->groups.items;
    char *to = grouping->ids.items;
    for (size_t i = 0; i < grouping->groups.count; i++) {
        if (i + AHEAD < grouping->groups.count)
            ask_for(groups[i + AHEAD].id.data, 1);
        memcpy(to, groups[i].id.data, groups[i].id.size);
        groups[i].id.data = to;
        to += groups[i].id.size;
    }
    return true;
}

// How many bytes all ids begin with in common.
static uint32_t common_beginning(const struct group *groups, size_t count)
{
    uint32_t common = groups[0].id.size;
    for (size_t i = 1; i < count && common > 0; i++) {
        uint32_t most = common < groups[i].id.size ? common : groups[i].id.size;
        uint32_t same = 0;
        while (same < most && groups[i].id.data[same] == groups[0].id.data[same])
            same++;
        common = same;
    }
    return common;
}

// The eight bytes behind what all ids have in common, so that most comparisons need no more than them.
static void make_keys(struct grouping *grouping)
{
    const struct group *groups = grouping->groups.items;
    size_t count = grouping->groups.count;
    uint32_t common = common_beginning(groups, count);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t prefix = 0;
        for (uint32_t at = common; at < common + KEY_BYTES; at++)
            prefix = prefix << 8 | (at < groups[i].id.size ? (uint8_t)groups[i].id.data[at] : 0);
        grouping->keys.items[i] = (struct group_key){.prefix = prefix, .group = i};
    }
}

static int compare_keys(const void *a, const void *b, void *context)
{
    const struct group_key *left = a, *right = b;
    const struct group *groups = context;
    return span_compare(groups[left->group].id, groups[right->group].id);
}

// Sorts keys by their prefixes, byte by byte from the last, where they differ at all. The second half of the
// array is room to work in; where the result is, is returned.
static struct group_key *sort_prefixes(struct group_key *keys, size_t count)
{
    uint32_t starts[KEY_BYTES][256] = {0};
    for (size_t i = 0; i < count; i++)
        for (int byte = 0; byte < KEY_BYTES; byte++)
            starts[byte][keys[i].prefix >> (8 * byte) & 0xff]++;
    struct group_key *from = keys, *to = keys + count;
    for (int byte = 0; byte < KEY_BYTES; byte++) {
        uint32_t *start = starts[byte], next = 0;
        if (start[from[0].prefix >> (8 * byte) & 0xff] == count)
            continue;
        for (int value = 0; value < 256; value++) {
            uint32_t size = start[value];
            start[value] = next;
            next += size;
        }
        for (size_t i = 0; i < count; i++)
            to[start[from[i].prefix >> (8 * byte) & 0xff]++] = from[i];
        struct group_key *swap = from;
        from = to;
        to = swap;
    }
    return from;
}

static struct group_key *sort_keys(struct grouping *grouping)
{
    size_t count = grouping->groups.count;
    make_keys(grouping);
    struct group_key *keys = sort_prefixes(grouping->keys.items, count);
    for (size_t from = 0, to; from < count; from = to) {
        for (to = from + 1; to < count && keys[to].prefix == keys[from].prefix;)
            to++;
        if (to - from > 1)
            qsort_r(&keys[from], to - from, sizeof *keys, compare_keys, grouping->groups.items);
    }
    return keys;
}

// Puts each group where its key stands.
static void arrange(struct group *groups, struct group_key *keys, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (keys[i].group == i)
            continue;
        struct group first = groups[i];
        uint32_t at = i, from;
        for (; (from = keys[at].group) != i; at = from) {
            groups[at] = groups[from];
            keys[at].group = at;
        }
        groups[at] = first;
        keys[at].group = at;
    }
}

static int sort_groups(struct grouping *grouping)
{
    uint32_t count = (uint32_t)grouping->groups.count, next = 0;
    struct group *groups = grouping->groups.items;
    if (count == 0)
        return 0;
    if (!vector_reserve(&grouping->keys, 2 * (size_t)count) || !gather_ids(grouping))
        return out_of_memory();
    struct group_key *keys = sort_keys(grouping);
    // By the number that a group had: the one it gets, and where its next member goes.
    uint32_t *places = grouping->slots.items; // twice as many slots as items, at least
    for (uint32_t i = 0; i < count; i++) {
        struct group *group = &groups[keys[i].group];
        places[(size_t)2 * keys[i].group] = i;
        places[(size_t)2 * keys[i].group + 1] = group->first = next;
        next += group->count;
    }
    arrange(groups, keys, count);
    return 0;
}

static int place_members(struct grouping *grouping, const struct item *items, size_t count)
{
    if (!vector_reserve(&grouping->members, grouping->members.count))
        return out_of_memory();
    uint32_t *places = grouping->slots.items;
    for (size_t i = 0; i < count; i++) {
        const struct arrival *arrival = &grouping->arrivals.items[i];
        if (arrival->group == NO_GROUP)
            continue;
        uint32_t *place = &places[(size_t)2 * arrival->group];
        grouping->members.items[place[1]++] =
            (struct member){.item = &items[i], .group = place[0], .verdict = arrival->verdict};
    }
    return 0;
}

// By the model's order, then by arrival.
static int compare_members(const void *a, const void *b)
{
    const struct member *left = a, *right = b;
    int order = event_compare(event_of(left), event_of(right));
    return order ? order : (left->item > right->item) - (left->item < right->item);
}

// Events of a customer mostly arrive in their order: then there is nothing to sort.
static void sort_members(struct grouping *grouping)
{
    struct member *members = grouping->members.items;
    for (size_t i = 1; i < grouping->members.count; i++) {
        if (i + AHEAD < grouping->members.count && members[i + AHEAD].group == members[i + AHEAD - 1].group)
            ask_for(event_of(&members[i + AHEAD]), 1);
        const struct group *group = &grouping->groups.items[members[i].group];
        if (group->first == i || compare_members(&members[i - 1], &members[i]) < 0)
            continue;
        qsort(&members[group->first], group->count, sizeof *members, compare_members);
        i = group->first + group->count - 1;
    }
}

int group_events(struct grouping *grouping, const struct item *items, size_t count, const struct aliases *aliases)
{
    int result = collect_groups(grouping, items, count, aliases);
    if (result == 0)
        result = judge_repeats(grouping, items, count);
    if (result == 0)
        result = sort_groups(grouping);
    if (result == 0)
        result = place_members(grouping, items, count);
    if (result == 0)
        sort_members(grouping);
    return result;
}

void grouping_free(struct grouping *grouping)
{
    vector_free(&grouping->members);
    vector_free(&grouping->groups);
    vector_free(&grouping->ids);
    vector_free(&grouping->arrivals);
    vector_free(&grouping->keys);
    vector_free(&grouping->slots);
}
