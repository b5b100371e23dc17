/*
 * vminfo_death.c - the head of hs_err, in "#" lines: what went wrong, who
 * was it, which JVM.
 */
#include <string.h>

#include "nmt/release.h"
#include "nmt/text.h"
#include "nmt/vminfo_parse.h"

static bool keep(struct vm_reader *r, const char **to, const char *s, size_t n,
                 struct err *e)
{
    while (n && text_is_blank(s[n - 1]))
        n--;
    *to = arena_strndup(r->arena, s, n, e);
    return *to != NULL;
}

static bool keep_rest(struct vm_reader *r, const char **to, const char *s,
                      struct err *e)
{
    return keep(r, to, s, strlen(s), e);
}

/* ---- the allocation that failed --------------------------------------- */

/* "mmap" of "Native memory allocation (mmap) failed to map 12 bytes" */
static const char *function_name(const char *s)
{
    static const char *const names[] = {"mmap", "malloc", "mprotect", "calloc",
                                        "realloc"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (text_starts(s, names[i]))
            return names[i];
    return NULL;
}

/* "for PURPOSE." up to 16, "Error detail: PURPOSE" since. */
static bool take_purpose(struct vm_reader *r, const char *s, struct err *e)
{
    const char *p = text_after(s, "Error detail: ");
    size_t n;

    if (!p)
        p = text_after(s, "bytes for ");
    if (!p)
        return true;
    n = strlen(p);
    while (n && (text_is_blank(p[n - 1]) || p[n - 1] == '.'))
        n--;
    return n == 0 || keep(r, &r->info->failure.purpose, p, n, e);
}

/* `s` is the sentence. */
static bool take_failure(struct vm_reader *r, const char *s, struct err *e)
{
    struct vm_failure *f = &r->info->failure;
    const char *p = text_after(s, "Native memory allocation ("), *q;
    uint64_t bytes;

    f->line = r->number;
    if (!keep_rest(r, &f->sentence, s, e))
        return false;
    if (!p) {
        f->function = strstr(s, "thread") ? "thread" : NULL;
        return true;
    }
    f->function = function_name(p);
    for (q = p; *q && !text_is_digit(*q); q++)
        ;
    if (text_uint(&q, &bytes))
        f->bytes = bytes;
    return take_purpose(r, s, e);
}

static bool is_failure(const char *s)
{
    return text_starts(s, "Native memory allocation (") ||
           text_starts(s, "Cannot create ") || text_starts(s, "Out of swap ");
}

/* ---- headline, process, version --------------------------------------- */

static void take_number(const char *s, const char *key, uint64_t *ret)
{
    const char *p = text_after(s, key);
    uint64_t v;

    if (!p || known(*ret))
        return;
    if (p[0] == '0' && p[1] == 'x' ? text_hex(&p, &v) : text_uint(&p, &v))
        *ret = v;
}

/* `s` behind "#  ", two blanks: the cause. */
static bool take_headline(struct vm_reader *r, const char *s, struct err *e)
{
    static const char *const better[] = {"fatal error: ", "Error: ", "assert(",
                                         "guarantee("};
    bool first = !r->info->headline, more = false;

    take_number(s, "pid=", &r->info->pid);
    take_number(s, "tid=", &r->info->tid);
    for (size_t i = 0; i < sizeof better / sizeof *better; i++)
        more |= text_starts(s, better[i]);
    if (strstr(s, "OutOfMemory encountered: "))
        r->info->death = VM_OOME_ABORT;
    if (!more && (!first || !strstr(s, "pid=")))
        return true;
    r->info->headline_line = r->number;
    return keep_rest(r, &r->info->headline, s, e);
}

static bool take_jvm(struct vm_reader *r, const char *s, struct err *e)
{
    s = text_skip_blanks(s);
    r->info->compressed_oops = strstr(s, "compressed oops") != NULL;
    /* The mode itself, if any, is told with the heap's address. */
    if (!r->info->oops_mode && strchr(s, '('))
        r->info->oops_mode = r->info->compressed_oops ? "on" : "disabled";
    return r->info->jvm || keep_rest(r, &r->info->jvm, s, e);
}

bool vm_death_line(struct vm_reader *r, const char *line, struct err *e)
{
    struct vm_info *v = r->info;
    const char *s = line;

    if (!text_take(&s, "#"))
        return true;
    if (strstr(s, "There is insufficient memory for the Java Runtime"))
        v->death = VM_OUT_OF_MEMORY;
    else if (strstr(s, "fatal error has been detected") && v->death == VM_ALIVE)
        v->death = VM_CRASH;
    if (text_starts(s, "  "))
        return take_headline(r, text_skip_blanks(s), e);
    s = text_skip_blanks(s);
    if (!v->failure.sentence && is_failure(s))
        return take_failure(r, s, e);
    if (text_take(&s, "JRE version:")) {
        v->jdk = release_in_brackets(s);
        return true;
    }
    return !text_take(&s, "Java VM:") || take_jvm(r, s, e);
}
