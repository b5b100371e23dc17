/* moment.c - one moment of the process, from its files; see moment.h. */
#include "moment.h"

#include <string.h>

#include "base/size.h"
#include "nmt/text.h"
#include "stacks.h"

uint64_t moment_private(const struct moment *m)
{
    if (!known(m->anon.value))
        return known(m->rss.value) && known(m->file.value)
                   ? known_minus(m->rss.value, m->file.value)
                   : UNKNOWN;
    return m->anon.value + known_or(m->shmem.value, 0);
}

void moment_init(struct moment *m, const char *name)
{
    struct figure *all[] = {
        &m->rss,
        &m->anon,
        &m->file,
        &m->shmem,
        &m->threads,
        &m->heap_committed,
        &m->heap_resident,
        &m->heap_used,
        &m->heap_live,
        &m->tracked,
        &m->untracked,
        &m->malloc_in_use,
        &m->malloc_retained,
        &m->trim_before,
        &m->trim_after,
        &m->metaspace_used,
        &m->class_space_used,
        &m->class_space_limit,
        &m->loaders,
        &m->classes,
        &m->code_used,
        &m->stacks,
        &m->group_usage,
        &m->group_kernel,
        &m->group_shmem,
    };

    memset(m, 0, sizeof *m);
    m->name = name;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        *all[i] = figure_none();
}

/* ---- one artifact each ------------------------------------------------- */

static bool has_figures(const struct nmt_report *r)
{
    return r && r->enabled && !r->baseline_only && r->categories.n > 0;
}

/* A whole summary before a detail or a diff, which say the same again. */
static unsigned nmt_worth(const struct nmt_report *r)
{
    return (r->has_total ? 4u : 0) + (r->diff ? 0 : 2u) + (r->detail ? 0 : 1u);
}

void moment_take_nmt(struct moment *m, const struct input *in,
                     const struct nmt_report *r)
{
    if (!has_figures(r))
        return;
    if (!m->nmt || nmt_worth(r) > nmt_worth(m->nmt)) {
        m->nmt = r;
        m->nmt_input = in;
    }
    if (r->regions.n && !m->map)
        m->map = r;
    m->alive = true;
}

static void take_status(struct moment *m, const struct input *in)
{
    const struct proc_status *s = in->status;

    figure_fill(&m->rss, figure_of(in, s->rss, s->line));
    figure_fill(&m->anon, figure_of(in, s->anon, s->line));
    figure_fill(&m->file, figure_of(in, s->file, s->line));
    figure_fill(&m->shmem, figure_of(in, s->shmem, s->line));
    figure_fill(&m->threads, figure_of(in, s->threads, 0));
    m->alive = true;
}

static uint64_t shmem_of(const struct smaps *s)
{
    const struct smaps_map *map;
    uint64_t sum = 0;

    if (s->rollup)
        return s->pss_shmem;
    VEC_EACH (&s->maps, map)
        sum += known_or(map->shmem, 0);
    return sum;
}

static void take_smaps(struct moment *m, const struct input *in)
{
    const struct smaps *s = in->smaps;

    if (!s->rollup && s->maps.n) {
        m->smaps = s;
        m->smaps_input = in;
    }
    figure_fill(&m->rss, figure_of(in, s->rss, 0));
    figure_fill(&m->anon, figure_of(in, s->anon, 0));
    figure_fill(&m->shmem, figure_of(in, shmem_of(s), 0));
    m->alive = true;
}

static void take_heap_info(struct moment *m, const struct input *in)
{
    const struct heap_info *h = in->heap_info;

    figure_fill(&m->heap_used, figure_of(in, h->used, h->line));
    figure_fill(&m->heap_committed, figure_of(in, h->committed, h->line));
    figure_fill(&m->metaspace_used, figure_of(in, h->metaspace_used, 0));
    figure_fill(&m->class_space_used, figure_of(in, h->class_space_used, 0));
    m->alive = true;
}

