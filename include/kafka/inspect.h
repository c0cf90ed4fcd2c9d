// Whether the daemon could work with the cluster, looked at without joining the group, moving its offsets or leaving
// a message anywhere.
#ifndef GUANXI_KAFKA_INSPECT_H
#define GUANXI_KAFKA_INSPECT_H

#include "kafka/settings.h"
#include "port/inspection.h"

// Tells of the brokers and, if one answers, of each topic to read (whether every partition gives what it has), of the
// group's offsets, and of each topic to write. A topic is written to by a message that no broker accepts: it asks for
// acknowledgements in a way that is refused after the right to write was checked. Waits for timeout_ms for each of
// reaching the cluster, reading and writing. 0, or a negative status that is no finding (STATUS_CONFIG: the
// properties cannot work).
int kafka_inspect(const struct kafka_settings *settings, const char *reminders_topic, const char *changes_topic,
                  int timeout_ms, const struct inspection *inspection);

#endif
