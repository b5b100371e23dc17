/*
 * groups.c - forms the groups in three rounds, from what knows most to what
 * knows least; see groups.h.
 */
#include "fleet/groups.h"

#include <stdlib.h>
#include <string.h>

#include "fleet/content.h"

#define NO_GROUP UINT32_MAX
#define DAY_MS   (INT64_C(24) * 60 * 60 * 1000)

void groups_init(struct groups *g, struct mem *m)
{
    memset(g, 0, sizeof *g);
    arena_init(&g->arena, m);
}

void groups_deinit(struct groups *g)
{
    vec_free(&g->members, g->arena.mem);
    vec_free(&g->at, g->arena.mem);
    arena_deinit(&g->arena);
}

bool groups_add(struct groups *g, const struct stored_rows *rows, enum set set,
                struct err *e)
{
    const struct stored *s;

    VEC_EACH (&rows->at, s) {
        if (!row_is_analysed(&s->row) || !s->row.family)
            continue;
        if (!vec_push(&g->members, g->arena.mem, e))
            return false;
        *vec_last(&g->members) = (struct member){s, set, NO_GROUP};
    }
    return true;
}

/* ---- comparing -------------------------------------------------------- */

/* NULL equals NULL only. */
static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool may_be_same(const char *cause, const char *other)
{
    return !cause || !other || strcmp(cause, other) == 0;
}

/* By holder where there is one, else by application and cause. */
static bool has_key(const struct group *g, const struct row *r)
{
    if (!same(g->family, r->family) || !same(g->holder, r->holder))
        return false;
    return r->holder ||
           (same(g->application, r->application) && same(g->cause, r->cause));
}

static uint32_t find_key(const struct groups *g, const struct row *r)
{
    for (uint32_t i = 0; i < g->at.n; i++)
        if (has_key(&g->at.at[i], r))
            return i;
    return NO_GROUP;
}

static void write_id(struct arena *a, struct group *g, struct err *e)
{
    char sum[CONTENT_TEXT];
    const char *text =
        g->holder
            ? arena_printf(a, e, "%s\nholder %s", g->family, g->holder)
            : arena_printf(a, e, "%s\napplication %s\ncause %s", g->family,
                           g->application ? g->application : "",
                           g->cause ? g->cause : "");

    if (!text)
        return;
    content_of_text(text, strlen(text), sum);
    memcpy(g->id, sum, GROUP_ID - 1);
}

static bool make_group(struct groups *g, const struct row *r, uint32_t *ret,
                       struct err *e)
{
    struct group *to;

    if (!vec_push(&g->at, g->arena.mem, e))
        return false;
    to = vec_last(&g->at);
    to->family = r->family;
    to->holder = r->holder;
    to->application = r->holder ? NULL : r->application;
    to->cause = r->holder ? NULL : r->cause;
    to->first = to->last = to->growth = UNKNOWN_DELTA;
    to->largest = UNKNOWN;
    *ret = (uint32_t)g->at.n - 1;
    write_id(&g->arena, to, e);
    return !err_is_set(e);
}

/* ---- rounds ----------------------------------------------------------- */

static bool join_own(struct groups *g, struct member *m, struct err *e)
{
    const struct row *r = &m->stored->row;

    m->group = find_key(g, r);
    return m->group != NO_GROUP || make_group(g, r, &m->group, e);
}

/* The only group that incidents of the same application are in and that
 * `r` may belong to; `limit`: of the first so many groups. */
static uint32_t only_group(const struct groups *g, const struct row *r,
                           uint32_t limit)
{
    uint32_t found = NO_GROUP;
    const struct member *m;

    VEC_EACH (&g->members, m) {
        const struct row *other = &m->stored->row;

        if (m->group >= limit || m->group == found ||
            !same(other->family, r->family) ||
            !same(other->application, r->application) ||
            !may_be_same(other->cause, r->cause))
            continue;
        if (found != NO_GROUP)
            return NO_GROUP;
        found = m->group;
    }
    return found;
}

/* Those of `wanted` that are in no group yet: into the only one that fits
 * among those made before this round, or one of their own. */
