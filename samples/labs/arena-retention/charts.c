/*
 * charts.c - the native half of ChartRenderer: a list of points that is
 * built, and given back but for a legend here and there, which lives until
 * the next chart of the same thread.
 */
#include <jni.h>
#include <stdlib.h>
#include <string.h>

struct point {
    struct point *next;
    char label[1000];
};

#define KEPT 100 /* every so many-th point is part of the legend */

static __thread struct point *legend;

static struct point *add(struct point *head)
{
    struct point *p = malloc(sizeof *p);

    if (!p)
        return head;
    memset(p, 'x', sizeof *p);
    p->next = head;
    return p;
}

static void discard(struct point *p)
{
    while (p) {
        struct point *next = p->next;

        free(p);
        p = next;
    }
}

JNIEXPORT void JNICALL Java_ChartRenderer_draw(JNIEnv *env, jclass self,
                                               jint chart, jint bytes)
{
    struct point *points = NULL, *old = legend;
    size_t n = (size_t)bytes / sizeof *points;

    (void)env;
    (void)self;
    (void)chart;
    legend = NULL;
    for (size_t i = 0; i < n; i++) {
        if (i % KEPT == KEPT - 1)
            legend = add(legend);
        else
            points = add(points);
    }
    discard(points);
    discard(old);
}
