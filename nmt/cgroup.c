/*
 * cgroup.c - the files of a memory or pids cgroup: "key value" lines, one
 * bare number, or several such files after each other, each line with its
 * file's name before it or each file behind a heading.
 */
#define _GNU_SOURCE
#include "nmt/process.h"

#include <string.h>

#include "base/lines.h"
#include "base/path.h"
#include "nmt/text.h"

/* v1 writes "no limit" as 2^63 rounded down to a page. */
#define NO_LIMIT ((uint64_t)1 << 62)

/* ---- reading ---------------------------------------------------------- */

/* The value at the end of a line: a number, or "max". What some add behind
 * it ("<1>", "# note") does not count. */
static bool take_value(const char *s, uint64_t *ret)
{
    if (text_take(&s, "max"))
        *ret = LIMIT_UNLIMITED;
    else if (!text_uint(&s, ret))
        return false;
    else if (*ret >= NO_LIMIT)
        *ret = LIMIT_UNLIMITED;
    s = text_skip_blanks(s);
    return !*s || *s == '<' || *s == '#';
}

/* The last word of `line` that is a value with a key before it. */
static const char *find_value(const char *line, uint64_t *value)
{
    const char *s = line;

    while (*(s += strcspn(s, " \t=:"))) {
        s += strspn(s, " \t=:");
        if (take_value(s, value))
            return s;
    }
    return NULL;
}

/* Steps over what stands before a name in a heading: "==> " of head and
 * tail, a shell's prompt and "cat". */
static const char *skip_command(const char *s)
{
    const char *cat = text_after(s, "cat ");

    if (text_take(&s, "==> "))
        return s;
    if (cat && (cat - s == 4 || strchr("#$ ", cat[-5])))
        return cat;
    return s;
}

const char *cgroup_heading(const char *line, size_t *n)
{
    const char *s = skip_command(text_skip_blanks(line)), *name;
    size_t all = strcspn(s, " \t");
    const char *slash = memrchr(s, '/', all);
    const char *rest = s + all;

    name = slash ? slash + 1 : s;
    *n = (size_t)(rest - name);
    if (*n && name[*n - 1] == ':')
        --*n;
    if ((!text_starts(name, "memory.") && !text_starts(name, "pids.")) ||
        !text_is_alnum(name[*n - 1]) || memchr(name, '=', *n) ||
        memchr(name, ':', *n))
        return NULL;
    text_take(&rest, " <==");
    return *text_skip_blanks(rest) ? NULL : name;
}

static bool add_key(struct cgroup_file *f, const char *key, uint64_t value,
                    uint64_t line, struct arena *a, struct err *e)
{
    if (!key || !vec_push(&f->keys, a->mem, e))
        return false;
    *vec_last(&f->keys) = (struct cgroup_key){key, value, line};
    return true;
}

/* "max 4" of pids.events says little without the file's name. */
static bool wants_name(const char *name)
{
    return text_starts(name, "pids.events");
}

/* A file's name without an ending that a collector gave it. */
static const char *key_of_file(const char *name, struct arena *a, struct err *e)
{
    size_t n = strlen(name);

    if (text_ends(name, ".txt"))
        n -= 4;
    return arena_strndup(a, name, n, e);
}

static bool read_pair(const char *line, uint64_t number, const char *name,
                      struct arena *a, struct cgroup_file *f, struct err *e)
{
    const char *key = path_name(text_skip_blanks(line)), *value;
    uint64_t v;
    size_t n;

    value = find_value(key, &v);
    if (!value)
        return true;
    n = (size_t)(value - key);
    while (n && strchr(" \t=:", key[n - 1]))
        n--;
    if (wants_name(name) && !memchr(key, '.', n))
        key = arena_printf(a, e, "pids.events %.*s", (int)n, key);
    else
        key = arena_strndup(a, key, n, e);
    return add_key(f, key, v, number, a, e);
}

/* *name is the file's; a heading changes it. */
static bool read_line(char *line, uint64_t number, const char **name,
                      struct arena *a, struct cgroup_file *f, struct err *e)
{
    const char *heading;
    uint64_t v;
    size_t n;

    text_trim_end(line);
    heading = cgroup_heading(line, &n);
    if (heading) {
        *name = arena_strndup(a, heading, n, e);
        return *name != NULL;
    }
    if (take_value(text_skip_blanks(line), &v))
        return add_key(f, key_of_file(*name, a, e), v, number, a, e);
    return read_pair(line, number, *name, a, f, e);
}

bool cgroup_file_read(struct source *s, const char *name, struct arena *a,
                      struct cgroup_file *ret, struct err *e)
{
    struct lines lines;
    bool ok = true;
    char *line;

    memset(ret, 0, sizeof *ret);
    name = path_name(name);
    if (!lines_init(&lines, s, a->mem, e))
        return false;
    while (ok && (line = lines_next(&lines, NULL)))
        ok = read_line(line, lines.number, &name, a, ret, e);
    lines_deinit(&lines);
    if (!ok)
        cgroup_file_deinit(ret, a->mem);
    return ok;
}

void cgroup_file_deinit(struct cgroup_file *f, struct mem *m)
{
    vec_free(&f->keys, m);
}

/* ---- lookup ----------------------------------------------------------- */

/* Whether `key` is `prefix` and `wanted`. */
static bool is_named(const char *key, const char *prefix, const char *wanted)
{
    return text_take(&key, prefix) && strcmp(key, wanted) == 0;
}

static uint64_t find(const struct cgroup_file *f, const char *prefix,
                     const char *wanted)
{
    const struct cgroup_key *k;

    VEC_EACH (&f->keys, k)
        if (is_named(k->key, prefix, wanted))
            return k->value;
    return UNKNOWN;
}

static uint64_t find_in_files(const struct cgroup_file *f, const char *key)
{
    static const char *const prefixes[] = {
        "total_", "", "memory.stat ", "memory.events ", "memory.oom_control "};
    uint64_t v = UNKNOWN;

    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes && !known(v); i++)
        v = find(f, prefixes[i], key);
    return v;
}

uint64_t cgroup_get(const struct cgroup_file *f, const char *key)
{
    uint64_t v = find_in_files(f, key);

    if (!known(v) && strcmp(key, "anon") == 0)
        v = find_in_files(f, "rss");
    if (!known(v) && strcmp(key, "file") == 0)
        v = find_in_files(f, "cache");
    return v;
}
