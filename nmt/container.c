/*
 * container.c - goes through YAML, JSON or kubectl's own layout by their
 * keys alone: "limits" and below it "memory", or Docker's "Memory"; and
 * through the table of docker stats.
 */
#include "nmt/container.h"

#include <string.h>

#include "base/lines.h"
#include "nmt/text.h"
#include "nmt/vminfo_parse.h"

struct reader {
    struct container *container;
    bool within;     /* what "limits" holds is being read */
    size_t indent;   /* of that key */
    uint64_t places; /* containers that may have a limit */
    uint64_t limits; /* and those that have one */
    bool differ;
    bool stats;  /* rows of docker stats follow */
    char id[16]; /* of the container in the first of them, or its name */
    bool several;
};

/* ---- quantities ------------------------------------------------------- */

/* What Kubernetes writes behind a number: decimal, or binary with an 'i'. */
static double unit_of(const char **p)
{
    static const char letters[] = "kMGTP";
    const char *letter = **p ? strchr(letters, **p) : NULL;
    double unit = 1;

    if (**p == 'K')
        letter = letters;
    if (!letter)
        return 1;
    (*p)++;
    for (const char *l = letters; l <= letter; l++)
        unit *= **p == 'i' ? 1024 : 1000;
    *p += **p == 'i';
    return unit;
}

/* "512Mi", "1.5G", "536870912"; false: anything else. */
static bool take_quantity(const char *s, uint64_t *ret)
{
    double v;

    s += strspn(s, " \t\"'");
    if (!text_seconds(&s, &v))
        return false;
    v *= unit_of(&s);
    text_take(&s, "B"); /* of Docker */
    if (text_is_alnum(*s) || v < 1 || v > (double)((uint64_t)1 << 60))
        return false;
    *ret = (uint64_t)v;
    return true;
}

/* ---- keys ------------------------------------------------------------- */

static void take_limit(struct reader *r, const char *value, uint64_t line)
{
    struct container *c = r->container;
    uint64_t v;

    if (!take_quantity(value, &v))
        return;
    r->limits++;
    r->differ = r->differ || (known(c->limit) && c->limit != v);
    c->limit = v;
    c->line = line;
}

/* `value` is what follows the ':' of the key; `json`: so is this line. */
static void take_key(struct reader *r, const char *key, size_t n,
                     const char *value, bool json, uint64_t line)
{
    bool docker = json && text_is(key, n, "Memory");

    value = text_skip_blanks(value);
    r->places += docker || text_is(key, n, "resources") ||
                 (!json && text_is(key, n, "Image"));
    if (docker || (r->within && text_is(key, n, "memory")))
        take_limit(r, value, line);
    else if (!*value || *value == '{')
        r->within = text_is(key, n, "limits") || text_is(key, n, "Limits");
}

static void json_line(struct reader *r, const char *s, uint64_t line)
{
    const char *end;

    for (; *s; s++) {
        if (*s == '}')
            r->within = false;
        if (*s != '"')
            continue;
        s++;
        end = s + strcspn(s, "\"");
        if (!*end)
            return;
        if (*text_skip_blanks(end + 1) == ':')
            take_key(r, s, (size_t)(end - s), text_skip_blanks(end + 1) + 1,
                     true, line);
        s = end;
    }
}

static void text_line(struct reader *r, const char *text, uint64_t line)
{
    const char *s = text + strspn(text, " \t-"), *value = strchr(s, ':');
    size_t indent = (size_t)(s - text);
    bool was = r->within;

    if (was && indent <= r->indent)
        r->within = false;
    if (!value)
        return;
    take_key(r, s, (size_t)(value - s), value + 1, false, line);
    if (r->within && !was)
        r->indent = indent;
}

/* ---- docker stats ------------------------------------------------------- */

static bool is_stats_header(const char *text)
{
    return strstr(text, "MEM USAGE / LIMIT") != NULL;
}

