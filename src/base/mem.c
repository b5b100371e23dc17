/*
 * mem.c - the one place that calls malloc and mmap.
 */
#define _GNU_SOURCE
#include "mem.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bits.h"

void mem_init(struct mem *m, uint64_t limit)
{
    memset(m, 0, sizeof *m);
    m->limit = limit;
}

/* False when a test wants this call to fail. */
static bool allowed(struct mem *m, struct err *e)
{
    uint64_t call = atomic_fetch_add(&m->calls, 1) + 1;

    return !m->fail_at || call < m->fail_at ||
           err_set(e, ERR_NOMEM, "out of memory (failure injected)");
}

/*
 * How a limit is shared. An eighth stays free for the program itself; where
 * maps can be spilled they leave a quarter, and no less than 24 MiB, to the
 * pages of spilled ones that are in use. With less, measured in memory
 * cgroups of that size, the kernel killed or took six times as long. Below
 * the floor, and with more than six times the limit in all, it would read
 * from disk for very long: 461 MiB in 128 took 13 s, in 96 two minutes, in 80
 * more than that.
 */
#define SPILL_FLOOR ((uint64_t)48 << 20)
#define SPILL_PAGES ((uint64_t)24 << 20)
#define SPILL_TIMES 6
/* A smaller map isn't worth a file. */
#define SPILL_MIN ((uint64_t)1 << 20)

static uint64_t room_for_blocks(const struct mem *m)
{
    return m->limit - m->limit / 8;
}

static uint64_t room_for_map(const struct mem *m, uint64_t bytes)
{
    uint64_t pages = m->limit / 4;

    if (bytes < SPILL_MIN || m->limit < SPILL_FLOOR)
        return room_for_blocks(m);
    return m->limit - (pages > SPILL_PAGES ? pages : SPILL_PAGES);
}

/* Counts `bytes` as held, unless that is more than `room`. */
static bool fits(struct mem *m, uint64_t bytes, uint64_t room)
{
    uint64_t held = atomic_fetch_add(&m->held, bytes) + bytes;
    uint64_t peak = atomic_load(&m->peak);

    if (m->limit && held > room) {
        atomic_fetch_sub(&m->held, bytes);
        return false;
    }
    while (held > peak && !atomic_compare_exchange_weak(&m->peak, &peak, held))
        ;
    return true;
}

/* The smallest limit that would have done so far, all in memory. */
static uint64_t needed(struct mem *m, uint64_t bytes)
{
    uint64_t held = atomic_load(&m->held) + bytes;

    return held + held / 7 + 1;
}

/* The same with maps on disk. A limit in between might do if no more were to
 * come; but more comes, and this one is enough for a while. */
static uint64_t needed_on_disk(struct mem *m, uint64_t bytes)
{
    uint64_t all = atomic_load(&m->held) + atomic_load(&m->spilled) + bytes;

    all /= SPILL_TIMES;
    return all > SPILL_FLOOR ? all : SPILL_FLOOR;
}

static bool refuse(struct mem *m, uint64_t limit, struct err *e)
{
    return err_set(e, ERR_BUDGET,
                   "the memory limit of %llu bytes is too small: "
                   "%llu bytes are needed at this point",
                   (unsigned long long)m->limit, (unsigned long long)limit);
}

/* Asks for a block. */
static bool take(struct mem *m, uint64_t bytes, struct err *e)
{
    return allowed(m, e) && (fits(m, bytes, room_for_blocks(m)) ||
                             refuse(m, needed(m, bytes), e));
}

static void give(struct mem *m, uint64_t bytes)
{
    atomic_fetch_sub(&m->held, bytes);
}

static bool product(uint64_t n, size_t size, uint64_t *ret, struct err *e)
{
    if (__builtin_mul_overflow(n, (uint64_t)size, ret) || *ret > PTRDIFF_MAX)
        return err_set(e, ERR_NOMEM, "%llu elements of %zu bytes are too many",
                       (unsigned long long)n, size);
    if (*ret == 0)
        *ret = 1;
    return true;
}

void *mem_alloc(struct mem *m, uint64_t n, size_t size, struct err *e)
{
    uint64_t bytes;
    void *p;

    if (!product(n, size, &bytes, e) || !take(m, bytes, e))
        return NULL;
    p = calloc(1, bytes);
    if (!p) {
        give(m, bytes);
        err_set(e, ERR_NOMEM, "out of memory: no %llu bytes",
                (unsigned long long)bytes);
        return NULL;
    }
    /* What malloc rounded up to is what mem_free will hand back. */
    atomic_fetch_add(&m->held, malloc_usable_size(p) - bytes);
    return p;
}

