/*
 * captured.h - a directory of small files that is read as one incident and
 * judged: empty before each test, and behind it checked and cleared away.
 *
 * A test puts what was captured, by the names it would have, and says what
 * comes of it. Whatever it asks for must succeed, or the test ends.
 */
#ifndef OOMWHY_TESTS_UNIT_JUDGE_CAPTURED_H
#define OOMWHY_TESTS_UNIT_JUDGE_CAPTURED_H

#include "judge/verdict.h"
#include "tests/support/tempdir.h"

extern struct tempdir dir;
extern struct mem mem;
extern struct thresholds thresholds;
extern struct incident inc;
extern struct verdict v;
extern struct err err;

void captured_begin(void);
void captured_end(void);
/* The same directory, as if nothing of it had been read. */
void captured_again(void);

/* ---- what was captured -------------------------------------------------- */

void put(const char *name, const char *text);
void putf(const char *name, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Figures are KiB, the process is 4242 unless another one is named. */

/* /proc/PID/status of a JVM. */
void put_status(const char *name, unsigned anon);
void put_status_of(const char *name, const char *comm, unsigned pid,
                   unsigned parent, unsigned anon);
/* A kernel log: killed at the group's limit of 256 MiB. */
void put_kill(const char *name, unsigned pid, unsigned anon);
/* NMT: so much of heap and of Other, and 8000 KiB of code. */
void put_nmt(const char *name, unsigned heap, unsigned other);
/* Two looks at a process that stays as it is. */
void put_level_looks(void);
/* The text of a report of so many KiB in all. */
#define NMT_TEXT(kb)                                                           \
    "4242:\n\nNative Memory Tracking:\n\n"                                     \
    "Total: reserved=900000KB, committed=" #kb "KB\n\n"                        \
    "-                 Java Heap (reserved=65536KB, committed=8320KB)\n"       \
    "                            (mmap: reserved=65536KB, committed=8320KB)\n" \
    "\n"
/* A GC log of one young collection, 2026-11-20T22:29:02.380Z. */
extern const char quiet_gc_log[];
/* No evidence of anything. */
extern const char notes[];
/* A heap dump of one object, made at `time` (ms), `less` bytes short. */
void put_dump(const char *name, uint64_t time);
void put_cut_dump(const char *name, uint64_t time, size_t less);

/* ---- what comes of it ---------------------------------------------------- */

/* Adds one file or folder of the directory; "" is all of it. */
bool add(const char *name, enum artifact_kind kind);
/* Reads what was added. */
void read_added(void);
/* Reads all. */
void read_all(void);
/* The input whose path ends in `name`; there must be exactly one. */
const struct input *file(const char *name);
/* "" if it is of none. */
const char *snapshot_name(const struct input *in);
/* Reads and judges all: the kind of the verdict. */
enum verdict_kind judged(void);

#endif
