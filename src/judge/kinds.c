/*
 * kinds.c - which file knows what kind of memory a native part is.
 */
#include "kinds.h"

#include <string.h>

#include "argue.h"
#include "base/size.h"

bool kind_explains(uint64_t bytes, uint64_t part)
{
    return known(bytes) && bytes >= part / 2 && bytes >= MIB;
}

void kind_of_part(const struct facts *f, struct pen *p, const struct part *part,
                  struct finding *ret)
{
    ret->kind = part->verdict;
    if (part->kind == PART_UNTRACKED)
        kind_of_untracked(f, p, part, ret);
    else if (strcmp(part->name, "Thread") == 0)
        argue_threads(f, p, HINT, ret);
    else if (strcmp(part->name, "Metaspace") == 0)
        kind_of_metaspace(f, p, ret);
    else if (strcmp(part->name, "Other") == 0 ||
             (strcmp(part->name, "Internal") == 0 && f->jdk.to < 11))
        kind_of_other(f, p, part, ret);
}
