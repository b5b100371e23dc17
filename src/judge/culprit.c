/*
 * culprit.c - turns the path to a suspect into a name; see culprit.h.
 *
 * The nearest static field above the suspect is what a programmer greps
 * for; what lies between it and the suspect is told by field names. Without
 * a static field it is the thread, the JNI root or just the class.
 */
#include "culprit.h"

#include <string.h>

void culprit_named(const char *name, uint64_t bytes, struct culprit *ret)
{
    ret->known = true;
    ret->name = name;
    ret->bytes = bytes;
}

static bool is_class_object(const struct heap_step *s)
{
    return s->name && s->class_name &&
           strcmp(s->class_name, "java.lang.Class") == 0;
}

/* Index of the last class object on the path that leads on by a static. */
static uint64_t last_static(const struct heap_suspect *s)
{
    for (uint64_t i = s->path.n; i-- > 1;)
        if (is_class_object(&s->path.at[i - 1]) && s->path.at[i].via &&
            s->path.at[i].via[0] != '<' && s->path.at[i].via[0] != '[')
            return i;
    return 0;
}

/* "static NAME" and "Super#name" without what is in front of the name. */
static const char *plain(const char *via)
{
    const char *hash = strrchr(via, '#');

    if (strncmp(via, "static ", 7) == 0)
        via += 7;
    return hash ? hash + 1 : via;
}

static bool is_jdk(const char *class_name)
{
    static const char *const prefixes[] = {"java.", "javax.", "jdk.", "sun.",
                                           "com.sun."};

    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(class_name, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    return !strchr(class_name, '.') && strchr(class_name, '[');
}

/*
 * ".rows.index": the fields below `from`, until a class of the JDK begins
 * to look into itself (a map's table says nothing).
 */
static const char *fields(struct pen *p, const struct heap_suspect *s,
                          uint64_t from, const char **holder)
{
    const char *text = "";

    for (uint64_t i = from; i < s->path.n && i < from + 4; i++) {
        const struct heap_step *step = &s->path.at[i];

        if (!step->via || step->via[0] == '[' || step->via[0] == '<' ||
            is_jdk(s->path.at[i - 1].class_name))
            break;
        text = pen_write(p, "%s.%s", text, plain(step->via));
        *holder = step->class_name;
    }
    return text;
}

static void name_static(struct pen *p, const struct heap_suspect *s,
                        uint64_t at, struct culprit *ret)
{
    const struct heap_step *owner = &s->path.at[at - 1];
    const char *holder = s->path.at[at].class_name;

    ret->field = plain(s->path.at[at].via);
    ret->class_name = owner->name;
    ret->name = pen_write(p, "static %s.%s%s (%s)", owner->name, ret->field,
                          fields(p, s, at + 1, &holder), holder);
}

/* A thread's own fields: thread-locals, the target it runs. */
static void name_thread(struct pen *p, const struct heap_suspect *s,
                        struct culprit *ret)
{
    ret->thread = s->root_thread;
    ret->class_name = s->class_name;
    if (s->root_frame)
        ret->name = pen_write(p, "%s, local of %s in thread %s", s->class_name,
                              s->root_frame, s->root_thread);
    else
        ret->name = pen_write(p, "%s, held by thread %s", s->class_name,
                              s->root_thread);
}

/* The shortest path may lead over a stack that just works on the object: a
 * static field that refers to it is who keeps it. */
static bool name_direct_static(struct pen *p, const struct heap *h,
                               const struct heap_suspect *s,
                               struct culprit *ret)
{
    for (uint32_t c = 0; c < h->dump.n_classes; c++) {
        const struct hprof_class *k = &h->dump.classes[c];

        for (uint32_t i = 0; i < k->n_statics; i++)
            if (k->statics[i].type == HPROF_OBJECT &&
                k->statics[i].node == s->node && k->statics[i].name[0] != '<') {
                ret->class_name = k->name;
                ret->field = k->statics[i].name;
                ret->root = "sticky_class";
                ret->name = pen_write(p, "static %s.%s (%s)", k->name,
                                      ret->field, s->class_name);
                return true;
            }
    }
    return false;
}

void culprit_of_suspect(struct pen *p, const struct heap *h,
                        const struct heap_suspect *s, uint64_t bytes,
                        struct culprit *ret)
{
    uint64_t at = last_static(s);

    ret->known = true;
    ret->bytes = bytes;
    ret->root = s->root_kind;
    if (is_class_object(&(struct heap_step){.class_name = s->class_name,
                                            .name = s->name})) {
        ret->class_name = s->name;
        ret->name = pen_write(p, "statics of %s", s->name);
    } else if (at) {
        name_static(p, s, at, ret);
    } else if (s->kind == SUSPECT_OBJECT && name_direct_static(p, h, s, ret)) {
        return;
    } else if (s->root_thread) {
        name_thread(p, s, ret);
    } else {
        ret->class_name = s->class_name;
        ret->name =
            s->kind == SUSPECT_CLASS_GROUP
                ? pen_write(p, "%llu objects of %s",
                            (unsigned long long)s->objects, s->class_name)
                : pen_write(p, "%s", s->class_name);
    }
}
