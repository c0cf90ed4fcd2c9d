#include "base/advice.h"

#include <stdio.h>
#include <string.h>

enum { NAME_MOST = 48 }; // longer names are not compared

// Edits (insert, delete, replace, swap of neighbours) from one name to the other.
static size_t distance(const char *a, const char *b)
{
    size_t rows[3][NAME_MOST + 1], n = strlen(b), m = strlen(a);
    if (n > NAME_MOST || m > NAME_MOST)
        return NAME_MOST;
    for (size_t j = 0; j <= n; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= m; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *further = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t best = above[j - 1] + (a[i - 1] != b[j - 1]);
            if (above[j] + 1 < best)
                best = above[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                further[j - 2] + 1 < best)
                best = further[j - 2] + 1;
            row[j] = best;
        }
    }
    return rows[m % 3][n];
}

// The nearest so far of the names that are near enough to be meant.
struct nearest {
    const char *unknown;
    const char *name;
    size_t distance;
};

static void nearest_consider(struct nearest *nearest, const char *name)
{
    size_t limit = strlen(nearest->unknown) / 3 + 1;
    size_t found = distance(nearest->unknown, name);
    if (found <= limit && (!nearest->name || found < nearest->distance)) {
        nearest->name = name;
        nearest->distance = found;
    }
}

void advise_name(const char *unknown, const char *const *names, char advice[ADVICE_MAX])
{
    struct nearest nearest = {.unknown = unknown};
    for (; *names; names++)
        nearest_consider(&nearest, *names);
    advice[0] = '\0';
    if (nearest.name)
        snprintf(advice, ADVICE_MAX, " (did you mean \"%s\"?)", nearest.name);
}
