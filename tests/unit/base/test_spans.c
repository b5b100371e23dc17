/*
 * test_spans.c - each run is where a plain array of offsets says, whatever
 * its length, its number and how many elements lie before it.
 */

#include "base/labels.h"
#include "base/spans.h"
#include "suites.h"

static uint64_t draw(uint64_t *state, uint64_t n)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (*state >> 33) % n;
}

/* Mostly short; now and then about 255, or long. */
static uint64_t draw_length(uint64_t *state)
{
    switch (draw(state, 40)) {
    case 0: return 250 + draw(state, 10);
    case 1: return draw(state, 100000);
    case 2: return 0;
    default: return draw(state, 5);
    }
}

static void check_empty(const struct spans *s, const uint64_t *first,
                        uint64_t from)
{
    uint64_t empty = spans_empty64(s, from);

    for (uint64_t i = from; i < from + 64; i++)
        ck_assert_uint_eq(empty >> (i - from) & 1,
                          i >= s->n || first[i] == first[i + 1]);
}

static void check_all(const struct spans *s, const uint64_t *first)
{
    uint64_t begin, end;

    for (uint64_t i = 0; i < s->n; i++) {
        spans_ask(s, i);
        spans_get(s, i, &begin, &end);
        ck_assert_uint_eq(begin, first[i]);
        ck_assert_uint_eq(end, first[i + 1]);
    }
    ck_assert_uint_eq(s->total, first[s->n]);
    for (uint64_t from = 0; from <= s->n + 70; from += 7)
        check_empty(s, first, from);
}

enum { MOST = 200 };

/* `before`: elements that lie before the first run, set by hand. */
static void check_random(uint64_t before)
{
    uint64_t state = before + 1, first[MOST + 1] = {before};

    for (int round = 0; round < 60; round++) {
        uint64_t n = draw(&state, MOST + 1);
        struct err e = {0};
        struct spans s;
        struct mem m;

        mem_init(&m, 0);
        ck_assert(spans_init(&s, n, &m, &e));
        s.total = before;
        for (uint64_t i = 0; i < n; i++) {
            uint64_t length = draw_length(&state);

            first[i + 1] = first[i] + length;
            ck_assert(spans_add(&s, length, &m, &e));
        }
        ck_assert_uint_eq(s.n, n);
        check_all(&s, first);
        spans_deinit(&s, &m);
        ck_assert_uint_eq(m.held, 0);
    }
}

START_TEST(as_offsets)
{
    check_random(0);
}
END_TEST

START_TEST(beyond_32_bits)
{
    check_random(UINT32_MAX - 100);
    check_random((uint64_t)1 << 38);
}
END_TEST

static void check_run(const struct spans *s, uint64_t i, uint64_t first,
                      uint64_t length)
{
    uint64_t begin, end;

    spans_get(s, i, &begin, &end);
    ck_assert_uint_eq(begin, first);
    ck_assert_uint_eq(end, first + length);
}

enum { GROUPS = 20 };

/* In any order, with elements of no run between them. */
START_TEST(by_the_group)
{
    uint32_t lengths[GROUPS][SPANS_GROUP];
    uint64_t first[GROUPS], at = 0, state = 5;
    struct err e = {0};
    struct spans s;
    struct mem m;

    mem_init(&m, 0);
    ck_assert(spans_init(&s, GROUPS * SPANS_GROUP - 1, &m, &e));
    ck_assert(spans_begin_groups(&s, 1 << 30, GROUPS, &m, &e));
    for (unsigned g = 0; g < GROUPS; g++) {
        first[g] = at += draw(&state, 3);
        for (unsigned k = 0; k < SPANS_GROUP; k++)
            at += lengths[g][k] = (uint32_t)draw_length(&state);
    }
    for (unsigned i = 0; i < GROUPS; i++) {
        unsigned g = i * 7 % GROUPS;
        uint8_t bytes[SPANS_GROUP];
        bool fit = true;

        for (unsigned k = 0; k < SPANS_GROUP; k++) {
            bytes[k] = (uint8_t)lengths[g][k];
            fit &= lengths[g][k] <= UINT8_MAX;
        }
        if (fit)
            spans_set_group(&s, g, first[g], bytes);
        else
            spans_set_wide_group(&s, g, GROUPS - 1 - g, first[g], lengths[g]);
    }
    for (unsigned g = 0; g < GROUPS; g++)
        for (unsigned k = 0; k < SPANS_GROUP; k++) {
            check_run(&s, g * SPANS_GROUP + k, first[g], lengths[g][k]);
            first[g] += lengths[g][k];
        }
    spans_deinit(&s, &m);
    ck_assert(spans_init(&s, 1, &m, &e));
    ck_assert(!spans_begin_groups(&s, SPANS_MOST, 0, &m, &e));
    ck_assert_int_eq(e.code, ERR_UNSUPPORTED);
    spans_deinit(&s, &m);
    ck_assert_uint_eq(m.held, 0);
}
END_TEST

START_TEST(eleven_bytes)
{
    uint8_t bytes[SPANS_GROUP + 1] = {0, 3, 250, 254, 0,   7,
                                      9, 1, 2,   254, 100, 5};

    ck_assert_uint_eq(spans_sum_lengths(bytes), 880);
    ck_assert_uint_eq(spans_sum_lengths(bytes + 1), 885);
    ck_assert(!spans_any_255(bytes));
    for (unsigned k = 0; k <= SPANS_GROUP; k++) {
        uint8_t was = bytes[k];

        bytes[k] = 255;
        ck_assert(spans_any_255(bytes) == (k < SPANS_GROUP));
        bytes[k] = was;
    }
}
END_TEST

