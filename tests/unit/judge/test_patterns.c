/*
 * test_patterns.c - the shapes of on-heap leaks, each on a heap made up of
 * nothing but the tallies and paths that show it.
 */
#include "fixture.h"
#include "judge/heap_patterns.h"
#include "judge/kinds.h"
#include "suites.h"

static struct heap *h;

static void setup(void)
{
    bench_begin();
    h = &b.heap;
    given_heap_dump(&b, 100 * MIB);
}

static enum verdict_kind kind(void)
{
    finding_init(&b.found, KIND_HEAP_LEAK);
    kind_of_heap(&b.facts, &b.pen, &b.found);
    return b.found.kind;
}

START_TEST(test_static_map)
{
    given_step(&b, "java.lang.Class", "shop.Carts", NULL);
    given_step(&b, "java.util.HashMap", NULL, "static OPEN");
    given_suspect(&b, "java.util.HashMap", 90 * MIB);
    ck_assert_int_eq(kind(), KIND_HEAP_LEAK);
    ck_assert_str_eq(b.found.culprit.name,
                     "static shop.Carts.OPEN (java.util.HashMap)");
    ck_assert_uint_eq(b.found.culprit.bytes, 90 * MIB);
}
END_TEST

START_TEST(test_fields_behind_the_static)
{
    given_step(&b, "java.lang.Class", "shop.Carts", NULL);
    given_step(&b, "shop.Carts", NULL, "static INSTANCE");
    given_step(&b, "java.util.ArrayList", NULL, "Base#rows");
    given_step(&b, "java.lang.Object[]", NULL, "elementData");
    given_suspect(&b, "java.lang.Object[]", 90 * MIB);
    kind();
    ck_assert_str_eq(b.found.culprit.name,
                     "static shop.Carts.INSTANCE.rows (java.util.ArrayList)");
}
END_TEST

START_TEST(test_queue)
{
    given_step(&b, "java.lang.Thread", "worker", NULL);
    given_step(&b, "java.util.concurrent.LinkedBlockingQueue", NULL, "queue");
    given_suspect(&b, "java.util.concurrent.LinkedBlockingQueue", 80 * MIB);
    ck_assert_int_eq(kind(), KIND_HEAP_BACKLOG);
    h->suspects.at[0].retained = 20 * MIB; /* not a third of the heap */
    ck_assert_int_eq(kind(), KIND_HEAP_LEAK);
}
END_TEST

START_TEST(test_a_plain_deque_is_no_queue_between_threads)
{
    given_step(&b, "java.lang.Class", "audit.Trail", NULL);
    given_step(&b, "java.util.ArrayDeque", NULL, "static RECORDS");
    given_suspect(&b, "java.util.ArrayDeque", 90 * MIB);
    ck_assert_int_eq(kind(), KIND_HEAP_LEAK);
}
END_TEST

START_TEST(test_listeners_by_their_outer_objects)
{
    given_step(&b, "java.lang.Class", "ui.Bus", NULL);
    given_step(&b, "java.util.ArrayList", NULL, "static ALL");
    given_held(&b, "ui.View", 2000);
    given_held(&b, "ui.View$1", 2000);
    given_suspect(&b, "java.util.ArrayList", 90 * MIB);
    ck_assert_int_eq(kind(), KIND_LISTENER_LEAK);
    h->suspects.at[0].contents.at[1].objects = 5; /* by chance, then */
    ck_assert_int_eq(kind(), KIND_HEAP_LEAK);
}
END_TEST

START_TEST(test_maps_have_inner_classes_of_the_jdk)
{
    given_step(&b, "java.lang.Class", "a.B", NULL);
    given_step(&b, "java.util.HashMap", NULL, "static M");
    given_held(&b, "java.util.HashMap", 2000);
    given_held(&b, "java.util.HashMap$Node", 2000);
    given_suspect(&b, "java.util.HashMap", 90 * MIB);
    ck_assert_int_eq(kind(), KIND_HEAP_LEAK);
}
END_TEST

