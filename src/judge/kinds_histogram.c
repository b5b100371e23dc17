/*
 * kinds_histogram.c - what gives the kind away when there is no heap dump:
 * a class histogram, the number of loaders, the frame that asked in vain.
 * A histogram has numbers of the JDK's own bookkeeping objects, never paths.
 *
 * A count says that a mechanism is in use a thousandfold, not that it holds
 * the bytes: what is named here is at most a good guess.
 */
#include "kinds.h"

#include <string.h>

#include "culprit.h"
#include "heap_patterns.h"
#include "hprof/jdk.h"

#define MANY 500 /* ordinary programs have a few dozen of each */

struct tally {
    const struct facts *facts;
    const struct class_histogram *at;
    const struct input *input;
    struct pen *pen;
    struct finding *ret;
};

static const struct histogram_row *row_of(const struct tally *t,
                                          const char *name)
{
    const struct histogram_row *r;

    VEC_EACH (&t->at->rows, r)
        if (strcmp(r->class_name, name) == 0)
            return r;
    return NULL;
}

static bool conclude(struct tally *t, enum verdict_kind kind,
                     const struct histogram_row *r, const char *text)
{
    t->ret->kind = kind;
    finding_for(t->ret, SUPPORTING, figure_of(t->input, r->objects, r->line),
                "count", text);
    culprit_named(pen_write(t->pen, "%llu objects of %s",
                            (unsigned long long)r->objects, r->class_name),
                  UNKNOWN, &t->ret->culprit);
    return true;
}

static const struct {
    const char *class_name;
    enum verdict_kind kind;
    const char *what;
} counted[] = {
    {"java.lang.ref.Finalizer", KIND_FINALIZER_BACKLOG,
     "objects with a finalizer wait"},
    {"jdk.internal.ref.CleanerImpl$PhantomCleanableRef", KIND_CLEANER_BACKLOG,
     "cleaning actions wait"},
    {"java.lang.VirtualThread", KIND_VIRTUAL_THREADS,
     "virtual threads are alive"},
    {"java.util.concurrent.LinkedBlockingQueue$Node", KIND_HEAP_BACKLOG,
     "elements wait in queues between threads"},
    {"java.util.concurrent.LinkedBlockingDeque$Node", KIND_HEAP_BACKLOG,
     "elements wait in queues between threads"},
    {"java.util.concurrent.ConcurrentLinkedQueue$Node", KIND_HEAP_BACKLOG,
     "elements wait in queues between threads"},
    {"java.util.concurrent.FutureTask", KIND_HEAP_BACKLOG,
     "tasks wait to be run"},
    {"java.util.concurrent.ScheduledThreadPoolExecutor$ScheduledFutureTask",
     KIND_HEAP_BACKLOG, "tasks wait to be run"},
    {"java.util.concurrent.CompletableFuture$AsyncRun", KIND_HEAP_BACKLOG,
     "tasks wait to be run"},
    {"java.util.concurrent.CompletableFuture$AsyncSupply", KIND_HEAP_BACKLOG,
     "tasks wait to be run"},
};

static bool by_count(struct tally *t)
{
    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++) {
        const struct histogram_row *r = row_of(t, counted[i].class_name);

        if (r && r->objects >= MANY)
            return conclude(t, counted[i].kind, r,
                            pen_write(t->pen, "%llu %s",
                                      (unsigned long long)r->objects,
                                      counted[i].what));
    }
    return false;
}

/* One object of an array class that takes a third of the heap, or a few. */
static bool by_array(struct tally *t)
{
    const struct histogram_row *r;

    VEC_EACH (&t->at->rows, r)
        if (strchr(r->class_name, '[') && r->objects &&
            r->bytes / r->objects > t->at->bytes / 4)
            return conclude(t, KIND_GROWING_ARRAY, r,
                            pen_write(t->pen, "%llu arrays take %s",
                                      (unsigned long long)r->objects,
                                      pen_size(t->pen, r->bytes)));
    return false;
}

/* An anonymous class or a lambda; named ones are nodes and entries as well. */
static bool is_callback(const char *class_name)
{
    size_t n = outer_length(class_name);
    const char *rest = class_name + n;

    return n && strchr(class_name, '.') && !jdk_has_type(class_name) &&
           ((rest[1] >= '0' && rest[1] <= '9') || rest[1] == '$');
}

static bool outer_of(const struct histogram_row *outer,
                     const struct histogram_row *inner)
{
    size_t n = outer_length(inner->class_name);

    return outer->objects == inner->objects && strlen(outer->class_name) == n &&
           strncmp(outer->class_name, inner->class_name, n) == 0;
}

/* As many objects of an inner class as of its outer one. */
static bool by_inner(struct tally *t)
{
    const struct histogram_row *inner, *outer;

    VEC_EACH (&t->at->rows, inner) {
        if (inner->objects < MANY || !is_callback(inner->class_name))
            continue;
        VEC_EACH (&t->at->rows, outer)
            if (outer_of(outer, inner))
                return conclude(t, KIND_LISTENER_LEAK, inner,
                                pen_write(t->pen,
                                          "%llu objects of the inner class "
                                          "%s, as many as of its outer class",
                                          (unsigned long long)inner->objects,
                                          inner->class_name));
    }
    return false;
}

