/*
 * lengths.c - see lengths.h.
 */
#include "hprof/lengths.h"

bool lengths_narrow(struct lengths *l, uint32_t *lengths, uint64_t n,
                    struct mem *m, struct err *e)
{
    uint16_t *narrow = (uint16_t *)lengths;

    for (uint64_t i = 0; i < n; i++) {
        uint32_t length;

        /* The two overlap, and may not be told apart by their types. */
        memcpy(&length, &lengths[i], sizeof length);
        if (length >= LENGTH_LONG) {
            if (!vec_push(&l->longs, m, e))
                return false;
            *vec_last(&l->longs) = (struct long_array){(uint32_t)i, length};
            length = LENGTH_LONG;
        }
        memcpy(&narrow[i], &(uint16_t){(uint16_t)length}, sizeof *narrow);
    }
    l->at = narrow;
    l->n = n;
    return true;
}

void lengths_deinit(struct lengths *l, struct mem *m)
{
    vec_free(&l->longs, m);
    l->at = NULL;
    l->n = 0;
}

uint32_t lengths_long_(const struct lengths *l, uint32_t array)
{
    uint64_t low = 0, high = l->longs.n;

    while (high - low > 1) {
        uint64_t mid = low + (high - low) / 2;

        if (l->longs.at[mid].array <= array)
            low = mid;
        else
            high = mid;
    }
    return l->longs.at[low].length;
}
