/* parts.c - the process's memory part by part; see parts.h. */
#include "parts.h"

#include <string.h>

#include "base/size.h"
#include "stacks.h"

/*
 * NMT's categories, joined where one cause moves several. `fresh` is what a
 * JVM has when main() begins; `ordinary` what real services have of the whole
 * part (docs/verdicts.md, "Ordinary sizes"); `jcmd` marks what the attach
 * listener and NMT itself inflate.
 */
static const struct {
    const char *category, *part;
    enum verdict_kind verdict;
    uint64_t fresh, ordinary; /* MiB */
    bool jcmd;
} table[] = {
    {"Class", "Metaspace", KIND_METASPACE_CLASS_LEAK, 2, 150, false},
    {"Metaspace", "Metaspace", KIND_METASPACE_CLASS_LEAK, 0, 150, false},
    {"Thread", "Thread", KIND_THREAD_STACKS, 1, 64, false},
    {"Thread Stack", "Thread", KIND_THREAD_STACKS, 0, 64, false},
    {"Code", "Code", KIND_CODE_CACHE, 8, 100, false},
    {"Compiler", "Compiler", KIND_COMPILER_ARENA, 1, 32, false},
    {"Arena Chunk", "Compiler", KIND_COMPILER_ARENA, 0, 32, true},
    {"GC", "GC", KIND_GC_STRUCTURES, 4, 100, false},
    {"GCCardSet", "GC", KIND_GC_STRUCTURES, 0, 100, false},
    {"Symbol", "Symbol", KIND_SYMBOLS, 2, 64, false},
    {"Other", "Other", KIND_NATIVE_TRACKED_OTHER, 0, 40, false},
    {"Internal", "Internal", KIND_NATIVE_TRACKED_OTHER, 1, 40, true},
    {"Native Memory Tracking", "Native Memory Tracking",
     KIND_NATIVE_TRACKED_OTHER, 1, 40, true},
};

static struct part *part_add(struct parts *p, const char *name)
{
    struct part *part;

    for (unsigned i = 0; i < p->n; i++)
        if (strcmp(p->at[i].name, name) == 0)
            return &p->at[i];
    if (p->n == PARTS_MAX)
        return NULL;
    part = &p->at[p->n++];
    memset(part, 0, sizeof *part);
    part->name = name;
    part->kind = PART_TRACKED;
    part->verdict = KIND_NATIVE_TRACKED_OTHER;
    part->figure = figure_none();
    return part;
}

static size_t row_of(const char *category)
{
    size_t i = 0;

    while (i < sizeof table / sizeof *table &&
           strcmp(table[i].category, category) != 0)
        i++;
    return i;
}

static uint64_t solid_of(const struct nmt_category *c, uint64_t committed)
{
    uint64_t solid = known_or(c->malloc, 0) + known_or(c->arena, 0);

    if ((strncmp(c->name, "Thread", 6) == 0 && !stacks_are_whole(c)) ||
        solid > committed)
        return committed;
    return solid;
}

/*
 * Collectors map their tables over the heap and allocate the rest. A bit a word
 * for each of two mark bitmaps and two to three bytes for each card of 512
 * are 3.7 % of it; Parallel and CMS commit them for the whole reserved heap
 * when they start, others as the heap grows. G1 and CMS start with a mark
 * stack of 32 MiB. CMS's own bitmap has no category up to JDK 8. What goes
 * beyond is growth of its own.
 */
#define TABLES_OF_HEAP 26 /* one 26th */
#define MARK_STACK     (36 * MIB)

static uint64_t tables_of(const struct nmt_report *r,
                          const struct nmt_category *c)
{
    const struct nmt_category *heap = nmt_find(r, "Java Heap");
    uint64_t most;

    if ((strcmp(c->name, "GC") != 0 && strcmp(c->name, "Unknown") != 0) ||
        !heap || !known(c->mmap_committed))
        return 0;
    most = known_or(heap->reserved, 0) / TABLES_OF_HEAP + MARK_STACK;
    return c->mmap_committed < most ? c->mmap_committed : most;
}

