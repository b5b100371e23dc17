/*
 * timings.c - see timings.h.
 */
#define _GNU_SOURCE
#include "tool/timings.h"

#include <string.h>
#include <sys/resource.h>
#include <time.h>

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec t;

    if (clock_gettime(clock, &t) != 0)
        return 0;
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static struct cost clocks(void)
{
    return (struct cost){clock_ns(CLOCK_MONOTONIC),
                         clock_ns(CLOCK_PROCESS_CPUTIME_ID)};
}

static uint64_t peak_rss(void)
{
    struct rusage u;

    return getrusage(RUSAGE_SELF, &u) == 0 ? (uint64_t)u.ru_maxrss * 1024 : 0;
}

static void leave(struct timings *t, struct cost now)
{
    struct timed_phase *p = &t->phases[t->now];

    p->cost.wall += now.wall - t->started.wall;
    p->cost.cpu += now.cpu - t->started.cpu;
    p->peak = peak_rss();
}

/* The index of the phase; TIMINGS_MAX: no room for it. */
static unsigned index_of(struct timings *t, const char *phase)
{
    unsigned i;

    for (i = 0; i < t->n; i++)
        if (strcmp(t->phases[i].name, phase) == 0)
            return i;
    if (t->n < TIMINGS_MAX)
        t->phases[t->n++].name = phase;
    return i;
}

void timings_enter(struct timings *t, const char *phase)
{
    bool running = t->now < t->n;
    struct cost now;

    if (!t->on ||
        (running && phase && strcmp(t->phases[t->now].name, phase) == 0))
        return;
    now = clocks();
    if (running)
        leave(t, now);
    t->now = phase ? index_of(t, phase) : TIMINGS_MAX;
    t->started = now;
}

static void print_each(FILE *to, uint64_t ns, uint64_t n)
{
    if (n)
        fprintf(to, " %12.1f", (double)ns / (double)n);
    else
        fprintf(to, " %12s", "-");
}

static void print_row(FILE *to, const struct timed_phase *p, uint64_t objects,
                      uint64_t references)
{
    fprintf(to, "%-16s %9.3f %9.3f", p->name, (double)p->cost.wall / 1e9,
            (double)p->cost.cpu / 1e9);
    print_each(to, p->cost.cpu, objects);
    print_each(to, p->cost.cpu, references);
    fprintf(to, " %9.1f", (double)p->peak / (1 << 20));
    print_each(to, p->peak, objects);
    fputc('\n', to);
}

void timings_print(const struct timings *t, FILE *to, uint64_t objects,
                   uint64_t references)
{
    struct timed_phase all = {.name = "all"};

    if (!t->on)
        return;
    fprintf(to, "%llu objects, %llu references\n", (unsigned long long)objects,
            (unsigned long long)references);
    fprintf(to, "%-16s %9s %9s %12s %12s %9s %12s\n", "phase", "wall s",
            "CPU s", "ns/object", "ns/reference", "peak MiB", "bytes/object");
    for (unsigned i = 0; i < t->n; i++) {
        print_row(to, &t->phases[i], objects, references);
        all.cost.wall += t->phases[i].cost.wall;
        all.cost.cpu += t->phases[i].cost.cpu;
    }
    all.peak = peak_rss();
    print_row(to, &all, objects, references);
}
