// Files of announced holidays in the form that holiday-cn publishes, one a year:
//   {"year": 2025, "days": [{"name": "...", "date": "2025-01-26", "isOffDay": false}, ...]}
// Other members are passed over. A day that is not off is a make-up work day.
#ifndef GUANXI_CODEC_HOLIDAYS_H
#define GUANXI_CODEC_HOLIDAYS_H

#include "core/span.h"

enum { HOLIDAYS_MOST = 400 };

struct holiday {
    int32_t day; // since 1970-01-01
    bool off;
    int line; // of the file, from 1
};

struct holidays {
    int year;
    int year_line;
    size_t count;
    struct holiday days[HOLIDAYS_MOST];
};

// Told of everything that is wrong, with its line and what is expected.
typedef void holidays_problem(void *context, int line, const char *what);

// Reads the whole text of a file. 0; 1 when `problem` has been called, and what could be read is there;
// STATUS_NOMEM. Days are in the year itself, or in the months beside it: a list announced for one year may
// move days of the December before.
int holidays_read(struct span text, struct holidays *holidays, holidays_problem *problem, void *context);

#endif
