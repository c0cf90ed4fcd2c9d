#include "main/zone.h"

#include "base/status.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ZONE_STEP = 86400 }; // no zone changes twice within a day

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";

// Whether the C library has data for the zone; for a name it does not know it would silently take UTC.
static bool zone_exists(const char *name)
{
    if (strspn(name, letters) != strlen(name) || *name == '/' || !*name)
        return false;
    const char *directory = getenv("TZDIR");
    char path[PATH_MAX], magic[4];
    int length =
        snprintf(path, sizeof path, "%s/%s", directory ? directory : "/usr/share/zoneinfo", name);
    FILE *file = length < (int)sizeof path ? fopen(path, "re") : NULL;
    if (!file)
        return false;
    bool found =
        fread(magic, 1, sizeof magic, file) == sizeof magic && memcmp(magic, "TZif", 4) == 0;
    fclose(file);
    return found;
}

static int32_t offset_at(time_t at)
{
    struct tm local;
    return localtime_r(&at, &local) ? (int32_t)local.tm_gmtoff : 0;
}

// The first second after `before` that has not its offset, which `after` has not.
static time_t change_between(time_t before, time_t after)
{
    int32_t offset = offset_at(before);
    while (after - before > 1) {
        time_t middle = before + (after - before) / 2;
        if (offset_at(middle) == offset)
            before = middle;
        else
            after = middle;
    }
    return after;
}

// Walks over the transitions of the zone in TZ; `transitions` may be NULL to count them only.
static size_t walk(struct zone_transition *transitions)
{
    size_t count = 0;
    int32_t offset = offset_at(0);
    if (transitions)
        transitions[count] = (struct zone_transition){INSTANT_NONE, offset};
    count++;
    const time_t last = (time_t)(INSTANT_LAST / SECOND);
    for (time_t before = 0; before < last; before += ZONE_STEP) {
        time_t after = before + ZONE_STEP;
        if (offset_at(after) == offset)
            continue;
        time_t change = change_between(before, after);
        offset = offset_at(change);
        if (transitions)
            transitions[count] = (struct zone_transition){(instant)change * SECOND, offset};
        count++;
    }
    return count;
}

static void set_zone(const char *value)
{
    if (value)
        setenv("TZ", value, 1);
    else
        unsetenv("TZ");
    tzset();
}

// The zone read last, for the next who asks: it does not change while the process lives.
static struct {
    char name[64];
    struct zone_transition *transitions;
    size_t count;
} known;

static int copy_known(struct zone_transition **transitions, size_t *count)
{
    *transitions = calloc(known.count, sizeof **transitions);
    if (!*transitions)
        return fault(STATUS_NOMEM, "out of memory");
    memcpy(*transitions, known.transitions, known.count * sizeof **transitions);
    *count = known.count;
    return 0;
}

// Without memory for it, it is read again next time.
static void remember(const char *name, const struct zone_transition *transitions, size_t count)
{
    free(known.transitions);
    known.transitions = calloc(count, sizeof *transitions);
    known.count = known.transitions ? count : 0;
    if (known.transitions)
        memcpy(known.transitions, transitions, count * sizeof *transitions);
    snprintf(known.name, sizeof known.name, "%s", known.transitions ? name : "");
}

int zone_read(const char *name, struct zone_transition **transitions, size_t *count)
{
    *transitions = NULL;
    if (*name && strcmp(name, known.name) == 0)
        return copy_known(transitions, count);
    if (strcmp(name, "UTC") == 0) { // needs no data
        *transitions = calloc(1, sizeof **transitions);
        if (!*transitions)
            return fault(STATUS_NOMEM, "out of memory");
        **transitions = (struct zone_transition){INSTANT_NONE, 0};
        *count = 1;
        return 0;
    }
    if (!zone_exists(name))
        return 1;
    const char *present = getenv("TZ");
    char *saved = present ? strdup(present) : NULL;
    char value[PATH_MAX];
    snprintf(value, sizeof value, ":%s", name);
    if (present && !saved)
        return fault(STATUS_NOMEM, "out of memory");
    set_zone(value);
    *count = walk(NULL);
    *transitions = calloc(*count, sizeof **transitions);
    if (*transitions)
        walk(*transitions);
    if (*transitions)
        remember(name, *transitions, *count);
    set_zone(saved);
    free(saved);
    return *transitions ? 0 : fault(STATUS_NOMEM, "out of memory");
}
