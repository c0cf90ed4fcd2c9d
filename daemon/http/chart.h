// Small pictures, as SVG inside the page.
#ifndef GUANXI_DAEMON_HTTP_CHART_H
#define GUANXI_DAEMON_HTTP_CHART_H

#include "view.h"

// A bar for each level. Unknown counts have none.
void chart_levels(const struct view *view, const struct page_overview *overview);
// Warmth over time against the thresholds of the levels.
void chart_warmth(const struct view *view, const struct page_curve *curve);

#endif
