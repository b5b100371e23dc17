/* matrix_heap.c - the heap ran out, and what filled it; see matrix.h. */
#include <check.h>

#include "matrix.h"

/* 95 of 100 MiB are alive, and the dump of them shows nothing special. */
static void full(struct bench *b)
{
    given_oome(b, OOME_HEAP_SPACE, "Java heap space");
    given_heap(b, 100 * MIB, 95 * MIB);
    given_heap_dump(b, 95 * MIB);
}

static void metaspace_instead(struct bench *b)
{
    given_oome(b, OOME_METASPACE, "Metaspace");
}

static void leak(struct bench *b)
{
    full(b);
    given_step(b, "java.lang.Class", "shop.Carts", NULL);
    given_step(b, "java.util.HashMap", NULL, "static OPEN");
    given_suspect(b, "java.util.HashMap", 90 * MIB);
}

/* ---- what holds it ---------------------------------------------------- */

static void queue(struct bench *b)
{
    full(b);
    given_step(b, "java.lang.Thread", "worker", NULL);
    given_step(b, "java.util.concurrent.LinkedBlockingQueue", NULL, "queue");
    given_suspect(b, "java.util.concurrent.LinkedBlockingQueue", 80 * MIB);
}

static void plain_deque(struct bench *b)
{
    b->steps[1].class_name = "java.util.ArrayDeque";
    b->heap.suspects.at[0].class_name = "java.util.ArrayDeque";
}

/* A job that is run again and again keeps a map: nothing waits. */
static void what_one_task_keeps(struct bench *b)
{
    given_step(b, "java.util.concurrent.FutureTask", NULL, "[0]");
    given_step(b, "shop.Report", NULL, "callable");
    given_step(b, "java.util.HashMap", NULL, "seen");
    b->heap.suspects.at[0] = b->suspect;
    b->heap.suspects.at[0].retained = 80 * MIB;
}

/* Its array is all that the stack of the queue's own method shows. */
static void ring_of_a_queue(struct bench *b)
{
    full(b);
    given_step(b, "java.lang.Thread", "writer", NULL);
    given_step(b, "java.lang.Object[]", NULL, "<stack local>");
    given_suspect(b, "java.lang.Object[]", 80 * MIB);
    b->heap.suspects.at[0].root_frame =
        "java.util.concurrent.ArrayBlockingQueue.take(A.java:7)";
}

static void method_of_a_program(struct bench *b)
{
    b->heap.suspects.at[0].root_frame = "shop.Report.run(Report.java:7)";
}

static void a_workers_task(struct bench *b)
{
    b->steps[1].class_name = "shop.Report";
    b->heap.suspects.at[0].root_frame =
        "java.util.concurrent.ThreadPoolExecutor.runWorker(T.java:7)";
}

static void threadlocals(struct bench *b)
{
    full(b);
    for (unsigned i = 0; i < 20; i++)
        given_thread(b, "http", 4 * MIB, 0);
}

static void threads_hold_little(struct bench *b)
{
    for (unsigned i = 0; i < 20; i++)
        b->heap.threads.at[i].retained = MIB;
}

static void listeners(struct bench *b)
{
    full(b);
    given_step(b, "java.lang.Class", "ui.Bus", NULL);
    given_step(b, "java.util.ArrayList", NULL, "static ALL");
    given_held(b, "ui.View", 2000);
    given_held(b, "ui.View$1", 2000);
    given_suspect(b, "java.util.ArrayList", 90 * MIB);
}

static void inner_class_by_chance(struct bench *b)
{
    b->held[1].objects = 5;
}

/* java.util.Observable's own. */
static void observers(struct bench *b)
{
    full(b);
    given_step(b, "java.lang.Class", "ui.Model", NULL);
    given_step(b, "java.util.Vector", NULL, "Observable#obs");
    given_suspect(b, "java.util.Vector", 90 * MIB);
}

static void another_vector(struct bench *b)
{
    b->steps[1].via = "rows";
}

static void local_result(struct bench *b)
{
    full(b);
    given_thread(b, "main", 90 * MIB, 89 * MIB);
}

