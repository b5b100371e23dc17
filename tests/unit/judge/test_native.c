/*
 * test_native.c - which kind of native memory a part is, by census, by the
 * allocator's figures, by mappings.
 */
#include <string.h>

#include "fixture.h"
#include "judge/kinds.h"
#include "judge/verdict_parts.h"
#include "suites.h"

static struct nmt_report nmt;

static void setup(void)
{
    bench_begin();
    memset(&nmt, 0, sizeof nmt);
    nmt.total.malloc = 10 * MIB;
    b.moments[2].nmt = &nmt;
    b.facts.dump = &b.input;
    b.heap.natives.jvm_counter = b.heap.natives.netty_counter = UNKNOWN;
}

static enum verdict_kind kind_of(enum part_kind kind, const char *name,
                                 uint64_t bytes)
{
    b.facts.parts.n = 0;
    given_part(&b, kind, name,
               kind == PART_UNTRACKED ? KIND_NATIVE_UNTRACKED_MALLOC
                                      : KIND_NATIVE_TRACKED_OTHER,
               0, bytes);
    finding_init(&b.found, KIND_NOT_ENOUGH_EVIDENCE);
    kind_of_part(&b.facts, &b.pen, &b.facts.parts.at[0], &b.found);
    return b.found.kind;
}

static enum verdict_kind kind_in(const char *category, uint64_t bytes)
{
    return kind_of(PART_TRACKED, category, bytes);
}

static enum verdict_kind kind_outside(uint64_t bytes)
{
    return kind_of(PART_UNTRACKED, "outside NMT", bytes);
}

START_TEST(test_other)
{
    struct heap_natives *n = &b.heap.natives;

    /* Nobody looked at the objects: it is a guess. */
    ck_assert_int_eq(kind_in("Other", 150 * MIB), KIND_DIRECT_BUFFERS);
    ck_assert_int_eq(finding_confidence(&b.found), CONFIDENCE_LOW);
    b.facts.heap = &b.heap;
    ck_assert_int_eq(kind_in("Other", 150 * MIB), KIND_NATIVE_TRACKED_OTHER);
    n->owners.bytes = 140 * MIB;
    ck_assert_int_eq(kind_in("Other", 150 * MIB), KIND_DIRECT_BUFFERS);
    n->owners.bytes = 10 * MIB;
    n->nio_cache.bytes = 130 * MIB;
    ck_assert_int_eq(kind_in("Other", 150 * MIB),
                     KIND_DIRECT_BUFFERS_NIO_CACHE);
    n->nio_cache.bytes = 0;
    n->segments.count = 140;
    n->jvm_counter = 150 * MIB; /* more than the buffers found */
    ck_assert_int_eq(kind_in("Other", 150 * MIB), KIND_FFM_SEGMENTS);
}
END_TEST

/* As Netty makes them: NMT counts what Unsafe allocated. */
START_TEST(test_buffers_without_a_cleaner)
{
    b.facts.heap = &b.heap;
    b.heap.natives.unowned.bytes = 140 * MIB;
    ck_assert_int_eq(kind_in("Other", 150 * MIB), KIND_DIRECT_BUFFERS);
    b.heap.natives.unowned.bytes = 40 * MIB;
    ck_assert_int_eq(kind_in("Other", 150 * MIB), KIND_NATIVE_TRACKED_OTHER);
}
END_TEST

/* Buffers that came after the dump are not in it. */
START_TEST(test_an_early_dump_denies_no_buffers)
{
    b.facts.heap = &b.heap;
    ck_assert_int_eq(kind_in("Other", 150 * MIB), KIND_NATIVE_TRACKED_OTHER);
    ck_assert_int_eq(b.found.at_most, CONFIDENCE_HIGH);
    ck_assert(vec_push(&b.incident.snapshots, &b.mem, &b.err));
    *vec_last(&b.incident.snapshots) = (struct snapshot){.name = "first"};
    ck_assert_int_eq(kind_in("Other", 150 * MIB), KIND_NATIVE_TRACKED_OTHER);
    ck_assert_int_eq(b.found.at_most, CONFIDENCE_MEDIUM);
    ck_assert_uint_eq(b.found.n_evidence, 0);
    b.incident.snapshots.at[0].name = "last"; /* as the moment */
    ck_assert_int_eq(kind_in("Other", 150 * MIB), KIND_NATIVE_TRACKED_OTHER);
    ck_assert_int_eq(b.found.at_most, CONFIDENCE_HIGH);
}
END_TEST

