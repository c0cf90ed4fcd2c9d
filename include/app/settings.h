// What the operator decides about running, as opposed to the policy, which decides outcomes.
#ifndef GUANXI_APP_SETTINGS_H
#define GUANXI_APP_SETTINGS_H

#include "core/policy.h"

struct app_settings {
    const char *owner;       // name of this instance in v_lane
    int workers;             // threads that apply batches, each with its own connection
    int batch_events;        // records of one transaction at most
    size_t cache_bytes;      // customers at hand, those of the batches at work included, all workers together
    duration sweep_interval; // how often timers and publications are looked at
    duration lateness;       // how far lane time stays behind the clock
    duration lane_hold;      // after which a halted or unowned lane no longer holds the watermark
    bool stop_on_loss;       // lost_data = "stop"; else go on with a record of what is missing
    double poison_share;     // more than this share of bad records in poison_window records halts a lane
    int poison_window;
    duration notice_horizon; // older notices are suppressed and announced once (wall clock only)
    int announce_rate;       // late announcements per second
    const char *reminders_topic;
    const char *changes_topic;
};

#endif
