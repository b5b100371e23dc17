/*
 * test_heap.c - from a synthesised dump to facts: sums, strengths of
 * references, suspects with named paths, threads, native census.
 */
#include <check.h>
#include <string.h>

#include "base/size.h"
#include "tests/unit/graph/analysed.h"
#include "suites.h"

enum {
    STORE = 0x500, /* demo.Store: static ENTRIES, LARGE */
    ENTRY = 0x508, /* demo.Entry: value, next */
    CLEANER = 0x510,
    DEALLOCATOR = 0x518,
    BUFFER = 0x520,
    DIRECT = 0x528,
    OOME = 0x530,
    MAPPED = 0x538,
    CACHE = 0x540,
};

static void store_class(uint64_t entries)
{
    const uint64_t values[] = {entries};
    const struct hw_class c = {.id = STORE,
                               .super = HW_OBJECT,
                               .statics = "LENTRIES",
                               .values = values};

    hw_class_full(&w, "demo/Store", &c);
    hw_class(&w, ENTRY, "demo/Entry", HW_OBJECT, "Lvalue Lnext");
    hw_root(&w, HW_STICKY_CLASS, STORE, 0, 0);
    hw_root(&w, HW_STICKY_CLASS, ENTRY, 0, 0);
}

/* Twenty byte arrays of 10,000 bytes behind static ENTRIES. */
static void leak(void)
{
    uint64_t entries[20];

    for (unsigned i = 0; i < 20; i++)
        entries[i] = 0x20000 + i * 0x3000;
    store_class(0x10000);
    hw_object_array(&w, 0x10000, HW_OBJECT_ARRAY, 20, entries);
    for (unsigned i = 0; i < 20; i++) {
        HW_INSTANCE(&w, entries[i], ENTRY, "LL", entries[i] + 0x18, 0);
        hw_primitive_array(&w, entries[i] + 0x18, 'B', 10000, NULL);
    }
}

static const struct heap_class_row *row(const char *name)
{
    const struct heap_class_row *r;

    VEC_EACH (&heap.histogram, r)
        if (strcmp(r->name, name) == 0)
            return r;
    ck_abort_msg("no row for %s", name);
    return NULL;
}

START_TEST(sums_and_histogram)
{
    leak();
    /* Nobody refers to this one. */
    hw_primitive_array(&w, 0x90000, 'J', 100, NULL);
    analyse();
    ck_assert_uint_eq(heap.unreachable.objects, 1);
    ck_assert_uint_eq(heap.unreachable.bytes, 16 + 800);
    ck_assert_uint_eq(heap.all.objects,
                      heap.reachable.objects + heap.unreachable.objects);
    ck_assert_uint_eq(row("byte[]")->objects, 20);
    ck_assert_uint_eq(row("byte[]")->shallow, 20 * 10016);
    ck_assert_uint_eq(row("byte[]")->retained, 20 * 10016);
    ck_assert_uint_eq(row("demo.Entry")->shallow, 20 * 24);
    ck_assert_uint_eq(row("demo.Entry")->retained, 20 * 10040);
    ck_assert_uint_eq(row("java.lang.Object[]")->retained,
                      16 + 80 + 20 * 10040);
    ck_assert_uint_eq(row("long[]")->retained, 0);
}
END_TEST

/* 16 bytes of header make of 1 MiB two regions, and of 512 KiB one. */
START_TEST(arrays_leave_tails_of_regions)
{
    leak();
    hw_primitive_array(&w, 0x1000000, 'B', MIB, NULL);
    hw_primitive_array(&w, 0x1200000, 'B', MIB / 2, NULL);
    hw_primitive_array(&w, 0x1400000, 'B', MIB / 4, NULL);
    analyse();
    ck_assert_uint_eq(heap.largest_array_bytes, MIB + 16);
    ck_assert_uint_eq(heap.region_tails[0], MIB - 16 + MIB / 2 - 16);
    ck_assert_uint_eq(heap.region_tails[1], MIB - 16);
    ck_assert_uint_eq(heap.region_tails[2], 0);
}
END_TEST

