/*
 * figure.h - a number with the place it was read from and the line of
 * evidence it belongs to.
 *
 * Lines are what makes evidence independent: two figures of the kernel's
 * report are one witness, the kernel and NMT are two.
 */
#ifndef OOMWHY_JUDGE_FIGURE_H
#define OOMWHY_JUDGE_FIGURE_H

#include "judge/verdict.h"

enum line {
    LINE_NONE, /* derived from several, or no witness at all */
    LINE_STATED,
    LINE_KERNEL,
    LINE_NMT,
    LINE_DUMP,
    LINE_PROC,
    LINE_CGROUP,
    LINE_LOG,
    LINE_GC,
    LINE_JCMD, /* heap info, metaspace, code cache, histogram, threads */
    LINE_HS_ERR,
    LINE_ALLOCATOR,
};

struct figure {
    uint64_t value; /* UNKNOWN: nobody says */
    struct origin origin;
    enum line line;
};

struct figure figure_none(void);
/* A value read from `in`, at `line` of it (0: the whole file). */
struct figure figure_of(const struct input *in, uint64_t value, uint64_t line);
/* A value worked out from others. */
struct figure figure_derived(uint64_t value);
/* Keeps what is there; takes `f` where nothing is known yet. */
void figure_fill(struct figure *at, struct figure f);

#endif
