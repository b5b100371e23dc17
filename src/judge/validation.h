/*
 * validation.h - how to find out whether a verdict was right: what to
 * measure after the change, and what to expect of it either way.
 */
#ifndef OOMWHY_JUDGE_VALIDATION_H
#define OOMWHY_JUDGE_VALIDATION_H

#include "judge/verdict.h"

struct validation {
    const char *measure, *command; /* command NULL: none */
    const char *right, *wrong;     /* what is seen if the verdict is */
};

/* Never NULL. */
const struct validation *validation_of(enum verdict_kind k);

#endif
