// Holds what the tables have of one customer against what a fold makes of it.
#ifndef GUANXI_APP_DIFFER_H
#define GUANXI_APP_DIFFER_H

#include "app/verify.h"

// One difference more. False: memory is out.
bool differ_add(struct verifier *verifier, struct span customer_id, const char *what, const char *stored,
                const char *folded);

// Each looks at a part; `partly`: without what intervals and calendars decide. False: memory is out.
bool differ_state(struct verifier *verifier, const struct folded *folded, bool partly);
bool differ_rows(struct verifier *verifier, const struct folded *folded, const struct follow_ups *had, bool partly);
bool differ_timeline(struct verifier *verifier, const struct timeline_row *row);

#endif