void *mem_grow(struct mem *m, void *p, uint64_t old, uint64_t n, size_t size,
               struct err *e)
{
    uint64_t bytes, had = p ? malloc_usable_size(p) : 0;
    char *q;

    if (!p)
        return mem_alloc(m, n, size, e);
    if (!product(n, size, &bytes, e))
        return NULL;
    if (!take(m, bytes > had ? bytes - had : 0, e))
        return NULL;
    q = realloc(p, bytes);
    if (!q) {
        give(m, bytes > had ? bytes - had : 0);
        err_set(e, ERR_NOMEM, "out of memory: no %llu bytes",
                (unsigned long long)bytes);
        return NULL;
    }
    if (n > old)
        memset(q + old * size, 0, (n - old) * size);
    if (bytes > had)
        had = bytes;
    atomic_fetch_add(&m->held, malloc_usable_size(q) - had);
    return q;
}

void mem_free(struct mem *m, void *p)
{
    if (!p)
        return;
    give(m, malloc_usable_size(p));
    free(p);
}

char *mem_strndup(struct mem *m, const char *s, size_t n, struct err *e)
{
    char *p = mem_alloc(m, (uint64_t)n + 1, 1, e);

    if (p && n)
        memcpy(p, s, n);
    return p;
}

char *mem_strdup(struct mem *m, const char *s, struct err *e)
{
    return mem_strndup(m, s, strlen(s), e);
}

/* ---- maps ---------------------------------------------------------------- */

/* A map of so few bytes is used all over: its pages come in one call, which
 * costs half of what faults do. */
#define SMALL ((uint64_t)256 << 10)

/*
 * Huge pages halve the price of first touch and of TLB misses; a kernel
 * without them ignores the advice. Only whole ones count, so that large maps
 * begin where one begins, and keep to that when they move: then their pages
 * move whole as well. Small maps would only waste memory.
 */
#define LARGE HUGE_PAGE

/*
 * What a map of so many bytes takes. Where the last of it would fill a quarter
 * of a huge page it gets one: what lies in small pages has a fault for each,
 * two if it is read first, and then all other processors are interrupted.
 * With a limit memory is short, and so it is told at once what isn't possible.
 */
static uint64_t extent(const struct mem *m, uint64_t bytes)
{
    if (m->limit || bytes > PTRDIFF_MAX || bytes % HUGE_PAGE < HUGE_PAGE / 4)
        return bytes ? bytes : 1;
    return align_up(bytes, HUGE_PAGE);
}

static void *map_pages(uint64_t bytes)
{
    int at_once = bytes < SMALL ? MAP_POPULATE : 0;

    return mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | at_once, -1, 0);
}

/* Pages for a map of `bytes`, or MAP_FAILED. */
static void *map_aligned(uint64_t bytes)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), head;
    uint8_t *p;

    if (bytes < LARGE)
        return map_pages(bytes);
    bytes = align_up(bytes, page);
    p = map_pages(bytes + HUGE_PAGE);
    if (p == MAP_FAILED)
        return MAP_FAILED;
    head = align_up((uintptr_t)p, HUGE_PAGE) - (uintptr_t)p;
    if (head)
        munmap(p, head);
    if (head < HUGE_PAGE)
        munmap(p + head + bytes, HUGE_PAGE - head);
    madvise(p + head, bytes, MADV_HUGEPAGE);
    return p + head;
}

/* MAP_FAILED leaves the old one as it was. */
static void *map_grown(void *p, uint64_t old, uint64_t bytes)
{
    void *q = mremap(p, old, bytes, bytes < LARGE ? MREMAP_MAYMOVE : 0), *to;

    if (bytes < LARGE)
        return q;
    if (q == MAP_FAILED) {
        to = map_aligned(bytes);
        if (to == MAP_FAILED)
            return MAP_FAILED;
        q = mremap(p, old, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, to);
        if (q == MAP_FAILED)
            munmap(to, bytes);
    }
    if (q != MAP_FAILED)
        madvise(q, bytes, MADV_HUGEPAGE);
    return q;
}

static void *no_map(struct mem *m, uint64_t bytes, struct err *e)
{
    give(m, bytes);
    err_set(e, ERR_NOMEM, "out of memory: no %llu bytes: %s",
            (unsigned long long)bytes, strerror(errno));
    return NULL;
}

