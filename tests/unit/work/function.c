#include "work/function.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "test.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A runtime in thirty lines. The event says what to do. */
static const char bootstrap[] =
    "#!/usr/bin/env python3\n"
    "import http.client, json, os, sys, time\n"
    "api = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])\n"
    "base = '/2018-06-01/runtime/'\n"
    "def call(method, path, body=None):\n"
    "    api.request(method, base + path, body)\n"
    "    reply = api.getresponse()\n"
    "    return reply.status, reply.headers, reply.read()\n"
    "if os.path.exists('broken'):\n"
    "    call('POST', 'init/error', json.dumps({'errorType': 'ImportError',\n"
    "                                           'errorMessage': 'no flour'}))\n"
    "    sys.exit(3)\n"
    "while True:\n"
    "    status, headers, event = call('GET', 'invocation/next')\n"
    "    ident = headers['Lambda-Runtime-Aws-Request-Id']\n"
    "    left = int(headers['Lambda-Runtime-Deadline-Ms']) - time.time() * 1000\n"
    "    path = 'invocation/' + ident + '/'\n"
    "    event = json.loads(event)\n"
    "    what = event.get('do', 'echo')\n"
    "    if what == 'echo':\n"
    "        call('POST', path + 'response', json.dumps(event.get('with')))\n"
    "    elif what == 'env':\n"
    "        call('POST', path + 'response', json.dumps(os.environ.get(event['with'])))\n"
    "    elif what == 'arn':\n"
    "        call('POST', path + 'response', headers['Lambda-Runtime-Invoked-Function-Arn'])\n"
    "    elif what == 'pid':\n"
    "        call('POST', path + 'response', str(os.getpid()))\n"
    "    elif what == 'wrong':\n"
    "        status, _, _ = call('POST', 'invocation/other/response', 'x')\n"
    "        call('POST', path + 'response', str(status))\n"
    "    elif what == 'long':\n"
    "        try:\n"
    "            call('POST', path + 'response', 'x' * 7000000)\n"
    "        except OSError:\n"
    "            api.close()\n"
    "    elif what == 'fail':\n"
    "        call('POST', path + 'error', json.dumps({'errorType': 'ValueError',\n"
    "                                                 'errorMessage': 'bad grain'}))\n"
    "    elif what == 'hang':\n"
    "        time.sleep(60)\n"
    "    elif what == 'child':\n"
    "        child = os.fork()\n"
    "        if child == 0:\n"
    "            time.sleep(60)\n"
    "        call('POST', path + 'response', str(child))\n"
    "    elif what == 'exit':\n"
    "        os._exit(7)\n";

typedef struct fixture {
    q_catalog *catalog;
    q_functions *functions;
    const char *folder;
} fixture;

static void define(fixture *t, const char *name, int timeout_ms)
{
    q_function_spec spec = {.name = q_str_of(name),
                            .folder = q_str_of(t->folder),
                            .bucket = Q_STR("grain"),
                            .prefix = Q_STR("in/"),
                            .timeout_ms = timeout_ms};
    q_err err = {.code = Q_OK};

    if (q_function_put(t->catalog, &spec, q_now_ms(), &err))
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
}

static fixture setup(void)
{
    fixture t = {.folder = q_test_dir()};
    q_functions_config config = {.endpoint_url = "http://127.0.0.1:1",
                                 .access_key = "KEY",
                                 .secret_key = "SECRET",
                                 .region = "us-east-1"};
    const char *path = q_str_printf(q_test_arena(), "%s/bootstrap", t.folder).p;

    q_log_set_level(Q_LOG_OFF);
    CHECK_EQ(q_file_replace(path, q_str_of(bootstrap), 0755, NULL), Q_OK);
    CHECK_EQ(q_catalog_open(q_test_dir(), &t.catalog, NULL), Q_OK);
    config.catalog = t.catalog;
    CHECK_EQ(q_functions_new(&config, &t.functions, NULL), Q_OK);
    define(&t, "mill", 20000);
    return t;
}

static void teardown(fixture *t)
{
    q_functions_free(t->functions);
    q_catalog_close(t->catalog);
    CHECK_EQ(waitpid(-1, NULL, WNOHANG), -1);
    CHECK_EQ(errno, ECHILD);
    q_log_set_level(Q_LOG_INFO);
}

static q_code invoke(fixture *t, const char *name, const char *event, q_str *result, q_err *err)
{
    *result = (q_str){NULL, 0};
    return q_function_invoke(t->functions, q_str_of(name), q_str_of(event), q_test_arena(), result,
                             err);
}

static q_str good(fixture *t, const char *event)
{
    q_str result;
    q_err err = {.code = Q_OK};

    if (invoke(t, "mill", event, &result, &err))
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
    return result;
}

TEST(function_answers_and_stays_warm)
{
    fixture t = setup();
    q_str first = good(&t, "{\"do\": \"pid\"}");

    CHECK_STREQ(good(&t, "{\"with\": {\"a\": [1, \"two\"]}}"), "{\"a\": [1, \"two\"]}");
    CHECK(q_str_eq(good(&t, "{\"do\": \"pid\"}"), first));
    CHECK_STREQ(good(&t, "{\"do\": \"wrong\"}"), "400");
    teardown(&t);
}

