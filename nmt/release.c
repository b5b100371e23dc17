/* release.c - JDK versions in texts; see release.h. */
#include "nmt/release.h"

#include <string.h>

#include "nmt/text.h"

/* More than any JDK, less than a year. */
#define RELEASES 1000

/* "25.402-b06"; *major stands behind "25". */
static bool is_hotspots_own(const char *major)
{
    uint64_t v;

    return text_take(&major, ".") && text_uint(&major, &v) &&
           text_take(&major, "-b") && text_is_digit(*major);
}

unsigned release_of(const char *s)
{
    uint64_t v;

    if (!text_uint(&s, &v))
        return 0;
    if (v == 1 && text_take(&s, ".") && !text_uint(&s, &v))
        return 0;
    if (is_hotspots_own(s))
        v = v == 25 ? 8 : v == 24 ? 7 : 0;
    return v < RELEASES ? (unsigned)v : 0;
}

unsigned release_in_brackets(const char *s)
{
    while ((s = strchr(s, '('))) {
        s++;
        text_take(&s, "build ");
        if (text_is_digit(*s))
            return release_of(s);
    }
    return 0;
}
