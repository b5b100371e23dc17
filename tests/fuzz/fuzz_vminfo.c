/*
 * fuzz_vminfo.c - any bytes as hs_err, flags, GC log, application log, and
 * as each of jcmd's reports: they share their scanners, and must give back
 * all they allocate.
 */
#include <assert.h>

#include "nmt/javacore.h"
#include "nmt/logs.h"
#include "nmt/vminfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Everything one reader made is freed by `deinit`. */
#define READ(type, read, deinit)                                               \
    do {                                                                       \
        struct type ret;                                                       \
                                                                               \
        if (!source_seek(source, 0, &e))                                       \
            break;                                                             \
        if (read(source, &arena, &ret, &e))                                    \
            deinit;                                                            \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct source *source;
    struct arena arena;
    struct err e = {0};
    struct mem mem;

    mem_init(&mem, (uint64_t)1 << 30);
    arena_init(&arena, &mem);
    if (source_open_memory(data, size, &mem, &source, &e)) {
        READ(vm_info, vm_info_read, vm_info_deinit(&ret, &mem));
        READ(vm_flags, vm_flags_read, (void)0);
        READ(app_log, app_log_read, app_log_deinit(&ret, &mem));
        READ(gc_log, gc_log_read, gc_log_deinit(&ret, &mem));
        READ(class_histogram, class_histogram_read,
             class_histogram_deinit(&ret, &mem));
        READ(thread_dump, thread_dump_read, thread_dump_deinit(&ret, &mem));
        READ(heap_info, heap_info_read, (void)0);
        READ(metaspace_info, metaspace_read, (void)0);
        READ(codecache_info, codecache_read, (void)0);
        READ(native_heap, native_heap_read, (void)0);
        READ(javacore, javacore_read, javacore_deinit(&ret, &mem));
        source_close(source);
    }
    arena_deinit(&arena);
    assert(mem.held == 0);
    return 0;
}
