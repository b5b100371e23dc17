/*
 * test_nmt.c - NMT reports of several JDKs, whole and cut, plain and wrapped
 * in other people's text.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jvm_texts.h"
#include "nmt/nmt.h"
#include "suites.h"

#define DKB(n) ((int64_t)(n)*1024)

/* ---- texts ------------------------------------------------------------- */

#define INDENT "                            "

static const char summary_8[] =
    "4711:\n\nNative Memory Tracking:\n\n"
    "Total: reserved=5000KB, committed=3000KB\n"
    "-                 Java Heap (reserved=4000KB, committed=2000KB)\n" INDENT
    "(mmap: reserved=4000KB, committed=2000KB)\n\n"
    "-                    Thread (reserved=900KB, committed=900KB)\n" INDENT
    "(thread #9)\n" INDENT "(stack: reserved=880KB, committed=880KB)\n" INDENT
    "(malloc=15KB #44)\n" INDENT "(arena=5KB #12)\n\n"
    "-                  Internal (reserved=100KB, committed=100KB)\n" INDENT
    "(malloc=100KB #7)\n\n";

static const char summary_25[] =
    "88:\n\nNative Memory Tracking:\n\n"
    "(Omitting categories weighting less than 1KB)\n\n"
    "Total: reserved=9000KB, committed=700KB\n"
    "       malloc: 300KB #50, peak=290KB #51\n"
    "       mmap:   reserved=8700KB, committed=400KB\n\n"
    "-                     Class (reserved=5000KB, committed=300KB)\n" INDENT
    "(classes #77)\n" INDENT
    "(  instance classes #70, array classes #7)\n" INDENT
    "(malloc=100KB tag=Class #20) (peak=110KB #21) \n" INDENT
    "(mmap: reserved=4900KB, committed=200KB, peak=250KB)\n" INDENT
    "(  Metadata:   )\n" INDENT
    "(    reserved=4096KB, committed=640KB)\n" INDENT
    "(    used=600KB)\n" INDENT "(    waste=40KB =6,25%)\n" INDENT
    "(  Class space:)\n" INDENT
    "(    reserved=1024KB, committed=128KB)\n" INDENT "(    used=96KB)\n" INDENT
    "(    waste=32KB =25,00%)\n\n"
    "-                    Thread (reserved=100KB, committed=50KB)\n" INDENT
    "(threads #3)\n" INDENT
    "(stack: reserved=90KB, committed=40KB, peak=40KB)\n" INDENT
    "(malloc=7KB tag=Thread #9) (at peak)\n" INDENT
    "(arena=3KB #6) (peak=9KB #6)\n\n"
    "-    Native Memory Tracking (reserved=50KB, committed=50KB)\n" INDENT
    "(malloc=20KB tag=Native Memory Tracking #8) (at peak)\n" INDENT
    "(tracking overhead=30KB)\n\n"
    "-        Shared class space (reserved=3850KB, committed=300KB, "
    "readonly=0KB)\n" INDENT
    "(mmap: reserved=3850KB, committed=300KB, at peak)\n\n";

static const char diff_17[] =
    "Native Memory Tracking:\n\n"
    "Total: reserved=900KB +30KB, committed=500KB -20KB\n\n"
    "-                     Other (reserved=400KB +40KB, committed=400KB "
    "+40KB)\n" INDENT "(malloc=400KB +40KB #11 +4)\n \n"
    "-                  Compiler (reserved=60KB -10KB, committed=60KB "
    "-10KB)\n" INDENT "(malloc=16KB #5 -1)\n" INDENT
    "(arena=44KB -10 #76 +18)\n \n"
    "-                    Thread (reserved=40KB, committed=40KB)\n" INDENT
    "(thread #20 -1)\n" INDENT
    "(stack: reserved=40KB, committed=40KB)\n \n" INDENT
    "(malloc=9KB type=Stray)\n"
    "[0x00007f0000000001]\n"
    "[0x00007f0000000002] Unsafe_AllocateMemory0(long)+0x8b\n" INDENT
    "(malloc=400KB type=Other +40KB #11 +4)\n\n"
    "[0x00007f0000000003] Thread::Thread()+0x7\n" INDENT
    "(1KB +1KB #19 +15)\n\n"
    "[0x00007f0000000004] Arena::grow(unsigned long)+0x1\n" INDENT
    "(malloc=0KB type=Arena Chunk -32KB)\n\n"
    "[0x00007f0000000005] os::reserve_memory(unsigned long)+0x1\n" INDENT
    "(mmap: reserved=70KB, committed=30KB +5KB Type=Java Heap)\n";

