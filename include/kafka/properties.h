// The properties that operators pass through to librdkafka. Those that the guarantees rest on are refused
// by name; librdkafka itself judges the others.
#ifndef GUANXI_KAFKA_PROPERTIES_H
#define GUANXI_KAFKA_PROPERTIES_H

#include <stddef.h>

#include "kafka/settings.h"

// `place` is the list and position ("kafka.properties[2]"), `message` a sentence. The value of a secret is
// never part of it.
typedef void kafka_complain(void *context, const char *place, const char *message);

// Judges every property of the settings without contacting anybody; returns the number of complaints.
size_t kafka_properties_check(const struct kafka_settings *settings, kafka_complain *complain, void *context);

#endif
