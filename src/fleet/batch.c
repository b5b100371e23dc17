/*
 * batch.c - the queue and its children; see batch.h.
 *
 * An archive is a case whose work is to be unpacked; the cases found in it
 * go to the front of the queue, so that no more archives lie unpacked than
 * there are processes.
 */
#define _GNU_SOURCE
#include "fleet/batch.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/child.h"
#include "fleet/content.h"
#include "fleet/known.h"
#include "fleet/results.h"

#define JOBS_MAX 64
#define NONE     UINT32_MAX
#define NESTED   3 /* archives within archives */

struct unpacked { /* an archive, as long as cases of it are left */
    const char *folder;
    const char *content, *error; /* known once it is unpacked */
    const char *name;
    uint32_t parent; /* the archive that it lay in; NONE */
    unsigned depth;  /* of archives within archives */
    uint64_t cases, left;
};

struct batch {
    const struct batch_options *options;
    struct mem *mem;
    struct err *err;
    struct results results;
    struct case_list cases; /* and those found later */
    VEC(uint32_t) queue;    /* of cases; the last is next */
    VEC(struct unpacked) unpacked;
    struct known_set known;
    struct worker_options worker;
    struct child children[JOBS_MAX];
    struct {
        uint32_t index;   /* which case each has */
        uint32_t archive; /* index into `unpacked`, or NONE */
    } working[JOBS_MAX];
    uint64_t done, total;
    struct batch_result *to;
};

/* Runs in the child, on its copy of the set. */
static bool is_known(void *ctx, const char *content)
{
    const struct batch *b = ctx;

    return known_set_status(&b->known, content) != NULL;
}

/* ---- the queue -------------------------------------------------------- */

