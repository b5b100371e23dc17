/*
 * incident.c - takes files and directories, asks what each is, and has them
 * read. Whatever is wrong with one file stays with that file.
 */
#define _GNU_SOURCE
#include "judge/incident.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "judge/incident_parts.h"
#include "nmt/saved.h"
#include "nmt/text.h"

void incident_init(struct incident *i, struct mem *m)
{
    memset(i, 0, sizeof *i);
    i->mem = m;
    arena_init(&i->arena, m);
    i->stated = (struct stated){UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN};
    i->heap_input = i->heap_before_input = NO_INPUT;
}

void incident_deinit(struct incident *i)
{
    struct input *in;

    if (i->heap)
        heap_deinit(i->heap);
    if (i->heap_before)
        heap_deinit(i->heap_before);
    source_close(i->heap_source);
    source_close(i->heap_before_source);
    VEC_EACH (&i->inputs, in)
        input_deinit(in, i->mem);
    vec_free(&i->inputs, i->mem);
    vec_free(&i->snapshots, i->mem);
    arena_deinit(&i->arena);
}

/* ---- what became of a file -------------------------------------------- */

bool input_unread(struct incident *i, struct input *in, const struct err *why,
                  struct err *e)
{
    if (err_is_memory(why)) {
        *e = *why;
        return false;
    }
    in->error = arena_strdup(&i->arena, why->text, e);
    in->error_at = why->at;
    return in->error != NULL;
}

bool input_fails(struct incident *i, struct input *in, const struct err *why,
                 struct err *e)
{
    i->damaged = true;
    return input_unread(i, in, why, e);
}

bool input_damaged(struct incident *i, struct input *in, const char *what,
                   struct err *e)
{
    in->damage = arena_strdup(&i->arena, what, e);
    i->damaged = true;
    return in->damage != NULL;
}

/* ---- adding ----------------------------------------------------------- */

/* The last component, without .gz: what the file was called when captured. */
static const char *own_name(struct incident *i, const char *path, struct err *e)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash && slash[1] ? slash + 1 : path;
    size_t n = strlen(name);

    if (n > 3 && text_ends(name, ".gz"))
        n -= 3;
    return arena_strndup(&i->arena, name, n, e);
}

static struct input *find_same(struct incident *i, const struct stat *st)
{
    struct input *in;

    VEC_EACH (&i->inputs, in)
        if (in->inode == st->st_ino && in->device == st->st_dev)
            return in;
    return NULL;
}

/* A file named in a directory and by a flag: the flag knows better. */
static void merge(struct input *in, const struct added *a)
{
    in->baseline |= a->baseline;
    if (a->kind != ARTIFACT_UNKNOWN) {
        in->kind = a->kind;
        in->kind_given = true;
    }
    if (in->snapshot == NO_SNAPSHOT) {
        in->snapshot = a->snapshot;
        in->after_dump |= a->after_dump;
    }
}

/* "after-dump-nmt.txt", "extra-after-status.txt": the word and more. */
bool is_after(const char *name)
{
    static const char word[] = "after";
    const size_t n = sizeof word - 1;
    const char *p = name;

    for (; (p = strstr(p, word)); p += n)
        if ((p == name || strchr("-_.", p[-1])) && p[n] && strchr("-_", p[n]) &&
            p[n + 1])
            return true;
    return false;
}

static bool describe(struct incident *i, const char *path,
                     const struct added *a, struct input *ret, struct err *e)
{
    *ret = (struct input){.kind = a->kind,
                          .kind_given = a->kind != ARTIFACT_UNKNOWN,
                          .baseline = a->baseline,
                          .snapshot = a->snapshot,
                          .time = TIME_UNKNOWN};
    ret->path = arena_strdup(&i->arena, path, e);
    ret->name = own_name(i, path, e);
    if (!ret->path || !ret->name)
        return false;
    ret->after_dump =
        a->after_dump || (a->snapshot != NO_SNAPSHOT && is_after(ret->name));
    return true;
}

/* Asks the opened file what it is. Bytes that could not be read may be why
 * nobody knows it. Control groups are full of files that refuse reading, so
 * of those found in a folder only broken compression is worth a word. */
static bool sniff(struct incident *i, struct input *in, struct source *s,
                  bool found, struct err *e)
{
    const char *damage;

    if (in->kind_given || (found && artifact_quotes_logs(in->name)))
        return true;
    in->kind = artifact_sniff(s, in->name);
    damage = source_damage(s);
    if (in->kind != ARTIFACT_UNKNOWN || !damage ||
        (found && !source_is_gzip(s)))
        return true;
    return input_damaged(i, in, damage, e);
}

/* A link whose target was not copied with it: nothing of this evidence is
 * damaged, and nobody asked for it by name. */
static bool leads_nowhere(const char *path)
{
    struct stat st;

    return stat(path, &st) < 0 && (errno == ENOENT || errno == ELOOP);
}

/* Opens the file to see that it can be. One that can't is an error only if
 * it was asked for by name. */
static bool look_inside(struct incident *i, struct input *in, bool once,
                        bool found, struct err *e)
{
    struct err why = {0};
    struct source *s;
    bool ok;

    if (!saved_open(in->path, i->mem, &s, &why)) {
        if (found)
            return leads_nowhere(in->path) ? input_unread(i, in, &why, e)
                                           : input_fails(i, in, &why, e);
        *e = why;
        return false;
    }
    ok = sniff(i, in, s, found, e);
    if (ok && once)
        in->opened = s;
    else
        source_close(s);
    return ok;
}

