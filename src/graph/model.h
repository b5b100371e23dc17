/*
 * model.h - which edges and roots count: the JVM's view, or Eclipse MAT's.
 *
 * The dump's CSR holds what nobody disputes. This lays the rest over it:
 * the edges of class objects, a thread's hold on its stack, and, in MAT's
 * view, the referents of soft, weak, phantom and finalizer references.
 */
#ifndef OOMWHY_GRAPH_MODEL_H
#define OOMWHY_GRAPH_MODEL_H

#include "graph/graph.h"
#include "hprof/dump.h"

struct model {
    struct graph graph; /* the view for the algorithms */
    struct overlay extra;
    uint32_t *class_node; /* [n_classes] */
    uint32_t *roots;      /* [n_roots] distinct, ascending */
    uint32_t n_roots;
};

/*
 * `d` must outlive the model. `mat`: MAT's edges and roots. `weak`: the
 * referents of soft, weak, phantom and finalizer references count as well,
 * as they do in MAT's dominator tree but not in its paths and suspects.
 */
bool model_build(struct model *g, const struct hprof_dump *d, bool mat,
                 bool weak, struct mem *m, struct err *e);
void model_deinit(struct model *g, struct mem *m);

#endif
