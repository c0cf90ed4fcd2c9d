// Tells the service manager how the service does: sd_notify's datagrams, written here because all of it is one
// address and one sendto, for which libsystemd would bring five libraries along.
#ifndef GUANXI_BASE_NOTIFY_H
#define GUANXI_BASE_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

// Takes NOTIFY_SOCKET and WATCHDOG_USEC out of the environment; before threads start. Without them nothing happens
// below.
void notify_open(void);
void notify_close(void);
bool notify_is_open(void);
// How often at least the watchdog wants to hear of us; 0: there is none.
int64_t notify_watchdog_us(void);

// Lines as sd_notify(3) has them.
void notify_send(const char *format, ...) __attribute__((format(printf, 1, 2)));
// STOPPING=1. Safe in a signal handler.
void notify_stopping(void);

#endif
