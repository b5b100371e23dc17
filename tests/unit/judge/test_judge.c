/*
 * test_judge.c - whole incidents from small texts to the verdict, with all
 * that stands beside it; and every allocation on the way that can fail.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/size.h"
#include "captured.h"
#include "suites.h"

static void put_native_death(void)
{
    put_nmt("1-early/nmt.txt", 8320, 0);
    put_status("1-early/status.txt", 18000);
    put_nmt("2-late/nmt.txt", 8320, 120000);
    put_status("2-late/status.txt", 138000);
    put_kill("dmesg.txt", 4242, 250000);
}

START_TEST(test_native_death)
{
    const struct balance_row *r;
    uint64_t low = 0;

    put_native_death();
    judged();
    ck_assert_int_eq(v.side, SIDE_OFF_HEAP);
    ck_assert_int_eq(v.kind, KIND_DIRECT_BUFFERS); /* of which nobody saw any */
    ck_assert_int_eq(v.confidence, CONFIDENCE_MEDIUM);
    ck_assert(v.evidence.n >= 2 && v.actions.n && v.missing.n);
    ck_assert(v.alternatives.n);
    ck_assert(v.culprit.known);
    ck_assert_uint_eq(v.process.pid, 4242);
    ck_assert_uint_eq(v.process.limit, 256 * MIB);
    ck_assert(v.balance.present);
    ck_assert_uint_eq(v.balance.total, 270000u << 10);
    VEC_EACH (&v.balance.rows, r) {
        ck_assert_uint_le(r->low, r->high);
        ck_assert_uint_le(r->high, v.balance.total);
        ck_assert(*r->source && *r->key && *r->label);
        low += r->low;
    }
    ck_assert_uint_le(v.balance.unexplained_low, v.balance.unexplained_high);
    ck_assert_uint_eq(v.balance.unexplained_high,
                      low < v.balance.total ? v.balance.total - low : 0);
}
END_TEST

START_TEST(test_evidence_is_sorted_and_has_origins)
{
    put_native_death();
    judged();
    for (uint64_t i = 1; i < v.evidence.n; i++)
        ck_assert_uint_ge(v.evidence.at[i - 1].weight, v.evidence.at[i].weight);
    ck_assert_ptr_nonnull(v.evidence.at[0].origin.path);
    ck_assert_uint_gt(v.evidence.at[0].origin.line, 0);
}
END_TEST

/* A full heap that the JVM itself reported, beside the kill of `pid`. */
static void put_error_beside_kill(unsigned pid)
{
    put("stderr.txt", "Exception in thread \"main\" "
                      "java.lang.OutOfMemoryError: Java heap space\n"
                      "\tat a.B.c(B.java:1)\n");
    put_nmt("1-early/nmt.txt", 60000, 0);
    put_status("1-early/status.txt", 70000);
    put_kill("dmesg.txt", pid, 250000);
}

START_TEST(test_foreign_kill_does_not_outrank_the_jvm)
{
    put_error_beside_kill(99000);
    judged();
    ck_assert_int_eq(v.side, SIDE_ON_HEAP);
    ck_assert_uint_gt(v.n_notes, 0);
}
END_TEST

/* Whoever is killed has no exit status of his own. */
START_TEST(test_a_foreign_kill_beside_an_end_in_order)
{
    put_level_looks();
    put_kill("dmesg.txt", 99000, 250000);
    put("stderr.txt", "");
    put("gc.log", quiet_gc_log);
    put("supervisor.txt", "sv: shop pid 4242 exited: status 0\n");
    ck_assert_int_eq(judged(), KIND_HEALTHY);
    ck_assert_uint_eq(v.process.pid, 4242);
}
END_TEST

/* The host counts pids from before the container was there. */
START_TEST(test_a_containers_pid_is_no_higher_than_the_hosts)
{
    put_nmt("nmt.txt", 60000, 0); /* of 4242 */
    put_kill("dmesg.txt", 99, 250000);
    ck_assert_int_eq(judged(), KIND_NOT_ENOUGH_EVIDENCE);
    ck_assert_ptr_nonnull(strstr(v.summary, "another JVM"));
}
END_TEST