START_TEST(test_thread_locals_over_many_threads)
{
    for (unsigned i = 0; i < 20; i++)
        given_thread(&b, "http", 4 * MIB, 0);
    ck_assert_int_eq(kind(), KIND_THREADLOCAL_LEAK);
}
END_TEST

START_TEST(test_stack_of_one_thread)
{
    given_thread(&b, "main", 90 * MIB, 89 * MIB);
    ck_assert_int_eq(kind(), KIND_STACK_LOCAL_RESULT);
}
END_TEST

START_TEST(test_finalizers_count_as_live)
{
    h->reachable.bytes = 2 * MIB;
    h->final.bytes = 60 * MIB;
    h->queue.finalizers = 3000;
    h->queue.finalizer_bytes = 60 * MIB;
    h->queue.finalizer_class = "img.Temp";
    ck_assert_uint_eq(facts_live_of(h), 62 * MIB);
    ck_assert_int_eq(kind(), KIND_FINALIZER_BACKLOG);
}
END_TEST

START_TEST(test_cleaners)
{
    h->queue.cleaners = 3000;
    h->queue.cleaner_bytes = 60 * MIB;
    ck_assert_int_eq(kind(), KIND_CLEANER_BACKLOG);
    h->queue.cleaner_bytes = MIB;
    ck_assert_int_eq(kind(), KIND_HEAP_LEAK);
}
END_TEST

START_TEST(test_jni_globals)
{
    given_row(&b, "img.Frame", 5000, 80 * MIB);
    h->jni_global_retained = 80 * MIB;
    h->jni_global_class = "img.Frame";
    h->jni_global_class_count = 5000;
    ck_assert_int_eq(kind(), KIND_JNI_GLOBAL_REF_LEAK);
    /* The launcher's one reference to the main class leads to everything. */
    h->jni_global_class_count = 1;
    ck_assert_int_eq(kind(), KIND_HEAP_LEAK);
}
END_TEST

START_TEST(test_virtual_threads)
{
    given_row(&b, "java.lang.VirtualThread", 50000, 70 * MIB);
    h->natives.virtual_threads = 50000;
    ck_assert_int_eq(kind(), KIND_VIRTUAL_THREADS);
}
END_TEST

/* Whether some claim says so. */
static bool is_said(const char *text)
{
    for (unsigned i = 0; i < b.found.n_evidence; i++)
        if (strstr(b.found.evidence[i].text, text))
            return true;
    return false;
}

START_TEST(test_class_loaders)
{
    given_row(&b, "plug.Loader", 400, 90 * MIB);
    h->loaders.repeated_loader = "plug.Loader";
    h->loaders.repeated_loader_count = 400;
    ck_assert_int_eq(kind(), KIND_CLASSLOADER_LEAK);
    h->loaders.repeated_class = "plug.Main";
    h->loaders.repeated_class_count = 390;
    ck_assert_int_eq(kind(), KIND_CLASSLOADER_LEAK);
    ck_assert(is_said("class plug.Main is there 390 times"));
    h->loaders.repeated_class_count = 7;
    kind();
    ck_assert(!is_said("plug.Main"));
}
END_TEST

START_TEST(test_one_array)
{
    h->largest_array_bytes = 70 * MIB;
    ck_assert_int_eq(kind(), KIND_GROWING_ARRAY);
}
END_TEST

START_TEST(test_strings)
{
    h->strings.count = 500000;
    h->strings.bytes = 80 * MIB;
    ck_assert_int_eq(kind(), KIND_STRING_GROWTH);
    h->strings.duplicate_bytes = 75 * MIB;
    ck_assert_int_eq(kind(), KIND_STRING_DUPLICATES);
    h->strings.duplicate_bytes = 42 * MIB;
    ck_assert_int_eq(kind(), KIND_STRING_DUPLICATES);
    h->strings.bytes = 58 * MIB; /* half of these, but no third of the heap */
    h->strings.duplicate_bytes = 29 * MIB;
    ck_assert_int_eq(kind(), KIND_STRING_GROWTH);
    h->strings.bytes = 40 * MIB; /* ordinary */
    h->strings.duplicate_bytes = UNKNOWN;
    ck_assert_int_eq(kind(), KIND_HEAP_LEAK);
}
END_TEST

