/*
 * out.h - the output stream: to a stdio file or into memory.
 *
 * Errors are sticky: write on, and ask once at the end. Text that came from
 * a dump or a log goes through out_clean, which lets nothing through that
 * could drive a terminal.
 */
#ifndef OOMWHY_BASE_OUT_H
#define OOMWHY_BASE_OUT_H

#include <stdio.h>

#include "vec.h"

struct out {
    FILE *file; /* NULL: into `text` */
    struct mem *mem;
    VEC(char) text; /* not NUL-terminated until out_string */
    struct err err; /* the first failure */
};

void out_to_file(struct out *o, FILE *f);
void out_to_memory(struct out *o, struct mem *m);
void out_deinit(struct out *o);

void out_bytes(struct out *o, const char *s, size_t n);
void out_str(struct out *o, const char *s);
void out_char(struct out *o, char c);
void out_pad(struct out *o, char c, size_t n);
void out_printf(struct out *o, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Foreign text: control bytes and broken UTF-8 become '?', newlines blanks. */
void out_clean(struct out *o, const char *s);

/* The text so far, NUL-terminated, owned by `o`; NULL after an error. */
const char *out_string(struct out *o);
/* Flushes; false with `e` set if anything was ever lost. */
bool out_finish(struct out *o, struct err *e);

#endif
