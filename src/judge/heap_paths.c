/*
 * heap_paths.c - patterns that the path from a root to a suspect shows, or
 * the way from there down to where it piles up.
 *
 * Suspects of one shape are added up: a leak in each of twenty threads has
 * no single suspect that is large.
 */
#define _GNU_SOURCE /* strcasestr */
#include "heap_patterns.h"

#include <string.h>
#include <strings.h>

#include "hprof/jdk.h"
#include "judge/owner.h"
#include "judge/steps.h"

static bool ends(const char *s, const char *suffix)
{
    size_t n = strlen(s), m = strlen(suffix);

    return n >= m && strcmp(s + n - m, suffix) == 0;
}

/* The class of the suspect, or of any step above or below it. */
static bool any_class(const struct heap_suspect *s,
                      bool (*is)(const char *class_name))
{
    const struct heap_step *step;

    if (is(s->class_name))
        return true;
    VEC_EACH (&s->path, step)
        if (is(step->class_name))
            return true;
    VEC_EACH (&s->descent, step)
        if (is(step->class_name))
            return true;
    return false;
}

/* Sums up what suspects of one shape hold; the first is the largest. */
static bool sum(const struct heap *h,
                bool (*shape)(const struct heap_suspect *),
                struct pattern_match *ret)
{
    const struct heap_suspect *s;

    VEC_EACH (&h->suspects, s) {
        if (!shape(s))
            continue;
        if (!ret->suspect)
            ret->suspect = s;
        ret->bytes += s->retained;
    }
    return ret->suspect != NULL;
}

/* ---- a thread's stack ------------------------------------------------- */

static bool is_threadlocal(const char *c)
{
    return strstr(c, "ThreadLocal$ThreadLocalMap") ||
           ends(c, "InternalThreadLocalMap");
}

static bool in_threadlocals(const struct heap_suspect *s)
{
    return any_class(s, is_threadlocal);
}

static uint64_t held_by_others(const struct heap *h,
                               const struct heap_thread *t)
{
    const struct heap_thread *other;
    uint64_t bytes = 0;

    VEC_EACH (&h->threads, other)
        if (other != t && !other->is_virtual)
            bytes += known_or(other->retained, 0);
    return bytes;
}

/*
 * What two locals of a stack lead to is dominated by neither but by the thread.
 * The thread that threw the error was at work: what hangs on it is its stack's,
 * unless a suspect leads through its thread-locals, or its fellows hold as
 * much, as those of a pool do.
 */
static bool threw_at_work(const struct heap *h, const struct heap_thread *t)
{
    struct pattern_match none = {0};

    return t->n_frames && heap_is_of_error(h) &&
           t == &h->threads.at[h->oome_thread] &&
           t->retained > held_by_others(h, t) &&
           !sum(h, in_threadlocals, &none);
}

static uint64_t held_by_stack(const struct heap *h, const struct heap_thread *t)
{
    return known(t->retained) && threw_at_work(h, t) ? t->retained
                                                     : t->stack_retained;
}

static bool runs_main(const struct heap_thread *t)
{
    return t->n_frames &&
           strcmp(t->frames[t->n_frames - 1]->method, "main") == 0;
}

static const struct heap_suspect *suspect_on(const struct heap *h,
                                             const struct heap_thread *t)
{
    const struct heap_suspect *s;

    VEC_EACH (&h->suspects, s)
        if (s->path.n && s->path.at[0].node == t->node)
            return s;
    return NULL;
}

/* A field of what main() made is no request's result, nor a thread-local. */
static bool held_by_program(const struct heap *h, const struct heap_thread *t)
{
    const struct heap_suspect *s = runs_main(t) ? suspect_on(h, t) : NULL;
    struct owner owner;

    return s && owner_on_stack(h, s, &owner);
}

/* What a stack alone holds; an object that a static field holds as well is
 * not the stack's. */
bool pattern_stack(const struct heap *h, struct pen *p,
                   struct pattern_match *ret)
{
    const struct heap_thread *t, *most = NULL;
    uint64_t bytes = 0;

