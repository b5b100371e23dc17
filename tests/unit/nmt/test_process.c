/*
 * test_process.c - /proc and cgroup files, and the scanning of text below
 * all readers.
 */
#include <check.h>

#include "nmt/artifact.h"
#include "nmt/process.h"
#include "nmt/processes.h"
#include "nmt/text.h"
#include "jvm_texts.h"
#include "suites.h"

/* What a test reads, one text at a time. */
static struct text t;

static void end(void)
{
    text_end(&t);
}

/* ---- text ------------------------------------------------------------- */

static const struct {
    const char *text, *rest;
    uint64_t unit, value;
} amounts[] = {
    {"12kB", "", 1, KB(12)},
    {"12 kB", "", 1, KB(12)},
    {"12KB,", ",", 1, KB(12)},
    {"12K ", " ", 1, KB(12)},
    {"12MiB", "", 1, MB(12)},
    {"12 bytes", "", 1024, 12},
    {"12b", "", 1024, 12},
    {"12", "", 1024, KB(12)},
    {"12 Metaspace", " Metaspace", 1, 12},
    {"1,024K", "", 1, MB(1)},
    {"1,02", ",02", 1, 1},
    {"1000,000", ",000", 1, 1000},
    {"1.5 GB", "", 1, MB(1536)},
    {"3.7 things", ".7 things", 1, 3},
};

START_TEST(amounts_and_units)
{
    const char *p = amounts[_i].text;
    uint64_t v;

    ck_assert(text_bytes(&p, amounts[_i].unit, &v));
    ck_assert_uint_eq(v, amounts[_i].value);
    ck_assert_str_eq(p, amounts[_i].rest);
}
END_TEST

START_TEST(what_does_not_fit_is_not_found)
{
    static const char *const bad[] = {
        "99999999999999999999", "x12", "", "99999999999999999999kB",
        "20000000000000000kB",  "-1"};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *p = bad[i];
        uint64_t v = 7;

        ck_assert(!text_bytes(&p, 1, &v));
        ck_assert_ptr_eq(p, bad[i]);
        ck_assert_uint_eq(v, 7);
    }
}
END_TEST

START_TEST(times_of_any_zone)
{
    const char *p = "1970-01-02T00:00:01.250Z!";
    int64_t ms;
    bool zoned;

    ck_assert(text_iso_time(&p, &ms, &zoned) && zoned);
    ck_assert_int_eq(ms, 86401250);
    ck_assert_str_eq(p, "!");
    p = "2024-02-29 12:00:00,5+0130 x";
    ck_assert(text_iso_time(&p, &ms, &zoned) && zoned);
    ck_assert_int_eq(ms, 1709202600500);
    p = "2024-02-29 12:00:00";
    ck_assert(text_iso_time(&p, &ms, &zoned) && !zoned);
    p = "2024-13-29 12:00:00";
    ck_assert(!text_iso_time(&p, &ms, NULL));
    p = "2024-12-29 12:00";
    ck_assert(!text_iso_time(&p, &ms, NULL));
}
END_TEST

/* ---- status and limits ------------------------------------------------ */

static const char status[] =
    "Name:\tjava\nTgid:\t4711\nPid:\t4711\nPPid:\t1\nNSpid:\t4711\t17\t3\n"
    "VmPeak:\t 2531376 kB\nVmSize:\t 2470888 kB\nVmHWM:\t   63596 kB\n"
    "VmRSS:\t   63590 kB\nRssAnon:\t   39060 kB\nRssFile:\t   24530 kB\n"
    "RssShmem:\t       0 kB\nVmSwap:\t      12 kB\nThreads:\t14\n";

START_TEST(a_process_by_its_status)
{
    struct proc_status p;

    TEXT_READ(&t, status, proc_status_read, &p);
    ck_assert_str_eq(p.name, "java");
    ck_assert_uint_eq(p.pid, 4711);
    ck_assert_uint_eq(p.ppid, 1);
    ck_assert_uint_eq(p.ns_pid, 3);
    ck_assert_uint_eq(p.rss, KB(63590));
    ck_assert_uint_eq(p.anon, KB(39060));
    ck_assert_uint_eq(p.shmem, 0);
    ck_assert_uint_eq(p.swap, KB(12));
    ck_assert_uint_eq(p.threads, 14);
    ck_assert_uint_eq(p.line, 9);
    ck_assert(!known(p.data));
}
END_TEST

