/* pen.c - sentences that live as long as the verdict; see pen.h. */
#include "pen.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/size.h"

const char *pen_write(struct pen *p, const char *fmt, ...)
{
    va_list args;
    char *text = NULL;
    int n;

    if (err_is_set(p->err))
        return "";
    va_start(args, fmt);
    n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n >= 0)
        text = arena_alloc(p->arena, (uint64_t)n + 1, 1, p->err);
    if (!text)
        return "";
    va_start(args, fmt);
    vsnprintf(text, (size_t)n + 1, fmt, args);
    va_end(args);
    return text;
}

const char *pen_size(struct pen *p, uint64_t bytes)
{
    char buf[SIZE_TEXT];

    return pen_write(p, "%s", size_text(buf, bytes));
}

const char *pen_share(struct pen *p, uint64_t a, uint64_t b)
{
    if (!b)
        return "?";
    return pen_write(p, "%.0f %%", 100.0 * (double)a / (double)b);
}
