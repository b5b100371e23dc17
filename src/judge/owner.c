/* owner.c - see owner.h. */
#include "owner.h"

#include <string.h>

#include "hprof/jdk.h"
#include "judge/steps.h"

/* A lambda that works on a local does not own it. */
static bool is_of_application(const char *class_name)
{
    return !jdk_has_type(class_name) && !strstr(class_name, "$$Lambda");
}

/* Index of the step that is a local; 0: none, as no path begins with it. */
static uint64_t local_of(const struct heap_suspect *s)
{
    for (uint64_t i = 1; i < s->path.n + s->descent.n; i++)
        if (step_is_local(step_at(s, i)->via))
            return i;
    return 0;
}

static bool is_local(const struct heap *h, uint32_t thread, uint32_t node)
{
    const struct hprof_root *r;

    VEC_EACH (&h->dump.roots, r) {
        const struct heap_thread *t;

        if (r->node != node || r->kind != ROOT_JAVA_FRAME)
            continue;
        t = heap_thread_of(h, r->thread_serial);
        if (t && t->node == thread)
            return true;
    }
    return false;
}

/* A map's own method works on its table: the owner of the map is this high
 * above it at most. */
#define CLIMB_MAX 4

static bool climb(const struct heap *h, const struct heap_step *local,
                  uint32_t thread, struct owner *ret)
{
    uint32_t node = local->node;

    for (unsigned i = 0; i < CLIMB_MAX; i++) {
        uint32_t c;

        node = hprof_referrer_of(&h->dump, node);
        c = node == NODE_NONE ? CLASS_NONE : hprof_class_of(&h->dump, node);
        if (c == CLASS_NONE)
            return false;
        if (!is_of_application(h->dump.classes[c].name)) {
            ret->held = h->dump.classes[c].name;
            continue;
        }
        ret->class_name = h->dump.classes[c].name;
        return is_local(h, thread, node);
    }
    return false;
}

bool owner_on_stack(const struct heap *h, const struct heap_suspect *s,
                    struct owner *ret)
{
    uint64_t at = local_of(s);
    const struct heap_step *local, *held;

    if (!at)
        return false;
    local = step_at(s, at);
    *ret = (struct owner){local->class_name, NULL, local->class_name};
    if (!is_of_application(local->class_name))
        return climb(h, local, step_at(s, at - 1)->node, ret);
    if (at + 1 >= s->path.n + s->descent.n)
        return false;
    held = step_at(s, at + 1);
    ret->field = step_is_field(held->via) ? step_field(held->via) : NULL;
    ret->held = held->class_name;
    return ret->field != NULL;
}
