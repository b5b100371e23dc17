/* matrix_native.c - native memory filled the container; see matrix.h. */
#include <check.h>

#include "matrix.h"

/* Killed, when one of NMT's categories had grown by 200 MiB. */
static void grew(struct bench *b, const char *category)
{
    given_kill(b, 250 * MIB, 0, 256 * MIB);
    given_category(b, "Java Heap", 8 * MIB, 10 * MIB);
    given_category(b, category, MIB, 201 * MIB);
    given_looks(b, 4 * MIB, 5 * MIB);
}

/* As much memory, but none of it is the category's. */
static void rest_grew_instead(struct bench *b)
{
    struct nmt_category *c;

    VEC_EACH (&b->nmt[1].categories, c)
        c->committed = nmt_find(&b->nmt[0], c->name)->committed;
    given_looks(b, 4 * MIB, 205 * MIB);
}

static void threads(struct bench *b)
{
    grew(b, "Thread");
}

static void code(struct bench *b)
{
    grew(b, "Code");
}

static void compiler(struct bench *b)
{
    grew(b, "Compiler");
}

static void collector(struct bench *b)
{
    grew(b, "GC");
}

static void symbols(struct bench *b)
{
    grew(b, "Symbol");
}

static void module(struct bench *b)
{
    grew(b, "Module");
}

/* Up to JDK 10 NMT has every stack whole, and no page of it. */
static void stacks_of_a_herd(struct bench *b)
{
    given_kill(b, 250 * MIB, 0, 256 * MIB);
    given_part(b, PART_TRACKED, "Thread", KIND_THREAD_STACKS, 2 * MIB,
               16 * MIB);
    given_part(b, PART_UNTRACKED, "outside NMT", KIND_NATIVE_UNTRACKED_MALLOC,
               8 * MIB, 200 * MIB);
    b->facts.parts.at[0].promised = 2 * GIB;
    b->facts.parts.first = &b->moments[0];
    b->facts.xmx = says(b, LINE_JCMD, 32 * MIB);
    b->moments[0].threads = says(b, LINE_PROC, 20);
    b->moments[2].threads = says(b, LINE_PROC, 130);
    b->moments[2].nmt = &b->nmt[1];
}

static void no_herd(struct bench *b)
{
    b->moments[0].threads.value = 110;
}

static void no_room_in_them(struct bench *b)
{
    b->facts.parts.at[0].promised = 130 * MIB;
}

static void pages_of_them_were_seen(struct bench *b)
{
    b->moments[2].smaps = &b->smaps;
    b->moments[2].smaps_input = &b->input;
}

/* ---- direct memory ---------------------------------------------------- */

static void direct_refused(struct bench *b)
{
    given_oome(b, OOME_DIRECT_MEMORY, "Cannot reserve direct buffer memory");
}

static void heap_refused(struct bench *b)
{
    given_oome(b, OOME_HEAP_SPACE, "Java heap space");
}

static void buffers(struct bench *b)
{
    grew(b, "Other");
    given_heap_dump(b, 8 * MIB);
    b->heap.natives.owners.bytes = 190 * MIB;
}

static void buffers_own_little(struct bench *b)
{
    b->heap.natives.owners.bytes = 20 * MIB;
}

static void nio_caches(struct bench *b)
{
    buffers(b);
    b->heap.natives.owners.bytes = 20 * MIB;
    b->heap.natives.nio_cache.bytes = 170 * MIB;
}

static void owned_by_buffers(struct bench *b)
{
    b->heap.natives.owners.bytes = 190 * MIB;
    b->heap.natives.nio_cache.bytes = 2 * MIB;
}

static void segments(struct bench *b)
{
    buffers(b);
    b->heap.natives.owners.bytes = 20 * MIB;
    b->heap.natives.segments.count = 140;
    b->heap.natives.jvm_counter = 200 * MIB;
}

/* The JDK's counter has no more than what the buffers own. */
static void nothing_left_to_segments(struct bench *b)
{
    b->heap.natives.jvm_counter = 20 * MIB;
}

/* ---- outside NMT ------------------------------------------------------ */

static void untracked(struct bench *b)
{
    given_kill(b, 250 * MIB, 0, 256 * MIB);
    given_category(b, "Java Heap", 8 * MIB, 10 * MIB);
    given_category(b, "Code", 8 * MIB, 10 * MIB);
    given_looks(b, 8 * MIB, 200 * MIB);
}

static void live_malloc(struct bench *b)
{
    untracked(b);
    b->moments[2].malloc_in_use = says(b, LINE_ALLOCATOR, 190 * MIB);
}

