/* cut.c - see cut.h. */
#include "nmt/cut.h"

#include <string.h>

/* Shorter lines are not wrapped but end. */
#define WIDTH_MIN 60
#define WIDTH_MAX 400

struct tally {
    size_t longest, count; /* the longest line, and how many are as long */
    size_t lines, blank;
};

static void see_line(struct tally *t, const uint8_t *p, size_t n)
{
    while (n && p[n - 1] == '\r')
        n--;
    t->lines++;
    t->blank += n == 0;
    if (n > t->longest) {
        t->longest = n;
        t->count = 0;
    }
    t->count += n == t->longest;
}

/* Three longest lines of one length look cut by a terminal; as many empty
 * lines as others look like double spacing. */
struct cut_look cut_look_at(const uint8_t *p, size_t n)
{
    struct cut_look look = {0};
    struct tally t = {0};
    const uint8_t *end;

    for (; n; n -= (size_t)(end - p), p = end) {
        end = memchr(p, '\n', n);
        see_line(&t, p, end ? (size_t)(end - p) : n);
        end = end ? end + 1 : p + n;
    }
    if (t.count > 2 && t.longest >= WIDTH_MIN && t.longest <= WIDTH_MAX)
        look.width = t.longest;
    look.spaced = t.lines > 4 && t.blank * 5 >= t.lines * 2;
    return look;
}