static const char detail_25[] =
    "Native Memory Tracking:\n\n"
    "Total: reserved=100KB, committed=48KB\n\n"
    "-                 Java Heap (reserved=64KB, committed=16KB)\n" INDENT
    "(mmap: reserved=64KB, committed=16KB)\n\n"
    "Virtual memory map:\n\n"
    "[0x0000000000100000 - 0x0000000000110000] reserved 64KB for Java Heap "
    "from\n"
    "    [0x00007f0000000001]ReservedSpace::reserve(long)+0xac\n\n"
    "\t[0x0000000000100000 - 0x0000000000104000] committed 16KB from\n"
    "            [0x00007f0000000002]VirtualSpace::expand_by(long)+0xe3\n\n"
    "[0x0000000000200000 - 0x0000000000208000] reserved and committed 32KB for "
    "Thread Stack from\n"
    "    [0x00007f0000000003]thread_native_entry(Thread*)+0xd6\n\n"
    "\t[0x0000000000200000 - 0x0000000000204000] committed 16KB\n\n"
    "Details:\n\n"
    "[0x00007f0000000004]\n"
    "[0x00007f0000000005]JavaMain+0x8f in libjli.so\n"
    "                             ((malloc=61440KB tag=Other #60) (at "
    "peak))\n\n"
    "[0x00007f0000000006]CodeHeap::reserve(long)+0x12d\n"
    "                             (reserved=1928KB, committed=60KB "
    "Tag=Shared class space)\n\n"
    "(12 call sites weighting less than 1KB each omitted.)\n";

/* ---- helpers ----------------------------------------------------------- */

/* The first of the text's reports. */
static bool read_first(struct source *s, struct arena *a,
                       struct nmt_report *ret, struct err *e)
{
    struct nmt_reports all;

    if (!nmt_read(s, a, &all, e))
        return false;
    *ret = all.at.at[0];
    memset(&all.at.at[0], 0, sizeof *ret);
    nmt_reports_deinit(&all, a->mem);
    return true;
}

static bool read_and_free(struct source *s, struct arena *a, struct err *e)
{
    struct nmt_report r;

    if (!read_first(s, a, &r, e))
        return false;
    nmt_report_deinit(&r, a->mem);
    return true;
}

/* The report that a test reads, one at a time. */
static struct text t;
static struct nmt_report r;

static void done(void)
{
    if (!t.source)
        return;
    nmt_report_deinit(&r, &t.mem);
    text_close(&t);
}

static void read_text(const char *s)
{
    done();
    TEXT_READ(&t, s, read_first, &r);
}

static const struct nmt_category *need(const char *name)
{
    const struct nmt_category *c = nmt_find(&r, name);

    ck_assert_msg(c != NULL, "no category %s", name);
    return c;
}

/* The text with `prefix` before each line; the caller frees it. */
static char *prefixed(const char *text, const char *prefix)
{
    size_t lines = 1, n = strlen(prefix);
    char *ret, *to;

    for (const char *s = text; *s; s++)
        lines += *s == '\n';
    ret = to = malloc(strlen(text) + lines * n + 1);
    ck_assert_ptr_nonnull(ret);
    for (const char *s = text; *s;) {
        size_t len = strcspn(s, "\n");

        memcpy(to, prefix, n);
        memcpy(to + n, s, len);
        to += n + len;
        s += len;
        if (*s)
            *to++ = *s++;
    }
    *to = '\0';
    return ret;
}

/* ---- tests ------------------------------------------------------------- */

START_TEST(summary_of_8)
{
    read_text(summary_8);
    ck_assert_uint_eq(r.pid, 4711);
    ck_assert(r.enabled && r.has_total && !r.diff && !r.detail);
    ck_assert_uint_eq(r.scale, 1024);
    ck_assert_uint_eq(r.line, 5);
    ck_assert_uint_eq(r.total.reserved, KB(5000));
    ck_assert_uint_eq(r.total.committed, KB(3000));
    ck_assert_uint_eq(r.categories.n, 3);
    ck_assert(!known_delta(need("Java Heap")->committed_delta));
    ck_assert_uint_eq(need("Thread")->count, 9);
    ck_assert_uint_eq(need("Thread")->mmap_committed, KB(880));
    ck_assert_uint_eq(need("Thread")->malloc, KB(15));
    ck_assert_uint_eq(need("Thread")->malloc_count, 44);
    ck_assert_uint_eq(need("Thread")->arena, KB(5));
    ck_assert_uint_eq(need("Internal")->line, 15);
    ck_assert(!known(need("Internal")->mmap_committed));
    ck_assert(!known(r.total.malloc));
}
END_TEST

