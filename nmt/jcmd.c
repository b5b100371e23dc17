/*
 * jcmd.c - the reports about the heap's side: class histogram, thread dump,
 * GC.heap_info.
 */
#include <string.h>

#include "nmt/heap_lines.h"
#include "nmt/heap_tools.h"
#include "nmt/jcmd_lines.h"
#include "nmt/logs.h"
#include "nmt/release.h"
#include "nmt/text.h"

bool jcmd_each_line(struct source *s, struct mem *m, jcmd_line_fn *fn,
                    void *context, struct err *e)
{
    struct lines l;
    char *line;
    bool ok = true;

    if (!lines_init(&l, s, m, e))
        return false;
    while (ok && (line = lines_next(&l, NULL))) {
        text_trim_end(line);
        ok = fn(context, line, l.number, e);
    }
    lines_deinit(&l);
    return ok;
}

/* ---- class histogram --------------------------------------------------- */

struct histogram_reader {
    struct class_histogram *ret;
    struct arena *arena;
    bool total; /* the Total line was there: the rest is another report */
};

static const char *primitive(char c)
{
    switch (c) {
    case 'Z': return "boolean";
    case 'B': return "byte";
    case 'C': return "char";
    case 'S': return "short";
    case 'I': return "int";
    case 'J': return "long";
    case 'F': return "float";
    case 'D': return "double";
    default: return NULL;
    }
}

/* "[[B" is byte[][], "[Ljava.lang.Object;" is java.lang.Object[]. */
static const char *class_name(struct arena *a, const char *s, size_t n,
                              struct err *e)
{
    const char *end = s + n, *element;
    size_t dims = 0, length;
    char *name;

    for (; s < end && *s == '['; s++)
        dims++;
    element = dims && end - s == 1 ? primitive(*s) : NULL;
    length = element ? strlen(element) : (size_t)(end - s);
    if (dims && !element && length > 2 && *s == 'L' && end[-1] == ';') {
        s++;
        length -= 2;
    }
    name = arena_alloc(a, length + 2 * dims + 1, 1, e);
    if (!name)
        return NULL;
    memcpy(name, element ? element : s, length);
    for (size_t i = 0; i < dims; i++)
        memcpy(name + length + 2 * i, "[]", 2);
    return name;
}

/* "   1:         12745       47554360  [B (java.base@17.0.21)" */
static bool histogram_row(struct histogram_reader *r, const char *s,
                          uint64_t number, struct err *e)
{
    struct class_histogram *h = r->ret;
    uint64_t rank, objects, bytes;
    struct histogram_row *row;
    size_t n;

    if (!text_uint(&s, &rank) || !text_take(&s, ":"))
        return true;
    s = text_skip_blanks(s);
    if (!text_uint(&s, &objects) || !text_is_blank(*s))
        return true;
    s = text_skip_blanks(s);
    if (!text_uint(&s, &bytes) || !text_is_blank(*s))
        return true;
    s = text_skip_blanks(s);
    n = strcspn(s, " \t");
    if (n == 0)
        return true;
    if (!vec_push(&h->rows, r->arena->mem, e))
        return false;
    row = vec_last(&h->rows);
    row->objects = objects;
    row->bytes = bytes;
    row->line = number;
    row->class_name = class_name(r->arena, s, n, e);
    return row->class_name != NULL;
}

static bool histogram_line(void *context, const char *line, uint64_t number,
                           struct err *e)
{
    struct histogram_reader *r = context;
    const char *s = text_skip_blanks(line);
    uint64_t objects, bytes;

    if (r->total)
        return true;
    if (!text_take(&s, "Total"))
        return histogram_row(r, s, number, e);
    s = text_skip_blanks(s);
    if (!text_uint(&s, &objects))
        return true;
    s = text_skip_blanks(s);
    if (!text_uint(&s, &bytes))
        return true;
    r->ret->objects = objects;
    r->ret->bytes = bytes;
    r->total = true;
    return true;
}

static void sum_rows(struct class_histogram *h)
{
    const struct histogram_row *row;

    VEC_EACH (&h->rows, row) {
        h->objects += row->objects;
        h->bytes += row->bytes;
    }
}

