#include <stdio.h>
#include <stdlib.h>

#include "support/expect.h"

struct check {
    const struct world *world;
    struct fake_database *database;
    struct fake_sink *sink;
    const struct published **first; // first publication of each id, sorted by id
    size_t count;
    int differences;
};

static int compare_ids(const void *a, const void *b)
{
    const struct published *const *left = a, *const *right = b;
    return strcmp((*left)->id, (*right)->id);
}

static const struct published *find(const struct check *check, const char *id)
{
    size_t low = 0, high = check->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(check->first[middle]->id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < check->count && strcmp(check->first[low]->id, id) == 0 ? check->first[low] : NULL;
}

static bool is_closing(const struct published *message)
{
    return strstr(message->id, "/closed") != NULL;
}

static void differ(struct check *check, const char *customer, const char *what, const char *id)
{
    fprintf(stderr, "%s: %s: %s\n", customer, what, id);
    check->differences++;
}

// Keeps the first message of each id; a second closing may say something else, nothing else may.
static void collect(struct check *check)
{
    size_t count = fake_sink_count(check->sink);
    check->first = calloc(count + 1, sizeof *check->first);
    for (size_t i = 0; i < count; i++) {
        const struct published *message = fake_sink_message(check->sink, i);
        const struct published *known = find(check, message->id);
        if (known && !is_closing(message) && !span_equal(known->payload, message->payload))
            differ(check, message->key.data, "one id with two payloads", message->id);
        if (known)
            continue;
        size_t place = check->count++;
        for (; place > 0 && strcmp(check->first[place - 1]->id, message->id) > 0; place--)
            check->first[place] = check->first[place - 1];
        check->first[place] = message;
    }
    qsort(check->first, check->count, sizeof *check->first, compare_ids);
}

static size_t position(const struct check *check, const struct published *message)
{
    size_t i = 0;
    while (fake_sink_message(check->sink, i) != message)
        i++;
    return i;
}

// What a change says of one side, as it stands there: up to the end of its object, or of its text. A phase goes
// with its cycle.
static void read_side(const struct published *message, const char *member, enum transition_kind kind, char text[96])
{
    const char *at = strstr(message->payload.data, member);
    const char *end = at ? strchr(at, kind == TRANSITION_PRAM ? ',' : '}') : NULL;
    size_t length = end ? (size_t)(end - at) - strlen(member) : 0;
    snprintf(text, 96, "%.*s", (int)length, end ? at + strlen(member) : "");
}

static void read_cycle(const struct published *message, char text[96])
{
    const char *at = strstr(message->payload.data, "\"cycle\":"), *end = at ? strstr(at, ",\"event\"") : NULL;
    size_t length = strlen(text);
    snprintf(text + length, 96 - length, " %.*s", end ? (int)(end - at) : 0, at ? at : "");
}

// Where the customer stands, in the words of a change.
static void present_side(const struct customer *customer, enum transition_kind kind, char text[96])
{
    int tier = customer_trait(customer, TRAIT_TIER), target = customer_trait(customer, TRAIT_TARGET);
    const char *zh = tier_name_zh(tier);
    switch (kind) {
    case TRANSITION_LEVEL:
        snprintf(text, 96, "{\"level\":%d,\"code\":\"%s\",\"zh\":\"%s\"", customer->level, level_code(customer->level),
                 level_name_zh(customer->level));
        break;
    case TRANSITION_STAGE:
        snprintf(text, 96, "{\"stage\":%d,\"code\":\"%s\",\"zh\":\"%s\"", customer->stage, stage_code(customer->stage),
                 stage_name_zh(customer->stage));
        break;
    case TRANSITION_PRAM:
        snprintf(text, 96, "\"%s\" \"cycle\":%d,\"premature\":%s", phase_code(customer_trait(customer, TRAIT_PHASE)),
                 customer->pram_cycle, customer_trait(customer, TRAIT_PREMATURE) ? "true" : "false");
        break;
    default:
        snprintf(text, 96, "{\"code\":\"%s\",\"zh\":%s%s%s,\"target\":%d", tier ? tier_code(tier) : "", zh ? "\"" : "",
                 zh ? zh : "null", zh ? "\"" : "", target);
    }
}

// Messages of one kind are numbered without a gap, each begins where the one before ended and leads elsewhere, and
// the last ends where the customer stands.
static size_t check_changes(struct check *check, const struct fake_customer *customer, enum transition_kind kind)
{
    static const char *const types[] = {"guanxi.level.changed", "guanxi.stage.changed", "guanxi.pram.changed",
                                        "guanxi.tier.changed"};
    struct customer nobody;
    char stands[96], from[96], to[96], present[96];
    size_t before = 0;
    customer_init(&nobody);
    present_side(&nobody, kind, stands);
    for (int32_t n = 1; n <= customer->row.messages[kind]; n++) {
        uint8_t uuid[16];
        char id[37];
        change_id(uuid, customer->row.id, types[kind], n);
        uuid_text(uuid, id);
        const struct published *message = find(check, id);
        if (!message) {
            differ(check, customer->row.id.data, "a change was not published", id);
            continue;
        }
        read_side(message, "\"from\":", kind, from);
        read_side(message, "\"to\":", kind, to);
        if (kind == TRANSITION_PRAM)
            read_cycle(message, to);
        if (strncmp(from, stands, strlen(from)) != 0)
            differ(check, customer->row.id.data, "a change does not begin where the last one ended", message->payload.data);
        if (strcmp(to, stands) == 0)
            differ(check, customer->row.id.data, "a change leads to where the customer was", message->payload.data);
        memcpy(stands, to, sizeof stands);
        if (position(check, message) < before)
            differ(check, customer->row.id.data, "a change came before an earlier one", id);
        before = position(check, message);
    }
    present_side(&customer->row.state, kind, present);
    if (strcmp(stands, present) != 0)
        differ(check, customer->row.id.data, "the last change published does not lead to the present", types[kind]);
    return (size_t)customer->row.messages[kind];
}

static const struct reminder_row *reminder_of(const struct fake_customer *customer, const uint8_t id[16])
{
    for (size_t i = 0; i < customer->reminder_count; i++) {
        if (memcmp(customer->reminders[i].reminder_id, id, 16) == 0)
            return &customer->reminders[i];
    }
    return NULL;
}

static size_t check_notices(struct check *check, const struct fake_customer *customer)
{
    size_t published = 0;
    for (size_t i = 0; i < customer->notice_count; i++) {
        const struct notice_row *notice = &customer->notices[i];
        const struct reminder_row *reminder = reminder_of(customer, notice->reminder_id);
        char uuid[37], id[64];
        uuid_text(notice->reminder_id, uuid);
        snprintf(id, sizeof id, "%s/%d", uuid, notice->notice);
        bool told = find(check, id) != NULL;
        if (told != (notice->state == NOTICE_PUBLISHED))
            differ(check, customer->row.id.data, told ? "published against the table" : "not published", id);
        if (notice->at < check->world->end && notice->state != NOTICE_PUBLISHED && notice->state != NOTICE_SUPPRESSED)
            differ(check, customer->row.id.data, "still held", id);
        if (reminder && reminder->status == REMINDER_OPEN && !reminder->published && notice->at < check->world->end)
            differ(check, customer->row.id.data, "open and passed, but nobody was told", id);
        published += told;
    }
    return published;
}

static size_t check_closings(struct check *check, const struct fake_customer *customer)
{
    size_t published = 0;
    for (size_t i = 0; i < customer->reminder_count; i++) {
        const struct reminder_row *reminder = &customer->reminders[i];
        char uuid[37], id[64], first[64];
        uuid_text(reminder->reminder_id, uuid);
        snprintf(id, sizeof id, "%s/closed", uuid);
        const struct published *closing = find(check, id);
        published += closing != NULL;
        if (!closing && reminder->published && reminder->status != REMINDER_OPEN &&
            reminder->closed_at < check->world->end)
            differ(check, customer->row.id.data, "a closing was not published", id);
        if (closing && !reminder->published)
            differ(check, customer->row.id.data, "closed in public though never opened there", id);
        bool behind = !closing;
        for (int notice = 1; notice <= 64 && !behind; notice++) {
            snprintf(first, sizeof first, "%s/%d", uuid, notice);
            const struct published *opened = find(check, first);
            behind = opened && position(check, opened) < position(check, closing);
        }
        if (!behind)
            differ(check, customer->row.id.data, "closed in public before it was opened there", id);
    }
    return published;
}

int expect_published(const struct world *world, struct fake_database *database, struct fake_sink *sink)
{
    struct check check = {.world = world, .database = database, .sink = sink};
    struct fake_view view = fake_view(database);
    size_t accounted = 0;
    collect(&check);
    for (size_t i = 0; i < view.customer_count; i++) {
        for (int kind = 0; kind < TRANSITION_KIND_COUNT; kind++)
            accounted += check_changes(&check, view.customers[i], (enum transition_kind)kind);
        accounted += check_notices(&check, view.customers[i]);
        accounted += check_closings(&check, view.customers[i]);
        if (view.customers[i]->outbox_count > 0 && view.customers[i]->outbox[0].at < world->end)
            differ(&check, view.customers[i]->row.id.data, "messages are left in the outbox", "");
    }
    if (accounted != check.count)
        differ(&check, "published", "ids that nothing in the tables accounts for", "");
    free(check.first);
    return check.differences;
}