/* Cases from `first` on, so that the first of them is next. */
static bool enqueue(struct batch *b, uint64_t first)
{
    if (!vec_reserve(&b->queue, b->mem, b->cases.at.n - first, b->err))
        return false;
    for (uint64_t i = b->cases.at.n; i-- > first;)
        b->queue.at[b->queue.n++] = (uint32_t)i;
    b->total += b->cases.at.n - first;
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

/* ---- archives --------------------------------------------------------- */

/* "a.tar.gz!case/1" of what was found in its folder. */
static bool adopt(struct batch *b, struct fleet_case *c, const char *archive,
                  uint32_t unpacked)
{
    const char *folder = b->unpacked.at[unpacked].folder;
    size_t n = strlen(folder);
    struct arena *a = &b->cases.arena;
    const char *inner =
        strncmp(c->name, folder, n) == 0 ? c->name + n : c->name;

    inner += *inner == '/';
    c->name = *inner ? arena_printf(a, b->err, "%s!%s", archive, inner)
                     : arena_strdup(a, archive, b->err);
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
static bool find_unpacked(struct batch *b, uint32_t index)
{
    struct unpacked *u = &b->unpacked.at[index];
    uint64_t first = b->cases.at.n;

    if (!cases_find(u->folder, b->mem, &b->cases, b->err))
        return false;
    for (uint64_t i = first; i < b->cases.at.n; i++)
        if (!adopt(b, &b->cases.at.at[i], u->name, index))
            return false;
    u->cases = u->left = b->cases.at.n - first;
    return enqueue(b, first);
}

/* A row of its own only if something was wrong with it. */
static bool store_archive(struct batch *b, const struct unpacked *u)
{
    struct row r;

    row_init(&r);
    r.content = u->content;
    r.status = u->cases ? STATUS_DAMAGED : STATUS_FAILED;
    r.error = u->error;
    r.tool = OOMWHY_VERSION;
    return (!u->error || store_put(b->results.store, &r, u->name, b->err)) &&
           store_put_archive(b->results.store, u->content, u->cases, b->err) &&
           known_set_add(&b->known, u->content,
                         r.error ? r.status : STATUS_UNPACKED, b->err);
}

/* One case less of archive `index`; the last one takes it away, and may be
 * the last of the archive around it. */
static bool leave_archive(struct batch *b, uint32_t index)
{
    while (index != NONE && b->unpacked.at[index].left <= 1) {
        struct unpacked *u = &b->unpacked.at[index];

        archive_remove(u->folder);
        if (!store_archive(b, u))
            return false;
        index = u->parent;
    }
    if (index != NONE)
        b->unpacked.at[index].left--;
    return true;
}

/* ---- what came of a case ---------------------------------------------- */

static bool note(struct batch *b, const struct fleet_case *c,
                 const struct row *r, bool was_known)
{
    struct arena *a = &b->to->arena;
    struct batch_item *it;

    if (!vec_push(&b->to->items, b->mem, b->err))
        return false;
    it = vec_last(&b->to->items);
    it->name = arena_strdup(a, c->name, b->err);
    it->content = arena_strdup(a, r->content, b->err);
    it->status = arena_strdup(a, r->status, b->err);
    it->error = r->error ? arena_strdup(a, r->error, b->err) : NULL;
    it->known = was_known;
    b->to->known += was_known;
    return it->name && it->content && it->status;
}

/* A case of an archive that was done before. */
static bool note_again(void *ctx, const char *place, const char *content,
                       const char *status, struct err *e)
{
    struct batch *b = ctx;
    struct fleet_case c = {.name = place};
    struct row r;

    (void)e; /* it is the batch's own */
    row_init(&r);
    r.content = content;
    r.status = status;
    b->done++;
    b->total++;
    return note(b, &c, &r, true);
}

static bool settle_known(struct batch *b, const struct fleet_case *c,
                         struct row *r)
{
    const char *before = known_set_status(&b->known, r->content);

    r->status = before ? before : STATUS_FAILED;
    if (!note(b, c, r, true))
        return false;
    if (c->kind == CASE_ARCHIVE)
        return store_cases_of(b->results.store, c->name, note_again, b, b->err);
    return store_put_place(b->results.store, c->name, r->content, b->err);
}

static bool settle_archive(struct batch *b, const struct fleet_case *c,
                           struct row *r, uint32_t index)
{
    struct arena *a = &b->to->arena;
    struct unpacked *u = &b->unpacked.at[index];

    if (r->error)
        r->status = STATUS_DAMAGED;
    u->content = arena_strdup(a, r->content, b->err);
    u->error = r->error ? arena_strdup(a, r->error, b->err) : NULL;
    if (!u->content || !find_unpacked(b, index))
        return false;
    if (!u->cases) {
        r->status = STATUS_FAILED;
        u->error = r->error = "nothing in it is of a known kind";
    }
    return note(b, c, r, false) && (u->left || leave_archive(b, index));
}

static bool settle_row(struct batch *b, const struct fleet_case *c,
                       const struct row *r)
{
    return store_put(b->results.store, r, c->name, b->err) &&
           known_set_add(&b->known, r->content, r->status, b->err) &&
           note(b, c, r, false);
}

/* Makes a row of a child that did not hand over a whole one. */
static void complete_row(const struct child *child, const char *why,
                         struct row *r)
{
    r->status = child->timed_out ? STATUS_TIMEOUT : STATUS_CRASHED;
    r->error = child->timed_out ? "it took longer than it may (--timeout)"
               : *why           ? why
                                : "its process ended without a word";
    r->report = NULL;
    r->tool = OOMWHY_VERSION;
}

static bool settle_as(struct batch *b, const struct fleet_case *c,
                      struct row *r, uint32_t archive)
{
    uint32_t around = c->unpacked;

    if (strcmp(r->status, STATUS_UNPACKED) == 0)
        return settle_archive(b, c, r, archive);
    if (archive != NONE)
        archive_remove(b->unpacked.at[archive].folder);
    if (strcmp(r->status, STATUS_KNOWN) == 0 ? !settle_known(b, c, r)
                                             : !settle_row(b, c, r))
        return false;
    return leave_archive(b, around);
}

static bool settle(struct batch *b, unsigned slot)
{
    struct child *child = &b->children[slot];
    /* A copy: the list moves when an archive brings more. */
    struct fleet_case c = b->cases.at.at[b->working[slot].index];
    char why[120], content[CONTENT_TEXT];
    bool complete = false, ok;
    const char *said;
    struct arena a;
    struct row r;

    child_wait(child, why, sizeof why);
    arena_init(&a, b->mem);
    row_init(&r);
    said = out_string(&child->said);
    ok = said ? row_read(said, &a, &r, &complete, b->err)
              : err_set(b->err, ERR_NOMEM, "no memory for a result");
    if (!complete || *why)
        complete_row(child, why, &r);
    if (!r.content) {
        content_of_text(c.name, strlen(c.name), content);
        r.content = content;
    }
    ok = ok && settle_as(b, &c, &r, b->working[slot].archive);
    b->done++;
    child_deinit(child);
    arena_deinit(&a);
    return ok;
}

/* ---- children --------------------------------------------------------- */

struct errand { /* what a new process is to do */
    const struct batch *batch;
    const struct fleet_case *c;
    const char *unpack_to;
};

static void run_errand(void *ctx, FILE *to)
{
    struct errand *x = ctx;
    const struct batch_options *o = x->batch->options;

    (o->work ? o->work : worker_run)(x->c, &x->batch->worker, x->unpack_to, to);
}

/* Room for the archive `c`. */
static bool prepare_archive(struct batch *b, const struct fleet_case *c,
                            uint32_t *ret)
{
    struct unpacked *u;

    if (!vec_push(&b->unpacked, b->mem, b->err))
        return false;
    *ret = (uint32_t)b->unpacked.n - 1;
    u = vec_last(&b->unpacked);
    u->parent = c->unpacked;
    u->depth = u->parent == NONE ? 1 : b->unpacked.at[u->parent].depth + 1;
    u->name = c->name;
    u->folder =
        arena_printf(&b->to->arena, b->err, "%s/%u", b->results.unpacked, *ret);
    return u->folder != NULL;
}

static bool start(struct batch *b, unsigned slot)
{
    uint32_t index = b->queue.at[b->queue.n - 1], archive = NONE;
    const struct fleet_case *c = &b->cases.at.at[index];
    struct child_limits l = {b->options->max_memory, b->options->timeout};
    struct errand x = {b, c, NULL};

    if (c->kind == CASE_ARCHIVE) {
        if (!prepare_archive(b, c, &archive))
            return false;
        x.unpack_to = b->unpacked.at[archive].folder;
    }
    b->working[slot].index = index;
    b->working[slot].archive = archive;
    if (!child_start(&b->children[slot], &l, run_errand, &x, b->mem, b->err))
        return false;
    b->queue.n--;
    return true;
}

/* An archive too deep in others is not looked into. */
static bool pass_over(struct batch *b)
{
    struct fleet_case c = b->cases.at.at[b->queue.at[b->queue.n - 1]];
    char content[CONTENT_TEXT];
    struct row r;

    b->queue.n--;
    b->done++;
    content_of_text(c.name, strlen(c.name), content);
    row_init(&r);
    r.content = content;
    r.status = STATUS_FAILED;
    r.error = "archives lie within archives too deep";
    r.tool = OOMWHY_VERSION;
    return settle_row(b, &c, &r) && leave_archive(b, c.unpacked);
}

static bool is_too_deep(const struct batch *b)
{
    const struct fleet_case *c = &b->cases.at.at[b->queue.at[b->queue.n - 1]];

    return c->kind == CASE_ARCHIVE && c->unpacked != NONE &&
           b->unpacked.at[c->unpacked].depth >= NESTED;
}

static bool start_all(struct batch *b)
{
    for (unsigned k = 0; k < b->options->jobs && b->queue.n; k++) {
        while (b->queue.n && is_too_deep(b))
            if (!pass_over(b))
                return false;
        if (!b->children[k].pid && b->queue.n && !start(b, k))
            return false;
    }
    return true;
}

/* How long nothing needs to be looked at. */
static int patience(const struct batch *b)
{
    int64_t now = child_now(), least = 1000;

    for (unsigned k = 0; k < b->options->jobs; k++)
        if (b->children[k].pid && b->children[k].deadline - now < least)
            least = b->children[k].deadline - now;
    return least > 0 ? (int)least : 0;
}

static bool listen_all(struct batch *b)
{
    struct pollfd fds[JOBS_MAX];
    unsigned jobs = b->options->jobs, k;

    for (k = 0; k < jobs; k++)
        fds[k] = (struct pollfd){b->children[k].pid ? b->children[k].fd : -1,
                                 POLLIN, 0};
    (void)poll(fds, jobs, patience(b));
    for (k = 0; k < jobs; k++) {
        struct child *c = &b->children[k];

        if (!c->pid)
            continue;
        if (child_now() >= c->deadline)
            child_kill(c);
        if (fds[k].revents && !child_read(c) && !settle(b, k))
            return false;
    }
    return true;
}

static bool is_working(const struct batch *b)
{
    for (unsigned k = 0; k < b->options->jobs; k++)
        if (b->children[k].pid)
            return true;
    return false;
}

static bool run_all(struct batch *b)
{
    while (b->queue.n || is_working(b)) {
        if (b->options->progress)
            b->options->progress(b->options->progress_ctx, "cases", b->done,
                                 b->total);
        if (!start_all(b) || !listen_all(b))
            return false;
    }
    return true;
}

/* What is still at work when all is given up. */
static void end_children(struct batch *b)
{
    char why[120];

    for (unsigned k = 0; k < b->options->jobs; k++) {
        if (!b->children[k].pid)
            continue;
        child_kill(&b->children[k]);
        while (child_read(&b->children[k]))
            ;
        child_wait(&b->children[k], why, sizeof why);
        child_deinit(&b->children[k]);
    }
}

/* ---- the whole -------------------------------------------------------- */

static bool find_all(struct batch *b, const char *const *paths, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        struct err why = {0};

        if (!cases_find(paths[i], b->mem, &b->cases, &why))
            return err_set(b->err, why.code, "%.100s: %s", paths[i], why.text);
    }
    if (!b->cases.at.n)
        return err_set(b->err, ERR_FORMAT,
                       "nothing that could be a case was found");
    sort_cases(&b->cases);
    return enqueue(b, 0);
}

static int item_by_name(const void *a, const void *b)
{
    return strcmp(((const struct batch_item *)a)->name,
                  ((const struct batch_item *)b)->name);
}

static bool work(struct batch *b, const char *const *paths, uint64_t n)
{
    bool ok;

    if (!results_open(b->options->folder, &b->to->arena, &b->results, b->err))
        return false;
    b->worker = (struct worker_options){
        .heap = b->options->heap,
        .thresholds = b->options->thresholds,
        .max_memory = b->options->max_memory,
        .reports = b->results.reports,
        .archive = {ARCHIVE_MAX_FILES, ARCHIVE_MAX_BYTES},
        .is_known = is_known,
        .ctx = b,
    };
    ok = known_set_read(&b->known, b->results.store, b->options->retry,
                        b->err) &&
         find_all(b, paths, n) && run_all(b);
    end_children(b);
    results_close(&b->results);
    if (ok && b->to->items.n)
        qsort(b->to->items.at, b->to->items.n, sizeof *b->to->items.at,
              item_by_name);
    return ok;
}

bool batch_run(const struct batch_options *o, const char *const *paths,
               uint64_t n, struct mem *m, struct batch_result *ret,
               struct err *e)
{
    struct batch_options options = *o;
    struct batch b = {.options = &options, .mem = m, .err = e, .to = ret};
    bool ok;

    if (options.jobs < 1 || options.jobs > JOBS_MAX)
        options.jobs = options.jobs ? JOBS_MAX : 1;
    memset(ret, 0, sizeof *ret);
    arena_init(&ret->arena, m);
    b.known.arena = &ret->arena;
    case_list_init(&b.cases, m);
    ok = work(&b, paths, n);
    known_set_deinit(&b.known);
    vec_free(&b.queue, m);
    vec_free(&b.unpacked, m);
    case_list_deinit(&b.cases);
    if (!ok)
        batch_result_deinit(ret, m);
    return ok;
}

void batch_result_deinit(struct batch_result *r, struct mem *m)
{
    vec_free(&r->items, m);
    arena_deinit(&r->arena);
}
