// `guanxid customer list` and `show`, and what other commands that are about one customer share with them.
#ifndef GUANXI_MAIN_CUSTOMER_H
#define GUANXI_MAIN_CUSTOMER_H

#include "main/command.h"
#include "main/output.h"
#include "postgres/overview.h"

// Judges the operands of a command that is about one customer.
int accept_id(int count, char *const *operands);

// Whom an id means; told where it is somebody else. 0, a negative status, or EX_DATAERR: it was erased, which has
// been told.
int customer_find(const struct command_context *context, const char *id, struct words *words,
                  struct overview_identity *identity);
// Tells that there is none under the id that was asked for. EX_DATAERR.
int customer_unknown(const char *id, const struct overview_identity *identity);

// Shows all of one customer; results as those of customer_find.
int customer_show(struct command_context *context, struct words *words, const struct overview_identity *identity);

#endif
