/*
 * facts.h - what the judge weighs: the incident boiled down to who died,
 * how, and what its memory was made of. Numbers know where they come from;
 * what nobody captured is UNKNOWN or NULL.
 *
 * Nothing is decided here but identity: which kill, which process, which
 * moment is the last one before the death.
 */
#ifndef OOMWHY_JUDGE_FACTS_H
#define OOMWHY_JUDGE_FACTS_H

#include "judge/parts.h"

struct known_oome { /* one OutOfMemoryError, or many alike */
    enum oome_kind kind;
    const struct oome *oome; /* NULL: hs_err or the dump tells of it */
    struct figure at;        /* value: how often */
};

/* A kill by the kernel. */
struct known_kill {
    const struct oom_kill *kill;     /* NULL: none */
    const struct oom_report *report; /* NULL: only the line is left */
    const struct input *input;
    bool guessed; /* the pid is not ours: a pid namespace, or nobody knows */
};

struct known_warning {
    const struct jvm_warning *warning; /* NULL: none */
    const struct input *input;
};

/* What a log without errors in it is worth: standard output may or may not
 * have them, an empty one says nothing. */
enum watch { WATCH_NOTHING, WATCH_OUTPUT, WATCH_ERRORS };

/* Whether the other process descends from the JVM: by who started it. */
enum family { FAMILY_UNKNOWN, FAMILY_CHILD, FAMILY_STRANGER };

struct facts {
    const struct incident *incident;
    const struct thresholds *thresholds;
    const struct heap *heap;  /* or NULL */
    const struct input *dump; /* the heap's file */
    /* The dump that was chosen is of another process, or of an earlier run:
     * it is here, and `heap` and `dump` are NULL. */
    const struct heap *stale_heap;
    const struct input *stale;
    struct mem *mem;

    /* The process. */
    struct figure pid, ns_pid, xmx, xms, limit;
    bool pretouch;             /* AlwaysPreTouch: what is committed has pages */
    struct figure reservation; /* of the heap, as NMT says */
    bool xmx_guessed; /* from NMT's reservation: ZGC reserves far more */
    const char *jvm, *collector;
    /* What it can be, both inclusive. */
    struct {
        unsigned from, to;
    } jdk;
    bool nmt_off; /* somebody asked, and it was off */

    /* Files that tell of another process: how many, the first of them. */
    uint64_t strangers, stranger_pid, our_pid;
    const struct input *stranger;

    /* How it ended. */
    struct known_kill kill;    /* of this process */
    struct known_kill foreign; /* a JVM's, but hardly this one's */
    struct known_kill other;   /* of another one in its group */
    VEC(struct known_oome) oomes;
    const struct known_oome *oome; /* the one that counts, or NULL */
    /* One that does not, by the GC log of a JVM that was never short of heap
     * and left in good order; or NULL. */
    const struct known_oome *denied;
    /* One that counted until the JVM went on as before and somebody else's
     * signal ended it; or NULL. */
    const struct known_oome *survived;
    const struct vm_info *hs_err; /* of a death, or NULL */
    const struct input *hs_err_input;
    struct known_warning warnings[WARN_KINDS]; /* the first of each */
    struct figure exit_status;
    struct figure group_kills; /* oom_kill of the cgroup after the death, less
                                  what it was before: 0 says nobody died */
    struct figure group_kills_before;
    const struct oom_event *hearsay; /* somebody says it was OOM-killed */
    const struct input *hearsay_input;
    bool kernel_log; /* one was read */
    bool gone;       /* no process was left when the last snapshot was made */
    bool cut_off;    /* the GC log would show an exit in good order, and does
                        not: the JVM was alive when it was copied, or died
                        suddenly */
    struct figure exit_line; /* where the GC log shows it */
    /* The GC log ends with one full collection after the other. */
    bool distress;
    /* Ordinary collections after the error that made the dump; UNKNOWN:
     * nobody saw the JVM go on. */
    struct figure outlived;
    /* Lines of the log in which the error stands that came behind it and its
     * stack; UNKNOWN: so few that they may be last words. */
    struct figure written_after;
    /* What the full collections left with which the GC log ends, where they
     * left the heap full; UNKNOWN: it does not end so. */
    struct figure exhausted;
    /* Full collections in a row that made no room, as jstat counts them. */
    struct figure full_in_vain;
    enum watch watched;

    /* At the kill. */
    struct figure rss, anon, file, shmem; /* of the victim */
    struct figure group_usage, group_anon, group_shmem, group_kernel;
    const struct oom_task *hog; /* the largest other task of the scope */
    struct figure others;       /* what all others hold together */
    bool child_seen;    /* the JVM has started processes: reaper threads */
    bool hog_is_child;  /* and the hog is one of them, by its pid */
    uint64_t other_pid; /* of the other one that was killed, or the hog */
    enum family family;
    bool descends;        /* its own parents lead to the JVM */
    bool family_proven;   /* pids say so, not names */
    struct figure parent; /* its parent's pid, as ps or /proc says */
    struct figure named;  /* a log that names its pid */
    bool is_elder;        /* its pid is lower than the JVM's */

    /* Its life. */
    VEC(struct moment) moments;        /* in time order */
    const struct moment *first, *last; /* for parts; NULL: none */
    struct moment from_gc[2];          /* where the GC log alone knows of any */
    struct parts parts;

    /* The heap. */
    struct figure live;        /* what survives a collection, at the end */
    struct figure live_before; /* the same some time earlier */
    struct figure heap_end;    /* resident or committed at the end */
    bool live_rises; /* every full collection left more than the one before */
    /* At every look more was alive, and no slower in the end. */
    struct climb {
        unsigned looks; /* 0: it is not so */
        struct figure first, last;
    } climb;
    const struct gc_log *gc;
    const struct input *gc_input;

