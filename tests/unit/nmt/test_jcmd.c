/*
 * test_jcmd.c - the small reports of jcmd, and OpenJ9's javacore.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "jvm_texts.h"
#include "nmt/javacore.h"
#include "nmt/logs.h"
#include "suites.h"

/* What a test reads, one text at a time. */
static struct text t;

static void end(void)
{
    text_end(&t);
}

/* ---- readers that free what they read */

#define READER(name, type, read, deinit)                                       \
    static bool name(struct source *s, struct arena *a, struct err *e)         \
    {                                                                          \
        struct type ret;                                                       \
                                                                               \
        if (!read(s, a, &ret, e))                                              \
            return false;                                                      \
        deinit;                                                                \
        return true;                                                           \
    }

READER(histogram, class_histogram, class_histogram_read,
       class_histogram_deinit(&ret, a->mem))
READER(thread_dump, thread_dump, thread_dump_read,
       thread_dump_deinit(&ret, a->mem))
READER(heap_info, heap_info, heap_info_read, (void)0)
READER(metaspace, metaspace_info, metaspace_read, (void)0)
READER(codecache, codecache_info, codecache_read, (void)0)
READER(native_heap, native_heap, native_heap_read, (void)0)
READER(javacore, javacore, javacore_read, javacore_deinit(&ret, a->mem))

/* ---- jcmd ------------------------------------------------------------- */

static const char histogram_text[] =
    "12:\n num     #instances         #bytes  class name (module)\n"
    "-------------------------------------------------------\n"
    "   1:            10           4000  [B (java.base@17.0.21)\n"
    "   2:             5            400  [[Ljava.lang.Object; (java.base@17)\n"
    "   3:             2             48  com.example.Cart\n"
    "   4:             1             24  [LX;\n"
    "Total            18           4472\n"
    "   1:             9           9999  [I\n";

START_TEST(class_histograms)
{
    struct class_histogram h;

    TEXT_READ(&t, histogram_text, class_histogram_read, &h);
    ck_assert_uint_eq(h.rows.n, 4);
    ck_assert_str_eq(h.rows.at[0].class_name, "byte[]");
    ck_assert_uint_eq(h.rows.at[0].bytes, 4000);
    ck_assert_uint_eq(h.rows.at[0].line, 4);
    ck_assert_str_eq(h.rows.at[1].class_name, "java.lang.Object[][]");
    ck_assert_str_eq(h.rows.at[2].class_name, "com.example.Cart");
    ck_assert_str_eq(h.rows.at[3].class_name, "X[]");
    ck_assert_uint_eq(h.objects, 18);
    ck_assert_uint_eq(h.bytes, 4472);
    class_histogram_deinit(&h, &t.mem);
}
END_TEST

START_TEST(histogram_without_total)
{
    struct class_histogram h;

    text_open_bytes(&t, histogram_text,
                    (size_t)(strstr(histogram_text, "Total") - histogram_text));
    ck_assert(class_histogram_read(t.source, &t.arena, &h, &t.err));
    ck_assert_uint_eq(h.objects, 18);
    ck_assert_uint_eq(h.bytes, 4472);
    class_histogram_deinit(&h, &t.mem);
    text_close(&t);
}
END_TEST

static const char threads_text[] =
    "12:\n2026-01-31 10:00:00\nFull thread dump OpenJDK:\n\n"
    "\"main\" #1 prio=5 os_prio=0 cpu=41.55ms tid=0x1 nid=0x2 runnable\n"
    "\tat a.B.c(B.java:1)\n\n"
    "\"say \"hi\"\" #12 [9298] daemon prio=5 os_prio=0 tid=0x1 waiting\n\n"
    "\"old style\" daemon prio=10 tid=0x1 nid=0x2 runnable\n\n"
    "\"VM Thread\" os_prio=0 cpu=1.53ms tid=0x1 nid=0x314c runnable\n\n"
    "#22 \"virt\" virtual\n"
    "#23 \"plat\"\n";

START_TEST(thread_dumps)
{
    struct thread_dump d;

    TEXT_READ(&t, threads_text, thread_dump_read, &d);
    ck_assert_uint_eq(d.threads, 4);
    ck_assert_uint_eq(d.internal, 1);
    ck_assert_uint_eq(d.virtual_threads, 1);
    ck_assert_uint_eq(d.names.n, 4);
    ck_assert_str_eq(d.names.at[0], "main");
    ck_assert_str_eq(d.names.at[1], "say \"hi\"");
    ck_assert_str_eq(d.names.at[3], "plat");
    thread_dump_deinit(&d, &t.mem);
}
END_TEST

