/*
 * rules.h - one small function a rule: it looks at the facts and either has
 * nothing to say or makes a finding. The table's order is precedence.
 */
#ifndef OOMWHY_JUDGE_RULES_H
#define OOMWHY_JUDGE_RULES_H

#include "judge/kinds.h"

/* True: `ret` is filled. */
typedef bool rule_fn(const struct facts *f, struct pen *p, struct finding *ret);

struct rule {
    const char *name;
    rule_fn *find;
};

/* Ends with a rule that always finds something. */
extern const struct rule rules[];
extern const unsigned n_rules;

/* rules_kernel.c: what the kernel's own account of a kill proves. */
rule_fn rule_other_killed, rule_kernel_memory, rule_shmem, rule_neighbour;
/* rules_growth.c: what this process was made of when it was killed. */
rule_fn rule_killed, rule_growing, rule_extraordinary;
/* ... and when the system refused it a native allocation; not alone a rule. */
bool judge_native_growth(const struct facts *f, struct pen *p, uint64_t asked,
                         struct finding *ret);
/* rules_heap.c: that part is the heap. */
void judge_heap(const struct facts *f, struct pen *p, const struct part *heap,
                struct finding *ret);
/* Its pages were seen, or objects once filled three quarters of it. */
bool heap_was_filled(const struct facts *f, const struct part *heap);
/* A third as large again, and by 4 MiB. */
bool live_is_larger(uint64_t before, uint64_t now);
/* A few MiB of a large heap are nobody's leak. */
bool live_is_few(const struct facts *f, uint64_t live);
/* -Xmx is not below the container's limit. */
bool xmx_exceeds(const struct facts *f);
/* rules_refused.c: the system refused the JVM memory or a thread. */
rule_fn rule_native_failed, rule_malloc_refused;
/* rules_jvm.c: what the JVM itself refused. */
rule_fn rule_metaspace, rule_direct, rule_thread_limit, rule_map_limit,
    rule_oversized, rule_heap_full, rule_reservation;
/* rules_quiet.c: no memory problem, or not enough to go by. */
rule_fn rule_crash, rule_sigkill, rule_healthy, rule_undecided;

/* ---- shared sentences -------------------------------------------------------
 */

/* "the kernel killed ... with ... at its limit of ..." */
void argue_kill(const struct facts *f, struct pen *p, struct finding *ret);
/* The OutOfMemoryError that counts, from where it stands. */
void argue_oome(const struct facts *f, struct pen *p, struct finding *ret);
/* "ulimit -v of 2.5 GiB"; NULL if nobody says that it is limited. */
const char *argue_address_space(const struct facts *f, struct pen *p,
                                unsigned weight, struct finding *ret);
/* Whether it leaves no room for so large a heap and what a JVM reserves
 * beside it. */
bool address_space_is_short(const struct facts *f, uint64_t heap);
/* "... grew from ... to ..." */
void argue_part(const struct facts *f, struct pen *p, const struct part *part,
                struct finding *ret);
/* "the heap may grow to ..., the container to ..." */
void argue_xmx(const struct facts *f, struct pen *p, struct finding *ret);
/* "within its limit of 256.0 MiB", or "" if no limit is known. */
const char *at_limit(const struct facts *f, struct pen *p);
/* The process's RSS at its end, or the last known; UNKNOWN. */
uint64_t end_rss(const struct facts *f);

#endif
