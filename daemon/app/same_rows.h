// Whether a row of a table says the same as one that a fold made, both of the same key; what published rows keep
// through folds does not count.
#ifndef GUANXI_DAEMON_APP_SAME_ROWS_H
#define GUANXI_DAEMON_APP_SAME_ROWS_H

#include <stdbool.h>

bool same_transition(const void *stored, const void *made);
bool same_promise(const void *stored, const void *made);
bool same_objection(const void *stored, const void *made);
bool same_profile(const void *stored, const void *made);

#endif