static void freed_malloc(struct bench *b)
{
    b->moments[2].malloc_in_use = says(b, LINE_ALLOCATOR, 10 * MIB);
    b->moments[2].malloc_retained = says(b, LINE_ALLOCATOR, 180 * MIB);
}

static void kept_by_arenas(struct bench *b)
{
    untracked(b);
    freed_malloc(b);
}

static void in_use_after_all(struct bench *b)
{
    b->moments[2].malloc_in_use = says(b, LINE_ALLOCATOR, 190 * MIB);
    b->moments[2].malloc_retained = says(b, LINE_ALLOCATOR, 5 * MIB);
}

static void stray_mapping(struct bench *b)
{
    untracked(b);
    b->mappings[0] = (struct smaps_map){.from = 0x10000000,
                                        .to = 0x20000000,
                                        .rss = 180 * MIB,
                                        .path = "",
                                        .perms = "rw-p"};
    b->smaps.maps.at = b->mappings;
    b->smaps.maps.n = 1;
    b->moments[2].smaps = &b->smaps;
    b->moments[2].smaps_input = &b->input;
    b->moments[2].map = &b->nmt[1]; /* which has no region there */
}

static void mapping_of_a_file(struct bench *b)
{
    b->mappings[0].path = "/srv/data/index.bin";
}

/* Private mappings of a file that were written to are the process's own. */
static void written_file(struct bench *b)
{
    stray_mapping(b);
    mapping_of_a_file(b);
    b->mappings[0].anon = 180 * MIB;
}

static void shared_file(struct bench *b)
{
    b->mappings[0].perms[3] = 's';
}

static void deflaters(struct bench *b)
{
    untracked(b);
    given_heap_dump(b, 8 * MIB);
    given_peer(b, "java.util.zip.Deflater", 180 * MIB);
}

static void few_deflaters(struct bench *b)
{
    b->heap.natives.peers.at[0].estimated_bytes = 20 * MIB;
}

static void mapped_shmem(struct bench *b)
{
    given_kill(b, 30 * MIB, 220 * MIB, 256 * MIB);
    b->facts.collector = "G1";
}

static void unmapped_shmem(struct bench *b)
{
    mapped_shmem(b);
    b->facts.shmem.value = 10 * MIB;
}

static void little_shmem(struct bench *b)
{
    b->facts.group_shmem.value = 100 * MIB;
}

static void kernel_memory(struct bench *b)
{
    given_kill(b, 60 * MIB, 0, 256 * MIB);
    b->facts.group_kernel.value = 150 * MIB;
}

static void less_than_half(struct bench *b)
{
    b->facts.group_kernel.value = 100 * MIB;
}

/* ---- nothing but the kill and a dump ---------------------------------- */

static void dump_alone(struct bench *b)
{
    given_kill(b, 250 * MIB, 0, 256 * MIB);
    given_heap_dump(b, 8 * MIB);
    b->heap.natives.owners.bytes = 190 * MIB;
}

/* ---- classes ---------------------------------------------------------- */

static void class_herd(struct bench *b)
{
    given_oome(b, OOME_METASPACE, "Metaspace");
    given_heap_dump(b, 20 * MIB);
    b->heap.loaders.family = "rules.Template/";
    b->heap.loaders.family_count = 500;
}

static void loader_herd(struct bench *b)
{
    class_herd(b);
    b->heap.loaders.count = 410;
    b->heap.loaders.repeated_loader = "java.net.URLClassLoader";
    b->heap.loaders.repeated_loader_count = 405;
}

static void few_loaders(struct bench *b)
{
    b->heap.loaders.repeated_loader_count = 3;
}

static void class_space(struct bench *b)
{
    given_oome(b, OOME_CLASS_SPACE, "Compressed class space");
}

static void no_adapter(struct bench *b)
{
    given_oome(b, OOME_CODE_CACHE, "Out of space in CodeCache for adapters");
}

static void metaspace(struct bench *b)
{
    given_oome(b, OOME_METASPACE, "Metaspace");
}

/* ---- not killed ------------------------------------------------------- */

static void still_growing(struct bench *b)
{
    given_life(b, 50 * MIB, 150 * MIB, 260 * MIB);
    given_category(b, "Java Heap", 8 * MIB, 10 * MIB);
    given_category(b, "Thread", MIB, 205 * MIB);
    given_looks(b, 4 * MIB, 5 * MIB);
}

static void only_once(struct bench *b)
{
    b->facts.moments.at[1].anon.value = 259 * MIB;
}

static void live_set_grows(struct bench *b)
{
    given_life(b, 50 * MIB, 60 * MIB, 61 * MIB);
    b->facts.live = says(b, LINE_DUMP, 60 * MIB);
    b->facts.live_before = says(b, LINE_DUMP, 20 * MIB);
}