static void take_metaspace(struct moment *m, const struct input *in)
{
    const struct metaspace_info *s = in->metaspace;

    figure_fill(&m->metaspace_used, figure_of(in, s->used, s->line));
    figure_fill(&m->class_space_used, figure_of(in, s->class_used, s->line));
    figure_fill(&m->class_space_limit, figure_of(in, s->class_limit, s->line));
    figure_fill(&m->loaders, figure_of(in, s->loaders, s->line));
    figure_fill(&m->classes, figure_of(in, s->classes, s->line));
    m->alive = true;
}

static void take_codecache(struct moment *m, const struct input *in)
{
    figure_fill(&m->code_used,
                figure_of(in, in->codecache->used, in->codecache->line));
}

static void take_native_heap(struct moment *m, const struct input *in)
{
    const struct native_heap *n = in->native_heap;

    figure_fill(&m->malloc_in_use, figure_of(in, n->in_use, n->line));
    figure_fill(&m->malloc_retained, figure_of(in, n->free_bytes, n->line));
    figure_fill(&m->trim_before, figure_of(in, n->trim_before, n->line));
    figure_fill(&m->trim_after, figure_of(in, n->trim_after, n->line));
}

static void take_histogram(struct moment *m, const struct input *in)
{
    m->histogram = in->histogram;
    m->histogram_input = in;
    figure_fill(&m->heap_live, figure_of(in, in->histogram->bytes, 0));
    m->alive = true;
}

static void take_cgroup(struct moment *m, const struct input *in)
{
    static const char *const usage[] = {"memory.current",
                                        "memory.usage_in_bytes"};
    const struct cgroup_file *c = in->cgroup;
    uint64_t kernel = cgroup_get(c, "memory.kmem.usage_in_bytes");

    for (size_t i = 0; i < 2; i++)
        figure_fill(&m->group_usage, figure_of(in, cgroup_get(c, usage[i]), 0));
    if (!known(kernel))
        kernel = cgroup_get(c, "kernel");
    figure_fill(&m->group_kernel, figure_of(in, kernel, 0));
    figure_fill(&m->group_shmem, figure_of(in, cgroup_get(c, "shmem"), 0));
}

static void take_container(struct moment *m, const struct input *in)
{
    const struct container *c = in->container;
    const struct unit_figure *usage = unit_memory(&c->unit);

    figure_fill(&m->group_usage, figure_of(in, unit_value(usage), usage->line));
    figure_fill(&m->group_usage, figure_of(in, c->usage, c->usage_line));
    m->alive = m->alive || known(c->usage);
}

void moment_take_vm_info(struct moment *m, const struct input *in)
{
    const struct vm_info *v = in->vm_info;

    figure_fill(&m->rss, figure_of(in, v->rss, 0));
    figure_fill(&m->anon, figure_of(in, v->rss_anon, 0));
    figure_fill(&m->file, figure_of(in, v->rss_file, 0));
    figure_fill(&m->shmem, figure_of(in, v->rss_shmem, 0));
    figure_fill(&m->threads, figure_of(in, v->threads, 0));
    figure_fill(&m->heap_used, figure_of(in, v->heap_used, 0));
    figure_fill(&m->heap_committed, figure_of(in, v->heap_committed, 0));
    figure_fill(&m->metaspace_used, figure_of(in, v->metaspace_used, 0));
    figure_fill(&m->malloc_in_use, figure_of(in, v->glibc_outstanding, 0));
    figure_fill(&m->malloc_retained, figure_of(in, v->glibc_retained, 0));
    if (v->has_nmt && !m->nmt)
        moment_take_nmt(m, in, &v->nmt);
    m->alive = true;
}

