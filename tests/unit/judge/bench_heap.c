/* bench_heap.c - heap dumps made up for one test; see bench.h. */
#include <check.h>
#include <string.h>

#include "bench.h"

void given_heap_dump(struct bench *b, uint64_t reachable)
{
    struct heap *h = &b->heap;

    h->reachable.bytes = h->all.bytes = reachable;
    h->strings.duplicate_bytes = UNKNOWN;
    h->natives.jvm_counter = h->natives.netty_counter = UNKNOWN;
    h->natives.jvm_limit = UNKNOWN;
    b->facts.heap = h;
    b->facts.dump = &b->input;
}

void given_step(struct bench *b, const char *class_name, const char *name,
                const char *via)
{
    struct heap_step *s = &b->steps[b->suspect.path.n++];

    s->class_name = class_name;
    s->name = name;
    s->via = via;
    b->suspect.path.at = b->steps;
}

void given_held(struct bench *b, const char *class_name, uint64_t objects)
{
    struct heap_held *h = &b->held[b->suspect.contents.n++];

    h->class_name = class_name;
    h->objects = objects;
    b->suspect.contents.at = b->held;
}

void given_suspect(struct bench *b, const char *class_name, uint64_t bytes)
{
    b->suspect.class_name = class_name;
    b->suspect.retained = bytes;
    b->suspect.root_kind = "sticky_class";
    ck_assert(vec_push(&b->heap.suspects, &b->mem, &b->err));
    *vec_last(&b->heap.suspects) = b->suspect;
}

void given_row(struct bench *b, const char *name, uint64_t objects,
               uint64_t retained)
{
    struct heap_class_row *r;

    ck_assert(vec_push(&b->heap.histogram, &b->mem, &b->err));
    r = vec_last(&b->heap.histogram);
    r->name = name;
    r->objects = objects;
    r->shallow = objects * 16;
    r->retained = retained;
}

void given_thread(struct bench *b, const char *name, uint64_t retained,
                  uint64_t on_stack)
{
    struct heap_thread *t;

    ck_assert(vec_push(&b->heap.threads, &b->mem, &b->err));
    t = vec_last(&b->heap.threads);
    t->name = name;
    t->retained = retained;
    t->stack_retained = on_stack;
}

void given_peer(struct bench *b, const char *class_name, uint64_t bytes)
{
    struct heap_peer *p;

    ck_assert(vec_push(&b->heap.natives.peers, &b->mem, &b->err));
    p = vec_last(&b->heap.natives.peers);
    p->class_name = class_name;
    p->count = bytes >> 18;
    p->estimated_bytes = bytes;
}
