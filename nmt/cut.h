/*
 * cut.h - whether the lines of a text look cut by a terminal: at one width,
 * anywhere, also inside numbers.
 */
#ifndef OOMWHY_NMT_CUT_H
#define OOMWHY_NMT_CUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cut_look {
    size_t width; /* at which lines were cut; 0: they look whole */
    bool spaced;  /* every other line is empty */
};

struct cut_look cut_look_at(const uint8_t *p, size_t n);

#endif
