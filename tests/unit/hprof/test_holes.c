/*
 * test_holes.c - dumps with bytes overwritten, lost or put in: what lies
 * beside them is read as it was written, and little else is lost.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "hprof/reader.h"
#include "hprof/values.h"
#include "sample.h"
#include "suites.h"

enum {
    NODE = 0x500, /* "Lnext Ivalue" */
    TREE = 0x508, /* its subclass: "Lleft Lright" */
};
#define FIRST_ID 0x70000000
#define OBJECTS  4000
/* The most that is lost beside a hole: an object in front of it that may be
 * damaged, one that it cuts off, a header. */
#define BESIDE 1000

static struct hprof_writer w;

/* ---- dumps ------------------------------------------------------------ */

enum form { SEGMENTS, NARROW_IDS, ONE_RECORD, WRAPPED, LATE_CLASSES, FORMS };

static uint64_t id_of(uint32_t i)
{
    return FIRST_ID + 32 * (uint64_t)i;
}

static uint64_t any_id(uint64_t *state)
{
    return random_below(state, 9) ? id_of(random_below(state, OBJECTS)) : 0;
}

static void write_object(uint64_t *state, uint64_t id)
{
    uint64_t some[40];
    uint32_t n = random_below(state, 40);

    for (uint32_t i = 0; i < n; i++)
        some[i] = any_id(state);
    switch (random_below(state, 5)) {
    case 0: hw_object_array(&w, id, HW_OBJECT_ARRAY, n, some); break;
    case 1: hw_primitive_array(&w, id, 'B', n, some); break;
    case 2:
        HW_INSTANCE(&w, id, TREE, "LLLI", any_id(state), any_id(state),
                    any_id(state), 7);
        break;
    case 3: HW_INSTANCE(&w, id, HW_OBJECT, "", 0); break;
    default: HW_INSTANCE(&w, id, NODE, "LI", any_id(state), 1);
    }
}

static void write_classes(void)
{
    hw_jdk(&w);
    hw_class(&w, NODE, "demo/Node", HW_OBJECT, "Lnext Ivalue");
    hw_class(&w, TREE, "demo/Tree", NODE, "Lleft Lright");
}

static void write_dump(uint64_t *state, enum form form)
{
    bool one = form == ONE_RECORD || form == WRAPPED;

    hw_init(&w, one ? "1.0.1" : "1.0.2", form == NARROW_IDS ? 4 : 8);
    if (form != LATE_CLASSES)
        write_classes();
    for (uint32_t i = 0; i < OBJECTS; i++) {
        write_object(state, id_of(i));
        if (!one && form != LATE_CLASSES && i % 200 == 199)
            hw_segment(&w);
    }
    if (form == LATE_CLASSES)
        write_classes();
    for (uint32_t i = 0; i < 300; i++)
        hw_root(&w, HW_JNI_GLOBAL, id_of(i * 7), 0, 0);
    if (form == WRAPPED)
        hw_segment_claiming(&w, 0);
    hw_finish(&w);
}

/* ---- what there is ---------------------------------------------------- */

/* An object as it was written. */
struct extent {
    uint64_t id, at, end;
};

static struct extent extents[OBJECTS];
static uint32_t n_extents;
static uint64_t heap_at; /* where the first one begins */

static void note_heap(struct reader *r)
{
    struct sub s;

    while (reader_sub(r, &s)) {
        if (s.tag < SUB_INSTANCE_DUMP || s.tag > SUB_PRIMITIVE_ARRAY)
            continue;
        extents[n_extents++] =
            (struct extent){s.id, s.at, reader_offset(r) + r->pending};
    }
}

static void note_extents(void)
{
    struct hprof_damage damage = {0};
    struct err e = {0};
    struct source *s;
    struct reader r;
    struct mem m;

    mem_init(&m, 0);
    n_extents = 0;
    ck_assert(source_open_memory(w.at, w.n, &m, &s, &e) &&
              reader_open(&r, s, &damage, &e));
    while (reader_record(&r))
        if (r.record.tag == TAG_HEAP_DUMP ||
            r.record.tag == TAG_HEAP_DUMP_SEGMENT) {
            reader_heap(&r);
            note_heap(&r);
        }
    ck_assert_uint_eq(n_extents, OBJECTS);
    heap_at = extents[0].at;
    source_close(s);
}

