/*
 * patterns.c - shapes that a dominator tree alone does not show: queues of
 * finalizers and cleaners, class loaders that multiply, objects that only JNI
 * holds.
 */
#include <stdlib.h>
#include <string.h>

#include "graph/batch.h"
#include "hprof/targets.h"

/* ---- finalizers and cleaners ------------------------------------------ */

/* Counts classes of nodes and names the most frequent. */
struct tally {
    uint64_t *counts; /* [n_classes] */
    uint32_t best;
};

static void tally_add(struct tally *t, uint32_t c)
{
    if (c == CLASS_NONE)
        return;
    t->counts[c]++;
    if (t->best == CLASS_NONE || t->counts[c] > t->counts[t->best])
        t->best = c;
}

static bool tally_init(struct analysis *a, struct tally *t)
{
    t->best = CLASS_NONE;
    t->counts = mem_alloc(a->mem, (uint64_t)a->dump->n_classes + 1,
                          sizeof *t->counts, a->err);
    return t->counts != NULL;
}

static void tally_result(struct analysis *a, const struct tally *t,
                         const char **name, uint64_t *count)
{
    if (t->best == CLASS_NONE)
        return;
    *name = a->dump->classes[t->best].name;
    *count = t->counts[t->best];
}

static bool count_finalizers(struct analysis *a)
{
    struct heap_queue *q = &a->heap->queue;
    const struct hprof_weak_edge *w;
    struct tally t;

    if (!tally_init(a, &t))
        return false;
    VEC_EACH (&a->dump->weak, w) {
        if (w->strength != FINAL)
            continue;
        q->finalizers++;
        tally_add(&t, hprof_class_of(a->dump, w->to));
        /* What nobody else reaches is waiting for its finalize(). */
        if (analysis_has_tree(a) && !a->heap->mat &&
            !analysis_reaches(a, w->to))
            q->pending++;
    }
    tally_result(a, &t, &q->finalizer_class, &q->finalizer_class_count);
    q->finalizer_bytes = a->heap->final.bytes;
    mem_free(a->mem, t.counts);
    return true;
}

/* A cleanable holds its action; the action's class tells whose it is. */
static bool is_cleanable(const struct hprof_dump *d, uint32_t c)
{
    return hprof_class_is(d, c, "jdk.internal.ref.PhantomCleanable") ||
           hprof_class_is(d, c, "jdk.internal.ref.Cleaner") ||
           hprof_class_is(d, c, "sun.misc.Cleaner");
}

struct actions {
    struct analysis *a;
    struct tally classes;
};

/* An hprof_target_fn. */
static bool count_action(void *actions, uint32_t cleanable, uint32_t to)
{
    struct actions *t = actions;
    struct analysis *a = t->a;
    uint32_t c = hprof_class_of(a->dump, to);

    (void)cleanable;
    /* prev, next, list and queue are the mechanism itself. */
    if (c == CLASS_NONE || is_cleanable(a->dump, c) ||
        strncmp(a->dump->classes[c].name, "java.lang.ref.", 14) == 0 ||
        strncmp(a->dump->classes[c].name, "jdk.internal.ref.", 17) == 0)
        return true;
    tally_add(&t->classes, c);
    if (analysis_reaches(a, to))
        a->heap->queue.cleaner_bytes += analysis_retained(a, to);
    return true;
}

static bool count_cleaners(struct analysis *a)
{
    uint8_t *wanted =
        mem_alloc(a->mem, (uint64_t)a->dump->n_classes + 1, 1, a->err);
    struct actions t = {.a = a};
    struct node_list list = {0};
    bool ok = wanted && tally_init(a, &t.classes);

    for (uint32_t c = 0; ok && c < a->dump->n_classes; c++)
        wanted[c] = is_cleanable(a->dump, c);
    ok = ok && analysis_instances(a, wanted, &list);
    a->heap->queue.cleaners = list.n;
    ok = ok && hprof_targets(a->dump, a->source, list.at, list.n, count_action,
                             &t, a->err);
    if (ok)
        tally_result(a, &t.classes, &a->heap->queue.cleaner_class,
                     &a->heap->queue.cleaner_class_count);
    vec_free(&list, a->mem);
    mem_free(a->mem, t.classes.counts);
    mem_free(a->mem, wanted);
    return ok;
}

