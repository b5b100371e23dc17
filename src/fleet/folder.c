/*
 * folder.c - reads the tree breadth first, so that the folders of a folder
 * stand behind each other; see folder.h.
 */
#define _GNU_SOURCE
#include "fleet/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "fleet/archive.h"
#include "nmt/artifact.h"
#include "nmt/saved.h"

static enum file_worth worth_of(enum artifact_kind k)
{
    switch (k) {
    case ARTIFACT_UNKNOWN: return WORTH_NOTHING;
    case ARTIFACT_HPROF:
    case ARTIFACT_HPROF_ASCII: return WORTH_DUMP;
    case ARTIFACT_KERNEL_LOG:
    case ARTIFACT_GC_LOG: return WORTH_WIDE;
    case ARTIFACT_VM_COMMAND_LINE:
    case ARTIFACT_PROC_LIMITS: return WORTH_BESIDE;
    case ARTIFACT_APP_LOG:
    case ARTIFACT_CONTAINER:
    case ARTIFACT_CGROUP_STAT:
    case ARTIFACT_CGROUP_VALUES: return WORTH_WEAK;
    default: return WORTH_STRONG;
    }
}

/* A file that can't be read may be the dump that matters: it is a case, and
 * its failure is told. */
enum file_worth file_worth(const char *path, struct mem *m)
{
    struct err ignored = {0};
    enum artifact_kind k;
    struct source *s;

    if (archive_is(path))
        return WORTH_ARCHIVE;
    if (!saved_open(path, m, &s, &ignored))
        return WORTH_STRONG;
    k = artifact_sniff(s, path_name(path));
    source_close(s);
    return worth_of(k);
}

/* ---- one folder ------------------------------------------------------- */

struct names {
    VEC(const char *) files;
    VEC(const char *) folders;
};

