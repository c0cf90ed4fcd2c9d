#include "command.h"

#include <stdio.h>

#include "base/status.h"

int command_start(struct connection *connection, const struct postgres_settings *settings)
{
    int outcome = connection_init(connection, settings);
    return outcome ? outcome : connection_open(connection);
}

int command_finish(struct connection *connection, int outcome)
{
    connection_free(connection);
    if (outcome <= 0)
        return outcome;
    char why[600];
    snprintf(why, sizeof why, "%s", fault_message());
    return fault(STATUS_UNAVAILABLE, "%s", why);
}
