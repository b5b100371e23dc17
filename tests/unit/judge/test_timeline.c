/*
 * test_timeline.c - the order of events, and clocks that contradict what
 * must have come first.
 */
#include <check.h>
#include <string.h>

#include "judge/timeline.h"
#include "suites.h"

#define NONE INT64_MIN
#define HOUR INT64_C(3600000)
#define T    INT64_C(1700000000000)

static struct mem mem;
static struct err err;
static struct incident incident;
static struct verdict verdict;
static struct timeline timeline;

static struct oom_kill kills[4];
static struct kernel_log logs[2];
static struct input inputs[6];
static struct snapshot snapshots[3];
static unsigned n_logs;

static void setup(void)
{
    mem_init(&mem, 0);
    memset(&err, 0, sizeof err);
    memset(&incident, 0, sizeof incident);
    memset(&verdict, 0, sizeof verdict);
    memset(kills, 0, sizeof kills);
    memset(logs, 0, sizeof logs);
    memset(inputs, 0, sizeof inputs);
    n_logs = 0;
    incident.inputs.at = inputs;
    incident.snapshots.at = snapshots;
    verdict.process.pid = 42;
}

static void teardown(void)
{
    timeline_deinit(&timeline, &mem);
    ck_assert_uint_eq(mem.held, 0);
}

static void build(void)
{
    ck_assert_msg(timeline_build(&incident, &verdict, &mem, &timeline, &err),
                  "%s", err.text);
}

static struct input *add(enum artifact_kind kind, const char *path,
                         int64_t time)
{
    struct input *in = &inputs[incident.inputs.n++];

    in->kind = kind;
    in->path = path;
    in->time = time;
    in->snapshot = NO_SNAPSHOT;
    return in;
}

static void add_kill(const char *path, int64_t time, const char *clock)
{
    struct oom_kill *k = &kills[n_logs];
    struct kernel_log *log = &logs[n_logs++];

    *k = (struct oom_kill){.pid = 42,
                           .name = "java",
                           .line = 7,
                           .anon = 1 << 20,
                           .file = 0,
                           .shmem = 0,
                           .report = UNKNOWN,
                           .time = time,
                           .uptime = time == NONE ? 12.5 : -1,
                           .clock = clock};
    log->kills.at = k;
    log->kills.n = 1;
    add(ARTIFACT_KERNEL_LOG, path, NONE)->kernel = log;
}

START_TEST(in_the_order_of_their_clocks)
{
    add_kill("dmesg", T + 5000, "dmesg -T");
    add(ARTIFACT_HPROF, "b.hprof", T + 3000);
    add(ARTIFACT_HPROF, "none.hprof", NONE);
    add(ARTIFACT_HPROF, "a.hprof", T);
    build();
    ck_assert_uint_eq(timeline.events.n, 4);
    ck_assert_str_eq(timeline.events.at[0].origin.path, "a.hprof");
    ck_assert_str_eq(timeline.events.at[1].origin.path, "b.hprof");
    ck_assert_str_eq(timeline.events.at[2].origin.path, "dmesg");
    ck_assert_uint_eq(timeline.events.at[2].origin.line, 7);
    ck_assert_ptr_nonnull(strstr(timeline.events.at[2].clock, "dmesg -T"));
    ck_assert_str_eq(timeline.events.at[3].clock, "none");
    for (unsigned i = 0; i < 4; i++)
        ck_assert_ptr_null(timeline.events.at[i].doubt);
}
END_TEST

START_TEST(a_kill_is_told_once)
{
    add_kill("dmesg", NONE, "boot");
    add_kill("dmesg-T", T, "dmesg -T");
    build();
    ck_assert_uint_eq(timeline.events.n, 1);
    ck_assert_str_eq(timeline.events.at[0].origin.path, "dmesg-T");
}
END_TEST

START_TEST(a_clock_since_boot_is_no_time)
{
    add_kill("dmesg", NONE, "boot");
    build();
    ck_assert_int_eq(timeline.events.at[0].time, NONE);
    ck_assert_ptr_nonnull(
        strstr(timeline.events.at[0].clock, "12.500 s after boot"));
}
END_TEST

START_TEST(life_after_death_is_doubted_and_not_moved)
{
    add_kill("dmesg", T, "dmesg -T");
    add(ARTIFACT_HPROF, "a.hprof", T + 90000);
    build();
    ck_assert_str_eq(timeline.events.at[0].origin.path, "dmesg");
    ck_assert_ptr_nonnull(strstr(timeline.events.at[0].doubt, "90.000 s"));
    ck_assert_ptr_nonnull(strstr(timeline.events.at[1].doubt, "after the"));
}
END_TEST