/* ---- holes ------------------------------------------------------------ */

enum fill { ZEROES, NOISE, PROSE, LOST, FILLS };

struct hole {
    uint64_t at, n;
};

static void tear(struct hole h, enum fill fill, uint64_t *state)
{
    for (uint64_t i = h.at; i < h.at + h.n; i++)
        w.at[i] = fill == ZEROES  ? 0
                  : fill == NOISE ? (uint8_t)random_below(state, 256)
                                  : (uint8_t) "20:15 WARN  \"(!#\n"[i % 17];
    if (fill != LOST)
        return;
    memmove(w.at + h.at, w.at + h.at + h.n, w.n - h.at - h.n);
    w.n -= h.n;
}

static bool is_torn(const struct extent *x, struct hole h)
{
    return x->at < h.at + h.n && x->end > h.at;
}

/* Whether the references of a node are those it had, but for lost ones. */
static bool same_refs(const struct hprof_dump *a, uint32_t x,
                      const struct hprof_dump *b, uint32_t y)
{
    uint64_t i, end, k, end_b;

    hprof_refs(a, x, &i, &end);
    hprof_refs(b, y, &k, &end_b);
    for (; i < end; i++) {
        uint32_t to = hprof_node_of(b, hprof_id_of(a, a->refs[i]));

        if (to != NODE_NONE && (k == end_b || b->refs[k++] != to))
            return false;
    }
    return k == end_b;
}

static bool same_class(const struct hprof_dump *a, uint32_t x,
                       const struct hprof_dump *b, uint32_t y)
{
    uint32_t c = hprof_class_of(b, y);

    return c != CLASS_NONE && strcmp(a->classes[hprof_class_of(a, x)].name,
                                     b->classes[c].name) == 0;
}

/* Nothing that lay beside the hole differs; returns the bytes lost of it. */
static uint64_t compare(const struct hprof_dump *a, const struct hprof_dump *b,
                        struct hole h)
{
    uint64_t lost = 0, known = 0;

    for (uint32_t i = 0; i < OBJECTS; i++) {
        const struct extent *x = &extents[i];
        uint32_t v = hprof_node_of(b, x->id);
        uint32_t was = hprof_node_of(a, x->id);

        known += v != NODE_NONE;
        if (is_torn(x, h))
            continue;
        if (v == NODE_NONE)
            lost += x->end - x->at;
        else if (!same_class(a, was, b, v) || !same_refs(a, was, b, v))
            ck_abort_msg("object %u is another one now", i);
    }
    /* No others were made up. */
    ck_assert_uint_eq(known, b->nodes - b->n_classes - 1);
    return lost;
}

/* Objects are found again where they were met. */
static void read_some(struct opened *o, uint64_t *state)
{
    struct hprof_value v[8] = {0};
    struct arena a;

    arena_init(&a, &o->mem);
    for (int i = 0; i < 8; i++)
        v[i].node = o->d.n_classes + 1 +
                    random_below(state, o->d.nodes - o->d.n_classes - 1);
    ck_assert(hprof_values_read(&o->d, o->s, v, 8, 100, &a, &o->e));
    for (int i = 0; i < 8; i++) {
        ck_assert(v[i].found);
        ck_assert_uint_eq(v[i].id, hprof_id_of(&o->d, v[i].node));
    }
    arena_deinit(&a);
}

static void read_torn(const struct opened *whole, struct hole h,
                      uint64_t *state)
{
    struct hprof_options options = {.jobs = 1 + random_below(state, 3)};
    uint64_t lost;
    struct opened torn = {0};

    ck_assert_msg(try_dump(&torn, w.at, w.n, &options), "%s", torn.e.text);
    lost = compare(&whole->d, &torn.d, h);
    ck_assert_msg(lost <= BESIDE, "%llu bytes lost beside %llu at %llu",
                  (unsigned long long)lost, (unsigned long long)h.n,
                  (unsigned long long)h.at);
    ck_assert_uint_le(torn.d.damage.unparsed_bytes, h.n + BESIDE);
    read_some(&torn, state);
    close_dump(&torn);
}