TEST(function_finds_the_server_in_its_environment)
{
    fixture t = setup();

    setenv("AWS_PROFILE", "somebody", 1);
    CHECK_STREQ(good(&t, "{\"do\": \"env\", \"with\": \"AWS_ENDPOINT_URL\"}"),
                "\"http://127.0.0.1:1\"");
    CHECK_STREQ(good(&t, "{\"do\": \"env\", \"with\": \"AWS_SECRET_ACCESS_KEY\"}"), "\"SECRET\"");
    CHECK_STREQ(good(&t, "{\"do\": \"env\", \"with\": \"_HANDLER\"}"), "\"function.handler\"");
    CHECK_STREQ(good(&t, "{\"do\": \"env\", \"with\": \"AWS_PROFILE\"}"), "null");
    CHECK_STREQ(good(&t, "{\"do\": \"arn\"}"),
                "arn:aws:lambda:us-east-1:000000000000:function:mill");
    unsetenv("AWS_PROFILE");
    teardown(&t);
}

TEST(function_is_called_by_name_or_arn)
{
    fixture t = setup();
    q_str result;
    q_err err;

    CHECK_EQ(invoke(&t, "arn:aws:lambda:us-east-1:000000000000:function:mill", "{}", &result, &err),
             Q_OK);
    CHECK_EQ(
        invoke(&t, "arn:aws:lambda:us-east-1:000000000000:function:mill:live", "{}", &result, &err),
        Q_OK);
    CHECK_EQ(invoke(&t, "mill:live", "{}", &result, &err), Q_OK);
    CHECK_EQ(invoke(&t, "oven", "{}", &result, &err), Q_NOTFOUND);
    CHECK_STR(err.msg, "there is no function oven");
    teardown(&t);
}

TEST(function_error_comes_back_as_it_is)
{
    fixture t = setup();
    q_str result;
    q_err err;

    CHECK_EQ(invoke(&t, "mill", "{\"do\": \"fail\"}", &result, &err), Q_INVALID);
    CHECK_STR(err.msg, "ValueError: bad grain");
    CHECK_EQ(invoke(&t, "mill", "{\"do\": \"long\"}", &result, &err), Q_LIMIT);
    CHECK_STREQ(good(&t, "{\"with\": 1}"), "1");
    teardown(&t);
}

TEST(function_is_stopped_at_its_time_limit)
{
    fixture t = setup();
    int64_t start;
    q_str result;
    q_err err;

    good(&t, "{}");
    define(&t, "mill", 300);
    start = q_monotonic_ns();
    CHECK_EQ(invoke(&t, "mill", "{\"do\": \"hang\"}", &result, &err), Q_TIMEOUT);
    CHECK_STR(err.msg, "function mill: Task timed out after 0.30 seconds");
    CHECK(q_monotonic_ns() - start < 8000000000LL);
    CHECK_STREQ(good(&t, "{\"with\": 2}"), "2");
    teardown(&t);
}

static void *hang_on(void *arg)
{
    fixture *t = arg;
    q_arena *a = q_arena_new(1 << 20);
    q_str result;
    q_code rc = q_function_invoke(t->functions, Q_STR("mill"), Q_STR("{\"do\": \"hang\"}"), a,
                                  &result, NULL);

    q_arena_free(a);
    return (void *)(uintptr_t)rc;
}

/* At work and in the queue: none waits for its time limit. */
TEST(function_calls_are_cancelled_when_all_stops)
{
    fixture t = setup();
    pthread_t threads[6];
    int64_t start;
    q_str result;
    void *rc;

    CHECK_STREQ(good(&t, "{\"with\": 1}"), "1");
    for (size_t i = 0; i < 6; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, hang_on, &t), 0);
    usleep(200000);
    start = q_monotonic_ns();
    q_functions_stop(t.functions, 50);
    for (size_t i = 0; i < 6; i++) {
        pthread_join(threads[i], &rc);
        CHECK_EQ((uintptr_t)rc, Q_CANCELLED);
    }
    CHECK(q_monotonic_ns() - start < 10000000000);
    CHECK_EQ(invoke(&t, "mill", "{}", &result, NULL), Q_CANCELLED);
    teardown(&t);
}

TEST(function_that_ends_is_started_again)
{
    fixture t = setup();
    q_str result;
    q_err err;

    CHECK_EQ(invoke(&t, "mill", "{\"do\": \"exit\"}", &result, &err), Q_CRASHED);
    CHECK_STR(err.msg, "function mill: its process exited with status 7");
    CHECK_STREQ(good(&t, "{\"with\": 3}"), "3");
    teardown(&t);
}

