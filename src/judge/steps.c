/* steps.c - see steps.h. */
#include "steps.h"

#include <string.h>

#include "nmt/text.h"

bool step_is_class(const struct heap_step *s)
{
    return s->name && s->class_name &&
           strcmp(s->class_name, "java.lang.Class") == 0;
}

bool step_is_local(const char *via)
{
    return via && strcmp(via, "<stack local>") == 0;
}

bool step_is_field(const char *via)
{
    return via && via[0] != '<' && via[0] != '[';
}

const char *step_field(const char *via)
{
    const char *hash = strrchr(via, '#');

    text_take(&via, "static ");
    return hash ? hash + 1 : via;
}
