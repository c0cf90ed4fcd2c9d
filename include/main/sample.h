// What commands have in common that go over customers: which of them, with how many connections, and how far it is.
#ifndef GUANXI_MAIN_SAMPLE_H
#define GUANXI_MAIN_SAMPLE_H

#include "base/progress.h"
#include "main/command.h"

// 0, or STATUS_CONFIG: --sample or --limit is no number.
int accept_sample(const struct given *given);

// The customers to go over: all, or a sample.
struct sample {
    int64_t customers; // there are
    bool chosen;       // else all of them
    struct span *ids;
    size_t count;
    struct arena arena;
};

// Chooses by --sample. 0, or negative; sample_free takes it in any case.
int sample_choose(struct sample *sample, const struct given *given, struct store *store);
void sample_free(struct sample *sample);
int64_t sample_size(const struct sample *sample); // customers to go over

// Shows progress; for struct drive.
void sample_progress(void *progress, int64_t customers);

#endif
