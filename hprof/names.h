/*
 * names.h - the strings of a dump by id, while it is being read.
 *
 * All UTF8 records are kept, each cut at NAME_LIMIT; what is still needed
 * afterwards is copied out with names_keep, once per string, and the table
 * goes.
 */
#ifndef OOMWHY_HPROF_NAMES_H
#define OOMWHY_HPROF_NAMES_H

#include "base/arena.h"
#include "base/vec.h"
#include "hprof/idmap.h"

#include <stddef.h>

/* Bytes. Class files allow 65,535; nobody reads so long a name. */
#define NAME_LIMIT ((size_t)16 << 10)

struct name {
    const char *raw;  /* as in the dump: modified UTF-8 */
    const char *kept; /* valid UTF-8 in the arena of the dump, or NULL */
    const char *java; /* the same as a class name */
    uint32_t n;
};

struct names {
    struct mem *mem;
    struct arena arena; /* raw texts */
    struct idmap by_id; /* to an index into `all` */
    VEC(struct name) all;
    struct arena *keep;
    uint64_t missing; /* look-ups that found nothing */
};

void names_init(struct names *t, struct mem *m, struct arena *keep);
void names_deinit(struct names *t);
bool names_add(struct names *t, uint64_t id, const uint8_t *bytes, size_t n,
               struct err *e);
/* Whether there is a string with this id. */
bool names_has(const struct names *t, uint64_t id);
/* Whether the string is there and reads exactly `text`. */
bool names_is(struct names *t, uint64_t id, const char *text);

/* The string as UTF-8 in the arena `keep`; `otherwise` if it is missing;
 * NULL: out of memory. */
const char *names_keep(struct names *t, uint64_t id, const char *otherwise,
                       struct err *e);
/* The same as the name of a class, spelled as in Java source:
 * java/lang/String, [Ljava/lang/Object; and the hprof agent's
 * java.lang.Object[] become java.lang.String and java.lang.Object[]. */
const char *names_keep_class(struct names *t, uint64_t id, struct err *e);

/* Modified UTF-8 to UTF-8 (table 3-7 of Unicode): pairs of surrogates are
 * joined, whatever is not a character becomes U+FFFD. In `a`. */
char *names_utf8(const uint8_t *s, size_t n, struct arena *a, struct err *e);

/* Writes a character, at most 4 bytes; returns how many. */
size_t utf8_put(uint32_t c, char *to);

#endif