START_TEST(test_the_hosts_pid_may_be_the_higher_one)
{
    put_nmt("nmt.txt", 60000, 0);
    put_kill("dmesg.txt", 99000, 250000);
    judged();
    ck_assert_uint_eq(v.process.pid, 99000);
    ck_assert_ptr_nonnull(strstr(v.summary, "Killed by the kernel"));
}
END_TEST

/* ---- other processes' files beside the JVM's -------------------------- */

/* It is read first, by its name. */
START_TEST(test_a_childs_status_is_not_the_jvms)
{
    put_native_death();
    put_status_of("2-late/child-status.txt", "convert", 4300, 4242, 880000);
    ck_assert_int_eq(judged(), KIND_DIRECT_BUFFERS);
    ck_assert_int_eq(v.confidence, CONFIDENCE_MEDIUM);
    ck_assert_uint_eq(v.process.pid, 4242);
    ck_assert_uint_eq(v.n_notes, 0);
}
END_TEST

START_TEST(test_nor_is_that_of_a_jvm_it_started)
{
    put_native_death();
    put_status_of("2-late/child-status.txt", "java", 4300, 4242, 880000);
    judged();
    ck_assert_int_eq(v.confidence, CONFIDENCE_MEDIUM);
    ck_assert_uint_eq(v.n_notes, 0);
}
END_TEST

/* The launcher is a JVM as well, but jcmd spoke to its child. */
START_TEST(test_a_jvm_started_by_a_jvm_is_ours)
{
    put_native_death();
    put_status_of("2-late/a-status.txt", "java", 1, 0, 880000);
    judged();
    ck_assert_uint_eq(v.process.pid, 4242);
    ck_assert_uint_gt(v.n_notes, 0); /* two processes, nobody knows why */
}
END_TEST

/* Another JVM that nobody of them started is a mixture of two. */
START_TEST(test_a_strangers_status_is_noticed)
{
    put_native_death();
    put_status_of("2-late/a-status.txt", "java", 7777, 1, 880000);
    judged();
    ck_assert_uint_gt(v.n_notes, 0);
    ck_assert_int_lt(v.confidence, CONFIDENCE_HIGH);
}
END_TEST

/* Growth between two processes is nobody's growth. */
START_TEST(test_two_processes_lower_the_confidence)
{
    enum confidence sure;

    put_native_death();
    judged();
    sure = v.confidence;
    verdict_deinit(&v, &mem);
    incident_deinit(&inc);
    incident_init(&inc, &mem);
    put("2-late/flags.txt", "7777:\n-XX:CICompilerCount=2 "
                            "-XX:MaxHeapSize=67108864 -XX:+UseSerialGC\n");
    judged();
    ck_assert_int_lt(v.confidence, sure);
    ck_assert_uint_gt(v.n_notes, 0);
}
END_TEST

START_TEST(test_healthy_case)
{
    put_level_looks();
    put_nmt("3/nmt.txt", 30000, 0);
    put_status("3/status.txt", 51000);
    put("gc.log", quiet_gc_log);
    put("stderr.txt", "");
    ck_assert_int_eq(judged(), KIND_HEALTHY);
}
END_TEST

/* ---- nothing but a javacore ------------------------------------------- */

/* Of a heap of 512 MiB, and in it so many bytes. */
static void put_javacore(const char *event, unsigned used)
{
    putf("javacore.txt",
         "0SECTION       TITLE subcomponent dump routine\n"
         "1TISIGINFO     Dump Event %s received \n"
         "1STHEAPTOTAL   Total memory:         536870912 (0x20000000)\n"
         "1STHEAPINUSE   Total memory in use:  %u (0x1)\n",
         event, used);
}

#define SYSTHROW                                                               \
    "\"systhrow\" (00040000) Detail \"java/lang/OutOfMemoryError\" "