/* Several locals lead to it: none of them holds it alone, the thread does. */
static void shared_by_locals(struct bench *b)
{
    static const struct hprof_frame run = {.method = "run"};
    static const struct hprof_frame *frames[] = {&run};

    full(b);
    given_thread(b, "worker", 90 * MIB, MIB);
    b->heap.threads.at[0].n_frames = 1;
    b->heap.threads.at[0].frames = frames;
    b->heap.oome_thread = 0;
}

static void another_thread_threw(struct bench *b)
{
    given_thread(b, "other", MIB, MIB);
    b->heap.oome_thread = 1;
}

/* A static field has it as well. */
static void not_the_stacks_alone(struct bench *b)
{
    b->heap.threads.at[0].stack_retained = MIB;
    b->heap.threads.at[0].retained = MIB;
}

static void jni_globals(struct bench *b)
{
    full(b);
    given_row(b, "img.Frame", 5000, 80 * MIB);
    b->heap.jni_global_retained = 80 * MIB;
    b->heap.jni_global_class = "img.Frame";
    b->heap.jni_global_class_count = 5000;
}

/* The launcher's, which leads to the main class and from there anywhere. */
static void one_jni_global(struct bench *b)
{
    b->heap.jni_global_class_count = 1;
}

/* ---- what it is ------------------------------------------------------- */

static void strings(struct bench *b)
{
    full(b);
    b->heap.strings.count = 500000;
    b->heap.strings.bytes = 80 * MIB;
}

static void ordinary_strings(struct bench *b)
{
    b->heap.strings.bytes = 40 * MIB;
}

/* Of as many edits two each. */
static void strings_of_objects(struct bench *b)
{
    given_row(b, "edit.Replace", 250000, 80 * MIB);
}

static void strings_of_jdk_objects(struct bench *b)
{
    given_row(b, "java.lang.ref.SoftReference", 500000, 80 * MIB);
}

static void duplicates(struct bench *b)
{
    strings(b);
    b->heap.strings.duplicate_bytes = 75 * MIB;
}

static void few_duplicates(struct bench *b)
{
    b->heap.strings.duplicate_bytes = 30 * MIB;
}

static void finalizers(struct bench *b)
{
    full(b);
    b->heap.queue.finalizers = 3000;
    b->heap.queue.finalizer_bytes = 60 * MIB;
}

static void few_finalizers(struct bench *b)
{
    b->heap.queue.finalizer_bytes = MIB;
}

static void cleaners(struct bench *b)
{
    full(b);
    b->heap.queue.cleaners = 3000;
    b->heap.queue.cleaner_bytes = 60 * MIB;
}

static void few_cleaners(struct bench *b)
{
    b->heap.queue.cleaner_bytes = MIB;
}

static void one_array(struct bench *b)
{
    full(b);
    b->heap.largest_array_bytes = 70 * MIB;
}

static void small_array(struct bench *b)
{
    b->heap.largest_array_bytes = 20 * MIB;
}

static void virtual_threads(struct bench *b)
{
    full(b);
    given_row(b, "java.lang.VirtualThread", 50000, 70 * MIB);
    b->heap.natives.virtual_threads = 50000;
}

static void few_virtual_threads(struct bench *b)
{
    b->heap.natives.virtual_threads = 500;
}

static void loaders(struct bench *b)
{
    full(b);
    given_row(b, "plug.Loader", 400, 90 * MIB);
    b->heap.loaders.repeated_loader = "plug.Loader";
    b->heap.loaders.repeated_loader_count = 400;
}

/* Any program has a few. */
static void few_loaders(struct bench *b)
{
    b->heap.loaders.repeated_loader_count = 5;
}

static void humongous(struct bench *b)
{
    full(b);
    given_heap(b, 160 * MIB, 95 * MIB);
    b->gc.humongous_last = 150 * MIB;
    b->facts.gc = &b->gc;
    b->facts.gc_input = &b->input;
}

/* No log of regions, but their size, and the dump's arrays. */
static void tails(struct bench *b)
{
    humongous(b);
    b->gc.humongous_last = UNKNOWN;
    b->gc.region_size = 2 * MIB;
    b->facts.collector = "G1";
    given_heap_dump(b, b->facts.live.value);
    b->heap.region_tails[1] = b->facts.xmx.value / 2;
}

static void no_tails(struct bench *b)
{
    b->heap.region_tails[0] = b->heap.region_tails[1];
    b->heap.region_tails[1] = MIB;
}