/* A histogram of the end knows more than a dump from before. */
START_TEST(test_a_late_histogram_beside_an_early_dump)
{
    struct histogram_row row = {
        .class_name = "java.nio.DirectByteBuffer$Deallocator",
        .objects = 170,
    };
    struct class_histogram rows = {.rows = {&row, 1, 1}};

    b.facts.heap = &b.heap;
    b.moments[2].nmt = NULL;
    b.moments[2].histogram = &rows;
    b.moments[2].histogram_input = &b.input;
    ck_assert(vec_push(&b.incident.snapshots, &b.mem, &b.err));
    *vec_last(&b.incident.snapshots) = (struct snapshot){.name = "first"};
    ck_assert_int_eq(kind_outside(150 * MIB), KIND_DIRECT_BUFFERS);
    row.class_name = "java.util.zip.Deflater";
    row.objects = 500;
    ck_assert_int_eq(kind_outside(150 * MIB), KIND_ZLIB_NATIVE);
    b.incident.snapshots.at[0].name = "last"; /* as the moment */
    ck_assert_int_eq(kind_outside(150 * MIB), KIND_NATIVE_UNTRACKED_MALLOC);
}
END_TEST

/* Arenas of glibc at the last look, of so many MiB each, within 64. */
static enum verdict_kind kind_by_arenas(const uint64_t *mib)
{
    for (uint64_t i = 0; i < ARENAS; i++)
        b.mappings[i] =
            (struct smaps_map){.from = 0x7f0000000000 + i * 64 * MIB,
                               .to = 0x7f0000000000 + (i + 1) * 64 * MIB,
                               .path = "",
                               .rss = mib[i] * MIB,
                               .perms = "rw-p"};
    b.smaps.maps.at = b.mappings;
    b.smaps.maps.n = ARENAS;
    b.moments[2].smaps = &b.smaps;
    b.moments[2].smaps_input = &b.input;
    given_kill(&b, 250 * MIB, 0, 256 * MIB);
    given_category(&b, "Code", 8 * MIB, 10 * MIB);
    given_looks(&b, 8 * MIB, 200 * MIB);
    return first_found(&b);
}

START_TEST(test_many_arenas_in_part)
{
    static const uint64_t mib[ARENAS] = {63, 20, 20, 20, 20, 20, 10, 9, 9, 9};

    ck_assert_int_eq(kind_by_arenas(mib), KIND_GLIBC_ARENAS);
}
END_TEST

/* As many, but two of them have it all. */
START_TEST(test_a_leak_fills_its_arenas)
{
    static const uint64_t mib[ARENAS] = {63, 63, 63, 3, 3, 1, 1, 1, 1, 1};

    ck_assert_int_eq(kind_by_arenas(mib), KIND_NATIVE_UNTRACKED_MALLOC);
}
END_TEST

START_TEST(test_other_by_counts)
{
    struct histogram_row row = {
        .class_name = "java.nio.DirectByteBuffer$Deallocator",
        .objects = 150,
    };
    struct class_histogram h = {.rows = {&row, 1, 1}};
    struct nmt_category other = {.name = "Other", .malloc_count = 151};

    nmt.categories.at = &other;
    nmt.categories.n = 1;
    b.moments[2].histogram = &h;
    b.moments[2].histogram_input = &b.input;
    ck_assert_int_eq(kind_in("Other", 150 * MIB), KIND_DIRECT_BUFFERS);
    row.objects = 3;
    ck_assert_int_eq(kind_in("Other", 150 * MIB), KIND_NATIVE_TRACKED_OTHER);
}
END_TEST

START_TEST(test_zlib)
{
    b.facts.heap = &b.heap;
    given_peer(&b, "java.util.zip.Deflater", 200 * MIB);
    ck_assert_int_eq(kind_outside(210 * MIB), KIND_ZLIB_NATIVE);
    ck_assert_int_eq(kind_outside(900 * MIB), KIND_NATIVE_UNTRACKED_MALLOC);
}
END_TEST

