#include "store/definition.h"

#include "store/fetch.h"

#define COLUMNS                                                                                    \
    "kind, name, version, body, checksum, created_ms, updated_ms, published, status, reason,"      \
    " build, flags"

static q_code fill(q_rows *rows, q_arena *a, void *out, q_err *err)
{
    q_definition *d = out;

    *d = (q_definition){
        .ref = {(int)q_rows_int(rows, 0), q_rows_text(rows, 1, a), q_rows_int(rows, 2)},
        .body = q_rows_text(rows, 3, a),
        .checksum = q_rows_text(rows, 4, a),
        .created_ms = q_rows_int(rows, 5),
        .updated_ms = q_rows_int(rows, 6),
        .published = q_rows_int(rows, 7),
        .status = q_rows_text(rows, 8, a),
        .reason = q_rows_text(rows, 9, a),
        .build = q_rows_int(rows, 10),
        .flags = q_rows_int(rows, 11),
    };
    if (!d->ref.name.p || !d->body.p || !d->checksum.p || !d->status.p || !d->reason.p)
        return q_err_nomem(err);
    return Q_OK;
}

static q_code one(q_catalog *c, const char *sql, q_definition_ref ref, q_arena *a,
                  q_definition *out, q_err *err)
{
    bool found;
    q_code rc = fetch__one(
        c,
        &(fetch){sql, Q_PARAMS(Q_P_INT(ref.kind), Q_P_TEXT(ref.name), Q_P_INT(ref.version)), fill,
                 sizeof *out},
        a, out, &found, err);

    if (!rc && !found)
        rc = q_err_set(err, Q_NOTFOUND, "%.*s has no version %lld", Q_ARG(ref.name),
                       (long long)ref.version);
    return rc;
}

q_code q_definition_get(q_catalog *c, q_definition_ref ref, q_arena *a, q_definition *out,
                        q_err *err)
{
    return one(c,
               "SELECT " COLUMNS " FROM definition"
               " WHERE kind = ?1 AND folded = lower(?2) AND version = ?3",
               ref, a, out, err);
}

q_code q_definition_newest(q_catalog *c, q_definition_ref ref, q_arena *a, q_definition *out,
                           q_err *err)
{
    ref.version = Q_LATEST;
    return one(c,
               "SELECT " COLUMNS " FROM definition"
               " WHERE kind = ?1 AND folded = lower(?2) AND version > ?3"
               " ORDER BY version DESC LIMIT 1",
               ref, a, out, err);
}

static q_code unuse(q_catalog *c, q_definition_ref ref, q_err *err)
{
    return q_catalog_run(c,
                         "DELETE FROM definition_use WHERE by_kind = ?1 AND by_folded = lower(?2)"
                         " AND (by_version = ?3 OR ?3 = -1)",
                         Q_PARAMS(Q_P_INT(ref.kind), Q_P_TEXT(ref.name), Q_P_INT(ref.version)),
                         NULL, err);
}

static q_code use(q_catalog *c, q_definition_ref by, q_definition_ref used, q_err *err)
{
    return q_catalog_run(c,
                         "INSERT INTO definition_use (by_kind, by_folded, by_version, kind, folded,"
                         " version) VALUES (?1, lower(?2), ?3, ?4, lower(?5), ?6)"
                         " ON CONFLICT DO NOTHING",
                         Q_PARAMS(Q_P_INT(by.kind), Q_P_TEXT(by.name), Q_P_INT(by.version),
                                  Q_P_INT(used.kind), Q_P_TEXT(used.name), Q_P_INT(used.version)),
                         NULL, err);
}

q_code q_definition_put(q_catalog *c, const q_definition *d, const q_definition_ref *uses,
                        size_t count, q_err *err)
{
    q_code rc = q_catalog_run(
        c,
        "INSERT INTO definition (kind, folded, name, version, body, checksum, created_ms,"
        " updated_ms, published, status, reason, build, flags)"
        " VALUES (?1, lower(?2), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
        " ON CONFLICT (kind, folded, version) DO UPDATE SET body = excluded.body,"
        " checksum = excluded.checksum, updated_ms = excluded.updated_ms,"
        " published = excluded.published, status = excluded.status, reason = excluded.reason,"
        " build = excluded.build, flags = excluded.flags",
        Q_PARAMS(Q_P_INT(d->ref.kind), Q_P_TEXT(d->ref.name), Q_P_INT(d->ref.version),
                 Q_P_BLOB(d->body), Q_P_TEXT(d->checksum), Q_P_INT(d->created_ms),
                 Q_P_INT(d->updated_ms), Q_P_INT(d->published), Q_P_TEXT(d->status),
                 Q_P_TEXT(d->reason), Q_P_INT(d->build), Q_P_INT(d->flags)),
        NULL, err);

    if (!rc)
        rc = unuse(c, d->ref, err);
    for (size_t i = 0; i < count && !rc; i++)
        rc = use(c, d->ref, uses[i], err);
    return rc;
}

