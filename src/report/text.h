/*
 * text.h - facts as words for a terminal of 80 columns: numbers, shares and
 * sizes as people read them, lines broken between words, colour.
 */
#ifndef OOMWHY_REPORT_TEXT_H
#define OOMWHY_REPORT_TEXT_H

#include "report/emitter.h"

#define TEXT_WIDTH  80
#define TEXT_NUMBER 32 /* bytes of a buffer that holds any number */

enum style { STYLE_PLAIN, STYLE_TITLE, STYLE_BOLD, STYLE_ALERT, STYLE_DIM };

/* The escape that begins `s`; "" without colour. STYLE_PLAIN ends any. */
const char *text_style(enum style s, bool colour);

/* "1,234,567"; returns `buf`. */
const char *text_count(char buf[TEXT_NUMBER], uint64_t n);
/* "79%", "<1%", "0%" of a share; returns `buf`. */
const char *text_share(char buf[TEXT_NUMBER], double share);

/* The value in words, cleaned of whatever could drive a terminal; `exact`
 * adds the bytes of a size. VALUE_NULL gives "". */
void text_value(struct out *o, const struct value *v, bool exact);

/* Columns that clean text takes. */
size_t text_columns(const char *s, size_t n);
/*
 * Writes clean text from column `at` on, broken between words before column
 * TEXT_WIDTH; further lines begin at `indent`. A word that fits nowhere
 * stands alone. Returns the column it ends in.
 */
size_t text_wrap(struct out *o, const char *s, size_t n, size_t at,
                 size_t indent);

#endif
