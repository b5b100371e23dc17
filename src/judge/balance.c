/*
 * balance.c - the RSS at the death split into rows, each a range: what is
 * committed is an upper bound of what is resident, and what was captured
 * earlier a lower bound of what had grown by then. What the rows can't
 * cover is unexplained; it is never negative.
 */
#include "verdict_parts.h"

#include <string.h>

#include "base/size.h"

struct sheet {
    const struct facts *facts;
    struct pen *pen;
    struct balance *ret;
};

static bool row(struct sheet *s, const char *key, const char *label,
                uint64_t low, uint64_t high, const char *source,
                struct origin origin)
{
    struct balance_row *r;

    if (!vec_push(&s->ret->rows, s->facts->mem, s->pen->err))
        return false;
    r = vec_last(&s->ret->rows);
    r->key = key;
    r->label = label;
    r->high = high < s->ret->total ? high : s->ret->total;
    r->low = low < r->high ? low : r->high;
    r->source = source;
    r->origin = origin;
    return true;
}

static const char *word(enum line l)
{
    static const char *const words[] = {
        [LINE_NONE] = "worked out",   [LINE_STATED] = "stated",
        [LINE_KERNEL] = "kernel log", [LINE_NMT] = "NMT",
        [LINE_DUMP] = "heap dump",    [LINE_PROC] = "/proc",
        [LINE_CGROUP] = "cgroup",     [LINE_LOG] = "log",
        [LINE_GC] = "GC log",         [LINE_JCMD] = "jcmd",
        [LINE_HS_ERR] = "hs_err",     [LINE_ALLOCATOR] = "allocator",
    };

    return words[l];
}

static const char *heap_source(const struct facts *f)
{
    if (!f->last || !known(f->last->heap_resident.value))
        return f->last && f->last->never_collected ? "what objects fill"
                                                   : "committed heap";
    return facts_multi_mapped(f) ? "shared memory, as ZGC's heap is"
                                 : "pages of the heap's range in smaps";
}

/* What the rows of the heap cover together; UNKNOWN: there are none. */
static uint64_t heap_at_most(const struct facts *f)
{
    uint64_t heap = f->heap_end.value, live = f->live.value;

    return !known(heap) || (known(live) && live > heap) ? live : heap;
}

/* Whether the kernel stated the figures of the RSS that is split. */
static bool by_kernel(const struct facts *f)
{
    return !f->last || (known(f->rss.value) && f->kill.kill);
}

static struct figure shared(const struct facts *f)
{
    return by_kernel(f) ? f->shmem : f->last->shmem;
}

/* Of ZGC's heap, which is shared memory, the pages were seen. */
static uint64_t heap_at_least(const struct facts *f)
{
    uint64_t heap = heap_at_most(f), pages = known_or(shared(f).value, 0);

    if (!facts_multi_mapped(f))
        return 0;
    return pages < heap ? pages : heap;
}

/* The live set, and the garbage around it: at most the heap's pages. */
static bool rows_of_heap(struct sheet *s)
{
    const struct facts *f = s->facts;
    uint64_t live = known_or(f->live.value, 0);
    bool split = known(f->live.value);

    if (split && !row(s, "heap_live", "Java heap, live objects", live, live,
                      word(f->live.line), f->live.origin))
        return false;
    if (!known(f->heap_end.value))
        return true;
    return row(s, split ? "heap_garbage" : "heap",
               split ? "Java heap, garbage and free pages" : "Java heap",
               known_minus(heap_at_least(f), live), heap_at_most(f) - live,
               pen_write(s->pen, "%s%s", heap_source(f),
                         split ? ", less the live set" : ""),
               f->heap_end.origin);
}

/* "nmt_code_cache", "code_cache": the part's name as a key. */
static const char *key_of(struct pen *p, const struct part *part)
{
    const char *name = part->name;
    char buf[64] = "nmt_";
    size_t n = part_is_nmts(part) ? 4 : 0;

    for (; *name && n + 1 < sizeof buf; name++) {
        char c = *name;

        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        buf[n++] = c == ' ' ? '_' : c;
    }
    buf[n] = '\0';
    return pen_write(p, "%s", buf);
}

static const char *part_label(struct pen *p, const struct part *part)
{
    if (part_is_nmts(part))
        return pen_write(p, "NMT %s", part->name);
    return pen_write(p, "%s, by %s", part->name, part_teller(part));
}