START_TEST(a_suspect_has_a_named_path)
{
    const struct heap_suspect *s;

    leak();
    analyse();
    ck_assert_uint_eq(heap.suspects.n, 1);
    s = &heap.suspects.at[0];
    ck_assert_int_eq(s->kind, SUSPECT_OBJECT);
    ck_assert_str_eq(s->class_name, "java.lang.Class");
    ck_assert_str_eq(s->name, "demo.Store");
    ck_assert_uint_eq(s->id, STORE);
    ck_assert_str_eq(s->root_kind, "sticky_class");
    ck_assert_uint_eq(s->path.n, 1);
    ck_assert_uint_eq(s->descent.n, 1);
    ck_assert_str_eq(s->descent.at[0].via, "static ENTRIES");
    ck_assert_uint_eq(s->descent.at[0].id, 0x10000);
    ck_assert(s->has_accumulation);
    ck_assert_uint_eq(s->accumulation.id, 0x10000);
    ck_assert_uint_eq(s->accumulation_children, 20);
    ck_assert_str_eq(s->contents.at[0].class_name, "byte[]");
    ck_assert_uint_eq(s->contents.at[0].objects, 20);
}
END_TEST

START_TEST(compat_mat_keeps_the_same_suspect)
{
    options.mat = true;
    options.size_model = NULL;
    leak();
    analyse();
    ck_assert_uint_eq(heap.suspects.n, 1);
    ck_assert_uint_eq(heap.suspects.at[0].accumulation.id, 0x10000);
    ck_assert_str_eq(heap.sizes.name, "mat");
}
END_TEST

/* A soft reference to a chain, a weak one to something softly held too. */
START_TEST(strengths_are_counted_apart)
{
    store_class(0x10000);
    HW_OBJECTS(&w, 0x10000, HW_OBJECT_ARRAY, 0x11000, 0x11100, 0x11200);
    HW_INSTANCE(&w, 0x11000, HW_SOFT, "JLLLL", 0, 0x20000, 0, 0, 0);
    HW_INSTANCE(&w, 0x11100, HW_WEAK, "LLLL", 0x20100, 0, 0, 0);
    HW_INSTANCE(&w, 0x11200, HW_WEAK, "LLLL", 0x20200, 0, 0, 0);
    HW_INSTANCE(&w, 0x20000, ENTRY, "LL", 0, 0x20100);
    HW_INSTANCE(&w, 0x20100, ENTRY, "LL", 0, 0);
    HW_INSTANCE(&w, 0x20200, ENTRY, "LL", 0, 0);
    analyse();
    ck_assert_uint_eq(heap.soft.references, 1);
    ck_assert_uint_eq(heap.soft.objects, 2);
    ck_assert_uint_eq(heap.soft.bytes, 2 * 24);
    ck_assert_uint_eq(heap.weak.references, 2);
    ck_assert_uint_eq(heap.weak.objects, 1);
    ck_assert_uint_eq(heap.unreachable.objects, 0);
    ck_assert_uint_eq(heap.all.objects, heap.reachable.objects + 3);
}
END_TEST

START_TEST(compat_mat_holds_referents)
{
    options.mat = true;
    store_class(0x11000);
    HW_INSTANCE(&w, 0x11000, HW_SOFT, "JLLLL", 0, 0x20000, 0, 0, 0);
    HW_INSTANCE(&w, 0x20000, ENTRY, "LL", 0, 0);
    analyse();
    ck_assert_uint_eq(heap.unreachable.objects, 0);
    ck_assert_uint_eq(row("demo.Entry")->objects, 1);
}
END_TEST

START_TEST(finalizers_waiting_are_told)
{
    store_class(0x10000);
    HW_OBJECTS(&w, 0x10000, HW_OBJECT_ARRAY, 0x11000, 0x11100, 0x20100);
    HW_INSTANCE(&w, 0x11000, HW_FINALIZER, "LLLLLL", 0, 0, 0x20000, 0, 0, 0);
    HW_INSTANCE(&w, 0x11100, HW_FINALIZER, "LLLLLL", 0, 0, 0x20100, 0, 0, 0);
    HW_INSTANCE(&w, 0x20000, ENTRY, "LL", 0, 0);
    HW_INSTANCE(&w, 0x20100, ENTRY, "LL", 0, 0);
    analyse();
    ck_assert_uint_eq(heap.queue.finalizers, 2);
    ck_assert_uint_eq(heap.queue.pending, 1);
    ck_assert_str_eq(heap.queue.finalizer_class, "demo.Entry");
    ck_assert_uint_eq(heap.final.objects, 1);
}
END_TEST