/* Adds one category to its part; what jcmd itself adds is left out. */
static void add_category(struct parts *p, const struct moment *last,
                         const struct nmt_category *c, uint64_t first,
                         bool has_first, const struct thresholds *t)
{
    size_t row = row_of(c->name);
    bool in_table = row < sizeof table / sizeof *table;
    struct part *part = part_add(p, in_table ? table[row].part : c->name);
    uint64_t bytes = moment_pages_of(last, c);
    uint64_t tables = tables_of(last->nmt, c);

    if (!part)
        return;
    part->tables += tables;
    if (in_table) {
        part->verdict = table[row].verdict;
        part->ordinary = table[row].ordinary * MIB + part->tables;
        if (!has_first)
            first = table[row].fresh * MIB + tables;
        if (table[row].jcmd) {
            first += t->jcmd_overhead;
            part->discount += t->jcmd_overhead;
        }
    } else {
        part->ordinary = 32 * MIB + part->tables;
        if (!has_first)
            first = MIB + tables;
    }
    part->first += first < bytes ? first : bytes;
    if (!known(part->figure.value) || bytes > part->figure.value)
        part->figure = figure_of(last->nmt_input, bytes, c->line);
    part->last += bytes;
    part->promised += known_minus(c->committed, bytes);
    part->solid += solid_of(c, bytes);
}

/* Of what is committed: all of it, but for stacks that NMT counts whole. */
static double share_of_pages(const struct moment *m,
                             const struct nmt_category *c)
{
    return c->committed ? (double)moment_pages_of(m, c) / (double)c->committed
                        : 1;
}

/* Classes take 6 to 9 KiB each as a rule, and those of the shared archive
 * nothing; what the table has is for a large service. */
static void bound_by_classes(struct parts *p)
{
    const struct nmt_category *c = nmt_find(p->last->nmt, "Class");
    uint64_t n = c ? c->count : UNKNOWN;

    if (!n || n > GIB / ORDINARY_CLASS) /* UNKNOWN, too */
        return;
    for (unsigned i = 0; i < p->n; i++)
        if (strcmp(p->at[i].name, "Metaspace") == 0 &&
            p->at[i].ordinary > 8 * MIB + n * ORDINARY_CLASS)
            p->at[i].ordinary = 8 * MIB + n * ORDINARY_CLASS;
}

static void add_tracked(struct parts *p, const struct thresholds *t)
{
    const struct nmt_report *before =
        p->first && p->first->nmt != p->last->nmt ? p->first->nmt : NULL;
    const struct nmt_category *c, *old;

    VEC_EACH (&p->last->nmt->categories, c) {
        uint64_t first = 0;
        bool has_first = before != NULL;

        if (!moment_is_tracked(c))
            continue;
        old = before ? nmt_find(before, c->name) : NULL;
        if (old)
            first = moment_pages_of(p->first, old);
        else if (!before && known_delta(c->committed_delta)) {
            /* A diff brings its own baseline. */
            first = c->committed - (uint64_t)c->committed_delta;
            first = (uint64_t)((double)first * share_of_pages(p->last, c));
            has_first = true;
        }
        add_category(p, p->last, c, first, has_first, t);
    }
    bound_by_classes(p);
}

static void add_heap(struct parts *p)
{
    struct figure last = moment_heap(p->last);
    struct part *part;
    uint64_t first;

    if (!known(last.value))
        return;
    part = part_add(p, "Java Heap");
    if (!part)
        return;
    part->kind = PART_HEAP;
    part->verdict = KIND_XMX_OVER_LIMIT;
    first = p->first ? moment_heap(p->first).value : UNKNOWN;
    part->first = known_or(first, 4 * MIB);
    part->last = last.value;
    part->figure = last;
    if (part->first > part->last)
        part->first = part->last;
}

/* Others know a few parts as well: jcmd or a GC log what classes use, jcmd what
 * compiled code does, the mappings what stacks do. */
static void add_used(struct parts *p, const char *category, struct figure first,
                     struct figure last)
{
    size_t row = row_of(category);
    struct part *part;

    if (!known(last.value))
        return;
    part = part_add(p, table[row].part);
    if (!part)
        return;
    part->verdict = table[row].verdict;
    part->ordinary = table[row].ordinary * MIB;
    part->first = known_or(first.value, table[row].fresh * MIB);
    part->last = last.value;
    part->figure = last;
    if (part->first > part->last)
        part->first = part->last;
}

