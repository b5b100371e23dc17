/*
 * report_heap.c - the heap dump: what is in it, how sizes were found, the
 * lists of classes and objects, and what was wrong with the file.
 */
#include <inttypes.h>

#include "base/size.h"
#include "report/report.h"
#include "report/text.h"

static void size_model(struct emitter *em, const struct size_model *m)
{
    emit_object(em, "size_model", NULL);
    emit_text(em, "name", NULL, m->name);
    emit_count(em, "object_align", NULL, m->object_align);
    emit_count(em, "reference_size", NULL, m->reference_size);
    emit_count(em, "object_header", NULL, m->object_header);
    emit_count(em, "array_header", NULL, m->array_header);
    emit_bool(em, "certain", NULL, m->certain);
    emit_text(em, "why", NULL, m->why);
    if (m->certain)
        emit_aside(em, "Size model", "%s", m->name);
    else
        emit_aside(em, "Size model", "%s, assumed: %s", m->name, m->why);
    emit_end(em);
}

static void counts(struct emitter *em, const struct heap *h)
{
    const struct hprof_dump *d = &h->dump;

    emit_object(em, "counts", NULL);
    emit_count(em, "objects", NULL,
               d->instances + d->object_arrays + d->primitive_arrays);
    emit_count(em, "instances", NULL, d->instances);
    emit_count(em, "object_arrays", NULL, d->object_arrays);
    emit_count(em, "primitive_arrays", NULL, d->primitive_arrays);
    emit_count(em, "classes", NULL, d->class_dumps);
    emit_count(em, "strings", NULL, d->strings);
    emit_count(em, "stack_frames", NULL, d->stack_frames);
    emit_count(em, "threads", NULL, h->threads.n);
    emit_end(em);
}

/* What is not known (--quick) is not said. */
static void sum(struct emitter *em, const char *key, const char *label,
                const struct heap_sum *s)
{
    char size[SIZE_TEXT], count[TEXT_NUMBER];

    emit_object(em, key, NULL);
    emit_count(em, "objects", NULL, s->objects);
    emit_bytes(em, "shallow_bytes", NULL, s->bytes);
    if (known(s->objects))
        emit_aside(em, label, "%s in %s objects", size_text(size, s->bytes),
                   text_count(count, s->objects));
    emit_end(em);
}

static void weaker(struct emitter *em, const char *key, const char *label,
                   const struct heap_reference_sum *s)
{
    char size[SIZE_TEXT], count[TEXT_NUMBER];

    emit_object(em, key, NULL);
    emit_count(em, "references", NULL, s->references);
    emit_count(em, "objects", NULL, s->objects);
    emit_bytes(em, "shallow_bytes", NULL, s->bytes);
    if (s->objects)
        emit_aside(em, label, "%s in %s objects", size_text(size, s->bytes),
                   text_count(count, s->objects));
    emit_end(em);
}

/* What is neither strongly held nor garbage. */
static void references(struct emitter *em, const struct heap *h)
{
    emit_object(em, "references", NULL);
    weaker(em, "soft", "Only softly", &h->soft);
    weaker(em, "weak", "Only weakly", &h->weak);
    weaker(em, "final", "To be finalized", &h->final);
    weaker(em, "phantom", "Only as phantoms", &h->phantom);
    emit_end(em);
}

void report_roots(struct emitter *em, const struct report *r)
{
    const struct heap *h = r->incident->heap;
    uint64_t total = 0;
    unsigned k;

    if (!h) {
        emit_null(em, "roots");
        return;
    }
    for (k = 0; k < ROOT_KINDS; k++)
        total += h->root_records[k];
    emit_object(em, "roots", NULL);
    emit_count(em, "total", "GC roots", total);
    emit_object(em, "by_kind", NULL);
    for (k = 0; k < ROOT_KINDS; k++) {
        const char *name = hprof_root_name((enum hprof_root_kind)k);

        emit_count(em, name, h->root_records[k] ? name : NULL,
                   h->root_records[k]);
    }
    emit_end(em);
    emit_end(em);
}

void report_histogram(struct emitter *em, const struct report *r)
{
    static const struct column page[] = {
        {"objects", "Objects", 11},
        {"shallow_bytes", "Shallow", 10},
        {"retained_bytes", "Retained", 10},
        {"class", "Class", 0},
        {"loader", NULL, 0},
        {0},
    };
    static const struct column all[] = {
        {"class", NULL, 0},          {"loader", NULL, 0},
        {"objects", NULL, 0},        {"shallow_bytes", NULL, 0},
        {"retained_bytes", NULL, 0}, {0},
    };
    const struct heap *h = r->incident->heap;
    uint64_t n = h ? report_rows(h->histogram.n, r->top) : 0, i;

    emit_table(em, "histogram", "Classes by shallow size",
               emit_is_page(em) ? page : all);
    for (i = 0; i < n; i++) {
        const struct heap_class_row *c = &h->histogram.at[i];

        emit_item(em, NULL);
        emit_text(em, "class", NULL, c->name);
        emit_text(em, "loader", NULL, c->loader);
        emit_count(em, "objects", NULL, c->objects);
        emit_bytes(em, "shallow_bytes", NULL, c->shallow);
        emit_bytes(em, "retained_bytes", NULL, c->retained);
        emit_end(em);
    }
    emit_end(em);
}

void report_dominators(struct emitter *em, const struct report *r)
{
    const struct heap *h = r->incident->heap;

    report_object_list(em, "dominators",
                       "Largest objects, with all they keep alive",
                       h ? h->dominators.at : NULL,
                       h ? report_rows(h->dominators.n, r->top) : 0, true);
}

