/*
 * names.c - see names.h.
 */
#include "hprof/names.h"

#include <stdlib.h>
#include <string.h>

#include "hprof/format.h"
#include "hprof/mutf8.h"

#include "base/bits.h"

/* What `where` of an entry is: an address, or with ON_FILE an offset. */
#define ON_FILE ((uint64_t)1 << 63)
#define WANTED  ((uint64_t)1 << 62)

/* A text in memory. */
struct text {
    uint32_t n;
    char at[];
};

void names_init(struct names *t, struct mem *m, struct arena *keep)
{
    memset(t, 0, sizeof *t);
    t->mem = m;
    t->keep = keep;
    arena_init(&t->arena, m);
}

void names_deinit(struct names *t)
{
    mem_free(t->mem, t->entries);
    idmap_deinit(&t->used_by_id, t->mem);
    vec_free(&t->used, t->mem);
    arena_deinit(&t->arena);
}

/* ---- the table -------------------------------------------------------- */

/* Where the entry of `id` is or would be. */
static struct name_entry *place(struct name_entry *at, uint64_t mask,
                                uint64_t id)
{
    uint64_t i = idmap_hash(id) & mask;

    while (at[i].where && at[i].id != id)
        i = (i + 1) & mask;
    return &at[i];
}

static struct name_entry *find(const struct names *t, uint64_t id)
{
    struct name_entry *p = t->entries ? place(t->entries, t->mask, id) : NULL;

    return p && p->where ? p : NULL;
}

/* Three quarters full at most: there may be millions. */
static bool grow(struct names *t, struct err *e)
{
    uint64_t room = t->entries ? (t->mask + 1) * 2 : 256;
    struct name_entry *at = mem_alloc(t->mem, room, sizeof *at, e);

    if (!at)
        return false;
    for (uint64_t i = 0; t->entries && i <= t->mask; i++)
        if (t->entries[i].where)
            *place(at, room - 1, t->entries[i].id) = t->entries[i];
    mem_free(t->mem, t->entries);
    t->entries = at;
    t->mask = room - 1;
    return true;
}

static bool put(struct names *t, uint64_t id, uint64_t where, struct err *e)
{
    struct name_entry *p;

    if ((!t->entries || t->n * 4 >= (t->mask + 1) * 3) && !grow(t, e))
        return false;
    p = place(t->entries, t->mask, id);
    t->n += !p->where;
    *p = (struct name_entry){id, where};
    return true;
}

static bool starts(const uint8_t *s, size_t n, const char *with)
{
    return n >= strlen(with) && memcmp(s, with, strlen(with)) == 0;
}

/* Whether names_is may be asked about such a text. */
static bool is_special(const uint8_t *s, size_t n)
{
    if (n > NAME_SPECIAL || n < 2)
        return false;
    return (n == 2 && s[0] == '[') || s[n - 1] == ']' ||
           starts(s, n, "referent") || starts(s, n, "java/lang/ref/") ||
           starts(s, n, "java.lang.ref.");
}

static bool put_text(struct names *t, uint64_t id, const uint8_t *bytes,
                     size_t n, struct err *e)
{
    struct text *text = arena_alloc(&t->arena, sizeof *text + n, 1, e);

    if (!text)
        return false;
    text->n = (uint32_t)n;
    memcpy(text->at, bytes, n);
    t->in_memory += sizeof *text + n;
    return put(t, id, (uintptr_t)text, e);
}

bool names_add(struct names *t, uint64_t id, const uint8_t *bytes, size_t n,
               uint64_t record, struct err *e)
{
    if (n > NAME_LIMIT)
        n = NAME_LIMIT;
    if (record && !is_special(bytes, n) && t->in_memory + n > NAMES_IN_MEMORY)
        return put(t, id, record | ON_FILE, e);
    return put_text(t, id, bytes, n, e);
}

bool names_has(const struct names *t, uint64_t id)
{
    return find(t, id) != NULL;
}

static const struct text *text_of(const struct name_entry *p)
{
    return p && !(p->where & ON_FILE) ? (const void *)(uintptr_t)p->where
                                      : NULL;
}

bool names_is(struct names *t, uint64_t id, const char *text)
{
    const struct text *p = text_of(find(t, id));

    return p && p->n == strlen(text) && memcmp(p->at, text, p->n) == 0;
}

/* ---- those left on file -------------------------------------------------- */

void names_want(struct names *t, uint64_t id)
{
    struct name_entry *p = find(t, id);

    if (p && (p->where & ON_FILE))
        p->where |= WANTED;
}