START_TEST(heap_infos)
{
    static const struct {
        const char *text, *collector;
        uint64_t used, committed, reserved;
    } all[] = {
        {"12:\n def new generation   total 900K, used 100K [0x1000000, "
         "0x1100000, 0x1200000)\n  eden space 800K, 1% used [0x0, 0x0, 0x0)\n"
         " tenured generation   total 1024K, used 50K [0x2000000, 0x2100000, "
         "0x2200000)\n",
         "Serial", KB(150), MB(2), MB(4)},
        {"DefNew     total 900K, used 1K [0x0000000001000000, "
         "0x0000000001100000, 0x0000000001200000)\n",
         "Serial", KB(1), MB(1), MB(2)},
        {" par new generation   total 900K, used 1K [0x1000000, 0x1100000, "
         "0x1200000)\n concurrent mark-sweep generation total 1024K, used 2K "
         "[0x2000000, 0x2100000, 0x2200000)\n",
         "CMS", KB(3), MB(2), MB(4)},
        {" garbage-first heap   total 4096K, used 512K [0x1000000, "
         "0x2000000)\n  region size 1024K\n",
         "G1", KB(512), MB(4), MB(16)},
        {" garbage-first heap   total reserved 8192K, committed 4096K, used "
         "512K [0x1000000, 0x1800000)\n",
         "G1", KB(512), MB(4), MB(8)},
        {" ZHeap           used 24M, capacity 64M, max capacity 512M\n", "Z",
         MB(24), MB(64), MB(512)},
        {"Shenandoah Heap\n 512M max, 400M soft max, 128M committed, 40M "
         "used\n",
         "Shenandoah", MB(40), MB(128), MB(512)},
        {"Attaching to process ID 7, please wait...\nJVM version is 25.402-b06"
         "\n\nusing thread-local object allocation.\n"
         "Parallel GC with 2 thread(s)\n\nHeap Configuration:\n"
         "   MaxHeapSize              = 209715200 (200.0MB)\n"
         "   NewSize                  = 69730304 (66.5MB)\n\nHeap Usage:\n"
         "PS Young Generation\nEden Space:\n   capacity = 4096 (0.0MB)\n"
         "   used     = 1000 (0.0MB)\n   free     = 3096 (0.0MB)\n   1% used\n"
         "From Space:\n   capacity = 1024 (0.0MB)\n   used     = 24 (0.0MB)\n"
         "To Space:\n   capacity = 1024 (0.0MB)\n   used     = 0 (0.0MB)\n"
         "PS Old Generation\n   capacity = 8192 (0.0MB)\n"
         "   used     = 2048 (0.0MB)\n\n12 interned Strings\n",
         "Parallel", KB(3), KB(14), MB(200)},
        {"Mark Sweep Compact GC\n\nHeap Configuration:\n"
         "   MaxHeapSize              = 1048576 (1.0MB)\nHeap Usage:\n"
         "New Generation (Eden + 1 Survivor Space):\n   capacity = 4096 (0MB)\n"
         "   used     = 1024 (0.0MB)\nEden Space:\n   capacity = 2048 (0MB)\n"
         "   used     = 512 (0.0MB)\nFrom Space:\n   capacity = 2048 (0MB)\n"
         "   used     = 512 (0.0MB)\ntenured generation:\n"
         "   capacity = 8192 (0.0MB)\n   used     = 2048 (0.0MB)\n",
         "Serial", KB(3), KB(12), MB(1)},
        {"Garbage-First (G1) GC with 2 thread(s)\n\nHeap Configuration:\n"
         "   MaxHeapSize              = 2097152 (2.0MB)\nHeap Usage:\nG1 "
         "Heap:\n"
         "   regions  = 2\n   capacity = 2097152 (2.0MB)\n   used     = 3072 "
         "(0)\n"
         "G1 Young Generation:\nEden Space:\n   capacity = 1024 (0.0MB)\n"
         "   used     = 1024 (0.0MB)\nG1 Old Generation:\n"
         "   capacity = 1024 (0.0MB)\n   used     = 1024 (0.0MB)\n",
         "G1", KB(3), MB(2), MB(2)},
    };
    struct heap_info h;

    TEXT_READ(&t, all[_i].text, heap_info_read, &h);
    ck_assert_str_eq(h.collector, all[_i].collector);
    ck_assert_uint_eq(h.used, all[_i].used);
    ck_assert_uint_eq(h.committed, all[_i].committed);
    ck_assert_uint_eq(h.reserved, all[_i].reserved);
}
END_TEST

