/*
 * signature_names.c - what stays of kinds, of names of classes and of command
 * lines; see signature.h.
 */
#define _GNU_SOURCE /* memrchr */
#include "signature.h"

#include <ctype.h>
#include <string.h>

#include "hprof/jdk.h"
#include "nmt/text.h"

/* ---- families --------------------------------------------------------- */

static const struct {
    const char *family, *cause;
} kinds[KINDS] = {
    [KIND_NOT_ENOUGH_EVIDENCE] = {"undecided", NULL},
    [KIND_HEAP_LEAK] = {"heap", NULL},
    [KIND_HEAP_BACKLOG] = {"heap", "queue"},
    [KIND_THREADLOCAL_LEAK] = {"heap", "threadlocals"},
    [KIND_LISTENER_LEAK] = {"heap", "listeners"},
    [KIND_STRING_GROWTH] = {"heap", "strings"},
    [KIND_STRING_DUPLICATES] = {"heap", "strings"},
    [KIND_FINALIZER_BACKLOG] = {"heap", "finalizers"},
    [KIND_CLEANER_BACKLOG] = {"heap", "cleaners"},
    [KIND_JNI_GLOBAL_REF_LEAK] = {"heap", "jni"},
    [KIND_STACK_LOCAL_RESULT] = {"heap", "stack"},
    [KIND_GROWING_ARRAY] = {"heap", NULL},
    [KIND_OVERSIZED_REQUEST] = {"request", NULL},
    [KIND_G1_HUMONGOUS] = {"heap", NULL},
    [KIND_VIRTUAL_THREADS] = {"heap", "virtual-threads"},
    [KIND_CLASSLOADER_LEAK] = {"heap", "loaders"},
    [KIND_XMX_OVER_LIMIT] = {"heap", NULL},
    [KIND_DIRECT_BUFFERS] = {"direct", NULL},
    [KIND_DIRECT_BUFFERS_NIO_CACHE] = {"direct", "nio-cache"},
    [KIND_FFM_SEGMENTS] = {"direct", "segments"},
    [KIND_NATIVE_TRACKED_OTHER] = {"direct", NULL},
    [KIND_NATIVE_UNTRACKED_MALLOC] = {"native", NULL},
    [KIND_NATIVE_UNTRACKED_MMAP] = {"native", "mmap"},
    [KIND_ZLIB_NATIVE] = {"native", "zlib"},
    [KIND_GLIBC_ARENAS] = {"native", "arenas"},
    [KIND_METASPACE_LOADER_LEAK] = {"metaspace", "loaders"},
    [KIND_METASPACE_CLASS_LEAK] = {"metaspace", "classes"},
    [KIND_CLASS_SPACE] = {"metaspace", NULL},
    [KIND_THREAD_STACKS] = {"threads", NULL},
    [KIND_CODE_CACHE] = {"code", NULL},
    [KIND_COMPILER_ARENA] = {"compiler", NULL},
    [KIND_GC_STRUCTURES] = {"gc", NULL},
    [KIND_SYMBOLS] = {"symbols", NULL},
    [KIND_SHMEM_MAPPED] = {"shmem", NULL},
    [KIND_SHMEM_UNMAPPED] = {"shmem", "unmapped"},
    [KIND_KERNEL_MEMORY] = {"kernel", NULL},
    [KIND_HEAP_RESERVATION_TOO_LARGE] = {"sizing", NULL},
    [KIND_PARTS_EXCEED_LIMIT] = {"sizing", NULL},
    [KIND_NATIVE_THREAD_LIMIT] = {"threads", "limit"},
    [KIND_MAP_COUNT_LIMIT] = {"maps", NULL},
    [KIND_NEIGHBOUR] = {"other-process", NULL},
    [KIND_CHILD_PROCESS] = {"other-process", NULL},
    [KIND_HEALTHY] = {"healthy", NULL},
    [KIND_SIGKILL] = {"sigkill", NULL},
    [KIND_CRASH] = {"crash", NULL},
};

const char *kind_family(enum verdict_kind k)
{
    return kinds[k].family;
}

const char *kind_cause(enum verdict_kind k)
{
    return kinds[k].cause;
}

/* ---- names ------------------------------------------------------------ */

/* Words behind which a generator numbers its classes. */
static size_t until_number(const char *name)
{
    static const char *const words[] = {
        "$$Lambda",       "$HibernateProxy",
        "$ByteBuddy",     "$MockitoMock",
        "$$EnhancerBy",   "$$FastClassBy",
        "$$SpringCGLIB",  "_$$_jvst",
        "MethodAccessor", "ConstructorAccessor",
    };
    size_t i;

    for (i = 0; i < sizeof words / sizeof words[0]; i++) {
        const char *p = strstr(name, words[i]);

        if (p)
            return (size_t)(p - name) + strlen(words[i]);
    }
    return strlen(name);
}

/* Hidden classes: "rules.Template/0x..", "+0x..", and what used to be "/12". */
static size_t until_address(const char *name, size_t n)
{
    const char *plus = strstr(name, "+0x");
    size_t slash = strcspn(name, "/");

    if (plus && (size_t)(plus - name) < n)
        n = (size_t)(plus - name);
    return slash < n ? slash : n;
}

const char *signature_class(const char *name, struct arena *a, struct err *e)
{
    const char *proxy = strstr(name, "$Proxy");
    size_t n = until_address(name, until_number(name)), i;
    char *text, *to;

    if (proxy && isdigit((unsigned char)proxy[6]))
        return "$Proxy";
    to = text = arena_strndup(a, name, n, e);
    if (!text)
        return NULL;
    for (i = 0; i < n; i++) {
        *to++ = name[i];
        if (name[i] != '$' || !isdigit((unsigned char)name[i + 1]))
            continue;
        *to++ = '#';
        while (i + 1 < n && isdigit((unsigned char)name[i + 1]))
            i++;
    }
    *to = '\0';
    return text;
}

/* Of "orders-1.4.2-SNAPSHOT.jar" what stands before the version. */
static size_t until_version(const char *s, size_t n)
{
    size_t i;

    for (i = 1; i + 1 < n; i++)
        if ((s[i] == '-' || s[i] == '_') &&
            (isdigit((unsigned char)s[i + 1]) ||
             (s[i + 1] == 'v' && isdigit((unsigned char)s[i + 2]))))
            return i;
    return n;
}

const char *signature_command(const char *command, struct arena *a,
                              struct err *e)
{
    static const char jar[] = ".jar";
    size_t n = strcspn(command, " \t"), j = sizeof jar - 1;
    const char *slash = memrchr(command, '/', n);

    if (slash) { /* a path, or MODULE/CLASS */
        n -= (size_t)(slash + 1 - command);
        command = slash + 1;
    }
    if (n > j && memcmp(command + n - j, jar, j) == 0)
        return arena_printf(a, e, "%.*s%s", (int)until_version(command, n - j),
                            command, jar);
    return arena_strndup(a, command, n, e);
}

bool signature_is_platform(const char *class_name)
{
    return jdk_has_type(class_name) || text_starts(class_name, "$Proxy") ||
           text_starts(class_name, "org.springframework.boot.loader.");
}
