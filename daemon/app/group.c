#include "app/group.h"

#include "base/status.h"

// A batch is larger than the caches of a processor: what comes next is asked for while this one is worked on.
enum { AHEAD = 12, FAR_AHEAD = 2 * AHEAD };

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

static void ask_for(const struct grouping *grouping, const struct taken *taken, uint32_t mask)
{
    if (taken->decoded != DECODED_EVENT)
        return;
    __builtin_prefetch(taken->event.subject.data);
    __builtin_prefetch(&grouping->slots.items[(uint32_t)taken->subject_hash & mask]);
}

// The number of the event's group, made when there is none yet: room for it is there.
static uint32_t group_of(struct grouping *grouping, const struct taken *taken, uint32_t mask)
{
    uint32_t *slots = grouping->slots.items;
    uint32_t slot = (uint32_t)taken->subject_hash & mask;
    for (; slots[slot]; slot = (slot + 1) & mask) {
        const struct group *group = &grouping->groups.items[slots[slot] - 1];
        if (group->hash == taken->subject_hash && span_equal(group->id, taken->event.subject))
            return slots[slot] - 1;
    }
    grouping->groups.items[grouping->groups.count++] =
        (struct group){.id = taken->event.subject, .hash = taken->subject_hash};
    slots[slot] = (uint32_t)grouping->groups.count;
    return slots[slot] - 1;
}

static int collect_members(struct grouping *grouping, const struct item *items, size_t count)
{
    vector_clear(&grouping->members);
    vector_clear(&grouping->groups);
    if (!vector_reserve(&grouping->members, count) || !vector_reserve(&grouping->order, count))
        return out_of_memory();
    uint32_t mask = clear_slots(grouping, count);
    if (!mask)
        return out_of_memory();
    for (size_t i = 0; i < count; i++) {
        if (i + FAR_AHEAD < count)
            __builtin_prefetch(items[i + FAR_AHEAD].taken);
        if (i + AHEAD < count)
            ask_for(grouping, items[i + AHEAD].taken, mask);
        if (items[i].taken->decoded != DECODED_EVENT)
            continue;
        if (!vector_reserve(&grouping->groups, grouping->groups.count + 1))
            return out_of_memory();
        uint32_t group = group_of(grouping, items[i].taken, mask);
        grouping->groups.items[group].count++;
        grouping->members.items[grouping->members.count++] = (struct member){
            .item = &items[i], .group = group, .hash = (uint32_t)(items[i].taken->identity_hash >> 32)};
    }
    return 0;
}

static bool same_content(const struct event *a, const struct event *b)
{
    return a->type == b->type && a->time == b->time && span_equal(a->data, b->data);
}

static uint32_t identity_hash(const struct member *member)
{
    return member->hash + member->group * 0x9E3779B1u;
}

// The first of an identity counts; later ones repeat it or contradict it.
static int judge_repeats(struct grouping *grouping)
{
    uint32_t mask = clear_slots(grouping, grouping->members.count);
    if (!mask)
        return out_of_memory();
    uint32_t *slots = grouping->slots.items;
    for (size_t i = 0; i < grouping->members.count; i++) {
        struct member *member = &grouping->members.items[i];
        if (i + AHEAD < grouping->members.count)
            __builtin_prefetch(&slots[identity_hash(&grouping->members.items[i + AHEAD]) & mask]);
        const struct event *event = event_of(member);
        uint32_t hash = identity_hash(member);
        uint32_t slot = hash & mask;
        for (; slots[slot]; slot = (slot + 1) & mask) {
            const struct member *other = &grouping->members.items[slots[slot] - 1];
            if (other->group == member->group && identity_hash(other) == hash &&
                span_equal(event_of(other)->id, event->id) && span_equal(event_of(other)->source, event->source))
                break;
        }
        if (!slots[slot])
            slots[slot] = (uint32_t)i + 1;
        else
            member->verdict = same_content(event_of(&grouping->members.items[slots[slot] - 1]), event)
                                  ? VERDICT_DUPLICATE : VERDICT_CONFLICT;
    }
    return 0;
}

// The eight bytes behind what all ids have in common, so that most comparisons need no more than them.
static void set_prefixes(struct grouping *grouping)
{
    struct group *groups = grouping->groups.items;
    size_t count = grouping->groups.count;
    uint32_t common = count ? groups[0].id.size : 0;
    for (size_t i = 1; i < count; i++) {
        uint32_t most = common < groups[i].id.size ? common : groups[i].id.size;
        uint32_t same = 0;
        while (same < most && groups[i].id.data[same] == groups[0].id.data[same])
            same++;
        common = same;
    }
    for (size_t i = 0; i < count; i++) {
        uint64_t prefix = 0;
        for (uint32_t at = common; at < common + 8; at++)
            prefix = prefix << 8 | (at < groups[i].id.size ? (uint8_t)groups[i].id.data[at] : 0);
        groups[i].prefix = prefix;
    }
}

static int compare_groups(const void *a, const void *b)
{
    const struct group *left = a, *right = b;
    if (left->prefix != right->prefix)
        return left->prefix < right->prefix ? -1 : 1;
    return span_compare(left->id, right->id);
}

// By the model's order, then by arrival.
static int compare_order(const void *a, const void *b, void *context)
{
    const struct member *members = context;
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    int order = event_compare(event_of(&members[left]), event_of(&members[right]));
    return order ? order : (left > right) - (left < right);
}

// Events of a customer mostly arrive in their order: then there is nothing to sort.
static void sort_members(struct grouping *grouping, const struct group *group)
{
    uint32_t *order = grouping->order.items + group->first;
    for (uint32_t i = 1; i < group->count; i++) {
        if (compare_order(&order[i - 1], &order[i], grouping->members.items) > 0) {
            qsort_r(order, group->count, sizeof *order, compare_order, grouping->members.items);
            return;
        }
    }
}

static void sort_groups(struct grouping *grouping)
{
    size_t count = grouping->groups.count;
    struct group *groups = grouping->groups.items;
    for (uint32_t i = 0; i < count; i++)
        groups[i].first = i; // its number so far, to renumber the members
    set_prefixes(grouping);
    if (count > 1)
        qsort(groups, count, sizeof *groups, compare_groups);
    uint32_t *place = grouping->slots.items; // at least as many slots as members
    uint32_t next = 0;
    for (uint32_t i = 0; i < count; i++) {
        place[groups[i].first] = i;
        groups[i].first = next;
        next += groups[i].count;
        groups[i].count = 0;
    }
    for (uint32_t i = 0; i < grouping->members.count; i++) {
        struct member *member = &grouping->members.items[i];
        member->group = place[member->group];
        struct group *group = &groups[member->group];
        grouping->order.items[group->first + group->count++] = i;
    }
    for (size_t i = 0; i < count; i++)
        sort_members(grouping, &groups[i]);
}

int group_events(struct grouping *grouping, const struct item *items, size_t count)
{
    int result = collect_members(grouping, items, count);
    if (result == 0)
        result = judge_repeats(grouping);
    if (result == 0)
        sort_groups(grouping);
    return result;
}

void grouping_free(struct grouping *grouping)
{
    vector_free(&grouping->members);
    vector_free(&grouping->groups);
    vector_free(&grouping->order);
    vector_free(&grouping->slots);
}
