/*
 * verdict.c - the judge's work in order: facts, findings by precedence,
 * then everything that stands beside a verdict.
 */
#include "verdict.h"

#include <string.h>

#include "rules.h"
#include "verdict_parts.h"

#define FINDINGS_MAX 24

/* Runs every rule; the first that finds something is the verdict. */
static unsigned find_all(const struct facts *f, struct pen *p,
                         struct finding *found)
{
    unsigned n = 0;

    for (unsigned i = 0; i < n_rules && n < FINDINGS_MAX; i++)
        if (rules[i].find(f, p, &found[n]))
            n++;
    return n;
}

static int by_weight(const void *a, const void *b)
{
    const struct claim *x = a, *y = b;

    if (x->weight != y->weight)
        return x->weight < y->weight ? 1 : -1;
    return 0;
}

/* Strongest first; claims of one weight stay in the order of argument. */
static void sort_claims(struct claim *c, unsigned n)
{
    for (unsigned i = 1; i < n; i++) {
        struct claim key = c[i];
        unsigned k = i;

        for (; k > 0 && by_weight(&c[k - 1], &key) > 0; k--)
            c[k] = c[k - 1];
        c[k] = key;
    }
}

static bool take_finding(struct finding *found, struct mem *m,
                         struct verdict *v, struct err *e)
{
    v->kind = found->kind;
    v->side = kind_side(found->kind);
    v->confidence =
        v->side == SIDE_UNDECIDED ? CONFIDENCE_LOW : finding_confidence(found);
    v->title = found->title;
    v->summary = found->summary;
    v->culprit = found->culprit;
    sort_claims(found->evidence, found->n_evidence);
    sort_claims(found->against, found->n_against);
    for (unsigned i = 0; i < found->n_evidence; i++) {
        if (!vec_push(&v->evidence, m, e))
            return false;
        *vec_last(&v->evidence) = found->evidence[i];
    }
    for (unsigned i = 0; i < found->n_against; i++) {
        if (!vec_push(&v->against, m, e))
            return false;
        *vec_last(&v->against) = found->against[i];
    }
    return true;
}

static void take_process(const struct facts *f, struct verdict *v)
{
    const struct moment *last = f->last;
    struct process_facts *r = &v->process;

    r->pid = f->kill.kill ? f->kill.kill->pid : f->pid.value;
    r->xmx = f->xmx.value;
    r->limit = f->limit.value;
    r->rss = facts_end_rss(f);
    r->anon = known(f->rss.value) || !last ? f->anon.value : last->anon.value;
    r->file = known(f->rss.value) || !last ? f->file.value : last->file.value;
    r->shmem =
        known(f->rss.value) || !last ? f->shmem.value : last->shmem.value;
    r->jvm = f->jvm;
}

static bool fill(const struct facts *f, struct finding *found, struct pen *p,
                 struct mem *m, struct verdict *v)
{
    unsigned n = find_all(f, p, found);

    if (!take_finding(&found[0], m, v, p->err))
        return false;
    /* Two lines of evidence may be of two processes. */
    if (f->stranger && v->confidence > CONFIDENCE_LOW)
        v->confidence--;
    /* Nor is it known which of them the question is about. */
    if (f->incident->succeeded)
        v->confidence = CONFIDENCE_LOW;
    take_process(f, v);
    notes_list(f, p, v);
    wrong_dump_find(f, v->kind, p, &v->wrong_dump);
    return balance_draw(f, p, &v->balance) &&
           alternatives_list(f, found, n, p, v) && missing_list(f, p, v) &&
           actions_list(f, p, v) && !err_is_set(p->err);
}

bool judge(const struct incident *i, const struct thresholds *t, struct mem *m,
           struct verdict *ret, struct err *e)
{
    struct facts f;
    struct finding *found;
    struct pen p = {.arena = &ret->arena, .err = e};
    bool ok;

    memset(ret, 0, sizeof *ret);
    arena_init(&ret->arena, m);
    if (!facts_collect(i, t, m, &f, e)) {
        verdict_deinit(ret, m);
        return false;
    }
    found = mem_alloc(m, FINDINGS_MAX, sizeof *found, e);
    ok = found && fill(&f, found, &p, m, ret);
    mem_free(m, found);
    facts_deinit(&f);
    if (!ok)
        verdict_deinit(ret, m);
    return ok;
}

const char *verdict_title(const struct verdict *v)
{
    return v->title ? v->title : kind_title(v->kind);
}

void verdict_deinit(struct verdict *v, struct mem *m)
{
    vec_free(&v->evidence, m);
    vec_free(&v->against, m);
    vec_free(&v->alternatives, m);
    vec_free(&v->missing, m);
    vec_free(&v->actions, m);
    vec_free(&v->balance.rows, m);
    arena_deinit(&v->arena);
}
