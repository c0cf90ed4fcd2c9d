// The threads of an import: each has its share of the customers, so that none waits for a row of another.
#include "import_parts.h"

#include "base/status.h"

#include <stdio.h>

void import_batch_free(struct import_batch *batch)
{
    if (!batch)
        return;
    for (int share = 0; share < IMPORT_SHARES; share++)
        vector_free(&batch->shares[share]);
    vector_free(&batch->notes);
    arena_free(&batch->arena);
    free(batch);
}

// What the share is to do next; NULL: there is nothing more to do.
static struct import_batch *begin(struct import_crew *crew, int share)
{
    pthread_mutex_lock(&crew->mutex);
    while (!crew->next[share] && !crew->ended && crew->outcome == 0)
        pthread_cond_wait(&crew->moved, &crew->mutex);
    struct import_batch *batch = crew->outcome ? NULL : crew->next[share];
    pthread_mutex_unlock(&crew->mutex);
    return batch;
}

static void finish(struct import_crew *crew, int share, struct import_batch *batch, int outcome)
{
    pthread_mutex_lock(&crew->mutex);
    if (outcome == 0) { // else it stays as it is, and the threads end
        crew->next[share] = batch->following;
        batch->pending--;
    } else if (crew->outcome == 0) {
        crew->outcome = outcome;
        snprintf(crew->message, sizeof crew->message, "%s", fault_message());
    }
    pthread_cond_broadcast(&crew->moved);
    pthread_mutex_unlock(&crew->mutex);
}

struct member {
    struct import_crew *crew;
    int share;
};

static void *work(void *context)
{
    struct member *member = context;
    struct import_crew *crew = member->crew;
    int share = member->share;
    struct import_batch *batch;
    free(member);
    while ((batch = begin(crew, share)) != NULL)
        finish(crew, share, batch,
               importer_apply(&crew->importers[share], batch->shares[share].items, batch->shares[share].count));
    return NULL;
}

int crew_start(struct import_crew *crew, struct store *const stores[IMPORT_SHARES], const struct importer *common)
{
    pthread_mutex_init(&crew->mutex, NULL);
    pthread_cond_init(&crew->moved, NULL);
    for (int share = 0; share < IMPORT_SHARES; share++) {
        struct importer *importer = &crew->importers[share];
        importer_init(importer);
        importer->policy = common->policy;
        importer->store = stores[share];
        importer->lane_id = common->lane_id;
        importer->quiet_until = common->quiet_until;
        importer->brought = common->brought;
    }
    for (; crew->running < IMPORT_SHARES; crew->running++) {
        struct member *member = malloc(sizeof *member);
        if (!member)
            return import_no_memory();
        *member = (struct member){crew, crew->running};
        if (pthread_create(&crew->threads[crew->running], NULL, work, member) != 0) {
            free(member);
            return fault(STATUS_NOMEM, "no thread can be started");
        }
    }
    return 0;
}

void crew_give(struct import_crew *crew, struct import_batch *batch)
{
    pthread_mutex_lock(&crew->mutex);
    batch->pending = IMPORT_SHARES;
    batch->following = NULL;
    if (crew->last)
        crew->last->following = batch;
    else
        crew->first = batch;
    crew->last = batch;
    crew->count++;
    for (int share = 0; share < IMPORT_SHARES; share++)
        crew->next[share] = crew->next[share] ? crew->next[share] : batch;
    pthread_cond_broadcast(&crew->moved);
    pthread_mutex_unlock(&crew->mutex);
}

struct import_batch *crew_take(struct import_crew *crew, int most, int *outcome)
{
    pthread_mutex_lock(&crew->mutex);
    while (crew->count > most && crew->first->pending > 0 && crew->outcome == 0)
        pthread_cond_wait(&crew->moved, &crew->mutex);
    struct import_batch *batch = crew->first && crew->first->pending == 0 ? crew->first : NULL;
    *outcome = crew->outcome && !batch ? fault(crew->outcome, "%s", crew->message) : 0;
    if (batch) {
        crew->first = batch->following;
        crew->last = crew->first ? crew->last : NULL;
        crew->count--;
    }
    pthread_mutex_unlock(&crew->mutex);
    return batch;
}

void crew_forget_ids(struct import_crew *crew)
{
    pthread_mutex_lock(&crew->mutex);
    for (int share = 0; share < IMPORT_SHARES; share++)
        crew->importers[share].epoch_known = false;
    pthread_mutex_unlock(&crew->mutex);
}

void crew_end(struct import_crew *crew)
{
    pthread_mutex_lock(&crew->mutex);
    crew->ended = true;
    pthread_cond_broadcast(&crew->moved);
    pthread_mutex_unlock(&crew->mutex);
    for (int share = 0; share < crew->running; share++)
        pthread_join(crew->threads[share], NULL);
    crew->running = 0;
    while (crew->first) {
        struct import_batch *batch = crew->first;
        crew->first = batch->following;
        import_batch_free(batch);
    }
    for (int share = 0; share < IMPORT_SHARES; share++)
        importer_free(&crew->importers[share]);
    pthread_cond_destroy(&crew->moved);
    pthread_mutex_destroy(&crew->mutex);
}