/* Of its rows the last one counts. */
START_TEST(jstats)
{
    struct heap_info h;

    text_open(&t,
              "Timestamp  S0C    S1C    S0U    S1U      EC       EU        "
              "OC         OU       MC     MU    CCSC   CCSU   YGC     YGCT\n"
              "   17.4 8.0 8.0  0.0    0.0   512.0    9.0     970.0     "
              "70.5   49.0 44.0 6.0  5.0       1    0.029\n"
              "   18.4 8.0 8.0  0.0    0,0   512,0    0,0     972,0     "
              "74,3   50,0 45,0 6,0  5,0       1    0,029\n");
    ck_assert(heap_info_read(t.source, &t.arena, &h, &t.err));
    ck_assert_uint_eq(h.committed, KB(1500));
    ck_assert_uint_eq(h.used, KB(74));
    ck_assert_uint_eq(h.metaspace_committed, KB(50));
    ck_assert_uint_eq(h.metaspace_used, KB(45));
    ck_assert_uint_eq(h.class_space_used, KB(5));
    ck_assert(!known(h.reserved));
    text_close(&t);
}
END_TEST

/* Shares, and full collections since there last was room. */
START_TEST(jstats_in_percent)
{
    struct heap_info h;

    text_open(&t,
              "  S0     S1     E      O      M     CCS    YGC     YGCT    FGC "
              "   FGCT     GCT\n"
              "  0.00  97.02  70.31  66.80  95.52  89.14      7    0.300     2 "
              "   0.378    0.678\n"
              "  0.00  97.02  70.31  99,80  95.52  89.14      7    0.300     4 "
              "   0.378    0.678\n"
              "  0.00  97.02  70.31 100.00  95.52  89.14      7    0.300    11 "
              "   0.378    0.678\n");
    ck_assert(heap_info_read(t.source, &t.arena, &h, &t.err));
    ck_assert_uint_eq(h.old_percent, 100);
    ck_assert_uint_eq(h.full_count, 11);
    ck_assert_uint_eq(h.full_in_vain, 9);
    ck_assert_uint_eq(h.line, 1);
    ck_assert(!known(h.used) && !known(h.committed));
    text_close(&t);
}
END_TEST

START_TEST(jstats_of_g1)
{
    struct heap_info h;

    text_open(&t,
              "    S0C         S1C         S0U         S1U          EC       "
              "    EU           OC           OU          MC         MU\n"
              "     -          -            -           -           6.0 "
              "         1.0      24.0       7.9      896.0      783.6\n");
    ck_assert(heap_info_read(t.source, &t.arena, &h, &t.err));
    ck_assert_uint_eq(h.committed, KB(30));
    ck_assert_uint_eq(h.used, KB(8));
    text_close(&t);
}
END_TEST

static const char metaspace_text[] =
    "12:\n\nTotal Usage - 53 loaders, 1057 classes (918 shared):\n"
    "  Non-Class:  255 chunks, 7.80 MB capacity, 4.48 MB ( 58%) committed, "
    "4.00 MB ( 56%) used\n"
    "      Class:   53 chunks, 350.00 KB capacity, 158.00 KB ( 45%) "
    "committed, 100.00 KB ( 31%) used\n"
    "       Both:  308 chunks, 8.14 MB capacity, 4.64 MB ( 57%) committed, "
    "4.50 MB ( 55%) used\n\n"
    "Virtual space:\n"
    "  Non-class space:       64.00 MB reserved,  4.50 MB (  7%) committed\n"
    "      Class space:       32.00 MB reserved, 192.00 KB ( <1%) committed\n"
    "             Both:       96.00 MB reserved,  4,75 MB (  5%) committed\n\n"
    "Chunk freelists:\n        Both:\n\n"
    "Waste (unused committed space):(percentages refer to 4.69 MB):\n"
    "                       -total-:    286.00 KB (  6%)\n\n"
    "MaxMetaspaceSize: 40.00 MB\n"
    "CompressedClassSpaceSize: 32.00 MB\n";

