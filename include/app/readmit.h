// An erased id may come again: events of it count from now on. What was erased stays erased.
#ifndef GUANXI_APP_READMIT_H
#define GUANXI_APP_READMIT_H

#include "port/store.h"

// Outcomes of readmit; positive outcomes of the store are below them, READMIT_SHIFT added.
enum readmitted {
    READMIT_DONE = 0,
    READMIT_NOT_ERASED = 1, // or readmitted before: nothing to do
    READMIT_SHIFT = 16,
};

// Takes the tombstone of an id away. What is read goes into `arena`.
int readmit(struct store *store, struct span id, struct arena *arena);

#endif