/* ---- threads ---------------------------------------------------------------
 */

static void thread_with_stack(void)
{
    const uint64_t frames[] = {1, 2, 3};
    uint32_t oome, store;

    store_class(0);
    hw_class(&w, OOME, "java/lang/OutOfMemoryError", HW_OBJECT, "");
    oome = w.next_serial - 1;
    store = hw_load_class(&w, STORE, "demo/Store");
    hw_frame(&w, 1, "<init>", "()V", "OutOfMemoryError.java", oome, 48);
    hw_frame(&w, 2, "load", "()V", "Store.java", store, 17);
    hw_frame(&w, 3, "main", "()V", "Store.java", store, 5);
    hw_trace(&w, 9, 4, frames, 3);
    hw_root(&w, HW_THREAD_OBJ, 0x30000, 4, 9);
    hw_root(&w, HW_JAVA_FRAME, 0x40000, 4, 1);
    hw_java_string(&w, 0x31000, 0x31100, "worker-7");
    HW_INSTANCE(&w, 0x30000, HW_THREAD, "LJ", 0x31000, 12);
    hw_primitive_array(&w, 0x40000, 'B', 100000, NULL);
}

START_TEST(a_stack_local_is_held_by_its_frame)
{
    const struct heap_suspect *s;
    const struct heap_thread *t;

    thread_with_stack();
    analyse();
    ck_assert_uint_eq(heap.threads.n, 1);
    t = &heap.threads.at[0];
    ck_assert_str_eq(t->name, "worker-7");
    ck_assert(t->in_oome);
    ck_assert_uint_eq(heap.oome_thread, 0);
    ck_assert_str_eq(t->oome_caller, "demo.Store.load(Store.java:17)");
    ck_assert_uint_eq(t->stack_locals, 1);
    ck_assert_uint_eq(t->stack_retained, 100016);
    ck_assert_uint_eq(heap.suspects.n, 1);
    s = &heap.suspects.at[0];
    ck_assert_str_eq(s->name, "worker-7");
    ck_assert_str_eq(s->root_kind, "java_frame");
    ck_assert_str_eq(s->root_thread, "worker-7");
    ck_assert_str_eq(s->root_frame, "demo.Store.load(Store.java:17)");
    ck_assert_ptr_null(s->root_caller);
    ck_assert_str_eq(s->accumulation.class_name, "byte[]");
}
END_TEST

/* Serials need not come in order. */
START_TEST(threads_in_any_order)
{
    const struct heap_thread *t;

    hw_root(&w, HW_THREAD_OBJ, 0x32000, 7, 0);
    HW_INSTANCE(&w, 0x32000, HW_THREAD, "LJ", 0, 13);
    thread_with_stack();
    analyse();
    ck_assert_uint_eq(heap.threads.n, 2);
    t = heap_thread_of(&heap, 4);
    ck_assert_ptr_nonnull(t);
    ck_assert_str_eq(t->name, "worker-7");
    ck_assert_uint_eq(t->stack_locals, 1);
    ck_assert_uint_eq(t->stack_retained, 100016);
    ck_assert_str_eq(heap.suspects.at[0].root_thread, "worker-7");
    ck_assert_ptr_null(heap_thread_of(&heap, 5));
    ck_assert_ptr_null(heap_thread_of(&heap, 8));
}
END_TEST

/* ---- native memory ---------------------------------------------------- */

#define BUFFERS 10
#define EACH    ((uint64_t)1 << 20)

