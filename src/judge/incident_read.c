/*
 * incident_read.c - one file: its checksum, the reader of its kind, and what
 * that reader says was wrong.
 */

#include "judge/digest.h"
#include "judge/incident_parts.h"
#include "nmt/saved.h"

/* A zeroed struct of the pointer's type in the incident's arena. */
#define NEW(p) ((p) = arena_alloc(a, 1, sizeof *(p), e))

bool input_open(struct incident *i, struct input *in, struct source **ret,
                struct err *e)
{
    if (!in->opened)
        return saved_open(in->path, i->mem, ret, e);
    *ret = in->opened;
    in->opened = NULL;
    return true;
}

/* ---- readers ---------------------------------------------------------- */

/* A file of several reports was appended to while the process lived: the
 * last is the closest to its death, the first the best baseline. */
static struct nmt_report *choose_nmt(struct nmt_reports *all, bool first)
{
    struct nmt_report *r, *found = NULL;

    VEC_EACH (&all->at, r)
        if (r->has_total && (!found || !first))
            found = r;
    return found ? found : &all->at.at[0];
}

static bool read_nmt(struct input *in, struct source *s, struct arena *a,
                     struct err *e)
{
    if (!NEW(in->nmt_all))
        return false;
    if (!nmt_read(s, a, in->nmt_all, e)) {
        in->nmt_all = NULL;
        return false;
    }
    in->nmt = choose_nmt(in->nmt_all, in->baseline);
    return true;
}

static bool read_jcmd(struct input *in, struct source *s, struct arena *a,
                      struct err *e)
{
    switch (in->kind) {
    case ARTIFACT_CLASS_HISTOGRAM:
        return NEW(in->histogram) &&
               class_histogram_read(s, a, in->histogram, e);
    case ARTIFACT_THREAD_DUMP:
        return NEW(in->threads) && thread_dump_read(s, a, in->threads, e);
    case ARTIFACT_HEAP_INFO:
        return NEW(in->heap_info) && heap_info_read(s, a, in->heap_info, e);
    case ARTIFACT_METASPACE:
        return NEW(in->metaspace) && metaspace_read(s, a, in->metaspace, e);
    case ARTIFACT_CODECACHE:
        return NEW(in->codecache) && codecache_read(s, a, in->codecache, e);
    case ARTIFACT_NATIVE_HEAP_INFO:
    case ARTIFACT_NATIVE_TRIM:
        return NEW(in->native_heap) &&
               native_heap_read(s, a, in->native_heap, e);
    case ARTIFACT_VM_FLAGS:
    case ARTIFACT_VM_COMMAND_LINE:
        return NEW(in->flags) && vm_flags_read(s, a, in->flags, e);
    default:
        return err_set(e, ERR_UNSUPPORTED,
                       "nothing here can read files of kind %s",
                       artifact_name(in->kind));
    }
}

static bool read_plain(struct input *in, struct source *s, struct arena *a,
                       struct err *e)
{
    switch (in->kind) {
    case ARTIFACT_HPROF_ASCII:
        return err_set(e, ERR_UNSUPPORTED,
                       "is the text output of the old hprof agent, which "
                       "holds no heap");
    case ARTIFACT_NMT: return read_nmt(in, s, a, e);
    case ARTIFACT_KERNEL_LOG:
        return NEW(in->kernel) && kernel_log_read(s, a, in->kernel, e);
    case ARTIFACT_VM_INFO:
        return NEW(in->vm_info) && vm_info_read(s, a, in->vm_info, e);
    case ARTIFACT_GC_LOG: return NEW(in->gc) && gc_log_read(s, a, in->gc, e);
    case ARTIFACT_APP_LOG:
        return NEW(in->log) && app_log_read(s, a, in->log, e);
    case ARTIFACT_PROC_STATUS:
        return NEW(in->status) && proc_status_read(s, a, in->status, e);
    case ARTIFACT_SMAPS:
    case ARTIFACT_SMAPS_ROLLUP:
        return NEW(in->smaps) && smaps_read(s, a, in->smaps, e);
    case ARTIFACT_PROC_LIMITS:
        return NEW(in->limits) && proc_limits_read(s, in->limits, a->mem, e);
    case ARTIFACT_JAVACORE:
        return NEW(in->javacore) && javacore_read(s, a, in->javacore, e);
    case ARTIFACT_PROCESS_LIST:
        return NEW(in->processes) && process_list_read(s, a, in->processes, e);
    case ARTIFACT_CONTAINER:
        return NEW(in->container) && container_read(s, a, in->container, e);
    case ARTIFACT_CGROUP_STAT:
    case ARTIFACT_CGROUP_VALUES:
        return NEW(in->cgroup) &&
               cgroup_file_read(s, in->name, a, in->cgroup, e);
    default: return read_jcmd(in, s, a, e);
    }
}

static bool read_kind(struct input *in, struct source *s, struct arena *a,
                      struct err *e)
{
    struct unwrapped u;
    struct wrapping w;
    bool ok;

    if (!artifact_is_wrapped(s, in->kind, &w))
        return read_plain(in, s, a, e);
    if (!unwrapped_init(&u, &w, s, a->mem, e))
        return false;
    ok = read_plain(in, u.source, a, e);
    unwrapped_deinit(&u);
    return ok;
}

/* What somebody took for a kind of file, and is none: a log may be silent, a
 * list of figures without any is another file. */
