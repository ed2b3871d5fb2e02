/* One connection writes, in turn; readers come from a list of idle ones and
 * are opened when it is empty, so that a thread may hold several queries open
 * without waiting for another thread. Inside a transaction the thread that
 * owns it reads through the writer and so sees its own changes.
 */
#include "store/catalog.h"

#include "base/file.h"
#include "store/connection.h"
#include "store/schema.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IDLE_READERS = 16, AFTER_MAX = 8 };

typedef struct after {
    void (*fn)(void *ctx);
    void *ctx;
} after;

struct q_catalog {
    char *path;
    pthread_mutex_t mu;
    pthread_cond_t writer_idle;
    connection *writer;      /* used by writer_thread alone while writing */
    connection *readers;     /* idle ones, under mu */
    size_t reader_count;     /* idle ones, under mu */
    bool writing;            /* under mu */
    pthread_t writer_thread; /* under mu, while writing */
    after afters[AFTER_MAX]; /* used by writer_thread alone while writing */
    size_t after_count;
};

q_code q_catalog_open(const char *dir, q_catalog **out, q_err *err)
{
    q_catalog *c = calloc(1, sizeof *c);
    q_code rc;

    if (!c)
        return q_err_nomem(err);
    pthread_mutex_init(&c->mu, NULL);
    pthread_cond_init(&c->writer_idle, NULL);
    if (asprintf(&c->path, "%s/catalog.db", dir) < 0) {
        c->path = NULL;
        rc = q_err_nomem(err);
        goto done;
    }
    rc = q_dir_make(dir, 0700, err);
    if (!rc)
        rc = connection__open(c->path, false, &c->writer, err);
    if (!rc)
        rc = schema__upgrade(c, err);
    if (!rc)
        rc = q_dir_sync(dir, err); /* the files just made */
    if (rc)
        goto done;
    *out = c;
    c = NULL; /* handed over */
done:
    q_catalog_close(c);
    return rc;
}

void q_catalog_close(q_catalog *c)
{
    if (!c)
        return;
    assert(!c->writing);
    for (connection *r = c->readers; r;) {
        connection *next = r->next;

        connection__free(r);
        r = next;
    }
    connection__free(c->writer);
    pthread_cond_destroy(&c->writer_idle);
    pthread_mutex_destroy(&c->mu);
    free(c->path);
    free(c);
}

/* Whether this thread has a transaction open. */
static bool in_transaction(q_catalog *c)
{
    bool mine;

    pthread_mutex_lock(&c->mu);
    mine = c->writing && pthread_equal(c->writer_thread, pthread_self());
    pthread_mutex_unlock(&c->mu);
    return mine;
}

static void writer_take(q_catalog *c)
{
    pthread_mutex_lock(&c->mu);
    while (c->writing)
        pthread_cond_wait(&c->writer_idle, &c->mu);
    c->writing = true;
    c->writer_thread = pthread_self();
    pthread_mutex_unlock(&c->mu);
}

static void writer_give(q_catalog *c)
{
    pthread_mutex_lock(&c->mu);
    c->writing = false;
    pthread_cond_signal(&c->writer_idle);
    pthread_mutex_unlock(&c->mu);
}

q_code q_catalog_run(q_catalog *c, const char *sql, const q_param *params, size_t n,
                     int64_t *changed, q_err *err)
{
    bool joined = in_transaction(c);
    q_code rc;

    if (!joined)
        writer_take(c);
    rc = connection__run(c->writer, sql, params, n, err);
    if (!rc && changed)
        *changed = sqlite3_changes64(c->writer->db);
    if (!joined)
        writer_give(c);
    return rc;
}

static q_code reader_take(q_catalog *c, connection **out, q_err *err)
{
    connection *r;

    pthread_mutex_lock(&c->mu);
    r = c->readers;
    if (r) {
        c->readers = r->next;
        c->reader_count--;
    }
    pthread_mutex_unlock(&c->mu);
    if (!r)
        return connection__open(c->path, true, out, err);
    *out = r;
    return Q_OK;
}

