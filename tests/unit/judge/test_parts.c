/*
 * test_parts.c - splitting memory into parts and carrying them on to the
 * death: baselines, discounts, leaps, what is left over.
 */
#include "fixture.h"
#include "judge/stacks.h"
#include "suites.h"

static struct parts parts;
/* What NMT said at the first look and at the last. */
static struct nmt_report *const before = &b.nmt[0];
static struct nmt_report *const after = &b.nmt[1];

static void setup(void)
{
    bench_begin();
    before->enabled = after->enabled = true;
    before->has_total = after->has_total = true;
}

static void add(struct nmt_report *r, const char *name, uint64_t reserved,
                uint64_t committed)
{
    struct nmt_category *c;

    ck_assert(vec_push(&r->categories, &b.mem, &b.err));
    c = vec_last(&r->categories);
    c->name = name;
    c->reserved = reserved;
    c->committed = committed;
    c->committed_delta = c->reserved_delta = UNKNOWN_DELTA;
}

static void grew(const char *name, uint64_t reserved, uint64_t from,
                 uint64_t to)
{
    add(before, name, reserved, from);
    add(after, name, reserved, to);
}

static void take(struct moment *m, struct nmt_report *r, uint64_t anon)
{
    moment_take_nmt(m, &b.input, r);
    if (known(anon))
        m->anon = m->rss = says(&b, LINE_PROC, anon);
    moment_derive(m, NULL, false);
}

static void find(struct moment *first, uint64_t end)
{
    struct parts_end e = {end, 64 * MIB, 0};

    parts_find(first, &b.moments[2], &e, &b.thresholds, &parts);
}

/* Parts of a process that had `first` bytes, then `last`, and `end` when it
 * died. */
static void find_growth(uint64_t first, uint64_t last, uint64_t end)
{
    take(&b.moments[0], before, first);
    take(&b.moments[2], after, last);
    find(&b.moments[0], end);
}

/* The same of one look. */
static void find_at_once(uint64_t anon, uint64_t end)
{
    take(&b.moments[2], after, anon);
    find(NULL, end);
}

/* ---- stacks that NMT counts whole --------------------------------------- */

#define THREADS 20

static struct nmt_category *given_stacks(struct nmt_report *r)
{
    struct nmt_category *c;

    add(r, "Thread", THREADS * MIB, THREADS * MIB);
    c = vec_last(&r->categories);
    c->mmap_reserved = c->mmap_committed = THREADS * MIB;
    c->count = THREADS;
    return c;
}

/* Each stack behind its guard pages. */
static void given_stack_maps(struct smaps_map *at, uint64_t rss)
{
    for (uint64_t i = 0; i < THREADS; i++, at += 2) {
        uint64_t from = 0x7f0000000000 + i * MIB, to = from + MIB;

        at[0] = (struct smaps_map){
            .from = from, .to = from + 12288, .path = "", .perms = "---p"};
        at[1] = (struct smaps_map){.from = from + 12288,
                                   .to = to,
                                   .path = "",
                                   .perms = "rw-p",
                                   .rss = rss};
    }
}

START_TEST(test_whole_stacks_are_no_pages)
{
    struct nmt_category *c = given_stacks(after);

    ck_assert(stacks_are_whole(c));
    ck_assert_uint_eq(stacks_without_pages(c, NULL),
                      THREADS * (MIB - 128 * 1024));
    c->mmap_committed = c->committed = 5 * MIB; /* it has asked the kernel */
    ck_assert(!stacks_are_whole(c));
    ck_assert_uint_eq(stacks_without_pages(c, NULL), 0);
}
END_TEST

START_TEST(test_mappings_tell_pages_of_stacks)
{
    struct smaps_map at[2 * THREADS];
    struct smaps maps = {.maps = {at, 2 * THREADS, 2 * THREADS}};
    struct nmt_category *c = given_stacks(after);

    given_stack_maps(at, MIB / 2);
    ck_assert_uint_eq(stacks_without_pages(c, &maps), THREADS * MIB / 2);
    maps.maps.n = 10; /* five of twenty: the rest is elsewhere */
    ck_assert_uint_eq(stacks_without_pages(c, &maps),
                      THREADS * (MIB - 128 * 1024));
    maps.maps.n = 2 * THREADS;
    maps.rollup = true;
    ck_assert_uint_eq(stacks_without_pages(c, &maps),
                      THREADS * (MIB - 128 * 1024));
}
END_TEST

