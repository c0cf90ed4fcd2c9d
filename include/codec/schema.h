// What is read and what is published, described for those who publish and subscribe: JSON Schema (2020-12) of each
// event and of each message in structured mode, and an AsyncAPI 3 document over all of them. Made from the tables
// by which events are read, under a policy: its prefix of types, its types, its checklists.
//
// A schema cannot say all that is judged. Lengths are of bytes, where a schema counts characters; instants end with
// 2199; an amount has at most 10^15 minor units: what a schema refuses is refused, not the other way round.
#ifndef GUANXI_CODEC_SCHEMA_H
#define GUANXI_CODEC_SCHEMA_H

#include "codec/arena.h"
#include "core/policy.h"

// Topics as the AsyncAPI document names them. `events` are those that are read.
struct schema_topics {
    const char *const *events;
    size_t event_count;
    const char *reminders, *changes;
};

// How many there are: events by the rows of the policy, then messages.
size_t schema_count(const struct policy *policy);
// The type that the schema of that number describes: of an event without the prefix.
const char *schema_name(const struct policy *policy, size_t number);
// Its text, in the arena; data == NULL when memory is out.
struct span schema_text(struct arena *arena, const struct policy *policy, size_t number);

// The AsyncAPI document, which names each schema as "<name>.json" in its own folder. As schema_text.
struct span schema_asyncapi(struct arena *arena, const struct policy *policy, const struct schema_topics *topics);

#endif
