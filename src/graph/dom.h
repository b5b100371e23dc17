/*
 * dom.h - reachability and immediate dominators.
 *
 * Leaves folded away, depth-first numbering of the rest, then Semi-NCA
 * (Georgiadis, Tarjan, Werneck) with a bound on its only quadratic step;
 * nothing recurses. Only cross and back edges are stored as predecessors:
 * tree edges are implied by the parent.
 */
#ifndef OOMWHY_GRAPH_DOM_H
#define OOMWHY_GRAPH_DOM_H

#include "graph/reduce.h"

/*
 * A folded node is dominated by its referrer and reachable if that is. Numbers
 * of nodes are those of a depth-first order, dominators before what they
 * dominate; some between may be nobody's.
 */
struct dom {
    struct core core;
    uint32_t reached; /* nodes of the core, including the super-root */
    uint32_t numbers; /* all are below */
    uint32_t room;    /* for so many there is, in what lies by number */
    uint32_t *number; /* [core.n] by rank; 0: unreachable, or the super-root */
    uint32_t *above;  /* by number: that of the dominator; if it is nobody's,
                         itself */
    unsigned walks;   /* that took numbers, by the drawer (crossings.h) */
    uint32_t drawers;
    uint8_t *owner;    /* [drawers] which walk; what dominates its numbers is
                          of the same, or the super-root */
    uint64_t *holds;   /* bitmap of numbers: has folded nodes of its own */
    void *spare_pairs; /* room for tree_build: two numbers each */
};

/* Holds 16 bytes a node of the core, which in the end are those of `ret`, and
 * 12 for an edge that has to be stored: less than one a node, as a rule.
 * Uses graph->jobs threads. `g` must outlive it. */
bool dom_build(const struct graph *g, struct mem *m, struct dom *ret,
               struct err *e);
/* The same in two steps: folding, and the rest. */
bool dom_fold(const struct graph *g, struct mem *m, struct dom *ret,
              struct err *e);
bool dom_find(struct dom *d, struct mem *m, struct err *e);
void dom_deinit(struct dom *d, struct mem *m);

/* By node of the graph: idom[nodes] becomes the immediate dominator; NO_NODE:
 * unreachable; 0 for the super-root. For tests. */
bool dom_spell_out(const struct dom *d, struct mem *m, uint32_t *idom,
                   struct err *e);

/* The same by Lengauer and Tarjan's simple algorithm: slower, written
 * independently; tests compare the two. */
bool dom_lengauer_tarjan(const struct graph *g, struct mem *m, uint32_t *idom,
                         struct err *e);

/* Asserts what makes idom[nodes] the dominator tree of `g` (parent and
 * sibling properties); returns false with a sentence where one fails. */
bool dom_verify(const struct graph *g, const uint32_t *idom, struct mem *m,
                struct err *e);

#endif
