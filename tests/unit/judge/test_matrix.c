/*
 * test_matrix.c - no rule and no kind of verdict without facts on which it is
 * found and facts, one step away, on which it is not; see matrix.h.
 */
#include <check.h>
#include <string.h>

#include "fixture.h"
#include "matrix.h"
#include "suites.h"

static const struct pairs *const tables[] = {&heap_pairs, &native_pairs,
                                             &count_pairs, &other_pairs};
#define TABLES (sizeof tables / sizeof *tables)

/* Numbered through all tables. */
static const struct pair *pair_at(unsigned n)
{
    for (size_t t = 0; t < TABLES; t++) {
        if (n < tables[t]->n)
            return &tables[t]->at[n];
        n -= tables[t]->n;
    }
    return NULL;
}

static int pairs_in_all(void)
{
    unsigned n = 0;

    for (size_t t = 0; t < TABLES; t++)
        n += tables[t]->n;
    return (int)n;
}

static unsigned rule_of(const struct pair *p)
{
    unsigned i = 0;

    while (i < n_rules && strcmp(rules[i].name, p->rule) != 0)
        i++;
    ck_assert_msg(i < n_rules, "there is no rule \"%s\"", p->rule);
    return i;
}

static void start(const struct pair *p, bool but)
{
    bench_begin();
    p->given(&b);
    if (but)
        p->but(&b);
}

/* Whether the rule itself has something to say; the last one always has, and
 * is silent where another rule gives the verdict. */
static bool speaks(unsigned rule)
{
    if (rule + 1 == n_rules)
        return first_rule(&b) == rule;
    return asks(rules[rule].find);
}

START_TEST(it_is_found)
{
    const struct pair *p = pair_at((unsigned)_i);
    unsigned rule;

    start(p, false);
    rule = first_rule(&b);
    ck_assert_msg(rule == rule_of(p), "\"%s\" was to speak, but \"%s\" did",
                  p->rule, rules[rule].name);
    ck_assert_msg(b.found.kind == p->kind, "\"%s\" found %s instead of %s",
                  p->rule, kind_name(b.found.kind), kind_name(p->kind));
    ck_assert(*b.found.summary);
    bench_end();
}
END_TEST

START_TEST(but_not_one_step_away)
{
    const struct pair *p = pair_at((unsigned)_i);

    start(p, true);
    ck_assert_msg(!speaks(rule_of(p)) || b.found.kind != p->kind,
                  "\"%s\" finds %s all the same", p->rule, kind_name(p->kind));
    bench_end();
}
END_TEST

/* A pair of the rule whose second half silences it. */
START_TEST(every_rule_can_speak_and_be_silent)
{
    unsigned rule = (unsigned)_i, n = (unsigned)pairs_in_all();
    bool has_spoken = false, was_silent = false;

    for (unsigned i = 0; i < n; i++) {
        const struct pair *p = pair_at(i);

        if (rule_of(p) != rule)
            continue;
        has_spoken = true;
        start(p, true);
        was_silent |= !speaks(rule);
        bench_end();
    }
    ck_assert_msg(has_spoken, "no pair makes \"%s\" speak", rules[rule].name);
    ck_assert_msg(was_silent, "no pair silences \"%s\"", rules[rule].name);
}
END_TEST

START_TEST(every_kind_is_found_somewhere)
{
    unsigned n = (unsigned)pairs_in_all(), i = 0;

    while (i < n && pair_at(i)->kind != (enum verdict_kind)_i)
        i++;
    ck_assert_msg(i < n, "no pair finds %s", kind_name((enum verdict_kind)_i));
}
END_TEST

TCase *matrix_tcase(void)
{
    TCase *t = tcase_create("matrix");

    tcase_add_loop_test(t, it_is_found, 0, pairs_in_all());
    tcase_add_loop_test(t, but_not_one_step_away, 0, pairs_in_all());
    tcase_add_loop_test(t, every_rule_can_speak_and_be_silent, 0, (int)n_rules);
    tcase_add_loop_test(t, every_kind_is_found_somewhere, 0, KINDS);
    return t;
}
