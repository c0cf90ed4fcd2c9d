// Reminders, notices and messages as they come back. `first` is the column where the row begins; texts are
// copied into the arena, as they outlive the result. Zero, or STATUS_NOMEM.
#ifndef GUANXI_POSTGRES_FOLLOW_UP_ROWS_H
#define GUANXI_POSTGRES_FOLLOW_UP_ROWS_H

#include <libpq-fe.h>

#include "port/store.h"

// A text that is kept; an absent one stays absent.
int keep_text(const PGresult *result, int row, int column, struct arena *arena, struct span *text);

enum { NOTICE_COLUMNS = 10, REMINDER_COLUMNS = 17 };

int reminder_read(const PGresult *result, int row, int first, struct arena *arena,
                  struct reminder_row *reminder);
int notice_read(const PGresult *result, int row, int first, struct arena *arena, struct notice_row *notice);
int outbox_read(const PGresult *result, int row, struct arena *arena, struct outbox_row *outbox);
// A parcel: how many messages it has, and the messages.
size_t parcel_messages(const PGresult *result, int row);
int parcel_read(const PGresult *result, int row, struct arena *arena, struct outbox_row *outbox);
// A notice followed by its reminder.
int held_notice_read(const PGresult *result, int row, struct arena *arena, struct held_notice *held);

#endif
