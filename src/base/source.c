/*
 * source.c - one window over raw bytes, with or without gzip between, and
 * UTF-16 made UTF-8.
 *
 * Of a large plain file the window is a view of its pages: the copy that
 * read(2) makes is a third of what parsing costs. Where a page can't be
 * had the window is filled by reading from there on.
 */
#include "source.h"

#include <stdio.h>
#include <string.h>

#include "bits.h"
#include "gunzip.h"
#include "raw.h"
#include "utf16.h"

/* One refill. Small enough to stay in the second-level cache while parsed. */
#define CHUNK ((size_t)256 << 10)

struct source {
    struct mem *mem;
    struct raw raw;
    struct gunzip *gunzip; /* NULL: the bytes are plain */
    struct utf16 utf16;
    bool is_utf16;
    bool begun; /* the first bytes were looked at for that */

    const uint8_t *window; /* `buffer`, or the bytes of `view` */
    size_t begin, end;
    uint64_t offset; /* uncompressed offset of window[begin] */
    uint64_t raw_at; /* plain: where the next byte comes from */
    uint8_t *buffer; /* SOURCE_WINDOW + CHUNK bytes */
    struct raw_view view;
    bool views; /* as long as there are any */

    char *made;      /* what source_open_made took over */
    uint64_t *lines; /* of it; NULL: they count from 1 */
    uint64_t n_lines;
};

/* ---- opening --------------------------------------------------------- */

static bool setup(struct source *s, struct err *e)
{
    const uint8_t *p;

    s->window = s->buffer = mem_alloc(s->mem, SOURCE_WINDOW + CHUNK, 1, e);
    if (!s->buffer)
        return false;
    if (source_peek(s, 2, &p) < 2 || p[0] != 0x1f || p[1] != 0x8b) {
        s->views = !s->is_utf16;
        return true;
    }
    s->gunzip = gunzip_create(&s->raw, s->mem, e);
    s->begin = s->end = 0;
    s->begun = false;
    return s->gunzip != NULL;
}

static struct source *create(struct mem *m, struct err *e)
{
    struct source *s = mem_alloc(m, 1, sizeof *s, e);

    if (s)
        s->mem = m;
    return s;
}

bool source_open(const char *path, struct mem *m, struct source **ret,
                 struct err *e)
{
    struct source *s = create(m, e);

    if (!s)
        return false;
    if (!raw_open(&s->raw, path, e) || !setup(s, e)) {
        source_close(s);
        return false;
    }
    *ret = s;
    return true;
}

bool source_open_memory(const void *bytes, size_t n, struct mem *m,
                        struct source **ret, struct err *e)
{
    struct source *s = create(m, e);

    if (!s)
        return false;
    raw_open_memory(&s->raw, bytes, n);
    if (!setup(s, e)) {
        source_close(s);
        return false;
    }
    *ret = s;
    return true;
}

bool source_open_made(char *text, size_t n, uint64_t *lines, uint64_t n_lines,
                      const char *damage, struct mem *m, struct source **ret,
                      struct err *e)
{
    if (!source_open_memory(text, n, m, ret, e)) {
        mem_free(m, text);
        mem_free(m, lines);
        return false;
    }
    (*ret)->made = text;
    (*ret)->lines = lines;
    (*ret)->n_lines = n_lines;
    if (damage)
        snprintf((*ret)->raw.damage, sizeof(*ret)->raw.damage, "%s", damage);
    return true;
}

void source_set_jobs(struct source *s, unsigned jobs)
{
    if (s->gunzip)
        gunzip_set_jobs(s->gunzip, jobs);
}

void source_close(struct source *s)
{
    if (!s)
        return;
    gunzip_destroy(s->gunzip);
    raw_unlook(&s->view);
    raw_deinit(&s->raw);
    mem_free(s->mem, s->buffer);
    mem_free(s->mem, s->made);
    mem_free(s->mem, s->lines);
    mem_free(s->mem, s);
}

/* ---- reading --------------------------------------------------------- */

/* What is in the window and not consumed goes to the front of the buffer. */
static void close_up(struct source *s)
{
    if (s->begin || s->view.map)
        memmove(s->buffer, s->window + s->begin, s->end - s->begin);
    raw_unlook(&s->view);
    s->window = s->buffer;
    s->end -= s->begin;
    s->begin = 0;
}

/* Makes the window a view from where it begins to the end of a huge page; its
 * pages count as ours while it lasts. */
static bool look(struct source *s, size_t want)
{
    uint64_t end = align_up(s->offset + want, HUGE_PAGE);
    struct raw_view next;

    if (!s->views)
        return false;
    s->views = raw_look(&s->raw, s->offset, (size_t)(end - s->offset), &next);
    if (!s->views || next.n <= s->end - s->begin) {
        raw_unlook(&next);
        return false;
    }
    raw_unlook(&s->view);
    s->view = next;
    s->window = next.bytes;
    s->begin = 0;
    s->end = next.n;
    s->raw_at = next.at + next.n;
    return true;
}

static size_t read_on(struct source *s, uint8_t *to, size_t room)
{
    size_t n;

    if (s->gunzip)
        return gunzip_read(s->gunzip, to, room);
    n = raw_read(&s->raw, s->raw_at, to, room);
    s->raw_at += n;
    return n;
}

/* The next piece with anything in it, as UTF-8. */
static size_t read_utf16(struct source *s, uint8_t *to)
{
    struct utf16 *u = &s->utf16;
    size_t k, n;

    do {
        k = read_on(s, u->piece + u->n, UTF16_PIECE - u->n);
        u->n += k;
        n = utf16_decode(u, k == 0, to);
    } while (k && !n);
    return n;
}

