/*
 * cases.c - decides what is one case; see cases.h.
 */
#include "fleet/cases.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "fleet/folder.h"

/* Snapshots of one process, where nothing lies beside their folders. */
#define SNAPSHOTS_MAX 12

void case_list_init(struct case_list *l, struct mem *m)
{
    memset(l, 0, sizeof *l);
    arena_init(&l->arena, m);
}

void case_list_deinit(struct case_list *l)
{
    vec_free(&l->at, l->arena.mem);
    arena_deinit(&l->arena);
}

/* ---- names ------------------------------------------------------------ */

static bool is_number(const char *name)
{
    return *name && strspn(name, "0123456789") == strlen(name);
}

bool case_is_snapshot_name(const char *name)
{
    size_t n = strspn(name, "0123456789");

    return n > 0 && (name[n] != '\0' || n >= 14);
}

/* "java_pid17" of "java_pid17.hprof.gz". */
static size_t stem(const char *name)
{
    static const char *const endings[] = {".gz", ".hprof", ".bin", ".dump",
                                          ".dmp"};
    size_t n = strlen(name), i;
    bool again = true;

    while (again) {
        again = false;
        for (i = 0; i < sizeof endings / sizeof endings[0]; i++) {
            size_t k = strlen(endings[i]);

            if (n > k && memcmp(name + n - k, endings[i], k) == 0) {
                n -= k;
                again = true;
            }
        }
    }
    return n;
}

/* The digits behind "pid"; NULL: there are none. */
static const char *pid_in(const char *name, size_t *n)
{
    const char *p = strstr(name, "pid");

    *n = 0;
    while (p && !(*n = strspn(p + 3, "0123456789")))
        p = strstr(p + 3, "pid");
    return p ? p + 3 : NULL;
}

/* Whether those digits stand in `name` as a number of their own. */
static bool has_number(const char *name, const char *digits, size_t n)
{
    const char *p = name;

    while ((p = strpbrk(p, "0123456789"))) {
        size_t k = strspn(p, "0123456789");

        if (k == n && memcmp(p, digits, n) == 0)
            return true;
        p += k;
    }
    return false;
}

bool case_is_neighbour(const char *dump, const char *name)
{
    size_t n = stem(dump), digits;
    const char *pid = pid_in(dump, &digits);

    if (strncmp(dump, name, n) == 0 && !isalnum((unsigned char)name[n]))
        return true;
    return pid && has_number(name, pid, digits);
}

/* ---- adding ----------------------------------------------------------- */

struct finder {
    const struct folder_tree *tree;
    struct mem *mem;
    struct case_list *to;
    struct err *err;
};

static struct fleet_case *add(struct finder *f, enum case_kind kind,
                              const char *name, uint64_t paths)
{
    struct fleet_case *c;

    if (!vec_push(&f->to->at, f->to->arena.mem, f->err))
        return NULL;
    c = vec_last(&f->to->at);
    c->kind = kind;
    c->unpacked = UINT32_MAX;
    c->name = arena_strdup(&f->to->arena, name, f->err);
    c->paths = arena_alloc(&f->to->arena, paths, sizeof *c->paths, f->err);
    return c->name && c->paths ? c : NULL;
}

static bool add_path(struct finder *f, struct fleet_case *c, const char *path)
{
    c->paths[c->n] = arena_strdup(&f->to->arena, path, f->err);
    return c->paths[c->n++] != NULL;
}

static bool add_one(struct finder *f, enum case_kind kind, const char *path)
{
    struct fleet_case *c = add(f, kind, path, 1);

    return c && add_path(f, c, path);
}

/* ---- loose files ------------------------------------------------------ */

/* Which dump of the folder a file belongs to, by the longest stem; NULL. */
static const struct folder_file *dump_of(const struct finder *f,
                                         const struct folder *d,
                                         const struct folder_file *file)
{
    const struct folder_file *best = NULL;

    if (file->worth == WORTH_DUMP)
        return file;
    for (uint32_t i = 0; i < d->n; i++) {
        const struct folder_file *it = &f->tree->files.at[d->first + i];

        if (it->worth == WORTH_DUMP &&
            case_is_neighbour(it->name, file->name) &&
            (!best || stem(it->name) > stem(best->name)))
            best = it;
    }
    return best;
}

static bool is_evidence(const struct folder_file *file)
{
    return file->worth != WORTH_NOTHING && file->worth != WORTH_ARCHIVE;
}

/* Whether there is more than what is of use beside evidence. */
static bool is_case(const struct finder *f, const struct folder *d,
                    const struct folder_file *dump)
{
    for (uint32_t i = 0; i < d->n; i++) {
        const struct folder_file *it = &f->tree->files.at[d->first + i];

        if (is_evidence(it) && it->worth != WORTH_BESIDE &&
            dump_of(f, d, it) == dump)
            return true;
    }
    return false;
}