static struct proc_limits limits_of(const char *text)
{
    struct proc_limits ret;

    text_end(&t);
    text_open(&t, text);
    ck_assert(proc_limits_read(t.source, &ret, &t.mem, &t.err));
    return ret;
}

START_TEST(limits_of_a_process)
{
    struct proc_limits l =
        limits_of("Limit            Soft Limit    Hard Limit   Units\n"
                  "Max processes             120       96365   processes\n"
                  "Max address space     unlimited   unlimited   bytes\n"
                  "Max stack size          8388608   unlimited   bytes\n");

    ck_assert_uint_eq(l.processes, 120);
    ck_assert_uint_eq(l.address_space, LIMIT_UNLIMITED);
    ck_assert_uint_eq(l.stack, 8388608);
    ck_assert(!known(l.open_files));
}
END_TEST

START_TEST(limits_that_a_shell_lists)
{
    struct proc_limits l =
        limits_of("$ ulimit -a\n"
                  "max locked memory           (kbytes, -l) 8192\n"
                  "open files                          (-n) 20000\n"
                  "stack size                  (kbytes, -s) unlimited\n"
                  "max user processes                  (-u) 96343\n"
                  "virtual memory              (kbytes, -v) 2662400\n");

    ck_assert_uint_eq(l.address_space, KB(2662400));
    ck_assert_uint_eq(l.processes, 96343);
    ck_assert_uint_eq(l.open_files, 20000);
    ck_assert_uint_eq(l.locked, KB(8192));
    ck_assert_uint_eq(l.stack, LIMIT_UNLIMITED);
}
END_TEST

START_TEST(mappings_that_are_counted)
{
    struct proc_limits l = limits_of("$ wc -l /proc/11952/maps\n"
                                     "31413 /proc/11952/maps\n"
                                     "$ sysctl vm.max_map_count\n"
                                     "vm.max_map_count = 65530\n");

    ck_assert_uint_eq(l.maps, 31413);
    ck_assert_uint_eq(l.max_maps, 65530);
    l = limits_of("31413 /proc/11952/smaps\nvm.max_map_counts = 3\n"
                  "7 /proc/x/maps\n");
    ck_assert(!known(l.maps) && !known(l.max_maps));
}
END_TEST

START_TEST(limits_that_a_script_sets)
{
    static const char *const lines[] = {
        "ulimit -v 600000\n",
        "  ulimit -S -v 600000 # for the cron job\n",
        "+ ulimit -HSv 600000\n",
    };
    static const char *const others[] = {
        "ulimit -v\n",
        "ulimit -c 600000\n",
        "echo ulimit -v 600000\n",
        "vector(x-v) 600000\n",
        "ulimit -v 99999999999999999999\n",
    };

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        ck_assert_uint_eq(limits_of(lines[i]).address_space, KB(600000));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        ck_assert_msg(!known(limits_of(others[i]).address_space), "%s",
                      others[i]);
}
END_TEST

/* ---- smaps ------------------------------------------------------------ */

#define MAP(range, perms, tail, rss, anon, dirty)                              \
    range " " perms " 00000000 " tail "\nSize: 4 kB\nRss:   " #rss             \
          " kB\nPss: " #rss " kB\nPrivate_Dirty: " #dirty                      \
          " kB\nAnonymous: " #anon " kB\nSwap: 1 kB\n"

static const char maps[] =
    MAP("10000000-10400000", "rw-p", "00:00 0", 2048, 2048, 2048)
        MAP("7f0000000000-7f0000100000", "rw-p", "00:00 0", 512, 512, 512)
            MAP("7f0000100000-7f0004000000", "---p", "00:00 0", 0, 0, 0)
                MAP("7f0004000000-7f000c000000", "rw-p", "00:00 0", 4096, 4096,
                    4096)
                    MAP("7f000c000000-7f0010100000", "rw-p", "00:00 0", 8, 8, 8)
                        MAP("7f0020000000-7f0020010000", "rw-s",
                            "00:27 646   /mnt/t/a b", 64, 0, 64)
                            MAP("7f0030000000-7f0030010000", "r--s",
                                "00:27 647   /mnt/o/c", 64, 0, 0)
                                MAP("7f0040000000-7f0040010000", "rw-s",
                                    "00:01 9   /memfd:java_heap", 64, 0, 0);