static void few_humongous(struct bench *b)
{
    b->gc.humongous_last = 40 * MIB;
}

/* ---- requests --------------------------------------------------------- */

static void one_request(struct bench *b)
{
    given_oome(b, OOME_HEAP_SPACE, "Java heap space");
    given_heap(b, 100 * MIB, 5 * MIB);
}

static void most_was_alive(struct bench *b)
{
    given_heap(b, 100 * MIB, 95 * MIB);
}

static void longer_than_arrays_are(struct bench *b)
{
    given_oome(b, OOME_LENGTH_LIMIT, "Required length exceeds limit");
    given_heap(b, 4096 * MIB, 2100 * MIB);
}

/* ---- killed with a heap that was let grow ----------------------------- */

static void over_the_limit(struct bench *b)
{
    given_kill(b, 250 * MIB, 0, 256 * MIB);
    given_heap(b, 512 * MIB, 180 * MIB);
    given_category(b, "Java Heap", 8 * MIB, 220 * MIB);
    given_category(b, "Code", 8 * MIB, 12 * MIB);
    given_looks(b, 4 * MIB, 5 * MIB);
}

static void within_the_limit(struct bench *b)
{
    given_heap(b, 240 * MIB, 180 * MIB);
}

static void only_garbage(struct bench *b)
{
    over_the_limit(b);
    given_heap(b, 512 * MIB, 10 * MIB);
}

static void lawful_garbage(struct bench *b)
{
    given_heap(b, 240 * MIB, 10 * MIB);
}

static void garbage_within_the_limit(struct bench *b)
{
    over_the_limit(b);
    lawful_garbage(b);
}

static void live_within_the_limit(struct bench *b)
{
    over_the_limit(b);
    within_the_limit(b);
}

/* Nobody looked; the dump is as large as what was killed. */
static void dump_fills_it(struct bench *b)
{
    given_kill(b, 250 * MIB, 0, 256 * MIB);
    given_heap(b, 512 * MIB, 200 * MIB);
    given_heap_dump(b, 200 * MIB);
}

static void dump_is_small(struct bench *b)
{
    given_heap_dump(b, 20 * MIB);
}

/* ---- no error seen ---------------------------------------------------- */

static void collections_in_vain(struct bench *b)
{
    b->facts.exhausted = says(b, LINE_GC, 90 * MIB);
}

static void in_vain_by_jstat(struct bench *b)
{
    b->facts.full_in_vain = says(b, LINE_JCMD, 9);
}

static void but_twice(struct bench *b)
{
    b->facts.full_in_vain.value = 2;
}

/* It says itself what it died of. */
static void hs_err_of_it(struct bench *b)
{
    given_hs_err(b, VM_OUT_OF_MEMORY);
}

static void climb(struct bench *b)
{
    b->facts.climb.looks = 4;
    b->facts.climb.first = says(b, LINE_JCMD, 3 * MIB);
    b->facts.climb.last = says(b, LINE_JCMD, 18 * MIB);
}

static void no_climb(struct bench *b)
{
    b->facts.climb.looks = 0;
}

/* ---- one look at a living one ----------------------------------------- */

/* NMT without anything beyond the ordinary, and a dump on request. */
static void one_look(struct bench *b, uint64_t live)
{
    given_category(b, "Java Heap", 60 * MIB, 60 * MIB);
    given_category(b, "Thread", MIB, 5 * MIB);
    given_looks(b, 4 * MIB, 5 * MIB);
    b->facts.first = b->facts.parts.first = NULL;
    given_heap(b, 100 * MIB, live);
    b->facts.live = says(b, LINE_DUMP, live);
    given_heap_dump(b, live);
}

static void one_list(struct bench *b)
{
    one_look(b, 50 * MIB);
    given_step(b, "java.lang.Class", "audit.Trail", NULL);
    given_step(b, "java.util.ArrayList", NULL, "static ALL");
    given_suspect(b, "java.lang.Object[]", 45 * MIB);
}

/* Each stream in it has 268 KiB off the heap. */
static void list_of_streams(struct bench *b)
{
    one_list(b);
    given_peer(b, "java.util.zip.Deflater", 120 * MIB);
}

static void few_of_them_deflate(struct bench *b)
{
    b->heap.natives.peers.at[0].estimated_bytes = 60 * MIB;
}

