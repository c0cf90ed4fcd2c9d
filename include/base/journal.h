// Entries of the systemd journal with fields of their own, by its native protocol: one datagram an entry.
#ifndef GUANXI_BASE_JOURNAL_H
#define GUANXI_BASE_JOURNAL_H

#include <stdbool.h>

#include "base/log.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

// Whether the journal listens there; entries go there from now on. Not thread-safe.
bool journal_open(const char *path);
// One entry: the message, its level, and what is known of it. False when it could not be sent. `message` is one line.
bool journal_send(enum log_level level, const char *message, const struct log_about *about);
void journal_close(void);

#endif
