/*
 * nmt.c - the frame of an NMT report: where it begins, its Total, its
 * categories' heads, where the next one begins. What stands below a head is
 * nmt_category.c's, maps and call sites are nmt_detail.c's.
 */
#include "nmt/nmt.h"

#include <string.h>

#include "base/lines.h"
#include "nmt/nmt_parse.h"
#include "nmt/text.h"

/* Names compared when interning; more only repeat in the arena. */
#define INTERN_MAX 256
/* No category has a longer name; what is longer is other text. */
#define NAME_MAX_LEN   48
#define PID_LINE_REACH 6 /* lines from "1234:" to the report's first */

/* ---- the report ------------------------------------------------------- */

static void category_init(struct nmt_category *c)
{
    memset(c, 0, sizeof *c);
    c->reserved = c->committed = UNKNOWN;
    c->malloc = c->mmap_reserved = c->mmap_committed = UNKNOWN;
    c->arena = c->overhead = c->malloc_peak = c->mmap_peak = UNKNOWN;
    c->malloc_count = c->count = UNKNOWN;
    c->reserved_delta = c->committed_delta = UNKNOWN_DELTA;
    c->malloc_delta = c->arena_delta = UNKNOWN_DELTA;
    c->malloc_count_delta = c->count_delta = UNKNOWN_DELTA;
}

static void report_init(struct nmt_report *r)
{
    static const struct nmt_space none = {UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN};

    memset(r, 0, sizeof *r);
    r->enabled = true;
    r->pid = UNKNOWN;
    r->metadata = r->class_space = none;
    category_init(&r->total);
    r->total.name = "Total";
}

void nmt_report_deinit(struct nmt_report *r, struct mem *m)
{
    vec_free(&r->categories, m);
    vec_free(&r->regions, m);
    vec_free(&r->sites, m);
}

void nmt_reports_deinit(struct nmt_reports *r, struct mem *m)
{
    struct nmt_report *one;

    VEC_EACH (&r->at, one)
        nmt_report_deinit(one, m);
    vec_free(&r->at, m);
}

bool nmt_report_started(const struct nmt_report *r)
{
    return r->has_total || r->categories.n || r->regions.n || r->sites.n ||
           r->baseline_only || !r->enabled || r->message;
}

