// What an import asks for: the customers that imports have marked.
#include "fakes/database.h"

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