bool class_histogram_read(struct source *s, struct arena *a,
                          struct class_histogram *ret, struct err *e)
{
    struct histogram_reader r = {.ret = ret, .arena = a};

    memset(ret, 0, sizeof *ret);
    if (!jcmd_each_line(s, a->mem, histogram_line, &r, e)) {
        class_histogram_deinit(ret, a->mem);
        return false;
    }
    if (!r.total)
        sum_rows(ret);
    return true;
}

void class_histogram_deinit(struct class_histogram *h, struct mem *m)
{
    vec_free(&h->rows, m);
}

/* ---- thread dump ------------------------------------------------------ */

struct threads_reader {
    struct thread_dump *ret;
    struct arena *arena;
};

static bool push_name(struct threads_reader *r, const char *s, size_t n,
                      struct err *e)
{
    const char *name = arena_strndup(r->arena, s, n, e);

    if (!name || !vec_push(&r->ret->names, r->arena->mem, e))
        return false;
    *vec_last(&r->ret->names) = name;
    return true;
}

/* "\"main\" #1 prio=5 os_prio=0 ...": a name may hold quotes, the attributes
 * after it do not. Java's threads have a number or, up to 7, "prio=". */
static bool thread_line(struct threads_reader *r, const char *line,
                        struct err *e)
{
    const char *close = strrchr(line, '"'), *s;

    if (!close || close == line)
        return true;
    s = text_skip_blanks(close + 1);
    if (*s != '#' && !strstr(s, "prio="))
        return true;
    if (*s != '#' && !text_starts(s, "daemon") && !text_starts(s, "prio=")) {
        r->ret->internal++;
        return true;
    }
    /* os_prio without prio: a thread of the VM */
    r->ret->threads++;
    return push_name(r, line + 1, (size_t)(close - line - 1), e);
}

/* "#22 \"name\" virtual", of Thread.dump_to_file */
static bool file_dump_line(struct threads_reader *r, const char *line,
                           struct err *e)
{
    const char *s = line + 1, *close = strrchr(line, '"');
    uint64_t id;

    if (!text_uint(&s, &id) || !text_take(&s, " \"") || !close || close < s)
        return true;
    if (strstr(close, " virtual")) {
        r->ret->virtual_threads++;
        return true;
    }
    r->ret->threads++;
    return push_name(r, s, (size_t)(close - s), e);
}

static bool dump_line(void *context, const char *line, uint64_t number,
                      struct err *e)
{
    struct threads_reader *r = context;
    const char *head = strstr(line, "Full thread dump ");

    (void)number;
    if (head && !r->ret->jdk)
        r->ret->jdk = release_in_brackets(head);
    if (*line == '"')
        return thread_line(r, line, e);
    return *line != '#' || file_dump_line(r, line, e);
}

bool thread_dump_read(struct source *s, struct arena *a,
                      struct thread_dump *ret, struct err *e)
{
    struct threads_reader r = {.ret = ret, .arena = a};

    memset(ret, 0, sizeof *ret);
    if (jcmd_each_line(s, a->mem, dump_line, &r, e))
        return true;
    thread_dump_deinit(ret, a->mem);
    return false;
}

void thread_dump_deinit(struct thread_dump *t, struct mem *m)
{
    vec_free(&t->names, m);
}

/* ---- GC.heap_info, jmap -heap, jstat -gc ------------------------------- */

struct heap_reader {
    struct heap_info *ret;
    struct heap_tools tools;
};

static bool heap_line(void *context, const char *line, uint64_t number,
                      struct err *e)
{
    struct heap_reader *r = context;

    (void)e;
    if ((heap_info_line(r->ret, line) ||
         heap_tools_line(&r->tools, r->ret, line)) &&
        !r->ret->line)
        r->ret->line = number;
    return true;
}

bool heap_info_read(struct source *s, struct arena *a, struct heap_info *ret,
                    struct err *e)
{
    struct heap_reader r = {.ret = ret};

    heap_info_init(ret);
    return jcmd_each_line(s, a->mem, heap_line, &r, e);
}
