/* bench_life.c - lives of a process made up for one test; see bench.h. */
#include <check.h>
#include <string.h>

#include "bench.h"

/* Nothing is committed whole from the start. */
static void commit(struct nmt_category *c, uint64_t bytes)
{
    c->committed = bytes;
    c->reserved = 2 * bytes;
}

static void category(struct bench *b, struct nmt_report *r, const char *name,
                     uint64_t bytes)
{
    struct nmt_category *c;

    VEC_EACH (&r->categories, c)
        if (strcmp(c->name, name) == 0) {
            commit(c, bytes);
            return;
        }
    ck_assert(vec_push(&r->categories, &b->mem, &b->err));
    c = vec_last(&r->categories);
    memset(c, 0xff, sizeof *c); /* every figure UNKNOWN */
    c->committed_delta = c->reserved_delta = UNKNOWN_DELTA;
    c->name = name;
    commit(c, bytes);
}

void given_category(struct bench *b, const char *name, uint64_t first,
                    uint64_t last)
{
    category(b, &b->nmt[0], name, first);
    category(b, &b->nmt[1], name, last);
}

static void look(struct bench *b, struct moment *m, struct nmt_report *r,
                 uint64_t outside)
{
    const struct nmt_category *c;
    uint64_t sum = outside;

    VEC_EACH (&r->categories, c)
        sum += c->committed;
    r->enabled = r->has_total = true;
    m->nmt = NULL;
    m->heap_committed = figure_none();
    moment_take_nmt(m, &b->input, r);
    m->rss = m->anon = says(b, LINE_PROC, sum);
    moment_derive(m, NULL, false);
}

void given_looks(struct bench *b, uint64_t outside_first, uint64_t outside_last)
{
    struct facts *f = &b->facts;
    struct parts_end end = {UNKNOWN, f->xmx.value, 0};

    look(b, &b->moments[0], &b->nmt[0], outside_first);
    look(b, &b->moments[2], &b->nmt[1], outside_last);
    if (known(f->anon.value))
        end.private = f->anon.value + known_or(f->shmem.value, 0);
    f->first = &b->moments[0];
    f->last = &b->moments[2];
    parts_find(f->first, f->last, &end, f->thresholds, &f->parts);
}

static void alive(struct bench *b, struct moment *m, uint64_t rss)
{
    m->alive = true;
    m->rss = m->anon = says(b, LINE_PROC, rss);
}

void given_life(struct bench *b, uint64_t first, uint64_t mid, uint64_t last)
{
    uint64_t rss[] = {first, mid, last};

    for (unsigned i = 0; i < 3; i++) {
        alive(b, &b->moments[i], rss[i]);
        ck_assert(vec_push(&b->facts.moments, &b->mem, &b->err));
        *vec_last(&b->facts.moments) = b->moments[i];
    }
    b->facts.first = &b->moments[0];
    b->facts.last = &b->moments[2];
    /* An error, a kill and a full heap would have been seen. */
    b->facts.watched = WATCH_ERRORS;
    b->facts.kernel_log = true;
    given_heap(b, 200 * MIB, 20 * MIB);
}
