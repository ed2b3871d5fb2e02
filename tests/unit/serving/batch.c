#include "serving/batch.h"

#include "base/clock.h"
#include "test.h"

#include <stdatomic.h>
#include <string.h>
#include <time.h>

/* A host of the tests: takes its time, and writes down what it was given. */
typedef struct kitchen {
    batch_queue *queue;
    unsigned cook_us;
    atomic_int cooking, most; /* at once */
    atomic_int runs, largest; /* batches; rows of the largest */
    _Atomic bool busy[64];
    _Atomic bool clash; /* two batches on one host */
} kitchen;

typedef struct order {
    batch_ask base; /* first */
    int kind;       /* only the same kind is joined */
    int served;     /* times it was run */
    size_t batch;   /* requests it was run with */
    kitchen *kitchen;
    q_code rc;
} order;

static void nap(unsigned us)
{
    struct timespec t = {us / 1000000, us % 1000000 * 1000L};

    nanosleep(&t, NULL);
}

static bool same_kind(void *ctx, const batch_ask *a, const batch_ask *b)
{
    (void)ctx;
    return ((const order *)a)->kind == ((const order *)b)->kind;
}

static void raise_to(atomic_int *most, int v)
{
    int old = atomic_load(most);

    while (v > old && !atomic_compare_exchange_weak(most, &old, v))
        continue;
}

static void cook(void *ctx, size_t host, batch_ask *const *asks, size_t n)
{
    kitchen *k = ctx;
    int rows = 0;

    if (atomic_exchange(&k->busy[host], true))
        atomic_store(&k->clash, true);
    raise_to(&k->most, atomic_fetch_add(&k->cooking, 1) + 1);
    atomic_fetch_add(&k->runs, 1);
    for (size_t i = 0; i < n; i++) {
        ((order *)asks[i])->served++;
        ((order *)asks[i])->batch = n;
        rows += (int)asks[i]->rows;
    }
    raise_to(&k->largest, rows);
    nap(k->cook_us);
    atomic_fetch_sub(&k->cooking, 1);
    atomic_store(&k->busy[host], false);
}

static void kitchen_open(kitchen *k, size_t hosts, size_t max_rows, unsigned max_wait_ms)
{
    batch_config config = {hosts, max_rows, max_wait_ms, same_kind, cook, k};
    q_err err = {.code = Q_OK};

    if (batch__new(&config, &k->queue, &err))
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
}

static void *ask(void *arg)
{
    order *o = arg;

    o->rc = batch__ask(o->kitchen->queue, &o->base, 20000, NULL);
    return NULL;
}

static void ask_all(order *orders, size_t n)
{
    pthread_t threads[64];

    for (size_t i = 0; i < n; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, ask, &orders[i]), 0);
    for (size_t i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
}

TEST(batch_runs_one_alone_at_once)
{
    kitchen k = {.cook_us = 0};
    order o = {.base.rows = 1, .kitchen = &k};
    uint64_t asks, batches;

    kitchen_open(&k, 1, 8, 0);
    ask(&o);
    CHECK_EQ(o.rc, Q_OK);
    CHECK_EQ(o.served, 1);
    batch__counts(k.queue, &asks, &batches);
    CHECK_EQ(asks, 1);
    CHECK_EQ(batches, 1);
    batch__free(k.queue);
}

TEST(batch_joins_what_waits_while_the_host_is_busy)
{
    kitchen k = {.cook_us = 50000};
    order o[17] = {0};

    kitchen_open(&k, 1, 8, 0);
    for (size_t i = 0; i < 17; i++)
        o[i] = (order){.base.rows = 1, .kitchen = &k};
    ask_all(o, 17);
    for (size_t i = 0; i < 17; i++) {
        CHECK_EQ(o[i].rc, Q_OK);
        CHECK_EQ(o[i].served, 1);
    }
    CHECK_EQ(atomic_load(&k.largest), 8);
    CHECK(atomic_load(&k.runs) >= 3 && atomic_load(&k.runs) <= 5);
    CHECK_EQ(atomic_load(&k.most), 1);
    batch__free(k.queue);
}

TEST(batch_does_not_join_other_kinds_nor_requests_without_rows)
{
    kitchen k = {.cook_us = 5000};
    order o[12] = {0};

    kitchen_open(&k, 1, 64, 0);
    for (size_t i = 0; i < 12; i++)
        o[i] = (order){.base.rows = i % 3 != 2, .kind = (int)(i % 2), .kitchen = &k};
    ask_all(o, 12);
    for (size_t i = 0; i < 12; i++) {
        CHECK_EQ(o[i].served, 1);
        CHECK(o[i].base.rows || o[i].batch == 1);
        CHECK(o[i].batch <= 4);
    }
    batch__free(k.queue);
}

