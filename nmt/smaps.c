/*
 * smaps.c - /proc/PID/smaps and smaps_rollup, and pmap's table of the same:
 * what is resident where.
 */
#include "nmt/process.h"

#include <string.h>

#include "base/size.h"
#include "base/lines.h"
#include "nmt/pmap.h"
#include "nmt/text.h"

/* HEAP_MAX_SIZE of glibc's malloc: a thread's arena is reserved in blocks of
 * this size at multiples of it. */
#define ARENA_BYTES (64 * MIB)
/* Compressed oops keep a Java heap below this; mmap's arenas are above. */
#define ARENA_LOWEST ((uint64_t)1 << 36)

/* ---- reading ---------------------------------------------------------- */

/* "7f00-7f10 rw-p 00000000 00:00 0      /path": the path's start in *path. */
static bool read_head(const char *line, struct smaps_map *m, const char **path)
{
    const char *s = line, *device;

    if (!text_hex(&s, &m->from) || !text_take(&s, "-") ||
        !text_hex(&s, &m->to) || !text_take(&s, " ") ||
        strspn(s, "rwxps-") != 4)
        return false;
    memcpy(m->perms, s, 4);
    s = text_skip_blanks(s + 4);
    device = text_skip_blanks(s + strcspn(s, " \t"));
    s = text_skip_blanks(device + strcspn(device, " \t"));
    m->nodev =
        m->perms[3] == 's' && text_starts(device, "00:") && *s && *s != '0';
    *path = text_skip_blanks(s + strcspn(s, " \t"));
    return true;
}

/* Pages of tmpfs, of shared anonymous memory and of System V segments: no
 * disk holds them, and a memory cgroup charges them as shmem. A tmpfs may be
 * mounted anywhere; its pages are all dirty, unlike those of other files. */
static bool is_shmem(const struct smaps_map *m)
{
    static const char *const paths[] = {
        "/dev/shm/", "/dev/zero", "/memfd:", "/SYSV", "/run/shm/", NULL};

    for (const char *const *p = paths; *p; p++)
        if (text_starts(m->path, *p))
            return true;
    return m->nodev && m->dirty >= m->rss - m->rss / 16;
}

static bool begin_map(struct smaps *ret, const struct smaps_map *head,
                      const char *path, struct arena *a, struct err *e)
{
    const struct smaps_map *before = ret->maps.n ? vec_last(&ret->maps) : NULL;
    const char *kept = before && strcmp(before->path, path) == 0
                           ? before->path
                           : arena_strdup(a, path, e);

    if (!kept || !vec_push(&ret->maps, a->mem, e))
        return false;
    *vec_last(&ret->maps) = *head;
    vec_last(&ret->maps)->path = kept;
    return true;
}

static void add(uint64_t *sum, uint64_t v)
{
    if (__builtin_add_overflow(*sum, v, sum))
        *sum = UNKNOWN - 1;
}

/* One "Key:  N kB" of the map being read. */
static void read_figure(const char *line, struct smaps *s, struct smaps_map *m)
{
    const char *p = strchr(line, ':');
    uint64_t v;

    if (!p)
        return;
    p = text_skip_blanks(p + 1);
    if (!text_bytes(&p, 1024, &v))
        return;
    if (text_starts(line, "Rss:")) {
        m->rss = v;
        add(&s->rss, v);
    } else if (text_starts(line, "Pss:")) {
        m->pss = v;
        add(&s->pss, v);
    } else if (text_starts(line, "Anonymous:")) {
        m->anon = v;
        add(&s->anon, v);
    } else if (text_starts(line, "Shared_Dirty:") ||
               text_starts(line, "Private_Dirty:")) {
        add(&m->dirty, v);
    } else if (text_starts(line, "Swap:")) {
        m->swap = v;
        add(&s->swap, v);
    } else if (text_starts(line, "Pss_Anon:")) {
        s->pss_anon = v;
    } else if (text_starts(line, "Pss_File:")) {
        s->pss_file = v;
    } else if (text_starts(line, "Pss_Shmem:")) {
        s->pss_shmem = v;
    }
}

/* A row of pmap's table has all of a mapping. */
static bool take_row(struct smaps *ret, const struct smaps_map *row,
                     const char *path, struct arena *a, struct err *e)
{
    if (!begin_map(ret, row, path, a, e))
        return false;
    add(&ret->rss, row->rss);
    add(&ret->pss, row->pss);
    add(&ret->anon, row->anon);
    add(&ret->swap, row->swap);
    return true;
}

static bool read_line(char *line, uint64_t number, struct pmap_columns *table,
                      struct arena *a, struct smaps *ret, struct err *e)
{
    struct smaps_map head = {.line = number};
    struct smaps_map loose = {0}; /* of a rollup without its first line */
    const char *path;

