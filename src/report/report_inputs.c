/*
 * report_inputs.c - which files were looked at, what they are, what was
 * wrong with them.
 */
#include <stdio.h>

#include "report/report.h"

#define FEW 6 /* files that the page of the whole report lists singly */

static const char *damage_of(const struct input *in)
{
    return in->error ? in->error : in->damage;
}

static const char *snapshot_of(const struct incident *i, const struct input *in)
{
    const struct snapshot *s;

    if (in->snapshot == NO_SNAPSHOT)
        return NULL;
    VEC_EACH (&i->snapshots, s)
        if (s->index == in->snapshot)
            return s->name;
    return NULL;
}

static void input(struct emitter *em, const struct incident *i,
                  const struct input *in)
{
    emit_item(em, NULL);
    emit_text(em, "path", NULL,
              i->inputs.n <= FEW ? in->path : emit_shown_path(em, in->path));
    emit_text(em, "kind", NULL, artifact_name(in->kind));
    emit_bytes(em, "bytes", NULL, in->bytes);
    emit_text(em, "sha256", NULL, *in->sha256 ? in->sha256 : NULL);
    emit_time(em, "time", NULL, in->time);
    emit_text(em, "snapshot", NULL, snapshot_of(i, in));
    emit_text(em, "damage", NULL, damage_of(in));
    emit_end(em);
}

/* Pages: a list of its own, since it is long where it is needed. */
static void damaged(struct emitter *em, const struct incident *i)
{
    const struct input *in;

    if (!emit_is_page(em))
        return;
    emit_object(em, "damaged", "What was wrong with them");
    VEC_EACH (&i->inputs, in) {
        if (!damage_of(in))
            continue;
        emit_para(em, PARA_BULLET, "%s%s: %s", in->error ? "not read: " : "",
                  emit_shown_path(em, in->path), damage_of(in));
    }
    emit_end(em);
}

void report_inputs(struct emitter *em, const struct report *r)
{
    static const struct column page[] = {
        {"kind", "Kind", -16},
        {"bytes", "Size", 10},
        {"time", "Time", -24},
        {"path", "File", 0},
        {0},
    };
    static const struct column all[] = {
        {"path", NULL, 0},   {"kind", NULL, 0},
        {"bytes", NULL, 0},  {"sha256", NULL, 0},
        {"time", NULL, 0},   {"snapshot", NULL, 0},
        {"damage", NULL, 0}, {0},
    };
    const struct input *in;

    emit_table(em, "inputs", "Inputs", emit_is_page(em) ? page : all);
    VEC_EACH (&r->incident->inputs, in)
        input(em, r->incident, in);
    emit_end(em);
    damaged(em, r->incident);
}

void report_files(struct emitter *em, const struct report *r)
{
    const struct incident *i = r->incident;
    char aside[64];

    snprintf(aside, sizeof aside,
             ", of which %llu of no known kind are ignored",
             (unsigned long long)i->ignored);
    if (i->inputs.n <= FEW) {
        report_inputs(em, r);
        return;
    }
    emit_object(em, "inputs", "Inputs");
    emit_para(em, PARA_PLAIN, "%llu files%s%s%s. `oomwhy inputs` lists them.",
              (unsigned long long)i->inputs.n,
              em->base && *em->base ? " in " : "", em->base ? em->base : "",
              i->ignored ? aside : "");
    emit_end(em);
    damaged(em, i);
}
