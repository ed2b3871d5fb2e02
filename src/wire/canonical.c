#include "wire/canonical.h"

#include "base/encode.h"

#include <stdlib.h>

q_code canonical__parameters(q_str query, q_arena *a, query_parameter **out, size_t *count,
                             q_err *err)
{
    size_t cap = 0;

    *out = NULL;
    *count = 0;
    while (query.n) {
        q_str part;

        q_str_cut(query, '&', &part, &query);
        if (part.n == 0)
            continue;
        if (*count == CANONICAL_PARAMETERS)
            return q_err_set(err, Q_LIMIT, "more than %d query parameters", CANONICAL_PARAMETERS);
        if (q_arena_grow(a, out, &cap, *count + 1, sizeof **out))
            return q_err_nomem(err);
        q_str_cut(part, '=', &(*out)[*count].key, &(*out)[*count].value);
        ++*count;
    }
    return Q_OK;
}

q_str canonical__parameter(q_str query, const char *key, q_arena *a)
{
    q_str want = q_str_of(key), part, name, value;

    while (query.n) {
        q_str_cut(query, '&', &part, &query);
        q_str_cut(part, '=', &name, &value);
        if (q_str_eq(name, want) ||
            (q_str_has(name, '%') && q_str_eq(q_percent_decode(a, name, false), want)))
            return q_percent_decode(a, value, false);
    }
    return (q_str){NULL, 0};
}

static void path_without_dots(q_buf *b, q_str path, q_arena *a)
{
    q_str *kept = NULL, segment;
    size_t n = 0, cap = 0;
    bool slash_at_end = q_str_ends(path, Q_STR("/"));

    while (path.n) {
        q_str_cut(path, '/', &segment, &path);
        if (segment.n == 0 || q_str_is(segment, "."))
            continue;
        if (q_str_is(segment, "..")) {
            n -= n > 0;
            continue;
        }
        if (q_arena_grow(a, &kept, &cap, n + 1, sizeof *kept)) {
            b->rc = Q_NOMEM;
            return;
        }
        kept[n++] = segment;
    }
    for (size_t i = 0; i < n; i++) {
        q_buf_char(b, '/');
        q_buf_percent(b, kept[i], true);
    }
    if (n == 0 || slash_at_end)
        q_buf_char(b, '/');
}

void canonical__path(q_buf *b, q_str path, bool s3, q_arena *a)
{
    q_str decoded;

    if (!s3) {
        path_without_dots(b, path, a);
        return;
    }
    decoded = q_str_has(path, '%') ? q_percent_decode(a, path, false) : path;
    if (path.n && !decoded.p)
        b->rc = Q_NOMEM;
    else if (path.n)
        q_buf_percent(b, decoded, true);
    else
        q_buf_char(b, '/');
}

static int parameter_cmp(const void *pa, const void *pb)
{
    const query_parameter *a = pa, *b = pb;
    int c = q_str_cmp(a->key, b->key);

    return c ? c : q_str_cmp(a->value, b->value);
}

/* Decoded and encoded again, so that all spellings become one. */
static q_str respelled(q_arena *a, q_str s)
{
    q_buf b = q_buf_init(a, CANONICAL_LIMIT);
    q_str out = {NULL, 0};

    q_buf_percent(&b, q_percent_decode(a, s, false), false);
    if (q_buf_finish(&b, &out, NULL))
        return (q_str){NULL, 0};
    return out;
}

q_code canonical__query(q_buf *b, q_str query, const char *drop, q_arena *a, q_err *err)
{
    query_parameter *p;
    size_t n, kept = 0;
    q_code rc = canonical__parameters(query, a, &p, &n, err);

    if (rc)
        return rc;
    for (size_t i = 0; i < n; i++) {
        query_parameter spelled = {respelled(a, p[i].key), respelled(a, p[i].value)};

        if (!spelled.key.p || !spelled.value.p)
            return q_err_nomem(err);
        if (!drop || !q_str_is(spelled.key, drop))
            p[kept++] = spelled;
    }
    if (kept)
        qsort(p, kept, sizeof *p, parameter_cmp);
    for (size_t i = 0; i < kept; i++) {
        if (i)
            q_buf_char(b, '&');
        q_buf_put(b, p[i].key);
        q_buf_char(b, '=');
        q_buf_put(b, p[i].value);
    }
    return Q_OK;
}

/* Runs of blanks become one. */
static void value_put(q_buf *b, q_str value)
{
    size_t from = 0;

    for (size_t i = 0; i + 1 < value.n; i++)
        if ((value.p[i] == ' ' || value.p[i] == '\t') &&
            (value.p[i + 1] == ' ' || value.p[i + 1] == '\t')) {
            q_buf_put(b, q_str_sub(value, from, i - from));
            from = i + 1;
        }
    q_buf_put(b, q_str_sub(value, from, value.n));
}

static void header_put(q_buf *b, const q_request *req, q_str name)
{
    bool first = true;

    q_buf_put(b, name);
    q_buf_char(b, ':');
    for (size_t i = 0; i < req->header_count; i++) {
        if (!q_str_eq_nocase(req->headers[i].name, name))
            continue;
        if (!first)
            q_buf_char(b, ',');
        value_put(b, req->headers[i].value);
        first = false;
    }
    q_buf_char(b, '\n');
}

q_code canonical__headers(q_buf *b, const q_request *req, q_str names, q_err *err)
{
    q_str name;

    for (size_t n = 0; names.n; n++) {
        if (n == CANONICAL_HEADERS)
            return q_err_set(err, Q_LIMIT, "more than %d signed headers", CANONICAL_HEADERS);
        q_str_cut(names, ';', &name, &names);
        header_put(b, req, name);
    }
    return Q_OK;
}

bool canonical__signed(q_str names, q_str name)
{
    q_str one;

    while (names.n) {
        q_str_cut(names, ';', &one, &names);
        if (q_str_eq_nocase(one, name))
            return true;
    }
    return false;
}