/* Somewhere in the heap, but not where classes are. */
static uint64_t place(uint64_t *state, enum form form, uint64_t n)
{
    uint64_t end = form == LATE_CLASSES ? extents[OBJECTS - 1].end : w.n;

    return heap_at + random_below(state, (uint32_t)(end - heap_at - n));
}

START_TEST(a_hole_loses_itself)
{
    uint64_t state = (uint64_t)_i + 1;
    enum form form = (enum form)(_i / FILLS);
    enum fill fill = (enum fill)(_i % FILLS);
    struct opened whole;

    write_dump(&state, form);
    open_dump(&whole, &w);
    note_extents();
    for (int round = 0; round < 40; round++) {
        size_t n = w.n;
        uint8_t *kept = malloc(n);
        struct hole h = {.n = 32 + random_below(&state, 6000)};

        h.at = place(&state, form, h.n);
        memcpy(kept, w.at, n);
        tear(h, fill, &state);
        read_torn(&whole, h, &state);
        memcpy(w.at, kept, n);
        w.n = n;
        free(kept);
    }
    close_dump(&whole);
    hw_deinit(&w);
}
END_TEST

/* ---- lengths and headers ---------------------------------------------- */

static void put_length(uint64_t record, uint32_t n)
{
    for (int i = 0; i < 4; i++)
        w.at[record + 5 + i] = (uint8_t)(n >> 8 * (3 - i));
}

/* Where the k-th record of this tag begins. */
static uint64_t record_of(uint8_t tag, int k)
{
    uint64_t at = 31;

    while (w.at[at] != tag || k--)
        at += 9 + be32(w.at + at + 5);
    return at;
}

/* Of objects, so many are lost. */
static void check_whole(uint32_t lost, uint64_t unparsed)
{
    struct opened o;

    open_dump(&o, &w);
    ck_assert_uint_eq(o.d.nodes - o.d.n_classes - 1, OBJECTS - lost);
    ck_assert_uint_eq(o.d.roots.n, 300);
    ck_assert_uint_eq(o.d.damage.unparsed_bytes, unparsed);
    ck_assert_uint_ge(o.d.damage.bad_records, 1);
    ck_assert(o.d.damage.first[0]);
    ck_assert(!o.d.damage.truncated);
    close_dump(&o);
}

/* Nothing is lost but the length of a segment. */
START_TEST(a_segment_has_another_length)
{
    static const uint32_t lengths[] = {5, 1000, 100000, UINT32_MAX, 0};
    uint64_t state = 1, at;

    write_dump(&state, SEGMENTS);
    at = record_of(TAG_HEAP_DUMP_SEGMENT, 7);
    put_length(at, _i ? lengths[_i] : be32(w.at + at + 5) + 5);
    check_whole(0, 0);
    hw_deinit(&w);
}
END_TEST

START_TEST(a_segment_has_no_header)
{
    uint64_t state = 1, at;
    const struct extent *x = extents;

    write_dump(&state, SEGMENTS);
    note_extents();
    at = record_of(TAG_HEAP_DUMP_SEGMENT, 7);
    memset(w.at + at, _i ? 0xee : 0, 9);
    while (x->end != at)
        x++;
    check_whole(1, at + 9 - x->at); /* the object before may be torn */
    hw_deinit(&w);
}
END_TEST

/* It is left out, and the one before if that may be the one that is wrong.
 * Nobody asks for either. */
START_TEST(a_string_has_another_length)
{
    static const uint32_t lengths[] = {0, 9, 300, 70000, UINT32_MAX};
    uint64_t state = 1;

    hw_init(&w, "1.0.2", 8);
    hw_utf8(&w, 9999, "first", 5);
    hw_utf8(&w, 9998, "second", 6);
    hw_utf8(&w, 9997, "third", 5);
    write_classes();
    for (uint32_t i = 0; i < OBJECTS; i++)
        write_object(&state, id_of(i));
    for (uint32_t i = 0; i < 300; i++)
        hw_root(&w, HW_JNI_GLOBAL, id_of(i), 0, 0);
    hw_finish(&w);
    put_length(record_of(TAG_UTF8, 1), lengths[_i]);
    check_whole(0, 23 + (_i % 4 ? 0 : 22));
    hw_deinit(&w);
}
END_TEST

