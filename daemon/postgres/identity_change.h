// Changes of what ids stand for, and what keeps a batch from being written under one.
#ifndef GUANXI_POSTGRES_IDENTITY_CHANGE_H
#define GUANXI_POSTGRES_IDENTITY_CHANGE_H

#include "pipeline.h"
#include "port/store.h"

// Prepares what only few writes need. Before the pipeline begins, as the functions below are for its inside.
int identity_prepare(struct connection *connection, const struct store_write *write);
// The first statements of a write: the lock of identities, and the epoch that must still stand.
int identity_lock(struct pipeline *pipeline, const struct store_write *write);
// Customers that go, and the locks of those that stay beside them.
int identity_lock_customers(struct pipeline *pipeline, const struct store_write *write);
// The change itself, after the customers of the write.
int identity_apply(struct pipeline *pipeline, const struct store_write *write);

#endif
