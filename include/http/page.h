// What the page for people shows, and who tells it: whoever serves it gives a source, which is asked on one thread.
// Texts are UTF-8, may say anything, and are the source's until it is asked again; NULL: unknown, or none. Instants
// are microseconds since 1970.
#ifndef GUANXI_HTTP_PAGE_H
#define GUANXI_HTTP_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum page_language { PAGE_EN, PAGE_ZH, PAGE_LANGUAGES };
enum { PAGE_LEVELS = 4, PAGE_INSTANT_MAX = 48 };
#define PAGE_UNKNOWN INT64_MIN

// What may be seen: nothing but metrics and health; how it does; all of it, by whoever has the token.
enum page_mode { PAGE_OFF, PAGE_OVERVIEW, PAGE_FULL };
enum { PAGE_TOKEN_LEAST = 16 }; // bytes

// ---------------------------------------------------------------------------------------------- as a whole

struct page_lane {
    const char *topic, *state, *reason, *owner;
    int partition;
    int64_t lag, lag_us; // PAGE_UNKNOWN: unknown; lag_us of lanes of this instance alone
    double rate;         // messages a second over the last half minute; negative: unknown
    int64_t last_commit_us;
};

struct page_day { // steps of levels
    const char *date;
    int64_t up, down;
};

struct page_owner { // reminders
    const char *owner; // NULL: of customers without one
    int64_t open, overdue, at_risk, soon;
};

struct page_reason {
    const char *reason;
    int64_t records;
};

enum page_part { PAGE_PART_LANES = 1, PAGE_PART_OWNERS = 2, PAGE_PART_MOVES = 4, PAGE_PART_HELD = 8 };

struct page_overview {
    int64_t read_us;      // when all this was read
    int64_t watermark_us; // how far events have been read
    unsigned missing;     // parts that took too long to read
    const struct page_lane *lanes;
    size_t lane_count;
    bool more_lanes;
    const struct page_owner *owners; // those with most to do
    size_t owner_count;
    bool more_owners;
    struct page_owner everybody;
    const struct page_day *days; // today last
    size_t day_count;
    const struct page_reason *reasons;
    size_t reason_count;
    int64_t customers[PAGE_LEVELS]; // PAGE_UNKNOWN: unknown
    const char *levels[PAGE_LEVELS]; // what they are called
};

// ---------------------------------------------------------------------------------------------- customers

struct page_customer_line {
    const char *id, *name, *owner, *level, *next;
    double warmth;
    int64_t open_reminders, next_due_us;
    bool at_risk;
};

struct page_customers {
    const struct page_customer_line *lines;
    size_t count;
    bool more; // than these
};

struct page_curve_point {
    int64_t at_us;
    double warmth;
};

struct page_tick {
    int64_t at_us;
    const char *label;
};

struct page_threshold {
    const char *level;
    double enter, leave;
};

// Warmth as it was and, if nothing happens, will be.
struct page_curve {
    const struct page_curve_point *points; // in order of time
    size_t count;
    size_t past;    // so many of them are
    int64_t now_us; // at or after the last of those
    const struct page_tick *ticks;
    size_t tick_count;
    struct page_threshold thresholds[PAGE_LEVELS - 1];
};

struct page_customer {
    const char *id; // whom it is about
    const char *name;
    const char *merged; // the id that was asked for, where it was merged into this one
    const char *text;   // the explanation: sections between empty lines, aligned
    const char *json;   // the same, one document
    struct page_curve curve;
};

struct page_reminder {
    const char *id, *name, *kind, *why, *state;
    int64_t due_us;
    bool open, at_risk;
};

struct page_reminders {
    const struct page_reminder *reminders;
    size_t count;
    bool more;
};

// ---------------------------------------------------------------------------------------------- quarantine

struct page_record {
    int64_t id, offset, at_us, payload_size;
    int partition;
    const char *topic, *reason, *detail, *state;
    const char *source, *event_id, *type, *subject;
    // Of one record alone: what is no text shows as \xNN. A payload that is `cut` has more bytes than these.
    const char *key, *headers, *payload;
    bool cut;
    const char *json; // all of it, one document
};

struct page_records {
    const struct page_record *records;
    size_t count;
    bool more;
};

// ---------------------------------------------------------------------------------------------- the source

enum { PAGE_NONE = 1, PAGE_ERASED = 2 };

// Answers are 0, one of the outcomes above, or a negative status.
struct page_source {
    void *context;
    int (*overview)(void *context, enum page_language language, const struct page_overview **made);
    // Whose id or name holds the text.
    int (*customers)(void *context, enum page_language language, const char *text, struct page_customers *made);
    int (*customer)(void *context, enum page_language language, const char *id, struct page_customer *made);
    // Of one owner ("": of customers without one): open ones, and those that open before long.
    int (*reminders)(void *context, enum page_language language, const char *owner, struct page_reminders *made);
    // That are held, oldest first, those that come after a number.
    int (*records)(void *context, int64_t after, struct page_records *made);
    int (*record)(void *context, int64_t id, struct page_record *made);
    // For people, to the second, in the zone of business. Any thread.
    void (*instant)(void *context, int64_t at_us, char text[PAGE_INSTANT_MAX]);
    // Whatever is being asked ends soon. Any thread.
    void (*interrupt)(void *context);
};

struct page_settings {
    enum page_mode mode;
    const char *token;                // of PAGE_FULL
    const struct page_source *source; // NULL: off
};

// 0, or STATUS_CONFIG: `full` without a token, or with one that is too short.
int page_check(const struct page_settings *settings);

#endif
