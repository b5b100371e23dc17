/*
 * missing.c - what nobody captured and would tell more, with the command to
 * capture it next time. PID stands for the JVM's process.
 */
#include <stdlib.h>
#include <string.h>

#include "verdict_parts.h"

static bool have(const struct facts *f, enum artifact_kind k)
{
    const struct input *in;

    VEC_EACH (&f->incident->inputs, in)
        if (in->kind == k && !in->error)
            return true;
    return false;
}

/* It ended before it had done anything worth a capture. */
static bool never_started(const struct facts *f, const struct verdict *v)
{
    return v->kind == KIND_HEAP_RESERVATION_TOO_LARGE && !f->kill.kill &&
           (f->hs_err || f->warnings[WARN_RESERVE_FAILED].warning);
}

/* Whether what its memory was made of is the question. */
static bool is_about_memory(const struct facts *f, const struct verdict *v)
{
    return !never_started(f, v) && v->kind != KIND_CRASH;
}

/* OpenJ9 has other tools, and its javacore is one of them. */
static bool is_openj9(const struct facts *f)
{
    return have(f, ARTIFACT_JAVACORE);
}

static bool no_second_javacore(const struct facts *f, const struct verdict *v)
{
    return is_openj9(f) && v->side == SIDE_UNDECIDED;
}

/* The kill that the kernel's log tells of, whoever it was; NULL: none. */
static const struct oom_kill *any_kill(const struct facts *f)
{
    if (f->kill.kill || f->other.kill)
        return f->kill.kill ? f->kill.kill : f->other.kill;
    return facts_any_kill(f);
}

static bool no_word_of_jvm(const struct facts *f, const struct verdict *v)
{
    return v->side == SIDE_UNDECIDED && any_kill(f) && !f->kill.kill &&
           !f->other.kill && !f->moments.n && !f->heap && !f->jvm;
}

static bool no_tasks(const struct facts *f, const struct verdict *v)
{
    if (v->side != SIDE_UNDECIDED)
        return false;
    if (!f->kill.kill)
        return f->hearsay && !facts_kernel_stood_by(f);
    return !f->kill.report || !f->kill.report->tasks.n;
}

static bool no_machine(const struct facts *f, const struct verdict *v)
{
    return never_started(f, v);
}

static bool no_limits(const struct facts *f, const struct verdict *v)
{
    return v->side == SIDE_UNDECIDED && f->hs_err &&
           f->hs_err->death == VM_OUT_OF_MEMORY;
}

static bool no_kernel_log(const struct facts *f, const struct verdict *v)
{
    return !f->kernel_log && is_about_memory(f, v) &&
           (v->side == SIDE_UNDECIDED || !f->oome) &&
           !(v->side == SIDE_NONE && v->confidence == CONFIDENCE_HIGH);
}

/* An error nobody wrote down decides between healthy and not. */
static bool no_error_log(const struct facts *f, const struct verdict *v)
{
    return f->watched != WATCH_ERRORS && !f->oome && f->moments.n > 1 &&
           (v->side == SIDE_NONE || v->side == SIDE_UNDECIDED);
}

static bool no_exit_status(const struct facts *f, const struct verdict *v)
{
    return facts_end_unsaid(f) && !facts_sigkill_told(f) &&
           (v->side == SIDE_UNDECIDED || v->confidence == CONFIDENCE_LOW);
}

static bool no_nmt(const struct facts *f, const struct verdict *v)
{
    if (!is_about_memory(f, v) || is_openj9(f) ||
        v->side == SIDE_PROCESS_LIMIT || v->side == SIDE_OTHER_PROCESS)
        return false;
    return f->nmt_off || (!f->first && !f->last) || (f->last && !f->last->nmt);
}

/* Healthy, as far as one look can tell. */
static bool wants_another_look(const struct facts *f, const struct verdict *v)
{
    return v->kind == KIND_HEALTHY && facts_one_look(f);
}

static bool no_baseline(const struct facts *f, const struct verdict *v)
{
    return f->last && f->last->nmt && !f->last->nmt->diff && !f->parts.first &&
           (v->side == SIDE_OFF_HEAP || v->side == SIDE_UNDECIDED ||
            wants_another_look(f, v));
}

