/*
 * strings.c - the texts of java.lang.String objects, whatever the JDK:
 *   up to 6     char[] value, int offset, int count
 *   7 and 8     char[] value
 *   9 and later byte[] value, byte coder: 0 Latin-1, 1 UTF-16 in the byte
 *               order of the machine, taken as little-endian
 */
#include "hprof/values.h"

#include <stdlib.h>

#include "base/bits.h"
#include "base/utf8.h"

/* A string may begin late in an array that others share; further in than
 * this many characters it is not read. */
#define LATEST ((uint64_t)1 << 20)

struct text {
    uint32_t array;         /* node; NODE_NONE: null, or none */
    uint64_t offset, count; /* characters */
    uint64_t coder;
};

static int by_node(const void *a, const void *b)
{
    const struct hprof_value *x = a, *y = b;

    return (x->node > y->node) - (x->node < y->node);
}

static const struct hprof_value *find(const struct hprof_value *values,
                                      uint64_t n, uint32_t node)
{
    struct hprof_value key = {.node = node};

    return n ? bsearch(&key, values, n, sizeof *values, by_node) : NULL;
}

static void read_fields(const struct hprof_dump *d, const struct hprof_value *v,
                        struct text *t)
{
    uint64_t n;

    *t = (struct text){.array = NODE_NONE, .count = UINT64_MAX};
    if (!v || !v->found)
        return;
    t->array = hprof_named_node(d, v, "value");
    if (hprof_named_value(d, v, "offset", &n) && n <= LATEST)
        t->offset = n;
    if (hprof_named_value(d, v, "count", &n) && n <= INT32_MAX)
        t->count = n;
    if (hprof_named_value(d, v, "coder", &n))
        t->coder = n;
}

/* ---- characters to UTF-8 ------------------------------------------------ */

struct units {
    const uint8_t *p;
    uint64_t n; /* characters, as Java counts */
    unsigned width;
    bool little;
};

static uint32_t unit(const struct units *u, uint64_t i)
{
    const uint8_t *p = u->p + i * u->width;

    if (u->width == 1)
        return p[0];
    return u->little ? (uint32_t)(p[1] << 8 | p[0]) : be16(p);
}

/* Characters a C string can't hold, and halves of pairs, become U+FFFD. */
static uint32_t next_character(const struct units *u, uint64_t *i)
{
    uint32_t c = unit(u, (*i)++), low;

    if (c >= 0xd800 && c < 0xdc00 && *i < u->n) {
        low = unit(u, *i);
        if (low >= 0xdc00 && low < 0xe000) {
            ++*i;
            return 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        }
    }
    return c == 0 || (c >= 0xd800 && c < 0xe000) ? 0xfffd : c;
}

static const char *to_utf8(const struct units *u, struct arena *a,
                           struct err *e)
{
    char *to = arena_alloc(a, u->n * 3 + 1, 1, e);
    size_t n = 0;

    if (!to)
        return NULL;
    for (uint64_t i = 0; i < u->n;)
        n += utf8_put(next_character(u, &i), to + n);
    return to;
}

static bool make_text(const struct hprof_dump *d, const struct text *t,
                      const struct hprof_value *v, uint32_t limit,
                      const char **ret, struct arena *a, struct err *e)
{
    struct units u = {.width = 1};
    uint64_t have;
    uint32_t c;

    if (!v || !v->found)
        return true;
    c = hprof_class_of(d, v->node);
    if (c == CLASS_NONE || (d->classes[c].array != HPROF_CHAR &&
                            d->classes[c].array != HPROF_BYTE))
        return true;
    u.little = d->classes[c].array == HPROF_BYTE;
    if (!u.little || t->coder == 1)
        u.width = 2;
    have = v->n / u.width;
    if (t->offset > have)
        return true;
    u.p = v->body + t->offset * u.width;
    u.n = have - t->offset;
    if (u.n > t->count)
        u.n = t->count;
    if (u.n > limit)
        u.n = limit;
    *ret = to_utf8(&u, a, e);
    return *ret != NULL;
}

