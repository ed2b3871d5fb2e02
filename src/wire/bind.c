#include "wire/bind.h"

#include "base/encode.h"
#include "base/json.h"
#include "base/utf8.h"
#include "wire/read.h"

typedef struct binder {
    const q_api *api;
    const q_request *req;
    const path_labels *labels;
    q_value *into;
    q_err *err;
} binder;

static q_code decoded(binder *b, q_str raw, bool plus, q_str *out)
{
    *out = q_percent_decode(b->into->arena, raw, plus);
    return out->p ? Q_OK : q_err_nomem(b->err);
}

static q_code add_text(binder *b, const q_member *m, q_time_format fallback, q_str text)
{
    q_value *to = q_map_add(b->into, m->name, Q_VALUE_NULL);
    q_err inner;
    q_code rc;

    if (!to)
        return q_err_nomem(b->err);
    rc = read__text(m, fallback, text, to, &inner);
    if (rc)
        q_err_set(b->err, rc, "%.*s: %s", Q_ARG(m->wire_name), inner.msg);
    return rc;
}

/* base64(JSON), whatever it holds. */
static q_code add_json(binder *b, const q_member *m, q_str text)
{
    q_arena *a = b->into->arena;
    q_value *parsed, *to;
    q_str json;
    q_err inner;
    q_code rc = q_base64_decode(a, text, &json, &inner);

    if (!rc)
        rc = q_json_parse(a, json, &parsed, &inner);
    if (rc)
        return q_err_set(b->err, rc, "%.*s: %s", Q_ARG(m->wire_name), inner.msg);
    to = q_map_add(b->into, m->name, parsed->kind);
    if (!to)
        return q_err_nomem(b->err);
    /* The parsed root moves into the document; its children keep their own. */
    parsed->key = to->key;
    parsed->next = NULL;
    parsed->root = to->root;
    *to = *parsed;
    return Q_OK;
}

/* Presigned S3 requests carry x-amz- headers in the query as well. */
static bool may_be_in_query(const binder *b, q_str header)
{
    return b->api->protocol == Q_REST_XML && header.n > 6 &&
           q_str_eq_nocase(q_str_sub(header, 0, 6), Q_STR("x-amz-"));
}

static q_code find_in_query(binder *b, q_str name, q_str *text, bool *found)
{
    q_str rest = b->req->query, key, value;

    while (query__next(&rest, &key, &value)) {
        q_code rc = decoded(b, key, true, &key);

        if (rc)
            return rc;
        if (q_str_eq_nocase(key, name)) {
            *found = true;
            return decoded(b, value, true, text);
        }
    }
    return Q_OK;
}

/* "gzip" of "aws-chunked, gzip": the first coding was ours to undo and is not
 * the content's own.
 */
static q_code without_chunked(binder *b, q_str *text)
{
    q_buf kept = q_buf_init(b->into->arena, SIZE_MAX);
    q_str rest = *text, coding;
    bool more = true;

    while (more) {
        more = q_str_cut(rest, ',', &coding, &rest);
        coding = q_str_trim(coding);
        if (coding.n == 0 || q_str_is_nocase(coding, "aws-chunked"))
            continue;
        if (kept.n)
            q_buf_char(&kept, ',');
        q_buf_put(&kept, coding);
    }
    return q_buf_finish(&kept, text, b->err);
}

/* a, b and c of "a, b , c" */
static q_code add_header_list(binder *b, const q_member *m, q_str text)
{
    q_value *list = q_map_list(b->into, m->name);
    bool more = true;

    while (more) {
        q_str item;
        q_value *to;
        q_code rc;

        more = q_str_cut(text, ',', &item, &text);
        to = q_list_add(list, Q_VALUE_NULL);
        if (!to)
            return q_err_nomem(b->err);
        rc = read__text(&m->shape->members[0], Q_TIME_RFC822, q_str_trim(item), to, b->err);
        if (rc)
            return rc;
    }
    return Q_OK;
}

static q_code header(binder *b, const q_member *m)
{
    q_str text = q_request_header(b->req, m->wire_name.p);
    bool found = text.p != NULL;
    q_code rc = Q_OK;

    if (!found && may_be_in_query(b, m->wire_name))
        rc = find_in_query(b, m->wire_name, &text, &found);
    if (rc || !found)
        return rc;
    if (b->api->protocol == Q_REST_XML && q_str_is_nocase(m->wire_name, "Content-Encoding")) {
        rc = without_chunked(b, &text);
        if (rc || text.n == 0)
            return rc;
    }
    if (m->jsonvalue)
        return text.n ? add_json(b, m, text) : Q_OK;
    if (m->shape->kind == Q_SHAPE_LIST)
        return add_header_list(b, m, text);
    if (m->shape->kind != Q_SHAPE_STRING && text.n == 0)
        return Q_OK;
    rc = add_text(b, m, Q_TIME_RFC822, text);
    /* A condition whose date cannot be read is ignored (RFC 9110, 13.1.3). */
    if (rc == Q_INVALID && m->shape->kind == Q_SHAPE_TIMESTAMP &&
        q_str_starts(m->wire_name, Q_STR("If-"))) {
        b->into->last->kind = Q_VALUE_NULL;
        return Q_OK;
    }
    return rc;
}

