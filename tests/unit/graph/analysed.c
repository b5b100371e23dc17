/* analysed.c - see analysed.h. */
#include "analysed.h"

#include <check.h>
#include <string.h>

struct hprof_writer w;
struct mem mem;
struct err err;
struct source *source;
struct heap heap;
struct heap_options options;

void analysed_begin(void)
{
    mem_init(&mem, 0);
    err = (struct err){0};
    options = (struct heap_options){.size_model = "hotspot-64-compressed"};
    source = NULL;
    memset(&heap, 0, sizeof heap);
    hw_init(&w, "1.0.2", 8);
    hw_jdk(&w);
    for (uint64_t id = HW_OBJECT; id <= HW_THREAD; id += 8)
        hw_root(&w, HW_STICKY_CLASS, id, 0, 0);
}

void finish_dump(void)
{
    hw_finish(&w);
    ck_assert(source_open_memory(w.at, w.n, &mem, &source, &err));
}

static void forget(void)
{
    if (heap.path)
        heap_deinit(&heap);
    memset(&heap, 0, sizeof heap);
}

void analyse(void)
{
    if (!source)
        finish_dump();
    forget();
    ck_assert_msg(
        heap_analyse(source, "test.hprof", &options, &mem, &heap, &err), "%s",
        err.text);
    ck_assert_msg(!hprof_damage_any(&heap.dump.damage), "%s",
                  heap.dump.damage.first);
}

void analysed_end(void)
{
    forget();
    source_close(source);
    hw_deinit(&w);
    ck_assert_uint_eq(mem.held, 0);
}
