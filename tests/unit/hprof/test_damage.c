/*
 * test_damage.c - files that are cut, lie about lengths, or are no dumps;
 * and memory that runs out.
 */
#include <stdlib.h>

#include "sample.h"
#include "suites.h"

static const struct plan plans[] = {
    {"1.0.2", 8, false, false, false, 0x20},
    {"1.0.1", 4, true, true, false, 1},
    {"1.0.2", 8, false, false, true, 0x20},
};
#define PLANS ((int)(sizeof plans / sizeof *plans))

static struct hprof_writer w;
static struct opened o;

static void teardown(void)
{
    close_dump(&o);
    hw_deinit(&w);
}

/* Whether a record of the file begins at `n`, or it ends there. */
static bool boundary(const struct hprof_writer *f, size_t n)
{
    size_t at = 19 + 12;

    while (at < n)
        at += 9 + ((size_t)f->at[at + 5] << 24 | (size_t)f->at[at + 6] << 16 |
                   (size_t)f->at[at + 7] << 8 | f->at[at + 8]);
    return at == n;
}

static void check_tables(const struct hprof_dump *d)
{
    uint64_t begin, end, before = 0, refs = 0;

    for (uint32_t v = 0; v < d->nodes; v++) {
        hprof_refs(d, v, &begin, &end);
        ck_assert_uint_ge(begin, before);
        ck_assert_uint_le(begin, end);
        refs += end - begin;
        for (before = end; begin < end; begin++)
            ck_assert(d->refs[begin] >= 1 && d->refs[begin] < d->nodes);
        ck_assert(hprof_class_of(d, v) == CLASS_NONE ||
                  hprof_class_of(d, v) < d->n_classes);
    }
    ck_assert_uint_eq(refs, d->n_refs);
}

START_TEST(test_every_prefix)
{
    sample_write(&w, &plans[_i]);
    for (size_t n = 0; n < w.n; n++) {
        uint8_t *exact = malloc(n + 1); /* so that ASan sees its end */

        memcpy(exact, w.at, n);
        memset(&o, 0, sizeof o);
        if (try_dump(&o, exact, n, NULL)) {
            check_tables(&o.d);
            if (!boundary(&w, n)) {
                ck_assert(o.d.damage.truncated);
                ck_assert(hprof_damage_any(&o.d.damage));
                ck_assert(o.d.damage.first[0]);
            }
            ck_assert_uint_le(o.d.damage.truncated_at, n);
        } else {
            ck_assert(err_is_set(&o.e));
            ck_assert(o.e.text[0]);
        }
        close_dump(&o);
        free(exact);
    }
    hw_deinit(&w);
}
END_TEST

START_TEST(test_prefix_keeps_what_is_there)
{
    sample_write(&w, &plans[0]);
    memset(&o, 0, sizeof o);
    ck_assert(try_dump(&o, w.at, w.n - 100, NULL)); /* in the roots */
    ck_assert_uint_eq(o.d.instances, 7);
    ck_assert_uint_eq(o.d.damage.missing_bytes, 100 - 9);
    teardown();
}
END_TEST

START_TEST(test_every_allocation_fails)
{
    uint64_t calls, failed = 0;

    sample_write(&w, &plans[_i]);
    open_dump(&o, &w);
    calls = o.mem.calls;
    close_dump(&o);
    for (uint64_t n = 1; n <= calls; n++) {
        memset(&o, 0, sizeof o);
        o.mem.fail_at = n;
        if (try_dump(&o, w.at, w.n, NULL))
            check_tables(&o.d);
        else
            failed++;
        ck_assert_int_eq(err_is_set(&o.e), !o.d.mem);
        close_dump(&o);
    }
    /* Giving back what is too long may fail without harm; little else. */
    ck_assert_uint_ge(failed + 4, calls);
    hw_deinit(&w);
}
END_TEST

START_TEST(test_every_byte_changed)
{
    static const uint8_t with[] = {0x00, 0xff, 0x7f, 0x21};

    sample_write(&w, &plans[_i]);
    for (size_t i = 0; i < w.n; i++)
        for (unsigned k = 0; k < sizeof with; k++) {
            uint8_t was = w.at[i];

            w.at[i] = with[k];
            memset(&o, 0, sizeof o);
            if (try_dump(&o, w.at, w.n, NULL))
                check_tables(&o.d);
            /* No length may be believed. */
            ck_assert_uint_lt(o.mem.peak, (uint64_t)32 << 20);
            close_dump(&o);
            w.at[i] = was;
        }
    hw_deinit(&w);
}
END_TEST

