// What a client of Kafka has to be told. Everything is borrowed and must outlive the source and the sink
// made from it (a producer may be made anew at any time).
#ifndef GUANXI_KAFKA_SETTINGS_H
#define GUANXI_KAFKA_SETTINGS_H

#include <stddef.h>

// Properties handed to librdkafka, "name=value" each.
struct kafka_property_list {
    const char *const *items;
    size_t count;
};

struct kafka_settings {
    const char *brokers; // host:port, separated by commas
    const char *group_id;
    const char *client_id;
    const char *const *topics; // to read
    size_t topic_count;
    struct kafka_property_list properties;          // for consumer and producer
    struct kafka_property_list file_properties;     // the same, from the properties file (secrets)
    struct kafka_property_list consumer_properties; // win over the two above
    struct kafka_property_list producer_properties;
    int lookup_timeout_ms; // to ask for offsets and cluster id at an assignment, in all; 0: 5 s
};

#endif
