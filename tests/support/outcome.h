// Asserting outcomes of ports, with the message of the fault; include behind cmocka.h.
#ifndef GUANXI_TESTS_OUTCOME_H
#define GUANXI_TESTS_OUTCOME_H

#include "base/status.h"

#define assert_done(expression) assert_outcome(0, expression)
#define assert_outcome(expected, expression) check_outcome(expected, expression, #expression, __FILE__, __LINE__)

static inline void check_outcome(int expected, int outcome, const char *what, const char *file, int line)
{
    if (expected == outcome)
        return;
    print_error("%s:%d: %s: outcome %d instead of %d: %s\n", file, line, what, outcome, expected,
                outcome ? fault_message() : "");
    fail();
}

#endif
