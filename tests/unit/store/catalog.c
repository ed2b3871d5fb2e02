#include "store/catalog.h"
#include "test.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

TEST_MAIN("store/catalog")

static q_catalog *opened(const char *dir)
{
    q_catalog *c = NULL;
    q_err err = {0};

    if (q_catalog_open(dir, &c, &err))
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
    return c;
}

static void run(q_catalog *c, const char *sql)
{
    q_err err = {0};

    if (q_catalog_run(c, sql, Q_NO_PARAMS, NULL, &err))
        q_test_fail(__FILE__, __LINE__, "%s: %s", sql, err.msg);
}

static int64_t number(q_catalog *c, const char *sql)
{
    q_rows *rows = NULL;
    bool more = false;
    int64_t n;
    q_err err = {0};

    if (q_catalog_query(c, sql, Q_NO_PARAMS, &rows, &err) || q_rows_next(rows, &more, &err))
        q_test_fail(__FILE__, __LINE__, "%s: %s", sql, err.msg);
    n = more ? q_rows_int(rows, 0) : -1;
    q_rows_close(rows);
    return n;
}

static void count_up(void *ctx)
{
    ++*(int *)ctx;
}

typedef struct counted {
    int calls, inside;
    bool undo;
} counted;

static q_code ask_twice(q_catalog *c, void *arg, q_err *err)
{
    counted *k = arg;

    CHECK(q_catalog_after(c, count_up, &k->calls));
    CHECK(q_catalog_after(c, count_up, &k->calls));
    k->inside = k->calls;
    return k->undo ? q_err_set(err, Q_CANCELLED, "undone") : Q_OK;
}

TEST(what_follows_a_commit_is_called_once_and_only_then)
{
    q_catalog *c = NULL;
    counted k = {.undo = true};

    CHECK_EQ(q_catalog_open(q_test_dir(), &c, NULL), Q_OK);
    CHECK(!q_catalog_after(c, count_up, &k.calls));
    CHECK_EQ(q_catalog_transact(c, ask_twice, &k, NULL), Q_CANCELLED);
    CHECK_EQ(k.calls, 0);
    k.undo = false;
    CHECK_EQ(q_catalog_transact(c, ask_twice, &k, NULL), Q_OK);
    CHECK_EQ(k.calls, 1);
    CHECK_EQ(k.inside, 0);
    q_catalog_close(c);
}

TEST(keeps_values_of_every_kind)
{
    q_catalog *c = opened(q_test_dir());
    q_arena *a = q_test_arena();
    q_rows *rows = NULL;
    bool more = false;
    int64_t changed = 0;
    q_err err;

    run(c, "CREATE TABLE t (i INTEGER, d REAL, s TEXT, b BLOB, n TEXT, e TEXT)");
    CHECK_EQ(q_catalog_run(c, "INSERT INTO t VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                           Q_PARAMS(Q_P_INT(INT64_MIN), Q_P_DOUBLE(0.25),
                                    Q_P_TEXT(Q_STR("na\xc3\xafve")), Q_P_BLOB(Q_STR("\0\xff\0")),
                                    Q_P_NULL, Q_P_TEXT(Q_STR(""))),
                           &changed, &err),
             Q_OK);
    CHECK_EQ(changed, 1);
    CHECK_EQ(q_catalog_query(c, "SELECT i, d, s, b, n, e FROM t", Q_NO_PARAMS, &rows, &err), Q_OK);
    CHECK_EQ(q_rows_next(rows, &more, &err), Q_OK);
    CHECK(more);
    CHECK_EQ(q_rows_int(rows, 0), INT64_MIN);
    CHECK_NEAR(q_rows_double(rows, 1), 0.25, 0);
    CHECK_STREQ(q_rows_text(rows, 2, a), "na\xc3\xafve");
    CHECK(q_str_eq(q_rows_text(rows, 3, a), Q_STR("\0\xff\0")));
    CHECK(q_rows_is_null(rows, 4));
    CHECK(q_rows_text(rows, 4, a).p == NULL);
    CHECK(!q_rows_is_null(rows, 5));
    CHECK(q_rows_text(rows, 5, a).p != NULL);
    CHECK_EQ(q_rows_next(rows, &more, &err), Q_OK);
    CHECK(!more);
    q_rows_close(rows);
    q_catalog_close(c);
}

