#include "main/sample.h"

#include "base/status.h"
#include "main/output.h"

enum { BLOCK = 64 * 1024 };

static int accept_number(const struct given *given, enum command_option option, const char *name)
{
    const char *text = given->values[option];
    return text && option_number(text) == 0 ? fault(STATUS_CONFIG, "%s %s: expected a number from 1", name, text) : 0;
}

int accept_sample(const struct given *given)
{
    int status = accept_number(given, OPTION_SAMPLE, "--sample");
    return status ? status : accept_number(given, OPTION_LIMIT, "--limit");
}

int sample_choose(struct sample *sample, const struct given *given, struct store *store)
{
    struct census census;
    *sample = (struct sample){0};
    arena_init(&sample->arena, BLOCK);
    int status = command_store_status(store->ops->census(store, &census));
    if (status != 0)
        return status;
    sample->customers = census.customers;
    int64_t size = is_given(given, OPTION_SAMPLE) ? option_number(given->values[OPTION_SAMPLE]) : census.customers;
    sample->chosen = size < census.customers;
    return sample->chosen ? command_store_status(
                                store->ops->pick(store, (size_t)size, &sample->arena, &sample->ids, &sample->count))
                          : 0;
}

void sample_free(struct sample *sample)
{
    arena_free(&sample->arena);
}

int64_t sample_size(const struct sample *sample)
{
    return sample->chosen ? (int64_t)sample->count : sample->customers;
}

void sample_progress(void *progress, int64_t customers)
{
    progress_at(progress, customers);
}
