/*
 * drill_compare.c - holds an answer against the verdict: points, the
 * evidence, why it was not what the student thought, and the score.
 */
#define _GNU_SOURCE
#include <string.h>

#include "report/text.h"
#include "tool/drill.h"

/* ---- the reason ------------------------------------------------------- */

/* How people call the files. */
static const struct {
    enum artifact_kind kind;
    const char *words[5];
} called[] = {
    {ARTIFACT_KERNEL_LOG, {"dmesg", "kernel", "oom killer", "oom-killer"}},
    {ARTIFACT_NMT, {"nmt", "native memory"}},
    {ARTIFACT_HPROF, {"dump", "hprof"}},
    {ARTIFACT_GC_LOG, {"gc log", "gc.log", "collection"}},
    {ARTIFACT_APP_LOG,
     {"stderr", "stdout", "outofmemoryerror", "stack trace", "exception"}},
    {ARTIFACT_CLASS_HISTOGRAM, {"histogram"}},
    {ARTIFACT_SMAPS, {"smaps", "mappings"}},
    {ARTIFACT_SMAPS_ROLLUP, {"smaps", "rollup"}},
    {ARTIFACT_PROC_STATUS, {"proc-status", "/proc", "vmrss"}},
    {ARTIFACT_CGROUP_STAT, {"memory.stat", "cgroup", "control group"}},
    {ARTIFACT_CGROUP_VALUES, {"cgroup", "control group", "pids."}},
    {ARTIFACT_NATIVE_TRIM, {"trim"}},
    {ARTIFACT_METASPACE, {"metaspace.txt"}},
    {ARTIFACT_VM_INFO, {"vm.info", "vm-info", "hs_err"}},
};

static const char *word_for(enum artifact_kind k, const char *reason)
{
    size_t i, w;

    for (i = 0; i < sizeof called / sizeof called[0]; i++)
        for (w = 0; called[i].kind == k && w < 5 && called[i].words[w]; w++)
            if (strcasestr(reason, called[i].words[w]))
                return called[i].words[w];
    return NULL;
}

/* The first of the evidence's files that the reason speaks of. */
static const char *basis_of(const struct drill_case *c, const char *reason)
{
    const struct claim *at;
    const struct input *in;

    VEC_EACH (&c->verdict.evidence, at)
        VEC_EACH (&c->incident.inputs, in) {
            const char *word;

            if (!at->origin.path || strcmp(at->origin.path, in->path) != 0)
                continue;
            word = word_for(in->kind, reason);
            if (word)
                return word;
        }
    return NULL;
}

unsigned drill_points(const struct drill_case *c, const struct answer *a,
                      const char **basis)
{
    const struct verdict *v = &c->verdict;
    bool side = a->side == v->side;
    const char *word = side ? basis_of(c, a->reason) : NULL;
    unsigned n = 0;

    if (side)
        n += POINTS_SIDE;
    if (side && a->kind_given && a->kind == v->kind)
        n += POINTS_KIND;
    if (word)
        n += POINTS_REASON;
    if (basis)
        *basis = word;
    return n > a->hints ? n - a->hints : 0;
}

/* ---- why not ---------------------------------------------------------- */

const char *drill_side_signs(enum side s)
{
    static const char *const signs[] = {
        [SIDE_UNDECIDED] = "Undecided would mean that no file tells one cause "
                           "from another; here the evidence above does.",
        [SIDE_ON_HEAP] = "On the heap would mean that objects in use fill it: "
                         "a live set near -Xmx or near the container's limit, "
                         "most often with \"Java heap space\".",
        [SIDE_OFF_HEAP] = "Off the heap would mean that resident memory is far "
                          "beyond the heap's, and that a part of NMT, or what "
                          "NMT does not see, grew.",
        [SIDE_SIZING] = "Sizing would mean that nothing leaks: the heap holds "
                        "little that is alive, but was allowed more than the "
                        "container has.",
        [SIDE_PROCESS_LIMIT] =
            "A process limit would mean \"unable to create native thread\" or "
            "failed mappings while memory was to be had.",
        [SIDE_OTHER_PROCESS] =
            "Another process would mean that the kernel's task table shows "
            "somebody larger in the same scope.",
        [SIDE_NONE] = "No memory problem would mean no kill, no "
                      "OutOfMemoryError and no growth.",
    };

    return signs[s];
}

