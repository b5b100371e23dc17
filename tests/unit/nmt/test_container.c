/*
 * test_container.c - what kubectl and docker say of a container's limit and
 * of the options it gives the JVM, and when they say too much to be sure.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/size.h"
#include "nmt/artifact.h"
#include "nmt/container.h"
#include "nmt/process.h"
#include "tests/unit/nmt/jvm_texts.h"
#include "suites.h"

/* What a test reads, one text at a time. */
static struct text t;

static void end(void)
{
    text_end(&t);
}

static const char described[] = "Name:  shop-1\n"
                                "Containers:\n"
                                "  shop:\n"
                                "    Container ID:  containerd://4d\n"
                                "    Image:         registry/shop:1\n"
                                "    Last State:    Terminated\n"
                                "      Reason:      OOMKilled\n"
                                "      Exit Code:   137\n"
                                "    Limits:\n"
                                "      cpu:     2\n"
                                "      memory:  512Mi\n"
                                "    Requests:\n"
                                "      memory:  256Mi\n"
                                "    Environment:\n"
                                "      JAVA_TOOL_OPTIONS:  -Xmx400m -Xss1m\n";

static const char sidecar[] = "  proxy:\n"
                              "    Container ID:  containerd://5e\n"
                              "    Image:         registry/proxy:1\n"
                              "    Limits:\n"
                              "      memory:  64Mi\n";

static const char unlimited[] = "  proxy:\n"
                                "    Container ID:  containerd://5e\n"
                                "    Image:         registry/proxy:1\n";

static const char yaml[] = "apiVersion: v1\n"
                           "spec:\n"
                           "  containers:\n"
                           "  - args:\n"
                           "    - -Xmx400m\n"
                           "    image: registry/shop:1\n"
                           "    resources:\n"
                           "      limits:\n"
                           "        cpu: \"2\"\n"
                           "        memory: 500M\n"
                           "      requests:\n"
                           "        memory: 256Mi\n"
                           "status:\n"
                           "  containerStatuses:\n"
                           "  - containerID: containerd://4d\n"
                           "    lastState:\n"
                           "      terminated:\n"
                           "        exitCode: 137\n";

static const char json[] =
    "{\"spec\":{\"containers\":[{\"args\":[\"-Xmx400m\",\"-jar\"],\"resources\""
    ":{\"limits\":{\"cpu\":\"2\",\"memory\":\"0.5Gi\"},\"requests\":{"
    "\"memory\":\"256Mi\"}}}]},\"status\":{\"containerStatuses\":[{\"name\":"
    "\"shop\",\"restartCount\":3}]}}\n";

static const char docker[] = "[\n"
                             "    {\n"
                             "        \"Args\": [\"-Xmx400m\", \"-jar\"],\n"
                             "        \"State\": {\n"
                             "            \"OOMKilled\": true,\n"
                             "            \"ExitCode\": 137\n"
                             "        },\n"
                             "        \"HostConfig\": {\n"
                             "            \"Memory\": 536870912,\n"
                             "            \"MemorySwap\": 1073741824\n"
                             "        }\n"
                             "    }\n"
                             "]\n";

static const char without[] = "\"HostConfig\": {\n"
                              "  \"Memory\": 0,\n"
                              "  \"Binds\": []\n"
                              "}\n";

static const struct {
    const char *text, *more;
    uint64_t limit, line, xmx;
} samples[] = {
    {described, "", 512 * MIB, 11, 400 * MIB},
    {described, described, 512 * MIB, 26, 400 * MIB},
    {described, sidecar, UNKNOWN, 20, 400 * MIB},
    {described, unlimited, UNKNOWN, 11, 400 * MIB},
    {described, "      OTHER:  -Xmx1g\n", 512 * MIB, 11, UNKNOWN},
    {yaml, "", 500000000, 10, 400 * MIB},
    {yaml, "    resources: {}\n", UNKNOWN, 10, 400 * MIB},
    {json, "", 512 * MIB, 1, 400 * MIB},
    {docker, "", 512 * MIB, 9, 400 * MIB},
    {without, "", UNKNOWN, 0, UNKNOWN},
};

START_TEST(limits_and_options)
{
    struct container c;
    char text[4096];

    strcpy(text, samples[_i].text);
    strcat(text, samples[_i].more);
    text_open(&t, text);
    ck_assert_int_eq(artifact_sniff(t.source, "a"), ARTIFACT_CONTAINER);
    ck_assert(container_read(t.source, &t.arena, &c, &t.err));
    ck_assert_uint_eq(c.limit, samples[_i].limit);
    ck_assert_uint_eq(c.line, samples[_i].line);
    ck_assert_uint_eq(c.flags.xmx, samples[_i].xmx);
    text_close(&t);
}
END_TEST

