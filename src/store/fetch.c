#include "store/fetch.h"

#include <string.h>

q_code fetch__one(q_catalog *c, const fetch *f, q_arena *a, void *out, bool *found, q_err *err)
{
    q_rows *rows = NULL;
    q_code rc = q_catalog_query(c, f->sql, f->params, f->param_count, &rows, err);

    *found = false;
    if (!rc)
        rc = q_rows_next(rows, found, err);
    if (!rc && *found)
        rc = f->fill(rows, a, out, err);
    q_rows_close(rows);
    return rc;
}

q_code fetch__all(q_catalog *c, const fetch *f, q_arena *a, void *out, size_t *count, q_err *err)
{
    char *list = NULL;
    size_t n = 0, cap = 0;
    q_rows *rows = NULL;
    bool more = true;
    q_code rc = q_catalog_query(c, f->sql, f->params, f->param_count, &rows, err);

    while (!rc) {
        rc = q_rows_next(rows, &more, err);
        if (rc || !more)
            break;
        if (q_arena_grow(a, &list, &cap, n + 1, f->size))
            rc = q_err_nomem(err);
        else
            rc = f->fill(rows, a, list + f->size * n++, err);
    }
    q_rows_close(rows);
    if (rc)
        return rc;
    memcpy(out, &list, sizeof list);
    *count = n;
    return Q_OK;
}

q_code fetch__any(q_catalog *c, const char *sql, const q_param *params, size_t n, bool *found,
                  q_err *err)
{
    q_rows *rows = NULL;
    q_code rc = q_catalog_query(c, sql, params, n, &rows, err);

    *found = false;
    if (!rc)
        rc = q_rows_next(rows, found, err);
    q_rows_close(rows);
    return rc;
}