TEST(says_what_went_wrong)
{
    q_catalog *c = opened(q_test_dir());
    q_rows *rows = NULL;
    q_err err;

    run(c, "CREATE TABLE t (k TEXT PRIMARY KEY, v TEXT NOT NULL)");
    run(c, "INSERT INTO t VALUES ('a', 'x')");
    CHECK_EQ(q_catalog_run(c, "INSERT INTO t VALUES ('a', 'y')", Q_NO_PARAMS, NULL, &err),
             Q_EXISTS);
    CHECK_EQ(q_catalog_run(c, "INSERT INTO t VALUES ('b', NULL)", Q_NO_PARAMS, NULL, &err),
             Q_INVALID);
    CHECK_EQ(q_catalog_run(c, "INSERT INTO absent VALUES (1)", Q_NO_PARAMS, NULL, &err),
             Q_INTERNAL);
    CHECK_STR(err.msg, "catalog: no such table: absent");
    CHECK_EQ(q_catalog_query(c, "SELECT * FROM absent", Q_NO_PARAMS, &rows, &err), Q_INTERNAL);
    CHECK(rows == NULL);
    q_catalog_close(c);
}

TEST(a_query_may_not_write)
{
    q_catalog *c = opened(q_test_dir());
    q_rows *rows = NULL;
    bool more = true;
    q_err err;

    run(c, "CREATE TABLE t (i INTEGER)");
    CHECK_EQ(q_catalog_query(c, "INSERT INTO t VALUES (1) RETURNING i", Q_NO_PARAMS, &rows, &err),
             Q_OK);
    CHECK_EQ(q_rows_next(rows, &more, &err), Q_IO);
    q_rows_close(rows);
    CHECK_EQ(number(c, "SELECT count(*) FROM t"), 0);
    q_catalog_close(c);
}

static q_code two_then(q_catalog *c, void *arg, q_err *err)
{
    q_code *end = arg;
    q_code rc = q_catalog_run(c, "INSERT INTO t VALUES (1)", Q_NO_PARAMS, NULL, err);

    if (!rc)
        rc = q_catalog_run(c, "INSERT INTO t VALUES (2)", Q_NO_PARAMS, NULL, err);
    if (!rc && number(c, "SELECT count(*) FROM t") != 2)
        return q_err_set(err, Q_INTERNAL, "a transaction does not see its own rows");
    return rc ? rc : *end;
}

static q_code joined(q_catalog *c, void *arg, q_err *err)
{
    return q_catalog_transact(c, two_then, arg, err);
}

TEST(a_transaction_is_all_or_nothing)
{
    q_catalog *c = opened(q_test_dir());
    q_code end = Q_BUSY;
    q_err err;

    run(c, "CREATE TABLE t (i INTEGER)");
    CHECK_EQ(q_catalog_transact(c, two_then, &end, &err), Q_BUSY);
    CHECK_EQ(number(c, "SELECT count(*) FROM t"), 0);
    end = Q_OK;
    CHECK_EQ(q_catalog_transact(c, joined, &end, &err), Q_OK);
    CHECK_EQ(number(c, "SELECT count(*) FROM t"), 2);
    q_catalog_close(c);
}

TEST(queries_nest_even_of_one_text)
{
    q_catalog *c = opened(q_test_dir());
    const char *sql = "SELECT i FROM t ORDER BY i";
    q_rows *outer = NULL, *inner = NULL;
    bool more = false;
    q_err err;

    run(c, "CREATE TABLE t (i INTEGER)");
    run(c, "INSERT INTO t VALUES (1), (2)");
    CHECK_EQ(q_catalog_query(c, sql, Q_NO_PARAMS, &outer, &err), Q_OK);
    CHECK_EQ(q_rows_next(outer, &more, &err), Q_OK);
    CHECK_EQ(q_catalog_query(c, sql, Q_NO_PARAMS, &inner, &err), Q_OK);
    CHECK_EQ(q_rows_next(inner, &more, &err), Q_OK);
    run(c, "INSERT INTO t VALUES (3)"); /* a writer waits for no reader */
    CHECK_EQ(q_rows_next(outer, &more, &err), Q_OK);
    CHECK_EQ(q_rows_int(outer, 0), 2);
    CHECK_EQ(q_rows_int(inner, 0), 1);
    q_rows_close(inner);
    q_rows_close(outer);
    q_catalog_close(c);
}

enum { THREADS = 6, EACH = 40 };

static void *insert_and_count(void *arg)
{
    q_catalog *c = arg;
    int64_t seen = 0;
    q_code rc = Q_OK;

    for (int i = 0; i < EACH && !rc; i++) {
        q_rows *rows = NULL;
        bool more;

        rc = q_catalog_run(c, "INSERT INTO t VALUES (1)", Q_NO_PARAMS, NULL, NULL);
        if (!rc)
            rc = q_catalog_query(c, "SELECT count(*) FROM t", Q_NO_PARAMS, &rows, NULL);
        if (!rc)
            rc = q_rows_next(rows, &more, NULL);
        if (!rc && q_rows_int(rows, 0) <= seen)
            rc = Q_INTERNAL; /* what was written is seen by the next query */
        if (!rc)
            seen = q_rows_int(rows, 0);
        q_rows_close(rows);
    }
    return (void *)(intptr_t)rc;
}

