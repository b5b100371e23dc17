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

void wrong_dump_find(const struct facts *f, enum verdict_kind kind,
                     struct pen *p, struct wrong_dump *ret)
{
    uint64_t most, rss = f->rss.value;

    if (!f->heap || !f->kill.kill || !known(rss) || !rss ||
        kind_side(kind) == SIDE_ON_HEAP)
        return;
    most = f->heap->all.bytes;
    if (most * 100 >= rss * f->thresholds->wrong_dump_percent)
        return;
    ret->present = true;
    ret->path = f->dump->path;
    ret->explains_at_most = most;
    ret->killed_rss = rss;
    ret->share = (double)most / (double)rss;
    ret->why = pen_write(
        p,
        "All its objects, garbage included, are %s, less than %u %% of what "
        "was killed; at least %s lay outside the heap or came after the dump. "
        "%s %s.",
        pen_size(p, most), f->thresholds->wrong_dump_percent,
        pen_size(p, rss - most),
        kind_side(kind) == SIDE_OFF_HEAP
            ? "It can name the owners of native memory, not the bytes: for "
              "those look at"
            : "Look at",
        right_artifact(kind));
}
