/*
 * names.h - the strings of a dump by id, while it is being read.
 *
 * A dump holds every symbol of the JVM, and few of them name a class, a field
 * or a frame. The first megabytes of them are kept, which is all in most
 * dumps; of others only where they are in the file, 16 bytes each in a table,
 * and those that turn out to be wanted are read again in the end (names_want,
 * names_load). What is needed afterwards is copied out with names_keep, once
 * per string, and the table goes.
 */
#ifndef OOMWHY_HPROF_NAMES_H
#define OOMWHY_HPROF_NAMES_H

#include "base/arena.h"
#include "base/source.h"
#include "base/vec.h"
#include "hprof/idmap.h"

#include <stddef.h>

/* Bytes. Class files allow 65,535; nobody reads so long a name. */
#define NAME_LIMIT ((size_t)16 << 10)
/* Of texts, while there is no need to know them. */
#define NAMES_IN_MEMORY ((uint64_t)8 << 20)
/* The longest that names_is knows. */
#define NAME_SPECIAL 32

struct name {
    const char *kept; /* valid UTF-8 in the arena of the dump, or NULL */
    const char *java; /* the same as a class name */
};

struct name_entry {
    uint64_t id;
    uint64_t where; /* 0: there is none */
};

struct names {
    struct mem *mem;
    struct arena arena;         /* texts */
    uint64_t in_memory;         /* bytes of them */
    struct name_entry *entries; /* [mask + 1] hashed by id */
    uint64_t mask, n;
    struct idmap used_by_id; /* to an index into `used` */
    VEC(struct name) used;
    struct arena *keep;
    uint64_t missing; /* look-ups that found nothing */
};

void names_init(struct names *t, struct mem *m, struct arena *keep);
void names_deinit(struct names *t);
/* `record`: where its UTF8 record begins in the file; 0: nowhere to read it
 * again. */
bool names_add(struct names *t, uint64_t id, const uint8_t *bytes, size_t n,
               uint64_t record, struct err *e);
/* Whether there is a string with this id. */
bool names_has(const struct names *t, uint64_t id);
/* Whether the string is there and reads exactly `text`: the code of an array
 * of primitives, "referent" or a class of java.lang.ref. */
bool names_is(struct names *t, uint64_t id, const char *text);

/* This one will be kept: names_load reads all such that are still on file, in
 * the order of the file. Before names_keep. */
void names_want(struct names *t, uint64_t id);
bool names_load(struct names *t, struct source *s, unsigned id_size,
                struct err *e);

/* The string as UTF-8 in the arena `keep`; `otherwise` if it is missing;
 * NULL: out of memory. */
const char *names_keep(struct names *t, uint64_t id, const char *otherwise,
                       struct err *e);
/* The same as the name of a class, spelled as in Java source:
 * java/lang/String, [Ljava/lang/Object; and the hprof agent's
 * java.lang.Object[] become java.lang.String and java.lang.Object[]. */
const char *names_keep_class(struct names *t, uint64_t id, struct err *e);

#endif
