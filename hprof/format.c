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
