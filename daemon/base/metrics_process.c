// What the kernel knows of the process. Of /proc only what is the process's own: a sandbox hides the rest.
#include "metrics_internal.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

// Fields of /proc/self/stat, counted from the one behind the name of the program.
enum { STAT_THREADS = 17, STAT_STARTED = 19, STAT_VIRTUAL = 20, STAT_RESIDENT = 21, STAT_FIELDS };

static int64_t clock_us(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

// False when it cannot be read; the values then stay as they were.
static bool read_stat(int64_t fields[STAT_FIELDS])
{
    char text[1024];
    FILE *file = fopen("/proc/self/stat", "re");
    if (!file)
        return false;
    size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[size] = '\0';
    const char *at = strrchr(text, ')'); // the name may hold anything
    if (!at || at[1] != ' ' || at[2] == '\0')
        return false;
    at += 3; // the state, a letter, is field 0
    for (int i = 1; i < STAT_FIELDS; i++) {
        char *end;
        fields[i] = strtoll(at, &end, 10);
        if (end == at)
            return false;
        at = end;
    }
    return true;
}

static int64_t count_fds(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int64_t count = 0;
    if (!folder)
        return 0;
    while (readdir(folder))
        count++;
    closedir(folder);
    return count - 3; // "." and "..", and the folder itself
}

// Not by getrlimit: that is a system call which sandboxes refuse, because it could also set limits.
static bool read_fd_limit(int64_t *limit)
{
    char line[256];
    long long most;
    bool found = false;
    FILE *file = fopen("/proc/self/limits", "re");
    if (!file)
        return false;
    while (!found && fgets(line, sizeof line, file))
        found = sscanf(line, "Max open files %lld", &most) == 1; // NOLINT(cert-err34-c): the kernel's own number
    fclose(file);
    *limit = found ? most : 0;
    return found;
}

void metrics_read_process(void)
{
    static int64_t started_us; // reckoned once: the clock may be set later
    int64_t fields[STAT_FIELDS];
    metric_set(METRIC_CPU, clock_us(CLOCK_PROCESS_CPUTIME_ID));
    if (read_stat(fields)) {
        metrics_lock();
        if (started_us == 0)
            started_us = clock_local_us() - clock_us(CLOCK_BOOTTIME) +
                         fields[STAT_STARTED] * 1000000 / sysconf(_SC_CLK_TCK);
        metric_set(METRIC_STARTED, started_us);
        metrics_unlock();
        metric_set(METRIC_THREADS, fields[STAT_THREADS]);
        metric_set(METRIC_VIRTUAL, fields[STAT_VIRTUAL]);
        metric_set(METRIC_RESIDENT, fields[STAT_RESIDENT] * sysconf(_SC_PAGESIZE));
    }
    int64_t limit;
    metric_set(METRIC_OPEN_FDS, count_fds());
    if (read_fd_limit(&limit))
        metric_set(METRIC_MOST_FDS, limit);
}
