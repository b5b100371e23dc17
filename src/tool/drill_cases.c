/*
 * drill_cases.c - finds the samples and the cases in them: EXPECT lists the
 * cases, labs/LABS says which lab is made of which.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool/drill.h"

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_file(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* ---- where the samples are -------------------------------------------- */

/* Beside the program as it is installed, built, or built for a sanitizer. */
static const char *beside_program(struct drill *d, struct err *e)
{
    static const char *const places[] = {
        "../share/oomwhy/samples", "../samples", "../../samples", "samples"};
    char exe[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
    char *slash;
    size_t i;

    exe[n > 0 ? n : 0] = '\0';
    slash = strrchr(exe, '/');
    if (!slash)
        return NULL;
    *slash = '\0';
    for (i = 0; i < sizeof places / sizeof places[0]; i++) {
        const char *p = arena_printf(&d->arena, e, "%s/%s", exe, places[i]);
        char *real;

        if (!p)
            return NULL;
        if (!is_file(arena_printf(&d->arena, e, "%s/EXPECT", p)))
            continue;
        real = realpath(p, NULL);
        p = real ? arena_strdup(&d->arena, real, e) : p;
        free(real);
        return p;
    }
    return NULL;
}

bool drill_find_samples(struct drill *d, struct err *e)
{
    d->samples = d->options->drill.samples;
    if (!d->samples)
        d->samples = beside_program(d, e);
    return !err_is_set(e);
}

/* ---- tables of the samples -------------------------------------------- */

/* Calls `row` for each line "a<TAB>b..." until it returns false. */
static void read_table(const char *path,
                       bool (*row)(void *ctx, const char *a, const char *b),
                       void *ctx)
{
    FILE *f = path ? fopen(path, "re") : NULL;
    char line[DRILL_LINE];
    bool more = true;

    while (more && f && fgets(line, sizeof line, f)) {
        char *save, *a = strtok_r(line, "\t\n", &save);
        char *b = a ? strtok_r(NULL, "\t\n", &save) : NULL;

        if (a)
            more = row(ctx, a, b ? b : "");
    }
    if (f)
        fclose(f);
}

struct search {
    const char *key;
    bool by_second;
    char found[DRILL_LINE]; /* the other word; "" if there is no such row */
};

static bool match(void *ctx, const char *a, const char *b)
{
    struct search *s = ctx;

    if (strcmp(s->by_second ? b : a, s->key) != 0)
        return true;
    snprintf(s->found, sizeof s->found, "%s", s->by_second ? a : b);
    return false;
}

static const char *labs_table(struct drill *d, struct err *e)
{
    return arena_printf(&d->arena, e, "%s/labs/LABS", d->samples);
}

const char *drill_transcript(struct drill *d, const char *case_name,
                             struct err *e)
{
    struct search s = {.key = case_name, .by_second = true};
    const char *path;

    if (!d->samples)
        return NULL;
    read_table(labs_table(d, e), match, &s);
    if (!*s.found)
        return NULL;
    path =
        arena_printf(&d->arena, e, "%s/labs/%s/README.md", d->samples, s.found);
    return path && is_file(path) ? path : NULL;
}

/* ---- the choice ------------------------------------------------------- */

static bool add(struct drill *d, const char *path, struct err *e)
{
    if (!path || !vec_push(&d->cases, &d->mem, e))
        return false;
    *vec_last(&d->cases) = path;
    return true;
}

static const char *no_samples =
    "the samples are not beside the program; say where: --samples DIR";

/* A lab, a case, or any directory. */
static bool add_named(struct drill *d, const char *name, struct err *e)
{
    struct search s = {.key = name};
    const char *path;

    if (strchr(name, '/') || (!d->samples && is_folder(name)))
        return add(d, name, e);
    if (!d->samples)
        return err_set(e, ERR_USAGE, "%s", no_samples);
    read_table(labs_table(d, e), match, &s);
    path = arena_printf(&d->arena, e, "%s/%s", d->samples,
                        *s.found ? s.found : name);
    if (path && !is_folder(path))
        path = name;
    if (path && !is_folder(path))
        return err_set(e, ERR_USAGE, "there is no lab, case or directory %.60s",
                       name);
    return add(d, path, e);
}

struct all {
    struct drill *drill;
    struct err *err;
};

static bool add_row(void *ctx, const char *name, const char *side)
{
    struct all *a = ctx;

    (void)side;
    return add(a->drill,
               arena_printf(&a->drill->arena, a->err, "%s/%s",
                            a->drill->samples, name),
               a->err);
}

static bool add_all(struct drill *d, struct err *e)
{
    struct all a = {d, e};

    if (!d->samples)
        return err_set(e, ERR_USAGE, "%s", no_samples);
    read_table(arena_printf(&d->arena, e, "%s/EXPECT", d->samples), add_row,
               &a);
    return !err_is_set(e) &&
           (d->cases.n ||
            err_set(e, ERR_USAGE, "%.150s has no cases", d->samples));
}

bool drill_choose(struct drill *d, struct err *e)
{
    const struct input_arg *a;

    if (!d->options->inputs.n)
        return add_all(d, e);
    VEC_EACH (&d->options->inputs, a)
        if (!add_named(d, a->path, e))
            return false;
    return true;
}