static bool holds_nothing(const struct input *in)
{
    const struct vm_info *v;

    switch (in->kind) {
    case ARTIFACT_PROC_STATUS:
        return !known(in->status->rss) && !known(in->status->pid);
    case ARTIFACT_SMAPS:
    case ARTIFACT_SMAPS_ROLLUP: return !in->smaps->maps.n && !in->smaps->rss;
    case ARTIFACT_CGROUP_STAT:
    case ARTIFACT_CGROUP_VALUES: return !in->cgroup->keys.n;
    case ARTIFACT_VM_INFO:
        v = in->vm_info;
        return v->death == VM_ALIVE && !v->jvm && !v->has_nmt &&
               !known(v->heap_used) && !known(v->physical);
    default: return false;
    }
}

static bool keeps_no_clock(enum artifact_kind k)
{
    return k == ARTIFACT_GC_LOG || k == ARTIFACT_APP_LOG;
}

bool input_read_kind(struct incident *i, struct input *in, struct source *s,
                     struct err *e)
{
    if (keeps_no_clock(in->kind))
        in->time = first_stamp(s);
    if (!read_kind(in, s, &i->arena, e)) {
        in->any = NULL;
        return false;
    }
    if (in->kind_given && holds_nothing(in)) {
        input_deinit(in, i->mem);
        in->any = NULL;
        return err_set(e, ERR_FORMAT,
                       "is not of kind %s: nothing of the sort is in it",
                       artifact_name(in->kind));
    }
    in->time = input_time(in);
    return true;
}

void input_deinit(struct input *in, struct mem *m)
{
    source_close(in->opened);
    if (!in->any)
        return;
    switch (in->kind) {
    case ARTIFACT_NMT: nmt_reports_deinit(in->nmt_all, m); break;
    case ARTIFACT_KERNEL_LOG: kernel_log_deinit(in->kernel, m); break;
    case ARTIFACT_VM_INFO: vm_info_deinit(in->vm_info, m); break;
    case ARTIFACT_GC_LOG: gc_log_deinit(in->gc, m); break;
    case ARTIFACT_APP_LOG: app_log_deinit(in->log, m); break;
    case ARTIFACT_JAVACORE: javacore_deinit(in->javacore, m); break;
    case ARTIFACT_PROCESS_LIST: process_list_deinit(in->processes, m); break;
    case ARTIFACT_SMAPS:
    case ARTIFACT_SMAPS_ROLLUP: smaps_deinit(in->smaps, m); break;
    case ARTIFACT_CGROUP_STAT:
    case ARTIFACT_CGROUP_VALUES: cgroup_file_deinit(in->cgroup, m); break;
    case ARTIFACT_CLASS_HISTOGRAM:
        class_histogram_deinit(in->histogram, m);
        break;
    case ARTIFACT_THREAD_DUMP: thread_dump_deinit(in->threads, m); break;
    default: break; /* all in the arena */
    }
}

/* ---- what was wrong --------------------------------------------------- */

/* NULL if nothing was. */
static const char *cut_off(const struct input *in)
{
    if (in->kind == ARTIFACT_NMT && in->nmt->enabled && !in->nmt->has_total &&
        in->nmt->categories.n)
        return "the report begins or ends in the middle: it has no total";
    if (in->kind == ARTIFACT_VM_INFO && in->vm_info->truncated)
        return "the report is cut off: its end is missing";
    return NULL;
}

static bool note_damage(struct incident *i, struct input *in,
                        const struct source *s, struct err *e)
{
    const char *what = source_damage(s);

    if (!what && in->any)
        what = cut_off(in);
    return !what || input_damaged(i, in, what, e);
}

/* ---- one file --------------------------------------------------------- */

/* A file that can't be read again later keeps its error for then. */
static bool digest(struct input *in, struct err *e)
{
    struct err why = {0};
    uint64_t bytes;

    if (in->opened || in->bytes > INCIDENT_DIGEST_MAX)
        return true;
    if (!digest_file(in->path, INCIDENT_DIGEST_MAX, in->sha256, &bytes, &why))
        return why.code != ERR_NOMEM || err_set(e, ERR_NOMEM, "%s", why.text);
    if (!in->bytes)
        in->bytes = bytes; /* files of /proc have no size until read */
    return true;
}

static bool read_text(struct incident *i, struct input *in, struct source *s,
                      struct err *e)
{
    struct err why = {0};

    if (!input_read_kind(i, in, s, &why) && !input_fails(i, in, &why, e))
        return false;
    return note_damage(i, in, s, e);
}

/* The dump itself is read later, if it is the one that is wanted. */
static bool read_header(struct incident *i, struct input *in, struct source *s,
                        struct err *e)
{
    struct err why = {0};

    if (hprof_header_time(s, &in->time))
        return true;
    err_at_offset(&why, ERR_FORMAT, 0,
                  "is not a heap dump: it does not begin with JAVA PROFILE");
    return input_fails(i, in, &why, e);
}

static bool read_opened(struct incident *i, struct input *in, struct source *s,
                        bool once, struct err *e)
{
    bool ok;

    if (in->kind != ARTIFACT_HPROF) {
        ok = read_text(i, in, s, e);
    } else {
        ok = read_header(i, in, s, e);
        if (ok && once && !in->error) {
            in->opened = s;
            return true;
        }
    }
    if (!in->bytes)
        in->bytes = source_raw_length(s);
    source_close(s);
    return ok;
}

bool input_read(struct incident *i, struct input *in, struct err *e)
{
    bool once = in->opened != NULL;
    struct err why = {0};
    struct source *s;

    if (in->error)
        return true;
    if (!digest(in, e))
        return false;
    if (in->kind == ARTIFACT_UNKNOWN)
        return true;
    if (!input_open(i, in, &s, &why))
        return input_fails(i, in, &why, e);
    return read_opened(i, in, s, once, e);
}
