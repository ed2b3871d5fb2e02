#include "store/search.h"

#include "store/fetch.h"

static q_code document_id(q_rows *rows, q_arena *a, void *out, q_err *err)
{
    (void)a, (void)err;
    *(int64_t *)out = q_rows_int(rows, 0);
    return Q_OK;
}

static q_code find_id(q_catalog *c, q_str source, int64_t *id, bool *found, q_err *err)
{
    return fetch__one(c,
                      &(fetch){"SELECT id FROM search_document WHERE source = ?1",
                               Q_PARAMS(Q_P_TEXT(source)), document_id, sizeof *id},
                      NULL, id, found, err);
}

static q_code remove_id(q_catalog *c, int64_t id, q_err *err)
{
    static const char *const statements[] = {
        "DELETE FROM search_text WHERE rowid IN (SELECT id FROM search_page WHERE document = ?1)",
        "DELETE FROM search_value WHERE rowid IN (SELECT id FROM search_field WHERE document = ?1)",
        "DELETE FROM search_page WHERE document = ?1",
        "DELETE FROM search_field WHERE document = ?1",
        "DELETE FROM search_document WHERE id = ?1",
    };
    q_code rc = Q_OK;

    for (size_t i = 0; i < sizeof statements / sizeof *statements && !rc; i++)
        rc = q_catalog_run(c, statements[i], Q_PARAMS(Q_P_INT(id)), NULL, err);
    return rc;
}

typedef struct removal {
    q_str source;
    bool existed;
} removal;

static q_code remove_source(q_catalog *c, void *arg, q_err *err)
{
    removal *r = arg;
    int64_t id = 0;
    q_code rc = find_id(c, r->source, &id, &r->existed, err);

    return rc || !r->existed ? rc : remove_id(c, id, err);
}

q_code q_search_remove(q_catalog *c, q_str source, bool *existed, q_err *err)
{
    removal r = {.source = source};
    q_code rc = q_catalog_transact(c, remove_source, &r, err);

    *existed = !rc && r.existed;
    return rc;
}

q_code q_search_has(q_catalog *c, q_str source, q_str version, bool *has, q_err *err)
{
    return fetch__any(c, "SELECT 1 FROM search_document WHERE source = ?1 AND version = ?2",
                      Q_PARAMS(Q_P_TEXT(source), Q_P_TEXT(version)), has, err);
}

/* Number the row that an INSERT is about to make: rows of two tables share it. */
static q_code next_id(q_catalog *c, const char *sql, int64_t *id, q_err *err)
{
    bool found;

    return fetch__one(c, &(fetch){sql, Q_NO_PARAMS, document_id, sizeof *id}, NULL, id, &found,
                      err);
}

static q_code put_page(q_catalog *c, int64_t document, size_t number, const q_search_page *p,
                       q_err *err)
{
    q_str boxes = {(const char *)p->boxes, p->words * sizeof *p->boxes};
    int64_t id = 0;
    q_code rc = next_id(c, "SELECT coalesce(max(id), 0) + 1 FROM search_page", &id, err);

    if (!rc)
        rc = q_catalog_run(
            c,
            "INSERT INTO search_page (id, document, page, boxes)"
            " VALUES (?1, ?2, ?3, ?4)",
            Q_PARAMS(Q_P_INT(id), Q_P_INT(document), Q_P_INT(number), Q_P_BLOB(boxes)), NULL, err);
    if (!rc)
        rc = q_catalog_run(c, "INSERT INTO search_text (rowid, text) VALUES (?1, ?2)",
                           Q_PARAMS(Q_P_INT(id), Q_P_TEXT(p->text)), NULL, err);
    return rc;
}

static q_code put_field(q_catalog *c, int64_t document, const q_search_field *f, q_err *err)
{
    q_str box = {(const char *)&f->box, sizeof f->box};
    int64_t id = 0;
    q_code rc = next_id(c, "SELECT coalesce(max(id), 0) + 1 FROM search_field", &id, err);

    if (!rc)
        rc = q_catalog_run(c,
                           "INSERT INTO search_field (id, document, page, type, number, day, box)"
                           " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                           Q_PARAMS(Q_P_INT(id), Q_P_INT(document), Q_P_INT(f->page),
                                    Q_P_TEXT(f->type),
                                    f->has_number ? Q_P_DOUBLE(f->number) : Q_P_NULL,
                                    f->day.n ? Q_P_TEXT(f->day) : Q_P_NULL, Q_P_BLOB(box)),
                           NULL, err);
    if (!rc)
        rc =
            q_catalog_run(c, "INSERT INTO search_value (rowid, label, value) VALUES (?1, ?2, ?3)",
                          Q_PARAMS(Q_P_INT(id), Q_P_TEXT(f->label), Q_P_TEXT(f->value)), NULL, err);
    return rc;
}

typedef struct putting {
    const q_search_document *document;
    int64_t now_ms;
} putting;

static q_code put(q_catalog *c, void *arg, q_err *err)
{
    const putting *p = arg;
    const q_search_document *d = p->document;
    int64_t id = 0;
    bool found;
    q_code rc = find_id(c, d->source, &id, &found, err);

    if (!rc && found)
        rc = remove_id(c, id, err);
    if (!rc)
        rc = next_id(c, "SELECT coalesce(max(id), 0) + 1 FROM search_document", &id, err);
    if (!rc)
        rc = q_catalog_run(c,
                           "INSERT INTO search_document (id, source, version, pages, read_ms)"
                           " VALUES (?1, ?2, ?3, ?4, ?5)",
                           Q_PARAMS(Q_P_INT(id), Q_P_TEXT(d->source), Q_P_TEXT(d->version),
                                    Q_P_INT(d->page_count), Q_P_INT(p->now_ms)),
                           NULL, err);
    for (size_t i = 0; i < d->page_count && !rc; i++)
        rc = put_page(c, id, i + 1, &d->pages[i], err);
    for (size_t i = 0; i < d->field_count && !rc; i++)
        rc = put_field(c, id, &d->fields[i], err);
    return rc;
}

q_code q_search_put(q_catalog *c, const q_search_document *d, int64_t now_ms, q_err *err)
{
    putting p = {d, now_ms};

    return q_catalog_transact(c, put, &p, err);
}