static bool round_of(struct groups *g, bool (*wanted)(const struct row *r),
                     struct err *e)
{
    uint32_t before = (uint32_t)g->at.n;
    struct member *m;

    VEC_EACH (&g->members, m) {
        const struct row *r = &m->stored->row;

        if (m->group != NO_GROUP || !wanted(r))
            continue;
        if (r->application && !r->holder)
            m->group = only_group(g, r, before);
        if (m->group == NO_GROUP && !join_own(g, m, e))
            return false;
    }
    return true;
}

static bool knows_holder(const struct row *r)
{
    return r->holder != NULL;
}

static bool knows_cause(const struct row *r)
{
    return r->cause != NULL;
}

static bool anything(const struct row *r)
{
    (void)r;
    return true;
}

/* ---- figures ---------------------------------------------------------- */

static int64_t newest_of(const struct groups *g)
{
    int64_t newest = UNKNOWN_DELTA;
    const struct member *m;

    VEC_EACH (&g->members, m)
        if (m->stored->row.time > newest)
            newest = m->stored->row.time;
    return newest;
}

static unsigned rank(const struct row *r)
{
    unsigned n = 0;

    n += r->holder ? 16 : 0;
    n += r->cause ? 8 : 0;
    n += r->confidence && strcmp(r->confidence, "high") == 0     ? 4
         : r->confidence && strcmp(r->confidence, "medium") == 0 ? 2
                                                                 : 0;
    return n + (strcmp(r->status, STATUS_ANALYSED) == 0);
}

/* Who knows most; of equals the latest, then the first by name. */
static bool is_better(const struct stored *a, const struct stored *b)
{
    if (!b || rank(&a->row) != rank(&b->row))
        return !b || rank(&a->row) > rank(&b->row);
    if (a->row.time != b->row.time)
        return a->row.time > b->row.time;
    return strcmp(a->place ? a->place : "", b->place ? b->place : "") < 0;
}

static void count(struct group *g, const struct member *m, int64_t newest)
{
    const struct row *r = &m->stored->row;

    g->count++;
    g->in_set[m->set]++;
    if (is_better(m->stored, g->representative))
        g->representative = m->stored;
    if (known(r->culprit_bytes) &&
        (!known(g->largest) || r->culprit_bytes > g->largest))
        g->largest = r->culprit_bytes;
    if (!known_delta(r->time))
        return;
    if (!known_delta(g->first) || r->time < g->first)
        g->first = r->time;
    if (r->time > g->last)
        g->last = r->time;
    if (!known_delta(g->growth))
        g->growth = 0;
    if (r->time > newest - GROWTH_DAYS * DAY_MS)
        g->growth++;
    else if (r->time > newest - 2 * GROWTH_DAYS * DAY_MS)
        g->growth--;
}

static int by_count(const void *a, const void *b)
{
    const struct group *x = a, *y = b;

    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return strcmp(x->id, y->id);
}

/* Sorting moves groups; members are told by the id. */
static bool sort_groups(struct groups *g, struct err *e)
{
    char(*ids)[GROUP_ID] = mem_alloc(g->arena.mem, g->at.n, GROUP_ID, e);
    struct member *m;

    if (!ids)
        return false;
    for (uint64_t i = 0; i < g->at.n; i++)
        memcpy(ids[i], g->at.at[i].id, GROUP_ID);
    qsort(g->at.at, g->at.n, sizeof *g->at.at, by_count);
    VEC_EACH (&g->members, m)
        for (uint32_t i = 0; i < g->at.n; i++)
            if (memcmp(g->at.at[i].id, ids[m->group], GROUP_ID) == 0) {
                m->group = i;
                break;
            }
    mem_free(g->arena.mem, ids);
    return true;
}

bool groups_find(struct groups *g, struct err *e)
{
    int64_t newest = newest_of(g);
    struct member *m;

    if (!g->members.n)
        return true;
    if (!round_of(g, knows_holder, e) || !round_of(g, knows_cause, e) ||
        !round_of(g, anything, e))
        return false;
    VEC_EACH (&g->members, m)
        count(&g->at.at[m->group], m, newest);
    return sort_groups(g, e);
}
