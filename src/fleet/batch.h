/*
 * batch.h - many cases, each in a process of its own with a limit on its
 * memory and its time, so that whatever one does, the others are analysed.
 *
 * Only this process writes the store, a case at a time. A run that was
 * interrupted, or killed, is taken up again by starting it again: what has
 * its row is passed over, by the hash of its evidence.
 */
#ifndef OOMWHY_FLEET_BATCH_H
#define OOMWHY_FLEET_BATCH_H

#include "fleet/store.h"
#include "fleet/worker.h"

struct batch_options {
    const char *folder;       /* of the results; made if it is not there */
    unsigned jobs;            /* processes at a time; at least 1 */
    uint64_t max_memory;      /* bytes for each; 0 = no limit */
    unsigned timeout;         /* seconds for each; 0 = none */
    bool retry;               /* again what could not be analysed before */
    struct heap_options heap; /* for all of them */
    struct thresholds thresholds;
    void (*progress)(void *ctx, const char *phase, uint64_t done,
                     uint64_t total);
    void *progress_ctx;
    /* Runs in the new process; NULL: worker_run. Tests put bad ones here. */
    void (*work)(const struct fleet_case *c, const struct worker_options *w,
                 const char *unpack_to, FILE *to);
};

struct batch_item {
    const char *name;
    const char *content; /* its row in the store */
    const char *status;
    const char *error; /* of this run; NULL: none, or known before */
    bool known;        /* passed over: it was analysed before */
};

struct batch_result {
    struct arena arena;
    VEC(struct batch_item) items; /* every case, in order of the names */
    uint64_t known;               /* of them passed over */
};

/* Cases that fail are results; false only if none can be worked on. `ret`
 * needs batch_result_deinit after true. */
bool batch_run(const struct batch_options *o, const char *const *paths,
               uint64_t n, struct mem *m, struct batch_result *ret,
               struct err *e);
void batch_result_deinit(struct batch_result *r, struct mem *m);

#endif
