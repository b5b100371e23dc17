/*
 * listing.c - the walks; see listing.h.
 */
#include "fleet/listing.h"

#include <string.h>

#include "report/report.h"

static void head(struct emitter *em)
{
    emit_integer(em, "schema_version", NULL, FLEET_SCHEMA);
    emit_object(em, "tool", NULL);
    emit_text(em, "name", NULL, "oomwhy");
    emit_text(em, "version", NULL, OOMWHY_VERSION);
    emit_end(em);
}

/* ---- groups ----------------------------------------------------------- */

const char *group_change(const struct group *g)
{
    uint64_t before = g->in_set[SET_BEFORE], after = g->in_set[SET_AFTER];

    if (!before)
        return "new";
    if (!after)
        return "gone";
    return after > before ? "more" : after < before ? "fewer" : "same";
}

/* What people call it: who holds it, or at least what it is. */
static const char *name_of(const struct group *g)
{
    const struct row *r = &g->representative->row;

    if (g->holder)
        return g->holder;
    return r->culprit ? r->culprit : r->application;
}

/* "2026-11-20": pages have no room for more. */
static void day(struct emitter *em, const char *key, int64_t time)
{
    char text[TIME_TEXT];
    bool is_time = known_delta(time) && time_text(text, time);

    if (is_time)
        text[10] = '\0';
    emit_text(em, key, NULL, is_time ? text : NULL);
}

static void group_facts(struct emitter *em, const struct listing *l,
                        const struct group *g)
{
    const struct row *r = &g->representative->row;

    emit_text(em, "id", NULL, g->id);
    emit_count(em, "count", NULL, g->count);
    emit_time(em, "first", NULL, g->first);
    emit_time(em, "last", NULL, g->last);
    if (emit_is_page(em)) {
        day(em, "first_day", g->first);
        day(em, "last_day", g->last);
    }
    emit_integer(em, "growth", NULL, g->growth);
    emit_text(em, "side", NULL, r->side);
    emit_text(em, "kind", NULL, r->kind);
    emit_text(em, "family", NULL, g->family);
    emit_text(em, "cause", NULL, g->cause);
    emit_text(em, "application", NULL, r->application);
    emit_text(em, "holder", NULL, g->holder);
    emit_text(em, "name", NULL, name_of(g));
    emit_bytes(em, "largest_bytes", NULL, g->largest);
    if (l->compared) {
        emit_text(em, "change", NULL, group_change(g));
        emit_count(em, "before", NULL, g->in_set[SET_BEFORE]);
        emit_count(em, "after", NULL, g->in_set[SET_AFTER]);
    }
    emit_text(em, "representative", NULL, g->representative->place);
    emit_text(em, "report", NULL, r->report);
}

static const struct column *columns_of(const struct emitter *em,
                                       const struct listing *l)
{
    static const struct column page[] = {
        {"id", "Group", -12},
        {"count", "Count", 5},
        {"growth", "+/-", 4},
        {"first_day", "First", -10},
        {"last_day", "Last", -10},
        {"name", "What", 0},
        {"kind", NULL, 0},
        {"representative", NULL, 0},
        {0},
    };
    static const struct column compared[] = {
        {"id", "Group", -12},        {"change", "Change", -6},
        {"before", "Before", 6},     {"after", "After", 6},
        {"name", "What", 0},         {"kind", NULL, 0},
        {"representative", NULL, 0}, {0},
    };
    static const struct column all[] = {
        {"id", NULL, 0},
        {"count", NULL, 0},
        {"first", NULL, 0},
        {"last", NULL, 0},
        {"growth", NULL, 0},
        {"side", NULL, 0},
        {"kind", NULL, 0},
        {"application", NULL, 0},
        {"name", NULL, 0},
        {"largest_bytes", NULL, 0},
        {"representative", NULL, 0},
        {0},
    };
    static const struct column all_compared[] = {
        {"id", NULL, 0},
        {"change", NULL, 0},
        {"before", NULL, 0},
        {"after", NULL, 0},
        {"side", NULL, 0},
        {"kind", NULL, 0},
        {"application", NULL, 0},
        {"name", NULL, 0},
        {"representative", NULL, 0},
        {0},
    };

    if (emit_is_page(em))
        return l->compared ? compared : page;
    return l->compared ? all_compared : all;
}

