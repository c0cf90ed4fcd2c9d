// One instance with one worker on one topic of two partitions, and a short way to tell it events.
#ifndef GUANXI_TESTS_SCENE_H
#define GUANXI_TESTS_SCENE_H

#include "support/instance.h"

struct scene {
    struct policy policy;
    struct type_rule types[POLICY_TYPES];
    struct site site;
    struct instance instance;
    instant start; // when its stories begin
    int number;    // of the next event told
};

// With the clock of events, or the wall clock of the fake database, which stands at `start`.
struct scene *scene_begin(bool events_clock);
// Ended and begun anew, for what the settings of the site say now.
void scene_restart(struct scene *scene, bool crashed);
void scene_end(struct scene *scene);
// Both as a test's setup (with the clock of events) and teardown.
int scene_setup(void **state);
int scene_teardown(void **state);

// A record on topic "events"; ids are e1, e2, ... Returns the offset.
int64_t scene_tell(struct scene *scene, int32_t partition, const char *customer, const char *type, instant at,
                   const char *data);
int64_t scene_tell_as(struct scene *scene, int32_t partition, const char *id, const char *customer, const char *type,
                      instant at, const char *data);
int64_t scene_put(struct scene *scene, int32_t partition, const char *bytes); // as they are; NULL: a tombstone
int64_t scene_tick(struct scene *scene, int32_t partition, instant at);
// Until nothing is left to do; fails the program where it never is, or where the status is negative.
void scene_settle(struct scene *scene);

// What was published first, second, ... (from 0) of a type such as "guanxi.stage.changed": its JSON; NULL: nothing.
const char *scene_told(struct scene *scene, const char *type, size_t i);
// How many there are.
size_t scene_told_times(struct scene *scene, const char *type);

const struct fake_lane *scene_lane(struct scene *scene, int32_t partition);

#endif
