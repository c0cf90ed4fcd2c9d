// Inside an importer: whom events are about.
#ifndef GUANXI_DAEMON_APP_IMPORTER_PARTS_H
#define GUANXI_DAEMON_APP_IMPORTER_PARTS_H

#include "app/importer.h"

// Fills importer->places with the pending events and who they are about, sorted; those of somebody erased have got
// their fate and are left out. An outcome of the store.
int importer_place(struct importer *importer, struct import_event *events, size_t count);

// The places of one customer from `from` on: where they end.
size_t importer_group(const struct importer *importer, size_t from);

int importer_no_memory(void);

#endif
