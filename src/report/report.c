/*
 * report.c - the two tables of contents.
 */
#include "report.h"

#include <string.h>

#include "report/record.h"

static void head(struct emitter *em)
{
    emit_integer(em, "schema_version", NULL, REPORT_SCHEMA);
    emit_object(em, "tool", NULL);
    emit_text(em, "name", NULL, "oomwhy");
    emit_text(em, "version", NULL, OOMWHY_VERSION);
    emit_end(em);
}

static void verdict(struct emitter *em, const struct report *r)
{
    emit_object(em, "verdict", NULL);
    report_head(em, r);
    report_culprit(em, r);
    report_evidence(em, r);
    report_against(em, r);
    report_alternatives(em, r);
    report_missing(em, r);
    report_actions(em, r);
    report_wrong_dump(em, r);
    emit_end(em);
}

static void document(struct emitter *em, const struct report *r)
{
    head(em);
    report_inputs(em, r);
    verdict(em, r);
    report_balance(em, r);
    report_process(em, r);
    report_kills(em, r);
    report_oome(em, r);
    report_nmt(em, r);
    report_heap(em, r);
    report_notes(em, r);
}

/* What to know first, what it rests on, what to do; then all the figures. */
static void page(struct emitter *em, const struct report *r)
{
    report_head(em, r);
    report_wrong_dump(em, r);
    report_process(em, r);
    report_culprit(em, r);
    report_evidence(em, r);
    report_against(em, r);
    report_alternatives(em, r);
    report_actions(em, r);
    report_missing(em, r);
    report_notes(em, r);
    report_balance(em, r);
    report_heap(em, r);
    report_nmt(em, r);
    report_kills(em, r);
    report_oome(em, r);
    report_files(em, r);
}

/* The folder that all inputs lie in, with its slash; "" if there is none. */
static void common_folder(const struct incident *i, char *buf, size_t size)
{
    const char *first = i->inputs.n ? i->inputs.at[0].path : "";
    size_t n = strlen(first);
    const struct input *in;

    VEC_EACH (&i->inputs, in) {
        size_t same = 0;

        while (same < n && in->path[same] == first[same])
            same++;
        n = same;
    }
    while (n > 0 && first[n - 1] != '/')
        n--;
    snprintf(buf, size, "%.*s", n < size ? (int)n : 0, first);
}

void report_why(struct emitter *em, const struct report *r)
{
    struct report brief = *r;
    char folder[512];

    common_folder(r->incident, folder, sizeof folder);
    em->base = folder;
    brief.top = r->brief;
    emit_object(em, NULL, em->ops->record ? "Post-mortem draft" : NULL);
    if (em->ops->record)
        report_record(em, r);
    else if (emit_is_page(em))
        page(em, &brief);
    else
        document(em, r);
    emit_end(em);
    em->base = NULL;
}

void report_alone(struct emitter *em, const struct report *r, report_part *part)
{
    char folder[512];
    uint64_t told;

    common_folder(r->incident, folder, sizeof folder);
    em->base = folder;
    emit_object(em, NULL, NULL);
    head(em);
    told = em->told;
    part(em, r);
    if (emit_is_page(em) && em->told == told)
        emit_para(em, PARA_PLAIN,
                  "There is nothing of the kind in what was given.");
    emit_end(em);
    em->base = NULL;
}