/* ---- damage ------------------------------------------------------------ */

static void fault(struct emitter *em, const char *key, const char *label,
                  uint64_t n)
{
    emit_count(em, key, n && known(n) ? label : NULL, n);
}

void report_damage(struct emitter *em, const struct report *r)
{
    const struct hprof_damage *d;

    if (!r->incident->heap) {
        emit_null(em, "damage");
        return;
    }
    d = &r->incident->heap->dump.damage;
    emit_object(em, "damage", "Damage");
    emit_text(em, "source", "Compression", *d->source ? d->source : NULL);
    emit_text(em, "first", NULL, *d->first ? d->first : NULL);
    emit_number(em, "first_at", NULL, *d->first ? d->first_at : UNKNOWN);
    if (*d->first)
        emit_aside(em, "First fault", "%s, at byte %" PRIu64, d->first,
                   d->first_at);
    emit_bool(em, "truncated", NULL, d->truncated);
    emit_number(em, "truncated_at", "Cut off at byte",
                d->truncated ? d->truncated_at : UNKNOWN);
    emit_bytes(em, "missing_bytes", d->missing_bytes ? "Bytes missing" : NULL,
               d->missing_bytes);
    fault(em, "unknown_tags", "Unknown records", d->unknown_tags);
    emit_bytes(em, "unparsed_bytes",
               d->unparsed_bytes ? "Not understood" : NULL, d->unparsed_bytes);
    fault(em, "bad_records", "Impossible records", d->bad_records);
    fault(em, "dangling_references", "Dangling references",
          d->dangling_references);
    fault(em, "duplicate_ids", "Duplicate ids", d->duplicate_ids);
    fault(em, "missing_classes", "Classes missing", d->missing_classes);
    fault(em, "missing_strings", "Names missing", d->missing_strings);
    fault(em, "short_instances", "Objects cut short", d->short_instances);
    emit_end(em);
}

/* References into nowhere alone are ordinary: one line for them. */
static void damage_of_page(struct emitter *em, const struct report *r)
{
    const struct hprof_damage *d = &r->incident->heap->dump.damage;
    char buf[TEXT_NUMBER];

    if (hprof_damage_any(d) || *d->source)
        report_damage(em, r);
    else if (d->dangling_references && known(d->dangling_references))
        emit_aside(em, "Dangling", "%s references to objects not in the dump",
                   text_count(buf, d->dangling_references));
}

/* ---- the block -------------------------------------------------------- */

static void file(struct emitter *em, const struct heap *h)
{
    const struct hprof_dump *d = &h->dump;
    char time[TIME_TEXT];

    emit_text(em, "path", NULL, h->path);
    emit_text(em, "format", NULL, d->version);
    emit_count(em, "id_size", NULL, d->id_size);
    emit_time(em, "time", NULL, d->time);
    emit_para(em, PARA_PLAIN, "%s: HPROF %s, taken %s",
              emit_shown_path(em, h->path), d->version,
              time_text(time, d->time) ? time : "at an impossible time");
    if (d->dumps_in_file > 1)
        emit_para(em, PARA_WARNING,
                  "The file holds %u dumps; this is number %u (--dump N).",
                  d->dumps_in_file, d->dump_read);
}

/* Some object is always the largest. Where the memory was lost elsewhere,
 * the page shows objects only if they are much of what was killed. */
static bool is_to_be_shown(const struct report *r)
{
    const struct heap *h = r->incident->heap;
    uint64_t killed = report_killed_rss(r);
    enum side s = r->verdict->side;

    if (r->verdict->kind == KIND_OVERSIZED_REQUEST ||
        r->verdict->kind == KIND_HEALTHY)
        return false;
    if (s == SIDE_ON_HEAP || s == SIDE_UNDECIDED || s == SIDE_NONE)
        return true;
    return h->suspects.n && known(killed) &&
           h->suspects.at[0].retained > killed / 10;
}

static void lists_of_page(struct emitter *em, const struct report *r)
{
    const struct heap *h = r->incident->heap;

    if (!is_to_be_shown(r)) {
        emit_para(em, PARA_PLAIN,
                  "%s: `oomwhy suspects` and `oomwhy histogram` show what is "
                  "in it.",
                  r->verdict->kind == KIND_HEALTHY
                      ? "Some object is always the largest"
                      : "Not where the memory was lost");
        return;
    }
    if (h->suspects.n && h->suspects.at[0].retained >= h->all.bytes / 20)
        report_suspects(em, r);
    else /* large only beside what is strongly held: most is not */
        report_dominators(em, r);
    report_histogram(em, r);
}

void report_heap(struct emitter *em, const struct report *r)
{
    const struct heap *h = r->incident->heap;

    if (!h) {
        emit_null(em, "heap");
        return;
    }
    emit_object(em, "heap", "Heap dump");
    file(em, h);
    size_model(em, &h->sizes);
    counts(em, h);
    sum(em, "all", "All objects", &h->all);
    sum(em, "reachable", "Reachable", &h->reachable);
    references(em, h);
    sum(em, "unreachable", "Garbage", &h->unreachable);
    report_garbage(em, r);
    if (emit_is_page(em)) {
        damage_of_page(em, r);
        lists_of_page(em, r);
        report_strings(em, r);
        report_native(em, r);
    } else {
        report_roots(em, r);
        report_histogram(em, r);
        report_dominators(em, r);
        report_suspects(em, r);
        report_strings(em, r);
        report_native(em, r);
        report_damage(em, r);
    }
    emit_end(em);
}
