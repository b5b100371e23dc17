/*
 * rules_kernel.c - what the kernel's account of a kill proves by itself.
 *
 * The report accounts for the whole group: anonymous memory, shmem, kernel
 * memory. A share above half settles what filled it. That a process invoked
 * the OOM killer, or was chosen by it, proves nothing about guilt.
 */
#include "rules.h"

#include "argue.h"

/* ---- somebody else ----------------------------------------------------- */

static const char *task_name(const struct oom_task *t)
{
    return t && t->name ? t->name : "another process";
}

static void name_process(struct finding *ret, const char *name, uint64_t bytes)
{
    ret->culprit.known = true;
    ret->culprit.name = ret->culprit.process = name;
    ret->culprit.bytes = bytes;
}

/* A program's name is not who started it: another one may run it as well. */
static void argue_name(const struct facts *f, struct pen *p, const char *who,
                       struct finding *ret)
{
    finding_cap(ret, CONFIDENCE_MEDIUM);
    finding_for(ret, SUPPORTING, f->parent, NULL,
                pen_write(p, "%s is called like the JVM's children", who));
}

/* What ps and /proc say of parents settles it. */
static void argue_parent(const struct facts *f, struct pen *p,
                         struct finding *ret)
{
    const char *who =
        pen_write(p, "process %llu", (unsigned long long)f->other_pid);

    if (f->family == FAMILY_STRANGER)
        finding_for(ret, SUPPORTING, f->parent, "count",
                    pen_write(p,
                              "%s was not started by the JVM: its parent "
                              "is process %llu",
                              who, (unsigned long long)f->parent.value));
    else if (f->descends)
        finding_for(ret, DECISIVE, f->parent, "count",
                    pen_write(p,
                              "%s descends from the JVM, its parent is "
                              "process %llu",
                              who, (unsigned long long)f->parent.value));
    else if (f->family_proven)
        finding_for(ret, SUPPORTING, f->others, NULL,
                    "processes that descend from the JVM held half of what "
                    "all others did");
    else
        argue_name(f, p, who, ret);
}

static void argue_reaper(const struct facts *f, struct pen *p,
                         struct finding *ret)
{
    struct figure at =
        f->dump ? figure_of(f->dump, UNKNOWN, 0) : figure_derived(UNKNOWN);

    if (f->hog_is_child) {
        finding_for(ret, DECISIVE, at, NULL,
                    pen_write(p,
                              "a thread of this JVM waits for process "
                              "%llu to end: it is its child",
                              (unsigned long long)f->hog->pid));
        return;
    }
    finding_cap(ret, CONFIDENCE_MEDIUM);
    finding_for(ret, HINT, at, NULL,
                "this JVM has threads that wait for child processes");
    finding_doubt(ret, HINT,
                  "nothing captured tells whether it is one of those");
}

/* Nobody says who started it. Pids are given out in turn, so one that was
 * there before the JVM is no child of it, until they wrap around. */
static void argue_unknown(const struct facts *f, struct finding *ret)
{
    if (f->is_elder) {
        finding_for(ret, HINT, figure_derived(f->other_pid), "count",
                    "its pid is lower than the JVM's: it was there before");
        return;
    }
    finding_cap(ret, CONFIDENCE_MEDIUM);
    finding_doubt(ret, HINT,
                  "nothing captured tells who started it: a child of the "
                  "JVM would look the same");
}

/* A child or a neighbour: who started it, best by who saw it. */
static void argue_child(const struct facts *f, struct pen *p,
                        struct finding *ret)
{
    ret->kind =
        f->family == FAMILY_STRANGER ? KIND_NEIGHBOUR : KIND_CHILD_PROCESS;
    if (f->family != FAMILY_UNKNOWN) {
        argue_parent(f, p, ret);
    } else if (f->child_seen) {
        argue_reaper(f, p, ret);
    } else if (known(f->named.value)) {
        finding_cap(ret, CONFIDENCE_MEDIUM);
        finding_for(ret, SUPPORTING, f->named, "count",
                    "the log names it by its pid: a JVM knows the pids of the "
                    "processes it starts");
    } else {
        ret->kind = KIND_NEIGHBOUR;
        argue_unknown(f, ret);
    }
}

