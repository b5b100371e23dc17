/*
 * docket.c - the queue, the archives among it, and what is written down of
 * each case; see docket.h.
 */
#include "fleet/docket.h"

#include <stdlib.h>
#include <string.h>

#include "fleet/content.h"

#define NESTED 3 /* archives within archives */

/* ---- the queue -------------------------------------------------------- */

/* Cases from `first` on, so that the first of them is next. */
static bool enqueue(struct docket *d, uint64_t first)
{
    if (!vec_reserve(&d->queue, d->mem, d->cases.at.n - first, d->err))
        return false;
    for (uint64_t i = d->cases.at.n; i-- > first;)
        d->queue.at[d->queue.n++] = (uint32_t)i;
    d->total += d->cases.at.n - first;
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct fleet_case *)a)->name,
                  ((const struct fleet_case *)b)->name);
}

/* Paths may overlap; a case is worked on once. */
static void sort_cases(struct case_list *l)
{
    uint64_t n = 0;

    if (!l->at.n)
        return;
    qsort(l->at.at, l->at.n, sizeof *l->at.at, by_name);
    for (uint64_t i = 1; i < l->at.n; i++)
        if (strcmp(l->at.at[i].name, l->at.at[n].name) != 0)
            l->at.at[++n] = l->at.at[i];
    l->at.n = n + 1;
}

bool docket_find(struct docket *d, const char *const *paths, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        struct err why = {0};

        if (!cases_find(paths[i], d->mem, &d->cases, &why))
            return err_set(d->err, why.code, "%.100s: %s", paths[i], why.text);
    }
    if (!d->cases.at.n)
        return err_set(d->err, ERR_FORMAT,
                       "nothing that could be a case was found");
    sort_cases(&d->cases);
    return enqueue(d, 0);
}

/* ---- archives --------------------------------------------------------- */

/* "a.tar.gz!case/1" of what was found in its folder. */
static bool adopt(struct docket *d, struct fleet_case *c, const char *archive,
                  uint32_t unpacked)
{
    const char *folder = d->unpacked.at[unpacked].folder;
    size_t n = strlen(folder);
    struct arena *a = &d->cases.arena;
    const char *inner =
        strncmp(c->name, folder, n) == 0 ? c->name + n : c->name;

    inner += *inner == '/';
    c->name = *inner ? arena_printf(a, d->err, "%s!%s", archive, inner)
                     : arena_strdup(a, archive, d->err);
    c->root = folder;
    c->unpacked = unpacked;
    for (uint64_t i = 0; i < c->n; i++) {
        const char *p = c->paths[i];

        p += strncmp(p, folder, n) == 0 ? n : 0;
        p += *p == '/';
        c->paths[i] = *p ? p : ".";
    }
    return c->name != NULL;
}

/* Its cases go to the front of the queue. */
static bool find_unpacked(struct docket *d, uint32_t index)
{
    struct unpacked *u = &d->unpacked.at[index];
    uint64_t first = d->cases.at.n;

    if (!cases_find(u->folder, d->mem, &d->cases, d->err))
        return false;
    for (uint64_t i = first; i < d->cases.at.n; i++)
        if (!adopt(d, &d->cases.at.at[i], u->name, index))
            return false;
    u->cases = u->left = d->cases.at.n - first;
    return enqueue(d, first);
}

/* A row of its own only if something was wrong with it. */
static bool store_archive(struct docket *d, const struct unpacked *u)
{
    struct row r;

    row_init(&r);
    r.content = u->content;
    r.status = u->cases ? STATUS_DAMAGED : STATUS_FAILED;
    r.error = u->error;
    r.tool = OOMWHY_VERSION;
    return (!u->error || store_put(d->results.store, &r, u->name, d->err)) &&
           store_put_archive(d->results.store, u->content, u->cases, d->err) &&
           known_set_add(&d->known, u->content,
                         r.error ? r.status : STATUS_UNPACKED, d->err);
}

/* One case less of archive `index`; the last one takes it away, and may be
 * the last of the archive around it. */
static bool leave_archive(struct docket *d, uint32_t index)
{
    while (index != DOCKET_NONE && d->unpacked.at[index].left <= 1) {
        struct unpacked *u = &d->unpacked.at[index];

        archive_remove(u->folder);
        if (!store_archive(d, u))
            return false;
        index = u->parent;
    }
    if (index != DOCKET_NONE)
        d->unpacked.at[index].left--;
    return true;
}

/* Room for an archive. */
static bool prepare_archive(struct docket *d, const struct fleet_case *c,
                            uint32_t *ret)
{
    struct unpacked *u;

    if (!vec_push(&d->unpacked, d->mem, d->err))
        return false;
    *ret = (uint32_t)d->unpacked.n - 1;
    u = vec_last(&d->unpacked);
    u->parent = c->unpacked;
    u->depth =
        u->parent == DOCKET_NONE ? 1 : d->unpacked.at[u->parent].depth + 1;
    u->name = c->name;
    u->folder =
        arena_printf(&d->to->arena, d->err, "%s/%u", d->results.unpacked, *ret);
    return u->folder != NULL;
}

/* ---- what came of a case ---------------------------------------------- */

