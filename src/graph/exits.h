/*
 * exits.h - did folding hide a dominator?
 *
 * A node folded into r hands its class edge to r. That is exact unless the
 * node dominated its exit, the class: the last instance that keeps a class
 * and its loader alive. Then in the core every edge into the class comes
 * from r or from what the class itself dominates, and r has one such edge.
 */
#ifndef OOMWHY_GRAPH_EXITS_H
#define OOMWHY_GRAPH_EXITS_H

#include "base/vec.h"
#include "graph/dfs.h"

struct exit {
    uint32_t class, number;
    uint32_t parent;     /* in the depth-first tree */
    uint64_t begin, end; /* its stored predecessors, in exits.from */
};

struct exits {
    VEC(struct exit) all;
    VEC(uint32_t) from; /* their predecessors */
};

/* Notes what later stages use up: classes that may be exits. `begin`, of
 * `joins`, says where the predecessors of each start in `from`, `n` how many
 * there are in all. */
bool exits_note(struct exits *x, const struct dfs *d, const struct ranks *joins,
                const uint32_t *begin, const uint32_t *from, uint32_t n,
                struct mem *m, struct err *e);
void exits_deinit(struct exits *x, struct mem *m);

/* Marks in `barred` the classes that may have been dominated by a folded
 * node; *any: whether there are. `idom` by number. */
bool exits_hide_any(const struct exits *x, const struct dfs *d,
                    const uint32_t *idom, uint8_t *barred, struct mem *m,
                    bool *any, struct err *e);

#endif