static void take(struct moment *m, const struct input *in)
{
    if (!in->any || in->beside)
        return;
    switch (in->kind) {
    case ARTIFACT_PROC_STATUS: take_status(m, in); break;
    case ARTIFACT_SMAPS:
    case ARTIFACT_SMAPS_ROLLUP: take_smaps(m, in); break;
    case ARTIFACT_HEAP_INFO: take_heap_info(m, in); break;
    case ARTIFACT_METASPACE: take_metaspace(m, in); break;
    case ARTIFACT_CODECACHE: take_codecache(m, in); break;
    case ARTIFACT_NATIVE_HEAP_INFO:
    case ARTIFACT_NATIVE_TRIM: take_native_heap(m, in); break;
    case ARTIFACT_CLASS_HISTOGRAM: take_histogram(m, in); break;
    case ARTIFACT_CGROUP_STAT:
    case ARTIFACT_CGROUP_VALUES: take_cgroup(m, in); break;
    case ARTIFACT_CONTAINER: take_container(m, in); break;
    case ARTIFACT_THREAD_DUMP: m->thread_dump = in->threads; break;
    default: break;
    }
}

/* ---- all of them ------------------------------------------------------- */

/* What was taken after a dump, or is of the machine's making (VM.info), only
 * fills gaps: a dump frees memory and changes the RSS. */
static void take_all(const struct incident *i, uint32_t snapshot, bool after,
                     struct moment *m)
{
    const struct input *in;

    VEC_EACH (&i->inputs, in) {
        if (in->snapshot != snapshot || in->after_dump != after)
            continue;
        if (in->kind == ARTIFACT_NMT && in->nmt && snapshot != NO_SNAPSHOT)
            moment_take_nmt(m, in, in->nmt);
        else if (in->kind != ARTIFACT_NMT)
            take(m, in);
    }
    VEC_EACH (&i->inputs, in)
        if (in->snapshot == snapshot && in->after_dump == after &&
            in->kind == ARTIFACT_VM_INFO && in->vm_info &&
            in->vm_info->death == VM_ALIVE)
            moment_take_vm_info(m, in);
}

void moment_read(const struct incident *i, uint32_t snapshot, const char *name,
                 struct moment *ret)
{
    moment_init(ret, name);
    take_all(i, snapshot, false, ret);
    take_all(i, snapshot, true, ret);
}

/* ---- what follows ------------------------------------------------------ */

static uint64_t committed(const struct nmt_report *r, const char *name)
{
    const struct nmt_category *c = nmt_find(r, name);

    return c ? c->committed : 0;
}

/* Where a heap of up to 32 GiB lies as a rule, so that references to it fit
 * into 32 bits, and nothing else that large: programs are further up. */
#define LOW_END (32 * GIB)

static bool may_be_heap(const struct smaps_map *m)
{
    return m->to <= LOW_END && m->perms[3] == 'p' &&
           (!*m->path || text_ends(m->path, ".jsa")); /* archived objects */
}

/* Without NMT's map: the mappings side by side that are together exactly as
 * large as the heap's reservation. */
static uint64_t heap_pages_by_size(const struct moment *m)
{
    const struct nmt_category *c = nmt_find(m->nmt, "Java Heap");
    const struct smaps_map *it;
    uint64_t from = 0, to = 0;

    VEC_EACH (&m->smaps->maps, it) {
        if (!may_be_heap(it))
            continue;
        if (it->from != to)
            from = it->from;
        to = it->to;
        if (c && known(c->reserved) && to - from == c->reserved &&
            (it + 1 == m->smaps->maps.at + m->smaps->maps.n ||
             it[1].from != to || !may_be_heap(&it[1])))
            return smaps_resident(m->smaps, from, to);
    }
    return UNKNOWN;
}

