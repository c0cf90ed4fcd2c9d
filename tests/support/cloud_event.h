// Makes CloudEvents in the forms that producers use: both modes, times in several notations.
#ifndef GUANXI_TESTS_CLOUD_EVENT_H
#define GUANXI_TESTS_CLOUD_EVENT_H

#include "codec/record.h"
#include "core/instant.h"

struct cloud_attributes {
    const char *type, *id, *source;
    const char *subject; // NULL: none
    const char *data;    // JSON; NULL: none (binary mode then carries {})
    instant time;
    uint64_t variant; // chooses mode and notation: the content is the same in all of them
};

struct cloud_event {
    struct span value;
    struct record_header headers[8];
    size_t header_count;
    char text[72 * 1024];
    char time[40];
};

// Spans of `made` point into itself and into the attributes.
void cloud_event_make(struct cloud_event *made, const struct cloud_attributes *attributes);
void cloud_event_structured(struct cloud_event *made, const char *json, size_t size);

#endif
