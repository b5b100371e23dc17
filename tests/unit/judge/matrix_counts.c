/*
 * matrix_counts.c - no heap dump: what a class histogram, VM.metaspace and
 * mappings tell of kinds; see matrix.h.
 */
#include <check.h>

#include "matrix.h"

static void add(struct bench *b, const char *class_name, uint64_t objects,
                uint64_t bytes)
{
    struct histogram_row *r;

    ck_assert(vec_push(&b->histogram.rows, &b->mem, &b->err));
    r = vec_last(&b->histogram.rows);
    r->class_name = class_name;
    r->objects = objects;
    r->bytes = bytes;
    b->histogram.bytes += bytes;
}

static struct histogram_row *row(struct bench *b, unsigned n)
{
    return &b->histogram.rows.at[n];
}

static void take_histogram(struct bench *b, struct moment *m)
{
    m->histogram = &b->histogram;
    m->histogram_input = &b->input;
}

/* ---- on the heap ------------------------------------------------------ */

/* The heap is full, and the last moment has a histogram. */
static void full(struct bench *b)
{
    given_oome(b, OOME_HEAP_SPACE, "Java heap space");
    given_heap(b, 100 * MIB, 95 * MIB);
    ck_assert(vec_push(&b->facts.moments, &b->mem, &b->err));
    *vec_last(&b->facts.moments) = b->moments[2];
    take_histogram(b, vec_last(&b->facts.moments));
}

/* So many objects of the class beside memory that tells nothing. */
static void full_with(struct bench *b, const char *class_name)
{
    full(b);
    add(b, class_name, 1900, MIB);
    add(b, "long[]", 9000, 40 * MIB);
}

static void only_a_few(struct bench *b)
{
    row(b, 0)->objects = 100;
}

static void finalizers(struct bench *b)
{
    full_with(b, "java.lang.ref.Finalizer");
}

static void cleaners(struct bench *b)
{
    full_with(b, "jdk.internal.ref.CleanerImpl$PhantomCleanableRef");
}

static void virtual_threads(struct bench *b)
{
    full_with(b, "java.lang.VirtualThread");
}

static void queue_nodes(struct bench *b)
{
    full_with(b, "java.util.concurrent.LinkedBlockingQueue$Node");
}

static void waiting_tasks(struct bench *b)
{
    full_with(b, "java.util.concurrent.FutureTask");
}

static void large_array(struct bench *b)
{
    full(b);
    add(b, "double[]", 2, 30 * MIB);
    add(b, "long[]", 9000, 10 * MIB);
}

static void many_arrays(struct bench *b)
{
    row(b, 0)->objects = 2000;
}

static void inner_and_outer(struct bench *b)
{
    full(b);
    add(b, "ui.View", 2000, MIB);
    add(b, "ui.View$1", 2000, MIB);
    add(b, "long[]", 9000, 40 * MIB);
}

static void fewer_outer(struct bench *b)
{
    row(b, 0)->objects = 900;
}

static void strings(struct bench *b)
{
    full(b);
    add(b, "byte[]", 510000, 30 * MIB);
    add(b, "java.lang.String", 500000, 12 * MIB);
}

/* Longer than what programs call strings: other data is in those arrays. */
static void long_arrays(struct bench *b)
{
    row(b, 0)->objects = 5000;
    row(b, 1)->objects = 4900;
}

/* Three to each row of a table, or one as a key to each value. */
static void strings_of_objects(struct bench *b)
{
    add(b, "csv.Row", 160000, 6 * MIB);
}

static void strings_of_jdk_objects(struct bench *b)
{
    add(b, "java.lang.ref.SoftReference", 500000, 6 * MIB);
}

static void lambdas_and_outer(struct bench *b)
{
    full(b);
    add(b, "ui.View", 2000, MIB);
    add(b, "ui.View$$Lambda$14/0x7f0014", 2000, MIB);
    add(b, "long[]", 9000, 40 * MIB);
}

static void more_loaders(struct bench *b)
{
    full(b);
    b->facts.first = &b->moments[0];
    b->facts.last = &b->moments[2];
    b->moments[0].loaders = says(b, LINE_JCMD, 20);
    b->moments[2].loaders = says(b, LINE_JCMD, 320);
}

static void as_many_loaders(struct bench *b)
{
    b->moments[0].loaders.value = 300;
}

static void copied_in_vain(struct bench *b)
{
    given_oome(b, OOME_HEAP_SPACE, "Java heap space");
    given_heap(b, 100 * MIB, 40 * MIB);
    b->oome.top_frame = "java.util.Arrays.copyOf";
    ck_assert(vec_push(&b->facts.oomes, &b->mem, &b->err));
    *vec_last(&b->facts.oomes) = b->known_oome;
}

static void asked_by_another(struct bench *b)
{
    b->oome.top_frame = "shop.Report.render";
}

/* ---- classes ---------------------------------------------------------- */

static void loaders_with_classes(struct bench *b)
{
    given_oome(b, OOME_METASPACE, "Metaspace");
    b->facts.first = &b->moments[0];
    b->facts.last = &b->moments[2];
    b->moments[0].loaders = says(b, LINE_JCMD, 20);
    b->moments[0].classes = says(b, LINE_JCMD, 1000);
    b->moments[2].loaders = says(b, LINE_JCMD, 420);
    b->moments[2].classes = says(b, LINE_JCMD, 2000);
}

