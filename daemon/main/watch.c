#include "main/watch.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/health.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/notify.h"
#include "http/server.h"
#include "main/introduce.h"
#include "main/page.h"
#include "main/policy_calendar.h"

enum {
    CALENDAR_US = 60 * 1000 * 1000,
    STATUS_US = 5 * 1000 * 1000,
    STARTING_US = 60 * 1000 * 1000, // asked for when starting takes long, as without a broker
};

static _Atomic bool reload_asked;

void watch_ask_reload(void)
{
    atomic_store(&reload_asked, true);
}

int watch_begin(struct watch *watch, struct reloader *reloader)
{
    *watch = (struct watch){.reloader = reloader};
    introduce_metrics(&reloader->now->settings, reloader->policy);
    metric_set(METRIC_RELOAD_OK, 1);
    metric_set(METRIC_RELOADED, clock_local_us());
    struct http_settings http = reloader->now->settings.http;
    int64_t watchdog_us = notify_watchdog_us();
    if (watchdog_us && http.patience_us > watchdog_us / 2)
        http.patience_us = watchdog_us / 2;
    bool serves = http.page.mode != PAGE_OFF && (*http.listen || *http.socket);
    int status = serves ? page_teller_new(&reloader->first->settings.postgres, reloader->policy, &watch->teller) : 0;
    if (watch->teller)
        http.page.source = page_teller_source(watch->teller);
    return status ? status : http_server_new(&http, &watch->http);
}

void watch_end(struct watch *watch)
{
    http_server_free(watch->http);
    watch->http = NULL;
    page_teller_free(watch->teller);
    watch->teller = NULL;
}

static void watch_calendar(struct watch *watch, int64_t now_us)
{
    const struct policy *policy = watch->reloader->policy;
    instant now = wall_now();
    // In simulated time the years that pass are not those of the clock.
    if (policy->events_clock || now == INSTANT_NONE ||
        (watch->calendar_us && now_us - watch->calendar_us < CALENDAR_US))
        return;
    watch->calendar_us = now_us;
    calendar_watch(policy, now, &watch->warned_year);
}

// The watchdog hears of us only while every loop turns.
static void feed_watchdog(struct watch *watch, int64_t now_us)
{
    int64_t interval_us = notify_watchdog_us();
    char who[HEART_NAME_MAX];
    int64_t patience_us = interval_us && interval_us / 2 < HEALTH_PATIENCE_US ? interval_us / 2 : HEALTH_PATIENCE_US;
    bool alive = health_is_alive(patience_us, who);
    if (!alive && !watch->stuck)
        log_event(LOG_ERROR, STUCK, "the loop of %s has not turned for %" PRId64 " s: it is stuck", who,
                  patience_us / 1000000);
    else if (alive && watch->stuck)
        log_notice("all loops turn again");
    watch->stuck = !alive;
    if (!interval_us || !alive || now_us - watch->pinged_us < interval_us / 4)
        return;
    watch->pinged_us = now_us;
    notify_send("WATCHDOG=1");
}

// One line for `systemctl status`: how far behind, how fast, and what is away.
static void tell_status(struct watch *watch, int64_t now_us)
{
    struct metric_lag lag = metrics_lag();
    int64_t events = metric_read(METRIC_EVENTS);
    double rate = (double)(events - watch->events) * 1e6 / (double)(now_us - watch->told_us);
    int64_t ranked = metric_read_at(METRIC_RANK_PROGRESS, 0, 0); // in millionths
    char ranking[32] = "";
    if (ranked != METRIC_ABSENT)
        snprintf(ranking, sizeof ranking, ", ranking: %d %%", (int)(ranked / 10000));
    notify_send("STATUS=lag %" PRId64 " (%.1f s) in %" PRId64 " lanes%s, %.0f events/s, Kafka %s, PostgreSQL %s%s%s",
                lag.records, (double)lag.oldest_us / 1e6, lag.lanes, lag.halted ? ", some halted" : "", rate,
                metric_read(METRIC_KAFKA_UP) ? "up" : "away", metric_read(METRIC_POSTGRES_UP) ? "up" : "away",
                ranking, metric_read(METRIC_RELOAD_OK) ? "" : ", the last configuration was refused");
    watch->events = events;
    watch->told_us = now_us;
}

// Ready is who may begin to work: the schema fits and the group has let us in. Until then the service manager is
// asked for patience, so that a broker that is away does not make us start over and over.
static void tell_start(struct watch *watch, int64_t now_us)
{
    if (!health_is_ready(NULL)) {
        notify_send("EXTEND_TIMEOUT_USEC=%d\nSTATUS=starting: waiting for Kafka", STARTING_US);
        watch->told_us = now_us;
        return;
    }
    notify_send("READY=1");
    watch->ready_us = now_us;
    tell_status(watch, now_us);
}

// The service manager takes us for ready again only if what we tell is younger than its request.
static void reload(struct watch *watch)
{
    notify_send("RELOADING=1\nMONOTONIC_USEC=%" PRId64 "\nSTATUS=reading the configuration", clock_monotonic_us());
    reloader_reload(watch->reloader);
    notify_send("READY=1");
    tell_status(watch, clock_monotonic_us());
}

void watch_look(struct watch *watch)
{
    int64_t now_us = clock_monotonic_us();
    watch_calendar(watch, now_us);
    feed_watchdog(watch, now_us);
    http_server_tend(watch->http);
    if (watch->teller)
        page_teller_look(watch->teller, watch->reloader->policy);
    if (watch->ready_us && atomic_exchange(&reload_asked, false)) {
        reload(watch);
        return;
    }
    bool due = now_us - watch->told_us > STATUS_US;
    if (!watch->ready_us && (due || health_is_ready(NULL)))
        tell_start(watch, now_us);
    else if (watch->ready_us && due)
        tell_status(watch, now_us);
}
