/*
 * moment.h - the process as it was at one moment of its life: everything
 * that was captured together, boiled down to figures that can be compared
 * from moment to moment.
 */
#ifndef OOMWHY_JUDGE_MOMENT_H
#define OOMWHY_JUDGE_MOMENT_H

#include "judge/figure.h"

struct moment {
    const char *name;             /* "3-late", "baseline", ... */
    bool alive;                   /* a living process was seen */
    bool at_death;                /* hs_err: the very end */
    bool never_collected;         /* no collection came before it */
    const struct nmt_report *nmt; /* with figures; NULL: none */
    const struct input *nmt_input;
    const struct nmt_report *map; /* the NMT detail with regions, or NULL */
    const struct smaps *smaps;    /* not a rollup; NULL: none */
    const struct input *smaps_input;
    const struct class_histogram *histogram;
    const struct input *histogram_input;
    const struct thread_dump *thread_dump;
    struct figure rss, anon, file, shmem, threads;
    /* The Java heap: what is committed, what of it has pages, what objects
     * fill (with garbage), what survived a collection. */
    struct figure heap_committed, heap_resident, heap_used, heap_live;
    /* NMT's committed bytes but the heap and the shared archive, which is
     * file pages. */
    struct figure tracked;
    /* Private pages that nothing in NMT or the heap accounts for. */
    struct figure untracked;
    /* What glibc says: in use by malloc, kept though freed. */
    struct figure malloc_in_use, malloc_retained;
    struct figure trim_before, trim_after; /* RSS around a trim */
    struct figure metaspace_used, class_space_used, class_space_limit, loaders,
        classes;
    struct figure code_used;
    struct figure stacks; /* their pages, by the mappings, where no NMT is */
    struct figure group_usage, group_kernel, group_shmem; /* of the cgroup */
};

/* Private and shared pages, without those of files: what the heap and
 * native memory are made of. UNKNOWN if it can't be told. */
uint64_t moment_private(const struct moment *m);
/*
 * How large the heap is in pages: its resident pages, else what is
 * committed. A heap committed whole from the start (-Xms = -Xmx) says
 * nothing about pages, and of one that was never collected no more were
 * touched than objects fill; then it is those. Value UNKNOWN: none of
 * these is known.
 */
struct figure moment_heap(const struct moment *m);

/* Whether a category counts as native memory that NMT tracks: not the heap, nor
 * the shared archive, which is file pages. */
bool moment_is_tracked(const struct nmt_category *c);
/* Bytes of one of its NMT's categories that can have pages: what is committed,
 * without what NMT only takes for committed (stacks.h). */
uint64_t moment_pages_of(const struct moment *m, const struct nmt_category *c);
/* What NMT counts as handed out by malloc; 0 where nobody asked it. */
uint64_t moment_nmt_malloc(const struct moment *m);

/* Fills `ret` from the inputs of one snapshot; `snapshot` NO_SNAPSHOT takes
 * the files of the whole incident, but leaves NMT alone. */
void moment_read(const struct incident *i, uint32_t snapshot, const char *name,
                 struct moment *ret);
void moment_init(struct moment *m, const char *name);
/* The report becomes the moment's NMT. */
void moment_take_nmt(struct moment *m, const struct input *in,
                     const struct nmt_report *r);
/* Everything hs_err or VM.info says of the process. */
void moment_take_vm_info(struct moment *m, const struct input *in);
/* Works out what follows from the figures; call it last. `before` (may be
 * NULL) is the moment before, derived already: the heap's address range
 * never changes, so an older map of it serves as well. `multi_mapped`: the
 * heap is shared memory, counted several times in the RSS (ZGC). */
void moment_derive(struct moment *m, const struct moment *before,
                   bool multi_mapped);

#endif
