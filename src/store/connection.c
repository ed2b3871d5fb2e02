#include "store/connection.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUSY_MS = 15000, WAL_TRIES = 500, WAL_WAIT_US = 10000 };

/* What SQLite's result means to us; `rc` is an extended code. */
static q_code code_of(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_NOMEM:
        return Q_NOMEM;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return Q_BUSY;
    case SQLITE_CONSTRAINT:
        return rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY ? Q_EXISTS
                                                                                    : Q_INVALID;
    case SQLITE_FULL:
        return Q_FULL;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
        return Q_IO;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return Q_INVALID;
    case SQLITE_TOOBIG:
        return Q_LIMIT;
    default:
        return Q_INTERNAL;
    }
}

static q_code report(sqlite3 *db, int rc, q_err *err)
{
    if (!db || (rc & 0xff) == SQLITE_NOMEM)
        return q_err_nomem(err);
    if ((rc & 0xff) == SQLITE_IOERR && sqlite3_system_errno(db) == ENOSPC)
        rc = SQLITE_FULL;
    return q_err_set(err, code_of(rc), "catalog: %s", sqlite3_errmsg(db));
}

static uint32_t hash_of(const char *sql)
{
    uint32_t h = 2166136261u;

    for (; *sql; sql++)
        h = (h ^ (unsigned char)*sql) * 16777619u;
    return h;
}

static void statement_free(q_rows *r)
{
    if (!r)
        return;
    sqlite3_finalize(r->statement);
    free(r->sql);
    free(r);
}

static q_code statement_new(connection *c, const char *sql, uint32_t hash, q_rows **out, q_err *err)
{
    q_rows *r = calloc(1, sizeof *r);
    int rc;

    if (!r || !(r->sql = strdup(sql))) {
        free(r);
        return q_err_nomem(err);
    }
    rc = sqlite3_prepare_v3(c->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &r->statement, NULL);
    if (rc != SQLITE_OK) {
        statement_free(r);
        return report(c->db, rc, err);
    }
    r->owner = c;
    r->hash = hash;
    if (c->statements < CONNECTION_STATEMENTS) {
        q_rows **bucket = &c->buckets[hash % CONNECTION_BUCKETS];

        r->next = *bucket;
        *bucket = r;
        r->cached = true;
        c->statements++;
    }
    *out = r;
    return Q_OK;
}

/* A statement of that text that is not running, or NULL. */
static q_rows *statement_find(const connection *c, const char *sql, uint32_t hash)
{
    for (q_rows *r = c->buckets[hash % CONNECTION_BUCKETS]; r; r = r->next)
        if (r->hash == hash && !r->running && strcmp(r->sql, sql) == 0)
            return r;
    return NULL;
}

static int bind_one(sqlite3_stmt *s, int at, const q_param *p, bool copy)
{
    void (*keep)(void *) = copy ? SQLITE_TRANSIENT : SQLITE_STATIC;
    const char *bytes = p->s.n ? p->s.p : "";

    switch (p->kind) {
    case Q_VALUE_INT:
        return sqlite3_bind_int64(s, at, p->i);
    case Q_VALUE_DOUBLE:
        return sqlite3_bind_double(s, at, p->d);
    case Q_VALUE_STRING:
        return sqlite3_bind_text64(s, at, bytes, p->s.n, keep, SQLITE_UTF8);
    case Q_VALUE_BLOB:
        return sqlite3_bind_blob64(s, at, bytes, p->s.n, keep);
    default:
        return sqlite3_bind_null(s, at);
    }
}

q_code connection__start(connection *c, const char *sql, const q_param *params, size_t n, bool copy,
                         q_rows **out, q_err *err)
{
    uint32_t hash = hash_of(sql);
    q_rows *r = statement_find(c, sql, hash);
    q_code code;

    if (!r) {
        code = statement_new(c, sql, hash, &r, err);
        if (code)
            return code;
    }
    assert(r);
    r->running = true;
    assert((size_t)sqlite3_bind_parameter_count(r->statement) <= n);
    for (size_t i = 0; i < n; i++) {
        int rc = bind_one(r->statement, (int)i + 1, &params[i], copy);

        if (rc != SQLITE_OK) {
            code = report(c->db, rc, err);
            connection__done(r);
            return code;
        }
    }
    *out = r;
    return Q_OK;
}

q_code connection__step(q_rows *r, bool *more, q_err *err)
{
    int rc = sqlite3_step(r->statement);

    *more = rc == SQLITE_ROW;
    if (rc == SQLITE_ROW || rc == SQLITE_DONE)
        return Q_OK;
    return report(r->owner->db, sqlite3_extended_errcode(r->owner->db), err);
}

void connection__done(q_rows *r)
{
    sqlite3_reset(r->statement);
    sqlite3_clear_bindings(r->statement);
    r->running = false;
    if (!r->cached)
        statement_free(r);
}

q_code connection__run(connection *c, const char *sql, const q_param *params, size_t n, q_err *err)
{
    q_rows *r = NULL;
    bool more = true;
    q_code rc = connection__start(c, sql, params, n, false, &r, err);

    if (rc)
        return rc;
    assert(r);
    while (more && !rc)
        rc = connection__step(r, &more, err);
    connection__done(r);
    return rc;
}

/* Turning WAL on needs the file for a moment alone, and SQLite does not wait
 * for it when several processes start at once.
 */
static int wal_on(sqlite3 *db)
{
    int rc = SQLITE_BUSY;

    for (int i = 0; i < WAL_TRIES && (rc & 0xff) == SQLITE_BUSY; i++) {
        if (i)
            usleep(WAL_WAIT_US);
        rc = sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
    }
    return rc;
}

q_code connection__open(const char *path, bool reader, connection **out, q_err *err)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (reader ? 0 : SQLITE_OPEN_CREATE);
    connection *c = calloc(1, sizeof *c);
    q_code code = Q_OK;
    int rc;

    if (!c)
        return q_err_nomem(err);
    rc = sqlite3_open_v2(path, &c->db, flags, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_extended_result_codes(c->db, 1);
        sqlite3_busy_timeout(c->db, BUSY_MS);
        rc = reader ? SQLITE_OK : wal_on(c->db);
    }
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(c->db,
                          reader ? "PRAGMA query_only = 1; PRAGMA cache_size = -8192"
                                 : "PRAGMA synchronous = FULL; PRAGMA foreign_keys = 1;"
                                   "PRAGMA cache_size = -8192",
                          NULL, NULL, NULL);
    if (rc != SQLITE_OK) {
        code = report(c->db, rc, err);
        code = q_err_add(err, code, "%s", path);
        connection__free(c);
        return code;
    }
    *out = c;
    return Q_OK;
}

void connection__free(connection *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < CONNECTION_BUCKETS; i++)
        for (q_rows *r = c->buckets[i]; r;) {
            q_rows *next = r->next;

            assert(!r->running);
            statement_free(r);
            r = next;
        }
    sqlite3_close(c->db);
    free(c);
}
