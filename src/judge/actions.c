/*
 * actions.c - what to change, by kind of verdict. Each is a suggestion tied
 * to how the kind arises, in the words of this death where they are known;
 * whether it fits is for people to decide.
 */
#include <string.h>

#include "verdict_parts.h"

/* Stands for the culprit's name in what is to be done. */
#define CULPRIT "the culprit"

#define RAISE_ULIMIT "launch it without ulimit -v"
#define WHY_ULIMIT                                                             \
    "a JVM reserves gigabytes it never uses; limit memory by a container"

/* ---- what nobody needs to be told --------------------------------------- */

/* An error that wrote its dump says that the flag was set, too. */
static bool dumps_on_error(const struct facts *f)
{
    const struct input *in;

    VEC_EACH (&f->incident->inputs, in)
        if ((in->kind == ARTIFACT_VM_FLAGS ||
             in->kind == ARTIFACT_VM_COMMAND_LINE) &&
            in->flags && in->flags->heap_dump_on_oome)
            return true;
    return f->warnings[WARN_DUMPING].warning ||
           f->warnings[WARN_DUMP_WRITTEN].warning || heap_is_of_error(f->heap);
}

/* Its error says that there is a limit. */
static bool limits_metaspace(const struct facts *f)
{
    return known(f->max_metaspace.value) || facts_oome_is(f, OOME_METASPACE);
}

static bool reached_direct(const struct facts *f)
{
    return facts_oome_is(f, OOME_DIRECT_MEMORY);
}

static bool left_direct(const struct facts *f)
{
    return !reached_direct(f);
}

static bool limits_direct(const struct facts *f)
{
    return reached_direct(f) ||
           (known(f->max_direct.value) && known(f->limit.value) &&
            f->max_direct.value < f->limit.value);
}

/* Most of them are garbage already. */
static bool dropped_direct(const struct facts *f)
{
    const struct heap_natives *n = f->heap ? &f->heap->natives : NULL;

    return n && n->awaiting_gc.bytes > n->owners.bytes / 2;
}

static bool kept_direct(const struct facts *f)
{
    return !dropped_direct(f);
}

static bool never_ran(const struct facts *f)
{
    return !f->kill.kill &&
           (f->hs_err || f->warnings[WARN_RESERVE_FAILED].warning);
}

static bool maps_at_will(const struct facts *f)
{
    return f->kill.kill || !known(f->address_space.value);
}

/* Its limit is none, or was far. */
static bool maps_enough(const struct facts *f)
{
    return maps_at_will(f) ||
           (known(f->mapped.value) && !facts_address_space_full(f));
}

/* What a JDK does not have yet nobody needs to be told of; `may_be` is for
 * what stands in for it. */
#define JDK(n)                                                                 \
    static bool before_##n(const struct facts *f)                              \
    {                                                                          \
        return f->jdk.to < (n);                                                \
    }                                                                          \
    static bool may_be_##n(const struct facts *f)                              \
    {                                                                          \
        return f->jdk.to >= (n);                                               \
    }
JDK(9)
JDK(21)
JDK(22)

static bool before_17(const struct facts *f)
{
    return f->jdk.to < 17;
}

static bool not_killed(const struct facts *f)
{
    return !f->kill.kill;
}

static bool looked_again(const struct facts *f)
{
    return !facts_one_look(f);
}

static bool did_run(const struct facts *f)
{
    return !never_ran(f);
}

/* ---- reasons with this death's own figures ------------------------------ */

static const char *against_limit(const struct facts *f, struct pen *p,
                                 const char *flag, struct figure value)
{
    return known(value.value)
               ? pen_write(p, "%s is %s, the container's limit %s", flag,
                           pen_size(p, value.value),
                           pen_size(p, f->limit.value))
               : NULL;
}

static const char *direct_against_limit(const struct facts *f, struct pen *p)
{
    return against_limit(f, p, "now it", f->max_direct);
}

