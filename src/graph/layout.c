/*
 * layout.c - field layout of HotSpot, and what the VM adds to some classes.
 *
 * Rules: OpenJDK's classFileParser.cpp (to 14) and fieldLayoutBuilder.cpp
 * (since 15), arrayOop.hpp, instanceMirrorKlass.hpp; the added fields:
 * the *_INJECTED_FIELDS of javaClasses.hpp. docs/size-model.md has them in
 * words.
 */
#include "graph/layout.h"

#include <string.h>

#include "base/bits.h"

const struct jvm_layout LAYOUTS[] = {
    {"hotspot-64-compressed", 8, 12, 16, 4, true},
    {"hotspot-64-compressed-jdk14", 8, 12, 16, 4, false},
    {"hotspot-64-compact", 8, 8, 12, 4, true},
    {"hotspot-64-wide-references", 8, 12, 16, 8, true},
    {"hotspot-64-wide-references-jdk14", 8, 12, 16, 8, false},
    {"hotspot-64-compact-wide-references", 8, 8, 12, 8, true},
    {"hotspot-64", 8, 16, 24, 8, true},
    {"hotspot-64-jdk14", 8, 16, 24, 8, false},
    {"hotspot-64-jdk23", 8, 16, 20, 8, true},
    {"hotspot-64-wide-classes", 8, 16, 24, 4, true},
    {"hotspot-64-wide-classes-jdk14", 8, 16, 24, 4, false},
    {"hotspot-64-wide-classes-jdk23", 8, 16, 20, 4, true},
    {"hotspot-32", 4, 8, 12, 4, true},
    {"hotspot-32-jdk14", 4, 8, 12, 4, false},
};
const unsigned N_LAYOUTS = sizeof LAYOUTS / sizeof *LAYOUTS;

const struct jvm_layout *layout_named(const char *name)
{
    for (unsigned i = 0; i < N_LAYOUTS; i++)
        if (strcmp(LAYOUTS[i].name, name) == 0)
            return &LAYOUTS[i];
    return NULL;
}

/* ---- what the VM does to single classes ------------------------------- */

/* JDKs that can be told apart by the fields of java.lang.Class and Thread;
 * between two of them the older one is taken. */
enum {
    UP_TO_6 = 0, /* statics are not in the class objects yet */
    JDK_7 = 7,
    JDK_8 = 8,
    JDK_9 = 9,
    JDK_15 = 15,
    JDK_19 = 19,
    JDK_25 = 25,
};
#define STILL 255

#define PADDING LAYOUT_PADDING

struct vm_rule {
    const char *class_name;
    uint8_t since, until;  /* JDK */
    const char *added;     /* types of fields no dump shows, as in a class
                              file's descriptors; A: an address */
    const char *unless;    /* the class declares this field itself */
    const char *contended; /* fields that stand apart; "*": all of them */
};

#define FJP "java.util.concurrent.ForkJoinPool"