START_TEST(what_is_resident_where)
{
    uint64_t count, resident;
    struct smaps_map *m;
    struct smaps s;

    TEXT_READ(&t, maps, smaps_read, &s);
    ck_assert(!s.rollup);
    ck_assert_uint_eq(s.maps.n, 8);
    ck_assert_uint_eq(s.rss, KB(2048 + 512 + 4096 + 8 + 3 * 64));
    ck_assert_uint_eq(s.swap, KB(8));
    ck_assert(!known(s.pss_anon));
    ck_assert_str_eq(s.maps.at[0].path, "");
    ck_assert_str_eq(s.maps.at[5].path, "/mnt/t/a b");
    ck_assert_uint_eq(s.maps.at[5].shmem, KB(64));
    ck_assert_uint_eq(s.maps.at[6].shmem, 0);
    ck_assert_uint_eq(s.maps.at[7].shmem, KB(64));
    ck_assert_uint_eq(smaps_resident(&s, 0x10000000, 0x10400000), KB(2048));
    ck_assert_uint_eq(smaps_resident(&s, 0x10100000, 0x10200000), KB(512));
    ck_assert_uint_eq(smaps_resident(&s, 0, 0x10000000), 0);
    smaps_arenas(&s, &count, &resident);
    ck_assert_uint_eq(count, 3);
    ck_assert_uint_eq(resident, KB(512 + 4096));
    ck_assert_uint_eq(smaps_malloc(&s), resident);
    s.maps.at[5].path = "[heap]";
    ck_assert_uint_eq(smaps_malloc(&s), resident + s.maps.at[5].rss);
    ck_assert_uint_eq(smaps_full_arenas(&s), 0);
    VEC_EACH (&s.maps, m)
        if (m->rss == KB(512))
            m->rss = KB(63 * 1024);
    ck_assert_uint_eq(smaps_full_arenas(&s), KB(63 * 1024));
    smaps_deinit(&s, &t.mem);
}
END_TEST

static const char pmap_x[] =
    "4711:   /opt/jdk/bin/java -Xmx64m A\n"
    "Address           Kbytes     RSS   Dirty Mode  Mapping\n"
    "0000000010000000    4096    2048    2048 rw---   [ anon ]\n"
    "00007f0000000000    1024     512     512 rw---   [ anon ]\n"
    "00007f0000100000   64512       0       0 -----   [ anon ]\n"
    "00007f1000000000    1000     800      20 r-x-- libjvm.so\n"
    "00007f2000000000      64      64      64 rw-s- a b\n"
    "---------------- ------- ------- ------- \n"
    "total kB           70696    3424    2644\n";

static const char pmap_big_x[] =
    "4711:   /opt/jdk/bin/java -Xmx64m A\n"
    "         Address Perm   Offset Device Inode  Size  Rss  Pss Pss_Dirty "
    "Anonymous Swap                   VmFlags Mapping\n"
    "        10000000 rw-p 00000000  00:00     0  4096 2048 2048      2048 "
    "     2048    4    rd wr mr mw me ac \n"
    "    7f0000000000 rw-p 00000000  00:00     0  1024  512  512       512 "
    "      512    0    rd wr mr mw me ac \n"
    "    7f0000100000 ---p 00000000  00:00     0 64512    0    0         0 "
    "        0    0    mr mw me nr \n"
    "    7f1000000000 r-xp 00000000  fe:00    17  1000  800   90        20 "
    "       20    0    rd ex mr mw me libjvm.so\n"
    "    7f2000000000 rw-s 00000000  00:01    18    64   64   64        64 "
    "        0    0    rd wr sh mr mw me a b\n"
    "                                            ===== ==== ==== ========= "
    "========= ==== \n"
    "                                            70696 3424 2714      2644 "
    "     2580    4 KB \n";

