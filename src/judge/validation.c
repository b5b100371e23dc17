/*
 * validation.c - one plan for each family of verdicts; see validation.h.
 */
#include "validation.h"

#include <string.h>

#include "judge/signature.h"

#define NMT_DIFF                                                               \
    "jcmd PID VM.native_memory baseline; later: jcmd PID VM.native_memory "    \
    "summary.diff"

static const struct {
    const char *family;
    struct validation plan;
} plans[] = {
    {"heap",
     {"take two heap dumps under the load of the incident, some hours apart",
      "jcmd PID GC.heap_dump /path/FILE.hprof",
      "what the culprit retains is level from one dump to the next, and so "
      "is the heap after full collections in the GC log",
      "it grows on, or something else does: the candidate was not the cause "
      "or not alone"}},
    {"request",
     {"send the input that made the request again, in a test system", NULL,
      "it is refused or served in pieces, and no OutOfMemoryError is logged",
      "the same error comes with the same stack"}},
    {"direct",
     {"compare native memory tracking over the time it took to fail", NMT_DIFF,
      "the category Other (Internal on JDK 8) is level under load",
      "Other grows on: the buffers have another owner"}},
    {"native",
     {"compare the process's RSS with what NMT accounts for, over the time it "
      "took to fail",
      "grep VmRSS /proc/PID/status; jcmd PID VM.native_memory summary",
      "RSS less NMT's committed total is level under load",
      "the difference grows on: the memory has another owner"}},
    {"metaspace",
     {"count loaders and classes over the time it took to fail",
      "jcmd PID VM.classloader_stats; since JDK 10: jcmd PID VM.metaspace",
      "both are level once the application is warm",
      "they grow on: something else defines or holds them"}},
    {"threads",
     {"count threads under the load of the incident",
      "grep Threads /proc/PID/status; jcmd PID Thread.print",
      "their number is level and below the limit",
      "it grows on: another pool or caller starts them"}},
    {"code",
     {"watch the code cache under load",
      "since JDK 9: jcmd PID Compiler.codecache",
      "its use is level below its size", "it grows on"}},
    {"compiler",
     {"compare native memory tracking while the code in question is compiled",
      NMT_DIFF, "the category Compiler stays in the tens of MiB",
      "its peak is the same: another method is compiled at such cost"}},
    {"gc",
     {"compare native memory tracking under load", NMT_DIFF,
      "the categories GC and GCCardSet stay a small share of the heap",
      "they grow on"}},
    {"symbols",
     {"compare native memory tracking under load", NMT_DIFF,
      "the category Symbol is level", "it grows on"}},
    {"shmem",
     {"watch shared memory of the container",
      "grep shmem /sys/fs/cgroup/memory.stat; df /dev/shm",
      "it is level under load", "it grows on: other files or mappings are it"}},
    {"kernel",
     {"watch the kernel's memory of the container",
      "grep -E 'kernel|slab|sock' /sys/fs/cgroup/memory.stat",
      "it is level under load", "it grows on"}},
    {"sizing",
     {"run at the load of the incident and add up the parts",
      "jcmd PID VM.native_memory summary; cat /sys/fs/cgroup/memory.peak",
      "the peak stays below the limit with room to spare",
      "the peak comes as near: some part grows, and is a leak of its own"}},
    {"maps",
     {"count the mappings under load", "wc -l /proc/PID/maps",
      "their number is level and below vm.max_map_count", "it grows on"}},
    {"other-process",
     {"watch each process of the group under load",
      "grep VmRSS /proc/[0-9]*/status",
      "the JVM is not killed while the other process stays within its own "
      "limit",
      "the JVM is killed again: look at its own memory"}},
    {"healthy",
     {"let it run on as it is", NULL, "nothing dies",
      "it dies: that death's own evidence decides"}},
    {"sigkill",
     {"record who sends signals", "auditctl -a exit,always -S kill -F a1=9",
      "the next kill has a sender that is not the kernel",
      "the kernel's log has an OOM kill"}},
    {"crash",
     {"run the same load again with the change", NULL,
      "no fatal error report is written", "the same report comes again"}},
    {"undecided",
     {"capture what is listed as missing, the next time", NULL,
      "the verdict is decided by it", "more is missing than was thought"}},
};

const struct validation *validation_of(enum verdict_kind k)
{
    size_t n = sizeof plans / sizeof plans[0], i;
    const char *family = kind_family(k);

    for (i = 0; i + 1 < n; i++)
        if (strcmp(plans[i].family, family) == 0)
            break;
    return &plans[i].plan;
}