static const struct vm_rule RULES[] = {
    {"java.lang.Class", UP_TO_6, JDK_7, "LLL", NULL, NULL},
    {"java.lang.Class", JDK_7, JDK_7, "II", NULL, NULL},
    {"java.lang.Class", JDK_8, STILL, "AAIIL", NULL, NULL},
    {"java.lang.Class", JDK_8, STILL, "L", "protectionDomain", NULL},
    {"java.lang.Class", JDK_8, STILL, "L", "signers", NULL},
    {"java.lang.Class", JDK_19, STILL, "L", NULL, NULL},
    {"java.lang.VirtualThread", JDK_25, STILL, "A", NULL, NULL},
    {"java.lang.ClassLoader", JDK_8, STILL, "A", NULL, NULL},
    {"java.lang.Module", JDK_9, STILL, "A", NULL, NULL},
    {"java.lang.invoke.MemberName", JDK_8, STILL, "A", NULL, NULL},
    {"java.lang.invoke.MemberName", JDK_8, STILL, "LA", "method", NULL},
    {"java.lang.invoke.ResolvedMethodName", JDK_9, STILL, "A", NULL, NULL},
    {"java.lang.invoke.ResolvedMethodName", JDK_9, STILL, "L", "vmholder",
     NULL},
    {"java.lang.invoke.MethodHandleNatives$CallSiteContext", JDK_9, STILL, "A",
     NULL, NULL},
    {"java.lang.invoke.MethodHandleNatives$CallSiteContext", JDK_15, STILL, "J",
     NULL, NULL},
    {"java.lang.invoke.CallSite", JDK_25, STILL, "AJ", "context", NULL},
    {"java.lang.StackFrameInfo", JDK_9, STILL, "S", NULL, NULL},
    {"java.lang.InternalError", JDK_19, STILL, "Z", NULL, NULL},
    {"java.lang.Thread", JDK_19, STILL, "AIZS", NULL, NULL},
    {"java.lang.Thread", JDK_8, JDK_15, "", NULL,
     "threadLocalRandomSeed threadLocalRandomProbe "
     "threadLocalRandomSecondarySeed"},
    {"jdk.internal.vm.StackChunk", JDK_19, STILL, "LZZAI", NULL, NULL},
    {"java.util.concurrent.ConcurrentHashMap$CounterCell", JDK_8, STILL, "",
     NULL, "*"},
    {"java.util.concurrent.atomic.Striped64$Cell", JDK_8, STILL, "", NULL, "*"},
    {"java.util.concurrent.Exchanger$Node", JDK_8, STILL, "", NULL, "*"},
    {"java.util.concurrent.Exchanger$Slot", JDK_19, STILL, "", NULL, "*"},
    {FJP, JDK_8, JDK_8, "", NULL, "*"},
    {FJP, JDK_9, STILL, "", NULL, "ctl parallelism"},
    {FJP "$WorkQueue", JDK_8, JDK_8, "", NULL, "*"},
    {FJP "$WorkQueue", JDK_9, STILL, "", NULL, "top source nsteals phase"},
};
#define N_RULES (sizeof RULES / sizeof *RULES)

static bool declares(const struct hprof_class *c, const char *field)
{
    for (uint32_t i = 0; i < c->n_fields; i++)
        if (strcmp(c->fields[i].name, field) == 0)
            return true;
    return false;
}

static unsigned guess_jdk(const struct hprof_dump *d, uint32_t mirror)
{
    uint32_t thread = hprof_class_find(d, "java.lang.Thread");
    const struct hprof_class *c;

    if (mirror == CLASS_NONE)
        return UP_TO_6;
    c = &d->classes[mirror];
    if (declares(c, "primitive"))
        return JDK_25;
    if (thread != CLASS_NONE && declares(&d->classes[thread], "holder"))
        return JDK_19;
    if (declares(c, "classData"))
        return JDK_15;
    if (declares(c, "module"))
        return JDK_9;
    if (declares(c, "reflectionData"))
        return JDK_8;
    return declares(c, "classValueMap") ? JDK_7 : UP_TO_6;
}

/* The newer field layout came with 15, compact object headers with 24. */
bool layout_possible(const struct jvm_layout *l, unsigned jdk)
{
    if (l->packs ? jdk < JDK_9 : jdk >= JDK_15)
        return false;
    return jdk >= JDK_19 || l->header != 8 || l->id_size == 4;
}

static bool applies(const struct vm_rule *r, unsigned jdk,
                    const struct hprof_class *c)
{
    return jdk >= r->since && jdk <= r->until &&
           (!r->unless || !declares(c, r->unless));
}

/* Rules are about classes of the boot loader. */
static uint32_t rules_about(const struct hprof_class *c, unsigned jdk)
{
    uint32_t ret = 0;

    if (!c->boot || strncmp(c->name, "j", 1) != 0)
        return 0;
    for (uint32_t r = 0; r < N_RULES; r++)
        if (strcmp(c->name, RULES[r].class_name) == 0 &&
            applies(&RULES[r], jdk, c))
            ret |= (uint32_t)1 << r;
    return ret;
}

_Static_assert(N_RULES <= 32, "a bit each in layout_classes.rules");

bool layout_classes_init(struct layout_classes *k, const struct hprof_dump *d,
                         struct mem *m, struct err *e)
{
    k->dump = d;
    k->mirror = hprof_class_find(d, "java.lang.Class");
    k->jdk = guess_jdk(d, k->mirror);
    k->rules = mem_alloc(m, d->n_classes, sizeof *k->rules, e);
    if (!k->rules)
        return false;
    for (uint32_t c = 0; c < d->n_classes; c++)
        k->rules[c] = rules_about(&d->classes[c], k->jdk);
    return true;
}

