/*
 * nmt_category.c - the lines under a category's head, and under Total: which
 * part is malloc, mmap, arena, and how many blocks, classes and threads.
 */
#include "nmt/nmt_parse.h"

#include "nmt/text.h"

/* `s` stands behind "malloc=" or "malloc: ". In 25 the tag follows the
 * amount, in the documentation's samples a comma. */
static void take_malloc(struct nmt_parser *p, struct nmt_category *c,
                        const char *s)
{
    struct nmt_amount a;

    (void)p;
    s = text_skip_blanks(s);
    a = nmt_amount(&s);
    c->malloc = a.value;
    c->malloc_delta = a.delta;
    nmt_count_after(s, &c->malloc_count, &c->malloc_count_delta);
    c->malloc_peak = nmt_amount_after(s, "peak=").value;
    if (text_after(s, "at peak"))
        c->malloc_peak = c->malloc;
}

static void take_mmap(struct nmt_parser *p, struct nmt_category *c,
                      const char *s)
{
    (void)p;
    c->mmap_reserved = nmt_amount_after(s, "reserved=").value;
    c->mmap_committed = nmt_amount_after(s, "committed=").value;
    c->mmap_peak = nmt_amount_after(s, "peak=").value;
    if (!known(c->mmap_peak))
        c->mmap_peak = nmt_amount_after(s, "largest_committed=").value;
    if (text_after(s, "at peak"))
        c->mmap_peak = c->mmap_committed;
}

static void take_arena(struct nmt_parser *p, struct nmt_category *c,
                       const char *s)
{
    struct nmt_amount a = nmt_amount(&s);

    (void)p;
    c->arena = a.value;
    c->arena_delta = a.delta;
}

static void take_overhead(struct nmt_parser *p, struct nmt_category *c,
                          const char *s)
{
    (void)p;
    c->overhead = nmt_amount(&s).value;
}

static void take_count(struct nmt_parser *p, struct nmt_category *c,
                       const char *s)
{
    struct nmt_amount a = nmt_amount(&s);

    (void)p;
    c->count = a.value;
    c->count_delta = a.delta;
}

static void open_metadata(struct nmt_parser *p, struct nmt_category *c,
                          const char *s)
{
    (void)c, (void)s;
    p->space = &p->report->metadata;
}

static void open_class_space(struct nmt_parser *p, struct nmt_category *c,
                             const char *s)
{
    (void)c, (void)s;
    p->space = &p->report->class_space;
}

static void take_space_size(struct nmt_parser *p, struct nmt_category *c,
                            const char *s)
{
    (void)c;
    if (!p->space)
        return;
    p->space->reserved = nmt_amount(&s).value;
    p->space->committed = nmt_amount_after(s, "committed=").value;
}

static void take_space_used(struct nmt_parser *p, struct nmt_category *c,
                            const char *s)
{
    (void)c;
    if (p->space)
        p->space->used = nmt_amount(&s).value;
}

static void take_space_waste(struct nmt_parser *p, struct nmt_category *c,
                             const char *s)
{
    (void)c;
    if (p->space)
        p->space->waste = nmt_amount(&s).value;
}

typedef void take_fn(struct nmt_parser *, struct nmt_category *, const char *);

static const struct {
    const char *mark;
    take_fn *take;
} marks[] = {
    {"(malloc=", take_malloc},
    {"(mmap: ", take_mmap},
    {"(stack: ", take_mmap},
    {"(arena=", take_arena},
    {"(tracking overhead=", take_overhead},
    {"(classes #", take_count},
    {"(thread #", take_count},
    {"(threads #", take_count},
    {"(  Metadata", open_metadata},
    {"(  Class space", open_class_space},
    {"(    reserved=", take_space_size},
    {"(    used=", take_space_used},
    {"(    waste=", take_space_waste},
};

/* The total's lines have no brackets: "malloc: 70MB #5" in 17 and later,
 * "malloc=70MB +3MB #5 +1" in the diffs of 25. */
static const struct {
    const char *mark;
    take_fn *take;
} total_marks[] = {
    {"malloc: ", take_malloc},
    {"malloc=", take_malloc},
    {"mmap: ", take_mmap},
};

void nmt_category_line(struct nmt_parser *p, struct nmt_category *c,
                       const char *line)
{
    const char *s;

    if (c == &p->report->total) {
        for (size_t i = 0; i < sizeof total_marks / sizeof *total_marks; i++)
            if ((s = text_after(line, total_marks[i].mark))) {
                total_marks[i].take(p, c, s);
                return;
            }
        return;
    }
    if (!text_after(line, "("))
        return;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if ((s = text_after(line, marks[i].mark))) {
            marks[i].take(p, c, s);
            return;
        }
}
