// Whether the daemon could work with the database, looked at without changing anything.
#ifndef GUANXI_POSTGRES_INSPECT_H
#define GUANXI_POSTGRES_INSPECT_H

#include "port/inspection.h"
#include "postgres/store.h"

// Tells of the connection; if there is one, of the rights of its login, of the schema, and how far this host's clock
// is from PostgreSQL's. Waits as long as the settings say. 0, or a negative status that is no finding: STATUS_NOMEM,
// STATUS_CONFIG (conninfo is malformed).
int postgres_inspect(const struct postgres_settings *settings, const struct inspection *inspection);

#endif
