/*
 * content.h - what a case is made of, as one SHA-256: over the names and
 * digests of its files, so that a copy elsewhere is the same evidence.
 */
#ifndef OOMWHY_FLEET_CONTENT_H
#define OOMWHY_FLEET_CONTENT_H

#include "fleet/cases.h"

#define CONTENT_TEXT 65 /* 64 hexadecimal digits and a NUL */

bool content_of_case(const struct fleet_case *c, struct mem *m,
                     char ret[CONTENT_TEXT], struct err *e);
void content_of_text(const char *text, size_t n, char ret[CONTENT_TEXT]);

#endif