/* As many guarded mappings as threads, where nobody asked NMT. */
START_TEST(test_guarded_mappings_are_stacks)
{
    struct smaps_map at[2 * THREADS];
    struct smaps maps = {.maps = {at, 2 * THREADS, 2 * THREADS}};

    given_stack_maps(at, MIB / 2);
    ck_assert_uint_eq(stacks_by_guards(&maps, THREADS), THREADS * MIB / 2);
    ck_assert(!known(stacks_by_guards(&maps, THREADS - 1))); /* a guard each */
    ck_assert(!known(stacks_by_guards(&maps, 3 * THREADS)));
    ck_assert(!known(stacks_by_guards(&maps, UNKNOWN)));
    at[1].path = "/srv/data";
    at[3].perms[3] = 's';
    at[4].perms[0] = 'r';
    at[6].from -= 65536;
    ck_assert_uint_eq(stacks_by_guards(&maps, THREADS),
                      (THREADS - 4) * MIB / 2);
    maps.rollup = true;
    ck_assert(!known(stacks_by_guards(&maps, THREADS)));
}
END_TEST

START_TEST(test_guarded_stacks_are_a_part)
{
    struct smaps_map at[2 * THREADS];
    struct smaps maps = {.maps = {at, 2 * THREADS, 2 * THREADS}};
    struct moment *m = &b.moments[2];

    given_stack_maps(at, MIB / 2);
    m->smaps = &maps;
    m->smaps_input = &b.input;
    b.input.kind = ARTIFACT_SMAPS;
    m->threads = says(&b, LINE_PROC, THREADS);
    m->rss = m->anon = says(&b, LINE_PROC, 60 * MIB);
    m->heap_committed = says(&b, LINE_JCMD, 20 * MIB);
    moment_derive(m, NULL, false);
    find(NULL, UNKNOWN);
    ck_assert_uint_eq(parts_named(&parts, "Thread")->last, THREADS * MIB / 2);
    ck_assert(!part_is_nmts(parts_named(&parts, "Thread")));
    ck_assert_uint_eq(parts_of(&parts, PART_UNTRACKED)->last,
                      40 * MIB - THREADS * MIB / 2);
}
END_TEST

/* What was promised to stacks is not missing elsewhere. */
START_TEST(test_whole_stacks_hide_nothing)
{
    given_stacks(after);
    add(after, "Java Heap", 64 * MIB, 8 * MIB);
    find_at_once(60 * MIB, UNKNOWN);
    ck_assert_uint_eq(parts_named(&parts, "Thread")->last,
                      THREADS * 128 * 1024);
    ck_assert_uint_eq(parts_of(&parts, PART_UNTRACKED)->last,
                      (60 - 8) * MIB - THREADS * 128 * 1024);
}
END_TEST

/* The process grew, and NMT did not: pages were written that had been
 * committed long before. Which of several did it nobody can tell. */
START_TEST(test_pages_filled_later)
{
    grew("Java Heap", 64 * MIB, 10 * MIB, 10 * MIB);
    grew("GC", 250 * MIB, 250 * MIB, 250 * MIB);
    grew("Code", 240 * MIB, 10 * MIB, 10 * MIB);
    find_growth(40 * MIB, 60 * MIB, 200 * MIB);
    ck_assert_ptr_nonnull(parts_filled(&parts));
    ck_assert_str_eq(parts_filled(&parts)->name, "GC");
    ck_assert_uint_eq(parts_filled_by(&parts), 160 * MIB);
    find(NULL, 200 * MIB);
    ck_assert_ptr_null(parts_filled(&parts));
    grew("Symbol", 200 * MIB, 200 * MIB, 200 * MIB);
    find(&b.moments[0], 200 * MIB);
    ck_assert_ptr_null(parts_filled(&parts));
}
END_TEST