/* A "memory" that no limit is above of, or that is no quantity. */
START_TEST(what_is_no_limit)
{
    static const char *const texts[] = {
        "Requests:\n  memory: 1Gi\n",
        "Limits:\n  cpu: 2\nOther:\n  memory: 1Gi\n",
        "limits:\n  memory: lots\n",
        "limits:\n  memory: 100m\n",
        "limits:\n  memory: 99999999Ti\n",
        "\"limits\": {\"cpu\": 1}, \"other\": {\"memory\": \"1Gi\"}\n",
        "\"limits\": {\"memory\": \"",
        "limits:",
        "memory:",
        "",
    };
    struct container c;

    TEXT_READ(&t, texts[_i], container_read, &c);
    ck_assert_uint_eq(c.limit, UNKNOWN);
}
END_TEST

/* ---- docker stats ------------------------------------------------------- */

START_TEST(tables_of_docker_stats)
{
    static const char head[] =
        "CONTAINER ID   NAME   CPU %   MEM USAGE / LIMIT   MEM %   NET I/O\n";
    static const struct {
        const char *rows;
        uint64_t limit, usage, usage_line;
    } tables[] = {
        {"f2d3   shop   1.2%   498.2MiB / 512MiB   97.3%   1.2kB / 648B\n",
         512 * MIB, 522400563, 2},
        {"f2d3   shop   1.2%   498MiB / 512MiB     97.3%   1.2kB / 648B\n"
         "f2d3   shop   1.2%   499MiB / 512MiB     97.4%   1.2kB / 648B\n"
         "f2d3   shop   1.2%   497MiB / 512MiB     97.3%   1.2kB / 648B\n",
         512 * MIB, 499 * MIB, 3},
        {"f2d3   shop   1.2%   498.2MiB / 512MiB   97.3%   1.2kB / 648B\n"
         "a2d3   db     1.2%   498.2MiB / 1GiB     97.3%   1.2kB / 648B\n",
         UNKNOWN, UNKNOWN, 2},
        {"f2d3   shop   --     0B / 0B             0.0%    0B / 0B\n", UNKNOWN,
         UNKNOWN, 0},
        {"f2d3   shop   1.2%   498MB / 536.9MB     97.3%   1.2kB / 648B\n",
         536900000, 498000000, 2},
    };
    struct container c;
    char text[1024];

    snprintf(text, sizeof text, "%s%s", head, tables[_i].rows);
    TEXT_READ(&t, text, container_read, &c);
    ck_assert_uint_eq(c.limit, tables[_i].limit);
    ck_assert_uint_eq(c.usage, tables[_i].usage);
    ck_assert_uint_eq(c.usage_line, tables[_i].usage_line);
}
END_TEST

/* ---- services of systemd ---------------------------------------------- */

static const char shown[] =
    "Type=simple\n"
    "MainPID=0\n"
    "Result=oom-kill\n"
    "ExecMainPID=4711\n"
    "ExecMainCode=2\n"
    "ExecMainStatus=9\n"
    "ExecStart={ path=/usr/bin/java ; argv[]=/usr/bin/java -Xmx400m -jar "
    "shop.jar ; ignore_errors=no ; pid=4711 ; code=killed ; status=9 }\n"
    "MemoryCurrent=[not set]\n"
    "TasksMax=512\n"
    "MemoryMax=536870912\n"
    "MemoryLimit=infinity\n"
    "MemorySwapMax=0\n";

static const char status_text[] =
    "* shop.service - Shop\n"
    "     Loaded: loaded (/etc/systemd/system/shop.service; enabled)\n"
    "     Active: active (running) since Mon 2026-01-05 10:11:12 UTC; 1h ago\n"
    "   Main PID: 4711 (java)\n"
    "      Tasks: 43 (limit: 512)\n"
    "     Memory: 498.5M (high: 480.0M, swap max: 0B, max: 512.0M)\n"
    "     CGroup: /system.slice/shop.service\n"
    "             `-4711 /usr/bin/java -Xmx400m -jar shop.jar\n";

static const char old_status[] =
    "   Loaded: loaded (/etc/systemd/system/shop.service; enabled)\n"
    "    Tasks: 43\n"
    "   Memory: 1.5G (limit: 2.0G)\n"
    "           `-4711 /usr/bin/java -Xmx400m\n";

