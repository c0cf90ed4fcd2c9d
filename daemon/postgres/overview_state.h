// Rows that others show as well.
#ifndef GUANXI_DAEMON_POSTGRES_OVERVIEW_STATE_H
#define GUANXI_DAEMON_POSTGRES_OVERVIEW_STATE_H

#include "postgres/overview.h"
#include "result.h"

// A row of overview_lanes.sql; texts are the result's.
struct lane_line lane_line_of(const PGresult *result, int row);
// The row of sample.sql.
void sample_take(const PGresult *result, struct store_sample *sample);

#endif
