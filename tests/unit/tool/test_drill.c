/*
 * test_drill.c - the drill: lines and menus, hints and points. The verdicts
 * are made up; samples are played in tests/cli/drill-*.
 */
#define _GNU_SOURCE
#include <string.h>

#include "suites.h"
#include "tool/drill.h"

static struct drill drill;
static struct drill_case made_up;

/* The student types `lines`. */
static void type(const char *lines)
{
    static char text[2048];

    if (drill.in)
        fclose(drill.in);
    snprintf(text, sizeof text, "%s", lines);
    drill.in = fmemopen(text, strlen(text), "r");
    ck_assert_ptr_nonnull(drill.in);
    drill.ended = false;
}

/* Direct buffers, on the word of dmesg.txt and nmt.txt. */
static void make_case(void)
{
    static const char *const paths[] = {"case/dmesg.txt", "case/1/nmt.txt"};
    struct err e = {0};
    int i;

    memset(&made_up, 0, sizeof made_up);
    incident_init(&made_up.incident, &drill.mem);
    made_up.path = made_up.name = "case";
    made_up.verdict.side = SIDE_OFF_HEAP;
    made_up.verdict.kind = KIND_DIRECT_BUFFERS;
    for (i = 0; i < 2; i++) {
        struct claim claim = {.text = "a claim", .value = UNKNOWN};

        ck_assert(vec_push(&made_up.incident.inputs, &drill.mem, &e));
        vec_last(&made_up.incident.inputs)->path = paths[i];
        vec_last(&made_up.incident.inputs)->kind =
            i ? ARTIFACT_NMT : ARTIFACT_KERNEL_LOG;
        claim.origin.path = paths[i];
        ck_assert(vec_push(&made_up.verdict.evidence, &drill.mem, &e));
        *vec_last(&made_up.verdict.evidence) = claim;
    }
}

static void setup(void)
{
    memset(&drill, 0, sizeof drill);
    mem_init(&drill.mem, 0);
    arena_init(&drill.arena, &drill.mem);
    out_to_file(&drill.out, tmpfile());
    make_case();
}

static void teardown(void)
{
    if (drill.in)
        fclose(drill.in);
    fclose(drill.out.file);
    vec_free(&made_up.verdict.evidence, &drill.mem);
    incident_deinit(&made_up.incident);
    arena_deinit(&drill.arena);
    ck_assert_uint_eq(drill.mem.held, 0);
}

START_TEST(test_lines)
{
    char line[DRILL_LINE], text[1200];

    memset(text, 'x', sizeof text);
    memcpy(text + sizeof text - 7, "\nnext\n", 7);
    type("  heap \t\n\nlast without end");
    ck_assert(drill_read(&drill, "", line));
    ck_assert_str_eq(line, "heap");
    ck_assert(drill_read(&drill, "", line));
    ck_assert_str_eq(line, "");
    ck_assert(drill_read(&drill, "", line));
    ck_assert_str_eq(line, "last without end");
    ck_assert(!drill_read(&drill, "", line));
    ck_assert(drill.ended);
    type(text);
    ck_assert(drill_read(&drill, "", line));
    ck_assert_uint_eq(strlen(line), DRILL_LINE - 1);
    ck_assert(drill_read(&drill, "", line));
    ck_assert_str_eq(line, "next");
}
END_TEST

START_TEST(test_side_by_number_and_word)
{
    enum side s = SIDE_NONE;

    type("2\n");
    ck_assert(drill_ask_side(&drill, &s));
    ck_assert_int_eq(s, SIDE_OFF_HEAP);
    type("other_process\n");
    ck_assert(drill_ask_side(&drill, &s));
    ck_assert_int_eq(s, SIDE_OTHER_PROCESS);
}
END_TEST

START_TEST(test_menu_insists)
{
    enum side s = SIDE_NONE;

    type("0\n8\n2x\n-1\n99999999999999999999\nheap\n\n1\n");
    ck_assert(drill_ask_side(&drill, &s));
    ck_assert_int_eq(s, SIDE_ON_HEAP);
}
END_TEST