static const char failed[] =
    "x shop.service - Shop\n"
    "     Loaded: loaded (/etc/systemd/system/shop.service; enabled)\n"
    "     Active: failed (Result: oom-kill) since Tue 2026-01-06 10:11:12 UTC\n"
    "    Process: 4711 ExecStart=/opt/jdk/bin/java -Xmx400m -jar s.jar "
    "(code=killed, signal=KILL)\n"
    "   Main PID: 4711 (code=killed, signal=KILL)\n"
    "     Memory: 0B (max: 512.0M, swap max: 0B, peak: 511.5M, swap peak: 0B)\n"
    "\n"
    "Jan 06 10:11:12 web-01 java[4711]: Memory: 4G\n";

static const char script_ended[] =
    "Jan 06 10:11:12 web-01 run.sh[4711]: x\n"
    "x shop.service - Shop\n"
    "     Loaded: loaded (/etc/systemd/system/shop.service; enabled)\n"
    "     Active: failed (Result: exit-code) since Tue 2026-01-06 10:11:12\n"
    "    Process: 4711 ExecStart=/opt/run.sh -Xmx400m (code=exited, "
    "status=137)\n"
    "   Main PID: 4711 (code=exited, status=137)\n";

static const char unit_file[] = "[Service]\n"
                                "ExecStart=/usr/bin/java -Xmx400m -jar s.jar\n"
                                "MemoryHigh=80%\n"
                                "MemoryMax=1G\n"
                                "TasksMax=infinity\n";

static const char no_limit[] = "ExecMainCode=1\n"
                               "ExecMainStatus=143\n"
                               "ExecStart=java -Xmx400m\n"
                               "MemoryMax=infinity\n"
                               "MemoryCurrent=1024\n";

static const struct {
    const char *text;
    uint64_t limit, memory, tasks, status, pid;
} units[] = {
    {shown, 512 * MIB, UNKNOWN, 512, 137, UNKNOWN},
    {status_text, 512 * MIB, 498 * MIB + 512 * KIB, 512, UNKNOWN, UNKNOWN},
    {old_status, 2 * GIB, GIB + 512 * MIB, UNKNOWN, UNKNOWN, UNKNOWN},
    {failed, 512 * MIB, 511 * MIB + 512 * KIB, UNKNOWN, 137, 4711},
    {script_ended, UNKNOWN, UNKNOWN, UNKNOWN, 137, UNKNOWN},
    {unit_file, GIB, UNKNOWN, LIMIT_UNLIMITED, UNKNOWN, UNKNOWN},
    {no_limit, LIMIT_UNLIMITED, 1024, UNKNOWN, 143, UNKNOWN},
};

START_TEST(services)
{
    struct container c;

    text_open(&t, units[_i].text);
    ck_assert_int_eq(artifact_sniff(t.source, "a"), ARTIFACT_CONTAINER);
    ck_assert(container_read(t.source, &t.arena, &c, &t.err));
    ck_assert_uint_eq(c.limit, units[_i].limit);
    ck_assert_uint_eq(c.flags.xmx, 400 * MIB);
    ck_assert_uint_eq(unit_value(unit_memory(&c.unit)), units[_i].memory);
    ck_assert_uint_eq(unit_value(&c.unit.pid), units[_i].pid);
    ck_assert_uint_eq(unit_value(&c.unit.tasks), units[_i].tasks);
    ck_assert_uint_eq(unit_exit_status(&c.unit), units[_i].status);
    text_close(&t);
}
END_TEST

START_TEST(several_services_leave_it_open)
{
    struct container c;

    TEXT_READ(&t, "MemoryMax=1G\nTasksMax=5\n\nMemoryMax=2G\nTasksMax=5\n",
              container_read, &c);
    ck_assert_uint_eq(c.limit, UNKNOWN);
    ck_assert_uint_eq(unit_value(&c.unit.tasks), 5);
}
END_TEST

static bool read_one(struct source *s, struct arena *a, struct err *e)
{
    struct container c;

    return container_read(s, a, &c, e);
}

START_TEST(cut_anywhere)
{
    static const char *const texts[] = {described, yaml,  json,
                                        docker,    shown, status_text};

    sweep_prefixes(texts[_i], read_one);
    sweep_failures(texts[_i], read_one);
}
END_TEST

Suite *container_suite(void)
{
    Suite *s = suite_create("container");
    TCase *c = tcase_create("container");

    tcase_add_checked_fixture(c, NULL, end);
    tcase_add_loop_test(c, limits_and_options, 0,
                        sizeof samples / sizeof *samples);
    tcase_add_loop_test(c, services, 0, sizeof units / sizeof *units);
    tcase_add_test(c, several_services_leave_it_open);
    tcase_add_loop_test(c, what_is_no_limit, 0, 10);
    tcase_add_loop_test(c, tables_of_docker_stats, 0, 5);
    tcase_add_loop_test(c, cut_anywhere, 0, 6);
    suite_add_tcase(s, c);
    return s;
}