/* ---- lengths ---------------------------------------------------------------
 */

static void begin(const char *version)
{
    hw_init(&w, version, 8);
    hw_jdk(&w);
    HW_INSTANCE(&w, 0x1000, HW_OBJECT, "", 0);
}

START_TEST(test_record_of_4_gib)
{
    begin("1.0.2");
    hw_segment(&w);
    hw_record(&w, 0x01, "12345678text", 12, UINT32_MAX);
    open_dump(&o, &w);
    ck_assert_uint_eq(o.d.instances, 1);
    ck_assert_uint_eq(o.d.damage.unparsed_bytes, 9 + 12);
    ck_assert_str_eq(o.d.damage.first,
                     "the length of a record can't be true: 4294967295");
    teardown();
}
END_TEST

START_TEST(test_segment_of_4_gib)
{
    begin("1.0.2");
    hw_segment_claiming(&w, UINT32_MAX);
    open_dump(&o, &w);
    ck_assert_uint_eq(o.d.instances, 1);
    ck_assert(o.d.damage.truncated);
    teardown();
}
END_TEST

/* An array's count that the segment has no room for. */
START_TEST(test_array_of_4_gib)
{
    begin("1.0.2");
    hw_put(&w, _i ? 0x23 : 0x22, 1);
    hw_put_id(&w, 0x2000);
    hw_put(&w, 1, 4);
    hw_put(&w, UINT32_MAX, 4);
    hw_put(&w, _i ? 8 : 0, _i ? 1 : 8);
    HW_INSTANCE(&w, 0x3000, HW_OBJECT, "", 0);
    hw_segment(&w);
    HW_INSTANCE(&w, 0x4000, HW_OBJECT, "", 0);
    hw_finish(&w);
    open_dump(&o, &w);
    ck_assert_uint_eq(o.d.damage.bad_records, 1);
    ck_assert_uint_eq(o.d.damage.unparsed_bytes, _i ? 18 : 25);
    ck_assert_uint_eq(o.d.instances, 3); /* it goes on behind the array */
    ck_assert_uint_eq(o.d.object_arrays + o.d.primitive_arrays, 0);
    teardown();
}
END_TEST

/* A cut array is as long as what is there. */
START_TEST(test_cut_array)
{
    begin("1.0.2");
    hw_primitive_array(&w, 0x2000, 'I', 100, NULL);
    hw_segment(&w);
    memset(&o, 0, sizeof o);
    ck_assert(try_dump(&o, w.at, w.n - 41, NULL));
    ck_assert_uint_eq(lengths_get(&o.d.lengths, 0), 89);
    ck_assert_uint_eq(o.d.damage.missing_bytes, 41);
    teardown();
}
END_TEST

START_TEST(test_short_instance)
{
    begin("1.0.2");
    hw_class(&w, 0x500, "demo/Wide", HW_OBJECT, "La Lb");
    HW_INSTANCE(&w, 0x2000, 0x500, "L", 0x1000);
    HW_INSTANCE(&w, 0x2020, 0x500, "LL", 0x1000, 0);
    hw_finish(&w);
    open_dump(&o, &w);
    ck_assert_uint_eq(o.d.damage.short_instances, 1);
    ck_assert_uint_eq(o.d.instances, 3);
    ck_assert_uint_eq(o.d.n_refs, 1);
    teardown();
}
END_TEST

/* ---- HEAP_DUMP longer than its length can say ------------------------- */

START_TEST(test_length_unknown)
{
    static const uint32_t claims[] = {0, 1, 100, 777};

    begin("1.0.1");
    for (uint64_t i = 0; i < 50; i++)
        HW_OBJECTS(&w, 0x2000 + i * 0x20, HW_OBJECT_ARRAY, 0x1000);
    hw_segment_claiming(&w, claims[_i]);
    hw_record(&w, 0x0d, "cpu samples", 11, 11);
    open_dump(&o, &w);
    ck_assert_uint_eq(o.d.object_arrays, 50);
    ck_assert_uint_eq(o.d.n_refs, 50);
    ck_assert_uint_eq(o.d.dumps_in_file, 1);
    ck_assert_msg(!hprof_damage_any(&o.d.damage), "%s", o.d.damage.first);
    teardown();
}
END_TEST

START_TEST(test_empty_segments)
{
    begin("1.0.2");
    hw_segment(&w);
    hw_segment_claiming(&w, 0);
    HW_INSTANCE(&w, 0x2000, HW_OBJECT, "", 0);
    hw_finish(&w);
    open_dump(&o, &w);
    ck_assert_uint_eq(o.d.instances, 2);
    ck_assert(!hprof_damage_any(&o.d.damage));
    teardown();
}
END_TEST

