/*
 * spacing.h - what the addresses of a class's objects say about their size.
 * Private to src/graph.
 */
#ifndef OOMWHY_GRAPH_SPACING_H
#define OOMWHY_GRAPH_SPACING_H

#include "graph/ranks.h"
#include "hprof/dump.h"

#define SPACING_NONE UINT64_MAX

struct class_spacing {
    uint64_t objects; /* of the class, with a neighbour */
    uint64_t least;   /* instances: least distance to the next object;
                         SPACING_NONE: never seen */
    uint64_t seen;    /* of how many it is exactly that */
    uint64_t element; /* arrays: bytes, of references 4; else 0 */
    /* Arrays: the least that a distance leaves for the header when the
     * elements are taken off, references as 4 or as 8 bytes. */
    int64_t head, head_wide;
};

struct spacing {
    struct class_spacing *of; /* [n_classes] */
    uint64_t *class_object;   /* [n_classes] distance from the class object
                                 to the next object; or SPACING_NONE */
};

/* `arrays`: which nodes are. Of large heaps a sample is measured. */
bool spacing_measure(struct spacing *s, const struct hprof_dump *d,
                     const struct ranks *arrays, struct mem *m, struct err *e);
void spacing_deinit(struct spacing *s, struct mem *m);

#endif
