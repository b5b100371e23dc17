/*
 * cmd_fleet.c - what a batch's results have in common: groups of incidents
 * that are the same thing again, and what changed between two sets of them.
 */
#include <string.h>

#include "fleet/groups.h"
#include "fleet/listing.h"
#include "nmt/text.h"
#include "tool/fleet_tool.h"

#define FOLDER "oomwhy-batch"

struct fleet {
    const struct options *options;
    struct mem mem;
    struct arena arena;
    struct stored_rows rows[SETS];
    struct groups groups;
    struct listing listing;
    uint32_t chosen; /* of --group; UINT32_MAX: none */
};

/* ---- times ------------------------------------------------------------ */

/* "2026-11-20", or with a time and its zone. */
static bool parse_time(const char *option, const char *text, int64_t *ret,
                       struct err *e)
{
    const char *p = text;
    bool zoned = false;
    int y, m, d, n = 0;

    if (sscanf(text, "%4d-%2d-%2d%n", &y, &m, &d, &n) == 3 && !text[n] &&
        text_civil(y, m, d, 0, 0, 0, ret))
        return true;
    if (text_iso_time(&p, ret, &zoned) && zoned && !*p)
        return true;
    return err_set(e, ERR_USAGE,
                   "--%s %.40s: a date such as 2026-11-20, or "
                   "2026-11-20T18:00:00Z, is wanted",
                   option, text);
}

/* Leaves the rows that have a time not before `from` and before `to`. */
static void keep_between(struct fleet *f, struct stored_rows *rows,
                         int64_t from, int64_t to)
{
    uint64_t n = 0;

    for (uint64_t i = 0; i < rows->at.n; i++) {
        const struct stored *s = &rows->at.at[i];

        if (known_delta(s->row.time) && s->row.time >= from && s->row.time < to)
            rows->at.at[n++] = *s;
    }
    f->listing.left_out += rows->at.n - n;
    rows->at.n = n;
}

/* ---- the two sets ----------------------------------------------------- */

static const char *source(const struct options *o)
{
    return o->inputs.n ? o->inputs.at[0].path : FOLDER;
}

/* By --release: one store, split by time. */
static bool split(struct fleet *f, struct err *e)
{
    uint64_t out;
    int64_t at;

    if (!parse_time("release", f->options->fleet.release, &at, e) ||
        !fleet_rows(source(f->options), &f->mem, &f->arena,
                    &f->rows[SET_BEFORE], e))
        return false;
    keep_between(f, &f->rows[SET_AFTER], at, INT64_MAX);
    keep_between(f, &f->rows[SET_BEFORE], INT64_MIN + 1, at);
    out = f->rows[SET_AFTER].at.n + f->rows[SET_BEFORE].at.n;
    f->listing.left_out =
        f->listing.left_out > out ? f->listing.left_out - out : 0;
    return true;
}

static bool read_rows(struct fleet *f, struct err *e)
{
    const struct fleet_options *o = &f->options->fleet;
    int64_t since;

    if (!fleet_rows(source(f->options), &f->mem, &f->arena, &f->rows[SET_AFTER],
                    e))
        return false;
    if (o->release && !split(f, e))
        return false;
    if (o->against &&
        !fleet_rows(o->against, &f->mem, &f->arena, &f->rows[SET_BEFORE], e))
        return false;
    if (!o->since)
        return true;
    if (!parse_time("since", o->since, &since, e))
        return false;
    keep_between(f, &f->rows[SET_AFTER], since, INT64_MAX);
    return true;
}

/* ---- the listing ------------------------------------------------------ */

static bool choose(struct fleet *f, struct err *e)
{
    const char *id = f->options->fleet.group;
    size_t n = id ? strlen(id) : 0;

    f->chosen = UINT32_MAX;
    if (!id)
        return true;
    for (uint32_t i = 0; i < f->groups.at.n; i++) {
        if (strncmp(f->groups.at.at[i].id, id, n) != 0)
            continue;
        if (f->chosen != UINT32_MAX)
            return err_set(e, ERR_USAGE, "--group %.20s: several begin so", id);
        f->chosen = i;
    }
    return f->chosen != UINT32_MAX ||
           err_set(e, ERR_USAGE, "--group %.20s: there is none", id);
}

static void walk(struct emitter *em, const void *ctx)
{
    const struct fleet *f = ctx;

    if (f->chosen != UINT32_MAX)
        listing_group(em, &f->listing, f->chosen);
    else
        listing_groups(em, &f->listing);
}

static bool has_new(const struct fleet *f)
{
    const struct group *g;

    VEC_EACH (&f->groups.at, g)
        if (!g->in_set[SET_BEFORE])
            return true;
    return false;
}

static bool list(struct fleet *f, struct err *e)
{
    const struct options *o = f->options;

    if (o->inputs.n > 1)
        return err_set(e, ERR_USAGE,
                       "fleet takes one folder; --against has another");
    f->listing.groups = &f->groups;
    f->listing.top = known(o->top) ? o->top : 0;
    f->listing.compared = o->fleet.release || o->fleet.against;
    if (o->fleet.fail_on_new && !f->listing.compared)
        return err_set(e, ERR_USAGE,
                       "--fail-on new needs --against or --release to "
                       "compare with");
    return read_rows(f, e) &&
           groups_add(&f->groups, &f->rows[SET_BEFORE], SET_BEFORE, e) &&
           groups_add(&f->groups, &f->rows[SET_AFTER], SET_AFTER, e) &&
           groups_find(&f->groups, e) && choose(f, e) &&
           fleet_write(o, o->output, walk, f, &f->mem, e);
}

static enum exit_status run(const struct options *o)
{
    enum exit_status status = EXIT_ANALYSED;
    struct fleet f = {.options = o};
    struct err e = {0};

    mem_init(&f.mem, 0);
    arena_init(&f.arena, &f.mem);
    groups_init(&f.groups, &f.mem);
    if (!list(&f, &e)) {
        complain(NULL, &e);
        status = exit_status_of(&e);
    } else if (o->fleet.fail_on_new && has_new(&f)) {
        status = EXIT_FINDING;
    }
    groups_deinit(&f.groups);
    vec_free(&f.rows[SET_BEFORE].at, &f.mem);
    vec_free(&f.rows[SET_AFTER].at, &f.mem);
    arena_deinit(&f.arena);
    return status;
}

const struct command cmd_fleet = {
    .name = "fleet",
    .arguments = "[DIR]",
    .options =
        "-o --format --top --since --group --against --release --fail-on",
    .summary = "groups of incidents in the results of a batch",
    .run = run,
};
