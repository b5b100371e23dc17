/*
 * facts_identity.c - whether all that tells its process tells of the same
 * one: two incidents easily end up in one folder, and what is joined from
 * both proves nothing. Whose each file is incident_life.c has found.
 *
 * A heap dump of another process is set aside: it lies where an earlier run
 * left it, and neither its error nor its objects are this process's.
 */
#include "facts.h"

static void take(struct facts *f, const struct input *in)
{
    if (!in->stranger)
        return;
    f->strangers++;
    if (f->stranger)
        return;
    f->stranger = in;
    f->stranger_pid = in->stranger;
    f->our_pid = f->incident->ours.host;
}

/* ---- dumps of another life --------------------------------------------- */

/* Clocks of one host; a header's is read when the dump begins. */
#define CLOCK_SLACK 60000

/* When the JVM of the GC log began, by a line with both clocks. Its first
 * line has a zone, or none has. */
static int64_t jvm_start(const struct facts *f)
{
    const struct gc_pause *p;

    if (!f->gc || f->gc_input->time == INT64_MIN)
        return INT64_MIN;
    VEC_EACH (&f->gc->pauses, p)
        if (p->uptime >= 0 && p->time != INT64_MIN)
            return p->time - (int64_t)(p->uptime * 1000);
    return INT64_MIN;
}

/* In a container every run has the same pid: what was written before this
 * one began is an earlier run's. */
static bool older_than_jvm(const struct facts *f, const struct input *dump)
{
    int64_t start = jvm_start(f);

    return start != INT64_MIN && dump->time != INT64_MIN &&
           dump->time < start - CLOCK_SLACK;
}

bool facts_is_strange(const struct facts *f, const struct input *dump)
{
    return dump->stranger || older_than_jvm(f, dump);
}

static void set_dump_aside(struct facts *f)
{
    if (!f->dump || !facts_is_strange(f, f->dump))
        return;
    f->stale = f->dump;
    f->stale_heap = f->heap;
    f->dump = NULL;
    f->heap = NULL;
}

void facts_identity(struct facts *f)
{
    const struct input *in;

    VEC_EACH (&f->incident->inputs, in)
        take(f, in);
    set_dump_aside(f);
}
