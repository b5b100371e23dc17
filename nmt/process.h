/*
 * process.h - what /proc and the memory cgroup say of a process: status,
 * smaps, smaps_rollup, limits, memory.stat, and single-value files.
 *
 * Bytes throughout; UNKNOWN where the text does not say.
 */
#ifndef OOMWHY_NMT_PROCESS_H
#define OOMWHY_NMT_PROCESS_H

#include "base/arena.h"
#include "base/known.h"
#include "base/source.h"
#include "base/vec.h"

struct proc_status {
    const char *name;
    uint64_t pid, ppid, ns_pid; /* innermost NSpid */
    uint64_t vm_peak, vm_size, vm_hwm, rss, anon, file, shmem, swap, data;
    uint64_t threads;
    uint64_t line; /* of VmRSS */
};

/* Of which nothing is known. */
void proc_status_init(struct proc_status *p);

struct smaps_map { /* one mapping, or several alike */
    uint64_t from, to;
    const char *path; /* "", "[heap]", "/usr/lib/…", "/dev/shm/x (deleted)" */
    char perms[5];    /* "rw-p" */
    uint64_t rss, pss, anon, swap;
    uint64_t dirty; /* resident and written to */
    uint64_t shmem; /* resident pages of tmpfs or memfd, or shared anonymous */
    bool nodev;     /* a shared file of no block device: tmpfs, overlay, NFS */
    uint64_t line;
};

struct smaps {
    bool rollup; /* one entry only, the sum */
    VEC(struct smaps_map) maps;
    uint64_t rss, pss, anon, swap;          /* sums */
    uint64_t pss_anon, pss_file, pss_shmem; /* rollup only, else UNKNOWN */
};

/* Resident bytes of the maps within [from, to), split by proportion where a
 * map straddles an edge. UNKNOWN for a rollup. */
uint64_t smaps_resident(const struct smaps *s, uint64_t from, uint64_t to);
/* 64 MiB-aligned anonymous reservations as glibc makes them: how many, and
 * their resident bytes; UNKNOWN for a rollup. */
void smaps_arenas(const struct smaps *s, uint64_t *count, uint64_t *resident);
/* Their resident bytes and those of [heap]: all that glibc's malloc cuts its
 * smaller blocks from; UNKNOWN for a rollup. */
uint64_t smaps_malloc(const struct smaps *s);
/* Of the arenas' resident bytes those in arenas that are nearly full. */
uint64_t smaps_full_arenas(const struct smaps *s);

/* /proc/PID/limits, what "ulimit -a" prints, or a script that sets them; what
 * sysctl and wc say of mappings. */
struct proc_limits {
    uint64_t processes, open_files, address_space, stack, locked;
    /* soft limits; UINT64_MAX - 1 (LIMIT_UNLIMITED) when unlimited */
    uint64_t max_maps, maps; /* vm.max_map_count; of it in use */
};
#define LIMIT_UNLIMITED (UINT64_MAX - 1)

struct cgroup_key {
    const char *key;
    uint64_t value; /* bytes or a count; LIMIT_UNLIMITED for "max" */
    uint64_t line;
};

/* memory.stat and every "name value" or single-value file of a cgroup. */
struct cgroup_file {
    VEC(struct cgroup_key)
    keys; /* a bare number has its file's name as key,
             pids.events' "max" is "pids.events max" */
};
/* The name in "==> /sys/fs/cgroup/memory.max <==" or "# cat memory.max", or
 * alone on its line; NULL if it is no such line. */
const char *cgroup_heading(const char *line, size_t *n);
/* UNKNOWN if absent. Of a v1 hierarchy "total_KEY" comes first, and "anon"
 * finds "rss", "file" finds "cache". */
uint64_t cgroup_get(const struct cgroup_file *f, const char *key);

/*
 * The readers. Strings live in `a`; vectors come from a->mem and are freed by
 * the _deinit, where there is one. A text of another kind reads as one that
 * says nothing. False: memory ran out, and nothing is left to free.
 */
bool proc_status_read(struct source *s, struct arena *a,
                      struct proc_status *ret, struct err *e);
bool smaps_read(struct source *s, struct arena *a, struct smaps *ret,
                struct err *e);
void smaps_deinit(struct smaps *s, struct mem *m);
bool proc_limits_read(struct source *s, struct proc_limits *ret, struct mem *m,
                      struct err *e);
bool cgroup_file_read(struct source *s, const char *name, struct arena *a,
                      struct cgroup_file *ret, struct err *e);
void cgroup_file_deinit(struct cgroup_file *f, struct mem *m);

#endif
