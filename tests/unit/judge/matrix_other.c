/*
 * matrix_other.c - other processes, limits, sizes, ends that were not for
 * memory, and not knowing; see matrix.h.
 */
#include <check.h>
#include <string.h>

#include "matrix.h"

/* ---- other processes -------------------------------------------------- */

static void neighbour(struct bench *b)
{
    given_kill(b, 40 * MIB, 0, 256 * MIB);
    given_task(b, 0, 77, "sidecar", 210 * MIB);
}

static void child(struct bench *b)
{
    neighbour(b);
    b->facts.family = FAMILY_CHILD;
    b->facts.descends = b->facts.family_proven = true;
    b->facts.parent = says(b, LINE_PROC, 4242);
}

/* JDKs name the thread that waits for a child by its pid. */
static void awaited(struct bench *b)
{
    neighbour(b);
    b->facts.child_seen = b->facts.hog_is_child = true;
}

static void no_thread_waits(struct bench *b)
{
    b->facts.child_seen = b->facts.hog_is_child = false;
}

static void victim_held_most(struct bench *b)
{
    b->facts.anon.value = 200 * MIB;
}

static void started_by_another(struct bench *b)
{
    b->facts.family = FAMILY_STRANGER;
}

static void another_victim(struct bench *b)
{
    given_kill(b, 200 * MIB, 0, 256 * MIB);
    b->facts.other = b->facts.kill;
    b->kill.name = "ffmpeg";
    memset(&b->facts.kill, 0, sizeof b->facts.kill);
}

/* Of two kills our own counts. */
static void and_this_one(struct bench *b)
{
    b->facts.kill = b->facts.other;
}

/* ---- killed, and no part stands out ----------------------------------- */

static void all_parts_grew(struct bench *b)
{
    given_kill(b, 250 * MIB, 0, 256 * MIB);
    given_category(b, "Java Heap", 4 * MIB, 60 * MIB);
    given_category(b, "Thread", MIB, 60 * MIB);
    given_category(b, "Code", 8 * MIB, 65 * MIB);
    given_category(b, "Metaspace", MIB, 55 * MIB);
    given_looks(b, 4 * MIB, 5 * MIB);
}

static void nobody_was_killed(struct bench *b)
{
    memset(&b->facts.kill, 0, sizeof b->facts.kill);
}

static void nobody_looked(struct bench *b)
{
    given_kill(b, 250 * MIB, 0, 256 * MIB);
}

static void one_grew(struct bench *b)
{
    given_category(b, "Java Heap", 4 * MIB, 10 * MIB);
    given_category(b, "Thread", MIB, 200 * MIB);
    given_looks(b, 4 * MIB, 5 * MIB);
}

/* ---- sizes ------------------------------------------------------------ */

static void no_room(struct bench *b)
{
    given_warning(b, WARN_RESERVE_FAILED,
                  "Could not reserve enough space for object heap");
}

/* It did start, then: the warning is of an attempt before. */
static void it_ran(struct bench *b)
{
    given_oome(b, OOME_HEAP_SPACE, "Java heap space");
}

static void refused(struct bench *b, const char *function, uint64_t bytes,
                    const char *sentence)
{
    given_hs_err(b, VM_OUT_OF_MEMORY);
    b->hs_err.failure.function = function;
    b->hs_err.failure.bytes = bytes;
    b->hs_err.failure.sentence = sentence;
}

static void heap_at_start_up(struct bench *b)
{
    refused(b, "mmap", 8 * GIB, "mmap failed");
    b->hs_err.heap_min = 8 * GIB;
    b->hs_err.uptime = 0.3;
    b->hs_err.available = 4 * GIB;
}

static void long_after_that(struct bench *b)
{
    b->hs_err.uptime = 3600;
}

static void most_of_the_machine(struct bench *b)
{
    refused(b, "mmap", 256 * MIB, "mmap failed");
    b->hs_err.physical = 8 * GIB;
    b->hs_err.available = 50 * MIB;
    b->hs_err.rss = 7 * GIB;
}

static void others_have_it(struct bench *b)
{
    b->hs_err.rss = 2 * GIB;
}

static void one_compilation(struct bench *b)
{
    refused(b, "malloc", 512 * MIB, "malloc failed");
    b->hs_err.failure.purpose = "Chunk::new";
    b->hs_err.current_thread = "JavaThread \"C2 CompilerThread1\" daemon";
}

/* Anybody may have taken the rest, then. */
static void ordinary_chunk(struct bench *b)
{
    b->hs_err.failure.bytes = 32744;
}

