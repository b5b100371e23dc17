/*
 * kernel.h - reads what the Linux OOM killer wrote to the kernel's log:
 * every generation from 2.6 to 6.x, behind any prefix, several reports and
 * kills in one log, memcg and global. Authority: the kernel's
 * mm/oom_kill.c and mm/memcontrol.c (dump_header, oom_kill_process).
 *
 * Bytes throughout: kB lines and page columns are converted, with the page
 * size derived from the victim's own line and row where both are there.
 *
 * A kill is a "Killed process" line, the kernel's own statement that this
 * process got its SIGKILL. What others tell of kills, and what was announced
 * without being done in this text, are events.
 */
#ifndef OOMWHY_NMT_KERNEL_H
#define OOMWHY_NMT_KERNEL_H

#include "base/arena.h"
#include "base/known.h"
#include "base/source.h"
#include "base/vec.h"

enum oom_constraint {
    OOM_CONSTRAINT_UNKNOWN,
    OOM_CONSTRAINT_NONE, /* the whole machine was out of memory */
    OOM_CONSTRAINT_CPUSET,
    OOM_CONSTRAINT_MEMORY_POLICY,
    OOM_CONSTRAINT_MEMCG,
};

/* "none", "cpuset", "memory_policy", "memcg"; NULL for unknown. */
const char *oom_constraint_name(enum oom_constraint c);

struct oom_task { /* one row of the task table */
    uint64_t pid, tgid, uid;
    uint64_t total_vm, rss;     /* bytes */
    uint64_t anon, file, shmem; /* bytes; UNKNOWN before 6.8 */
    uint64_t page_tables, swap; /* bytes */
    int64_t oom_score_adj;      /* INT64_MIN: no such column */
    const char *name;
    uint64_t line;
};

struct oom_stat { /* one key of "Memory cgroup stats", in bytes or a count */
    const char *key;
    uint64_t value;
};

/* One invocation of the OOM killer: from its trigger to its last kill. */
struct oom_report {
    uint64_t line;       /* the first that belongs to it */
    const char *invoker; /* thread name of the trigger; NULL if cut off */
    uint64_t invoker_pid;
    int order;  /* -1: SysRq; INT_MIN: not stated */
    bool memcg; /* a group's limit, not the machine's */
    enum oom_constraint constraint;
    const char *memcg_path; /* the group whose limit was hit, or NULL */
    const char *task_path;  /* the victim's own group, or NULL */
    const char *kernel;     /* "6.18.44", or NULL */
    uint64_t page_size;     /* derived; 4096 where nothing tells */
    uint64_t usage, limit;  /* of the group; limit UNKNOWN: none */
    uint64_t failcnt;
    uint64_t memsw_usage, memsw_limit, kmem_usage; /* cgroup v1 */
    uint64_t swap_usage, swap_limit;               /* cgroup v2 */
    uint64_t ram, swap_total, swap_free;           /* of the machine */
    VEC(struct oom_stat) stats;
    VEC(struct oom_task) tasks;
    bool tasks_complete;    /* the table was not cut off */
    uint64_t announced_pid; /* "Kill process", "oom-kill:...,pid=": maybe a
                               thread, or the parent of who was killed */
    const char *announced_name;
    bool no_victim; /* "no killable processes": a panic follows */
    uint64_t kills; /* how many of the log's kills are this report's */
};

/* One process that died. */
struct oom_kill {
    uint64_t line;   /* of "Killed process" */
    uint64_t offset; /* UNKNOWN: of a text made of another */
    uint64_t report; /* index into reports; UNKNOWN: only the line is left */
    uint64_t pid, uid;
    const char *name;
    uint64_t total_vm, anon, file, shmem, page_tables; /* bytes */
    int64_t oom_score_adj; /* INT64_MIN: not stated */
    bool memcg;            /* the line itself says "Memory cgroup" */
    bool group;    /* "are going to be killed due to memory.oom.group set" */
    int64_t time;  /* Unix ms; INT64_MIN: boot-relative or none */
    double uptime; /* seconds since boot; < 0: not printed */
    const char *clock; /* whose time: "boot", "dmesg -T" (local, taken for
                          UTC), "syslog" (no year: no time), "rfc3339",
                          "journald", "container"; NULL: none printed */
};

enum oom_event_kind {
    OOM_EVENT_OOMD,       /* systemd-oomd, earlyoom: not the kernel */
    OOM_EVENT_SYSTEM_OOM, /* kubelet: "System OOM encountered" */
    OOM_EVENT_OOM_KILLED, /* a container's "reason: OOMKilled" */
    OOM_EVENT_UNIT,       /* systemd: "killed by the OOM killer" */
    OOM_EVENT_PLATFORM,   /* the kubelet's eviction, YARN, Heroku: not the
                             kernel either, but for a limit of their own */
    OOM_EVENT_ANNOUNCED,  /* "Kill process" without a "Killed process" */
};

/* Hearsay of a kill. */
struct oom_event {
    enum oom_event_kind kind;
    uint64_t pid;     /* UNKNOWN if not told */
    const char *name; /* or NULL */
    const char *text; /* the line without its prefix */
    uint64_t line;
    int64_t time; /* as in oom_kill */
};

struct kernel_log {
    VEC(struct oom_report) reports;
    VEC(struct oom_kill) kills;
    VEC(struct oom_event) events;
};

/* Bytes of memory.stat key `key` in the report; UNKNOWN if absent. In v1
 * "anon" finds "rss", "file" finds "cache", "kernel" the kmem line, and the
 * hierarchy's "total_..." comes before the group's own figure. */
uint64_t oom_report_stat(const struct oom_report *r, const char *key);
/* RSS of the victim: anon + file + shmem; UNKNOWN if the line has none. */
uint64_t oom_kill_rss(const struct oom_kill *k);
/* The row of `pid` in the table, or NULL. */
const struct oom_task *oom_report_task(const struct oom_report *r,
                                       uint64_t pid);

/* A log without any kill reads as one with no kills. False: out of memory. */
bool kernel_log_read(struct source *s, struct arena *a, struct kernel_log *ret,
                     struct err *e);
void kernel_log_deinit(struct kernel_log *k, struct mem *m);

#endif
