/*
 * notes.c - whether the artifacts belong together: same process, same time.
 * A doubt is said, not acted on.
 */
#include "verdict_parts.h"

static void note_on(struct verdict *v, const struct input *in, const char *text)
{
    if (v->n_notes < NOTES_MAX)
        v->notes[v->n_notes++] = (struct note){in ? in->path : NULL, text};
}

static void note(struct verdict *v, const char *text)
{
    note_on(v, NULL, text);
}

static void note_pids(const struct facts *f, struct pen *p, struct verdict *v)
{
    if (f->kill.kill && f->kill.guessed)
        note(v, pen_write(p,
                          "the kernel killed process %llu, the other "
                          "artifacts are of process %llu: the same one only "
                          "if a pid namespace lies between them",
                          (unsigned long long)f->kill.kill->pid,
                          (unsigned long long)f->pid.value));
    if (f->foreign.kill)
        note_on(v, f->foreign.input,
                pen_write(p,
                          "tells of the kill of process %llu (%s), which "
                          "is taken for another one",
                          (unsigned long long)f->foreign.kill->pid,
                          f->foreign.kill->name ? f->foreign.kill->name : "?"));
}

static void note_strangers(const struct facts *f, struct pen *p,
                           struct verdict *v)
{
    if (!f->stranger)
        return;
    note_on(v, f->stranger,
            pen_write(p,
                      "is of process %llu, not %llu%s: files of two "
                      "processes are mixed, and the verdict is less sure for "
                      "that",
                      (unsigned long long)f->stranger_pid,
                      (unsigned long long)f->our_pid,
                      f->strangers > 1
                          ? pen_write(p, ", nor %s %llu more",
                                      f->strangers > 2 ? "are" : "is",
                                      (unsigned long long)f->strangers - 1)
                          : ""));
}

/* The kernel's line says nothing about a dump beside it. */
static void note_dump(const struct facts *f, struct pen *p, struct verdict *v)
{
    int64_t apart;

    if (!f->heap || !f->kill.kill)
        return;
    if (heap_is_of_error(f->heap))
        note(v, "the heap dump was made by an OutOfMemoryError before the "
                "kill, not by the kill");
    if (f->dump->time == INT64_MIN || f->kill.kill->time == INT64_MIN)
        return;
    apart = f->kill.kill->time - f->dump->time;
    if (apart > 3600000 || apart < -3600000)
        note(v, pen_write(p, "the heap dump is %lld minutes %s the kill",
                          (long long)(apart < 0 ? -apart : apart) / 60000,
                          apart > 0 ? "older than" : "younger than"));
}

/* The heap is not all there is to a JVM. */
static void note_xmx(const struct facts *f, struct pen *p, struct verdict *v)
{
    if (known(f->xmx.value) && known(f->limit.value) && !f->xmx_guessed &&
        f->xmx.value * 100 >
            f->limit.value * f->thresholds->xmx_of_limit_percent)
        note(v, pen_write(p,
                          "-Xmx is %s of the container's limit; above %u %% "
                          "little is left for the rest of a JVM",
                          pen_share(p, f->xmx.value, f->limit.value),
                          f->thresholds->xmx_of_limit_percent));
}

static void note_denied(const struct facts *f, struct verdict *v)
{
    if (f->denied)
        note(v, "the OutOfMemoryError that a log tells of is not this JVM's: "
                "its GC log goes from its start to an exit in good order, "
                "without one of the collections that come before such an "
                "error");
}

static void note_stale(const struct facts *f, struct verdict *v)
{
    if (f->stale)
        note_on(v, f->stale,
                "was made by another process or an earlier run: neither its "
                "error nor its objects count here");
}

static void note_unseen(const struct facts *f, struct verdict *v)
{
    if (!f->parts.unseen || !f->last || !f->last->nmt)
        return;
    note(v, !known(f->parts.private_last)
                ? "the process's RSS at the time of the last NMT is not known: "
                  "what grew after it is a guess"
            : !known(moment_heap(f->last).value)
                ? "how much of the heap has pages is not known: NMT has all "
                  "of it committed, and what seems to lie outside NMT may be "
                  "heap in part"
                : "much of what was killed came after the last look: what it "
                  "was is a guess");
}

void notes_list(const struct facts *f, struct pen *p, struct verdict *v)
{
    note_pids(f, p, v);
    note_strangers(f, p, v);
    note_stale(f, v);
    note_denied(f, v);
    note_dump(f, p, v);
    note_xmx(f, p, v);
    if (f->nmt_off)
        note(v, "native memory tracking was off: native memory can only be "
                "told by the heap dump's census and by /proc");
    note_unseen(f, v);
}
