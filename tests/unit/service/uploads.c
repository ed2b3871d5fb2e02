#include "service/uploads.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "test.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

/* A function of this process that keeps what it was called with. */
typedef struct heard {
    pthread_mutex_t mu;
    int calls, crashes_left;
    char event[4096];
} heard;

static q_code hear(void *ctx, q_str event, q_arena *a, q_str *result, q_err *err)
{
    heard *h = ctx;
    q_code rc = Q_OK;

    (void)a;
    pthread_mutex_lock(&h->mu);
    h->calls++;
    if (h->crashes_left && h->crashes_left--)
        rc = q_err_set(err, Q_CRASHED, "gone");
    memcpy(h->event, event.p, event.n < sizeof h->event ? event.n : 0);
    pthread_mutex_unlock(&h->mu);
    *result = Q_STR("null");
    return rc;
}

static void wait_calls(heard *h, int wanted)
{
    int calls = 0;

    for (int i = 0; i < 5000 && calls < wanted; i++) {
        pthread_mutex_lock(&h->mu);
        calls = h->calls;
        pthread_mutex_unlock(&h->mu);
        nanosleep(&(struct timespec){0, 2000000}, NULL);
    }
    CHECK_EQ(calls, wanted);
}

typedef struct fixture {
    q_app app;
    heard heard;
    bool undo;
} fixture;

static void setup(fixture *t)
{
    const char *dir = q_test_dir();
    q_function_spec spec = {.name = Q_STR("mill"),
                            .folder = q_str_of(dir),
                            .bucket = Q_STR("grain"),
                            .prefix = Q_STR("in/"),
                            .timeout_ms = 1000};
    q_functions_config config = {
        .endpoint_url = "", .access_key = "", .secret_key = "", .region = ""};

    memset(t, 0, sizeof *t);
    pthread_mutex_init(&t->heard.mu, NULL);
    CHECK_EQ(q_file_replace(q_str_printf(q_test_arena(), "%s/bootstrap", dir).p, Q_STR("#!"), 0755,
                            NULL),
             Q_OK);
    CHECK_EQ(q_catalog_open(dir, &t->app.catalog, NULL), Q_OK);
    config.catalog = t->app.catalog;
    CHECK_EQ(q_functions_new(&config, &t->app.functions, NULL), Q_OK);
    CHECK_EQ(q_function_register(t->app.functions, "mill", hear, &t->heard, NULL), Q_OK);
    CHECK_EQ(q_function_put(t->app.catalog, &spec, q_now_ms(), NULL), Q_OK);
    CHECK_EQ(q_events_new(&t->app.events, NULL), Q_OK);
    CHECK_EQ(q_jobs_new(t->app.catalog, 1, &t->app.jobs, NULL), Q_OK);
    CHECK_EQ(q_uploads_start(&t->app, NULL), Q_OK);
    CHECK_EQ(q_jobs_start(t->app.jobs, NULL), Q_OK);
}

static void teardown(fixture *t)
{
    q_jobs_free(t->app.jobs);
    q_events_free(t->app.events);
    q_functions_free(t->app.functions);
    q_catalog_close(t->app.catalog);
}

static void emit(fixture *t, const char *name, const char *bucket, const char *key)
{
    q_event e = {.name = q_str_of(name),
                 .bucket = q_str_of(bucket),
                 .key = q_str_of(key),
                 .etag = Q_STR("abc"),
                 .size = 7,
                 .time_ms = 1792000000000};

    CHECK_EQ(q_events_emit(t->app.events, &e, NULL), Q_OK);
}

TEST(upload_calls_the_function_with_the_notification)
{
    fixture t;

    setup(&t);
    emit(&t, "ObjectCreated:Put", "grain", "in/rye & wheat \xc3\xa9.pdf");
    wait_calls(&t.heard, 1);
    CHECK(strstr(t.heard.event, "\"eventVersion\":\"2.1\""));
    CHECK(strstr(t.heard.event, "\"eventSource\":\"aws:s3\""));
    CHECK(strstr(t.heard.event, "\"eventName\":\"ObjectCreated:Put\""));
    CHECK(strstr(t.heard.event, "\"eventTime\":\"2026-10-14T"));
    CHECK(strstr(t.heard.event, "\"bucket\":{\"name\":\"grain\",\"arn\":\"arn:aws:s3:::grain\"}"));
    CHECK(strstr(t.heard.event,
                 "\"key\":\"in/rye+%26+wheat+%C3%A9.pdf\",\"size\":7,\"eTag\":\"abc\""));
    teardown(&t);
}

/* The object's transaction: the event is part of it. */
static q_code emit_inside(q_catalog *c, void *arg, q_err *err)
{
    fixture *t = arg;

    (void)c;
    emit(t, "ObjectCreated:Put", "grain", "in/undone");
    return t->undo ? q_err_set(err, Q_CANCELLED, "undone") : Q_OK;
}

TEST(upload_that_is_undone_calls_nobody_and_one_that_is_not_calls_at_once)
{
    int64_t start;
    fixture t;

    setup(&t);
    t.undo = true;
    CHECK_EQ(q_catalog_transact(t.app.catalog, emit_inside, &t, NULL), Q_CANCELLED);
    emit(&t, "ObjectCreated:Put", "grain", "in/kept");
    wait_calls(&t.heard, 1);
    CHECK(strstr(t.heard.event, "in/kept"));
    t.undo = false;
    start = q_monotonic_ns();
    CHECK_EQ(q_catalog_transact(t.app.catalog, emit_inside, &t, NULL), Q_OK);
    wait_calls(&t.heard, 2);
    CHECK(q_monotonic_ns() - start < 900000000); /* woken, not found by the clock */
    teardown(&t);
    CHECK_EQ(t.heard.calls, 2);
}

TEST(upload_elsewhere_calls_nobody)
{
    fixture t;

    setup(&t);
    emit(&t, "ObjectCreated:Put", "flour", "in/a");
    emit(&t, "ObjectCreated:Put", "grain", "out/a");
    emit(&t, "ObjectRemoved:Delete", "grain", "in/a");
    emit(&t, "ObjectCreated:Copy", "grain", "in/last");
    wait_calls(&t.heard, 1);
    CHECK(strstr(t.heard.event, "in/last"));
    teardown(&t);
}

TEST(upload_gives_a_crashed_function_a_second_chance)
{
    fixture t;

    q_log_set_level(Q_LOG_OFF);
    setup(&t);
    t.heard.crashes_left = 1;
    emit(&t, "ObjectCreated:Put", "grain", "in/a");
    wait_calls(&t.heard, 2);
    teardown(&t);
    CHECK_EQ(t.heard.calls, 2);
    q_log_set_level(Q_LOG_INFO);
}

TEST_MAIN("service/uploads")
