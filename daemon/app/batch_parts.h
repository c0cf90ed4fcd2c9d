// Inside batches: lanes and quarantine, for events that are applied with others and for those that are not.
#ifndef GUANXI_DAEMON_APP_BATCH_PARTS_H
#define GUANXI_DAEMON_APP_BATCH_PARTS_H

#include "app/batch.h"

enum { BATCH_ATTEMPTS = 12 }; // at one write that others keep changing the ground of

// Moves the cursors of the items' lanes over all of them; puts them into the set. False: memory is out.
bool batch_begin_lanes(struct applier *applier, const struct item *items, size_t count);
bool batch_finish_lanes(struct applier *applier);
// The event has counted for the time of its lane.
void batch_move_lane(const struct item *item);

// Puts a record into quarantine; of somebody erased, without anything of its own. Puts a valid event there for what
// shows only here. False: memory is out.
bool batch_quarantine(struct applier *applier, const struct item *item, const struct reject *reject, bool erased);
bool batch_quarantine_event(struct applier *applier, const struct item *item, enum reject_reason reason,
                            const char *detail);

// Nothing is counted of the attempt before.
void batch_count_anew(struct applier *applier);
// The write took place: cursors and counts.
void batch_committed(struct applier *applier, size_t records);

// Applies one event that changes who ids mean, in a write of its own. As applier_apply; BATCH_NO_IDENTITY: nothing
// was done, the event is one like any other.
enum { BATCH_NO_IDENTITY = 100 };
int batch_apply_identity(struct applier *applier, const struct item *item);

#endif
