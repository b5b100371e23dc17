/*
 * vmflags.c - the options a JVM runs with: from jcmd VM.flags, from
 * VM.command_line, from a flag listing, from any command line.
 */
#include <string.h>

#include "base/lines.h"
#include "base/out.h"
#include "nmt/text.h"
#include "nmt/vminfo_parse.h"

/* No machine has more; what is above stands for "unlimited". */
#define UNLIMITED_ABOVE ((uint64_t)1 << 60)

void vm_flags_init(struct vm_flags *f)
{
    memset(f, 0, sizeof *f);
    f->pid = f->xmx = f->xms = f->max_direct = f->max_metaspace = UNKNOWN;
    f->class_space = f->code_cache = f->stack_size = UNKNOWN;
    f->max_ram_percentage = -1;
}

static const struct {
    const char *name;
    size_t offset;
    uint64_t unit;
} sizes[] = {
    {"MaxHeapSize", offsetof(struct vm_flags, xmx), 1},
    {"InitialHeapSize", offsetof(struct vm_flags, xms), 1},
    {"MaxDirectMemorySize", offsetof(struct vm_flags, max_direct), 1},
    {"MaxMetaspaceSize", offsetof(struct vm_flags, max_metaspace), 1},
    {"CompressedClassSpaceSize", offsetof(struct vm_flags, class_space), 1},
    {"ReservedCodeCacheSize", offsetof(struct vm_flags, code_cache), 1},
    {"ThreadStackSize", offsetof(struct vm_flags, stack_size), 1024},
};

static const struct {
    const char *name;
    const char *gc;
} collectors[] = {
    {"UseSerialGC", "Serial"},
    {"UseParallelGC", "Parallel"},
    {"UseParallelOldGC", "Parallel"},
    {"UseConcMarkSweepGC", "CMS"},
    {"UseG1GC", "G1"},
    {"UseZGC", "Z"},
    {"UseShenandoahGC", "Shenandoah"},
    {"UseEpsilonGC", "Epsilon"},
};

static void set_bool(struct vm_flags *f, const char *name, bool on)
{
    for (size_t i = 0; i < sizeof collectors / sizeof *collectors; i++)
        if (strcmp(name, collectors[i].name) == 0) {
            if (on)
                f->gc = collectors[i].gc;
            else if (f->gc == collectors[i].gc)
                f->gc = NULL;
        }
    if (strcmp(name, "HeapDumpOnOutOfMemoryError") == 0)
        f->heap_dump_on_oome = on;
    else if (strcmp(name, "ExitOnOutOfMemoryError") == 0)
        f->exit_on_oome = on;
    else if (strcmp(name, "AlwaysPreTouch") == 0)
        f->pretouch = on;
    else if (strcmp(name, "UseCompressedOops") == 0)
        f->compressed_oops_off = !on;
}

static void set_nmt(struct vm_flags *f, const char *value)
{
    static const char *const levels[] = {"off", "summary", "detail"};

    for (size_t i = 0; i < 3; i++)
        if (text_starts(value, levels[i]))
            f->nmt = levels[i];
}

static void set_value(struct vm_flags *f, const char *name, const char *value)
{
    uint64_t v;

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const char *p = value;

        if (strcmp(name, sizes[i].name) != 0)
            continue;
        if (!text_bytes(&p, 1, &v) || v > UNLIMITED_ABOVE)
            v = UNKNOWN;
        else
            v *= sizes[i].unit;
        /* 0 means "the default" for direct memory and thread stacks. */
        if (v == 0)
            v = UNKNOWN;
        memcpy((char *)f + sizes[i].offset, &v, sizeof v);
        return;
    }
    if (strcmp(name, "NativeMemoryTracking") == 0)
        set_nmt(f, value);
    else if (strcmp(name, "MaxRAMPercentage") == 0)
        text_seconds(&value, &f->max_ram_percentage);
}

/* "+Name", "-Name" or "Name=value" */
static void take_xx(struct vm_flags *f, const char *s, size_t n)
{
    char text[256], *eq;

    if (n == 0 || n >= sizeof text)
        return;
    memcpy(text, s, n);
    text[n] = '\0';
    if (*text == '+' || *text == '-') {
        set_bool(f, text + 1, *text == '+');
        return;
    }
    eq = strchr(text, '=');
    if (!eq)
        return;
    *eq = '\0';
    set_value(f, text, eq + 1);
}

static void take_size(uint64_t *ret, const char *s)
{
    uint64_t v;

    if (text_bytes(&s, 1, &v) && v <= UNLIMITED_ABOVE)
        *ret = v;
}

static void take_option(struct vm_flags *f, const char *s, size_t n)
{
    if (text_take(&s, "-XX:"))
        take_xx(f, s, n - 4);
    else if (text_take(&s, "-Xmx"))
        take_size(&f->xmx, s);
    else if (text_take(&s, "-Xms"))
        take_size(&f->xms, s);
    else if (text_take(&s, "-Xss"))
        take_size(&f->stack_size, s);
}