START_TEST(summary_of_25)
{
    read_text(summary_25);
    ck_assert(r.omitted && !r.diff);
    ck_assert_uint_eq(r.total.malloc, KB(300));
    ck_assert_uint_eq(r.total.malloc_peak, KB(290));
    ck_assert_uint_eq(r.total.mmap_reserved, KB(8700));
    ck_assert_uint_eq(need("Class")->count, 77);
    ck_assert_uint_eq(need("Class")->malloc, KB(100));
    ck_assert_uint_eq(need("Class")->malloc_peak, KB(110));
    ck_assert_uint_eq(need("Class")->mmap_peak, KB(250));
    ck_assert_uint_eq(r.metadata.used, KB(600));
    ck_assert_uint_eq(r.class_space.reserved, KB(1024));
    ck_assert_uint_eq(r.class_space.waste, KB(32));
    ck_assert_uint_eq(need("Thread")->count, 3);
    ck_assert_uint_eq(need("Thread")->malloc_peak, KB(7));
    ck_assert_uint_eq(need("Native Memory Tracking")->overhead, KB(30));
    ck_assert_uint_eq(need("Shared class space")->committed, KB(300));
}
END_TEST

static void expect_diff_17(void)
{
    const struct nmt_category *c;

    ck_assert(r.diff && r.detail);
    ck_assert_int_eq(r.total.reserved_delta, DKB(30));
    ck_assert_int_eq(r.total.committed_delta, DKB(-20));
    c = need("Other");
    ck_assert_int_eq(c->malloc_delta, DKB(40));
    ck_assert_int_eq(c->malloc_count_delta, 4);
    c = need("Compiler");
    ck_assert_int_eq(c->arena_delta, DKB(-10)); /* printed without unit */
    ck_assert_int_eq(c->malloc_delta, 0);
    ck_assert_int_eq(c->malloc_count_delta, -1);
    c = need("Thread");
    ck_assert_int_eq(c->committed_delta, 0);
    ck_assert_int_eq(c->count_delta, -1);
}

START_TEST(diff_of_17)
{
    read_text(diff_17);
    expect_diff_17();
}
END_TEST

/* At a terminal's edge, whatever stands there; or at the blank before it. */
static void wrap(const char *text, size_t width, bool at_blanks, char *to)
{
    while (*text) {
        size_t n = strcspn(text, "\n"), k = n;

        if (n > width) {
            for (k = width; at_blanks && k > 45 && text[k] != ' '; k--)
                ;
            n = k + (at_blanks && text[k] == ' ');
        }
        to += sprintf(to, "%.*s\n", (int)k, text);
        text += n + (text[n] == '\n');
    }
}

START_TEST(lines_too_wide_for_a_terminal)
{
    char text[4096];

    for (size_t width = 64; width < 84; width++) {
        wrap(diff_17, width, _i, text);
        read_text(text);
        expect_diff_17();
    }
}
END_TEST

START_TEST(sites_of_17)
{
    const struct nmt_site *s;

    read_text(diff_17);
    ck_assert_uint_eq(r.sites.n, 4);
    s = r.sites.at;
    ck_assert_str_eq(s[0].frame, "Unsafe_AllocateMemory0(long)");
    ck_assert_str_eq(s[0].category, "Other");
    ck_assert_uint_eq(s[0].bytes, KB(400));
    ck_assert_int_eq(s[0].delta, DKB(40));
    ck_assert_uint_eq(s[0].count, 11);
    ck_assert_str_eq(s[1].category, "Thread");
    ck_assert_int_eq(s[1].delta, DKB(1));
    ck_assert_str_eq(s[2].category, "Arena Chunk");
    ck_assert_int_eq(s[2].delta, DKB(-32));
    ck_assert(!known(s[2].count));
    ck_assert(s[3].mmap);
    ck_assert_str_eq(s[3].category, "Java Heap");
    ck_assert_uint_eq(s[3].bytes, KB(30));
    ck_assert_uint_eq(s[3].reserved, KB(70));
    ck_assert_int_eq(s[3].delta, DKB(5));
}
END_TEST

