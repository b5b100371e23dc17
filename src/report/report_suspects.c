/*
 * report_suspects.c - who holds too much: path from the root, where it
 * piles up, what it consists of.
 */
#include <inttypes.h>

#include "base/size.h"
#include "report/report.h"
#include "report/text.h"

#define PATH_ENDS     4 /* steps shown at either end of a long path */
#define PAGE_CONTENTS 4 /* rows of what a suspect holds */

/* The first step comes from nowhere: pages say so. */
static void step(struct emitter *em, const struct heap_step *s, bool first)
{
    emit_item(em, NULL);
    report_object_name(em, s->class_name, s->name);
    emit_id(em, "id", NULL, s->id);
    emit_text(em, "via", NULL,
              s->via || !first || !emit_is_page(em) ? s->via : "(root)");
    emit_end(em);
}

static void left_out(struct emitter *em, uint64_t n)
{
    char buf[64];

    snprintf(buf, sizeof buf, "(%" PRIu64 " more steps)", n);
    emit_item(em, NULL);
    emit_text(em, "via", NULL, "...");
    emit_text(em, "class", NULL, buf);
    emit_end(em);
}

static void path(struct emitter *em, const char *key, const char *title,
                 const struct heap_step *s, uint64_t n)
{
    static const struct column columns[] = {
        {"via", NULL, -24},
        {"class", NULL, 0},
        {"id", NULL, 0},
        {0},
    };
    bool cut = emit_is_page(em) && n > 2 * PATH_ENDS + 1;
    uint64_t i;

    emit_table(em, key, title, columns);
    for (i = 0; i < n; i++) {
        if (cut && i == PATH_ENDS) {
            i = n - PATH_ENDS;
            left_out(em, n - 2 * PATH_ENDS);
        }
        step(em, &s[i], i == 0);
    }
    emit_end(em);
}

static void root(struct emitter *em, const struct heap_suspect *s)
{
    emit_object(em, "root", NULL);
    emit_text(em, "kind", NULL, s->root_kind);
    emit_text(em, "thread", NULL, s->root_thread);
    emit_text(em, "frame", NULL, s->root_frame);
    if (s->root_kind)
        emit_aside(em, "GC root", "%s%s%s%s%s%s%s", s->root_kind,
                   s->root_thread ? " of thread " : "",
                   s->root_thread ? s->root_thread : "",
                   s->root_frame ? ", in " : "",
                   s->root_frame ? s->root_frame : "",
                   s->root_caller ? ", called by " : "",
                   s->root_caller ? s->root_caller : "");
    emit_end(em);
}

static void accumulation(struct emitter *em, const struct heap_suspect *s)
{
    char size[SIZE_TEXT], count[TEXT_NUMBER];
    const struct heap_object *a = &s->accumulation;

    if (!s->has_accumulation) {
        emit_null(em, "accumulation");
        return;
    }
    emit_object(em, "accumulation", NULL);
    emit_text(em, "class", NULL, a->class_name);
    emit_id(em, "id", NULL, a->id);
    emit_bytes(em, "retained_bytes", NULL, a->retained);
    emit_aside(em, "Piles up in", "%s 0x%" PRIx64 ": %s in %s objects",
               a->class_name, a->id, size_text(size, a->retained),
               text_count(count, s->accumulation_children));
    emit_end(em);
}

static void contents(struct emitter *em, const struct heap_suspect *s)
{
    uint64_t n = emit_is_page(em) ? report_rows(s->contents.n, PAGE_CONTENTS)
                                  : s->contents.n;

    static const struct column columns[] = {
        {"objects", NULL, 11},
        {"retained_bytes", NULL, 10},
        {"class", NULL, 0},
        {0},
    };
    const struct heap_held *c = s->contents.at, *end = c + n;

    emit_table(em, "contents", "It holds", columns);
    for (; c < end; c++) {
        emit_item(em, NULL);
        emit_text(em, "class", NULL, c->class_name);
        emit_count(em, "objects", NULL, c->objects);
        emit_bytes(em, "retained_bytes", NULL, c->bytes);
        emit_end(em);
    }
    emit_end(em);
}

static void figures(struct emitter *em, const struct report *r,
                    const struct heap_suspect *s)
{
    uint64_t heap = r->incident->heap->reachable.bytes;

    emit_text(em, "kind", NULL,
              s->kind == SUSPECT_OBJECT ? "object" : "class_group");
    emit_text(em, "class", NULL, s->class_name);
    emit_text(em, "name", NULL, s->name);
    if (s->kind == SUSPECT_OBJECT)
        emit_id(em, "id", NULL, s->id);
    else
        emit_null(em, "id");
    emit_count(em, "objects", NULL, s->objects);
    emit_bytes(em, "retained_bytes", NULL, s->retained);
    emit_bytes(em, "native_retained_bytes", NULL, s->native_retained);
    emit_share(em, "share_of_heap", NULL, s->retained, heap);
    emit_share(em, "share_of_killed_rss", "Of the killed RSS",
               s->retained + known_or(s->native_retained, 0),
               report_killed_rss(r));
}

/* "com.example.Cache 0x1f3a: 98.0 MiB, 79% of the heap" */
static void headline(struct out *o, const struct report *r,
                     const struct heap_suspect *s)
{
    uint64_t heap = r->incident->heap->reachable.bytes;
    char buf[TEXT_NUMBER], size[SIZE_TEXT];

    if (s->kind == SUSPECT_CLASS_GROUP)
        out_printf(o, "%s objects of %s", text_count(buf, s->objects),
                   s->class_name ? s->class_name : "?");
    else
        report_write_name(o, s->class_name, s->name);
    if (s->kind == SUSPECT_OBJECT)
        out_printf(o, " 0x%" PRIx64, s->id);
    out_printf(o, ": %s", size_text(size, s->retained));
    if (heap)
        out_printf(o, ", %s of the heap",
                   text_share(buf, (double)s->retained / (double)heap));
    if (known(s->native_retained) && s->native_retained > s->retained)
        out_printf(o, ", and %s off it", size_text(size, s->native_retained));
}

static void suspect(struct emitter *em, const struct report *r,
                    const struct heap_suspect *s)
{
    struct out title;

    out_to_memory(&title, em->mem);
    headline(&title, r, s);
    emit_item(em, out_string(&title));
    figures(em, r, s);
    root(em, s);
    accumulation(em, s);
    path(em, "path", "Path from the root", s->path.at, s->path.n);
    path(em, "descent", "From there on", s->descent.at, s->descent.n);
    contents(em, s);
    emit_end(em);
    out_deinit(&title);
}

void report_suspect_list(struct emitter *em, const struct report *r,
                         const char *key, const char *title,
                         const struct heap_suspect *s, uint64_t n)
{
    uint64_t i;

    emit_list(em, key, title);
    for (i = 0; i < n; i++)
        suspect(em, r, &s[i]);
    emit_end(em);
}

void report_suspects(struct emitter *em, const struct report *r)
{
    const struct heap *h = r->incident->heap;
    uint64_t top = r->top;

    if (emit_is_page(em) && top && top > 3)
        top = 3;
    report_suspect_list(em, r, "suspects", "Suspects",
                        h ? h->suspects.at : NULL,
                        h ? report_rows(h->suspects.n, top) : 0);
}