    VEC_EACH (&h->threads, t)
        if (known(t->stack_retained) && held_by_stack(h, t) > bytes) {
            most = t;
            bytes = held_by_stack(h, t);
        }
    if (!most || held_by_program(h, most))
        return false;
    ret->bytes = bytes;
    ret->suspect = suspect_on(h, most);
    if (!ret->suspect || !ret->suspect->root_frame)
        ret->culprit = pen_write(p, "locals on the stack of thread %s",
                                 most->name ? most->name : "?");
    ret->text = pen_write(p, "only the locals of a running thread hold %s",
                          pen_size(p, ret->bytes));
    return true;
}

static bool holds_threadlocals(const struct heap_thread *t)
{
    return !t->is_virtual && known(t->retained) && known(t->stack_retained) &&
           t->retained > t->stack_retained;
}

/* Without a suspect of that shape: what threads keep beyond their stacks. A
 * thread's fields are few, so it is thread-locals as a rule. */
bool pattern_threadlocals(const struct heap *h, struct pen *p,
                          struct pattern_match *ret)
{
    const struct heap_thread *t;
    uint64_t holders = 0, bytes = 0;

    VEC_EACH (&h->threads, t)
        if (holds_threadlocals(t) && !threw_at_work(h, t) &&
            !held_by_program(h, t)) {
            bytes += t->retained;
            holders++;
        }
    if (!sum(h, in_threadlocals, ret) || bytes > ret->bytes) {
        ret->bytes = bytes;
        ret->culprit = pen_write(p, "thread-locals of %llu threads",
                                 (unsigned long long)holders);
    }
    ret->text = pen_write(p, "values of thread-locals hold %s",
                          pen_size(p, ret->bytes));
    return ret->bytes > 0;
}

/* ---- queues ----------------------------------------------------------- */

/* Queues between threads and what executors keep their tasks in. Plain
 * deques and lists are used for anything, so they are not here. */
static bool is_queue(const char *c)
{
    static const char *const classes[] = {
        "LinkedBlockingQueue",
        "ArrayBlockingQueue",
        "LinkedBlockingDeque",
        "PriorityBlockingQueue",
        "ConcurrentLinkedQueue",
        "LinkedTransferQueue",
        "DelayQueue",
        "DelayedWorkQueue",
        "ThreadPoolExecutor",
        "ForkJoinPool$WorkQueue",
        "SynchronousQueue",
        "SubmissionPublisher",
        "RunnableScheduledFuture[]", /* what a DelayedWorkQueue keeps */
    };

    if (strncmp(c, "java.util.concurrent.", 21) != 0)
        return false;
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (strstr(c, classes[i]))
            return true;
    return false;
}

/* What a queue is made of inside: nodes, arrays, tasks, another queue. */
static bool is_within_queue(const char *c)
{
    return strchr(c, '[') || strncmp(c, "java.util.concurrent.", 21) == 0 ||
           (strncmp(c, "java.util.", 10) == 0 &&
            (strstr(c, "Queue") || strstr(c, "Deque")));
}

/* A queue's own method works on its array, which is all that its stack shows.
 */
static bool begins_in_queue(const struct heap_suspect *s)
{
    return s->root_frame && is_queue(s->root_frame) && s->path.n > 1 &&
           strchr(s->path.at[1].class_name, '[');
}

/* The way leads into a queue, and no further: what a single task keeps is no
 * backlog. To a typical one of many it goes on from there. */
static bool in_queue(const struct heap_suspect *s)
{
    bool in = begins_in_queue(s) || (!s->path.n && is_queue(s->class_name));
    uint64_t n = s->path.n + s->descent.n;

    if (s->kind == SUSPECT_CLASS_GROUP)
        return any_class(s, is_queue);
    for (uint64_t i = 1; i < n; i++) {
        const char *c = step_at(s, i)->class_name;

        in = is_queue(c) || (in && is_within_queue(c));
    }
    return in;
}

