#include "contact.h"

// Steady outbound care in calendar days. Days are compared with that of the last outbound contact: it
// lies on the day counted last. Before last_outbound_at moves.
static void count_rhythm(const struct policy *policy, struct customer *customer, instant at)
{
    instant before = customer->last_outbound_at;
    if (before == INSTANT_NONE) {
        customer->rhythm = 1;
    } else if (policy_day(policy, at) > policy_day(policy, before)) {
        customer->rhythm = at - before <= policy->rhythm_gap ? customer->rhythm + 1 : 1;
    }
}

void contact_made(const struct policy *policy, struct customer *customer, const struct event *event)
{
    instant at = event->time;
    if (event->side == SIDE_NONE) {
        return;
    }
    customer->last_contact_at = at;
    if (event->side & SIDE_INBOUND) {
        customer->last_inbound_at = at;
    }
    if (event->side & SIDE_OUTBOUND) {
        count_rhythm(policy, customer, at);
        customer->last_outbound_at = at;
        contact_answered(customer);
        contact_followed_up(policy, customer, at);
    }
}

void contact_asked(struct customer *customer, instant at)
{
    if (customer->unanswered_at == INSTANT_NONE) {
        customer->unanswered_at = at;
    }
}

void contact_answered(struct customer *customer)
{
    customer->unanswered_at = INSTANT_NONE;
}

void contact_ordered(struct customer *customer, instant at)
{
    if (customer->unfollowed_at == INSTANT_NONE) {
        customer->unfollowed_at = at;
    }
}

void contact_delivered(struct customer *customer, instant at)
{
    if (customer->unfollowed_at != INSTANT_NONE) {
        customer->delivered_at = at;
    }
}

void contact_over(struct customer *customer)
{
    customer->unanswered_at = INSTANT_NONE;
    customer->unfollowed_at = INSTANT_NONE;
    customer->delivered_at = INSTANT_NONE;
}

static bool follows(const struct policy *policy, instant at, instant order_at)
{
    return at > order_at && at - order_at < policy->follow_up_window;
}

void contact_followed_up(const struct policy *policy, struct customer *customer, instant at)
{
    if (customer->unfollowed_at == INSTANT_NONE || at <= customer->unfollowed_at) {
        return;
    }
    if (follows(policy, at, customer->unfollowed_at) ||
        follows(policy, at, customer->last_order_at)) {
        customer->followed_up_at = at;
    }
    customer->unfollowed_at = INSTANT_NONE;
    customer->delivered_at = INSTANT_NONE;
}
