/*
 * kinds_metaspace.c - classes pile up in two ways: loaders that are never
 * unloaded, each with a few classes, or ever more classes in loaders that
 * live on (generated, hidden, scripted).
 */
#include "kinds.h"

#include <string.h>

#include "culprit.h"

/* As many loaders of one class are a herd, not a design. */
#define MANY_LOADERS 30
/* Fewer copies of a class are what a container of some applications has. */
#define REPEATED 8

static bool many_loaders(const struct facts *f)
{
    const struct heap_loaders *l = &f->heap->loaders;

    return l->repeated_loader && l->repeated_loader_count >= MANY_LOADERS &&
           l->repeated_loader_count * 4 >= l->count;
}

/* One class many times over is what a leak of loaders looks like to whoever
 * reads a histogram. */
void argue_repeated_class(const struct facts *f, struct pen *p,
                          struct finding *ret)
{
    const struct heap_loaders *l = &f->heap->loaders;

    if (!l->repeated_class || l->repeated_class_count < REPEATED)
        return;
    finding_for(ret, HINT, figure_of(f->dump, l->repeated_class_count, 0),
                "count",
                pen_write(p,
                          "class %s is there %llu times, each time by another "
                          "loader",
                          l->repeated_class,
                          (unsigned long long)l->repeated_class_count));
}

static void name_loader(const struct facts *f, struct pen *p,
                        const char *class_name, struct finding *ret)
{
    const struct heap_suspect *s;

    VEC_EACH (&f->heap->suspects, s)
        for (uint64_t i = 0; class_name && i < s->contents.n; i++)
            if (strcmp(s->contents.at[i].class_name, class_name) == 0) {
                culprit_of_suspect(p, f->heap, s, s->retained, &ret->culprit);
                return;
            }
}

static bool by_dump(const struct facts *f, struct pen *p, struct finding *ret)
{
    const struct heap_loaders *l;

    if (!f->heap)
        return false;
    l = &f->heap->loaders;
    if (many_loaders(f)) {
        ret->kind = KIND_METASPACE_LOADER_LEAK;
        finding_for(ret, SUPPORTING,
                    figure_of(f->dump, l->repeated_loader_count, 0), "count",
                    pen_write(p,
                              "the heap dump holds %llu class loaders of "
                              "class %s",
                              (unsigned long long)l->repeated_loader_count,
                              l->repeated_loader));
        argue_repeated_class(f, p, ret);
        culprit_named(pen_write(p, "%llu loaders of class %s",
                                (unsigned long long)l->repeated_loader_count,
                                l->repeated_loader),
                      UNKNOWN, &ret->culprit);
        name_loader(f, p, l->repeated_loader, ret);
        return true;
    }
    if (!l->family || l->family_count < MANY_LOADERS)
        return false;
    ret->kind = KIND_METASPACE_CLASS_LEAK;
    finding_for(ret, SUPPORTING, figure_of(f->dump, l->family_count, 0),
                "count",
                pen_write(p,
                          "the heap dump holds %llu generated classes like "
                          "%.*s",
                          (unsigned long long)l->family_count,
                          (int)strcspn(l->family, "+/"), l->family));
    culprit_named(pen_write(p, "%llu generated classes like %.*s",
                            (unsigned long long)l->family_count,
                            (int)strcspn(l->family, "+/"), l->family),
                  UNKNOWN, &ret->culprit);
    return true;
}

/*
 * VM.metaspace counts loaders. Hidden classes of the weak kind have one
 * each, so loaders prove a leak of loaders only if each brought more than
 * one class; a lone class per loader stays open between the two.
 */
static bool by_counts(const struct facts *f, struct pen *p, struct finding *ret)
{
    const struct moment *a = f->first, *b = f->last;
    struct figure more = b ? b->classes : figure_none();
    uint64_t loaders, classes;

    if (!a || !b || a == b || !known(a->loaders.value) ||
        !known(b->loaders.value))
        return false;
    loaders = known_minus(b->loaders.value, a->loaders.value);
    classes = known_minus(b->classes.value, a->classes.value);
    if (!known(classes) || classes < MANY_LOADERS)
        return false;
    ret->kind = loaders >= MANY_LOADERS && loaders * 8 >= classes
                    ? KIND_METASPACE_LOADER_LEAK
                    : KIND_METASPACE_CLASS_LEAK;
    more.value = classes;
    finding_for(ret, SUPPORTING, more, "count",
                pen_write(p,
                          "VM.metaspace counts %llu more loaders and %llu "
                          "more classes than at %s",
                          (unsigned long long)loaders,
                          (unsigned long long)classes, a->name));
    return true;
}

/* Far more for each than classes have: many loaders, each with chunks of its
 * own, or large generated classes. */
static void argue_class_size(const struct facts *f, struct pen *p,
                             struct finding *ret)
{
    const struct part *part = parts_named(&f->parts, "Metaspace");
    const struct nmt_category *c =
        f->last && f->last->nmt ? nmt_find(f->last->nmt, "Class") : NULL;
    uint64_t n = c ? c->count : UNKNOWN;

    if (!part || !known(n) || !n || part->last / n < 2 * ORDINARY_CLASS)
        return;
    finding_for(ret, HINT, figure_of(f->last->nmt_input, n, c->line), "count",
                pen_write(p,
                          "NMT counts %llu classes, which have %s each; %s "
                          "are ordinary",
                          (unsigned long long)n, pen_size(p, part->last / n),
                          pen_size(p, ORDINARY_CLASS)));
}

void kind_of_metaspace(const struct facts *f, struct pen *p,
                       struct finding *ret)
{
    argue_class_size(f, p, ret);
    if (by_dump(f, p, ret) || by_counts(f, p, ret))
        return;
    ret->kind = KIND_METASPACE_CLASS_LEAK;
    finding_cap(ret, CONFIDENCE_MEDIUM);
    finding_doubt(ret, SUPPORTING,
                  "nothing captured tells leaked loaders from generated "
                  "classes");
}