void vm_flags_add(struct vm_flags *f, const char *args)
{
    const char *s = args;

    while (*s) {
        size_t n;

        while (*s && strchr(" \t\"',[]", *s))
            s++;
        n = strcspn(s, " \t\"',[]");
        if (*s == '-')
            take_option(f, s, n);
        s += n;
    }
}

bool vm_flags_list_line(struct vm_flags *f, const char *line)
{
    const char *s = text_skip_blanks(line), *name;
    char text[128];
    bool boolean = text_starts(s, "bool ");
    size_t n;

    s += strcspn(s, " \t");
    name = text_skip_blanks(s);
    n = strcspn(name, " \t=:");
    s = text_skip_blanks(name + n);
    if (n == 0 || n >= sizeof text ||
        (!text_take(&s, ":=") && !text_take(&s, "=")))
        return false;
    s = text_skip_blanks(s);
    memcpy(text, name, n);
    text[n] = '\0';
    if (boolean)
        set_bool(f, text, text_starts(s, "true"));
    else
        set_value(f, text, s);
    return true;
}

/* Shorter lines end by themselves. */
#define WIDTH_MIN 40

/* ---- files ------------------------------------------------------------ */

static bool keep(struct arena *a, const char **to, const char *s, struct err *e)
{
    if (*to)
        return true;
    *to = arena_strdup(a, text_skip_blanks(s), e);
    return *to != NULL;
}

/* The first word of "java_command: com.x.Main arg" or "/x/app.jar arg". */
static bool keep_main(struct arena *a, const char **to, const char *s,
                      struct err *e)
{
    size_t n;

    s = text_skip_blanks(s);
    n = strcspn(s, " \t");
    if (*to || !n || text_starts(s, "<unknown>"))
        return true;
    *to = arena_strndup(a, s, n, e);
    return *to != NULL;
}

static bool holds_options(const char *line)
{
    return strstr(line, "-XX:") || strstr(line, "-Xmx") ||
           strstr(line, "-Xms") || strstr(line, "-Xss");
}

/* "4711:" of jcmd */
static bool take_pid(struct vm_flags *f, const char *s)
{
    uint64_t pid;

    if (known(f->pid) || !text_uint(&s, &pid) || !text_take(&s, ":") ||
        *text_skip_blanks(s))
        return false;
    f->pid = pid;
    return true;
}

static bool flags_line(struct vm_flags *f, const char *line, uint64_t number,
                       struct arena *a, struct err *e)
{
    const char *s = text_skip_blanks(line);

    if (take_pid(f, s))
        return true;
    if (text_take(&s, "java_command:"))
        return keep_main(a, &f->main_class, s, e);
    if (text_starts(s, "java_class_path") || text_starts(s, "Launcher"))
        return true;
    text_take(&s, "jvm_args:");
    if (*s == '#') /* a script's comment */
        return true;
    if (holds_options(s)) {
        if (!f->line)
            f->line = number;
        vm_flags_add(f, s);
        return keep(a, &f->text, s, e);
    }
    if (strchr(s, '{') && vm_flags_list_line(f, s) && !f->line)
        f->line = number;
    return true;
}

/*
 * Options fill one line, which a terminal cuts anywhere: what stands below a
 * line of options, and is neither an option nor one of the labels of
 * VM.command_line, is the rest of it.
 */
static bool goes_on(const char *options, const char *next)
{
    size_t n = strlen(options);

    if (!holds_options(options) || text_is_blank(options[n - 1]))
        return false;
    if (text_ends(options, " -XX:") || text_ends(options, " -"))
        return true;
    return *next && !strchr("-#[ \t", *next) && !strchr(next, '{') &&
           !text_starts(next, "java_c") && !text_starts(next, "Launcher") &&
           strlen(options) >= WIDTH_MIN;
}

/* A line, and what of it stands below. */
struct options_line {
    struct out text;
    uint64_t number;
};

/* `line` NULL: there is none any more. */
static bool take_line(struct vm_flags *f, struct options_line *o,
                      const char *line, uint64_t number, struct arena *a,
                      struct err *e)
{
    const char *text = out_string(&o->text);

    if (text && *text && !(line && goes_on(text, line))) {
        text_trim_end(o->text.text.at);
        if (!flags_line(f, text, o->number, a, e))
            return false;
        o->text.text.n = 0;
    }
    if (!o->text.text.n)
        o->number = number;
    if (line)
        out_str(&o->text, line);
    return out_finish(&o->text, e);
}

bool vm_flags_read(struct source *s, struct arena *a, struct vm_flags *ret,
                   struct err *e)
{
    struct options_line o;
    struct lines l;
    char *line;
    bool ok = true;

    vm_flags_init(ret);
    if (!lines_init(&l, s, a->mem, e))
        return false;
    out_to_memory(&o.text, a->mem);
    while (ok && (line = lines_next(&l, NULL)))
        ok = take_line(ret, &o, line, l.number, a, e);
    ok = ok && take_line(ret, &o, NULL, 0, a, e);
    out_deinit(&o.text);
    lines_deinit(&l);
    return ok;
}
