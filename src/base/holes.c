/* holes.c - see holes.h. */
#include "holes.h"

#include <stdio.h>
#include <stdlib.h>

static int by_member(const void *x, const void *y)
{
    const struct hole *a = x, *b = y;

    return a->member < b->member ? -1 : a->member > b->member;
}

const struct hole *holes_of(const struct holes *h, uint64_t member)
{
    struct hole key = {.member = member};

    return h->n ? bsearch(&key, h->at, h->n, sizeof key, by_member) : NULL;
}

bool holes_add(struct holes *h, const struct hole *hole, struct mem *m)
{
    struct err ignored = {0};

    if (!vec_push(h, m, &ignored))
        return false;
    *vec_last(h) = *hole;
    return true;
}

void holes_tell(const struct holes *h, char *text, size_t n)
{
    const struct hole *first = &h->at[0];
    char more[48] = "";

    if (first->next == HOLE_OPEN) {
        snprintf(text, n, "%s at offset %llu", first->what,
                 (unsigned long long)first->raw);
        return;
    }
    if (h->n > 1)
        snprintf(more, sizeof more, "; more such places: %llu",
                 (unsigned long long)h->n - 1);
    snprintf(text, n,
             "%.60s at offset %llu; read on at offset %llu, %llu bytes lost%s",
             first->what, (unsigned long long)first->raw,
             (unsigned long long)first->next, (unsigned long long)first->zeros,
             more);
}

void holes_deinit(struct holes *h, struct mem *m)
{
    vec_free(h, m);
}
