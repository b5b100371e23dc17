/*
 * record.c - the incident record's table of contents, and those of its
 * sections that the verdict fills; see record.h.
 */
#include "record.h"

#include "judge/signature.h"
#include "judge/validation.h"

#include "base/size.h"
#include "report/text.h"

/* ---- what people fill in ---------------------------------------------- */

static void open_section(struct emitter *em, const char *key, const char *title,
                         const char *question)
{
    emit_object(em, key, title);
    emit_para(em, PARA_OPEN, "%s", question);
    emit_end(em);
}

/* ---- summary ---------------------------------------------------------- */

static void summary(struct emitter *em, const struct report *r)
{
    const struct verdict *v = r->verdict;

    emit_object(em, "summary", "Summary");
    emit_para(em, PARA_PLAIN, "%s", v->summary ? v->summary : "");
    emit_aside(em, "Root-cause candidate", "%s (%s, %s)", verdict_title(v),
               side_name(v->side), kind_name(v->kind));
    emit_aside(em, "Confidence", "%s", confidence_name(v->confidence));
    emit_aside(em, "Sources",
               "the claims under \"Candidates\", each with its file and line");
    emit_end(em);
}

/* ---- mechanism -------------------------------------------------------- */

/* The object that the culprit's name was made of. */
static const struct heap_suspect *suspect(const struct report *r)
{
    const struct heap *h = r->incident->heap;
    const struct verdict *v = r->verdict;

    if (!h || !v->culprit.class_name)
        return NULL;
    if (v->side == SIDE_ON_HEAP && h->suspects.n)
        return &h->suspects.at[0];
    if (v->side == SIDE_OFF_HEAP && h->natives.holders.n)
        return &h->natives.holders.at[0];
    return NULL;
}

static void mechanism(struct emitter *em, const struct report *r)
{
    const struct heap_suspect *s = suspect(r);
    const struct culprit *c = &r->verdict->culprit;

    emit_object(em, "mechanism", "Mechanism");
    if (!c->known)
        emit_para(em, PARA_PLAIN,
                  "No artifact names who took the memory. What is known "
                  "stands under \"Candidates\".");
    report_culprit(em, r);
    if (s) {
        emit_aside(em, "Source", "the heap dump %s",
                   emit_shown_path(em, r->incident->heap->path));
        report_suspect_list(em, r, "holding", "What holds it", s, 1);
    } else if (c->known) {
        emit_aside(em, "Source", "the claims under \"Candidates\"");
    }
    emit_para(em, PARA_OPEN,
              "the code path that allocates it, in the words of those who "
              "know the code");
    emit_end(em);
}

/* ---- candidates ------------------------------------------------------- */

/* "dmesg.txt:78", or that it is worked out. */
static void claim_source(struct emitter *em, const struct origin *o)
{
    if (o->path)
        report_origin(em, "source", o);
    else
        emit_text(em, "source", NULL, "worked out from the other claims");
}

static void claims(struct emitter *em, const char *key, const char *title,
                   const struct claim *c, uint64_t n)
{
    static const char *const weights[] = {"", "hints", "supports", "decides"};
    static const struct column columns[] = {
        {"claim", "Claim", 0},
        {"value", "Value", 10},
        {"weight", "Weight", -8},
        {"source", "Source", 0},
        {0},
    };
    const struct claim *end = c + n;

    emit_table(em, key, title, columns);
    for (; c < end; c++) {
        emit_item(em, NULL);
        emit_text(em, "claim", NULL, c->text);
        report_claim_value(em, c);
        emit_text(em, "weight", NULL, weights[c->weight < 4 ? c->weight : 3]);
        claim_source(em, &c->origin);
        emit_end(em);
    }
    emit_end(em);
}

static void candidates(struct emitter *em, const struct report *r)
{
    const struct verdict *v = r->verdict;

    emit_object(em, "candidates", "Candidates");
    emit_para(em, PARA_PLAIN, "First: %s (%s), %s confidence.",
              verdict_title(v), kind_name(v->kind),
              confidence_name(v->confidence));
    claims(em, "for", "For it", v->evidence.at, v->evidence.n);
    if (v->against.n)
        claims(em, "against", "Against it", v->against.at, v->against.n);
    else
        emit_para(em, PARA_PLAIN, "No claim against it was found.");
    report_alternatives(em, r);
    emit_para(em, PARA_OPEN, "the final root cause");
    emit_end(em);
}