/* To the first byte, of whatever it is. */
static void start_over(struct source *s)
{
    s->begin = s->end = 0;
    s->raw_at = s->offset = 0;
    if (s->gunzip)
        gunzip_seek(s->gunzip, 0);
    utf16_init(&s->utf16, s->utf16.big);
}

/* Looks at the first bytes, which are in the buffer, for UTF-16's mark. */
static bool find_utf16(struct source *s)
{
    if (s->begun || s->end < 2 || s->offset != s->begin)
        return false;
    s->begun = true;
    s->is_utf16 = utf16_is_marked(s->buffer, s->end, &s->utf16.big);
    if (s->is_utf16)
        start_over(s);
    return s->is_utf16;
}

static bool fill(struct source *s, size_t want)
{
    size_t n, room = want > CHUNK ? want : CHUNK;

    if (look(s, want))
        return true;
    close_up(s);
    room -= s->end < room ? s->end : room;
    if (!room)
        room = CHUNK;
    if (s->is_utf16)
        n = read_utf16(s, s->buffer + s->end);
    else
        n = read_on(s, s->buffer + s->end, room);
    s->end += n;
    if (find_utf16(s))
        s->end = n = read_utf16(s, s->buffer);
    return n > 0;
}

size_t source_peek(struct source *s, size_t want, const uint8_t **ret)
{
    if (want > SOURCE_WINDOW)
        want = SOURCE_WINDOW;
    while (s->end - s->begin < want && fill(s, want))
        ;
    *ret = s->window + s->begin;
    return s->end - s->begin;
}

void source_consume(struct source *s, size_t n)
{
    s->begin += n;
    s->offset += n;
}

/* Plain files and memory skip by arithmetic, as far as their size is known;
 * what is compressed as far as it was read before. */
static uint64_t hop(struct source *s, uint64_t n)
{
    uint64_t left = s->raw.size > s->raw_at ? s->raw.size - s->raw_at : 0;

    if (s->gunzip)
        left = gunzip_seek(s->gunzip, n < UINT64_MAX - s->offset ? s->offset + n
                                                                 : UINT64_MAX) -
               s->offset;
    if (n > left)
        n = left;
    s->raw_at += n;
    s->offset += n;
    return n;
}

static bool can_hop(const struct source *s)
{
    return !s->is_utf16 && (s->gunzip || !raw_is_piping(&s->raw));
}

uint64_t source_skip(struct source *s, uint64_t n)
{
    uint64_t done = 0;

    while (done < n) {
        uint64_t here = s->end - s->begin;
        const uint8_t *p;

        if (here > n - done)
            here = n - done;
        source_consume(s, here);
        done += here;
        if (done < n && can_hop(s)) {
            s->begin = s->end = 0;
            done += hop(s, n - done);
        }
        if (done < n && source_peek(s, 1, &p) == 0)
            break;
    }
    return done;
}

bool source_seek(struct source *s, uint64_t offset, struct err *e)
{
    uint64_t back = s->offset - s->begin;

    if (offset >= back && offset <= s->offset + (s->end - s->begin)) {
        s->begin = (size_t)(offset - back);
        s->offset = offset;
        return true;
    }
    if (s->gunzip && !s->is_utf16) {
        s->begin = s->end = 0;
        s->offset = gunzip_seek(s->gunzip, offset);
    } else if (offset < s->offset) {
        start_over(s);
    }
    if (source_skip(s, offset - s->offset) && s->offset != offset)
        return err_at_offset(e, ERR_IO, offset, "is beyond the end");
    return s->offset == offset ||
           err_at_offset(e, ERR_IO, offset, "is beyond the end");
}

size_t source_read_at(const struct source *s, uint64_t offset, uint8_t *to,
                      size_t n)
{
    size_t done = 0, k = 1;

    if (s->gunzip || s->is_utf16 || raw_is_piping(&s->raw))
        return 0;
    for (; done < n && k; done += k)
        k = raw_read_shared(&s->raw, offset + done, to + done, n - done);
    return done;
}

bool source_view_at(const struct source *s, uint64_t offset, size_t n,
                    struct raw_view *ret)
{
    *ret = (struct raw_view){.at = offset};
    return !s->gunzip && !s->is_utf16 && raw_view_open(&s->raw, offset, n, ret);
}

uint64_t source_offset(const struct source *s)
{
    return s->offset;
}

bool source_is_made(const struct source *s)
{
    return s->made != NULL;
}

uint64_t source_line(const struct source *s, uint64_t nth)
{
    return s->lines && nth - 1 < s->n_lines ? s->lines[nth - 1] : nth;
}

bool source_is_gzip(const struct source *s)
{
    return s->gunzip != NULL;
}

uint64_t source_length(const struct source *s)
{
    return s->gunzip || s->is_utf16 || raw_is_piping(&s->raw) ? 0 : s->raw.size;
}

uint64_t source_raw_offset(const struct source *s)
{
    if (s->gunzip)
        return gunzip_raw_offset(s->gunzip);
    return s->is_utf16 ? s->raw_at : s->offset;
}

uint64_t source_raw_length(const struct source *s)
{
    return s->raw.size;
}

const char *source_damage(const struct source *s)
{
    if (s->gunzip)
        return gunzip_damage(s->gunzip);
    return s->raw.damage[0] ? s->raw.damage : NULL;
}
