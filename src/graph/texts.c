/*
 * texts.c - the same text over and over: what a sample of the Strings says,
 * of how many, and of how many bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "graph/heap_parts.h"

#define SAMPLE       ((uint64_t)20000)
#define SAMPLE_CHARS 256
/* So many in a row, then a gap: what is made together is often alike. */
#define SAMPLE_RUN 2048
/* Fewer say nothing about the rest. */
#define SAMPLE_LEAST 500
/* No more fit in the windows: a String and its array take 40 bytes or more. */
#define MOST_NEAR (SPREAD_MOST * SPREAD_WINDOW / 40)

static int by_text(const void *x, const void *y)
{
    return strcmp(*(const char *const *)x, *(const char *const *)y);
}

static uint64_t count_distinct(const char **t, uint64_t n)
{
    uint64_t distinct = 0;

    if (n)
        qsort(t, n, sizeof *t, by_text);
    for (uint64_t i = 0; i < n; i++)
        distinct += i == 0 || strcmp(t[i], t[i - 1]) != 0;
    return distinct;
}

/* Keeps the most frequent in order; of equals the first of the alphabet. */
static bool keep_repeat(struct analysis *a, const char *text, uint64_t times)
{
    struct heap_strings *s = &a->heap->strings;
    unsigned at = s->n_repeated;

    while (at > 0 && s->repeated[at - 1].times < times)
        at--;
    if (at == HEAP_REPEATS)
        return true;
    text = arena_strdup(&a->heap->arena, text, a->err);
    if (!text)
        return false;
    if (s->n_repeated < HEAP_REPEATS)
        s->n_repeated++;
    memmove(&s->repeated[at + 1], &s->repeated[at],
            (s->n_repeated - at - 1) * sizeof *s->repeated);
    s->repeated[at] = (struct heap_repeat){text, times};
    return true;
}

/* `t` is sorted. */
static bool keep_repeated(struct analysis *a, const char **t, uint64_t n)
{
    uint64_t from = 0;

    for (uint64_t i = 1; i <= n; i++) {
        if (i < n && strcmp(t[i], t[from]) == 0)
            continue;
        if (i - from > 1 && !keep_repeat(a, t[from], i - from))
            return false;
        from = i;
    }
    return true;
}

static bool compare_sample(struct analysis *a, const uint32_t *nodes,
                           uint64_t n)
{
    struct heap_strings *s = &a->heap->strings;
    const char **texts = mem_alloc(a->mem, n, sizeof *texts, a->err);
    struct arena scratch;
    uint64_t k = 0;
    bool ok = texts != NULL;

    arena_init(&scratch, a->mem);
    ok = ok && hprof_strings_read(a->dump, a->source, nodes, n, SAMPLE_CHARS,
                                  texts, &scratch, a->err);
    for (uint64_t i = 0; ok && i < n; i++)
        if (texts[i])
            texts[k++] = texts[i];
    s->sampled = k;
    s->distinct = count_distinct(texts, k);
    s->shown = a->options->show_values;
    if (ok && s->shown)
        ok = keep_repeated(a, texts, k);
    mem_free(a->mem, texts);
    arena_deinit(&scratch);
    return ok;
}

/* ---- which ones --------------------------------------------------------- */

struct ranges {
    struct hprof_range at[SPREAD_MOST];
    unsigned n;
};

static bool is_within(const struct ranges *r, uint32_t node)
{
    for (unsigned i = 0; i < r->n; i++)
        if (node >= r->at[i].begin && node < r->at[i].end)
            return true;
    return false;
}

/* Up to `room` Strings in the ranges whose arrays are, too. */
static uint64_t gather(const struct hprof_dump *d, const struct ranges *r,
                       uint32_t string, uint32_t *nodes, uint64_t room)
{
    uint64_t n = 0;

    for (unsigned i = 0; i < r->n; i++)
        for (uint32_t v = r->at[i].begin; v < r->at[i].end && n < room; v++)
            if (hprof_class_of(d, v) == string &&
                is_within(r, hprof_string_array(d, v)))
                nodes[n++] = v;
    return n;
}

/* Leaves runs of them, about SAMPLE in all; returns how many. */
static uint64_t leave_runs(uint32_t *nodes, uint64_t n)
{
    uint64_t step = n / SAMPLE + 1, kept = 0;

    for (uint64_t i = 0; i < n; i++)
        if (i / SAMPLE_RUN % step == 0)
            nodes[kept++] = nodes[i];
    return kept;
}

/* Where the windows meet hardly any, all may be in one place: the first ones
 * are then as good as any others, and few places in the file. */
static uint64_t choose(const struct hprof_dump *d, uint32_t string,
                       uint32_t *nodes, uint64_t room)
{
    const struct ranges all = {.at = {{d->n_classes + 1, d->nodes}}, .n = 1};
    struct ranges r = {.n = hprof_spread(d, r.at)};
    uint64_t n = gather(d, &r, string, nodes, room);

    if (n >= SAMPLE_LEAST)
        return leave_runs(nodes, n);
    return gather(d, &all, string, nodes,
                  room < SAMPLE_RUN ? room : SAMPLE_RUN);
}

/*
 * Of windows from all over the heap, which need not be inflated again, and of
 * a heap of up to 16 MiB of all of it. A String is left out whose array lies
 * elsewhere. Values that occur a few times in all look distinct in a
 * small sample, so the estimate errs towards "no duplicates".
 */
bool texts_sample(struct analysis *a)
{
    const struct hprof_dump *d = a->dump;
    struct heap_strings *s = &a->heap->strings;
    uint32_t string = hprof_class_find(d, "java.lang.String");
    uint32_t *nodes;
    uint64_t room;
    bool ok;

    s->duplicate_bytes = UNKNOWN;
    if (string == CLASS_NONE || a->options->quick)
        return true;
    s->count = d->classes[string].objects;
    room = s->count < MOST_NEAR ? s->count : MOST_NEAR;
    nodes = mem_alloc(a->mem, room, sizeof *nodes, a->err);
    ok = nodes && compare_sample(a, nodes, choose(d, string, nodes, room));
    mem_free(a->mem, nodes);
    return ok;
}

void texts_weigh(struct analysis *a)
{
    struct heap_strings *s = &a->heap->strings;
    uint32_t string = hprof_class_find(a->dump, "java.lang.String");

    if (string == CLASS_NONE || !analysis_has_tree(a))
        return;
    /* A String and the array only it refers to, as the tree sees them. */
    s->bytes = a->tree.classes[string].retained;
    if (s->sampled)
        s->duplicate_bytes =
            (uint64_t)((double)s->bytes * (double)(s->sampled - s->distinct) /
                       (double)s->sampled);
}
