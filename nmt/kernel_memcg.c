/*
 * kernel_memcg.c - the figures of the group whose limit was hit. cgroup v1
 * kernels print one line "key:NKB" for each group below it, up to 5.2, and
 * later ones "key bytes" line by line, for v2 and v1 alike.
 */
#include "nmt/kernel_parts.h"

#include <string.h>

#include "nmt/text.h"

/* "No limit" is 2^63 or 2^64 rounded down to pages of any size. */
#define NO_LIMIT ((uint64_t)1 << 62)

static uint64_t figure(const char *text, const char *key)
{
    uint64_t v;

    return text_bytes_after(text, key, 1024, &v) ? v : UNKNOWN;
}

static uint64_t limit_of(const char *text)
{
    uint64_t v = figure(text, "limit ");

    return known(v) && v < NO_LIMIT ? v : UNKNOWN;
}

void kernel_usage_read(const char *text, struct oom_report *r)
{
    const char *usage = text_after(text, ": usage ");
    const char *colon = usage ? usage - strlen(": usage ") : text;
    size_t n = (size_t)(colon - text);
    uint64_t used = figure(text, ": usage ");

    if (n >= 11 && memcmp(colon - 11, "memory+swap", 11) == 0) {
        r->memsw_usage = used;
        r->memsw_limit = limit_of(text);
    } else if (n >= 4 && memcmp(colon - 4, "kmem", 4) == 0) {
        r->kmem_usage = used;
    } else if (n >= 4 && memcmp(colon - 4, "swap", 4) == 0) {
        r->swap_usage = used;
        r->swap_limit = limit_of(text);
    } else if (n >= 6 && memcmp(colon - 6, "memory", 6) == 0) {
        const char *p = text_after(text, "failcnt ");

        r->usage = used;
        r->limit = limit_of(text);
        if (p)
            text_uint(&p, &r->failcnt);
    }
}

/* ---- Memory cgroup stats ---------------------------------------------- */

static size_t key_length(const char *s)
{
    size_t n = 0;

    while (text_is_alnum(s[n]) || s[n] == '_')
        n++;
    return n;
}

static struct oom_stat *find(const struct oom_report *r, const char *key,
                             size_t n)
{
    struct oom_stat *s;

    VEC_EACH (&r->stats, s)
        if (strncmp(s->key, key, n) == 0 && !s->key[n])
            return s;
    return NULL;
}

/* A key that is already there belongs to another group of the hierarchy,
 * and the figures are each group's own: they add up. */
static bool add_stat(struct oom_report *r, const char *key, size_t n,
                     uint64_t value, struct arena *a, struct err *e)
{
    struct oom_stat *s = find(r, key, n);

    if (s) {
        if (__builtin_add_overflow(s->value, value, &s->value))
            s->value = UNKNOWN;
        return true;
    }
    if (!vec_push(&r->stats, a->mem, e))
        return false;
    s = vec_last(&r->stats);
    s->value = value;
    s->key = arena_strndup(a, key, n, e);
    return s->key != NULL;
}

bool kernel_stats_inline(const char *text, struct oom_report *r,
                         struct arena *a, struct err *e)
{
    const char *p = text_after(text, "Memory cgroup stats");

    /* The path comes first, and paths may hold colons: begin at ": ". */
    p = p ? strchr(p, ':') : NULL;
    while (p && *p) {
        const char *value;
        uint64_t v;
        size_t n;

        p += strcspn(p, " \t");
        p = text_skip_blanks(p);
        n = key_length(p);
        value = p + n + 1;
        if (n && p[n] == ':' && text_bytes(&value, 1024, &v)) {
            if (!add_stat(r, p, n, v, a, e))
                return false;
            p = value;
        }
    }
    return true;
}

/* "key number" at the cursor; *n: the key's length. */
static bool take_pair(const char **p, const char **key, size_t *n,
                      uint64_t *value)
{
    const char *s = *p;

    *key = s;
    *n = key_length(s);
    s += *n;
    if (!*n || text_is_digit(**key) || !text_is_blank(*s))
        return false;
    s = text_skip_blanks(s);
    if (!text_uint(&s, value))
        return false;
    *p = s;
    return true;
}

/* Kernels 5.3 to 5.19 print all keys as one message of many lines, whose
 * line ends loggers keep, blank out, or write as "#012" or "\x0a". */
static const char *skip_line_end(const char *s)
{
    s = text_skip_blanks(s);
    while (text_take(&s, "#012") || text_take(&s, "\\x0a") ||
           text_take(&s, "\\n"))
        s = text_skip_blanks(s);
    return s;
}

bool kernel_stat_line(const char *text, struct oom_report *r, struct arena *a,
                      struct err *e)
{
    const char *p, *key;
    uint64_t v;
    size_t n;

    for (p = text; *p; p = skip_line_end(p))
        if (!take_pair(&p, &key, &n, &v))
            return true;
    for (p = text; *p; p = skip_line_end(p)) {
        take_pair(&p, &key, &n, &v);
        if (!find(r, key, n) && !add_stat(r, key, n, v, a, e))
            return false;
    }
    return true;
}

/* ---- lookup ----------------------------------------------------------- */

static uint64_t stat_value(const struct oom_report *r, const char *key)
{
    const struct oom_stat *s = find(r, key, strlen(key));

    return s ? s->value : UNKNOWN;
}

/* v1 kernels that print line by line give a group's own figures and, as
 * "total_...", those with the groups below it. */
static uint64_t hierarchical(const struct oom_report *r, const char *key)
{
    static const char prefix[] = "total_";
    struct oom_stat *s;

    VEC_EACH (&r->stats, s)
        if (text_starts(s->key, prefix) &&
            strcmp(s->key + strlen(prefix), key) == 0)
            return s->value;
    return stat_value(r, key);
}

/* Kernels before 5.18 have no sum of what the kernel itself holds, and v1
 * has the kmem line instead. */
static uint64_t kernel_memory(const struct oom_report *r)
{
    static const char *const parts[] = {"kernel_stack", "pagetables",
                                        "sec_pagetables", "percpu", "vmalloc"};
    uint64_t sum = stat_value(r, "slab");

    if (known(r->kmem_usage) || !known(sum))
        return r->kmem_usage;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        sum += known_or(stat_value(r, parts[i]), 0);
    return sum;
}

uint64_t oom_report_stat(const struct oom_report *r, const char *key)
{
    uint64_t v = hierarchical(r, key);

    if (known(v))
        return v;
    if (strcmp(key, "anon") == 0)
        return hierarchical(r, "rss");
    if (strcmp(key, "file") == 0)
        return hierarchical(r, "cache");
    if (strcmp(key, "kernel") == 0)
        return kernel_memory(r);
    return UNKNOWN;
}