static void add_untold(struct parts *p)
{
    const struct figure none = figure_none();
    const struct moment *a = p->first, *b = p->last;

    add_used(p, "Class", a ? a->metaspace_used : none, b->metaspace_used);
    add_used(p, "Code", a ? a->code_used : none, b->code_used);
    add_used(p, "Thread", a ? a->stacks : none, b->stacks);
    if (known(b->stacks.value))
        part_add(p, "Thread")->solid = b->stacks.value;
}

/* Without NMT everything but the heap and what others know is one part. */
static uint64_t rest_of(const struct moment *m)
{
    uint64_t private = moment_private(m);

    if (known(m->untracked.value))
        return m->untracked.value;
    if (m->nmt || !known(private))
        return UNKNOWN;
    return known_minus(private, known_or(moment_heap(m).value, 0) +
                                    known_or(m->metaspace_used.value, 0) +
                                    known_or(m->code_used.value, 0) +
                                    known_or(m->stacks.value, 0));
}

/*
 * A compilation's arena that was freed leaves NMT, not the process: the
 * allocator keeps its pages. That is growth outside NMT, but of once, and no
 * leak.
 */
static uint64_t kept_of(const struct part *part, uint64_t freed)
{
    uint64_t growth = part->last - part->first;

    freed = known_or(freed, 0);
    return growth < freed ? growth : freed;
}

static void add_untracked(struct parts *p, uint64_t freed)
{
    uint64_t last = rest_of(p->last), first = UNKNOWN;
    struct part *part;

    if (!known(last))
        return;
    part = part_add(p, "outside NMT");
    if (!part)
        return;
    part->kind = PART_UNTRACKED;
    part->verdict = KIND_NATIVE_UNTRACKED_MALLOC;
    part->ordinary = 64 * MIB;
    if (p->first)
        first = rest_of(p->first);
    part->first = known_or(first, 8 * MIB);
    if (part->first > last)
        part->first = last;
    part->last = last;
    part->once = p->first ? kept_of(part, freed) : 0;
    part->figure = figure_derived(last);
    part->figure.origin = p->last->rss.origin;
    part->figure.line = p->last->rss.line;
    p->has_untracked = true;
    /* Where the heap's size is not known, this may be heap as well. */
    if (!known(moment_heap(p->last).value))
        p->unseen = true;
}

/* ---- from the last moment to the death --------------------------------- */

/* What a fresh JVM's private pages are. */
#define FRESH_PRIVATE (16 * MIB)

static double scale_of(const struct parts *p, uint64_t end)
{
    uint64_t so_far = known_minus(p->private_last, p->private_first);
    uint64_t in_all = known_minus(end, p->private_first);

    if (!known(so_far) || !known(in_all) || so_far < GROWTH_THAT_COUNTS ||
        end <= p->private_last)
        return 1;
    return (double)in_all / (double)so_far;
}

/*
 * What the death's pages hold beyond all parts is one more, of unknown make:
 * outside NMT, or grown after the last look. With a known way to the death
 * little is left over; without one it may be everything.
 */
static void add_gap(struct parts *p, uint64_t end)
{
    uint64_t sum = 0;
    struct part *part;

    for (unsigned i = 0; i < p->n; i++)
        sum += p->at[i].end;
    if (end <= sum || end - sum <= known_minus(end, FRESH_PRIVATE) / 2)
        if (p->has_untracked)
            return;
    part = part_add(p, "outside NMT");
    if (!part)
        return;
    if (!p->has_untracked) {
        part->first = 8 * MIB;
        part->ordinary = 64 * MIB;
    }
    part->kind = PART_UNTRACKED;
    part->verdict = KIND_NATIVE_UNTRACKED_MALLOC;
    part->last = part->end = part->end + known_minus(end, sum);
    if (part->first > part->last)
        part->first = part->last;
    part->growth = part->end - part->first;
    part->figure = figure_derived(part->last);
    p->growth += part->growth;
    p->unseen = true;
    p->has_untracked = true;
}

