#ifndef GUANXI_DAEMON_KAFKA_PROPERTIES_H
#define GUANXI_DAEMON_KAFKA_PROPERTIES_H

#include <librdkafka/rdkafka.h>

#include "client.h"
#include "kafka/properties.h"

// Sets the properties of the settings that concern the role. Negative at the first complaint.
int kafka_properties_apply(rd_kafka_conf_t *conf, const struct kafka_settings *settings, enum kafka_role role);

#endif
