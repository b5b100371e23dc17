/*
 * incident_mixed.c - files that hold several kinds of evidence, as standard
 * output does when the JVM logs its collections there: read once more for
 * each other kind, they become further inputs of the same path.
 */
#include "judge/incident_parts.h"
#include "nmt/saved.h"

/* What else may stand in a text of kind `from`. Histograms and hs_err files
 * name errors that nobody threw, so they are not asked, unless the report
 * stands behind other output. */
static const struct {
    enum artifact_kind from, to;
} mixtures[] = {
    {ARTIFACT_APP_LOG, ARTIFACT_GC_LOG},
    {ARTIFACT_APP_LOG, ARTIFACT_NMT},
    {ARTIFACT_APP_LOG, ARTIFACT_VM_INFO},
    {ARTIFACT_GC_LOG, ARTIFACT_APP_LOG},
    {ARTIFACT_NMT, ARTIFACT_APP_LOG},
    {ARTIFACT_NMT, ARTIFACT_GC_LOG},
    {ARTIFACT_KERNEL_LOG, ARTIFACT_APP_LOG},
    {ARTIFACT_VM_INFO, ARTIFACT_APP_LOG},
    {ARTIFACT_THREAD_DUMP, ARTIFACT_APP_LOG},
    {ARTIFACT_PROC_STATUS, ARTIFACT_SMAPS},
    {ARTIFACT_SMAPS, ARTIFACT_PROC_STATUS},
    /* -XX:+PrintCommandLineFlags begins an output; jcmd's answers follow. */
    {ARTIFACT_VM_FLAGS, ARTIFACT_APP_LOG},
    {ARTIFACT_VM_FLAGS, ARTIFACT_GC_LOG},
    {ARTIFACT_VM_FLAGS, ARTIFACT_NMT},
    {ARTIFACT_CONTAINER, ARTIFACT_KERNEL_LOG},
    {ARTIFACT_KERNEL_LOG, ARTIFACT_CONTAINER},
    {ARTIFACT_APP_LOG, ARTIFACT_CONTAINER},
    {ARTIFACT_GC_LOG, ARTIFACT_CONTAINER},
    {ARTIFACT_CONTAINER, ARTIFACT_APP_LOG},
    /* of one JVM alone */
    {ARTIFACT_PROCESS_LIST, ARTIFACT_VM_COMMAND_LINE},
};

/* What jcmd says, which people write to one file, each behind "PID:". */
static const enum artifact_kind answers[] = {
    ARTIFACT_NMT,       ARTIFACT_VM_FLAGS,
    ARTIFACT_HEAP_INFO, ARTIFACT_VM_COMMAND_LINE,
    ARTIFACT_METASPACE, ARTIFACT_CLASS_HISTOGRAM,
    ARTIFACT_CODECACHE, ARTIFACT_THREAD_DUMP,
};

#define ANSWERS (sizeof answers / sizeof *answers)

static bool is_answer(enum artifact_kind k)
{
    for (size_t i = 0; i < ANSWERS; i++)
        if (answers[i] == k)
            return true;
    return false;
}

/* A script that asks the kernel as well writes its files first, as a rule. */
static bool may_precede_answers(enum artifact_kind k)
{
    return is_answer(k) || k == ARTIFACT_PROC_STATUS || k == ARTIFACT_SMAPS ||
           k == ARTIFACT_SMAPS_ROLLUP || k == ARTIFACT_PROC_LIMITS ||
           k == ARTIFACT_CGROUP_STAT || k == ARTIFACT_CGROUP_VALUES;
}

static bool says_something(const struct input *in)
{
    switch (in->kind) {
    case ARTIFACT_VM_FLAGS:
    case ARTIFACT_VM_COMMAND_LINE: return in->flags->line > 0;
    case ARTIFACT_HEAP_INFO: return known(in->heap_info->used);
    case ARTIFACT_METASPACE: return known(in->metaspace->used);
    case ARTIFACT_CODECACHE: return known(in->codecache->used);
    case ARTIFACT_CLASS_HISTOGRAM: return in->histogram->rows.n > 0;
    case ARTIFACT_THREAD_DUMP: return in->threads->threads > 0;
    case ARTIFACT_APP_LOG: return in->log->oomes.n || in->log->warnings.n;
    case ARTIFACT_GC_LOG: return in->gc->count > 0;
    case ARTIFACT_NMT: return in->nmt->has_total;
    case ARTIFACT_VM_INFO: return in->vm_info->death != VM_ALIVE;
    case ARTIFACT_KERNEL_LOG: return in->kernel->events.n > 0;
    case ARTIFACT_CONTAINER: return in->container->unit.described;
    case ARTIFACT_SMAPS: return in->smaps->maps.n > 0;
    case ARTIFACT_PROC_STATUS: return known(in->status->rss);
    default: return false;
    }
}

