/*
 * fixture.h - the bench that a test's facts are made up on: fresh before
 * each test, and behind it checked and cleared away.
 */
#ifndef OOMWHY_TESTS_UNIT_JUDGE_FIXTURE_H
#define OOMWHY_TESTS_UNIT_JUDGE_FIXTURE_H

#include "bench.h"

extern struct bench b;

void bench_begin(void);
void bench_end(void);

/* Whether the rule, asked alone, has something to say. */
bool asks(rule_fn *rule);
/* How sure it is of what it has to say, which must be something. */
enum confidence confidence_by(rule_fn *rule);
/* How sure the first rule is that finds something, which must be `kind`. */
enum confidence confidence_of(enum verdict_kind kind);

#endif
