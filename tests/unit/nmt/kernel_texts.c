/*
 * kernel_texts.c - see kernel_texts.h.
 */
#define _GNU_SOURCE
#include "tests/unit/nmt/kernel_texts.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "nmt/saved.h"

const char *const modern_report[] = {
    "GC Thread#0 invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, "
    "oom_score_adj=900",
    "CPU: 3 UID: 0 PID: 4720 Comm: GC Thread#0 Tainted: G        W  OE      "
    "6.8.12-demo #7 PREEMPT(none)",
    "Call Trace:",
    " <TASK>",
    " dump_stack_lvl+0x57/0x80",
    "memory: usage 524288kB, limit 524288kB, failcnt 42",
    "swap: usage 16kB, limit 9007199254740988kB, failcnt 0",
    "Memory cgroup stats for /pod/shop:",
    "anon 471859200",
    "file 8192",
    "kernel 12582912",
    "shmem 4096",
    "Tasks state (memory values in pages):",
    "[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem "
    "pgtables_bytes swapents oom_score_adj name",
    "[   4711]  1000  4711   700000   120000   115000     5000         0   "
    "1048576        4           900 java",
    "[   4700]  1000  4700     1000      300      100      200         0    "
    "40960        0           900 (sd-pam)",
    "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=shop,"
    "mems_allowed=0,oom_memcg=/pod/shop,task_memcg=/pod/shop,task=java,"
    "pid=4711,uid=1000",
    "Memory cgroup out of memory: Killed process 4711 (java) "
    "total-vm:2800000kB, anon-rss:460000kB, file-rss:20000kB, "
    "shmem-rss:0kB, UID:1000 pgtables:1024kB oom_score_adj:900",
    NULL,
};

struct kernel_log kernel;
static struct text t;

void kernel_done(void)
{
    if (!t.source)
        return;
    kernel_log_deinit(&kernel, &t.mem);
    text_close(&t);
}

void read_kernel(const char *text)
{
    kernel_done();
    text_open(&t, text);
    ck_assert(saved_undo(&t.source, &t.mem, &t.err));
    ck_assert(kernel_log_read(t.source, &t.arena, &kernel, &t.err));
}

bool kernel_read_and_free(struct source *s, struct arena *a, struct err *e)
{
    struct kernel_log log;

    if (!kernel_log_read(s, a, &log, e))
        return false;
    kernel_log_deinit(&log, a->mem);
    return true;
}

char *kernel_text(const char *const *lines, const char *prefix, const char *end)
{
    size_t n = 1;
    char *text, *to;

    for (const char *const *l = lines; *l; l++)
        n += strlen(prefix) + strlen(*l) + strlen(end);
    to = text = malloc(n);
    ck_assert_ptr_nonnull(text);
    *to = '\0';
    for (const char *const *l = lines; *l; l++)
        to = stpcpy(stpcpy(stpcpy(to, prefix), *l), end);
    return text;
}

static void assert_modern_report(const struct oom_report *r)
{
    ck_assert_str_eq(r->invoker, "GC Thread#0");
    ck_assert_uint_eq(r->invoker_pid, 4720);
    ck_assert_int_eq(r->order, 0);
    ck_assert(r->memcg);
    ck_assert_int_eq(r->constraint, OOM_CONSTRAINT_MEMCG);
    ck_assert_str_eq(r->memcg_path, "/pod/shop");
    ck_assert_str_eq(r->task_path, "/pod/shop");
    ck_assert_str_eq(r->kernel, "6.8.12-demo");
    ck_assert_uint_eq(r->page_size, 4096);
    ck_assert_uint_eq(r->usage, (uint64_t)524288 << 10);
    ck_assert_uint_eq(r->limit, (uint64_t)524288 << 10);
    ck_assert_uint_eq(r->failcnt, 42);
    ck_assert_uint_eq(r->swap_usage, 16 << 10);
    ck_assert(!known(r->swap_limit));
    ck_assert(!known(r->memsw_usage));
    ck_assert_uint_eq(r->stats.n, 4);
    ck_assert_uint_eq(oom_report_stat(r, "anon"), 471859200);
    ck_assert_uint_eq(oom_report_stat(r, "kernel"), 12582912);
    ck_assert(!known(oom_report_stat(r, "cache")));
    ck_assert(r->tasks_complete);
    ck_assert_uint_eq(r->kills, 1);
}

static void assert_modern_tasks(const struct oom_report *r)
{
    const struct oom_task *java = oom_report_task(r, 4711);

    ck_assert_uint_eq(r->tasks.n, 2);
    ck_assert_ptr_nonnull(java);
    ck_assert_str_eq(java->name, "java");
    ck_assert_uint_eq(java->uid, 1000);
    ck_assert_uint_eq(java->total_vm, (uint64_t)700000 * 4096);
    ck_assert_uint_eq(java->rss, (uint64_t)120000 * 4096);
    ck_assert_uint_eq(java->anon, (uint64_t)115000 * 4096);
    ck_assert_uint_eq(java->file, (uint64_t)5000 * 4096);
    ck_assert_uint_eq(java->page_tables, 1048576);
    ck_assert_uint_eq(java->swap, 4 * 4096);
    ck_assert_int_eq(java->oom_score_adj, 900);
    ck_assert_str_eq(oom_report_task(r, 4700)->name, "(sd-pam)");
    ck_assert_ptr_null(oom_report_task(r, 1));
}

void assert_modern(const struct kernel_log *k)
{
    const struct oom_kill *kill;

    ck_assert_uint_eq(k->reports.n, 1);
    ck_assert_uint_eq(k->kills.n, 1);
    ck_assert_uint_eq(k->events.n, 0);
    assert_modern_report(&k->reports.at[0]);
    assert_modern_tasks(&k->reports.at[0]);
    kill = &k->kills.at[0];
    ck_assert_uint_eq(kill->report, 0);
    ck_assert_uint_eq(kill->pid, 4711);
    ck_assert_uint_eq(kill->uid, 1000);
    ck_assert_str_eq(kill->name, "java");
    ck_assert_uint_eq(kill->total_vm, (uint64_t)2800000 << 10);
    ck_assert_uint_eq(kill->anon, (uint64_t)460000 << 10);
    ck_assert_uint_eq(kill->file, (uint64_t)20000 << 10);
    ck_assert_uint_eq(kill->shmem, 0);
    ck_assert_uint_eq(kill->page_tables, 1024 << 10);
    ck_assert_int_eq(kill->oom_score_adj, 900);
    ck_assert_uint_eq(oom_kill_rss(kill), (uint64_t)480000 << 10);
    ck_assert(kill->memcg);
    ck_assert(!kill->group);
}
