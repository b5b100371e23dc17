/*
 * sizes.c - infers the JVM's object layout from addresses, or follows MAT.
 *
 * Inference: for each layout HotSpot has ever used, compute the size of
 * every class and count the instances whose distance to the next object
 * equals it. The layout that explains most instances wins; its share says
 * how sure we are. Where the distances contradict the layout for one class
 * (fields injected by the VM, @Contended padding) the distance wins.
 *
 * Rules: OpenJDK classFileParser.cpp (to 14) and fieldLayoutBuilder.cpp
 * (since 15), arrayOop.hpp; MAT's model as in docs/size-model.md.
 */
#include "graph/sizes.h"

#include <stdio.h>
#include <string.h>

#include "base/bits.h"
#include "hprof/ids.h"

#define MAX_HOLES 16

struct layout {
    const char *name;
    unsigned id_size; /* of the dumps it can explain */
    uint32_t header, array_header, reference;
    bool packs; /* JDK 15+: fills the holes superclasses left */
};

/* Ties go to the first: the commonest layouts lead. */
static const struct layout LAYOUTS[] = {
    {"hotspot-64-compressed", 8, 12, 16, 4, true},
    {"hotspot-64-compressed-jdk14", 8, 12, 16, 4, false},
    {"hotspot-64-compact", 8, 8, 12, 4, true},
    {"hotspot-64", 8, 16, 24, 8, true},
    {"hotspot-64-jdk14", 8, 16, 24, 8, false},
    {"hotspot-64-wide-references", 8, 12, 16, 8, true},
    {"hotspot-64-compact-wide-references", 8, 8, 12, 8, true},
    {"hotspot-32", 4, 8, 12, 4, false},
};
#define N_LAYOUTS (sizeof LAYOUTS / sizeof *LAYOUTS)

/* ---- one instance's layout ------------------------------------------- */

struct hole {
    uint32_t at, size;
};

struct shape { /* of the classes laid out so far, Object first */
    uint32_t end;
    struct hole holes[MAX_HOLES];
    unsigned n_holes;
};

static void leave_hole(struct shape *s, uint32_t at, uint32_t size)
{
    if (size && s->n_holes < MAX_HOLES)
        s->holes[s->n_holes++] = (struct hole){at, size};
}

/* Puts one field of `size` bytes into a hole; false if none is fit. */
static bool fill_hole(struct shape *s, uint32_t size)
{
    for (unsigned i = 0; i < s->n_holes; i++) {
        struct hole h = s->holes[i];
        uint32_t at = (uint32_t)align_up(h.at, size);

        if (at + size > h.at + h.size)
            continue;
        s->holes[i] = s->holes[--s->n_holes];
        leave_hole(s, h.at, at - h.at);
        leave_hole(s, at + size, h.at + h.size - at - size);
        return true;
    }
    return false;
}

static void append(struct shape *s, uint32_t size)
{
    uint32_t at = (uint32_t)align_up(s->end, size);

    leave_hole(s, s->end, at - s->end);
    s->end = at + size;
}

static uint32_t field_size(const struct layout *l, unsigned type)
{
    return type == HPROF_OBJECT ? l->reference : hprof_type_size(type, 8);
}

/* Both builders place wide fields first and references last. */
static void lay_out_class(const struct layout *l, const struct hprof_class *c,
                          struct shape *s)
{
    static const uint32_t WIDTHS[] = {8, 4, 2, 1};
    uint32_t count[4] = {0}, references = 0;

    for (uint32_t i = 0; i < c->n_fields; i++) {
        uint32_t size = field_size(l, c->fields[i].type);

        if (c->fields[i].type == HPROF_OBJECT)
            references++;
        else
            for (unsigned w = 0; w < 4; w++)
                count[w] += size == WIDTHS[w];
    }
    if (!l->packs) {
        /* Until 14 only the gap before this class's own first field. */
        s->n_holes = 0;
        s->end = (uint32_t)align_up(s->end, l->reference);
    }
    for (unsigned w = 0; w < 4; w++)
        while (count[w]--)
            if (!fill_hole(s, WIDTHS[w]))
                append(s, WIDTHS[w]);
    while (references--)
        if (!fill_hole(s, l->reference))
            append(s, l->reference);
}

#define MAX_DEPTH 512

/* The hierarchy of `c`, java.lang.Object last; 0 levels if it loops. */
static unsigned lineage(const struct hprof_dump *d, uint32_t c,
                        uint32_t chain[MAX_DEPTH])
{
    unsigned n = 0;

    for (; c != CLASS_NONE && n < MAX_DEPTH; c = d->classes[c].super)
        chain[n++] = c;
    return n;
}