START_TEST(what_pmap_shows)
{
    static const char *const texts[] = {pmap_x, pmap_big_x};
    uint64_t count, resident;
    struct smaps s;

    TEXT_READ(&t, texts[_i], smaps_read, &s);
    ck_assert(!s.rollup);
    ck_assert_uint_eq(s.maps.n, 5);
    ck_assert_uint_eq(s.rss, KB(3424));
    ck_assert_uint_eq(s.anon, KB(2048 + 512 + 20));
    ck_assert_str_eq(s.maps.at[0].path, "");
    ck_assert_str_eq(s.maps.at[2].perms, "---p");
    ck_assert_str_eq(s.maps.at[3].path, "libjvm.so");
    ck_assert_str_eq(s.maps.at[4].path, "a b");
    ck_assert_uint_eq(smaps_resident(&s, 0x10000000, 0x10400000), KB(2048));
    smaps_arenas(&s, &count, &resident);
    ck_assert_uint_eq(count, 1);
    ck_assert_uint_eq(resident, KB(512));
    smaps_deinit(&s, &t.mem);
}
END_TEST

START_TEST(a_rollup_is_a_sum)
{
    uint64_t count, resident;
    struct smaps s;

    TEXT_READ(&t,
              "0c00-7ffd ---p 00000000 00:00 0     [rollup]\n"
              "Rss:  63600 kB\nPss: 50492 kB\nPss_Anon: 39064 kB\n"
              "Pss_File: 11428 kB\nPss_Shmem: 0 kB\n",
              smaps_read, &s);
    ck_assert(s.rollup);
    ck_assert_uint_eq(s.rss, KB(63600));
    ck_assert_uint_eq(s.pss_anon, KB(39064));
    ck_assert_uint_eq(s.pss_shmem, 0);
    ck_assert(!known(smaps_resident(&s, 0, UINT64_MAX)));
    smaps_arenas(&s, &count, &resident);
    ck_assert(!known(count) && !known(resident));
    ck_assert(!known(smaps_malloc(&s)));
    smaps_deinit(&s, &t.mem);
}
END_TEST

/* ---- cgroup ----------------------------------------------------------- */

struct group {
    struct text text;
    struct cgroup_file file;
};

static void open_group(struct group *g, const char *name, const char *text)
{
    text_open(&g->text, text);
    ck_assert(cgroup_file_read(g->text.source, name, &g->text.arena, &g->file,
                               &g->text.err));
}

static void close_group(struct group *g)
{
    cgroup_file_deinit(&g->file, &g->text.mem);
    text_close(&g->text);
}

#define V2_STAT                                                                \
    "anon 500000000\nfile 8192\nkernel 20480\nkernel_stack 16384\n"            \
    "pagetables 2048\nsec_pagetables 0\npercpu 0\nsock 0\nvmalloc 0\n"         \
    "shmem 4096\nzswap 0\nzswapped 0\nfile_mapped 0\nfile_dirty 0\n"           \
    "anon_thp 0\ninactive_anon 0\nactive_anon 500000000\nslab 1024\n"          \
    "workingset_refault_anon 0\npgfault 123456\npgmajfault 7\n"

START_TEST(files_of_one_value)
{
    struct group g;

    open_group(&g, "/sys/fs/cgroup/memory.max", "max\n");
    ck_assert_uint_eq(cgroup_get(&g.file, "memory.max"), LIMIT_UNLIMITED);
    close_group(&g);
    open_group(&g, "memory.limit_in_bytes.txt", "9223372036854771712\n");
    ck_assert_uint_eq(cgroup_get(&g.file, "memory.limit_in_bytes"),
                      LIMIT_UNLIMITED);
    close_group(&g);
    open_group(&g, "pids.events", "max 4\n");
    ck_assert_uint_eq(cgroup_get(&g.file, "pids.events max"), 4);
    close_group(&g);
}
END_TEST

START_TEST(files_of_many_keys)
{
    struct group g;

    open_group(&g, "memory.stat",
               "cache 7\nrss 10\nshmem 1\nnonsense\n"
               "total_rss 30\ntotal_shmem 5\n");
    ck_assert_uint_eq(cgroup_get(&g.file, "anon"), 30);
    ck_assert_uint_eq(cgroup_get(&g.file, "file"), 7);
    ck_assert_uint_eq(cgroup_get(&g.file, "shmem"), 5);
    ck_assert_uint_eq(g.file.keys.at[3].line, 5);
    ck_assert(!known(cgroup_get(&g.file, "slab")));
    close_group(&g);
}
END_TEST