/* Longer ones on average are not what programs call strings: other arrays
 * must be among them. */
#define LONG_STRING 1024

/* Whose contents they are; NULL: nobody's. */
static const struct histogram_row *owner_of_strings(const struct tally *t,
                                                    uint64_t strings)
{
    const struct histogram_row *r, *most = NULL;

    VEC_EACH (&t->at->rows, r)
        if (owns_strings(r->class_name, r->objects, strings) &&
            (!most || r->objects > most->objects))
            most = r;
    return most;
}

/* Every string has an array: equal numbers say that the arrays are theirs. */
static const struct histogram_row *arrays_of_strings(const struct tally *t,
                                                     uint64_t strings)
{
    const struct histogram_row *a = row_of(t, "byte[]");
    const struct histogram_row *c = row_of(t, "char[]");

    if (!a || (c && c->bytes > a->bytes))
        a = c;
    return a && a->objects && a->bytes / a->objects <= LONG_STRING &&
                   a->objects <= strings + strings / 4
               ? a
               : NULL;
}

static bool by_strings(struct tally *t)
{
    const struct histogram_row *s = row_of(t, "java.lang.String"), *a, *owner;
    const char *text;

    a = s ? arrays_of_strings(t, s->objects) : NULL;
    if (!a || s->bytes + a->bytes < t->at->bytes / 2)
        return false;
    owner = owner_of_strings(t, s->objects);
    text = pen_write(t->pen, "%llu strings take %s",
                     (unsigned long long)s->objects,
                     pen_size(t->pen, s->bytes + a->bytes));
    finding_cap(t->ret, CONFIDENCE_MEDIUM);
    finding_doubt(t->ret, SUPPORTING,
                  "a class histogram does not tell who holds them, or "
                  "whether they repeat each other");
    if (!owner)
        return conclude(t, KIND_STRING_GROWTH, s, text);
    return conclude(t, KIND_HEAP_LEAK, owner,
                    pen_write(t->pen,
                              "%s; there are %llu objects of %s, whose "
                              "contents they seem to be",
                              text, (unsigned long long)owner->objects,
                              owner->class_name));
}

/* ---- without even a histogram ----------------------------------------- */

/* VM.metaspace counts loaders: a hundred more than at first, while the heap
 * filled up, is a herd. */
#define MANY_LOADERS 100

static bool by_loader_count(const struct facts *f, struct pen *p,
                            struct finding *ret)
{
    uint64_t more;

    if (!f->first || !f->last)
        return false;
    more = known_minus(f->last->loaders.value, f->first->loaders.value);
    if (!known(more) || more < MANY_LOADERS)
        return false;
    ret->kind = KIND_CLASSLOADER_LEAK;
    finding_for(ret, SUPPORTING, f->last->loaders, "count",
                pen_write(p, "%llu more class loaders than at %s",
                          (unsigned long long)more, f->first->name));
    culprit_named(pen_write(p, "%llu class loaders",
                            (unsigned long long)f->last->loaders.value),
                  UNKNOWN, &ret->culprit);
    return true;
}

/* What asked in vain was copying an array to a larger one, and the heap was
 * far from full: that array is what grows. */
static bool by_copy(const struct facts *f, struct pen *p, struct finding *ret)
{
    const struct known_oome *o;
    const char *frame;

    if (!known(f->live.value) || !known(f->xmx.value) ||
        f->live.value > f->xmx.value / 2)
        return false;
    VEC_EACH (&f->oomes, o) {
        frame = o->oome ? o->oome->top_frame : NULL;
        if (!frame || !strstr(frame, "java.util.Arrays.copyOf"))
            continue;
        ret->kind = KIND_GROWING_ARRAY;
        finding_for(ret, SUPPORTING, o->at, NULL,
                    pen_write(p,
                              "%s asked for a larger array while the "
                              "heap was half empty",
                              frame));
        culprit_named("an array that is copied to grow", UNKNOWN,
                      &ret->culprit);
        return true;
    }
    return false;
}

/* The last histogram that was taken. */
static bool find(const struct facts *f, struct tally *t)
{
    for (uint64_t i = f->moments.n; i-- > 0;) {
        t->at = f->moments.at[i].histogram;
        t->input = f->moments.at[i].histogram_input;
        if (t->at)
            return true;
    }
    return false;
}

bool kind_of_histogram(const struct facts *f, struct pen *p,
                       struct finding *ret)
{
    struct tally t = {.facts = f, .pen = p, .ret = ret};

    if (by_copy(f, p, ret) || by_loader_count(f, p, ret))
        return true;
    if (!find(f, &t) || !t.at->bytes)
        return false;
    return by_count(&t) || by_array(&t) || by_inner(&t) || by_strings(&t);
}