/* NMT of it shows nothing that grew. */
static void short_of_address_space(struct bench *b)
{
    refused(b, "mmap", 64 * MIB, "mmap failed");
    given_category(b, "Java Heap", 8 * MIB, 10 * MIB);
    given_category(b, "Code", 8 * MIB, 8 * MIB);
    given_looks(b, 4 * MIB, 4 * MIB);
    b->facts.address_space = says(b, LINE_PROC, 2 * GIB);
    b->hs_err.vm_size = 2 * GIB - 32 * MIB;
}

static void half_of_it_mapped(struct bench *b)
{
    b->hs_err.vm_size = GIB;
}

/* Unsafe.allocateMemory threw, and NMT shows nothing that grew. */
static void malloc_refused(struct bench *b)
{
    given_oome(b, OOME_NATIVE, "Unable to allocate 16777216 bytes");
    given_category(b, "Java Heap", 8 * MIB, 10 * MIB);
    given_category(b, "Code", 8 * MIB, 8 * MIB);
    given_looks(b, 4 * MIB, 4 * MIB);
    b->facts.address_space = says(b, LINE_PROC, 2 * GIB);
}

static void no_ulimit(struct bench *b)
{
    b->facts.address_space = figure_none();
}

static void malloc_after_growth(struct bench *b)
{
    given_oome(b, OOME_NATIVE, "Unable to allocate 16777216 bytes");
    given_category(b, "Java Heap", 8 * MIB, 10 * MIB);
    given_category(b, "Symbol", MIB, 901 * MIB);
    given_looks(b, 4 * MIB, 4 * MIB);
}

static void bare_header(struct bench *b)
{
    refused(b, "malloc", 32744, "malloc failed");
}

/* ---- limits ----------------------------------------------------------- */

static void no_thread(struct bench *b)
{
    given_oome(b, OOME_NATIVE_THREAD, "unable to create native thread");
}

static void no_gc_thread(struct bench *b)
{
    refused(b, NULL, UNKNOWN, "Cannot create GC thread.");
    b->hs_err.available = GIB;
}

static void other_sentence(struct bench *b)
{
    b->hs_err.failure.sentence = "malloc failed";
}

static void maps_full(struct bench *b)
{
    b->facts.map_count = says(b, LINE_HS_ERR, 65530);
    b->facts.max_map_count = says(b, LINE_HS_ERR, 65530);
}

static void few_maps(struct bench *b)
{
    b->facts.map_count.value = 400;
}

/* Native threads that nobody joined: memory grows too. */
static void more_maps(struct bench *b)
{
    given_life(b, 50 * MIB, 150 * MIB, 260 * MIB);
    b->facts.limit = says(b, LINE_CGROUP, 512 * MIB);
    b->facts.maps_at_first = says(b, LINE_PROC, 6304);
    b->facts.map_count = says(b, LINE_PROC, 54504);
    b->facts.max_map_count = says(b, LINE_PROC, 65530);
}

static void memory_first(struct bench *b)
{
    b->facts.limit.value = 300 * MIB;
}

/* ---- not for memory --------------------------------------------------- */

static void crash(struct bench *b)
{
    given_hs_err(b, VM_CRASH);
    b->hs_err.headline = "SIGSEGV (0xb)";
}

/* VM.info, asked of a living one. */
static void it_lives(struct bench *b)
{
    b->hs_err.death = VM_ALIVE;
}

/* glibc's own words, before it aborts. */
static void aborted(struct bench *b)
{
    given_warning(b, WARN_ABORTED, "free(): invalid pointer");
}

static void after_an_error(struct bench *b)
{
    given_oome(b, OOME_METASPACE, "Metaspace");
}

static void exit_134(struct bench *b)
{
    b->facts.exit_status = says(b, LINE_LOG, 134);
}

/* The JVM aborts for that as well. */
static void memory_refused(struct bench *b)
{
    given_warning(b, WARN_ALLOC_FAILED, "Native memory allocation failed");
}

static void threw(struct bench *b)
{
    given_warning(b, WARN_UNCAUGHT, "Exception in thread \"main\" a.B");
    b->facts.exit_status = says(b, LINE_LOG, 1);
}

static void sigterm(struct bench *b)
{
    given_life(b, 50 * MIB, 90 * MIB, 91 * MIB);
    b->facts.exit_status = says(b, LINE_LOG, 143);
}

static void exit_1(struct bench *b)
{
    b->facts.exit_status.value = 1;
}

static void sigkill(struct bench *b)
{
    b->facts.exit_status = says(b, LINE_LOG, 137);
    b->facts.group_kills = says(b, LINE_CGROUP, 0);
}