static bool no_smaps(const struct facts *f, const struct verdict *v)
{
    return is_about_memory(f, v) && v->side != SIDE_OTHER_PROCESS &&
           !have(f, ARTIFACT_SMAPS) && !have(f, ARTIFACT_PROC_STATUS);
}

static bool no_allocator(const struct facts *f, const struct verdict *v)
{
    return (v->kind == KIND_NATIVE_UNTRACKED_MALLOC ||
            v->kind == KIND_NATIVE_UNTRACKED_MMAP ||
            v->kind == KIND_GLIBC_ARENAS) &&
           !(f->last && (known(f->last->malloc_in_use.value) ||
                         known(f->last->trim_after.value)));
}

/* An error that the JVM writes a dump for, if it is told to. */
static bool no_dump_of_error(const struct facts *f, const struct verdict *v)
{
    return !f->heap && f->oome &&
           (v->side == SIDE_ON_HEAP || facts_oome_is(f, OOME_METASPACE) ||
            facts_oome_is(f, OOME_CLASS_SPACE));
}

static bool no_dump(const struct facts *f, const struct verdict *v)
{
    return !f->heap && is_about_memory(f, v) && !is_openj9(f) &&
           v->side != SIDE_OTHER_PROCESS && v->side != SIDE_PROCESS_LIMIT &&
           v->kind != KIND_HEALTHY && !no_dump_of_error(f, v);
}

static bool no_second_dump(const struct facts *f, const struct verdict *v)
{
    if (!f->heap || f->incident->heap_before)
        return false;
    return (v->side == SIDE_ON_HEAP && v->kind != KIND_OVERSIZED_REQUEST) ||
           wants_another_look(f, v);
}

static bool no_gc_log(const struct facts *f, const struct verdict *v)
{
    return !f->gc && is_about_memory(f, v) && !is_openj9(f) &&
           (v->side == SIDE_ON_HEAP || v->side == SIDE_SIZING ||
            v->side == SIDE_UNDECIDED || wants_another_look(f, v));
}

static bool no_limit(const struct facts *f, const struct verdict *v)
{
    const struct oom_kill *k = any_kill(f);

    /* Where the machine ran out no container's limit was hit. */
    return !known(f->limit.value) && !(k && !k->memcg) &&
           is_about_memory(f, v) && v->side != SIDE_ON_HEAP &&
           v->side != SIDE_NONE && v->side != SIDE_PROCESS_LIMIT;
}

static bool no_stack_of_native(const struct facts *f, const struct verdict *v)
{
    (void)f;
    return v->kind == KIND_NATIVE_UNTRACKED_MALLOC ||
           v->kind == KIND_NATIVE_UNTRACKED_MMAP;
}

static bool no_pids(const struct facts *f, const struct verdict *v)
{
    return v->kind == KIND_NATIVE_THREAD_LIMIT &&
           !known(f->pids_events.value) && !facts_address_space_full(f);
}

static bool no_parent(const struct facts *f, const struct verdict *v)
{
    return v->side == SIDE_OTHER_PROCESS && !f->hog_is_child &&
           f->family == FAMILY_UNKNOWN;
}

static bool no_map_count(const struct facts *f, const struct verdict *v)
{
    return v->kind == KIND_MAP_COUNT_LIMIT && !known(f->map_count.value);
}

