/*
 * report_nmt.c - native memory tracking: the report closest to the death,
 * with what changed since the baseline.
 */
#include <stdlib.h>

#include "report/report.h"

static const struct nmt_report *nmt_of(const struct input *in)
{
    const struct nmt_report *n = NULL;

    if (in->kind == ARTIFACT_NMT)
        n = in->nmt;
    else if (in->kind == ARTIFACT_VM_INFO && in->vm_info &&
             in->vm_info->has_nmt)
        n = &in->vm_info->nmt;
    return n && n->enabled && n->categories.n ? n : NULL;
}

/* What was taken when the process was gone, or disturbed by a dump. */
static bool is_late(const struct incident *i, const struct input *in)
{
    const struct snapshot *s;

    VEC_EACH (&i->snapshots, s)
        if (s->index == in->snapshot)
            return !s->has_process;
    return false;
}

/* A summary is preferred to a diff of the same moment: its figures are
 * whole. */
static int rank(const struct incident *i, const struct input *in)
{
    return (is_late(i, in) ? 0 : 4) + (in->after_dump ? 0 : 2) +
           (in->kind == ARTIFACT_NMT);
}

static uint32_t order(const struct incident *i, const struct input *in)
{
    uint32_t n;

    for (n = 0; n < i->snapshots.n; n++)
        if (i->snapshots.at[n].index == in->snapshot)
            return n;
    return UINT32_MAX; /* of the whole incident: as late as can be */
}

/* The one closest to the death; NULL: there is none. */
static const struct nmt_report *last_of(const struct report *r,
                                        const struct input **ret)
{
    const struct incident *i = r->incident;
    const struct input *in, *best = NULL;

    VEC_EACH (&i->inputs, in) {
        if (!nmt_of(in) || in->baseline)
            continue;
        if (!best || rank(i, in) > rank(i, best) ||
            (rank(i, in) == rank(i, best) && order(i, in) >= order(i, best)))
            best = in;
    }
    if (!best) { /* a baseline is better than nothing */
        VEC_EACH (&i->inputs, in)
            if (!best && nmt_of(in))
                best = in;
    }
    *ret = best;
    return best ? nmt_of(best) : NULL;
}

/* The one to compare it with, or NULL. */
static const struct nmt_report *first_of(const struct report *r)
{
    const struct incident *i = r->incident;
    const struct input *in, *best = NULL;

    VEC_EACH (&i->inputs, in) {
        if (!nmt_of(in) || nmt_of(in)->diff)
            continue;
        if (in->baseline)
            return nmt_of(in);
        if (in->snapshot != NO_SNAPSHOT &&
            (!best || order(i, in) < order(i, best)))
            best = in;
    }
    return best ? nmt_of(best) : NULL;
}

static int64_t minus(uint64_t a, uint64_t b)
{
    return known(a) && known(b) ? (int64_t)(a - b) : UNKNOWN_DELTA;
}

/* Of a diff as printed, else against the first report; a category that was
 * not there yet had nothing. */
static void deltas(const struct nmt_category *c, const struct nmt_report *now,
                   const struct nmt_report *first, int64_t *reserved,
                   int64_t *committed)
{
    const struct nmt_category *was;

    *reserved = c->reserved_delta;
    *committed = c->committed_delta;
    if (now->diff || !first || first == now)
        return;
    was = nmt_find(first, c->name);
    *reserved = minus(c->reserved, was ? was->reserved : 0);
    *committed = minus(c->committed, was ? was->committed : 0);
}

static void category(struct emitter *em, const struct nmt_category *c,
                     const struct nmt_report *now,
                     const struct nmt_report *first)
{
    int64_t reserved, committed;

    deltas(c, now, first, &reserved, &committed);
    emit_item(em, NULL);
    emit_text(em, "name", NULL, c->name);
    emit_bytes(em, "reserved", NULL, c->reserved);
    emit_bytes(em, "committed", NULL, c->committed);
    emit_bytes(em, "malloc", NULL, c->malloc);
    emit_bytes(em, "mmap_reserved", NULL, c->mmap_reserved);
    emit_bytes(em, "mmap_committed", NULL, c->mmap_committed);
    emit_bytes(em, "arena", NULL, c->arena);
    emit_delta(em, "reserved_delta", NULL, reserved);
    emit_delta(em, "committed_delta", NULL, committed);
    emit_end(em);
}

static int by_committed(const void *a, const void *b)
{
    const struct nmt_category *const *x = a, *const *y = b;
    uint64_t p = known_or((*x)->committed, 0);
    uint64_t q = known_or((*y)->committed, 0);

    if (p != q)
        return p < q ? 1 : -1;
    return *x < *y ? -1 : *x > *y;
}

/* Programs get the order of the text, readers the largest first. */
static void categories(struct emitter *em, const struct report *r,
                       const struct nmt_report *now)
{
    static const struct column page[] = {
        {"name", "Category", -24},      {"reserved", "Reserved", 11},
        {"committed", "Committed", 11}, {"committed_delta", "Change", 11},
        {"malloc", "malloc", 11},       {0},
    };
    static const struct column all[] = {
        {"name", NULL, 0},
        {"reserved", NULL, 0},
        {"committed", NULL, 0},
        {"malloc", NULL, 0},
        {"mmap_reserved", NULL, 0},
        {"mmap_committed", NULL, 0},
        {"arena", NULL, 0},
        {"reserved_delta", NULL, 0},
        {"committed_delta", NULL, 0},
        {0},
    };
    const struct nmt_report *first = first_of(r);
    uint64_t n = now->categories.n, i;
    const struct nmt_category **at;

    emit_table(em, "categories", "", emit_is_page(em) ? page : all);
    at = mem_alloc(em->mem, n, sizeof *at, &em->out->err);
    if (at) {
        for (i = 0; i < n; i++)
            at[i] = &now->categories.at[i];
        if (emit_is_page(em)) {
            qsort(at, n, sizeof *at, by_committed);
            n = report_rows(n, r->top);
        }
        for (i = 0; i < n; i++)
            category(em, at[i], now, first);
    }
    mem_free(em->mem, at);
    emit_end(em);
}

void report_nmt(struct emitter *em, const struct report *r)
{
    const struct input *in;
    const struct nmt_report *now = last_of(r, &in);

    if (!now) {
        emit_null(em, "nmt");
        return;
    }
    emit_object(em, "nmt", "Native memory tracking");
    emit_para(em, PARA_PLAIN, "%s", emit_shown_path(em, in->path));
    emit_object(em, "total", NULL);
    emit_bytes(em, "reserved", NULL, now->total.reserved);
    emit_bytes(em, "committed", "Committed in all", now->total.committed);
    emit_end(em);
    categories(em, r, now);
    emit_end(em);
}