START_TEST(test_a_javacore_of_a_full_heap)
{
    put_javacore(SYSTHROW "\"Java heap space\"", 534003112);
    ck_assert_int_eq(judged(), KIND_HEAP_LEAK);
    ck_assert_int_eq(v.confidence, CONFIDENCE_MEDIUM);
}
END_TEST

START_TEST(test_a_javacore_of_one_request)
{
    put_javacore(SYSTHROW "\"Java heap space\"", 5340031);
    ck_assert_int_eq(judged(), KIND_OVERSIZED_REQUEST);
}
END_TEST

/* Full or not, nothing ran out: somebody asked for it. */
START_TEST(test_a_javacore_on_request)
{
    put_javacore("\"user\" (00004000)", 534003112);
    judged();
    ck_assert_int_eq(v.side, SIDE_UNDECIDED);
}
END_TEST

START_TEST(test_a_javacore_of_native_memory)
{
    put_javacore(SYSTHROW "\"native memory exhausted\"", 534003112);
    judged();
    ck_assert_int_eq(v.side, SIDE_UNDECIDED);
    ck_assert_ptr_nonnull(strstr(v.summary, "Native memory was refused"));
}
END_TEST

/* ---- nothing but a kill and the GC log -------------------------------- */

/* -Xmx64m, and at the last collection the classes had so many KiB. */
static void put_gc_log(unsigned metaspace)
{
    putf("gc.log",
         "[0.01s][info][gc,init] Heap Max Capacity: 64M\n"
         "[0.10s][info][gc,start] GC(0) Pause Young (Allocation Failure)\n"
         "[0.11s][info][gc,metaspace] GC(0) Metaspace: 526K(704K)->526K(704K)\n"
         "[0.11s][info][gc] GC(0) Pause Young (Allocation Failure) "
         "12M->1M(24M) 1.0ms\n"
         "[9.10s][info][gc,metaspace] GC(1) Metaspace: %uK(%uK)->%uK(%uK)\n"
         "[9.11s][info][gc] GC(1) Pause Young (Allocation Failure) "
         "22M->2M(24M) 1.0ms\n",
         metaspace, metaspace, metaspace, metaspace);
}

START_TEST(test_classes_by_the_gc_log)
{
    put_kill("dmesg.txt", 4242, 240000);
    put_gc_log(150000);
    ck_assert_int_eq(judged(), KIND_METASPACE_CLASS_LEAK);
    ck_assert_int_eq(v.confidence, CONFIDENCE_LOW);
    ck_assert_str_eq(v.culprit.name, "Metaspace");
}
END_TEST

/* No heap of 64 MiB fills that, and neither do the classes. */
START_TEST(test_neither_heap_nor_classes_by_the_gc_log)
{
    put_kill("dmesg.txt", 4242, 240000);
    put_gc_log(5000);
    ck_assert_int_eq(judged(), KIND_NATIVE_UNTRACKED_MALLOC);
    ck_assert_int_eq(v.confidence, CONFIDENCE_LOW);
}
END_TEST

/* The process was seen, but nobody asked NMT. */
START_TEST(test_classes_beside_a_status)
{
    put_status("1/status.txt", 30000);
    put_status("2/status.txt", 200000);
    put_kill("dmesg.txt", 4242, 240000);
    put_gc_log(150000);
    ck_assert_int_eq(judged(), KIND_METASPACE_CLASS_LEAK);
}
END_TEST

/* Classes of a later collection can't have been in that process yet. */
START_TEST(test_more_classes_than_memory)
{
    put_status("1/status.txt", 30000);
    put_status("2/status.txt", 50000);
    put_kill("dmesg.txt", 4242, 240000);
    put_gc_log(150000);
    judged();
    ck_assert_int_ne(v.kind, KIND_METASPACE_CLASS_LEAK);
}
END_TEST

/* NMT of a heap that is committed whole, and a kill. */
static void put_committed_whole(void)
{
    put_nmt("1/nmt.txt", 65536, 0);
    put_nmt("2/nmt.txt", 65536, 0);
    put_kill("dmesg.txt", 4242, 240000);
}

