/*
 * graph_shapes.c - dominators, retained sizes and paths on shapes of ten
 * million nodes: that nothing recurses, nothing is quadratic, and memory
 * stays within bounds. Not part of `make test`: it takes two minutes and,
 * for the verifier, four gigabytes.
 *
 *     graph_shapes [NODES]
 *
 * Prints a line for each shape; exits 1 if one takes more than NS_LIMIT a
 * node or edge, or the verifier refuses a result.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "graph/tree.h"
#include "graph/walk.h"
#include "tests/support/graphs.h"

/* Several times what it takes: only a wrong complexity exceeds that. */
#define NS_LIMIT 1000.0

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static uint64_t shallow(void *ctx, uint32_t node, uint32_t class)
{
    (void)class;
    (void)ctx;
    return node ? 16 : 0;
}

static bool find_path(const struct graph *g, const struct core *c,
                      struct mem *m, struct err *e)
{
    uint32_t target = g->nodes - 1, length, *path;

    if (!walk_paths(g, c, &target, 1, UINT32_MAX, m, &path, &length, e))
        return false;
    mem_free(m, path);
    return true;
}

struct figures {
    double dom, tree, path; /* seconds */
    uint64_t peak;          /* bytes */
};

static bool measure(const struct graph *g, struct figures *f, struct mem *m,
                    struct err *e)
{
    const struct tree_sizes sizes = {.shallow = shallow, .most = UINT64_MAX};
    double t0 = seconds(), t1, t2;
    uint64_t retained, objects;
    struct tree t;
    struct dom d;
    bool ok;

    if (!dom_build(g, m, &d, e))
        return false;
    t1 = seconds();
    if (!tree_build(&d, &sizes, m, &t, e))
        return false;
    t2 = seconds();
    f->peak = m->peak;
    retained = tree_bytes(&t, 0);
    objects = tree_objects(&t, 0) - 1;
    f->dom = t1 - t0;
    f->tree = t2 - t1;
    t2 = seconds();
    ok = find_path(g, &t.core, m, e);
    f->path = seconds() - t2;
    tree_deinit(&t, m);
    if (!ok)
        return false;
    if (retained != 16 * objects)
        return err_set(e, ERR_FORMAT, "the super-root retains %llu bytes",
                       (unsigned long long)retained);
    return true;
}

/* Once more, for the verifier. */
static bool verify(const struct graph *g, struct mem *m, struct err *e)
{
    uint64_t bytes = g->nodes * sizeof(uint32_t);
    uint32_t *idom = mem_map(m, bytes, e);
    struct dom d = {0};
    bool ok = idom && dom_build(g, m, &d, e);

    ok = ok && dom_spell_out(&d, m, idom, e);
    dom_deinit(&d, m);
    ok = ok && dom_verify(g, idom, m, e);
    mem_unmap(m, idom, bytes);
    return ok;
}

static bool run(const char *name, const struct graph *g)
{
    double size = (double)g->nodes + (double)g->edges.total;
    struct figures f = {0};
    struct err e = {0};
    struct mem m;
    bool ok;

    mem_init(&m, 0);
    ok = measure(g, &f, &m, &e);
    printf("%-18s dominators %6.1f  tree %5.1f  path %5.1f ns/node, "
           "%5.1f bytes/node\n",
           name, f.dom * 1e9 / g->nodes, f.tree * 1e9 / g->nodes,
           f.path * 1e9 / g->nodes, (double)f.peak / g->nodes);
    if (ok && (f.dom + f.tree + f.path) * 1e9 > NS_LIMIT * size)
        ok = err_set(&e, ERR_FORMAT, "too slow");
    ok = ok && verify(g, &m, &e);
    if (!ok)
        printf("%s: FAILED: %s\n", name, e.text);
    return ok;
}

int main(int argc, char **argv)
{
    uint32_t nodes = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 10000000;
    uint64_t state = 1;
    struct sketch s;
    const char *name;
    bool ok = true;

    for (unsigned i = 0; i < SHAPES; i++) {
        name = sketch_shape(&s, i, nodes);
        ok &= run(name, sketch_finish(&s));
        sketch_deinit(&s);
    }
    sketch_heap(&s, &state, nodes);
    ok &= run("heap", sketch_finish(&s));
    sketch_deinit(&s);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
