/*
 * artifact.h - what kind of evidence is this file?
 *
 * Decided by content alone: names lie, and users rename. Only the first
 * bytes (after gzip) are looked at.
 */
#ifndef OOMWHY_NMT_ARTIFACT_H
#define OOMWHY_NMT_ARTIFACT_H

#include "base/source.h"
#include "nmt/wrapping.h"

enum artifact_kind {
    ARTIFACT_UNKNOWN, /* listed as ignored, not an error */
    ARTIFACT_HPROF,
    ARTIFACT_HPROF_ASCII, /* the old agent's text output: no heap graph */
    ARTIFACT_NMT,         /* VM.native_memory: summary, detail, diffs */
    ARTIFACT_KERNEL_LOG,  /* dmesg, journald, syslog: anything of a kill */
    ARTIFACT_VM_INFO,     /* hs_err, jcmd VM.info */
    ARTIFACT_GC_LOG,
    ARTIFACT_APP_LOG, /* stdout, stderr, application log */
    ARTIFACT_PROC_STATUS,
    ARTIFACT_SMAPS, /* /proc/PID/smaps */
    ARTIFACT_SMAPS_ROLLUP,
    ARTIFACT_PROC_LIMITS,
    ARTIFACT_CGROUP_STAT,   /* memory.stat, v1 or v2 */
    ARTIFACT_CGROUP_VALUES, /* memory.max, *.limit_in_bytes, memory.events,
                               pids.*, memory.oom_control, "name value" */
    ARTIFACT_CLASS_HISTOGRAM,
    ARTIFACT_THREAD_DUMP,
    ARTIFACT_HEAP_INFO,        /* jcmd GC.heap_info */
    ARTIFACT_METASPACE,        /* jcmd VM.metaspace */
    ARTIFACT_CODECACHE,        /* jcmd Compiler.codecache */
    ARTIFACT_NATIVE_HEAP_INFO, /* jcmd System.native_heap_info */
    ARTIFACT_NATIVE_TRIM,      /* jcmd System.trim_native_heap */
    ARTIFACT_VM_FLAGS,
    ARTIFACT_VM_COMMAND_LINE,
    ARTIFACT_JAVACORE,     /* OpenJ9's NATIVEMEMINFO */
    ARTIFACT_PROCESS_LIST, /* ps with parents */
    ARTIFACT_CONTAINER,    /* kubectl describe pod, docker inspect,
                              systemctl show */
    ARTIFACT_KINDS,
};

/* The word used in JSON's inputs[].kind: "hprof", "nmt", "kernel_log", ... */
const char *artifact_name(enum artifact_kind k);

/* Peeks at `s`, which must stand at offset 0, and does not move it. `name`
 * is the file's own name: it only decides among files whose content is one
 * bare number (memory.max, pids.current, oom_score). */
enum artifact_kind artifact_sniff(struct source *s, const char *name);

/* The kinds of the answers of jcmd that a file holds, each behind its "PID:"
 * line, as bits 1 << kind. Peeks, as the above. */
uint32_t artifact_answers(struct source *s);

/* Whether `s`, at offset 0, is a report of kind `k` only without what some
 * logger put before its lines: then its reader must not see that. */
bool artifact_is_wrapped(struct source *s, enum artifact_kind k,
                         struct wrapping *ret);

/* Whether a file, by the ending of its name, quotes logs and is none: a page
 * for readers (Markdown, HTML), a report, the source of a program. Not to be
 * asked of a file that somebody named. */
bool artifact_quotes_logs(const char *name);

#endif