static void about(struct emitter *em, const struct listing *l)
{
    emit_object(em, "incidents", NULL);
    emit_count(em, "judged", NULL, l->groups->members.n);
    emit_count(em, "left_out", NULL, l->left_out);
    emit_end(em);
    emit_para(em, PARA_PLAIN, "Incidents: %llu. Groups: %llu.",
              (unsigned long long)l->groups->members.n,
              (unsigned long long)l->groups->at.n);
    if (l->left_out)
        emit_para(em, PARA_PLAIN,
                  "%llu more are left out: before --since, or without a time.",
                  (unsigned long long)l->left_out);
}

void listing_groups(struct emitter *em, const struct listing *l)
{
    uint64_t n = report_rows(l->groups->at.n, l->top), i;

    emit_object(em, NULL, em->ops->record ? "Fleet" : NULL);
    head(em);
    about(em, l);
    emit_table(em, "groups", "Groups", columns_of(em, l));
    for (i = 0; i < n; i++) {
        emit_item(em, NULL);
        group_facts(em, l, &l->groups->at.at[i]);
        emit_end(em);
    }
    emit_end(em);
    if (n < l->groups->at.n)
        emit_para(em, PARA_PLAIN, "%llu more groups (--top 0 shows all).",
                  (unsigned long long)(l->groups->at.n - n));
    emit_end(em);
}

/* ---- one group -------------------------------------------------------- */

static void incident(struct emitter *em, const struct member *m)
{
    const struct row *r = &m->stored->row;

    emit_item(em, NULL);
    emit_time(em, "time", NULL, r->time);
    emit_text(em, "kind", NULL, r->kind);
    emit_text(em, "confidence", NULL, r->confidence);
    emit_bytes(em, "rss_bytes", NULL, r->rss);
    emit_text(em, "place", NULL, m->stored->place);
    emit_count(em, "places", NULL, m->stored->places);
    emit_text(em, "culprit", NULL, r->culprit);
    emit_text(em, "summary", NULL, r->summary);
    emit_text(em, "status", NULL, r->status);
    emit_text(em, "content", NULL, r->content);
    emit_text(em, "report", NULL, r->report);
    emit_end(em);
}

static void incidents(struct emitter *em, const struct listing *l,
                      uint32_t index)
{
    static const struct column page[] = {
        {"time", "Time", -24},         {"confidence", "Conf.", -6},
        {"rss_bytes", "Resident", 10}, {"place", "Case", 0},
        {"report", "Report", 0},       {0},
    };
    static const struct column all[] = {
        {"time", NULL, 0},      {"kind", NULL, 0},   {"confidence", NULL, 0},
        {"rss_bytes", NULL, 0}, {"place", NULL, 0},  {"culprit", NULL, 0},
        {"status", NULL, 0},    {"report", NULL, 0}, {0},
    };
    const struct member *m;

    emit_table(em, "members", "Incidents", emit_is_page(em) ? page : all);
    VEC_EACH (&l->groups->members, m)
        if (m->group == index)
            incident(em, m);
    emit_end(em);
}

void listing_group(struct emitter *em, const struct listing *l, uint32_t index)
{
    const struct group *g = &l->groups->at.at[index];
    const struct row *r = &g->representative->row;

    emit_object(em, NULL, em->ops->record ? "Group" : NULL);
    head(em);
    emit_object(em, "group", "Group");
    group_facts(em, l, g);
    if (emit_is_page(em)) {
        emit_aside(em, "Group", "%s", g->id);
        emit_aside(em, "Kind", "%s, %s", r->kind, r->side);
        emit_text(em, "application", "Application", r->application);
        emit_text(em, "holder", "Held by", g->holder);
        emit_text(em, "culprit", "Culprit", r->culprit);
        emit_text(em, "summary", "For instance", r->summary);
        emit_text(em, "place", "Seen best in", g->representative->place);
    }
    emit_end(em);
    incidents(em, l, index);
    emit_end(em);
}

