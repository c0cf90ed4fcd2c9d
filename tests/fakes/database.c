#include "fakes/database.h"

#include <stdio.h>

#include "support/allocation.h"

void *fake_allocate(size_t count, size_t size)
{
    allocation_pause();
    void *memory = calloc(count ? count : 1, size);
    allocation_resume();
    if (!memory) {
        fprintf(stderr, "fake store: out of memory\n");
        abort();
    }
    return memory;
}

struct span fake_text(struct fake_database *database, struct span text)
{
    if (!text.data)
        return text;
    allocation_pause();
    struct span copy = arena_copy(&database->texts, text);
    allocation_resume();
    if (!copy.data)
        abort();
    return copy;
}

struct fake_database *fake_database_new(void)
{
    struct fake_database *database = fake_allocate(1, sizeof *database);
    pthread_mutex_init(&database->mutex, NULL);
    arena_init(&database->texts, 1 << 16);
    database->next_seq = 1;
    database->wall = (instant)1700000000 * SECOND;
    return database;
}

void fake_database_free(struct fake_database *database)
{
    fake_tables_free(&database->tables);
    for (size_t i = 0; i < database->commits.count; i++)
        fake_tables_free(&database->commits.items[i].before);
    vector_free(&database->commits);
    for (size_t i = 0; i < database->type_names.count; i++)
        free(database->type_names.items[i]);
    vector_free(&database->type_names);
    vector_free(&database->brought);
    fake_ranks_free(&database->ranks);
    arena_free(&database->texts);
    pthread_mutex_destroy(&database->mutex);
    free(database);
}

