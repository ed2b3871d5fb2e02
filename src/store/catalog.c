/* One connection writes; readers come from a list of idle ones and are opened
 * when it is empty, so that a thread may hold several queries open without
 * waiting for another thread. Inside a transaction the thread that owns it
 * reads through the writer and so sees its own changes.
 *
 * Writes that come while one is being synced to the disk queue up, and the
 * first of them then makes all of these in one go: each in a savepoint of its
 * own, one commit and one sync for all. So a write waits for two syncs at most,
 * however many come at once. Source: group commit, DeWitt et al. 1984.
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

enum { IDLE_READERS = 16, AFTER_MAX = 8, GROUP_MAX = 64 };

typedef struct after {
    void (*fn)(void *ctx);
    void *ctx;
} after;

/* One caller's write, on its stack while it waits. */
typedef struct change {
    struct change *next; /* under mu: in the queue */
    q_code (*fn)(q_catalog *c, void *arg, q_err *err);
    void *arg;
    bool plain; /* one statement: whole by itself */
    q_err *err;
    q_code rc;
    after afters[AFTER_MAX];
    size_t after_count;
    bool leads, done; /* under mu */
    pthread_cond_t told;
} change;

struct q_catalog {
    char *path;
    pthread_mutex_t mu;
    connection *writer;      /* used by writer_thread alone */
    connection *readers;     /* idle ones, under mu */
    size_t reader_count;     /* idle ones, under mu */
    change *first, *last;    /* under mu; the queue */
    bool writing;            /* under mu; somebody leads, or is about to */
    bool led;                /* under mu; writer_thread leads */
    pthread_t writer_thread; /* under mu, while led */
    change *current;         /* used by writer_thread alone */
};

q_code q_catalog_open(const char *dir, q_catalog **out, q_err *err)
{
    q_catalog *c = calloc(1, sizeof *c);
    q_code rc;

    if (!c)
        return q_err_nomem(err);
    pthread_mutex_init(&c->mu, NULL);
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
    pthread_mutex_destroy(&c->mu);
    free(c->path);
    free(c);
}

/* Whether this thread has a transaction open. */
static bool in_transaction(q_catalog *c)
{
    bool mine;

    pthread_mutex_lock(&c->mu);
    mine = c->led && pthread_equal(c->writer_thread, pthread_self());
    pthread_mutex_unlock(&c->mu);
    return mine;
}

/* ---- writing ----------------------------------------------------------- */

static q_code writer_run(q_catalog *c, const char *sql, q_err *err)
{
    return connection__run(c->writer, sql, Q_NO_PARAMS, err);
}

static bool in_sql_transaction(q_catalog *c)
{
    return !sqlite3_get_autocommit(c->writer->db);
}

/* What was begun is undone. */
static void roll_back(q_catalog *c)
{
    if (in_sql_transaction(c) && writer_run(c, "ROLLBACK", NULL))
        assert(!in_sql_transaction(c));
}

static void change_run(q_catalog *c, change *w)
{
    c->current = w;
    w->rc = w->fn(c, w->arg, w->err);
    c->current = NULL;
}

/* A write by itself. */
static void run_one(q_catalog *c, change *w)
{
    if (w->plain) {
        change_run(c, w);
        return;
    }
    w->rc = writer_run(c, "BEGIN IMMEDIATE", w->err);
    if (w->rc)
        return;
    change_run(c, w);
    if (!w->rc)
        w->rc = writer_run(c, "COMMIT", w->err);
    if (w->rc)
        roll_back(c);
}

/* One of a group: what it does is undone alone when it fails. */
static void run_member(q_catalog *c, change *w)
{
    w->rc = writer_run(c, "SAVEPOINT member", w->err);
    if (w->rc)
        return;
    change_run(c, w);
    if (w->rc && in_sql_transaction(c) && writer_run(c, "ROLLBACK TO member", NULL))
        roll_back(c);
    if (in_sql_transaction(c) && writer_run(c, "RELEASE member", w->rc ? NULL : w->err))
        roll_back(c);
}

/* The first of the list to `end` in one transaction. When that cannot be kept,
 * none of them is.
 */
