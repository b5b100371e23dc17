/*
 * test_batch.c - the queue with workers that do what a bad dump may make
 * them do: crash, hang, eat memory, say half a row. None stops the others,
 * and a second run finds all done.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fleet/batch.h"
#include "fleet/content.h"
#include "suites.h"
#include "tests/support/tempdir.h"

static const char kernel[] =
    "[ 3168.6] java invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, "
    "oom_score_adj=0\n"
    "[ 3168.7] Memory cgroup out of memory: Killed process 4242 (java) "
    "total-vm:2420492kB, anon-rss:230000kB, file-rss:10000kB, shmem-rss:0kB, "
    "UID:0 pgtables:600kB oom_score_adj:0\n";

static struct tempdir dir;
static struct mem mem;
static struct err err;
static struct batch_options options;
static struct batch_result result;

static void setup(void)
{
    tempdir_create(&dir);
    mem_init(&mem, 0);
    memset(&err, 0, sizeof err);
    memset(&options, 0, sizeof options);
    options.jobs = 2;
    options.timeout = 20;
    options.max_memory = (uint64_t)256 << 20;
    thresholds_init(&options.thresholds);
}

static void teardown(void)
{
    ck_assert_uint_eq(mem.held, 0);
    tempdir_remove(&dir);
}

static void put_case(const char *name)
{
    char path[128], text[sizeof kernel + 64];

    snprintf(path, sizeof path, "in/%s/dmesg.txt", name);
    snprintf(text, sizeof text, "%s# %s\n", kernel, name);
    tempdir_write(&dir, path, text);
}

static void run(void)
{
    char in[600], out[600];
    const char *paths[] = {in};

    snprintf(in, sizeof in, "%s", tempdir_path(&dir, "in"));
    snprintf(out, sizeof out, "%s", tempdir_path(&dir, "out"));
    options.folder = out;
    ck_assert_msg(batch_run(&options, paths, 1, &mem, &result, &err), "%s",
                  err.text);
}

static void forget(void)
{
    batch_result_deinit(&result, &mem);
}

static const struct batch_item *item(const char *name)
{
    const struct batch_item *it;

    VEC_EACH (&result.items, it) {
        const char *slash = strrchr(it->name, '/');

        if (slash && strcmp(slash + 1, name) == 0)
            return it;
    }
    ck_abort_msg("no case %s", name);
}

/* What the name of the case says. */
static void misbehave(const struct fleet_case *c,
                      const struct worker_options *w, const char *unpack_to,
                      FILE *to)
{
    char content[CONTENT_TEXT];
    const char *name = strrchr(c->name, '/') + 1;

    (void)w, (void)unpack_to;
    content_of_text(name, strlen(name), content);
    if (strcmp(name, "silent") == 0)
        return;
    fprintf(to, "content %s\n", content);
    fflush(to);
    if (strcmp(name, "crash") == 0)
        raise(SIGABRT); /* sanitizers catch others */
    if (strcmp(name, "hang") == 0)
        for (;;)
            pause();
    if (strcmp(name, "half") == 0) {
        fprintf(to, "status analysed\nkind heap_l");
        return;
    }
    if (strcmp(name, "flood") == 0)
        for (int i = 0; i < 1 << 20; i++)
            fputs("summary xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n", to);
    fprintf(to, "status %s\nend\n",
            w->is_known(w->ctx, content) ? STATUS_KNOWN : STATUS_ANALYSED);
}

START_TEST(one_bad_case_stops_nobody)
{
    static const char *const names[] = {"crash", "half",   "hang",
                                        "one",   "silent", "two"};
    static const char *const statuses[] = {STATUS_CRASHED, STATUS_CRASHED,
                                           STATUS_TIMEOUT, STATUS_ANALYSED,
                                           STATUS_CRASHED, STATUS_ANALYSED};
    size_t i;

    for (i = 0; i < 6; i++)
        put_case(names[i]);
    options.work = misbehave;
    options.timeout = 1;
    run();
    ck_assert_uint_eq(result.items.n, 6);
    for (i = 0; i < 6; i++)
        ck_assert_str_eq(item(names[i])->status, statuses[i]);
    ck_assert_ptr_nonnull(strstr(item("crash")->error, "signal 6"));
    forget();
    run(); /* all known but the one without content */
    ck_assert_uint_eq(result.items.n, 6);
    for (i = 0; i < 6; i++)
        ck_assert_str_eq(item(names[i])->status, statuses[i]);
    forget();
}
END_TEST

START_TEST(a_flood_is_cut_off)
{
    put_case("flood");
    put_case("one");
    options.work = misbehave;
    run();
    ck_assert_str_eq(item("flood")->status, STATUS_CRASHED);
    ck_assert_str_eq(item("one")->status, STATUS_ANALYSED);
    forget();
}
END_TEST