static const struct nmt_category *find_exact(const struct nmt_report *r,
                                             const char *name)
{
    const struct nmt_category *c;

    VEC_EACH (&r->categories, c)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

const struct nmt_category *nmt_find(const struct nmt_report *r,
                                    const char *name)
{
    static const char *const same[][2] = {
        {"Symbol", "Symbols"},
        {"Synchronization", "Synchronizer"},
        {"Native Memory Tracking", "Memory Tracking"},
        {"Arena Chunk", "Pooled Free Chunks"},
    };
    const struct nmt_category *c = find_exact(r, name);

    for (size_t i = 0; !c && i < sizeof same / sizeof *same; i++)
        for (int k = 0; k < 2; k++)
            if (strcmp(name, same[i][k]) == 0)
                c = find_exact(r, same[i][!k]);
    return c;
}

/* ---- lines of the frame ----------------------------------------------- */

const char *nmt_intern(struct nmt_parser *p, const char *s, size_t n,
                       struct err *e)
{
    const char *copy;

    for (uint64_t i = 0; i < p->names.n; i++)
        if (strncmp(p->names.at[i], s, n) == 0 && !p->names.at[i][n])
            return p->names.at[i];
    copy = arena_strndup(p->arena, s, n, e);
    if (!copy || p->names.n >= INTERN_MAX)
        return copy;
    if (!vec_push(&p->names, p->arena->mem, e))
        return NULL;
    *vec_last(&p->names) = copy;
    return copy;
}

/* Reads "reserved=A +a, committed=B +b" into `c`. */
static bool take_head(struct nmt_category *c, const char *s, uint64_t *unit)
{
    struct nmt_amount r = nmt_amount_after(s, "reserved=");
    struct nmt_amount k = nmt_amount_after(s, "committed=");

    if (!known(r.value) || !known(k.value))
        return false;
    c->reserved = r.value;
    c->committed = k.value;
    c->reserved_delta = r.delta;
    c->committed_delta = k.delta;
    *unit = r.unit;
    return true;
}

static void note_line(struct nmt_parser *p, uint64_t unit)
{
    struct nmt_report *r = p->report;

    if (!r->line)
        r->line = p->number;
    if (!r->scale)
        r->scale = unit;
    if (p->pid_line && p->number - p->pid_line <= PID_LINE_REACH)
        r->pid = p->pid;
    p->pid_line = 0;
}

static bool total_line(struct nmt_parser *p, const char *line)
{
    const char *s = text_after(line, "Total:");
    struct nmt_category c;
    uint64_t unit;

    if (!s || !text_starts(text_skip_blanks(s), "reserved="))
        return false;
    category_init(&c);
    if (!take_head(&c, s, &unit))
        return false;
    if (nmt_report_started(p->report)) {
        p->next_begins = true;
        return true;
    }
    c.name = "Total";
    c.line = p->number;
    p->report->total = c;
    p->report->has_total = true;
    note_line(p, unit);
    return true;
}

/* The name in front of "(reserved=": behind the last "- ", and behind any
 * log prefix, from which it is set off by the column's padding. */
static size_t head_name(const char *line, const char *paren, const char **ret)
{
    const char *start = line, *end = paren, *q;

    while (end > line && text_is_blank(end[-1]))
        end--;
    for (q = line; q + 1 < end; q++)
        if ((q[0] == '-' && text_is_blank(q[1])) || q[1] == '\t' ||
            (q[0] == ' ' && q[1] == ' '))
            start = q + 2;
    start = text_skip_blanks(start);
    if (start < end && *start == '-')
        start = text_skip_blanks(start + 1);
    *ret = start;
    return start < end ? (size_t)(end - start) : 0;
}

static bool head_line(struct nmt_parser *p, const char *line, bool *ret,
                      struct err *e)
{
    const char *paren = strstr(line, "(reserved="), *name;
    struct nmt_category c;
    uint64_t unit;
    size_t n;

    *ret = false;
    if (!paren)
        return true;
    n = head_name(line, paren, &name);
    category_init(&c);
    if (!n || n > NAME_MAX_LEN || !take_head(&c, paren, &unit))
        return true;
    *ret = true;
    c.name = nmt_intern(p, name, n, e);
    c.line = p->number;
    if (!c.name || !vec_push(&p->report->categories, p->arena->mem, e))
        return false;
    *vec_last(&p->report->categories) = c;
    p->space = NULL;
    note_line(p, unit);
    return true;
}

/* What jcmd prints instead of figures. */
static bool message_line(struct nmt_parser *p, const char *line, bool *ret,
                         struct err *e)
{
    static const char *const messages[] = {
        "ative memory tracking is not enabled",
        "Baseline taken",
        "Baseline succeeded",
        "Detail tracking is not enabled",
        "No baseline for comparison",
        "No detail baseline for comparison",
        "ative memory tracking has been shutdown",
        "ative memory tracking is not baselined",
    };
    struct nmt_report *r = p->report;
    size_t i, n = sizeof messages / sizeof *messages;

    for (i = 0; i < n && !strstr(line, messages[i]); i++)
        ;
    *ret = i < n;
    if (i == n)
        return true;
    if (nmt_report_started(r)) {
        p->next_begins = r->has_total || r->categories.n;
        return true;
    }
    r->enabled = i != 0 && i != 6;
    r->baseline_only = i == 1 || i == 2;
    line = text_skip_blanks(line);
    r->message = arena_strdup(p->arena, line, e);
    note_line(p, 0);
    return r->message != NULL;
}

/* "12345:" alone on its line, maybe behind a log's prefix. */
static void pid_line(struct nmt_parser *p, const char *line)
{
    size_t n = strlen(line), from;
    const char *s;

    while (n && text_is_blank(line[n - 1]))
        n--;
    if (n < 2 || line[n - 1] != ':')
        return;
    for (from = n - 1; from && text_is_digit(line[from - 1]); from--)
        ;
    s = line + from;
    if ((from && !text_is_blank(line[from - 1])) || !text_uint(&s, &p->pid))
        return;
    p->pid_line = p->number;
}

/* ---- the parser ------------------------------------------------------- */

void nmt_parser_init(struct nmt_parser *p, struct nmt_report *ret,
                     struct arena *a)
{
    memset(p, 0, sizeof *p);
    p->arena = a;
    p->report = ret;
    report_init(ret);
}

static bool begins_report(const char *line)
{
    const char *s = text_after(line, "Native Memory Tracking:");

    return s && !*text_skip_blanks(s);
}

static struct nmt_category *open_category(struct nmt_report *r)
{
    if (r->categories.n)
        return vec_last(&r->categories);
    return r->has_total ? &r->total : NULL;
}

bool nmt_parser_feed(struct nmt_parser *p, const char *line, uint64_t number,
                     struct err *e)
{
    struct nmt_category *c;
    bool done;

    p->number = number;
    p->next_begins = false;
    if (begins_report(line)) {
        p->next_begins = nmt_report_started(p->report);
        return true;
    }
    if (total_line(p, line))
        return true;
    if (!message_line(p, line, &done, e) ||
        (!done && !nmt_detail_line(p, line, &done, e)) ||
        (!done && !head_line(p, line, &done, e)))
        return false;
    if (done)
        return true;
    if (strstr(line, "(Omitting categories"))
        p->report->omitted = true;
    pid_line(p, line);
    c = open_category(p->report);
    if (c && !p->in_detail)
        nmt_category_line(p, c, line);
    return true;
}

/* In a diff a figure without change is printed without one. */
static void settle(uint64_t value, int64_t *delta, bool diff)
{
    if (!diff)
        *delta = UNKNOWN_DELTA;
    else if (known(value) && !known_delta(*delta))
        *delta = 0;
}

static bool category_has_delta(const struct nmt_category *c)
{
    return known_delta(c->reserved_delta) || known_delta(c->committed_delta) ||
           known_delta(c->malloc_delta) || known_delta(c->arena_delta) ||
           known_delta(c->count_delta) || known_delta(c->malloc_count_delta);
}

static void settle_category(struct nmt_category *c, bool diff)
{
    settle(c->reserved, &c->reserved_delta, diff);
    settle(c->committed, &c->committed_delta, diff);
    settle(c->malloc, &c->malloc_delta, diff);
    settle(c->arena, &c->arena_delta, diff);
    settle(c->count, &c->count_delta, diff);
    settle(c->malloc_count, &c->malloc_count_delta, diff);
}

void nmt_parser_finish(struct nmt_parser *p)
{
    struct nmt_report *r = p->report;
    struct nmt_category *c;
    struct nmt_site *site;

    r->diff |= category_has_delta(&r->total);
    VEC_EACH (&r->categories, c)
        r->diff |= category_has_delta(c);
    settle_category(&r->total, r->diff);
    VEC_EACH (&r->categories, c)
        settle_category(c, r->diff);
    VEC_EACH (&r->sites, site)
        settle(site->bytes, &site->delta, r->diff);
    if (!r->scale)
        r->scale = 1;
    vec_free(&p->names, p->arena->mem);
}

/* ---- files ------------------------------------------------------------ */

static bool begin(struct nmt_parser *p, struct arena *a,
                  struct nmt_reports *ret, struct err *e)
{
    uint64_t pid = p->pid, pid_line = p->pid_line;

    if (!vec_push(&ret->at, a->mem, e))
        return false;
    nmt_parser_init(p, vec_last(&ret->at), a);
    p->pid = pid;
    p->pid_line = pid_line;
    return true;
}

/* A line of figures of which the end may stand below, because it was too wide
 * for somebody's terminal or mail. */
struct cut_line {
    char text[512]; /* "": none */
    uint64_t number;
};

static bool is_cut(const char *line)
{
    const char *s = text_skip_blanks(line);
    int open = 0;

    if (*s != '-' && *s != '(')
        return false;
    for (; *s; s++)
        open += *s == '(' ? 1 : *s == ')' ? -1 : 0;
    return open > 0;
}

/* Whether a blank was lost where the line was cut, rather than nothing. */
static bool lost_a_blank(const char *line, const char *rest)
{
    static const char *const words[] = {
        "type=", "tag=", "Type=", "Tag=", "committed=", "at peak"};

    if (text_is_blank(line[strlen(line) - 1]))
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_starts(rest, words[i]))
            return true;
    return text_ends(line, ",") || text_ends(line, ":") ||
           strchr("+-#(", *rest);
}

