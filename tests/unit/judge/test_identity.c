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
    return t;
}
