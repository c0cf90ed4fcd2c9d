// What must stand in the tables, and what must have been published, when a world has been read to its end.
// Prints everything that is otherwise.
#ifndef GUANXI_TESTS_EXPECT_H
#define GUANXI_TESTS_EXPECT_H

#include "fakes/sink.h"
#include "fakes/store.h"
#include "support/world.h"

// How exact the tables are held against the fold.
enum expectation {
    EXPECT_SAME, // nothing was published before all was read: every row is the fold's
    EXPECT_KEPT, // reminders that had been published may have kept their first due_at and opened_at, or stand
                 // there in addition as moot
};

// The number of differences.
int expect_tables(const struct world *world, struct fake_database *database, enum expectation expectation);

// Of what was published: no notice or change of one id with two payloads; notices, closings and changes agree
// with the tables; the changes of each kind of a customer are numbered without a gap, each from where the one
// before led to somewhere else, and first came in that order; a closing never comes before a
// notice of its reminder; all that the world's end has passed was published.
int expect_published(const struct world *world, struct fake_database *database, struct fake_sink *sink);

#endif