TEST(batch_keeps_to_its_rows)
{
    kitchen k = {.cook_us = 5000};
    order o[20] = {0};

    kitchen_open(&k, 1, 10, 0);
    for (size_t i = 0; i < 20; i++)
        o[i] = (order){.base.rows = 3 + i % 3, .kitchen = &k};
    ask_all(o, 20);
    CHECK(atomic_load(&k.largest) <= 10);
    batch__free(k.queue);
}

TEST(batch_larger_than_the_bound_runs_alone)
{
    kitchen k = {.cook_us = 5000};
    order o[4] = {0};

    kitchen_open(&k, 1, 10, 0);
    for (size_t i = 0; i < 4; i++)
        o[i] = (order){.base.rows = 50, .kitchen = &k};
    ask_all(o, 4);
    CHECK_EQ(atomic_load(&k.largest), 50);
    CHECK_EQ(atomic_load(&k.runs), 4);
    batch__free(k.queue);
}

TEST(batch_waits_for_more_but_not_longer_than_allowed)
{
    kitchen k = {.cook_us = 0};
    order alone = {.base.rows = 1, .kitchen = &k}, o[4] = {0};
    int64_t start = q_monotonic_ns(), took_ms;

    kitchen_open(&k, 1, 4, 100);
    ask(&alone);
    took_ms = (q_monotonic_ns() - start) / 1000000;
    CHECK(took_ms >= 100);
    for (size_t i = 0; i < 4; i++)
        o[i] = (order){.base.rows = 1, .kitchen = &k};
    ask_all(o, 4); /* full: need not wait */
    CHECK(atomic_load(&k.largest) >= 2);
    batch__free(k.queue);
}

TEST(batch_uses_all_hosts_and_each_for_one_batch_at_a_time)
{
    kitchen k = {.cook_us = 20000};
    order o[24] = {0};

    kitchen_open(&k, 3, 1, 0);
    for (size_t i = 0; i < 24; i++)
        o[i] = (order){.base.rows = 1, .kitchen = &k};
    ask_all(o, 24);
    CHECK_EQ(atomic_load(&k.most), 3);
    CHECK_EQ(atomic_load(&k.runs), 24);
    CHECK(!atomic_load(&k.clash));
    batch__free(k.queue);
}

static void *slow_one(void *arg)
{
    return ask(arg);
}

TEST(batch_gives_up_when_no_host_is_free_in_time)
{
    kitchen k = {.cook_us = 300000};
    order first = {.base.rows = 1, .kitchen = &k}, late = {.base.rows = 1, .kitchen = &k};
    pthread_t thread;
    q_err err = {.code = Q_OK};

    kitchen_open(&k, 1, 1, 0);
    CHECK_EQ(pthread_create(&thread, NULL, slow_one, &first), 0);
    while (!atomic_load(&k.cooking))
        nap(1000);
    CHECK_EQ(batch__ask(k.queue, &late.base, 20, &err), Q_TIMEOUT);
    CHECK_STR(err.msg, "no host was free within 20 ms");
    CHECK_EQ(late.served, 0);
    pthread_join(thread, NULL);
    CHECK_EQ(first.rc, Q_OK);
    batch__free(k.queue);
}

typedef struct crowd {
    kitchen *kitchen;
    int kind, bad;
} crowd;

static void *ask_often(void *arg)
{
    crowd *c = arg;

    for (int i = 0; i < 200; i++) {
        order o = {.base.rows = (size_t)(i % 4), .kind = c->kind, .kitchen = c->kitchen};

        ask(&o);
        c->bad += o.rc != Q_OK || o.served != 1;
    }
    return NULL;
}

TEST(batch_changes_its_hosts_while_it_works)
{
    kitchen k = {.cook_us = 50};
    pthread_t threads[8];
    crowd crowds[8];

    kitchen_open(&k, 1, 8, 1);
    for (int i = 0; i < 8; i++) {
        crowds[i] = (crowd){&k, i % 2, 0};
        CHECK_EQ(pthread_create(&threads[i], NULL, ask_often, &crowds[i]), 0);
    }
    for (size_t n = 1; n < 20; n++) {
        batch__resize(k.queue, n % 4 + 1);
        for (size_t i = n % 4 + 1; i < 4; i++)
            CHECK(!atomic_load(&k.busy[i]));
        nap(500);
    }
    for (int i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
        CHECK_EQ(crowds[i].bad, 0);
    }
    CHECK(!atomic_load(&k.clash));
    batch__free(k.queue);
}

TEST_MAIN("serving/batch")