/* Each file of a v2 memory cgroup as Documentation/admin-guide/cgroup-v2.rst
 * describes it: what it is taken for, and one of its figures. */
static const struct {
    const char *name, *text, *key;
    uint64_t value;
    enum artifact_kind kind;
} v2[] = {
    {"memory.current", "522190848\n", "memory.current", 522190848,
     ARTIFACT_CGROUP_VALUES},
    {"memory.peak", "536870912\n", "memory.peak", 536870912,
     ARTIFACT_CGROUP_VALUES},
    {"memory.max", "536870912\n", "memory.max", 536870912,
     ARTIFACT_CGROUP_VALUES},
    {"memory.high", "max\n", "memory.high", LIMIT_UNLIMITED,
     ARTIFACT_CGROUP_VALUES},
    {"memory.swap.max", "0\n", "memory.swap.max", 0, ARTIFACT_CGROUP_VALUES},
    {"memory.swap.current", "4096\n", "memory.swap.current", 4096,
     ARTIFACT_CGROUP_VALUES},
    {"memory.oom.group", "1\n", "memory.oom.group", 1, ARTIFACT_CGROUP_VALUES},
    {"pids.current", "43\n", "pids.current", 43, ARTIFACT_CGROUP_VALUES},
    {"pids.max", "max\n", "pids.max", LIMIT_UNLIMITED, ARTIFACT_CGROUP_VALUES},
    {"memory.events",
     "low 0\nhigh 0\nmax 73\noom 2\noom_kill 1\noom_group_kill 0\n", "oom_kill",
     1, ARTIFACT_CGROUP_VALUES},
    {"memory.events.local", "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\n",
     "oom_kill", 0, ARTIFACT_CGROUP_VALUES},
    {"memory.stat", V2_STAT, "anon", 500000000, ARTIFACT_CGROUP_STAT},
    {"memory.stat", V2_STAT, "file", 8192, ARTIFACT_CGROUP_STAT},
    {"memory.stat", V2_STAT, "kernel", 20480, ARTIFACT_CGROUP_STAT},
    {"memory.stat", V2_STAT, "shmem", 4096, ARTIFACT_CGROUP_STAT},
    /* avg10 and total are no figures of the group's memory */
    {"memory.pressure",
     "some avg10=12.34 avg60=3.21 avg300=0.80 total=1234567\n"
     "full avg10=11.00 avg60=3.00 avg300=0.70 total=1200000\n",
     "total", UNKNOWN, ARTIFACT_UNKNOWN},
};

START_TEST(files_of_v2)
{
    struct group g;

    text_open(&t, v2[_i].text);
    ck_assert_int_eq(artifact_sniff(t.source, v2[_i].name), v2[_i].kind);
    text_close(&t);
    open_group(&g, v2[_i].name, v2[_i].text);
    ck_assert_uint_eq(cgroup_get(&g.file, v2[_i].key), v2[_i].value);
    close_group(&g);
}
END_TEST

START_TEST(files_behind_each_other)
{
    struct group g;

    open_group(&g, "values.txt",
               "memory.usage_in_bytes 434176\n"
               "/sys/fs/cgroup/memory.max:262144\n"
               "memory.current = 5\npids.max max\npids.events max 4\n"
               "memory.events oom_kill 2\nanon 4096 <1>\n");
    ck_assert_uint_eq(cgroup_get(&g.file, "memory.usage_in_bytes"), 434176);
    ck_assert_uint_eq(cgroup_get(&g.file, "memory.max"), 262144);
    ck_assert_uint_eq(cgroup_get(&g.file, "memory.current"), 5);
    ck_assert_uint_eq(cgroup_get(&g.file, "pids.max"), LIMIT_UNLIMITED);
    ck_assert_uint_eq(cgroup_get(&g.file, "pids.events max"), 4);
    ck_assert_uint_eq(cgroup_get(&g.file, "oom_kill"), 2);
    ck_assert_uint_eq(cgroup_get(&g.file, "anon"), 4096);
    close_group(&g);
}
END_TEST

