/*
 * test_garbage.c - parts of graphs by their definition, and what a dump
 * says of its garbage.
 */
#include <check.h>
#include <string.h>

#include "graph/subgraph.h"
#include "tests/support/graphs.h"
#include "tests/unit/graph/analysed.h"
#include "suites.h"

/* ---- parts ---------------------------------------------------------------
 */

enum { NODES = 20, ROUNDS = 3000 };

struct part {
    struct sketch s;
    uint64_t members;
    struct subgraph sub;
    bool reach[NODES][NODES]; /* by original nodes, within the set */
};

static bool is_member(const struct part *p, uint32_t v)
{
    return p->members >> v & 1;
}

/* Floyd and Warshall. */
static void close_over(struct part *p, const struct graph *g)
{
    memset(p->reach, 0, sizeof p->reach);
    for (uint32_t v = 1; v < NODES; v++) {
        struct edge_iter it;
        uint32_t to;

        edges_begin(g, v, &it);
        p->reach[v][v] = is_member(p, v);
        while ((to = edges_next(g, &it)) != NO_NODE)
            p->reach[v][to] |= is_member(p, v) && is_member(p, to);
    }
    for (uint32_t k = 1; k < NODES; k++)
        for (uint32_t i = 1; i < NODES; i++)
            for (uint32_t j = 1; j < NODES; j++)
                p->reach[i][j] |= p->reach[i][k] && p->reach[k][j];
}

/* Whether `v` is the lowest of a cycle, or a node, nothing else leads to. */
static bool is_root(const struct part *p, uint32_t v)
{
    if (!is_member(p, v))
        return false;
    for (uint32_t u = 1; u < NODES; u++)
        if (p->reach[u][v] && (!p->reach[v][u] || u < v))
            return false;
    return true;
}

static void check_nodes_and_edges(const struct part *p)
{
    const struct graph *g = &p->sub.graph;
    uint32_t n = 1;

    for (uint32_t v = 1; v < NODES; v++)
        if (is_member(p, v))
            ck_assert_uint_eq(p->sub.node[n++], v);
    ck_assert_uint_eq(g->nodes, n);
    for (uint32_t v = 1; v < g->nodes; v++) {
        struct edge_iter it;
        uint32_t to;

        edges_begin(g, v, &it);
        while ((to = edges_next(g, &it)) != NO_NODE) {
            ck_assert_uint_ne(to, v);
            ck_assert(p->reach[p->sub.node[v]][p->sub.node[to]]);
        }
    }
}

static void check_roots(const struct part *p)
{
    uint32_t n = 0;

    for (uint32_t v = 1; v < NODES; v++) {
        if (!is_root(p, v))
            continue;
        ck_assert_uint_lt(n, p->sub.graph.n_roots);
        ck_assert_uint_eq(p->sub.node[p->sub.graph.roots[n++]], v);
    }
    ck_assert_uint_eq(p->sub.graph.n_roots, n);
}

START_TEST(parts_have_the_fewest_roots)
{
    uint64_t state = 4711;

    for (unsigned i = 0; i < ROUNDS; i++) {
        struct part p = {0};
        struct mem m;
        struct err e = {0};
        const struct graph *g;

        mem_init(&m, 0);
        sketch_random(&p.s, &state, NODES);
        g = sketch_finish(&p.s);
        p.members = random_next(&state) & (((uint64_t)1 << NODES) - 2);
        ck_assert(subgraph_build(&p.sub, g, &p.members, &m, &e));
        close_over(&p, g);
        check_nodes_and_edges(&p);
        check_roots(&p);
        subgraph_deinit(&p.sub, &m);
        ck_assert_uint_eq(m.held, 0);
        sketch_deinit(&p.s);
    }
}
END_TEST

START_TEST(parts_without_memory)
{
    uint64_t state = 1, members = 0xffffe;
    struct sketch s;
    struct subgraph sub;
    struct mem m;
    uint64_t n;

    sketch_random(&s, &state, NODES);
    sketch_finish(&s);
    mem_init(&m, 0);
    for (n = 1; n < 100; n++) {
        struct err e = {0};

        m.fail_at = m.calls + n;
        if (subgraph_build(&sub, &s.graph, &members, &m, &e))
            break;
        ck_assert_int_eq(e.code, ERR_NOMEM);
        ck_assert_uint_eq(m.held, 0);
    }
    ck_assert_uint_gt(n, 5);
    ck_assert_uint_lt(n, 100);
    subgraph_deinit(&sub, &m);
    sketch_deinit(&s);
}
END_TEST

/* ---- dumps -----------------------------------------------------------------
 */

enum { NODE = 0x500 };

/*
 * Alive: a long[] of 8 KB. Garbage: a node holding two arrays of 1 KB, one
 * of them also held by a second node; two nodes in a circle that hold one
 * of 2 KB; a node that refers to what is alive.
 */
