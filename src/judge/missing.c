/*
 * missing.c - what nobody captured and would tell more, with the command to
 * capture it next time. PID stands for the JVM's process.
 */
#include "verdict_parts.h"

static bool have(const struct facts *f, enum artifact_kind k)
{
    const struct input *in;

    VEC_EACH (&f->incident->inputs, in)
        if (in->kind == k && !in->error)
            return true;
    return false;
}

static bool no_kernel_log(const struct facts *f, const struct verdict *v)
{
    return !f->kernel_log &&
           (v->side == SIDE_UNDECIDED || v->side == SIDE_NONE || !f->oome);
}

static bool no_nmt(const struct facts *f, const struct verdict *v)
{
    (void)v;
    return f->nmt_off || (!f->first && !f->last) || (f->last && !f->last->nmt);
}

static bool no_baseline(const struct facts *f, const struct verdict *v)
{
    return f->last && f->last->nmt && !f->parts.first &&
           (v->side == SIDE_OFF_HEAP || v->side == SIDE_UNDECIDED);
}

static bool no_smaps(const struct facts *f, const struct verdict *v)
{
    (void)v;
    return !have(f, ARTIFACT_SMAPS) && !have(f, ARTIFACT_PROC_STATUS);
}

static bool no_allocator(const struct facts *f, const struct verdict *v)
{
    return (v->kind == KIND_NATIVE_UNTRACKED_MALLOC ||
            v->kind == KIND_NATIVE_UNTRACKED_MMAP ||
            v->kind == KIND_GLIBC_ARENAS) &&
           !(f->last && (known(f->last->malloc_in_use.value) ||
                         known(f->last->trim_after.value)));
}

static bool no_dump(const struct facts *f, const struct verdict *v)
{
    return !f->heap && v->side != SIDE_OTHER_PROCESS &&
           v->side != SIDE_PROCESS_LIMIT;
}

static bool no_second_dump(const struct facts *f, const struct verdict *v)
{
    return v->side == SIDE_ON_HEAP && f->heap && !f->incident->heap_before &&
           v->kind != KIND_OVERSIZED_REQUEST;
}

static bool no_gc_log(const struct facts *f, const struct verdict *v)
{
    return !f->gc && (v->side == SIDE_ON_HEAP || v->side == SIDE_SIZING ||
                      v->side == SIDE_UNDECIDED);
}

static bool no_limit(const struct facts *f, const struct verdict *v)
{
    return !known(f->limit.value) && v->side != SIDE_ON_HEAP &&
           v->side != SIDE_NONE;
}

static bool no_stack_of_native(const struct facts *f, const struct verdict *v)
{
    (void)f;
    return v->kind == KIND_NATIVE_UNTRACKED_MALLOC ||
           v->kind == KIND_NATIVE_UNTRACKED_MMAP;
}

static bool no_pids(const struct facts *f, const struct verdict *v)
{
    return v->kind == KIND_NATIVE_THREAD_LIMIT && !known(f->pids_events.value);
}

static bool no_parent(const struct facts *f, const struct verdict *v)
{
    return v->side == SIDE_OTHER_PROCESS && !f->hog_is_child;
}

static bool no_map_count(const struct facts *f, const struct verdict *v)
{
    return v->kind == KIND_MAP_COUNT_LIMIT && !known(f->map_count.value);
}

static const struct {
    bool (*lacks)(const struct facts *f, const struct verdict *v);
    struct missing missing;
} table[] = {
    {no_kernel_log,
     {"the kernel's log",
      "only it says whether the OOM killer acted, on "
      "whom, and what the group was made of",
      "dmesg -T > dmesg.txt   # or: journalctl -k > dmesg.txt"}},
    {no_nmt,
     {"native memory tracking",
      "without it native memory can't be told by "
      "cause",
      "java -XX:NativeMemoryTracking=summary ...   # then, while it lives: "
      "jcmd PID VM.native_memory summary > nmt.txt"}},
    {no_baseline,
     {"an earlier NMT of the same process",
      "growth names the cause; sizes alone do not",
      "jcmd PID VM.native_memory summary > nmt-1.txt   # an hour apart from "
      "the next"}},
    {no_smaps,
     {"the process's resident memory before the death",
      "committed is not resident: only /proc tells pages from promises",
      "cat /proc/PID/status /proc/PID/smaps > proc.txt"}},
    {no_allocator,
     {"the allocator's own figures",
      "they tell memory in use from freed memory that glibc keeps",
      "jcmd PID System.trim_native_heap   # and, where jcmd PID help lists it, "
      "System.native_heap_info"}},
    {no_stack_of_native,
     {"who calls malloc", "neither NMT nor a heap dump sees native callers",
      "LD_PRELOAD=libjemalloc.so.2 MALLOC_CONF=prof:true,lg_prof_interval:30 "
      "java ...   # then: jeprof --text $(command -v java) jeprof.*.heap"}},
    {no_dump,
     {"a heap dump", "it shows the live set and the owners of native memory",
      "jcmd PID GC.heap_dump -all /tmp/heap.hprof   # after NMT and smaps: the "
      "dump changes them"}},
    {no_second_dump,
     {"a second heap dump some time earlier",
      "two dumps tell what grows from what is merely large",
      "jcmd PID GC.heap_dump /tmp/heap-1.hprof   # and another one later"}},
    {no_gc_log,
     {"the GC log", "it shows the live set after each full collection",
      "java '-Xlog:gc*:file=gc.log:time,uptime,level,tags' ...   # JDK 8: "
      "-Xloggc:gc.log -XX:+PrintGCDetails"}},
    {no_limit,
     {"the container's limit", "without it nobody knows what was too much",
      "cat /sys/fs/cgroup/memory.max   # or tell oomwhy: --limit SIZE"}},
    {no_pids,
     {"the pids cgroup's events",
      "they tell the container's limit from the user's ulimit",
      "cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/pids.events; ulimit -u"}},
    {no_map_count,
     {"the number of mappings",
      "it tells the limit on mappings from exhausted address space",
      "wc -l /proc/PID/maps; sysctl vm.max_map_count"}},
    {no_parent,
     {"who started the other process",
      "a child is ours to fix, a neighbour "
      "is not",
      "ps -eo pid,ppid,rss,comm --sort=-rss | head"}},
};

bool missing_list(const struct facts *f, struct pen *p, struct verdict *v)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (!table[i].lacks(f, v))
            continue;
        if (!vec_push(&v->missing, f->mem, p->err))
            return false;
        *vec_last(&v->missing) = table[i].missing;
    }
    return true;
}
