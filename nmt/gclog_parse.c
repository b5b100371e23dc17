/*
 * gclog_parse.c - what the lines of either format are made of: sizes and
 * their changes, causes in brackets, and the pauses that are kept, of which
 * a long log has more than anybody wants: the first and the last.
 */
#include "nmt/gclog_parse.h"

#include <string.h>

#include "nmt/text.h"

#define CAUSES_MAX 64

/* ---- figures ---------------------------------------------------------- */

bool gc_size_take(const char **p, uint64_t *ret)
{
    static const char units[] = "BKMGT";
    const char *s = *p, *u;
    double v;

    if (!text_seconds(&s, &v) || !*s || !(u = strchr(units, *s)))
        return false;
    for (; u > units; u--)
        v *= 1024;
    if (v >= 9e18)
        return false;
    s++;
    if (*s == 'B')
        s++;
    *p = s;
    *ret = (uint64_t)v;
    return true;
}

/* Back over "(10%)" or "(256.0M)", and the number before it. */
static const char *size_start(const char *from, const char *arrow)
{
    const char *s = arrow;

    if (s > from && s[-1] == ')') {
        while (s > from && *s != '(')
            s--;
    }
    while (s > from && (text_is_digit(s[-1]) ||
                        (s[-1] != '\0' && strchr("BKMGT.,", s[-1]))))
        s--;
    return s;
}

bool gc_change_find(const char *s, struct gc_change *ret)
{
    const char *arrow, *from = s;

    while ((arrow = strstr(s, "->"))) {
        const char *p = size_start(from, arrow), *q = arrow + 2;

        ret->from = p;
        ret->capacity = UNKNOWN;
        s = q;
        if (!gc_size_take(&p, &ret->before) || !gc_size_take(&q, &ret->after))
            continue;
        if (*q == '(') {
            q++;
            if (!gc_size_take(&q, &ret->capacity))
                ret->capacity = UNKNOWN;
        }
        ret->to = q;
        return true;
    }
    return false;
}

int64_t gc_time_of(const char *line)
{
    const char *s = text_skip_blanks(line);
    int64_t t;

    if (*s == '[')
        s++;
    return text_iso_time(&s, &t, NULL) ? t : INT64_MIN;
}

/* ---- causes ----------------------------------------------------------- */

static bool intern(struct gc_reader *r, const char *s, size_t n,
                   const char **ret, struct err *e)
{
    *ret = NULL;
    for (uint64_t i = 0; i < r->causes.n; i++)
        if (strncmp(r->causes.at[i], s, n) == 0 && !r->causes.at[i][n]) {
            *ret = r->causes.at[i];
            return true;
        }
    if (r->causes.n >= CAUSES_MAX)
        return true;
    *ret = arena_strndup(r->arena, s, n, e);
    if (!*ret || !vec_push(&r->causes, r->arena->mem, e))
        return false;
    *vec_last(&r->causes) = *ret;
    return true;
}

bool gc_cause_before(struct gc_reader *r, const char *from, const char *end,
                     const char **ret, struct err *e)
{
    const char *s, *close;
    int depth = 0;

    *ret = NULL;
    while (end > from && text_is_blank(end[-1]))
        end--;
    if (end == from || end[-1] != ')')
        return true;
    close = end - 1;
    for (s = close; s >= from; s--) {
        depth += (*s == ')') - (*s == '(');
        if (depth == 0)
            return intern(r, s + 1, (size_t)(close - s - 1), ret, e);
    }
    return true;
}

bool gc_cause_at(struct gc_reader *r, const char *s, const char **ret,
                 struct err *e)
{
    const char *p;
    int depth = 0;

    *ret = NULL;
    s = text_skip_blanks(s);
    if (*s != '(')
        return true;
    for (p = s; *p; p++) {
        depth += (*p == '(') - (*p == ')');
        if (depth == 0)
            return intern(r, s + 1, (size_t)(p - s - 1), ret, e);
    }
    return true;
}

/* ---- pauses ----------------------------------------------------------- */

void gc_pause_init(struct gc_reader *r, struct gc_pause *p)
{
    memset(p, 0, sizeof *p);
    p->uptime = -1;
    p->time = INT64_MIN;
    p->line = r->number;
    p->before = p->after = p->capacity = UNKNOWN;
}

void gc_peak_raise(uint64_t *peak, uint64_t v)
{
    if (known(v) && (!known(*peak) || v > *peak))
        *peak = v;
}

static void note_full(struct gc_log *g, uint64_t after)
{
    g->full_count++;
    g->last_full_after = after;
    if (!known(g->first_full_after))
        g->first_full_after = after;
}

bool gc_pause_add(struct gc_reader *r, const struct gc_pause *p, struct err *e)
{
    struct gc_log *g = r->log;

    g->count++;
    g->exit_line = 0; /* of a life before, in a log that was appended to */
    gc_peak_raise(&g->peak_before, p->before);
    gc_peak_raise(&g->peak_capacity, p->capacity);
    if (p->full)
        note_full(g, known(r->live) ? r->live : p->after);
    r->live = UNKNOWN;
    if (g->pauses.n == 2 * GC_LOG_KEPT) {
        g->pauses.at[GC_LOG_KEPT + r->next] = *p;
        r->next = (r->next + 1) % GC_LOG_KEPT;
        return true;
    }
    if (!vec_push(&g->pauses, r->arena->mem, e))
        return false;
    *vec_last(&g->pauses) = *p;
    return true;
}

static void reverse(struct gc_pause *p, uint64_t n)
{
    for (uint64_t i = 0; i < n / 2; i++) {
        struct gc_pause t = p[i];

        p[i] = p[n - 1 - i];
        p[n - 1 - i] = t;
    }
}

/* Rotation by three reversals. */
void gc_pauses_unroll(struct gc_reader *r)
{
    struct gc_pause *ring;

    if (r->log->pauses.n < 2 * GC_LOG_KEPT || r->next == 0)
        return;
    ring = r->log->pauses.at + GC_LOG_KEPT;
    reverse(ring, r->next);
    reverse(ring + r->next, GC_LOG_KEPT - r->next);
    reverse(ring, GC_LOG_KEPT);
}