START_TEST(from_offsets)
{
    const uint32_t first[] = {0, 0, 3, 3, 1000, 1001};
    const uint64_t same[] = {0, 0, 3, 3, 1000, 1001};
    struct err e = {0};
    struct spans s;
    struct mem m;

    mem_init(&m, 0);
    ck_assert(spans_of_offsets(&s, first, 5, &m, &e));
    check_all(&s, same);
    spans_deinit(&s, &m);
    m.fail_at = 1;
    m.calls = 0;
    ck_assert(!spans_of_offsets(&s, first, 5, &m, &e));
    m.fail_at = 2; /* the table of wide groups */
    m.calls = 0;
    ck_assert(!spans_of_offsets(&s, first, 5, &m, &e));
    ck_assert_uint_eq(m.held, 0);
}
END_TEST

/* More runs than 2^31, most of them on pages that are never touched. */
START_TEST(beyond_2_31_runs)
{
    const uint64_t from = ((uint64_t)1 << 31) / SPANS_GROUP * SPANS_GROUP;
    const uint64_t before = (uint64_t)5 << 32;
    uint64_t begin, end, at = before;
    struct err e = {0};
    struct spans s;
    struct mem m;

    mem_init(&m, 0);
    ck_assert(spans_init(&s, from + 100, &m, &e));
    s.n = from;
    s.total = before;
    for (uint64_t i = 0; i < 100; i++)
        ck_assert(spans_add(&s, i * 5, &m, &e));
    for (uint64_t i = 0; i < 100; i++) {
        spans_get(&s, from + i, &begin, &end);
        ck_assert_uint_eq(begin, at);
        ck_assert_uint_eq(end, at += i * 5);
    }
    spans_deinit(&s, &m);
}
END_TEST

START_TEST(too_many_elements)
{
    struct err e = {0};
    struct spans s;
    struct mem m;

    mem_init(&m, 0);
    ck_assert(spans_init(&s, 2, &m, &e));
    s.total = SPANS_MOST - 10;
    ck_assert(spans_add(&s, 9, &m, &e));
    ck_assert(!spans_add(&s, 1, &m, &e));
    ck_assert_int_eq(e.code, ERR_UNSUPPORTED);
    spans_deinit(&s, &m);
}
END_TEST

START_TEST(sixty_four_labels)
{
    uint16_t narrow[67];
    uint32_t wide[67];
    struct labels a = {.narrow = narrow}, b = {.wide = wide};
    uint64_t want = 0;

    for (unsigned i = 0; i < 67; i++) {
        wide[i] = i % 3 ? 65534 : i % 5;
        narrow[i] = (uint16_t)wide[i];
        if (i >= 3)
            want |= (uint64_t)(wide[i] == 2) << (i - 3);
    }
    ck_assert_uint_ne(want, 0);
    ck_assert_uint_eq(labels_equal64(&a, 3, 2), want);
    ck_assert_uint_eq(labels_equal64(&b, 3, 2), want);
    ck_assert_uint_eq(labels_equal64(&a, 3, 7), 0);
}
END_TEST

START_TEST(labels_with_flags)
{
    static uint16_t narrow[70];
    static uint32_t wide[70];
    static uint8_t flags[LABELS_NARROW + 1];
    struct labels a = {.narrow = narrow}, b = {.wide = wide};

    ck_assert_uint_eq(labels_flags(5), sizeof flags);
    ck_assert_uint_eq(labels_flags(70000), 70001);
    flags[1] = flags[4] = 1;
    for (unsigned i = 0; i < 70; i++) {
        wide[i] = i % 6 < 5 ? i % 6 : LABEL_NONE;
        narrow[i] = (uint16_t)wide[i];
    }
    for (unsigned n = 0; n <= 64; n++) {
        uint64_t want = 0;

        for (unsigned i = 0; i < n; i++)
            want |= (uint64_t)(wide[i + 3] == 1 || wide[i + 3] == 4) << i;
        ck_assert_uint_eq(labels_flagged(&a, 3, n, flags, 5), want);
        ck_assert_uint_eq(labels_flagged(&b, 3, n, flags, 5), want);
    }
}
END_TEST

START_TEST(labels_of_both_widths)
{
    const uint16_t narrow[] = {0, 65534, 65535};
    const uint32_t wide[] = {0, 65535, LABEL_NONE};
    struct labels a = {.narrow = narrow}, b = {.wide = wide};

    ck_assert_uint_eq(labels_get(&a, 0), 0);
    ck_assert_uint_eq(labels_get(&a, 1), 65534);
    ck_assert_uint_eq(labels_get(&a, 2), LABEL_NONE);
    ck_assert_uint_eq(labels_get(&b, 1), 65535);
    ck_assert_uint_eq(labels_get(&b, 2), LABEL_NONE);
}
END_TEST

Suite *spans_suite(void)
{
    Suite *s = suite_create("spans");
    TCase *t = tcase_create("spans");

    tcase_add_test(t, as_offsets);
    tcase_add_test(t, beyond_32_bits);
    tcase_add_test(t, by_the_group);
    tcase_add_test(t, eleven_bytes);
    tcase_add_test(t, from_offsets);
    tcase_add_test(t, beyond_2_31_runs);
    tcase_add_test(t, too_many_elements);
    tcase_add_test(t, labels_of_both_widths);
    tcase_add_test(t, sixty_four_labels);
    tcase_add_test(t, labels_with_flags);
    suite_add_tcase(s, t);
    return s;
}
