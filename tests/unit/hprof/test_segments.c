/*
 * test_segments.c - whatever the number of threads, and whatever is odd about
 * a dump of many segments, what is read of it is the same; so it is when the
 * references are left in the file.
 */
#include <stdio.h>

#include "hprof/store.h"
#include "hprof/targets.h"
#include "sample.h"
#include "suites.h"

enum { NODE = 0x800, TREE = 0x808, WIDE = 0x810, LATE = 0x818 };

/* Fields of WIDE, all references: more than a byte can count. */
#define WIDTH 300

enum flavour {
    PLAIN,
    BACKWARDS,    /* ids descend */
    SHUFFLED,     /* or come in any order, some twice */
    LATE_CLASSES, /* some come between objects */
    ODD,          /* a class, an id or a tag that spoils one pass */
    CUT,          /* the file ends early */
    FLAVOURS
};

static struct hprof_writer w;

static uint64_t any_id(uint64_t *state, uint32_t n)
{
    uint64_t id = 0x700000000 + 16 * (uint64_t)random_below(state, n);

    switch (random_below(state, 30)) {
    case 0: return id + ((uint64_t)1 << 30); /* on another page */
    case 1: return id + ((uint64_t)1 << 38); /* far away */
    case 2: return HW_STRING;
    case 3:
    case 4:
    case 5: return 0;
    default: return id;
    }
}

static void write_array(uint64_t *state, uint64_t id, uint32_t n)
{
    uint32_t length = random_below(state, 12);
    uint64_t elements[600];

    if (random_below(state, 30) == 0)
        length = 240 + random_below(state, 300);
    for (uint32_t i = 0; i < length; i++)
        elements[i] = any_id(state, n);
    hw_object_array(&w, id, HW_OBJECT_ARRAY, length, elements);
}

static void write_wide_class(void)
{
    char fields[WIDTH * 8], *at = fields;

    for (unsigned i = 0; i < WIDTH; i++)
        at += snprintf(at, 8, "Lf%u ", i);
    hw_class(&w, WIDE, "demo/Wide", HW_OBJECT, fields);
}

static void write_wide(uint64_t *state, uint64_t id, uint32_t n)
{
    char types[WIDTH + 1] = {0};
    uint64_t values[WIDTH];

    for (unsigned i = 0; i < WIDTH; i++) {
        types[i] = 'L';
        values[i] = any_id(state, n);
    }
    hw_instance(&w, id, WIDE, types, values);
}

static void write_object(uint64_t *state, uint64_t id, uint32_t n)
{
    switch (random_below(state, 7)) {
    case 0: write_array(state, id, n); break;
    case 1:
        hw_primitive_array(&w, id, 'B', random_below(state, 30), NULL);
        break;
    case 2:
        HW_INSTANCE(&w, id, HW_WEAK, "LLLL", any_id(state, n), any_id(state, n),
                    0, 0);
        break;
    case 3:
        if (random_below(state, 20) == 0)
            write_wide(state, id, n);
        else
            HW_INSTANCE(&w, id, HW_OBJECT, "", 0);
        break;
    case 4:
        HW_INSTANCE(&w, id, TREE, "LLLI", any_id(state, n), any_id(state, n),
                    any_id(state, n), 7);
        break;
    default: HW_INSTANCE(&w, id, NODE, "LI", any_id(state, n), 1);
    }
}

static void write_late(uint32_t i)
{
    char name[32];

    snprintf(name, sizeof name, "demo/Late%u", i);
    hw_class(&w, LATE + 8 * (uint64_t)i, name, NODE, "Lmore");
}

static void write_oddity(uint64_t *state, enum flavour how, uint64_t id,
                         uint32_t *late)
{
    if (how == LATE_CLASSES) {
        write_late(*late);
        HW_INSTANCE(&w, id, LATE + 8 * (uint64_t)(*late)++, "LLI", id, 0, 3);
    } else if (how == ODD) {
        switch (random_below(state, 4)) {
        case 0: HW_INSTANCE(&w, id, 0x999, "L", id); break;
        case 1: HW_INSTANCE(&w, id + 3, NODE, "LI", id, 1); break;
        case 2: HW_INSTANCE(&w, id, NODE, "I", 1); break; /* too short */
        default: hw_put(&w, 0x55, 1);
        }
    } else {
        hw_root(&w, HW_JNI_GLOBAL, id, 0, 0);
    }
}

static uint64_t id_of(uint64_t *state, enum flavour how, uint32_t i, uint32_t n)
{
    if (how == BACKWARDS)
        i = n - 1 - i;
    if (how == SHUFFLED)
        i = random_below(state, n);
    return 0x700000000 + 16 * (uint64_t)i;
}

