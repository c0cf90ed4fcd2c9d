// The events as lines of a file, for imports.
#include "load.h"

#include <inttypes.h>

int bench_lines(const struct bench_options *options)
{
    char value[VALUE_SIZE];
    int64_t bytes = 0;
    FILE *file = fopen(options->file, "w");
    if (!file)
        die("%s cannot be written", options->file);
    for (int64_t i = 0; i < options->events; i++) {
        struct load_event event = load_event(options, i);
        size_t size = load_value(&event, value);
        value[size++] = '\n';
        if (fwrite(value, 1, size, file) != size)
            die("%s cannot be written", options->file);
        bytes += (int64_t)size;
    }
    if (fclose(file) != 0)
        die("%s cannot be written", options->file);
    printf("{\"events\": %" PRId64 ", \"bytes\": %" PRId64 "}\n", options->events, bytes);
    return 0;
}
