/*
 * buffers.c - java.nio's direct buffers and java.lang.foreign's segments,
 * told apart by the fields they have set, never by the JDK's version.
 *
 *   attachment (att, viewedBuffer)     a view: the memory is another's
 *   cleaner -> ... Deallocator         the owner of `size` bytes
 *   cleaner -> ... Unmapper, or an fd  mapped from a file
 *   segment                            a foreign segment seen as a buffer
 *   none of them                       JNI's, Netty's; or the JDK's own
 *                                      module file, which is mapped
 * A buffer in a thread's sun.nio.ch.Util$BufferCache is NIO's temporary
 * one, whatever else it has set.
 */
#include <stdlib.h>
#include <string.h>

#include "graph/batch.h"
#include "hprof/targets.h"

static const char *const ATTACHMENT[] = {"att", "viewedBuffer", NULL};
static const char *const CLEANER[] = {"cleaner", NULL};
static const char *const SEGMENT[] = {"segment", NULL};
static const char *const FILE_OF[] = {"fd", NULL};
/* sun.misc.Cleaner, PhantomCleanableRef, java.nio.BufferCleaner. */
static const char *const THUNK[] = {"thunk", "action", "cleaningAction", NULL};

/* Longer ones are MemorySegment.NULL reinterpreted to "everything". */
#define SEGMENT_LIMIT ((uint64_t)1 << 44)

struct buffers {
    struct analysis *a;
    struct arena scratch;
    uint64_t *cached; /* bitmap of nodes in NIO's cache */
    uint64_t *image;  /* bitmap: the JDK's module file */
    uint64_t bitmap_bytes;
    struct batch buffers, cleaners, thunks, segments;
};

struct marker {
    struct analysis *a;
    uint64_t *bits;
    struct node_list met; /* each one once */
};

/* An hprof_target_fn. */
static bool mark(void *marker, uint32_t from, uint32_t to)
{
    struct marker *m = marker;

    (void)from;
    if (!bits_take(m->bits, to))
        return true;
    if (!vec_push(&m->met, m->a->mem, m->a->err))
        return false;
    *vec_last(&m->met) = to;
    return true;
}

/* Marks everything within two steps below the instances of `name`. */
static bool mark_held_by(struct buffers *b, const char *name, uint64_t *bits)
{
    struct marker m = {.a = b->a, .bits = bits};
    struct analysis *a = b->a;
    struct node_list from = {0};
    bool ok = analysis_instances_of(a, name, &from);

    for (unsigned steps = 0; ok && steps < 2; steps++) {
        ok = hprof_targets(a->dump, a->source, from.at, from.n, mark, &m,
                           a->err);
        vec_free(&from, a->mem);
        from = m.met;
        m.met = (struct node_list){0};
        if (from.n)
            qsort(from.at, from.n, sizeof *from.at, by_node_number);
    }
    vec_free(&from, a->mem);
    return ok;
}

static bool list_batch(struct buffers *b, const char *name, struct batch *to)
{
    struct node_list list = {0};
    bool ok = analysis_instances_of(b->a, name, &list);

    for (uint64_t i = 0; ok && i < list.n; i++)
        ok = batch_add(b->a, to, list.at[i]);
    vec_free(&list, b->a->mem);
    return ok && batch_read(b->a, to, 0, &b->scratch);
}

/* ---- one buffer ------------------------------------------------------------
 */

static void count(struct heap_buffers *to, uint64_t bytes)
{
    to->count++;
    to->bytes += bytes;
}

static const char *thunk_class(const struct buffers *b,
                               const struct hprof_value *v, uint32_t *ret)
{
    const struct hprof_value *cleaner;
    uint32_t node = batch_field(b->a, v, CLEANER);

    *ret = NODE_NONE;
    cleaner = node == NODE_NONE ? NULL : batch_find(&b->cleaners, node);
    if (!cleaner)
        return "";
    *ret = batch_field(b->a, cleaner, THUNK);
    return *ret == NODE_NONE ? "" : analysis_class_name(b->a, *ret);
}

/* What was really allocated; the capacity where that can't be read. */
static uint64_t allocated(const struct buffers *b, uint32_t thunk,
                          uint64_t capacity)
{
    const struct hprof_value *v = batch_find(&b->thunks, thunk);
    uint64_t size;

    return v && hprof_named_value(b->a->dump, v, "size", &size) ? size
                                                                : capacity;
}

static bool owner(struct buffers *b, uint32_t node, uint64_t bytes)
{
    struct heap_natives *n = &b->a->heap->natives;

    count(&n->owners, bytes);
    if (analysis_has_tree(b->a) && !analysis_reaches(b->a, node))
        count(&n->awaiting_gc, bytes);
    return natives_credit(b->a, node, bytes, false);
}

