/*
 * alternatives.c - what else it could be. Findings of rules that came too
 * late in the order are listed with the reason; then, for the verdict's
 * kind, the confusions that the field knows (docs/verdicts.md), unless the
 * evidence is there that excludes them.
 */
#include <string.h>

#include "verdict_parts.h"

static bool add(struct verdict *v, enum verdict_kind kind, const char *why,
                struct mem *m, struct err *e)
{
    const struct alternative *a;

    if (kind == v->kind || kind == KIND_NOT_ENOUGH_EVIDENCE)
        return true;
    VEC_EACH (&v->alternatives, a)
        if (a->kind == kind)
            return true;
    if (!vec_push(&v->alternatives, m, e))
        return false;
    vec_last(&v->alternatives)->kind = kind;
    vec_last(&v->alternatives)->why_not = why;
    return true;
}

static const struct {
    enum verdict_kind kind, other;
    const char *why_not;
} confusions[] = {
    {KIND_HEAP_LEAK, KIND_PARTS_EXCEED_LIMIT,
     "a heap that is simply too small for its work looks the same until two "
     "dumps are compared"},
    {KIND_HEAP_BACKLOG, KIND_HEAP_LEAK,
     "a burst of work and a leak into a queue differ only in time"},
    {KIND_THREADLOCAL_LEAK, KIND_STACK_LOCAL_RESULT,
     "what hangs on a thread may be its current work"},
    {KIND_LISTENER_LEAK, KIND_HEAP_LEAK,
     "a registry of callbacks may be meant to hold what it holds"},
    {KIND_STRING_GROWTH, KIND_HEAP_LEAK,
     "the strings may only be the contents of what leaks"},
    {KIND_STRING_DUPLICATES, KIND_HEAP_LEAK,
     "the strings may only be the contents of what leaks"},
    {KIND_GROWING_ARRAY, KIND_OVERSIZED_REQUEST,
     "one large array may be one honest request"},
    {KIND_OVERSIZED_REQUEST, KIND_HEAP_LEAK,
     "not excluded if the live set was measured long before the error"},
    {KIND_XMX_OVER_LIMIT, KIND_HEAP_LEAK,
     "whether the live set is a leak or a need takes two dumps to tell"},
    {KIND_HEAP_RESERVATION_TOO_LARGE, KIND_XMX_OVER_LIMIT,
     "not excluded if the live set grew after it was last measured"},
    {KIND_PARTS_EXCEED_LIMIT, KIND_HEAP_LEAK,
     "not excluded until the live set is seen to stay level"},
    {KIND_DIRECT_BUFFERS, KIND_NATIVE_TRACKED_OTHER,
     "Unsafe.allocateMemory is counted in the same category"},
    {KIND_NATIVE_TRACKED_OTHER, KIND_DIRECT_BUFFERS,
     "direct buffers are counted in the same category"},
    {KIND_NATIVE_UNTRACKED_MALLOC, KIND_GLIBC_ARENAS,
     "freed memory that the allocator keeps looks the same from outside"},
    {KIND_NATIVE_UNTRACKED_MALLOC, KIND_NATIVE_UNTRACKED_MMAP,
     "malloc serves large blocks by mmap, so mappings look alike"},
    {KIND_NATIVE_UNTRACKED_MMAP, KIND_NATIVE_UNTRACKED_MALLOC,
     "malloc serves large blocks by mmap, so mappings look alike"},
    {KIND_GLIBC_ARENAS, KIND_NATIVE_UNTRACKED_MALLOC,
     "a leak in between the freed blocks would pin the arenas too"},
    {KIND_ZLIB_NATIVE, KIND_NATIVE_UNTRACKED_MALLOC,
     "other native callers of malloc can't be seen"},
    {KIND_CODE_CACHE, KIND_METASPACE_CLASS_LEAK,
     "generated classes bring both code and metadata"},
    {KIND_METASPACE_CLASS_LEAK, KIND_METASPACE_LOADER_LEAK,
     "loaders that hold a single class each look alike"},
    {KIND_METASPACE_LOADER_LEAK, KIND_METASPACE_CLASS_LEAK,
     "generated classes in few loaders need metaspace as well"},
    {KIND_THREAD_STACKS, KIND_NATIVE_UNTRACKED_MALLOC,
     "every thread brings an arena and kernel memory too"},
    {KIND_COMPILER_ARENA, KIND_CODE_CACHE,
     "compiling much also fills the code cache"},
    {KIND_NEIGHBOUR, KIND_CHILD_PROCESS,
     "the report does not say who started the other process"},
    {KIND_CHILD_PROCESS, KIND_NEIGHBOUR,
     "who started the other process is not in the kernel's report"},
    {KIND_SHMEM_UNMAPPED, KIND_SHMEM_MAPPED,
     "the process itself had mapped but little of it"},
    {KIND_SHMEM_MAPPED, KIND_SHMEM_UNMAPPED,
     "the process itself had mapped most of it"},
    {KIND_NATIVE_THREAD_LIMIT, KIND_THREAD_STACKS,
     "memory for the stacks was not what was refused"},
};

/* A heap in which next to nothing lived can't have been full of anything. */
static bool is_emptied(const struct finding *won, const struct finding *other)
{
    return won->kind == KIND_OVERSIZED_REQUEST &&
           kind_side(other->kind) == SIDE_ON_HEAP;
}

/* Why another rule's finding is not the verdict. */
static const char *why_not(const struct facts *f, const struct finding *won,
                           const struct finding *other, struct pen *p)
{
    if (*other->why_not)
        return other->why_not;
    if (is_emptied(won, other) && known(f->live.value))
        return pen_write(p, "only %s were live%s, too little to fill a heap",
                         pen_size(p, f->live.value),
                         f->live.line == LINE_DUMP && heap_is_of_error(f->heap)
                             ? ""
                             : " when that was last measured");
    return pen_write(p,
                     "set aside for the evidence above, without which the "
                     "verdict would be: %s",
                     other->summary);
}

/* Whose child a process is was seen, or not. NMT's "Other" and "Internal"
 * hold what Unsafe and direct buffers take; no other category does. A heap that
 * was never committed, or only touched, had no live set. */
static bool cannot_be(const struct facts *f, const struct verdict *v,
                      enum verdict_kind other)
{
    const char *name = v->culprit.known ? v->culprit.name : "";

    if (other == KIND_CHILD_PROCESS || other == KIND_NEIGHBOUR)
        return known(f->parent.value);
    if (other == KIND_DIRECT_BUFFERS && strncmp(name, "NMT ", 4) == 0)
        return strcmp(name, "NMT Other") != 0 &&
               strcmp(name, "NMT Internal") != 0;
    if (v->kind == KIND_XMX_OVER_LIMIT && facts_touched_at_start(f))
        return true;
    return other == KIND_XMX_OVER_LIMIT && !f->kill.kill &&
           !known(f->live.value);
}

bool alternatives_list(const struct facts *f, const struct finding *found,
                       unsigned n, struct pen *p, struct verdict *v)
{
    for (unsigned i = 1; i < n; i++)
        if (!add(v, found[i].kind, why_not(f, &found[0], &found[i], p), f->mem,
                 p->err))
            return false;
    for (size_t i = 0; i < sizeof confusions / sizeof *confusions; i++)
        if (confusions[i].kind == v->kind &&
            !cannot_be(f, v, confusions[i].other) &&
            !add(v, confusions[i].other, confusions[i].why_not, f->mem, p->err))
            return false;
    return true;
}
