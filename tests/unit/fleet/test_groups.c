/*
 * test_groups.c - who is in whose group, whatever the order; growth, and two
 * sets compared.
 */
#include <stdlib.h>
#include <string.h>

#include "fleet/groups.h"
#include "suites.h"

#define DAY INT64_C(86400000)

static struct mem mem;
static struct err err;
static struct groups groups;
static struct stored stored[32];
static uint64_t n_stored;

static void setup(void)
{
    mem_init(&mem, 0);
    memset(&err, 0, sizeof err);
    groups_init(&groups, &mem);
    n_stored = 0;
}

static void teardown(void)
{
    groups_deinit(&groups);
    ck_assert_uint_eq(mem.held, 0);
}

/* "" is not known. */
static struct stored *add(const char *family, const char *cause,
                          const char *application, const char *holder)
{
    static char places[32][16];
    struct stored *s = &stored[n_stored];

    memset(s, 0, sizeof *s);
    row_init(&s->row);
    s->row.status = STATUS_ANALYSED;
    s->row.kind = "kind";
    s->row.family = family;
    s->row.cause = *cause ? cause : NULL;
    s->row.application = *application ? application : NULL;
    s->row.holder = *holder ? holder : NULL;
    snprintf(places[n_stored], sizeof places[0], "case%02u",
             (unsigned)n_stored);
    s->place = s->row.content = places[n_stored];
    n_stored++;
    return s;
}

static void find(void)
{
    struct stored_rows rows = {{stored, n_stored, n_stored}};

    ck_assert(groups_add(&groups, &rows, SET_AFTER, &err));
    ck_assert_msg(groups_find(&groups, &err), "%s", err.text);
}

static uint32_t group_of(const struct stored *s)
{
    const struct member *m;

    VEC_EACH (&groups.members, m)
        if (m->stored == s)
            return m->group;
    ck_abort_msg("not a member");
}

START_TEST(a_holder_is_enough)
{
    struct stored *a = add("heap", "", "app.A", "x.C.f: Map");
    struct stored *b = add("heap", "queue", "app.B", "x.C.f: Map");
    struct stored *c = add("heap", "", "app.A", "x.C.g: Map");
    struct stored *d = add("direct", "", "app.A", "x.C.f: Map");

    find();
    ck_assert_uint_eq(group_of(a), group_of(b));
    ck_assert_uint_ne(group_of(a), group_of(c));
    ck_assert_uint_ne(group_of(a), group_of(d));
    ck_assert_uint_eq(groups.at.n, 3);
}
END_TEST

START_TEST(who_knows_less_joins_the_only_one)
{
    struct stored *vague = add("heap", "", "app.A", "");
    struct stored *other = add("heap", "", "app.B", "");
    struct stored *family = add("direct", "", "app.A", "");
    struct stored *queue = add("heap", "queue", "app.A", "");
    struct stored *exact = add("heap", "queue", "app.A", "x.C.f: Map");

    find();
    ck_assert_uint_eq(group_of(vague), group_of(exact));
    ck_assert_uint_eq(group_of(queue), group_of(exact));
    ck_assert_uint_ne(group_of(other), group_of(exact));
    ck_assert_uint_ne(group_of(family), group_of(exact));
}
END_TEST

START_TEST(of_two_nobody_is_chosen)
{
    struct stored *vague = add("heap", "", "app.A", "");
    struct stored *a = add("heap", "", "app.A", "x.C.f: Map");
    struct stored *b = add("heap", "", "app.A", "x.C.g: Map");

    find();
    ck_assert_uint_ne(group_of(vague), group_of(a));
    ck_assert_uint_ne(group_of(vague), group_of(b));
}
END_TEST

START_TEST(another_cause_is_another_group)
{
    struct stored *a = add("native", "zlib", "app.A", "");
    struct stored *b = add("native", "arenas", "app.A", "");
    struct stored *c = add("native", "", "app.A", "");
    struct stored *d = add("native", "zlib", "app.B", "");
    struct stored *e = add("native", "", "app.B", "");

    find();
    ck_assert_uint_ne(group_of(a), group_of(b));
    ck_assert_uint_ne(group_of(c), group_of(a));
    ck_assert_uint_ne(group_of(c), group_of(b));
    ck_assert_uint_eq(group_of(d), group_of(e));
}
END_TEST

START_TEST(without_an_application_nobody_joins)
{
    struct stored *a = add("heap", "", "", "");
    struct stored *b = add("heap", "", "", "x.C.f: Map");

    find();
    ck_assert_uint_ne(group_of(a), group_of(b));
}
END_TEST

static void add_many(void)
{
    add("heap", "", "app.A", "");
    add("heap", "queue", "app.A", "");
    add("heap", "", "app.A", "x.C.f: Map");
    add("heap", "listeners", "app.A", "");
    add("heap", "", "app.B", "x.C.f: Map");
    add("heap", "", "app.B", "");
    add("native", "zlib", "app.A", "");
    add("native", "", "app.A", "");
    add("undecided", "", "", "");
}

/* Which group each case is in, as one text. */
static void tell(char *ret)
{
    const struct member *m;

    for (uint64_t i = 0; i < n_stored; i++)
        VEC_EACH (&groups.members, m)
            if (m->stored->place[4] == (char)('0' + i / 10) &&
                m->stored->place[5] == (char)('0' + i % 10))
                ret += sprintf(ret, "%s ", groups.at.at[m->group].id);
}