bool layout_is_vm_class(const char *name)
{
    for (uint32_t r = 0; r < N_RULES; r++)
        if (strcmp(name, RULES[r].class_name) == 0)
            return true;
    return false;
}

void layout_classes_deinit(struct layout_classes *k, struct mem *m)
{
    mem_free(m, k->rules);
    k->rules = NULL;
}

/* ---- holes ------------------------------------------------------------ */

#define MAX_HOLES 16

struct hole {
    uint32_t at, size;
};

struct shape { /* of the classes laid out so far, Object first */
    uint32_t end;
    struct hole holes[MAX_HOLES];
    unsigned n_holes;
    bool contended; /* subclasses leave the holes alone */
};

static void leave_hole(struct shape *s, uint32_t at, uint32_t size)
{
    if (size && s->n_holes < MAX_HOLES)
        s->holes[s->n_holes++] = (struct hole){at, size};
}

static bool fits(const struct hole *h, uint32_t size)
{
    return align_up(h->at, size) + size <= h->at + h->size;
}

static bool better(const struct hole *a, const struct hole *b)
{
    return a->size != b->size ? a->size < b->size : a->at > b->at;
}

/* Puts one field of `size` bytes into the smallest hole that is fit for it,
 * the last of those; false if there is none. */
static bool fill_hole(struct shape *s, uint32_t size)
{
    struct hole *best = NULL, h;
    uint32_t at;

    for (struct hole *i = s->holes; i < s->holes + s->n_holes; i++)
        if (fits(i, size) && (!best || better(i, best)))
            best = i;
    if (!best)
        return false;
    h = *best;
    at = (uint32_t)align_up(h.at, size);
    *best = s->holes[--s->n_holes];
    leave_hole(s, h.at, at - h.at);
    leave_hole(s, at + size, h.at + h.size - at - size);
    return true;
}

static void append(struct shape *s, uint32_t size)
{
    uint32_t at = (uint32_t)align_up(s->end, size);

    leave_hole(s, s->end, at - s->end);
    s->end = at + size;
}

/* ---- the fields of one class ----------------------------------------------
 */

enum { WIDTHS = 4 };
static const uint32_t WIDTH[WIDTHS] = {8, 4, 2, 1};

struct fields {
    uint32_t wide[WIDTHS]; /* how many of each width, but for references */
    uint32_t references;
};

uint32_t layout_field(const struct jvm_layout *l, unsigned type)
{
    return type == HPROF_OBJECT ? l->reference : hprof_type_size(type, 8);
}

static void count_bytes(struct fields *f, uint32_t size)
{
    for (unsigned w = 0; w < WIDTHS; w++)
        f->wide[w] += size == WIDTH[w];
}

static void count_field(struct fields *f, unsigned type)
{
    if (type == HPROF_OBJECT)
        f->references++;
    else
        count_bytes(f, hprof_type_size(type, 8));
}

static void count_added(struct fields *f, const struct jvm_layout *l,
                        const char *types)
{
    for (; *types; types++)
        switch (*types) {
        case 'L': f->references++; break;
        case 'A': count_bytes(f, l->id_size); break;
        case 'J': count_bytes(f, 8); break;
        case 'I': count_bytes(f, 4); break;
        case 'S': count_bytes(f, 2); break;
        default: count_bytes(f, 1); break;
        }
}

/* Whether `name` is a word of `list`. */
static bool listed(const char *list, const char *name)
{
    size_t n = strlen(name);

    for (const char *at = list; (at = strstr(at, name)); at += n)
        if ((at == list || at[-1] == ' ') && (at[n] == ' ' || !at[n]))
            return true;
    return false;
}

/* Wide fields first, references last, as both builders do. */
static void place(struct shape *s, const struct jvm_layout *l,
                  const struct fields *f)
{
    for (unsigned w = 0; w < WIDTHS; w++)
        for (uint32_t n = f->wide[w]; n; n--)
            if (!fill_hole(s, WIDTH[w]))
                append(s, WIDTH[w]);
    for (uint32_t n = f->references; n; n--)
        if (!fill_hole(s, l->reference))
            append(s, l->reference);
}

/* From wide to narrow, each where the one before ends. */
static uint32_t put_behind(uint32_t end, const uint32_t wide[WIDTHS])
{
    for (unsigned w = 0; w < WIDTHS; w++)
        if (wide[w])
            end = (uint32_t)align_up(end, WIDTH[w]) + wide[w] * WIDTH[w];
    return end;
}

