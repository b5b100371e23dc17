/*
 * source.c - one window over raw bytes, with or without gzip between.
 *
 * raw_read is the lowest level: bytes of the file as it lies on disk (or
 * the spool of a pipe, or memory) at any offset. fill appends to the
 * window, either straight from raw_read or through inflate.
 */
#define _GNU_SOURCE
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "tempfile.h"
#include "vec.h"

/* One refill. Small enough to stay in the second-level cache while parsed. */
#define CHUNK      ((size_t)256 << 10)
#define RAW_BUFFER ((size_t)128 << 10)
/* Known member starts are kept this far apart at least. */
#define MEMBER_GAP ((uint64_t)1 << 20)

struct member {
    uint64_t raw; /* where its header starts on disk */
    uint64_t out; /* uncompressed offset of its first byte */
};

struct source {
    struct mem *mem;
    char *path;
    const uint8_t *memory; /* not NULL: the raw bytes, raw_size of them */
    int fd;                /* file or spool; -1 for memory */
    int pipe;              /* being spooled into fd; -1: none */
    bool pipe_ended;
    uint64_t raw_size; /* of the file, the spool so far, or memory */

    uint8_t *window; /* SOURCE_WINDOW + CHUNK bytes */
    size_t begin, end;
    uint64_t offset; /* uncompressed offset of window[begin] */
    uint64_t raw;    /* where the next raw byte comes from */

    bool gzip, ended;
    z_stream z;
    uint8_t *zin; /* RAW_BUFFER bytes */
    VEC(struct member) members;
    uint64_t out; /* uncompressed offset of window[end] */
    char damage[200];
};

/* ---- raw bytes ------------------------------------------------------- */

static void damaged(struct source *s, const char *what, uint64_t at)
{
    if (!s->damage[0])
        snprintf(s->damage, sizeof s->damage, "%s at offset %llu", what,
                 (unsigned long long)at);
}

static bool write_all(int fd, const uint8_t *p, size_t n)
{
    while (n) {
        ssize_t k = write(fd, p, n);

        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return false;
        p += k;
        n -= (size_t)k;
    }
    return true;
}

/* Takes the next bytes of the pipe, keeping a copy in the spool. */
static size_t pipe_read(struct source *s, uint8_t *to, size_t n)
{
    ssize_t k;

    do
        k = read(s->pipe, to, n);
    while (k < 0 && errno == EINTR);
    if (k < 0)
        damaged(s, strerror(errno), s->raw_size);
    if (k <= 0) {
        s->pipe_ended = true;
        return 0;
    }
    if (lseek(s->fd, (off_t)s->raw_size, SEEK_SET) < 0 ||
        !write_all(s->fd, to, (size_t)k)) {
        damaged(s, "the temporary copy of standard input cannot be written",
                s->raw_size);
        s->pipe_ended = true;
        return 0;
    }
    s->raw_size += (uint64_t)k;
    return (size_t)k;
}

/* Bytes may still come that the spool does not have. */
static bool is_piping(const struct source *s)
{
    return s->pipe >= 0 && !s->pipe_ended;
}

static size_t raw_read(struct source *s, uint64_t at, uint8_t *to, size_t n)
{
    ssize_t k;

    if (s->memory) {
        if (at >= s->raw_size)
            return 0;
        if (n > s->raw_size - at)
            n = s->raw_size - at;
        memcpy(to, s->memory + at, n);
        return n;
    }
    if (is_piping(s) && at >= s->raw_size)
        return pipe_read(s, to, n);
    do
        k = pread(s->fd, to, n, (off_t)at);
    while (k < 0 && errno == EINTR);
    if (k < 0) {
        damaged(s, strerror(errno), at);
        return 0;
    }
    return (size_t)k;
}

/* ---- gzip ------------------------------------------------------------ */

static bool note_member(struct source *s, uint64_t raw)
{
    struct err ignored = {0};
    struct member *last = s->members.n ? vec_last(&s->members) : NULL;

    if (last && s->out < last->out + MEMBER_GAP)
        return true;
    /* Losing an access point only costs time. */
    if (vec_push(&s->members, s->mem, &ignored))
        *vec_last(&s->members) = (struct member){raw, s->out};
    return true;
}

