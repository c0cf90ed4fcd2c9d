#include "support/scene.h"

#include <stdio.h>
#include <stdlib.h>

#include "codec/time.h"

enum { PARTITIONS = 2 };

static void join(struct scene *scene)
{
    if (instance_begin(&scene->instance, &scene->site, "scene") != 0)
        abort();
    fake_source_assign(scene->instance.source, (1 << PARTITIONS) - 1, false);
    instance_poll(&scene->instance);
}

struct scene *scene_begin(bool events_clock)
{
    struct scene *scene = calloc(1, sizeof *scene);
    if (!scene)
        abort();
    policy_defaults(&scene->policy, scene->types);
    scene->policy.events_clock = events_clock;
    policy_fingerprint(&scene->policy);
    scene->start = (instant)1700000000 * SECOND;
    scene->number = 1;
    site_begin(&scene->site, &scene->policy);
    fake_set_wall(scene->site.database, scene->start);
    for (int i = 0; i < PARTITIONS; i++)
        fake_broker_add(scene->site.broker, "events");
    join(scene);
    return scene;
}

void scene_restart(struct scene *scene, bool crashed)
{
    instance_end(&scene->instance, crashed);
    join(scene);
}

void scene_end(struct scene *scene)
{
    instance_end(&scene->instance, false);
    site_end(&scene->site);
    free(scene);
}

int64_t scene_put(struct scene *scene, int32_t partition, const char *bytes)
{
    return fake_broker_put(scene->site.broker, "events", partition, NULL, span_text(bytes));
}

int64_t scene_tell_as(struct scene *scene, int32_t partition, const char *id, const char *customer, const char *type,
                      instant at, const char *data)
{
    char time[TIME_TEXT_MAX], text[1024];
    time_format(at, time);
    snprintf(text, sizeof text,
             "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/scene\",\"type\":\"%s\",\"time\":\"%s\","
             "\"subject\":\"%s\",\"data\":%s}",
             id, type, time, customer, data);
    return scene_put(scene, partition, text);
}

int64_t scene_tell(struct scene *scene, int32_t partition, const char *customer, const char *type, instant at,
                   const char *data)
{
    char id[16];
    snprintf(id, sizeof id, "e%d", scene->number++);
    return scene_tell_as(scene, partition, id, customer, type, at, data);
}

int64_t scene_tick(struct scene *scene, int32_t partition, instant at)
{
    char time[TIME_TEXT_MAX], text[256];
    time_format(at, time);
    snprintf(text, sizeof text,
             "{\"specversion\":\"1.0\",\"id\":\"t\",\"source\":\"/scene\",\"type\":\"guanxi.tick\",\"time\":\"%s\"}", time);
    return scene_put(scene, partition, text);
}

void scene_settle(struct scene *scene)
{
    if (instance_settle(&scene->instance) && scene->instance.status == 0)
        return;
    fprintf(stderr, "scene: not settled, status %d\n", scene->instance.status);
    abort();
}

const char *scene_told(struct scene *scene, const char *type, size_t i)
{
    char member[96];
    snprintf(member, sizeof member, "\"type\":\"%s\"", type);
    for (size_t k = 0; k < fake_sink_count(scene->site.sink); k++) {
        const char *payload = fake_sink_message(scene->site.sink, k)->payload.data;
        if (strstr(payload, member) && i-- == 0)
            return payload;
    }
    return NULL;
}

size_t scene_told_times(struct scene *scene, const char *type)
{
    size_t times = 0;
    while (scene_told(scene, type, times))
        times++;
    return times;
}

const struct fake_lane *scene_lane(struct scene *scene, int32_t partition)
{
    return fake_lane(scene->site.database, "events", partition);
}

int scene_setup(void **state)
{
    *state = scene_begin(true);
    return 0;
}

int scene_teardown(void **state)
{
    scene_end(*state);
    return 0;
}
