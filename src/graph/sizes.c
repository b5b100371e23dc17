/*
 * sizes.c - infers the JVM's object layout from addresses, or follows MAT.
 *
 * Inference: for each layout HotSpot has ever used, compute the size of
 * every class, and count the objects of those whose least distance to the
 * next object equals it. The layout that explains most objects wins; its
 * share says how sure we are. Where the distances contradict the layout for
 * one class the distance wins: objects never overlap.
 *
 * Rules in layout.c; MAT's model as in docs/size-model.md.
 */
#include "graph/sizes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "graph/layout.h"
#include "graph/spacing.h"
#include "hprof/ids.h"

/* ---- arrays ----------------------------------------------------------- */

static void set_arrays(struct sizes *s, const uint8_t *is_array)
{
    const struct hprof_dump *d = s->dump;
    const struct labels l = d->class_of;

    for (uint32_t i = 0; i < s->arrays.words; i++) {
        uint32_t from = i * 64;
        uint32_t n = d->nodes - from < 64 ? d->nodes - from : 64;

        s->arrays.bits[i] = labels_flagged(&l, from, n, is_array, d->n_classes);
    }
}

static bool find_arrays(struct sizes *s, struct mem *m, struct err *e)
{
    const struct hprof_dump *d = s->dump;
    uint8_t *is_array = mem_alloc(m, labels_flags(d->n_classes), 1, e);

    if (!is_array || !ranks_init(&s->arrays, d->nodes, m, e)) {
        mem_free(m, is_array);
        return false;
    }
    for (uint32_t c = 0; c < d->n_classes; c++)
        is_array[c] = d->classes[c].array != 0;
    set_arrays(s, is_array);
    ranks_count(&s->arrays);
    mem_free(m, is_array);
    return true;
}

/* ---- inference -------------------------------------------------------- */

struct evidence {
    const struct hprof_dump *dump;
    struct layout_classes classes;
    struct spacing spacing;
    uint32_t align;
    uint64_t measured, explained; /* objects, by the layout chosen */
    uint64_t dense;               /* of 1000 explained instances, those right
                                     before the next object */
};

/* Fewer gaps than this may share a divisor by chance. */
#define ENOUGH_OBJECTS 1000

static uint32_t object_align(const struct hprof_dump *d)
{
    uint64_t g = hprof_ids_gcd(d->ids);

    if (g < 8 || d->instances < ENOUGH_OBJECTS)
        return 8;
    return g > 256 ? 256 : (uint32_t)(g & (~g + 1));
}

static bool explains_array(const struct evidence *v, const struct jvm_layout *l,
                           uint32_t c)
{
    unsigned type = v->dump->classes[c].array;
    const struct class_spacing *s = &v->spacing.of[c];
    uint32_t element = layout_field(l, type);
    int64_t head =
        type == HPROF_OBJECT && element == 8 ? s->head_wide : s->head;

    return head == (int64_t)layout_array_base(l, element);
}

static bool explains(const struct evidence *v, const struct jvm_layout *l,
                     uint32_t c)
{
    if (v->dump->classes[c].array)
        return explains_array(v, l, c);
    return v->spacing.of[c].least ==
           align_up(layout_instance(&v->classes, l, c), v->align);
}

/* Objects of the classes that a layout explains. */
static uint64_t explained(const struct evidence *v, const struct jvm_layout *l)
{
    uint64_t n = 0;

    for (uint32_t c = 0; c < v->dump->n_classes; c++)
        if (v->spacing.of[c].objects && explains(v, l, c))
            n += v->spacing.of[c].objects;
    return n;
}

static bool eligible(const struct evidence *v, const struct jvm_layout *l)
{
    return l->id_size == v->dump->id_size &&
           !(v->dump->narrow_arrays && l->reference == 8) &&
           layout_possible(l, v->classes.jdk);
}

