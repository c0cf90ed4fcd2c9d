// Memory that runs out at a counted allocation of this thread, for tests that link with malloc, calloc and
// realloc wrapped. Elsewhere nothing of this has an effect.
#ifndef GUANXI_TESTS_ALLOCATION_H
#define GUANXI_TESTS_ALLOCATION_H

#include <stdbool.h>
#include <stdint.h>

// The nth allocation from now fails, and all after it until allocation_succeed when `onwards`.
void allocation_fail(int64_t nth, bool onwards);
// No allocation fails any more. How many there were since allocation_fail, outside of pauses.
int64_t allocation_succeed(void);

// Between the two allocations are neither counted nor refused: for fakes. They nest.
void allocation_pause(void);
void allocation_resume(void);

// For the wrappers: whether to refuse the allocation at hand, which is counted.
bool allocation_refused(void);

#endif
