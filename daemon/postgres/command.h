// A connection for one command, which tells statuses alone: nobody is there to try again.
#ifndef GUANXI_POSTGRES_COMMAND_H
#define GUANXI_POSTGRES_COMMAND_H

#include "connection.h"

// Connects. An outcome or status; command_finish in any case.
int command_start(struct connection *connection, const struct postgres_settings *settings);
// Frees the connection; what a store would try again becomes STATUS_UNAVAILABLE with the same message.
int command_finish(struct connection *connection, int outcome);

#endif
