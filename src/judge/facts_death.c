/*
 * facts_death.c - what the JVM and its surroundings said about the end:
 * OutOfMemoryErrors, hs_err, warnings, exit status.
 */
#include "facts.h"

#include <string.h>

static bool add_oome(struct facts *f, enum oome_kind kind, const struct oome *o,
                     struct figure at, struct err *e)
{
    if (!vec_push(&f->oomes, f->mem, e))
        return false;
    vec_last(&f->oomes)->kind = kind;
    vec_last(&f->oomes)->oome = o;
    vec_last(&f->oomes)->at = at;
    return true;
}

/* With HeapDumpOnOutOfMemoryError each life dumps at its first error. */
static bool makes_dump(enum oome_kind k)
{
    return k == OOME_HEAP_SPACE || k == OOME_GC_OVERHEAD ||
           k == OOME_ARRAY_LIMIT || k == OOME_METASPACE ||
           k == OOME_CLASS_SPACE || k == OOME_OTHER;
}

/* The logs tell of dumps, and of none by this process: restarts write on in
 * the same log, and such an error was another life's. */
static bool only_others_dumped(const struct facts *f)
{
    const struct jvm_warning *w;
    const struct input *in;
    bool any = false;

    VEC_EACH (&f->incident->inputs, in) {
        if (in->kind != ARTIFACT_APP_LOG || !in->log)
            continue;
        VEC_EACH (&in->log->warnings, w) {
            if (w->kind != WARN_DUMPING)
                continue;
            if (incident_may_be_ours(f->incident, warning_pid(w)))
                return false;
            any = true;
        }
    }
    return any;
}

static bool take_log(struct facts *f, const struct input *in, bool others,
                     struct err *e)
{
    const struct oome *o;
    const struct jvm_warning *w;

    VEC_EACH (&in->log->oomes, o)
        if (!(others && makes_dump(o->kind)) &&
            !add_oome(f, o->kind, o, figure_of(in, o->count, o->line), e))
            return false;
    VEC_EACH (&in->log->warnings, w)
        if (!f->warnings[w->kind].warning) {
            f->warnings[w->kind].warning = w;
            f->warnings[w->kind].input = in;
        }
    if (known(in->log->exit_status))
        f->exit_status = figure_of(in, in->log->exit_status, 0);
    return true;
}

/* "fatal error: OutOfMemory encountered: Java heap space" */
static bool take_abort(struct facts *f, const struct input *in, struct err *e)
{
    const struct vm_info *v = in->vm_info;
    const char *colon = v->headline ? strrchr(v->headline, ':') : NULL;
    enum oome_kind kind = OOME_HEAP_SPACE;

    if (colon && oome_classify(colon + 1 + strspn(colon + 1, " ")))
        kind = oome_classify(colon + 1 + strspn(colon + 1, " "));
    return add_oome(f, kind, NULL, figure_of(in, 1, v->headline_line), e);
}

static bool take_hs_err(struct facts *f, const struct input *in, struct err *e)
{
    if (in->vm_info->death == VM_ALIVE || in->stranger)
        return true;
    f->hs_err = in->vm_info;
    f->hs_err_input = in;
    if (in->vm_info->death == VM_OOME_ABORT)
        return take_abort(f, in, e);
    return true;
}

static void take_unit(struct facts *f, const struct input *in)
{
    const struct unit *u = &in->container->unit;

    figure_fill(&f->exit_status,
                figure_of(in, unit_exit_status(u), u->status.line));
}

/* OpenJ9 writes a javacore when an OutOfMemoryError is thrown first. */
static bool take_javacore(struct facts *f, const struct input *in,
                          struct err *e)
{
    const struct oome *o = &in->javacore->oome;

    return !in->javacore->has_oome ||
           add_oome(f, o->kind, o, figure_of(in, o->count, o->line), e);
}

/*
 * A dump that an OutOfMemoryError made shows the thread that threw it. Only
 * heap and metaspace make dumps; metaspace fails where classes are defined.
 */
static enum oome_kind kind_of_dump(const struct heap_thread *t)
{
    for (uint32_t i = 0; i < t->n_frames && i < 4; i++)
        if (strncmp(t->frames[i]->method, "defineClass", 11) == 0)
            return OOME_METASPACE;
    return OOME_HEAP_SPACE;
}

static bool take_dump(struct facts *f, struct err *e)
{
    const struct heap *h = f->heap;

    if (!heap_is_of_error(h))
        return true;
    return add_oome(f, kind_of_dump(&h->threads.at[h->oome_thread]), NULL,
                    figure_of(f->dump, 1, 0), e);
}

/* A line of a log, without a stack, that may tell of somebody else's heap. */
static bool may_be_anothers(const struct known_oome *o)
{
    return (o->kind == OOME_HEAP_SPACE || o->kind == OOME_GC_OVERHEAD) &&
           o->oome && !o->oome->top_frame && !o->oome->thread;
}

/*
 * The first in the order of the logs counts: later ones are often its
 * consequences. What a log says outranks what was concluded from a dump,
 * which can't tell class space from metaspace.
 */
static const struct known_oome *choose(struct facts *f)
{
    const struct known_oome *o, *any = NULL;
    bool no_want =
        !f->warnings[WARN_DUMPING].warning && facts_gc_knows_no_want(f);

    VEC_EACH (&f->oomes, o) {
        if (no_want && may_be_anothers(o)) {
            f->denied = o;
            continue;
        }
        if (o->kind != OOME_OTHER)
            return o;
        if (!any)
            any = o;
    }
    return any;
}

bool facts_death(struct facts *f, struct err *e)
{
    bool others = only_others_dumped(f);
    const struct input *in;

    VEC_EACH (&f->incident->inputs, in) {
        if (!in->any)
            continue;
        if (in->kind == ARTIFACT_APP_LOG && !take_log(f, in, others, e))
            return false;
        if (in->kind == ARTIFACT_CONTAINER)
            take_unit(f, in);
        if (in->kind == ARTIFACT_VM_INFO && !take_hs_err(f, in, e))
            return false;
        if (in->kind == ARTIFACT_JAVACORE && !take_javacore(f, in, e))
            return false;
    }
    if (!take_dump(f, e))
        return false;
    f->oome = choose(f);
    return true;
}
