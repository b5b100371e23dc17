/* facts.c - collects the facts, step by step; see facts.h. */
#include "facts.h"

#include <limits.h>
#include <string.h>

void facts_init(struct facts *f, const struct incident *i,
                const struct thresholds *t, struct mem *m)
{
    struct figure *all[] = {
        &f->pid,           &f->ns_pid,
        &f->xmx,           &f->limit,
        &f->exit_status,   &f->exit_line,
        &f->group_kills,   &f->group_kills_before,
        &f->rss,           &f->anon,
        &f->file,          &f->shmem,
        &f->group_usage,   &f->group_anon,
        &f->group_shmem,   &f->group_kernel,
        &f->others,        &f->parent,
        &f->named,         &f->live,
        &f->live_before,   &f->heap_end,
        &f->pids_max,      &f->pids_events,
        &f->nproc,         &f->threads_peak,
        &f->map_count,     &f->max_map_count,
        &f->maps_at_first, &f->reservation,
        &f->max_direct,    &f->max_metaspace,
        &f->xms,           &f->address_space,
        &f->exhausted,     &f->outlived,
        &f->mapped,        &f->written_after,
        &f->full_in_vain,
    };

    memset(f, 0, sizeof *f);
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        *all[k] = figure_none();
    f->incident = i;
    f->thresholds = t;
    f->mem = m;
    f->other_pid = UNKNOWN;
    f->jdk.to = UINT_MAX;
    f->heap = i->heap;
    if (i->heap && i->heap_input < i->inputs.n)
        f->dump = &i->inputs.at[i->heap_input];
}

/* The private RSS at the end: of the kill, else of the last moment. */
static uint64_t private_at_end(const struct facts *f)
{
    uint64_t shmem = known_or(f->shmem.value, 0);

    /* Somebody says it was killed at its limit: then that is what it held,
     * more or less. */
    if (facts_killed_unseen(f))
        return f->limit.value;
    if (!f->kill.kill || !known(f->anon.value))
        return UNKNOWN;
    /* Pages that the group is charged for once, however often mapped. */
    if (known(f->group_shmem.value) && shmem > f->group_shmem.value)
        shmem = f->group_shmem.value;
    return f->anon.value + shmem;
}

/* What NMT's own malloc gave back between the first moment and the last. */
static uint64_t freed_between(const struct facts *f)
{
    const struct moment *m;
    uint64_t most = 0;

    if (!f->first || !f->first->nmt || !f->last->nmt)
        return 0;
    for (m = f->first; m < f->last; m++)
        if (moment_nmt_malloc(m) > most)
            most = moment_nmt_malloc(m);
    return known_minus(most, moment_nmt_malloc(f->last));
}

bool facts_collect(const struct incident *i, const struct thresholds *t,
                   struct mem *m, struct facts *ret, struct err *e)
{
    struct parts_end end;

    facts_init(ret, i, t, m);
    facts_process(ret);
    facts_identity(ret);
    facts_xmx(ret);
    if (!facts_death(ret, e) || !facts_moments(ret, e)) {
        facts_deinit(ret);
        return false;
    }
    facts_jdk(ret);
    facts_gc(ret);
    facts_kill(ret);
    facts_family(ret);
    facts_end(ret);
    end.private = private_at_end(ret);
    end.heap_max = ret->xmx.value;
    end.freed = freed_between(ret);
    parts_find(ret->first, ret->last, &end, t, &ret->parts);
    facts_heap(ret);
    facts_climb(ret);
    return true;
}

void facts_deinit(struct facts *f)
{
    vec_free(&f->oomes, f->mem);
    vec_free(&f->moments, f->mem);
}

bool facts_killed_unseen(const struct facts *f)
{
    return !f->kill.kill && !f->other.kill && !f->oome && !f->hs_err &&
           (f->hearsay ||
            (known(f->group_kills.value) && f->group_kills.value > 0));
}

bool facts_kernel_stood_by(const struct facts *f)
{
    return f->hearsay && (f->hearsay->kind == OOM_EVENT_OOMD ||
                          f->hearsay->kind == OOM_EVENT_PLATFORM);
}

bool facts_died(const struct facts *f)
{
    return f->kill.kill || f->other.kill || f->oome || f->hs_err ||
           f->hearsay || facts_killed_unseen(f) ||
           f->warnings[WARN_KILLED].warning ||
           f->warnings[WARN_TERMINATING].warning ||
           f->warnings[WARN_RESERVE_FAILED].warning ||
           f->warnings[WARN_ABORTED].warning ||
           (known(f->exit_status.value) && f->exit_status.value != 0 &&
            !facts_sigterm_told(f));
}

uint64_t facts_end_rss(const struct facts *f)
{
    if (known(f->rss.value))
        return f->rss.value;
    return f->last ? f->last->rss.value : UNKNOWN;
}

bool facts_multi_mapped(const struct facts *f)
{
    return f->collector && f->collector[0] == 'Z';
}

bool facts_is_g1(const struct facts *f)
{
    return f->collector && strcmp(f->collector, "G1") == 0;
}

bool facts_oome_is(const struct facts *f, enum oome_kind kind)
{
    return f->oome && f->oome->kind == kind;
}