bool pattern_queue(const struct heap *h, struct pen *p,
                   struct pattern_match *ret)
{
    if (!sum(h, in_queue, ret))
        return false;
    ret->text = pen_write(p, "a queue between threads holds %s",
                          pen_size(p, ret->bytes));
    return true;
}

/* ---- lists and queues ------------------------------------------------- */

static bool is_collection(const char *c)
{
    return strncmp(c, "java.util.", 10) == 0 && !strchr(c, '[');
}

/* The class of java.util nearest to where it piles up; NULL: none. */
static const char *nearest_collection(const struct heap_suspect *s)
{
    for (uint64_t i = s->descent.n; i-- > 0;)
        if (is_collection(s->descent.at[i].class_name))
            return s->descent.at[i].class_name;
    if (is_collection(s->class_name))
        return s->class_name;
    for (uint64_t i = s->path.n; i-- > 0;)
        if (is_collection(s->path.at[i].class_name))
            return s->path.at[i].class_name;
    return NULL;
}

bool piles_up_in_sequence(const struct heap_suspect *s)
{
    static const char *const words[] = {"List", "Queue", "Deque", "Vector",
                                        "Stack"};
    const char *c = nearest_collection(s);

    for (size_t i = 0; c && i < sizeof words / sizeof *words; i++)
        if (strstr(c, words[i]))
            return true;
    return false;
}

/* ---- listeners -------------------------------------------------------- */

static bool means_listener(const char *name)
{
    static const char *const words[] = {"listener", "observer", "subscriber",
                                        "callback", "eventbus", "handlers"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (name && strcasestr(name, words[i]))
            return true;
    return false;
}

/* What java.util.Observable keeps its observers in. */
static bool is_of_observable(const struct heap_step *step)
{
    return step->via &&
           (strcmp(step->via, "obs") == 0 ||
            strcmp(step->via, "Observable#obs") == 0) &&
           strcmp(step->class_name, "java.util.Vector") == 0;
}

static bool named_listener(const struct heap_suspect *s)
{
    const struct heap_step *step;

    VEC_EACH (&s->path, step)
        if (means_listener(step->via) || means_listener(step->name) ||
            is_of_observable(step))
            return true;
    VEC_EACH (&s->descent, step)
        if (means_listener(step->via) || is_of_observable(step))
            return true;
    for (uint64_t i = 0; i < s->contents.n; i++)
        if (means_listener(s->contents.at[i].class_name))
            return true;
    return false;
}

size_t outer_length(const char *class_name)
{
    const char *lambda = strstr(class_name, "$$Lambda");
    const char *dollar = lambda ? lambda : strrchr(class_name, '$');

    return dollar ? (size_t)(dollar - class_name) : 0;
}

/* Inner objects and as many of the outer class: each inner one keeps its
 * outer alive by this$0, and a lambda the object that it works on. */
static bool inner_and_outer(const struct heap_suspect *s)
{
    for (uint64_t i = 0; i < s->contents.n; i++) {
        const struct heap_held *inner = &s->contents.at[i];
        size_t n = outer_length(inner->class_name);

        if (!n || jdk_has_type(inner->class_name))
            continue;
        for (uint64_t k = 0; k < s->contents.n; k++) {
            const struct heap_held *outer = &s->contents.at[k];

            if (strlen(outer->class_name) == n &&
                memcmp(outer->class_name, inner->class_name, n) == 0 &&
                outer->objects >= 10 &&
                outer->objects >= inner->objects - inner->objects / 5 &&
                outer->objects <= inner->objects + inner->objects / 5)
                return true;
        }
    }
    return false;
}

static bool in_listeners(const struct heap_suspect *s)
{
    return named_listener(s) || inner_and_outer(s);
}

bool pattern_listeners(const struct heap *h, struct pen *p,
                       struct pattern_match *ret)
{
    if (!sum(h, in_listeners, ret))
        return false;
    ret->text = pen_write(p, "registered listeners keep %s alive",
                          pen_size(p, ret->bytes));
    return true;
}
