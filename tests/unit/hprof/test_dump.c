/*
 * test_dump.c - what a dump becomes, whatever order it was written in.
 */
#include "sample.h"
#include "suites.h"

static const struct plan plans[] = {
    /* HotSpot, 64 and 32 bits */
    {"1.0.2", 8, false, false, false, 0x20},
    {"1.0.2", 4, false, false, false, 0x20},
    {"1.0.1", 8, false, false, false, 8},
    /* ZGC, Shenandoah: addresses in no order */
    {"1.0.2", 8, false, false, true, 0x20},
    /* Android */
    {"1.0.3", 4, true, true, false, 0x10},
    {"1.0.3", 4, true, true, true, 0x10},
    /* the hprof agent: serial numbers for ids, roots first */
    {"1.0.1", 4, true, true, false, 1},
    {"1.0.2", 8, false, true, true, 3},
    /* a heap that spans more than slots can */
    {"1.0.2", 8, false, false, false, (uint64_t)1 << 33},
    {"1.0.2", 8, true, false, true, (uint64_t)1 << 33},
};
#define PLANS ((int)(sizeof plans / sizeof *plans))

static struct hprof_writer w;
static struct opened o;
static const struct plan *plan;

static void setup(int i)
{
    plan = &plans[i];
    sample_write(&w, plan);
    open_dump(&o, &w);
}

static void teardown(void)
{
    close_dump(&o);
    hw_deinit(&w);
}

static uint32_t node(enum sample_object k)
{
    return sample_node(&o, plan, k);
}

static uint32_t class_node(const char *name)
{
    uint32_t c = hprof_class_find(&o.d, name);

    ck_assert_msg(c != CLASS_NONE, "no class %s", name);
    return c + 1;
}

START_TEST(test_counts)
{
    setup(_i);
    ck_assert_str_eq(o.d.version, plan->version);
    ck_assert_uint_eq(o.d.id_size, plan->id_size);
    ck_assert_int_eq(o.d.time, 1700000000000);
    ck_assert_uint_eq(o.d.class_dumps, 20);
    ck_assert_uint_eq(o.d.n_classes, 21); /* and the boot loader */
    ck_assert_uint_eq(o.d.nodes, 1 + 21 + SAMPLE_OBJECTS);
    ck_assert_uint_eq(o.d.boot_loader, 21);
    ck_assert_uint_eq(o.d.instances, 7);
    ck_assert_uint_eq(o.d.object_arrays, 1);
    ck_assert_uint_eq(o.d.primitive_arrays, 2);
    ck_assert_uint_eq(o.d.primitive_bytes, 5 * 4 + 5);
    ck_assert_uint_eq(o.d.dumps_in_file, 1);
    ck_assert_uint_eq(o.d.bytes, w.n);
    ck_assert_int_eq(o.d.ids_ascend, !plan->backwards);
    ck_assert(o.d.has_sticky_roots);
    ck_assert(!hprof_damage_any(&o.d.damage));
    ck_assert_uint_eq(o.d.damage.dangling_references, 2);
    ck_assert_uint_eq(o.d.damage.duplicate_ids, 0);
    teardown();
}
END_TEST

START_TEST(test_nodes_are_in_file_order)
{
    setup(_i);
    for (int k = 0; k < SAMPLE_OBJECTS; k++) {
        uint32_t v = node((enum sample_object)k);

        ck_assert_uint_eq(v, o.d.n_classes + 1 + (uint32_t)k);
        ck_assert_uint_eq(hprof_id_of(&o.d, v),
                          sample_id(plan, (enum sample_object)k));
    }
    ck_assert_uint_eq(hprof_node_of(&o.d, 0), NODE_NONE);
    ck_assert_uint_eq(hprof_node_of(&o.d, 0xdead0), NODE_NONE);
    ck_assert_uint_eq(hprof_node_of(&o.d, 0x9990), NODE_NONE);
    ck_assert_uint_eq(hprof_node_of(&o.d, DEMO_NODE), class_node("demo.Node"));
    ck_assert_uint_eq(hprof_id_of(&o.d, class_node("demo.Node")), DEMO_NODE);
    ck_assert_uint_eq(hprof_id_of(&o.d, 0), 0);
    teardown();
}
END_TEST

