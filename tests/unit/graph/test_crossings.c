/* Edges by target: compared with sorting them all. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "graph/crossings.h"
#include "tests/support/graphs.h"
#include "suites.h"

/* Three drawers, the last one short; several blocks in each. */
enum { TARGETS = 2 * 65536 + 1000, EDGES = 60000, ALSO = 70000 };

static struct edge edges[EDGES];
static uint64_t skip[TARGETS / 64 + 1 + 1024];
static uint32_t from[EDGES], begin[TARGETS];

static int by_edge(const void *x, const void *y)
{
    const struct edge *a = x, *b = y;

    if (a->to != b->to)
        return a->to < b->to ? -1 : 1;
    return a->from < b->from ? -1 : a->from > b->from;
}

static int by_number(const void *x, const void *y)
{
    uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

    return a < b ? -1 : a > b;
}

/* Draws an edge; half of the targets are few, so that drawers fill up, and
 * now and then one is to be skipped from then on. */
static struct edge draw(uint64_t *state)
{
    uint32_t to = random_below(state, 2) ? random_below(state, TARGETS)
                                         : 65536 + random_below(state, 64);

    if (random_below(state, 50) == 0)
        bits_add(skip, random_below(state, TARGETS));
    return (struct edge){random_below(state, UINT32_MAX), to};
}

static uint64_t drop_skipped(void)
{
    uint64_t n = 0;

    for (uint32_t i = 0; i < EDGES; i++)
        if (!bits_has(skip, edges[i].to))
            edges[n++] = edges[i];
    return n;
}

START_TEST(test_crossings)
{
    struct crossings x;
    struct ranks targets;
    struct err e = {0};
    struct mem m;
    uint64_t state = 7, n;

    mem_init(&m, _i == 1 ? (uint64_t)64 << 20 : 0);
    memset(skip, 0, sizeof skip);
    ck_assert(crossings_init(&x, TARGETS, skip, &m, &e));
    x.jobs = _i == 2 ? 3 : 1;
    for (uint32_t i = 0; i < EDGES; i++) {
        edges[i] = draw(&state);
        ck_assert(crossings_add(&x, edges[i].from, edges[i].to, &e));
    }
    n = drop_skipped();
    ck_assert(ranks_init(&targets, TARGETS, &m, &e));
    bits_add(targets.bits, ALSO); /* whether anything leads there or not */
    ck_assert_uint_eq(crossings_count(&x, &targets), n);
    ranks_count(&targets);
    qsort(edges, n, sizeof *edges, by_edge);
    ck_assert(crossings_sort(&x, &targets, from, begin, &e));
    for (uint32_t to = 0, at = 0, k = 0; to < TARGETS; to++) {
        uint64_t end;

        if (!ranks_has(&targets, to)) {
            ck_assert(at == n || edges[at].to != to);
            continue;
        }
        end = k + 1 < targets.n ? begin[k + 1] : n;
        ck_assert_uint_eq(begin[k++], at);
        ck_assert(at < end || to == ALSO);
        qsort(from + at, end - at, sizeof *from, by_number);
        for (; at < end; at++) {
            ck_assert_uint_eq(edges[at].to, to);
            ck_assert_uint_eq(edges[at].from, from[at]);
        }
    }
    ranks_deinit(&targets, &m);
    crossings_deinit(&x);
    ck_assert_uint_eq(m.held, 0);
}
END_TEST

START_TEST(test_no_memory)
{
    for (uint64_t call = 1; call <= 4; call++) {
        struct crossings x;
        struct err e = {0};
        struct mem m;
        bool ok;

        mem_init(&m, 0);
        m.fail_at = call;
        ok = crossings_init(&x, TARGETS, skip, &m, &e);
        for (uint32_t i = 0; ok && i < 4 * BLOCK_EDGES; i++)
            ok = crossings_add(&x, i, 5, &e);
        ck_assert(!ok);
        ck_assert_int_eq(e.code, ERR_NOMEM);
        crossings_deinit(&x);
        ck_assert_uint_eq(m.held, 0);
    }
}
END_TEST

Suite *crossings_suite(void)
{
    Suite *s = suite_create("crossings");
    TCase *t = tcase_create("crossings");

    tcase_add_loop_test(t, test_crossings, 0, 3); /* with a limit */
    tcase_add_test(t, test_no_memory);
    suite_add_tcase(s, t);
    return s;
}