/* Beside the budget that an analysis keeps by itself. */
static void eat(const struct fleet_case *c, const struct worker_options *w,
                const char *unpack_to, FILE *to)
{
    size_t n = (size_t)2 << 30;
    void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                   -1, 0);

    (void)c, (void)w, (void)unpack_to;
    fprintf(to, "content %064d\nstatus %s\nend\n", 1,
            p == MAP_FAILED ? STATUS_MEMORY : STATUS_ANALYSED);
}

START_TEST(the_limit_holds_what_keeps_no_budget)
{
    put_case("one");
    options.work = eat;
    options.max_memory = (uint64_t)64 << 20;
    run();
#if !defined(__SANITIZE_ADDRESS__)
    ck_assert_str_eq(item("one")->status, STATUS_MEMORY);
#endif
    forget();
}
END_TEST

START_TEST(real_cases_are_analysed_once)
{
    struct stored_rows rows = {0};
    struct store *s;
    struct arena a;

    put_case("one");
    put_case("two");
    tempdir_write(&dir, "in/copy/dmesg.txt", "");
    tempdir_write_bytes(&dir, "in/copy/dmesg.txt", kernel, sizeof kernel - 1);
    tempdir_write_bytes(&dir, "in/same/dmesg.txt", kernel, sizeof kernel - 1);
    tempdir_write(&dir, "in/bad.zip", "no archive");
    options.jobs = 1;
    run();
    ck_assert_uint_eq(result.items.n, 5);
    ck_assert_str_eq(item("one")->status, STATUS_ANALYSED);
    ck_assert_str_eq(item("bad.zip")->status, STATUS_FAILED);
    ck_assert_uint_eq(result.known, 1); /* the second of two copies */
    forget();
    run();
    ck_assert_uint_eq(result.known, 5);
    ck_assert_str_eq(item("bad.zip")->status, STATUS_FAILED);
    forget();
    options.retry = true;
    run();
    ck_assert_uint_eq(result.known, 4);
    forget();
    arena_init(&a, &mem);
    ck_assert(store_open(tempdir_path(&dir, "out/" STORE_NAME), false, &mem, &s,
                         &err));
    ck_assert(store_rows(s, &a, &rows, &err));
    ck_assert_uint_eq(rows.at.n, 4);
    store_close(s);
    vec_free(&rows.at, &mem);
    arena_deinit(&a);
}
END_TEST

START_TEST(nothing_to_do_is_an_error)
{
    char in[600], out[600];
    const char *paths[] = {in};

    tempdir_write(&dir, "in/notes.txt", "nothing\n");
    snprintf(in, sizeof in, "%s", tempdir_path(&dir, "in"));
    snprintf(out, sizeof out, "%s", tempdir_path(&dir, "out"));
    options.folder = out;
    ck_assert(!batch_run(&options, paths, 1, &mem, &result, &err));
    ck_assert_int_eq(err.code, ERR_FORMAT);
}
END_TEST

/* Says through a pipe that it has begun, and stays. */
static int begun;

static void say_and_stay(const struct fleet_case *c,
                         const struct worker_options *w, const char *unpack_to,
                         FILE *to)
{
    (void)c, (void)w, (void)unpack_to, (void)to;
    (void)!write(begun, "b", 1);
    for (;;)
        pause();
}

START_TEST(two_batches_do_not_share_a_folder)
{
    char in[600], out[600], byte;
    const char *paths[] = {in};
    int fds[2];
    pid_t other;

    put_case("stay");
    ck_assert_int_eq(pipe(fds), 0);
    begun = fds[1];
    options.work = say_and_stay;
    options.timeout = 0;
    other = fork();
    if (other == 0) {
        run();
        _exit(0);
    }
    ck_assert_int_eq(read(fds[0], &byte, 1), 1);
    snprintf(in, sizeof in, "%s", tempdir_path(&dir, "in"));
    snprintf(out, sizeof out, "%s", tempdir_path(&dir, "out"));
    options.folder = out;
    ck_assert(!batch_run(&options, paths, 1, &mem, &result, &err));
    ck_assert_int_eq(err.code, ERR_IO);
    ck_assert_ptr_nonnull(strstr(err.text, "in use"));
    kill(other, SIGKILL);
    waitpid(other, NULL, 0);
    close(fds[0]);
    close(fds[1]);
}
END_TEST

Suite *batch_suite(void)
{
    Suite *s = suite_create("batch");
    TCase *t = tcase_create("batch");

    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, one_bad_case_stops_nobody);
    tcase_add_test(t, a_flood_is_cut_off);
    tcase_add_test(t, the_limit_holds_what_keeps_no_budget);
    tcase_add_test(t, real_cases_are_analysed_once);
    tcase_add_test(t, nothing_to_do_is_an_error);
    tcase_add_test(t, two_batches_do_not_share_a_folder);
    suite_add_tcase(s, t);
    return s;
}
