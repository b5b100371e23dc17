/*
 * values.h - goes back to the file for the few objects whose contents
 * matter: names of threads, capacities of buffers, fields along a path.
 *
 * Bodies are not kept while parsing. A caller collects the nodes it wants
 * and asks for them in one batch, so that the file is gone through at most
 * once a batch, forwards, whatever it is compressed with.
 */
#ifndef OOMWHY_HPROF_VALUES_H
#define OOMWHY_HPROF_VALUES_H

#include "hprof/dump.h"

struct hprof_value {
    uint32_t node; /* set by the caller; not a class object */
    uint64_t id;   /* found: its id in the dump */
    bool found;
    uint32_t length;     /* arrays: elements */
    uint32_t n;          /* bytes in `body` */
    const uint8_t *body; /* fields or elements as in the dump, big-endian,
                            arrays cut at `limit` bytes; in the arena */
};

/*
 * Fills values[0..n). They are sorted by node on the way. At most `limit`
 * bytes of an array are taken. False: memory ran out or the file is gone;
 * an object that can't be read again just stays not found.
 */
bool hprof_values_read(const struct hprof_dump *d, struct source *s,
                       struct hprof_value *values, uint64_t n, uint32_t limit,
                       struct arena *a, struct err *e);

/* The value of a field in a body; integers sign-extended, floats as raw
 * bits, objects as id. False if the body is too short. */
bool hprof_field_value(const struct hprof_dump *d, const struct hprof_value *v,
                       const struct hprof_field *f, uint64_t *ret);
/* The same by name over the class hierarchy of the node. */
bool hprof_named_value(const struct hprof_dump *d, const struct hprof_value *v,
                       const char *field, uint64_t *ret);
/* The node a named object field refers to; NODE_NONE: null or no field. */
uint32_t hprof_named_node(const struct hprof_dump *d,
                          const struct hprof_value *v, const char *field);

/*
 * Names the step from one object to another: "field", "Super#field" where
 * the field is a superclass's, "[17]" for arrays, "static NAME" for class
 * objects, "<class>", "<loader>", "<super>"; NULL if `v` does not refer to
 * `to`. `v` is a value read with a sufficient limit, or where the step is known
 * just a node. In `a`.
 */
const char *hprof_step_name(const struct hprof_dump *d,
                            const struct hprof_value *v, uint32_t to,
                            struct arena *a, struct err *e);
/* Whether it takes no reading: of class objects, and of instances whose
 * references say it. */
bool hprof_step_is_known(const struct hprof_dump *d, uint32_t from,
                         uint32_t to);

/* The array of a String, without reading it: the one object that it refers to;
 * NODE_NONE: it takes reading. */
uint32_t hprof_string_array(const struct hprof_dump *d, uint32_t node);

/* Texts of java.lang.String objects: one batch for the strings and their
 * arrays, another one for arrays that only a string's fields tell. texts[i] is
 * NULL where it can't be had; UTF-8, cut at `limit` characters, in `a`. */
bool hprof_strings_read(const struct hprof_dump *d, struct source *s,
                        const uint32_t *nodes, uint64_t n, uint32_t limit,
                        const char **texts, struct arena *a, struct err *e);

#endif
