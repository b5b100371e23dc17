/*
 * rules_refused.c - the JVM stopped itself because the system refused it
 * memory or a thread: what hs_err says of the request, of the machine and
 * of the process decides what there was too little of.
 *
 * Without hs_err there is only the error that Unsafe.allocateMemory throws.
 *
 * The request names the cause only when it is out of the ordinary: a thread,
 * the heap itself, an arena of a compilation. A small request proves that
 * something was exhausted and not what: if the machine still had memory it
 * was a limit, which hs_err seldom names.
 */
#include "rules.h"

#include <string.h>

#include "base/size.h"
#include "argue.h"
#include "culprit.h"
#include "kinds.h"

/* A compilation's arena that asks for this much at once is no ordinary one:
 * chunks of a method with thousands of nodes are tens of KiB. */
#define LARGE_ARENA (64 * MIB)
/* Seconds. A JVM younger than this was still setting up its heap. */
#define START_UP 10.0

static bool has(const char *text, const char *word)
{
    return text && strstr(text, word);
}

static const struct vm_failure *failure(const struct facts *f)
{
    return &f->hs_err->failure;
}

static void argue_failure(const struct facts *f, unsigned weight,
                          struct finding *ret)
{
    const struct vm_failure *v = failure(f);

    finding_for(ret, weight, figure_of(f->hs_err_input, v->bytes, v->line),
                known(v->bytes) ? "bytes" : NULL,
                v->sentence ? v->sentence
                            : "the JVM stopped: a native allocation failed");
}

/* What the machine or container could still have given. */
static uint64_t left(const struct facts *f)
{
    const struct vm_info *h = f->hs_err;
    uint64_t free = known(h->available) ? h->available : h->physical_free;

    if (known(h->container_limit) && known(h->container_usage)) {
        uint64_t inside = known_minus(h->container_limit, h->container_usage);

        if (!known(free) || inside < free)
            free = inside;
    }
    return free;
}

/* Memory was there: at least four times the request and 64 MiB. */
static bool was_there(const struct facts *f)
{
    uint64_t free = left(f), bytes = known_or(failure(f)->bytes, 0);

    return known(free) && free >= 64 * MIB && free / 4 >= bytes;
}

static void argue_left(const struct facts *f, struct pen *p,
                       struct finding *ret)
{
    if (known(left(f)))
        finding_for(ret, SUPPORTING, figure_of(f->hs_err_input, left(f), 0),
                    "bytes",
                    pen_write(p, "%s could still be had at that moment",
                              pen_size(p, left(f))));
}

/* ---- requests that name their cause ------------------------------------ */

static bool thread_refused(const struct facts *f, struct pen *p,
                           struct finding *ret)
{
    const char *s = failure(f)->sentence;

    if (!has(s, "GC thread") && !has(s, "unable to create") &&
        !has(s, "worker thread"))
        return false;
    finding_init(ret, KIND_NATIVE_THREAD_LIMIT);
    argue_failure(f, DECISIVE, ret);
    if (was_there(f)) {
        argue_left(f, p, ret);
    } else {
        finding_cap(ret, CONFIDENCE_LOW);
        finding_doubt(ret, SUPPORTING,
                      "too little memory for a stack would look the same");
    }
    culprit_named("a limit on threads or processes", UNKNOWN, &ret->culprit);
    ret->summary = "The JVM stopped because it could not start a thread: a "
                   "limit on processes was reached, the heap's was not.";
    return true;
}

/* The heap is committed in one piece at start-up where -Xms asks for it. */
static bool heap_refused(const struct facts *f, struct pen *p,
                         struct finding *ret)
{
    const struct vm_info *h = f->hs_err;
    uint64_t bytes = failure(f)->bytes;
    uint64_t heap = known(h->heap_min) ? h->heap_min : f->xmx.value;

    if (!known(bytes) || !known(heap) || bytes < heap / 2 ||
        h->uptime > START_UP || !has(failure(f)->function, "mmap"))
        return false;
    finding_init(ret, KIND_HEAP_RESERVATION_TOO_LARGE);
    argue_failure(f, DECISIVE, ret);
    finding_for(ret, SUPPORTING, figure_of(f->hs_err_input, heap, 0), "bytes",
                pen_write(p, "the heap begins with %s", pen_size(p, heap)));
    if (address_space_is_short(f, heap))
        argue_address_space(f, p, SUPPORTING, ret);
    else if (known(left(f)) && left(f) > bytes)
        finding_against(ret, SUPPORTING, figure_of(f->hs_err_input, left(f), 0),
                        "bytes",
                        "so much was free: an address-space limit or strict "
                        "overcommit refused it rather than the memory itself");
    else
        argue_left(f, p, ret);
    culprit_named("-Xms", heap, &ret->culprit);
    ret->summary = pen_write(
        p,
        "The JVM never started: its heap of %s could not "
        "be committed%s.",
        pen_size(p, heap),
        known(left(f)) ? pen_write(p, " with %s free", pen_size(p, left(f)))
                       : "");
    return true;
}