static bool classify(struct buffers *b, const struct hprof_value *v)
{
    struct analysis *a = b->a;
    struct heap_natives *n = &a->heap->natives;
    uint64_t capacity = 0;
    uint32_t thunk;
    const char *by = thunk_class(b, v, &thunk);
    bool view = batch_field(a, v, ATTACHMENT) != NODE_NONE;

    hprof_named_value(a->dump, v, "capacity", &capacity);
    if (bits_has(b->cached, v->node)) {
        count(&n->nio_cache, capacity);
        return natives_credit(a, v->node, capacity, false);
    }
    if (view || batch_field(a, v, SEGMENT) != NODE_NONE) {
        count(&n->views, capacity);
        return true;
    }
    if (strstr(by, "Unmapper") || bits_has(b->image, v->node) ||
        batch_field(a, v, FILE_OF) != NODE_NONE) {
        count(&n->mapped, capacity);
        return bits_has(b->image, v->node) ||
               natives_credit(a, v->node, capacity, true);
    }
    if (*by)
        return owner(b, v->node, allocated(b, thunk, capacity));
    count(&n->unowned, capacity);
    return natives_credit(a, v->node, capacity, false);
}

static bool read_buffers(struct buffers *b)
{
    struct analysis *a = b->a;
    const struct hprof_value *v;

    if (!list_batch(b, "java.nio.MappedByteBuffer", &b->buffers) ||
        !batch_follow(a, &b->buffers, CLEANER, &b->cleaners) ||
        !batch_read(a, &b->cleaners, 0, &b->scratch) ||
        !batch_follow(a, &b->cleaners, THUNK, &b->thunks) ||
        !batch_read(a, &b->thunks, 0, &b->scratch))
        return false;
    VEC_EACH (&b->buffers, v)
        if (v->found && !classify(b, v))
            return false;
    return true;
}

/* ---- foreign segments ------------------------------------------------- */

struct segment {
    uint32_t node, scope;
    uint64_t from, to;
};

static int by_scope(const void *x, const void *y)
{
    const struct segment *a = x, *b = y;

    if (a->scope != b->scope)
        return a->scope < b->scope ? -1 : 1;
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    return a->to > b->to ? -1 : a->to < b->to;
}

static const char *const SCOPE[] = {"scope", NULL};

/* Slices share the scope and lie inside; each byte is counted once. */
static bool count_segments(struct buffers *b, struct segment *s, uint64_t n)
{
    uint64_t end = 0;
    uint32_t scope = NODE_NONE;

    qsort(s, n, sizeof *s, by_scope);
    for (uint64_t i = 0; i < n; i++) {
        uint64_t bytes;

        if (s[i].scope != scope)
            end = 0;
        scope = s[i].scope;
        if (s[i].to <= end)
            continue;
        bytes = s[i].to - (s[i].from > end ? s[i].from : end);
        end = s[i].to;
        count(&b->a->heap->natives.segments, bytes);
        if (!natives_credit(b->a, s[i].node, bytes, false))
            return false;
    }
    return true;
}

static bool read_segments(struct buffers *b)
{
    struct analysis *a = b->a;
    const struct hprof_value *v;
    struct segment *list;
    uint64_t n = 0;
    bool ok;

    if (!list_batch(b, "jdk.internal.foreign.NativeMemorySegmentImpl",
                    &b->segments))
        return false;
    if (!b->segments.n)
        return true;
    list = mem_alloc(a->mem, b->segments.n, sizeof *list, a->err);
    if (!list)
        return false;
    VEC_EACH (&b->segments, v) {
        uint64_t from, length;
        const char *class_name = analysis_class_name(a, v->node);

        /* A mapped segment is a subclass: file pages, not malloc. */
        if (!v->found || strstr(class_name, "Mapped") ||
            !hprof_named_value(a->dump, v, "min", &from) ||
            !hprof_named_value(a->dump, v, "length", &length) || !from ||
            !length || length > SEGMENT_LIMIT)
            continue;
        list[n++] = (struct segment){v->node, batch_field(a, v, SCOPE), from,
                                     from + length};
    }
    ok = count_segments(b, list, n);
    mem_free(a->mem, list);
    return ok;
}

/* ---- together --------------------------------------------------------- */

bool buffers_collect(struct analysis *a)
{
    struct buffers b = {.a = a};
    bool ok;

    b.bitmap_bytes = bits_bytes(a->dump->nodes);
    arena_init(&b.scratch, a->mem);
    b.cached = mem_map(a->mem, b.bitmap_bytes, a->err);
    b.image = mem_map(a->mem, b.bitmap_bytes, a->err);
    ok = b.cached && b.image &&
         mark_held_by(&b, "sun.nio.ch.Util$BufferCache", b.cached) &&
         mark_held_by(&b, "jdk.internal.jimage.BasicImageReader", b.image) &&
         read_buffers(&b) && read_segments(&b);
    batch_free(a, &b.buffers);
    batch_free(a, &b.cleaners);
    batch_free(a, &b.thunks);
    batch_free(a, &b.segments);
    mem_unmap(a->mem, b.cached, b.bitmap_bytes);
    mem_unmap(a->mem, b.image, b.bitmap_bytes);
    arena_deinit(&b.scratch);
    return ok;
}
