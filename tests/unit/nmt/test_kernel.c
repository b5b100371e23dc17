/*
 * test_kernel.c - the kernel's reports of every generation: who died, in
 * which group, beside whom.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel_texts.h"
#include "suites.h"

#define KB(n) ((uint64_t)(n) << 10)

/* ---- victim lines ----------------------------------------------------- */

static const struct {
    const char *line, *name;
    uint64_t pid, uid, total_vm, anon, shmem;
    bool memcg;
} victims[] = {
    {"Killed process 1 (java)", "java", 1, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN,
     false},
    {"Out of memory: Killed process 2, UID 99, (httpd).", "httpd", 2, 99,
     UNKNOWN, UNKNOWN, UNKNOWN, false},
    {"Killed process 3 (java) total-vm:40kB, anon-rss:8kB, file-rss:4kB",
     "java", 3, UNKNOWN, 40, 8, UNKNOWN, false},
    {"Killed process 4, UID 500, (a b) total-vm:40kB, anon-rss:8kB, "
     "file-rss:4kB",
     "a b", 4, 500, 40, 8, UNKNOWN, false},
    {"Killed process 5 (java), UID 500, total-vm:40kB, anon-rss:8kB, "
     "file-rss:4kB, shmem-rss:1kB",
     "java", 5, 500, 40, 8, 1, false},
    {"Memory cgroup out of memory: Killed process 6 (java) total-vm:40kB, "
     "anon-rss:8kB, file-rss:4kB, shmem-rss:1kB",
     "java", 6, UNKNOWN, 40, 8, 1, true},
    {"Out of memory: Killed process 7 ((sd-pam)) total-vm:40kB, "
     "anon-rss:8kB, file-rss:4kB, shmem-rss:1kB, UID:7 pgtables:3kB "
     "oom_score_adj:-5",
     "(sd-pam)", 7, 7, 40, 8, 1, false},
    {"Out of memory (oom_kill_allocating_task): Killed process 8 (531) "
     "total-vm:40kB, anon-rss:8kB, file-rss:4kB, shmem-rss:1kB",
     "531", 8, UNKNOWN, 40, 8, 1, false},
    {"Out of memory: Killed process 9 (runc:[2:INIT]) total-vm:195955840kB, "
     "anon-rss:195941256kB, file-rss:4kB, shmem-rss:1kB, UID:0 pgtables:1kB "
     "oom_score_a0",
     "runc:[2:INIT]", 9, 0, 195955840, 195941256, 1, false},
};

static uint64_t kb(uint64_t v)
{
    return known(v) ? KB(v) : UNKNOWN;
}

START_TEST(every_generation_names_its_victim)
{
    const struct oom_kill *k;

    read_kernel(victims[_i].line);
    ck_assert_uint_eq(kernel.kills.n, 1);
    k = &kernel.kills.at[0];
    ck_assert_uint_eq(k->pid, victims[_i].pid);
    ck_assert_uint_eq(k->uid, victims[_i].uid);
    ck_assert_str_eq(k->name, victims[_i].name);
    ck_assert_uint_eq(k->total_vm, kb(victims[_i].total_vm));
    ck_assert_uint_eq(k->anon, kb(victims[_i].anon));
    ck_assert_uint_eq(k->shmem, kb(victims[_i].shmem));
    ck_assert(k->memcg == victims[_i].memcg);
    ck_assert_uint_eq(k->line, 1);
    ck_assert(!known(k->report));
    if (!known(k->anon))
        ck_assert(!known(oom_kill_rss(k)));
}
END_TEST