bool rule_other_killed(const struct facts *f, struct pen *p,
                       struct finding *ret)
{
    const struct oom_kill *k = f->other.kill;
    uint64_t rss;

    if (!k || f->kill.kill)
        return false;
    rss = oom_kill_rss(k);
    finding_init(ret, KIND_NEIGHBOUR);
    argue_child(f, p, ret);
    name_process(ret, k->name ? k->name : "another process", rss);
    finding_for(ret, DECISIVE, figure_of(f->other.input, rss, k->line), "bytes",
                pen_write(p,
                          "the kernel killed process %llu (%s), not the JVM, "
                          "which the report lists as a survivor",
                          (unsigned long long)k->pid, ret->culprit.name));
    if (!f->other.guessed && f->pid.line != LINE_KERNEL)
        finding_for(ret, SUPPORTING, f->pid, "count",
                    "the JVM's own pid is another one");
    ret->summary = pen_write(
        p, "The kernel killed process %llu (%s, %s resident)%s, not %s.",
        (unsigned long long)k->pid, ret->culprit.name,
        known(rss) ? pen_size(p, rss) : "unknown size", at_limit(f, p),
        known(f->pid.value) ? pen_write(p, "the JVM (process %llu)",
                                        (unsigned long long)f->pid.value)
                            : "the JVM");
    return true;
}

static uint64_t victim_private(const struct facts *f)
{
    if (!known(f->anon.value))
        return UNKNOWN;
    return f->anon.value + known_or(f->shmem.value, 0);
}

/* What the scope's processes hold together: the group's own account where
 * it has one, else the sum over its tasks. */
static struct figure scope_private(const struct facts *f)
{
    struct figure sum = f->others;

    if (known(f->group_anon.value)) {
        sum = f->group_anon;
        sum.value += known_or(f->shmem.value, 0);
    } else if (known(sum.value)) {
        sum.value += victim_private(f);
    }
    return sum;
}

bool rule_neighbour(const struct facts *f, struct pen *p, struct finding *ret)
{
    uint64_t own = victim_private(f);
    struct figure all = scope_private(f);
    const char *name = task_name(f->hog);

    if (!f->kill.kill || !known(own) || !known(all.value) ||
        own >= all.value / 2)
        return false;
    finding_init(ret, KIND_NEIGHBOUR);
    argue_child(f, p, ret);
    name_process(ret, name, known_minus(all.value, own));
    finding_for(ret, DECISIVE, all, "bytes",
                pen_write(p,
                          "the victim held %s of the %s of anonymous memory "
                          "in its scope (%s)",
                          pen_size(p, own), pen_size(p, all.value),
                          pen_share(p, own, all.value)));
    if (f->hog)
        finding_for(ret, SUPPORTING, f->others, "bytes",
                    pen_write(p, "the other tasks held %s, %s most of all",
                              pen_size(p, f->others.value), name));
    if (f->last && known(moment_private(f->last)) &&
        moment_private(f->last) < all.value / 2)
        finding_for(ret, SUPPORTING, f->last->rss, "bytes",
                    pen_write(p,
                              "before the kill, too, the JVM was the smaller "
                              "part: %s resident at %s",
                              pen_size(p, f->last->rss.value), f->last->name));
    ret->summary = pen_write(
        p,
        "The JVM was killed with %s of its own, but %s held most of the %s%s.",
        pen_size(p, own), name, pen_size(p, all.value), at_limit(f, p));
    return true;
}

/* ---- something else ---------------------------------------------------- */