/* A loader keeps a little heap alive, and much metaspace. */
static void both_grow(struct bench *b)
{
    given_life(b, 50 * MIB, 150 * MIB, 260 * MIB);
    given_category(b, "Java Heap", 8 * MIB, 10 * MIB);
    given_category(b, "Class", MIB, 205 * MIB);
    given_looks(b, 4 * MIB, 5 * MIB);
    b->facts.live = says(b, LINE_DUMP, 60 * MIB);
    b->facts.live_before = says(b, LINE_DUMP, 20 * MIB);
}

static void heap_grows_more(struct bench *b)
{
    b->facts.live.value = 190 * MIB;
}

static void live_set_is_level(struct bench *b)
{
    b->facts.live_before.value = 55 * MIB;
}

static void one_look(struct bench *b)
{
    given_category(b, "Java Heap", 8 * MIB, 10 * MIB);
    given_category(b, "Thread", MIB, 500 * MIB);
    given_looks(b, 4 * MIB, 5 * MIB);
    b->facts.first = b->facts.parts.first = NULL;
}

static void ordinary_threads(struct bench *b)
{
    given_category(b, "Thread", MIB, 100 * MIB);
    given_looks(b, 4 * MIB, 5 * MIB);
    b->facts.first = b->facts.parts.first = NULL;
}

static void refused_after_growth(struct bench *b)
{
    given_hs_err(b, VM_OUT_OF_MEMORY);
    given_category(b, "Java Heap", 8 * MIB, 10 * MIB);
    given_category(b, "Symbol", MIB, 201 * MIB);
    given_looks(b, 4 * MIB, 5 * MIB);
}

static const char killed[] = "killed by the kernel";
static const char refused[] = "metaspace refused";

static const struct pair at[] = {
    {killed, KIND_THREAD_STACKS, threads, rest_grew_instead},
    {killed, KIND_THREAD_STACKS, stacks_of_a_herd, no_herd},
    {killed, KIND_THREAD_STACKS, stacks_of_a_herd, no_room_in_them},
    {killed, KIND_THREAD_STACKS, stacks_of_a_herd, pages_of_them_were_seen},
    {killed, KIND_CODE_CACHE, code, rest_grew_instead},
    {killed, KIND_COMPILER_ARENA, compiler, rest_grew_instead},
    {killed, KIND_GC_STRUCTURES, collector, rest_grew_instead},
    {killed, KIND_SYMBOLS, symbols, rest_grew_instead},
    {killed, KIND_NATIVE_TRACKED_OTHER, module, rest_grew_instead},
    {"direct memory refused", KIND_DIRECT_BUFFERS, direct_refused,
     heap_refused},
    {killed, KIND_DIRECT_BUFFERS, buffers, buffers_own_little},
    {killed, KIND_DIRECT_BUFFERS, dump_alone, buffers_own_little},
    {killed, KIND_DIRECT_BUFFERS_NIO_CACHE, nio_caches, owned_by_buffers},
    {killed, KIND_FFM_SEGMENTS, segments, nothing_left_to_segments},
    {killed, KIND_NATIVE_UNTRACKED_MALLOC, live_malloc, freed_malloc},
    {killed, KIND_GLIBC_ARENAS, kept_by_arenas, in_use_after_all},
    {killed, KIND_NATIVE_UNTRACKED_MMAP, stray_mapping, mapping_of_a_file},
    {killed, KIND_NATIVE_UNTRACKED_MMAP, written_file, shared_file},
    {killed, KIND_ZLIB_NATIVE, deflaters, few_deflaters},
    {"shared memory", KIND_SHMEM_MAPPED, mapped_shmem, little_shmem},
    {"shared memory", KIND_SHMEM_UNMAPPED, unmapped_shmem, little_shmem},
    {"kernel memory", KIND_KERNEL_MEMORY, kernel_memory, less_than_half},
    {refused, KIND_METASPACE_CLASS_LEAK, class_herd, heap_refused},
    {refused, KIND_METASPACE_LOADER_LEAK, loader_herd, few_loaders},
    {refused, KIND_CLASS_SPACE, class_space, metaspace},
    {"code cache refused", KIND_CODE_CACHE, no_adapter, metaspace},
    {"still growing", KIND_THREAD_STACKS, still_growing, only_once},
    {"still growing", KIND_METASPACE_CLASS_LEAK, both_grow, heap_grows_more},
    {"still growing", KIND_HEAP_LEAK, live_set_grows, live_set_is_level},
    {"far beyond the ordinary", KIND_THREAD_STACKS, one_look, ordinary_threads},
    {"native allocation failed", KIND_SYMBOLS, refused_after_growth,
     rest_grew_instead},
};

const struct pairs native_pairs = {at, sizeof at / sizeof *at};
