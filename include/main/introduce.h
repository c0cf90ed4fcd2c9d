// What the metrics have to be told of the process they belong to.
#ifndef GUANXI_MAIN_INTRODUCE_H
#define GUANXI_MAIN_INTRODUCE_H

#include "main/command.h"

// Names versions, topics, types and what else labels say, by what is in force. Again after a reload.
void introduce_metrics(const struct settings *settings, const struct policy *policy);
// The reference page, with the values of labels as they are by default.
void introduce_print_metrics(FILE *out);

#endif
