/*
 * report_threads.c - the threads of a dump: stacks, and what they hold.
 */
#include <inttypes.h>

#include "base/size.h"
#include "report/report.h"
#include "report/text.h"

#define PAGE_FRAMES 12

static void frame(struct emitter *em, const struct hprof_frame *f)
{
    emit_item(em, NULL);
    emit_text(em, "class", NULL, f->class_name);
    emit_text(em, "method", NULL, f->method);
    emit_text(em, "file", NULL, *f->source ? f->source : NULL);
    emit_number(em, "line", NULL, f->line > 0 ? (uint64_t)f->line : UNKNOWN);
    if (f->line > 0)
        emit_para(em, PARA_PLAIN, "at %s.%s(%s:%" PRId32 ")", f->class_name,
                  f->method, f->source, f->line);
    else
        emit_para(em, PARA_PLAIN, "at %s.%s(%s)", f->class_name, f->method,
                  f->line == -3 ? "native" : f->source);
    emit_end(em);
}

static void frames(struct emitter *em, const struct heap_thread *t)
{
    uint64_t n = t->n_frames, i;

    if (emit_is_page(em))
        n = report_rows(n, PAGE_FRAMES);
    emit_list(em, "frames", "");
    for (i = 0; i < n; i++)
        frame(em, t->frames[i]);
    emit_end(em);
    if (n < t->n_frames)
        emit_para(em, PARA_PLAIN, "... %" PRIu64 " more",
                  (uint64_t)t->n_frames - n);
}

static void thread(struct emitter *em, const struct heap_thread *t)
{
    emit_item(em, t->name ? t->name : "(name not readable)");
    emit_text(em, "name", NULL, t->name);
    emit_id(em, "id", NULL, t->id);
    emit_text(em, "class", "Class", t->class_name);
    emit_bool(em, "daemon", NULL, t->daemon);
    emit_bool(em, "virtual", NULL, t->is_virtual);
    emit_bytes(em, "retained_bytes", "Retains", t->retained);
    emit_count(em, "stack_locals", "Stack locals", t->stack_locals);
    emit_bytes(em, "stack_retained_bytes", "They retain", t->stack_retained);
    emit_bool(em, "in_oome", NULL, t->in_oome);
    if (t->in_oome)
        emit_aside(em, "OutOfMemoryError", "thrown here, by %s",
                   t->oome_caller ? t->oome_caller : "an unknown caller");
    frames(em, t);
    emit_end(em);
}

void report_threads(struct emitter *em, const struct report *r)
{
    const struct heap *h = r->incident->heap;
    uint64_t n = h ? report_rows(h->threads.n, r->top) : 0, i;

    emit_list(em, "threads", "Threads");
    for (i = 0; i < n; i++)
        thread(em, &h->threads.at[i]);
    emit_end(em);
}
