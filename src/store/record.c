#include "store/record.h"

#include "store/fetch.h"

/* An expired record counts as absent; it is overwritten or removed by the
 * next write of its key.
 */
#define ALIVE "(expires_ms = 0 OR expires_ms > ?3)"

enum { HELD_MS = 3600000, FORGET_MAX = 5000 };

static q_code fill(q_rows *rows, q_arena *a, void *out, q_err *err)
{
    q_record *r = out;

    *r = (q_record){
        .key = q_rows_text(rows, 0, a),
        .value = q_rows_text(rows, 1, a),
        .version = q_rows_int(rows, 2),
        .updated_ms = q_rows_int(rows, 3),
        .expires_ms = q_rows_int(rows, 4),
    };
    if (!r->key.p || !r->value.p)
        return q_err_nomem(err);
    return Q_OK;
}

q_code q_record_get(q_catalog *c, q_str space, q_str key, int64_t now_ms, q_arena *a, q_record *out,
                    q_err *err)
{
    bool found;
    q_code rc = fetch__one(c,
                           &(fetch){"SELECT key, value, version, updated_ms, expires_ms FROM record"
                                    " WHERE space = ?1 AND key = ?2 AND " ALIVE,
                                    Q_PARAMS(Q_P_TEXT(space), Q_P_TEXT(key), Q_P_INT(now_ms)), fill,
                                    sizeof *out},
                           a, out, &found, err);

    if (!rc && !found)
        rc = q_err_set(err, Q_NOTFOUND, "%.*s %.*s does not exist", Q_ARG(space), Q_ARG(key));
    return rc;
}

q_code q_record_version(q_catalog *c, q_str space, q_str key, int64_t now_ms, int64_t *version,
                        q_err *err)
{
    q_rows *rows = NULL;
    bool more = false;
    q_code rc =
        q_catalog_query(c, "SELECT version FROM record WHERE space = ?1 AND key = ?2 AND " ALIVE,
                        Q_PARAMS(Q_P_TEXT(space), Q_P_TEXT(key), Q_P_INT(now_ms)), &rows, err);

    if (!rc)
        rc = q_rows_next(rows, &more, err);
    if (!rc && more)
        *version = q_rows_int(rows, 0);
    else if (!rc)
        rc = q_err_set(err, Q_NOTFOUND, "%.*s %.*s does not exist", Q_ARG(space), Q_ARG(key));
    q_rows_close(rows);
    return rc;
}

q_code q_record_put(q_catalog *c, q_str space, q_str key, q_str value, int64_t now_ms,
                    int64_t expires_ms, q_err *err)
{
    return q_catalog_run(c,
                         "INSERT INTO record (space, key, value, version, updated_ms, expires_ms)"
                         " VALUES (?1, ?2, ?4, 1, ?3, ?5)"
                         " ON CONFLICT (space, key) DO UPDATE SET value = excluded.value,"
                         " version = record.version + 1, updated_ms = excluded.updated_ms,"
                         " expires_ms = excluded.expires_ms",
                         Q_PARAMS(Q_P_TEXT(space), Q_P_TEXT(key), Q_P_INT(now_ms), Q_P_BLOB(value),
                                  Q_P_INT(expires_ms)),
                         NULL, err);
}

q_code q_record_swap(q_catalog *c, q_str space, q_str key, int64_t expected, q_str value,
                     int64_t now_ms, int64_t expires_ms, q_err *err)
{
    const char *insert = "INSERT INTO record (space, key, value, version, updated_ms, expires_ms)"
                         " VALUES (?1, ?2, ?4, 1, ?3, ?5)"
                         " ON CONFLICT (space, key) DO UPDATE SET value = excluded.value,"
                         " version = record.version + 1, updated_ms = excluded.updated_ms,"
                         " expires_ms = excluded.expires_ms"
                         " WHERE record.expires_ms != 0 AND record.expires_ms <= ?3";
    const char *update = "UPDATE record SET value = ?4, version = version + 1, updated_ms = ?3,"
                         " expires_ms = ?5"
                         " WHERE space = ?1 AND key = ?2 AND version = ?6 AND " ALIVE;
    int64_t changed = 0;
    const q_param params[] = {Q_P_TEXT(space), Q_P_TEXT(key),       Q_P_INT(now_ms),
                              Q_P_BLOB(value), Q_P_INT(expires_ms), Q_P_INT(expected)};
    q_code rc = expected ? q_catalog_run(c, update, params, 6, &changed, err)
                         : q_catalog_run(c, insert, params, 5, &changed, err);

    if (!rc && !changed)
        rc = q_err_set(err, Q_BUSY, "%.*s %.*s was changed by another writer", Q_ARG(space),
                       Q_ARG(key));
    return rc;
}

q_code q_record_delete(q_catalog *c, q_str space, q_str key, bool *existed, q_err *err)
{
    int64_t changed = 0;
    q_code rc = q_catalog_run(c, "DELETE FROM record WHERE space = ?1 AND key = ?2",
                              Q_PARAMS(Q_P_TEXT(space), Q_P_TEXT(key)), &changed, err);

    if (!rc && existed)
        *existed = changed > 0;
    return rc;
}

q_code q_record_forget(q_catalog *c, int64_t now_ms, q_err *err)
{
    return q_catalog_run(c,
                         "DELETE FROM record WHERE rowid IN (SELECT rowid FROM record"
                         " WHERE expires_ms != 0 AND expires_ms <= ?1 LIMIT ?2)",
                         Q_PARAMS(Q_P_INT(now_ms - HELD_MS), Q_P_INT(FORGET_MAX)), NULL, err);
}

q_code q_record_list(q_catalog *c, q_str space, q_str after, size_t limit, int64_t now_ms,
                     q_arena *a, q_record **out, size_t *count, q_err *err)
{
    const q_param params[] = {Q_P_TEXT(space), Q_P_TEXT(after), Q_P_INT(now_ms), Q_P_INT(limit)};
    const fetch f = {"SELECT key, value, version, updated_ms, expires_ms FROM record"
                     " WHERE space = ?1 AND key > ?2 AND " ALIVE " ORDER BY key LIMIT ?4",
                     params, sizeof params / sizeof *params, fill, sizeof **out};

    return fetch__all(c, &f, a, out, count, err);
}
