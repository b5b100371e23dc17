/*
 * err.c - fills a struct err, first error wins.
 */
#include "err.h"

#include <stdarg.h>
#include <stdio.h>

static bool set(struct err *e, enum err_code code, enum err_where where,
                uint64_t at, const char *fmt, va_list ap)
{
    if (!e || e->code != ERR_NONE)
        return false;
    e->code = code;
    e->where = where;
    e->at = at;
    vsnprintf(e->text, sizeof e->text, fmt, ap);
    return false;
}

bool err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    set(e, code, ERR_NOWHERE, 0, fmt, ap);
    va_end(ap);
    return false;
}

bool err_at_offset(struct err *e, enum err_code code, uint64_t offset,
                   const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    set(e, code, ERR_AT_OFFSET, offset, fmt, ap);
    va_end(ap);
    return false;
}

bool err_at_line(struct err *e, enum err_code code, uint64_t line,
                 const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    set(e, code, ERR_AT_LINE, line, fmt, ap);
    va_end(ap);
    return false;
}