TEST(threads_write_in_turn_and_read_what_was_written)
{
    q_catalog *c = opened(q_test_dir());
    pthread_t threads[THREADS];

    run(c, "CREATE TABLE t (i INTEGER)");
    for (int i = 0; i < THREADS; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, insert_and_count, c), 0);
    for (int i = 0; i < THREADS; i++) {
        void *rc;

        pthread_join(threads[i], &rc);
        CHECK_EQ((intptr_t)rc, Q_OK);
    }
    CHECK_EQ(number(c, "SELECT count(*) FROM t"), THREADS * EACH);
    q_catalog_close(c);
}

TEST(processes_share_a_folder)
{
    const char *dir = q_test_dir();
    pid_t pids[4];
    q_catalog *c;

    for (int i = 0; i < 4; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            q_code rc = q_catalog_open(dir, &c, NULL);

            if (!rc)
                rc = q_catalog_run(c, "CREATE TABLE IF NOT EXISTS t (i INTEGER)", Q_NO_PARAMS, NULL,
                                   NULL);
            for (int k = 0; k < 20 && !rc; k++)
                rc = q_catalog_run(c, "INSERT INTO t VALUES (1)", Q_NO_PARAMS, NULL, NULL);
            _exit(rc != Q_OK);
        }
        CHECK(pids[i] > 0);
    }
    for (int i = 0; i < 4; i++) {
        int status = -1;

        CHECK_EQ(waitpid(pids[i], &status, 0), pids[i]);
        CHECK_EQ(status, 0);
    }
    c = opened(dir);
    CHECK_EQ(number(c, "SELECT count(*) FROM t"), 80);
    q_catalog_close(c);
}

TEST(refuses_a_file_that_is_no_catalog)
{
    const char *dir = q_test_dir();
    q_str path = q_str_printf(q_test_arena(), "%s/catalog.db", dir);
    FILE *f = fopen(path.p, "w");
    q_catalog *c = NULL;
    q_err err;

    CHECK(f != NULL);
    for (int i = 0; i < 5000; i++)
        fputs("no", f);
    fclose(f);
    CHECK_EQ(q_catalog_open(dir, &c, &err), Q_INVALID);
    CHECK(c == NULL);
}

enum { WRITERS = 8, WRITES = 50 };

typedef struct many {
    q_catalog *catalog;
    int who, kept, calls, wrong;
    int turn; /* of the change under way */
} many;

/* Every fifth change fails after it wrote; every seventh breaks a constraint. */
static q_code write_one(q_catalog *c, void *arg, q_err *err)
{
    many *m = arg;
    q_code rc = q_catalog_run(c, "INSERT INTO t VALUES (?1)",
                              Q_PARAMS(Q_P_INT(m->who * 1000 + m->turn)), NULL, err);

    if (!rc && !q_catalog_after(c, count_up, &m->calls))
        m->wrong++;
    if (!rc && m->turn % 7 == 6)
        rc = q_catalog_run(c, "INSERT INTO t VALUES (?1)",
                           Q_PARAMS(Q_P_INT(m->who * 1000 + m->turn)), NULL, err);
    if (!rc && m->turn % 5 == 4)
        rc = q_err_set(err, Q_CANCELLED, "undone");
    return rc;
}

static void *write_many(void *arg)
{
    many *m = arg;

    for (m->turn = 0; m->turn < WRITES; m->turn++) {
        q_err err = {.code = Q_OK};
        q_code want = m->turn % 7 == 6 ? Q_EXISTS : m->turn % 5 == 4 ? Q_CANCELLED : Q_OK;
        q_code rc = q_catalog_transact(m->catalog, write_one, m, &err);
        int64_t changed = 0;

        m->kept += rc == Q_OK;
        m->wrong += rc != want || err.code != want;
        if (q_catalog_run(m->catalog, "UPDATE t SET n = n WHERE n = ?1",
                          Q_PARAMS(Q_P_INT(m->who * 1000 + m->turn)), &changed, &err))
            m->wrong++;
        m->wrong += changed != (rc == Q_OK);
    }
    return NULL;
}

TEST(changes_that_are_made_together_fail_alone)
{
    q_catalog *c = opened(q_test_dir());
    pthread_t threads[WRITERS];
    many all[WRITERS];
    int kept = 0;

    run(c, "CREATE TABLE t (n INTEGER PRIMARY KEY)");
    for (int i = 0; i < WRITERS; i++) {
        all[i] = (many){.catalog = c, .who = i};
        CHECK_EQ(pthread_create(&threads[i], NULL, write_many, &all[i]), 0);
    }
    for (int i = 0; i < WRITERS; i++) {
        pthread_join(threads[i], NULL);
        CHECK_EQ(all[i].wrong, 0);
        CHECK_EQ(all[i].calls, all[i].kept);
        kept += all[i].kept;
    }
    CHECK_EQ(number(c, "SELECT count(*) FROM t"), kept);
    CHECK_EQ(kept, WRITERS * 34);
    q_catalog_close(c);
}
