#include "store/object.h"

#include "store/fetch.h"
#include "store/objects.h"

#include <fcntl.h>

/* How often a reader looks again when what it found was replaced before it
 * could be opened.
 */
enum { OPEN_TRIES = 16 };

q_code q_object_find(q_objects *o, q_str bucket, q_str key, q_arena *a, q_object *out, q_err *err)
{
    q_rows *rows = NULL;
    bool more = false;
    q_code rc = q_catalog_query(o->catalog,
                                "SELECT file, size, etag, modified_ms, attributes FROM object"
                                " WHERE bucket = ?1 AND key = ?2",
                                Q_PARAMS(Q_P_TEXT(bucket), Q_P_TEXT(key)), &rows, err);

    if (!rc)
        rc = q_rows_next(rows, &more, err);
    if (!rc && !more)
        rc = q_err_set(err, Q_NOTFOUND, "no object %.*s in bucket %.*s", Q_ARG(key), Q_ARG(bucket));
    if (!rc) {
        *out = (q_object){
            .bucket = bucket,
            .key = key,
            .file = q_rows_text(rows, 0, a),
            .size = (uint64_t)q_rows_int(rows, 1),
            .etag = q_rows_text(rows, 2, a),
            .modified_ms = q_rows_int(rows, 3),
            .attributes = q_rows_text(rows, 4, a),
        };
        if (!out->file.p || !out->etag.p || !out->attributes.p)
            rc = q_err_nomem(err);
    }
    q_rows_close(rows);
    return rc;
}

q_code q_object_open(q_objects *o, q_str bucket, q_str key, q_arena *a, q_object *out, int *fd,
                     q_err *err)
{
    q_code rc = Q_OK;

    *fd = -1;
    for (int i = 0; i < OPEN_TRIES; i++) {
        rc = q_object_find(o, bucket, key, a, out, err);
        if (rc || !out->file.n)
            return rc;
        rc = content__open(&o->content, out->file, O_RDONLY, fd, err);
        if (rc != Q_NOTFOUND)
            return rc;
    }
    return q_err_set(err, Q_INTERNAL, "the file of %.*s/%.*s is missing", Q_ARG(bucket),
                     Q_ARG(key));
}

q_code object__need_bucket(q_catalog *c, q_str bucket, q_err *err)
{
    bool found;
    q_code rc = fetch__any(c, "SELECT 1 FROM bucket WHERE name = ?1", Q_PARAMS(Q_P_TEXT(bucket)),
                           &found, err);

    if (!rc && !found)
        rc = q_err_set(err, Q_NOTFOUND, "no bucket %.*s", Q_ARG(bucket));
    return rc;
}

static q_code check_condition(const q_object_put *put, bool exists, q_str etag, q_err *err)
{
    if (put->only_new && exists)
        return q_err_set(err, Q_EXISTS, "object %.*s exists", Q_ARG(put->key));
    if (put->only_etag.n && !exists)
        return q_err_set(err, Q_NOTFOUND, "no object %.*s in bucket %.*s", Q_ARG(put->key),
                         Q_ARG(put->bucket));
    if (put->only_etag.n && !q_str_eq(put->only_etag, etag))
        return q_err_set(err, Q_BUSY, "object %.*s has changed", Q_ARG(put->key));
    return Q_OK;
}

/* What is there now: its condition, and its file for the garbage. */
static q_code object_before(q_catalog *c, const q_object_put *put, garbage *g, q_err *err)
{
    q_arena *a = q_arena_new(4096);
    q_rows *rows = NULL;
    bool more = false;
    q_code rc;

    if (!a)
        return q_err_nomem(err);
    rc = q_catalog_query(c, "SELECT file, etag FROM object WHERE bucket = ?1 AND key = ?2",
                         Q_PARAMS(Q_P_TEXT(put->bucket), Q_P_TEXT(put->key)), &rows, err);
    if (!rc)
        rc = q_rows_next(rows, &more, err);
    if (!rc)
        rc = check_condition(put, more, more ? q_rows_text(rows, 1, a) : Q_STR(""), err);
    if (!rc && more)
        rc = garbage__add(g, q_rows_text(rows, 0, a), err);
    q_rows_close(rows);
    q_arena_free(a);
    return rc;
}