/* A hole, and further on the file is cut. */
START_TEST(a_hole_in_a_cut_file)
{
    uint64_t state = 1;
    struct opened o = {0};

    write_dump(&state, ONE_RECORD);
    note_extents();
    memset(w.at + extents[1000].at + 3, 0, 700);
    ck_assert(try_dump(&o, w.at, extents[3000].at + 1, NULL));
    ck_assert_uint_ge(o.d.nodes - o.d.n_classes - 1, 2970);
    ck_assert(o.d.damage.truncated);
    ck_assert_uint_le(o.d.damage.unparsed_bytes, 700 + BESIDE);
    close_dump(&o);
    hw_deinit(&w);
}
END_TEST

/* The same through gzip, which nobody can look ahead in. */
START_TEST(a_hole_in_gzip)
{
    uint64_t state = 1;
    struct hprof_writer plain;
    struct opened whole, o;
    struct hole h;

    write_dump(&state, SEGMENTS);
    note_extents();
    plain = w;
    plain.at = malloc(w.n);
    memcpy(plain.at, w.at, w.n);
    open_dump(&whole, &plain);
    h = (struct hole){extents[1000].at + 3, 40000};
    tear(h, NOISE, &state);
    hw_gzip(&w, 10000);
    open_dump(&o, &w);
    ck_assert_uint_le(compare(&whole.d, &o.d, h), BESIDE);
    ck_assert_uint_le(o.d.damage.unparsed_bytes, h.n + BESIDE);
    close_dump(&o);
    close_dump(&whole);
    free(plain.at);
    hw_deinit(&w);
}
END_TEST

#define BLOCK ((size_t)10000)

/* Where a gzip member begins, from 0. */
static size_t nth_member(unsigned which)
{
    static const uint8_t start[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0};
    uint8_t *p = w.at;

    for (; which; which--)
        p = memmem(p + 1, w.n - (size_t)(p + 1 - w.at), start, sizeof start);
    return (size_t)(p - w.at);
}

/* A block of the compressed file is damaged: it alone is lost. */
START_TEST(a_hole_in_the_compression)
{
    uint64_t state = 1;
    struct opened whole, o;
    struct hprof_writer plain;
    struct hole h = {20 * BLOCK, BLOCK};
    size_t from, to;

    write_dump(&state, SEGMENTS);
    note_extents();
    plain = w;
    plain.at = malloc(w.n);
    memcpy(plain.at, w.at, w.n);
    open_dump(&whole, &plain);
    hw_gzip(&w, BLOCK);
    from = nth_member(20);
    to = nth_member(21);
    memset(w.at + (_i ? from : (from + to) / 2), 0xff, 100);
    open_dump(&o, &w);
    ck_assert_uint_le(compare(&whole.d, &o.d, h), BESIDE);
    ck_assert_uint_le(o.d.damage.unparsed_bytes, h.n + BESIDE);
    ck_assert_ptr_nonnull(strstr(o.d.damage.source, "read on at offset"));
    close_dump(&o);
    close_dump(&whole);
    free(plain.at);
    hw_deinit(&w);
}
END_TEST

Suite *holes_suite(void)
{
    Suite *s = suite_create("holes");
    TCase *t = tcase_create("holes");

    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, a_hole_loses_itself, 0, (int)FORMS * (int)FILLS);
    tcase_add_loop_test(t, a_segment_has_another_length, 0, 5);
    tcase_add_loop_test(t, a_segment_has_no_header, 0, 2);
    tcase_add_loop_test(t, a_string_has_another_length, 0, 5);
    tcase_add_test(t, a_hole_in_a_cut_file);
    tcase_add_test(t, a_hole_in_gzip);
    tcase_add_loop_test(t, a_hole_in_the_compression, 0, 2);
    suite_add_tcase(s, t);
    return s;
}