static void setup(void)
{
    analysed_begin();
    hw_class(&w, NODE, "demo/Node", HW_OBJECT, "Lleft Lright");
    hw_root(&w, HW_STICKY_CLASS, NODE, 0, 0);
    hw_primitive_array(&w, 0x10000, 'J', 1024, NULL);
    hw_root(&w, HW_JNI_GLOBAL, 0x10000, 0, 0);
    HW_INSTANCE(&w, 0x20000, NODE, "LL", 0x20100, 0x20900);
    hw_primitive_array(&w, 0x20100, 'B', 1008, NULL);
    hw_primitive_array(&w, 0x20900, 'B', 1008, NULL);
    HW_INSTANCE(&w, 0x21000, NODE, "LL", 0x20900, 0);
    HW_INSTANCE(&w, 0x22000, NODE, "LL", 0x22100, 0x22200);
    HW_INSTANCE(&w, 0x22100, NODE, "LL", 0x22000, 0);
    hw_primitive_array(&w, 0x22200, 'B', 2032, NULL);
    HW_INSTANCE(&w, 0x24000, NODE, "LL", 0x10000, 0);
}

static void check_object(uint64_t i, uint64_t id, uint64_t retained,
                         uint64_t objects)
{
    const struct heap_object *o = &heap.garbage.objects.at[i];

    ck_assert_uint_eq(o->id, id);
    ck_assert_uint_eq(o->retained, retained);
    ck_assert_uint_eq(o->objects, objects);
}

START_TEST(garbage_by_its_own_roots)
{
    uint64_t sum = 0;

    analyse();
    ck_assert_uint_eq(heap.garbage.roots, 4);
    ck_assert_uint_eq(heap.garbage.objects.n, 5);
    check_object(0, 0x22000, 24 + 24 + 2048, 3);
    check_object(1, 0x20000, 24 + 1024, 2);
    check_object(2, 0x20900, 1024, 1); /* shared by two */
    check_object(3, 0x21000, 24, 1);
    check_object(4, 0x24000, 24, 1);
    for (uint64_t i = 0; i < heap.garbage.objects.n; i++)
        sum += heap.garbage.objects.at[i].retained;
    ck_assert_uint_eq(sum, heap.unreachable.bytes);
    ck_assert_str_eq(heap.garbage.classes.at[0].class_name, "byte[]");
    ck_assert_uint_eq(heap.garbage.classes.at[0].bytes, 4096);
    ck_assert_str_eq(heap.garbage.classes.at[1].class_name, "demo.Node");
    ck_assert_uint_eq(heap.garbage.classes.at[1].objects, 5);
}
END_TEST

START_TEST(kept_among_the_living)
{
    const struct heap_class_row *r;
    uint64_t alive, retained = 0;

    analyse();
    alive = heap.n_dominators;
    options.keep_unreachable = true;
    analyse();
    ck_assert_uint_eq(heap.n_dominators, alive + 5);
    ck_assert_uint_eq(heap.dominators.n, alive + 5);
    ck_assert_uint_eq(heap.dominators.at[0].id, 0x10000);
    ck_assert_uint_eq(heap.dominators.at[1].id, 0x22000);
    VEC_EACH (&heap.histogram, r)
        if (strcmp(r->name, "demo.Node") == 0)
            retained = r->retained;
    ck_assert_uint_eq(retained, 2096 + 1048 + 24 + 24);
}
END_TEST

/* Eclipse MAT's view leaves garbage out, unless it is to be kept. */
START_TEST(kept_in_mats_view)
{
    uint64_t objects = 0;
    const struct heap_class_row *r;

    options.mat = true;
    options.keep_unreachable = _i;
    analyse();
    VEC_EACH (&heap.histogram, r)
        if (strcmp(r->name, "demo.Node") == 0)
            objects = r->objects;
    ck_assert_uint_eq(objects, _i ? 5 : 0);
}
END_TEST

START_TEST(memory_runs_out)
{
    uint64_t n, held;

    finish_dump();
    held = mem.held;
    for (n = 1; n < 2000; n++) {
        err = (struct err){0};
        mem.fail_at = mem.calls + n;
        if (heap_analyse(source, "test.hprof", &options, &mem, &heap, &err))
            break;
        ck_assert_int_eq(err.code, ERR_NOMEM);
        ck_assert_uint_eq(mem.held, held);
    }
    ck_assert_uint_lt(n, 2000);
    mem.fail_at = 0;
}
END_TEST

Suite *garbage_suite(void)
{
    Suite *s = suite_create("garbage");
    TCase *parts = tcase_create("parts");
    TCase *dumps = tcase_create("dumps");

    tcase_add_test(parts, parts_have_the_fewest_roots);
    tcase_add_test(parts, parts_without_memory);
    suite_add_tcase(s, parts);
    tcase_add_checked_fixture(dumps, setup, analysed_end);
    tcase_add_test(dumps, garbage_by_its_own_roots);
    tcase_add_test(dumps, kept_among_the_living);
    tcase_add_loop_test(dumps, kept_in_mats_view, 0, 2);
    tcase_add_test(dumps, memory_runs_out);
    suite_add_tcase(s, dumps);
    return s;
}
