/*
 * cmd_batch.c - many cases at once, results in one file: docs/fleet.md.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fleet/batch.h"
#include "fleet/listing.h"
#include "tool/fleet_tool.h"
#include "tool/options.h"
#include "tool/progress.h"

#define FOLDER     "oomwhy-batch"
#define TIME_LIMIT 3600 /* seconds for a case */
#define JOBS_MOST  64

static unsigned jobs_of(const struct options *o)
{
    long n = o->jobs ? (long)(o->jobs < JOBS_MOST ? o->jobs : JOBS_MOST)
                     : sysconf(_SC_NPROCESSORS_ONLN);

    return n < 1 ? 1 : (unsigned)(n < JOBS_MOST ? n : JOBS_MOST);
}

/* What the kernel says could be used without swapping; 0: it does not. */
static uint64_t available_memory(void)
{
    FILE *f = fopen("/proc/meminfo", "re");
    uint64_t kib = 0;
    char line[128];

    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "MemAvailable: %" SCNu64 " kB", &kib) == 1)
            break;
    if (f)
        fclose(f);
    return kib * 1024;
}

/* All together are not to take the machine with them. */
static uint64_t memory_of(const struct options *o, unsigned jobs)
{
    return o->max_memory ? o->max_memory : available_memory() / 10 * 9 / jobs;
}

static struct batch_options options_of(const struct options *o,
                                       struct progress *p)
{
    unsigned jobs = jobs_of(o);
    uint64_t limit = o->fleet.time_limit;
    struct batch_options b = {
        .folder = o->output ? o->output : FOLDER,
        .jobs = jobs,
        .max_memory = memory_of(o, jobs),
        .timeout = limit ? (unsigned)(limit < UINT32_MAX ? limit : UINT32_MAX)
                         : TIME_LIMIT,
        .retry = o->fleet.retry,
        .heap = o->heap,
        .thresholds = o->thresholds,
        .progress = progress_show,
        .progress_ctx = p,
    };

    b.heap.top = known(o->top) ? o->top : 10;
    b.heap.suspect_percent = o->thresholds.suspect_percent;
    return b;
}

static enum exit_status outcome(const struct batch_result *r)
{
    enum exit_status status = EXIT_ANALYSED;
    const struct batch_item *it;

    VEC_EACH (&r->items, it) {
        if (strcmp(it->status, STATUS_DAMAGED) == 0)
            status = EXIT_DAMAGED;
        else if (strcmp(it->status, STATUS_ANALYSED) != 0 &&
                 strcmp(it->status, STATUS_UNPACKED) != 0)
            return EXIT_FAILED;
    }
    return status;
}

struct summary {
    const struct batch_result *result;
    struct stored_rows rows;
};

static void walk(struct emitter *em, const void *ctx)
{
    const struct summary *s = ctx;

    listing_batch(em, s->result, &s->rows);
}

static bool tell(const struct options *o, const struct batch_result *r,
                 const char *folder, struct mem *m, struct err *e)
{
    struct summary s = {.result = r};
    struct arena a;
    bool ok;

    arena_init(&a, m);
    ok = fleet_rows(folder, m, &a, &s.rows, e) &&
         fleet_write(o, NULL, walk, &s, m, e);
    vec_free(&s.rows.at, m);
    arena_deinit(&a);
    return ok;
}

static bool name_paths(const struct options *o, struct arena *a,
                       const char ***ret, struct err *e)
{
    uint64_t i;

    if (!o->inputs.n)
        return err_set(e, ERR_USAGE, "batch needs folders, dumps or archives");
    *ret = arena_alloc(a, o->inputs.n, sizeof **ret, e);
    for (i = 0; *ret && i < o->inputs.n; i++)
        (*ret)[i] = o->inputs.at[i].path;
    return *ret != NULL;
}

static enum exit_status run(const struct options *o)
{
    enum exit_status status = EXIT_FAILED;
    struct batch_result result;
    struct batch_options b;
    struct progress progress;
    struct err e = {0};
    const char **paths = NULL;
    struct arena a;
    struct mem m;

    mem_init(&m, 0);
    arena_init(&a, &m);
    progress_init(&progress, o->progress);
    progress.counts = true;
    b = options_of(o, &progress);
    if (name_paths(o, &a, &paths, &e) &&
        batch_run(&b, paths, o->inputs.n, &m, &result, &e)) {
        progress_end(&progress);
        if (tell(o, &result, b.folder, &m, &e))
            status = outcome(&result);
        batch_result_deinit(&result, &m);
    }
    progress_end(&progress);
    arena_deinit(&a);
    if (!err_is_set(&e))
        return status;
    complain(NULL, &e);
    return exit_status_of(&e);
}

const struct command cmd_batch = {
    .name = "batch",
    .arguments = "PATH...",
    .options = "-o --format --jobs --max-memory --time-limit --retry "
               "--threshold --size-model --progress",
    .summary = "many cases, dumps, archives; results into the folder of -o",
    .run = run,
};
