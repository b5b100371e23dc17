/*
 * points.c - see points.h.
 */
#include "points.h"

#include <string.h>

#define FIRST_GAP ((uint64_t)128 << 10)
/* What a state takes: 32 KiB of window, 7 of tables, what malloc adds. */
#define STATE ((uint64_t)40 << 10)
/* What all may take; of a limit a share. */
#define MOST_BYTES ((uint64_t)6 << 20)
#define SHARE      64

void points_init(struct points *p, struct mem *m)
{
    uint64_t bytes = MOST_BYTES;

    if (m->limit && m->limit / SHARE < bytes)
        bytes = m->limit / SHARE;
    *p = (struct points){.mem = m, .gap = FIRST_GAP, .most = bytes / STATE};
}

/* ---- states ----------------------------------------------------------- */

static void *alloc(void *mem, unsigned n, unsigned size)
{
    struct err ignored = {0};

    return mem_alloc(mem, n, size, &ignored);
}

static void release(void *mem, void *p)
{
    mem_free(mem, p);
}

/* zlib allocates a copy as it does the original, and the originals come from
 * malloc: what runs out of memory half way looks like damage. */
static bool copy(z_stream *to, z_stream *from, const z_stream *how)
{
    z_stream had = *from;
    bool ok;

    from->zalloc = how->zalloc;
    from->zfree = how->zfree;
    from->opaque = how->opaque;
    ok = inflateCopy(to, from) == Z_OK;
    from->zalloc = had.zalloc;
    from->zfree = had.zfree;
    from->opaque = had.opaque;
    return ok;
}

static void drop(struct points *p, struct point *at)
{
    inflateEnd(at->state);
    mem_free(p->mem, at->state);
}

void points_deinit(struct points *p)
{
    struct point *at;

    VEC_EACH (&p->all, at)
        drop(p, at);
    vec_free(&p->all, p->mem);
}

bool points_restore(const struct point *at, z_stream *z)
{
    z_stream how = *z;

    inflateEnd(z);
    return copy(z, at->state, &how);
}

/* ---- the list --------------------------------------------------------- */

static void thin_out(struct points *p)
{
    uint64_t kept = 0;

    for (uint64_t i = 0; i < p->all.n; i++)
        if (i % 2)
            drop(p, &p->all.at[i]);
        else
            p->all.at[kept++] = p->all.at[i];
    p->all.n = kept;
    p->gap *= 2;
}

void points_note(struct points *p, struct point at, z_stream *z)
{
    z_stream how = {.zalloc = alloc, .zfree = release, .opaque = p->mem};
    struct err ignored = {0};

    if (!p->most || (p->all.n && at.out < vec_last(&p->all)->out + p->gap))
        return;
    if (p->all.n == p->most) {
        thin_out(p);
        return;
    }
    at.state = mem_alloc(p->mem, 1, sizeof *at.state, &ignored);
    if (!at.state)
        return;
    if (!copy(at.state, z, &how)) {
        mem_free(p->mem, at.state);
    } else if (vec_push(&p->all, p->mem, &ignored)) {
        *vec_last(&p->all) = at;
    } else {
        drop(p, &at);
    }
}

const struct point *points_find(const struct points *p, uint64_t out)
{
    const struct point *ret = NULL, *at;

    VEC_EACH (&p->all, at)
        if (at->out <= out)
            ret = at;
    return ret;
}