static const char *part_source(struct pen *p, const struct part *part,
                               bool carried_on)
{
    if (carried_on)
        return pen_write(p, "%s; carried on to the death", part_teller(part));
    return part_is_nmts(part) ? "NMT: malloc at least, committed at most"
                              : pen_write(p, "%s: in use", part_teller(part));
}

/* Parts below this are one row together. */
#define SMALL MIB

static bool rows_of_parts(struct sheet *s)
{
    const struct parts *parts = &s->facts->parts;
    uint64_t small = 0;
    bool nmt = false;

    for (unsigned i = 0; i < parts->n; i++) {
        const struct part *it = &parts->at[i];

        if (it->kind != PART_TRACKED)
            continue;
        nmt |= part_is_nmts(it);
        if (it->end < SMALL)
            small += it->end;
        else if (!row(s, key_of(s->pen, it), part_label(s->pen, it), it->solid,
                      it->end, part_source(s->pen, it, parts->extrapolated),
                      it->figure.origin))
            return false;
    }
    if (!small || !nmt)
        return true;
    return row(s, "nmt_small", "NMT, everything else", 0, small,
               "NMT committed", figure_none().origin);
}

static bool rows_of_files(struct sheet *s)
{
    const struct facts *f = s->facts;
    struct figure file = by_kernel(f) ? f->file : f->last->file;
    struct figure shmem = shared(f);

    if (known(file.value) && file.value &&
        !row(s, "file", "file pages: libraries, archives, mapped files",
             file.value, file.value, word(file.line), file.origin))
        return false;
    if (facts_multi_mapped(f))
        shmem.value = known_minus(shmem.value, known_or(heap_at_most(f), 0));
    if (!known(shmem.value) || !shmem.value)
        return true;
    return row(s, "shmem",
               facts_multi_mapped(f)
                   ? "shared memory: the heap mapped again, or other"
                   : "shared memory",
               shmem.value, shmem.value, word(shmem.line), shmem.origin);
}

/* What lies outside NMT went on growing after glibc was asked. */
static uint64_t carried_on(const struct facts *f, uint64_t bytes)
{
    const struct part *part = parts_of(&f->parts, PART_UNTRACKED);

    if (!part || !part->last || part->end <= part->last)
        return bytes;
    return (uint64_t)((double)bytes * ((double)part->end / (double)part->last));
}

/* Of blocks in use as many pages are resident as the process has at all. */
static uint64_t touched(const struct moment *m, uint64_t bytes)
{
    return known(m->anon.value) && m->anon.value < bytes ? m->anon.value
                                                         : bytes;
}

static bool rows_of_allocator(struct sheet *s)
{
    const struct moment *m = s->facts->last;
    uint64_t live, kept;

    if (!m || !known(m->malloc_retained.value))
        return true;
    live = known_minus(m->malloc_in_use.value, moment_nmt_malloc(m));
    kept = m->malloc_retained.value;
    if (known(live) && live >= SMALL &&
        !row(s, "malloc_outside_nmt",
             m->nmt ? "malloc outside NMT, in use"
                    : "malloc in use, the JVM's own included",
             touched(m, live), carried_on(s->facts, live),
             m->nmt ? "glibc's bytes in use less NMT's malloc"
                    : "glibc's bytes in use",
             m->malloc_in_use.origin))
        return false;
    return kept < SMALL ||
           row(s, "malloc_retained", "freed memory kept by glibc", 0,
               carried_on(s->facts, kept), "glibc's own figures",
               m->malloc_retained.origin);
}

static void close_sheet(struct balance *b)
{
    const struct balance_row *r;
    uint64_t low = 0, high = 0;

    VEC_EACH (&b->rows, r) {
        low += r->low;
        high += r->high;
    }
    b->unexplained_low = b->total > high ? b->total - high : 0;
    b->unexplained_high = b->total > low ? b->total - low : 0;
}

bool balance_draw(const struct facts *f, struct pen *p, struct balance *ret)
{
    struct sheet s = {f, p, ret};
    uint64_t total = facts_end_rss(f);

    if (!known(total) || !total)
        return true;
    ret->present = true;
    ret->total = total;
    ret->at = f->kill.kill && known(f->rss.value)
                  ? "kernel kill"
                  : pen_write(p, "%s", f->last ? f->last->name : "stated");
    if (!rows_of_heap(&s) || !rows_of_parts(&s) || !rows_of_allocator(&s) ||
        !rows_of_files(&s))
        return false;
    close_sheet(ret);
    return true;
}