static void grow(struct parts *p, const struct parts_end *end)
{
    double scale = known(end->private) ? scale_of(p, end->private) : 1;

    /* More than tenfold is no way any more, but a leap. */
    if (scale > 10)
        scale = 1;
    p->extrapolated = scale > 1;

    for (unsigned i = 0; i < p->n; i++) {
        struct part *part = &p->at[i];
        uint64_t so_far = part->last - part->first;

        part->growth =
            (uint64_t)((double)(so_far - part->once) * scale) + part->once;
        part->end = part->first + part->growth;
        if (part->kind == PART_HEAP && known(end->heap_max) &&
            part->end > end->heap_max)
            part->end = end->heap_max;
        /* No part can be larger than all were together. */
        if (known(end->private) && part->end > end->private)
            part->end = end->private;
        if (part->end < part->last)
            part->end = part->last;
        part->growth = part->end - part->first;
        p->growth += part->growth;
    }
}

void parts_find(const struct moment *first, const struct moment *last,
                const struct parts_end *end, const struct thresholds *t,
                struct parts *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->private_first = ret->private_last = UNKNOWN;
    ret->private_end = end->private;
    if (!last)
        return;
    ret->last = last;
    ret->first = first != last ? first : NULL;
    ret->private_last = moment_private(last);
    ret->private_first = ret->first ? moment_private(first) : FRESH_PRIVATE;
    add_heap(ret);
    if (last->nmt)
        add_tracked(ret, t);
    else
        add_untold(ret);
    if (known(ret->private_last))
        add_untracked(ret, end->freed);
    grow(ret, end);
    if (known(end->private))
        add_gap(ret, end->private);
}

/* Who but NMT; NULL: nobody. */
static const char *other_teller(const struct part *p)
{
    switch (p->figure.line) {
    case LINE_JCMD: return "jcmd";
    case LINE_GC: return "the GC log";
    case LINE_PROC: return "the mappings";
    case LINE_HS_ERR: return "hs_err";
    default: return NULL;
    }
}

const char *part_teller(const struct part *p)
{
    const char *other = other_teller(p);

    return other ? other : "NMT";
}

bool part_is_nmts(const struct part *p)
{
    return p->kind == PART_TRACKED && !other_teller(p);
}

const struct part *parts_largest(const struct parts *p)
{
    const struct part *best = NULL;

    for (unsigned i = 0; i < p->n; i++)
        if (p->at[i].growth && (!best || p->at[i].growth > best->growth))
            best = &p->at[i];
    return best;
}

const struct part *parts_of(const struct parts *p, enum part_kind kind)
{
    for (unsigned i = 0; i < p->n; i++)
        if (p->at[i].kind == kind)
            return &p->at[i];
    return NULL;
}

const struct part *parts_named(const struct parts *p, const char *name)
{
    for (unsigned i = 0; i < p->n; i++)
        if (strcmp(p->at[i].name, name) == 0)
            return &p->at[i];
    return NULL;
}

const struct part *parts_extraordinary(const struct parts *p)
{
    const struct part *best = NULL;

    for (unsigned i = 0; i < p->n; i++) {
        const struct part *it = &p->at[i];

        if (it->kind != PART_TRACKED || it->last <= 2 * it->ordinary)
            continue;
        if (!best || it->last - it->ordinary > best->last - best->ordinary)
            best = it;
    }
    return best;
}

uint64_t parts_filled_by(const struct parts *p)
{
    uint64_t end = known_or(p->private_end, p->private_last);
    uint64_t more = known_minus(end, p->private_first);

    return p->first && known(more) && more > p->growth ? more - p->growth : 0;
}

/* Committed bytes that need not have pages: a collector's tables and bitmaps,
 * which follow from the heap's size and are written as it is used. */
static uint64_t hollow(const struct part *part)
{
    return part->kind == PART_TRACKED ? part->last - part->solid : 0;
}

const struct part *parts_filled(const struct parts *p)
{
    const struct part *best = NULL;
    uint64_t all = 0, by = parts_filled_by(p);

    if (!p->last || !p->last->nmt || p->unseen || by < GROWTH_THAT_COUNTS ||
        by < p->growth)
        return NULL;
    for (unsigned i = 0; i < p->n; i++) {
        const struct part *it = &p->at[i];

        all += hollow(it);
        if (!best || hollow(it) > hollow(best))
            best = it;
    }
    return hollow(best) >= by && all - hollow(best) < by / 2 ? best : NULL;
}