START_TEST(test_growth_since_the_first)
{
    grew("Java Heap", 64 * MIB, 8 * MIB, 10 * MIB);
    grew("Code", 240 * MIB, 10 * MIB, 60 * MIB);
    find_growth(30 * MIB, 82 * MIB, UNKNOWN);
    ck_assert_str_eq(parts_largest(&parts)->name, "Code");
    ck_assert_uint_eq(parts_largest(&parts)->growth, 50 * MIB);
    ck_assert(!parts.extrapolated && !parts.unseen);
}
END_TEST

START_TEST(test_goes_on_at_the_same_pace)
{
    grew("Java Heap", 64 * MIB, 8 * MIB, 8 * MIB);
    add(before, "Other", 0, 0);
    add(after, "Other", 50 * MIB, 50 * MIB);
    find_growth(20 * MIB, 70 * MIB, 120 * MIB);
    ck_assert(parts.extrapolated);
    ck_assert_uint_eq(parts_named(&parts, "Other")->end, 100 * MIB);
    /* Nothing is left over that would have to lie outside NMT. */
    ck_assert(!parts.unseen);
}
END_TEST

START_TEST(test_jcmd_inflates_what_it_inflates)
{
    add(before, "Internal", MIB, MIB);
    add(after, "Internal", 5 * MIB, 5 * MIB);
    find_growth(20 * MIB, 24 * MIB, UNKNOWN);
    ck_assert_uint_eq(parts_named(&parts, "Internal")->growth, 0);
}
END_TEST

START_TEST(test_outside_nmt)
{
    grew("Java Heap", 64 * MIB, 8 * MIB, 8 * MIB);
    grew("Code", MIB, 8 * MIB, 8 * MIB);
    grew("Shared class space", 16 * MIB, 12 * MIB, 12 * MIB);
    find_growth(20 * MIB, 120 * MIB, UNKNOWN);
    ck_assert_int_eq(parts_largest(&parts)->kind, PART_UNTRACKED);
    /* The archive is file pages: 120 - 8 - 8, and 20 - 8 - 8 before. */
    ck_assert_uint_eq(parts_largest(&parts)->last, 104 * MIB);
    ck_assert_uint_eq(parts_largest(&parts)->growth, 100 * MIB);
}
END_TEST

/* Metaspace grows by 24 MiB, memory outside NMT by 30, of which `freed` had
 * been NMT's own malloc; as much again follows until the death. */
static const struct part *after_freeing(uint64_t freed)
{
    struct parts_end e = {128 * MIB, 64 * MIB, freed};

    grew("Java Heap", 64 * MIB, 8 * MIB, 8 * MIB);
    grew("Metaspace", MIB, 4 * MIB, 28 * MIB);
    take(&b.moments[0], before, 20 * MIB);
    take(&b.moments[2], after, 74 * MIB);
    parts_find(&b.moments[0], &b.moments[2], &e, &b.thresholds, &parts);
    return parts_largest(&parts);
}

START_TEST(test_what_the_allocator_keeps_comes_once)
{
    ck_assert_str_eq(after_freeing(28 * MIB)->name, "Metaspace");
    /* 2 of 30 MiB go on as they did: 8, 28 of once, twice 2. */
    ck_assert_uint_eq(parts_of(&parts, PART_UNTRACKED)->end, 40 * MIB);
}
END_TEST

START_TEST(test_without_it_the_remainder_grew_most)
{
    ck_assert_int_eq(after_freeing(0)->kind, PART_UNTRACKED);
    ck_assert_uint_eq(parts_of(&parts, PART_UNTRACKED)->end, 68 * MIB);
}
END_TEST

/* Of growth beyond what was freed the rest is a leak all the same. */
START_TEST(test_a_leak_beyond_what_was_freed)
{
    ck_assert_int_eq(after_freeing(4 * MIB)->kind, PART_UNTRACKED);
}
END_TEST

START_TEST(test_gap_without_rss)
{
    add(after, "Java Heap", 64 * MIB, 8 * MIB);
    add(after, "Code", MIB, 8 * MIB);
    find_at_once(UNKNOWN, 200 * MIB);
    ck_assert(parts.unseen);
    ck_assert_int_eq(parts_largest(&parts)->kind, PART_UNTRACKED);
    ck_assert_uint_eq(parts_largest(&parts)->end, 184 * MIB);
}
END_TEST