START_TEST(test_zlib_by_a_histogram)
{
    struct histogram_row row = {"java.util.zip.Inflater", 5000, 320000, 2};
    struct class_histogram h = {.bytes = MIB};

    h.rows.at = &row;
    h.rows.n = 1;
    b.moments[2].histogram = &h;
    b.moments[2].histogram_input = &b.input;
    ck_assert_int_eq(kind_outside(210 * MIB), KIND_ZLIB_NATIVE);
    ck_assert_str_eq(b.found.culprit.name,
                     "5000 objects of java.util.zip.Inflater");
    row.objects = 500;
    ck_assert_int_eq(kind_outside(210 * MIB), KIND_NATIVE_UNTRACKED_MALLOC);
}
END_TEST

START_TEST(test_retained_or_in_use)
{
    b.moments[2].malloc_in_use = says(&b, LINE_ALLOCATOR, 15 * MIB);
    b.moments[2].malloc_retained = says(&b, LINE_ALLOCATOR, 160 * MIB);
    ck_assert_int_eq(kind_outside(170 * MIB), KIND_GLIBC_ARENAS);
    b.moments[2].malloc_in_use.value = 180 * MIB;
    b.moments[2].malloc_retained.value = 5 * MIB;
    ck_assert_int_eq(kind_outside(170 * MIB), KIND_NATIVE_UNTRACKED_MALLOC);
}
END_TEST

START_TEST(test_trim)
{
    b.moments[2].trim_before = says(&b, LINE_ALLOCATOR, 190 * MIB);
    b.moments[2].trim_after = says(&b, LINE_ALLOCATOR, 60 * MIB);
    ck_assert_int_eq(kind_outside(140 * MIB), KIND_GLIBC_ARENAS);
    b.moments[2].trim_after.value = 189 * MIB;
    ck_assert_int_eq(kind_outside(140 * MIB), KIND_NATIVE_UNTRACKED_MALLOC);
}
END_TEST

START_TEST(test_shared_memory_is_no_malloc)
{
    b.moments[2].shmem = says(&b, LINE_PROC, 100 * MIB);
    b.facts.collector = "G1";
    ck_assert_int_eq(kind_outside(150 * MIB), KIND_SHMEM_MAPPED);
    b.facts.collector = "Z"; /* then it is the heap */
    ck_assert_int_eq(kind_outside(150 * MIB), KIND_NATIVE_UNTRACKED_MALLOC);
    b.facts.collector = "G1";
    b.moments[2].shmem.value = 10 * MIB;
    ck_assert_int_eq(kind_outside(150 * MIB), KIND_NATIVE_UNTRACKED_MALLOC);
}
END_TEST

/* Direct buffers look like malloc where nobody counts them. */
START_TEST(test_without_nmt_the_kind_is_a_guess)
{
    ck_assert_int_eq(kind_outside(150 * MIB), KIND_NATIVE_UNTRACKED_MALLOC);
    ck_assert_int_eq(b.found.at_most, CONFIDENCE_MEDIUM);
    b.moments[2].nmt = NULL;
    ck_assert_int_eq(kind_outside(150 * MIB), KIND_NATIVE_UNTRACKED_MALLOC);
    ck_assert_int_eq(b.found.at_most, CONFIDENCE_LOW);
}
END_TEST

START_TEST(test_stray_mappings)
{
    struct smaps_map map = {.from = 0x10000000,
                            .to = 0x20000000,
                            .rss = 150 * MIB,
                            .path = "",
                            .perms = "rw-p"};
    struct smaps s = {.maps = {&map, 1, 1}};

    b.moments[2].smaps = &s;
    b.moments[2].smaps_input = &b.input;
    b.moments[2].map = &nmt; /* which has no region there */
    ck_assert_int_eq(kind_outside(170 * MIB), KIND_NATIVE_UNTRACKED_MMAP);
    ck_assert_int_eq(b.found.at_most, CONFIDENCE_MEDIUM);
    map.path = "/srv/data/index.bin";
    ck_assert_int_eq(kind_outside(170 * MIB), KIND_NATIVE_UNTRACKED_MALLOC);
}
END_TEST

/* ---- malloc's or somebody's own mappings, without their addresses -------- */

static struct smaps_map own[5];
static struct smaps by_place;

