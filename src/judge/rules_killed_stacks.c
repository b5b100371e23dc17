/*
 * rules_killed_stacks.c - killed by the kernel, with a NMT that does not know
 * how much of its stacks has pages.
 *
 * Up to JDK 10 NMT counts stacks whole. Where the process grew beyond all that
 * NMT knows while its threads multiplied, and their stacks have room for it,
 * they are the likelier account of it than malloc: but it is a guess.
 */
#include "rules.h"

#include "argue.h"
#include "culprit.h"

/* More threads by so many, and twice as many, are a herd. */
#define HERD 64

static bool threads_multiplied(const struct facts *f)
{
    uint64_t last = f->last ? f->last->threads.value : UNKNOWN;
    uint64_t first = f->parts.first ? f->parts.first->threads.value : UNKNOWN;
    uint64_t more = known_minus(last, first);

    return known(more) && more >= HERD && more >= first;
}

bool stacks_may_be_it(const struct facts *f, const struct part *part)
{
    const struct part *stacks = parts_named(&f->parts, "Thread");

    return part && part->kind == PART_UNTRACKED && stacks &&
           stacks->promised / 2 >= part->growth && f->last && !f->last->smaps &&
           threads_multiplied(f);
}

void judge_stacks(const struct facts *f, struct pen *p, const struct part *part,
                  struct finding *ret)
{
    const struct part *stacks = parts_named(&f->parts, "Thread");
    struct figure promised = stacks->figure, gap = part->figure;
    uint64_t first = f->parts.first->threads.value;
    uint64_t last = f->last->threads.value;

    promised.value = stacks->promised + stacks->last;
    gap.value = part->growth;
    finding_init(ret, KIND_THREAD_STACKS);
    finding_cap(ret, CONFIDENCE_LOW);
    argue_kill(f, p, ret);
    argue_threads(f, p, SUPPORTING, ret);
    finding_for(ret, SUPPORTING, promised, "bytes",
                pen_write(p,
                          "NMT has %s committed for their stacks: up to JDK 10 "
                          "it counts them whole, touched or not",
                          pen_size(p, promised.value)));
    finding_for(ret, SUPPORTING, gap, "bytes",
                pen_write(p,
                          "beside 128 KiB for each stack, the process grew by "
                          "%s more than all that NMT counts",
                          pen_size(p, part->growth)));
    finding_doubt(ret, SUPPORTING,
                  "only /proc/PID/smaps would tell the stacks' pages from "
                  "malloc that NMT can't see");
    culprit_named(
        pen_write(p, "the stacks of %llu threads", (unsigned long long)last),
        part->growth, &ret->culprit);
    ret->summary = pen_write(
        p,
        "Killed by the kernel%s; about %s lie where NMT can't look, and the "
        "threads grew from %llu to %llu: their stacks, it seems.",
        at_limit(f, p), pen_size(p, part->growth), (unsigned long long)first,
        (unsigned long long)last);
}
