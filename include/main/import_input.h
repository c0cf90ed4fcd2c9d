// The file of an import: opened, unpacked and cut into lines of events.
#ifndef GUANXI_MAIN_IMPORT_INPUT_H
#define GUANXI_MAIN_IMPORT_INPUT_H

#include "app/import.h"
#include "codec/orders.h"

struct import_file;

// Opens a file, or standard input ("-"). Lines are of `limit` bytes at most. 0, STATUS_IO or STATUS_NOMEM; what is in
// *file is to be closed in any case.
int import_file_open(const char *path, uint32_t limit, struct import_file **file);
void import_file_close(struct import_file *file);

// One event a line, structured.
struct import_input import_file_events(struct import_file *file);

// CSV, an order each record; `orders` is borrowed.
struct import_input import_file_orders(struct import_file *file, struct orders *orders);

// How many lines it has if the rest is like what was read, of which `lines` were taken; 0: not known.
int64_t import_file_lines(const struct import_file *file, int64_t lines);

#endif
