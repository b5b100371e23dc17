/* bench.c - facts made up for one test; see bench.h. */
#include "bench.h"

#include <check.h>
#include <string.h>

static const char path[] = "made-up.txt";

void bench_init(struct bench *b)
{
    memset(b, 0, sizeof *b);
    mem_init(&b->mem, 0);
    incident_init(&b->incident, &b->mem);
    thresholds_init(&b->thresholds);
    facts_init(&b->facts, &b->incident, &b->thresholds, &b->mem);
    arena_init(&b->arena, &b->mem);
    b->pen.arena = &b->arena;
    b->pen.err = &b->err;
    b->input.path = path;
    b->input.name = path;
    b->heap.oome_thread = NODE_NONE;
    for (unsigned i = 0; i < 3; i++)
        moment_init(&b->moments[i], i == 0 ? "first" : i == 1 ? "mid" : "last");
}

static void heap_free(struct heap *h, struct mem *m)
{
    vec_free(&h->suspects, m);
    vec_free(&h->threads, m);
    vec_free(&h->histogram, m);
    vec_free(&h->natives.peers, m);
}

/* What the inputs point to is the test's. */
void bench_deinit(struct bench *b)
{
    struct input *in;

    VEC_EACH (&b->incident.inputs, in)
        in->any = NULL;
    heap_free(&b->heap, &b->mem);
    vec_free(&b->histogram.rows, &b->mem);
    vec_free(&b->facts.moments, &b->mem);
    vec_free(&b->facts.oomes, &b->mem);
    vec_free(&b->report.tasks, &b->mem);
    for (unsigned i = 0; i < 2; i++)
        vec_free(&b->nmt[i].categories, &b->mem);
    arena_deinit(&b->arena);
    incident_deinit(&b->incident);
}

struct figure says(struct bench *b, enum line line, uint64_t value)
{
    struct figure f = figure_of(&b->input, value, 1);

    f.line = line;
    return f;
}

void given_kill(struct bench *b, uint64_t anon, uint64_t shmem, uint64_t limit)
{
    struct facts *f = &b->facts;

    b->kill.pid = 4242;
    b->kill.name = "java";
    b->kill.anon = anon;
    b->kill.file = 20 * MIB;
    b->kill.shmem = shmem;
    b->report.memcg = true;
    b->report.usage = b->report.limit = limit;
    f->kill.kill = &b->kill;
    f->kill.report = &b->report;
    f->kill.input = &b->input;
    f->pid = says(b, LINE_NMT, 4242);
    f->rss = says(b, LINE_KERNEL, anon + shmem + 20 * MIB);
    f->anon = says(b, LINE_KERNEL, anon);
    f->file = says(b, LINE_KERNEL, 20 * MIB);
    f->shmem = says(b, LINE_KERNEL, shmem);
    f->limit = says(b, LINE_KERNEL, limit);
    f->group_usage = says(b, LINE_KERNEL, limit);
    f->group_anon = says(b, LINE_KERNEL, anon);
    f->group_shmem = says(b, LINE_KERNEL, shmem);
    f->group_kernel = says(b, LINE_KERNEL, 2 * MIB);
}

void given_task(struct bench *b, unsigned n, uint64_t pid, const char *name,
                uint64_t anon)
{
    struct oom_task *t = &b->tasks[n];
    uint64_t others = known_or(b->facts.others.value, 0) + anon;

    memset(t, 0, sizeof *t);
    t->pid = pid;
    t->name = name;
    t->anon = anon;
    t->rss = anon;
    t->line = 3;
    if (!b->facts.hog || anon > b->facts.hog->anon)
        b->facts.hog = t;
    b->facts.others = says(b, LINE_KERNEL, others);
    b->facts.group_anon.value += anon;
}

void given_oome(struct bench *b, enum oome_kind kind, const char *message)
{
    b->oome.kind = kind;
    b->oome.message = message;
    b->oome.count = 1;
    b->oome.requested = b->oome.used = b->oome.limit = UNKNOWN;
    b->known_oome.kind = kind;
    b->known_oome.oome = &b->oome;
    b->known_oome.at = says(b, LINE_LOG, 1);
    b->facts.oome = &b->known_oome;
}

void given_heap(struct bench *b, uint64_t xmx, uint64_t live)
{
    b->facts.xmx = says(b, LINE_JCMD, xmx);
    b->facts.live = says(b, LINE_GC, live);
}

void given_part(struct bench *b, enum part_kind kind, const char *name,
                enum verdict_kind verdict, uint64_t first, uint64_t last)
{
    struct parts *p = &b->facts.parts;
    struct part *part = &p->at[p->n++];

    part->kind = kind;
    part->name = name;
    part->verdict = verdict;
    part->first = first;
    part->last = part->end = last;
    part->growth = last - first;
    part->ordinary = 64 * MIB;
    part->figure = says(b, kind == PART_UNTRACKED ? LINE_PROC : LINE_NMT, last);
    p->growth += part->growth;
    p->private_end = b->facts.anon.value;
    p->first = &b->moments[0];
    p->last = &b->moments[2];
    b->facts.first = &b->moments[0];
    b->facts.last = &b->moments[2];
}

void given_warning(struct bench *b, enum warning_kind kind, const char *text)
{
    b->warning.kind = kind;
    b->warning.text = text;
    b->warning.count = 1;
    b->warning.bytes = UNKNOWN;
    b->facts.warnings[kind].warning = &b->warning;
    b->facts.warnings[kind].input = &b->input;
}

void given_hs_err(struct bench *b, enum vm_death death)
{
    struct vm_info *v = &b->hs_err;

    memset(v, 0xff, sizeof *v);
    v->death = death;
    v->failure = (struct vm_failure){.bytes = UNKNOWN, .line = 3};
    v->current_thread = v->headline = NULL;
    v->uptime = 1000;
    v->glibc_wrapped = v->has_nmt = false;
    b->facts.hs_err = v;
    b->facts.hs_err_input = &b->input;
    b->input.kind = ARTIFACT_VM_INFO;
}

struct input *given_input(struct bench *b, enum artifact_kind kind)
{
    struct input *in;

    ck_assert(vec_push(&b->incident.inputs, &b->mem, &b->err));
    in = vec_last(&b->incident.inputs);
    in->path = in->name = path;
    in->kind = kind;
    return in;
}

unsigned first_rule(struct bench *b)
{
    unsigned i = 0;

    while (i < n_rules && !rules[i].find(&b->facts, &b->pen, &b->found))
        i++;
    return i;
}

enum verdict_kind first_found(struct bench *b)
{
    return first_rule(b) < n_rules ? b->found.kind : KINDS;
}