static uint64_t instance_bytes(const struct hprof_dump *d,
                               const struct layout *l, uint32_t align,
                               uint32_t c)
{
    uint32_t chain[MAX_DEPTH];
    unsigned n = lineage(d, c, chain);
    struct shape s = {.end = l->header};

    while (n--)
        lay_out_class(l, &d->classes[chain[n]], &s);
    return align_up(s.end, align);
}

/* ---- inference --------------------------------------------------------- */

/* Fewer gaps than this may share a divisor by chance. */
#define ENOUGH_OBJECTS 1000

static uint32_t object_align(const struct hprof_dump *d)
{
    uint64_t g = hprof_ids_gcd(d->ids);

    if (g < 8 || d->instances < ENOUGH_OBJECTS)
        return 8;
    return g > 256 ? 256 : (uint32_t)(g & (~g + 1));
}

/* Instances whose distance to their neighbour the layout explains. */
static uint64_t explained(const struct hprof_dump *d, const struct layout *l,
                          uint32_t align)
{
    uint64_t n = 0;

    for (uint32_t i = 0; i < d->n_classes; i++) {
        const struct hprof_class *c = &d->classes[i];

        if (c->array || !c->objects || c->least_gap == UINT64_MAX)
            continue;
        if (c->least_gap == instance_bytes(d, l, align, i))
            n += c->objects;
    }
    return n;
}

static uint64_t measurable(const struct hprof_dump *d)
{
    uint64_t n = 0;

    for (uint32_t i = 0; i < d->n_classes; i++)
        if (!d->classes[i].array && d->classes[i].least_gap != UINT64_MAX)
            n += d->classes[i].objects;
    return n;
}

static bool fits_references(const struct layout *l, const struct hprof_dump *d)
{
    return !(d->narrow_arrays && l->reference == 8);
}

static const struct layout *infer(const struct hprof_dump *d, uint32_t align,
                                  struct size_model *m)
{
    const struct layout *best = NULL;
    uint64_t most = 0, all = measurable(d);

    for (unsigned i = 0; i < N_LAYOUTS; i++) {
        const struct layout *l = &LAYOUTS[i];
        uint64_t n;

        if (l->id_size != d->id_size || !fits_references(l, d))
            continue;
        n = explained(d, l, align);
        if (!best || n > most) {
            best = l;
            most = n;
        }
    }
    m->certain = all && most >= all / 10 * 9;
    snprintf(m->why, sizeof m->why,
             "%llu of %llu instances stand exactly this far from their "
             "neighbour%s",
             (unsigned long long)most, (unsigned long long)all,
             d->narrow_arrays ? "; object arrays are packed at 4 bytes" : "");
    return best;
}

static const struct layout *by_name(const char *name)
{
    for (unsigned i = 0; i < N_LAYOUTS; i++)
        if (strcmp(LAYOUTS[i].name, name) == 0)
            return &LAYOUTS[i];
    return NULL;
}

/* What the VM adds to java.lang.Class: klass and array klass pointers, the
 * object's size, the number of static references, and a few references. */
#define CLASS_INJECTED 40

static uint64_t statics_bytes(const struct hprof_class *c, uint32_t reference)
{
    uint64_t n = 0;

    for (uint32_t i = 0; i < c->n_statics; i++)
        n += c->statics[i].type == HPROF_OBJECT
                 ? reference
                 : hprof_type_size(c->statics[i].type, 8);
    return n;
}

/*
 * Objects never overlap, so a class is at most its least gap. In a heap
 * whose objects otherwise stand shoulder to shoulder, a wider gap that most
 * instances share is what the VM itself added.
 */
static uint64_t corrected(const struct sizes *s, const struct hprof_class *c,
                          uint64_t bytes)
{
    if (c->least_gap == UINT64_MAX || c->least_gap == bytes)
        return bytes;
    if (c->least_gap < bytes)
        return c->least_gap;
    if (!s->model.certain)
        return bytes;
    return c->least_gap_seen >= 2 && c->least_gap_seen * 2 >= c->objects
               ? c->least_gap
               : bytes;
}

static void apply_layout(struct sizes *s, const struct layout *l)
{
    const struct hprof_dump *d = s->dump;
    uint32_t align = s->model.object_align;
    uint32_t mirror = hprof_class_find(d, "java.lang.Class");
    uint64_t base = mirror == CLASS_NONE
                        ? l->header
                        : instance_bytes(d, l, 1, mirror) + CLASS_INJECTED;

    s->model.name = l->name;
    s->model.reference_size = l->reference;
    s->model.object_header = l->header;
    s->model.array_header = l->array_header;
    for (uint32_t i = 0; i < d->n_classes; i++) {
        const struct hprof_class *c = &d->classes[i];

        s->class_object[i] =
            align_up(base + statics_bytes(c, l->reference), align);
        if (!c->array)
            s->instance[i] = corrected(s, c, instance_bytes(d, l, align, i));
    }
}