START_TEST(only_killed_is_killed)
{
    read_kernel("java invoked oom-killer: gfp_mask=0x0, order=0, oom_adj=0\n"
                "Pid: 100, comm: java Not tainted 2.6.32-demo.el6 #1\n"
                "Memory cgroup out of memory: Kill process 101 (AsyncLogger-1) "
                "score 991 or sacrifice child\n"
                "Killed process 102 (worker) total-vm:40kB, anon-rss:8kB, "
                "file-rss:0kB\n"
                "oom_reaper: reaped process 102 (worker), now anon-rss:0kB, "
                "file-rss:0kB, shmem-rss:0kB\n");
    ck_assert_uint_eq(kernel.kills.n, 1);
    ck_assert_uint_eq(kernel.kills.at[0].pid, 102);
    ck_assert(kernel.kills.at[0].memcg);
    ck_assert_uint_eq(kernel.reports.n, 1);
    ck_assert_uint_eq(kernel.reports.at[0].announced_pid, 101);
    ck_assert_str_eq(kernel.reports.at[0].announced_name, "AsyncLogger-1");
    ck_assert_str_eq(kernel.reports.at[0].kernel, "2.6.32-demo.el6");
    ck_assert_uint_eq(kernel.reports.at[0].invoker_pid, 100);
    ck_assert_int_eq(kernel.reports.at[0].constraint, OOM_CONSTRAINT_MEMCG);
    ck_assert_uint_eq(kernel.events.n, 0);
}
END_TEST

START_TEST(an_announcement_without_a_kill_is_an_event)
{
    read_kernel("Out of memory: kill process 12 (java) score 99 or a "
                "child\n");
    ck_assert_uint_eq(kernel.kills.n, 0);
    ck_assert_uint_eq(kernel.events.n, 1);
    ck_assert_int_eq(kernel.events.at[0].kind, OOM_EVENT_ANNOUNCED);
    ck_assert_uint_eq(kernel.events.at[0].pid, 12);
    ck_assert_str_eq(kernel.events.at[0].name, "java");
}
END_TEST

/* ---- groups ----------------------------------------------------------- */

START_TEST(groups_of_old_kernels)
{
    const struct oom_report *r;

    read_kernel(
        "java invoked oom-killer: gfp_mask=0xd0, order=0, "
        "oom_score_adj=0\n"
        "Task in /pod/a b killed as a result of limit of /pod\n"
        "memory: usage 980kB, limit 980kB, failcnt 4152239\n"
        "memory+swap: usage 990kB, limit 18014398509481983kB, failcnt 0\n"
        "kmem: usage 12kB, limit 9007199254740988kB, failcnt 0\n"
        "Memory cgroup stats for /pod: cache:1KB rss:2KB shmem:1KB\n"
        "Memory cgroup stats for /pod/a b: cache:10KB rss:900KB "
        "shmem:4KB\n"
        "[ pid ]   uid  tgid total_vm      rss nr_ptes nr_pmds swapents "
        "oom_score_adj name\n"
        "[   77]     0    77     1000      240      16       3        9"
        "             0 java\n"
        "Memory cgroup out of memory: Kill process 77 (java) score 996 "
        "or sacrifice child\n"
        "Killed process 77 (java) total-vm:4000kB, anon-rss:920kB, "
        "file-rss:40kB\n");
    r = &kernel.reports.at[0];
    ck_assert_uint_eq(kernel.reports.n, 1);
    ck_assert_str_eq(r->task_path, "/pod/a b");
    ck_assert_str_eq(r->memcg_path, "/pod");
    ck_assert_uint_eq(r->limit, KB(980));
    ck_assert_uint_eq(r->memsw_usage, KB(990));
    ck_assert(!known(r->memsw_limit));
    ck_assert_uint_eq(r->kmem_usage, KB(12));
    ck_assert_uint_eq(oom_report_stat(r, "anon"), KB(902));
    ck_assert_uint_eq(oom_report_stat(r, "file"), KB(11));
    ck_assert_uint_eq(oom_report_stat(r, "shmem"), KB(5));
    ck_assert_uint_eq(oom_report_stat(r, "kernel"), KB(12));
    ck_assert_uint_eq(r->tasks.at[0].page_tables, 19 * 4096);
    ck_assert_uint_eq(r->tasks.at[0].swap, 9 * 4096);
    ck_assert(r->tasks_complete);
}
END_TEST

