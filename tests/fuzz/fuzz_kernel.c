/*
 * fuzz_kernel.c - any bytes as a kernel log, as a process' or a group's
 * files, and as a file of unknown kind: no crash, no leak, no bad reference.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "nmt/artifact.h"
#include "nmt/kernel.h"
#include "nmt/process.h"
#include "nmt/saved.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void read_kernel(struct source *s, struct arena *a, struct err *e)
{
    struct kernel_log log;
    const struct oom_kill *k;

    if (!kernel_log_read(s, a, &log, e))
        return;
    VEC_EACH (&log.kills, k) {
        assert(k->report == UNKNOWN || k->report < log.reports.n);
        assert(k->line);
        (void)oom_kill_rss(k);
        if (known(k->report))
            (void)oom_report_stat(&log.reports.at[k->report], "anon");
    }
    kernel_log_deinit(&log, a->mem);
}

static void read_status(struct source *s, struct arena *a, struct err *e)
{
    struct proc_status p;

    (void)proc_status_read(s, a, &p, e);
}

static void read_limits(struct source *s, struct arena *a, struct err *e)
{
    struct proc_limits l;

    (void)proc_limits_read(s, &l, a->mem, e);
}

static void read_smaps(struct source *s, struct arena *a, struct err *e)
{
    uint64_t count, resident;
    struct smaps m;

    if (!smaps_read(s, a, &m, e))
        return;
    smaps_arenas(&m, &count, &resident);
    (void)smaps_resident(&m, 0, UINT64_MAX);
    smaps_deinit(&m, a->mem);
}

static void read_group(struct source *s, struct arena *a, struct err *e)
{
    struct cgroup_file f;

    if (!cgroup_file_read(s, "pids.events", a, &f, e))
        return;
    (void)cgroup_get(&f, "anon");
    cgroup_file_deinit(&f, a->mem);
}

static void sniff(struct source *s, struct arena *a, struct err *e)
{
    (void)a;
    (void)e;
    assert(artifact_sniff(s, "memory.max") < ARTIFACT_KINDS);
    assert(source_offset(s) == 0);
}

/* `undo`: what viewers do to a text is undone first, as the program does. */
static void run(const uint8_t *bytes, size_t n, bool undo,
                void (*read)(struct source *, struct arena *, struct err *))
{
    struct source *s;
    struct arena a;
    struct mem m;
    struct err e = {0};

    mem_init(&m, 0);
    arena_init(&a, &m);
    if (!source_open_memory(bytes, n, &m, &s, &e))
        return;
    if (!undo || saved_undo(&s, &m, &e))
        read(s, &a, &e);
    source_close(s);
    arena_deinit(&a);
    assert(m.held == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    run(bytes, n, false, sniff);
    run(bytes, n, true, read_kernel);
    run(bytes, n, false, read_kernel);
    run(bytes, n, false, read_status);
    run(bytes, n, false, read_limits);
    run(bytes, n, false, read_smaps);
    run(bytes, n, false, read_group);
    return 0;
}
