// An instance of the daemon over the fakes, without threads of its own: the test polls, turns its workers,
// and has keeper and publisher go round, in whatever order it likes.
#ifndef GUANXI_TESTS_INSTANCE_H
#define GUANXI_TESTS_INSTANCE_H

#include "../../daemon/app/engine.h"
#include "fakes/sink.h"
#include "fakes/source.h"
#include "fakes/store.h"

// What instances of one site share.
struct site {
    struct fake_database *database;
    struct fake_broker *broker;
    struct fake_sink *sink;
    const struct policy *policy;
    struct app_settings settings; // a site begins with settings for quick tests: everything is due at once
};
void site_begin(struct site *site, const struct policy *policy);
void site_end(struct site *site);

enum { INSTANCE_WORKERS = 4 };

struct instance {
    struct site *site;
    struct engine *engine;
    struct fake_source *source;
    struct store *stores[INSTANCE_WORKERS + 3];
    char owner[32];
    struct app_settings settings;
    int status; // the first negative one of anything
};

// Made with the site's settings. It has no lanes yet: see fake_source_assign. Negative where it cannot be
// made; instance_end takes it in any case.
int instance_begin(struct instance *instance, struct site *site, const char *owner);
// Ends it in order; `crashed`: it just is no more.
void instance_end(struct instance *instance, bool crashed);

// One step of each kind. Waits that outcomes of the store ask for are cut short.
void instance_poll(struct instance *instance);
int instance_turn(struct instance *instance, int worker); // what worker_turn says
void instance_keep(struct instance *instance);
int instance_publish(struct instance *instance);          // what publisher_round says
// Polls, turns, keeps, publishes once. True when anything was done.
bool instance_round(struct instance *instance);
// Rounds until several in a row do nothing, or the status is negative. False: it never came to rest.
bool instance_settle(struct instance *instance);

#endif
