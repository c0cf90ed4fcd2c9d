#include "base/log.h"

#include "base/clock.h"
#include "base/journal.h"
#include "base/metrics.h"
#include "base/print.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    MESSAGE_MAX = 2048,
    LINE_MAX_BYTES = 6 * MESSAGE_MAX + 128, // every byte of the message may need six in JSON
    SITES = 64,                             // format strings watched at once
    LAST_MAX = 256,                         // bytes kept of the last line that was held back
};

// A format string and how often it was used in its present window.
struct site {
    const char *format; // its address is its identity
    enum log_level level;
    int64_t window_start;
    int count;
    int held;
    char last[LAST_MAX];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct site sites[SITES];
static _Atomic int most_level = LOG_INFO;
static enum log_format configured = LOG_FORMAT_TEXT;
static bool coloured;
static bool native; // entries go to the journal itself
static const struct log_about nothing = {.event = LOG_EVENT_NONE};

static const char *level_name(enum log_level level)
{
    switch (level) {
    case LOG_ERROR: return "error";
    case LOG_WARNING: return "warning";
    case LOG_NOTICE: return "notice";
    case LOG_INFO: return "info";
    default: return "debug";
    }
}

static const char *level_colour(enum log_level level)
{
    return level <= LOG_ERROR ? "\033[31m" : level == LOG_WARNING ? "\033[33m" : "";
}

// systemd tells a service the device and inode of the journal socket that its stderr is.
static bool stderr_is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat found;
    if (!stream || fstat(STDERR_FILENO, &found) != 0)
        return false;
    char *end;
    unsigned long long device = strtoull(stream, &end, 10);
    if (end == stream || *end != ':')
        return false;
    return found.st_dev == device && found.st_ino == strtoull(end + 1, NULL, 10);
}

void log_configure(enum log_level most, enum log_format format)
{
    pthread_mutex_lock(&lock);
    if (format == LOG_FORMAT_AUTO)
        format = stderr_is_journal() ? LOG_FORMAT_JOURNAL : LOG_FORMAT_TEXT;
    configured = format;
    struct stat found;
    native = format == LOG_FORMAT_JOURNAL && stderr_is_journal() && fstat(STDERR_FILENO, &found) == 0 &&
             S_ISSOCK(found.st_mode) && journal_open(JOURNAL_SOCKET);
    const char *no_colour = getenv("NO_COLOR");
    coloured = isatty(STDERR_FILENO) && (!no_colour || !*no_colour);
    atomic_store_explicit(&most_level, (int)most, memory_order_relaxed);
    pthread_mutex_unlock(&lock);
}

bool log_enabled(enum log_level level)
{
    return (int)level <= atomic_load_explicit(&most_level, memory_order_relaxed);
}

// ------------------------------------------------------------------------------------------------- lines

static void put_time(FILE *out)
{
    int64_t now = clock_local_us();
    time_t seconds = (time_t)(now / 1000000);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    fprintf(out, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", utc.tm_year + 1900, utc.tm_mon + 1,
            utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, (int)(now % 1000000 / 1000));
}

static void put_about_json(FILE *out, const struct log_about *about)
{
    if (about->event != LOG_EVENT_NONE)
        fprintf(out, ",\"event\":\"%s\"", log_event_code(about->event));
    if (about->topic) {
        fputs(",\"topic\":", out);
        print_json_text(out, about->topic);
        fprintf(out, ",\"partition\":%d", (int)about->partition);
    }
    if (about->has_offset)
        fprintf(out, ",\"offset\":%lld", (long long)about->offset);
}

// One event is one line: control characters of what others wrote cannot begin another.
static void put_line(FILE *out, enum log_level level, const char *message, const struct log_about *about)
{
    const char *colour = coloured ? level_colour(level) : "";
    switch (configured) {
    case LOG_FORMAT_JOURNAL: // the journal keeps the time itself
        fprintf(out, "<%d>", (int)level);
        print_bytes(out, message, strlen(message));
        break;
    case LOG_FORMAT_JSON:
        fputs("{\"ts\":\"", out);
        put_time(out);
        fprintf(out, "\",\"level\":\"%s\",\"msg\":", level_name(level));
        print_json_text(out, message);
        put_about_json(out, about);
        fputc('}', out);
        break;
    default:
        put_time(out);
        fprintf(out, " %s%s%s ", colour, level_name(level), *colour ? "\033[0m" : "");
        print_bytes(out, message, strlen(message));
    }
    fputc('\n', out);
}