bool rule_kernel_memory(const struct facts *f, struct pen *p,
                        struct finding *ret)
{
    if (!known(f->group_kernel.value) || !known(f->group_usage.value) ||
        f->group_kernel.value <= f->group_usage.value / 2)
        return false;
    finding_init(ret, KIND_KERNEL_MEMORY);
    finding_for(ret, DECISIVE, f->group_kernel, "bytes",
                pen_write(p,
                          "kernel memory is %s of the group's %s when the "
                          "limit was hit",
                          pen_size(p, f->group_kernel.value),
                          pen_size(p, f->group_usage.value)));
    if (f->last && known(f->last->group_kernel.value) &&
        f->last->group_kernel.value > f->group_kernel.value / 4)
        finding_for(ret, SUPPORTING, f->last->group_kernel, "bytes",
                    "it was large before the kill already");
    ret->culprit.known = true;
    ret->culprit.name =
        "kernel memory (sockets, pipes, dentries, page tables, ...)";
    ret->culprit.bytes = f->group_kernel.value;
    ret->summary = pen_write(
        p,
        "Kernel memory took %s of the %s charged to the container; "
        "neither heap nor native memory of the JVM did.",
        pen_size(p, f->group_kernel.value), pen_size(p, f->group_usage.value));
    return true;
}

/*
 * ZGC's heap is shared memory, before JDK 21 mapped three times over. It
 * shows even where nobody names the collector: the process has more pages
 * than the group is charged for, or a heap that its anonymous pages can't
 * hold.
 */
static bool heap_is_shmem(const struct facts *f)
{
    uint64_t own = f->shmem.value, all = f->group_shmem.value;
    const struct part *heap = parts_of(&f->parts, PART_HEAP);

    if (!known(own) || own < all / 2)
        return false;
    if (facts_multi_mapped(f) || own > all + all / 4)
        return true;
    return heap && known(f->anon.value) && heap->last > own / 2 &&
           heap->last / 2 > f->anon.value;
}

bool rule_shmem(const struct facts *f, struct pen *p, struct finding *ret)
{
    uint64_t all = f->group_shmem.value, own = f->shmem.value;
    bool mapped;

    if (!f->kill.kill || !known(all) || !known(f->group_usage.value) ||
        all <= f->group_usage.value / 2 || heap_is_shmem(f))
        return false;
    mapped = known(own) && own >= all / 2;
    finding_init(ret, mapped ? KIND_SHMEM_MAPPED : KIND_SHMEM_UNMAPPED);
    finding_for(ret, DECISIVE, f->group_shmem, "bytes",
                pen_write(p,
                          "shared memory and tmpfs are %s of the group's "
                          "%s when the limit was hit",
                          pen_size(p, all), pen_size(p, f->group_usage.value)));
    finding_for(ret, SUPPORTING, f->shmem, "bytes",
                pen_write(p, "the process itself mapped %s of it",
                          pen_size(p, known_or(own, 0))));
    if (mapped && !f->collector) {
        finding_cap(ret, CONFIDENCE_MEDIUM);
        finding_doubt(ret, SUPPORTING,
                      "nobody says which collector ran: ZGC's heap would be "
                      "shared memory too");
    }
    if (f->last && known(f->last->shmem.value) &&
        (f->last->shmem.value > all / 4) == mapped)
        finding_for(ret, SUPPORTING, f->last->shmem, "bytes",
                    pen_write(p,
                              "/proc agrees: %s of shared memory in the "
                              "process at %s",
                              pen_size(p, f->last->shmem.value),
                              f->last->name));
    ret->culprit.known = true;
    ret->culprit.name = mapped ? "shared memory mapped by the JVM"
                               : "files on tmpfs (/dev/shm, emptyDir)";
    ret->culprit.bytes = all;
    ret->summary = pen_write(
        p, "%s of the %s charged to the container was shared memory%s.",
        pen_size(p, all), pen_size(p, f->group_usage.value),
        mapped ? " that the JVM had mapped" : " that no process had mapped");
    return true;
}