static void run_group(q_catalog *c, change *first, const change *end)
{
    q_err why = {.code = Q_OK};
    q_code rc = writer_run(c, "BEGIN IMMEDIATE", &why);

    for (change *w = first; w != end; w = w->next) {
        w->rc = rc;
        if (rc)
            continue;
        run_member(c, w);
        if (!in_sql_transaction(c)) /* the database gave all of it up */
            rc = q_err_set(&why, w->rc ? w->rc : Q_IO, "%s",
                           w->rc && w->err ? w->err->msg : "a write could not be kept");
    }
    if (!rc)
        rc = writer_run(c, "COMMIT", &why);
    if (!rc)
        return;
    roll_back(c);
    for (change *w = first; w != end; w = w->next)
        if (!w->rc || w->rc == rc)
            w->rc = q_err_set(w->err, rc, "%s", why.msg);
}

/* Under mu: all that are queued, up to GROUP_MAX, out of the queue. */
static change *group_take(q_catalog *c, change **end)
{
    change *first = c->first, *w = first;

    for (size_t n = 1; w->next && n < GROUP_MAX; n++)
        w = w->next;
    *end = w->next;
    c->first = w->next;
    if (!c->first)
        c->last = NULL;
    return first;
}

/* Under mu: tell those whose change is made, and the next to lead. */
static void group_end(q_catalog *c, change *first, const change *end, const change *mine)
{
    for (change *w = first, *next; w != end; w = next) {
        next = w->next; /* its owner goes on as soon as it is told */
        w->done = true;
        if (w != mine)
            pthread_cond_signal(&w->told);
    }
    c->led = false;
    if (c->first) {
        c->first->leads = true;
        pthread_cond_signal(&c->first->told);
    } else {
        c->writing = false;
    }
}

static void change_make(q_catalog *c, change *mine)
{
    change *first, *end;

    pthread_cond_init(&mine->told, NULL);
    pthread_mutex_lock(&c->mu);
    if (c->last)
        c->last->next = mine;
    else
        c->first = mine;
    c->last = mine;
    mine->leads = !c->writing;
    c->writing = true;
    while (!mine->leads && !mine->done)
        pthread_cond_wait(&mine->told, &c->mu);
    if (!mine->done) {
        c->led = true;
        c->writer_thread = pthread_self();
        first = group_take(c, &end);
        pthread_mutex_unlock(&c->mu);
        if (first->next == end)
            run_one(c, first);
        else
            run_group(c, first, end);
        pthread_mutex_lock(&c->mu);
        group_end(c, first, end, mine);
    }
    pthread_mutex_unlock(&c->mu);
    pthread_cond_destroy(&mine->told);
}

typedef struct statement {
    const char *sql;
    const q_param *params;
    size_t n;
    int64_t *changed;
} statement;

static q_code statement_run(q_catalog *c, void *arg, q_err *err)
{
    const statement *s = arg;
    q_code rc = connection__run(c->writer, s->sql, s->params, s->n, err);

    if (!rc && s->changed)
        *s->changed = sqlite3_changes64(c->writer->db);
    return rc;
}

q_code q_catalog_run(q_catalog *c, const char *sql, const q_param *params, size_t n,
                     int64_t *changed, q_err *err)
{
    statement s = {sql, params, n, changed};
    change w = {.fn = statement_run, .arg = &s, .plain = true, .err = err};

    if (in_transaction(c))
        return statement_run(c, &s, err);
    change_make(c, &w);
    return w.rc;
}

/* ---- reading ----------------------------------------------------------- */

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
    change *w;

    if (!in_transaction(c))
        return false;
    w = c->current;
    for (size_t i = 0; i < w->after_count; i++)
        if (w->afters[i].fn == fn && w->afters[i].ctx == ctx)
            return true;
    if (w->after_count == AFTER_MAX)
        return false;
    w->afters[w->after_count++] = (after){fn, ctx};
    return true;
}

q_code q_catalog_transact(q_catalog *c, q_code (*fn)(q_catalog *c, void *arg, q_err *err),
                          void *arg, q_err *err)
{
    change w = {.fn = fn, .arg = arg, .err = err};

    if (in_transaction(c))
        return fn(c, arg, err);
    change_make(c, &w);
    for (size_t i = 0; !w.rc && i < w.after_count; i++)
        w.afters[i].fn(w.afters[i].ctx);
    return w.rc;
}
