#include "base/pool.h"
#include "test.h"

#include <stdatomic.h>

static void add_one(void *arg)
{
    atomic_fetch_add((atomic_int *)arg, 1);
}

TEST(everything_queued_is_run_once)
{
    atomic_int count = 0;
    q_pool *p = NULL;

    CHECK_EQ(q_pool_new(4, &p, NULL), Q_OK);
    for (int i = 0; i < 1000; i++)
        CHECK_EQ(q_pool_run(p, add_one, &count), Q_OK);
    q_pool_free(p);
    CHECK_EQ(atomic_load(&count), 1000);
}

TEST(there_is_a_processor)
{
    CHECK(q_cpu_count() >= 1);
}

TEST_MAIN("base/pool")
