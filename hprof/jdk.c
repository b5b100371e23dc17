/* jdk.c - see jdk.h. */
#include "hprof/jdk.h"

#include <string.h>

bool jdk_has_class(const char *name)
{
    static const char *const packages[] = {"java.", "javax.", "jdk.", "sun.",
                                           "com.sun."};

    for (unsigned i = 0; i < sizeof packages / sizeof *packages; i++)
        if (strncmp(name, packages[i], strlen(packages[i])) == 0)
            return true;
    return false;
}

bool jdk_has_type(const char *name)
{
    return strchr(name, '[') || jdk_has_class(name);
}
