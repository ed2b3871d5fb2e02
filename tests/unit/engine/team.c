#include "engine/team.h"
#include "test.h"

#include <pthread.h>
#include <stdatomic.h>

enum { TASKS = 1000 };

typedef struct tally {
    q_team *team;
    atomic_int ran[TASKS];
} tally;

static void count(void *ctx, size_t task)
{
    atomic_fetch_add(&((tally *)ctx)->ran[task], 1);
}

static void check_once_each(size_t threads)
{
    tally t = {0};

    CHECK_EQ(q_team_new(threads, &t.team, NULL), Q_OK);
    CHECK_EQ(q_team_threads(t.team), threads);
    q_team_run(t.team, TASKS, count, &t);
    for (int i = 0; i < TASKS; i++)
        CHECK_EQ(atomic_load(&t.ran[i]), 1);
    q_team_free(t.team);
}

TEST(every_task_runs_once)
{
    for (size_t threads = 1; threads <= 4; threads++)
        check_once_each(threads);
}

TEST(without_a_team_the_caller_does_all)
{
    tally t = {0};

    CHECK_EQ(q_team_threads(NULL), 1);
    q_team_run(NULL, TASKS, count, &t);
    CHECK_EQ(atomic_load(&t.ran[TASKS - 1]), 1);
}

static void nest(void *ctx, size_t task)
{
    tally *t = ctx;

    (void)task;
    q_team_run(t->team, TASKS, count, t);
}

TEST(a_task_may_call_again)
{
    tally t = {0};

    CHECK_EQ(q_team_new(3, &t.team, NULL), Q_OK);
    q_team_run(t.team, 8, nest, &t);
    for (int i = 0; i < TASKS; i++)
        CHECK_EQ(atomic_load(&t.ran[i]), 8);
    q_team_free(t.team);
}

static void *call(void *ctx)
{
    for (int i = 0; i < 20; i++)
        q_team_run(((tally *)ctx)->team, TASKS, count, ctx);
    return NULL;
}

TEST(threads_share_a_team)
{
    tally t = {0};
    pthread_t threads[3];

    CHECK_EQ(q_team_new(2, &t.team, NULL), Q_OK);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, call, &t), 0);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < TASKS; i++)
        CHECK_EQ(atomic_load(&t.ran[i]), 60);
    q_team_free(t.team);
}

TEST_MAIN("engine/team")
