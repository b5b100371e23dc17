/* kinds_names.c - what kinds, sides and degrees are called; see verdict.h. */
#include "verdict.h"

static const char *const sides[] = {
    [SIDE_UNDECIDED] = "undecided",
    [SIDE_ON_HEAP] = "on_heap",
    [SIDE_OFF_HEAP] = "off_heap",
    [SIDE_SIZING] = "sizing",
    [SIDE_PROCESS_LIMIT] = "process_limit",
    [SIDE_OTHER_PROCESS] = "other_process",
    [SIDE_NONE] = "none",
};

static const struct {
    enum side side;
    const char *name, *title;
} kinds[KINDS] = {
    [KIND_NOT_ENOUGH_EVIDENCE] = {SIDE_UNDECIDED, "not_enough_evidence",
                                  "not enough evidence"},
    [KIND_HEAP_LEAK] = {SIDE_ON_HEAP, "heap_leak",
                        "objects kept that are no longer needed"},
    [KIND_HEAP_BACKLOG] = {SIDE_ON_HEAP, "heap_backlog",
                           "work queued faster than it is done"},
    [KIND_THREADLOCAL_LEAK] = {SIDE_ON_HEAP, "threadlocal_leak",
                               "thread-locals kept by pooled threads"},
    [KIND_LISTENER_LEAK] = {SIDE_ON_HEAP, "listener_leak",
                            "listeners never unregistered"},
    [KIND_STRING_GROWTH] = {SIDE_ON_HEAP, "string_growth",
                            "ever more different strings"},
    [KIND_STRING_DUPLICATES] = {SIDE_ON_HEAP, "string_duplicates",
                                "the same strings many times over"},
    [KIND_FINALIZER_BACKLOG] = {SIDE_ON_HEAP, "finalizer_backlog",
                                "objects waiting to be finalized"},
    [KIND_CLEANER_BACKLOG] = {SIDE_ON_HEAP, "cleaner_backlog",
                              "cleaning actions waiting to run"},
    [KIND_JNI_GLOBAL_REF_LEAK] = {SIDE_ON_HEAP, "jni_global_ref_leak",
                                  "JNI global references never deleted"},
    [KIND_STACK_LOCAL_RESULT] = {SIDE_ON_HEAP, "stack_local_result",
                                 "one request's result on a thread's stack"},
    [KIND_GROWING_ARRAY] = {SIDE_ON_HEAP, "growing_array",
                            "one array that grows and grows"},
    [KIND_OVERSIZED_REQUEST] = {SIDE_ON_HEAP, "oversized_request",
                                "one allocation no heap could serve"},
    [KIND_G1_HUMONGOUS] = {SIDE_ON_HEAP, "g1_humongous",
                           "G1 regions wasted on humongous objects"},
    [KIND_VIRTUAL_THREADS] = {SIDE_ON_HEAP, "virtual_threads",
                              "virtual threads parked in their masses"},
    [KIND_CLASSLOADER_LEAK] = {SIDE_ON_HEAP, "classloader_leak",
                               "class loaders kept with all they loaded"},
    [KIND_XMX_OVER_LIMIT] = {SIDE_ON_HEAP, "xmx_over_limit",
                             "a heap let grow past the container's limit"},
    [KIND_DIRECT_BUFFERS] = {SIDE_OFF_HEAP, "direct_buffers",
                             "direct buffers held"},
    [KIND_DIRECT_BUFFERS_NIO_CACHE] = {SIDE_OFF_HEAP,
                                       "direct_buffers_nio_cache",
                                       "NIO's temporary buffers per thread"},
    [KIND_FFM_SEGMENTS] = {SIDE_OFF_HEAP, "ffm_segments",
                           "foreign memory segments held"},
    [KIND_NATIVE_TRACKED_OTHER] = {SIDE_OFF_HEAP, "native_tracked_other",
                                   "native memory allocated through the JVM"},
    [KIND_NATIVE_UNTRACKED_MALLOC] = {SIDE_OFF_HEAP, "native_untracked_malloc",
                                      "native malloc that NMT can't see"},
    [KIND_NATIVE_UNTRACKED_MMAP] = {SIDE_OFF_HEAP, "native_untracked_mmap",
                                    "native mappings that NMT can't see"},
    [KIND_ZLIB_NATIVE] = {SIDE_OFF_HEAP, "zlib_native",
                          "zlib state of Deflaters and Inflaters"},
    [KIND_GLIBC_ARENAS] = {SIDE_OFF_HEAP, "glibc_arenas",
                           "freed memory that glibc's arenas keep"},
    [KIND_METASPACE_LOADER_LEAK] = {SIDE_OFF_HEAP, "metaspace_loader_leak",
                                    "class loaders never unloaded"},
    [KIND_METASPACE_CLASS_LEAK] = {SIDE_OFF_HEAP, "metaspace_class_leak",
                                   "ever more classes in living loaders"},
    [KIND_CLASS_SPACE] = {SIDE_OFF_HEAP, "class_space",
                          "compressed class space exhausted"},
    [KIND_THREAD_STACKS] = {SIDE_OFF_HEAP, "thread_stacks",
                            "stacks of too many threads"},
    [KIND_CODE_CACHE] = {SIDE_OFF_HEAP, "code_cache", "compiled code"},
    [KIND_COMPILER_ARENA] = {SIDE_OFF_HEAP, "compiler_arena",
                             "the compiler's working memory"},
    [KIND_GC_STRUCTURES] = {SIDE_OFF_HEAP, "gc_structures",
                            "the garbage collector's own structures"},
    [KIND_SYMBOLS] = {SIDE_OFF_HEAP, "symbols", "symbols and interned names"},
    [KIND_SHMEM_MAPPED] = {SIDE_OFF_HEAP, "shmem_mapped",
                           "shared memory mapped by the process"},
    [KIND_SHMEM_UNMAPPED] = {SIDE_OFF_HEAP, "shmem_unmapped",
                             "tmpfs files nobody maps"},
    [KIND_KERNEL_MEMORY] = {SIDE_OFF_HEAP, "kernel_memory",
                            "kernel memory charged to the container"},
    [KIND_HEAP_RESERVATION_TOO_LARGE] = {SIDE_SIZING,
                                         "heap_reservation_too_large",
                                         "a heap sized beyond its container"},
    [KIND_PARTS_EXCEED_LIMIT] = {SIDE_SIZING, "parts_exceed_limit",
                                 "ordinary parts whose sum is too large"},
    [KIND_NATIVE_THREAD_LIMIT] = {SIDE_PROCESS_LIMIT, "native_thread_limit",
                                  "a limit on threads"},
    [KIND_MAP_COUNT_LIMIT] = {SIDE_PROCESS_LIMIT, "map_count_limit",
                              "a limit on mappings"},
    [KIND_NEIGHBOUR] = {SIDE_OTHER_PROCESS, "neighbour",
                        "another process used the memory"},
    [KIND_CHILD_PROCESS] = {SIDE_OTHER_PROCESS, "child_process",
                            "a child process used the memory"},
    [KIND_HEALTHY] = {SIDE_NONE, "healthy", "no sign of a memory problem"},
    [KIND_SIGKILL] = {SIDE_NONE, "sigkill", "killed, but not for memory"},
    [KIND_CRASH] = {SIDE_NONE, "crash", "a crash, not for memory"},
};

const char *side_name(enum side s)
{
    return sides[s];
}

const char *kind_name(enum verdict_kind k)
{
    return kinds[k].name;
}

enum side kind_side(enum verdict_kind k)
{
    return kinds[k].side;
}

const char *kind_title(enum verdict_kind k)
{
    return kinds[k].title;
}

const char *confidence_name(enum confidence c)
{
    static const char *const names[] = {"low", "medium", "high"};

    return names[c];
}
