/*
 * signature.h - what stays the same when the same thing happens again: in
 * another pod, after a restart, on another JDK, a release later.
 *
 * A signature is not one string. How much of it is known hangs on what was
 * captured, so it has parts, from coarse to fine, and src/fleet compares
 * only what two incidents both know:
 *
 *   family       what ran out or grew: "heap", "direct", "threads", ...;
 *                coarser than the verdict's kind, which gets more exact with
 *                more evidence
 *   cause        within the family, where the kind tells: "queue", "zlib"
 *   application  the main class or jar, without its version
 *   holder       the last field of the application's own classes on the way
 *                from a root to where it piles up: "cache.PageCache.PAGES".
 *                What lies before it depends on who looked first (a stack, a
 *                static), what lies behind it on the JDK and the moment
 */
#ifndef OOMWHY_JUDGE_SIGNATURE_H
#define OOMWHY_JUDGE_SIGNATURE_H

#include "judge/verdict.h"

struct signature {
    const char *family;      /* never NULL */
    const char *cause;       /* NULL: the kind says no more than the family */
    const char *application; /* NULL: nobody says */
    const char *holder;      /* NULL: no dump names one */
};

/* Strings live in `a`, or are constants. False: memory ran out. */
bool signature_find(const struct incident *i, const struct verdict *v,
                    struct arena *a, struct signature *ret, struct err *e);

/* The holder alone; *ret stays as it is where nobody is one. */
bool signature_holder(const struct incident *i, const struct verdict *v,
                      struct arena *a, const char **ret, struct err *e);

const char *kind_family(enum verdict_kind k);
const char *kind_cause(enum verdict_kind k);

/*
 * A class's name without what differs from run to run and from JDK to JDK:
 * numbers and addresses of lambdas, hidden classes, proxies, accessors and
 * of classes that frameworks generate. NULL: memory ran out.
 *
 *     app.Job$$Lambda$12/0x0000000800c03 -> app.Job$$Lambda
 *     jdk.proxy2.$Proxy13                -> $Proxy
 *     ui.View$1                          -> ui.View$#
 */
const char *signature_class(const char *name, struct arena *a, struct err *e);
/* Whether a class is of the JDK, or only starts somebody else's. */
bool signature_is_platform(const char *class_name);
/* "app.Main", or "orders.jar" of "/srv/orders-1.4.2.jar --port 80". */
const char *signature_command(const char *command, struct arena *a,
                              struct err *e);

#endif
