#include "app/drive.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/status.h"

enum { BLOCK = 32 * 1024, TELL_MS = 200 };

struct state {
    const struct drive *drive;
    pthread_mutex_t mutex;
    pthread_cond_t done;
    struct arena last_arena;
    struct span last; // handed out
    size_t taken;     // of chosen ids
    int64_t worked;
    size_t running;
    bool ended;  // there are no more
    int outcome; // the first that was not 0
    char message[512];
};

struct worker {
    struct state *state;
    void *context;
    pthread_t thread;
};

static void fail(struct state *state, int outcome)
{
    if (state->outcome)
        return;
    state->outcome = outcome;
    snprintf(state->message, sizeof state->message, "%s", fault_message());
}

static int take_chosen(struct state *state, struct span **ids, size_t *count, struct arena *arena)
{
    const struct drive *drive = state->drive;
    size_t left = drive->count - state->taken;
    *count = left < drive->at_once ? left : drive->at_once;
    *ids = arena_take(arena, (*count + 1) * sizeof **ids);
    if (!*ids)
        return fault(STATUS_NOMEM, "out of memory");
    if (*count)
        memcpy(*ids, drive->ids + state->taken, *count * sizeof **ids);
    state->taken += *count;
    return 0;
}

static int take_next(struct state *state, struct span **ids, size_t *count, struct arena *arena)
{
    const struct drive *drive = state->drive;
    int outcome = drive->control->ops->walk(drive->control, state->last, drive->marked, drive->at_once, arena, ids, count);
    if (outcome || *count == 0)
        return outcome;
    arena_reset(&state->last_arena);
    state->last = arena_copy(&state->last_arena, (*ids)[*count - 1]);
    return state->last.data ? 0 : fault(STATUS_NOMEM, "out of memory");
}

// The next batch; none: it is over.
static size_t take(struct state *state, struct span **ids, struct arena *arena, size_t worked)
{
    size_t count = 0;
    pthread_mutex_lock(&state->mutex);
    state->worked += (int64_t)worked;
    if (!state->ended && !state->outcome) {
        int outcome = state->drive->chosen ? take_chosen(state, ids, &count, arena) : take_next(state, ids, &count, arena);
        if (outcome)
            fail(state, outcome);
        if (outcome)
            count = 0;
        state->ended = count == 0;
    }
    pthread_mutex_unlock(&state->mutex);
    return count;
}

static void *run(void *context)
{
    struct worker *worker = context;
    struct state *state = worker->state;
    struct arena arena;
    struct span *ids;
    size_t count = 0;
    arena_init(&arena, BLOCK);
    while ((count = take(state, &ids, &arena, count)) > 0) {
        int status = state->drive->work(worker->context, ids, count);
        if (status) {
            pthread_mutex_lock(&state->mutex);
            fail(state, status);
            pthread_mutex_unlock(&state->mutex);
            break;
        }
        arena_reset(&arena);
    }
    arena_free(&arena);
    pthread_mutex_lock(&state->mutex);
    state->running--;
    pthread_cond_signal(&state->done);
    pthread_mutex_unlock(&state->mutex);
    return NULL;
}

static struct timespec soon(void)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += TELL_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    return until;
}

// Until all are done. The callback is called without the lock: it may take its time.
static void wait_and_tell(struct state *state)
{
    const struct drive *drive = state->drive;
    pthread_mutex_lock(&state->mutex);
    while (state->running > 0) {
        const struct timespec until = soon();
        pthread_cond_timedwait(&state->done, &state->mutex, &until);
        int64_t worked = state->worked;
        pthread_mutex_unlock(&state->mutex);
        if (drive->progress)
            drive->progress(drive->progress_context, worked);
        pthread_mutex_lock(&state->mutex);
    }
    pthread_mutex_unlock(&state->mutex);
}

int drive(const struct drive *drive)
{
    struct worker *workers = calloc(drive->workers, sizeof *workers);
    if (!workers)
        return fault(STATUS_NOMEM, "out of memory");
    struct state state = {.drive = drive};
    pthread_mutex_init(&state.mutex, NULL);
    pthread_cond_init(&state.done, NULL);
    arena_init(&state.last_arena, 256);
    size_t started = 0;
    pthread_mutex_lock(&state.mutex);
    for (; started < drive->workers && !state.outcome; started++) {
        workers[started] = (struct worker){.state = &state, .context = drive->contexts[started]};
        if (pthread_create(&workers[started].thread, NULL, run, &workers[started]) != 0) {
            fail(&state, fault(STATUS_NOMEM, "no thread can be started"));
            break;
        }
        state.running++;
    }
    pthread_mutex_unlock(&state.mutex);
    wait_and_tell(&state);
    for (size_t i = 0; i < started; i++)
        pthread_join(workers[i].thread, NULL);
    arena_free(&state.last_arena);
    pthread_cond_destroy(&state.done);
    pthread_mutex_destroy(&state.mutex);
    free(workers);
    return state.outcome ? fault(state.outcome, "%s", state.message) : 0;
}
