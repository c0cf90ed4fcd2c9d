// What the threads of one instance share. The engine makes it; workers, keeper and publisher borrow it.
#ifndef GUANXI_APP_SHARED_H
#define GUANXI_APP_SHARED_H

#include <pthread.h>
#include <stdatomic.h>

#include "app/batch.h"
#include "app/settings.h"
#include "port/sink.h"
#include "port/source.h"
#include "port/store.h"

// What the keeper needs of an owned lane; the engine changes the list under the mutex.
struct registered {
    int32_t lane_id;
    int64_t epoch;
    struct lane *lane;
};

struct shared {
    const struct policy *_Atomic policy; // these two may be swapped for others between turns: see engine_swap
    const struct app_settings *_Atomic settings;
    struct source *source;
    struct turnstile turnstile;

    pthread_mutex_t registry_mutex;
    VECTOR(struct registered) registry; // lanes we own
    VECTOR(int32_t) orphans;            // homes without an owner, swept by us

    pthread_mutex_t policy_mutex;       // held while the policy is swapped, here and in the database
    pthread_mutex_t publish_mutex;      // held while messages of our homes are read, sent and deleted

    _Atomic int64_t watermark; // instant; INSTANT_NONE: none yet
    _Atomic bool caught_up;    // all lanes have been read to their ends not long ago
    _Atomic int away;          // connections that PostgreSQL is away from
    _Atomic int64_t away_us;   // monotonic instant since when there is one; 0: none
    _Atomic bool stopping;
    _Atomic int fatal;         // the first fatal status of a thread
    char fatal_message[512];   // written once, before `fatal`
    int publish_fd;            // eventfd: something was released
};

// The policy in force, here and in the database: waits while it is being swapped.
const struct policy *shared_settled_policy(struct shared *shared);

// Records the first fatal status of any thread, with its message, and lets everybody stop.
void shared_fail(struct shared *shared, int status);

// Keeps PostgreSQL's absence: the first connection that loses it says so, the last that has it back says that.
// `connected` is the caller's own, and set here.
void shared_away(struct shared *shared, bool *connected, const char *why);
void shared_back(struct shared *shared, bool *connected);

#endif
