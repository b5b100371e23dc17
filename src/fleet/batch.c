/*
 * batch.c - the processes that work on cases; see batch.h. Which case is next
 * and what becomes of it is the docket's business.
 */
#define _GNU_SOURCE
#include "fleet/batch.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/child.h"
#include "fleet/docket.h"

#define JOBS_MAX 64

struct batch {
    const struct batch_options *options;
    struct mem *mem;
    struct err *err;
    struct docket docket;
    struct worker_options worker;
    struct child children[JOBS_MAX];
    struct errand errands[JOBS_MAX]; /* of the children */
};

/* ---- one child -------------------------------------------------------- */

/* Runs in the child, on its copy of the set. */
static bool is_known(void *ctx, const char *content)
{
    return known_set_status(ctx, content) != NULL;
}

struct work { /* what a new process is to do */
    const struct batch *batch;
    const struct errand *errand;
};

static void run(void *ctx, FILE *to)
{
    struct work *x = ctx;
    const struct batch *b = x->batch;

    (b->options->work ? b->options->work : worker_run)(
        docket_case(&b->docket, x->errand), &b->worker,
        docket_unpack_to(&b->docket, x->errand), to);
}

static bool start(struct batch *b, unsigned slot)
{
    struct child_limits l = {b->options->max_memory, b->options->timeout};
    struct work x = {b, &b->errands[slot]};
    bool any;

    if (!docket_next(&b->docket, &any, &b->errands[slot]))
        return false;
    return !any || child_start(&b->children[slot], &l, run, &x, b->mem, b->err);
}

/* Makes a row of a child that did not hand over a whole one. */
static void complete_row(const struct child *child, const char *why,
                         struct row *r)
{
    r->status = child->timed_out ? STATUS_TIMEOUT : STATUS_CRASHED;
    r->error = child->timed_out ? "it took longer than it may (--time-limit)"
               : *why           ? why
                                : "its process ended without a word";
    r->report = NULL;
    r->tool = OOMWHY_VERSION;
}

static bool settle(struct batch *b, unsigned slot)
{
    struct child *child = &b->children[slot];
    bool complete = false, ok;
    const char *said;
    struct arena a;
    struct row r;
    char why[120];

    child_wait(child, why, sizeof why);
    arena_init(&a, b->mem);
    row_init(&r);
    said = out_string(&child->said);
    ok = said ? row_read(said, &a, &r, &complete, b->err)
              : err_set(b->err, ERR_NOMEM, "no memory for a result");
    if (!complete || *why)
        complete_row(child, why, &r);
    ok = ok && docket_settle(&b->docket, &b->errands[slot], &r);
    child_deinit(child);
    arena_deinit(&a);
    return ok;
}

/* ---- all of them ------------------------------------------------------ */

static bool start_all(struct batch *b)
{
    for (unsigned k = 0; k < b->options->jobs; k++)
        if (!b->children[k].pid && !start(b, k))
            return false;
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
    const struct docket *d = &b->docket;

    while (d->queue.n || is_working(b)) {
        if (b->options->progress)
            b->options->progress(b->options->progress_ctx, "cases", d->done,
                                 d->total);
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

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct batch_item *)a)->name,
                  ((const struct batch_item *)b)->name);
}

static bool work(struct batch *b, const char *const *paths, uint64_t n,
                 struct batch_result *to)
{
    struct docket *d = &b->docket;
    bool ok;

    if (!docket_open(d, b->options->folder, b->options->retry, b->mem, to,
                     b->err))
        return false;
    b->worker = (struct worker_options){
        .heap = b->options->heap,
        .thresholds = b->options->thresholds,
        .max_memory = b->options->max_memory,
        .reports = d->results.reports,
        .archive = {ARCHIVE_MAX_FILES, ARCHIVE_MAX_BYTES},
        .is_known = is_known,
        .ctx = &d->known,
    };
    ok = docket_find(d, paths, n) && run_all(b);
    end_children(b);
    docket_close(d);
    if (ok && to->items.n)
        qsort(to->items.at, to->items.n, sizeof *to->items.at, by_name);
    return ok;
}

bool batch_run(const struct batch_options *o, const char *const *paths,
               uint64_t n, struct mem *m, struct batch_result *ret,
               struct err *e)
{
    struct batch_options options = *o;
    struct batch b = {.options = &options, .mem = m, .err = e};

    if (options.jobs < 1 || options.jobs > JOBS_MAX)
        options.jobs = options.jobs ? JOBS_MAX : 1;
    memset(ret, 0, sizeof *ret);
    arena_init(&ret->arena, m);
    if (work(&b, paths, n, ret))
        return true;
    batch_result_deinit(ret, m);
    return false;
}

void batch_result_deinit(struct batch_result *r, struct mem *m)
{
    vec_free(&r->items, m);
    arena_deinit(&r->arena);
}
