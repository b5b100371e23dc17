/*
 * unowned.h - classes that nobody dominates but the super-root.
 *
 * Every object has an edge to its class, and nearly all of those lead to
 * classes in use all over the heap. Once that is known of a class, its
 * node may as well be a root: no edge into it changes any dominator then, and
 * nobody has to look at the classes of its instances.
 */
#ifndef OOMWHY_GRAPH_UNOWNED_H
#define OOMWHY_GRAPH_UNOWNED_H

#include "graph/graph.h"

/*
 * Sets ret[k] of [n_classes] for classes of which that is certain, roots
 * among them; others may be like that as well. Looks at the roots and some
 * 65,000 nodes near them; holds 8 bytes for each, and a bit for every node.
 */
bool unowned_find(const struct graph *g, uint8_t *ret, struct mem *m,
                  struct err *e);

#endif