static const char *xmx_against_limit(const struct facts *f, struct pen *p)
{
    return f->xmx_guessed ? NULL : against_limit(f, p, "-Xmx", f->xmx);
}

static const char *live_against_limit(const struct facts *f, struct pen *p)
{
    return known(f->live.value)
               ? pen_write(p,
                           "%s were live; if they are needed, the limit of %s "
                           "has to be raised",
                           pen_size(p, f->live.value),
                           pen_size(p, f->limit.value))
               : NULL;
}

/* ---- the table ----------------------------------------------------------- */

/* What a row says nothing of is NULL: `...` is `why`, and what follows it. */
#define ROW(kind_, what_, ...)                                                 \
    {                                                                          \
        .kind = (kind_), .what = what_, .why = __VA_ARGS__                     \
    }

/* In the order they are given. */
static const struct row {
    enum verdict_kind kind;
    const char *what, *why;
    /* Whether nobody needs to be told: a flag that is set, and the like. */
    bool (*idle)(const struct facts *f);
    /* The reason in this death's figures, or NULL; needs a limit. */
    const char *(*reason)(const struct facts *f, struct pen *p);
} table[] = {
    ROW(KIND_NOT_ENOUGH_EVIDENCE,
        "capture what is listed as missing before changing anything",
        "a change without a cause hides the next occurrence"),
    ROW(KIND_HEAP_LEAK, "bound or expire what the culprit holds",
        "entries are kept that nobody needs any more"),
    ROW(KIND_HEAP_LEAK,
        "set -XX:+HeapDumpOnOutOfMemoryError with a HeapDumpPath that survives "
        "the container",
        "the next error then brings its own dump", .idle = dumps_on_error),
    ROW(KIND_HEAP_LEAK, "keep -Xmx below 70 % of the container's limit",
        "then the error, with its dump, comes before the kernel",
        .idle = not_killed),
    ROW(KIND_HEAP_BACKLOG,
        "bound the queue and push back on producers (a rejecting or "
        "caller-runs policy)",
        "an unbounded queue turns a slow consumer into an exhausted heap"),
    ROW(KIND_HEAP_BACKLOG, "give the consumers more capacity or a timeout",
        "they are slower than the producers"),
    ROW(KIND_THREADLOCAL_LEAK,
        "remove the thread-local in a finally block, or let it die with the "
        "request",
        "pooled threads never end, so their values never go"),
    ROW(KIND_LISTENER_LEAK,
        "unregister the listener when its owner ends, or register it weakly",
        "the registry outlives what listens"),
    ROW(KIND_STRING_GROWTH,
        "bound the set of strings that is kept, and intern none that come from "
        "outside",
        "different strings never repeat, so keeping them never pays"),
    ROW(KIND_STRING_DUPLICATES,
        "share equal strings where they are read, or use "
        "-XX:+UseStringDeduplication with G1",
        "most of the bytes repeat each other"),
    ROW(KIND_FINALIZER_BACKLOG, "replace finalize() by close() or a Cleaner",
        "one thread runs all finalizers, and a slow one stops the rest",
        .idle = before_9),
    ROW(KIND_FINALIZER_BACKLOG,
        "replace finalize() by close(), or by phantom references",
        "one thread runs all finalizers, and a slow one stops the rest",
        .idle = may_be_9),
    ROW(KIND_CLEANER_BACKLOG,
        "keep cleaning actions short and free of locks, and close explicitly",
        "one thread runs all actions, and a blocked one stops the rest"),
    ROW(KIND_JNI_GLOBAL_REF_LEAK,
        "pair every NewGlobalRef with DeleteGlobalRef in the native code",
        "nothing in Java can free these objects"),
    ROW(KIND_JNI_GLOBAL_REF_LEAK, "run once with -Xcheck:jni",
        "it counts and warns"),
    ROW(KIND_STACK_LOCAL_RESULT, "page or stream the result, or limit its size",
        "one request's answer has to fit the heap beside all others"),
    ROW(KIND_GROWING_ARRAY, "stream or bound what the array collects",
        "doubling it needs the old and the new array at once"),
    ROW(KIND_OVERSIZED_REQUEST,
        "check the size before allocating, where it comes from input",
        "no heap serves a corrupt length"),
    ROW(KIND_OVERSIZED_REQUEST,
        "look at the allocation's stack, not at the heap",
        "the heap is not to blame"),
    ROW(KIND_G1_HUMONGOUS,
        "raise -XX:G1HeapRegionSize or split the large arrays",
        "objects above half a region take whole regions"),
    ROW(KIND_VIRTUAL_THREADS, "bound what may run at once with a semaphore",
        "virtual threads cost heap, so their number is the limit that is "
        "missing"),
    ROW(KIND_CLASSLOADER_LEAK,
        "let go of the loader: stop its threads, deregister its drivers and "
        "hooks, clear its thread-locals",
        "one object of its classes keeps all of them"),
    ROW(KIND_XMX_OVER_LIMIT,
        "lower -Xmx below the container's limit, or drop it for "
        "-XX:MaxRAMPercentage=70",
        "the heap may grow past what the container has", .idle = before_9,
        .reason = xmx_against_limit),
    ROW(KIND_XMX_OVER_LIMIT,
        "lower -Xmx below the container's limit, or, from 8u191 on, drop it "
        "for -XX:MaxRAMPercentage=70",
        "the heap may grow past what the container has", .idle = may_be_9,
        .reason = xmx_against_limit),
    ROW(KIND_XMX_OVER_LIMIT,
        "find out whether the live set is a need or a leak",
        "with a fitting -Xmx it would have been an OutOfMemoryError with a "
        "dump",
        .idle = facts_touched_at_start, .reason = live_against_limit),
    ROW(KIND_DIRECT_BUFFERS,
        "release or pool the buffers that the culprit holds",
        "a direct buffer's memory goes only when its object does",
        .idle = dropped_direct),
    ROW(KIND_DIRECT_BUFFERS, "reuse buffers instead of dropping them",
        "a dropped buffer keeps its memory until a collection, and a quiet "
        "heap has none",
        .idle = kept_direct),
    ROW(KIND_DIRECT_BUFFERS,
        "set -XX:MaxDirectMemorySize so that it fits the container",
        "it is as large as -Xmx by default", .idle = limits_direct,
        .reason = direct_against_limit),
    ROW(KIND_DIRECT_BUFFERS,
        "raise -XX:MaxDirectMemorySize, if that many buffers are meant",
        "it is as large as -Xmx by default", .idle = left_direct),
    ROW(KIND_DIRECT_BUFFERS_NIO_CACHE,
        "set -Djdk.nio.maxCachedBufferSize=262144, or use direct buffers for "
        "large writes",
        "NIO keeps one temporary buffer of the largest size per thread"),
    ROW(KIND_FFM_SEGMENTS, "use confined or shared arenas and close them",
        "segments of the global arena are never freed"),
    ROW(KIND_NATIVE_TRACKED_OTHER,
        "find the sites that allocate: start with "
        "-XX:NativeMemoryTracking=detail, then jcmd PID VM.native_memory "
        "detail.diff",
        "no object on the heap stands for this category's memory"),
    ROW(KIND_NATIVE_UNTRACKED_MALLOC,
        "profile native allocations with jemalloc's or tcmalloc's profiler",
        "only the allocator knows the callers"),
    ROW(KIND_NATIVE_UNTRACKED_MALLOC,
        "update or bound the native library's caches",
        "libraries loaded by the JVM share its limit"),
    ROW(KIND_NATIVE_UNTRACKED_MMAP,
        "look at who maps: strace -f -e trace=mmap,munmap -p PID",
        "mappings have no owner in /proc"),
    ROW(KIND_ZLIB_NATIVE,
        "call end() on Deflater and Inflater, or close the streams that own "
        "them",
        "each keeps its zlib state until then, about 268 KiB to deflate"),
    ROW(KIND_GLIBC_ARENAS, "set MALLOC_ARENA_MAX=2, or run with jemalloc",
        "each arena keeps what its threads freed"),
    ROW(KIND_GLIBC_ARENAS,
        "use -XX:TrimNativeHeapInterval=5000 (JDK 17.0.9, 21.0.1, 22 and "
        "later)",
        "it gives freed pages back every 5 s", .idle = before_17),
    ROW(KIND_METASPACE_LOADER_LEAK,
        "let go of the loaders that the culprit holds",
        "a loader goes only when nothing of its classes is held"),
    ROW(KIND_METASPACE_LOADER_LEAK, "set -XX:MaxMetaspaceSize",
        "it turns a kill into an error with a dump", .idle = limits_metaspace),
    ROW(KIND_METASPACE_CLASS_LEAK,
        "cache generated classes by what they do, not by use",
        "each use defines another class"),
    ROW(KIND_METASPACE_CLASS_LEAK, "set -XX:MaxMetaspaceSize",
        "it turns a kill into an error with a dump", .idle = limits_metaspace),
    ROW(KIND_CLASS_SPACE,
        "raise -XX:CompressedClassSpaceSize, if the number of classes is meant",
        "it has a limit of its own"),
    ROW(KIND_CLASS_SPACE, "find out who generates the classes",
        "thousands of them are rarely meant"),
    ROW(KIND_THREAD_STACKS, "use a bounded pool, or virtual threads",
        "each platform thread costs its stack, an arena and kernel memory",
        .idle = before_21),
    ROW(KIND_THREAD_STACKS, "use a bounded pool",
        "each thread costs its stack, an arena and kernel memory",
        .idle = may_be_21),
    ROW(KIND_THREAD_STACKS,
        "lower -Xss or -XX:ThreadStackSize, if the number is meant",
        "a megabyte each is reserved"),
    ROW(KIND_CODE_CACHE, "set -XX:ReservedCodeCacheSize to fit the container",
        "up to 240 MB is the default"),
    ROW(KIND_CODE_CACHE, "find out who generates classes",
        "their code is what is compiled"),
    ROW(KIND_COMPILER_ARENA,
        "exclude the method that is compiled, or use "
        "-XX:CompileCommand=MemLimit,*.*,1g (JDK 22 and later)",
        "one compilation took it", .idle = before_22),
    ROW(KIND_COMPILER_ARENA,
        "exclude the method that is compiled: "
        "-XX:CompileCommand=exclude,CLASS::METHOD",
        "one compilation took it", .idle = may_be_22),
    ROW(KIND_GC_STRUCTURES,
        "leave 10 % of the heap for the collector, or choose one that needs "
        "less",
        "remembered sets and marking bitmaps grow with the heap"),
    ROW(KIND_SYMBOLS,
        "find out which table grows: jcmd PID VM.stringtable, VM.symboltable",
        "interned strings and the names of classes, methods and fields count "
        "together",
        .idle = before_9),
    ROW(KIND_SYMBOLS,
        "find out which table grows: run with -XX:+PrintStringTableStatistics",
        "interned strings and the names of classes, methods and fields count "
        "together",
        .idle = may_be_9),
    ROW(KIND_SYMBOLS,
        "stop interning strings that come from outside: String.intern(), keys "
        "that a JSON or XML parser interns",
        "each has an entry in the JVM's table as long as it is held"),
    ROW(KIND_SYMBOLS, "find out who generates classes",
        "each brings names of its own"),
    ROW(KIND_SHMEM_MAPPED, "bound or delete the mapped files on tmpfs",
        "pages of tmpfs are memory, and count"),
    ROW(KIND_SHMEM_UNMAPPED,
        "delete files on /dev/shm or memory-backed volumes, or put them on "
        "disk",
        "tmpfs counts to the container until they are gone"),
    ROW(KIND_KERNEL_MEMORY,
        "look at sockets, pipes, threads and files of the container",
        "their kernel side is charged to it"),
    ROW(KIND_HEAP_RESERVATION_TOO_LARGE,
        "lower -Xmx or -XX:MaxRAMPercentage to 70 % of the limit",
        "the heap is let grow further than its container goes",
        .idle = never_ran),
    ROW(KIND_HEAP_RESERVATION_TOO_LARGE,
        "ask for a smaller -Xms and -Xmx, or make room on the machine",
        "the JVM commits or reserves its heap before anything runs",
        .idle = did_run),
    ROW(KIND_HEAP_RESERVATION_TOO_LARGE, RAISE_ULIMIT, WHY_ULIMIT,
        .idle = maps_at_will),
    ROW(KIND_PARTS_EXCEED_LIMIT, RAISE_ULIMIT, WHY_ULIMIT,
        .idle = maps_at_will),
    ROW(KIND_NATIVE_THREAD_LIMIT, RAISE_ULIMIT, WHY_ULIMIT,
        .idle = maps_enough),
    ROW(KIND_MAP_COUNT_LIMIT, RAISE_ULIMIT, WHY_ULIMIT, .idle = maps_at_will),
    ROW(KIND_PARTS_EXCEED_LIMIT,
        "raise the limit or shrink the largest rows of the balance",
        "each part is ordinary, their sum is not"),
    ROW(KIND_PARTS_EXCEED_LIMIT, "keep -Xmx below 70 % of the limit",
        "the rest of a JVM needs room too"),
    ROW(KIND_NATIVE_THREAD_LIMIT, "bound the number of threads",
        "memory is not what ran out"),
    ROW(KIND_NATIVE_THREAD_LIMIT,
        "raise the limit that is named, if the number is meant",
        "pids.max of the container or ulimit -u",
        .idle = facts_address_space_full),
    ROW(KIND_MAP_COUNT_LIMIT,
        "raise vm.max_map_count, or map fewer and larger pieces",
        "each mapping counts, whatever its size"),
    ROW(KIND_NEIGHBOUR, "give the other process its own limit",
        "the group's memory is shared, and so is the kill"),
    ROW(KIND_NEIGHBOUR, "look at the other process",
        "the JVM did not take the memory"),
    ROW(KIND_CHILD_PROCESS, "bound what the child may use, or run it elsewhere",
        "children are charged to the same container"),
    ROW(KIND_HEALTHY, "nothing",
        "nothing ran out, and nothing grows that would",
        .idle = facts_one_look),
    ROW(KIND_HEALTHY, "nothing yet; look again after some hours of its load",
        "one look shows sizes, two show growth", .idle = looked_again),
    ROW(KIND_SIGKILL,
        "ask who sends signals: the orchestrator, a liveness probe, an "
        "operator",
        "the kernel did not"),
    ROW(KIND_CRASH, "read the hs_err file's stack",
        "it is a fault in native code or in the JVM"),
};

/* Only what Java code can change is called by its name. */
static const char *named(struct pen *p, const char *what,
                         const struct culprit *c)
{
    const char *at = strstr(what, CULPRIT);

    if (!at)
        return what;
    return pen_write(p, "%.*s%s%s", (int)(at - what), what,
                     c->known && c->class_name ? c->name : "the program",
                     at + strlen(CULPRIT));
}

static const char *reason(const struct facts *f, struct pen *p,
                          const struct row *row)
{
    const char *own =
        row->reason && known(f->limit.value) ? row->reason(f, p) : NULL;

    return own ? own : row->why;
}

bool actions_list(const struct facts *f, struct pen *p, struct verdict *v)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct row *row = &table[i];

        if (row->kind != v->kind || (row->idle && row->idle(f)))
            continue;
        if (!vec_push(&v->actions, f->mem, p->err))
            return false;
        vec_last(&v->actions)->what = named(p, row->what, &v->culprit);
        vec_last(&v->actions)->why = reason(f, p, row);
    }
    return true;
}