START_TEST(detail_of_25)
{
    read_text(detail_25);
    ck_assert(r.detail && !r.diff);
    ck_assert_uint_eq(r.regions.n, 3);
    ck_assert_str_eq(r.regions.at[0].category, "Java Heap");
    ck_assert(!r.regions.at[0].committed && !r.regions.at[0].part);
    ck_assert_uint_eq(r.regions.at[1].to, 0x104000);
    ck_assert(r.regions.at[1].committed && r.regions.at[1].part);
    ck_assert_str_eq(r.regions.at[2].category, "Thread Stack");
    ck_assert(r.regions.at[2].committed); /* its sub-line counts no more */
    ck_assert_uint_eq(r.sites.n, 2);
    ck_assert_str_eq(r.sites.at[0].frame, "JavaMain");
    ck_assert_str_eq(r.sites.at[0].library, "libjli.so");
    ck_assert_str_eq(r.sites.at[0].category, "Other");
    ck_assert_uint_eq(r.sites.at[0].count, 60);
    ck_assert_str_eq(r.sites.at[1].category, "Shared class space");
    ck_assert_uint_eq(r.sites.at[1].bytes, KB(60));
    ck_assert_uint_eq(r.categories.n, 1);
}
END_TEST

/* Whatever a log or a comment puts before its lines. */
START_TEST(prefixes)
{
    static const char *const before[] = {
        "2026-01-31T10:00:00.123456789Z ",
        "2026-01-31T10:00:00Z stdout F ",
        "Jan 31 10:00:00 host app[17]: ",
        " * ",
        "> ",
        "\t",
    };
    char *text = prefixed(summary_8, before[_i]);

    read_text(text);
    ck_assert_uint_eq(r.total.committed, KB(3000));
    ck_assert_uint_eq(r.categories.n, 3);
    ck_assert_uint_eq(need("Java Heap")->reserved, KB(4000));
    ck_assert_uint_eq(need("Thread")->count, 9);
    ck_assert_uint_eq(r.pid, 4711);
    free(text);
}
END_TEST

START_TEST(remarks_and_gaps)
{
    static const char text[] =
        "$ jcmd 1 VM.native_memory\n"
        "Total:  reserved=664KB,  committed=253KB          <--- all of it\n"
        "...\n"
        "                 Java Heap (reserved=516KB, committed=204KB) <1>\n"
        "-- snip --\n"
        "-                     Class (reserved=6KB, committed=4KB)  <--- "
        "meta\n" INDENT
        "(malloc=3KB, #1000)           <--- malloc'd, #number\n";

    read_text(text);
    ck_assert_uint_eq(r.total.reserved, KB(664));
    ck_assert_uint_eq(r.categories.n, 2);
    ck_assert_str_eq(r.categories.at[0].name, "Java Heap");
    ck_assert_uint_eq(need("Class")->malloc, KB(3));
    ck_assert_uint_eq(need("Class")->malloc_count, 1000);
    ck_assert(!known(r.pid));
}
END_TEST

START_TEST(scales)
{
    static const struct {
        const char *unit;
        uint64_t bytes;
    } units[] = {{"", 1}, {"KB", 1 << 10}, {"MB", 1 << 20}, {"GB", 1 << 30}};
    char text[256];

    snprintf(text, sizeof text,
             "Total: reserved=3%s, committed=0%s\n"
             "-   Java Heap (reserved=2%s +1%s, committed=0%s)\n",
             units[_i].unit, units[_i].unit, units[_i].unit, units[_i].unit,
             units[_i].unit);
    read_text(text);
    ck_assert_uint_eq(r.scale, units[_i].bytes);
    ck_assert_uint_eq(r.total.reserved, 3 * units[_i].bytes);
    ck_assert_uint_eq(r.total.committed, 0);
    ck_assert_int_eq(r.categories.at[0].reserved_delta,
                     (int64_t)units[_i].bytes);
}
END_TEST

START_TEST(begins_in_the_middle)
{
    read_text(strstr(summary_8, "-                    Thread"));
    ck_assert(!r.has_total);
    ck_assert_uint_eq(r.categories.n, 2);
    ck_assert(!known(r.total.committed));
}
END_TEST

