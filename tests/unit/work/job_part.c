#include "work/job_part.h"

#include "test.h"
#include "work/job.h"

static q_code nothing(void *ctx, q_str id, q_str request, q_arena *a, q_str *result, q_err *err)
{
    (void)ctx, (void)id, (void)request, (void)a, (void)result, (void)err;
    return Q_OK;
}

typedef struct bench {
    q_catalog *catalog;
    q_jobs *jobs;
    char id[65];
} bench;

static bench bench_new(void)
{
    bench b = {.catalog = NULL};

    CHECK_EQ(q_catalog_open(q_test_dir(), &b.catalog, NULL), Q_OK);
    CHECK_EQ(q_jobs_new(b.catalog, 1, &b.jobs, NULL), Q_OK);
    CHECK_EQ(q_jobs_register(b.jobs, "nothing", nothing, NULL, NULL), Q_OK);
    CHECK_EQ(q_job_submit(b.jobs, "nothing", Q_STR("x"), Q_STR(""), b.id, NULL), Q_OK);
    return b;
}

static void bench_free(bench *b)
{
    q_jobs_free(b->jobs);
    q_catalog_close(b->catalog);
}

/* Ten parts of three items: 0..2, 3..5, ... */
static void put_ten(bench *b, const char *text)
{
    q_job_parts *parts = NULL;

    CHECK_EQ(q_job_parts_new(&parts, NULL), Q_OK);
    for (int i = 0; i < 10; i++)
        CHECK_EQ(q_job_parts_add(parts, 3, q_str_printf(q_test_arena(), "%s %d", text, i), NULL),
                 Q_OK);
    CHECK_EQ(q_job_parts_items(parts), 30);
    CHECK_EQ(q_job_parts_put(parts, b->catalog, q_str_of(b->id), NULL), Q_OK);
    q_job_parts_free(parts);
}

static size_t get(bench *b, uint64_t first, uint64_t count, q_job_part **out)
{
    size_t n = 0;

    CHECK_EQ(
        q_job_parts_get(b->catalog, q_str_of(b->id), first, count, q_test_arena(), out, &n, NULL),
        Q_OK);
    return n;
}

TEST(job_parts_come_by_the_items_asked_for)
{
    bench b = bench_new();
    q_job_part *parts;

    put_ten(&b, "first");
    put_ten(&b, "second"); /* in place of the first */
    CHECK_EQ(get(&b, 0, UINT64_MAX, &parts), 10);
    CHECK_STREQ(parts[0].bytes, "second 0");
    CHECK_EQ(get(&b, 4, 5, &parts), 2); /* 4 to 8 */
    CHECK_EQ(parts[0].first, 3);
    CHECK_EQ(parts[1].count, 3);
    CHECK_STREQ(parts[1].bytes, "second 2");
    CHECK_EQ(get(&b, 29, 1, &parts), 1);
    CHECK_EQ(get(&b, 30, 1, &parts), 0);
    CHECK_EQ(get(&b, 3, 3, &parts), 1);
    bench_free(&b);
}

TEST(job_parts_go_with_their_job)
{
    bench b = bench_new();
    q_job_part *parts;

    put_ten(&b, "gone");
    CHECK_EQ(q_catalog_run(b.catalog, "DELETE FROM job WHERE id = ?1",
                           Q_PARAMS(Q_P_TEXT(q_str_of(b.id))), NULL, NULL),
             Q_OK);
    CHECK_EQ(get(&b, 0, 30, &parts), 0);
    bench_free(&b);
}

TEST(job_parts_that_are_broken_are_named)
{
    bench b = bench_new();
    q_job_part *parts;
    size_t n;
    q_err err;

    put_ten(&b, "broken");
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(q_catalog_run(b.catalog, "UPDATE job_part SET bytes = ?1",
                               Q_PARAMS(Q_P_BLOB(i ? Q_STR("\5\0\0\0\0\0\0\0x") : Q_STR("short"))),
                               NULL, NULL),
                 Q_OK);
        CHECK_EQ(
            q_job_parts_get(b.catalog, q_str_of(b.id), 0, 30, q_test_arena(), &parts, &n, &err),
            Q_INVALID);
    }
    bench_free(&b);
}

TEST_MAIN("work/job_part")