    /* Limits on threads and mappings. */
    struct figure pids_max, pids_events, nproc, threads_peak;
    struct figure map_count, maps_at_first; /* the most; at the first look */
    struct figure max_map_count;
    struct figure address_space; /* what ulimit -v allows; UNKNOWN: all */
    struct figure mapped;        /* of it, at the most that was seen */
    struct figure max_direct, max_metaspace;
};

/* Facts of which nothing is known yet but the heap dump. */
void facts_init(struct facts *f, const struct incident *i,
                const struct thresholds *t, struct mem *m);
/* `f` needs facts_deinit only after true. */
bool facts_collect(const struct incident *i, const struct thresholds *t,
                   struct mem *m, struct facts *ret, struct err *e);
void facts_deinit(struct facts *f);

/* Steps of facts_collect, each in its file. */
void facts_process(struct facts *f); /* facts_process.c */
/* -Xmx by NMT's reservation, where nobody states it; facts_process.c. Needs
 * the dump, if it is this process's. */
void facts_xmx(struct facts *f);
bool facts_death(struct facts *f, struct err *e);   /* facts_death.c */
void facts_kill(struct facts *f);                   /* facts_kill.c */
bool facts_moments(struct facts *f, struct err *e); /* facts_moments.c */
void facts_gc(struct facts *f);                     /* facts_gc.c */
void facts_heap(struct facts *f);                   /* facts_heap.c */
void facts_jdk(struct facts *f);                    /* facts_jdk.c */
void facts_climb(struct facts *f);                  /* facts_climb.c */
void facts_family(struct facts *f);                 /* facts_family.c */
void facts_end(struct facts *f);                    /* facts_end.c */
void facts_identity(struct facts *f);               /* facts_identity.c */

/* Whether a heap dump is of another process, by its pid, or older than the
 * JVM whose GC log there is. */
bool facts_is_strange(const struct facts *f, const struct input *dump);

/* Whether the dump was made with an earlier snapshot than the moment, which may
 * be NULL; one of no snapshot was not. */
bool facts_dump_is_before(const struct facts *f, const struct moment *m);

/* Whether the process was there at a snapshot, or at a later one. */
enum presence { PRESENCE_UNKNOWN, PRESENCE_ALIVE, PRESENCE_GONE };
enum presence facts_presence(const struct incident *i, uint32_t snapshot);

/* Whether the process ended for want of memory or of another resource, as
 * far as anybody saw. */
bool facts_died(const struct facts *f);
/* What a collection would leave of the dump, short of memory: without what
 * only soft references reach, with what waits to be finalized. */
uint64_t facts_live_of(const struct heap *h);
/* What the last full collections before the error left; needs a GC log. */
uint64_t facts_after_full(const struct facts *f);
/* Killed for memory, as the cgroup's counter or hearsay has it, without the
 * kernel's own report. */
bool facts_killed_unseen(const struct facts *f);
/* The first kill of any kernel log, whomever it hit; NULL: there is none. */
const struct oom_kill *facts_any_kill(const struct facts *f);
/* Others than the kernel killed for want of memory: it has no report. */
bool facts_kernel_stood_by(const struct facts *f);
/* A full collection for want of room, not on request. */
bool facts_is_unasked(const struct gc_pause *p);
/* The GC log shows the whole life of a JVM whose heap never ran out. */
bool facts_gc_knows_no_want(const struct facts *f);
/* It ended in good order, as the GC log or the exit status says. */
bool facts_left_in_order(const struct facts *f);
/* Somebody says SIGKILL: exit status 137, a shell's "Killed". */
bool facts_sigkill_told(const struct facts *f);
/* The same of SIGTERM: 143, "Terminated". */
bool facts_sigterm_told(const struct facts *f);
/* A sudden end, by that or by a GC log that just stops, of which nobody says
 * who or what made it. */
bool facts_end_unsaid(const struct facts *f);
/* The group's own counter, read after the death, has no kill: that is above
 * all doubt. */
bool facts_group_lost_none(const struct facts *f);
/* Bytes: the process's RSS at its end, or the last known; UNKNOWN. */
uint64_t facts_end_rss(const struct facts *f);
/* The group's memory, or at least the process's, was far from the limit at
 * the last look, and on no way there. */
bool facts_far_from_limit(const struct facts *f);
/* Whether the collector's heap is shared memory, which it may map several
 * times over: ZGC, before JDK 21 three times. */
bool facts_multi_mapped(const struct facts *f);
bool facts_is_g1(const struct facts *f);
/* Private memory over the moments that know it. */
struct level {
    unsigned looks;
    uint64_t first, before, last;   /* before: the look before the last */
    const struct moment *from, *to; /* of `before` and `last` */
};
struct level facts_level(const struct facts *f);
/* Growth could not be seen: nobody looked twice. */
bool facts_one_look(const struct facts *f);
/* Between the last two looks nothing grew by more than a tenth. */
bool facts_is_level(const struct level *l);
/* What grew between them is the heap. */
bool facts_is_level_beside_heap(const struct level *l);
/* It had mapped nearly all that ulimit -v allows. */
bool facts_address_space_full(const struct facts *f);
/* More of the heap than the limit allows was touched before main() began. */
bool facts_touched_at_start(const struct facts *f);
/* Whether one of these kinds is the OutOfMemoryError that counts. */
bool facts_oome_is(const struct facts *f, enum oome_kind kind);

#endif
