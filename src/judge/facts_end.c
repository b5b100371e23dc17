/*
 * facts_end.c - whether the process was gone when the last of the capture
 * was made, and whether it had left in good order.
 *
 * A JVM that exits, even by an exception, prints its heap once more into a
 * detailed GC log. One that lives on does not, and neither does one that a
 * signal, a crash or ExitOnOutOfMemoryError took: only where the process is
 * known to be gone does a log that just stops tell of a sudden end.
 */
#include "facts.h"

#include <string.h>

#include "base/size.h"

#define EXIT_KILLED 137 /* 128 + SIGKILL, as shells and runtimes report */
#define SIGNAL_KILL 9
/* 128 + SIGTERM; so exits a JVM that ran its shutdown hooks, too. */
#define EXIT_STOPPED 143

/* Less anonymous memory than any living JVM has: its pages are gone. */
#define NO_JVM (16 * MIB)

/* Whether the group's memory at that snapshot is that of a group without a
 * JVM. Its usage will do where it is as small; page cache stays behind. */
static bool group_is_empty(const struct incident *i, uint32_t snapshot)
{
    const struct input *in;
    uint64_t least = UNKNOWN;

    VEC_EACH (&i->inputs, in) {
        uint64_t bytes;

        if (in->snapshot != snapshot || !in->any ||
            (in->kind != ARTIFACT_CGROUP_STAT &&
             in->kind != ARTIFACT_CGROUP_VALUES))
            continue;
        bytes = cgroup_get(in->cgroup, "anon");
        if (!known(bytes))
            bytes = cgroup_get(in->cgroup, "memory.usage_in_bytes");
        if (!known(bytes))
            bytes = cgroup_get(in->cgroup, "memory.current");
        if (known(bytes) && (!known(least) || bytes < least))
            least = bytes;
    }
    return known(least) && least < NO_JVM;
}

enum presence facts_presence(const struct incident *i, uint32_t snapshot)
{
    if (snapshot == NO_SNAPSHOT)
        return PRESENCE_UNKNOWN;
    for (uint64_t k = snapshot; k < i->snapshots.n; k++)
        if (i->snapshots.at[k].has_process)
            return PRESENCE_ALIVE;
    return group_is_empty(i, snapshot) ? PRESENCE_GONE : PRESENCE_UNKNOWN;
}

static bool is_gone(const struct incident *i)
{
    const struct snapshot *s;

    VEC_EACH (&i->snapshots, s)
        if (facts_presence(i, s->index) == PRESENCE_GONE)
            return true;
    return false;
}

/* A file that nobody recognised was looked through for errors all the same;
 * what it is called tells whose silence it is. */
static enum watch watch_of(const struct input *in)
{
    size_t n = strlen(in->name);
    bool is_log = n > 4 && strcmp(in->name + n - 4, ".log") == 0;

    if (in->kind == ARTIFACT_APP_LOG)
        return in->any ? WATCH_ERRORS : WATCH_NOTHING;
    if (in->kind != ARTIFACT_UNKNOWN || in->error || in->damage ||
        in->bytes > SOURCE_WINDOW)
        return WATCH_NOTHING;
    if (strstr(in->name, "stdout"))
        return in->bytes ? WATCH_OUTPUT : WATCH_NOTHING;
    return !in->bytes || is_log || strstr(in->name, "stderr") ? WATCH_ERRORS
                                                              : WATCH_NOTHING;
}

static enum watch watched(const struct incident *i)
{
    enum watch best = WATCH_NOTHING;
    const struct input *in;

    VEC_EACH (&i->inputs, in)
        if (watch_of(in) > best)
            best = watch_of(in);
    return best;
}

bool facts_is_unasked(const struct gc_pause *p)
{
    return p->full && !(p->cause && (strstr(p->cause, "System.gc") ||
                                     strstr(p->cause, "Heap") ||
                                     strstr(p->cause, "Metadata")));
}

/* ZGC looks at the whole heap each time, and begins long before it is full. */
static bool is_routine(const struct gc_pause *p)
{
    static const char *const causes[] = {"Warmup", "Proactive", "Timer",
                                         "Allocation Rate", "High Usage"};

    for (size_t i = 0; p->cause && i < sizeof causes / sizeof *causes; i++)
        if (strstr(p->cause, causes[i]))
            return true;
    return false;
}

/* Two full collections in a row that nobody asked for: the second clears soft
 * references, the last thing a JVM tries before an OutOfMemoryError. */
static bool had_distress(const struct gc_log *g)
{
    for (uint64_t i = 1; i < g->pauses.n; i++) {
        const struct gc_pause *a = &g->pauses.at[i - 1], *b = a + 1;

        if (facts_is_unasked(a) && facts_is_unasked(b) && !is_routine(b))
            return true;
    }
    return false;
}

/* So many in a row, none of which made room, are a heap's last. */
#define LAST_RESORTS 4

/* What the collection could have used: ZGC prints shares of it. */
static uint64_t room_of(const struct facts *f, const struct gc_pause *p)
{
    return known(p->capacity) ? p->capacity : f->xmx.value;
}

/* Of `room`, what is left is known, and is no less than its `parts` fourths. */
static bool leaves(const struct gc_pause *p, uint64_t room, uint64_t parts)
{
    return known(p->after) && known(room) && p->after >= room / 4 * parts;
}

/*
 * A thread that died of the error takes its data along, so the most that one
 * of the last full collections left counts. G1 tries a young one between any
 * two, and Serial ends one behind each: they make no room either.
 */