static uint64_t offset_of(const struct name_entry *p)
{
    return p->where & ~(ON_FILE | WANTED);
}

static int by_offset(const void *a, const void *b)
{
    uint64_t x = offset_of(a), y = offset_of(b);

    return (x > y) - (x < y);
}

/* The UTF8 record at `p`, whose text is not longer than it was. */
static bool load(struct names *t, struct source *s, unsigned id_size,
                 const struct name_entry *p, struct err *e)
{
    size_t head = RECORD_HEADER + id_size, n, got;
    const uint8_t *bytes;

    if (!source_seek(s, offset_of(p), e))
        return false;
    got = source_peek(s, head + NAME_LIMIT, &bytes);
    if (got < head)
        return put_text(t, p->id, bytes, 0, e);
    n = be32(bytes + 5) - id_size;
    if (n > got - head)
        n = got - head;
    return put_text(t, p->id, bytes + head, n < NAME_LIMIT ? n : NAME_LIMIT, e);
}

bool names_load(struct names *t, struct source *s, unsigned id_size,
                struct err *e)
{
    VEC(struct name_entry) wanted = {0};
    const struct name_entry *p;
    bool ok = true;

    for (uint64_t i = 0; ok && t->entries && i <= t->mask; i++)
        if (t->entries[i].where & WANTED && (ok = vec_push(&wanted, t->mem, e)))
            *vec_last(&wanted) = t->entries[i];
    if (wanted.n)
        qsort(wanted.at, wanted.n, sizeof *wanted.at, by_offset);
    VEC_EACH (&wanted, p)
        ok = ok && load(t, s, id_size, p, e);
    vec_free(&wanted, t->mem);
    return ok;
}

/* ---- what is kept ----------------------------------------------------- */

/* What has been kept of a string so far; NULL: out of memory. */
static struct name *used(struct names *t, uint64_t id, struct err *e)
{
    uint32_t i = idmap_get(&t->used_by_id, id);

    if (i != IDMAP_NONE)
        return &t->used.at[i];
    if (!vec_push(&t->used, t->mem, e) ||
        !idmap_put(&t->used_by_id, id, (uint32_t)(t->used.n - 1), t->mem, e))
        return NULL;
    return vec_last(&t->used);
}

const char *names_keep(struct names *t, uint64_t id, const char *otherwise,
                       struct err *e)
{
    const struct text *p = text_of(find(t, id));
    struct name *name;

    if (!p) {
        t->missing++;
        return otherwise;
    }
    name = used(t, id, e);
    if (name && !name->kept)
        name->kept = mutf8_to_utf8((const uint8_t *)p->at, p->n, t->keep, e);
    return name ? name->kept : NULL;
}

static const char *primitive(char code)
{
    switch (code) {
    case 'Z': return "boolean";
    case 'C': return "char";
    case 'F': return "float";
    case 'D': return "double";
    case 'B': return "byte";
    case 'S': return "short";
    case 'I': return "int";
    case 'J': return "long";
    default: return NULL;
    }
}

/* [Ljava/lang/Object; or [[B; anything else is only dotted. */
static char *java_name(const char *s, struct arena *a, struct err *e)
{
    size_t dims = strspn(s, "["), n = strlen(s + dims);
    const char *element = s + dims;
    char *to, *p;

    if (dims && n == 1 && primitive(element[0])) {
        element = primitive(element[0]);
        n = strlen(element);
    } else if (dims && n > 2 && element[0] == 'L' && element[n - 1] == ';') {
        element++;
        n -= 2;
    }
    to = arena_alloc(a, n + 2 * dims + 1, 1, e);
    if (!to)
        return NULL;
    memcpy(to, element, n);
    for (p = to; *p; p++)
        if (*p == '/')
            *p = '.';
    for (; dims; dims--, p += 2)
        memcpy(p, "[]", 2);
    return to;
}

const char *names_keep_class(struct names *t, uint64_t id, struct err *e)
{
    const struct text *p = text_of(find(t, id));
    struct name *name;
    char *utf8;

    if (!p) {
        t->missing++;
        return "?";
    }
    name = used(t, id, e);
    if (name && !name->java) {
        utf8 = mutf8_to_utf8((const uint8_t *)p->at, p->n, &t->arena, e);
        name->java = utf8 ? java_name(utf8, t->keep, e) : NULL;
    }
    return name ? name->java : NULL;
}
