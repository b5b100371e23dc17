/*
 * out.c - bytes out, with one sticky error.
 */
#include "out.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "utf8.h"

void out_to_file(struct out *o, FILE *f)
{
    memset(o, 0, sizeof *o);
    o->file = f;
}

void out_to_memory(struct out *o, struct mem *m)
{
    memset(o, 0, sizeof *o);
    o->mem = m;
}

void out_deinit(struct out *o)
{
    if (o->mem)
        vec_free(&o->text, o->mem);
}

void out_bytes(struct out *o, const char *s, size_t n)
{
    if (err_is_set(&o->err) || n == 0)
        return;
    if (o->file) {
        if (fwrite(s, 1, n, o->file) != n)
            err_set(&o->err, ERR_IO, "cannot write: %s", strerror(errno));
        return;
    }
    if (!vec_reserve(&o->text, o->mem, n, &o->err))
        return;
    memcpy(o->text.at + o->text.n, s, n);
    o->text.n += n;
}

void out_str(struct out *o, const char *s)
{
    out_bytes(o, s, strlen(s));
}

void out_char(struct out *o, char c)
{
    out_bytes(o, &c, 1);
}

void out_pad(struct out *o, char c, size_t n)
{
    while (n--)
        out_char(o, c);
}

void out_printf(struct out *o, const char *fmt, ...)
{
    char buf[512];
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(buf, sizeof buf, fmt, ap);
    va_end(ap);
    if (n >= 0 && (size_t)n < sizeof buf) {
        out_bytes(o, buf, (size_t)n);
    } else if (n >= 0 && o->file) {
        va_start(ap, fmt);
        if (vfprintf(o->file, fmt, ap) < 0)
            err_set(&o->err, ERR_IO, "cannot write: %s", strerror(errno));
        va_end(ap);
    } else if (n >= 0 &&
               vec_reserve(&o->text, o->mem, (uint64_t)n + 1, &o->err)) {
        va_start(ap, fmt);
        vsnprintf(o->text.at + o->text.n, (size_t)n + 1, fmt, ap);
        va_end(ap);
        o->text.n += (uint64_t)n;
    }
}

void out_clean(struct out *o, const char *s)
{
    while (*s) {
        size_t n = utf8_length(s);
        unsigned char c = (unsigned char)*s;

        if (c == '\n' || c == '\t' || c == '\r')
            out_char(o, ' ');
        else if (n == 0 || c < 0x20 || c == 0x7f || utf8_is_control(s, n))
            out_char(o, '?');
        else
            out_bytes(o, s, n);
        s += n ? n : 1;
    }
}

const char *out_string(struct out *o)
{
    if (err_is_set(&o->err) || !vec_reserve(&o->text, o->mem, 1, &o->err))
        return NULL;
    o->text.at[o->text.n] = '\0';
    return o->text.at;
}

bool out_finish(struct out *o, struct err *e)
{
    if (o->file && fflush(o->file) != 0 && !err_is_set(&o->err))
        err_set(&o->err, ERR_IO, "cannot write: %s", strerror(errno));
    if (err_is_set(&o->err))
        return err_set(e, o->err.code, "%s", o->err.text);
    return true;
}