START_TEST(test_humongous)
{
    struct gc_log gc = {.humongous_last = 90 * MIB};

    b.facts.gc = &gc;
    b.facts.gc_input = &b.input;
    b.facts.xmx = says(&b, LINE_JCMD, 160 * MIB);
    ck_assert_int_eq(kind(), KIND_G1_HUMONGOUS);
    gc.humongous_last = 10 * MIB;
    ck_assert_int_eq(kind(), KIND_HEAP_LEAK);
}
END_TEST

/* ---- histograms ------------------------------------------------------- */

static struct class_histogram histogram;

static void add_count(const char *name, uint64_t objects, uint64_t bytes)
{
    ck_assert(vec_push(&histogram.rows, &b.mem, &b.err));
    *vec_last(&histogram.rows) = (struct histogram_row){
        .class_name = name, .objects = objects, .bytes = bytes};
    histogram.objects += objects;
    histogram.bytes += bytes;
}

static enum verdict_kind kind_by_histogram(void)
{
    enum verdict_kind k;

    b.facts.heap = NULL;
    b.moments[2].histogram = &histogram;
    b.moments[2].histogram_input = &b.input;
    ck_assert(vec_push(&b.facts.moments, &b.mem, &b.err));
    *vec_last(&b.facts.moments) = b.moments[2];
    k = kind();
    vec_free(&b.facts.moments, &b.mem);
    vec_free(&histogram.rows, &b.mem);
    memset(&histogram, 0, sizeof histogram);
    return k;
}

START_TEST(test_histograms)
{
    add_count("byte[]", 9000, 40 * MIB);
    add_count("java.lang.ref.Finalizer", 1900, MIB);
    ck_assert_int_eq(kind_by_histogram(), KIND_FINALIZER_BACKLOG);
    add_count("byte[]", 9000, 40 * MIB);
    add_count("java.util.concurrent.LinkedBlockingQueue$Node", 900, MIB);
    ck_assert_int_eq(kind_by_histogram(), KIND_HEAP_BACKLOG);
    add_count("byte[]", 510000, 30 * MIB);
    add_count("java.lang.String", 500000, 12 * MIB);
    ck_assert_int_eq(kind_by_histogram(), KIND_STRING_GROWTH);
    add_count("double[]", 2, 30 * MIB);
    add_count("java.lang.String", 5000, MIB);
    ck_assert_int_eq(kind_by_histogram(), KIND_GROWING_ARRAY);
    add_count("byte[]", 9000, 40 * MIB);
    add_count("ui.View", 2000, MIB);
    add_count("ui.View$1", 2000, MIB);
    ck_assert_int_eq(kind_by_histogram(), KIND_LISTENER_LEAK);
    add_count("byte[]", 9000, 40 * MIB);
    add_count("java.lang.String", 5000, MIB);
    ck_assert_int_eq(kind_by_histogram(), KIND_HEAP_LEAK);
}
END_TEST

TCase *patterns_tcase(void)
{
    TCase *t = tcase_create("patterns");

    tcase_add_checked_fixture(t, setup, bench_end);
    tcase_add_test(t, test_static_map);
    tcase_add_test(t, test_fields_behind_the_static);
    tcase_add_test(t, test_queue);
    tcase_add_test(t, test_a_plain_deque_is_no_queue_between_threads);
    tcase_add_test(t, test_listeners_by_their_outer_objects);
    tcase_add_test(t, test_maps_have_inner_classes_of_the_jdk);
    tcase_add_test(t, test_thread_locals_over_many_threads);
    tcase_add_test(t, test_stack_of_one_thread);
    tcase_add_test(t, test_finalizers_count_as_live);
    tcase_add_test(t, test_cleaners);
    tcase_add_test(t, test_jni_globals);
    tcase_add_test(t, test_virtual_threads);
    tcase_add_test(t, test_class_loaders);
    tcase_add_test(t, test_one_array);
    tcase_add_test(t, test_strings);
    tcase_add_test(t, test_humongous);
    tcase_add_test(t, test_histograms);
    return t;
}
