/* figure.c - numbers that know where they come from; see figure.h. */
#include "figure.h"

static const enum line lines[ARTIFACT_KINDS] = {
    [ARTIFACT_HPROF] = LINE_DUMP,
    [ARTIFACT_NMT] = LINE_NMT,
    [ARTIFACT_KERNEL_LOG] = LINE_KERNEL,
    [ARTIFACT_VM_INFO] = LINE_HS_ERR,
    [ARTIFACT_JAVACORE] = LINE_HS_ERR,
    [ARTIFACT_GC_LOG] = LINE_GC,
    [ARTIFACT_APP_LOG] = LINE_LOG,
    [ARTIFACT_PROC_STATUS] = LINE_PROC,
    [ARTIFACT_SMAPS] = LINE_PROC,
    [ARTIFACT_SMAPS_ROLLUP] = LINE_PROC,
    [ARTIFACT_PROC_LIMITS] = LINE_PROC,
    [ARTIFACT_PROCESS_LIST] = LINE_PROC,
    [ARTIFACT_CGROUP_STAT] = LINE_CGROUP,
    [ARTIFACT_CGROUP_VALUES] = LINE_CGROUP,
    [ARTIFACT_CONTAINER] = LINE_CGROUP,
    [ARTIFACT_CLASS_HISTOGRAM] = LINE_JCMD,
    [ARTIFACT_THREAD_DUMP] = LINE_JCMD,
    [ARTIFACT_HEAP_INFO] = LINE_JCMD,
    [ARTIFACT_METASPACE] = LINE_JCMD,
    [ARTIFACT_CODECACHE] = LINE_JCMD,
    [ARTIFACT_NATIVE_HEAP_INFO] = LINE_ALLOCATOR,
    [ARTIFACT_NATIVE_TRIM] = LINE_ALLOCATOR,
    [ARTIFACT_VM_FLAGS] = LINE_JCMD,
    [ARTIFACT_VM_COMMAND_LINE] = LINE_JCMD,
};

static enum line line_of(enum artifact_kind k)
{
    return lines[k];
}

struct figure figure_none(void)
{
    struct figure f = {UNKNOWN, {NULL, 0, UNKNOWN}, LINE_NONE};

    return f;
}

struct figure figure_of(const struct input *in, uint64_t value, uint64_t line)
{
    struct figure f = figure_none();

    f.value = value;
    f.origin.path = in->path;
    f.origin.line = line;
    f.line = line_of(in->kind);
    return f;
}

struct figure figure_derived(uint64_t value)
{
    struct figure f = figure_none();

    f.value = value;
    return f;
}

void figure_fill(struct figure *at, struct figure f)
{
    if (!known(at->value))
        *at = f;
}
