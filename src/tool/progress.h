/*
 * progress.h - one line on stderr that says how far a long pass is: the
 * phase, its share, its rate and the time it still needs, as far as known.
 */
#ifndef OOMWHY_TOOL_PROGRESS_H
#define OOMWHY_TOOL_PROGRESS_H

#include "tool/options.h"

struct progress {
    bool on;
    bool counts;         /* what is done are things, not bytes */
    bool shown;          /* a line stands there now */
    uint64_t last;       /* ms, when it was written */
    const char *phase;   /* the one that runs */
    uint64_t since;      /* ms, when it began */
    uint64_t since_done; /* and how far it was then */
};

void progress_init(struct progress *p, enum when w);
/* A callback as in struct heap_options, for a struct progress; `total` 0: not
 * known. */
void progress_show(void *progress, const char *phase, uint64_t done,
                   uint64_t total);
/* Wipes the line, so that other messages stand alone. */
void progress_end(struct progress *p);

/* The line itself. */
void progress_text(const struct progress *p, uint64_t done, uint64_t total,
                   char *buf, size_t n);

#endif
