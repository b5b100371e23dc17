/*
 * nmt.h - reads `jcmd PID VM.native_memory` in every form HotSpot has had:
 * summary and detail, their diffs, PrintNMTStatistics at exit, the section
 * inside hs_err, all scales, JDK 8 to 25 and whatever comes (unknown
 * categories are kept under their own names).
 *
 * Bytes throughout. A figure the text does not give is UNKNOWN. KB in NMT
 * means KiB. Authority: OpenJDK's memReporter.cpp (src/hotspot/share/nmt,
 * services up to JDK 21).
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
    /* Parts of committed: malloc, arena, overhead, mmap_committed. Thread's
     * stacks count as mmap. */
    uint64_t malloc, mmap_reserved, mmap_committed, arena, overhead;
    int64_t malloc_delta, arena_delta;
    uint64_t malloc_peak; /* of the malloc line; mmap_peak of committed */
    uint64_t mmap_peak;
    uint64_t malloc_count; /* live blocks */
    int64_t malloc_count_delta;
    uint64_t count; /* classes (Class), threads (Thread); else UNKNOWN */
    int64_t count_delta;
};

/* "Metadata" and "Class space" under Class: what metaspace really uses. */
struct nmt_space {
    uint64_t reserved, committed, used, waste;
};

/* One "[from - to]" block of the detail's virtual memory map. */
struct nmt_region {
    uint64_t from, to; /* addresses */
    const char *category;
    bool committed; /* wholly ("reserved and committed"), or a sub-line; the
                       sum over committed regions counts nothing twice */
    bool part;      /* a sub-line: lies inside the reserved region before it */
    uint64_t line;
};

/* One malloc or mmap call site of the detail. */
struct nmt_site {
    const char *frame;   /* the innermost symbol that has a name, or NULL */
    const char *library; /* "libjli.so" where a frame says so, or NULL */
    const char *category;
    bool mmap;
    uint64_t bytes;    /* malloc'ed, or committed for mmap */
    uint64_t reserved; /* mmap only, else UNKNOWN */
    int64_t delta;     /* of bytes; UNKNOWN_DELTA: not a diff */
    uint64_t count;    /* blocks; UNKNOWN for mmap */
    uint64_t line;
};

struct nmt_report {
    bool enabled;        /* false: "Native memory tracking is not enabled" */
    bool baseline_only;  /* "Baseline taken": no figures, but a time mark */
    const char *message; /* what jcmd said instead of figures, or NULL */
    bool diff, detail;
    bool has_total; /* false: the report begins or ends in the middle */
    bool omitted;   /* "(Omitting categories weighting less than 1KB)" */
    uint64_t pid;   /* UNKNOWN if not printed */
    uint64_t scale; /* 1, 1024, 1<<20, 1<<30: how coarse the figures are */
    uint64_t line;  /* of the Total, or of the first thing understood */
    struct nmt_category total; /* malloc, mmap: the lines under Total */
    VEC(struct nmt_category) categories;
    struct nmt_space metadata, class_space;
    VEC(struct nmt_region) regions;
    VEC(struct nmt_site) sites;
};

/* All reports of one file, in order: a loop of jcmd appending to it. */
struct nmt_reports {
    VEC(struct nmt_report) at;
};

/* NULL if there is none. Case matters; a name of another JDK finds the same
 * thing: "Symbols" Symbol, "Synchronization" Synchronizer. */
const struct nmt_category *nmt_find(const struct nmt_report *r,
                                    const char *name);

/*
 * Reads every report in `s`; text around them is skipped. False only if
 * memory ran out or nothing of a report was there (ERR_FORMAT with the line
 * where hope ended). Names live in `a`; the vectors come from a->mem and are
 * freed by nmt_reports_deinit.
 */
bool nmt_read(struct source *s, struct arena *a, struct nmt_reports *ret,
              struct err *e);
void nmt_reports_deinit(struct nmt_reports *r, struct mem *m);
/* Of one report that was moved out of them. */
void nmt_report_deinit(struct nmt_report *r, struct mem *m);

#endif