START_TEST(the_order_decides_nothing)
{
    char first[1024], again[1024];

    add_many();
    find();
    tell(first);
    srand(1);
    for (int round = 0; round < 50; round++) {
        for (uint64_t i = n_stored; i-- > 1;) {
            uint64_t k = (uint64_t)rand() % (i + 1);
            struct stored s = stored[i];

            stored[i] = stored[k];
            stored[k] = s;
        }
        groups_deinit(&groups);
        groups_init(&groups, &mem);
        find();
        tell(again);
        ck_assert_str_eq(first, again);
    }
}
END_TEST

START_TEST(times_and_growth)
{
    static const int64_t days[] = {100, 99, 98, 92, 90, 50};
    struct stored *s;
    size_t i;

    for (i = 0; i < sizeof days / sizeof days[0]; i++) {
        s = add("heap", "", "app.A", "x.C.f: Map");
        s->row.time = days[i] * DAY;
    }
    add("heap", "", "app.A", "x.C.f: Map");
    find();
    ck_assert_uint_eq(groups.at.n, 1);
    ck_assert_uint_eq(groups.at.at[0].count, 7);
    ck_assert_int_eq(groups.at.at[0].first, 50 * DAY);
    ck_assert_int_eq(groups.at.at[0].last, 100 * DAY);
    ck_assert_int_eq(groups.at.at[0].growth, 3 - 2);
}
END_TEST

START_TEST(without_times_nothing_grows)
{
    add("heap", "", "app.A", "x.C.f: Map");
    find();
    ck_assert(!known_delta(groups.at.at[0].first));
    ck_assert(!known_delta(groups.at.at[0].growth));
}
END_TEST

START_TEST(the_representative_knows_most)
{
    struct stored *vague = add("heap", "", "app.A", "");
    struct stored *exact = add("heap", "", "app.A", "x.C.f: Map");

    vague->row.confidence = "high";
    exact->row.confidence = "low";
    find();
    ck_assert_ptr_eq(groups.at.at[0].representative, exact);
}
END_TEST

START_TEST(what_was_not_judged_is_in_no_group)
{
    add("heap", "", "app.A", "")->row.status = STATUS_CRASHED;
    add("heap", "", "app.A", "")->row.family = NULL;
    find();
    ck_assert_uint_eq(groups.members.n, 0);
    ck_assert_uint_eq(groups.at.n, 0);
}
END_TEST

START_TEST(two_sets)
{
    struct stored_rows before, after;

    add("heap", "", "app.A", "x.C.f: Map");
    add("heap", "", "app.A", "x.C.g: Map");
    before = (struct stored_rows){{stored, 2, 2}};
    add("heap", "", "app.A", "x.C.f: Map");
    add("heap", "", "app.B", "x.D.h: Map");
    after = (struct stored_rows){{stored + 2, 2, 2}};
    ck_assert(groups_add(&groups, &before, SET_BEFORE, &err));
    ck_assert(groups_add(&groups, &after, SET_AFTER, &err));
    ck_assert(groups_find(&groups, &err));
    ck_assert_uint_eq(groups.at.n, 3);
    for (uint32_t i = 0; i < 3; i++) {
        const struct group *g = &groups.at.at[i];
        uint64_t old = strstr("x.C.f: Map x.C.g: Map", g->holder) != NULL;
        uint64_t now = strstr("x.C.f: Map x.D.h: Map", g->holder) != NULL;

        ck_assert_uint_eq(g->in_set[SET_BEFORE], old);
        ck_assert_uint_eq(g->in_set[SET_AFTER], now);
    }
}
END_TEST

START_TEST(memory_runs_out)
{
    uint64_t calls, at;

    add_many();
    find();
    calls = mem.calls;
    for (at = 1; at <= calls; at++) {
        struct stored_rows rows = {{stored, n_stored, n_stored}};

        groups_deinit(&groups);
        mem_init(&mem, 0);
        mem.fail_at = at;
        memset(&err, 0, sizeof err);
        groups_init(&groups, &mem);
        ck_assert(!groups_add(&groups, &rows, SET_AFTER, &err) ||
                  !groups_find(&groups, &err));
        ck_assert_int_eq(err.code, ERR_NOMEM);
    }
}
END_TEST

Suite *groups_suite(void)
{
    Suite *s = suite_create("groups");
    TCase *t = tcase_create("groups");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_holder_is_enough);
    tcase_add_test(t, who_knows_less_joins_the_only_one);
    tcase_add_test(t, of_two_nobody_is_chosen);
    tcase_add_test(t, another_cause_is_another_group);
    tcase_add_test(t, without_an_application_nobody_joins);
    tcase_add_test(t, the_order_decides_nothing);
    tcase_add_test(t, times_and_growth);
    tcase_add_test(t, without_times_nothing_grows);
    tcase_add_test(t, the_representative_knows_most);
    tcase_add_test(t, what_was_not_judged_is_in_no_group);
    tcase_add_test(t, two_sets);
    tcase_add_test(t, memory_runs_out);
    suite_add_tcase(s, t);
    return s;
}