START_TEST(totals_of_a_hierarchy_come_first)
{
    read_kernel("Memory cgroup stats for /x:\nrss 10\ncache 3\n"
                "shmem 1\ntotal_rss 30\ntotal_cache 7\n"
                "not a figure\ntotal_shmem 5\nslab 100\n"
                "kernel_stack 20\n");
    ck_assert_uint_eq(kernel.reports.n, 1);
    ck_assert_uint_eq(oom_report_stat(&kernel.reports.at[0], "anon"), 30);
    ck_assert_uint_eq(oom_report_stat(&kernel.reports.at[0], "file"), 7);
    ck_assert_uint_eq(oom_report_stat(&kernel.reports.at[0], "shmem"), 5);
    ck_assert_uint_eq(oom_report_stat(&kernel.reports.at[0], "kernel"), 120);
}
END_TEST

/* One message of many lines, as each logger writes it. */
START_TEST(figures_in_one_message)
{
    static const char *const texts[] = {
        "anon 10 file 3 slab 5", "anon 10#012file 3#012slab 5#012",
        "anon 10\\x0afile 3\\x0aslab 5", "anon 10\n     file 3\n     slab 5"};
    char text[256] = "[ 1.0] Memory cgroup stats for /x:\n[ 1.0] ";

    strcat(text, texts[_i]);
    strcat(text, "\n[ 1.0] anon 10 was it\n");
    read_kernel(text);
    ck_assert_uint_eq(kernel.reports.at[0].stats.n, 3);
    ck_assert_uint_eq(oom_report_stat(&kernel.reports.at[0], "anon"), 10);
    ck_assert_uint_eq(oom_report_stat(&kernel.reports.at[0], "file"), 3);
    ck_assert_uint_eq(oom_report_stat(&kernel.reports.at[0], "kernel"), 5);
}
END_TEST

START_TEST(a_constraint_nobody_knows)
{
    read_kernel("oom-kill:constraint=CONSTRAINT_BPF_PSI_MEM,nodemask=(null),"
                "task=a,pid=1,b,pid=34,uid=0\n"
                "Out of memory: Killed process 34 (a,pid=1,b)\n"
                "oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),"
                "oom_memcg=/foo,task_memcg=/foo,task=stress,pid=35,uid=0\n"
                "Memory cgroup out of memory: Killed process 35 (stress)\n"
                "oom-kill:constraint=CONSTRAINT_CPUSET,nodemask=(null),task=x,"
                "pid=36,uid=0\n"
                "Out of memory: Killed process 36 (x)\n");
    ck_assert_uint_eq(kernel.reports.n, 3);
    ck_assert_int_eq(kernel.reports.at[0].constraint, OOM_CONSTRAINT_UNKNOWN);
    ck_assert_ptr_null(oom_constraint_name(OOM_CONSTRAINT_UNKNOWN));
    ck_assert_str_eq(kernel.reports.at[0].announced_name, "a,pid=1,b");
    ck_assert_uint_eq(kernel.reports.at[0].announced_pid, 34);
    ck_assert_str_eq(kernel.kills.at[0].name, "a,pid=1,b");
    ck_assert_int_eq(kernel.reports.at[1].constraint, OOM_CONSTRAINT_MEMCG);
    ck_assert(kernel.reports.at[1].memcg);
    ck_assert_str_eq(oom_constraint_name(kernel.reports.at[2].constraint),
                     "cpuset");
}
END_TEST

START_TEST(a_group_dies_together)
{
    read_kernel(
        "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),"
        "oom_memcg=/p,task_memcg=/p,task=java,pid=5,uid=0\n"
        "Memory cgroup out of memory: Killed process 5 (java)\n"
        "Tasks in /p are going to be killed due to memory.oom.group set\n"
        "Memory cgroup out of memory: Killed process 5 (java)\n"
        "Memory cgroup out of memory: Killed process 6 (sh)\n");
    ck_assert_uint_eq(kernel.kills.n, 3);
    for (int i = 0; i < 3; i++) {
        ck_assert(kernel.kills.at[i].group);
        ck_assert_uint_eq(kernel.kills.at[i].report, 0);
    }
}
END_TEST

/* ---- the table -------------------------------------------------------- */