START_TEST(test_what_is_not_known_of_the_heap)
{
    put_committed_whole();
    put_status("1/status.txt", 60000);
    put_status("2/status.txt", 230000);
    judged();
    ck_assert_ptr_nonnull(strstr(v.notes[v.n_notes - 1].text, "of the heap"));
}
END_TEST

START_TEST(test_what_is_not_known_of_the_process)
{
    put_committed_whole();
    judged();
    ck_assert_ptr_nonnull(strstr(v.notes[v.n_notes - 1].text, "RSS at the"));
}
END_TEST

/* ---- how it ended ------------------------------------------------------ */

/* A level life of two looks, a quiet log of errors, a detailed GC log. */
static void put_level_life(const char *last_gc_line)
{
    put_level_looks();
    put("stderr.txt", "");
    putf("gc.log",
         "[0.01s][info][gc,init] Heap Max Capacity: 64M\n"
         "[0.10s][info][gc,start] GC(0) Pause Young (Allocation Failure)\n"
         "[0.11s][info][gc] GC(0) Pause Young (Allocation Failure) "
         "2M->1M(8M) 1.0ms\n"
         "[0.11s][info][gc,cpu] GC(0) User=0.00s Sys=0.00s Real=0.00s\n%s",
         last_gc_line);
}

static void put_group(const char *folder, unsigned anon, unsigned kills)
{
    char name[64];

    snprintf(name, sizeof name, "%s/memory.stat", folder);
    putf(name, "anon %u\nfile 4096\nshmem 0\npgfault 1\n", anon);
    snprintf(name, sizeof name, "%s/memory.events", folder);
    putf(name, "low 0\nhigh 0\nmax 0\noom %u\noom_kill %u\n", kills, kills);
}

START_TEST(test_a_good_end_is_healthy)
{
    put_level_life("[9.00s][info][gc,heap,exit] Heap\n");
    put_group("3", 0, 0);
    ck_assert_int_eq(judged(), KIND_HEALTHY);
    ck_assert_int_eq(v.confidence, CONFIDENCE_HIGH);
}
END_TEST

START_TEST(test_a_log_that_stops_is_healthy_only_while_it_lives)
{
    put_level_life("");
    ck_assert_int_eq(judged(), KIND_HEALTHY);
    ck_assert_int_lt(v.confidence, CONFIDENCE_HIGH);
}
END_TEST

START_TEST(test_gone_with_a_log_that_stops)
{
    put_level_life("");
    put_group("3", 0, 0);
    judged();
    ck_assert_int_eq(v.side, SIDE_UNDECIDED);
    ck_assert(v.missing.n);
    ck_assert_ptr_nonnull(strstr(v.missing.at[0].command, "journalctl -k"));
}
END_TEST

/* The counter of a group that still has a JVM's memory says nothing of the
 * end: exit status 137 stays open. */
START_TEST(test_a_counter_before_the_end)
{
    put_level_life("");
    put("state.txt", "container exited with code 137\n");
    put_group("3", 60000 << 10, 0);
    judged();
    ck_assert_int_eq(v.side, SIDE_UNDECIDED);
}
END_TEST

START_TEST(test_a_counter_after_the_end)
{
    put_level_life("");
    put("state.txt", "container exited with code 137\n");
    put_group("3", 0, 0);
    ck_assert_int_eq(judged(), KIND_SIGKILL);
}
END_TEST

START_TEST(test_stated_facts_come_first)
{
    put_native_death();
    inc.stated.pid = inc.stated.rss = UNKNOWN;
    inc.stated.xmx = 123 * MIB;
    inc.stated.limit = 300 * MIB;
    judged();
    ck_assert_uint_eq(v.process.xmx, 123 * MIB);
    ck_assert_uint_eq(v.process.limit, 300 * MIB);
}
END_TEST

/* The n-th allocation fails, and all after it: no crash, no leak, and the
 * error says so. */