static uint64_t zin_offset(const struct source *s)
{
    return s->raw - s->z.avail_in;
}

static bool zin_fill(struct source *s)
{
    size_t n;

    if (s->z.avail_in)
        memmove(s->zin, s->z.next_in, s->z.avail_in);
    n = raw_read(s, s->raw, s->zin + s->z.avail_in, RAW_BUFFER - s->z.avail_in);
    s->z.next_in = s->zin;
    s->z.avail_in += (unsigned)n;
    s->raw += n;
    return n > 0;
}

/* After one member: starts the next, or ends at padding, garbage or EOF. */
static void next_member(struct source *s)
{
    while (s->z.avail_in < 2 && zin_fill(s))
        ;
    if (s->z.avail_in >= 2 && s->z.next_in[0] == 0x1f &&
        s->z.next_in[1] == 0x8b) {
        note_member(s, zin_offset(s));
        inflateReset(&s->z);
        return;
    }
    s->ended = true;
    for (;;) {
        for (; s->z.avail_in; s->z.avail_in--, s->z.next_in++)
            if (*s->z.next_in) {
                damaged(s, "garbage after the gzip data", zin_offset(s));
                return;
            }
        if (!zin_fill(s))
            return;
    }
}

static size_t inflate_some(struct source *s, uint8_t *to, size_t n)
{
    size_t got = 0;

    while (got == 0 && !s->ended) {
        int rc;

        if (s->z.avail_in == 0 && !zin_fill(s)) {
            damaged(s, "the gzip data is cut off", s->raw);
            s->ended = true;
            break;
        }
        s->z.next_out = to;
        s->z.avail_out = (unsigned)n;
        rc = inflate(&s->z, Z_NO_FLUSH);
        got = n - s->z.avail_out;
        s->out += got;
        if (rc == Z_STREAM_END) {
            next_member(s);
        } else if (rc != Z_OK && rc != Z_BUF_ERROR) {
            damaged(s, s->z.msg ? s->z.msg : "the gzip data is damaged",
                    zin_offset(s));
            s->ended = true;
        }
    }
    return got;
}

static bool gzip_start(struct source *s, struct err *e)
{
    s->zin = mem_alloc(s->mem, RAW_BUFFER, 1, e);
    if (!s->zin)
        return false;
    if (inflateInit2(&s->z, 16 + MAX_WBITS) != Z_OK)
        return err_set(e, ERR_NOMEM, "zlib does not start");
    s->gzip = true;
    return note_member(s, 0);
}

static void gzip_restart(struct source *s, const struct member *at)
{
    inflateReset(&s->z);
    s->z.avail_in = 0;
    s->raw = at->raw;
    s->out = at->out;
    s->ended = false;
}

/* ---- opening --------------------------------------------------------- */

static bool spool_create(struct source *s, struct err *e)
{
    int fd = tempfile_open(e);

    if (fd < 0)
        return false;
    s->pipe = s->fd;
    s->fd = fd;
    return true;
}

/* Files of /proc are regular and say 0 bytes; their end tells. */
static bool file_open(struct source *s, struct err *e)
{
    struct stat st;

    s->fd = strcmp(s->path, "-") == 0 ? dup(STDIN_FILENO)
                                      : open(s->path, O_RDONLY | O_CLOEXEC);
    if (s->fd < 0 || fstat(s->fd, &st) < 0)
        return err_set(e, ERR_IO, "cannot be opened: %s", strerror(errno));
    if (S_ISDIR(st.st_mode))
        return err_set(e, ERR_IO, "is a directory");
    if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
        return spool_create(s, e);
    s->raw_size = (uint64_t)st.st_size;
    return true;
}

static bool setup(struct source *s, struct err *e)
{
    const uint8_t *p;

    s->window = mem_alloc(s->mem, SOURCE_WINDOW + CHUNK, 1, e);
    if (!s->window)
        return false;
    if (source_peek(s, 2, &p) < 2 || p[0] != 0x1f || p[1] != 0x8b)
        return true;
    if (!gzip_start(s, e))
        return false;
    s->begin = s->end = 0;
    s->raw = 0;
    return true;
}

