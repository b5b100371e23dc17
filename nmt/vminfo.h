/*
 * vminfo.h - reads hs_err_pid.log and `jcmd VM.info`, which share their
 * sections, and the flag listings `VM.flags` and `VM.command_line`.
 *
 * Bytes throughout; UNKNOWN where the text does not say. Files may be cut
 * off anywhere: what was read before stays.
 */
#ifndef OOMWHY_NMT_VMINFO_H
#define OOMWHY_NMT_VMINFO_H

#include "base/arena.h"
#include "base/known.h"
#include "base/source.h"
#include "nmt/nmt.h"

enum vm_death {
    VM_ALIVE,         /* VM.info: nobody died */
    VM_OUT_OF_MEMORY, /* "There is insufficient memory ..." */
    VM_OOME_ABORT,    /* CrashOnOutOfMemoryError: an OutOfMemoryError */
    VM_CRASH,         /* a signal or an internal error */
};

struct vm_failure {       /* the native allocation that failed */
    const char *function; /* "mmap", "malloc", "thread" or NULL */
    uint64_t bytes;
    const char *purpose;  /* "committing reserved memory", "Chunk::new";
                             NULL if not told */
    const char *sentence; /* the whole "# ..." line, without "# " */
    uint64_t line;
};

struct vm_info {
    enum vm_death death;
    struct vm_failure failure;
    const char *headline; /* first "#  ..." cause line without "# ", or NULL;
                             "fatal error: ..." where it says more */
    uint64_t headline_line;
    uint64_t head; /* line of the first '#'; 0: it has none */
    uint64_t pid, tid;
    const char *jvm;            /* "OpenJDK 64-Bit Server VM (17.0.15+6 ...)" */
    unsigned jdk;               /* 17; 0 if unknown */
    const char *arguments;      /* jvm_args */
    const char *current_thread; /* its description, or NULL */
    double uptime;              /* seconds; < 0 unknown */
    int64_t time;               /* Unix ms; INT64_MIN unknown, also where the
                                   text's time zone is not UTC */
    const char *main_class;     /* java_command, or NULL */
    bool compressed_oops;       /* only if oops_mode is not NULL */
    const char *oops_mode;      /* "32-bit", "Zero based, ..", "disabled" */
    uint64_t heap_max, heap_min; /* from flags or the heap's line */
    uint64_t heap_used, heap_committed, metaspace_used, metaspace_committed;
    /* As the JVM sees them: inside a container `physical` is its limit. The
     * machine's own is mem_total. */
    uint64_t physical, physical_free, available, swap, swap_free;
    uint64_t mem_total;
    uint64_t page_size;
    /* UNKNOWN also when unlimited. */
    uint64_t container_limit, container_usage, pids_limit, pids_current;
    uint64_t rss, rss_peak, rss_anon, rss_file, rss_shmem, vm_size;
    uint64_t threads;
    uint64_t glibc_outstanding, glibc_retained; /* "C-Heap outstanding..." */
    bool glibc_wrapped; /* "(may have wrapped)": figures modulo 4 GiB */
    uint64_t rlimit_nproc, rlimit_as; /* LIMIT_UNLIMITED: 2^64 - 2 */
    uint64_t map_count, max_map_count;
    uint64_t pid_max;
    uint64_t oome_heap_errors, oome_metaspace_errors, oome_class_space_errors,
        oome_array_errors;
    uint64_t committed_as;
    bool truncated; /* no END line */
    bool has_nmt;
    struct nmt_report nmt; /* if has_nmt: the section inside */
    /* Resolved flags, by name without -XX; UNKNOWN if absent. */
    uint64_t max_direct, max_metaspace, class_space, code_cache, stack_size;
};

/* Like the readers of logs.h. */
bool vm_info_read(struct source *s, struct arena *a, struct vm_info *ret,
                  struct err *e);
void vm_info_deinit(struct vm_info *v, struct mem *m);

struct vm_flags { /* from VM.flags, VM.command_line, or any -X text */
    uint64_t pid;
    uint64_t xmx, xms, max_direct, max_metaspace, class_space, code_cache,
        stack_size;
    const char *gc;  /* "G1", "Serial", "Parallel", "Z", "Shenandoah" or NULL */
    const char *nmt; /* "off", "summary", "detail" or NULL */
    bool heap_dump_on_oome, exit_on_oome;
    bool pretouch; /* AlwaysPreTouch */
    bool compressed_oops_off;
    double max_ram_percentage; /* < 0: not given */
    const char *main_class;
    const char *text; /* the arguments, one line */
    uint64_t line;
};

/* All of it is in `a`. False: memory ran out. */
bool vm_flags_read(struct source *s, struct arena *a, struct vm_flags *ret,
                   struct err *e);

#endif