static void direct_classes(void)
{
    hw_class(&w, CLEANER, "jdk/internal/ref/Cleaner", HW_PHANTOM, "Lthunk");
    hw_class(&w, DEALLOCATOR, "java/nio/DirectByteBuffer$Deallocator",
             HW_OBJECT, "Jaddress Jsize Icapacity");
    hw_class(&w, BUFFER, "java/nio/Buffer", HW_OBJECT, "Icapacity Jaddress");
    hw_class(&w, MAPPED, "java/nio/MappedByteBuffer", BUFFER, "Lfd");
    hw_class(&w, DIRECT, "java/nio/DirectByteBuffer", MAPPED, "Latt Lcleaner");
}

static void direct_buffer(uint64_t id, uint64_t attachment, uint64_t cleaner,
                          uint64_t capacity)
{
    HW_INSTANCE(&w, id, DIRECT, "LLLIJ", attachment, cleaner, 0, capacity,
                0x7f0000000000);
}

static void pages(void)
{
    uint64_t ids[BUFFERS + 2];

    for (unsigned i = 0; i < BUFFERS + 2; i++)
        ids[i] = 0x20000 + i * 0x1000;
    store_class(0x10000);
    direct_classes();
    hw_object_array(&w, 0x10000, HW_OBJECT_ARRAY, BUFFERS + 2, ids);
    for (unsigned i = 0; i < BUFFERS; i++) {
        direct_buffer(ids[i], 0, ids[i] + 0x100, EACH);
        HW_INSTANCE(&w, ids[i] + 0x100, CLEANER, "LLLLL", ids[i] + 0x200, 0, 0,
                    0, 0);
        HW_INSTANCE(&w, ids[i] + 0x200, DEALLOCATOR, "JJI", 0x7f0000000000,
                    EACH, EACH);
    }
    /* A slice of the first, and one that JNI made. */
    direct_buffer(ids[BUFFERS], ids[0], 0, EACH / 2);
    direct_buffer(ids[BUFFERS + 1], 0, 0, 4096);
}

START_TEST(direct_buffers_are_told_apart)
{
    pages();
    analyse();
    ck_assert_uint_eq(heap.natives.owners.count, BUFFERS);
    ck_assert_uint_eq(heap.natives.owners.bytes, BUFFERS * EACH);
    ck_assert_uint_eq(heap.natives.views.count, 1);
    ck_assert_uint_eq(heap.natives.unowned.bytes, 4096);
    ck_assert_uint_eq(heap.natives.awaiting_gc.count, 0);
    ck_assert_uint_eq(heap.natives.bytes, BUFFERS * EACH + 4096);
}
END_TEST

START_TEST(native_bytes_flow_to_the_static_field)
{
    const struct heap_suspect *s;

    pages();
    analyse();
    ck_assert_uint_ge(heap.natives.holders.n, 1);
    s = &heap.natives.holders.at[0];
    ck_assert_str_eq(s->name, "demo.Store");
    ck_assert_uint_eq(s->native_retained, BUFFERS * EACH + 4096);
    ck_assert_str_eq(s->descent.at[0].via, "static ENTRIES");
    ck_assert_uint_eq(heap.natives.mapped_holders.n, 0);
}
END_TEST

/* Bits knows it as well, once it is there. */
START_TEST(the_vm_knows_the_limit_on_direct_memory)
{
    const uint64_t values[] = {64 << 20};
    const struct hw_class c = {.id = 0x600,
                               .super = HW_OBJECT,
                               .statics = "JdirectMemory",
                               .values = values};

    hw_class_full(&w, "jdk/internal/misc/VM", &c);
    leak();
    analyse();
    ck_assert_uint_eq(heap.natives.jvm_limit, 64 << 20);
}
END_TEST

START_TEST(a_buffer_nobody_holds_awaits_its_gc)
{
    store_class(0);
    direct_classes();
    direct_buffer(0x20000, 0, 0x20100, EACH);
    HW_INSTANCE(&w, 0x20100, CLEANER, "LLLLL", 0x20200, 0, 0, 0, 0);
    HW_INSTANCE(&w, 0x20200, DEALLOCATOR, "JJI", 0x7f0000000000, EACH, EACH);
    analyse();
    ck_assert_uint_eq(heap.natives.owners.count, 1);
    ck_assert_uint_eq(heap.natives.awaiting_gc.bytes, EACH);
}
END_TEST

