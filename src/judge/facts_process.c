/*
 * facts_process.c - who the process was: pid, heap size, container limit,
 * the limits on its threads and mappings. The user's word comes first.
 */
#include "facts.h"

#include "base/size.h"

/* Limits above this are none: cgroup v1 says "no limit" as 2^63 less a page. */
#define NO_LIMIT ((uint64_t)1 << 60)

static struct figure stated(uint64_t value)
{
    struct figure f = figure_derived(value);

    f.line = LINE_STATED;
    return f;
}

static void fill_limit(struct facts *f, const struct input *in, uint64_t value)
{
    if (known(value) && value > 0 && value < NO_LIMIT)
        figure_fill(&f->limit, figure_of(in, value, 0));
}

static void fill_address_space(struct facts *f, const struct input *in,
                               uint64_t value)
{
    if (known(value) && value < LIMIT_UNLIMITED)
        figure_fill(&f->address_space, figure_of(in, value, 0));
}

/* Where nobody printed the peak the largest of several looks is next to it. */
static void fill_most(struct figure *at, const struct input *in, uint64_t value)
{
    if (known(value) && (!known(at->value) || value > at->value))
        *at = figure_of(in, value, 0);
}

static void take_maps(struct facts *f, const struct input *in, uint64_t count,
                      uint64_t most)
{
    figure_fill(&f->maps_at_first, figure_of(in, count, 0));
    fill_most(&f->map_count, in, count);
    figure_fill(&f->max_map_count, figure_of(in, most, 0));
}

static void take_flags(struct facts *f, const struct input *in,
                       const struct vm_flags *v)
{
    figure_fill(&f->xmx, figure_of(in, v->xmx, v->line));
    figure_fill(&f->xms, figure_of(in, v->xms, v->line));
    f->pretouch = f->pretouch || v->pretouch;
    figure_fill(&f->max_direct, figure_of(in, v->max_direct, v->line));
    figure_fill(&f->max_metaspace, figure_of(in, v->max_metaspace, v->line));
    figure_fill(&f->ns_pid, figure_of(in, v->pid, 0));
    if (!f->collector)
        f->collector = v->gc;
}

static void take_vm_info(struct facts *f, const struct input *in)
{
    const struct vm_info *v = in->vm_info;

    figure_fill(&f->ns_pid, figure_of(in, v->pid, 0));
    figure_fill(&f->xmx, figure_of(in, v->heap_max, 0));
    figure_fill(&f->max_direct, figure_of(in, v->max_direct, 0));
    figure_fill(&f->max_metaspace, figure_of(in, v->max_metaspace, 0));
    figure_fill(&f->pids_max, figure_of(in, v->pids_limit, 0));
    figure_fill(&f->nproc, figure_of(in, v->rlimit_nproc, 0));
    fill_address_space(f, in, v->rlimit_as);
    fill_most(&f->mapped, in, v->vm_size);
    take_maps(f, in, v->map_count, v->max_map_count);
    fill_limit(f, in, v->container_limit);
    if (!f->jvm)
        f->jvm = v->jvm;
}

/* Whether the counter was read after the death. That it is not zero says so
 * unless the process is seen later; that it is zero takes an empty group. */
static bool after_death(const struct facts *f, const struct input *in,
                        uint64_t kills)
{
    enum presence seen = facts_presence(f->incident, in->snapshot);

    return in->snapshot == NO_SNAPSHOT || seen == PRESENCE_GONE ||
           (seen == PRESENCE_UNKNOWN && kills > 0);
}

static void take_kills(struct facts *f, const struct input *in, uint64_t kills)
{
    struct figure *at =
        after_death(f, in, kills) ? &f->group_kills : &f->group_kills_before;

    fill_most(at, in, kills);
}

static void take_cgroup(struct facts *f, const struct input *in)
{
    static const char *const limits[] = {"memory.max", "memory.limit_in_bytes",
                                         "hierarchical_memory_limit"};
    const struct cgroup_file *c = in->cgroup;
    uint64_t events = cgroup_get(c, "pids.events");

    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        fill_limit(f, in, cgroup_get(c, limits[i]));
    figure_fill(&f->pids_max, figure_of(in, cgroup_get(c, "pids.max"), 0));
    if (!known(events))
        events = cgroup_get(c, "pids.events max");
    fill_most(&f->pids_events, in, events); /* it only counts up */
    take_kills(f, in, cgroup_get(c, "oom_kill"));
}

static void take_unit(struct facts *f, const struct input *in,
                      const struct unit *u)
{
    const struct unit_figure *tasks = &u->tasks, *pid = &u->pid;

    /* Of one that runs again it is the next life's. */
    if (known(unit_exit_status(u)))
        figure_fill(&f->pid, figure_of(in, unit_value(pid), pid->line));
    figure_fill(&f->pids_max, figure_of(in, unit_value(tasks), tasks->line));
}

static void take_nmt(struct facts *f, const struct input *in)
{
    const struct nmt_category *heap = nmt_find(in->nmt, "Java Heap");

    figure_fill(&f->ns_pid, figure_of(in, in->nmt->pid, 1));
    if (heap && !known(f->reservation.value))
        f->reservation = figure_of(in, heap->reserved, heap->line);
    if (!in->nmt->enabled)
        f->nmt_off = true;
}

