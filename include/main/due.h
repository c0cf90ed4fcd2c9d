// What `guanxid due` and the page say of a reminder.
#ifndef GUANXI_MAIN_DUE_H
#define GUANXI_MAIN_DUE_H

#include "codec/words.h"
#include "postgres/overview.h"

// What has been done about it, or what it has come to.
const char *due_state(struct words *words, const struct due_line *line);
// Its sentence; absent where memory is out.
struct span due_why(struct words *words, const struct about *about);

#endif