/* Whether a map of `bytes`, `more` of them new, may lie on disk. */
static bool may_spill(struct mem *m, uint64_t bytes, uint64_t more,
                      struct err *e)
{
    uint64_t all = atomic_load(&m->held) + atomic_load(&m->spilled) + more;

    if (bytes < SPILL_MIN)
        return refuse(m, needed(m, more), e);
    return (m->limit >= SPILL_FLOOR && all / SPILL_TIMES <= m->limit) ||
           refuse(m, needed_on_disk(m, more), e);
}

/*
 * What can be told beforehand is nine tenths of what there is at the worst
 * time, when maps are refused at SPILL_TIMES the limit: 415 of 461 MiB of
 * mixed-1g, which in 64 MiB is not done within five minutes. For lack of a
 * tenth to come nothing of the measured is refused that would get through, and
 * what is said to be needed does. Small limits have no disk; there only what
 * is certain counts.
 */
static uint64_t at_worst(const struct mem *m, uint64_t certain)
{
    return m->limit < SPILL_FLOOR ? certain : certain + certain / 9;
}

bool mem_foresee(struct mem *m, uint64_t bytes, struct err *e)
{
    uint64_t there = atomic_load(&m->held) + atomic_load(&m->spilled);
    uint64_t all = at_worst(m, there + bytes);
    uint64_t most =
        m->limit < SPILL_FLOOR ? room_for_blocks(m) : SPILL_TIMES * m->limit;

    return !m->limit || all <= most ||
           refuse(m, needed_on_disk(m, all - there), e);
}

/* What a map past the limit becomes. */
static void *map_spilled(struct mem *m, uint64_t bytes, struct err *e)
{
    void *p;

    if (!may_spill(m, bytes, bytes, e))
        return NULL;
    p = spill_map(&m->spills, bytes, e);
    if (p)
        atomic_fetch_add(&m->spilled, bytes);
    return p;
}

void *mem_map(struct mem *m, uint64_t bytes, struct err *e)
{
    void *p;

    bytes = extent(m, bytes);
    if (!allowed(m, e))
        return NULL;
    if (!fits(m, bytes, room_for_map(m, bytes)))
        return map_spilled(m, bytes, e);
    p = map_aligned(bytes);
    return p == MAP_FAILED ? no_map(m, bytes, e) : p;
}

/* Moves a map in memory to a file. */
static bool spill(struct mem *m, void *p, uint64_t bytes, struct err *e)
{
    if (!spill_take(&m->spills, p, bytes, e))
        return false;
    give(m, bytes);
    atomic_fetch_add(&m->spilled, bytes);
    return true;
}

static bool is_spilled(struct mem *m, const void *p)
{
    return atomic_load(&m->spilled) && spill_has(&m->spills, p);
}

static void *remap_spilled(struct mem *m, void *p, uint64_t old, uint64_t bytes,
                           struct err *e)
{
    void *q = NULL;

    if (bytes <= old || may_spill(m, bytes, bytes - old, e))
        q = spill_remap(&m->spills, p, old, bytes, e);
    if (q)
        atomic_fetch_add(&m->spilled, bytes - old);
    return q;
}

static void *remap_held(struct mem *m, void *p, uint64_t old, uint64_t bytes,
                        struct err *e)
{
    void *q = bytes > old ? map_grown(p, old, bytes) : mremap(p, old, bytes, 0);

    if (q == MAP_FAILED)
        return no_map(m, bytes > old ? bytes - old : 0, e);
    if (bytes < old)
        give(m, old - bytes);
    return q;
}

void *mem_remap(struct mem *m, void *p, uint64_t old, uint64_t bytes,
                struct err *e)
{
    if (!p)
        return mem_map(m, bytes, e);
    old = extent(m, old);
    bytes = extent(m, bytes);
    if (!allowed(m, e))
        return NULL;
    if (is_spilled(m, p))
        return remap_spilled(m, p, old, bytes, e);
    if (bytes <= old || fits(m, bytes - old, room_for_map(m, bytes)))
        return remap_held(m, p, old, bytes, e);
    if (!may_spill(m, bytes, bytes - old, e) || !spill(m, p, old, e))
        return NULL;
    return remap_spilled(m, p, old, bytes, e);
}

void mem_unmap(struct mem *m, void *p, uint64_t bytes)
{
    if (!p)
        return;
    bytes = extent(m, bytes);
    if (is_spilled(m, p)) {
        spill_unmap(&m->spills, p, bytes);
        atomic_fetch_sub(&m->spilled, bytes);
        return;
    }
    munmap(p, bytes);
    give(m, bytes);
}
