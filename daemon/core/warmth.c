#include <math.h>

#include "warmth.h"

double customer_warmth(const struct policy *policy, const struct customer *customer, instant at)
{
    if (at == customer->warmth_at || customer->warmth_at == INSTANT_NONE) {
        return customer->warmth;
    }
    double half_lives = (double)(at - customer->warmth_at) / (double)policy->half_life;
    return customer->warmth * exp2(-half_lives);
}

void warmth_add(const struct policy *policy, struct customer *customer, double points, instant at)
{
    customer->warmth = customer_warmth(policy, customer, at) + points;
    customer->warmth_at = at;
}

instant warmth_falls_to(const struct policy *policy, const struct customer *customer, double leave)
{
    if (customer->warmth <= leave) {
        return customer->warmth_at;
    }
    if (!(leave > 0)) {
        return INSTANT_NEVER; // decay stops short of zero
    }
    double elapsed = (double)policy->half_life * log2(customer->warmth / leave);
    if (!(elapsed < (double)(INSTANT_LAST - customer->warmth_at))) {
        return INSTANT_NEVER;
    }
    // To whole microseconds first: that is what takes "less than 1 microsecond above a whole second"
    // for that second, and it keeps the sum exact.
    instant at = customer->warmth_at + (duration)floor(elapsed);
    duration above = at % SECOND;
    return above == 0 ? at : at - above + SECOND;
}