static bool is_token(q_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!q_is_alnum(s.p[i]) && !q_str_has(Q_STR("!#$%&'*+-.^_`|~"), s.p[i]))
            return false;
    return s.n > 0;
}

static q_code lower(binder *b, q_str s, q_str *out)
{
    char *copy = q_arena_alloc(b->into->arena, s.n);

    if (!copy)
        return q_err_nomem(b->err);
    for (size_t i = 0; i < s.n; i++)
        copy[i] = q_to_lower(s.p[i]);
    *out = (q_str){copy, s.n};
    return Q_OK;
}

/* One entry of a prefix map; a second of the same name is joined by a comma,
 * as HTTP reads repeated headers.
 */
static q_code add_prefixed(binder *b, const q_member *m, q_value *map, q_str name, q_str text)
{
    q_value *old;
    q_str key;
    q_code rc;

    if (!is_token(name) || !q_utf8_valid(text))
        return q_err_set(b->err, Q_INVALID, "%.*s%.*s: no header name or no UTF-8",
                         Q_ARG(m->wire_name), Q_ARG(q_str_sub(name, 0, 100)));
    rc = lower(b, name, &key);
    if (rc)
        return rc;
    for (old = map->first; old && !q_str_eq(old->key, key); old = old->next)
        ;
    if (!old) {
        q_map_str(map, key, text);
        return Q_OK;
    }
    old->s = q_str_printf(map->arena, "%.*s,%.*s", Q_ARG(old->s), Q_ARG(text));
    return old->s.p ? Q_OK : q_err_nomem(b->err);
}

static bool has_prefix(q_str name, q_str prefix)
{
    return name.n > prefix.n && q_str_eq_nocase(q_str_sub(name, 0, prefix.n), prefix);
}

static q_code headers(binder *b, const q_member *m)
{
    q_value *map = q_map_map(b->into, m->name);
    q_str rest = b->req->query, key, value;
    q_code rc = map ? Q_OK : q_err_nomem(b->err);

    for (size_t i = 0; i < b->req->header_count && !rc; i++) {
        const q_header *h = &b->req->headers[i];

        if (has_prefix(h->name, m->wire_name))
            rc = add_prefixed(b, m, map, q_str_sub(h->name, m->wire_name.n, SIZE_MAX), h->value);
    }
    while (!rc && may_be_in_query(b, m->wire_name) && query__next(&rest, &key, &value)) {
        rc = decoded(b, key, true, &key);
        if (rc || !has_prefix(key, m->wire_name))
            continue;
        rc = decoded(b, value, true, &value);
        if (!rc)
            rc = add_prefixed(b, m, map, q_str_sub(key, m->wire_name.n, SIZE_MAX), value);
    }
    if (!rc && map->count == 0)
        map->kind = Q_VALUE_NULL;
    return rc;
}

/* A list is its key repeated. */
static q_code query_list(binder *b, const q_member *m)
{
    q_str rest = b->req->query, key, value;
    q_value *list = NULL;
    q_code rc = Q_OK;

    while (!rc && query__next(&rest, &key, &value)) {
        if (!query__decodes_to(key, m->wire_name))
            continue;
        if (!list)
            list = q_map_list(b->into, m->name);
        rc = decoded(b, value, true, &value);
        if (!rc) {
            q_value *to = q_list_add(list, Q_VALUE_NULL);

            rc = to ? read__text(&m->shape->members[0], Q_TIME_ISO8601, value, to, b->err)
                    : q_err_nomem(b->err);
        }
    }
    return rc;
}

static q_code query(binder *b, const q_member *m)
{
    bool found;
    q_str text;
    q_code rc;

    if (m->shape->kind == Q_SHAPE_LIST)
        return query_list(b, m);
    text = query__find(b->req->query, m->wire_name, &found);
    if (!found || (text.n == 0 && m->shape->kind != Q_SHAPE_STRING))
        return Q_OK;
    rc = decoded(b, text, true, &text);
    return rc ? rc : add_text(b, m, Q_TIME_ISO8601, text);
}

static q_code uri(binder *b, const q_member *m)
{
    for (size_t i = 0; i < b->labels->count; i++) {
        q_str text;
        q_code rc;

        if (!q_str_eq(b->labels->name[i], m->wire_name))
            continue;
        rc = decoded(b, b->labels->value[i], false, &text);
        return rc ? rc : add_text(b, m, Q_TIME_ISO8601, text);
    }
    return Q_OK;
}

q_code bind__members(const q_api *api, const q_api_shape *shape, const q_request *req,
                     const path_labels *labels, q_value *into, const q_member **bad, q_err *err)
{
    binder b = {api, req, labels, into, err};
    q_code rc = Q_OK;

    for (size_t i = 0; i < shape->member_count && !rc; i++) {
        const q_member *m = &shape->members[i];

        *bad = m;
        if (m->location == Q_IN_HEADER)
            rc = header(&b, m);
        else if (m->location == Q_IN_HEADERS)
            rc = headers(&b, m);
        else if (m->location == Q_IN_QUERY)
            rc = query(&b, m);
        else if (m->location == Q_IN_URI)
            rc = uri(&b, m);
    }
    return rc;
}
