/*
 * natives.c - a census of Java objects that stand for memory off the heap,
 * and the JVM's own counters of it.
 *
 * Buffers and segments carry their size (buffers.c). Other peers prove that
 * something native exists; how much is an estimate with its basis named,
 * or unknown. What is known flows up the dominator tree.
 */
#include <string.h>

#include "graph/batch.h"

struct peer_rule {
    const char *class_name; /* it or a subclass */
    const char *size_field; /* a long with the bytes; NULL */
    uint64_t each;          /* or an estimate */
    const char *live_field; /* object whose `address` is 0 once freed */
    const char *basis;
};

static const struct peer_rule RULES[] = {
    {"java.util.zip.Deflater", NULL, HEAP_DEFLATER_BYTES, "zsRef",
     "about 268 KiB of zlib state each until end() is called"},
    {"java.util.zip.Inflater", NULL, HEAP_INFLATER_BYTES, "zsRef",
     "about 40 KiB of zlib state each until end() is called"},
    {"com.sun.jna.Memory", "size", 0, NULL, "its own size field"},
};
#define N_RULES (sizeof RULES / sizeof *RULES)

/* Long fields in which binding generators keep a native address: RocksDB,
 * OpenCV, SWIG, TensorFlow, ONNX Runtime, JavaCPP, LWJGL, Conscrypt. */
static const char *const HANDLES[] = {
    "nativeHandle_", "nativeHandle",  "nativeObj",  "nativePtr",
    "nativePointer", "swigCPtr",      "cPtr",       "nativeAddress",
    "nativeRef",     "nativeContext", "nativePeer", "mNativePtr",
    "sslSession",    "nativeDB",
};

bool natives_credit(struct analysis *a, uint32_t node, uint64_t bytes,
                    bool mapped)
{
    struct load_weight w = {node, bytes};

    if (!bytes)
        return true;
    if (mapped) {
        if (!vec_push(&a->mapped_weights, a->mem, a->err))
            return false;
        *vec_last(&a->mapped_weights) = w;
        return true;
    }
    a->heap->natives.bytes += bytes;
    if (!vec_push(&a->native_weights, a->mem, a->err))
        return false;
    *vec_last(&a->native_weights) = w;
    return true;
}

static bool add_peer(struct analysis *a, struct heap_peer peer)
{
    if (!peer.count)
        return true;
    if (!vec_push(&a->heap->natives.peers, a->mem, a->err))
        return false;
    *vec_last(&a->heap->natives.peers) = peer;
    return true;
}

/* ---- peers whose size is known or can be estimated -------------------- */

static bool list_class(struct analysis *a, const char *name, struct batch *ret)
{
    struct node_list list = {0};
    bool ok = analysis_instances_of(a, name, &list);

    for (uint64_t i = 0; ok && i < list.n; i++)
        ok = batch_add(a, ret, list.at[i]);
    vec_free(&list, a->mem);
    return ok;
}

/* Whether the native side was freed: the reference's address is 0. */
static bool is_freed(const struct analysis *a, const struct peer_rule *rule,
                     const struct hprof_value *v, const struct batch *states)
{
    const struct hprof_value *state;
    uint64_t address;
    uint32_t node;

    if (!rule->live_field)
        return false;
    node = hprof_named_node(a->dump, v, rule->live_field);
    state = node == NODE_NONE ? NULL : batch_find(states, node);
    return state && hprof_named_value(a->dump, state, "address", &address) &&
           !address;
}

static bool count_peers(struct analysis *a, const struct peer_rule *rule,
                        const struct batch *peers, const struct batch *states)
{
    struct heap_peer row = {.class_name = rule->class_name,
                            .basis = rule->basis};
    const struct hprof_value *v;

    VEC_EACH (peers, v) {
        uint64_t bytes = rule->each;

        if (!v->found || is_freed(a, rule, v, states))
            continue;
        if (rule->size_field &&
            !hprof_named_value(a->dump, v, rule->size_field, &bytes))
            continue;
        row.count++;
        row.estimated_bytes += bytes;
        row.node = v->node;
        if (!natives_credit(a, v->node, bytes, false))
            return false;
    }
    return add_peer(a, row);
}

static bool known_peers(struct analysis *a, const struct peer_rule *rule)
{
    const char *const live[] = {rule->live_field, NULL};
    struct batch peers = {0}, states = {0};
    struct arena scratch;
    bool ok;

    arena_init(&scratch, a->mem);
    ok = list_class(a, rule->class_name, &peers) &&
         batch_read(a, &peers, 0, &scratch) &&
         batch_follow(a, &peers, live, &states) &&
         batch_read(a, &states, 0, &scratch) &&
         count_peers(a, rule, &peers, &states);
    batch_free(a, &peers);
    batch_free(a, &states);
    arena_deinit(&scratch);
    return ok;
}

/* ---- peers that only prove existence ---------------------------------- */

static bool has_handle(const struct hprof_class *k)
{
    for (uint32_t f = 0; f < k->n_fields; f++)
        for (unsigned i = 0; i < sizeof HANDLES / sizeof *HANDLES; i++)
            if (k->fields[f].type == HPROF_LONG &&
                strcmp(k->fields[f].name, HANDLES[i]) == 0)
                return true;
    return false;
}

