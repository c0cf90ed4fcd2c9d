// Records that the daemon must put into quarantine or pass over, one of every kind.
#ifndef GUANXI_TESTS_BAD_RECORDS_H
#define GUANXI_TESTS_BAD_RECORDS_H

#include "support/cloud_event.h"

// Makes the bad record of a number (any: the kinds take turns) for a customer.
void bad_record_make(struct cloud_event *made, int number, const char *prefix, const char *subject, instant now);

#endif
