// What `guanxid simulate` tells.
#ifndef GUANXI_MAIN_SIMULATE_H
#define GUANXI_MAIN_SIMULATE_H

#include "app/simulate.h"
#include "main/output.h"
#include "main/sample.h"

struct simulated {
    const struct simulator *simulator;
    const struct sample *sample;
    const char *names; // of the settings that differ, "" none
};

// For people and for programs. 0 or STATUS_NOMEM.
int simulated_text(const struct simulated *simulated, struct words *words);
int simulated_json(const struct simulated *simulated, struct words *words);

#endif
