#include "base/csv.h"
#include "base/file.h"
#include "cli/classify.h"

#include <stdlib.h>

static const size_t file_limit = (size_t)1 << 30;

/* A row before its labels have numbers. */
typedef struct row {
    q_str label, text;
} row;

typedef struct rows {
    row *v;
    size_t n, cap;
} rows;

static q_code row_add(rows *r, q_str label, q_str text, size_t line, bool several, q_arena *a,
                      q_err *err)
{
    if (!q_str_trim(label).n && !several)
        return q_err_set(err, Q_INVALID, "line %zu: no label before the text", line);
    if (!q_str_trim(text).n)
        return q_err_set(err, Q_INVALID, "line %zu: no text behind the label %.*s", line,
                         Q_ARG(label));
    if (q_arena_grow(a, &r->v, &r->cap, r->n + 1, sizeof *r->v))
        return q_err_nomem(err);
    r->v[r->n++] = (row){q_str_trim(label), text};
    return Q_OK;
}

static q_code tabs_read(q_str text, bool several, q_arena *a, rows *out, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t line = 1; text.n && !rc; line++) {
        q_str whole, label, rest;

        q_str_cut(text, '\n', &whole, &text);
        if (!q_str_trim(whole).n)
            continue;
        if (!q_str_cut(whole, '\t', &label, &rest))
            return q_err_set(err, Q_INVALID, "line %zu: no tab between a label and a text", line);
        rc = row_add(out, label, q_str_trim(rest), line, several, a, err);
    }
    return rc;
}

static q_code commas_read(q_str text, bool several, q_arena *a, rows *out, q_err *err)
{
    q_csv csv = q_csv_init(text);
    bool more = true;
    q_code rc = Q_OK;

    while (!rc) {
        q_str fields[2];
        size_t count;

        rc = q_csv_next(&csv, a, fields, 2, &count, &more, err);
        if (rc || !more)
            break;
        if (count != 2)
            return q_err_set(
                err, Q_INVALID,
                "line %zu has %zu field%s; two are wanted, a label and a text (in quotes "
                "if it holds a comma)",
                csv.line, count, count == 1 ? "" : "s");
        rc = row_add(out, fields[0], fields[1], csv.line, several, a, err);
    }
    return rc;
}

static int by_bytes(const void *x, const void *y)
{
    return q_str_cmp(*(const q_str *)x, *(const q_str *)y);
}

/* The next label of a row that is not empty; false behind the last. */
static bool label_next(q_str *rest, bool several, q_str *out)
{
    for (*out = (q_str){0}; rest->n && !out->n;) {
        if (several) {
            q_str_cut(*rest, '|', out, rest);
            *out = q_str_trim(*out);
        } else {
            *out = *rest;
            *rest = (q_str){0};
        }
    }
    return out->n != 0;
}

static q_code classes_find(const rows *r, bool several, q_arena *a, classify_texts *out, q_err *err)
{
    size_t cap = 0, n = 0, to = 0;

    for (size_t i = 0; i < r->n; i++) {
        q_str rest = r->v[i].label, label;

        while (label_next(&rest, several, &label)) {
            if (q_arena_grow(a, &out->classes, &cap, n + 1, sizeof *out->classes))
                return q_err_nomem(err);
            out->classes[n++] = label;
        }
    }
    if (n)
        qsort(out->classes, n, sizeof *out->classes, by_bytes);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || !q_str_eq(out->classes[i], out->classes[to - 1]))
            out->classes[to++] = out->classes[i];
    out->class_count = to;
    return Q_OK;
}

static int by_number(const void *x, const void *y)
{
    uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

    return a < b ? -1 : a > b;
}

static q_code texts_number(const rows *r, bool several, q_arena *a, classify_texts *out, q_err *err)
{
    out->v = q_arena_array(a, r->n, sizeof *out->v);
    if (!out->v)
        return q_err_nomem(err);
    for (size_t i = 0; i < r->n; i++) {
        q_str rest = r->v[i].label, label;
        uint32_t *ids = NULL;
        size_t n = 0, cap = 0, kept = 0;

        while (label_next(&rest, several, &label)) {
            const q_str *p =
                bsearch(&label, out->classes, out->class_count, sizeof *out->classes, by_bytes);

            if (q_arena_grow(a, &ids, &cap, n + 1, sizeof *ids))
                return q_err_nomem(err);
            ids[n++] = (uint32_t)(p - out->classes);
        }
        if (n)
            qsort(ids, n, sizeof *ids, by_number);
        for (size_t k = 0; k < n; k++)
            if (k == 0 || ids[k] != ids[kept - 1])
                ids[kept++] = ids[k];
        out->v[out->n++] = (q_labelled){r->v[i].text, ids, kept};
    }
    return Q_OK;
}

q_code classify__read(const char *path, bool several, q_arena *a, classify_texts *out, q_err *err)
{
    q_str text, first;
    rows r = {0};
    q_code rc = q_file_read(a, path, file_limit, &text, err);

    *out = (classify_texts){0};
    if (rc)
        return rc;
    q_str_cut(text, '\n', &first, &(q_str){0});
    rc = q_str_has(first, '\t') ? tabs_read(text, several, a, &r, err)
                                : commas_read(text, several, a, &r, err);
    if (!rc && !r.n)
        rc = q_err_set(err, Q_INVALID, "no labelled text is in it; rows \"label,text\" are wanted");
    if (!rc)
        rc = classes_find(&r, several, a, out, err);
    if (!rc)
        rc = texts_number(&r, several, a, out, err);
    return rc ? q_err_add(err, rc, "%s", path) : Q_OK;
}

q_code classify__load(const char *path, q_classifier **out, q_err *err)
{
    q_arena *a = q_arena_new(file_limit + 1024);
    q_str bytes;
    q_code rc = a ? q_file_read(a, path, file_limit, &bytes, err) : q_err_nomem(err);

    if (!rc)
        rc = q_classifier_load(bytes, q_str_of(path), out, err);
    q_arena_free(a);
    return rc;
}
