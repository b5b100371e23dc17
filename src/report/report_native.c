/*
 * report_native.c - native memory as the heap sees it: direct buffers,
 * segments, the Java objects that stand for native state, threads.
 */
#include "base/size.h"
#include "report/report.h"
#include "report/text.h"

#define NOTABLE (16 * MIB) /* bytes worth a path on a page */

static void buffers(struct emitter *em, const char *key, const char *label,
                    const struct heap_buffers *b)
{
    char size[SIZE_TEXT], count[TEXT_NUMBER];

    emit_object(em, key, NULL);
    emit_count(em, "count", NULL, b->count);
    emit_bytes(em, "bytes", NULL, b->bytes);
    if (b->count)
        emit_aside(em, label, "%s in %s", size_text(size, b->bytes),
                   text_count(count, b->count));
    emit_end(em);
}

static void direct(struct emitter *em, const struct heap_natives *n)
{
    emit_object(em, "direct_buffers", NULL);
    buffers(em, "owners", "Direct buffers", &n->owners);
    buffers(em, "views", "Views (not added)", &n->views);
    buffers(em, "mapped", "Mapped files", &n->mapped);
    buffers(em, "unowned", "Without a cleaner", &n->unowned);
    buffers(em, "nio_cache", "NIO's own cache", &n->nio_cache);
    buffers(em, "segments", "Memory segments", &n->segments);
    buffers(em, "awaiting_gc", "Awaiting a GC", &n->awaiting_gc);
    emit_end(em);
}

static void peers(struct emitter *em, const struct heap_natives *n,
                  uint64_t top)
{
    static const struct column columns[] = {
        {"objects", "Objects", 11},
        {"estimated_bytes", "Estimate", 10},
        {"class", "Class", 0},
        {"basis", NULL, 0},
        {0},
    };
    uint64_t rows =
        emit_is_page(em) ? report_rows(n->peers.n, top) : n->peers.n;
    uint64_t i;

    emit_table(em, "peers", "Objects that stand for native memory", columns);
    for (i = 0; i < rows; i++) {
        const struct heap_peer *p = &n->peers.at[i];

        emit_item(em, NULL);
        emit_text(em, "class", NULL, p->class_name);
        emit_count(em, "objects", NULL, p->count);
        emit_bytes(em, "estimated_bytes", NULL, p->estimated_bytes);
        emit_text(em, "basis", NULL, p->basis);
        emit_end(em);
    }
    emit_end(em);
}

/* Every JVM has some; the page of the whole report is silent about that. */
static bool is_ordinary(const struct report *r)
{
    const struct heap *h = r->incident->heap;
    uint64_t least = NOTABLE;

    if (!r->verdict)
        return false;
    if (r->verdict->side == SIDE_ON_HEAP && h->reachable.bytes / 4 > least)
        least = h->reachable.bytes / 4;
    return known_or(h->natives.bytes, 0) < least;
}

static void threads(struct emitter *em, const struct heap_natives *n)
{
    emit_object(em, "threads", NULL);
    emit_count(em, "platform", n->platform_threads ? "Platform threads" : NULL,
               n->platform_threads);
    emit_count(em, "virtual", n->virtual_threads ? "Virtual threads" : NULL,
               n->virtual_threads);
    emit_end(em);
}

/* Pages show the one that counts, if it does. */
static void holders(struct emitter *em, const struct report *r,
                    const struct heap_natives *n)
{
    uint64_t rows = report_rows(n->holders.n, r->top);

    if (emit_is_page(em))
        rows = n->holders.n && n->holders.at[0].native_retained >= NOTABLE;
    report_suspect_list(em, r, "holders", "Who holds most of it", n->holders.at,
                        rows);
}

void report_native(struct emitter *em, const struct report *r)
{
    const struct heap_natives *n;

    if (!r->incident->heap) {
        emit_null(em, "native");
        return;
    }
    if (emit_is_page(em) && is_ordinary(r))
        return;
    n = &r->incident->heap->natives;
    emit_object(em, "native", "Native memory seen from the heap");
    direct(em, n);
    emit_bytes(em, "jvm_counter_bytes",
               n->jvm_counter ? "The JVM counts" : NULL, n->jvm_counter);
    emit_bytes(em, "netty_counter_bytes",
               n->netty_counter ? "Netty counts" : NULL, n->netty_counter);
    threads(em, n);
    peers(em, n, r->top);
    holders(em, r, n);
    emit_end(em);
}