static struct figure exhausted(const struct facts *f)
{
    const struct gc_log *g = f->gc;
    struct figure most = figure_none();
    uint64_t room = UNKNOWN;
    unsigned n = 0;

    for (uint64_t i = g ? g->pauses.n : 0; i-- > 0 && n < LAST_RESORTS;) {
        const struct gc_pause *p = &g->pauses.at[i];

        room = room_of(f, p);
        if (!p->full && leaves(p, room, 3))
            continue;
        if (!facts_is_unasked(p) || !leaves(p, room, 2) ||
            (known(f->xmx.value) && room < f->xmx.value / 4 * 3))
            return figure_none();
        if (!known(most.value) || p->after > most.value)
            most = figure_of(f->gc_input, p->after, p->line);
        n++;
    }
    if (n < LAST_RESORTS || most.value < room / 4 * 3)
        return figure_none();
    return most;
}

/* Ordinary collections: full ones may be the last attempts of a dying JVM.
 * Only where both clocks are of one zone can they be compared. */
static struct figure outlived(const struct facts *f)
{
    const struct gc_pause *p;
    uint64_t n = 0;

    if (!f->gc || f->gc_input->time == INT64_MIN ||
        !heap_is_of_error(f->heap) || f->dump->time == INT64_MIN)
        return figure_none();
    VEC_EACH (&f->gc->pauses, p)
        n += !p->full && p->time != INT64_MIN && p->time > f->dump->time;
    return !n ? figure_none() : figure_of(f->gc_input, n, 0);
}

/* Fewer may be what other threads and hooks print while the JVM goes down. */
#define LAST_WORDS 20

static struct figure written_after(const struct facts *f)
{
    const struct input *in;

    VEC_EACH (&f->incident->inputs, in) {
        if (!f->oome || in->kind != ARTIFACT_APP_LOG || !in->log ||
            in->path != f->oome->at.origin.path)
            continue;
        if (in->log->since_error > LAST_WORDS)
            return figure_of(in, in->log->since_error, in->log->error_end);
    }
    return figure_none();
}

bool facts_far_from_limit(const struct facts *f)
{
    struct level l = facts_level(f);
    uint64_t most = f->last ? known(f->last->group_usage.value)
                                  ? f->last->group_usage.value
                                  : f->last->rss.value
                            : UNKNOWN;

    return known(most) && known(f->limit.value) &&
           most < f->limit.value - f->limit.value / 4 &&
           (l.looks < 2 || facts_is_level(&l));
}

/* The collections with which the log ends leave at least half of the heap. */
static bool has_room(const struct facts *f)
{
    uint64_t n = f->gc->pauses.n, seen = 0;

    while (n-- > 0 && seen < LAST_RESORTS) {
        const struct gc_pause *p = &f->gc->pauses.at[n];

        if (!known(p->after) || !known(f->xmx.value) ||
            p->after >= f->xmx.value / 2)
            return false;
        seen++;
    }
    return seen == LAST_RESORTS;
}

/*
 * The error took what filled the heap along with it, and the JVM worked on:
 * it did not die of that. Who sends a SIGKILL later has his own reasons. That
 * the kernel had none takes its word, a cgroup that counted no kill, or
 * memory far from the limit.
 */
static void set_survived_aside(struct facts *f)
{
    bool kernel = f->kernel_log && !facts_any_kill(f);

    if (!f->oome || !facts_sigkill_told(f) ||
        (!kernel && !facts_group_lost_none(f) && !facts_far_from_limit(f)) ||
        f->kill.kill || f->hs_err || f->warnings[WARN_TERMINATING].warning ||
        !known(f->outlived.value) || f->outlived.value < LAST_RESORTS ||
        !has_room(f))
        return;
    f->survived = f->oome;
    f->oome = NULL;
}

void facts_end(struct facts *f)
{
    const struct gc_log *g = f->gc;

    f->watched = watched(f->incident);
    f->gone = is_gone(f->incident);
    f->distress = g && had_distress(g);
    f->exhausted = exhausted(f);
    f->outlived = outlived(f);
    f->written_after = written_after(f);
    set_survived_aside(f);
    f->cut_off = g && g->detailed && !g->exit_line;
    if (g && g->exit_line)
        f->exit_line = figure_of(f->gc_input, g->exit_line, g->exit_line);
}

bool facts_left_in_order(const struct facts *f)
{
    return known(f->exit_line.value) ||
           (known(f->exit_status.value) && f->exit_status.value == 0);
}

bool facts_sigkill_told(const struct facts *f)
{
    return f->warnings[WARN_KILLED].warning ||
           (known(f->exit_status.value) &&
            (f->exit_status.value == EXIT_KILLED ||
             f->exit_status.value == SIGNAL_KILL));
}

bool facts_sigterm_told(const struct facts *f)
{
    return f->warnings[WARN_STOPPED].warning ||
           (known(f->exit_status.value) &&
            f->exit_status.value == EXIT_STOPPED);
}

bool facts_end_unsaid(const struct facts *f)
{
    if (f->kill.kill || f->other.kill || f->oome || f->hs_err || f->hearsay ||
        facts_killed_unseen(f))
        return false;
    if (facts_sigterm_told(f) || f->warnings[WARN_ABORTED].warning)
        return false;
    return facts_sigkill_told(f) || (f->gone && f->cut_off);
}
