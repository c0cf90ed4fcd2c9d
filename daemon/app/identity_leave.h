// What becomes of the reminders and messages of customers that are no more.
#ifndef GUANXI_DAEMON_APP_IDENTITY_LEAVE_H
#define GUANXI_DAEMON_APP_IDENTITY_LEAVE_H

#include "app/identity.h"

struct belongings {
    struct reminder_row *reminders;
    struct notice_row *notices;
    struct outbox_row *outbox;
    size_t reminder_count, notice_count, outbox_count;
};

// Reads those of customers (sorted, unique). An outcome of the store.
int leave_read(struct identity_work *work, const struct span *ids, size_t count, struct belongings *had);

// Where what is told of the customer is sent from: only within one home messages keep their order.
int32_t leave_home(const struct identity_work *work, const struct customer_row *row);

// Both say what the set has to have of them; `row` is the customer who goes. False: memory is out.
// One who becomes an alias.
bool leave_merged(struct identity_work *work, const struct customer_row *row, const struct belongings *had,
                  const struct event *event);
// One who is erased. What is published then names neither promise nor event: both may tell of the person. What closed
// before is told again, as its message may be among those that are never sent now.
bool leave_erased(struct identity_work *work, const struct customer_row *row, const struct belongings *had,
                  const struct event *event);

#endif
