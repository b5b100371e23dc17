/*
 * report_verdict.c - the verdict: what happened, what it rests on, what
 * speaks against it, what to do and what to look at next.
 */
#include "base/size.h"
#include "report/report.h"
#include "report/text.h"

static const char *const side_words[] = {
    [SIDE_UNDECIDED] = "UNDECIDED",
    [SIDE_ON_HEAP] = "ON THE HEAP",
    [SIDE_OFF_HEAP] = "OFF THE HEAP",
    [SIDE_SIZING] = "SIZING",
    [SIDE_PROCESS_LIMIT] = "PROCESS LIMIT",
    [SIDE_OTHER_PROCESS] = "OTHER PROCESS",
    [SIDE_NONE] = "NO MEMORY PROBLEM",
};

void report_head(struct emitter *em, const struct report *r)
{
    const struct verdict *v = r->verdict;

    emit_text(em, "side", NULL, side_name(v->side));
    emit_text(em, "kind", NULL, kind_name(v->kind));
    emit_text(em, "confidence", NULL, confidence_name(v->confidence));
    emit_text(em, "summary", NULL, v->summary);
    emit_para(em, PARA_HEADLINE, "%s: %s  [%s, %s confidence]",
              side_words[v->side], verdict_title(v), kind_name(v->kind),
              confidence_name(v->confidence));
    emit_para(em, PARA_PLAIN, "%s", v->summary ? v->summary : "");
}

/* A Java object to blame for bytes that are not in the heap. */
static bool holds_native(const struct verdict *v)
{
    return v->culprit.class_name &&
           (v->kind == KIND_DIRECT_BUFFERS ||
            v->kind == KIND_DIRECT_BUFFERS_NIO_CACHE ||
            v->kind == KIND_FFM_SEGMENTS || v->kind == KIND_ZLIB_NATIVE);
}

void report_culprit(struct emitter *em, const struct report *r)
{
    const struct culprit *c = &r->verdict->culprit;

    if (!c->known) {
        emit_null(em, "culprit");
        return;
    }
    emit_object(em, "culprit", "Culprit");
    emit_text(em, "name", "Name", c->name);
    emit_text(em, "class", "Class", c->class_name);
    emit_text(em, "field", "Field", c->field);
    emit_text(em, "root", "GC root", c->root);
    emit_text(em, "thread", "Thread", c->thread);
    emit_text(em, "library", "Library", c->library);
    emit_text(em, "process", "Process", c->process);
    emit_bytes(em, "bytes",
               holds_native(r->verdict) ? "Holds off heap" : "Holds", c->bytes);
    emit_end(em);
}

/* ---- claims ----------------------------------------------------------- */

void report_origin(struct emitter *em, const char *key, const struct origin *o)
{
    struct place p = {o->path, o->line ? o->line : UNKNOWN, o->offset};

    emit_place(em, key, NULL, &p);
}

void report_claim_value(struct emitter *em, const struct claim *c)
{
    char unit = c->unit ? c->unit[0] : '\0';

    if (unit == 'b')
        emit_bytes(em, "value", NULL, c->value);
    else if (unit == 'p')
        emit_percent(em, "value", NULL, c->value);
    else
        emit_count(em, "value", NULL, c->value);
}

static void claims(struct emitter *em, const char *key, const char *title,
                   const struct claim *c, uint64_t n)
{
    static const struct column columns[] = {
        {"weight", NULL, -3},
        {"value", NULL, 10},
        {"claim", NULL, 0},
        {"source", NULL, 0},
        {0},
    };
    const struct claim *end = c + n;

    emit_table(em, key, title, columns);
    for (; c < end; c++) {
        emit_item(em, NULL);
        emit_text(em, "claim", NULL, c->text);
        report_claim_value(em, c);
        emit_text(em, "unit", NULL, c->unit);
        emit_weight(em, "weight", NULL, c->weight);
        report_origin(em, "source", &c->origin);
        emit_end(em);
    }
    emit_end(em);
}

