/*
 * wrong_dump.c - says when a heap dump cannot be the answer.
 *
 * The objects in a dump, reachable or not, are the most that it can explain
 * of the resident memory: what lies off the heap is not in it, however well
 * it names the owners. Where that most is a small share of what the kernel
 * killed, reading the dump for leaks is time lost.
 */
#include "verdict_parts.h"

/* Where the memory that was lost can be seen. */
static const char *right_artifact(enum verdict_kind kind)
{
    switch (kind) {
    case KIND_NATIVE_UNTRACKED_MALLOC:
    case KIND_NATIVE_UNTRACKED_MMAP:
    case KIND_GLIBC_ARENAS:
    case KIND_ZLIB_NATIVE:
        return "/proc/PID/smaps beside NMT, and the allocator's own figures";
    case KIND_SHMEM_MAPPED:
    case KIND_SHMEM_UNMAPPED:
    case KIND_KERNEL_MEMORY: return "the cgroup's memory.stat";
    case KIND_NEIGHBOUR:
    case KIND_CHILD_PROCESS: return "the kernel's list of tasks";
    case KIND_HEAP_RESERVATION_TOO_LARGE:
    case KIND_PARTS_EXCEED_LIMIT: return "NMT, the GC log and the flags";
    default: return "NMT and /proc/PID/smaps";
    }
}

static const char *where_to_look(const struct facts *f, enum verdict_kind kind)
{
    if (!f->heap)
        return "It is of another process or an earlier run. Look at";
    if (kind_side(kind) == SIDE_OFF_HEAP)
        return "It can name the owners of native memory, not the bytes: for "
               "those look at";
    return "Look at";
}

void wrong_dump_find(const struct facts *f, enum verdict_kind kind,
                     struct pen *p, struct wrong_dump *ret)
{
    const struct heap *heap = f->heap ? f->heap : f->stale_heap;
    uint64_t most, rss = f->rss.value;

    if (!heap || !f->kill.kill || !known(rss) || !rss ||
        kind_side(kind) == SIDE_ON_HEAP)
        return;
    most = heap->all.bytes;
    if (most * 100 >= rss * f->thresholds->wrong_dump_percent)
        return;
    ret->present = true;
    ret->path = f->heap ? f->dump->path : f->stale->path;
    ret->explains_at_most = most;
    ret->killed_rss = rss;
    ret->share = (double)most / (double)rss;
    ret->why = pen_write(
        p,
        "All its objects, garbage included, are %s, less than %u %% of what "
        "was killed; at least %s lay outside the heap or came after the dump. "
        "%s %s.",
        pen_size(p, most), f->thresholds->wrong_dump_percent,
        pen_size(p, rss - most), where_to_look(f, kind), right_artifact(kind));
}
