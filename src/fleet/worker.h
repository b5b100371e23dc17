/*
 * worker.h - what happens to one case, in a process of its own: the evidence
 * is hashed, read, judged; its reports are written; the facts go back as a
 * row of text. An archive is hashed and unpacked instead.
 *
 * It says what the content is before it does anything with it, so that even
 * a crash is known by its evidence.
 */
#ifndef OOMWHY_FLEET_WORKER_H
#define OOMWHY_FLEET_WORKER_H

#include "fleet/archive.h"
#include "fleet/cases.h"
#include "fleet/row.h"
#include "judge/verdict.h"

/* Between worker and batch only; never stored. */
#define STATUS_KNOWN    "known"    /* analysed before */
#define STATUS_UNPACKED "unpacked" /* its cases are to be looked for */

struct worker_options {
    struct heap_options heap;
    struct thresholds thresholds;
    uint64_t max_memory; /* bytes; 0 = no limit */
    const char *reports; /* folder; an absolute path */
    struct archive_limits archive;
    /* Whether nothing is to be done for such content. */
    bool (*is_known)(void *ctx, const char *content);
    void *ctx;
};

/* `unpack_to` is for archives: a path that does not exist yet. */
void worker_run(const struct fleet_case *c, const struct worker_options *w,
                const char *unpack_to, FILE *to);

#endif
