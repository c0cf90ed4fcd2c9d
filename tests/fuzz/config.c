// A configuration file of any bytes: what is wrong becomes problems, each a line, and nothing else happens.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
const char *__lsan_default_suppressions(void);

// libconfig 1.5 forgets the text of a string that the file does not end.
const char *__lsan_default_suppressions(void)
{
    return "leak:libconfig.so";
}

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    // What is included would be files of the machine, devices and pipes among them.
    if (memmem(bytes, size, "@include", 8))
        return 0;
    int file = memfd_create("config", 0);
    must(file >= 0 && write(file, bytes, size) == (ssize_t)size);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);

    struct config config;
    struct config_problems problems = {0};
    must(config_load(&config, path, NULL, 0, &problems) == 0);
    size_t lines = 0;
    for (const char *at = problems.text; at && *at; at = strchr(at, '\n') + 1)
        lines++;
    must(lines == problems.count);
    must(config.daemon.workers >= 1 && config.daemon.workers <= 64);
    must(config.model.enter.count == 3 && config.model.cadence.count == 4);
    config_problems_free(&problems);
    config_free(&config);
    close(file);
    return 0;
}