/* ---- tags ------------------------------------------------------------- */

START_TEST(test_unknown_record)
{
    begin("1.0.2");
    hw_segment(&w);
    hw_record(&w, 0x77, "anything", 8, 8);
    HW_INSTANCE(&w, 0x2000, HW_OBJECT, "", 0);
    hw_finish(&w);
    open_dump(&o, &w);
    ck_assert_uint_eq(o.d.instances, 2);
    ck_assert_uint_eq(o.d.damage.unknown_tags, 1);
    ck_assert_str_eq(o.d.damage.first, "unknown record 0x77");
    teardown();
}
END_TEST

START_TEST(test_unknown_sub_record)
{
    begin("1.0.2");
    hw_put(&w, 0x55, 1);
    hw_put(&w, 0, 8);
    hw_segment(&w);
    HW_INSTANCE(&w, 0x2000, HW_OBJECT, "", 0);
    hw_finish(&w);
    open_dump(&o, &w);
    ck_assert_uint_eq(o.d.instances, 2);
    ck_assert_uint_eq(o.d.damage.unparsed_bytes, 9);
    ck_assert_str_eq(o.d.damage.first, "unknown sub-record 0x55");
    teardown();
}
END_TEST

START_TEST(test_no_end_record)
{
    begin("1.0.2");
    hw_segment(&w);
    open_dump(&o, &w);
    ck_assert(o.d.damage.truncated);
    ck_assert_uint_eq(o.d.damage.missing_bytes, 0);
    teardown();
}
END_TEST

/* ---- no dumps --------------------------------------------------------- */

static const struct {
    const char *bytes;
    size_t n;
    enum err_code code;
} refused[] = {
    {"", 0, ERR_FORMAT},
    {"JAVA", 4, ERR_FORMAT},
    {"hello, world, this is no heap dump\0", 36, ERR_FORMAT},
    {"JAVA PROFILE 1.0.1, created Thu Jun 19 2014\n\nHeader", 50,
     ERR_UNSUPPORTED},
    {"JAVA PROFILE 1.0.2\0\0\0\0\5\0\0\0\0\0\0\0\0", 31, ERR_FORMAT},
    {"JAVA PROFILE 1.0.2\0\0\0\0\10\0\0\0\0\0\0\0\0", 31, ERR_FORMAT},
    {"JAVA PROFILE 1.0.2\0\0\0\0\10\0\0", 25, ERR_FORMAT},
};

START_TEST(test_refused)
{
    memset(&o, 0, sizeof o);
    ck_assert(!try_dump(&o, refused[_i].bytes, refused[_i].n, NULL));
    ck_assert_int_eq(o.e.code, refused[_i].code);
    ck_assert(o.e.text[0]);
    close_dump(&o);
}
END_TEST

START_TEST(test_damaged_gzip)
{
    sample_write(&w, &plans[0]);
    hw_gzip(&w, 1000);
    memset(&o, 0, sizeof o);
    w.at[w.n - 8] ^= 0xff; /* the last CRC */
    ck_assert(try_dump(&o, w.at, w.n, NULL));
    ck_assert(o.d.damage.source[0]);
    ck_assert(hprof_damage_any(&o.d.damage));
    teardown();
}
END_TEST

Suite *damage_suite(void)
{
    Suite *s = suite_create("damage");
    TCase *t = tcase_create("damage");

    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, test_every_prefix, 0, PLANS);
    tcase_add_test(t, test_prefix_keeps_what_is_there);
    tcase_add_loop_test(t, test_every_allocation_fails, 0, PLANS);
    tcase_add_loop_test(t, test_every_byte_changed, 0, PLANS);
    tcase_add_test(t, test_record_of_4_gib);
    tcase_add_test(t, test_segment_of_4_gib);
    tcase_add_loop_test(t, test_array_of_4_gib, 0, 2);
    tcase_add_test(t, test_cut_array);
    tcase_add_test(t, test_short_instance);
    tcase_add_loop_test(t, test_length_unknown, 0, 4);
    tcase_add_test(t, test_empty_segments);
    tcase_add_test(t, test_unknown_record);
    tcase_add_test(t, test_unknown_sub_record);
    tcase_add_test(t, test_no_end_record);
    tcase_add_loop_test(t, test_refused, 0,
                        (int)(sizeof refused / sizeof *refused));
    tcase_add_test(t, test_damaged_gzip);
    suite_add_tcase(s, t);
    return s;
}