static void the_group_lost_one(struct bench *b)
{
    b->facts.group_kills.value = 1;
}

static void sudden_end(struct bench *b)
{
    given_life(b, 50 * MIB, 90 * MIB, 120 * MIB);
    b->facts.gc = &b->gc;
    b->facts.gc_input = &b->input;
    b->facts.gone = b->facts.cut_off = true;
    b->facts.kernel_log = false;
    b->facts.group_kills = says(b, LINE_CGROUP, 0);
    b->facts.limit = says(b, LINE_CGROUP, 1000 * MIB);
}

static void left_in_order(struct bench *b)
{
    b->facts.exit_line = says(b, LINE_GC, 9);
    b->facts.gc_input = &b->input;
    b->facts.watched = WATCH_ERRORS;
    given_heap(b, 64 * MIB, 8 * MIB);
}

static void heap_was_full(struct bench *b)
{
    b->facts.live.value = 60 * MIB;
}

static void near_the_limit(struct bench *b)
{
    b->facts.limit.value = 130 * MIB;
}

static void healthy(struct bench *b)
{
    given_life(b, 50 * MIB, 90 * MIB, 91 * MIB);
}

static void tmpfs_fills(struct bench *b)
{
    b->facts.moments.at[0].group_shmem = says(b, LINE_CGROUP, MIB);
    b->facts.moments.at[2].group_shmem = says(b, LINE_CGROUP, 90 * MIB);
}

static void grows_at_the_end(struct bench *b)
{
    b->facts.moments.at[1].anon.value = 60 * MIB;
}

static void nothing(struct bench *b)
{
    (void)b;
}

static const char failed[] = "native allocation failed";
static const char no_malloc[] = "native memory refused";

static const struct pair at[] = {
    {"another process holds the memory", KIND_NEIGHBOUR, neighbour,
     victim_held_most},
    {"another process holds the memory", KIND_CHILD_PROCESS, child,
     started_by_another},
    {"another process holds the memory", KIND_CHILD_PROCESS, awaited,
     no_thread_waits},
    {"another process was killed", KIND_NEIGHBOUR, another_victim,
     and_this_one},
    {"killed by the kernel", KIND_PARTS_EXCEED_LIMIT, all_parts_grew, one_grew},
    {"killed by the kernel", KIND_NOT_ENOUGH_EVIDENCE, nobody_looked,
     nobody_was_killed},
    {"no room for the heap", KIND_HEAP_RESERVATION_TOO_LARGE, no_room, it_ran},
    {failed, KIND_HEAP_RESERVATION_TOO_LARGE, heap_at_start_up,
     long_after_that},
    {failed, KIND_PARTS_EXCEED_LIMIT, most_of_the_machine, others_have_it},
    {failed, KIND_PARTS_EXCEED_LIMIT, short_of_address_space,
     half_of_it_mapped},
    {no_malloc, KIND_PARTS_EXCEED_LIMIT, malloc_refused, no_ulimit},
    {no_malloc, KIND_SYMBOLS, malloc_after_growth, it_ran},
    {failed, KIND_COMPILER_ARENA, one_compilation, ordinary_chunk},
    {failed, KIND_NATIVE_THREAD_LIMIT, no_gc_thread, other_sentence},
    {failed, KIND_NOT_ENOUGH_EVIDENCE, bare_header, it_lives},
    {"thread refused", KIND_NATIVE_THREAD_LIMIT, no_thread, it_ran},
    {"mapping refused", KIND_MAP_COUNT_LIMIT, maps_full, few_maps},
    {"ever more mappings", KIND_MAP_COUNT_LIMIT, more_maps, memory_first},
    {"crash", KIND_CRASH, crash, it_lives},
    {"crash", KIND_CRASH, aborted, after_an_error},
    {"crash", KIND_CRASH, exit_134, memory_refused},
    {"killed, but not for memory", KIND_SIGKILL, sigkill, the_group_lost_one},
    {"gone suddenly", KIND_SIGKILL, sudden_end, near_the_limit},
    {"left in good order", KIND_HEALTHY, left_in_order, heap_was_full},
    {"asked to stop", KIND_SIGKILL, sigterm, exit_1},
    {"ended by an exception", KIND_HEALTHY, threw, memory_refused},
    {"healthy", KIND_HEALTHY, healthy, grows_at_the_end},
    {"healthy", KIND_HEALTHY, healthy, tmpfs_fills},
    {"undecided", KIND_NOT_ENOUGH_EVIDENCE, nothing, healthy},
};

const struct pairs other_pairs = {at, sizeof at / sizeof *at};