/* ---- class loaders ---------------------------------------------------- */

struct name {
    const char *at;
    uint32_t length; /* of the stem compared */
};

/* Generated classes differ in a number or an address at the end:
 * Proxy12, Foo$$Lambda$14/0x7f..., Template_jsp, Script3. */
static uint32_t stem(const char *name)
{
    const char *slash = strchr(name, '/');
    const char *lambda = strstr(name, "$$Lambda");
    size_t n = slash ? (size_t)(slash - name) : strlen(name);

    if (lambda && (size_t)(lambda - name) + 8 < n)
        n = (size_t)(lambda - name) + 8;
    while (n && (name[n - 1] >= '0' && name[n - 1] <= '9'))
        n--;
    return (uint32_t)n;
}

static int by_name(const void *x, const void *y)
{
    const struct name *a = x, *b = y;
    uint32_t n = a->length < b->length ? a->length : b->length;
    int c = strncmp(a->at, b->at, n);

    if (c)
        return c;
    return a->length < b->length ? -1 : a->length > b->length;
}

/* The longest run of equal names after sorting. */
static uint64_t longest_run(struct name *names, uint64_t n, uint64_t *ret)
{
    uint64_t best = 0, start = 0;

    if (n)
        qsort(names, n, sizeof *names, by_name);
    for (uint64_t i = 1; i <= n; i++)
        if (i == n || by_name(&names[i], &names[start]) != 0) {
            if (i - start > best) {
                best = i - start;
                *ret = start;
            }
            start = i;
        }
    return best;
}

static bool repeated_names(struct analysis *a, struct name *names)
{
    const struct hprof_dump *d = a->dump;
    struct heap_loaders *l = &a->heap->loaders;
    uint64_t n = 0, at = 0, best;

    for (uint32_t c = 0; c < d->n_classes; c++)
        if (!d->classes[c].hidden && !d->classes[c].array)
            names[n++] = (struct name){d->classes[c].name,
                                       (uint32_t)strlen(d->classes[c].name)};
    best = longest_run(names, n, &at);
    if (best > 1) {
        l->repeated_class = names[at].at;
        l->repeated_class_count = best;
    }
    for (uint64_t i = 0; i < n; i++)
        names[i].length = stem(names[i].at);
    best = longest_run(names, n, &at);
    if (best > 1) {
        l->family =
            arena_strndup(a->arena, names[at].at, names[at].length, a->err);
        l->family_count = best;
    }
    return !err_is_set(a->err);
}

static bool look_at_loaders(struct analysis *a)
{
    const struct hprof_dump *d = a->dump;
    struct heap_loaders *l = &a->heap->loaders;
    struct name *names =
        mem_alloc(a->mem, (uint64_t)d->n_classes + 1, sizeof *names, a->err);
    bool ok = names && repeated_names(a, names);

    for (uint32_t c = 0; ok && c < d->n_classes; c++) {
        if (!hprof_class_is(d, c, "java.lang.ClassLoader"))
            continue;
        l->count += d->classes[c].objects;
        if (d->classes[c].objects > l->repeated_loader_count) {
            l->repeated_loader_count = d->classes[c].objects;
            l->repeated_loader = d->classes[c].name;
        }
    }
    mem_free(a->mem, names);
    return ok;
}

/* ---- JNI -------------------------------------------------------------- */

/* Objects right below the super-root whose only roots are JNI globals. */
static bool look_at_jni(struct analysis *a)
{
    const struct hprof_root *r;
    struct tally t;

    if (!tally_init(a, &t))
        return false;
    VEC_EACH (&a->dump->roots, r) {
        if (r->kind != ROOT_JNI_GLOBAL || r->node == NODE_NONE ||
            hprof_is_class_object(a->dump, r->node))
            continue;
        tally_add(&t, hprof_class_of(a->dump, r->node));
        if (analysis_reaches(a, r->node))
            a->heap->jni_global_retained += analysis_retained(a, r->node);
    }
    tally_result(a, &t, &a->heap->jni_global_class,
                 &a->heap->jni_global_class_count);
    mem_free(a->mem, t.counts);
    return true;
}

bool patterns_find(struct analysis *a)
{
    texts_weigh(a);
    return count_finalizers(a) && count_cleaners(a) && look_at_loaders(a) &&
           look_at_jni(a);
}