/* What begins earlier is of an earlier life, or was rotated away. */
static bool is_older_log(const struct facts *f, const struct input *in)
{
    return f->gc && in->time != INT64_MIN && f->gc_input->time != INT64_MIN &&
           in->time < f->gc_input->time;
}

static void take(struct facts *f, const struct input *in)
{
    switch (in->kind) {
    case ARTIFACT_VM_FLAGS:
    case ARTIFACT_VM_COMMAND_LINE: take_flags(f, in, in->flags); break;
    case ARTIFACT_VM_INFO: take_vm_info(f, in); break;
    case ARTIFACT_CGROUP_STAT:
    case ARTIFACT_CGROUP_VALUES: take_cgroup(f, in); break;
    case ARTIFACT_CONTAINER:
        take_flags(f, in, &in->container->flags);
        fill_limit(f, in, in->container->limit);
        take_unit(f, in, &in->container->unit);
        break;
    case ARTIFACT_NMT: take_nmt(f, in); break;
    case ARTIFACT_PROC_STATUS:
        figure_fill(&f->pid, figure_of(in, in->status->pid, 0));
        figure_fill(&f->ns_pid, figure_of(in, in->status->ns_pid, 0));
        fill_most(&f->mapped, in, in->status->vm_size);
        fill_most(&f->mapped, in, in->status->vm_peak);
        break;
    case ARTIFACT_PROC_LIMITS:
        figure_fill(&f->nproc, figure_of(in, in->limits->processes, 0));
        fill_address_space(f, in, in->limits->address_space);
        take_maps(f, in, in->limits->maps, in->limits->max_maps);
        break;
    case ARTIFACT_HEAP_INFO:
        if (!f->collector)
            f->collector = in->heap_info->collector;
        figure_fill(&f->xmx, figure_of(in, in->heap_info->reserved,
                                       in->heap_info->line));
        fill_most(&f->full_in_vain, in, in->heap_info->full_in_vain);
        break;
    case ARTIFACT_GC_LOG:
        if (is_older_log(f, in))
            break;
        f->gc = in->gc;
        f->gc_input = in;
        f->pretouch = f->pretouch || in->gc->pretouch;
        if (in->gc->collector)
            f->collector = in->gc->collector;
        break;
    default: break;
    }
}

/* Who is asked for the flags, in this order: the JVM itself, which says its
 * pid; what it was to be started with; NMT's reservation and the GC log's
 * capacity, which stand for -Xmx only where nobody states it. */
enum asked { FROM_JVM, FROM_OTHERS, FROM_FIGURES, SOURCES };

static enum asked asked_of(const struct input *in)
{
    if (in->kind == ARTIFACT_VM_INFO)
        return FROM_JVM;
    if (in->kind == ARTIFACT_CONTAINER)
        return FROM_OTHERS;
    if (in->kind != ARTIFACT_VM_FLAGS && in->kind != ARTIFACT_VM_COMMAND_LINE)
        return FROM_FIGURES;
    return known(in->flags->pid) ? FROM_JVM : FROM_OTHERS;
}

/* The group outlives its processes, and what started one starts the next. */
static bool is_of_group(const struct input *in)
{
    return in->kind == ARTIFACT_CGROUP_STAT ||
           in->kind == ARTIFACT_CGROUP_VALUES || in->kind == ARTIFACT_CONTAINER;
}

void facts_process(struct facts *f)
{
    const struct incident *i = f->incident;
    const struct input *in;

    f->pid = stated(i->stated.pid);
    f->xmx = stated(i->stated.xmx);
    f->limit = stated(i->stated.limit);
    for (enum asked from = FROM_JVM; from < SOURCES; from++)
        VEC_EACH (&i->inputs, in)
            if (in->any && asked_of(in) == from &&
                (is_of_group(in) || !incident_sets_aside(i, in)))
                take(f, in);
    if (f->gc)
        figure_fill(&f->xmx, figure_of(f->gc_input, f->gc->heap_max, 0));
    figure_fill(&f->pid, f->ns_pid);
    /* The counter may be older than this process. */
    if (known(f->group_kills_before.value))
        f->group_kills.value =
            known_minus(f->group_kills.value, f->group_kills_before.value);
}

/* Below this a heap has references of 4 bytes, unless it is ZGC's. */
#define NARROW_UP_TO (32 * GIB)

/* ZGC reserves sixteen times -Xmx and more. Where nobody names the
 * collector, the references in the dump give it away. */
static bool reserves_more(const struct facts *f)
{
    const struct size_model *m = f->heap ? &f->heap->sizes : NULL;

    return facts_multi_mapped(f) ||
           (m && m->certain && m->reference_size == 8 &&
            f->reservation.value < NARROW_UP_TO);
}

void facts_xmx(struct facts *f)
{
    if (known(f->xmx.value) || reserves_more(f))
        return;
    f->xmx = f->reservation;
    f->xmx_guessed = known(f->xmx.value);
}

bool facts_address_space_full(const struct facts *f)
{
    uint64_t limit = f->address_space.value;

    return known(limit) && known(f->mapped.value) &&
           f->mapped.value >= limit - limit / 16;
}

bool facts_touched_at_start(const struct facts *f)
{
    return f->pretouch && known(f->xms.value) && known(f->limit.value) &&
           f->xms.value >= f->limit.value;
}