/* What [heap], an arena's full block, and a mapping have resident. */
static void given_places(uint64_t heap, uint64_t arena, uint64_t rest)
{
    const uint64_t base = 0x7f0000000000, far = 0x7f1000001000;

    own[0] = (struct smaps_map){.path = "[heap]", .rss = heap};
    own[1] = (struct smaps_map){.from = base,
                                .to = base + 63 * MIB,
                                .path = "",
                                .perms = "rw-p",
                                .rss = arena};
    own[2] = (struct smaps_map){.from = base + 63 * MIB,
                                .to = base + 64 * MIB,
                                .path = "",
                                .perms = "---p"};
    own[3] = (struct smaps_map){.from = far,
                                .to = far + 512 * MIB,
                                .path = "",
                                .perms = "rw-p",
                                .rss = rest};
    own[4] = (struct smaps_map){.path = "/usr/lib/libc.so.6"};
    by_place = (struct smaps){.maps = {own, 5, 5}};
    b.moments[2].smaps = &by_place;
    b.moments[2].smaps_input = &b.input;
    b.moments[2].untracked = says(&b, LINE_PROC, 150 * MIB);
}

START_TEST(test_pages_of_malloc)
{
    given_places(100 * MIB, 60 * MIB, 20 * MIB);
    ck_assert_int_eq(kind_outside(150 * MIB), KIND_NATIVE_UNTRACKED_MALLOC);
    ck_assert_int_eq(b.found.at_most, CONFIDENCE_HIGH);
    ck_assert_uint_eq(b.found.evidence[0].value, 160 * MIB);
    given_places(50 * MIB, 60 * MIB, 80 * MIB); /* less NMT's own 10 */
    ck_assert_int_eq(kind_outside(150 * MIB), KIND_NATIVE_UNTRACKED_MALLOC);
    ck_assert_int_eq(b.found.at_most, CONFIDENCE_MEDIUM);
}
END_TEST

START_TEST(test_pages_of_nobodys_malloc)
{
    given_places(10 * MIB, 20 * MIB, 150 * MIB);
    ck_assert_int_eq(kind_outside(150 * MIB), KIND_NATIVE_UNTRACKED_MMAP);
    ck_assert_int_eq(b.found.at_most, CONFIDENCE_MEDIUM);
    /* Most of it came after the mappings were read. */
    ck_assert_int_eq(kind_outside(700 * MIB), KIND_NATIVE_UNTRACKED_MALLOC);
    given_places(10 * MIB, 20 * MIB, 150 * MIB);
    own[0].path = ""; /* as pmap has it */
    ck_assert_int_eq(kind_outside(150 * MIB), KIND_NATIVE_UNTRACKED_MALLOC);
    own[0].path = "[heap]";
    own[4].path = "/usr/lib/libjemalloc.so.2";
    ck_assert_int_eq(kind_outside(150 * MIB), KIND_NATIVE_UNTRACKED_MALLOC);
    ck_assert_int_eq(b.found.at_most, CONFIDENCE_MEDIUM);
}
END_TEST

START_TEST(test_malloc_denies)
{
    b.moments[2].malloc_in_use = says(&b, LINE_ALLOCATOR, 12 * MIB);
    b.moments[2].malloc_retained = says(&b, LINE_ALLOCATOR, 2 * MIB);
    ck_assert_int_eq(kind_outside(150 * MIB), KIND_NATIVE_UNTRACKED_MMAP);
    ck_assert_int_eq(b.found.at_most, CONFIDENCE_HIGH);
    given_places(10 * MIB, 20 * MIB, 150 * MIB);
    ck_assert_int_eq(kind_outside(150 * MIB), KIND_NATIVE_UNTRACKED_MMAP);
    ck_assert_int_eq(b.found.at_most, CONFIDENCE_HIGH);
    /* Less than NMT has of it: another allocator serves the process. */
    b.moments[2].malloc_in_use.value = MIB;
    b.moments[2].smaps = NULL;
    ck_assert_int_eq(kind_outside(150 * MIB), KIND_NATIVE_UNTRACKED_MALLOC);
    ck_assert_int_eq(b.found.at_most, CONFIDENCE_MEDIUM);
}
END_TEST

START_TEST(test_library_is_a_candidate_only)
{
    struct smaps_map maps[] = {
        {.path = "libfolders_left_out.so", .perms = "r-xp"}, /* by pmap */
        {.path = "/opt/jdk/lib/server/libjvm.so", .perms = "r-xp"},
        {.path = "/opt/jdk/lib/libzip.so", .perms = "r-xp"},
        {.path = "/usr/lib/x86_64-linux-gnu/libc.so.6", .perms = "r-xp"},
        {.path = "/srv/app/libvideo.so", .perms = "r-xp"},
    };
    struct smaps s = {.maps = {maps, 5, 5}};

    b.moments[2].smaps = &s;
    b.moments[2].smaps_input = &b.input;
    kind_outside(170 * MIB);
    ck_assert_str_eq(b.found.culprit.library, "libvideo.so");
    ck_assert_uint_eq(b.found.evidence[0].weight, HINT);
}
END_TEST