    text_trim_end(line);
    line += strspn(line, " \t");
    if (text_starts(line, "Address") && pmap_header(line, table))
        return true;
    if (table->n) {
        if (!pmap_row(line, table, &head, &path))
            return true;
        return take_row(ret, &head, path, a, e);
    }
    if (!read_head(line, &head, &path)) {
        read_figure(line, ret, ret->maps.n ? vec_last(&ret->maps) : &loose);
        return true;
    }
    ret->rollup = ret->rollup || strcmp(path, "[rollup]") == 0;
    return begin_map(ret, &head, path, a, e);
}

bool smaps_read(struct source *s, struct arena *a, struct smaps *ret,
                struct err *e)
{
    struct pmap_columns table = {.n = 0};
    struct smaps_map *m;
    struct lines lines;
    bool ok = true;
    char *line;

    memset(ret, 0, sizeof *ret);
    ret->pss_anon = ret->pss_file = ret->pss_shmem = UNKNOWN;
    if (!lines_init(&lines, s, a->mem, e))
        return false;
    while (ok && (line = lines_next(&lines, NULL)))
        ok = read_line(line, lines.number, &table, a, ret, e);
    lines_deinit(&lines);
    if (!ok) {
        smaps_deinit(ret, a->mem);
        return false;
    }
    /* No process has one mapping, and a wrapped line's end may be lost. */
    ret->rollup = ret->rollup || ret->maps.n < 2;
    VEC_EACH (&ret->maps, m)
        if (is_shmem(m) && m->rss > m->anon)
            m->shmem = m->rss - m->anon;
    return true;
}

void smaps_deinit(struct smaps *s, struct mem *m)
{
    vec_free(&s->maps, m);
}

/* ---- questions -------------------------------------------------------- */

uint64_t smaps_resident(const struct smaps *s, uint64_t from, uint64_t to)
{
    const struct smaps_map *m;
    uint64_t sum = 0;

    if (s->rollup)
        return UNKNOWN;
    VEC_EACH (&s->maps, m) {
        uint64_t low = m->from > from ? m->from : from;
        uint64_t high = m->to < to ? m->to : to;

        if (low >= high)
            continue;
        if (low == m->from && high == m->to)
            add(&sum, m->rss);
        else
            add(&sum, (uint64_t)((double)m->rss * (double)(high - low) /
                                 (double)(m->to - m->from)));
    }
    return sum;
}

static bool is_anonymous(const struct smaps_map *m, const char *perms)
{
    return !*m->path && strcmp(m->perms, perms) == 0;
}

/*
 * A block begins at a multiple of its size with what is in use, and the rest
 * up to its very end is reserved only. Full blocks next to each other are
 * one mapping. *blocks: how many begin at `m`.
 */
static bool is_arena(const struct smaps *s, const struct smaps_map *m,
                     uint64_t *blocks)
{
    const struct smaps_map *next = m + 1;
    bool last = next == s->maps.at + s->maps.n;
    uint64_t end = m->to;

    if (m->from < ARENA_LOWEST || m->from % ARENA_BYTES || m->to <= m->from ||
        !is_anonymous(m, "rw-p"))
        return false;
    if (end % ARENA_BYTES && !last && next->from == end &&
        is_anonymous(next, "---p"))
        end = next->to;
    if (end % ARENA_BYTES || end - m->to >= ARENA_BYTES)
        return false;
    *blocks = (end - m->from) / ARENA_BYTES;
    return true;
}

void smaps_arenas(const struct smaps *s, uint64_t *count, uint64_t *resident)
{
    const struct smaps_map *m;
    uint64_t blocks;

    *count = *resident = 0;
    if (s->rollup) {
        *count = *resident = UNKNOWN;
        return;
    }
    VEC_EACH (&s->maps, m) {
        if (is_arena(s, m, &blocks)) {
            add(count, blocks);
            add(resident, m->rss);
        }
    }
}

uint64_t smaps_malloc(const struct smaps *s)
{
    const struct smaps_map *m;
    uint64_t count, sum;

    smaps_arenas(s, &count, &sum);
    if (known(sum))
        VEC_EACH (&s->maps, m)
            if (strcmp(m->path, "[heap]") == 0)
                add(&sum, m->rss);
    return sum;
}

uint64_t smaps_full_arenas(const struct smaps *s)
{
    const struct smaps_map *m;
    uint64_t blocks, sum = 0;

    if (s->rollup)
        return UNKNOWN;
    VEC_EACH (&s->maps, m)
        if (is_arena(s, m, &blocks) &&
            m->rss / blocks >= ARENA_BYTES - ARENA_BYTES / 16)
            add(&sum, m->rss);
    return sum;
}