START_TEST(test_menu_lets_go)
{
    enum side s = SIDE_NONE;

    type("back\n2\n");
    ck_assert(!drill_ask_side(&drill, &s));
    ck_assert(!drill.ended);
    type("nonsense\n");
    ck_assert(!drill_ask_side(&drill, &s));
    ck_assert(drill.ended);
    ck_assert_int_eq(s, SIDE_NONE);
}
END_TEST

START_TEST(test_every_kind_can_be_chosen)
{
    int k;

    for (k = 0; k < KINDS; k++) {
        enum verdict_kind want = (enum verdict_kind)k, got = KINDS;
        char line[64];
        bool given = false;

        snprintf(line, sizeof line, "%s\n", kind_name(want));
        type(line);
        ck_assert(drill_ask_kind(&drill, kind_side(want), &got, &given));
        ck_assert(given);
        ck_assert_int_eq(got, want);
    }
}
END_TEST

START_TEST(test_kind_unknown)
{
    enum verdict_kind k = KIND_CRASH;
    bool given = true;

    type("unknown\n");
    ck_assert(drill_ask_kind(&drill, SIDE_ON_HEAP, &k, &given));
    ck_assert(!given);
}
END_TEST

static const struct answer right = {.side = SIDE_OFF_HEAP,
                                    .kind = KIND_DIRECT_BUFFERS,
                                    .kind_given = true,
                                    .reason = "in NMT Other grew"};

START_TEST(test_points)
{
    struct answer a = right;
    const char *basis;

    ck_assert_uint_eq(drill_points(&made_up, &a, &basis), POINTS_MOST);
    ck_assert_str_eq(basis, "nmt");
    a.kind = KIND_THREAD_STACKS;
    ck_assert_uint_eq(drill_points(&made_up, &a, NULL),
                      POINTS_SIDE + POINTS_REASON);
    a.kind_given = false;
    strcpy(a.reason, "I just know");
    ck_assert_uint_eq(drill_points(&made_up, &a, &basis), POINTS_SIDE);
    ck_assert_ptr_null(basis);
}
END_TEST

/* The right kind of a wrong side, or a good reason for it, earns nothing. */
START_TEST(test_points_need_the_side)
{
    struct answer a = right;

    a.side = SIDE_ON_HEAP;
    ck_assert_uint_eq(drill_points(&made_up, &a, NULL), 0);
}
END_TEST

START_TEST(test_hints_cost)
{
    struct answer a = right;

    a.hints = 2;
    ck_assert_uint_eq(drill_points(&made_up, &a, NULL), POINTS_MOST - 2);
    a.hints = 100;
    ck_assert_uint_eq(drill_points(&made_up, &a, NULL), 0);
}
END_TEST

/* A file that the verdict does not rest on is no reason. */
START_TEST(test_reason_must_be_evidence)
{
    struct answer a = right;
    const char *basis;

    strcpy(a.reason, "the heap dump shows it");
    ck_assert_uint_eq(drill_points(&made_up, &a, &basis),
                      POINTS_SIDE + POINTS_KIND);
    ck_assert_ptr_null(basis);
    strcpy(a.reason, "DMESG says so");
    drill_points(&made_up, &a, &basis);
    ck_assert_str_eq(basis, "dmesg");
}
END_TEST

START_TEST(test_every_side_has_signs)
{
    int s;

    for (s = SIDE_UNDECIDED; s <= SIDE_NONE; s++)
        ck_assert_uint_gt(strlen(drill_side_signs((enum side)s)), 20);
}
END_TEST

Suite *drill_suite(void)
{
    Suite *s = suite_create("drill");
    TCase *t = tcase_create("drill");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, test_lines);
    tcase_add_test(t, test_side_by_number_and_word);
    tcase_add_test(t, test_menu_insists);
    tcase_add_test(t, test_menu_lets_go);
    tcase_add_test(t, test_every_kind_can_be_chosen);
    tcase_add_test(t, test_kind_unknown);
    tcase_add_test(t, test_points);
    tcase_add_test(t, test_points_need_the_side);
    tcase_add_test(t, test_hints_cost);
    tcase_add_test(t, test_reason_must_be_evidence);
    tcase_add_test(t, test_every_side_has_signs);
    suite_add_tcase(s, t);
    return s;
}
