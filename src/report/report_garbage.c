/*
 * report_garbage.c - what a full collection would free, and whose it was.
 *
 * By strength, because it is not all the same: what nothing reaches or only
 * weak and phantom references do goes at once, what is due for finalization
 * after its finalizers ran, what is softly held when memory gets tight.
 */
#include "base/size.h"
#include "report/report.h"
#include "report/text.h"

/* Nothing to add to the sum of garbage where no reference is weaker. */
static void full_gc_of_page(struct emitter *em, const struct heap *h,
                            uint64_t frees)
{
    char now[SIZE_TEXT], more[SIZE_TEXT];
    uint64_t final = h->final.bytes, soft = h->soft.bytes;

    if (!known(frees) || frees + final + soft == h->unreachable.bytes)
        return;
    size_text(now, frees);
    if (final)
        emit_aside(em, "A full GC frees", "%s, and %s once finalizers ran", now,
                   size_text(more, final));
    else
        emit_aside(em, "A full GC frees", "%s", now);
    if (soft)
        emit_aside(em, "If memory is tight", "%s more", size_text(more, soft));
}

static void full_gc(struct emitter *em, const struct heap *h)
{
    uint64_t objects = UNKNOWN, bytes = UNKNOWN;

    if (known(h->unreachable.bytes)) {
        objects = h->unreachable.objects + h->weak.objects + h->phantom.objects;
        bytes = h->unreachable.bytes + h->weak.bytes + h->phantom.bytes;
    }
    emit_object(em, "full_gc", NULL);
    emit_count(em, "frees_objects", NULL, objects);
    emit_bytes(em, "frees_bytes", NULL, bytes);
    emit_bytes(em, "after_finalization_bytes", NULL, h->final.bytes);
    emit_bytes(em, "if_memory_is_tight_bytes", NULL, h->soft.bytes);
    full_gc_of_page(em, h, bytes);
    emit_end(em);
}

static void classes(struct emitter *em, const struct report *r)
{
    static const struct column columns[] = {
        {"objects", "Objects", 11},
        {"shallow_bytes", "Shallow", 10},
        {"class", "Class of garbage", 0},
        {0},
    };
    const struct heap_garbage *g = &r->incident->heap->garbage;
    uint64_t n = report_rows(g->classes.n, r->top);

    emit_table(em, "classes", NULL, columns);
    for (uint64_t i = 0; i < n; i++) {
        emit_item(em, NULL);
        emit_text(em, "class", NULL, g->classes.at[i].class_name);
        emit_count(em, "objects", NULL, g->classes.at[i].objects);
        emit_bytes(em, "shallow_bytes", NULL, g->classes.at[i].bytes);
        emit_end(em);
    }
    emit_end(em);
}

void report_garbage(struct emitter *em, const struct report *r)
{
    const struct heap *h = r->incident->heap;

    full_gc(em, h);
    if (!known(h->garbage.roots)) {
        emit_null(em, "garbage");
        return;
    }
    /* Readers are told whose it was where it was much. */
    if (emit_is_page(em) && h->unreachable.bytes < h->all.bytes / 10)
        return;
    emit_object(em, "garbage", NULL);
    emit_count(em, "roots", NULL, h->garbage.roots);
    report_object_list(em, "objects", "Largest garbage, with all it held",
                       h->garbage.objects.at,
                       report_rows(h->garbage.objects.n, r->top), false);
    classes(em, r);
    emit_end(em);
}