START_TEST(files_behind_headings)
{
    struct group g;

    open_group(&g, "values.txt",
               "==> /sys/fs/cgroup/memory.max <==\n262144\n\n"
               "==> /sys/fs/cgroup/pids.events <==\nmax 4\n\n"
               "==> /sys/fs/cgroup/memory.events <==\nmax 7\noom_kill 2\n"
               "# cat /sys/fs/cgroup/memory.current\n5\n"
               "root@host:/$ cat memory.peak\n6\n"
               "pids.max:\nmax\nmemory.stat\nanon 4096\n");
    ck_assert_uint_eq(cgroup_get(&g.file, "memory.max"), 262144);
    ck_assert_uint_eq(cgroup_get(&g.file, "pids.events max"), 4);
    ck_assert_uint_eq(cgroup_get(&g.file, "oom_kill"), 2);
    ck_assert_uint_eq(cgroup_get(&g.file, "memory.current"), 5);
    ck_assert_uint_eq(cgroup_get(&g.file, "memory.peak"), 6);
    ck_assert_uint_eq(cgroup_get(&g.file, "pids.max"), LIMIT_UNLIMITED);
    ck_assert_uint_eq(cgroup_get(&g.file, "anon"), 4096);
    close_group(&g);
}
END_TEST

/* ---- sweeps ----------------------------------------------------------- */

static bool read_status(struct source *s, struct arena *a, struct err *e)
{
    struct proc_status p;

    return proc_status_read(s, a, &p, e);
}

static bool read_limits(struct source *s, struct arena *a, struct err *e)
{
    struct proc_limits l;

    return proc_limits_read(s, &l, a->mem, e);
}

static bool read_smaps(struct source *s, struct arena *a, struct err *e)
{
    struct smaps m;
    uint64_t count, resident;

    if (!smaps_read(s, a, &m, e))
        return false;
    smaps_arenas(&m, &count, &resident);
    smaps_deinit(&m, a->mem);
    return true;
}

static bool read_group(struct source *s, struct arena *a, struct err *e)
{
    struct cgroup_file f;

    if (!cgroup_file_read(s, "pids.events", a, &f, e))
        return false;
    cgroup_file_deinit(&f, a->mem);
    return true;
}

static const char ps_ef[] =
    "UID          PID    PPID  C STIME TTY          TIME CMD\n"
    "root           1       0  0 09:00 ?        00:00:00 /sbin/init splash\n"
    "app         4242       1  9 09:01 ?        00:01:02 /opt/jdk/bin/java\n"
    "app         4300    4242  1 09:02 ?        00:00:09 convert -resize\n"
    "app         cut off\n";

static bool read_processes(struct source *s, struct arena *a, struct err *e)
{
    struct process_list l;

    if (!process_list_read(s, a, &l, e))
        return false;
    process_list_deinit(&l, a->mem);
    return true;
}

START_TEST(processes_and_parents)
{
    struct process_list l;

    TEXT_READ(&t, ps_ef, process_list_read, &l);
    ck_assert_uint_eq(l.rows.n, 3);
    ck_assert_uint_eq(process_list_find(&l, 4300)->ppid, 4242);
    ck_assert_str_eq(process_list_find(&l, 4242)->name, "java");
    ck_assert_ptr_null(process_list_find(&l, 7));
    process_list_deinit(&l, &t.mem);
}
END_TEST

static const struct {
    const char *text;
    uint64_t rss, vsz, threads;
} listed[] = {
    {"USER  PID %CPU %MEM     VSZ     RSS TTY STAT START TIME COMMAND\n"
     "root    1  0.0  0.3  168000   12000 ?   Ss   Jan01 0:03 /sbin/init\n"
     "app  4711 12.0 75.0 5120000 3040000 ?   Sl   Jan01 9:11 "
     "/opt/jdk/bin/java -Xmx2g a.Main\n",
     KB(3040000), KB(5120000), UNKNOWN},
    {"top - 10:11:12 up 10 days,  3:04,  1 user,  load average: 1.2, 0.9\n"
     "Tasks: 120 total,   1 running\n"
     "%Cpu(s):  5.0 us,  1.0 sy\n"
     "MiB Mem :   3936.4 total,    120.1 free\n"
     "MiB Swap:      0.0 total,      0.0 free\n"
     "\n"
     "    PID USER  PR  NI    VIRT    RES    SHR S  %CPU %MEM TIME+ COMMAND\n"
     "   4711 app   20   0 5120000   1.5g  20000 S  12.0 75.0 9:11.12 java\n"
     "    PID USER  PR  NI    VIRT    RES    SHR S  %CPU %MEM TIME+ COMMAND\n"
     "   4711 app   20   0    6.0g   2.5g  20000 S  12.0 75.0 9:11.12 java\n",
     MB(2560), MB(6144), UNKNOWN},
    {"  PID   RSS    VSZ NLWP COMMAND\n"
     " 4711 40000 500000   43 java\n"
     "  999     - 100000    1 kthreadd\n",
     KB(40000), KB(500000), 43},
    /* several, or none */
    {"  PID   RSS COMMAND\n 4711 40000 java\n 4712 50000 java\n", UNKNOWN,
     UNKNOWN, UNKNOWN},
    {"  PID   RSS COMMAND\n 4711 40000 javac\n", UNKNOWN, UNKNOWN, UNKNOWN},
};