static bool other_peers(struct analysis *a)
{
    const struct hprof_dump *d = a->dump;

    for (uint32_t c = 0; c < d->n_classes; c++) {
        bool found = false;

        if (!d->classes[c].objects || d->classes[c].boot)
            continue;
        for (uint32_t k = c; k != CLASS_NONE && !found; k = d->classes[k].super)
            found = has_handle(&d->classes[k]);
        if (found && !add_peer(a, (struct heap_peer){
                                      .class_name = d->classes[c].name,
                                      .count = d->classes[c].objects,
                                      .estimated_bytes = UNKNOWN,
                                      .basis = "a field holds a native "
                                               "address; its size is not in "
                                               "the dump",
                                  }))
            return false;
    }
    return true;
}

/* ---- the JVM's own counters ------------------------------------------- */

/* A static that is a number, or an AtomicLong or LongAdder holding one. */
static bool counter(struct analysis *a, uint32_t c, const char *const *names,
                    uint64_t *ret)
{
    const struct hprof_static *s = NULL;
    struct batch box = {0};
    struct arena scratch;
    bool ok;

    for (; *names && !s; names++)
        s = hprof_static_find(a->dump, c, *names);
    if (!s)
        return true;
    if (s->type != HPROF_OBJECT) {
        *ret = s->value;
        return true;
    }
    arena_init(&scratch, a->mem);
    ok = batch_add(a, &box, s->node) && batch_read(a, &box, 0, &scratch);
    if (ok && box.n && box.at[0].found &&
        !hprof_named_value(a->dump, &box.at[0], "value", ret))
        hprof_named_value(a->dump, &box.at[0], "base", ret);
    batch_free(a, &box);
    arena_deinit(&scratch);
    return ok;
}

static bool jvm_counters(struct analysis *a)
{
    static const char *const RESERVED[] = {"RESERVED_MEMORY", "reservedMemory",
                                           NULL};
    static const char *const COUNT[] = {"COUNT", "count", NULL};
    static const char *const LIMIT[] = {"MAX_MEMORY", "maxMemory", NULL};
    struct heap_natives *n = &a->heap->natives;
    uint32_t c = hprof_class_find(a->dump, "java.nio.Bits");

    n->jvm_counter = n->jvm_count = n->jvm_limit = UNKNOWN;
    return c == CLASS_NONE || (counter(a, c, RESERVED, &n->jvm_counter) &&
                               counter(a, c, COUNT, &n->jvm_count) &&
                               counter(a, c, LIMIT, &n->jvm_limit));
}

/* Bits has its limit from there, once somebody asks for a buffer. */
static bool vm_limit(struct analysis *a)
{
    static const char *const CLASSES[] = {"jdk.internal.misc.VM",
                                          "sun.misc.VM"};
    static const char *const LIMIT[] = {"directMemory", NULL};
    struct heap_natives *n = &a->heap->natives;
    uint32_t c;

    for (size_t i = 0; i < sizeof CLASSES / sizeof *CLASSES; i++) {
        c = hprof_class_find(a->dump, CLASSES[i]);
        if (!known(n->jvm_limit) && c != CLASS_NONE &&
            !counter(a, c, LIMIT, &n->jvm_limit))
            return false;
    }
    return true;
}

static bool ends_with(const char *s, const char *tail)
{
    size_t n = strlen(s), k = strlen(tail);

    return n >= k && strcmp(s + n - k, tail) == 0;
}

/* Shaded copies keep the tail of the name; the largest counter counts. */
static bool netty_counter(struct analysis *a)
{
    static const char *const NAMES[] = {"DIRECT_MEMORY_COUNTER", NULL};
    uint64_t most = UNKNOWN;

    for (uint32_t c = 0; c < a->dump->n_classes; c++) {
        uint64_t v = UNKNOWN;

        if (!ends_with(a->dump->classes[c].name,
                       "netty.util.internal.PlatformDependent"))
            continue;
        if (!counter(a, c, NAMES, &v))
            return false;
        if (v != UNKNOWN && (most == UNKNOWN || v > most))
            most = v;
    }
    a->heap->natives.netty_counter = most;
    return true;
}

static void count_threads(struct analysis *a)
{
    struct heap_natives *n = &a->heap->natives;
    struct heap_thread *t;

    for (uint32_t c = 0; c < a->dump->n_classes; c++)
        if (hprof_class_is(a->dump, c, "java.lang.BaseVirtualThread") ||
            hprof_class_is(a->dump, c, "java.lang.VirtualThread"))
            n->virtual_threads += a->dump->classes[c].objects;
    VEC_EACH (&a->heap->threads, t) {
        uint32_t c = t->node == NODE_NONE ? CLASS_NONE
                                          : hprof_class_of(a->dump, t->node);

        t->is_virtual = c != CLASS_NONE &&
                        hprof_class_is(a->dump, c, "java.lang.VirtualThread");
        n->platform_threads += t->node != NODE_NONE && !t->is_virtual;
    }
}

/* ---- together --------------------------------------------------------- */

bool natives_collect(struct analysis *a)
{
    count_threads(a);
    if (!jvm_counters(a) || !vm_limit(a) || !netty_counter(a) ||
        !buffers_collect(a))
        return false;
    for (unsigned i = 0; i < N_RULES; i++)
        if (!known_peers(a, &RULES[i]))
            return false;
    return other_peers(a);
}

bool natives_flow(struct analysis *a)
{
    return !analysis_has_tree(a) ||
           (load_build(&a->native, &a->tree, a->native_weights.at,
                       a->native_weights.n, a->mem, a->err) &&
            load_build(&a->mapped, &a->tree, a->mapped_weights.at,
                       a->mapped_weights.n, a->mem, a->err));
}