static const struct jvm_layout *best_layout(struct evidence *v)
{
    const struct jvm_layout *best = NULL;

    for (unsigned i = 0; i < N_LAYOUTS; i++) {
        uint64_t n;

        if (!eligible(v, &LAYOUTS[i]))
            continue;
        n = explained(v, &LAYOUTS[i]);
        if (!best || n > v->explained) {
            best = &LAYOUTS[i];
            v->explained = n;
        }
    }
    return best ? best : &LAYOUTS[0];
}

/* How closely the heap is packed. */
static void measure_density(struct evidence *v, const struct jvm_layout *l)
{
    uint64_t all = 0, close = 0;

    for (uint32_t c = 0; c < v->dump->n_classes; c++) {
        const struct class_spacing *s = &v->spacing.of[c];

        v->measured += s->objects;
        if (s->objects && !v->dump->classes[c].array && explains(v, l, c)) {
            all += s->objects;
            close += s->seen;
        }
    }
    v->dense = all ? close * 1000 / all : 0;
}

/* Out of 1000: explained objects that make a model certain, or worth more
 * than nothing; instances next to each other that make gaps sizes. */
#define CERTAIN 900
#define LIKELY  500
#define DENSE   950
/* Bytes of fields that the VM adds to a class at most. */
#define MOST_ADDED 64

static uint64_t explained_share(const struct evidence *v)
{
    return v->measured ? v->explained * 1000 / v->measured : 0;
}

static void tell(const struct evidence *v, struct size_model *m)
{
    m->certain = explained_share(v) >= CERTAIN;
    snprintf(m->why, sizeof m->why,
             "%llu of %llu objects measured are of classes that stand exactly "
             "this far from their neighbours%s",
             (unsigned long long)v->explained, (unsigned long long)v->measured,
             v->dump->narrow_arrays ? "; object arrays are packed at 4 bytes"
                                    : "");
}

/* ---- the JVM's sizes ------------------------------------------------------
 */

/*
 * In a heap whose objects stand shoulder to shoulder, a wider gap that most
 * instances of a class share can be what the VM itself has added to it: to
 * one of the classes it knows, or as padding on both sides of @Contended
 * fields. Other wider gaps are not: where a collector leaves garbage behind,
 * all modules of the JDK may stand in front of the same dead map.
 */
static bool is_wider(const struct evidence *v, uint32_t c, uint64_t bytes)
{
    const struct class_spacing *s = &v->spacing.of[c];
    uint64_t added = s->least - bytes;

    if (v->dense < DENSE || s->least < bytes || s->seen < 2 ||
        s->seen * 2 < s->objects)
        return false;
    return layout_is_vm_class(v->dump->classes[c].name)
               ? added <= MOST_ADDED
               : added >= 2 * LAYOUT_PADDING && added <= 4 * LAYOUT_PADDING;
}

static uint64_t instance_bytes(const struct evidence *v,
                               const struct jvm_layout *l, uint32_t c)
{
    uint64_t bytes = align_up(layout_instance(&v->classes, l, c), v->align);
    const struct class_spacing *s = &v->spacing.of[c];

    if (!s->objects || explained_share(v) < LIKELY)
        return bytes;
    return s->least < bytes || is_wider(v, c, bytes) ? s->least : bytes;
}

static uint64_t class_object_bytes(const struct evidence *v,
                                   const struct jvm_layout *l, uint32_t c)
{
    uint64_t bytes =
        align_up(layout_class_object(&v->classes, l, v->align, c), v->align);

    if (explained_share(v) < LIKELY || v->spacing.class_object[c] > bytes)
        return bytes;
    return v->spacing.class_object[c];
}

static void apply_layout(struct sizes *s, const struct jvm_layout *l,
                         const struct evidence *v)
{
    const struct hprof_dump *d = s->dump;

    s->model.name = l->name;
    s->model.reference_size = l->reference;
    s->model.object_header = l->header;
    s->model.array_header = l->array_header;
    for (uint32_t c = 0; c < d->n_classes; c++) {
        s->class_object[c] = class_object_bytes(v, l, c);
        if (!d->classes[c].array)
            s->instance[c] = instance_bytes(v, l, c);
    }
}

