// "Did you mean": the known name that is nearest to an unknown one.
#ifndef GUANXI_BASE_ADVICE_H
#define GUANXI_BASE_ADVICE_H

enum { ADVICE_MAX = 160 };

// Writes "" or ` (did you mean "brokers"?)`. `names` ends with NULL.
void advise_name(const char *unknown, const char *const *names, char advice[ADVICE_MAX]);

#endif