/* Rows of more than one container are nobody's. */
static void take_usage(struct reader *r, const char *row, const char *usage,
                       uint64_t line)
{
    size_t n = strcspn(row, " \t");
    uint64_t v;

    if (n >= sizeof r->id)
        n = sizeof r->id - 1;
    if (!*r->id)
        memcpy(r->id, row, n);
    r->several = r->several || strncmp(r->id, row, n) != 0 || r->id[n];
    if (!take_quantity(usage, &v) ||
        (known(r->container->usage) && r->container->usage >= v))
        return;
    r->container->usage = v;
    r->container->usage_line = line;
}

/* "498.2MiB / 512MiB": the first such pair of a row, behind its name. */
static void stats_line(struct reader *r, const char *text, uint64_t line)
{
    r->stats = r->stats || is_stats_header(text);
    for (const char *s = text; r->stats && (s = strstr(s, " / ")); s++) {
        const char *usage = s;

        while (usage > text && !text_is_blank(usage[-1]))
            usage--;
        if (text_is_digit(*usage) && text_is_digit(s[3])) {
            take_limit(r, s + 3, line);
            take_usage(r, text, usage, line);
            return;
        }
    }
}

/* ---- options ---------------------------------------------------------- */

static void join(uint64_t *to, uint64_t v, bool *differ)
{
    if (!known(v))
        return;
    *differ = *differ || (known(*to) && *to != v);
    *to = v;
}

/* The options of one line beside those of the others. */
static void take_options(struct container *c, const char *text, uint64_t line,
                         bool *differ)
{
    struct vm_flags f;

    if (!strstr(text, "-Xm") && !strstr(text, "-XX:"))
        return;
    vm_flags_init(&f);
    vm_flags_add(&f, text);
    join(&c->flags.xmx, f.xmx, differ);
    join(&c->flags.xms, f.xms, differ);
    join(&c->flags.max_direct, f.max_direct, differ);
    join(&c->flags.max_metaspace, f.max_metaspace, differ);
    c->flags.pretouch = c->flags.pretouch || f.pretouch;
    if (!c->flags.gc)
        c->flags.gc = f.gc;
    if (!c->flags.line)
        c->flags.line = line;
}

/* ---- the file --------------------------------------------------------- */

bool container_is_line(const char *text)
{
    return text_starts(text, "Container ID:") ||
           text_starts(text, "containerStatuses:") ||
           text_starts(text, "- containerID:") ||
           strstr(text, "\"containerStatuses\":") ||
           strstr(text, "\"HostConfig\":") || is_stats_header(text) ||
           unit_is_line(text);
}

static void take_unit(struct container *c)
{
    if (!known(unit_value(&c->unit.limit)))
        return;
    c->limit = c->unit.limit.value;
    c->line = c->unit.limit.line;
}

bool container_read(struct source *s, struct arena *a, struct container *ret,
                    struct err *e)
{
    struct reader r = {.container = ret};
    bool differ = false;
    struct lines l;
    char *line;

    *ret = (struct container){.limit = UNKNOWN, .usage = UNKNOWN};
    vm_flags_init(&ret->flags);
    unit_init(&ret->unit);
    if (!lines_init(&l, s, a->mem, e))
        return false;
    while ((line = lines_next(&l, NULL))) {
        const char *text = text_skip_blanks(line);

        text_trim_end(line);
        take_options(ret, text, l.number, &differ);
        unit_line(&ret->unit, text, l.number);
        stats_line(&r, text, l.number);
        if (*text && strchr("{}[]\"", *text))
            json_line(&r, text, l.number);
        else if (*text)
            text_line(&r, line, l.number);
    }
    lines_deinit(&l);
    if (r.differ || r.places > r.limits)
        ret->limit = UNKNOWN;
    if (r.several)
        ret->usage = UNKNOWN;
    take_unit(ret);
    if (differ)
        vm_flags_init(&ret->flags);
    return true;
}
