#include "support/allocation.h"

static _Thread_local struct {
    bool counting, onwards;
    int64_t nth, seen;
    int paused;
} plan;

void allocation_fail(int64_t nth, bool onwards)
{
    plan.counting = true;
    plan.onwards = onwards;
    plan.nth = nth;
    plan.seen = 0;
}

int64_t allocation_succeed(void)
{
    plan.counting = false;
    return plan.seen;
}

void allocation_pause(void)
{
    plan.paused++;
}

void allocation_resume(void)
{
    plan.paused--;
}

bool allocation_refused(void)
{
    if (!plan.counting || plan.paused > 0)
        return false;
    plan.seen++;
    return plan.onwards ? plan.seen >= plan.nth : plan.seen == plan.nth;
}