static void infer(struct sizes *s, struct evidence *v)
{
    const struct jvm_layout *l = best_layout(v);

    measure_density(v, l);
    tell(v, &s->model);
    apply_layout(s, l, v);
}

/* ---- MAT -------------------------------------------------------------- */

#define MAX_DEPTH 512

static uint64_t mat_instance(const struct hprof_dump *d,
                             const struct size_model *m, uint32_t c)
{
    uint32_t chain[MAX_DEPTH];
    unsigned n = 0;
    uint64_t bytes = m->object_header;

    for (; c != CLASS_NONE && n < MAX_DEPTH; c = d->classes[c].super)
        chain[n++] = c;

    /* The top level is java.lang.Object, which has no fields. */
    for (unsigned i = n; i-- > 0;) {
        const struct hprof_class *k = &d->classes[chain[i]];

        for (uint32_t f = 0; f < k->n_fields; f++)
            bytes += k->fields[f].type == HPROF_OBJECT
                         ? m->reference_size
                         : hprof_type_size(k->fields[f].type, d->id_size);
        bytes = align_up(bytes, m->reference_size);
    }
    return align_up(bytes, m->object_align);
}

static uint64_t mat_class_object(const struct hprof_class *c,
                                 const struct size_model *m)
{
    uint64_t bytes = 0;

    for (uint32_t i = 0; i < c->n_statics; i++)
        bytes += c->statics[i].type == HPROF_OBJECT
                     ? m->reference_size
                     : hprof_type_size(c->statics[i].type, 8);
    return align_up(bytes, m->object_align);
}

static void apply_mat(struct sizes *s)
{
    const struct hprof_dump *d = s->dump;
    struct size_model *m = &s->model;
    uint32_t loader = hprof_class_of(d, d->boot_loader);

    m->kind = SIZES_MAT;
    m->name = "mat";
    m->reference_size = d->id_size == 8 && d->narrow_arrays ? 4 : d->id_size;
    m->object_header = d->id_size + m->reference_size;
    m->array_header = d->id_size + m->reference_size + 4;
    snprintf(m->why, sizeof m->why, "Eclipse MAT's rules");
    for (uint32_t i = 0; i < d->n_classes; i++) {
        s->class_object[i] = mat_class_object(&d->classes[i], m);
        if (!d->classes[i].array)
            s->instance[i] = mat_instance(d, m, i);
    }
    if (loader != CLASS_NONE)
        s->class_object[d->boot_loader - 1] = s->instance[loader];
}

/* ---- the interface ---------------------------------------------------------
 */

/* The layout asked for, or the one that fits best: sizes of the JVM. */
static bool apply_jvm(struct sizes *s, const char *name, struct mem *m,
                      struct err *e)
{
    const struct jvm_layout *l = layout_named(name);
    struct evidence v = {.dump = s->dump, .align = s->model.object_align};
    bool ok;

    if (!l && strcmp(name, "auto") != 0)
        return err_set(e, ERR_USAGE, "there is no size model '%s'", name);
    ok = layout_classes_init(&v.classes, s->dump, m, e) &&
         spacing_measure(&v.spacing, s->dump, &s->arrays, m, e);
    s->model.jdk = v.classes.jdk;
    if (ok && l) {
        snprintf(s->model.why, sizeof s->model.why, "as asked for");
        apply_layout(s, l, &v);
    } else if (ok) {
        infer(s, &v);
    }
    spacing_deinit(&v.spacing, m);
    layout_classes_deinit(&v.classes, m);
    return ok;
}

static bool choose(struct sizes *s, const char *name, struct mem *m,
                   struct err *e)
{
    if (strcmp(name, "mat") == 0) {
        apply_mat(s);
        return true;
    }
    return apply_jvm(s, name, m, e);
}

static struct class_size array_size(const struct sizes *s, unsigned type)
{
    const struct size_model *m = &s->model;
    struct class_size k = {.bytes = m->array_header, .differs = true};

    k.element = type == HPROF_OBJECT ? m->reference_size
                                     : hprof_type_size(type, s->dump->id_size);
    if (m->kind == SIZES_MAT && type != HPROF_OBJECT)
        k.bytes = align_up(k.bytes, m->reference_size);
    if (m->kind == SIZES_AUTO && k.element > 4)
        k.bytes = align_up(k.bytes, 8);
    return k;
}

