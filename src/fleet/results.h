/*
 * results.h - the folder that a batch writes into: the store, the reports,
 * room to unpack archives in, and a lock, since two batches in one folder
 * would remove each other's.
 */
#ifndef OOMWHY_FLEET_RESULTS_H
#define OOMWHY_FLEET_RESULTS_H

#include "fleet/store.h"

struct results {
    const char *folder, *reports, *unpacked; /* absolute */
    struct store *store;
    int lock;
};

/* Makes what is missing and removes what an interrupted run left unpacked.
 * Strings in `a`. On failure nothing needs closing. */
bool results_open(const char *folder, struct arena *a, struct results *ret,
                  struct err *e);
void results_close(struct results *r);

#endif
