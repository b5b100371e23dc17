/* test_identity.c - whether the artifacts are of one process. */
#include <check.h>
#include <string.h>

#include "fixture.h"
#include "suites.h"

static struct proc_status status;
static struct nmt_report nmt;
static struct vm_flags flags;

static void setup(void)
{
    bench_begin();
    memset(&status, 0xff, sizeof status); /* every figure UNKNOWN */
    memset(&nmt, 0, sizeof nmt);
    memset(&flags, 0, sizeof flags);
}

static struct input *given(const char *name, enum artifact_kind kind)
{
    struct input *in = given_input(&b, kind);

    in->path = in->name = name;
    return in;
}

static void given_status(uint64_t host, uint64_t inside)
{
    status.pid = host;
    status.ns_pid = inside;
    given("status", ARTIFACT_PROC_STATUS)->status = &status;
}

static void given_nmt(uint64_t pid)
{
    nmt.pid = pid;
    given("nmt.txt", ARTIFACT_NMT)->nmt = &nmt;
}

static uint64_t strangers(void)
{
    b.facts.strangers = 0;
    incident_tell_lives(&b.incident);
    facts_identity(&b.facts);
    return b.facts.strangers;
}

START_TEST(one_process)
{
    given_status(4242, 4242);
    given_nmt(4242);
    given("java_pid4242.hprof", ARTIFACT_HPROF);
    given("heap.hprof", ARTIFACT_HPROF); /* has no pid */
    ck_assert_uint_eq(strangers(), 0);
}
END_TEST

START_TEST(a_container_has_two_pids)
{
    given_status(4242, 7);
    given_nmt(7);
    given("java_pid7.hprof", ARTIFACT_HPROF);
    ck_assert_uint_eq(strangers(), 0);
    given("java_pid8.hprof", ARTIFACT_HPROF);
    ck_assert_uint_eq(strangers(), 1);
}
END_TEST

START_TEST(another_ones_nmt)
{
    given_status(4242, 4242);
    given_nmt(4300);
    ck_assert_uint_eq(strangers(), 1);
    ck_assert_uint_eq(b.facts.stranger_pid, 4300);
    ck_assert_uint_eq(b.facts.our_pid, 4242);
}
END_TEST

START_TEST(another_ones_status)
{
    static struct proc_status other;

    given_status(4242, 4242);
    other = status;
    other.pid = other.ns_pid = 4300;
    given("2/status", ARTIFACT_PROC_STATUS)->status = &other;
    ck_assert_uint_eq(strangers(), 1);
}
END_TEST

START_TEST(a_dump_left_behind)
{
    given_nmt(4242);
    given("java_pid4100.hprof", ARTIFACT_HPROF);
    ck_assert_uint_eq(strangers(), 1);
}
END_TEST

/* On the host and in the container: nobody knows how they go together. */
START_TEST(a_namespace_may_lie_between)
{
    given_nmt(4242);
    flags.pid = 1;
    given("flags.txt", ARTIFACT_VM_FLAGS)->flags = &flags;
    ck_assert_uint_eq(strangers(), 0);
    flags.pid = 4300;
    ck_assert_uint_eq(strangers(), 1);
}
END_TEST

/* A script says what was meant, the JVM what is. */
START_TEST(the_jvm_knows_its_flags_best)
{
    static struct vm_flags script;

    script = flags;
    script.pid = UNKNOWN;
    script.xmx = 100 * MIB;
    given("a-script.sh", ARTIFACT_VM_COMMAND_LINE)->flags = &script;
    flags.pid = 4242;
    flags.xmx = 200 * MIB;
    given("flags.txt", ARTIFACT_VM_FLAGS)->flags = &flags;
    facts_process(&b.facts);
    ck_assert_uint_eq(b.facts.xmx.value, 200 * MIB);
}
END_TEST

/* ---- the dump of another life ------------------------------------------ */

static void given_dump(const char *name, int64_t time)
{
    given(name, ARTIFACT_HPROF)->time = time;
    b.facts.heap = &b.heap;
    b.facts.dump = vec_last(&b.incident.inputs);
}

/* A JVM that began at `start`, as its GC log tells. */
static void given_gc_log(struct gc_log *log, int64_t start)
{
    struct input *in;

    memset(log, 0, sizeof *log);
    ck_assert(vec_push(&log->pauses, &b.mem, &b.err));
    memset(vec_last(&log->pauses), 0, sizeof(struct gc_pause));
    vec_last(&log->pauses)->uptime = 2.5;
    vec_last(&log->pauses)->time = start + 2500;
    in = given("gc.log", ARTIFACT_GC_LOG);
    in->time = start;
    in->gc = log;
    b.facts.gc = log;
    b.facts.gc_input = in;
}

