/*
 * logs.h - what the JVM and the application printed: OutOfMemoryErrors and
 * HotSpot's own warnings in any text, unified and old GC logs, and the
 * small jcmd reports (class histogram, thread dump, heap_info, metaspace,
 * codecache, native heap).
 *
 * Bytes throughout; UNKNOWN where the text does not say.
 */
#ifndef OOMWHY_NMT_LOGS_H
#define OOMWHY_NMT_LOGS_H

#include "base/arena.h"
#include "base/known.h"
#include "base/source.h"
#include "base/vec.h"

enum oome_kind {
    OOME_OTHER,
    OOME_HEAP_SPACE,
    OOME_GC_OVERHEAD,
    OOME_ARRAY_LIMIT,  /* "Requested array size exceeds VM limit" */
    OOME_LENGTH_LIMIT, /* "Required length exceeds implementation limit" */
    OOME_METASPACE,
    OOME_PERMGEN,
    OOME_CLASS_SPACE,
    OOME_DIRECT_MEMORY,
    OOME_NETTY_DIRECT,
    OOME_NATIVE_THREAD,
    OOME_MAP_FAILED,
    OOME_NATIVE,     /* "request N bytes for REASON. Out of swap space?" */
    OOME_CODE_CACHE, /* "Out of space in CodeCache for adapters" */
    OOME_KINDS,
};

/* Distinct errors, and distinct warnings, kept of one log. */
#define APP_LOG_DISTINCT 64

/* "heap_space", "gc_overhead", ... for JSON. */
const char *oome_kind_name(enum oome_kind k);
/* From the text after "OutOfMemoryError: ". */
enum oome_kind oome_classify(const char *message);

struct oome {
    enum oome_kind kind;
    const char *message;   /* "" if the error had none */
    const char *thread;    /* "Exception in thread "x"", or NULL */
    const char *top_frame; /* first "at ..." line that is not a constructor of
                              the error, or NULL: who asked */
    const char *app_frame; /* the first outside the JDK's own classes, or
                              NULL */
    uint64_t requested, used, limit; /* where the message has them */
    uint64_t count;           /* how often it came, figures in it set aside */
    uint64_t line, last_line; /* of the first and last */
    int64_t time;             /* Unix ms; INT64_MIN unknown */
};

enum warning_kind {
    WARN_COMMIT_FAILED, /* os::commit_memory(...) failed; errno=12 */
    WARN_THREAD_FAILED, /* Failed to start thread, pthread_create failed */
    WARN_CODE_CACHE_FULL,
    WARN_DUMP_WRITTEN, /* "Heap dump file created [N bytes ...]" */
    WARN_DUMP_FAILED,
    WARN_DUMPING,        /* "Dumping heap to java_pid1.hprof ..." */
    WARN_TERMINATING,    /* "Terminating due to java.lang.OutOfMemoryError" */
    WARN_KILLED,         /* a shell's "Killed", exit code 137 */
    WARN_MAP_FAILED,     /* mmap or mprotect failed: stack guard pages, files */
    WARN_ALLOC_FAILED,   /* "Native memory allocation (malloc) failed to ..." */
    WARN_RESERVE_FAILED, /* "Could not reserve enough space for object heap" */
    WARN_STOPPED,        /* by a SIGTERM */
    WARN_ABORTED,        /* by a SIGABRT, or glibc's "free(): invalid ..." */
    WARN_FORK_FAILED,    /* a process was refused, as a thread is: EAGAIN */
    WARN_UNCAUGHT,       /* main() threw, and not for want of memory */
    WARN_KINDS,
};

struct jvm_warning {
    enum warning_kind kind;
    const char *text; /* the line */
    uint64_t bytes;   /* where it has a size */
    uint64_t line, count;
    int64_t time;
};

/* Pids that a log names, kept of one log. */
#define APP_LOG_PIDS 1024

struct named_pid { /* "pid 4711", "pid=4711" */
    uint64_t pid, line;
};

struct app_log {
    /* One per distinct message and frame, at most APP_LOG_DISTINCT. */
    VEC(struct oome) oomes;
    /* One a kind; of those that name a file one a line. */
    VEC(struct jvm_warning) warnings;
    VEC(struct named_pid) pids; /* in order, each as often as it stands */
    uint64_t oome_count;        /* all, also of those beyond the limit */
    uint64_t error_end;   /* the last line of an error or its stack; 0: none */
    uint64_t since_error; /* lines behind that */
    uint64_t exit_status; /* "exit code 137", "exited with 1"; the last */
};

#define GC_LOG_KEPT 2048

/* Or a concurrent collection, where that is what frees memory. */
struct gc_pause {
    double uptime;                    /* seconds, < 0 unknown */
    int64_t time;                     /* Unix ms; INT64_MIN unknown */
    uint64_t before, after, capacity; /* bytes */
    bool full;
    const char *cause; /* "Allocation Failure", or NULL */
    uint64_t line;
};

