/* fixture.c - the bench of each test; see fixture.h. */
#include "fixture.h"

#include <check.h>

struct bench b;

void bench_begin(void)
{
    bench_init(&b);
}

void bench_end(void)
{
    ck_assert(!err_is_set(&b.err));
    bench_deinit(&b);
}

bool asks(rule_fn *rule)
{
    return rule(&b.facts, &b.pen, &b.found);
}

enum confidence confidence_of(enum verdict_kind kind)
{
    ck_assert_int_eq(first_found(&b), kind);
    return finding_confidence(&b.found);
}
