#include "store/bucket.h"

#include "store/fetch.h"
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

static q_code fill(q_rows *rows, q_arena *a, void *out, q_err *err)
{
    q_bucket *b = out;

    *b = (q_bucket){
        .name = q_rows_text(rows, 0, a),
        .region = q_rows_text(rows, 1, a),
        .created_ms = q_rows_int(rows, 2),
    };
    return b->name.p && b->region.p ? Q_OK : q_err_nomem(err);
}

q_code q_bucket_get(q_objects *o, q_str name, q_arena *a, q_bucket *out, q_err *err)
{
    bool found;
    q_code rc = fetch__one(o->catalog,
                           &(fetch){"SELECT name, region, created_ms FROM bucket WHERE name = ?1",
                                    Q_PARAMS(Q_P_TEXT(name)), fill, sizeof *out},
                           a, out, &found, err);

    if (!rc && !found)
        rc = q_err_set(err, Q_NOTFOUND, "no bucket %.*s", Q_ARG(name));
    return rc;
}

q_code q_bucket_list(q_objects *o, q_str after, size_t limit, q_arena *a, q_bucket **out,
                     size_t *count, q_err *err)
{
    return fetch__all(o->catalog,
                      &(fetch){"SELECT name, region, created_ms FROM bucket WHERE name > ?1"
                               " ORDER BY name LIMIT ?2",
                               Q_PARAMS(Q_P_TEXT(after), Q_P_INT(limit)), fill, sizeof **out},
                      a, out, count, err);
}

typedef struct delete_args {
    q_str name;
    garbage *g;
} delete_args;

static q_code need_empty(q_catalog *c, q_str name, q_err *err)
{
    bool found;
    q_code rc = fetch__any(c, "SELECT 1 FROM object WHERE bucket = ?1 LIMIT 1",
                           Q_PARAMS(Q_P_TEXT(name)), &found, err);

    if (!rc && found)
        rc = q_err_set(err, Q_BUSY, "bucket %.*s is not empty", Q_ARG(name));
    return rc;
}

/* The files of the bucket's unfinished uploads. */
static q_code upload_files(q_catalog *c, q_str name, garbage *g, q_err *err)
{
    return garbage__collect(g, c,
                            "SELECT file FROM upload WHERE bucket = ?1 UNION"
                            " SELECT part.file FROM part JOIN upload ON part.upload = upload.id"
                            " WHERE upload.bucket = ?1",
                            name, err);
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
