// Marking customers without having read them, a part of a write.
#ifndef GUANXI_POSTGRES_CUSTOMER_MARK_H
#define GUANXI_POSTGRES_CUSTOMER_MARK_H

#include "pipeline.h"

// Sends what the write has to mark, if anything; the statement is prepared where it is needed.
int customer_mark_prepare(struct connection *connection, const struct store_write *write);
int customer_mark(struct pipeline *pipeline, const struct store_write *write);

#endif