START_TEST(metaspaces)
{
    struct metaspace_info m;

    TEXT_READ(&t, metaspace_text, metaspace_read, &m);
    ck_assert_uint_eq(m.loaders, 53);
    ck_assert_uint_eq(m.classes, 1057);
    ck_assert_uint_eq(m.used, KB(4608));
    ck_assert_uint_eq(m.class_used, KB(100));
    ck_assert_uint_eq(m.reserved, MB(96));
    ck_assert_uint_eq(m.committed, KB(4864));
    ck_assert_uint_eq(m.class_committed, KB(192));
    ck_assert_uint_eq(m.waste, KB(286));
    ck_assert_uint_eq(m.max, MB(40));
    ck_assert_uint_eq(m.class_limit, MB(32));
    TEXT_READ(&t,
              "MaxMetaspaceSize: unlimited\n"
              "CompressedClassSpaceSize: 17179869184.00 GB\n",
              metaspace_read, &m);
    ck_assert(!known(m.max) && !known(m.class_limit) && !known(m.used));
}
END_TEST

static const char codecache_text[] =
    "CodeHeap 'non-profiled nmethods': size=120Kb used=10Kb max_used=20Kb "
    "free=110Kb\n bounds [0x1, 0x2, 0x3]\n"
    "CodeHeap 'non-nmethods': size=80Kb used=5Kb max_used=6Kb free=75Kb\n"
    "CodeCache: size=200Kb, used=15Kb, max_used=26Kb, free=185Kb\n"
    " total_blobs=632, nmethods=228, adapters=311, full_count=0\n"
    "Compilation: enabled, stopped_count=0, restarted_count=0\n";

START_TEST(codecaches)
{
    struct codecache_info c;

    TEXT_READ(&t, codecache_text, codecache_read, &c);
    ck_assert_uint_eq(c.size, KB(200));
    ck_assert_uint_eq(c.used, KB(15));
    ck_assert_uint_eq(c.max_used, KB(26));
    ck_assert_uint_eq(c.free, KB(185));
    ck_assert(!c.full);
    TEXT_READ(&t,
              "CodeCache: size=240Kb used=239Kb max_used=240Kb free=1Kb\n"
              " compilation: disabled (not enough contiguous free space "
              "left)\n",
              codecache_read, &c);
    ck_assert_uint_eq(c.size, KB(240));
    ck_assert(c.full);
}
END_TEST

static const char malloc_info[] =
    "12:\n<malloc version=\"1\">\n<heap nr=\"0\">\n"
    "<total type=\"rest\" count=\"1\" size=\"7\"/>\n"
    "<system type=\"current\" size=\"9\"/>\n</heap>\n"
    "<heap nr=\"1\">\n</heap>\n"
    "<total type=\"fast\" count=\"2\" size=\"100\"/>\n"
    "<total type=\"rest\" count=\"23\" size=\"900\"/>\n"
    "<total type=\"mmap\" count=\"5\" size=\"4000\"/>\n"
    "<system type=\"current\" size=\"8000\"/>\n"
    "<system type=\"max\" size=\"9000\"/>\n</malloc>\n";

START_TEST(native_heaps)
{
    struct native_heap h;

    TEXT_READ(&t, malloc_info, native_heap_read, &h);
    ck_assert_uint_eq(h.arenas, 2);
    ck_assert_uint_eq(h.system, 8000);
    ck_assert_uint_eq(h.mmapped, 4000);
    ck_assert_uint_eq(h.free_bytes, 1000);
    ck_assert_uint_eq(h.in_use, 11000);

    TEXT_READ(&t,
              "Arena 0:\nsystem bytes     =     135168\n"
              "Total (incl. mmap):\nsystem bytes     =     9000\n"
              "in use bytes     =     4000\n",
              native_heap_read, &h);
    ck_assert_uint_eq(h.system, 9000);
    ck_assert_uint_eq(h.free_bytes, 5000);
}
END_TEST

START_TEST(trims)
{
    struct native_heap h;

    TEXT_READ(&t, "1:\nTrim native heap: RSS+Swap: 193M->192M (-144K)\n",
              native_heap_read, &h);
    ck_assert_uint_eq(h.trim_before, MB(193));
    ck_assert_uint_eq(h.trim_after, MB(192));
    ck_assert_int_eq(h.trim_delta, -144 * 1024);
    ck_assert_uint_eq(h.line, 2);
    TEXT_READ(&t, "Done.\nRSS before: 171084k, after: 154348k, (-16736k)\n",
              native_heap_read, &h);
    ck_assert_uint_eq(h.trim_before, KB(171084));
    ck_assert_uint_eq(h.trim_after, KB(154348));
}
END_TEST

