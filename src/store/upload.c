#include "store/upload.h"

#include "base/digest.h"
#include "base/encode.h"
#include "store/fetch.h"
#include "store/objects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static q_code id_new(q_arena *a, q_str *out, q_err *err)
{
    unsigned char random[(CONTENT_ID - 1) / 2];
    char *text = q_arena_alloc(a, CONTENT_ID);

    if (!text)
        return q_err_nomem(err);
    if (!q_random(random, sizeof random))
        return q_err_set(err, Q_IO, "no random numbers");
    q_hex(random, sizeof random, text);
    *out = q_str_of(text);
    return Q_OK;
}

static q_code create_transaction(q_catalog *c, void *arg, q_err *err)
{
    const q_upload *u = arg;
    q_code rc = object__need_bucket(c, u->bucket, err);

    if (rc)
        return rc;
    return q_catalog_run(c,
                         "INSERT INTO upload (id, bucket, key, file, slot, started_ms, attributes)"
                         " VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6)",
                         Q_PARAMS(Q_P_TEXT(u->id), Q_P_TEXT(u->bucket), Q_P_TEXT(u->key),
                                  Q_P_TEXT(u->file), Q_P_INT(u->started_ms),
                                  Q_P_BLOB(u->attributes)),
                         NULL, err);
}

q_code q_upload_create(q_objects *o, q_str bucket, q_str key, q_str attributes, int64_t now_ms,
                       q_arena *a, q_upload *out, q_err *err)
{
    q_upload u = {.bucket = bucket, .key = key, .attributes = attributes, .started_ms = now_ms};
    q_code rc = id_new(a, &u.id, err);

    if (!rc)
        rc = id_new(a, &u.file, err);
    if (!rc)
        rc = q_catalog_transact(o->catalog, create_transaction, &u, err);
    if (!rc)
        *out = u;
    return rc;
}

#define UPLOAD_COLUMNS "id, bucket, key, file, slot, started_ms, attributes"

static q_code upload_fill(q_rows *rows, q_arena *a, void *out, q_err *err)
{
    q_upload *u = out;

    *u = (q_upload){
        .id = q_rows_text(rows, 0, a),
        .bucket = q_rows_text(rows, 1, a),
        .key = q_rows_text(rows, 2, a),
        .file = q_rows_text(rows, 3, a),
        .slot = (uint64_t)q_rows_int(rows, 4),
        .started_ms = q_rows_int(rows, 5),
        .attributes = q_rows_text(rows, 6, a),
    };
    if (!u->id.p || !u->bucket.p || !u->key.p || !u->file.p || !u->attributes.p)
        return q_err_nomem(err);
    return Q_OK;
}

q_code q_upload_get(q_objects *o, q_str bucket, q_str key, q_str id, q_arena *a, q_upload *out,
                    q_err *err)
{
    bool found;
    q_code rc = fetch__one(o->catalog,
                           &(fetch){"SELECT " UPLOAD_COLUMNS " FROM upload"
                                    " WHERE id = ?1 AND bucket = ?2 AND key = ?3",
                                    Q_PARAMS(Q_P_TEXT(id), Q_P_TEXT(bucket), Q_P_TEXT(key)),
                                    upload_fill, sizeof *out},
                           a, out, &found, err);

    if (!rc && !found)
        rc = q_err_set(err, Q_NOTFOUND, "no upload %.*s", Q_ARG(id));
    return rc;
}

q_code q_upload_list(q_objects *o, q_str bucket, q_str prefix, q_str after_key, q_str after_id,
                     size_t limit, q_arena *a, q_upload **out, size_t *count, q_err *err)
{
    const q_param params[] = {Q_P_TEXT(bucket), Q_P_TEXT(after_key), Q_P_TEXT(after_id),
                              Q_P_TEXT(prefix), Q_P_INT(prefix.n),   Q_P_INT(limit)};
    const fetch f = {
        "SELECT " UPLOAD_COLUMNS " FROM upload WHERE bucket = ?1"
        " AND (key > ?2 OR (key = ?2 AND id > ?3)) AND key >= ?4"
        " AND substr(CAST(key AS BLOB), 1, ?5) = CAST(?4 AS BLOB) ORDER BY key, id LIMIT ?6",
        params, sizeof params / sizeof *params, upload_fill, sizeof **out};

    return fetch__all(o->catalog, &f, a, out, count, err);
}