/* The heap's pages: its range in NMT's map laid over the mappings. */
static uint64_t heap_pages(const struct moment *m)
{
    const struct nmt_region *r;
    uint64_t sum = 0, bytes;
    bool any = false;

    if (!m->map)
        return heap_pages_by_size(m);
    VEC_EACH (&m->map->regions, r) {
        if (r->part || strcmp(r->category, "Java Heap") != 0)
            continue;
        bytes = smaps_resident(m->smaps, r->from, r->to);
        if (!known(bytes))
            return UNKNOWN;
        sum += bytes;
        any = true;
    }
    return any ? sum : UNKNOWN;
}

static bool committed_whole(const struct moment *m)
{
    const struct nmt_category *c =
        m->nmt ? nmt_find(m->nmt, "Java Heap") : NULL;

    return c && known(c->reserved) &&
           c->committed >= c->reserved - c->reserved / 20;
}

struct figure moment_heap(const struct moment *m)
{
    struct figure heap = m->heap_resident;
    uint64_t most = moment_private(m);

    if (known(heap.value))
        return heap;
    if (m->never_collected && known(m->heap_used.value))
        heap = m->heap_used;
    else if (!committed_whole(m))
        heap = m->heap_committed;
    else
        heap = known(m->heap_used.value) ? m->heap_used : m->heap_live;
    /* Committed is a promise; the process can't have more pages than it
     * has. */
    if (known(heap.value) && known(most) && heap.value > most)
        heap.value = most;
    return heap;
}

bool moment_is_tracked(const struct nmt_category *c)
{
    return strcmp(c->name, "Java Heap") != 0 &&
           strcmp(c->name, "Shared class space") != 0;
}

uint64_t moment_pages_of(const struct moment *m, const struct nmt_category *c)
{
    return known_minus(known_or(c->committed, 0),
                       stacks_without_pages(c, m->smaps));
}

/* Newer ones sum it up. */
uint64_t moment_nmt_malloc(const struct moment *m)
{
    const struct nmt_category *c;
    uint64_t sum = 0;

    if (!m->nmt)
        return 0;
    if (known(m->nmt->total.malloc))
        return m->nmt->total.malloc;
    VEC_EACH (&m->nmt->categories, c)
        sum += known_or(c->malloc, 0) + known_or(c->arena, 0);
    return sum;
}

static void derive_tracked(struct moment *m)
{
    uint64_t sum = 0;
    const struct nmt_category *c;

    figure_fill(
        &m->heap_committed,
        figure_of(m->nmt_input, committed(m->nmt, "Java Heap"), m->nmt->line));
    VEC_EACH (&m->nmt->categories, c)
        if (moment_is_tracked(c))
            sum += moment_pages_of(m, c);
    m->tracked = figure_of(m->nmt_input, sum, m->nmt->line);
}

/* The same pages seen through several mappings count once: as many as the
 * group is charged for, or as the heap has committed. */
static void count_once(struct moment *m)
{
    uint64_t most = known(m->group_shmem.value) ? m->group_shmem.value
                                                : m->heap_committed.value;

    if (known(m->shmem.value) && known(most) && m->shmem.value > most)
        m->shmem.value = most;
    if (known(m->shmem.value))
        m->heap_resident = m->shmem;
}

void moment_derive(struct moment *m, const struct moment *before,
                   bool multi_mapped)
{
    uint64_t private, heap;

    if (!m->map && before)
        m->map = before->map;
    if (m->nmt)
        derive_tracked(m);
    else if (m->smaps)
        m->stacks = figure_of(m->smaps_input,
                              stacks_by_guards(m->smaps, m->threads.value), 0);
    /* After collections the pages at one look say little of the next one;
     * taken for growth, they hid a collector's tables. */
    if (m->smaps && (m->map || (m->nmt && m->never_collected)))
        m->heap_resident = figure_of(m->smaps_input, heap_pages(m), 0);
    if (multi_mapped)
        count_once(m);
    private = moment_private(m);
    heap = moment_heap(m).value;
    if (m->nmt && known(private) && known(heap))
        m->untracked =
            figure_derived(known_minus(private, m->tracked.value + heap));
}