START_TEST(pages_of_64_kilobytes)
{
    const struct oom_report *r;

    read_kernel(
        "Mem-Info:\n4000 pages RAM\n"
        "[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file "
        "rss_shmem pgtables_bytes swapents oom_score_adj name\n"
        "[ 177372]     0 177372      571       10        8        2"
        "         0    51200       96             0 test_zswap\n"
        "3000 pages RAM\nTotal swap = 20kB\nFree swap  = 10kB\n"
        "Memory cgroup out of memory: Killed process 177372 (test_zswap) "
        "total-vm:36544kB, anon-rss:512kB, file-rss:128kB, "
        "shmem-rss:0kB, UID:0 pgtables:50kB oom_score_adj:0\n");
    r = &kernel.reports.at[0];
    ck_assert_uint_eq(r->page_size, 65536);
    ck_assert_uint_eq(r->tasks.at[0].rss, 10 * 65536);
    ck_assert_uint_eq(r->tasks.at[0].swap, 96 * 65536);
    ck_assert_uint_eq(r->tasks.at[0].page_tables, 51200);
    ck_assert_uint_eq(r->ram, (uint64_t)3000 * 65536);
    ck_assert_uint_eq(r->swap_total, KB(20));
    ck_assert_uint_eq(r->swap_free, KB(10));
}
END_TEST

START_TEST(buddy_lists_tell_the_page_too)
{
    read_kernel("sh invoked oom-killer: gfp_mask=0x0, order=-1, "
                "oom_score_adj=0\n"
                "Node 0 Normal: 12*16kB (U) 3*32kB = 288kB\n"
                "1000 pages RAM\n"
                "Out of memory and no killable processes...\n"
                "Kernel panic - not syncing: System is deadlocked "
                "on memory\n");
    ck_assert_uint_eq(kernel.reports.n, 1);
    ck_assert_uint_eq(kernel.reports.at[0].page_size, 16384);
    ck_assert_uint_eq(kernel.reports.at[0].ram, 16384000);
    ck_assert_int_eq(kernel.reports.at[0].order, -1);
    ck_assert(kernel.reports.at[0].no_victim);
    ck_assert_uint_eq(kernel.kills.n, 0);
}
END_TEST

START_TEST(columns_of_2_6_32)
{
    const struct oom_task *t;

    read_kernel("[ pid ]   uid  tgid total_vm      rss cpu oom_adj "
                "oom_score_adj name\n"
                "[ 1234]    27  1234 4295083049    1000   3     -17 "
                "        -1000 (sd-pam)\n"
                "[ 1235]     0  1235        1        1   0       0"
                "             0 tmux: server\n"
                "[ 1236]    27\n"
                "[bad] row\n");
    t = &kernel.reports.at[0].tasks.at[0];
    ck_assert_uint_eq(kernel.reports.at[0].tasks.n, 2);
    ck_assert_str_eq(t[1].name, "tmux: server");
    ck_assert_uint_eq(t->total_vm, (uint64_t)4295083049 * 4096);
    ck_assert_uint_eq(t->uid, 27);
    ck_assert_int_eq(t->oom_score_adj, -1000);
    ck_assert_str_eq(t->name, "(sd-pam)");
    ck_assert(!known(t->anon));
    ck_assert(!known(t->page_tables));
    ck_assert(!kernel.reports.at[0].tasks_complete);
}
END_TEST

START_TEST(a_table_without_its_header)
{
    read_kernel("[    100]     0   100     4042      275    65536"
                "       12             0 bash\n"
                "Out of memory: Killed process 100 (bash) "
                "total-vm:16168kB, anon-rss:0kB, file-rss:0kB, "
                "shmem-rss:0kB\n");
    ck_assert_uint_eq(kernel.reports.n, 1);
    ck_assert_uint_eq(kernel.reports.at[0].tasks.n, 1);
    ck_assert_uint_eq(kernel.reports.at[0].tasks.at[0].rss, 275 * 4096);
    ck_assert(!known(kernel.reports.at[0].tasks.at[0].page_tables));
    ck_assert(!kernel.reports.at[0].tasks_complete);
}
END_TEST

/* ---- several reports -------------------------------------------------- */

