/*
 * bench.h - facts made up for one test: nothing is known until the test
 * states it, and rules are asked one by one or all in order.
 */
#ifndef OOMWHY_TESTS_UNIT_JUDGE_BENCH_H
#define OOMWHY_TESTS_UNIT_JUDGE_BENCH_H

#include "judge/rules.h"

#define MIB ((uint64_t)1 << 20)

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

/* Runs the table of rules: the kind of the first that finds something. */
enum verdict_kind first_found(struct bench *b);

#endif
