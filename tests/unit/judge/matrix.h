/*
 * matrix.h - for every rule and every kind of verdict: made-up facts on which
 * it is found, and the one change after which it must not be.
 *
 * What a verdict rests on can be read off the pairs. test_matrix.c runs them,
 * and fails where a rule of the table or a kind has none.
 */
#ifndef OOMWHY_TESTS_UNIT_JUDGE_MATRIX_H
#define OOMWHY_TESTS_UNIT_JUDGE_MATRIX_H

#include "bench.h"

struct pair {
    const char *rule;       /* its name in the table of rules */
    enum verdict_kind kind; /* what it finds, before any other rule does */
    void (*given)(struct bench *b);
    void (*but)(struct bench *b);
};

struct pairs {
    const struct pair *at;
    unsigned n;
};

extern const struct pairs heap_pairs;   /* matrix_heap.c: the heap ran out */
extern const struct pairs native_pairs; /* matrix_native.c: off the heap */
extern const struct pairs count_pairs;  /* matrix_counts.c: without a dump */
extern const struct pairs other_pairs;  /* matrix_other.c: everything else */

#endif