START_TEST(reports_follow_each_other)
{
    char *one = kernel_text(modern_report, "[ 1.000000] ", "\n"), *text;

    text = malloc(2 * strlen(one) + 200);
    strcpy(text, "[ 0.500000] Memory cgroup out of memory: Killed process 1 "
                 "(end) total-vm:4kB, anon-rss:0kB, file-rss:0kB\n");
    strcat(text, one);
    strcat(text, one);
    read_kernel(text);
    ck_assert_uint_eq(kernel.reports.n, 2);
    ck_assert_uint_eq(kernel.kills.n, 3);
    ck_assert(!known(kernel.kills.at[0].report));
    ck_assert_uint_eq(kernel.kills.at[1].report, 0);
    ck_assert_uint_eq(kernel.kills.at[2].report, 1);
    ck_assert_uint_eq(kernel.reports.at[1].line, 20);
    ck_assert_uint_eq(kernel.reports.at[1].stats.n, 4);
    free(text);
    free(one);
}
END_TEST

/* Two kernels' logs in one stream: the table says whose the victim was. */
START_TEST(a_kill_finds_the_table_that_names_it)
{
    read_kernel(
        "java invoked oom-killer: gfp_mask=0x0, order=0, oom_score_adj=0\n"
        "[ pid ]   uid  tgid total_vm      rss nr_ptes swapents "
        "oom_score_adj name\n"
        "[   11]     0    11     1000      240      16        9"
        "             0 java\n"
        "perl invoked oom-killer: gfp_mask=0x0, order=0, oom_score_adj=0\n"
        "[   22]     0    22     1000      240      16        9"
        "             0 perl\n"
        "Out of memory: Killed process 11 (java) total-vm:4000kB, "
        "anon-rss:920kB, file-rss:40kB\n"
        "Out of memory: Killed process 22 (perl) total-vm:4000kB, "
        "anon-rss:920kB, file-rss:40kB\n"
        "Out of memory: Killed process 33 (late) total-vm:4000kB, "
        "anon-rss:920kB, file-rss:40kB\n");
    ck_assert_uint_eq(kernel.kills.n, 3);
    ck_assert_uint_eq(kernel.kills.at[0].report, 0);
    ck_assert_uint_eq(kernel.kills.at[1].report, 1);
    ck_assert(!known(kernel.kills.at[2].report));
    ck_assert_int_eq(kernel.reports.at[0].constraint, OOM_CONSTRAINT_NONE);
}
END_TEST

/* ---- other programs --------------------------------------------------- */

START_TEST(hearsay_is_no_kill)
{
    read_kernel(
        "Warning  SystemOOM  2m  kubelet  System OOM encountered, victim "
        "process: java, pid: 4711\n"
        "Jan 15 03:08:35 h systemd[1]: shop.service: A process of this unit "
        "has been killed by the OOM killer.\n"
        "Jan 15 03:08:36 h systemd-oomd[9]: Killed /shop.slice due to memory "
        "pressure for /shop.slice being 78.01% > 50.00% for > 20s\n"
        "earlyoom[3]: sending SIGTERM to process 12 uid 1000 \"java\": "
        "badness 867, VmRSS 2345 MiB\n"
        "      Reason:       OOMKilled\n");
    ck_assert_uint_eq(kernel.kills.n, 0);
    ck_assert_uint_eq(kernel.events.n, 5);
    ck_assert_int_eq(kernel.events.at[0].kind, OOM_EVENT_SYSTEM_OOM);
    ck_assert_uint_eq(kernel.events.at[0].pid, 4711);
    ck_assert_str_eq(kernel.events.at[0].name, "java");
    ck_assert_int_eq(kernel.events.at[1].kind, OOM_EVENT_UNIT);
    ck_assert_int_eq(kernel.events.at[2].kind, OOM_EVENT_OOMD);
    ck_assert_uint_eq(kernel.events.at[2].line, 3);
    ck_assert_uint_eq(kernel.events.at[3].pid, 12);
    ck_assert_str_eq(kernel.events.at[3].name, "java");
    ck_assert_int_eq(kernel.events.at[4].kind, OOM_EVENT_OOM_KILLED);
}
END_TEST

