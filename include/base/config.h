// The configuration: files of libconfig and what the command line sets over them, checked as a whole. Every
// option is a row of base/options.h, which also names its place here: config->kafka.brokers.
#ifndef GUANXI_BASE_CONFIG_H
#define GUANXI_BASE_CONFIG_H

#include "base/options.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

// Where a value came from. line 0: from no line (the command line, or a default of the file named).
struct config_source {
    const char *file;
    int line;
};

struct config_texts {
    const char **items;
    size_t count;
};

struct config_durations {
    int64_t *items; // microseconds
    size_t count;
};

struct config_reals {
    double *items;
    size_t count;
};

struct config_rate {
    struct config_source where;
    const char *code;
    const char *rate; // decimal text, as it stands
};

struct config_rates {
    struct config_rate *items;
    size_t count;
};

// A change to the table of event types: what was not given is not changed.
struct config_type {
    struct config_source where;
    const char *type;
    int contact; // index into none, by_direction, inbound, outbound, both; -1 not given
    double points[3];
    size_t points_count; // 0 not given
    bool has_marks;
    struct config_texts marks; // "list.item"
};

struct config_types {
    struct config_type *items;
    size_t count;
};

struct config_checklist {
    struct config_source where;
    const char *name;
    struct config_texts items;
};

struct config_checklists {
    struct config_checklist *items;
    size_t count;
};

struct config_integers {
    int64_t *items;
    size_t count;
};

// Where classes of scores begin.
struct config_breakpoints {
    bool given;
    struct config_integers recency, frequency;
    struct config_texts monetary; // decimal texts, as they stand
};

struct config_segment {
    struct config_source where;
    const char *name;
    struct config_integers scores[3]; // r, f, m: from and to
};

struct config_segments {
    struct config_segment *items;
    size_t count;
};

enum { CONFIG_STAGES = 5 }; // stranger, established, evaluating, growing, mature

// What a stage of life shows: "list.item" or "list".
struct config_stage {
    struct config_source where;
    bool given; // false: the default, some of whose items the checklists may not have
    struct config_texts items;
};

struct config_stages {
    struct config_stage items[CONFIG_STAGES];
};

// The type of the member that a kind of option fills.
#define OPTION_TYPE_boolean    bool
#define OPTION_TYPE_integer    int64_t
#define OPTION_TYPE_real       double
#define OPTION_TYPE_text       const char *
#define OPTION_TYPE_choice     int
#define OPTION_TYPE_duration   int64_t // microseconds
#define OPTION_TYPE_size       int64_t // bytes
#define OPTION_TYPE_window     int64_t // 0: the word
#define OPTION_TYPE_texts      struct config_texts
#define OPTION_TYPE_durations  struct config_durations
#define OPTION_TYPE_reals      struct config_reals
#define OPTION_TYPE_rates      struct config_rates
#define OPTION_TYPE_types      struct config_types
#define OPTION_TYPE_checklists struct config_checklists
#define OPTION_TYPE_stages     struct config_stages
#define OPTION_TYPE_integers   struct config_integers
#define OPTION_TYPE_breakpoints struct config_breakpoints
#define OPTION_TYPE_segments   struct config_segments

// struct config_kafka { const char *brokers; ... }; and so on.
#define X(kind, name, ...) OPTION_TYPE_##kind name;
#define S(group, member, OPTIONS) \
    struct config_##member {      \
        OPTIONS(X)                \
    };
OPTION_GROUPS(S)
#undef S
#undef X

enum {
#define X(...)                    +1
#define S(group, member, OPTIONS) OPTIONS(X)
    CONFIG_OPTIONS = 0 OPTION_GROUPS(S)
#undef S
#undef X
};

// Values of the choices, in the order of their rows.
enum config_clock { CONFIG_CLOCK_WALL, CONFIG_CLOCK_EVENTS };
enum config_lost_data { CONFIG_LOST_STOP, CONFIG_LOST_CONTINUE };
enum config_page { CONFIG_PAGE_OFF, CONFIG_PAGE_OVERVIEW, CONFIG_PAGE_FULL };
enum config_unknown_types { CONFIG_UNKNOWN_QUARANTINE, CONFIG_UNKNOWN_IGNORE };

// daemon.instance is never empty once loaded; log.level counts from LOG_ERROR, log.format is enum log_format.
struct config {
#define S(group, member, OPTIONS) struct config_##member member;
    OPTION_GROUPS(S)
#undef S
    struct config_texts
        kafka_file_properties; // lines of kafka.properties_file or of the credential
    struct config_texts files;                  // that were read, in their order
    struct config_source where[CONFIG_OPTIONS]; // of every option; see config_where
    uint64_t digests[CONFIG_OPTIONS];           // of what was written for it; see config_changes
    struct config_block *memory;                // all that the members point at
};

// What is wrong, all of it: one line a problem, "file:line: option: what is wrong, what is expected".
struct config_problems {
    char *text; // lines, each ended by a line feed; NULL when there are none
    size_t size;
    size_t count;
    bool out_of_memory;
};

void config_problem(struct config_problems *problems, struct config_source where,
                    const char *option, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void config_problems_free(struct config_problems *problems);

// Loads defaults, then `file` (NULL: none), then conf.d/*.conf of its directory, then `settings`
// ("group.option=value", the value as in the file or without its quotes; arrays of texts also as a,b,c), and
// checks them. A configuration with problems is complete (an option with a bad value keeps the one before), so
// that further checks can add theirs, but must not be used. 0 or STATUS_NOMEM; config_free takes the
// configuration in any case.
//
// The files of conf.d, drop-ins, are read in the order of the bytes of their names. Each may hold any part of a
// configuration, and an option that it gives replaces what the files before it gave: all of it, lists too, but of
// model.stages only the stages that it gives. Hidden files and those with another ending are no drop-ins. A
// drop-in or a directory that cannot be read is a problem; that there is no directory is none. Paths that are
// relative to the directory of the file that names them (@include, model.holidays) begin in conf.d for a drop-in.
int config_load(struct config *config, const char *file, const char *const *settings,
                size_t setting_count, struct config_problems *problems);
void config_free(struct config *config);

// Where the value of an option came from, for problems found elsewhere.
struct config_source config_where(const struct config *config, const char *group,
                                  const char *option);

// A duration as options have it, a whole number and its unit ("7 d", "90s"). 0, or -1: the text is none.
int duration_parse(const char *text, int64_t *microseconds);

// Tells each option for which something else was written ("group" is "" for the file itself).
void config_changes(const struct config *before, const struct config *after,
                    void (*each)(void *context, const char *group, const char *option), void *context);
// Gives an option the value it has in another configuration, which must outlive this one.
void config_retain(struct config *config, const struct config *from, const char *group, const char *option);

// Writes the sample file: every option with its default and what it means. 0 or STATUS_IO.
int config_print_defaults(FILE *out);

// The password for PostgreSQL: GUANXI_POSTGRES_PASSWORD, then PGPASSWORD, then password_file, then the
// credential postgres.password of systemd. *password is NULL when there is none, else to be given to
// config_forget_secret. 0, STATUS_CONFIG (file unreadable), STATUS_NOMEM.
int config_postgres_password(const struct config *config, char **password);
// The token of the page: GUANXI_HTTP_TOKEN, then token_file, then the credential http.token; likewise.
int config_http_token(const struct config *config, char **token);
// Overwrites and frees; NULL is fine.
void config_forget_secret(char *secret);

#endif
