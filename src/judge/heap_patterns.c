/* heap_patterns.c - patterns that the heap's tallies show; see the header. */
#include "heap_patterns.h"

#include <string.h>

#include "hprof/jdk.h"

#define MANY 1000 /* objects that only a mass of them makes a pattern */

bool pattern_finalizers(const struct heap *h, struct pen *p,
                        struct pattern_match *ret)
{
    const struct heap_queue *q = &h->queue;

    if (!q->finalizers)
        return false;
    ret->bytes = q->finalizer_bytes;
    ret->text = pen_write(
        p, "%llu objects wait to be finalized, mostly %s, and hold %s",
        (unsigned long long)q->finalizers,
        q->finalizer_class ? q->finalizer_class : "?",
        pen_size(p, q->finalizer_bytes));
    ret->culprit = pen_write(p, "the finalizer queue, mostly %s",
                             q->finalizer_class ? q->finalizer_class : "?");
    return true;
}

bool pattern_cleaners(const struct heap *h, struct pen *p,
                      struct pattern_match *ret)
{
    const struct heap_queue *q = &h->queue;

    if (!q->cleaners)
        return false;
    ret->bytes = q->cleaner_bytes;
    ret->text = pen_write(
        p, "%llu cleaning actions wait to run, mostly %s, and hold %s",
        (unsigned long long)q->cleaners,
        q->cleaner_class ? q->cleaner_class : "?",
        pen_size(p, q->cleaner_bytes));
    ret->culprit = pen_write(p, "the cleaner's list, mostly %s",
                             q->cleaner_class ? q->cleaner_class : "?");
    return true;
}

static const struct heap_class_row *row_of(const struct heap *h,
                                           const char *name)
{
    const struct heap_class_row *r;

    VEC_EACH (&h->histogram, r)
        if (strcmp(r->name, name) == 0)
            return r;
    return NULL;
}

/* What they keep, but no less than they are. */
static uint64_t bytes_of(const struct heap_class_row *r)
{
    if (!r)
        return 0;
    return known(r->retained) && r->retained > r->shallow ? r->retained
                                                          : r->shallow;
}

/* The launcher and the VM hold a few globals that lead to everything: only
 * many of one class, which hold the bytes themselves, are a leak. */
bool pattern_jni_globals(const struct heap *h, struct pen *p,
                         struct pattern_match *ret)
{
    const char *class_name = h->jni_global_class;
    uint64_t bytes;

    if (!class_name || h->jni_global_class_count < 16)
        return false;
    bytes = bytes_of(row_of(h, class_name));
    ret->bytes =
        bytes < h->jni_global_retained ? bytes : h->jni_global_retained;
    ret->text = pen_write(p, "%llu JNI global references to %s hold %s",
                          (unsigned long long)h->jni_global_class_count,
                          class_name, pen_size(p, ret->bytes));
    ret->culprit = pen_write(p, "JNI global references to %s", class_name);
    return true;
}

bool pattern_virtual_threads(const struct heap *h, struct pen *p,
                             struct pattern_match *ret)
{
    uint64_t threads = bytes_of(row_of(h, "java.lang.VirtualThread"));
    uint64_t stacks = bytes_of(row_of(h, "jdk.internal.vm.StackChunk"));

    if (h->natives.virtual_threads < MANY)
        return false;
    ret->bytes = threads > stacks ? threads : stacks;
    ret->text = pen_write(p, "%llu virtual threads hold %s",
                          (unsigned long long)h->natives.virtual_threads,
                          pen_size(p, ret->bytes));
    ret->culprit = pen_write(p, "%llu virtual threads",
                             (unsigned long long)h->natives.virtual_threads);
    return true;
}

bool pattern_loaders(const struct heap *h, struct pen *p,
                     struct pattern_match *ret)
{
    const struct heap_loaders *l = &h->loaders;

    uint64_t loaders, classes;

    if (!l->repeated_loader || l->repeated_loader_count < 8)
        return false;
    /* An instance held beside its loader leads to the class as well: then
     * the loader keeps nothing alone, but the class objects keep all. */
    loaders = bytes_of(row_of(h, l->repeated_loader));
    classes = l->repeated_class_count >= 8
                  ? bytes_of(row_of(h, "java.lang.Class"))
                  : 0;
    ret->bytes = loaders > classes ? loaders : classes;
    ret->text = pen_write(p, "%llu class loaders of class %s hold %s",
                          (unsigned long long)l->repeated_loader_count,
                          l->repeated_loader, pen_size(p, ret->bytes));
    ret->culprit = pen_write(p, "%llu loaders of class %s",
                             (unsigned long long)l->repeated_loader_count,
                             l->repeated_loader);
    return true;
}

bool pattern_array(const struct heap *h, struct pen *p,
                   struct pattern_match *ret)
{
    ret->bytes = h->largest_array_bytes;
    ret->text = pen_write(p, "a single array takes %s",
                          pen_size(p, h->largest_array_bytes));
    return h->largest_array_bytes > 0;
}

/* ---- strings ---------------------------------------------------------- */

/* A text, a row, a document: more strings than that are no object's fields. */
#define STRINGS_OF_ONE 64

bool owns_strings(const char *class_name, uint64_t objects, uint64_t strings)
{
    if (strncmp(class_name, "java.util.", 10) == 0 ||
        strcmp(class_name, "java.lang.String") == 0 || strchr(class_name, '['))
        return false;
    /* The JDK's own live beside; only one a string is a map's value. */
    return objects >= strings / (jdk_has_type(class_name) ? 2 : STRINGS_OF_ONE);
}

static bool are_contents(const struct heap *h)
{
    const struct heap_class_row *r;

    VEC_EACH (&h->histogram, r)
        if (owns_strings(r->name, r->objects, h->strings.count))
            return true;
    return false;
}

/* What would be saved if each text were there once counts. */
bool pattern_duplicates(const struct heap *h, struct pen *p,
                        struct pattern_match *ret)
{
    const struct heap_strings *s = &h->strings;

    if (!known(s->duplicate_bytes) || s->duplicate_bytes < s->bytes / 2)
        return false;
    ret->bytes = s->duplicate_bytes;
    ret->text =
        pen_write(p, "%llu strings take %s, of which %s repeat what others say",
                  (unsigned long long)s->count, pen_size(p, s->bytes),
                  pen_size(p, s->duplicate_bytes));
    return true;
}

static const char *difference(const struct heap_strings *s)
{
    return !known(s->duplicate_bytes)          ? ""
           : s->duplicate_bytes < s->bytes / 8 ? ", nearly all different,"
           : s->duplicate_bytes < s->bytes / 2 ? ", mostly different,"
                                               : "";
}

bool pattern_strings(const struct heap *h, struct pen *p,
                     struct pattern_match *ret)
{
    const struct heap_strings *s = &h->strings;

    /* As much as a third is ordinary for many programs; half is not. */
    if (s->bytes < h->reachable.bytes / 2 || are_contents(h))
        return false;
    ret->bytes = s->bytes;
    ret->text =
        pen_write(p, "%llu strings%s take %s", (unsigned long long)s->count,
                  difference(s), pen_size(p, s->bytes));
    return true;
}