START_TEST(test_leap_after_the_last_look)
{
    grew("Java Heap", 64 * MIB, 8 * MIB, 8 * MIB);
    add(before, "Metaspace", MIB, MIB);
    add(after, "Metaspace", 2 * MIB, 2 * MIB);
    find_growth(20 * MIB, 21 * MIB, 240 * MIB);
    /* One MiB of metaspace does not become two hundred. */
    ck_assert(!parts.extrapolated && parts.unseen);
    ck_assert_int_eq(parts_largest(&parts)->kind, PART_UNTRACKED);
}
END_TEST

START_TEST(test_heap_ends_at_xmx)
{
    grew("Java Heap", 64 * MIB, 8 * MIB, 40 * MIB);
    find_growth(16 * MIB, 50 * MIB, 200 * MIB);
    ck_assert_uint_le(parts_of(&parts, PART_HEAP)->end, 64 * MIB);
}
END_TEST

START_TEST(test_heap_committed_whole_says_nothing)
{
    add(after, "Java Heap", 1024 * MIB, 1024 * MIB);
    take(&b.moments[2], after, UNKNOWN);
    ck_assert(!known(moment_heap(&b.moments[2]).value));
    b.moments[2].heap_used = says(&b, LINE_JCMD, 30 * MIB);
    ck_assert_uint_eq(moment_heap(&b.moments[2]).value, 30 * MIB);
    b.moments[2].heap_resident = says(&b, LINE_PROC, 50 * MIB);
    ck_assert_uint_eq(moment_heap(&b.moments[2]).value, 50 * MIB);
}
END_TEST

START_TEST(test_resident_heap_from_map_and_smaps)
{
    struct smaps maps = {0};
    struct nmt_region r = {
        .from = 0x100000, .to = 0x200000, .category = "Java Heap"};
    struct smaps_map m = {
        .from = 0x100000, .to = 0x180000, .rss = 300 << 10, .path = ""};

    add(after, "Java Heap", 64 * MIB, 64 * MIB);
    ck_assert(vec_push(&after->regions, &b.mem, &b.err));
    *vec_last(&after->regions) = r;
    ck_assert(vec_push(&maps.maps, &b.mem, &b.err));
    *vec_last(&maps.maps) = m;
    b.moments[2].smaps = &maps;
    b.moments[2].smaps_input = &b.input;
    take(&b.moments[2], after, 20 * MIB);
    ck_assert_uint_eq(moment_heap(&b.moments[2]).value, 300 << 10);
    vec_free(&after->regions, &b.mem);
    vec_free(&maps.maps, &b.mem);
}
END_TEST

/* jcmd counts what classes and code use; NMT need not be on for that. */
START_TEST(test_classes_and_code_without_nmt)
{
    struct moment *m = &b.moments[2];

    m->anon = m->rss = says(&b, LINE_PROC, 200 * MIB);
    m->metaspace_used = says(&b, LINE_JCMD, 120 * MIB);
    m->code_used = says(&b, LINE_JCMD, 20 * MIB);
    moment_derive(m, NULL, false);
    find(NULL, UNKNOWN);
    ck_assert_str_eq(parts_largest(&parts)->name, "Metaspace");
    ck_assert_uint_eq(parts_named(&parts, "Code")->last, 20 * MIB);
    ck_assert_uint_eq(parts_of(&parts, PART_UNTRACKED)->last, 60 * MIB);
}
END_TEST

START_TEST(test_a_diff_is_its_own_baseline)
{
    add(after, "Thread", 200 * MIB, 200 * MIB);
    vec_last(&after->categories)->committed_delta = (int64_t)(150 * MIB);
    find_at_once(UNKNOWN, UNKNOWN);
    ck_assert_uint_eq(parts_named(&parts, "Thread")->first, 50 * MIB);
    ck_assert_uint_eq(parts_named(&parts, "Thread")->growth, 150 * MIB);
}
END_TEST

START_TEST(test_categories_of_one_cause_join)
{
    add(after, "Class", MIB, 10 * MIB);
    add(after, "Metaspace", MIB, 400 * MIB);
    find_at_once(UNKNOWN, UNKNOWN);
    ck_assert_uint_eq(parts_named(&parts, "Metaspace")->last, 410 * MIB);
    ck_assert_str_eq(parts_extraordinary(&parts)->name, "Metaspace");
}
END_TEST