START_TEST(test_references)
{
    setup(_i);
    ASSERT_REFS(&o.d, node(HEAD), node(LEAF));
    ASSERT_REFS(&o.d, node(LEAF), node(TEXT));
    ASSERT_REFS(&o.d, node(ARRAY), node(HEAD), class_node("demo.Node"),
                node(LEAF));
    ASSERT_REFS(&o.d, node(TEXT), node(TEXT_BYTES));
    ASSERT_REFS(&o.d, node(WEAKLY), node(ARRAY));
    ASSERT_REFS(&o.d, node(THREAD), node(TEXT));
    assert_refs(&o.d, node(INTS), 0, NULL);
    assert_refs(&o.d, node(FINALIZED), 0, NULL);
    for (uint32_t v = 0; v <= o.d.n_classes; v++)
        assert_refs(&o.d, v, 0, NULL);
    ck_assert_uint_eq(o.d.n_refs, 8);
    teardown();
}
END_TEST

START_TEST(test_weak_edges_are_apart)
{
    setup(_i);
    ck_assert_uint_eq(o.d.weak.n, 2);
    ck_assert_uint_eq(o.d.weak.at[0].from, node(WEAKLY));
    ck_assert_uint_eq(o.d.weak.at[0].to, node(HEAD));
    ck_assert_uint_eq(o.d.weak.at[0].strength, WEAK);
    ck_assert_uint_eq(o.d.weak.at[1].from, node(FINALIZED));
    ck_assert_uint_eq(o.d.weak.at[1].to, node(LEAF));
    ck_assert_uint_eq(o.d.weak.at[1].strength, FINAL);
    teardown();
}
END_TEST

START_TEST(test_classes)
{
    const struct hprof_class *leaf, *ints, *holder;
    const struct hprof_static *s;

    setup(_i);
    leaf = &o.d.classes[class_node("demo.Leaf") - 1];
    ck_assert_uint_eq(leaf->super, class_node("demo.Node") - 1);
    ck_assert_uint_eq(leaf->loader, node(LOADER));
    ck_assert(!leaf->boot && !leaf->hidden);
    ck_assert_uint_eq(leaf->body, 2 * plan->id_size + 2 + 4);
    ck_assert_uint_eq(leaf->n_refs, 2);
    ck_assert_uint_eq(leaf->refs[1], plan->id_size + 2);
    ck_assert_uint_eq(leaf->objects, 1);
    ints = &o.d.classes[class_node("int[]") - 1];
    ck_assert_uint_eq(ints->array, HPROF_INT);
    ck_assert(ints->boot);
    ck_assert_uint_eq(ints->loader, NODE_NONE);
    holder = &o.d.classes[class_node("demo.Holder") - 1];
    ck_assert_uint_eq(holder->n_statics, 3);
    s = hprof_static_find(&o.d, class_node("demo.Holder") - 1, "head");
    ck_assert_uint_eq(s->node, node(HEAD));
    s = hprof_static_find(&o.d, class_node("demo.Holder") - 1, "count");
    ck_assert_uint_eq(s->value, 42);
    s = hprof_static_find(&o.d, class_node("demo.Holder") - 1, "gone");
    ck_assert_uint_eq(s->node, NODE_NONE);
    ck_assert_uint_eq(
        o.d.classes[class_node("java.lang.ref.Finalizer") - 1].strength, FINAL);
    ck_assert(hprof_class_is(&o.d, class_node("demo.Leaf") - 1, "demo.Node"));
    ck_assert(!hprof_class_is(&o.d, class_node("demo.Node") - 1, "demo.Leaf"));
    ck_assert_uint_eq(hprof_class_find(&o.d, "demo.OnlyLoaded"), CLASS_NONE);
    teardown();
}
END_TEST