static bool keep(struct incident *i, const struct input *twin, struct err *e)
{
    if (!vec_push(&i->inputs, i->mem, e))
        return false;
    *vec_last(&i->inputs) = *twin;
    return true;
}

/* What a list of processes shows of the only JVM in it is its status. */
static bool add_listed(struct incident *i, uint32_t index, struct err *e)
{
    struct input twin = i->inputs.at[index];
    const struct listed_process *p;

    if (twin.kind != ARTIFACT_PROCESS_LIST || !twin.processes)
        return true;
    p = process_list_jvm(twin.processes);
    if (!p || !known(p->rss))
        return true;
    twin.kind = ARTIFACT_PROC_STATUS;
    twin.status = arena_alloc(&i->arena, 1, sizeof *twin.status, e);
    if (!twin.status)
        return false;
    proc_status_init(twin.status);
    twin.status->name = p->name;
    twin.status->pid = p->pid;
    twin.status->ppid = p->ppid;
    twin.status->rss = p->rss;
    twin.status->vm_size = p->vsz;
    twin.status->threads = p->threads;
    twin.status->line = p->line;
    return keep(i, &twin, e);
}

static bool may_hold_more(const struct input *in)
{
    if (in->kind == ARTIFACT_PROCESS_LIST)
        return process_list_jvm(in->processes) != NULL;
    return in->kind != ARTIFACT_VM_INFO || in->vm_info->head > 1;
}

/* Of hs_err only the head goes to standard output as well: where the file
 * itself is there nobody needs it. */
static bool is_needless(const struct incident *i, enum artifact_kind kind)
{
    const struct input *in;

    if (kind != ARTIFACT_VM_INFO)
        return false;
    VEC_EACH (&i->inputs, in)
        if (in->kind == ARTIFACT_VM_INFO && in->any &&
            in->vm_info->death != VM_ALIVE)
            return true;
    return false;
}

static bool read_as(struct incident *i, uint32_t index, enum artifact_kind kind,
                    struct err *e)
{
    struct input twin = i->inputs.at[index];
    struct err why = {0};
    struct source *s;
    bool ok;

    twin.kind = kind;
    twin.kind_given = false;
    twin.any = NULL;
    twin.nmt_all = NULL;
    twin.damage = NULL;
    if (!saved_open(twin.path, i->mem, &s, &why))
        return !err_is_memory(&why) || input_fails(i, &twin, &why, e);
    ok = input_read_kind(i, &twin, s, &why);
    source_close(s);
    if (ok && says_something(&twin) && keep(i, &twin, e))
        return true;
    if (ok)
        input_deinit(&twin, i->mem);
    if (err_is_memory(&why))
        *e = why;
    return !err_is_set(e);
}

/* What has no inode was a pipe, and is empty now. */
static bool can_be_read_again(const struct input *in)
{
    return in->any && in->inode && may_hold_more(in);
}

static bool read_mixtures(struct incident *i, uint32_t index, struct err *e)
{
    const size_t pairs = sizeof mixtures / sizeof *mixtures;

    for (size_t p = 0; p < pairs; p++) {
        const struct input *in = &i->inputs.at[index];

        if (in->kind == mixtures[p].from && can_be_read_again(in) &&
            !is_needless(i, mixtures[p].to) &&
            !read_as(i, index, mixtures[p].to, e))
            return false;
    }
    return true;
}

static bool is_mixture(enum artifact_kind from, enum artifact_kind to)
{
    for (size_t p = 0; p < sizeof mixtures / sizeof *mixtures; p++)
        if (mixtures[p].from == from && mixtures[p].to == to)
            return true;
    return false;
}

static bool read_answers(struct incident *i, uint32_t index, struct err *e)
{
    enum artifact_kind kind = i->inputs.at[index].kind;
    struct err why = {0};
    struct source *s;
    uint32_t found;

    if (!may_precede_answers(kind) || !can_be_read_again(&i->inputs.at[index]))
        return true;
    if (!saved_open(i->inputs.at[index].path, i->mem, &s, &why))
        return !err_is_memory(&why) || err_set(e, why.code, "%s", why.text);
    found = artifact_answers(s);
    source_close(s);
    for (size_t k = 0; k < ANSWERS; k++)
        if (answers[k] != kind && !is_mixture(kind, answers[k]) &&
            (found & (uint32_t)1 << answers[k]) &&
            !read_as(i, index, answers[k], e))
            return false;
    return true;
}

bool incident_read_mixed(struct incident *i, struct err *e)
{
    uint64_t n = i->inputs.n;

    for (uint32_t k = 0; k < n; k++)
        if (!read_mixtures(i, k, e) || !read_answers(i, k, e) ||
            !add_listed(i, k, e))
            return false;
    return true;
}
