// What imports and exports ask for: the customers that imports have marked, and all of the timelines.
#include "fakes/database.h"

static struct span type_name(uint16_t type)
{
    switch (type) {
#define X(number, NAME, text, ...) case number: return SPAN_LITERAL(text);
    EVENT_TYPES(X)
#undef X
    default: return SPAN_NONE;
    }
}

static const struct fake_alias *alias_of(const struct fake_database *database, struct span id)
{
    for (size_t i = 0; i < database->tables.identities.aliases.count; i++) {
        if (span_equal(database->tables.identities.aliases.items[i].customer_id, id))
            return &database->tables.identities.aliases.items[i];
    }
    return NULL;
}

// How far an alias is from its end, which is *end.
static int depth_of(const struct fake_database *database, const struct fake_alias *alias, struct span *end)
{
    int depth = 0;
    for (; alias; alias = alias_of(database, alias->into), depth++)
        *end = alias->into;
    return depth;
}

static int give_aliases(const struct fake_database *database, struct span customer,
                        int (*each)(void *context, const struct exported *exported), void *context)
{
    size_t count = database->tables.identities.aliases.count;
    int outcome = STORE_OK;
    for (int depth = (int)count; depth > 0; depth--) {
        for (size_t i = 0; outcome == STORE_OK && i < count; i++) {
            const struct fake_alias *alias = &database->tables.identities.aliases.items[i];
            struct span end = SPAN_NONE;
            if (depth_of(database, alias, &end) == depth && (!customer.data || span_equal(end, customer)))
                outcome = each(context, &(struct exported){.kind = EXPORTED_ALIAS, .customer = alias->customer_id,
                                                           .into = alias->into, .at = alias->at});
        }
    }
    return outcome;
}

// What begins a customer, or the rest.
static int give_some(const struct fake_customer *customer, bool begins,
                     int (*each)(void *context, const struct exported *exported), void *context)
{
    int outcome = STORE_OK;
    for (size_t i = 0; outcome == STORE_OK && i < customer->event_count; i++) {
        const struct fake_event *event = &customer->events[i];
        bool rest = event->event.type >= TYPE_CUSTOMER_MERGED && event->event.type <= TYPE_REMINDER_SNOOZED;
        if (rest != begins)
            outcome = each(context, &(struct exported){
                .kind = EXPORTED_EVENT, .event = &event->event, .type = type_name(event->event.type),
                .customer = event->winner.data ? event->winner : customer->row.id});
    }
    return outcome;
}

int fake_do_export(struct fake_database *database, struct span customer,
                   int (*each)(void *context, const struct exported *exported), void *context)
{
    int outcome = give_aliases(database, customer, each, context);
    for (size_t i = 0; outcome == STORE_OK && i < database->tables.customers.count; i++) {
        const struct fake_customer *one = database->tables.customers.items[i];
        if (customer.data && !span_equal(one->row.id, customer))
            continue;
        outcome = give_some(one, true, each, context);
        if (outcome == STORE_OK)
            outcome = give_some(one, false, each, context);
    }
    instant watermark = INSTANT_NEVER;
    for (size_t i = 0; i < database->tables.lanes.count; i++) {
        const struct lane_row *lane = &database->tables.lanes.items[i].row;
        if (lane->lane_time != INSTANT_NONE)
            watermark = instant_earlier(watermark, lane->lane_time);
    }
    if (outcome == STORE_OK && watermark != INSTANT_NEVER)
        outcome = each(context, &(struct exported){.kind = EXPORTED_WATERMARK, .at = watermark});
    return outcome;
}

int fake_do_brought_begin(struct fake_database *database, size_t *count)
{
    vector_clear(&database->brought);
    database->brought_given = 0;
    for (size_t i = 0; i < database->tables.customers.count; i++) {
        const struct customer_row *row = &database->tables.customers.items[i]->row;
        if (row->version == 0 || row->fold_at == INSTANT_NEVER || row->brought == BROUGHT_NOTHING)
            continue;
        struct span *id = vector_push(&database->brought);
        if (!id)
            abort();
        *id = fake_text(database, row->id);
    }
    *count = database->brought.count;
    return STORE_OK;
}

int fake_do_brought_next(struct fake_database *database, size_t limit, struct arena *arena, struct span **ids,
                         size_t *count)
{
    size_t left = database->brought.count - database->brought_given;
    *count = left < limit ? left : limit;
    *ids = arena_take(arena, *count * sizeof **ids + 1);
    for (size_t i = 0; i < *count; i++)
        (*ids)[i] = database->brought.items[database->brought_given++];
    return STORE_OK;
}