/* Only an arena asks for chunks, and a compiler thread has no other. */
static bool arena_refused(const struct facts *f, struct pen *p,
                          struct finding *ret)
{
    const struct vm_info *h = f->hs_err;
    uint64_t bytes = failure(f)->bytes;

    if (!has(h->current_thread, "CompilerThread") ||
        !has(failure(f)->purpose, "Chunk") || !known(bytes) ||
        bytes < LARGE_ARENA)
        return false;
    finding_init(ret, KIND_COMPILER_ARENA);
    argue_failure(f, DECISIVE, ret);
    finding_for(ret, SUPPORTING, figure_of(f->hs_err_input, UNKNOWN, 0), NULL,
                pen_write(p, "the thread that asked is a compiler's: %.*s",
                          (int)strcspn(h->current_thread, "["),
                          h->current_thread));
    culprit_named("the arena of one JIT compilation", bytes, &ret->culprit);
    ret->summary = pen_write(
        p,
        "One JIT compilation asked for %s more of arena memory, and there "
        "was none; the method it compiled is in hs_err.",
        pen_size(p, bytes));
    return true;
}

/* ---- the rest --------------------------------------------------------- */

/* The JVM's own share of the machine, as far as hs_err tells. */
static uint64_t own(const struct facts *f)
{
    const struct vm_info *h = f->hs_err;

    return known(h->rss) ? h->rss : h->heap_committed;
}

static bool sum_too_large(const struct facts *f, struct pen *p,
                          struct finding *ret)
{
    const struct vm_info *h = f->hs_err;
    uint64_t all = known(h->container_limit) ? h->container_limit : h->physical;

    if (!known(all) || !known(own(f)) || own(f) < all / 2 || was_there(f))
        return false;
    finding_init(ret, KIND_PARTS_EXCEED_LIMIT);
    finding_cap(ret, CONFIDENCE_MEDIUM);
    argue_failure(f, SUPPORTING, ret);
    finding_for(ret, SUPPORTING, figure_of(f->hs_err_input, own(f), 0), "bytes",
                pen_write(p, "the JVM had %s of the %s there are (%s)",
                          pen_size(p, own(f)), pen_size(p, all),
                          pen_share(p, own(f), all)));
    argue_left(f, p, ret);
    ret->summary = pen_write(
        p,
        "The JVM had grown to %s of the %s there are, and the next %s were "
        "refused.",
        pen_size(p, own(f)), pen_size(p, all),
        known(failure(f)->bytes) ? pen_size(p, failure(f)->bytes) : "bytes");
    return true;
}

/* With the address space used up, what used it is another question: a leak
 * of native memory ends the same way. */
static void doubt_who(const struct facts *f, struct finding *ret)
{
    finding_cap(ret, CONFIDENCE_MEDIUM);
    if (f->last && f->last->nmt)
        return;
    ret->kind = KIND_NOT_ENOUGH_EVIDENCE;
    finding_doubt(ret, SUPPORTING,
                  "without native memory tracking nobody can tell what had "
                  "used it up: a leak would end the same way");
}

/* What is mapped and what was asked for together are beyond the limit; where
 * nobody says how much is mapped, that memory was there will do. */
static bool address_space_full(const struct facts *f, struct pen *p,
                               struct finding *ret)
{
    uint64_t limit = f->address_space.value, mapped = f->hs_err->vm_size;
    const char *name;

    if (!known(limit) ||
        (known(mapped)
             ? mapped + known_or(failure(f)->bytes, 0) < limit - limit / 16
             : !was_there(f)))
        return false;
    finding_init(ret, KIND_PARTS_EXCEED_LIMIT);
    doubt_who(f, ret);
    argue_failure(f, SUPPORTING, ret);
    name = argue_address_space(f, p, SUPPORTING, ret);
    if (known(mapped))
        finding_for(ret, SUPPORTING, figure_of(f->hs_err_input, mapped, 0),
                    "bytes",
                    pen_write(p, "it had mapped %s", pen_size(p, mapped)));
    argue_left(f, p, ret);
    culprit_named(name, limit, &ret->culprit);
    ret->summary = pen_write(
        p,
        "The JVM had used up its address space (%s); memory had not run out.",
        name);
    return true;
}