void report_evidence(struct emitter *em, const struct report *r)
{
    claims(em, "evidence", "Evidence (*** decides, * hints)",
           r->verdict->evidence.at, r->verdict->evidence.n);
}

void report_against(struct emitter *em, const struct report *r)
{
    claims(em, "against", "Against", r->verdict->against.at,
           r->verdict->against.n);
}

void report_alternatives(struct emitter *em, const struct report *r)
{
    const struct alternative *a;

    emit_list(em, "alternatives", "What else it could be");
    VEC_EACH (&r->verdict->alternatives, a) {
        emit_item(em, NULL);
        emit_text(em, "side", NULL, side_name(kind_side(a->kind)));
        emit_text(em, "kind", NULL, kind_name(a->kind));
        emit_text(em, "why_not", NULL, a->why_not);
        emit_para(em, PARA_BULLET, "%s (%s): %s", kind_title(a->kind),
                  kind_name(a->kind), a->why_not ? a->why_not : "open");
        emit_end(em);
    }
    emit_end(em);
}

void report_missing(struct emitter *em, const struct report *r)
{
    const struct missing *m;

    emit_list(em, "missing", "What to capture next");
    VEC_EACH (&r->verdict->missing, m) {
        emit_item(em, NULL);
        emit_text(em, "what", NULL, m->what);
        emit_text(em, "why", NULL, m->why);
        emit_text(em, "command", NULL, m->command);
        emit_para(em, PARA_BULLET, "%s: %s", m->what, m->why ? m->why : "");
        if (m->command)
            emit_para(em, PARA_COMMAND, "%s", m->command);
        emit_end(em);
    }
    emit_end(em);
}

void report_actions(struct emitter *em, const struct report *r)
{
    const struct action *a;

    emit_list(em, "actions", "What to change");
    VEC_EACH (&r->verdict->actions, a) {
        emit_item(em, NULL);
        emit_text(em, "what", NULL, a->what);
        emit_text(em, "why", NULL, a->why);
        emit_para(em, PARA_BULLET, "%s%s%s", a->what, a->why ? ": " : "",
                  a->why ? a->why : "");
        emit_end(em);
    }
    emit_end(em);
}

void report_wrong_dump(struct emitter *em, const struct report *r)
{
    const struct wrong_dump *w = &r->verdict->wrong_dump;
    char most[SIZE_TEXT], killed[SIZE_TEXT], share[TEXT_NUMBER];

    if (!w->present) {
        if (!emit_is_page(em))
            emit_null(em, "wrong_dump");
        return;
    }
    emit_object(em, "wrong_dump", "WRONG DUMP");
    emit_text(em, "path", NULL, w->path);
    emit_bytes(em, "explains_at_most_bytes", NULL, w->explains_at_most);
    emit_bytes(em, "killed_rss_bytes", NULL, w->killed_rss);
    emit_real_share(em, "share", NULL, w->share);
    emit_text(em, "why", NULL, w->why);
    emit_para(em, PARA_WARNING,
              "%s explains at most %s (%s) of the %s that were killed.",
              emit_shown_path(em, w->path),
              size_text(most, w->explains_at_most), text_share(share, w->share),
              size_text(killed, w->killed_rss));
    emit_para(em, PARA_PLAIN, "%s", w->why ? w->why : "");
    emit_end(em);
}

void report_notes(struct emitter *em, const struct report *r)
{
    const struct verdict *v = r->verdict;

    emit_list(em, "notes", "Notes");
    for (unsigned i = 0; i < v->n_notes; i++) {
        const struct note *n = &v->notes[i];

        emit_words(em, NULL, "%s%s%s",
                   n->path ? emit_shown_path(em, n->path) : "",
                   n->path ? " " : "", n->text);
    }
    emit_end(em);
}