static bool note(struct docket *d, const struct fleet_case *c,
                 const struct row *r, bool was_known)
{
    struct arena *a = &d->to->arena;
    struct batch_item *it;

    if (!vec_push(&d->to->items, d->mem, d->err))
        return false;
    it = vec_last(&d->to->items);
    it->name = arena_strdup(a, c->name, d->err);
    it->content = arena_strdup(a, r->content, d->err);
    it->status = arena_strdup(a, r->status, d->err);
    it->error = r->error ? arena_strdup(a, r->error, d->err) : NULL;
    it->known = was_known;
    d->to->known += was_known;
    return it->name && it->content && it->status;
}

/* A case of an archive that was done before. */
static bool note_again(void *ctx, const char *place, const char *content,
                       const char *status, struct err *e)
{
    struct docket *d = ctx;
    struct fleet_case c = {.name = place};
    struct row r;

    (void)e; /* it is the docket's own */
    row_init(&r);
    r.content = content;
    r.status = status;
    d->done++;
    d->total++;
    return note(d, &c, &r, true);
}

static bool settle_known(struct docket *d, const struct fleet_case *c,
                         struct row *r)
{
    const char *before = known_set_status(&d->known, r->content);

    r->status = before ? before : STATUS_FAILED;
    if (!note(d, c, r, true))
        return false;
    if (c->kind == CASE_ARCHIVE)
        return store_cases_of(d->results.store, c->name, note_again, d, d->err);
    return store_put_place(d->results.store, c->name, r->content, d->err);
}

static bool settle_archive(struct docket *d, const struct fleet_case *c,
                           struct row *r, uint32_t index)
{
    struct arena *a = &d->to->arena;
    struct unpacked *u = &d->unpacked.at[index];

    if (r->error)
        r->status = STATUS_DAMAGED;
    u->content = arena_strdup(a, r->content, d->err);
    u->error = r->error ? arena_strdup(a, r->error, d->err) : NULL;
    if (!u->content || !find_unpacked(d, index))
        return false;
    if (!u->cases) {
        r->status = STATUS_FAILED;
        u->error = r->error = "nothing in it is of a known kind";
    }
    return note(d, c, r, false) && (u->left || leave_archive(d, index));
}

static bool settle_row(struct docket *d, const struct fleet_case *c,
                       const struct row *r)
{
    return store_put(d->results.store, r, c->name, d->err) &&
           known_set_add(&d->known, r->content, r->status, d->err) &&
           note(d, c, r, false);
}

static bool settle(struct docket *d, const struct fleet_case *c, struct row *r,
                   uint32_t archive)
{
    uint32_t around = c->unpacked;
    char content[CONTENT_TEXT];

    d->done++;
    if (!r->content) {
        content_of_text(c->name, strlen(c->name), content);
        r->content = content;
    }
    if (strcmp(r->status, STATUS_UNPACKED) == 0)
        return settle_archive(d, c, r, archive);
    if (archive != DOCKET_NONE)
        archive_remove(d->unpacked.at[archive].folder);
    if (strcmp(r->status, STATUS_KNOWN) == 0 ? !settle_known(d, c, r)
                                             : !settle_row(d, c, r))
        return false;
    return leave_archive(d, around);
}

bool docket_settle(struct docket *d, const struct errand *x, struct row *r)
{
    /* A copy: the list moves when an archive brings more. */
    struct fleet_case c = d->cases.at.at[x->index];

    return settle(d, &c, r, x->archive);
}

/* ---- the next --------------------------------------------------------- */

static bool is_too_deep(const struct docket *d, const struct fleet_case *c)
{
    return c->kind == CASE_ARCHIVE && c->unpacked != DOCKET_NONE &&
           d->unpacked.at[c->unpacked].depth >= NESTED;
}

/* An archive too deep in others is not looked into. */
static bool pass_over(struct docket *d, const struct errand *x)
{
    struct row r;

    row_init(&r);
    r.status = STATUS_FAILED;
    r.error = "archives lie within archives too deep";
    r.tool = OOMWHY_VERSION;
    return docket_settle(d, x, &r);
}

bool docket_next(struct docket *d, bool *any, struct errand *ret)
{
    const struct fleet_case *c;

    for (*any = false; d->queue.n;) {
        ret->index = d->queue.at[--d->queue.n];
        ret->archive = DOCKET_NONE;
        c = docket_case(d, ret);
        if (!is_too_deep(d, c)) {
            *any = true;
            return c->kind != CASE_ARCHIVE ||
                   prepare_archive(d, c, &ret->archive);
        }
        if (!pass_over(d, ret))
            return false;
    }
    return true;
}

const struct fleet_case *docket_case(const struct docket *d,
                                     const struct errand *x)
{
    return &d->cases.at.at[x->index];
}

const char *docket_unpack_to(const struct docket *d, const struct errand *x)
{
    return x->archive == DOCKET_NONE ? NULL : d->unpacked.at[x->archive].folder;
}

/* ---- the whole -------------------------------------------------------- */

bool docket_open(struct docket *d, const char *folder, bool retry,
                 struct mem *m, struct batch_result *to, struct err *e)
{
    memset(d, 0, sizeof *d);
    d->mem = m;
    d->err = e;
    d->to = to;
    if (!results_open(folder, &to->arena, &d->results, e))
        return false;
    d->known.arena = &to->arena;
    case_list_init(&d->cases, m);
    if (known_set_read(&d->known, d->results.store, retry, e))
        return true;
    docket_close(d);
    return false;
}

void docket_close(struct docket *d)
{
    results_close(&d->results);
    known_set_deinit(&d->known);
    vec_free(&d->queue, d->mem);
    vec_free(&d->unpacked, d->mem);
    case_list_deinit(&d->cases);
}