static void same_loaders(struct bench *b)
{
    b->moments[2].loaders.value = 22;
}

/* ---- off the heap ----------------------------------------------------- */

/* Private memory grew to 200 MiB; nobody asked NMT. */
static void without_nmt(struct bench *b)
{
    given_kill(b, 250 * MIB, 0, 256 * MIB);
    given_category(b, "Java Heap", 8 * MIB, 10 * MIB);
    given_looks(b, 8 * MIB, 190 * MIB);
    b->moments[0].nmt = b->moments[2].nmt = NULL;
    take_histogram(b, &b->moments[2]);
}

static void buffers(struct bench *b)
{
    without_nmt(b);
    add(b, "java.nio.DirectByteBuffer$Deallocator", 500, MIB);
}

static void deflaters(struct bench *b)
{
    without_nmt(b);
    add(b, "java.util.zip.Deflater", 700, MIB);
}

static void not_a_dozen(struct bench *b)
{
    row(b, 0)->objects = 10;
}

/* One block of NMT's for each owner. */
static void blocks_of(struct bench *b, const char *owner)
{
    given_kill(b, 250 * MIB, 0, 256 * MIB);
    given_category(b, "Java Heap", 8 * MIB, 10 * MIB);
    given_category(b, "Other", MIB, 200 * MIB);
    given_looks(b, 4 * MIB, 5 * MIB);
    vec_last(&b->nmt[1].categories)->malloc_count = 151;
    take_histogram(b, &b->moments[2]);
    add(b, owner, 150, MIB);
}

static void blocks_of_buffers(struct bench *b)
{
    blocks_of(b, "java.nio.DirectByteBuffer$Deallocator");
}

static void blocks_of_segments(struct bench *b)
{
    blocks_of(b, "jdk.internal.foreign.NativeMemorySegmentImpl");
}

static void blocks_of_caches(struct bench *b)
{
    blocks_of_buffers(b);
    add(b, "sun.nio.ch.Util$BufferCache", 140, MIB);
}

static void few_caches(struct bench *b)
{
    row(b, 1)->objects = 5;
}

/* Arenas of glibc are 64 MiB each, in all 180 MiB of them resident. */
static void many_arenas(struct bench *b)
{
    const uint64_t arena = 64 * MIB, base = 0x7f0000000000;

    given_kill(b, 250 * MIB, 0, 256 * MIB);
    given_category(b, "Java Heap", 8 * MIB, 10 * MIB);
    given_category(b, "Code", 8 * MIB, 10 * MIB);
    given_looks(b, 8 * MIB, 200 * MIB);
    for (uint64_t i = 0; i < ARENAS; i++)
        b->mappings[i] = (struct smaps_map){.from = base + i * arena,
                                            .to = base + (i + 1) * arena,
                                            .path = "",
                                            .rss = 180 * MIB / ARENAS,
                                            .perms = "rw-p"};
    b->smaps.maps.at = b->mappings;
    b->smaps.maps.n = ARENAS;
    b->moments[2].smaps = &b->smaps;
    b->moments[2].smaps_input = &b->input;
}

static void full_to_the_brim(struct bench *b)
{
    b->smaps.maps.n = 3;
    for (unsigned i = 0; i < 3; i++)
        b->mappings[i].rss = 60 * MIB;
}

static const char killed[] = "killed by the kernel";
static const char is_full[] = "heap full";

static const struct pair at[] = {
    {is_full, KIND_FINALIZER_BACKLOG, finalizers, only_a_few},
    {is_full, KIND_CLEANER_BACKLOG, cleaners, only_a_few},
    {is_full, KIND_VIRTUAL_THREADS, virtual_threads, only_a_few},
    {is_full, KIND_HEAP_BACKLOG, queue_nodes, only_a_few},
    {is_full, KIND_HEAP_BACKLOG, waiting_tasks, only_a_few},
    {is_full, KIND_GROWING_ARRAY, large_array, many_arrays},
    {is_full, KIND_LISTENER_LEAK, inner_and_outer, fewer_outer},
    {is_full, KIND_LISTENER_LEAK, lambdas_and_outer, fewer_outer},
    {is_full, KIND_STRING_GROWTH, strings, long_arrays},
    {is_full, KIND_STRING_GROWTH, strings, strings_of_objects},
    {is_full, KIND_STRING_GROWTH, strings, strings_of_jdk_objects},
    {is_full, KIND_CLASSLOADER_LEAK, more_loaders, as_many_loaders},
    {is_full, KIND_GROWING_ARRAY, copied_in_vain, asked_by_another},
    {"metaspace refused", KIND_METASPACE_LOADER_LEAK, loaders_with_classes,
     same_loaders},
    {killed, KIND_DIRECT_BUFFERS, buffers, not_a_dozen},
    {killed, KIND_ZLIB_NATIVE, deflaters, not_a_dozen},
    {killed, KIND_DIRECT_BUFFERS, blocks_of_buffers, not_a_dozen},
    {killed, KIND_FFM_SEGMENTS, blocks_of_segments, not_a_dozen},
    {killed, KIND_DIRECT_BUFFERS_NIO_CACHE, blocks_of_caches, few_caches},
    {killed, KIND_GLIBC_ARENAS, many_arenas, full_to_the_brim},
};

const struct pairs count_pairs = {at, sizeof at / sizeof *at};
