/* A sparse array against an ordinary one, before and after it becomes one. */
#include <check.h>
#include <string.h>

#include "graph/sparse.h"
#include "tests/support/graphs.h"

enum { LENGTH = 100000 };

static uint32_t want[LENGTH];

static void compare(const struct sparse *s)
{
    for (uint32_t i = 0; i < LENGTH; i++)
        ck_assert_uint_eq(sparse_get(s, i), want[i]);
}

START_TEST(test_sparse)
{
    uint64_t state = 3;
    struct err e = {0};
    struct sparse s;
    struct mem m;

    mem_init(&m, 0);
    memset(want, 0, sizeof want);
    ck_assert(sparse_init(&s, LENGTH, &m, &e));
    compare(&s);
    for (uint32_t n = 1; n <= LENGTH / 2; n++) {
        uint32_t i = random_below(&state, LENGTH);

        if (want[i])
            continue;
        want[i] = n;
        ck_assert(sparse_set(&s, i, n, &e));
        if (n == 10 || n == 3000)
            compare(&s);
        ck_assert(n > 3000 || !s.all);
    }
    ck_assert(s.all);
    compare(&s);
    sparse_deinit(&s);
    ck_assert_uint_eq(m.held, 0);
}
END_TEST

START_TEST(test_no_memory)
{
    for (uint64_t call = 1; call <= 5; call++) {
        struct err e = {0};
        struct sparse s;
        struct mem m;
        bool ok;

        mem_init(&m, 0);
        m.fail_at = call;
        ok = sparse_init(&s, LENGTH, &m, &e);
        for (uint32_t i = 0; ok && i < LENGTH; i++)
            ok = sparse_set(&s, i, 1, &e);
        ck_assert(!ok);
        ck_assert_int_eq(e.code, ERR_NOMEM);
        sparse_deinit(&s);
        ck_assert_uint_eq(m.held, 0);
    }
}
END_TEST

Suite *sparse_suite(void);

Suite *sparse_suite(void)
{
    Suite *s = suite_create("sparse");
    TCase *t = tcase_create("sparse");

    tcase_add_test(t, test_sparse);
    tcase_add_test(t, test_no_memory);
    suite_add_tcase(s, t);
    return s;
}