typedef struct abort_args {
    q_str bucket, key, id;
    garbage *g;
} abort_args;

static q_code upload_files(q_catalog *c, q_str id, garbage *g, q_err *err)
{
    return garbage__collect(g, c,
                            "SELECT file FROM upload WHERE id = ?1"
                            " UNION SELECT file FROM part WHERE upload = ?1",
                            id, err);
}

q_code upload__end(q_catalog *c, q_str bucket, q_str key, q_str id, garbage *g, q_err *err)
{
    int64_t changed = 0;
    q_code rc = upload_files(c, id, g, err);

    if (!rc) /* its parts go with it */
        rc = q_catalog_run(c, "DELETE FROM upload WHERE id = ?1 AND bucket = ?2 AND key = ?3",
                           Q_PARAMS(Q_P_TEXT(id), Q_P_TEXT(bucket), Q_P_TEXT(key)), &changed, err);
    if (!rc && !changed)
        rc = q_err_set(err, Q_NOTFOUND, "no upload %.*s", Q_ARG(id));
    return rc;
}

static q_code abort_transaction(q_catalog *c, void *arg, q_err *err)
{
    abort_args *p = arg;

    return upload__end(c, p->bucket, p->key, p->id, p->g, err);
}

q_code q_upload_abort(q_objects *o, q_str bucket, q_str key, q_str id, q_err *err)
{
    garbage g = {0};
    q_code rc =
        q_catalog_transact(o->catalog, abort_transaction,
                           &(abort_args){.bucket = bucket, .key = key, .id = id, .g = &g}, err);

    garbage__clear(&g, o, rc == Q_OK);
    return rc;
}

static q_code part_fill(q_rows *rows, q_arena *a, void *out, q_err *err)
{
    q_part *part = out;

    *part = (q_part){
        .number = (uint32_t)q_rows_int(rows, 0),
        .file = q_rows_text(rows, 1, a),
        .start = (uint64_t)q_rows_int(rows, 2),
        .size = (uint64_t)q_rows_int(rows, 3),
        .etag = q_rows_text(rows, 4, a),
        .checksum = q_rows_text(rows, 5, a),
        .modified_ms = q_rows_int(rows, 6),
    };
    return part->file.p && part->etag.p && part->checksum.p ? Q_OK : q_err_nomem(err);
}

q_code q_upload_parts(q_objects *o, q_str id, uint32_t after, size_t limit, q_arena *a,
                      q_part **out, size_t *count, q_err *err)
{
    return fetch__all(
        o->catalog,
        &(fetch){"SELECT number, file, start, size, etag, checksum, modified_ms FROM part"
                 " WHERE upload = ?1 AND number > ?2 ORDER BY number LIMIT ?3",
                 Q_PARAMS(Q_P_TEXT(id), Q_P_INT(after), Q_P_INT(limit)), part_fill, sizeof **out},
        a, out, count, err);
}

q_code q_upload_etag(const q_part *parts, size_t n, char out[Q_ETAG_MAX], q_err *err)
{
    q_digest *md5 = q_digest_new(Q_MD5);
    unsigned char bytes[Q_DIGEST_MAX];
    q_code rc = Q_OK;

    if (!md5)
        return q_err_nomem(err);
    for (size_t i = 0; i < n && !rc; i++) {
        if (q_unhex(parts[i].etag, bytes, q_digest_size(Q_MD5)))
            q_digest_update(md5, (q_str){(char *)bytes, q_digest_size(Q_MD5)});
        else
            rc = q_err_set(err, Q_INVALID, "part etag \"%.*s\"", Q_ARG(parts[i].etag));
    }
    q_digest_final(md5, bytes);
    q_hex(bytes, q_digest_size(Q_MD5), out);
    snprintf(out + 32, Q_ETAG_MAX - 32, "-%zu", n <= Q_PARTS_MAX ? n : 0);
    q_digest_free(md5);
    return rc;
}