static void not_told(const struct facts *f, struct pen *p, struct finding *ret)
{
    const char *bytes =
        known(failure(f)->bytes)
            ? pen_write(p, " of %s", pen_size(p, failure(f)->bytes))
            : "";

    finding_init(ret, KIND_NOT_ENOUGH_EVIDENCE);
    argue_failure(f, SUPPORTING, ret);
    if (has(failure(f)->sentence, "swap space")) {
        ret->summary = "The JVM stopped because the system had no swap space "
                       "to back another mapping; nothing captured tells who "
                       "had taken it.";
        return;
    }
    if (was_there(f)) {
        argue_left(f, p, ret);
        ret->summary = pen_write(
            p,
            "A native allocation%s was refused with %s still free: a limit "
            "(ulimit -v, overcommit, vm.max_map_count) was reached, and "
            "hs_err does not say which.",
            bytes, pen_size(p, left(f)));
        return;
    }
    ret->summary = pen_write(
        p,
        "The JVM stopped because a native allocation%s failed; nothing "
        "captured tells who had the memory.",
        bytes);
}

/* Needs figures of NMT: without them nobody can tell what NMT would see. A
 * part that grew by no more than any JVM's did used nothing up. */
static bool grown_native(const struct facts *f, struct pen *p, uint64_t asked,
                         struct finding *ret)
{
    const struct part *part = part_to_blame(f);
    const char *bytes =
        known(asked) ? pen_write(p, " of %s", pen_size(p, asked)) : "";

    if (!part || part->kind == PART_HEAP || nobody_to_blame(f, part) ||
        part->growth < GROWTH_THAT_COUNTS || !f->last || !f->last->nmt)
        return false;
    judge_part(f, p, part, ret);
    ret->summary = pen_write(
        p,
        "%s a native allocation%s failed; about %s of its memory "
        "%s: %s.",
        f->hs_err ? "The JVM stopped because" : "It ended when", bytes,
        pen_size(p, part->end), part_phrase(f, p, part), kind_title(ret->kind));
    return true;
}

bool rule_native_failed(const struct facts *f, struct pen *p,
                        struct finding *ret)
{
    if (!f->hs_err || f->hs_err->death != VM_OUT_OF_MEMORY)
        return false;
    if (thread_refused(f, p, ret) || heap_refused(f, p, ret) ||
        arena_refused(f, p, ret))
        return true;
    if (grown_native(f, p, failure(f)->bytes, ret)) {
        argue_failure(f, SUPPORTING, ret);
        return true;
    }
    if (!address_space_full(f, p, ret) && !sum_too_large(f, p, ret))
        not_told(f, p, ret);
    return true;
}

/* ---- an error, and the JVM went on ------------------------------------ */

static void malloc_not_told(const struct facts *f, struct pen *p,
                            const char *bytes, struct finding *ret)
{
    const char *limit;

    finding_init(ret, KIND_PARTS_EXCEED_LIMIT);
    doubt_who(f, ret);
    limit = argue_address_space(f, p, SUPPORTING, ret);
    argue_oome(f, p, ret);
    culprit_named(limit, f->address_space.value, &ret->culprit);
    ret->summary =
        limit ? pen_write(p,
                          "Native memory%s was refused under %s: the "
                          "address space had run out, memory had not.",
                          bytes, limit)
              : pen_write(p,
                          "Native memory%s was refused. A container's limit "
                          "never does that, it kills: a limit on address "
                          "space (ulimit -v) or strict overcommit may; "
                          "nothing captured tells.",
                          bytes);
    if (!limit)
        ret->kind = KIND_NOT_ENOUGH_EVIDENCE;
}

bool rule_malloc_refused(const struct facts *f, struct pen *p,
                         struct finding *ret)
{
    uint64_t asked;

    if (!facts_oome_is(f, OOME_NATIVE) || f->hs_err)
        return false;
    asked = f->oome->oome ? f->oome->oome->requested : UNKNOWN;
    if (grown_native(f, p, asked, ret))
        argue_oome(f, p, ret);
    else
        malloc_not_told(
            f, p,
            known(asked) ? pen_write(p, " of %s", pen_size(p, asked)) : "",
            ret);
    return true;
}