/* ---- the rest --------------------------------------------------------- */

START_TEST(quick_mode_counts_without_a_tree)
{
    options.quick = true;
    leak();
    analyse();
    ck_assert_uint_eq(row("byte[]")->objects, 20);
    ck_assert_uint_eq(row("byte[]")->retained, UNKNOWN);
    ck_assert_uint_eq(heap.reachable.bytes, UNKNOWN);
    ck_assert_uint_eq(heap.suspects.n, 0);
    ck_assert_uint_eq(heap.strings.duplicate_bytes, UNKNOWN);
}
END_TEST

/* The references that tell are read again from the file. */
START_TEST(quick_mode_tells_buffers_apart)
{
    options.quick = _i;
    pages();
    hw_class(&w, CACHE, "sun/nio/ch/Util$BufferCache", HW_OBJECT, "Lbuffers");
    HW_INSTANCE(&w, 0x8000, CACHE, "L", 0x8100);
    HW_OBJECTS(&w, 0x8100, HW_OBJECT_ARRAY, 0, 0x20000, 0x20000, 0x21000);
    analyse();
    ck_assert_uint_eq(heap.natives.nio_cache.count, 2);
    ck_assert_uint_eq(heap.natives.nio_cache.bytes, 2 * EACH);
    ck_assert_uint_eq(heap.natives.owners.count, BUFFERS - 2);
    ck_assert_uint_eq(heap.queue.cleaners, BUFFERS);
    ck_assert_uint_eq(heap.queue.cleaner_class_count, BUFFERS);
    ck_assert_str_eq(heap.queue.cleaner_class,
                     "java.nio.DirectByteBuffer$Deallocator");
}
END_TEST

START_TEST(any_allocation_may_fail)
{
    uint64_t calls;

    options.quick = _i;
    pages();
    thread_with_stack();
    analyse();
    calls = mem.calls;
    heap_deinit(&heap);
    for (uint64_t k = 1; k < calls; k++) {
        uint64_t held = mem.held;
        struct source *again;
        bool ok;

        mem.fail_at = 0;
        err = (struct err){0};
        ck_assert(source_open_memory(w.at, w.n, &mem, &again, &err));
        mem.calls = 0;
        mem.fail_at = k;
        ok = heap_analyse(again, "t", &options, &mem, &heap, &err);
        ck_assert(ok || err.code == ERR_NOMEM);
        if (ok)
            heap_deinit(&heap);
        mem.fail_at = 0;
        source_close(again);
        ck_assert_uint_eq(mem.held, held);
    }
    memset(&heap, 0, sizeof heap);
    err = (struct err){0};
    analyse();
}
END_TEST

Suite *heap_suite(void)
{
    Suite *s = suite_create("heap");
    TCase *t = tcase_create("all");

    tcase_add_checked_fixture(t, analysed_begin, analysed_end);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, sums_and_histogram);
    tcase_add_test(t, arrays_leave_tails_of_regions);
    tcase_add_test(t, a_suspect_has_a_named_path);
    tcase_add_test(t, compat_mat_keeps_the_same_suspect);
    tcase_add_test(t, strengths_are_counted_apart);
    tcase_add_test(t, compat_mat_holds_referents);
    tcase_add_test(t, finalizers_waiting_are_told);
    tcase_add_test(t, a_stack_local_is_held_by_its_frame);
    tcase_add_test(t, threads_in_any_order);
    tcase_add_test(t, direct_buffers_are_told_apart);
    tcase_add_test(t, native_bytes_flow_to_the_static_field);
    tcase_add_test(t, the_vm_knows_the_limit_on_direct_memory);
    tcase_add_test(t, a_buffer_nobody_holds_awaits_its_gc);
    tcase_add_test(t, quick_mode_counts_without_a_tree);
    tcase_add_loop_test(t, quick_mode_tells_buffers_apart, 0, 2);
    tcase_add_loop_test(t, any_allocation_may_fail, 0, 2);
    suite_add_tcase(s, t);
    return s;
}
