// What the questions of overview.h share.
#ifndef GUANXI_POSTGRES_OVERVIEW_READ_H
#define GUANXI_POSTGRES_OVERVIEW_READ_H

#include "codec/words.h"
#include "command.h"
#include "result.h"

// A connection for reading views; command_finish in any case.
int overview_start(struct connection *connection, const struct postgres_settings *settings);
// Hands each row to `each`, which returns 0 to go on.
int overview_walk(const PGresult *result, int (*each)(void *context, const PGresult *result, int row), void *context);

// The number of a code in the column; 0 where there is none.
int overview_code(const PGresult *result, int row, int column, const char *(*code)(int number), int end);
int overview_kind(const PGresult *result, int row, int column); // enum reminder_kind

#endif