/* A cache at its full size, perhaps. */
static void one_map(struct bench *b)
{
    b->steps[1].class_name = "java.util.LinkedHashMap";
}

static void small_list(struct bench *b)
{
    b->heap.suspects.at[0].retained = 20 * MIB;
}

static void small_live_set(struct bench *b)
{
    one_look(b, 20 * MIB);
}

static void larger_live_set(struct bench *b)
{
    b->facts.live.value = 30 * MIB;
}

static void killed_somebody(struct bench *b)
{
    b->facts.group_kills = says(b, LINE_CGROUP, 1);
}

static const struct pair at[] = {
    {"heap full", KIND_HEAP_LEAK, leak, metaspace_instead},
    {"heap full", KIND_HEAP_BACKLOG, queue, plain_deque},
    {"heap full", KIND_HEAP_BACKLOG, queue, what_one_task_keeps},
    {"heap full", KIND_HEAP_BACKLOG, ring_of_a_queue, method_of_a_program},
    {"heap full", KIND_HEAP_BACKLOG, ring_of_a_queue, a_workers_task},
    {"heap full", KIND_THREADLOCAL_LEAK, threadlocals, threads_hold_little},
    {"heap full", KIND_LISTENER_LEAK, listeners, inner_class_by_chance},
    {"heap full", KIND_LISTENER_LEAK, observers, another_vector},
    {"heap full", KIND_STACK_LOCAL_RESULT, local_result, not_the_stacks_alone},
    {"heap full", KIND_STACK_LOCAL_RESULT, shared_by_locals,
     another_thread_threw},
    {"heap full", KIND_JNI_GLOBAL_REF_LEAK, jni_globals, one_jni_global},
    {"heap full", KIND_STRING_GROWTH, strings, ordinary_strings},
    {"heap full", KIND_STRING_GROWTH, strings, strings_of_objects},
    {"heap full", KIND_STRING_GROWTH, strings, strings_of_jdk_objects},
    {"heap full", KIND_STRING_DUPLICATES, duplicates, few_duplicates},
    {"heap full", KIND_FINALIZER_BACKLOG, finalizers, few_finalizers},
    {"heap full", KIND_CLEANER_BACKLOG, cleaners, few_cleaners},
    {"heap full", KIND_GROWING_ARRAY, one_array, small_array},
    {"heap full", KIND_VIRTUAL_THREADS, virtual_threads, few_virtual_threads},
    {"heap full", KIND_CLASSLOADER_LEAK, loaders, few_loaders},
    {"heap full", KIND_G1_HUMONGOUS, humongous, few_humongous},
    {"heap full", KIND_G1_HUMONGOUS, tails, no_tails},
    {"heap full, by its collections", KIND_HEAP_LEAK, collections_in_vain,
     hs_err_of_it},
    {"heap full, by its collections", KIND_HEAP_LEAK, in_vain_by_jstat,
     but_twice},
    {"still growing", KIND_HEAP_LEAK, climb, no_climb},
    {"one holder", KIND_HEAP_LEAK, one_list, one_map},
    {"one holder", KIND_HEAP_LEAK, one_list, small_list},
    {"one holder", KIND_ZLIB_NATIVE, list_of_streams, few_of_them_deflate},
    {"unremarkable", KIND_HEALTHY, small_live_set, larger_live_set},
    {"unremarkable", KIND_HEALTHY, small_live_set, killed_somebody},
    {"one oversized request", KIND_OVERSIZED_REQUEST, one_request,
     most_was_alive},
    {"one oversized request", KIND_GROWING_ARRAY, longer_than_arrays_are,
     metaspace_instead},
    {"killed by the kernel", KIND_XMX_OVER_LIMIT, over_the_limit,
     within_the_limit},
    {"killed by the kernel", KIND_XMX_OVER_LIMIT, dump_fills_it, dump_is_small},
    {"killed by the kernel", KIND_XMX_OVER_LIMIT, only_garbage, lawful_garbage},
    {"killed by the kernel", KIND_PARTS_EXCEED_LIMIT, garbage_within_the_limit,
     within_the_limit},
    {"killed by the kernel", KIND_HEAP_LEAK, live_within_the_limit,
     lawful_garbage},
};

const struct pairs heap_pairs = {at, sizeof at / sizeof *at};
