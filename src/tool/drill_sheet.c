/*
 * drill_sheet.c - the instructor's sheet for a team session of 60 minutes,
 * in Markdown: the agenda, and for each case what to ask, the answer, and
 * what misleads.
 */

#include "tool/drill.h"

#define SESSION    60 /* minutes */
#define OPENING    8
#define CLOSING    7
#define MIN_A_CASE 5

static void opening(struct drill *d, unsigned each)
{
    out_printf(
        &d->out,
        "# Why did this JVM run out of memory? A session of %d minutes\n\n"
        "Nobody needs to prepare. One screen for `oomwhy drill`, teams of two "
        "or three.\n\n"
        "| minutes | what |\n|---|---|\n"
        "| 0-%d | The question, and who can answer it: a crash leaves hs_err "
        "and a core, a full heap an OutOfMemoryError and a heap dump, a kill "
        "a line in the kernel's log; NMT and /proc must have been taken "
        "before. |\n"
        "| %d-%d | %u cases, about %u minutes each: look, discuss, commit "
        "aloud to side, kind and reason, then reveal. |\n"
        "| %d-%d | What would each team have captured first? What is missing "
        "on your own services (docs/capture.md)? |\n\n"
        "Rules: the answer comes before the reveal. A reason names a file. "
        "\"Undecided\" is an answer if the team says which command would "
        "decide it.\n\n"
        "Scores: %d for the side, %d for the kind, %d for a reason that names "
        "evidence, a point less for each hint.\n",
        SESSION, OPENING, OPENING, SESSION - CLOSING, (unsigned)d->cases.n,
        each, SESSION - CLOSING, SESSION, POINTS_SIDE, POINTS_KIND,
        POINTS_REASON);
}

static void bullet(struct drill *d, const char *label, const char *text)
{
    out_printf(&d->out, "- %s: ", label);
    out_clean(&d->out, text);
    out_char(&d->out, '\n');
}

/* What a hurried reader takes for the answer. */
static void misleading(struct drill *d, const struct verdict *v)
{
    const struct alternative *a;
    unsigned i;

    if (v->wrong_dump.present)
        bullet(d, "Misleads", v->wrong_dump.why);
    for (i = 0; i < v->n_notes; i++) {
        out_printf(&d->out, "- Mind: ");
        if (v->notes[i].path) {
            out_clean(&d->out, v->notes[i].path);
            out_char(&d->out, ' ');
        }
        out_clean(&d->out, v->notes[i].text);
        out_char(&d->out, '\n');
    }
    VEC_EACH (&v->alternatives, a) {
        out_printf(&d->out,
                   "- Somebody will say \"%s\": ", kind_title(a->kind));
        out_clean(&d->out, a->why_not ? a->why_not : "");
        out_char(&d->out, '\n');
    }
}

static void one(struct drill *d, const struct drill_case *c, unsigned number,
                struct err *e)
{
    const char *transcript = drill_transcript(d, c->name, e);
    const struct verdict *v = &c->verdict;
    const struct claim *at;

    out_printf(&d->out, "\n## Case %u: %s\n\n    oomwhy drill %s\n\n", number,
               c->name, c->name);
    bullet(d, "Ask first",
           "what died, who ended it, and which file would show that?");
    out_printf(&d->out, "- Answer: **%s %s**, %s confidence. ",
               side_name(v->side), kind_name(v->kind),
               confidence_name(v->confidence));
    out_clean(&d->out, v->summary ? v->summary : "");
    out_char(&d->out, '\n');
    VEC_EACH (&v->evidence, at)
        bullet(d, "Evidence", at->text);
    misleading(d, v);
    if (v->actions.n)
        bullet(d, "Then", v->actions.at[0].what);
    if (transcript)
        bullet(d, "Transcript", transcript);
}

bool drill_sheet(struct drill *d, struct err *e)
{
    unsigned each = (unsigned)((SESSION - OPENING - CLOSING) / d->cases.n);
    unsigned number = 0;
    const char **path;

    opening(d, each ? each : 1);
    if (each < MIN_A_CASE)
        out_printf(&d->out,
                   "\n%u cases are many for an hour: name five or six, as in "
                   "`oomwhy drill --instructor direct-buffers heap-over-limit "
                   "jni-malloc neighbour-hog stale-dump`.\n",
                   (unsigned)d->cases.n);
    VEC_EACH (&d->cases, path) {
        struct drill_case c;

        if (!drill_case_open(d, *path, &c, e))
            return false;
        one(d, &c, ++number, e);
        drill_case_close(d, &c);
    }
    return true;
}
