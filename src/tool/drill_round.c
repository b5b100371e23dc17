/*
 * drill_round.c - the dialogue about one case: look, take a hint, commit.
 */
#include <string.h>

#include "base/path.h"
#include "base/size.h"
#include "report/text.h"
#include "tool/drill.h"

static const struct view {
    const char *word;
    report_part *part;
    const char *help;
} views[] = {
    {"files", report_inputs, "what was captured, and when"},
    {"process", report_process, "pid, resident memory, limit, -Xmx"},
    {"kills", report_kills, "whom the kernel killed"},
    {"errors", report_oome, "OutOfMemoryErrors in the logs"},
    {"nmt", report_nmt, "native memory as the JVM counts it, and growth"},
    {"heap", report_heap, "the heap dump: totals, what is large, buffers"},
    {"threads", report_threads, "the heap dump's threads"},
    {"balance", report_balance, "what the resident memory was made of"},
};

#define VIEWS (sizeof views / sizeof views[0])

static void help(struct drill *d)
{
    size_t i;

    out_str(&d->out, "\nLook at:\n");
    for (i = 0; i < VIEWS; i++)
        out_printf(&d->out, "  %-10s %s\n", views[i].word, views[i].help);
    out_str(&d->out, "  read FILE  a captured text as it is: read dmesg.txt\n");
    out_str(&d->out, "Then:\n"
                     "  answer     commit to a verdict; then it is revealed\n"
                     "  hint       costs a point\n"
                     "  skip       the next case\n"
                     "  quit       the score\n");
}

/* ---- views ------------------------------------------------------------ */

static bool has_kills(const struct incident *i)
{
    const struct input *in;

    VEC_EACH (&i->inputs, in)
        if (in->kind == ARTIFACT_KERNEL_LOG && in->kernel &&
            in->kernel->kills.n)
            return true;
    return false;
}

static bool has_errors(const struct incident *i)
{
    const struct input *in;

    VEC_EACH (&i->inputs, in)
        if (in->kind == ARTIFACT_APP_LOG && in->log && in->log->oomes.n)
            return true;
    return false;
}

/* A part that has nothing to say would leave an empty page. */
static const char *nothing_there(const struct drill_case *c, report_part *part)
{
    if ((part == report_heap || part == report_threads) && !c->incident.heap)
        return "There is no heap dump.";
    if (part == report_kills && !has_kills(&c->incident))
        return "No kernel log tells of a kill.";
    if (part == report_oome && !has_errors(&c->incident))
        return "No log tells of an OutOfMemoryError.";
    if (part == report_balance && !c->verdict.balance.present)
        return "Too little was captured for a balance sheet.";
    return NULL;
}

static bool show(struct drill *d, const struct drill_case *c, report_part *part,
                 struct err *e)
{
    const char *nothing = nothing_there(c, part);

    out_char(&d->out, '\n');
    if (!nothing)
        return drill_show(d, c, part, true, e);
    out_printf(&d->out, "%s\n", nothing);
    return true;
}

/* What whoever is on call would know at once. */
static bool symptom(struct drill *d, const struct drill_case *c, struct err *e)
{
    return show(d, c, report_inputs, e) && show(d, c, report_process, e) &&
           show(d, c, report_kills, e) && show(d, c, report_oome, e);
}

/* ---- hints ------------------------------------------------------------ */

static void sources(struct drill *d, const struct verdict *v)
{
    const struct claim *at;
    const char *last = "";

    out_str(&d->out, "\nThe verdict rests on:");
    VEC_EACH (&v->evidence, at) {
        if (!at->origin.path || strcmp(at->origin.path, last) == 0)
            continue;
        out_str(&d->out, *last ? ", " : " ");
        out_clean(&d->out, path_name(at->origin.path));
        last = at->origin.path;
    }
    out_str(&d->out, ".\n");
}

/* First where to look, then the evidence itself, strongest first. */
static void hint(struct drill *d, const struct drill_case *c, struct answer *a)
{
    const struct verdict *v = &c->verdict;
    uint64_t n = a->hints++;

    if (n == 0) {
        sources(d, v);
    } else if (n <= v->evidence.n) {
        out_str(&d->out, "\nHint: ");
        out_clean(&d->out, v->evidence.at[n - 1].text);
        out_str(&d->out, ".\n");
    } else {
        out_printf(&d->out, "\nThe last hint: it is %s.\n", side_name(v->side));
    }
}

/* ---- the dialogue ----------------------------------------------------- */

/* False: not committed after all. */
static bool commit(struct drill *d, struct answer *a)
{
    char line[DRILL_LINE];

    if (!drill_ask_side(d, &a->side) ||
        !drill_ask_kind(d, a->side, &a->kind, &a->kind_given))
        return false;
    out_str(&d->out, "\nWhy? One sentence; say which file convinced you.\n");
    if (!drill_read(d, "because", line))
        line[0] = '\0';
    memcpy(a->reason, line, sizeof a->reason);
    return true;
}

static const struct view *view_of(const char *word)
{
    size_t i;

    for (i = 0; i < VIEWS; i++)
        if (strcmp(views[i].word, word) == 0)
            return &views[i];
    return NULL;
}

static void read_file(struct drill *d, const struct drill_case *c,
                      const char *name)
{
    out_char(&d->out, '\n');
    if (!drill_print_file(d, c, name))
        out_str(&d->out, "There is no such text; `files` lists them.\n");
}

/* Words that are no view; false if it is none of them either. */
static bool obey(struct drill *d, const struct drill_case *c, const char *line,
                 struct result *r)
{
    if (strcmp(line, "hint") == 0)
        hint(d, c, &r->answer);
    else if (strcmp(line, "quit") == 0)
        d->ended = true;
    else if (strcmp(line, "answer") == 0)
        r->played = commit(d, &r->answer);
    else if (strncmp(line, "read ", 5) == 0)
        read_file(d, c, line + 5);
    else
        return false;
    return true;
}

bool drill_round(struct drill *d, const struct drill_case *c,
                 struct result *ret, struct err *e)
{
    char line[DRILL_LINE];

    if (!symptom(d, c, e))
        return false;
    help(d);
    while (drill_read(d, "\nlook, hint, answer", line)) {
        const struct view *v = view_of(line);

        if (v && !show(d, c, v->part, e))
            return false;
        if (strcmp(line, "skip") == 0)
            return true;
        if (!v && !obey(d, c, line, ret))
            help(d);
        if (ret->played)
            return drill_reveal(d, c, ret, e);
        if (d->ended)
            return true;
    }
    return true;
}
