/*
 * test_signature.c - what stays of names, and who holds it: the same for
 * another root, another JDK, another moment.
 */
#include <check.h>
#include <string.h>

#include "judge/signature.h"
#include "suites.h"

static struct mem mem;
static struct arena arena;
static struct err err;

static void setup(void)
{
    mem_init(&mem, 0);
    arena_init(&arena, &mem);
    memset(&err, 0, sizeof err);
}

static void teardown(void)
{
    arena_deinit(&arena);
    ck_assert_uint_eq(mem.held, 0);
}

START_TEST(names_of_classes)
{
    static const char *const names[][2] = {
        {"java.util.HashMap", "java.util.HashMap"},
        {"app.Job$$Lambda$12/0x0000000800c03000", "app.Job$$Lambda"},
        {"app.Job$$Lambda/0x0000000800c03000", "app.Job$$Lambda"},
        {"app.Job$$Lambda$12/1234567", "app.Job$$Lambda"},
        {"rules.Template+0x00007ffaaf", "rules.Template"},
        {"rules.Template/0x00007ffaaf", "rules.Template"},
        {"jdk.proxy2.$Proxy13", "$Proxy"},
        {"com.sun.proxy.$Proxy7", "$Proxy"},
        {"app.$ProxyFactory", "app.$ProxyFactory"},
        {"ui.View$1", "ui.View$#"},
        {"ui.View$12$3Local", "ui.View$#$#Local"},
        {"app.Sha256", "app.Sha256"},
        {"app.Bean$$EnhancerBySpringCGLIB$$1a2b", "app.Bean$$EnhancerBy"},
        {"app.Bean$$SpringCGLIB$$0", "app.Bean$$SpringCGLIB"},
        {"app.Pet$HibernateProxy$xYz12", "app.Pet$HibernateProxy"},
        {"jdk.internal.reflect.GeneratedMethodAccessor41",
         "jdk.internal.reflect.GeneratedMethodAccessor"},
        {"$", "$"},
        {"", ""},
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        ck_assert_str_eq(signature_class(names[i][0], &arena, &err),
                         names[i][1]);
}
END_TEST

START_TEST(names_of_commands)
{
    static const char *const commands[][2] = {
        {"app.Main", "app.Main"},
        {"app.Main --port 80", "app.Main"},
        {"/srv/orders-1.4.2-SNAPSHOT.jar --port 80", "orders.jar"},
        {"orders.jar", "orders.jar"},
        {"order-desk_v2.jar", "order-desk.jar"},
        {"my.module/app.Main x", "app.Main"},
    };

    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        ck_assert_str_eq(signature_command(commands[i][0], &arena, &err),
                         commands[i][1]);
}
END_TEST

START_TEST(every_kind_has_a_family)
{
    for (unsigned k = 0; k < KINDS; k++)
        ck_assert_ptr_nonnull(kind_family((enum verdict_kind)k));
    ck_assert_str_eq(kind_family(KIND_XMX_OVER_LIMIT),
                     kind_family(KIND_HEAP_LEAK));
    ck_assert_ptr_null(kind_cause(KIND_HEAP_LEAK));
}
END_TEST

/* ---- holders ---------------------------------------------------------- */

static struct heap heap;
static struct heap_suspect suspect;
static struct incident incident;
static struct verdict verdict;

static void prepare(enum verdict_kind kind)
{
    memset(&heap, 0, sizeof heap);
    memset(&suspect, 0, sizeof suspect);
    memset(&incident, 0, sizeof incident);
    memset(&verdict, 0, sizeof verdict);
    suspect.class_name = "java.util.HashMap";
    suspect.retained = 90;
    heap.reachable.bytes = 100;
    heap.suspects.at = &suspect;
    heap.suspects.n = 1;
    incident.heap = &heap;
    verdict.kind = kind;
    verdict.side = kind_side(kind);
}

static const char *holder(void)
{
    struct signature s;

    ck_assert(signature_find(&incident, &verdict, &arena, &s, &err));
    return s.holder;
}

#define CLASS "java.lang.Class"

/* The same map, found from a loader, from a static, from a stack. */
static struct heap_step from_loader[] = {
    {.class_name = CLASS, .name = "sun.launcher.LauncherHelper"},
    {.class_name = CLASS, .name = "app.Cache", .via = "static appClass"},
    {.class_name = "java.util.HashMap", .via = "static PAGES"},
};
static struct heap_step from_static[] = {
    {.class_name = CLASS, .name = "app.Cache"},
    {.class_name = "java.util.HashMap", .via = "static PAGES"},
};
static struct heap_step from_stack[] = {
    {.class_name = "java.lang.Thread", .name = "main"},
    {.class_name = "java.util.HashMap", .via = "<stack local>"},
};

START_TEST(whatever_the_root_the_holder_is_the_same)
{
    static const char expected[] = "app.Cache.PAGES";

    prepare(KIND_HEAP_LEAK);
    suspect.path.at = from_loader;
    suspect.path.n = 3;
    ck_assert_str_eq(holder(), expected);
    suspect.path.at = from_static;
    suspect.path.n = 2;
    ck_assert_str_eq(holder(), expected);
    suspect.path.at = from_stack;
    ck_assert_ptr_null(holder());
}
END_TEST

START_TEST(the_way_on_from_the_suspect_counts)
{
    static struct heap_step path[] = {
        {.class_name = CLASS, .name = "app.Bus"},
    };
    static struct heap_step descent[] = {
        {.class_name = "app.Bus", .via = "static GLOBAL"},
        {.class_name = "app.Listeners$2", .via = "Base#listeners"},
        {.class_name = "java.util.ArrayList", .via = "list"},
        {.class_name = "java.lang.Object[]", .via = "elementData"},
    };

    prepare(KIND_LISTENER_LEAK);
    suspect.path.at = path;
    suspect.path.n = 1;
    suspect.descent.at = descent;
    suspect.descent.n = 4;
    ck_assert_str_eq(holder(), "app.Listeners$#.list");
    suspect.descent.n = 2;
    ck_assert_str_eq(holder(), "app.Bus.listeners");
}
END_TEST

START_TEST(a_list_of_ones_own_is_named_by_its_head)
{
    static struct heap_step path[] = {
        {.class_name = CLASS, .name = "app.Log"},
        {.class_name = "app.Entry", .via = "static head"},
        {.class_name = "app.Entry", .via = "next"},
        {.class_name = "app.Entry", .via = "next"},
    };

    prepare(KIND_HEAP_LEAK);
    suspect.path.at = path;
    suspect.path.n = 4;
    ck_assert_str_eq(holder(), "app.Log.head");
}
END_TEST

START_TEST(a_small_suspect_is_not_what_it_is_about)
{
    prepare(KIND_HEAP_LEAK);
    suspect.path.at = from_static;
    suspect.path.n = 2;
    suspect.retained = 10;
    ck_assert_ptr_null(holder());
    suspect.retained = 90;
    verdict.kind = KIND_FINALIZER_BACKLOG;
    ck_assert_ptr_null(holder());
}
END_TEST

START_TEST(native_memory_is_held_by_its_holder)
{
    static struct heap_suspect native;

    prepare(KIND_DIRECT_BUFFERS);
    native = suspect;
    native.path.at = from_static;
    native.path.n = 2;
    heap.natives.holders.at = &native;
    heap.natives.holders.n = 1;
    ck_assert_ptr_null(holder()); /* nobody on the heap was found guilty */
    verdict.culprit.class_name = "app.Cache";
    ck_assert_str_eq(holder(), "app.Cache.PAGES");
}
END_TEST

START_TEST(another_process_is_known_by_its_name)
{
    prepare(KIND_NEIGHBOUR);
    verdict.culprit = (struct culprit){.known = true, .process = "hog"};
    ck_assert_str_eq(holder(), "hog");
}
END_TEST

START_TEST(the_application_is_who_was_started)
{
    static struct hprof_frame boot = {
        .class_name = "org.springframework.boot.loader.JarLauncher"};
    static struct hprof_frame app = {.class_name = "app.Main"};
    static struct hprof_frame jdk = {.class_name = "java.lang.Thread"};
    const struct hprof_frame *frames[] = {&jdk, &app, &boot};
    struct heap_thread thread = {
        .name = "main", .n_frames = 3, .frames = frames};
    static struct vm_info info;
    struct input in = {.kind = ARTIFACT_VM_INFO};
    struct signature s;

    prepare(KIND_HEAP_LEAK);
    heap.threads.at = &thread;
    heap.threads.n = 1;
    ck_assert(signature_find(&incident, &verdict, &arena, &s, &err));
    ck_assert_str_eq(s.application, "app.Main");
    info.main_class = "/opt/shop-2.1.jar --debug";
    in.vm_info = &info;
    incident.inputs.at = &in;
    incident.inputs.n = 1;
    ck_assert(signature_find(&incident, &verdict, &arena, &s, &err));
    ck_assert_str_eq(s.application, "shop.jar");
}
END_TEST

TCase *signature_tcase(void)
{
    TCase *t = tcase_create("signature");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, names_of_classes);
    tcase_add_test(t, names_of_commands);
    tcase_add_test(t, every_kind_has_a_family);
    tcase_add_test(t, whatever_the_root_the_holder_is_the_same);
    tcase_add_test(t, the_way_on_from_the_suspect_counts);
    tcase_add_test(t, a_list_of_ones_own_is_named_by_its_head);
    tcase_add_test(t, a_small_suspect_is_not_what_it_is_about);
    tcase_add_test(t, native_memory_is_held_by_its_holder);
    tcase_add_test(t, another_process_is_known_by_its_name);
    tcase_add_test(t, the_application_is_who_was_started);
    return t;
}
