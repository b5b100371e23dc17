/*
 * spacing.c - distances between neighbours, by class.
 */
#include "graph/spacing.h"

#include "hprof/gaps.h"

static void note_instance(struct class_spacing *s, uint64_t gap)
{
    if (gap < s->least) {
        s->least = gap;
        s->seen = 0;
    }
    s->seen += gap == s->least;
}

static void note_array(struct class_spacing *s, uint64_t gap, uint64_t length,
                       unsigned element)
{
    int64_t head = (int64_t)(gap - length * element);
    int64_t wide = (int64_t)(gap - length * 8);

    if (head < s->head)
        s->head = head;
    if (wide < s->head_wide)
        s->head_wide = wide;
}

static void note_objects(struct spacing *s, const struct hprof_dump *d,
                         const struct hprof_gaps *gaps)
{
    const uint32_t *length = d->lengths, *end = length + d->n_lengths;

    for (uint32_t v = d->n_classes + 1; v < d->nodes; v++) {
        uint32_t c = d->class_of[v], n = 0;
        unsigned type = c == CLASS_NONE ? 0 : d->classes[c].array;
        uint64_t gap = (uint64_t)gaps->at[v] << gaps->shift;

        if (type && length < end)
            n = *length++;
        if (c == CLASS_NONE || gaps->at[v] == GAP_UNKNOWN)
            continue;
        s->of[c].objects++;
        if (type)
            note_array(&s->of[c], gap, n, hprof_type_size(type, 4));
        else
            note_instance(&s->of[c], gap);
    }
}

static void note_class_objects(struct spacing *s, const struct hprof_dump *d,
                               const struct hprof_gaps *gaps)
{
    for (uint32_t c = 0; c < d->n_classes; c++)
        if (gaps->at[c + 1] != GAP_UNKNOWN)
            s->class_object[c] = (uint64_t)gaps->at[c + 1] << gaps->shift;
}

bool spacing_measure(struct spacing *s, const struct hprof_dump *d,
                     struct mem *m, struct err *e)
{
    struct hprof_gaps gaps;

    s->of = mem_alloc(m, d->n_classes, sizeof *s->of, e);
    s->class_object = mem_alloc(m, d->n_classes, sizeof *s->class_object, e);
    if (!s->of || !s->class_object || !hprof_gaps_build(&gaps, d, m, e)) {
        spacing_deinit(s, m);
        return false;
    }
    for (uint32_t c = 0; c < d->n_classes; c++) {
        s->of[c].least = s->class_object[c] = SPACING_NONE;
        s->of[c].head = s->of[c].head_wide = INT64_MAX;
    }
    note_objects(s, d, &gaps);
    note_class_objects(s, d, &gaps);
    hprof_gaps_deinit(&gaps, d, m);
    return true;
}

void spacing_deinit(struct spacing *s, struct mem *m)
{
    mem_free(m, s->of);
    mem_free(m, s->class_object);
    s->of = NULL;
    s->class_object = NULL;
}