static bool emit_natively(enum log_level level, const char *message, const struct log_about *about)
{
    static char text[LINE_MAX_BYTES];
    FILE *line = fmemopen(text, sizeof text, "w");
    if (!line)
        return false;
    print_bytes(line, message, strlen(message));
    fputc('\0', line);
    bool whole = fclose(line) == 0;
    return whole && journal_send(level, text, about);
}

// Called under the lock: one write a line, so that lines of several threads and processes do not mix.
static void emit(enum log_level level, const char *message, const struct log_about *about)
{
    if (native && emit_natively(level, message, about))
        return;
    static char text[LINE_MAX_BYTES];
    static FILE *line; // made once, so that a line needs no memory; lives as long as the process
    if (!line && !(line = fmemopen(text, sizeof text, "w")))
        return;
    rewind(line);
    put_line(line, level, message, about);
    fflush(line);
    size_t length = (size_t)ftell(line);
    // A log that cannot be written (full disk, closed pipe) must not stop the work.
    for (size_t done = 0; done < length;) {
        ssize_t written = write(STDERR_FILENO, text + done, length - done);
        if (written > 0)
            done += (size_t)written;
        else if (written == 0 || errno != EINTR)
            break;
    }
}

// ------------------------------------------------------------------------------------------- rate limit

static void report_held(struct site *site)
{
    if (site->held == 0)
        return;
    char message[MESSAGE_MAX];
    snprintf(message, sizeof message, "%d more like: %s", site->held, site->last);
    site->held = 0;
    emit(site->level, message, &nothing);
}

// The entry of a format string, in place of the one whose window began first when all are taken. Entries
// are taken from the front and never given up.
static struct site *site_of(const char *format, enum log_level level, int64_t now)
{
    struct site *oldest = &sites[0];
    for (struct site *site = sites; site < sites + SITES; site++) {
        if (site->format == format)
            return site;
        if (!site->format) {
            oldest = site;
            break;
        }
        if (site->window_start < oldest->window_start)
            oldest = site;
    }
    if (oldest->format)
        report_held(oldest);
    *oldest = (struct site){.format = format, .level = level, .window_start = now};
    return oldest;
}

// Counts the line and tells whether it may go out. What windows that have ended held back is reported on
// the way.
static bool admit(const char *format, enum log_level level, const char *message)
{
    int64_t now = clock_monotonic_us();
    for (struct site *site = sites; site < sites + SITES && site->format; site++) {
        if (now - site->window_start < (int64_t)LOG_WINDOW * 1000000)
            continue;
        report_held(site);
        site->window_start = now;
        site->count = 0;
    }
    struct site *site = site_of(format, level, now);
    if (++site->count <= LOG_BURST)
        return true;
    site->held++;
    snprintf(site->last, sizeof site->last, "%.*s", LAST_MAX - 1, message);
    return false;
}

void log_flush(void)
{
    pthread_mutex_lock(&lock);
    for (struct site *site = sites; site < sites + SITES && site->format; site++)
        report_held(site);
    pthread_mutex_unlock(&lock);
}

static void __attribute__((format(printf, 3, 0)))
write_line(enum log_level level, const struct log_about *about, const char *format, va_list arguments)
{
    if (!log_enabled(level))
        return;
    metric_add_at(METRIC_LOG_LINES, (int)level - LOG_ERROR, 0, 1);
    int saved_errno = errno;
    char message[MESSAGE_MAX];
    vsnprintf(message, sizeof message, format, arguments);
    pthread_mutex_lock(&lock);
    if (level >= LOG_DEBUG || admit(format, level, message)) // who asks for debug wants every line
        emit(level, message, about);
    pthread_mutex_unlock(&lock);
    errno = saved_errno;
}

void log_write(enum log_level level, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    write_line(level, &nothing, format, arguments);
    va_end(arguments);
}

void log_write_about(enum log_level level, const struct log_about *about, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    write_line(level, about, format, arguments);
    va_end(arguments);
}

static const struct {
    const char *id, *code;
} events[LOG_EVENT_COUNT] = {
    {"", ""},
#define X(NAME, id, code) {id, code},
    LOG_EVENTS(X)
#undef X
};

const char *log_event_id(enum log_event event)
{
    return events[event].id;
}

const char *log_event_code(enum log_event event)
{
    return events[event].code;
}
