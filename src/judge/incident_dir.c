/*
 * incident_dir.c - walks the directory of an incident: its own files first,
 * then its folders, each a snapshot. Everything is sorted, so that the order
 * in which a file system lists names decides nothing.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "judge/incident_parts.h"
#include "nmt/text.h"

struct entry {
    const char *name;
    bool folder;
};

struct listing {
    VEC(struct entry) at;
};

struct folder {
    const char *path;
    unsigned depth;    /* 0: the incident, 1: a snapshot, 2: inside one */
    uint32_t snapshot; /* or NO_SNAPSHOT */
    bool after_dump;
};

/* ---- natural order ---------------------------------------------------- */

static size_t digits(const char *s)
{
    size_t n = 0;

    while (text_is_digit(s[n]))
        n++;
    return n;
}

/* Compares the numbers that stand at both; longer ones are greater. */
static int compare_numbers(const char **a, const char **b)
{
    size_t n, k;
    int d;

    while (**a == '0' && text_is_digit((*a)[1]))
        (*a)++;
    while (**b == '0' && text_is_digit((*b)[1]))
        (*b)++;
    n = digits(*a);
    k = digits(*b);
    d = n != k ? (n < k ? -1 : 1) : memcmp(*a, *b, n);
    *a += n;
    *b += k;
    return d;
}

/* 2-mid before 10-late. Never 0 for names that differ. */
static int natural_compare(const char *first, const char *second)
{
    const char *a = first, *b = second;

    while (*a && *b) {
        int d;

        if (text_is_digit(*a) && text_is_digit(*b)) {
            d = compare_numbers(&a, &b);
        } else {
            d = (unsigned char)*a - (unsigned char)*b;
            a++;
            b++;
        }
        if (d)
            return d;
    }
    if (*a || *b)
        return *a ? 1 : -1;
    return strcmp(first, second);
}

static int compare_entries(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    return natural_compare(x->name, y->name);
}

static int compare_snapshots(const void *a, const void *b)
{
    const struct snapshot *x = a, *y = b;

    return natural_compare(x->name, y->name);
}

/* ---- one folder ------------------------------------------------------- */

enum what { PASS_OVER, A_FILE, A_FOLDER };

/* Files nobody may read are switches, as control groups have them. */
static bool is_readable(const struct stat *st)
{
    return S_ISREG(st->st_mode) && (st->st_mode & 0444);
}

/* A link that leads nowhere counts as a file: it is worth an error. A link
 * to a folder is most often a second name of one that is here anyway. */
static enum what classify(int dir, const char *name)
{
    struct stat st;

    if (name[0] == '.' || fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return PASS_OVER;
    if (S_ISDIR(st.st_mode))
        return A_FOLDER;
    if (S_ISLNK(st.st_mode) && fstatat(dir, name, &st, 0) < 0)
        return A_FILE;
    return is_readable(&st) ? A_FILE : PASS_OVER;
}

static bool list_entry(struct incident *i, DIR *d, const char *name,
                       struct listing *ret, struct err *e)
{
    enum what w = classify(dirfd(d), name);
    char *copy;

    if (w == PASS_OVER)
        return true;
    if (i->inputs.n + ret->at.n >= INCIDENT_MAX_FILES)
        return err_set(
            e, ERR_USAGE,
            "more than %llu files: not the directory of one incident",
            (unsigned long long)INCIDENT_MAX_FILES);
    copy = arena_strdup(&i->arena, name, e);
    if (!copy || !vec_push(&ret->at, i->mem, e))
        return false;
    *vec_last(&ret->at) = (struct entry){copy, w == A_FOLDER};
    return true;
}

/* On failure, too, `ret` is to be freed. */
static bool list(struct incident *i, const char *path, struct listing *ret,
                 struct err *e)
{
    DIR *d = opendir(path);
    struct dirent *one;
    bool ok = true;

    if (!d)
        return err_set(e, ERR_IO, "cannot be opened: %s", strerror(errno));
    while (ok && (errno = 0, one = readdir(d)))
        ok = list_entry(i, d, one->d_name, ret, e);
    if (ok && errno)
        ok = err_set(e, ERR_IO, "cannot be listed: %s", strerror(errno));
    closedir(d);
    if (ok && ret->at.n)
        qsort(ret->at.at, ret->at.n, sizeof *ret->at.at, compare_entries);
    return ok;
}

static const char *join(struct incident *i, const char *path, const char *name,
                        struct err *e)
{
    size_t n = strlen(path);

    while (n > 1 && path[n - 1] == '/')
        n--;
    return arena_printf(&i->arena, e, "%.*s%s%s", (int)n, path,
                        path[n - 1] == '/' ? "" : "/", name);
}

/* ---- snapshots -------------------------------------------------------- */

/* Folders of one name in two directories are one moment seen twice. */
static bool snapshot_of(struct incident *i, const char *name, uint32_t *ret,
                        struct err *e)
{
    struct snapshot *s;