static void reader_give(q_catalog *c, connection *r)
{
    bool keep;

    pthread_mutex_lock(&c->mu);
    keep = c->reader_count < IDLE_READERS;
    if (keep) {
        r->next = c->readers;
        c->readers = r;
        c->reader_count++;
    }
    pthread_mutex_unlock(&c->mu);
    if (!keep)
        connection__free(r);
}

q_code q_catalog_query(q_catalog *c, const char *sql, const q_param *params, size_t n, q_rows **out,
                       q_err *err)
{
    connection *on = c->writer;
    bool reading = !in_transaction(c);
    q_code rc = Q_OK;

    if (reading)
        rc = reader_take(c, &on, err);
    if (rc)
        return rc;
    rc = connection__start(on, sql, params, n, true, out, err);
    if (!rc)
        (*out)->catalog = reading ? c : NULL;
    else if (reading)
        reader_give(c, on);
    return rc;
}

q_code q_rows_next(q_rows *r, bool *more, q_err *err)
{
    return connection__step(r, more, err);
}

void q_rows_close(q_rows *r)
{
    q_catalog *c;
    connection *owner;

    if (!r)
        return;
    c = r->catalog;
    owner = r->owner;
    connection__done(r);
    if (c)
        reader_give(c, owner);
}

int64_t q_rows_int(q_rows *r, int column)
{
    return sqlite3_column_int64(r->statement, column);
}

double q_rows_double(q_rows *r, int column)
{
    return sqlite3_column_double(r->statement, column);
}

q_str q_rows_text(q_rows *r, int column, q_arena *a)
{
    const char *p;
    int type = sqlite3_column_type(r->statement, column);

    if (type == SQLITE_NULL)
        return (q_str){NULL, 0};
    if (type == SQLITE_BLOB)
        p = sqlite3_column_blob(r->statement, column);
    else
        p = (const char *)sqlite3_column_text(r->statement, column);
    return q_str_copy(a, (q_str){p, (size_t)sqlite3_column_bytes(r->statement, column)});
}

bool q_rows_is_null(q_rows *r, int column)
{
    return sqlite3_column_type(r->statement, column) == SQLITE_NULL;
}

bool q_catalog_after(q_catalog *c, void (*fn)(void *ctx), void *ctx)
{
    if (!in_transaction(c))
        return false;
    for (size_t i = 0; i < c->after_count; i++)
        if (c->afters[i].fn == fn && c->afters[i].ctx == ctx)
            return true;
    if (c->after_count == AFTER_MAX)
        return false;
    c->afters[c->after_count++] = (after){fn, ctx};
    return true;
}

q_code q_catalog_transact(q_catalog *c, q_code (*fn)(q_catalog *c, void *arg, q_err *err),
                          void *arg, q_err *err)
{
    after afters[AFTER_MAX];
    size_t n;
    q_code rc;

    if (in_transaction(c))
        return fn(c, arg, err);
    writer_take(c);
    rc = connection__run(c->writer, "BEGIN IMMEDIATE", Q_NO_PARAMS, err);
    if (rc)
        goto done;
    rc = fn(c, arg, err);
    if (!rc)
        rc = connection__run(c->writer, "COMMIT", Q_NO_PARAMS, err);
    if (rc && !sqlite3_get_autocommit(c->writer->db) &&
        connection__run(c->writer, "ROLLBACK", Q_NO_PARAMS, NULL))
        assert(sqlite3_get_autocommit(c->writer->db));
done:
    n = rc ? 0 : c->after_count;
    memcpy(afters, c->afters, n * sizeof *afters);
    c->after_count = 0;
    writer_give(c);
    for (size_t i = 0; i < n; i++)
        afters[i].fn(afters[i].ctx);
    return rc;
}