/* The files that belong to `dump`; NULL: those that belong to none. */
static bool add_loose(struct finder *f, const struct folder *d,
                      const struct folder_file *dump)
{
    struct fleet_case *c = NULL;

    if (!is_case(f, d, dump))
        return true;
    for (uint32_t i = 0; i < d->n; i++) {
        const struct folder_file *it = &f->tree->files.at[d->first + i];

        if (!is_evidence(it) || dump_of(f, d, it) != dump)
            continue;
        if (!c)
            c = add(f, CASE_FILES, dump ? dump->path : it->path, d->n);
        if (!c || !add_path(f, c, it->path))
            return false;
    }
    return true;
}

static bool add_files(struct finder *f, const struct folder *d)
{
    for (uint32_t i = 0; i < d->n; i++) {
        const struct folder_file *it = &f->tree->files.at[d->first + i];

        if (it->worth == WORTH_DUMP && !add_loose(f, d, it))
            return false;
    }
    return add_loose(f, d, NULL);
}

static bool add_archives(struct finder *f, const struct folder *d)
{
    for (uint32_t i = 0; i < d->n; i++) {
        const struct folder_file *it = &f->tree->files.at[d->first + i];

        if (it->worth == WORTH_ARCHIVE && !add_one(f, CASE_ARCHIVE, it->path))
            return false;
    }
    return true;
}

/* ---- folders ---------------------------------------------------------- */

struct below { /* the folders in a folder, those with evidence at any depth */
    uint32_t n;
    bool named;    /* all like snapshots */
    bool numbered; /* all by bare numbers, or like snapshots */
    bool wide;     /* one looks like an incident of its own */
};

static struct below look_below(const struct finder *f, const struct folder *d)
{
    struct below b = {0, true, true, false};

    for (uint32_t i = 0; i < d->n_folders; i++) {
        const struct folder *s = &f->tree->folders.at[d->folders + i];

        if (!s->evidence && !s->deep)
            continue;
        b.n++;
        b.named &= case_is_snapshot_name(s->name);
        b.numbered &= case_is_snapshot_name(s->name) || is_number(s->name);
        b.wide |= s->wide || s->deep;
    }
    return b;
}

/* With its folders as snapshots. */
static bool is_one_case(const struct folder *d, const struct below *b)
{
    if (b->n == 0)
        return d->evidence && d->dumps <= 1;
    if (d->strong && b->numbered)
        return true;
    if (b->wide)
        return false;
    if (d->evidence)
        return d->strong || b->numbered;
    return b->named && b->n <= SNAPSHOTS_MAX;
}

static bool find_in_tree(struct finder *f)
{
    VEC(uint32_t) left = {0}; /* a stack: the last is next */
    bool ok = vec_push(&left, f->mem, f->err);

    while (ok && left.n) {
        const struct folder *d = &f->tree->folders.at[left.at[--left.n]];
        struct below b = look_below(f, d);

        ok = add_archives(f, d);
        if (ok && is_one_case(d, &b)) {
            ok = add_one(f, CASE_FOLDER, d->path);
            continue;
        }
        ok = ok && add_files(f, d);
        for (uint32_t i = d->n_folders; ok && i-- > 0;) {
            ok = vec_push(&left, f->mem, f->err);
            if (ok)
                *vec_last(&left) = d->folders + i;
        }
    }
    vec_free(&left, f->mem);
    return ok;
}

static bool find_in_folder(const char *path, struct mem *m,
                           struct case_list *ret, struct err *e)
{
    struct folder_tree tree;
    struct finder f = {&tree, m, ret, e};
    bool ok;

    if (!folder_tree_read(path, m, &tree, e))
        return false;
    ok = find_in_tree(&f);
    folder_tree_deinit(&tree);
    return ok;
}

/* ---- one file --------------------------------------------------------- */

/* A dump brings what lies beside it and is its own. */
static bool find_beside(const char *path, struct mem *m, struct case_list *ret,
                        struct err *e)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t n = slash ? (size_t)(slash - path) : 0;
    char *folder = n ? arena_strndup(&ret->arena, path, n, e)
                     : arena_strdup(&ret->arena, slash ? "/" : ".", e);
    struct finder f = {NULL, m, ret, e};
    struct folder_tree tree;
    bool ok = false;

    if (!folder ||
        !folder_read_beside(folder, name, case_is_neighbour, m, &tree, e))
        return false;
    f.tree = &tree;
    for (uint32_t i = 0; i < tree.folders.at[0].n; i++) {
        const struct folder_file *it = &tree.files.at[i];

        if (strcmp(it->name, name) == 0 && it->worth == WORTH_DUMP)
            ok = add_loose(&f, &tree.folders.at[0], it);
    }
    folder_tree_deinit(&tree);
    return ok || err_is_set(e) ? ok : add_one(&f, CASE_FILES, path);
}

bool cases_find(const char *path, struct mem *m, struct case_list *ret,
                struct err *e)
{
    struct finder f = {NULL, m, ret, e};
    struct stat st;

    if (stat(path, &st) != 0)
        return err_set(e, ERR_IO, "cannot be opened: %s", strerror(errno));
    if (S_ISDIR(st.st_mode))
        return find_in_folder(path, m, ret, e);
    switch (file_worth(path, m)) {
    case WORTH_ARCHIVE: return add_one(&f, CASE_ARCHIVE, path);
    case WORTH_DUMP: return find_beside(path, m, ret, e);
    default: return add_one(&f, CASE_FILES, path);
    }
}
