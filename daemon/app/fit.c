// The search is NLopt's (Nelder and Mead's simplex, over logarithms of the parameters, as they are positive).
#include "app/fit.h"

#include <math.h>
#include <nlopt.h>

#include "base/status.h"

enum { PARAMETERS = 4, STEPS_MOST = 4000, SEARCHES = 3 };

struct search {
    const struct bgnbd_group *groups;
    size_t count;
};

static struct bgnbd model_at(const double *logs)
{
    return (struct bgnbd){.r = exp(logs[0]), .alpha = exp(logs[1]), .a = exp(logs[2]), .b = exp(logs[3])};
}

static double likelihood_at(unsigned dimensions, const double *logs, double *gradient, void *context)
{
    (void)dimensions;
    (void)gradient; // this method asks for none
    const struct search *search = context;
    const struct bgnbd model = model_at(logs);
    return bgnbd_log_likelihood(&model, search->groups, search->count);
}

// From where the last search ended: a simplex that shrank too early is made anew.
static nlopt_result search_again(nlopt_opt simplex, double *logs, double *likelihood)
{
    nlopt_result result = NLOPT_SUCCESS;
    for (int i = 0; i < SEARCHES && result > 0; i++)
        result = nlopt_optimize(simplex, logs, likelihood);
    return result;
}

int fit_bgnbd(const struct bgnbd_group *groups, size_t count, struct bgnbd *model, double *log_likelihood)
{
    struct search search = {groups, count};
    int64_t repeats = 0;
    for (size_t i = 0; i < count; i++)
        repeats += groups[i].history.x > 0;
    if (repeats == 0)
        return FIT_NOTHING;
    nlopt_opt simplex = nlopt_create(NLOPT_LN_NELDERMEAD, PARAMETERS);
    if (!simplex)
        return fault(STATUS_NOMEM, "out of memory while fitting");
    double logs[PARAMETERS] = {0};
    nlopt_set_max_objective(simplex, likelihood_at, &search);
    nlopt_set_lower_bounds1(simplex, log(FIT_LEAST));
    nlopt_set_upper_bounds1(simplex, log(FIT_MOST));
    nlopt_set_initial_step1(simplex, 0.5);
    nlopt_set_xtol_abs1(simplex, 1e-7);
    nlopt_set_maxeval(simplex, STEPS_MOST);
    nlopt_result result = search_again(simplex, logs, log_likelihood);
    nlopt_destroy(simplex);
    if (result <= 0 && result != NLOPT_ROUNDOFF_LIMITED)
        return result == NLOPT_OUT_OF_MEMORY ? fault(STATUS_NOMEM, "out of memory while fitting")
                                             : fault(STATUS_BROKEN, "NLopt ends with %d", (int)result);
    *model = model_at(logs);
    return 0;
}

bool fit_is_at_edge(const struct bgnbd *model)
{
    const double parameters[PARAMETERS] = {model->r, model->alpha, model->a, model->b}, near = 1.001;
    bool at_edge = false;
    for (int i = 0; i < PARAMETERS; i++)
        at_edge |= parameters[i] < FIT_LEAST * near || parameters[i] > FIT_MOST / near;
    return at_edge;
}
