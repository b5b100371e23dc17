/*
 * wrong_dump.c - says when a heap dump cannot be the answer.
 *
 * The objects in a dump, reachable or not, are the most that it can explain
 * of the resident memory: what lies off the heap is not in it, however well
 * it names the owners. Where that most is a small share of what the kernel
 * killed, reading the dump for leaks is time lost.
 */
#include "verdict_parts.h"

void wrong_dump_find(const struct facts *f, enum side side, struct pen *p,
                     struct wrong_dump *ret)
{
    uint64_t most, rss = f->rss.value;

    if (!f->heap || !f->kill.kill || !known(rss) || !rss ||
        side == SIDE_ON_HEAP)
        return;
    most = f->heap->all.bytes;
    if (most * 100 >= rss * f->thresholds->wrong_dump_percent)
        return;
    ret->present = true;
    ret->path = f->dump->path;
    ret->explains_at_most = most;
    ret->killed_rss = rss;
    ret->share = (double)most / (double)rss;
    ret->why = pen_write(
        p,
        "all objects in this dump, garbage included, are %s; the kernel "
        "killed a process of %s, so at least %s lay outside the heap or came "
        "later",
        pen_size(p, most), pen_size(p, rss), pen_size(p, rss - most));
}
