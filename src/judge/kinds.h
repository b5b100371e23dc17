/*
 * kinds.h - naming a part more exactly: a rule knows which part of the
 * process's memory is to blame, these say what kind of memory it is. Each
 * fills the finding's kind, its claims and its culprit as far as a witness
 * tells; without one the finding stays as it was.
 */
#ifndef OOMWHY_JUDGE_KINDS_H
#define OOMWHY_JUDGE_KINDS_H

#include "judge/finding.h"

/* kinds.c */

/* Of a part other than the heap: asks those below. */
void kind_of_part(const struct facts *f, struct pen *p, const struct part *part,
                  struct finding *ret);
/* A witness must account for half of the `part` bytes before it names them.
 * Hold it against the part as it was at the last capture: a dump may be
 * older than the death. */
bool kind_explains(uint64_t bytes, uint64_t part);

/* kinds_owned.c: native memory that Java objects own */

/* What java.nio or Unsafe allocated: NMT's "Other". */
void kind_of_other(const struct facts *f, struct pen *p,
                   const struct part *part, struct finding *ret);
/* The same for direct memory that the JVM itself refused. */
void kind_of_direct(const struct facts *f, struct pen *p, uint64_t bytes,
                    struct finding *ret);
/* What of all that is half of `bytes`. False: nothing is. */
bool kind_of_owned(const struct facts *f, struct pen *p, uint64_t bytes,
                   struct finding *ret);
/* Only zlib's state. */
bool kind_of_zlib(const struct facts *f, struct pen *p, uint64_t bytes,
                  struct finding *ret);
/* A histogram alone shows that there are many buffers: a hint. */
bool kind_of_many_buffers(const struct facts *f, struct pen *p,
                          struct finding *ret);

/* kinds_untracked.c: what lies outside the heap and outside NMT */
void kind_of_untracked(const struct facts *f, struct pen *p,
                       const struct part *part, struct finding *ret);

/* kinds_mappings.c: of that, by what is resident where */

/* Private mappings of files that were written to. */
bool kind_of_written_copies(const struct facts *f, struct pen *p,
                            uint64_t bytes, struct finding *ret);
/* malloc's arenas, or mappings of somebody's own. False: they don't tell. */
bool kind_of_mappings(const struct facts *f, struct pen *p, uint64_t bytes,
                      struct finding *ret);

/* kinds_metaspace.c */
void kind_of_metaspace(const struct facts *f, struct pen *p,
                       struct finding *ret);
/* Which class the dump has most often, each of another loader; if any. */
void argue_repeated_class(const struct facts *f, struct pen *p,
                          struct finding *ret);

/* kinds_heap.c: what fills the live set. False: no dump tells. */
bool kind_of_heap(const struct facts *f, struct pen *p, struct finding *ret);
/* kinds_histogram.c: the same from a class histogram; a poor man's dump. */
bool kind_of_histogram(const struct facts *f, struct pen *p,
                       struct finding *ret);

#endif
