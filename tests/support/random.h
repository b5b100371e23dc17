/*
 * random.h - numbers that are the same everywhere: splitmix64.
 */
#ifndef OOMWHY_TESTS_RANDOM_H
#define OOMWHY_TESTS_RANDOM_H

#include <stdint.h>

uint64_t random_next(uint64_t *state);
uint32_t random_below(uint64_t *state, uint32_t n);

#endif