START_TEST(another_ones_dump_is_set_aside)
{
    given_nmt(4242);
    given_dump("java_pid4100.hprof", INT64_MIN);
    incident_tell_lives(&b.incident);
    facts_identity(&b.facts);
    ck_assert_ptr_null(b.facts.heap);
    ck_assert_ptr_eq(b.facts.stale_heap, &b.heap);
    ck_assert_str_eq(b.facts.stale->name, "java_pid4100.hprof");
}
END_TEST

START_TEST(our_own_dump_is_not)
{
    given_nmt(4242);
    given_dump("java_pid4242.hprof", INT64_MIN);
    incident_tell_lives(&b.incident);
    facts_identity(&b.facts);
    ck_assert_ptr_nonnull(b.facts.heap);
    ck_assert_ptr_null(b.facts.stale);
}
END_TEST

/* What stays behind does not say whose the rest is, even if it comes first. */
START_TEST(a_dump_is_the_last_to_say_who_it_is)
{
    given_dump("java_pid4100.hprof", INT64_MIN);
    given_nmt(4242);
    b.facts.dump = &b.incident.inputs.at[0];
    incident_tell_lives(&b.incident);
    facts_identity(&b.facts);
    ck_assert_uint_eq(b.facts.our_pid, 4242);
    ck_assert_ptr_null(b.facts.heap);
}
END_TEST

START_TEST(an_earlier_run_of_the_same_pid)
{
    static const int64_t start = INT64_C(1700000000000);
    struct gc_log log;

    given_gc_log(&log, start);
    given_dump("java_pid1.hprof", start - 300000);
    ck_assert(facts_is_strange(&b.facts, b.facts.dump));
    b.facts.dump = vec_last(&b.incident.inputs);
    vec_last(&b.incident.inputs)->time = start + 90000;
    ck_assert(!facts_is_strange(&b.facts, b.facts.dump));
    /* Clocks within a minute of each other prove nothing. */
    vec_last(&b.incident.inputs)->time = start - 30000;
    ck_assert(!facts_is_strange(&b.facts, b.facts.dump));
    vec_free(&log.pauses, &b.mem);
}
END_TEST

/* ---- restarts ------------------------------------------------------------ */

/* Three looks, the first at another life; that a kernel log, or the name of
 * a dump, says which of them ended is the test's. */
static void given_restart(uint64_t first, uint64_t second)
{
    static struct proc_status of[3];

    for (uint32_t k = 0; k < 3; k++) {
        struct input *in;

        ck_assert(vec_push(&b.incident.snapshots, &b.mem, &b.err));
        *vec_last(&b.incident.snapshots) =
            (struct snapshot){"look", k, INT64_MIN, true, false};
        of[k] = status;
        of[k].pid = of[k].ns_pid = k ? second : first;
        in = given("status", ARTIFACT_PROC_STATUS);
        in->snapshot = k;
        in->status = &of[k];
    }
}

static bool is_strange(uint32_t snapshot)
{
    return b.incident.snapshots.at[snapshot].strange;
}

START_TEST(the_life_looked_at_most)
{
    given_restart(4242, 4300);
    ck_assert_uint_eq(strangers(), 1);
    ck_assert_uint_eq(b.incident.ours.host, 4300);
    ck_assert(is_strange(0) && !is_strange(1) && !is_strange(2));
    ck_assert(!b.incident.succeeded);
}
END_TEST

START_TEST(the_life_that_ended)
{
    given_restart(4242, 4300);
    given("java_pid4242.hprof", ARTIFACT_HPROF)->snapshot = NO_SNAPSHOT;
    ck_assert_uint_eq(strangers(), 2);
    ck_assert_uint_eq(b.incident.ours.host, 4242);
    ck_assert(!is_strange(0) && is_strange(1) && is_strange(2));
    ck_assert(b.incident.succeeded);
}
END_TEST

