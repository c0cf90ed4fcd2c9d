// Parameters of BG/NBD by maximum likelihood.
#ifndef GUANXI_APP_FIT_H
#define GUANXI_APP_FIT_H

#include <stdbool.h>

#include "core/bgnbd.h"

// What every parameter is looked for within.
#define FIT_LEAST 1e-4
#define FIT_MOST 1e4

enum { FIT_NOTHING = 1 };

// Fits the model to groups (sorted as bgnbd_log_likelihood likes them). 0; FIT_NOTHING: nobody bought again, so that
// nothing can be said; STATUS_NOMEM, or STATUS_BROKEN: the search came to no end.
int fit_bgnbd(const struct bgnbd_group *groups, size_t count, struct bgnbd *model, double *log_likelihood);

// Whether a parameter lies where the search was not let go on: the likeliest value is further out, or there is none,
// as with few customers who came back. What follows from such a model is no more than a guess.
bool fit_is_at_edge(const struct bgnbd *model);

#endif