    VEC_EACH (&i->snapshots, s)
        if (strcmp(s->name, name) == 0) {
            *ret = s->index;
            return true;
        }
    if (!vec_push(&i->snapshots, i->mem, e))
        return false;
    *ret = (uint32_t)i->snapshots.n - 1;
    *vec_last(&i->snapshots) =
        (struct snapshot){.name = name, .index = *ret, .time = TIME_UNKNOWN};
    return true;
}

/* Folders that hold nothing anybody knows (sources, notes) are no moment in
 * the life of the process. */
static void drop_snapshot(struct incident *i, uint32_t index)
{
    struct input *in;

    VEC_EACH (&i->inputs, in)
        if (in->snapshot == index)
            in->snapshot = NO_SNAPSHOT;
    i->snapshots.n--;
}

static bool sort_snapshots(struct incident *i, struct err *e)
{
    uint64_t n = i->snapshots.n;
    struct input *in;
    uint32_t *moved;

    if (!n)
        return true;
    moved = mem_alloc(i->mem, n, sizeof *moved, e);
    if (!moved)
        return false;
    qsort(i->snapshots.at, n, sizeof *i->snapshots.at, compare_snapshots);
    for (uint32_t k = 0; k < n; k++) {
        moved[i->snapshots.at[k].index] = k;
        i->snapshots.at[k].index = k;
    }
    VEC_EACH (&i->inputs, in)
        if (in->snapshot != NO_SNAPSHOT)
            in->snapshot = moved[in->snapshot];
    mem_free(i->mem, moved);
    return true;
}

/* ---- the walk --------------------------------------------------------- */

/* Adds the files of `f` and what is below; counts those of a known kind.
 * Recursion ends at the depth where folders are only listed. */
static bool add_folder(struct incident *i, const struct folder *f,
                       uint64_t *recognised, struct err *e);

static bool add_one(struct incident *i, const struct folder *f,
                    const char *name, uint64_t *recognised, struct err *e)
{
    struct added a = {
        .found = true, .snapshot = f->snapshot, .after_dump = f->after_dump};
    const char *path = join(i, f->path, name, e);
    uint32_t index;

    if (!path || !incident_add_file(i, path, &a, &index, e))
        return false;
    *recognised += i->inputs.at[index].kind != ARTIFACT_UNKNOWN;
    return true;
}

/* A folder too deep, or one that can't be opened, is listed like a file. */
static bool add_unread(struct incident *i, const char *path,
                       const struct err *why, struct err *e)
{
    struct input in = {.path = path,
                       .name = path,
                       .snapshot = NO_SNAPSHOT,
                       .time = TIME_UNKNOWN};

    if (why && !input_fails(i, &in, why, e))
        return false;
    if (!vec_push(&i->inputs, i->mem, e))
        return false;
    *vec_last(&i->inputs) = in;
    return true;
}

static bool add_snapshot(struct incident *i, struct folder *f, const char *name,
                         uint64_t *recognised, struct err *e)
{
    uint64_t had = i->snapshots.n, before = *recognised;

    if (!snapshot_of(i, name, &f->snapshot, e) ||
        !add_folder(i, f, recognised, e))
        return false;
    if (*recognised == before && i->snapshots.n > had)
        drop_snapshot(i, f->snapshot);
    return true;
}

static bool add_below(struct incident *i, const struct folder *f,
                      const char *name, uint64_t *recognised, struct err *e)
{
    struct folder g = *f;

    g.path = join(i, f->path, name, e);
    g.depth++;
    if (!g.path)
        return false;
    if (f->depth == 0)
        return add_snapshot(i, &g, name, recognised, e);
    if (f->depth == 1) {
        g.after_dump = is_after(name);
        return add_folder(i, &g, recognised, e);
    }
    return add_unread(i, g.path, NULL, e);
}

static bool add_folder(struct incident *i, const struct folder *f,
                       uint64_t *recognised, struct err *e)
{
    struct listing l = {0};
    struct err why = {0};
    struct entry *one;
    bool ok;

    if (!list(i, f->path, &l, &why)) {
        vec_free(&l.at, i->mem);
        if (f->depth && why.code == ERR_IO)
            return add_unread(i, f->path, &why, e);
        *e = why;
        return false;
    }
    ok = true;
    VEC_EACH (&l.at, one)
        if (!one->folder)
            ok = ok && add_one(i, f, one->name, recognised, e);
    VEC_EACH (&l.at, one)
        if (one->folder)
            ok = ok && add_below(i, f, one->name, recognised, e);
    vec_free(&l.at, i->mem);
    return ok;
}

bool incident_add_dir(struct incident *i, const char *path, struct err *e)
{
    struct folder top = {.path = path, .snapshot = NO_SNAPSHOT};
    uint64_t recognised = 0, had = i->inputs.n;

    if (!add_folder(i, &top, &recognised, e) || !sort_snapshots(i, e))
        return false;
    if (recognised)
        return true;
    if (i->inputs.n == had)
        return err_set(e, ERR_FORMAT, "is an empty directory");
    return err_set(e, ERR_FORMAT,
                   "is a directory of %llu files, none of a known kind",
                   (unsigned long long)(i->inputs.n - had));
}
