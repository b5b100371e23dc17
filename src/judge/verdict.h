/*
 * verdict.h - the judge: one verdict over everything that was captured, the
 * evidence for and against, the balance sheet, what is missing, what to do.
 *
 * Vocabulary: docs/verdicts.md. Nothing here formats: numbers are bytes or
 * counts with their unit, sentences are complete, in plain words, blameless.
 */
#ifndef OOMWHY_JUDGE_VERDICT_H
#define OOMWHY_JUDGE_VERDICT_H

#include "judge/incident.h"

enum side {
    SIDE_UNDECIDED,
    SIDE_ON_HEAP,
    SIDE_OFF_HEAP,
    SIDE_SIZING,
    SIDE_PROCESS_LIMIT,
    SIDE_OTHER_PROCESS,
    SIDE_NONE,
};

enum verdict_kind {
    KIND_NOT_ENOUGH_EVIDENCE,
    /* on_heap */
    KIND_HEAP_LEAK,
    KIND_HEAP_BACKLOG,
    KIND_THREADLOCAL_LEAK,
    KIND_LISTENER_LEAK,
    KIND_STRING_GROWTH,
    KIND_STRING_DUPLICATES,
    KIND_FINALIZER_BACKLOG,
    KIND_CLEANER_BACKLOG,
    KIND_JNI_GLOBAL_REF_LEAK,
    KIND_STACK_LOCAL_RESULT,
    KIND_GROWING_ARRAY,
    KIND_OVERSIZED_REQUEST,
    KIND_G1_HUMONGOUS,
    KIND_VIRTUAL_THREADS,
    KIND_CLASSLOADER_LEAK,
    KIND_XMX_OVER_LIMIT,
    /* off_heap */
    KIND_DIRECT_BUFFERS,
    KIND_DIRECT_BUFFERS_NIO_CACHE,
    KIND_FFM_SEGMENTS,
    KIND_NATIVE_TRACKED_OTHER,
    KIND_NATIVE_UNTRACKED_MALLOC,
    KIND_NATIVE_UNTRACKED_MMAP,
    KIND_ZLIB_NATIVE,
    KIND_GLIBC_ARENAS,
    KIND_METASPACE_LOADER_LEAK,
    KIND_METASPACE_CLASS_LEAK,
    KIND_CLASS_SPACE,
    KIND_THREAD_STACKS,
    KIND_CODE_CACHE,
    KIND_COMPILER_ARENA,
    KIND_GC_STRUCTURES,
    KIND_SYMBOLS,
    KIND_SHMEM_MAPPED,
    KIND_SHMEM_UNMAPPED,
    KIND_KERNEL_MEMORY,
    /* sizing */
    KIND_HEAP_RESERVATION_TOO_LARGE,
    KIND_PARTS_EXCEED_LIMIT,
    /* process_limit */
    KIND_NATIVE_THREAD_LIMIT,
    KIND_MAP_COUNT_LIMIT,
    /* other_process */
    KIND_NEIGHBOUR,
    KIND_CHILD_PROCESS,
    /* none */
    KIND_HEALTHY,
    KIND_SIGKILL,
    KIND_CRASH,
    KINDS,
};

enum confidence { CONFIDENCE_LOW, CONFIDENCE_MEDIUM, CONFIDENCE_HIGH };

const char *side_name(enum side s);         /* "on_heap" */
const char *kind_name(enum verdict_kind k); /* "direct_buffers" */
enum side kind_side(enum verdict_kind k);
const char *kind_title(enum verdict_kind k); /* "direct buffers held" */
const char *confidence_name(enum confidence c);

/* Where a claim comes from. */
struct origin {
    const char *path; /* NULL: derived from several, or stated by the user */
    uint64_t line;    /* 0: none */
    uint64_t offset;  /* UNKNOWN: none */
};

struct claim {
    const char *text;
    uint64_t value;   /* UNKNOWN: the text says all */
    const char *unit; /* "bytes", "count", "percent", or NULL */
    unsigned weight;  /* 1 weak, 2 supporting, 3 decisive */
    struct origin origin;
};

struct culprit {
    bool known;
    const char *name; /* the shortest name a pager can carry */
    const char *class_name, *field, *root, *thread, *library, *process;
    uint64_t bytes;
};

struct alternative {
    enum verdict_kind kind;
    const char *why_not;
};
struct missing {
    const char *what, *why, *command;
};
struct action {
    const char *what, *why;
};

struct wrong_dump {
    bool present;
    const char *path;
    uint64_t explains_at_most, killed_rss; /* bytes */
    double share;                          /* 0..1 */
    const char *why;
};

struct balance_row {
    const char *key, *label;
    uint64_t low, high;   /* bytes */
    const char *source;   /* which artifacts and how, in a few words */
    struct origin origin; /* where the figure stands */
};

struct balance {
    bool present;
    const char *at; /* "kernel kill", "snapshot 3-late", ... */
    uint64_t total; /* RSS */
    VEC(struct balance_row) rows;
    uint64_t unexplained_low, unexplained_high;
};

/* The process as well as it is known; UNKNOWN, NULL where not. */
struct process_facts {
    uint64_t pid, xmx, limit, rss, anon, file, shmem;
    const char *jvm;
};

/* A doubt whether the artifacts belong together: other pid, stale dump. */
struct note {
    const char *path; /* of the file it is about, which `text` goes on from;
                         NULL: of none */
    const char *text;
};

#define NOTES_MAX 8

struct verdict {
    struct arena arena;
    enum side side;
    enum verdict_kind kind;
    enum confidence confidence;
    const char *title; /* NULL: the kind's says it; see verdict_title */
    const char *summary;
    struct culprit culprit;
    VEC(struct claim) evidence; /* strongest first */
    VEC(struct claim) against;
    VEC(struct alternative) alternatives;
    VEC(struct missing) missing;
    VEC(struct action) actions;
    struct wrong_dump wrong_dump;
    struct balance balance;
    struct process_facts process;
    struct note notes[NOTES_MAX];
    unsigned n_notes;
};

/* Thresholds are habits of the field (docs/verdicts.md); each is printed
 * where it was used and can be set with --threshold NAME=VALUE. */
struct thresholds {
    unsigned suspect_percent;       /* of the heap: 10 */
    unsigned xmx_of_limit_percent;  /* sizing risk above: 75 */
    unsigned oversize_live_percent; /* "one huge request" below: 20 */
    unsigned full_live_percent; /* what is kept is surely to blame above: 60 */
    unsigned sizing_live_percent;   /* live set of the limit below: 30 */
    unsigned sizing_heap_percent;   /* resident heap of the limit above: 60 */
    unsigned holder_of_xmx_percent; /* one holder is suspect above: 33 */
    unsigned wrong_dump_percent;    /* a dump explains less of RSS than: 50 */
    uint64_t jcmd_overhead;         /* Internal, Arena, NMT: 5 MiB */
};
void thresholds_init(struct thresholds *t);
/* "name=value"; ERR_USAGE if there is no such name or value. */
bool thresholds_set(struct thresholds *t, const char *text, struct err *e);

/* `ret` points into `i`, which stays until verdict_deinit; that with the same
 * `m`. False: memory ran out, and nothing is left to free. */
bool judge(const struct incident *i, const struct thresholds *t, struct mem *m,
           struct verdict *ret, struct err *e);
void verdict_deinit(struct verdict *v, struct mem *m);
/* What is to blame in a few words. */
const char *verdict_title(const struct verdict *v);

#endif
