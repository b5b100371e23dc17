/*
 * spacing.c - distances between neighbours, by class.
 */
#include "graph/spacing.h"

#include "hprof/gaps.h"

static inline void note_instance(struct class_spacing *s, uint64_t gap)
{
    if (gap < s->least) {
        s->least = gap;
        s->seen = 0;
    }
    s->seen += gap == s->least;
}

static inline void note_array(struct class_spacing *s, uint64_t gap,
                              uint64_t length)
{
    int64_t head = (int64_t)(gap - length * s->element);
    int64_t wide = (int64_t)(gap - length * 8);

    if (head < s->head)
        s->head = head;
    if (wide < s->head_wide)
        s->head_wide = wide;
}

/* Those of g->at. */
static void note_objects(struct spacing *s, const struct hprof_dump *d,
                         const struct ranks *arrays, const struct hprof_gaps *g)
{
    const struct labels classes = d->class_of;
    const uint32_t *gaps = g->at, n_classes = d->n_classes;
    uint32_t array = ranks_of(arrays, g->from);
    unsigned shift = g->shift;

    for (uint64_t i = 0; i < g->n; i++) {
        uint32_t c = labels_get_or_more(&classes, g->from + i), n = 0;
        uint64_t gap = (uint64_t)gaps[i] << shift;
        struct class_spacing *of = &s->of[c];

        if (c >= n_classes)
            continue;
        if (of->element)
            n = lengths_get(&d->lengths, array++);
        if (gaps[i] == GAP_UNKNOWN)
            continue;
        of->objects++;
        if (of->element)
            note_array(of, gap, n);
        else
            note_instance(of, gap);
    }
}

static void note_class_objects(struct spacing *s, const struct hprof_dump *d,
                               const struct hprof_gaps *g)
{
    for (uint32_t c = 0; c < d->n_classes; c++)
        if (g->class_object[c] != GAP_UNKNOWN)
            s->class_object[c] = (uint64_t)g->class_object[c] << g->shift;
}

bool spacing_measure(struct spacing *s, const struct hprof_dump *d,
                     const struct ranks *arrays, struct mem *m, struct err *e)
{
    struct hprof_gaps gaps;

    s->of = mem_alloc(m, d->n_classes, sizeof *s->of, e);
    s->class_object = mem_alloc(m, d->n_classes, sizeof *s->class_object, e);
    if (!s->of || !s->class_object ||
        !hprof_gaps_init(&gaps, d, GAPS_ENOUGH, m, e)) {
        spacing_deinit(s, m);
        return false;
    }
    for (uint32_t c = 0; c < d->n_classes; c++) {
        s->of[c].least = s->class_object[c] = SPACING_NONE;
        s->of[c].head = s->of[c].head_wide = INT64_MAX;
        s->of[c].element = hprof_type_size(d->classes[c].array, 4);
    }
    while (hprof_gaps_next(&gaps))
        note_objects(s, d, arrays, &gaps);
    note_class_objects(s, d, &gaps);
    hprof_gaps_deinit(&gaps, m);
    return true;
}

void spacing_deinit(struct spacing *s, struct mem *m)
{
    mem_free(m, s->of);
    mem_free(m, s->class_object);
    s->of = NULL;
    s->class_object = NULL;
}