static const struct {
    bool (*lacks)(const struct facts *f, const struct verdict *v);
    struct missing missing;
} table[] = {
    {no_word_of_jvm,
     {"how the JVM ended",
      "the kernel names none; its log, exit status and pid tell whether it "
      "died at all",
      "kubectl logs --previous POD > app.log   # or the service's journal; "
      "then oomwhy --pid PID ..."}},
    {no_tasks,
     {"the kernel's whole report of the kill",
      "the lines above 'Killed process' list every process and the limit",
      "dmesg -T > dmesg.txt   # or: journalctl -k > dmesg.txt"}},
    {no_machine,
     {"what the machine could have given",
      "-Xms is committed whole before anything runs",
      "free -m; sysctl vm.overcommit_memory; ulimit -v; "
      "cat /sys/fs/cgroup/memory.max"}},
    {no_limits,
     {"the limits on the process",
      "one of them may have refused what the machine still had",
      "cat /proc/PID/limits; wc -l /proc/PID/maps; "
      "sysctl vm.max_map_count vm.overcommit_memory"}},
    {no_second_javacore,
     {"a second javacore some time later",
      "growth names the category; sizes alone do not",
      "kill -QUIT PID   # OpenJ9 goes on running and writes javacore.*.txt"}},
    {no_kernel_log,
     {"the kernel's log",
      "only it says whether the OOM killer acted, on "
      "whom, and what the group was made of",
      "dmesg -T > dmesg.txt   # or: journalctl -k > dmesg.txt"}},
    {no_error_log,
     {"the application's log of errors",
      "an OutOfMemoryError would stand there",
      "kubectl logs --previous POD > app.log   # or: journalctl -u UNIT"}},
    {no_exit_status,
     {"the exit status",
      "137 is a SIGKILL, 134 and 6 an abort, 3 "
      "-XX:+ExitOnOutOfMemoryError",
      "docker inspect CONTAINER > container.txt   # or: kubectl describe pod "
      "POD > pod.txt"}},
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
      "System.native_heap_info   # up to JDK 16: gdb -p PID -batch -ex 'call "
      "(void)malloc_stats()', which prints to the JVM's stderr"}},
    {no_stack_of_native,
     {"who calls malloc", "neither NMT nor a heap dump sees native callers",
      "LD_PRELOAD=libjemalloc.so.2 MALLOC_CONF=prof:true,lg_prof_interval:30 "
      "java ...   # then: jeprof --text $(command -v java) jeprof.*.heap"}},
    {no_dump_of_error,
     {"the heap dump of the error itself",
      "it shows what was alive, who held it, and the stack of the error",
      "java -XX:+HeapDumpOnOutOfMemoryError -XX:HeapDumpPath=/dumps ...   # a "
      "folder that outlives the container"}},
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
      "java '-Xlog:gc*:file=gc.log:time,uptime,level,tags' ...   # up to JDK "
      "8: java -Xloggc:gc.log -XX:+PrintGCDetails -XX:+PrintGCDateStamps ..."}},
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

/* Of a command that has another form on old JDKs, "NEW   # up to JDK 8: OLD",
 * the one for this JDK; both where nobody knows which it was. */
static const char *for_jdk(const struct facts *f, struct pen *p,
                           const char *command)
{
    static const char mark[] = "   # up to JDK ";
    const char *at = strstr(command, mark);
    unsigned long last;
    char *old;

    if (!at)
        return command;
    last = strtoul(at + strlen(mark), &old, 10);
    if (f->jdk.to <= last)
        return old + strspn(old, ": ");
    if (f->jdk.from <= last)
        return command;
    return pen_write(p, "%.*s", (int)(at - command), command);
}

/* The dump that the log says was written, and nobody gave us. */
static const char *dump_written(const struct facts *f, struct pen *p)
{
    static const char before[] = "Dumping heap to ";
    const struct jvm_warning *w = f->warnings[WARN_DUMPING].warning;
    const char *s = w ? strstr(w->text, before) : NULL;
    size_t n;

    if (!s)
        return NULL;
    s += strlen(before);
    n = strcspn(s, " ");
    return pen_write(p, "oomwhy ... %.*s   # the log says that it is there",
                     (int)n, s);
}

static void fit(const struct facts *f, struct pen *p, struct missing *m)
{
    const char *written = dump_written(f, p);

    if (written && strstr(m->command, "HeapDumpOnOutOfMemoryError"))
        m->command = written;
    else
        m->command = for_jdk(f, p, m->command);
}

bool missing_list(const struct facts *f, struct pen *p, struct verdict *v)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (!table[i].lacks(f, v))
            continue;
        if (!vec_push(&v->missing, f->mem, p->err))
            return false;
        *vec_last(&v->missing) = table[i].missing;
        fit(f, p, vec_last(&v->missing));
    }
    return true;
}
