/*
 * argue.h - the sentences that several rules say. Each looks at the facts
 * and, where they hold anything of the kind, adds its claims to the finding,
 * which it may cap. Text is the pen's.
 */
#ifndef OOMWHY_JUDGE_ARGUE_H
#define OOMWHY_JUDGE_ARGUE_H

#include "judge/finding.h"

/* "the kernel killed ... which held ... under a limit of ...", or what others
 * say of a kill that has no report. */
void argue_kill(const struct facts *f, struct pen *p, struct finding *ret);
/* The OutOfMemoryError that counts, quoted from where it stands; there must
 * be one. */
void argue_oome(const struct facts *f, struct pen *p, struct finding *ret);
/* A warning of the JVM's, as it stands there; nothing if there was none. */
void argue_warning(const struct known_warning *w, unsigned weight,
                   struct finding *ret);
/* "the cgroup counted no OOM kill", if it counted and there was none. */
void argue_none_lost(const struct facts *f, struct finding *ret);
/* "the process held ... shortly before": at the last look, which there must
 * be. */
void argue_held(const struct facts *f, struct pen *p, struct finding *ret);
/* "the live set is ... of a heap of ...": both must be known. */
void argue_live_share(const struct facts *f, struct pen *p,
                      struct finding *ret);
/* That the live set is kept is known, but not by what: of a kind that no dump
 * and no histogram told. */
void doubt_holder(const struct facts *f, struct finding *ret);
/* "81 threads were alive, 20 at ...", if anybody counted them. */
void argue_threads(const struct facts *f, struct pen *p, unsigned weight,
                   struct finding *ret);
/* "the heap may grow to ..., the container to ..." */
void argue_xmx(const struct facts *f, struct pen *p, struct finding *ret);
/* Returns "ulimit -v of 2.5 GiB"; NULL if nobody says that it is limited. */
const char *argue_address_space(const struct facts *f, struct pen *p,
                                unsigned weight, struct finding *ret);

/* " under a limit of 256.0 MiB", or "" if no limit is known. */
const char *at_limit(const struct facts *f, struct pen *p);
/* -Xmx is not below the container's limit. */
bool xmx_exceeds(const struct facts *f);
/* Whether it leaves no room for a heap of so many bytes and what a JVM
 * reserves beside it. */
bool address_space_is_short(const struct facts *f, uint64_t heap);

#endif