/* 100 MiB are nothing to 15,000 classes; 3,000 never need as much. */
START_TEST(test_metaspace_is_held_against_its_classes)
{
    add(after, "Class", MIB, 10 * MIB);
    vec_last(&after->categories)->count = 15000;
    add(after, "Metaspace", MIB, 90 * MIB);
    find_at_once(UNKNOWN, UNKNOWN);
    ck_assert_ptr_null(parts_extraordinary(&parts));
    after->categories.at[0].count = 3000;
    find_at_once(UNKNOWN, UNKNOWN);
    ck_assert_str_eq(parts_extraordinary(&parts)->name, "Metaspace");
    after->categories.at[0].count = UNKNOWN;
    find_at_once(UNKNOWN, UNKNOWN);
    ck_assert_ptr_null(parts_extraordinary(&parts));
}
END_TEST

/* Maps tables of so much, of which the rest is allocated. */
static void add_tables(const char *name, uint64_t committed, uint64_t mapped)
{
    add(after, name, committed, committed);
    vec_last(&after->categories)->mmap_committed = mapped;
    vec_last(&after->categories)->malloc = committed - mapped;
}

/* Parallel commits its tables for all of -Xmx, CMS in a category of no name;
 * what is allocated beyond is somebody's, and so is more than the heap wants.
 */
START_TEST(test_tables_follow_the_heap)
{
    add(after, "Java Heap", 6026 * MIB, 378 * MIB);
    add_tables("GC", 205 * MIB, 202 * MIB);
    add_tables("Unknown", 99 * MIB, 99 * MIB);
    find_at_once(UNKNOWN, UNKNOWN);
    ck_assert_ptr_null(parts_extraordinary(&parts));
    ck_assert_uint_eq(parts_named(&parts, "GC")->first, 205 * MIB);
    after->categories.n = 1;
    add_tables("GC", 805 * MIB, 202 * MIB);
    find(NULL, UNKNOWN);
    ck_assert_ptr_nonnull(parts_extraordinary(&parts));
    ck_assert_uint_eq(parts_largest(&parts)->growth, 599 * MIB);
    after->categories.at[0].reserved = 512 * MIB;
    after->categories.n = 1;
    add_tables("GC", 405 * MIB, 402 * MIB);
    find(NULL, UNKNOWN);
    ck_assert_ptr_nonnull(parts_extraordinary(&parts));
}
END_TEST

TCase *parts_tcase(void)
{
    TCase *t = tcase_create("parts");

    tcase_add_checked_fixture(t, setup, bench_end);
    tcase_add_test(t, test_whole_stacks_are_no_pages);
    tcase_add_test(t, test_mappings_tell_pages_of_stacks);
    tcase_add_test(t, test_guarded_mappings_are_stacks);
    tcase_add_test(t, test_guarded_stacks_are_a_part);
    tcase_add_test(t, test_whole_stacks_hide_nothing);
    tcase_add_test(t, test_pages_filled_later);
    tcase_add_test(t, test_growth_since_the_first);
    tcase_add_test(t, test_goes_on_at_the_same_pace);
    tcase_add_test(t, test_jcmd_inflates_what_it_inflates);
    tcase_add_test(t, test_outside_nmt);
    tcase_add_test(t, test_what_the_allocator_keeps_comes_once);
    tcase_add_test(t, test_without_it_the_remainder_grew_most);
    tcase_add_test(t, test_a_leak_beyond_what_was_freed);
    tcase_add_test(t, test_gap_without_rss);
    tcase_add_test(t, test_leap_after_the_last_look);
    tcase_add_test(t, test_heap_ends_at_xmx);
    tcase_add_test(t, test_heap_committed_whole_says_nothing);
    tcase_add_test(t, test_resident_heap_from_map_and_smaps);
    tcase_add_test(t, test_classes_and_code_without_nmt);
    tcase_add_test(t, test_a_diff_is_its_own_baseline);
    tcase_add_test(t, test_categories_of_one_cause_join);
    tcase_add_test(t, test_metaspace_is_held_against_its_classes);
    tcase_add_test(t, test_tables_follow_the_heap);
    return t;
}