q_code q_definition_settle(q_catalog *c, q_definition_ref ref, int64_t build, q_str status,
                           q_str reason, const int64_t *flags, bool *changed, q_err *err)
{
    int64_t rows = 0;
    q_code rc = q_catalog_run(c,
                              "UPDATE definition SET status = ?5, reason = ?6,"
                              " build = build + 1, flags = coalesce(?7, flags)"
                              " WHERE kind = ?1 AND folded = lower(?2) AND version = ?3"
                              " AND build = ?4",
                              Q_PARAMS(Q_P_INT(ref.kind), Q_P_TEXT(ref.name), Q_P_INT(ref.version),
                                       Q_P_INT(build), Q_P_TEXT(status), Q_P_TEXT(reason),
                                       flags ? Q_P_INT(*flags) : Q_P_NULL),
                              &rows, err);

    if (!rc)
        *changed = rows > 0;
    return rc;
}

static q_code delete (q_catalog *c, void *arg, q_err *err)
{
    const q_definition_ref *ref = arg;
    int64_t rows = 0;
    q_code rc = q_catalog_run(
        c,
        "DELETE FROM definition WHERE kind = ?1 AND folded = lower(?2)"
        " AND (version = ?3 OR ?3 = -1)",
        Q_PARAMS(Q_P_INT(ref->kind), Q_P_TEXT(ref->name), Q_P_INT(ref->version)), &rows, err);

    if (!rc)
        rc = unuse(c, *ref, err);
    if (!rc && !rows)
        rc = q_err_set(err, Q_NOTFOUND, "%.*s does not exist", Q_ARG(ref->name));
    return rc;
}

q_code q_definition_delete(q_catalog *c, q_definition_ref ref, bool *existed, q_err *err)
{
    q_code rc = q_catalog_transact(c, delete, &ref, err);

    *existed = rc == Q_OK;
    return rc == Q_NOTFOUND ? Q_OK : rc;
}

q_code q_definition_list(q_catalog *c, const q_definition_wanted *w, q_arena *a, q_definition **out,
                         size_t *count, q_err *err)
{
    const q_param params[] = {Q_P_INT(w->kind), Q_P_TEXT(w->prefix), Q_P_TEXT(w->after),
                              Q_P_TEXT(w->part), Q_P_INT(w->limit)};
    const fetch f = {"SELECT " COLUMNS " FROM definition WHERE kind = ?1 AND version = 0"
                     " AND folded > lower(?3) AND folded >= lower(?2)"
                     " AND substr(folded, 1, length(?2)) = lower(?2)"
                     " AND (?4 = '' OR instr(substr(name, length(?2) + 1), ?4) > 0)"
                     " ORDER BY folded LIMIT ?5",
                     params, sizeof params / sizeof *params, fill, sizeof **out};

    return fetch__all(c, &f, a, out, count, err);
}

q_code q_definition_versions(q_catalog *c, q_definition_ref ref, int64_t after, size_t limit,
                             q_arena *a, q_definition **out, size_t *count, q_err *err)
{
    const q_param params[] = {Q_P_INT(ref.kind), Q_P_TEXT(ref.name), Q_P_INT(after),
                              Q_P_INT(limit)};
    const fetch f = {"SELECT " COLUMNS " FROM definition WHERE kind = ?1 AND folded = lower(?2)"
                     " AND version > ?3 ORDER BY version LIMIT ?4",
                     params, sizeof params / sizeof *params, fill, sizeof **out};

    return fetch__all(c, &f, a, out, count, err);
}

static q_code fill_ref(q_rows *rows, q_arena *a, void *out, q_err *err)
{
    q_definition_ref *r = out;

    *r = (q_definition_ref){(int)q_rows_int(rows, 0), q_rows_text(rows, 1, a), q_rows_int(rows, 2)};
    return r->name.p ? Q_OK : q_err_nomem(err);
}

q_code q_definition_users(q_catalog *c, q_definition_ref ref, q_arena *a, q_definition_ref **out,
                          size_t *count, q_err *err)
{
    const q_param params[] = {Q_P_INT(ref.kind), Q_P_TEXT(ref.name), Q_P_INT(ref.version)};
    const fetch f = {
        "SELECT d.kind, d.name, d.version FROM definition_use u JOIN definition d"
        " ON d.kind = u.by_kind AND d.folded = u.by_folded AND d.version = u.by_version"
        " WHERE u.kind = ?1 AND u.folded = lower(?2) AND (u.version = ?3 OR ?3 = -1)"
        " ORDER BY d.kind, d.folded, d.version",
        params, sizeof params / sizeof *params, fill_ref, sizeof **out};

    return fetch__all(c, &f, a, out, count, err);
}
