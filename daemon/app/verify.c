#include "app/verify.h"

#include "base/status.h"
#include "differ.h"
#include "tables.h"

enum { BLOCK = 32 * 1024 };

static int out_of_memory(void)
{
    return fault(STATUS_NOMEM, "out of memory while verifying");
}

int verifier_init(struct verifier *verifier, const struct policy *policy, struct store *store, size_t most)
{
    memset(verifier, 0, sizeof *verifier);
    folder_init(&verifier->folder);
    arena_init(&verifier->arena, BLOCK);
    arena_init(&verifier->read, BLOCK);
    verifier->most = most;
    verifier->folder.policy = policy;
    verifier->folder.store = store;
    verifier->folder.decoder = decoder_new();
    return verifier->folder.decoder ? 0 : out_of_memory();
}

void verifier_free(struct verifier *verifier)
{
    decoder_free(verifier->folder.decoder);
    folder_free(&verifier->folder);
    vector_free(&verifier->differences);
    vector_free(&verifier->stored);
    vector_free(&verifier->made);
    arena_free(&verifier->arena);
    arena_free(&verifier->read);
}

// False: memory is out.
static bool compare(struct verifier *verifier, const struct folded *folded, struct tables *tables)
{
    const struct customer_row *stored = &folded->before;
    struct follow_ups had;
    tables_next(tables, folded->row.id, &had);
    if (stored->version == 0)
        return true; // gone meanwhile
    verifier->counts.customers++;
    if (stored->fold_at != INSTANT_NEVER) {
        verifier->counts.marked++;
        return true;
    }
    if (!customer_exists(&folded->row.state))
        return differ_add(verifier, folded->row.id, "customer", "there is one", "no event begins it");
    bool partly = stored->policy != verifier->folder.policy->fingerprint || stored->state.not_before != INSTANT_NONE;
    verifier->counts.partly += partly;
    return differ_state(verifier, folded, partly) && differ_rows(verifier, folded, &had, partly);
}

static bool compare_all(struct verifier *verifier, struct tables *tables)
{
    struct folder *folder = &verifier->folder;
    size_t point = 0;
    bool done = true;
    for (size_t i = 0; done && i < folder->folded.count; i++) {
        const struct folded *folded = &folder->folded.items[i];
        done = compare(verifier, folded, tables);
        // Corrections of timelines come in the order of customers too.
        for (; done && point < folder->set.points.count; point++) {
            const struct timeline_row *row = &folder->set.points.items[point];
            if (!span_equal(row->customer_id, folded->row.id))
                break;
            done = folded->before.fold_at != INSTANT_NEVER || differ_timeline(verifier, row);
        }
    }
    return done;
}

static int look(struct verifier *verifier, const struct span *ids, size_t count)
{
    struct folder *folder = &verifier->folder;
    struct tables tables;
    int outcome = fold_make(folder, ids, count, INSTANT_NONE);
    if (outcome == STORE_OK)
        outcome = tables_read(&tables, folder->store, ids, count, &verifier->read);
    if (outcome != STORE_OK)
        return outcome;
    verifier->counts.rows += (int64_t)folder->rows;
    return compare_all(verifier, &tables) ? 0 : out_of_memory();
}

int verify_customers(struct verifier *verifier, const struct span *ids, size_t count)
{
    struct store *store = verifier->folder.store;
    arena_reset(&verifier->read);
    verifier->at = SPAN_NONE;
    int outcome = store->ops->freeze(store);
    if (outcome == STORE_OK)
        outcome = look(verifier, ids, count);
    store->ops->thaw(store);
    return outcome;
}
