/* test_identity.c - whether the artifacts are of one process. */
#include <check.h>
#include <string.h>

#include "bench.h"
#include "suites.h"

static struct bench b;
static struct proc_status status;
static struct nmt_report nmt;
static struct vm_flags flags;

static void setup(void)
{
    bench_init(&b);
    memset(&status, 0xff, sizeof status); /* every figure UNKNOWN */
    memset(&nmt, 0, sizeof nmt);
    memset(&flags, 0, sizeof flags);
}

/* What the inputs point to is not theirs to free. */
static void teardown(void)
{
    ck_assert(!err_is_set(&b.err));
    vec_free(&b.incident.inputs, &b.mem);
    bench_deinit(&b);
}

static struct input *given(const char *name, enum artifact_kind kind)
{
    struct input *in;

    ck_assert(vec_push(&b.incident.inputs, &b.mem, &b.err));
    in = vec_last(&b.incident.inputs);
    memset(in, 0, sizeof *in);
    in->path = in->name = name;
    in->kind = kind;
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

TCase *identity_tcase(void)
{
    TCase *t = tcase_create("identity");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, one_process);
    tcase_add_test(t, a_container_has_two_pids);
    tcase_add_test(t, another_ones_nmt);
    tcase_add_test(t, another_ones_status);
    tcase_add_test(t, a_dump_left_behind);
    tcase_add_test(t, a_namespace_may_lie_between);
    return t;
}
