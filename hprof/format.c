/*
 * format.c - tables for format.h.
 */
#include "hprof/format.h"

unsigned hprof_type_size(unsigned type, unsigned id_size)
{
    return type == HPROF_OBJECT ? id_size : primitive_size(type);
}

static const struct root_form forms[] = {
    {0xff, ROOT_UNKNOWN, 0, 0, false, false},
    {0x01, ROOT_JNI_GLOBAL, 1, 0, false, false},
    {0x02, ROOT_JNI_LOCAL, 0, 2, true, true},
    {0x03, ROOT_JAVA_FRAME, 0, 2, true, true},
    {0x04, ROOT_NATIVE_STACK, 0, 1, true, false},
    {0x05, ROOT_STICKY_CLASS, 0, 0, false, false},
    {0x06, ROOT_THREAD_BLOCK, 0, 1, true, false},
    {0x07, ROOT_MONITOR, 0, 0, false, false},
    {0x08, ROOT_THREAD, 0, 2, true, false}, /* second: trace serial */
    {0x89, ROOT_INTERNED_STRING, 0, 0, false, false},
    {0x8a, ROOT_FINALIZING, 0, 0, false, false},
    {0x8b, ROOT_DEBUGGER, 0, 0, false, false},
    {0x8c, ROOT_REFERENCE_CLEANUP, 0, 0, false, false},
    {0x8d, ROOT_VM_INTERNAL, 0, 0, false, false},
    {0x8e, ROOT_JNI_MONITOR, 0, 2, true, true},
    {0x90, ROOT_UNREACHABLE, 0, 0, false, false},
};

const struct root_form *root_form(unsigned tag)
{
    if (tag > 0x08 && tag < 0x89)
        return NULL;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (forms[i].tag == tag)
            return &forms[i];
    return NULL;
}

bool record_tag_known(unsigned tag)
{
    return (tag >= TAG_UTF8 && tag <= TAG_HEAP_SUMMARY) ||
           (tag >= TAG_START_THREAD && tag <= TAG_CONTROL_SETTINGS) ||
           tag == TAG_HEAP_DUMP_SEGMENT || tag == TAG_HEAP_DUMP_END;
}

bool record_plausible(unsigned tag, uint32_t length, unsigned id_size)
{
    const uint32_t w = id_size, most = (uint32_t)1 << 30;

    switch (tag) {
    /* A symbol has no more than 65,535 bytes; others are less strict. */
    case TAG_UTF8: return length >= w && length <= (uint32_t)1 << 20;
    case TAG_LOAD_CLASS: return length == 8 + 2 * w;
    case TAG_UNLOAD_CLASS: return length == 4;
    case TAG_FRAME: return length == 8 + 4 * w;
    case TAG_TRACE: return length >= 12 && (length - 12) % w == 0;
    case TAG_ALLOC_SITES: return length >= 34 && length < most;
    case TAG_HEAP_SUMMARY: return length == 24;
    case TAG_START_THREAD: return length == 8 + 4 * w;
    case TAG_END_THREAD: return length == 4;
    case TAG_CPU_SAMPLES: return length >= 8 && length < most;
    case TAG_CONTROL_SETTINGS: return length == 6;
    case TAG_HEAP_DUMP:
    case TAG_HEAP_DUMP_SEGMENT: return true;
    case TAG_HEAP_DUMP_END: return length == 0;
    default: return false;
    }
}

const char *hprof_root_name(enum hprof_root_kind k)
{
    static const char *const names[ROOT_KINDS] = {
        [ROOT_UNKNOWN] = "unknown",
        [ROOT_JNI_GLOBAL] = "jni_global",
        [ROOT_JNI_LOCAL] = "jni_local",
        [ROOT_JAVA_FRAME] = "java_frame",
        [ROOT_NATIVE_STACK] = "native_stack",
        [ROOT_STICKY_CLASS] = "sticky_class",
        [ROOT_THREAD_BLOCK] = "thread_block",
        [ROOT_MONITOR] = "monitor",
        [ROOT_THREAD] = "thread",
        [ROOT_INTERNED_STRING] = "interned_string",
        [ROOT_FINALIZING] = "finalizing",
        [ROOT_DEBUGGER] = "debugger",
        [ROOT_REFERENCE_CLEANUP] = "reference_cleanup",
        [ROOT_VM_INTERNAL] = "vm_internal",
        [ROOT_JNI_MONITOR] = "jni_monitor",
        [ROOT_UNREACHABLE] = "unreachable",
    };

    return (unsigned)k < ROOT_KINDS ? names[k] : "unknown";
}