size_t fake_place(const struct fake_tables *tables, struct span id, bool *found)
{
    size_t low = 0, high = tables->customers.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (span_compare(tables->customers.items[middle]->row.id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *found = low < tables->customers.count && span_equal(tables->customers.items[low]->row.id, id);
    return low;
}

static bool has_rows(const struct fake_customer *customer)
{
    return customer->row.version > 0 || customer->event_count || customer->reminder_count || customer->notice_count ||
           customer->outbox_count;
}

void fake_replace(struct fake_tables *tables, struct fake_customer *customer)
{
    bool found, stays = has_rows(customer);
    size_t place = fake_place(tables, customer->row.id, &found);
    if (found)
        fake_customer_release(tables->customers.items[place]);
    if (!found && stays)
        FAKE_INSERT(tables->customers.items, tables->customers.count, place);
    if (found && !stays)
        FAKE_REMOVE(tables->customers.items, tables->customers.count, place);
    if (stays)
        tables->customers.items[place] = customer;
    else
        fake_customer_release(customer);
}

static void *copy_array(const void *items, size_t count, size_t size)
{
    void *copy = fake_allocate(count, size);
    if (count)
        memcpy(copy, items, count * size);
    return copy;
}

struct fake_customer *fake_customer_copy(const struct fake_customer *from)
{
    struct fake_customer *copy = fake_allocate(1, sizeof *copy);
    if (from) {
        *copy = *from;
        copy->events = copy_array(from->events, from->event_count, sizeof *from->events);
        copy->transitions = copy_array(from->transitions, from->transition_count, sizeof *from->transitions);
        copy->promises = copy_array(from->promises, from->promise_count, sizeof *from->promises);
        copy->objections = copy_array(from->objections, from->objection_count, sizeof *from->objections);
        copy->reminders = copy_array(from->reminders, from->reminder_count, sizeof *from->reminders);
        copy->notices = copy_array(from->notices, from->notice_count, sizeof *from->notices);
        copy->outbox = copy_array(from->outbox, from->outbox_count, sizeof *from->outbox);
    }
    copy->references = 1;
    return copy;
}

void fake_customer_release(struct fake_customer *customer)
{
    if (!customer || --customer->references > 0)
        return;
    free(customer->events);
    free(customer->transitions);
    free(customer->promises);
    free(customer->objections);
    free(customer->reminders);
    free(customer->notices);
    free(customer->outbox);
    free(customer);
}

#define COPY_VECTOR(to, from) \
    do { \
        (to)->items = copy_array((from)->items, (from)->count, sizeof *(from)->items); \
        (to)->count = (to)->capacity = (from)->count; \
    } while (0)

void fake_identities_copy(struct fake_identities *to, const struct fake_identities *from)
{
    to->epoch = from->epoch;
    COPY_VECTOR(&to->aliases, &from->aliases);
    COPY_VECTOR(&to->departed, &from->departed);
    COPY_VECTOR(&to->tombstones, &from->tombstones);
    COPY_VECTOR(&to->voids, &from->voids);
}

void fake_identities_free(struct fake_identities *identities)
{
    vector_free(&identities->aliases);
    vector_free(&identities->departed);
    vector_free(&identities->tombstones);
    vector_free(&identities->voids);
}

void fake_tables_copy(struct fake_tables *to, const struct fake_tables *from)
{
    COPY_VECTOR(&to->customers, &from->customers);
    COPY_VECTOR(&to->lanes, &from->lanes);
    COPY_VECTOR(&to->quarantine, &from->quarantine);
    COPY_VECTOR(&to->losses, &from->losses);
    fake_identities_copy(&to->identities, &from->identities);
    for (size_t i = 0; i < to->customers.count; i++)
        to->customers.items[i]->references++;
}

void fake_tables_free(struct fake_tables *tables)
{
    for (size_t i = 0; i < tables->customers.count; i++)
        fake_customer_release(tables->customers.items[i]);
    vector_free(&tables->customers);
    vector_free(&tables->lanes);
    vector_free(&tables->quarantine);
    vector_free(&tables->losses);
    fake_identities_free(&tables->identities);
}

void fake_keep_commits(struct fake_database *database, int most)
{
    database->keep = most;
}

void fake_remember(struct fake_database *database, bool durable)
{
    if (database->keep == 0)
        return;
    if (database->commits.count == (size_t)database->keep) {
        fake_tables_free(&database->commits.items[0].before);
        size_t count = database->commits.count;
        fake_remove(database->commits.items, &count, 0, sizeof *database->commits.items);
        database->commits.count = count;
    }
    struct fake_commit *commit = vector_push(&database->commits);
    if (!commit)
        abort();
    fake_tables_copy(&commit->before, &database->tables);
    commit->durable = durable;
}

int fake_lose_commits(struct fake_database *database, int commits, bool failover)
{
    int lost = 0;
    pthread_mutex_lock(&database->mutex);
    while (lost < commits && database->commits.count > 0) {
        struct fake_commit *last = &database->commits.items[database->commits.count - 1];
        if (last->durable && !failover)
            break;
        fake_tables_free(&database->tables);
        database->tables = last->before;
        database->commits.count--;
        lost++;
    }
    database->starts++;
    pthread_mutex_unlock(&database->mutex);
    return lost;
}

void *fake_insert(void **items, size_t *count, size_t at, size_t size)
{
    allocation_pause();
    char *moved = realloc(*items, (*count + 1) * size);
    allocation_resume();
    if (!moved)
        abort();
    *items = moved;
    memmove(moved + (at + 1) * size, moved + at * size, (*count - at) * size);
    memset(moved + at * size, 0, size);
    *count += 1;
    return moved + at * size;
}

void fake_remove(void *items, size_t *count, size_t at, size_t size)
{
    char *bytes = items;
    memmove(bytes + at * size, bytes + (at + 1) * size, (*count - at - 1) * size);
    *count -= 1;
}

int fake_repeated(const char *what, struct span customer_id)
{
    fprintf(stderr, "fake store: a %s of %.*s is there already\n", what, (int)customer_id.size, customer_id.data);
    return STORE_POISON;
}

struct fake_view fake_view(struct fake_database *database)
{
    const struct fake_tables *tables = &database->tables;
    return (struct fake_view){
        .customers = tables->customers.items, .customer_count = tables->customers.count,
        .lanes = tables->lanes.items, .lane_count = tables->lanes.count,
        .quarantine = tables->quarantine.items, .quarantine_count = tables->quarantine.count,
        .losses = tables->losses.items, .loss_count = tables->losses.count,
        .aliases = tables->identities.aliases.items, .alias_count = tables->identities.aliases.count,
        .tombstones = tables->identities.tombstones.items, .tombstone_count = tables->identities.tombstones.count,
        .epoch = tables->identities.epoch,
    };
}

static const struct fake_customer *find_any(struct fake_database *database, const char *id)
{
    bool found;
    size_t place = fake_place(&database->tables, span_text(id), &found);
    return found ? database->tables.customers.items[place] : NULL;
}

const struct fake_customer *fake_customer(struct fake_database *database, const char *id)
{
    const struct fake_customer *found = find_any(database, id);
    return found && found->row.version > 0 ? found : NULL;
}

const struct fake_customer *fake_remains(struct fake_database *database, const char *id)
{
    const struct fake_customer *found = find_any(database, id);
    return found && found->row.version == 0 ? found : NULL;
}

const struct fake_lane *fake_lane(struct fake_database *database, const char *topic, int32_t partition)
{
    for (size_t i = 0; i < database->tables.lanes.count; i++) {
        const struct fake_lane *lane = &database->tables.lanes.items[i];
        if (lane->partition == partition && strcmp(lane->topic, topic) == 0)
            return lane;
    }
    return NULL;
}

void fake_set_wall(struct fake_database *database, instant wall)
{
    pthread_mutex_lock(&database->mutex);
    database->wall = wall;
    pthread_mutex_unlock(&database->mutex);
}
