/*
 * progress.c - writes at most ten times a second, and on a terminal only
 * unless told otherwise.
 */
#define _GNU_SOURCE
#include "progress.h"

#include <string.h>
#include <unistd.h>

#define INTERVAL_MS 100

void progress_init(struct progress *p, enum when w)
{
    memset(p, 0, sizeof *p);
    p->on = w == WHEN_ALWAYS || (w == WHEN_AUTO && isatty(STDERR_FILENO));
}

static bool is_due(struct progress *p)
{
    struct timespec now;
    int64_t ms;

    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        return false;
    ms = (int64_t)(now.tv_sec - p->last.tv_sec) * 1000 +
         (now.tv_nsec - p->last.tv_nsec) / 1000000;
    if (p->shown && ms < INTERVAL_MS)
        return false;
    p->last = now;
    return true;
}

void progress_show(void *progress, const char *phase, uint64_t done,
                   uint64_t total)
{
    struct progress *p = progress;

    if (!p->on || !is_due(p))
        return;
    if (total && done <= total)
        fprintf(stderr, "\r\033[K%s %3.0f%%", phase,
                (double)done * 100.0 / (double)total);
    else
        fprintf(stderr, "\r\033[K%s", phase);
    fflush(stderr);
    p->shown = true;
}

void progress_end(struct progress *p)
{
    if (p->shown)
        fputs("\r\033[K", stderr);
    p->shown = false;
}
