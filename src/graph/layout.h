/*
 * layout.h - the rules by which HotSpot lays fields out in an object.
 *
 * What a layout is made of, and how large an instance or a class object
 * gets under it. It looks at classes only, never at addresses: which layout
 * a dump has is for sizes.c to find out. Private to src/graph.
 */
#ifndef OOMWHY_GRAPH_LAYOUT_H
#define OOMWHY_GRAPH_LAYOUT_H

#include "hprof/dump.h"

struct jvm_layout {
    const char *name;
    unsigned id_size;      /* of the dumps it can explain */
    uint32_t header;       /* bytes before an instance's fields */
    uint32_t array_header; /* bytes before elements of up to 4 bytes */
    uint32_t reference;
    bool packs; /* JDK 15+: fills the holes superclasses left */
};

/* Every layout there is; the commonest lead. */
extern const struct jvm_layout LAYOUTS[];
extern const unsigned N_LAYOUTS;

const struct jvm_layout *layout_named(const char *name);

/* Whether that JDK has such a layout. */
bool layout_possible(const struct jvm_layout *l, unsigned jdk);

/* What layout_instance must know of the dump's classes beforehand. */
struct layout_classes {
    const struct hprof_dump *dump;
    uint32_t *rules; /* [n_classes] bit r: rule r of the VM's is about it */
    uint32_t mirror; /* java.lang.Class, or CLASS_NONE */
    unsigned jdk;    /* the oldest that it can be, from the fields that its
                        classes declare: 0, 7, 8, 9, 15, 19, 25 */
};

bool layout_classes_init(struct layout_classes *k, const struct hprof_dump *d,
                         struct mem *m, struct err *e);
void layout_classes_deinit(struct layout_classes *k, struct mem *m);

/* Whether the VM is known to add to this class, in one JDK or another. */
bool layout_is_vm_class(const char *name);

/* Bytes kept free on either side of @Contended fields. */
#define LAYOUT_PADDING 128

/* Bytes of an instance of class `c`, its end not aligned. */
uint32_t layout_instance(const struct layout_classes *k,
                         const struct jvm_layout *l, uint32_t c);
/* Bytes of the class object of `c`, statics included, its end not aligned;
 * `align`: of objects. */
uint32_t layout_class_object(const struct layout_classes *k,
                             const struct jvm_layout *l, uint32_t align,
                             uint32_t c);
/* Where the elements of an array begin. */
uint32_t layout_array_base(const struct jvm_layout *l, uint32_t element);
/* Bytes of a reference or of a value in the heap. */
uint32_t layout_field(const struct jvm_layout *l, unsigned type);

#endif
