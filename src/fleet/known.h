/*
 * known.h - contents that were worked on before, with how that ended.
 * Children look things up in the copy that they were started with.
 */
#ifndef OOMWHY_FLEET_KNOWN_H
#define OOMWHY_FLEET_KNOWN_H

#include "fleet/store.h"

struct known_content;

struct known_set {
    struct arena *arena; /* of the strings; outlives the set */
    struct known_content *table;
};

/* Keeps what is there already. */
bool known_set_add(struct known_set *k, const char *content, const char *status,
                   struct err *e);
/* NULL: it is not known. */
const char *known_set_status(const struct known_set *k, const char *content);
/* All of the store; with `retry` without what could not be analysed, and
 * without archives, since any of them may hold such a case. */
bool known_set_read(struct known_set *k, struct store *s, bool retry,
                    struct err *e);
void known_set_deinit(struct known_set *k);

#endif