/* Fields between two paddings; holes stay. */
static void place_apart(struct shape *s, const struct jvm_layout *l,
                        const struct fields *f)
{
    uint32_t end = put_behind(s->end + PADDING, f->wide);

    if (f->references)
        end = (uint32_t)align_up(end, l->reference) +
              f->references * l->reference;
    s->end = end + PADDING;
    s->n_holes = 0;
    s->contended = true;
}

/* Sorts a class's fields into those that stand apart and the others. */
static bool split(const struct layout_classes *k, const struct jvm_layout *l,
                  uint32_t c, struct fields *usual, struct fields *apart)
{
    const struct hprof_class *class = &k->dump->classes[c];
    const char *contended = "";
    bool all;

    for (uint32_t r = 0; r < N_RULES; r++)
        if (k->rules[c] >> r & 1) {
            count_added(usual, l, RULES[r].added);
            if (RULES[r].contended)
                contended = RULES[r].contended;
        }
    all = strcmp(contended, "*") == 0;
    for (uint32_t i = 0; i < class->n_fields; i++)
        count_field(all || listed(contended, class->fields[i].name) ? apart
                                                                    : usual,
                    class->fields[i].type);
    return *contended != 0;
}

/* Until 14 some classes have their references first, so that the VM can
 * know their offsets, and holes left alone. */
static bool references_first(const char *name)
{
    static const char LIST[] =
        "AssertionStatusDirectives Class ClassLoader ref.Reference "
        "ref.SoftReference StackTraceElement String Throwable Boolean "
        "Character Float Double Byte Short Integer Long";

    return strncmp(name, "java.lang.", 10) == 0 && listed(LIST, name + 10);
}

static void lay_out_class(const struct layout_classes *k,
                          const struct jvm_layout *l, uint32_t c,
                          struct shape *s)
{
    struct fields usual = {0}, apart = {0};
    bool contended = split(k, l, c, &usual, &apart);

    if (!l->packs || s->contended)
        s->n_holes = 0;
    if (!l->packs)
        s->end = (uint32_t)align_up(s->end, l->reference);
    if (!l->packs && references_first(k->dump->classes[c].name))
        s->end =
            put_behind(s->end + usual.references * l->reference, usual.wide);
    else
        place(s, l, &usual);
    if (contended)
        place_apart(s, l, &apart);
}

/* ---- objects ---------------------------------------------------------------
 */

#define MAX_DEPTH 512

/* The hierarchy of `c`, java.lang.Object last. */
static unsigned lineage(const struct hprof_dump *d, uint32_t c,
                        uint32_t chain[MAX_DEPTH])
{
    unsigned n = 0;

    for (; c != CLASS_NONE && n < MAX_DEPTH; c = d->classes[c].super)
        chain[n++] = c;
    return n;
}

uint32_t layout_instance(const struct layout_classes *k,
                         const struct jvm_layout *l, uint32_t c)
{
    uint32_t chain[MAX_DEPTH];
    unsigned n = lineage(k->dump, c, chain);
    struct shape s = {.end = l->header};

    while (n--)
        lay_out_class(k, l, chain[n], &s);
    return s.end;
}

/* What HotSpot dumps among the statics and stores elsewhere. */
static bool is_pretended(const struct hprof_static *s)
{
    return s->name[0] == '<' || strcmp(s->name, "init_lock") == 0;
}

/*
 * Statics begin where an instance of java.lang.Class would end: references
 * first, for the collectors, then from wide to narrow, holes left alone.
 */
uint32_t layout_class_object(const struct layout_classes *k,
                             const struct jvm_layout *l, uint32_t align,
                             uint32_t c)
{
    const struct hprof_class *class = &k->dump->classes[c];
    struct fields f = {0};
    uint32_t end = l->header;

    if (k->mirror != CLASS_NONE)
        end = layout_instance(k, l, k->mirror);
    end = (uint32_t)align_up(end, align);
    if (k->jdk == UP_TO_6)
        return end;
    for (uint32_t i = 0; i < class->n_statics; i++)
        if (!is_pretended(&class->statics[i]))
            count_field(&f, class->statics[i].type);
    return put_behind(end + f.references * l->reference, f.wide);
}

uint32_t layout_array_base(const struct jvm_layout *l, uint32_t element)
{
    return element > 4 ? (uint32_t)align_up(l->array_header, 8)
                       : l->array_header;
}