TEST(function_that_cannot_start_says_why)
{
    fixture t = setup();
    const char *broken = q_str_printf(q_test_arena(), "%s/broken", t.folder).p;
    const char *program = q_str_printf(q_test_arena(), "%s/bootstrap", t.folder).p;
    q_str result;
    q_code rc;
    q_err err;

    CHECK_EQ(q_file_replace(broken, Q_STR(""), 0644, NULL), Q_OK);
    CHECK_EQ(invoke(&t, "mill", "{}", &result, &err), Q_INVALID);
    CHECK_STR(err.msg, "function mill: ImportError: no flour");
    CHECK_EQ(unlink(broken), 0);
    CHECK_STREQ(good(&t, "{\"with\": 4}"), "4");
    CHECK_EQ(invoke(&t, "mill", "{\"do\": \"exit\"}", &result, &err), Q_CRASHED);
    CHECK_EQ(unlink(program), 0);
    rc = invoke(&t, "mill", "{}", &result, &err);
    if (rc != Q_NOTFOUND)
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
    teardown(&t);
}

TEST(function_takes_its_children_along)
{
    fixture t = setup();
    q_str text = good(&t, "{\"do\": \"child\"}");
    int64_t pid = 0;

    CHECK(q_str_i64(text, &pid));
    CHECK_EQ(kill((pid_t)pid, 0), 0);
    teardown(&t);
    for (int i = 0; i < 500 && kill((pid_t)pid, 0) == 0; i++) {
        const char *path = q_str_printf(q_test_arena(), "/proc/%d/stat", (int)pid).p;
        char stat[256] = {0};
        FILE *file = fopen(path, "r");

        if (file && fread(stat, 1, sizeof stat - 1, file) && strstr(stat, ") Z "))
            pid = INT32_MAX; /* ended; whoever is init here has not looked yet */
        if (file)
            fclose(file);
        nanosleep(&(struct timespec){0, 2000000}, NULL);
    }
    CHECK_EQ(kill((pid_t)pid, 0), -1);
}

static q_code answer(void *ctx, q_str event, q_arena *a, q_str *result, q_err *err)
{
    (void)err;
    *result = q_str_printf(a, "%s %.*s", (const char *)ctx, Q_ARG(event));
    return Q_OK;
}

TEST(function_may_be_part_of_this_process)
{
    fixture t = setup();
    char greeting[] = "heard";
    q_str result;
    q_err err;

    CHECK_EQ(q_function_register(t.functions, "own", answer, greeting, &err), Q_OK);
    CHECK_EQ(invoke(&t, "own", "{}", &result, &err), Q_OK);
    CHECK_STREQ(result, "heard {}");
    teardown(&t);
}

TEST(function_definitions_are_checked_and_listed)
{
    fixture t = setup();
    q_function_spec bad[] = {
        {.name = Q_STR("a b"), .folder = q_str_of(t.folder), .timeout_ms = 1},
        {.name = Q_STR("a"), .folder = Q_STR("relative"), .timeout_ms = 1},
        {.name = Q_STR("a"), .folder = q_str_of(t.folder), .timeout_ms = 0},
        {.name = Q_STR("a"), .folder = q_str_of(t.folder), .prefix = Q_STR("x"), .timeout_ms = 1},
    };
    q_function_spec missing = {
        .name = Q_STR("a"), .folder = Q_STR("/nonexistent"), .timeout_ms = 1};
    q_function_spec *specs = NULL;
    size_t n = 0;
    q_err err;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK_EQ(q_function_put(t.catalog, &bad[i], 1, &err), Q_INVALID);
    CHECK_EQ(q_function_put(t.catalog, &missing, 1, &err), Q_NOTFOUND);
    define(&t, "oven", 5);
    CHECK_EQ(q_function_list(t.catalog, q_test_arena(), &specs, &n, &err), Q_OK);
    CHECK_EQ(n, 2);
    CHECK_STREQ(specs[1].name, "oven");
    CHECK_STREQ(specs[1].bucket, "grain");
    CHECK_STREQ(specs[1].prefix, "in/");
    CHECK_EQ(specs[1].timeout_ms, 5);
    teardown(&t);
}

static void *many(void *arg)
{
    fixture *t = arg;
    q_arena *a = q_arena_new(1 << 20);
    size_t good_ones = 0;

    for (int i = 0; i < 30; i++) {
        q_err err = {.code = Q_OK};
        q_str event = q_str_printf(a, "{\"with\": %d%02d}", (int)gettid(), i);
        q_str want = q_str_printf(a, "%d%02d", (int)gettid(), i), got = {NULL, 0};

        good_ones += q_function_invoke(t->functions, Q_STR("mill"), event, a, &got, &err) == Q_OK &&
                     q_str_eq(got, want);
        if (err.code)
            printf("# %s\n", err.msg);
    }
    q_arena_free(a);
    return (void *)(uintptr_t)good_ones;
}

static int descriptors_open(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int n = 0;

    while (readdir(dir))
        n++;
    closedir(dir);
    return n;
}

TEST(function_calls_from_many_threads_do_not_mix)
{
    int before = descriptors_open();
    fixture t = setup();
    pthread_t threads[8];

    for (int i = 0; i < 8; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, many, &t), 0);
    for (int i = 0; i < 8; i++) {
        void *good_ones = NULL;

        pthread_join(threads[i], &good_ones);
        CHECK_EQ((uintptr_t)good_ones, 30);
    }
    teardown(&t);
    CHECK_EQ(descriptors_open(), before);
}

TEST_MAIN("work/function")
