// The librdkafka that is linked.
#ifndef GUANXI_KAFKA_VERSION_H
#define GUANXI_KAFKA_VERSION_H

const char *kafka_library_version(void); // "2.0.2"

#endif