static struct source *create(const char *path, struct mem *m, struct err *e)
{
    struct source *s = mem_alloc(m, 1, sizeof *s, e);

    if (!s)
        return NULL;
    s->mem = m;
    s->fd = s->pipe = -1;
    s->path = mem_strdup(m, path, e);
    if (!s->path) {
        mem_free(m, s);
        return NULL;
    }
    return s;
}

bool source_open(const char *path, struct mem *m, struct source **ret,
                 struct err *e)
{
    struct source *s = create(path, m, e);

    if (!s)
        return false;
    if (!file_open(s, e) || !setup(s, e)) {
        source_close(s);
        return false;
    }
    *ret = s;
    return true;
}

bool source_open_memory(const char *name, const void *bytes, size_t n,
                        struct mem *m, struct source **ret, struct err *e)
{
    struct source *s = create(name, m, e);

    if (!s)
        return false;
    s->memory = n ? bytes : (const void *)"";
    s->raw_size = n;
    if (!setup(s, e)) {
        source_close(s);
        return false;
    }
    *ret = s;
    return true;
}

void source_close(struct source *s)
{
    if (!s)
        return;
    if (s->gzip)
        inflateEnd(&s->z);
    if (s->fd >= 0)
        close(s->fd);
    if (s->pipe >= 0)
        close(s->pipe);
    vec_free(&s->members, s->mem);
    mem_free(s->mem, s->zin);
    mem_free(s->mem, s->window);
    mem_free(s->mem, s->path);
    mem_free(s->mem, s);
}

/* ---- reading --------------------------------------------------------- */

static bool fill(struct source *s, size_t want)
{
    size_t n, room = want > CHUNK ? want : CHUNK;

    if (s->begin) {
        memmove(s->window, s->window + s->begin, s->end - s->begin);
        s->end -= s->begin;
        s->begin = 0;
    }
    room -= s->end < room ? s->end : room;
    if (!room)
        room = CHUNK;
    if (s->gzip) {
        n = inflate_some(s, s->window + s->end, room);
    } else {
        n = raw_read(s, s->raw, s->window + s->end, room);
        s->raw += n;
    }
    s->end += n;
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

/* Plain files and memory skip by arithmetic, as far as their size is known. */
static uint64_t hop(struct source *s, uint64_t n)
{
    uint64_t left = s->raw_size > s->raw ? s->raw_size - s->raw : 0;

    if (n > left)
        n = left;
    s->raw += n;
    s->offset += n;
    return n;
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
        if (done < n && !s->gzip && !is_piping(s)) {
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
    if (offset < s->offset || s->gzip) {
        const struct member *at = s->members.at, *m;

        s->begin = s->end = 0;
        if (s->gzip) {
            VEC_EACH (&s->members, m)
                if (m->out <= offset)
                    at = m;
            if (at->out > s->out || offset < s->out)
                gzip_restart(s, at);
            s->offset = s->out;
        } else {
            s->raw = s->offset = 0;
        }
    }
    if (source_skip(s, offset - s->offset) && s->offset != offset)
        return err_at_offset(e, ERR_IO, offset, "is beyond the end");
    return s->offset == offset ||
           err_at_offset(e, ERR_IO, offset, "is beyond the end");
}

uint64_t source_offset(const struct source *s)
{
    return s->offset;
}

const char *source_path(const struct source *s)
{
    return s->path;
}

bool source_is_gzip(const struct source *s)
{
    return s->gzip;
}

uint64_t source_length(const struct source *s)
{
    return s->gzip || is_piping(s) ? 0 : s->raw_size;
}

uint64_t source_raw_offset(const struct source *s)
{
    if (s->gzip)
        return zin_offset(s);
    return s->offset;
}

uint64_t source_raw_length(const struct source *s)
{
    return s->raw_size;
}

const char *source_damage(const struct source *s)
{
    return s->damage[0] ? s->damage : NULL;
}
