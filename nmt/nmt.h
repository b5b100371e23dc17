/*
 * nmt.h - reads `jcmd PID VM.native_memory` in every form HotSpot has had:
 * summary and detail, their diffs, PrintNMTStatistics at exit, the section
 * inside hs_err, all scales, JDK 8 to 25 and whatever comes (unknown
 * categories are kept under their own names).
 *
 * Bytes throughout. A figure the text does not give is UNKNOWN. KB in NMT
 * means KiB. Formats: docs/formats.md, "NMT".
 */
#ifndef OOMWHY_NMT_NMT_H
#define OOMWHY_NMT_NMT_H

#include "base/arena.h"
#include "base/known.h"
#include "base/source.h"
#include "base/vec.h"

struct nmt_category {
    const char *name; /* as printed, single blanks: "Java Heap" */
    uint64_t line;    /* of its head, from 1 */
    uint64_t reserved, committed;
    int64_t reserved_delta, committed_delta; /* UNKNOWN_DELTA: not a diff */
    uint64_t malloc, mmap_reserved, mmap_committed, arena;
    int64_t malloc_delta, arena_delta;
    uint64_t malloc_peak;
    uint64_t count; /* classes (Class), threads (Thread); else UNKNOWN */
    int64_t count_delta;
};

/* One "[from - to]" block of the detail's virtual memory map. */
struct nmt_region {
    uint64_t from, to; /* addresses */
    const char *category;
    bool committed; /* wholly ("reserved and committed"), or a sub-line */
    uint64_t line;
};

/* One malloc or mmap call site of the detail. */
struct nmt_site {
    const char *frame; /* the innermost symbol that has a name, or NULL */
    const char *category;
    uint64_t bytes; /* malloc'ed, or committed for mmap */
    int64_t delta;
    uint64_t count;
    uint64_t line;
};

struct nmt_report {
    bool enabled;       /* false: "Native memory tracking is not enabled" */
    bool baseline_only; /* "Baseline taken": no figures, but a time mark */
    bool diff, detail;
    bool has_total;     /* false: the report begins or ends in the middle */
    uint64_t pid;       /* UNKNOWN if not printed */
    uint64_t scale;     /* 1, 1024, 1<<20, 1<<30: how coarse the figures are */
    uint64_t line;      /* of the Total, or of the first thing understood */
    struct nmt_category total; /* malloc, mmap: the lines under Total */
    VEC(struct nmt_category) categories;
    VEC(struct nmt_region) regions;
    VEC(struct nmt_site) sites;
};

/* NULL if there is none. Case matters; "Symbols" finds "Symbol" too. */
const struct nmt_category *nmt_find(const struct nmt_report *r,
                                    const char *name);

/*
 * Reads the first report in `s` (a second Total begins another, ignored).
 * Text around it is skipped. False only if memory ran out or nothing of a
 * report was there (ERR_FORMAT with the line where hope ended). Names live
 * in `a`; the vectors come from a->mem and are freed by nmt_report_deinit.
 */
bool nmt_read(struct source *s, struct arena *a, struct nmt_report *ret,
              struct err *e);
void nmt_report_deinit(struct nmt_report *r, struct mem *m);

#endif