START_TEST(test_out_of_memory)
{
    put_native_death();
    judged();
    verdict_deinit(&v, &mem);
    for (uint64_t n = 1; n < 100000; n++) {
        uint64_t before = mem.held;
        bool ok;

        memset(&err, 0, sizeof err);
        mem.fail_at = mem.calls + n;
        ok = judge(&inc, &thresholds, &mem, &v, &err);
        mem.fail_at = 0;
        if (ok)
            return;
        ck_assert_int_eq(err.code, ERR_NOMEM);
        ck_assert_uint_eq(mem.held, before);
        memset(&v, 0, sizeof v);
    }
    ck_abort_msg("it never had enough");
}
END_TEST

START_TEST(test_thresholds)
{
    ck_assert(thresholds_set(&thresholds, "suspect_percent=25", &err));
    ck_assert_uint_eq(thresholds.suspect_percent, 25);
    ck_assert(thresholds_set(&thresholds, "jcmd_overhead=8m", &err));
    ck_assert_uint_eq(thresholds.jcmd_overhead, 8 * MIB);
    ck_assert(!thresholds_set(&thresholds, "suspect_percent=120", &err));
    ck_assert_int_eq(err.code, ERR_USAGE);
    memset(&err, 0, sizeof err);
    ck_assert(!thresholds_set(&thresholds, "no_such=1", &err));
    ck_assert(!thresholds_set(&thresholds, "suspect_percent", &err));
    ck_assert(!thresholds_set(&thresholds, "suspect_percent=", &err));
}
END_TEST

START_TEST(test_every_kind_has_words)
{
    for (unsigned k = 0; k < KINDS; k++) {
        ck_assert_ptr_nonnull(kind_name(k));
        ck_assert_ptr_nonnull(kind_title(k));
        ck_assert_ptr_nonnull(side_name(kind_side(k)));
    }
}
END_TEST

TCase *judge_tcase(void)
{
    TCase *t = tcase_create("judge");

    tcase_add_checked_fixture(t, captured_begin, captured_end);
    tcase_add_test(t, test_native_death);
    tcase_add_test(t, test_evidence_is_sorted_and_has_origins);
    tcase_add_test(t, test_foreign_kill_does_not_outrank_the_jvm);
    tcase_add_test(t, test_a_foreign_kill_beside_an_end_in_order);
    tcase_add_test(t, test_a_containers_pid_is_no_higher_than_the_hosts);
    tcase_add_test(t, test_the_hosts_pid_may_be_the_higher_one);
    tcase_add_test(t, test_a_childs_status_is_not_the_jvms);
    tcase_add_test(t, test_nor_is_that_of_a_jvm_it_started);
    tcase_add_test(t, test_a_jvm_started_by_a_jvm_is_ours);
    tcase_add_test(t, test_a_strangers_status_is_noticed);
    tcase_add_test(t, test_two_processes_lower_the_confidence);
    tcase_add_test(t, test_healthy_case);
    tcase_add_test(t, test_a_javacore_of_a_full_heap);
    tcase_add_test(t, test_a_javacore_of_one_request);
    tcase_add_test(t, test_a_javacore_on_request);
    tcase_add_test(t, test_a_javacore_of_native_memory);
    tcase_add_test(t, test_classes_by_the_gc_log);
    tcase_add_test(t, test_neither_heap_nor_classes_by_the_gc_log);
    tcase_add_test(t, test_classes_beside_a_status);
    tcase_add_test(t, test_more_classes_than_memory);
    tcase_add_test(t, test_what_is_not_known_of_the_heap);
    tcase_add_test(t, test_what_is_not_known_of_the_process);
    tcase_add_test(t, test_a_good_end_is_healthy);
    tcase_add_test(t, test_a_log_that_stops_is_healthy_only_while_it_lives);
    tcase_add_test(t, test_gone_with_a_log_that_stops);
    tcase_add_test(t, test_a_counter_before_the_end);
    tcase_add_test(t, test_a_counter_after_the_end);
    tcase_add_test(t, test_stated_facts_come_first);
    tcase_add_test(t, test_out_of_memory);
    tcase_add_test(t, test_thresholds);
    tcase_add_test(t, test_every_kind_has_words);
    return t;
}
