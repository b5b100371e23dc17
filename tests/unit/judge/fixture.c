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

enum confidence confidence_by(rule_fn *rule)
{
    ck_assert_msg(asks(rule), "the rule finds nothing");
    return finding_confidence(&b.found);
}

enum confidence confidence_of(enum verdict_kind kind)
{
    enum verdict_kind found = first_found(&b);

    ck_assert_msg(found == kind, "%s is found, not %s",
                  found == KINDS ? "nothing" : kind_name(found),
                  kind_name(kind));
    return finding_confidence(&b.found);
}
