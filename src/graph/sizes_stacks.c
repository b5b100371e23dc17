/*
 * sizes_stacks.c - stack chunks, the only instances that differ in size.
 *
 * An unmounted virtual thread's frames lie behind the fields of its
 * jdk.internal.vm.StackChunk, which says in `size` how many words they
 * take; a bitmap of where references are in them comes last. A dump has the
 * fields only. Rules: OpenJDK's instanceStackChunkKlass.inline.hpp.
 */
#include "graph/sizes.h"

#include "base/bits.h"
#include "hprof/values.h"

enum { WORD = 8 };

/* Beyond this many words no thread has a stack; the field is damaged. */
#define MOST_WORDS ((uint64_t)1 << 27)

static uint64_t chunk_bytes(const struct sizes *s, uint64_t words)
{
    uint64_t bits = words * WORD / s->model.reference_size;
    uint64_t bitmap = align_up(bits, WORD * 8) / 8;

    return align_up(align_up(s->instance[s->stack_chunk], WORD) + words * WORD +
                        bitmap,
                    s->model.object_align);
}

static struct hprof_value *list_chunks(const struct sizes *s, uint32_t class,
                                       struct mem *m, struct err *e)
{
    const struct hprof_dump *d = s->dump;
    uint64_t n = 0, all = d->classes[class].objects;
    struct hprof_value *ret = mem_alloc(m, all, sizeof *ret, e);

    if (!ret)
        return NULL;
    for (uint32_t v = d->n_classes + 1; v < d->nodes && n < all; v++)
        if (hprof_class_of(d, v) == class)
            ret[n++].node = v;
    return ret;
}

static bool keep(struct sizes *s, const struct hprof_value *values, uint64_t n,
                 struct mem *m, struct err *e)
{
    for (uint64_t i = 0; i < n; i++) {
        uint64_t words;

        if (!values[i].found ||
            !hprof_named_value(s->dump, &values[i], "size", &words) ||
            words > MOST_WORDS)
            continue;
        if (!vec_push(&s->stack_chunks, m, e))
            return false;
        *vec_last(&s->stack_chunks) = (struct sized_node){
            .node = values[i].node, .bytes = chunk_bytes(s, words)};
    }
    return true;
}

bool sizes_read_stacks(struct sizes *s, struct source *source, struct mem *m,
                       struct err *e)
{
    uint32_t class = hprof_class_find(s->dump, "jdk.internal.vm.StackChunk");
    struct hprof_value *values;
    struct arena scratch;
    bool ok;

    if (s->model.kind == SIZES_MAT || class == CLASS_NONE ||
        !s->dump->classes[class].objects)
        return true;
    values = list_chunks(s, class, m, e);
    if (!values)
        return false;
    s->stack_chunk = class;
    arena_init(&scratch, m);
    ok = hprof_values_read(s->dump, source, values,
                           s->dump->classes[class].objects, 0, &scratch, e) &&
         keep(s, values, s->dump->classes[class].objects, m, e);
    s->classes[class].differs = true;
    arena_deinit(&scratch);
    mem_free(m, values);
    return ok;
}