struct gc_log {
    const char *collector; /* "Serial", "G1", ... or NULL */
    /* In order; of a long log the first and the last GC_LOG_KEPT. */
    VEC(struct gc_pause) pauses;
    uint64_t count, full_count;
    uint64_t stalls; /* ZGC's allocation stalls, Shenandoah's degenerated GCs */
    uint64_t heap_max; /* "Heap Max Capacity" */
    uint64_t peak_before, peak_capacity;
    uint64_t last_full_after; /* live set of the last full collection */
    uint64_t first_full_after;
    /* G1: humongous objects after the last pause; bytes if the region size
     * is known. */
    uint64_t humongous_last, humongous_regions;
    uint64_t humongous_peak; /* bytes, after any pause */
    uint64_t region_size;
    uint64_t container_memory; /* "Memory: 15G" of gc+init */
    /* What classes used after the first and the last collection that says. */
    uint64_t first_metaspace, last_metaspace, metaspace_line;
    uint64_t last_line;
    /* Whoever exits in good order, even by an exception, prints the heap once
     * more: the line of that, or 0. A JVM that lives on, was killed or aborted
     * does not, and a log without details (`detailed`) never has it. */
    uint64_t exit_line;
    bool detailed;
    unsigned jdk;  /* where a line says so, else 0 */
    bool old;      /* a form that JDK 9 dropped */
    bool pretouch; /* the heap's pages were touched as it was committed */
};

struct histogram_row {
    const char *class_name; /* java.lang.String, byte[] */
    uint64_t objects, bytes;
    uint64_t line;
};
struct class_histogram {
    VEC(struct histogram_row) rows;
    uint64_t objects, bytes; /* the Total line, or the sum */
};

struct thread_dump {
    unsigned jdk;             /* 0: no such line */
    uint64_t threads;         /* Java threads */
    uint64_t internal;        /* VM threads */
    uint64_t virtual_threads; /* of Thread.dump_to_file */
    VEC(const char *) names;
};

struct heap_info { /* GC.heap_info */
    uint64_t used, committed, reserved;
    uint64_t metaspace_used, metaspace_committed, class_space_used,
        class_space_committed, class_space_reserved;
    /* jstat -gcutil: how full the old generation is (%), full collections so
     * far, and those of them since it was last seen with room. */
    uint64_t old_percent, full_count, full_in_vain;
    const char *collector;
    uint64_t line;
};

struct metaspace_info { /* VM.metaspace */
    uint64_t used, committed, reserved;
    uint64_t class_used, class_committed, class_reserved;
    uint64_t loaders, classes;
    uint64_t waste;            /* committed and of no use */
    uint64_t max, class_limit; /* MaxMetaspaceSize, CompressedClassSpaceSize;
                                  UNKNOWN: unlimited or not printed */
    uint64_t line;
};

struct codecache_info {
    uint64_t size, used, max_used, free;
    bool full; /* "compilation: disabled", full_count > 0 */
    uint64_t line;
};

/* System.native_heap_info (malloc_info or glibc text) and trim results. */
struct native_heap {
    uint64_t in_use, free_bytes, mmapped, system; /* what glibc says */
    uint64_t arenas;
    uint64_t trim_before, trim_after; /* RSS around System.trim_native_heap */
    int64_t trim_delta; /* what it printed, finer; UNKNOWN_DELTA: nothing */
    uint64_t line;
};

/*
 * The readers. Strings live in `a`; vectors come from a->mem and are freed by
 * the _deinit, where there is one. A text of another kind reads as one that
 * says nothing. False: memory ran out, and nothing is left to free.
 */
bool app_log_read(struct source *s, struct arena *a, struct app_log *ret,
                  struct err *e);
void app_log_deinit(struct app_log *l, struct mem *m);
bool gc_log_read(struct source *s, struct arena *a, struct gc_log *ret,
                 struct err *e);
void gc_log_deinit(struct gc_log *g, struct mem *m);
bool class_histogram_read(struct source *s, struct arena *a,
                          struct class_histogram *ret, struct err *e);
void class_histogram_deinit(struct class_histogram *h, struct mem *m);
bool thread_dump_read(struct source *s, struct arena *a,
                      struct thread_dump *ret, struct err *e);
void thread_dump_deinit(struct thread_dump *t, struct mem *m);
bool heap_info_read(struct source *s, struct arena *a, struct heap_info *ret,
                    struct err *e);
bool metaspace_read(struct source *s, struct arena *a,
                    struct metaspace_info *ret, struct err *e);
bool codecache_read(struct source *s, struct arena *a,
                    struct codecache_info *ret, struct err *e);
bool native_heap_read(struct source *s, struct arena *a,
                      struct native_heap *ret, struct err *e);

#endif
