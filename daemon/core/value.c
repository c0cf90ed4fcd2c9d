#include "value.h"

static int64_t add_saturating(int64_t a, int64_t b)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum)) {
        return b < 0 ? INT64_MIN : INT64_MAX;
    }
    return sum;
}

static int64_t subtract_saturating(int64_t a, int64_t b)
{
    int64_t difference;
    if (__builtin_sub_overflow(a, b, &difference)) {
        return b < 0 ? INT64_MAX : INT64_MIN;
    }
    return difference;
}

void value_ordered(const struct policy *policy, struct customer *customer,
                   const struct event *event)
{
    instant at = event->time;
    customer->orders = add_saturating(customer->orders, 1);
    customer->spent = add_saturating(customer->spent, event->amount);
    if (customer->first_order_at == INSTANT_NONE) {
        customer->first_order_at = at;
        customer->purchase_days = 1;
    } else if (policy_day(policy, at) > policy_day(policy, customer->last_order_at)) {
        customer->purchase_days++;
    }
    customer->last_order_at = at;
}

void value_refunded(struct customer *customer, const struct event *event)
{
    customer->spent = subtract_saturating(customer->spent, event->amount);
}

void value_referred(struct customer *customer)
{
    customer->referrals = add_saturating(customer->referrals, 1);
}
