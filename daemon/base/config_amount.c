// Durations and sizes: a whole number and its unit.
#include "config_internal.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct unit {
    const char *name;
    int64_t value;
};

// From the largest; the last is the smallest that can be said.
static const struct unit duration_units[] = {
    {"d", 86400000000}, {"h", 3600000000}, {"min", 60000000},
    {"s", 1000000},     {"ms", 1000},      {NULL, 0},
};

static const struct unit size_units[] = {
    {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}, {NULL, 0},
};

static int amount_parse(const char *text, const struct unit *units, int64_t *value)
{
    if (!isdigit((unsigned char)*text))
        return -1;
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno)
        return -1;
    while (*end == ' ')
        end++;
    for (const struct unit *unit = units; unit->name; unit++)
        if (strcmp(end, unit->name) == 0)
            return __builtin_mul_overflow((int64_t)number, unit->value, value) ? -1 : 0;
    return -1;
}

static void amount_format(int64_t value, const struct unit *units, char text[AMOUNT_MAX])
{
    const struct unit *unit = units;
    while (unit[1].name && value % unit->value != 0)
        unit++;
    snprintf(text, AMOUNT_MAX, "%lld %s", (long long)(value / unit->value), unit->name);
}

int duration_parse(const char *text, int64_t *microseconds)
{
    return amount_parse(text, duration_units, microseconds);
}

int size_parse(const char *text, int64_t *bytes)
{
    return amount_parse(text, size_units, bytes);
}

void duration_format(int64_t microseconds, char text[AMOUNT_MAX])
{
    amount_format(microseconds, duration_units, text);
}

void size_format(int64_t bytes, char text[AMOUNT_MAX])
{
    amount_format(bytes, size_units, text);
}