/* ---- batches ------------------------------------------------------------ */

/* What a call needs besides the answers. */
struct batch {
    const struct hprof_dump *d;
    struct source *s;
    uint32_t limit; /* characters */
    uint64_t n;
    struct text *texts; /* [n] */
    /* [2 * n] the strings, and arrays that are foreseen; then the others. */
    struct hprof_value *values;
    uint64_t n_values;
    struct arena scratch;
};

/* One that begins at an offset is longer than foreseen. */
uint32_t hprof_string_array(const struct hprof_dump *d, uint32_t node)
{
    uint32_t c = node < d->nodes ? hprof_class_of(d, node) : CLASS_NONE;
    uint64_t i, end;

    if (!d->has_refs || c == CLASS_NONE || d->classes[c].n_refs != 1 ||
        d->classes[c].array || hprof_is_class_object(d, node))
        return NODE_NONE;
    hprof_refs(d, node, &i, &end);
    return i < end ? d->refs[i] : NODE_NONE;
}

static bool read_values(struct batch *b, uint64_t limit, struct err *e)
{
    return hprof_values_read(b->d, b->s, b->values, b->n_values,
                             limit < UINT32_MAX ? (uint32_t)limit : UINT32_MAX,
                             &b->scratch, e);
}

/* Fields, and arrays on the way. */
static bool read_strings(struct batch *b, const uint32_t *nodes, struct err *e)
{
    b->n_values = b->n;
    for (uint64_t i = 0; i < b->n; i++) {
        uint32_t array = hprof_string_array(b->d, nodes[i]);

        b->values[i].node = nodes[i];
        if (array != NODE_NONE)
            b->values[b->n_values++].node = array;
    }
    if (!read_values(b, (uint64_t)b->limit * 2, e))
        return false;
    for (uint64_t i = 0; i < b->n; i++)
        read_fields(b->d, find(b->values, b->n_values, nodes[i]), &b->texts[i]);
    return true;
}

/* Makes a text if its array is there; it's done with then. */
static bool finish(struct batch *b, uint64_t i, const char **ret,
                   struct arena *a, struct err *e)
{
    struct text *t = &b->texts[i];
    const struct hprof_value *v = find(b->values, b->n_values, t->array);

    if (t->array == NODE_NONE || !v)
        return true;
    t->array = NODE_NONE;
    return make_text(b->d, t, v, b->limit, ret, a, e);
}

static bool read_batch(struct batch *b, const uint32_t *nodes,
                       const char **texts, struct arena *a, struct err *e)
{
    uint64_t most = 0;

    if (!read_strings(b, nodes, e))
        return false;
    for (uint64_t i = 0; i < b->n; i++) {
        texts[i] = NULL;
        if (!b->texts[i].offset && !finish(b, i, &texts[i], a, e))
            return false;
    }
    b->n_values = 0;
    for (uint64_t i = 0; i < b->n; i++) {
        if (b->texts[i].array == NODE_NONE)
            continue;
        b->values[b->n_values++].node = b->texts[i].array;
        if (b->texts[i].offset > most)
            most = b->texts[i].offset;
    }
    if (!read_values(b, (most + b->limit) * 2, e))
        return false;
    for (uint64_t i = 0; i < b->n; i++)
        if (!finish(b, i, &texts[i], a, e))
            return false;
    return true;
}

bool hprof_strings_read(const struct hprof_dump *d, struct source *s,
                        const uint32_t *nodes, uint64_t n, uint32_t limit,
                        const char **texts, struct arena *a, struct err *e)
{
    struct batch b = {.d = d, .s = s, .limit = limit, .n = n};
    bool ok;

    arena_init(&b.scratch, d->mem);
    b.values = mem_alloc(d->mem, n * 2, sizeof *b.values, e);
    b.texts = mem_alloc(d->mem, n, sizeof *b.texts, e);
    ok = b.values && b.texts && read_batch(&b, nodes, texts, a, e);
    mem_free(d->mem, b.values);
    mem_free(d->mem, b.texts);
    arena_deinit(&b.scratch);
    return ok;
}
