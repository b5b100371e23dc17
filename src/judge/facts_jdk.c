/*
 * facts_jdk.c - which JDK it was. Few files say so; most tell that it is
 * older or younger than one: by the form of a log, an error's words, the
 * fields of the dump's classes, NMT's categories.
 */
#include "facts.h"

#include <string.h>

#include "base/size.h"

static void is_since(struct facts *f, unsigned jdk)
{
    if (jdk > f->jdk.from && jdk <= f->jdk.to)
        f->jdk.from = jdk;
}

static void is_until(struct facts *f, unsigned jdk)
{
    if (jdk < f->jdk.to && jdk >= f->jdk.from)
        f->jdk.to = jdk;
}

static void is_exactly(struct facts *f, unsigned jdk)
{
    if (jdk) {
        is_since(f, jdk);
        is_until(f, jdk);
    }
}

static void take_gc_log(struct facts *f, const struct gc_log *g)
{
    is_exactly(f, g->jdk);
    if (g->old)
        is_until(f, 8);
    else if (g->count)
        is_since(f, 9);
}

/* 16 says how much was in use; "java.base/" stands in 9's stacks. */
static void take_errors(struct facts *f, const struct app_log *log)
{
    const struct oome *o;

    VEC_EACH (&log->oomes, o) {
        if (o->kind == OOME_DIRECT_MEMORY && !known(o->limit))
            is_until(f, 15);
        else if (o->kind == OOME_DIRECT_MEMORY)
            is_since(f, 16);
        else if (strstr(o->message, "unable to create new native thread"))
            is_until(f, 8);
        else if (strstr(o->message, "unable to create native thread"))
            is_since(f, 9);
        if (o->top_frame && strstr(o->top_frame, "java.base/"))
            is_since(f, 9);
    }
}

/* Categories came with 9 and 11; what a coarse scale leaves out proves
 * nothing. */
static void take_nmt(struct facts *f, const struct nmt_report *r)
{
    static const char *const nine[] = {"Logging", "Arguments", "Module"};
    const struct nmt_category *c;
    bool fine = false;

    VEC_EACH (&r->categories, c)
        fine = fine || (c->committed > 0 && c->committed < MIB / 2);
    if (nmt_find(r, "Other")) {
        is_since(f, 11);
        return;
    }
    for (size_t i = 0; i < sizeof nine / sizeof *nine; i++)
        if (nmt_find(r, nine[i])) {
            is_since(f, 9);
            return;
        }
    if (fine && r->has_total && nmt_find(r, "Symbol") &&
        nmt_find(r, "Internal"))
        is_until(f, 8);
}

/* The fields tell that it is no older, and before 9 which it is. */
static void take_dump(struct facts *f, const struct size_model *m)
{
    if (m->jdk >= 9)
        is_since(f, m->jdk);
    else
        is_exactly(f, m->jdk);
}

/* What says it best comes first: later ones can only narrow it. */
void facts_jdk(struct facts *f)
{
    const struct input *in;

    VEC_EACH (&f->incident->inputs, in)
        if (in->kind == ARTIFACT_VM_INFO && in->any &&
            !incident_sets_aside(f->incident, in))
            is_exactly(f, in->vm_info->jdk);
    VEC_EACH (&f->incident->inputs, in) {
        if (!in->any || incident_sets_aside(f->incident, in))
            continue;
        if (in->kind == ARTIFACT_GC_LOG)
            take_gc_log(f, in->gc);
        else if (in->kind == ARTIFACT_THREAD_DUMP)
            is_exactly(f, in->threads->jdk);
        else if (in->kind == ARTIFACT_APP_LOG)
            take_errors(f, in->log);
        else if (in->kind == ARTIFACT_NMT && in->nmt->enabled)
            take_nmt(f, in->nmt);
    }
    if (f->heap)
        take_dump(f, &f->heap->sizes);
}