START_TEST(test_loaders_or_classes)
{
    b.facts.heap = &b.heap;
    b.heap.loaders.count = 410;
    b.heap.loaders.repeated_loader = "java.net.URLClassLoader";
    b.heap.loaders.repeated_loader_count = 405;
    b.heap.loaders.repeated_class = "plug.Main";
    b.heap.loaders.repeated_class_count = 400;
    ck_assert_int_eq(kind_in("Metaspace", 200 * MIB),
                     KIND_METASPACE_LOADER_LEAK);
    ck_assert_str_eq(b.found.evidence[1].text,
                     "class plug.Main is there 400 times, each time by another "
                     "loader");
    b.heap.loaders.repeated_loader_count = 3;
    b.heap.loaders.family = "rules.Template/";
    b.heap.loaders.family_count = 500;
    ck_assert_int_eq(kind_in("Metaspace", 200 * MIB),
                     KIND_METASPACE_CLASS_LEAK);
}
END_TEST

/* ---- every category of NMT, JDK 8 to 25 ------------------------------- */

static const struct {
    const char *category;
    enum verdict_kind kind;
} categories[] = {
    {"Class", KIND_METASPACE_CLASS_LEAK},
    {"Metaspace", KIND_METASPACE_CLASS_LEAK},
    {"Thread", KIND_THREAD_STACKS},
    {"Thread Stack", KIND_THREAD_STACKS},
    {"Code", KIND_CODE_CACHE},
    {"Compiler", KIND_COMPILER_ARENA},
    {"Arena Chunk", KIND_COMPILER_ARENA},
    {"GC", KIND_GC_STRUCTURES},
    {"GCCardSet", KIND_GC_STRUCTURES},
    {"Symbol", KIND_SYMBOLS},
    {"Other", KIND_DIRECT_BUFFERS},
    {"Internal", KIND_NATIVE_TRACKED_OTHER},
    {"Native Memory Tracking", KIND_NATIVE_TRACKED_OTHER},
    {"Module", KIND_NATIVE_TRACKED_OTHER},
    {"Tracing", KIND_NATIVE_TRACKED_OTHER},
    {"Logging", KIND_NATIVE_TRACKED_OTHER},
    {"Statistics", KIND_NATIVE_TRACKED_OTHER},
    {"Arguments", KIND_NATIVE_TRACKED_OTHER},
    {"Safepoint", KIND_NATIVE_TRACKED_OTHER},
    {"Synchronization", KIND_NATIVE_TRACKED_OTHER},
    {"Serviceability", KIND_NATIVE_TRACKED_OTHER},
    {"String Deduplication", KIND_NATIVE_TRACKED_OTHER},
    {"Object Monitors", KIND_NATIVE_TRACKED_OTHER},
    {"JVMCI", KIND_NATIVE_TRACKED_OTHER},
    {"Test", KIND_NATIVE_TRACKED_OTHER},
    {"Unknown", KIND_NATIVE_TRACKED_OTHER},
    {"Whatever JDK 30 adds", KIND_NATIVE_TRACKED_OTHER},
};
#define CATEGORIES ((int)(sizeof categories / sizeof *categories))

/* Killed at 250 MiB, of which the category has so many. */
static enum verdict_kind killed_with(const char *category, uint64_t bytes)
{
    given_kill(&b, 250 * MIB, 0, 256 * MIB);
    b.facts.xmx = says(&b, LINE_JCMD, 16 * MIB);
    given_category(&b, "Java Heap", 8 * MIB, 10 * MIB);
    given_category(&b, category, MIB, bytes);
    given_looks(&b, 4 * MIB, 240 * MIB - bytes);
    return first_found(&b);
}

START_TEST(test_a_category_that_grew)
{
    const char *name = categories[_i].category;

    ck_assert_int_eq(killed_with(name, 200 * MIB), categories[_i].kind);
    ck_assert_int_gt(finding_confidence(&b.found), CONFIDENCE_LOW);
    ck_assert_int_eq(killed_with(name, 2 * MIB), KIND_NATIVE_UNTRACKED_MALLOC);
}
END_TEST

