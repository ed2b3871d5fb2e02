#include "store/bucket.h"

#include "store/objects.h"

q_code q_bucket_create(q_objects *o, const q_bucket *b, q_err *err)
{
    q_code rc = q_catalog_run(
        o->catalog, "INSERT INTO bucket (name, region, created_ms) VALUES (?1, ?2, ?3)",
        Q_PARAMS(Q_P_TEXT(b->name), Q_P_TEXT(b->region), Q_P_INT(b->created_ms)), NULL, err);

    if (rc == Q_EXISTS)
        return q_err_set(err, Q_EXISTS, "bucket %.*s exists", Q_ARG(b->name));
    return rc;
}

static q_code fill(q_rows *rows, q_arena *a, q_bucket *out, q_err *err)
{
    *out = (q_bucket){
        .name = q_rows_text(rows, 0, a),
        .region = q_rows_text(rows, 1, a),
        .created_ms = q_rows_int(rows, 2),
    };
    return out->name.p && out->region.p ? Q_OK : q_err_nomem(err);
}

q_code q_bucket_get(q_objects *o, q_str name, q_arena *a, q_bucket *out, q_err *err)
{
    q_rows *rows = NULL;
    bool more = false;
    q_code rc =
        q_catalog_query(o->catalog, "SELECT name, region, created_ms FROM bucket WHERE name = ?1",
                        Q_PARAMS(Q_P_TEXT(name)), &rows, err);

    if (!rc)
        rc = q_rows_next(rows, &more, err);
    if (!rc && !more)
        rc = q_err_set(err, Q_NOTFOUND, "no bucket %.*s", Q_ARG(name));
    if (!rc)
        rc = fill(rows, a, out, err);
    q_rows_close(rows);
    return rc;
}

q_code q_bucket_list(q_objects *o, q_str after, size_t limit, q_arena *a, q_bucket **out,
                     size_t *count, q_err *err)
{
    q_bucket *list = NULL;
    size_t n = 0, cap = 0;
    q_rows *rows = NULL;
    bool more = true;
    q_code rc = q_catalog_query(o->catalog,
                                "SELECT name, region, created_ms FROM bucket WHERE name > ?1"
                                " ORDER BY name LIMIT ?2",
                                Q_PARAMS(Q_P_TEXT(after), Q_P_INT(limit)), &rows, err);

    while (!rc) {
        rc = q_rows_next(rows, &more, err);
        if (rc || !more)
            break;
        if (q_arena_grow(a, &list, &cap, n + 1, sizeof *list))
            rc = q_err_nomem(err);
        else
            rc = fill(rows, a, &list[n++], err);
    }
    q_rows_close(rows);
    if (rc)
        return rc;
    *out = list;
    *count = n;
    return Q_OK;
}

typedef struct delete_args {
    q_str name;
    garbage *g;
} delete_args;

static q_code need_empty(q_catalog *c, q_str name, q_err *err)
{
    q_rows *rows = NULL;
    bool more = false;
    q_code rc = q_catalog_query(c, "SELECT 1 FROM object WHERE bucket = ?1 LIMIT 1",
                                Q_PARAMS(Q_P_TEXT(name)), &rows, err);

    if (!rc)
        rc = q_rows_next(rows, &more, err);
    if (!rc && more)
        rc = q_err_set(err, Q_BUSY, "bucket %.*s is not empty", Q_ARG(name));
    q_rows_close(rows);
    return rc;
}

/* The files of the bucket's unfinished uploads. */
static q_code upload_files(q_catalog *c, q_str name, garbage *g, q_err *err)
{
    q_arena *a = q_arena_new((size_t)1 << 26);
    q_rows *rows = NULL;
    bool more = true;
    q_code rc;

    if (!a)
        return q_err_nomem(err);
    rc = q_catalog_query(c,
                         "SELECT file FROM upload WHERE bucket = ?1 UNION"
                         " SELECT part.file FROM part JOIN upload ON part.upload = upload.id"
                         " WHERE upload.bucket = ?1",
                         Q_PARAMS(Q_P_TEXT(name)), &rows, err);
    while (!rc) {
        rc = q_rows_next(rows, &more, err);
        if (rc || !more)
            break;
        rc = garbage__add(g, q_rows_text(rows, 0, a), err);
    }
    q_rows_close(rows);
    q_arena_free(a);
    return rc;
}

static q_code delete_transaction(q_catalog *c, void *arg, q_err *err)
{
    delete_args *d = arg;
    q_code rc = object__need_bucket(c, d->name, err);

    if (!rc)
        rc = need_empty(c, d->name, err);
    if (!rc)
        rc = upload_files(c, d->name, d->g, err);
    if (!rc)
        rc = q_catalog_run(c, "DELETE FROM upload WHERE bucket = ?1", Q_PARAMS(Q_P_TEXT(d->name)),
                           NULL, err);
    if (!rc)
        rc = q_catalog_run(c, "DELETE FROM bucket WHERE name = ?1", Q_PARAMS(Q_P_TEXT(d->name)),
                           NULL, err);
    return rc;
}

q_code q_bucket_delete(q_objects *o, q_str name, q_err *err)
{
    garbage g = {0};
    q_code rc = q_catalog_transact(o->catalog, delete_transaction,
                                   &(delete_args){.name = name, .g = &g}, err);

    garbage__clear(&g, o, rc == Q_OK);
    return rc;
}
