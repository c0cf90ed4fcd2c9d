// Options that only some commands take, one row each; a command names its own in the table of commands.
//
// X(NAME, "name", "VALUE", "help")
//   VALUE  what help calls its value; NULL: the option is given or not
#ifndef GUANXI_MAIN_COMMAND_OPTIONS_H
#define GUANXI_MAIN_COMMAND_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COMMAND_OPTIONS(X) \
    X(JSON, "json", NULL, "data as JSON") \
    X(STATE, "state", "STATE", "records that are held (the default), applied, discarded or any") \
    X(REASON, "reason", "CODE", "records with this reason") \
    X(TOPIC, "topic", "NAME", "records of this topic") \
    X(LIMIT, "limit", "N", "so many at most")

enum command_option {
#define X(NAME, name, value, help) OPTION_##NAME,
    COMMAND_OPTIONS(X)
#undef X
    COMMAND_OPTION_COUNT
};

// A set of them, as in `TAKES(JSON) | TAKES(LIMIT)`.
#define TAKES(NAME) (UINT64_C(1) << OPTION_##NAME)

// What was given; NULL: not given. An option without a value is "".
struct given {
    const char *values[COMMAND_OPTION_COUNT];
};

static inline bool is_given(const struct given *given, enum command_option option)
{
    return given->values[option] != NULL;
}

#endif
