/*
 * incident.h - everything that was captured of one death, read and put in
 * order: which file is what, which snapshot it belongs to, what came before
 * the death and what after.
 *
 * A directory is one incident: files directly in it belong to the whole,
 * each sub-folder is one snapshot, in natural order of the names. Files
 * given on the command line belong to the whole incident.
 */
#ifndef OOMWHY_JUDGE_INCIDENT_H
#define OOMWHY_JUDGE_INCIDENT_H

#include "graph/heap.h"
#include "base/size.h"
#include "nmt/artifact.h"
#include "nmt/container.h"
#include "nmt/javacore.h"
#include "nmt/kernel.h"
#include "nmt/logs.h"
#include "nmt/nmt.h"
#include "nmt/process.h"
#include "nmt/processes.h"
#include "nmt/vminfo.h"

#define NO_SNAPSHOT UINT32_MAX /* belongs to the whole incident */
#define NO_INPUT    UINT32_MAX

/* Nothing that was captured of one death has more files below it. */
#define INCIDENT_MAX_FILES ((uint64_t)20000)
/* Larger files get no checksum: it would be read through once more. */
#define INCIDENT_DIGEST_MAX (64 * MIB)
/* A second dump larger than this on disk is not worth the wait. */
#define INCIDENT_SECOND_DUMP_MAX (2 * GIB)

struct input {
    const char *path; /* as given, or found below a given directory */
    const char *name; /* its last component, without .gz */
    enum artifact_kind kind;
    bool kind_given;   /* by a flag; then content is not asked */
    bool baseline;     /* --nmt-baseline */
    bool after_dump;   /* taken after a heap dump, a trim or the like in the
                          same snapshot: its name, or that of its folder in
                          the snapshot, begins or goes on with "after-" */
    bool beside;       /* a status of another process than the JVM's */
    uint64_t stranger; /* the pid of the process it is of, if that is not the
                          incident's; 0: it is, or nobody knows */
    uint64_t bytes;    /* on disk */
    char sha256[65];   /* of the bytes on disk; "" if not computed: larger
                          than INCIDENT_DIGEST_MAX, or a pipe */
    int64_t time;      /* Unix ms, from its content alone: of a dump or a
                          death when it was, of a log when it begins;
                          INT64_MIN: unknown */
    uint32_t snapshot; /* index, or NO_SNAPSHOT */
    const char *error; /* why it could not be read; NULL */
    uint64_t error_at;
    const char *damage; /* what was wrong though it was read; NULL */
    union {             /* by kind; NULL if unread or not of this kind */
        struct nmt_report *nmt;
        struct kernel_log *kernel;
        struct vm_info *vm_info;
        struct app_log *log;
        struct gc_log *gc;
        struct proc_status *status;
        struct smaps *smaps; /* rollup too */
        struct proc_limits *limits;
        struct cgroup_file *cgroup; /* stat and values */
        struct class_histogram *histogram;
        struct thread_dump *threads;
        struct heap_info *heap_info;
        struct metaspace_info *metaspace;
        struct codecache_info *codecache;
        struct native_heap *native_heap;
        struct vm_flags *flags;
        struct javacore *javacore;
        struct process_list *processes;
        struct container *container;
        void *any;
    };
    /* A file may hold several reports, appended by a loop: `nmt` is the last
     * one with figures (of a baseline the first), these are all of them. */
    struct nmt_reports *nmt_all;
    /* Private: what can be opened only once stays open until it is read;
     * the same file given twice is one input. */
    struct source *opened;
    uint64_t device, inode;
};

struct snapshot {
    const char *name; /* the folder's */
    uint32_t index;
    int64_t time;     /* INT64_MIN: unknown */
    bool has_process; /* a live process was seen (status, NMT, smaps) */
    bool strange;     /* of another process than the incident's */
};

/* Of one process; UNKNOWN where nobody says. */
struct pids {
    uint64_t host, inside;
};

/* Pids in a container's namespace count from 1; few go this high. */
#define CONTAINER_PIDS 1000

/* What the user said on the command line; UNKNOWN where not. */
struct stated {
    uint64_t pid, limit, xmx, rss;
};

struct incident {
    struct mem *mem;
    struct arena arena;
    VEC(struct input) inputs;       /* in the order given; directories sorted */
    VEC(struct snapshot) snapshots; /* in time order */
    struct stated stated;
    struct pids ours; /* of the process that the incident is about */
    bool succeeded;   /* a later life of the program was captured as well */
    bool damaged;     /* some input was damaged or partly unreadable */
    uint64_t ignored; /* files nobody recognised */
    /* The dump that is analysed: the one closest to the death. */
    uint32_t heap_input; /* index into inputs, or NO_INPUT */
    struct source *heap_source;
    struct heap *heap; /* NULL: none could be read */
    /* An earlier dump of the same process, for growth; or NULL. Only its
     * histogram and sums (quick mode). */
    uint32_t heap_before_input;
    struct source *heap_before_source;
    struct heap *heap_before;
};

void incident_init(struct incident *i, struct mem *m);
void incident_deinit(struct incident *i);

/* Adds one file or directory; `kind` ARTIFACT_UNKNOWN means look inside. A
 * path that can't be opened is an error; so is a directory with nothing
 * that anybody recognises. Of a file given twice one input is made, of the
 * kind that was stated. Hidden files, devices and pipes inside a directory
 * are passed over, as are links to folders; what lies in a folder of a
 * snapshot's folder belongs to that snapshot. */
bool incident_add(struct incident *i, const char *path, enum artifact_kind kind,
                  bool baseline, struct err *e);

/* Reads all that was added, once. A text that holds two kinds of evidence
 * (collections among an application's output) becomes one input for each,
 * of the same path; the second stands behind all that were added. A file that
 * can't be used keeps its error and does not stop the others; false only when
 * memory ran out or nothing at all could be used. */
bool incident_read(struct incident *i, const struct heap_options *o,
                   struct err *e);

/* incident_life.c */

/* Whether a pid that a file says can be this process's. */
bool incident_may_be_ours(const struct incident *i, uint64_t pid);
/* The pid in the name of the dump it is about; UNKNOWN. */
uint64_t warning_pid(const struct jvm_warning *w);
/* Whether what `in` tells of a process is another one's. */
bool incident_sets_aside(const struct incident *i, const struct input *in);
/* Sets `ours` and whose each input and snapshot is; incident_read does. */
void incident_tell_lives(struct incident *i);

#endif
