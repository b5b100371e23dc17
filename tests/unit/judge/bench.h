/*
 * bench.h - facts made up for one test: nothing is known until the test
 * states it, and rules are asked one by one or all in order.
 */
#ifndef OOMWHY_TESTS_UNIT_JUDGE_BENCH_H
#define OOMWHY_TESTS_UNIT_JUDGE_BENCH_H

#include "judge/rules.h"

#include "base/size.h"

#define ARENAS 10 /* mappings that a test may make up */

struct bench {
    struct mem mem;
    struct incident incident;
    struct input input; /* whatever says something */
    struct thresholds thresholds;
    struct facts facts;
    struct arena arena;
    struct err err;
    struct pen pen;
    struct finding found;
    struct oom_kill kill;
    struct oom_report report;
    struct oom_task tasks[4];
    struct oome oome;
    struct known_oome known_oome;
    struct heap heap;
    struct moment moments[3];
    struct jvm_warning warning;
    /* NMT at the first and the last moment. */
    struct nmt_report nmt[2];
    /* For facts to point to. */
    struct gc_log gc;
    struct vm_info hs_err; /* every figure UNKNOWN */
    struct smaps_map mappings[ARENAS];
    struct smaps smaps; /* of those */
    struct class_histogram histogram;
    /* The suspect that is being made up. */
    struct heap_suspect suspect;
    struct heap_step steps[6];
    struct heap_held held[4];
};

void bench_init(struct bench *b);
void bench_deinit(struct bench *b);

/* A figure of one line of evidence. */
struct figure says(struct bench *b, enum line line, uint64_t value);
/* The kernel killed this process; the group was at its limit. */
void given_kill(struct bench *b, uint64_t anon, uint64_t shmem, uint64_t limit);
/* Another task of the group; the first is number 0. */
void given_task(struct bench *b, unsigned n, uint64_t pid, const char *name,
                uint64_t anon);
void given_oome(struct bench *b, enum oome_kind kind, const char *message);
void given_heap(struct bench *b, uint64_t xmx, uint64_t live);
/* What the process is made of; parts are added up. */
void given_part(struct bench *b, enum part_kind kind, const char *name,
                enum verdict_kind verdict, uint64_t first, uint64_t last);
void given_warning(struct bench *b, enum warning_kind kind, const char *text);
/* hs_err of such a death. */
void given_hs_err(struct bench *b, enum vm_death death);
/* A file of the incident; its content is the test's. */
struct input *given_input(struct bench *b, enum artifact_kind kind);

/* ---- bench_life.c: what NMT and /proc saw ----------------------------- */

/* Committed bytes of a category at the first and at the last look. */
void given_category(struct bench *b, const char *name, uint64_t first,
                    uint64_t last);
/* Two looks at these categories and at RSS, with so much outside NMT; the
 * parts are found by the judge's own code. */
void given_looks(struct bench *b, uint64_t outside_first,
                 uint64_t outside_last);
/* Three looks at a living process where every trouble would have shown. */
void given_life(struct bench *b, uint64_t first, uint64_t mid, uint64_t last);

/* ---- bench_heap.c: what a heap dump holds ----------------------------- */

/* A dump of so many reachable bytes, in which nothing stands out. */
void given_heap_dump(struct bench *b, uint64_t reachable);
/* The path to the suspect step by step, what it holds, then itself. */
void given_step(struct bench *b, const char *class_name, const char *name,
                const char *via);
void given_held(struct bench *b, const char *class_name, uint64_t objects);
void given_suspect(struct bench *b, const char *class_name, uint64_t bytes);
void given_row(struct bench *b, const char *name, uint64_t objects,
               uint64_t retained);
void given_thread(struct bench *b, const char *name, uint64_t retained,
                  uint64_t on_stack);
void given_peer(struct bench *b, const char *class_name, uint64_t bytes);

/* Runs the table of rules: the kind of the first that finds something. */
enum verdict_kind first_found(struct bench *b);
/* The same; its number in the table. */
unsigned first_rule(struct bench *b);

#endif
