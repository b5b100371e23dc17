/*
 * verdict_parts.h - what a verdict has beside its finding, each in its own
 * file. All of them write into the verdict's arena and return false only
 * when memory ran out.
 */
#ifndef OOMWHY_JUDGE_VERDICT_PARTS_H
#define OOMWHY_JUDGE_VERDICT_PARTS_H

#include "judge/finding.h"

/* balance.c: the RSS at the death, row by row. */
bool balance_draw(const struct facts *f, struct pen *p, struct balance *ret);
/* wrong_dump.c: when the dump can explain but little of what was killed. */
void wrong_dump_find(const struct facts *f, enum verdict_kind kind,
                     struct pen *p, struct wrong_dump *ret);
/* actions.c: what to change now, and what to set for next time. */
bool actions_list(const struct facts *f, struct pen *p, struct verdict *v);
/* missing.c: what was not captured and would tell more. */
bool missing_list(const struct facts *f, struct pen *p, struct verdict *v);
/* alternatives.c: kinds not excluded, or why they are. */
bool alternatives_list(const struct facts *f, const struct finding *found,
                       unsigned n, struct pen *p, struct verdict *v);
/* notes.c: doubts about who is who and when was when. */
void notes_list(const struct facts *f, struct pen *p, struct verdict *v);

#endif