/* ---- misleading evidence ---------------------------------------------- */

static bool has_damage(const struct incident *i)
{
    const struct input *in;

    VEC_EACH (&i->inputs, in)
        if (in->error || in->damage)
            return true;
    return false;
}

static void misleading(struct emitter *em, const struct report *r)
{
    const struct verdict *v = r->verdict;
    const struct input *in;

    emit_object(em, "misleading", "Misleading evidence");
    report_wrong_dump(em, r);
    report_notes(em, r);
    VEC_EACH (&r->incident->inputs, in)
        if (in->error || in->damage)
            emit_para(em, PARA_BULLET, "%s was %s: %s",
                      emit_shown_path(em, in->path),
                      in->error ? "not read" : "read in part",
                      in->error ? in->error : in->damage);
    if (!v->wrong_dump.present && !v->n_notes && !has_damage(r->incident))
        emit_para(em, PARA_PLAIN,
                  "None was found. Doubtful clocks are marked in the "
                  "timeline.");
    emit_end(em);
}

/* ---- what comes next -------------------------------------------------- */

static void validation(struct emitter *em, const struct report *r)
{
    const struct validation *p = validation_of(r->verdict->kind);

    emit_object(em, "validation", "Validation plan");
    emit_para(em, PARA_PLAIN, "After the change, %s.", p->measure);
    if (p->command)
        emit_para(em, PARA_COMMAND, "%s", p->command);
    emit_aside(em, "If the candidate is right", "%s", p->right);
    emit_aside(em, "If it is not", "%s", p->wrong);
    emit_para(em, PARA_OPEN, "the result, who saw it, and when");
    emit_end(em);
}

static void follow_up(struct emitter *em, const char *what, const char *why)
{
    emit_item(em, NULL);
    emit_text(em, "what", NULL, what);
    emit_text(em, "why", NULL, why);
    emit_text(em, "owner", NULL, "OPEN");
    emit_text(em, "due", NULL, "OPEN");
    emit_end(em);
}

static void follow_ups(struct emitter *em, const struct report *r)
{
    static const struct column columns[] = {
        {"what", "Suggested", 0},
        {"why", "Why", 0},
        {"owner", "Owner", -5},
        {"due", "Due", -5},
        {0},
    };
    const struct missing *m;
    const struct action *a;

    emit_table(em, "follow_ups", "Follow-ups", columns);
    VEC_EACH (&r->verdict->actions, a)
        follow_up(em, a->what, a->why);
    VEC_EACH (&r->verdict->missing, m) {
        struct out o;

        out_to_memory(&o, em->mem);
        out_printf(&o, "make sure that %s is captured next time", m->what);
        follow_up(em, out_string(&o), m->why);
        out_deinit(&o);
    }
    emit_end(em);
}

static void policy(struct emitter *em)
{
    emit_object(em, "about", "About this draft");
    emit_para(em, PARA_PLAIN,
              "Written by oomwhy %s from the artifacts listed above and "
              "nothing else. Suggestions and the validation plan follow from "
              "the kind of the verdict (docs/verdicts.md). Contents of "
              "strings and arrays are not in it.",
              OOMWHY_VERSION);
    emit_end(em);
}

void report_record(struct emitter *em, const struct report *r)
{
    emit_para(em, PARA_PLAIN,
              "A draft. Lines that begin with OPEN are for people to fill "
              "in; all others were read from the artifacts named beside "
              "them.");
    summary(em, r);
    open_section(em, "impact", "Impact", "who was affected, how, for how long");
    open_section(em, "detection", "Detection",
                 "who or what noticed it, when, and how");
    record_symptom(em, r);
    record_timeline(em, r);
    record_process(em, r);
    record_artifacts(em, r);
    mechanism(em, r);
    report_balance(em, r);
    candidates(em, r);
    misleading(em, r);
    open_section(em, "trigger", "Trigger",
                 "what changed: a release, the load, the configuration");
    open_section(em, "resolution", "Resolution",
                 "what was done, by which role, and when service was back");
    validation(em, r);
    follow_ups(em, r);
    report_missing(em, r);
    policy(em);
}
