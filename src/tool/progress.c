/*
 * progress.c - writes at most ten times a second, and on a terminal only
 * unless told otherwise.
 */
#define _GNU_SOURCE
#include "progress.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/size.h"

#define INTERVAL_MS 100
/* A rate measured over less than this isn't worth telling. */
#define SETTLED_MS 500

void progress_init(struct progress *p, enum when w)
{
    memset(p, 0, sizeof *p);
    p->on = w == WHEN_ALWAYS || (w == WHEN_AUTO && isatty(STDERR_FILENO));
}

static uint64_t now_ms(void)
{
    struct timespec t;

    if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
        return 0;
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static const char *duration_text(char buf[SIZE_TEXT], uint64_t seconds)
{
    unsigned long long s = seconds;

    if (s < 60)
        snprintf(buf, SIZE_TEXT, "%llu s", s);
    else
        snprintf(buf, SIZE_TEXT, "%llu:%02llu min", s / 60, s % 60);
    return buf;
}

/* How fast it is and what that means for the rest. */
static void put_rest(const struct progress *p, uint64_t done, uint64_t total,
                     char *buf, size_t n)
{
    double seconds = (double)(p->last - p->since) / 1000;
    double rate = (double)(done - p->since_done) / seconds;
    char text[SIZE_TEXT], left[SIZE_TEXT];

    duration_text(left, (uint64_t)((double)(total - done) / rate));
    if (p->counts)
        snprintf(buf, n, ", %s left", left);
    else
        snprintf(buf, n, ", %s/s, %s left", size_text(text, (uint64_t)rate),
                 left);
}

void progress_text(const struct progress *p, uint64_t done, uint64_t total,
                   char *buf, size_t n)
{
    uint64_t ms = p->last - p->since;
    char rest[80] = "", time[SIZE_TEXT];

    if (total && done <= total) {
        if (ms >= SETTLED_MS && done > p->since_done)
            put_rest(p, done, total, rest, sizeof rest);
        snprintf(buf, n, "%s %3.0f%%%s", p->phase,
                 (double)done * 100.0 / (double)total, rest);
    } else if (ms >= SETTLED_MS) {
        snprintf(buf, n, "%s, for %s", p->phase,
                 duration_text(time, ms / 1000));
    } else {
        snprintf(buf, n, "%s", p->phase);
    }
}

/* Whether it is time for another line; a new phase is worth one at once. */
static bool is_due(struct progress *p, const char *phase, uint64_t done)
{
    uint64_t now = now_ms();

    if (!p->phase || strcmp(p->phase, phase) != 0 || done < p->since_done) {
        p->phase = phase;
        p->since = now;
        p->since_done = done;
    } else if (now - p->last < INTERVAL_MS) {
        return false;
    }
    p->last = now;
    return true;
}

void progress_show(void *progress, const char *phase, uint64_t done,
                   uint64_t total)
{
    struct progress *p = progress;
    char text[160];

    if (!p->on || !is_due(p, phase, done))
        return;
    progress_text(p, done, total, text, sizeof text);
    fprintf(stderr, "\r\033[K%s", text);
    fflush(stderr);
    p->shown = true;
}

void progress_end(struct progress *p)
{
    if (p->shown)
        fputs("\r\033[K", stderr);
    p->shown = false;
    p->phase = NULL;
}