q_code object__replace(q_catalog *c, const q_object_put *put, const q_object *content, garbage *g,
                       q_err *err)
{
    q_code rc = object__need_bucket(c, put->bucket, err);
    q_object made;

    if (!rc)
        rc = object_before(c, put, g, err);
    if (rc)
        return rc;
    rc = q_catalog_run(
        c,
        "INSERT INTO object (bucket, key, file, size, etag, modified_ms, attributes)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
        " ON CONFLICT (bucket, key) DO UPDATE SET file = excluded.file, size = excluded.size,"
        " etag = excluded.etag, modified_ms = excluded.modified_ms,"
        " attributes = excluded.attributes",
        Q_PARAMS(Q_P_TEXT(put->bucket), Q_P_TEXT(put->key), Q_P_TEXT(content->file),
                 Q_P_INT(content->size), Q_P_TEXT(content->etag), Q_P_INT(put->now_ms),
                 Q_P_BLOB(put->attributes)),
        NULL, err);
    if (rc || !put->also)
        return rc;
    made = *content;
    made.bucket = put->bucket;
    made.key = put->key;
    return put->also(put->also_ctx, &made, err);
}

typedef struct put_args {
    const q_object_put *put;
    const q_object *content;
    bool copied; /* content must still be what its own key names */
    garbage *g;
} put_args;

static q_code still_named(q_catalog *c, const q_object *from, q_err *err)
{
    bool found;
    q_code rc = fetch__any(
        c, "SELECT 1 FROM object WHERE bucket = ?1 AND key = ?2 AND file = ?3 AND etag = ?4",
        Q_PARAMS(Q_P_TEXT(from->bucket), Q_P_TEXT(from->key), Q_P_TEXT(from->file),
                 Q_P_TEXT(from->etag)),
        &found, err);

    if (!rc && !found)
        rc = q_err_set(err, Q_BUSY, "object %.*s has changed", Q_ARG(from->key));
    return rc;
}

static q_code put_transaction(q_catalog *c, void *arg, q_err *err)
{
    put_args *p = arg;
    q_code rc = p->copied ? still_named(c, p->content, err) : Q_OK;

    return rc ? rc : object__replace(c, p->put, p->content, p->g, err);
}

q_code q_object_put_written(q_objects *o, q_writer *w, const q_object_put *put, q_object *out,
                            q_err *err)
{
    garbage g = {0};
    q_object content;
    q_code rc = writer__finish(w, err);

    if (rc)
        return rc;
    content = writer__content(w);
    rc = q_catalog_transact(o->catalog, put_transaction,
                            &(put_args){.put = put, .content = &content, .g = &g}, err);
    if (!rc)
        writer__keep(w);
    garbage__clear(&g, o, rc == Q_OK);
    if (!rc && out) {
        *out = content;
        out->bucket = put->bucket;
        out->key = put->key;
        out->attributes = put->attributes;
        out->modified_ms = put->now_ms;
    }
    return rc;
}

q_code q_object_copy(q_objects *o, const q_object *from, const q_object_put *put, q_err *err)
{
    garbage g = {0};
    q_code rc =
        q_catalog_transact(o->catalog, put_transaction,
                           &(put_args){.put = put, .content = from, .copied = true, .g = &g}, err);

    garbage__clear(&g, o, rc == Q_OK);
    return rc;
}

typedef struct delete_args {
    q_str bucket;
    const q_str *keys;
    size_t n;
    bool *existed;
    garbage *g;
} delete_args;

static q_code delete_one(q_catalog *c, q_str bucket, q_str key, bool *existed, garbage *g,
                         q_err *err)
{
    q_arena *a = q_arena_new(1024);
    q_rows *rows = NULL;
    bool more = false;
    q_code rc;

    if (!a)
        return q_err_nomem(err);
    rc = q_catalog_query(c, "DELETE FROM object WHERE bucket = ?1 AND key = ?2 RETURNING file",
                         Q_PARAMS(Q_P_TEXT(bucket), Q_P_TEXT(key)), &rows, err);
    if (!rc)
        rc = q_rows_next(rows, &more, err);
    if (!rc && more)
        rc = garbage__add(g, q_rows_text(rows, 0, a), err);
    if (!rc && existed)
        *existed = more;
    while (!rc && more)
        rc = q_rows_next(rows, &more, err); /* to the end, or it is undone */
    q_rows_close(rows);
    q_arena_free(a);
    return rc;
}

static q_code delete_transaction(q_catalog *c, void *arg, q_err *err)
{
    delete_args *d = arg;
    q_code rc = object__need_bucket(c, d->bucket, err);

    for (size_t i = 0; i < d->n && !rc; i++)
        rc = delete_one(c, d->bucket, d->keys[i], d->existed ? &d->existed[i] : NULL, d->g, err);
    return rc;
}

q_code q_object_delete(q_objects *o, q_str bucket, const q_str *keys, size_t n, bool *existed,
                       q_err *err)
{
    garbage g = {0};
    q_code rc = q_catalog_transact(
        o->catalog, delete_transaction,
        &(delete_args){.bucket = bucket, .keys = keys, .n = n, .existed = existed, .g = &g}, err);

    garbage__clear(&g, o, rc == Q_OK);
    return rc;
}