START_TEST(of_two_that_ended_the_later)
{
    struct kernel_log *log = mem_alloc(&b.mem, 1, sizeof *log, &b.err);

    given_restart(4242, 4300);
    given("java_pid4242.hprof", ARTIFACT_HPROF)->snapshot = NO_SNAPSHOT;
    memset(log, 0, sizeof *log);
    ck_assert(vec_push(&log->kills, &b.mem, &b.err));
    memset(vec_last(&log->kills), 0, sizeof(struct oom_kill));
    vec_last(&log->kills)->pid = 4300;
    given("dmesg.txt", ARTIFACT_KERNEL_LOG)->kernel = log;
    ck_assert_uint_eq(strangers(), 2);
    ck_assert_uint_eq(b.incident.ours.host, 4300);
    ck_assert(!b.incident.succeeded);
    vec_free(&log->kills, &b.mem);
    mem_free(&b.mem, log);
}
END_TEST

/* No /proc of the second life, but it answered jcmd. */
START_TEST(a_life_that_only_nmt_knows)
{
    static struct nmt_report answer = {.enabled = true, .pid = 4300};
    struct input *in;

    given_restart(4242, 4242);
    in = given("nmt", ARTIFACT_NMT);
    in->snapshot = 2;
    in->nmt = &answer;
    given("java_pid4300.hprof", ARTIFACT_HPROF)->snapshot = NO_SNAPSHOT;
    ck_assert_uint_eq(strangers(), 3);
    ck_assert_uint_eq(b.incident.ours.host, 4300);
}
END_TEST

/* What says that it ended says nothing of when it began. */
START_TEST(a_dump_is_no_look_at_a_life)
{
    given_restart(4242, 4242);
    given("java_pid4300.hprof", ARTIFACT_HPROF)->snapshot = NO_SNAPSHOT;
    ck_assert_uint_eq(strangers(), 1);
    ck_assert_uint_eq(b.incident.ours.host, 4242);
}
END_TEST

START_TEST(the_life_that_was_asked_for)
{
    given_restart(4242, 4300);
    b.incident.stated.pid = 4242;
    ck_assert_uint_eq(strangers(), 2);
    ck_assert_uint_eq(b.incident.ours.host, 4242);
}
END_TEST

/* One log holds both lives; each dumps at its first error. */
START_TEST(the_error_of_another_life)
{
    static struct oome error = {
        .kind = OOME_HEAP_SPACE, .message = "", .count = 1};
    static struct jvm_warning dump = {.kind = WARN_DUMPING};
    struct app_log log;

    memset(&log, 0, sizeof log);
    log.exit_status = UNKNOWN;
    given_restart(4242, 4300);
    ck_assert(vec_push(&log.oomes, &b.mem, &b.err));
    *vec_last(&log.oomes) = error;
    ck_assert(vec_push(&log.warnings, &b.mem, &b.err));
    dump.text = "Dumping heap to java_pid4242.hprof ...";
    *vec_last(&log.warnings) = dump;
    given("stdout.txt", ARTIFACT_APP_LOG)->log = &log;
    b.incident.stated.pid = 4300;
    strangers();
    ck_assert(facts_death(&b.facts, &b.err));
    ck_assert_ptr_null(b.facts.oome);
    vec_last(&log.warnings)->text = "Dumping heap to java_pid4300.hprof ...";
    ck_assert(facts_death(&b.facts, &b.err));
    ck_assert_ptr_nonnull(b.facts.oome);
    vec_free(&log.oomes, &b.mem);
    vec_free(&log.warnings, &b.mem);
}
END_TEST

TCase *identity_tcase(void)
{
    TCase *t = tcase_create("identity");

    tcase_add_checked_fixture(t, setup, bench_end);
    tcase_add_test(t, one_process);
    tcase_add_test(t, a_container_has_two_pids);
    tcase_add_test(t, another_ones_nmt);
    tcase_add_test(t, another_ones_status);
    tcase_add_test(t, a_dump_left_behind);
    tcase_add_test(t, a_namespace_may_lie_between);
    tcase_add_test(t, the_jvm_knows_its_flags_best);
    tcase_add_test(t, another_ones_dump_is_set_aside);
    tcase_add_test(t, our_own_dump_is_not);
    tcase_add_test(t, a_dump_is_the_last_to_say_who_it_is);
    tcase_add_test(t, an_earlier_run_of_the_same_pid);
    tcase_add_test(t, the_life_looked_at_most);
    tcase_add_test(t, the_life_that_ended);
    tcase_add_test(t, of_two_that_ended_the_later);
    tcase_add_test(t, a_life_that_only_nmt_knows);
    tcase_add_test(t, a_dump_is_no_look_at_a_life);
    tcase_add_test(t, the_life_that_was_asked_for);
    tcase_add_test(t, the_error_of_another_life);
    return t;
}