START_TEST(whose_word_it_is)
{
    static const struct {
        enum oom_event_kind kind;
        uint64_t pid;
        const char *text;
    } words[] = {
        {OOM_EVENT_UNIT, UNKNOWN,
         "Jan 15 03:08:36 h systemd[1]: a.service: "
         "Failed with result 'oom-kill'.\n"},
        {OOM_EVENT_UNIT, UNKNOWN,
         "     Active: failed (Result: oom-kill) since Mon 2026-01-05\n"},
        {OOM_EVENT_UNIT, UNKNOWN, "Result=oom-kill\n"},
        {OOM_EVENT_OOMD, UNKNOWN,
         "Jan 15 03:08:36 h systemd[1]: a.service: systemd-oomd killed 47 "
         "process(es) in this unit.\n"},
        {OOM_EVENT_OOM_KILLED, UNKNOWN,
         "2026-01-05T10:11:10.1+01:00 container oom 4d6f (image=app)\n"},
        {OOM_EVENT_OOM_KILLED, UNKNOWN,
         "[{\"exitCode\":137,\"reason\":\"OutOfMemoryError: Container killed "
         "due to memory usage\"}]\n"},
        {OOM_EVENT_OOM_KILLED, UNKNOWN,
         "Terminated  Exit Code: 137, Exit Message: \"OOM Killed\"\n"},
        {OOM_EVENT_OOM_KILLED, UNKNOWN,
         "2026-01-05T10:11:10.42+0100 [CELL/0] OUT Exit status 137 (out of "
         "memory)\n"},
        {OOM_EVENT_PLATFORM, UNKNOWN,
         "Message:  The node was low on resource: memory. Threshold\n"},
        {OOM_EVENT_PLATFORM, UNKNOWN,
         "heroku[web.1]: Error R15 (Memory quota vastly exceeded)\n"},
        {OOM_EVENT_PLATFORM, 4242,
         "Container [pid=4242,containerID=c_1] is running 9B beyond the "
         "'PHYSICAL' memory limit. Killing container.\n"},
        {OOM_EVENT_PLATFORM, 4242,
         "Container [pid=4242,containerID=c_1] is running beyond physical "
         "memory limits. Current usage: 2.0 GB. Killing container.\n"},
    };
    const int n = sizeof words / sizeof *words;

    ck_assert_int_eq(n, 12);
    read_kernel(words[_i].text);
    ck_assert_uint_eq(kernel.kills.n, 0);
    ck_assert_uint_eq(kernel.events.n, 1);
    ck_assert_int_eq(kernel.events.at[0].kind, words[_i].kind);
    ck_assert_uint_eq(kernel.events.at[0].pid, words[_i].pid);
}
END_TEST

START_TEST(a_detector_quotes_two_sentences)
{
    read_kernel("{\"reason\":\"OOMKilling\",\"message\":\"Memory "
                "cgroup out of memory: Kill process 10 (java) score "
                "99 or sacrifice child\\nKilled process 10 (java) "
                "total-vm:8kB, anon-rss:4kB, file-rss:0kB\"}\n");
    ck_assert_uint_eq(kernel.kills.n, 1);
    ck_assert_uint_eq(kernel.kills.at[0].pid, 10);
    ck_assert_str_eq(kernel.kills.at[0].name, "java");
    ck_assert(kernel.kills.at[0].memcg);
}
END_TEST

/* 15 bytes are a name's most: before them stands a prefix. */
START_TEST(an_invoker_behind_who_knows_what)
{
    read_kernel("some relay: 12 C2 CompilerThre invoked oom-killer: "
                "order=0\n"
                "a                        invoked oom-killer: \n");
    ck_assert_uint_eq(kernel.reports.n, 2);
    ck_assert_str_eq(kernel.reports.at[0].invoker, "C2 CompilerThre");
    ck_assert_str_eq(kernel.reports.at[1].invoker, "");
}
END_TEST