/* Makes `cut` whole by `rest`; false: that is none of its. */
static bool mend(struct cut_line *cut, const char *rest)
{
    size_t n = strlen(cut->text), m;

    rest = text_skip_blanks(rest);
    m = strlen(rest);
    if (!strchr(rest, ')') || n + m + 2 > sizeof cut->text ||
        (*rest == '-' && !text_is_digit(rest[1]))) /* the next category */
        return false;
    if (lost_a_blank(cut->text, rest))
        cut->text[n++] = ' ';
    memcpy(cut->text + n, rest, m + 1);
    return true;
}

static bool feed(struct nmt_parser *p, const char *line, uint64_t number,
                 struct arena *a, struct nmt_reports *ret, struct err *e)
{
    if (!nmt_parser_feed(p, line, number, e))
        return false;
    if (!p->next_begins)
        return true;
    nmt_parser_finish(p);
    return begin(p, a, ret, e) && nmt_parser_feed(p, line, number, e);
}

static bool read_lines(struct lines *l, struct nmt_parser *p, struct arena *a,
                       struct nmt_reports *ret, struct err *e)
{
    struct cut_line cut = {.text = ""};
    char *line;

    while ((line = lines_next(l, NULL))) {
        bool mended = *cut.text && mend(&cut, line);

        if (*cut.text && !feed(p, cut.text, cut.number, a, ret, e))
            return false;
        *cut.text = '\0';
        if (mended)
            continue;
        if (is_cut(line) && strlen(line) < sizeof cut.text) {
            strcpy(cut.text, line);
            cut.number = l->number;
        } else if (!feed(p, line, l->number, a, ret, e)) {
            return false;
        }
    }
    return !*cut.text || feed(p, cut.text, cut.number, a, ret, e);
}

bool nmt_read(struct source *s, struct arena *a, struct nmt_reports *ret,
              struct err *e)
{
    struct nmt_parser p = {0};
    struct lines l;
    bool ok;

    memset(ret, 0, sizeof *ret);
    if (!lines_init(&l, s, a->mem, e))
        return false;
    ok = begin(&p, a, ret, e) && read_lines(&l, &p, a, ret, e);
    if (p.report)
        nmt_parser_finish(&p);
    if (ok && !nmt_report_started(&ret->at.at[0]))
        ok = err_at_line(e, ERR_FORMAT, l.number,
                         "no native memory tracking report in it");
    lines_deinit(&l);
    if (!ok)
        nmt_reports_deinit(ret, a->mem);
    return ok;
}