/* What sizes_at looks up by class. */
static bool tabulate(struct sizes *s, struct mem *m, struct err *e)
{
    const struct hprof_dump *d = s->dump;

    s->classes =
        mem_alloc(m, (uint64_t)d->n_classes + 1, sizeof *s->classes, e);
    if (!s->classes)
        return false;
    for (uint32_t c = 0; c < d->n_classes; c++)
        s->classes[c] = d->classes[c].array
                            ? array_size(s, d->classes[c].array)
                            : (struct class_size){.bytes = s->instance[c]};
    s->classes[d->n_classes].bytes =
        align_up(s->model.object_header, s->model.object_align);
    for (uint32_t v = 0; v <= d->n_classes; v++) {
        uint32_t c = hprof_class_of(d, v);

        s->classes[c == CLASS_NONE ? d->n_classes : c].differs = true;
    }
    return true;
}

bool sizes_init(struct sizes *s, const struct hprof_dump *d, const char *name,
                struct mem *m, struct err *e)
{
    memset(s, 0, sizeof *s);
    s->dump = d;
    s->stack_chunk = CLASS_NONE;
    s->model.object_align = object_align(d);
    s->instance = mem_alloc(m, d->n_classes, sizeof *s->instance, e);
    s->class_object = mem_alloc(m, d->n_classes, sizeof *s->class_object, e);
    if (!s->instance || !s->class_object || !find_arrays(s, m, e) ||
        !choose(s, name ? name : "auto", m, e) || !tabulate(s, m, e)) {
        sizes_deinit(s, m);
        return false;
    }
    return true;
}

void sizes_deinit(struct sizes *s, struct mem *m)
{
    mem_free(m, s->instance);
    mem_free(m, s->class_object);
    mem_free(m, s->classes);
    ranks_deinit(&s->arrays, m);
    vec_free(&s->stack_chunks, m);
    s->instance = s->class_object = NULL;
    s->classes = NULL;
}

/* Elements of object arrays take no more room in a heap than in its dump. */
uint64_t sizes_most(const struct sizes *s)
{
    const struct hprof_dump *d = s->dump;
    uint64_t sum = (uint64_t)d->nodes * s->classes[d->n_classes].bytes +
                   d->primitive_bytes + d->bytes;
    const struct sized_node *chunk;

    for (uint32_t c = 0; c < d->n_classes; c++) {
        const struct class_size *k = &s->classes[c];
        uint64_t end = k->element ? s->model.object_align : 0;

        sum += s->class_object[c] + d->classes[c].objects * (k->bytes + end);
    }
    VEC_EACH (&s->stack_chunks, chunk)
        sum += chunk->bytes;
    return sum;
}

unsigned sizes_shift(const struct sizes *s)
{
    uint64_t all = s->model.object_align | s->classes[s->dump->n_classes].bytes;
    const struct sized_node *chunk;

    for (uint32_t c = 0; c < s->dump->n_classes; c++)
        all |= s->class_object[c] | s->instance[c];
    VEC_EACH (&s->stack_chunks, chunk)
        all |= chunk->bytes;
    return (unsigned)__builtin_ctzll(all);
}

static int by_node(const void *a, const void *b)
{
    uint32_t x = ((const struct sized_node *)a)->node;
    uint32_t y = ((const struct sized_node *)b)->node;

    return x < y ? -1 : x > y;
}

uint64_t sizes_of_stack(const struct sizes *s, uint32_t node)
{
    struct sized_node key = {.node = node};
    const struct sized_node *found = NULL;

    if (s->stack_chunks.n)
        found = bsearch(&key, s->stack_chunks.at, s->stack_chunks.n, sizeof key,
                        by_node);
    return found ? found->bytes : s->instance[s->stack_chunk];
}

uint64_t sizes_next(void *sizes, uint32_t node, uint32_t class)
{
    return sizes_of(sizes, node, class);
}
