/*
 * argue.c - the sentences that several rules say: that the kernel killed,
 * which error was thrown, what -Xmx and ulimit allow.
 */
#include "argue.h"

#include "base/size.h"

/* ---- the kill ----------------------------------------------------------- */

const char *at_limit(const struct facts *f, struct pen *p)
{
    if (!known(f->limit.value))
        return "";
    return pen_write(p, " under a limit of %s", pen_size(p, f->limit.value));
}

static void argue_hearsay(const struct facts *f, struct pen *p,
                          struct finding *ret)
{
    if (known(f->group_kills.value) && f->group_kills.value > 0)
        finding_for(ret, SUPPORTING, f->group_kills, "count",
                    pen_write(p, "the cgroup counted %llu OOM kill%s%s",
                              (unsigned long long)f->group_kills.value,
                              f->group_kills.value > 1 ? "s" : "",
                              at_limit(f, p)));
    if (f->hearsay)
        finding_for(ret, SUPPORTING,
                    figure_of(f->hearsay_input, UNKNOWN, f->hearsay->line),
                    NULL, f->hearsay->text);
    finding_cap(ret, CONFIDENCE_MEDIUM);
    if (!facts_kernel_stood_by(f))
        finding_doubt(ret, SUPPORTING,
                      "the kernel's own report of the kill is not there");
}

void argue_kill(const struct facts *f, struct pen *p, struct finding *ret)
{
    const struct oom_kill *k = f->kill.kill;

    if (facts_killed_unseen(f))
        argue_hearsay(f, p, ret);
    if (!k)
        return;
    if (known(f->rss.value))
        finding_for(ret, SUPPORTING, f->rss, "bytes",
                    pen_write(p,
                              "the kernel killed process %llu (%s), which "
                              "held %s%s",
                              (unsigned long long)k->pid,
                              k->name ? k->name : "?",
                              pen_size(p, f->rss.value), at_limit(f, p)));
    if (!f->kill.guessed)
        return;
    finding_against(ret, SUPPORTING, f->pid, "count",
                    "the pid in the kernel's log is another one; a "
                    "container's pid namespace would explain that");
    if (f->ns_pid.value >= CONTAINER_PIDS)
        finding_cap(ret, CONFIDENCE_LOW);
}

/* ---- the error ---------------------------------------------------------- */

void argue_oome(const struct facts *f, struct pen *p, struct finding *ret)
{
    const struct known_oome *o = f->oome;

    if (o->oome)
        finding_for(ret, SUPPORTING, o->at, "count",
                    pen_write(p, "java.lang.OutOfMemoryError: %s",
                              o->oome->message ? o->oome->message : ""));
    else
        finding_for(ret, SUPPORTING, o->at, NULL,
                    o->at.line == LINE_DUMP
                        ? "the dump's stacks show that an OutOfMemoryError "
                          "made it"
                        : "the JVM aborted on an OutOfMemoryError");
}

/* ---- what the JVM printed, and what it held ------------------------------ */

void argue_warning(const struct known_warning *w, unsigned weight,
                   struct finding *ret)
{
    if (w->warning)
        finding_for(ret, weight,
                    figure_of(w->input, w->warning->count, w->warning->line),
                    "count", w->warning->text);
}

void argue_none_lost(const struct facts *f, struct finding *ret)
{
    if (facts_group_lost_none(f))
        finding_for(ret, SUPPORTING, f->group_kills, "count",
                    "the cgroup counted no OOM kill");
}

void argue_held(const struct facts *f, struct pen *p, struct finding *ret)
{
    bool process = known(f->last->rss.value);
    struct figure held = process ? f->last->rss : f->last->group_usage;

    finding_for(ret, SUPPORTING, held, "bytes",
                pen_write(p, "the %s held %s%s shortly before",
                          process ? "process" : "container",
                          pen_size(p, held.value), at_limit(f, p)));
}

void argue_live_share(const struct facts *f, struct pen *p, struct finding *ret)
{
    finding_for(ret, SUPPORTING, f->live, "bytes",
                pen_write(p, "the live set is %s of a heap of %s",
                          pen_size(p, f->live.value),
                          pen_size(p, f->xmx.value)));
}

void doubt_holder(const struct facts *f, struct finding *ret)
{
    if (ret->kind != KIND_HEAP_LEAK || (f->heap && !f->heap->quick))
        return;
    finding_cap(ret, CONFIDENCE_MEDIUM);
    finding_doubt(ret, SUPPORTING,
                  "nothing captured tells what holds the live set: a queue, "
                  "thread-locals or listeners look the same without a heap "
                  "dump");
}

/* ---- threads ------------------------------------------------------------ */

void argue_threads(const struct facts *f, struct pen *p, unsigned weight,
                   struct finding *ret)
{
    struct figure last = f->last->threads;
    struct figure first =
        f->parts.first ? f->parts.first->threads : figure_none();

    if (!known(last.value))
        return;
    finding_for(ret, weight, last, "count",
                known(first.value)
                    ? pen_write(p, "%llu threads were alive, %llu at %s",
                                (unsigned long long)last.value,
                                (unsigned long long)first.value,
                                f->parts.first->name)
                    : pen_write(p, "%llu threads were alive",
                                (unsigned long long)last.value));
}

/* ---- what was allowed --------------------------------------------------- */

bool xmx_exceeds(const struct facts *f)
{
    return known(f->xmx.value) && known(f->limit.value) &&
           f->xmx.value >= f->limit.value;
}

void argue_xmx(const struct facts *f, struct pen *p, struct finding *ret)
{
    if (known(f->xmx.value) && known(f->limit.value))
        finding_for(ret, SUPPORTING, f->xmx, "bytes",
                    pen_write(p,
                              "the heap may grow to %s, the container to "
                              "%s (%s)",
                              pen_size(p, f->xmx.value),
                              pen_size(p, f->limit.value),
                              pen_share(p, f->xmx.value, f->limit.value)));
}

/* A gigabyte for classes, a quarter for code, the archive, arenas of malloc,
 * stacks: what a JVM reserves beside its heap unless told otherwise. */
#define BESIDE_THE_HEAP (2 * GIB)

bool address_space_is_short(const struct facts *f, uint64_t heap)
{
    uint64_t limit = f->address_space.value;

    return known(limit) && known(heap) &&
           (heap >= limit || limit - heap < BESIDE_THE_HEAP);
}

const char *argue_address_space(const struct facts *f, struct pen *p,
                                unsigned weight, struct finding *ret)
{
    const char *size;

    if (!known(f->address_space.value))
        return NULL;
    size = pen_size(p, f->address_space.value);
    finding_for(ret, weight, f->address_space, "bytes",
                pen_write(p,
                          "the process may map %s at most (ulimit -v), "
                          "resident or not",
                          size));
    return pen_write(p, "ulimit -v of %s", size);
}
