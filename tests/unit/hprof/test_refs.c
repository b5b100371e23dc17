/*
 * Which references stay, against a list made by hand: all but those that
 * dangle and those that an object has had before.
 */
#include <stdlib.h>

#include "sample.h"
#include "suites.h"
#include "tests/support/random.h"

/* So many that several threads share the sweeps over them. */
enum { N = 120000, LONGEST = 20000 };
#define FIRST    ((uint64_t)0x700000000)
#define DANGLING ((uint64_t)0x7f0000000)

static struct {
    uint32_t first[N + 1]; /* into `to` */
    uint32_t *to;          /* objects that each keeps */
    uint32_t met[N];       /* by whom it was referred to last, from 1 */
    uint64_t dangling;
} want;

static uint64_t id_of(uint32_t i)
{
    return FIRST + 8 * (uint64_t)i;
}

/* Mostly short, now and then long, about as long as fits in a byte, empty. */
static uint32_t draw_length(uint64_t *state)
{
    switch (random_below(state, 100000)) {
    case 0: return LONGEST;
    case 1: return 0;
    default: break;
    }
    switch (random_below(state, 300)) {
    case 0: return 240 + random_below(state, 40);
    case 1: return 10 + random_below(state, 6);
    default: return random_below(state, 5);
    }
}

static void want_ref(uint32_t from, uint32_t to)
{
    if (want.met[to] == from + 1)
        return;
    want.met[to] = from + 1;
    want.to[want.first[from + 1]++] = to;
}

/* Where `odd`, many are null, dangle or come again. */
static uint64_t draw_ref(uint64_t *state, uint32_t from, bool odd)
{
    uint32_t to = random_below(state, odd ? 7 : N);

    if (odd && to == 0)
        return 0;
    if (odd && to == 1) {
        want.dangling++;
        return DANGLING;
    }
    want_ref(from, to);
    return id_of(to);
}

static void write_dump(struct hprof_writer *w)
{
    uint64_t state = 11, ids[LONGEST];

    want.to = calloc(8 * N, sizeof *want.to);
    hw_init(w, "1.0.2", 8);
    hw_jdk(w);
    for (uint32_t i = 0; i < N; i++) {
        bool odd = random_below(&state, 60) == 0;
        uint32_t n = draw_length(&state);

        want.first[i + 1] = want.first[i];
        for (uint32_t k = 0; k < n; k++)
            ids[k] = draw_ref(&state, i, odd);
        ck_assert_uint_lt(want.first[i + 1], 8 * N - LONGEST);
        hw_object_array(w, id_of(i), HW_OBJECT_ARRAY, n, ids);
        if (i % 1000 == 0)
            hw_segment(w);
    }
    hw_finish(w);
}

static void check_object(const struct hprof_dump *d, uint32_t i)
{
    uint32_t node = hprof_node_of(d, id_of(i));
    uint32_t first = hprof_node_of(d, FIRST), at = want.first[i];
    uint64_t begin, end;

    hprof_refs(d, node, &begin, &end);
    ck_assert_uint_eq(end - begin, want.first[i + 1] - at);
    for (; begin < end; begin++, at++)
        if (d->refs[begin] != first + want.to[at])
            ck_abort_msg("object %u: not what it refers to", i);
}

/* What no object keeps is the super-root. */
static void check_rest(const struct hprof_dump *d)
{
    uint64_t nobodys = 0;

    for (uint64_t i = 0; i < d->refs_of.total; i++)
        nobodys += d->refs[i] == 0;
    ck_assert_uint_gt(nobodys, 0);
    ck_assert_uint_eq(d->refs_of.total - nobodys, d->n_refs);
    ck_assert_uint_eq(d->n_refs, want.first[N]);
    ck_assert_uint_eq(d->damage.dangling_references, want.dangling);
}

START_TEST(what_stays)
{
    struct hprof_writer w;

    write_dump(&w);
    for (unsigned jobs = 1; jobs <= 3; jobs++) {
        struct hprof_options options = {.jobs = jobs};
        struct opened o = {0};

        ck_assert(try_dump(&o, w.at, w.n, &options));
        for (uint32_t i = 0; i < N; i++)
            check_object(&o.d, i);
        check_rest(&o.d);
        close_dump(&o);
    }
    hw_deinit(&w);
    free(want.to);
}
END_TEST

Suite *refs_suite(void)
{
    Suite *s = suite_create("refs");
    TCase *t = tcase_create("refs");

    tcase_add_test(t, what_stays);
    suite_add_tcase(s, t);
    return s;
}
