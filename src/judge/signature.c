/*
 * signature.c - finds the parts of a signature; see signature.h.
 */
#define _GNU_SOURCE /* memrchr */
#include "signature.h"

#include <ctype.h>
#include <string.h>

#include "hprof/values.h"

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

static bool begins(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

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

/* ---- the application -------------------------------------------------- */

/* Whose classes are of the JDK, or only start somebody else's. */
static bool is_platform(const char *class_name)
{
    static const char *const prefixes[] = {
        "java.", "javax.",   "jdk.",
        "sun.",  "com.sun.", "org.springframework.boot.loader.",
    };
    size_t i;

    for (i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (begins(class_name, prefixes[i]))
            return true;
    return strchr(class_name, '[') != NULL || begins(class_name, "$Proxy");
}

static const char *command_of(const struct input *in)
{
    if (!in->any)
        return NULL;
    if (in->kind == ARTIFACT_VM_INFO)
        return in->vm_info->main_class;
    if (in->kind == ARTIFACT_VM_FLAGS || in->kind == ARTIFACT_VM_COMMAND_LINE)
        return in->flags->main_class;
    return NULL;
}

/* The lowest frame of the thread `main` that is not the JDK's. */
static const char *main_of_dump(const struct heap *h)
{
    const struct heap_thread *t;

    VEC_EACH (&h->threads, t) {
        uint32_t k = t->n_frames;

        if (!t->name || strcmp(t->name, "main") != 0)
            continue;
        while (k-- > 0)
            if (!is_platform(t->frames[k]->class_name))
                return t->frames[k]->class_name;
    }
    return NULL;
}

static bool find_application(const struct incident *i, struct arena *a,
                             const char **ret, struct err *e)
{
    const struct input *in;
    const char *s = NULL;

    VEC_EACH (&i->inputs, in) {
        s = command_of(in);
        if (s && *s && !is_platform(s)) {
            *ret = signature_command(s, a, e);
            return *ret != NULL;
        }
    }
    s = i->heap ? main_of_dump(i->heap) : NULL;
    *ret = s ? signature_class(s, a, e) : NULL;
    return !s || *ret;
}

/* ---- the holder ------------------------------------------------------- */

struct chain { /* a path and what follows it, as one */
    const struct heap_suspect *suspect;
    uint64_t n;
};

static const struct heap_step *step_at(const struct chain *c, uint64_t i)
{
    const struct heap_suspect *s = c->suspect;

    return i < s->path.n ? &s->path.at[i] : &s->descent.at[i - s->path.n];
}

static bool is_class_object(const struct heap_step *s)
{
    return s->name && strcmp(s->class_name, "java.lang.Class") == 0;
}

/* "static NAME" and "Super#name" without what is in front of the name. */
static const char *field_of(const char *via)
{
    const char *hash = strrchr(via, '#');

    if (begins(via, "static "))
        via += 7;
    return hash ? hash + 1 : via;
}

/* A step from an object of the application along a field of its own, and
 * not along a chain of objects alike. */
static bool is_own_field(const struct heap_step *owner,
                         const struct heap_step *held)
{
    const char *name = is_class_object(owner) ? owner->name : owner->class_name;

    return held->via && held->via[0] != '<' && held->via[0] != '[' && name &&
           !is_platform(name) && strcmp(name, held->class_name) != 0;
}

static const char *holder_text(const char *owner, const char *via,
                               struct arena *a, struct err *e)
{
    const char *o = signature_class(owner, a, e);
    const char *f = signature_class(field_of(via), a, e); /* "arg$1" */

    return o && f ? arena_printf(a, e, "%s.%s", o, f) : NULL;
}

static bool holder_of_suspect(const struct heap_suspect *s, struct arena *a,
                              const char **ret, struct err *e)
{
    struct chain c = {s, s->path.n + s->descent.n};

    for (uint64_t i = c.n; i-- > 1;) {
        const struct heap_step *owner = step_at(&c, i - 1);
        const struct heap_step *held = step_at(&c, i);

        if (!is_own_field(owner, held))
            continue;
        *ret = holder_text(is_class_object(owner) ? owner->name
                                                  : owner->class_name,
                           held->via, a, e);
        return *ret != NULL;
    }
    return true;
}

/* ---- above a suspect that only a stack was seen to hold --------------- */

/* Higher than this a holder says nothing about the object any more. */
#define CLIMB_MAX 6

static bool static_above(const struct hprof_dump *d, uint32_t node,
                         struct arena *a, const char **ret, struct err *e)
{
    for (uint32_t c = 0; c < d->n_classes; c++) {
        const struct hprof_class *k = &d->classes[c];

        for (uint32_t i = 0; i < k->n_statics; i++) {
            const struct hprof_static *s = &k->statics[i];

            if (s->type != HPROF_OBJECT || s->node != node ||
                s->name[0] == '<' || is_platform(k->name))
                continue;
            *ret = holder_text(k->name, s->name, a, e);
            return *ret != NULL;
        }
    }
    return true;
}

static const char *class_of(const struct hprof_dump *d, uint32_t node)
{
    uint32_t c = hprof_class_of(d, node);

    return c == CLASS_NONE ? "" : d->classes[c].name;
}

/* The field of `above` that refers to `node`, which is read again. */
static bool field_above(const struct incident *i, uint32_t above, uint32_t node,
                        struct arena *a, const char **ret, struct err *e)
{
    const struct hprof_dump *d = &i->heap->dump;
    struct hprof_value v = {.node = above};
    const char *name = class_of(d, above), *via;

    if (!*name || is_platform(name) || strcmp(name, class_of(d, node)) == 0)
        return true;
    if (!hprof_values_read(d, i->heap_source, &v, 1, 0, a, e))
        return false;
    via = v.found ? hprof_step_name(d, &v, node, a, e) : NULL;
    if (via && via[0] != '<' && via[0] != '[')
        *ret = holder_text(name, via, a, e);
    return !err_is_set(e);
}

/*
 * A thread that works on the object at that moment may be the shortest way
 * to it. What keeps it is found upwards: the first field of the
 * application's own, as on a path.
 */
static bool holder_above(const struct incident *i, const struct heap_suspect *s,
                         struct arena *a, const char **ret, struct err *e)
{
    const struct hprof_dump *d = &i->heap->dump;
    uint32_t node = s->node, above;

    if (s->kind != SUSPECT_OBJECT || node <= d->n_classes)
        return true;
    for (unsigned k = 0; k < CLIMB_MAX; k++, node = above) {
        if (!static_above(d, node, a, ret, e))
            return false;
        above = *ret ? NODE_NONE : hprof_referrer_of(d, node);
        if (above == NODE_NONE)
            return true;
        if (!field_above(i, above, node, a, ret, e))
            return false;
        if (*ret)
            return true;
    }
    return true;
}

/* ---- whom the verdict is about ---------------------------------------- */

/* Whether the largest suspect is what the verdict is about. */
static bool is_about_suspect(const struct heap *h, const struct verdict *v)
{
    const char *cause = kind_cause(v->kind);

    return strcmp(kind_family(v->kind), "heap") == 0 && h->suspects.n &&
           h->suspects.at[0].retained * 10 >= h->reachable.bytes * 3 &&
           (!cause || strcmp(cause, "queue") == 0 ||
            strcmp(cause, "listeners") == 0 || strcmp(cause, "strings") == 0);
}

/* The suspect that the verdict is about; NULL: none. */
static const struct heap_suspect *suspect_of(const struct incident *i,
                                             const struct verdict *v)
{
    const struct heap *h = i->heap;
    const char *family = kind_family(v->kind);

    if (!h)
        return NULL;
    if (is_about_suspect(h, v))
        return &h->suspects.at[0];
    if (!v->culprit.class_name) /* nobody on the heap was found guilty */
        return NULL;
    if ((strcmp(family, "direct") == 0 || strcmp(family, "native") == 0) &&
        h->natives.holders.n)
        return &h->natives.holders.at[0];
    if (strcmp(family, "shmem") == 0 && h->natives.mapped_holders.n)
        return &h->natives.mapped_holders.at[0];
    return NULL;
}

/* "img.Thumbnails.raster" of whoever asked for more than there ever was. */
static bool holder_of_request(const struct incident *i, struct arena *a,
                              const char **ret, struct err *e)
{
    const struct input *in;
    const struct oome *o;

    VEC_EACH (&i->inputs, in) {
        if (in->kind != ARTIFACT_APP_LOG || !in->log)
            continue;
        VEC_EACH (&in->log->oomes, o) {
            const char *frame = o->app_frame;

            if (!frame)
                continue;
            frame += begins(frame, "at ") ? 3 : 0;
            *ret = arena_strndup(a, frame, strcspn(frame, "("), e);
            return *ret != NULL;
        }
    }
    return true;
}

static bool find_holder(const struct incident *i, const struct verdict *v,
                        struct arena *a, const char **ret, struct err *e)
{
    const struct heap_suspect *s = suspect_of(i, v);

    if (v->side == SIDE_OTHER_PROCESS) {
        *ret = v->culprit.process;
        return true;
    }
    if (v->kind == KIND_OVERSIZED_REQUEST)
        return holder_of_request(i, a, ret, e);
    if (!s)
        return true;
    return holder_of_suspect(s, a, ret, e) &&
           (*ret || holder_above(i, s, a, ret, e));
}

bool signature_find(const struct incident *i, const struct verdict *v,
                    struct arena *a, struct signature *ret, struct err *e)
{
    *ret = (struct signature){.family = kind_family(v->kind),
                              .cause = kind_cause(v->kind)};
    return find_application(i, a, &ret->application, e) &&
           find_holder(i, v, a, &ret->holder, e);
}