/* False for what can be read only once: pipes, standard input. */
static bool is_regular(const char *path, struct stat *st)
{
    return strcmp(path, "-") != 0 && stat(path, st) == 0 &&
           S_ISREG(st->st_mode);
}

bool incident_add_file(struct incident *i, const char *path,
                       const struct added *a, uint32_t *ret, struct err *e)
{
    struct stat st;
    bool regular = is_regular(path, &st);
    struct input in, *same = regular ? find_same(i, &st) : NULL;

    if (same) {
        merge(same, a);
        *ret = (uint32_t)(same - i->inputs.at);
        return true;
    }
    if (!describe(i, path, a, &in, e) || !vec_reserve(&i->inputs, i->mem, 1, e))
        return false;
    if (regular) {
        in.bytes = (uint64_t)st.st_size;
        in.device = st.st_dev;
        in.inode = st.st_ino;
    }
    if (!look_inside(i, &in, !regular, a->found, e))
        return false;
    *ret = (uint32_t)i->inputs.n;
    i->inputs.at[i->inputs.n++] = in;
    return true;
}

static void count_ignored(struct incident *i)
{
    const struct input *in;

    i->ignored = 0;
    VEC_EACH (&i->inputs, in)
        i->ignored += in->kind == ARTIFACT_UNKNOWN && !in->error;
}

/* The files of a control group share one flag, and often one folder. */
static bool may_be_folder(enum artifact_kind k)
{
    return k == ARTIFACT_UNKNOWN || k == ARTIFACT_CGROUP_STAT ||
           k == ARTIFACT_CGROUP_VALUES;
}

bool incident_add(struct incident *i, const char *path, enum artifact_kind kind,
                  bool baseline, struct err *e)
{
    struct added a = {
        .kind = kind, .baseline = baseline, .snapshot = NO_SNAPSHOT};
    struct stat st;
    uint32_t index;
    bool ok;

    if (strcmp(path, "-") == 0 || stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
        ok = incident_add_file(i, path, &a, &index, e);
    else if (may_be_folder(kind))
        ok = incident_add_dir(i, path, e);
    else
        ok = err_set(e, ERR_USAGE, "is a directory, not one file of kind %s",
                     artifact_name(kind));
    count_ignored(i);
    return ok;
}

/* ---- reading ---------------------------------------------------------- */

/* Whether this file speaks of a process that was alive when it was taken. */
static bool shows_process(const struct input *in)
{
    switch (in->kind) {
    case ARTIFACT_PROC_STATUS: return in->any && !in->beside;
    case ARTIFACT_PROC_LIMITS:
    case ARTIFACT_SMAPS:
    case ARTIFACT_SMAPS_ROLLUP:
    case ARTIFACT_CLASS_HISTOGRAM:
    case ARTIFACT_THREAD_DUMP:
    case ARTIFACT_HEAP_INFO:
    case ARTIFACT_METASPACE:
    case ARTIFACT_CODECACHE:
    case ARTIFACT_NATIVE_HEAP_INFO:
    case ARTIFACT_NATIVE_TRIM:
    case ARTIFACT_VM_FLAGS:
    case ARTIFACT_VM_COMMAND_LINE:
    case ARTIFACT_NMT: return in->any != NULL;
    case ARTIFACT_VM_INFO: return in->vm_info && in->vm_info->death == VM_ALIVE;
    default: return false;
    }
}

static bool usable(const struct incident *i)
{
    const struct input *in;

    VEC_EACH (&i->inputs, in)
        if (in->kind != ARTIFACT_UNKNOWN && !in->error)
            return true;
    return false;
}

static const char *what_is_wrong(const struct input *in)
{
    return in->error ? in->error : in->damage;
}

static bool nothing_usable(const struct incident *i, struct err *e)
{
    const struct input *in, *first = &i->inputs.at[0];

    VEC_EACH (&i->inputs, in)
        if (what_is_wrong(in) && !what_is_wrong(first))
            first = in;
    if (!what_is_wrong(first))
        return err_set(e, ERR_FORMAT, "%s: is %s", first->path,
                       first->bytes ? "no evidence of any known kind"
                                    : "empty: nothing was written to it");
    if (i->inputs.n == 1)
        return err_set(e, ERR_FORMAT, "%s: %s", first->path,
                       what_is_wrong(first));
    return err_set(e, ERR_FORMAT, "none of %llu files can be used; %s: %s",
                   (unsigned long long)i->inputs.n, first->path,
                   what_is_wrong(first));
}

bool incident_read(struct incident *i, const struct heap_options *o,
                   struct err *e)
{
    struct input *in;

    if (!i->inputs.n)
        return err_set(e, ERR_USAGE, "nothing was given to read");
    VEC_EACH (&i->inputs, in)
        if (!input_read(i, in, e))
            return false;
    if (!incident_read_mixed(i, e))
        return false;
    incident_set_beside(i);
    incident_tell_lives(i);
    if (!incident_read_heaps(i, o, e))
        return false;
    incident_time_snapshots(i);
    VEC_EACH (&i->inputs, in)
        if (in->snapshot != NO_SNAPSHOT && shows_process(in))
            i->snapshots.at[in->snapshot].has_process = true;
    return usable(i) || nothing_usable(i, e);
}