/* ---- a batch ---------------------------------------------------------- */

static const char *const statuses[] = {
    STATUS_ANALYSED, STATUS_DAMAGED, STATUS_FAILED,   STATUS_MEMORY,
    STATUS_CRASHED,  STATUS_TIMEOUT, STATUS_UNPACKED,
};

static uint64_t with_status(const struct batch_result *r, const char *status)
{
    const struct batch_item *it;
    uint64_t n = 0;

    VEC_EACH (&r->items, it)
        n += strcmp(it->status, status) == 0;
    return n;
}

static const struct row *row_of(const struct stored_rows *rows,
                                const struct batch_item *it)
{
    uint64_t low = 0, high = rows->at.n;

    while (low < high) {
        uint64_t mid = low + (high - low) / 2;
        int d = strcmp(rows->at.at[mid].row.content, it->content);

        if (d == 0)
            return &rows->at.at[mid].row;
        if (d < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

static void counts(struct emitter *em, const struct batch_result *r)
{
    size_t i;

    emit_object(em, "summary", "Summary");
    emit_count(em, "total", "Cases", r->items.n);
    for (i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        uint64_t n = with_status(r, statuses[i]);

        emit_count(em, statuses[i], n ? statuses[i] : NULL, n);
    }
    emit_count(em, "known", r->known ? "done before" : NULL, r->known);
    emit_end(em);
}

static void item(struct emitter *em, const struct batch_item *it,
                 const struct row *row)
{
    emit_item(em, NULL);
    emit_text(em, "status", NULL, it->status);
    emit_text(em, "side", NULL, row ? row->side : NULL);
    emit_text(em, "kind", NULL, row ? row->kind : NULL);
    emit_text(em, "confidence", NULL, row ? row->confidence : NULL);
    emit_text(em, "name", NULL, it->name);
    emit_text(em, "error", NULL,
              it->error ? it->error
              : row     ? row->error
                        : NULL);
    emit_bool(em, "known", NULL, it->known);
    emit_text(em, "content", NULL, it->content);
    emit_text(em, "report", NULL, row ? row->report : NULL);
    emit_end(em);
}

/* Pages of a thousand cases name those that something was wrong with. */
#define FEW 100

static bool is_told(const struct emitter *em, const struct batch_result *r,
                    const struct batch_item *it)
{
    return !emit_is_page(em) || r->items.n <= FEW ||
           (strcmp(it->status, STATUS_ANALYSED) != 0 &&
            strcmp(it->status, STATUS_UNPACKED) != 0);
}

void listing_batch(struct emitter *em, const struct batch_result *r,
                   const struct stored_rows *rows)
{
    static const struct column page[] = {
        {"status", "Status", -8},    {"kind", "Kind", -24},
        {"confidence", "Conf.", -6}, {"name", "Case", 0},
        {"error", NULL, 0},          {0},
    };
    static const struct column all[] = {
        {"status", NULL, 0}, {"side", NULL, 0},
        {"kind", NULL, 0},   {"confidence", NULL, 0},
        {"name", NULL, 0},   {"error", NULL, 0},
        {"known", NULL, 0},  {"content", NULL, 0},
        {"report", NULL, 0}, {0},
    };
    const struct batch_item *it;

    emit_object(em, NULL, em->ops->record ? "Batch" : NULL);
    head(em);
    emit_table(em, "cases",
               r->items.n <= FEW ? "Cases" : "Cases that are not fine",
               emit_is_page(em) ? page : all);
    VEC_EACH (&r->items, it)
        if (is_told(em, r, it))
            item(em, it, row_of(rows, it));
    emit_end(em);
    counts(em, r);
    emit_end(em);
}