static void write_dump(uint64_t *state, enum flavour how)
{
    uint32_t n = 20 + random_below(state, 3000), late = 0;
    uint32_t odd = how == PLAIN || how == SHUFFLED ? n : 1 + n / 4;

    hw_init(&w, "1.0.2", 8);
    hw_jdk(&w);
    hw_class(&w, NODE, "demo/Node", HW_OBJECT, "Lnext Ivalue");
    hw_class(&w, TREE, "demo/Tree", NODE, "Lleft Lright");
    write_wide_class();
    for (uint32_t i = 0; i < n; i++) {
        uint64_t id = id_of(state, how, i, n);

        if (random_below(state, odd) == 0)
            write_oddity(state, how, id, &late);
        else
            write_object(state, id, n);
        if (random_below(state, 40) == 0)
            hw_segment(&w);
    }
    hw_segment(&w);
    hw_root(&w, HW_STICKY_CLASS, NODE, 0, 0);
    hw_finish(&w);
    if (how == CUT)
        w.n -= random_below(state, (uint32_t)w.n / 2);
}

static void same_nodes(const struct hprof_dump *a, const struct hprof_dump *b)
{
    ck_assert_uint_eq(a->nodes, b->nodes);
    ck_assert_uint_eq(a->n_classes, b->n_classes);
    for (uint32_t v = 0; v < a->nodes; v++)
        if (hprof_class_of(a, v) != hprof_class_of(b, v) ||
            hprof_id_of(a, v) != hprof_id_of(b, v))
            ck_abort_msg("node %u differs", v);
    for (uint32_t c = 0; c < a->n_classes; c++)
        ck_assert_uint_eq(a->classes[c].objects, b->classes[c].objects);
}

#define SAME(a, b, n) (!(n) || memcmp((a), (b), (n) * sizeof *(a)) == 0)

static void same_refs(const struct hprof_dump *a, const struct hprof_dump *b)
{
    for (uint32_t v = 0; v < a->nodes; v++) {
        uint64_t from, to, from_b, to_b;

        hprof_refs(a, v, &from, &to);
        hprof_refs(b, v, &from_b, &to_b);
        if (from != from_b || to != to_b)
            ck_abort_msg("references of node %u differ", v);
    }
    ck_assert_uint_eq(a->n_refs, b->n_refs);
    ck_assert(SAME(a->refs, b->refs, a->refs_of.total));
}

static void same_lists(const struct hprof_dump *a, const struct hprof_dump *b)
{
    ck_assert_uint_eq(a->lengths.n, b->lengths.n);
    ck_assert(SAME(a->lengths.at, b->lengths.at, a->lengths.n));
    ck_assert_uint_eq(a->weak.n, b->weak.n);
    for (uint64_t i = 0; i < a->weak.n; i++)
        ck_assert(a->weak.at[i].from == b->weak.at[i].from &&
                  a->weak.at[i].to == b->weak.at[i].to);
    ck_assert_uint_eq(a->roots.n, b->roots.n);
    for (uint64_t i = 0; i < a->roots.n; i++)
        ck_assert_uint_eq(a->roots.at[i].node, b->roots.at[i].node);
}

static void same_index(const struct hprof_dump *a, const struct hprof_dump *b)
{
    const struct hprof_index *x = &a->store->index, *y = &b->store->index;

    ck_assert_uint_eq(x->points.n, y->points.n);
    for (uint64_t i = 0; i < x->points.n; i++)
        ck_assert(x->points.at[i].at == y->points.at[i].at &&
                  x->points.at[i].stop == y->points.at[i].stop &&
                  x->points.at[i].object == y->points.at[i].object);
}

static void same_counts(const struct hprof_dump *a, const struct hprof_dump *b)
{
    ck_assert_uint_eq(a->bytes, b->bytes);
    ck_assert_uint_eq(a->instances, b->instances);
    ck_assert_uint_eq(a->object_arrays, b->object_arrays);
    ck_assert_uint_eq(a->primitive_arrays, b->primitive_arrays);
    ck_assert_uint_eq(a->primitive_bytes, b->primitive_bytes);
    ck_assert(a->narrow_arrays == b->narrow_arrays);
    ck_assert(a->ids_ascend == b->ids_ascend);
    ck_assert(SAME(&a->damage, &b->damage, 1));
}

START_TEST(same_for_all_threads)
{
    uint64_t state = (uint64_t)_i + 1;

    for (int round = 0; round < 12; round++) {
        struct hprof_options alone = {0}, many = {0};
        struct opened one = {0};

        write_dump(&state, (enum flavour)_i);
        ck_assert(try_dump(&one, w.at, w.n, &alone));
        for (many.jobs = 2; many.jobs <= 3; many.jobs++) {
            struct opened other = {0};

            ck_assert(try_dump(&other, w.at, w.n, &many));
            same_nodes(&one.d, &other.d);
            same_refs(&one.d, &other.d);
            same_lists(&one.d, &other.d);
            same_index(&one.d, &other.d);
            same_counts(&one.d, &other.d);
            close_dump(&other);
        }
        close_dump(&one);
        hw_deinit(&w);
    }
}
END_TEST