/* Which files to take; `keep` NULL: all, and folders too. */
struct choice {
    const char *name;
    bool (*keep)(const char *name, const char *file);
};

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool take_name(struct folder_tree *t, int dir, const char *name,
                      const struct choice *c, struct names *ret, struct err *e)
{
    struct stat st;
    char *copy;

    if (name[0] == '.' || (c->keep && !c->keep(c->name, name)) ||
        fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return true;
    if (S_ISLNK(st.st_mode) &&
        (fstatat(dir, name, &st, 0) != 0 || S_ISDIR(st.st_mode)))
        return true; /* leads nowhere, or to a second name of a folder */
    if (!(S_ISDIR(st.st_mode) && !c->keep) && !S_ISREG(st.st_mode))
        return true;
    copy = arena_strdup(&t->arena, name, e);
    if (!copy)
        return false;
    if (S_ISDIR(st.st_mode)) {
        if (!vec_push(&ret->folders, t->mem, e))
            return false;
        *vec_last(&ret->folders) = copy;
        return true;
    }
    if (!vec_push(&ret->files, t->mem, e))
        return false;
    *vec_last(&ret->files) = copy;
    return true;
}

static bool list(struct folder_tree *t, const char *path,
                 const struct choice *c, struct names *ret, struct err *e)
{
    DIR *d = opendir(path);
    struct dirent *one;
    bool ok = true;

    if (!d)
        return err_set(e, ERR_IO, "cannot be opened: %s", strerror(errno));
    while (ok && (one = readdir(d)))
        ok = take_name(t, dirfd(d), one->d_name, c, ret, e);
    closedir(d);
    if (ok && ret->files.n)
        qsort(ret->files.at, ret->files.n, sizeof *ret->files.at, by_name);
    if (ok && ret->folders.n)
        qsort(ret->folders.at, ret->folders.n, sizeof *ret->folders.at,
              by_name);
    return ok;
}

static const char *join(struct folder_tree *t, const char *path,
                        const char *name, struct err *e)
{
    size_t n = strlen(path);

    return arena_printf(&t->arena, e, "%s%s%s", path,
                        n && path[n - 1] == '/' ? "" : "/", name);
}

static bool add_file(struct folder_tree *t, struct folder *f, const char *name,
                     struct err *e)
{
    struct folder_file file = {.name = name, .path = join(t, f->path, name, e)};

    if (!file.path || !vec_push(&t->files, t->mem, e))
        return false;
    file.worth = artifact_quotes_logs(name) ? WORTH_NOTHING
                                            : file_worth(file.path, t->mem);
    *vec_last(&t->files) = file;
    f->n++;
    f->evidence |= file.worth > WORTH_BESIDE && file.worth != WORTH_ARCHIVE;
    f->strong |= file.worth >= WORTH_STRONG && file.worth != WORTH_ARCHIVE;
    f->wide |= file.worth == WORTH_WIDE;
    f->deep |= file.worth == WORTH_ARCHIVE;
    f->dumps += file.worth == WORTH_DUMP;
    return true;
}

static bool add_folder(struct folder_tree *t, uint32_t parent, const char *name,
                       struct err *e)
{
    struct folder f = {.name = name, .parent = parent};

    f.path = join(t, t->folders.at[parent].path, name, e);
    f.depth = t->folders.at[parent].depth + 1;
    if (!f.path || !vec_push(&t->folders, t->mem, e))
        return false;
    *vec_last(&t->folders) = f;
    t->folders.at[parent].n_folders++;
    return true;
}

/* The top must be readable; what lies deeper is passed over if it is not. */
static bool read_folder(struct folder_tree *t, uint32_t at,
                        const struct choice *c, struct err *e)
{
    struct folder f = t->folders.at[at];
    struct names names = {0};
    struct err why = {0};
    bool ok = list(t, f.path, c, &names, &why);

    f.first = (uint32_t)t->files.n;
    f.folders = (uint32_t)t->folders.n;
    if (!ok && (at == 0 || why.code != ERR_IO)) {
        err_set(e, why.code, "%s", why.text);
    } else {
        ok = true;
        for (uint64_t i = 0; ok && i < names.files.n; i++)
            ok = add_file(t, &f, names.files.at[i], e);
        t->folders.at[at] = f;
        for (uint64_t i = 0;
             ok && f.depth < FOLDER_DEPTH && i < names.folders.n; i++)
            ok = add_folder(t, at, names.folders.at[i], e);
    }
    vec_free(&names.files, t->mem);
    vec_free(&names.folders, t->mem);
    return ok;
}

/* Children stand behind their parents, so one pass backwards does. */
static void mark_deep(struct folder_tree *t)
{
    for (uint64_t i = t->folders.n; i-- > 1;) {
        const struct folder *f = &t->folders.at[i];

        if (f->evidence || f->deep)
            t->folders.at[f->parent].deep = true;
    }
}

static bool read_tree(const char *path, const struct choice *c, struct mem *m,
                      struct folder_tree *ret, struct err *e)
{
    bool ok;

    memset(ret, 0, sizeof *ret);
    ret->mem = m;
    arena_init(&ret->arena, m);
    ok = vec_push(&ret->folders, m, e);
    if (ok)
        *vec_last(&ret->folders) =
            (struct folder){.name = path, .path = path, .parent = UINT32_MAX};
    for (uint32_t i = 0; ok && i < ret->folders.n; i++)
        ok = read_folder(ret, i, c, e);
    if (!ok) {
        folder_tree_deinit(ret);
        return false;
    }
    mark_deep(ret);
    return true;
}

bool folder_tree_read(const char *path, struct mem *m, struct folder_tree *ret,
                      struct err *e)
{
    return read_tree(path, &(struct choice){NULL, NULL}, m, ret, e);
}

bool folder_read_beside(const char *path, const char *name,
                        bool (*keep)(const char *name, const char *file),
                        struct mem *m, struct folder_tree *ret, struct err *e)
{
    return read_tree(path, &(struct choice){name, keep}, m, ret, e);
}

void folder_tree_deinit(struct folder_tree *t)
{
    vec_free(&t->folders, t->mem);
    vec_free(&t->files, t->mem);
    arena_deinit(&t->arena);
}