static void paragraph(struct drill *d, const char *text)
{
    out_clean(&d->out, text);
    out_char(&d->out, '\n');
}

static void signs(struct drill *d, enum side s)
{
    const char *text = drill_side_signs(s);

    text_wrap(&d->out, text, strlen(text), 0, 0);
    out_char(&d->out, '\n');
}

/* The judge's own words where it had considered that kind, too. */
static void why_not(struct drill *d, const struct drill_case *c,
                    const struct answer *a)
{
    const struct alternative *alt;

    if (a->side != c->verdict.side)
        signs(d, a->side);
    VEC_EACH (&c->verdict.alternatives, alt) {
        if (!a->kind_given || alt->kind != a->kind || !alt->why_not)
            continue;
        out_printf(&d->out, "Why not %s: ", kind_name(a->kind));
        paragraph(d, alt->why_not);
    }
}

/* ---- the reveal ------------------------------------------------------- */

static void judgement(struct drill *d, const struct drill_case *c,
                      struct result *r)
{
    const struct answer *a = &r->answer;
    const struct verdict *v = &c->verdict;
    const char *basis;

    r->points = drill_points(c, a, &basis);
    out_printf(&d->out, "\nYou said %s, %s: ", side_name(a->side),
               a->kind_given ? kind_name(a->kind) : "kind unknown");
    if (a->side != v->side)
        out_printf(&d->out, "the side is %s.\n", side_name(v->side));
    else if (!a->kind_given || a->kind != v->kind)
        out_printf(&d->out, "the side is right, the kind is %s.\n",
                   kind_name(v->kind));
    else
        out_str(&d->out, "right.\n");
    if (*a->reason && a->side == v->side)
        out_printf(&d->out,
                   basis ? "Your reason names what the verdict rests on "
                           "(%s).\n"
                         : "Your reason names none of the files that the "
                           "verdict rests on.%s\n",
                   basis ? basis : "");
    why_not(d, c, a);
    out_printf(&d->out, "%u of %u points", r->points, POINTS_MOST);
    if (a->hints)
        out_printf(&d->out, ", %u for hints taken off", a->hints);
    out_str(&d->out, ".\n");
}

static void verdict_page(struct emitter *em, const struct report *r)
{
    report_head(em, r);
    report_wrong_dump(em, r);
    report_culprit(em, r);
    report_evidence(em, r);
    report_against(em, r);
    report_alternatives(em, r);
    report_actions(em, r);
}

bool drill_reveal(struct drill *d, const struct drill_case *c, struct result *r,
                  struct err *e)
{
    const char *transcript = drill_transcript(d, c->name, e);

    out_printf(&d->out, "\n---- what it was: %s\n\n", c->name);
    if (!drill_show(d, c, verdict_page, false, e))
        return false;
    judgement(d, c, r);
    if (transcript)
        out_printf(&d->out, "Read on: %s\n", transcript);
    return true;
}

/* ---- the score -------------------------------------------------------- */

/* What was skipped stays hidden: it can be played another time. */
static void row(struct drill *d, const struct result *r)
{
    if (r->played)
        out_printf(&d->out, "  %-20s %-14s %-14s %u of %u\n", r->name,
                   side_name(r->side), side_name(r->answer.side), r->points,
                   POINTS_MOST);
    else
        out_printf(&d->out, "  %-20s %-14s %-14s not answered\n", r->name, "-",
                   "-");
}

void drill_total(struct drill *d)
{
    unsigned points = 0, played = 0;
    const struct result *r;

    VEC_EACH (&d->results, r) {
        points += r->points;
        played += r->played;
    }
    if (!d->results.n)
        return;
    out_printf(&d->out, "\n---- score\n\n  %-20s %-14s %s\n", "Case", "It was",
               "You said");
    VEC_EACH (&d->results, r)
        row(d, r);
    out_printf(&d->out, "\n%u of %u points in %u case%s.\n", points,
               played * POINTS_MOST, played, played == 1 ? "" : "s");
}