START_TEST(test_class_of)
{
    setup(_i);
    ck_assert_uint_eq(hprof_class_of(&o.d, 0), CLASS_NONE);
    ck_assert_uint_eq(hprof_class_of(&o.d, 1),
                      class_node("java.lang.Class") - 1);
    ck_assert_uint_eq(hprof_class_of(&o.d, o.d.boot_loader),
                      class_node("java.lang.ClassLoader") - 1);
    ck_assert_uint_eq(hprof_class_of(&o.d, node(LEAF)),
                      class_node("demo.Leaf") - 1);
    ck_assert_uint_eq(hprof_class_of(&o.d, node(ARRAY)),
                      class_node("java.lang.Object[]") - 1);
    ck_assert_uint_eq(hprof_class_of(&o.d, node(TEXT_BYTES)),
                      class_node("byte[]") - 1);
    teardown();
}
END_TEST

START_TEST(test_lengths)
{
    setup(_i);
    ck_assert_uint_eq(o.d.lengths.n, 3);
    ck_assert_uint_eq(lengths_get(&o.d.lengths, 0), 6);
    ck_assert_uint_eq(lengths_get(&o.d.lengths, 1), 5);
    ck_assert_uint_eq(lengths_get(&o.d.lengths, 2), 5);
    teardown();
}
END_TEST

START_TEST(test_roots)
{
    uint64_t kinds[ROOT_KINDS] = {0};
    const struct hprof_root *r;

    setup(_i);
    ck_assert_uint_eq(o.d.roots.n, 12);
    VEC_EACH (&o.d.roots, r) {
        kinds[r->kind]++;
        ck_assert_uint_eq(r->node, hprof_node_of(&o.d, r->id));
        if (r->kind == ROOT_JAVA_FRAME) {
            ck_assert_uint_eq(r->thread_serial, 1);
            ck_assert_int_eq(r->frame, 1);
        }
        if (r->kind == ROOT_JNI_LOCAL || r->kind == ROOT_MONITOR)
            ck_assert_int_eq(r->frame, -1);
        if (r->kind == ROOT_UNKNOWN)
            ck_assert_uint_eq(r->node, NODE_NONE);
    }
    ck_assert_uint_eq(kinds[ROOT_STICKY_CLASS], 2);
    for (int k = 0; k <= ROOT_INTERNED_STRING; k++)
        ck_assert_uint_eq(kinds[k], k == ROOT_STICKY_CLASS ? 2 : 1);
    ck_assert_uint_eq(kinds[ROOT_JNI_MONITOR], 1);
    teardown();
}
END_TEST

START_TEST(test_stacks)
{
    const struct hprof_thread *t;

    setup(_i);
    ck_assert_uint_eq(o.d.threads.n, 1);
    t = &o.d.threads.at[0];
    ck_assert_uint_eq(t->serial, 1);
    ck_assert_uint_eq(t->node, node(THREAD));
    ck_assert_uint_eq(t->n_frames, 2);
    ck_assert_str_eq(t->frames[0]->method, "run");
    ck_assert_str_eq(t->frames[0]->source, "Holder.java");
    ck_assert_int_eq(t->frames[0]->line, 17);
    ck_assert_str_eq(t->frames[1]->source, "");
    ck_assert_int_eq(t->frames[1]->line, -3);
    ck_assert_str_eq(t->frames[0]->class_name, "java.lang.String");
    teardown();
}
END_TEST

Suite *dump_suite(void)
{
    Suite *s = suite_create("dump");
    TCase *t = tcase_create("orders");

    tcase_add_loop_test(t, test_counts, 0, PLANS);
    tcase_add_loop_test(t, test_nodes_are_in_file_order, 0, PLANS);
    tcase_add_loop_test(t, test_references, 0, PLANS);
    tcase_add_loop_test(t, test_weak_edges_are_apart, 0, PLANS);
    tcase_add_loop_test(t, test_classes, 0, PLANS);
    tcase_add_loop_test(t, test_class_of, 0, PLANS);
    tcase_add_loop_test(t, test_lengths, 0, PLANS);
    tcase_add_loop_test(t, test_roots, 0, PLANS);
    tcase_add_loop_test(t, test_stacks, 0, PLANS);
    suite_add_tcase(s, t);
    return s;
}