/* ---- references left in the file ------------------------------------------
 */

struct targets {
    uint32_t from[100000], to[100000];
    uint32_t n;
};

static bool add_target(void *targets, uint32_t from, uint32_t to)
{
    struct targets *t = targets;

    ck_assert_uint_lt(t->n, 100000);
    t->from[t->n] = from;
    t->to[t->n++] = to;
    return true;
}

/* Objects without a class, which damage makes, are not read again. */
static uint32_t with_class(const struct hprof_dump *d, uint32_t *nodes)
{
    uint32_t n = 0;

    for (uint32_t v = d->n_classes + 1; v < d->nodes; v++)
        if (hprof_class_of(d, v) != CLASS_NONE)
            nodes[n++] = v;
    return n;
}

static void same_targets(struct opened *a, struct opened *b)
{
    static struct targets x, y;
    static uint32_t nodes[4096];
    uint32_t n = with_class(&a->d, nodes);

    x.n = y.n = 0;
    ck_assert(hprof_targets(&a->d, a->s, nodes, n, add_target, &x, &a->e));
    ck_assert(hprof_targets(&b->d, b->s, nodes, n, add_target, &y, &b->e));
    ck_assert_uint_eq(x.n, y.n);
    ck_assert(SAME(x.from, y.from, x.n) && SAME(x.to, y.to, x.n));
}

START_TEST(same_without_references)
{
    uint64_t state = (uint64_t)_i + 1;

    for (int round = 0; round < 12; round++) {
        struct hprof_options with = {0};
        struct opened one = {0};

        write_dump(&state, (enum flavour)_i);
        ck_assert(try_dump(&one, w.at, w.n, &with));
        for (unsigned jobs = 1; jobs <= 2; jobs++) {
            struct hprof_options without = {.no_refs = true, .jobs = jobs};
            struct opened other = {0};

            ck_assert(try_dump(&other, w.at, w.n, &without));
            ck_assert(!other.d.has_refs && !other.d.n_refs);
            ck_assert_uint_eq(hprof_referrer_of(&other.d, 1), NODE_NONE);
            same_nodes(&one.d, &other.d);
            same_lists(&one.d, &other.d);
            same_targets(&one, &other);
            ck_assert_uint_eq(other.d.damage.dangling_references, UNKNOWN);
            one.d.damage.dangling_references = UNKNOWN;
            same_counts(&one.d, &other.d);
            close_dump(&other);
        }
        close_dump(&one);
        hw_deinit(&w);
    }
}
END_TEST

START_TEST(targets_out_of_memory)
{
    static struct targets found;
    static uint32_t nodes[4096];
    struct hprof_options without = {.no_refs = true};
    struct opened o = {0};
    uint64_t state = 5, calls = 0;
    uint32_t n;

    write_dump(&state, PLAIN);
    ck_assert(try_dump(&o, w.at, w.n, &without));
    n = with_class(&o.d, nodes);
    for (bool ok = false; !ok; o.mem.fail_at = 0) {
        found.n = 0;
        o.e = (struct err){0};
        o.mem.fail_at = o.mem.calls + ++calls;
        ok = hprof_targets(&o.d, o.s, nodes, n, add_target, &found, &o.e);
        ck_assert(ok || o.e.code == ERR_NOMEM);
    }
    close_dump(&o);
    hw_deinit(&w);
}
END_TEST

/* ---- no memory -------------------------------------------------------- */

/* Which allocation is the n-th is chance; nothing is lost at any. */
START_TEST(out_of_memory)
{
    struct hprof_options many = {.jobs = 3};
    uint64_t state = 77;
    bool ok = false;

    write_dump(&state, LATE_CLASSES);
    for (uint64_t n = 1; !ok; n++) {
        struct opened o = {.mem.fail_at = n};

        ok = try_dump(&o, w.at, w.n, &many);
        ck_assert(ok || o.e.code == ERR_NOMEM);
        o.mem.fail_at = 0;
        close_dump(&o);
    }
    hw_deinit(&w);
}
END_TEST

Suite *segments_suite(void)
{
    Suite *s = suite_create("segments");
    TCase *t = tcase_create("segments");

    tcase_add_loop_test(t, same_for_all_threads, 0, FLAVOURS);
    tcase_add_loop_test(t, same_without_references, 0, FLAVOURS);
    tcase_add_test(t, targets_out_of_memory);
    tcase_add_test(t, out_of_memory);
    suite_add_tcase(s, t);
    return s;
}
