/* captured.c - see captured.h. */
#include "captured.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/hprof_writer.h"

struct tempdir dir;
struct mem mem;
struct thresholds thresholds;
struct incident inc;
struct verdict v;
struct err err;

void captured_begin(void)
{
    tempdir_create(&dir);
    mem_init(&mem, 0);
    thresholds_init(&thresholds);
    incident_init(&inc, &mem);
    memset(&v, 0, sizeof v);
    memset(&err, 0, sizeof err);
}

static void forget(void)
{
    verdict_deinit(&v, &mem);
    incident_deinit(&inc);
    ck_assert_uint_eq(mem.held, 0);
}

void captured_end(void)
{
    forget();
    tempdir_remove(&dir);
}

void captured_again(void)
{
    forget();
    mem_init(&mem, 0);
    incident_init(&inc, &mem);
    memset(&v, 0, sizeof v);
    memset(&err, 0, sizeof err);
}

/* ---- what was captured -------------------------------------------------- */

const char quiet_gc_log[] =
    "[2026-11-20T22:29:02.380+0000][0.017s][info][gc     ] Using Serial\n"
    "[2026-11-20T22:29:02.390+0000][0.027s][info][gc] GC(0) Pause Young "
    "(Allocation Failure) 2M->1M(8M) 1.000ms\n";
const char notes[] = "Met with the team. Nobody knows.\n";

void put(const char *name, const char *text)
{
    tempdir_write(&dir, name, text);
}

void putf(const char *name, const char *fmt, ...)
{
    char text[4096];
    va_list args;
    int n;

    va_start(args, fmt);
    n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    ck_assert_int_lt(n, (int)sizeof text);
    put(name, text);
}

void put_nmt(const char *name, unsigned heap, unsigned other)
{
    putf(name,
         "4242:\n\nNative Memory Tracking:\n\n"
         "Total: reserved=900000KB, committed=%uKB\n\n"
         "-                 Java Heap (reserved=65536KB, committed=%uKB)\n"
         "                            (mmap: reserved=65536KB, "
         "committed=%uKB)\n\n"
         "-                      Code (reserved=247688KB, committed=8000KB)\n"
         "                            (mmap: reserved=247688KB, "
         "committed=8000KB)\n\n"
         "-                     Other (reserved=%uKB, committed=%uKB)\n"
         "                            (malloc=%uKB #100)\n\n",
         heap + other + 8000, heap, heap, other, other, other);
}

void put_status(const char *name, unsigned anon)
{
    put_status_of(name, "java", 4242, 1, anon);
}

void put_status_of(const char *name, const char *comm, unsigned pid,
                   unsigned parent, unsigned anon)
{
    putf(name,
         "Name:\t%s\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t%u\n"
         "Pid:\t%u\nPPid:\t%u\nVmPeak:\t 2420492 kB\nVmSize:\t 2420492 kB\n"
         "VmHWM:\t  %u kB\nVmRSS:\t  %u kB\nRssAnon:\t   %u kB\n"
         "RssFile:\t   20000 kB\nRssShmem:\t       0 kB\nThreads:\t20\n",
         comm, pid, pid, parent, anon + 20000, anon + 20000, anon);
}

void put_kill(const char *name, unsigned pid, unsigned anon)
{
    putf(name,
         "[ 3168.6] java invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), "
         "order=0, oom_score_adj=0\n"
         "[ 3168.6] memory: usage 262144kB, limit 262144kB, failcnt 9\n"
         "[ 3168.7] Memory cgroup out of memory: Killed process %u (java) "
         "total-vm:2420492kB, anon-rss:%ukB, file-rss:20000kB, shmem-rss:0kB, "
         "UID:0 pgtables:600kB oom_score_adj:0\n",
         pid, anon);
}

void put_level_looks(void)
{
    put_nmt("1/nmt.txt", 30000, 0);
    put_status("1/status.txt", 50000);
    put_nmt("2/nmt.txt", 30000, 0);
    put_status("2/status.txt", 51000);
}

void put_dump(const char *name, uint64_t time)
{
    put_cut_dump(name, time, 0);
}

void put_cut_dump(const char *name, uint64_t time, size_t less)
{
    const size_t clock = sizeof "JAVA PROFILE 1.0.2" + 4;
    struct hprof_writer w;

    hw_init(&w, "1.0.2", 8);
    hw_jdk(&w);
    HW_INSTANCE(&w, 0x10000, HW_OBJECT, "", 0);
    hw_root(&w, HW_UNKNOWN, 0x10000, 0, 0);
    hw_finish(&w);
    for (unsigned k = 0; k < 8; k++)
        w.at[clock + k] = (uint8_t)(time >> (56 - 8 * k));
    ck_assert_uint_gt(w.n, less);
    tempdir_write_bytes(&dir, name, w.at, w.n - less);
    hw_deinit(&w);
}

/* ---- what comes of it ---------------------------------------------------- */

bool add(const char *name, enum artifact_kind kind)
{
    return incident_add(&inc, tempdir_path(&dir, name), kind, false, &err);
}

void read_added(void)
{
    ck_assert_msg(incident_read(&inc, NULL, &err), "%s", err.text);
    ck_assert(!err_is_set(&err));
}

void read_all(void)
{
    ck_assert_msg(add("", ARTIFACT_UNKNOWN), "%s", err.text);
    read_added();
}

const struct input *file(const char *name)
{
    const struct input *in, *found = NULL;

    VEC_EACH (&inc.inputs, in) {
        size_t n = strlen(in->path), k = strlen(name);

        if (n > k && strcmp(in->path + n - k, name) == 0 &&
            in->path[n - k - 1] == '/') {
            ck_assert_ptr_null(found);
            found = in;
        }
    }
    ck_assert_msg(found, "%s is not among the inputs", name);
    return found;
}

const char *snapshot_name(const struct input *in)
{
    if (in->snapshot == NO_SNAPSHOT)
        return "";
    ck_assert_uint_lt(in->snapshot, inc.snapshots.n);
    ck_assert_uint_eq(inc.snapshots.at[in->snapshot].index, in->snapshot);
    return inc.snapshots.at[in->snapshot].name;
}

enum verdict_kind judged(void)
{
    read_all();
    ck_assert_msg(judge(&inc, &thresholds, &mem, &v, &err), "%s", err.text);
    return v.kind;
}