START_TEST(processes_and_what_they_hold)
{
    const struct listed_process *p;
    struct process_list l;

    text_open(&t, listed[_i].text);
    ck_assert_int_eq(artifact_sniff(t.source, "a"), ARTIFACT_PROCESS_LIST);
    ck_assert(process_list_read(t.source, &t.arena, &l, &t.err));
    p = process_list_jvm(&l);
    ck_assert_int_eq(p != NULL, known(listed[_i].rss));
    if (p) {
        ck_assert_uint_eq(p->pid, 4711);
        ck_assert_uint_eq(p->ppid, UNKNOWN);
        ck_assert_uint_eq(p->rss, listed[_i].rss);
        ck_assert_uint_eq(p->vsz, listed[_i].vsz);
        ck_assert_uint_eq(p->threads, listed[_i].threads);
    }
    process_list_deinit(&l, &t.mem);
}
END_TEST

START_TEST(cut_anywhere)
{
    sweep_prefixes(ps_ef, read_processes);
    sweep_prefixes(status, read_status);
    sweep_prefixes(status, read_limits);
    sweep_prefixes(maps, read_smaps);
    sweep_prefixes(pmap_x, read_smaps);
    sweep_prefixes(pmap_big_x, read_smaps);
    sweep_prefixes("max 4\nmemory.max 5\n", read_group);
}
END_TEST

START_TEST(out_of_memory_anywhere)
{
    sweep_failures(ps_ef, read_processes);
    sweep_failures(status, read_status);
    sweep_failures(status, read_limits);
    sweep_failures(maps, read_smaps);
    sweep_failures(pmap_x, read_smaps);
    sweep_failures("max 4\nmemory.max 5\n", read_group);
}
END_TEST

Suite *process_suite(void)
{
    Suite *s = suite_create("process");
    TCase *c = tcase_create("text");

    tcase_add_loop_test(c, amounts_and_units, 0,
                        sizeof amounts / sizeof *amounts);
    tcase_add_test(c, what_does_not_fit_is_not_found);
    tcase_add_test(c, times_of_any_zone);
    suite_add_tcase(s, c);
    c = tcase_create("files");
    tcase_add_checked_fixture(c, NULL, end);
    tcase_add_test(c, a_process_by_its_status);
    tcase_add_test(c, limits_of_a_process);
    tcase_add_test(c, limits_that_a_shell_lists);
    tcase_add_test(c, mappings_that_are_counted);
    tcase_add_test(c, limits_that_a_script_sets);
    tcase_add_test(c, what_is_resident_where);
    tcase_add_loop_test(c, what_pmap_shows, 0, 2);
    tcase_add_test(c, a_rollup_is_a_sum);
    tcase_add_test(c, files_of_one_value);
    tcase_add_loop_test(c, files_of_v2, 0, (int)(sizeof v2 / sizeof *v2));
    tcase_add_test(c, files_of_many_keys);
    tcase_add_test(c, files_behind_each_other);
    tcase_add_test(c, files_behind_headings);
    tcase_add_test(c, processes_and_parents);
    tcase_add_loop_test(c, processes_and_what_they_hold, 0,
                        sizeof listed / sizeof *listed);
    suite_add_tcase(s, c);
    c = tcase_create("sweeps");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, cut_anywhere);
    tcase_add_test(c, out_of_memory_anywhere);
    suite_add_tcase(s, c);
    return s;
}