START_TEST(a_time_zone_is_suspected)
{
    add_kill("dmesg", T, "dmesg -T");
    add(ARTIFACT_HPROF, "a.hprof", T + 2 * HOUR - 20000);
    build();
    ck_assert_ptr_nonnull(strstr(timeline.events.at[0].doubt, "2.0 h"));
    ck_assert_ptr_nonnull(strstr(timeline.events.at[0].doubt, "zone"));
}
END_TEST

START_TEST(and_the_other_way_round)
{
    add_kill("dmesg", T + 5 * HOUR + HOUR / 2, "dmesg -T");
    add(ARTIFACT_HPROF, "a.hprof", T);
    build();
    ck_assert_ptr_null(timeline.events.at[0].doubt);
    ck_assert_ptr_nonnull(strstr(timeline.events.at[1].doubt, "5.5 h"));
}
END_TEST

START_TEST(an_old_dump_is_no_wrong_clock)
{
    add_kill("dmesg", T + 3 * HOUR + HOUR / 4, "dmesg -T");
    add(ARTIFACT_HPROF, "a.hprof", T);
    build();
    ck_assert_ptr_null(timeline.events.at[1].doubt);
}
END_TEST

START_TEST(folders_out_of_order_are_doubted)
{
    snapshots[0] = (struct snapshot){"1-start", 0, T + 60000, true, false};
    snapshots[1] = (struct snapshot){"2-late", 1, T, true, false};
    incident.snapshots.n = 2;
    build();
    ck_assert_str_eq(timeline.events.at[0].origin.path, "2-late");
    ck_assert_ptr_nonnull(strstr(timeline.events.at[0].doubt, "1-start"));
    ck_assert_ptr_null(timeline.events.at[1].doubt);
}
END_TEST

START_TEST(what_comes_often_is_one_event)
{
    struct oome oomes[] = {
        {.message = "Java heap space", .count = 512, .line = 3, .time = T}};
    struct app_log log = {.oomes = {oomes, 1, 1}};
    struct gc_pause pauses[] = {
        {.time = T, .full = true, .after = 5, .capacity = 10, .line = 1},
        {.time = T + 1000, .full = true, .after = 6, .capacity = 10},
    };
    struct gc_log gc = {.pauses = {pauses, 2, 2}, .full_count = 2};

    add(ARTIFACT_APP_LOG, "log", NONE)->log = &log;
    add(ARTIFACT_GC_LOG, "gc.log", NONE)->gc = &gc;
    build();
    ck_assert_uint_eq(timeline.events.n, 2);
    ck_assert_uint_eq(timeline.events.at[0].count, 512);
    ck_assert_uint_eq(timeline.events.at[1].count, 2);
    ck_assert_int_eq(timeline.events.at[1].last_time, T + 1000);
}
END_TEST

START_TEST(memory_runs_out)
{
    uint64_t calls, at;

    add_kill("dmesg", T, "dmesg -T");
    add(ARTIFACT_HPROF, "a.hprof", T + 90000);
    build();
    calls = mem.calls;
    for (at = 1; at <= calls; at++) {
        timeline_deinit(&timeline, &mem);
        mem_init(&mem, 0);
        mem.fail_at = at;
        memset(&err, 0, sizeof err);
        ck_assert(!timeline_build(&incident, &verdict, &mem, &timeline, &err));
        ck_assert_int_eq(err.code, ERR_NOMEM);
        ck_assert_uint_eq(mem.held, 0);
    }
}
END_TEST

TCase *timeline_tcase(void)
{
    TCase *t = tcase_create("timeline");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, in_the_order_of_their_clocks);
    tcase_add_test(t, a_kill_is_told_once);
    tcase_add_test(t, a_clock_since_boot_is_no_time);
    tcase_add_test(t, life_after_death_is_doubted_and_not_moved);
    tcase_add_test(t, a_time_zone_is_suspected);
    tcase_add_test(t, and_the_other_way_round);
    tcase_add_test(t, an_old_dump_is_no_wrong_clock);
    tcase_add_test(t, folders_out_of_order_are_doubted);
    tcase_add_test(t, what_comes_often_is_one_event);
    tcase_add_test(t, memory_runs_out);
    return t;
}
