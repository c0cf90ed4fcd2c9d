#include "app/readmit.h"

enum { ATTEMPTS = 12 }; // while others keep changing what ids stand for

static int attempt(struct store *store, struct span id, struct arena *arena, int *result)
{
    struct identity_row identity;
    struct identity_change change = {.kind = IDENTITY_READMIT, .subject = id, .at = INSTANT_NONE};
    int outcome = store->ops->resolve(store, &id, 1, arena, &identity, &change.epoch);
    if (outcome != STORE_OK)
        return outcome;
    *result = identity.erased ? READMIT_DONE : READMIT_NOT_ERASED;
    if (!identity.erased)
        return STORE_OK;
    // Whoever was told that it is done must not have to ask again after a crash.
    const struct store_write write = {.identity = &change, .epoch = change.epoch, .durable = true};
    return store->ops->write(store, &write);
}

int readmit(struct store *store, struct span id, struct arena *arena)
{
    int outcome = STORE_CONFLICT, result = READMIT_NOT_ERASED;
    for (int i = 0; i < ATTEMPTS && outcome == STORE_CONFLICT; i++)
        outcome = attempt(store, id, arena, &result);
    if (outcome != STORE_OK)
        return outcome > 0 ? READMIT_SHIFT + outcome : outcome;
    return result;
}