/* ---- MAT ----------------------------------------------------------------- */

static uint64_t mat_instance(const struct hprof_dump *d,
                             const struct size_model *m, uint32_t c)
{
    uint32_t chain[MAX_DEPTH];
    unsigned n = lineage(d, c, chain);
    uint64_t bytes = m->object_header;

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

static void apply_mat(struct sizes *s)
{
    const struct hprof_dump *d = s->dump;
    struct size_model *m = &s->model;
    uint32_t loader = d->class_of[d->boot_loader];

    m->kind = SIZES_MAT;
    m->name = "mat";
    m->reference_size = d->id_size == 8 && d->narrow_arrays ? 4 : d->id_size;
    m->object_header = d->id_size + m->reference_size;
    m->array_header = d->id_size + m->reference_size + 4;
    snprintf(m->why, sizeof m->why, "Eclipse MAT's rules");
    for (uint32_t i = 0; i < d->n_classes; i++) {
        s->class_object[i] = align_up(
            statics_bytes(&d->classes[i], m->reference_size), m->object_align);
        if (!d->classes[i].array)
            s->instance[i] = mat_instance(d, m, i);
    }
    if (loader != CLASS_NONE)
        s->class_object[d->boot_loader - 1] = s->instance[loader];
}

/* ---- the interface ---------------------------------------------------------
 */

static bool choose(struct sizes *s, const char *name, struct err *e)
{
    const struct layout *l;

    if (strcmp(name, "mat") == 0) {
        apply_mat(s);
        return true;
    }
    if (strcmp(name, "auto") == 0) {
        l = infer(s->dump, s->model.object_align, &s->model);
        if (!l)
            l = &LAYOUTS[0];
    } else {
        l = by_name(name);
        if (!l)
            return err_set(e, ERR_USAGE, "there is no size model '%s'", name);
        snprintf(s->model.why, sizeof s->model.why, "as asked for");
    }
    apply_layout(s, l);
    return true;
}

bool sizes_init(struct sizes *s, const struct hprof_dump *d, const char *name,
                struct mem *m, struct err *e)
{
    memset(s, 0, sizeof *s);
    s->dump = d;
    s->model.object_align = object_align(d);
    s->instance = mem_alloc(m, d->n_classes, sizeof *s->instance, e);
    s->class_object = mem_alloc(m, d->n_classes, sizeof *s->class_object, e);
    if (!s->instance || !s->class_object ||
        !choose(s, name ? name : "auto", e)) {
        sizes_deinit(s, m);
        return false;
    }
    return true;
}

void sizes_deinit(struct sizes *s, struct mem *m)
{
    mem_free(m, s->instance);
    mem_free(m, s->class_object);
    s->instance = s->class_object = NULL;
}

static uint64_t array_bytes(const struct sizes *s, unsigned type,
                            uint32_t length)
{
    const struct size_model *m = &s->model;
    uint64_t element = type == HPROF_OBJECT
                           ? m->reference_size
                           : hprof_type_size(type, s->dump->id_size);
    uint64_t head = m->array_header;

    if (m->kind == SIZES_MAT && type != HPROF_OBJECT)
        head = align_up(head, m->reference_size);
    if (m->kind == SIZES_AUTO && element > 4)
        head = align_up(head, 8);
    return align_up(head + element * length, m->object_align);
}

static bool is_array(const struct hprof_dump *d, uint32_t node)
{
    uint32_t c = d->class_of[node];

    return node > d->n_classes && c != CLASS_NONE && d->classes[c].array;
}

/* Moves the cursor to `node`; it knows how many arrays came before. */
static void seek(struct sizes *s, uint32_t node)
{
    if (node < s->next_node) {
        s->next_node = 0;
        s->next_length = 0;
    }
    for (; s->next_node < node; s->next_node++)
        s->next_length += is_array(s->dump, s->next_node);
}

uint32_t sizes_array_length(struct sizes *s, uint32_t node)
{
    seek(s, node);
    return is_array(s->dump, node) ? s->dump->lengths[s->next_length] : 0;
}

uint64_t sizes_next(void *ctx, uint32_t node)
{
    struct sizes *s = ctx;
    const struct hprof_dump *d = s->dump;
    uint32_t c;

    if (node == 0)
        return 0;
    if (hprof_is_class_object(d, node))
        return s->class_object[node - 1];
    c = d->class_of[node];
    if (c == CLASS_NONE)
        return align_up(s->model.object_header, s->model.object_align);
    if (!d->classes[c].array)
        return s->instance[c];
    return array_bytes(s, d->classes[c].array, sizes_array_length(s, node));
}
