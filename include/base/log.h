// Log lines to stderr: one line an event. Plain or JSON lines; no secrets, and no personal data (names,
// ids of customers, payloads) above debug. Thread-safe. A line that repeats (same format string) more
// than LOG_BURST times within LOG_WINDOW seconds is held back and then reported with its count.
#ifndef GUANXI_BASE_LOG_H
#define GUANXI_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/log_events.h"

enum log_level { LOG_ERROR = 3, LOG_WARNING = 4, LOG_NOTICE = 5, LOG_INFO = 6, LOG_DEBUG = 7 }; // syslog's
enum log_format { LOG_FORMAT_AUTO, LOG_FORMAT_TEXT, LOG_FORMAT_JSON, LOG_FORMAT_JOURNAL };
enum { LOG_BURST = 5, LOG_WINDOW = 60 };

// What a line is about, for those who look for it: fields of the journal, members of JSON lines. Text lines do without.
struct log_about {
    enum log_event event;
    const char *topic; // NULL: of no partition
    int32_t partition;
    bool has_offset;
    int64_t offset;
};

void log_configure(enum log_level most, enum log_format format);
bool log_enabled(enum log_level level);
void log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_write_about(enum log_level level, const struct log_about *about, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
const char *log_event_id(enum log_event event);
const char *log_event_code(enum log_event event);
// Reports at once what is held back; for the end of the process and for tests.
void log_flush(void);

// Lines with a name: log_event(LOG_ERROR, POSTGRES_AWAY, "...", ...), and those about a partition.
#define log_event(level, NAME, ...) \
    log_write_about(level, &(const struct log_about){.event = LOG_EVENT_##NAME}, __VA_ARGS__)
#define log_lane_event(level, NAME, lane_topic, lane_partition, ...) \
    log_write_about(level, \
                    &(const struct log_about){ \
                        .event = LOG_EVENT_##NAME, .topic = (lane_topic), .partition = (lane_partition)}, \
                    __VA_ARGS__)

#define log_error(...) log_write(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_WARNING, __VA_ARGS__)
#define log_notice(...) log_write(LOG_NOTICE, __VA_ARGS__)
#define log_info(...) log_write(LOG_INFO, __VA_ARGS__)
#define log_debug(...) (log_enabled(LOG_DEBUG) ? log_write(LOG_DEBUG, __VA_ARGS__) : (void)0)

#endif