/* Reports of two machines in one log, line by line. */
START_TEST(two_machines_in_one_log)
{
    static const char *const forms[][2] = {
        {"Jan 15 03:08:35 web-01 kernel: %s\n",
         "Jan 15 03:08:35 web-02 kernel: %s\n"},
        {"2025-05-18T17:40:20Z web-01 kernel: [ 12.345678] %s\n",
         "2025-05-18T17:40:20Z web-02 kernel: [ 99.345678] %s\n"},
        {"{\"MESSAGE\":\"%s\",\"_HOSTNAME\":\"web-01\"}\n",
         "{\"_HOSTNAME\":\"web-02\",\"MESSAGE\":\"%s\"}\n"},
    };
    char text[16384];
    size_t n = 0;

    for (size_t i = 0; modern_report[i]; i++)
        for (int host = 0; host < 2; host++)
            n += (size_t)sprintf(text + n, forms[_i][host], modern_report[i]);
    read_kernel(text);
    ck_assert_uint_eq(kernel.reports.n, 2);
    ck_assert_uint_eq(kernel.kills.n, 2);
    for (uint64_t i = 0; i < 2; i++) {
        const struct oom_report *r = &kernel.reports.at[i];

        ck_assert_uint_eq(kernel.kills.at[i].report, i);
        ck_assert_uint_eq(r->line, i + 1);
        ck_assert_uint_eq(r->kills, 1);
        ck_assert_uint_eq(r->tasks.n, 2);
        ck_assert_uint_eq(r->stats.n, 4);
        ck_assert_uint_eq(r->failcnt, 42);
        ck_assert(r->tasks_complete);
    }
}
END_TEST

/* Whoever copied it began in the middle of a line. */
START_TEST(a_first_line_without_its_host)
{
    char *rest =
        kernel_text(modern_report + 1, "Jan 15 03:08:35 w kernel: ", "\n");
    char text[8192];

    snprintf(text, sizeof text, "%s\n%s", modern_report[0], rest);
    read_kernel(text);
    assert_modern(&kernel);
    free(rest);
}
END_TEST

START_TEST(nothing_reads_as_nothing)
{
    read_kernel("");
    ck_assert_uint_eq(kernel.kills.n, 0);
    read_kernel("Hello\n[  0.000000] Linux version 6.1\n");
    ck_assert_uint_eq(kernel.reports.n, 0);
}
END_TEST

/* ---- sweeps ----------------------------------------------------------- */

START_TEST(every_prefix_of_a_log_reads)
{
    char *text = kernel_text(modern_report, "[ 1.000000] ", "\n");

    sweep_prefixes(text, kernel_read_and_free);
    free(text);
}
END_TEST

START_TEST(every_allocation_may_fail)
{
    char *text = kernel_text(modern_report, "", "\n");

    sweep_failures(text, kernel_read_and_free);
    free(text);
}
END_TEST

Suite *kernel_suite(void)
{
    Suite *s = suite_create("kernel");
    TCase *t = tcase_create("reports");

    tcase_add_checked_fixture(t, NULL, kernel_done);
    tcase_add_loop_test(t, every_generation_names_its_victim, 0,
                        sizeof victims / sizeof *victims);
    tcase_add_test(t, only_killed_is_killed);
    tcase_add_test(t, an_announcement_without_a_kill_is_an_event);
    tcase_add_test(t, groups_of_old_kernels);
    tcase_add_test(t, totals_of_a_hierarchy_come_first);
    tcase_add_loop_test(t, figures_in_one_message, 0, 4);
    tcase_add_test(t, a_constraint_nobody_knows);
    tcase_add_test(t, a_group_dies_together);
    tcase_add_test(t, pages_of_64_kilobytes);
    tcase_add_test(t, buddy_lists_tell_the_page_too);
    tcase_add_test(t, columns_of_2_6_32);
    tcase_add_test(t, a_table_without_its_header);
    tcase_add_test(t, reports_follow_each_other);
    tcase_add_test(t, a_kill_finds_the_table_that_names_it);
    tcase_add_test(t, hearsay_is_no_kill);
    tcase_add_loop_test(t, whose_word_it_is, 0, 12);
    tcase_add_test(t, a_detector_quotes_two_sentences);
    tcase_add_test(t, an_invoker_behind_who_knows_what);
    tcase_add_loop_test(t, two_machines_in_one_log, 0, 3);
    tcase_add_test(t, a_first_line_without_its_host);
    tcase_add_test(t, nothing_reads_as_nothing);
    suite_add_tcase(s, t);
    t = tcase_create("sweeps");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, every_prefix_of_a_log_reads);
    tcase_add_test(t, every_allocation_may_fail);
    suite_add_tcase(s, t);
    return s;
}
