/*
 * progress.h - one line on stderr that says how far a long pass is.
 */
#ifndef OOMWHY_TOOL_PROGRESS_H
#define OOMWHY_TOOL_PROGRESS_H

#include <time.h>

#include "tool/options.h"

struct progress {
    bool on;
    bool shown;           /* a line stands there now */
    struct timespec last; /* when it was written */
};

void progress_init(struct progress *p, enum when w);
/* The callback of struct heap_options; `total` 0: not known. */
void progress_show(void *progress, const char *phase, uint64_t done,
                   uint64_t total);
/* Wipes the line, so that other messages stand alone. */
void progress_end(struct progress *p);

#endif