/* One report, nobody died: at least three times what is ordinary. */
START_TEST(test_a_category_beyond_the_ordinary)
{
    given_category(&b, "Java Heap", 8 * MIB, 10 * MIB);
    given_category(&b, categories[_i].category, MIB, 700 * MIB);
    given_looks(&b, 4 * MIB, 4 * MIB);
    b.facts.first = b.facts.parts.first = NULL;
    ck_assert_int_eq(first_found(&b), categories[_i].kind);
    given_category(&b, categories[_i].category, MIB, 20 * MIB);
    given_looks(&b, 4 * MIB, 4 * MIB);
    b.facts.first = b.facts.parts.first = NULL;
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
}
END_TEST

/* What to do first about direct buffers. */
static void advises(uint64_t garbage, const char *what)
{
    struct verdict v = {.kind = KIND_DIRECT_BUFFERS};

    b.facts.heap = &b.heap;
    b.heap.natives.owners.bytes = 100 * MIB;
    b.heap.natives.awaiting_gc.bytes = garbage;
    ck_assert(actions_list(&b.facts, &b.pen, &v));
    ck_assert_uint_gt(v.actions.n, 0);
    ck_assert_ptr_eq(strstr(v.actions.at[0].what, what), v.actions.at[0].what);
    vec_free(&v.actions, &b.mem);
}

START_TEST(test_buffers_kept_or_dropped)
{
    advises(10 * MIB, "release or pool");
    advises(90 * MIB, "reuse buffers");
}
END_TEST

/* NMT's summary has no addresses; but the heap alone is as large, down there,
 * even where an archive's objects make several mappings of it. */
START_TEST(test_the_heap_among_the_mappings)
{
    struct smaps_map maps[] = {
        {.from = 0xfc000000, .to = 0xff000000, .path = "", .perms = "rw-p"},
        {.from = 0xff000000, .to = 0x100000000, .path = "/x/classes.jsa"},
        {.from = 0x7f0000000000, .to = 0x7f0004000000, .path = ""},
    };
    struct moment *m = &b.moments[0];
    struct smaps s = {.maps = {maps, 3, 3}};

    for (unsigned i = 0; i < 3; i++) {
        memcpy(maps[i].perms, "rw-p", 5);
        maps[i].rss = (i + 1) * MIB;
    }
    m->smaps = &s;
    m->smaps_input = &b.input;
    m->never_collected = true;
    given_category(&b, "Java Heap", 64 * MIB, 64 * MIB);
    b.nmt[0].categories.at[0].reserved = 64 * MIB;
    given_looks(&b, 0, 0);
    ck_assert_uint_eq(m->heap_resident.value, 3 * MIB);
    b.nmt[0].categories.at[0].reserved = 65 * MIB;
    moment_derive(m, NULL, false);
    ck_assert(!known(m->heap_resident.value));
}
END_TEST

TCase *native_tcase(void)
{
    TCase *t = tcase_create("native");

    tcase_add_checked_fixture(t, setup, bench_end);
    tcase_add_test(t, test_other);
    tcase_add_test(t, test_buffers_without_a_cleaner);
    tcase_add_test(t, test_an_early_dump_denies_no_buffers);
    tcase_add_test(t, test_a_late_histogram_beside_an_early_dump);
    tcase_add_test(t, test_many_arenas_in_part);
    tcase_add_test(t, test_a_leak_fills_its_arenas);
    tcase_add_test(t, test_other_by_counts);
    tcase_add_test(t, test_zlib);
    tcase_add_test(t, test_zlib_by_a_histogram);
    tcase_add_test(t, test_retained_or_in_use);
    tcase_add_test(t, test_trim);
    tcase_add_test(t, test_shared_memory_is_no_malloc);
    tcase_add_test(t, test_without_nmt_the_kind_is_a_guess);
    tcase_add_test(t, test_the_heap_among_the_mappings);
    tcase_add_test(t, test_stray_mappings);
    tcase_add_test(t, test_pages_of_malloc);
    tcase_add_test(t, test_pages_of_nobodys_malloc);
    tcase_add_test(t, test_malloc_denies);
    tcase_add_test(t, test_library_is_a_candidate_only);
    tcase_add_test(t, test_loaders_or_classes);
    tcase_add_loop_test(t, test_a_category_that_grew, 0, CATEGORIES);
    tcase_add_loop_test(t, test_a_category_beyond_the_ordinary, 0, CATEGORIES);
    tcase_add_test(t, test_buffers_kept_or_dropped);
    return t;
}
