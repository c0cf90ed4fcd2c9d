// The one convention of results: 0 done; positive an outcome the caller must handle (documented at each
// function); negative fatal, travels up unchanged, and is logged once, where it is handled. A fatal
// status carries its message in the thread's fault record.
#ifndef GUANXI_BASE_STATUS_H
#define GUANXI_BASE_STATUS_H

#include <stdarg.h>

enum status {
    STATUS_OK = 0,
    STATUS_NOMEM = -1,       // out of memory
    STATUS_CONFIG = -2,      // configuration or command line: exit 78 / 64
    STATUS_UNAVAILABLE = -3, // Kafka or PostgreSQL not to be had: exit 69
    STATUS_DENIED = -4,      // password, certificate, permission: exit 77
    STATUS_SCHEMA = -5,      // schema missing, older or newer: exit 78
    STATUS_IO = -6,          // file or socket: exit 74
    STATUS_BROKEN = -7,      // a promise of ours or of a peer does not hold: exit 70
};

// Records the message of a fatal status for this thread (what, where, what to do) and returns `status`,
// so that the place of the fault reads: return fault(STATUS_IO, "…").
int fault(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));
int fault_v(int status, const char *format, va_list arguments) __attribute__((format(printf, 2, 0)));

// The message of the last fault of this thread; "" when there was none. Valid until the next fault.
const char *fault_message(void);

// The BSD exit code (sysexits.h) of a fatal status; 0 for 0.
int fault_exit_code(int status);

#endif
