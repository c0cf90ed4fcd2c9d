#include "prefetch.h"

#include <stdlib.h>

#include "lookup.h"

enum { AGAIN_TIMEOUT_MS = 100 };

static int64_t number(const rd_kafka_conf_t *conf, const char *name)
{
    char text[32];
    size_t size = sizeof text;
    return rd_kafka_conf_get(conf, name, text, &size) == RD_KAFKA_CONF_OK ? strtoll(text, NULL, 10) : 0;
}

void prefetch_limits(struct prefetch_limits *limits, rd_kafka_t *client)
{
    const rd_kafka_conf_t *conf = rd_kafka_conf(client);
    *limits = (struct prefetch_limits){0};
    if (rd_kafka_version() >= PREFETCH_BACKOFF_VERSION)
        return;
    limits->bytes = number(conf, "queued.max.messages.kbytes") * 1024;
    limits->records = number(conf, "queued.min.messages");
}

bool prefetch_dry(struct prefetch *prefetch, const struct prefetch_limits *limits)
{
    bool was_full = limits->bytes > 0 &&
                    (prefetch->bytes >= limits->bytes || prefetch->records >= limits->records);
    *prefetch = (struct prefetch){0};
    return was_full;
}

void prefetch_again(rd_kafka_t *client, const char *topic, int32_t partition)
{
    struct source_partition question = {.topic = topic, .partition = partition};
    lookup_offsets(client, &question, 1, AGAIN_TIMEOUT_MS);
}