static const char javacore_text[] =
    "0SECTION       NATIVEMEMINFO subcomponent dump routine\n0MEMUSER\n"
    "1MEMUSER       JRE: 782,554,848 bytes / 1710 allocations\n"
    "1MEMUSER       |\n"
    "2MEMUSER       +--VM: 769,429,864 bytes / 1219 allocations\n"
    "3MEMUSER       |  +--Memory Manager (GC): 548,270,384 bytes / 254 "
    "allocations\n"
    "4MEMUSER       |  |  +--Java Heap: 536,870,912 bytes / 1 allocation\n";

START_TEST(javacores)
{
    struct javacore j;

    TEXT_READ(&t, javacore_text, javacore_read, &j);
    ck_assert_uint_eq(j.jre, 782554848);
    ck_assert_uint_eq(j.rows.n, 4);
    ck_assert_str_eq(j.rows.at[2].name, "Memory Manager (GC)");
    ck_assert_uint_eq(j.rows.at[2].depth, 3);
    ck_assert_str_eq(j.rows.at[3].name, "Java Heap");
    ck_assert_uint_eq(j.rows.at[3].bytes, 536870912);
    javacore_deinit(&j, &t.mem);
}
END_TEST

static const char javacore_error[] =
    "0SECTION       TITLE subcomponent dump routine\n"
    "1TISIGINFO     Dump Event \"systhrow\" (00040000) Detail "
    "\"java/lang/OutOfMemoryError\" \"Java heap space\" received \n"
    "1STHEAPTYPE    Object Memory\n"
    "1STHEAPTOTAL   Total memory:         536870912 (0x0000000020000000)\n"
    "1STHEAPINUSE   Total memory in use:  534003112 (0x000000001FD441A8)\n"
    "1STSEGTYPE     Internal Memory\n"
    "1STSEGTOTAL    Total memory:                       1234 (0x4D2)\n";

START_TEST(javacores_of_an_error)
{
    struct javacore j;

    TEXT_READ(&t, javacore_error, javacore_read, &j);
    ck_assert(j.has_oome);
    ck_assert_int_eq(j.oome.kind, OOME_HEAP_SPACE);
    ck_assert_str_eq(j.oome.message, "Java heap space");
    ck_assert_uint_eq(j.oome.line, 2);
    ck_assert_uint_eq(j.heap_total, 536870912);
    ck_assert_uint_eq(j.heap_used, 534003112);
    javacore_deinit(&j, &t.mem);
}
END_TEST

START_TEST(javacores_of_something_else)
{
    struct javacore j;

    TEXT_READ(&t,
              "1TISIGINFO     Dump Event \"user\" (00004000) received \n"
              "1STHEAPTOTAL   Total memory\n"
              "3XMTHREADINFO  \"java/lang/OutOfMemoryError\" J9VMThread\n",
              javacore_read, &j);
    ck_assert(!j.has_oome);
    ck_assert(!known(j.heap_total) && !known(j.heap_used));
    javacore_deinit(&j, &t.mem);
}
END_TEST

START_TEST(cut_anywhere)
{
    static const struct {
        const char *text;
        text_reader *read;
    } all[] = {
        {histogram_text, histogram}, {threads_text, thread_dump},
        {metaspace_text, metaspace}, {codecache_text, codecache},
        {malloc_info, native_heap},  {javacore_text, javacore},
        {javacore_error, javacore},  {metaspace_text, heap_info},
    };

    sweep_prefixes(all[_i].text, all[_i].read);
    sweep_failures(all[_i].text, all[_i].read);
}
END_TEST

TCase *jcmd_case(void)
{
    TCase *c = tcase_create("jcmd");

    tcase_add_checked_fixture(c, NULL, end);
    tcase_add_test(c, class_histograms);
    tcase_add_test(c, histogram_without_total);
    tcase_add_test(c, thread_dumps);
    tcase_add_loop_test(c, heap_infos, 0, 10);
    tcase_add_test(c, jstats);
    tcase_add_test(c, jstats_in_percent);
    tcase_add_test(c, jstats_of_g1);
    tcase_add_test(c, metaspaces);
    tcase_add_test(c, codecaches);
    tcase_add_test(c, native_heaps);
    tcase_add_test(c, trims);
    tcase_add_test(c, javacores);
    tcase_add_test(c, javacores_of_an_error);
    tcase_add_test(c, javacores_of_something_else);
    tcase_set_timeout(c, 60); /* sweeps, under sanitizers */
    tcase_add_loop_test(c, cut_anywhere, 0, 7);
    return c;
}
