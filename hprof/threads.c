/*
 * threads.c - see threads.h.
 */
#include "hprof/threads.h"

#include <stdlib.h>

void threads_init(struct threads *t, struct mem *m)
{
    memset(t, 0, sizeof *t);
    t->mem = m;
}

void threads_deinit(struct threads *t)
{
    vec_free(&t->frames, t->mem);
    vec_free(&t->traces, t->mem);
    vec_free(&t->threads, t->mem);
    vec_free(&t->frame_ids, t->mem);
    idmap_deinit(&t->frame_by_id, t->mem);
    idmap_deinit(&t->trace_by_serial, t->mem);
}

bool threads_frame(struct threads *t, struct reader *r, struct err *e)
{
    unsigned w = r->id_size;
    struct raw_frame *f;

    if (!vec_push(&t->frames, t->mem, e))
        return false;
    f = vec_last(&t->frames);
    f->id = load_id(r->p, w);
    f->method = load_id(r->p + w, w);
    f->signature = load_id(r->p + 2 * w, w);
    f->source = load_id(r->p + 3 * w, w);
    f->class_serial = be32(r->p + 4 * w);
    f->line = (int32_t)be32(r->p + 4 * w + 4);
    return idmap_put(&t->frame_by_id, f->id, (uint32_t)(t->frames.n - 1),
                     t->mem, e);
}

bool threads_trace(struct threads *t, struct reader *r, struct err *e)
{
    unsigned w = r->id_size;
    struct raw_trace *trace;
    uint32_t n;

    if (!vec_push(&t->traces, t->mem, e))
        return false;
    trace = vec_last(&t->traces);
    trace->serial = be32(r->p);
    trace->thread = be32(r->p + 4);
    trace->first = t->frame_ids.n;
    n = be32(r->p + 8);
    r->p += 12;
    for (; trace->n < n && reader_need(r, w); trace->n++, r->p += w) {
        if (!vec_push(&t->frame_ids, t->mem, e))
            return false;
        *vec_last(&t->frame_ids) = load_id(r->p, w);
    }
    return idmap_put(&t->trace_by_serial, trace->serial,
                     (uint32_t)(t->traces.n - 1), t->mem, e);
}

bool threads_root(struct threads *t, const struct sub *s, struct err *e)
{
    if (!vec_push(&t->threads, t->mem, e))
        return false;
    *vec_last(&t->threads) =
        (struct raw_thread){s->id, s->words[0], s->words[1]};
    return true;
}

/* ---- the end ---------------------------------------------------------- */

/*
 * Threads that only a trace knows: HotSpot writes one per thread, so a
 * single trace is a stack; an agent's many are where objects were made.
 */
static bool add_traced(struct threads *t, struct err *e)
{
    struct idmap count = {0};
    const struct raw_trace *x;
    const struct raw_thread *known;
    bool ok = true;

    VEC_EACH (&t->threads, known)
        ok = ok && idmap_put(&count, known->serial, 2, t->mem, e);
    VEC_EACH (&t->traces, x) {
        uint32_t had = idmap_get(&count, x->thread);

        if (had != 2)
            ok = ok && idmap_put(&count, x->thread, had == IDMAP_NONE ? 1 : 2,
                                 t->mem, e);
    }
    VEC_EACH (&t->traces, x) {
        if (!ok || !x->thread || !x->n || idmap_get(&count, x->thread) != 1)
            continue;
        ok = vec_push(&t->threads, t->mem, e);
        if (ok)
            *vec_last(&t->threads) =
                (struct raw_thread){0, x->thread, x->serial};
    }
    idmap_deinit(&count, t->mem);
    return ok;
}

static int by_serial(const void *x, const void *y)
{
    const struct raw_thread *a = x, *b = y;

    if (a->serial != b->serial)
        return a->serial < b->serial ? -1 : 1;
    return a->id < b->id ? -1 : a->id > b->id;
}

/* HotSpot writes them so; who does not has no order that means anything. */
static void sort_threads(struct threads *t)
{
    for (uint64_t i = 1; i < t->threads.n; i++)
        if (t->threads.at[i].serial < t->threads.at[i - 1].serial) {
            qsort(t->threads.at, t->threads.n, sizeof *t->threads.at,
                  by_serial);
            return;
        }
}

struct finish {
    struct threads *t;
    struct classes *classes;
    struct arena *keep;
    const struct hprof_frame **made; /* [t->frames.n] or NULL */
};

static const struct hprof_frame *make_frame(struct finish *f, uint32_t i,
                                            struct err *e)
{
    const struct raw_frame *raw = &f->t->frames.at[i];
    struct names *names = f->classes->names;
    struct hprof_frame *to;

    if (f->made[i])
        return f->made[i];
    to = arena_alloc(f->keep, 1, sizeof *to, e);
    if (!to)
        return NULL;
    to->id = raw->id;
    to->line = raw->line;
    to->method = names_keep(names, raw->method, "", e);
    to->signature = names_keep(names, raw->signature, "", e);
    to->source = raw->source ? names_keep(names, raw->source, "", e) : "";
    to->class_name = classes_serial_name(f->classes, raw->class_serial, e);
    if (!to->method || !to->signature || !to->source || !to->class_name)
        return NULL;
    return f->made[i] = to;
}

static bool make_stack(struct finish *f, uint32_t serial,
                       struct hprof_thread *to, struct err *e)
{
    uint32_t i = idmap_get(&f->t->trace_by_serial, serial);
    const struct raw_trace *trace;

    if (i == IDMAP_NONE)
        return true;
    trace = &f->t->traces.at[i];
    to->frames = arena_alloc(f->keep, trace->n, sizeof(void *), e);
    if (!to->frames)
        return false;
    for (uint32_t k = 0; k < trace->n; k++) {
        uint32_t frame =
            idmap_get(&f->t->frame_by_id, f->t->frame_ids.at[trace->first + k]);

        if (frame == IDMAP_NONE)
            continue;
        to->frames[to->n_frames] = make_frame(f, frame, e);
        if (!to->frames[to->n_frames++])
            return false;
    }
    return true;
}

void threads_want_names(const struct threads *t, struct classes *classes)
{
    const struct raw_frame *f;

    VEC_EACH (&t->frames, f) {
        names_want(classes->names, f->method);
        names_want(classes->names, f->signature);
        names_want(classes->names, f->source);
        classes_want_serial(classes, f->class_serial);
    }
}

bool threads_finish(struct threads *t, struct classes *classes,
                    struct hprof_dump *d, uint64_t **ids, struct err *e)
{
    struct finish f = {t, classes, &d->arena, NULL};
    bool ok = add_traced(t, e);

    sort_threads(t);
    f.made = mem_alloc(t->mem, t->frames.n, sizeof *f.made, e);
    *ids = mem_alloc(t->mem, t->threads.n, sizeof **ids, e);
    ok = ok && f.made && *ids;
    for (uint64_t i = 0; ok && i < t->threads.n; i++) {
        const struct raw_thread *raw = &t->threads.at[i];

        (*ids)[i] = raw->id;
        ok = vec_push(&d->threads, t->mem, e);
        if (!ok)
            break;
        vec_last(&d->threads)->serial = raw->serial;
        vec_last(&d->threads)->node = NODE_NONE;
        ok = make_stack(&f, raw->trace, vec_last(&d->threads), e);
    }
    mem_free(t->mem, f.made);
    d->stack_frames = t->frames.n;
    return ok;
}
