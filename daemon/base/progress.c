#include "base/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

enum {
    SECOND_US = 1000000,
    RATE_EVERY_US = SECOND_US / 2, // shorter stretches say little
    RATE_MEMORY_S = 10,            // what was so long ago has little part in the rate
    TERMINAL_EVERY_US = SECOND_US / 5,
    LOG_EVERY_US = 15 * SECOND_US,
    NUMBER_MAX = 32,
    LEFT_MAX = 48,
};

// "1,234,567"
static const char *grouped(int64_t number, char text[NUMBER_MAX])
{
    char *at = text + NUMBER_MAX - 1;
    uint64_t left = number < 0 ? 0 : (uint64_t)number;
    *at = '\0';
    for (int digits = 0; digits == 0 || left > 0; digits++, left /= 10) {
        if (digits && digits % 3 == 0)
            *--at = ',';
        *--at = (char)('0' + left % 10);
    }
    return at;
}

static void time_left(double seconds, char text[LEFT_MAX])
{
    int64_t left = seconds > 1e9 ? 1000000000 : (int64_t)seconds;
    left += (double)left < seconds; // as long as anything is left it is a second
    int64_t minutes = left / 60, hours = minutes / 60;
    if (hours >= 48)
        snprintf(text, LEFT_MAX, ", %lld days left", (long long)(hours / 24));
    else if (hours > 0)
        snprintf(text, LEFT_MAX, ", %lld h %02lld min left", (long long)hours, (long long)(minutes % 60));
    else if (minutes > 0)
        snprintf(text, LEFT_MAX, ", %lld min %02lld s left", (long long)minutes, (long long)(left % 60));
    else
        snprintf(text, LEFT_MAX, ", %lld s left", (long long)left);
}

void progress_text(const struct progress *progress, char *text, size_t size)
{
    char done[NUMBER_MAX], total[NUMBER_MAX], rate[NUMBER_MAX], of[NUMBER_MAX + 8] = "", share[16] = "",
         left[LEFT_MAX] = "", speed[NUMBER_MAX + 8] = "";
    if (progress->total > 0) {
        double part = (double)progress->done / (double)progress->total;
        snprintf(of, sizeof of, " of %s", grouped(progress->total, total));
        snprintf(share, sizeof share, " (%d %%)", part >= 1 ? 100 : (int)(part * 100));
    }
    if (progress->rate > 0) {
        snprintf(speed, sizeof speed, ", %s/s", grouped((int64_t)(progress->rate + 0.5), rate));
        if (progress->total > progress->done)
            time_left((double)(progress->total - progress->done) / progress->rate, left);
    }
    snprintf(text, size, "%s: %s%s %s%s%s%s", progress->what, grouped(progress->done, done), of, progress->unit, share,
             speed, left);
}

void progress_begin_at(struct progress *progress, const char *what, const char *unit, int64_t done, int64_t total,
                       int64_t now_us)
{
    *progress = (struct progress){.what = what, .unit = unit, .done = done, .total = total, .first = done,
                                  .begun_us = now_us, .shown_us = now_us, .rated_us = now_us, .rated = done};
}

void progress_begin(struct progress *progress, const char *what, const char *unit, int64_t done, int64_t total)
{
    progress_begin_at(progress, what, unit, done, total, clock_monotonic_us());
    progress->terminal = isatty(STDERR_FILENO);
}

// The rate is that of late: what happened longer ago counts ever less.
void progress_move(struct progress *progress, int64_t done, int64_t now_us)
{
    progress->done = done;
    int64_t passed = now_us - progress->rated_us;
    if (passed < RATE_EVERY_US)
        return;
    double seconds = (double)passed / SECOND_US;
    double now = (double)(done - progress->rated) / seconds;
    double weight = progress->rate > 0 ? seconds / (seconds + RATE_MEMORY_S) : 1;
    progress->rate += (now - progress->rate) * weight;
    progress->rated_us = now_us;
    progress->rated = done;
}

static void show(const struct progress *progress, bool last)
{
    char text[PROGRESS_TEXT];
    progress_text(progress, text, sizeof text);
    if (progress->silent)
        return;
    if (progress->terminal)
        fprintf(stderr, "\r\033[K%s%s", text, last ? "\n" : "");
    else
        log_notice("%s", text);
}

void progress_at(struct progress *progress, int64_t done)
{
    int64_t now = clock_monotonic_us();
    progress_move(progress, done, now);
    if (now - progress->shown_us < (progress->terminal ? TERMINAL_EVERY_US : LOG_EVERY_US))
        return;
    progress->shown_us = now;
    show(progress, false);
}

void progress_end(struct progress *progress)
{
    int64_t passed = clock_monotonic_us() - progress->begun_us, made = progress->done - progress->first;
    if (made == 0 && progress->shown_us == progress->begun_us)
        return; // there is nothing to tell, and no line of ours to end
    progress->rate = passed > 0 ? (double)made * SECOND_US / (double)passed : 0;
    show(progress, true);
}