START_TEST(several_reports)
{
    char text[sizeof summary_8 + sizeof summary_25 + 64];
    struct nmt_reports all;

    snprintf(text, sizeof text, "Baseline taken\n%s%s", summary_8, summary_25);
    text_open(&t, text);
    ck_assert(nmt_read(t.source, &t.arena, &all, &t.err));
    ck_assert_uint_eq(all.at.n, 3);
    ck_assert(all.at.at[0].baseline_only);
    ck_assert_uint_eq(all.at.at[1].pid, 4711);
    ck_assert_uint_eq(all.at.at[1].categories.n, 3);
    ck_assert_uint_eq(all.at.at[2].pid, 88);
    ck_assert_uint_eq(all.at.at[2].categories.n, 4);
    nmt_reports_deinit(&all, &t.mem);
    text_close(&t);
}
END_TEST

START_TEST(no_figures)
{
    read_text("77:\nNative memory tracking is not enabled\n");
    ck_assert(!r.enabled && !r.has_total);
    ck_assert_uint_eq(r.pid, 77);
    ck_assert_uint_eq(r.line, 2);
    read_text("77:\nBaseline succeeded\n");
    ck_assert(r.baseline_only && r.enabled);

    done();
    text_open(&t, "hello\nTotal: 12 apples\n");
    ck_assert(!read_first(t.source, &t.arena, &r, &t.err));
    ck_assert_int_eq(t.err.code, ERR_FORMAT);
    ck_assert_uint_eq(t.err.at, 2);
    text_close(&t);
}
END_TEST

START_TEST(other_names)
{
    static const char text[] =
        "-   Memory Tracking (reserved=1KB, committed=1KB)\n"
        "-   Synchronizer (reserved=2KB, committed=2KB)\n"
        "-   Something New (reserved=3KB, committed=3KB)\n";

    read_text(text);
    ck_assert_uint_eq(need("Native Memory Tracking")->reserved, KB(1));
    ck_assert_uint_eq(need("Synchronization")->reserved, KB(2));
    ck_assert_uint_eq(need("Something New")->reserved, KB(3));
    ck_assert_ptr_null(nmt_find(&r, "java heap"));
}
END_TEST

/* The reserved region it lies in was cut off. */
START_TEST(committed_without_region)
{
    read_text("\t[0x1000 - 0x2000] committed 4KB from\n");
    ck_assert_uint_eq(r.regions.n, 1);
    ck_assert_str_eq(r.regions.at[0].category, "Unknown");
    ck_assert(r.regions.at[0].committed && r.regions.at[0].part);
}
END_TEST

/* Figures that no machine has are not figures. */
START_TEST(absurd_figures)
{
    static const char text[] =
        "Total: reserved=99999999999999999999KB, committed=1KB\n"
        "Total: reserved=18446744073709551615GB, committed=1KB\n"
        "-   Java Heap (reserved=1KB, committed=1KB)\n" INDENT
        "(malloc=18446744073709551615GB +1KB #1)\n"
        "[0x0000000000000009 - 0x0000000000000001] reserved 1KB for X from\n"
        "[0x - 0xzz] reserved 1KB for X from\n";

    read_text(text);
    ck_assert(!r.has_total);
    ck_assert(!known(r.categories.at[0].malloc));
    ck_assert_uint_eq(r.regions.n, 0);
}
END_TEST

START_TEST(cut_anywhere)
{
    static const char *const texts[] = {summary_8, summary_25, diff_17,
                                        detail_25};

    sweep_prefixes(texts[_i], read_and_free);
    sweep_failures(texts[_i], read_and_free);
}
END_TEST

Suite *nmt_suite(void)
{
    Suite *s = suite_create("nmt");
    TCase *c = tcase_create("reports");

    tcase_add_checked_fixture(c, NULL, done);
    tcase_add_test(c, summary_of_8);
    tcase_add_test(c, summary_of_25);
    tcase_add_test(c, diff_of_17);
    tcase_add_loop_test(c, lines_too_wide_for_a_terminal, 0, 2);
    tcase_add_test(c, sites_of_17);
    tcase_add_test(c, detail_of_25);
    tcase_add_loop_test(c, prefixes, 0, 6);
    tcase_add_test(c, remarks_and_gaps);
    tcase_add_loop_test(c, scales, 0, 4);
    tcase_add_test(c, begins_in_the_middle);
    tcase_add_test(c, several_reports);
    tcase_add_test(c, no_figures);
    tcase_add_test(c, other_names);
    tcase_add_test(c, committed_without_region);
    tcase_add_test(c, absurd_figures);
    tcase_set_timeout(c, 60); /* sweeps, under sanitizers */
    tcase_add_loop_test(c, cut_anywhere, 0, 4);
    suite_add_tcase(s, c);
    return s;
}
