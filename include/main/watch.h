// What is looked after while the engine runs: the service manager is told how the service does and that its loops
// turn, metrics and health are served, the calendar is watched.
#ifndef GUANXI_MAIN_WATCH_H
#define GUANXI_MAIN_WATCH_H

#include "main/reload.h"

struct http_server;
struct page_teller;

struct watch {
    struct reloader *reloader; // borrowed
    struct http_server *http; // owned; NULL: nowhere
    struct page_teller *teller; // owned: what pages are told by; NULL: there are none
    int64_t ready_us;         // monotonic instants: when we became ready, 0: not yet;
    int64_t told_us;          // of the last status line,
    int64_t pinged_us;        // of the last word to the watchdog,
    int64_t calendar_us;      // of the last look at the calendar
    int64_t events;           // dealt with at told_us
    int warned_year;
    bool stuck;               // a loop stands still, which was said
};

// Starts serving; before the engine runs. 0, STATUS_CONFIG, STATUS_NOMEM.
int watch_begin(struct watch *watch, struct reloader *reloader);
// Asks for a reload at the next look. Safe in a signal handler.
void watch_ask_reload(void);
// A few times a second, on the engine's thread.
void watch_look(struct watch *watch);
void watch_end(struct watch *watch);

#endif
