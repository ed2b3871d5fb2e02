#include "base/clock.h"
#include "base/encode.h"
#include "base/json.h"
#include "wire/place.h"
#include "wire/read.h"

#include <math.h>
#include <stdlib.h>

typedef struct reader {
    q_arena *arena;
    q_err *err;
} reader;

/* The services' names of JSON's tokens. */
static const char *token(const q_value *v)
{
    switch (v->kind) {
    case Q_VALUE_MAP:
        return "START_OBJECT";
    case Q_VALUE_LIST:
        return "START_ARRAY";
    case Q_VALUE_STRING:
        return "STRING_VALUE";
    case Q_VALUE_BOOL:
        return v->b ? "TRUE_VALUE" : "FALSE_VALUE";
    default:
        return "NUMBER_VALUE";
    }
}

static const char *wanted(q_shape_kind kind)
{
    static const char *const names[] = {[Q_SHAPE_STRUCTURE] = "a structure",
                                        [Q_SHAPE_LIST] = "a list",
                                        [Q_SHAPE_MAP] = "a map",
                                        [Q_SHAPE_STRING] = "String",
                                        [Q_SHAPE_BLOB] = "Blob",
                                        [Q_SHAPE_INTEGER] = "Integer",
                                        [Q_SHAPE_LONG] = "Long",
                                        [Q_SHAPE_FLOAT] = "Float",
                                        [Q_SHAPE_DOUBLE] = "Double",
                                        [Q_SHAPE_BOOLEAN] = "Boolean",
                                        [Q_SHAPE_TIMESTAMP] = "Timestamp"};

    return names[kind];
}

static q_code refuse(reader *r, const q_api_shape *s, const q_value *v, const place *at)
{
    q_buf where = q_buf_init(r->arena, 4096);

    place__write(&where, at);
    return q_err_set(r->err, Q_INVALID, "%s cannot be converted to %s at '%.*s'", token(v),
                     wanted(s->kind), Q_ARG(q_buf_str(&where)));
}

static bool to_whole(q_shape_kind kind, const q_value *v, q_value *to)
{
    to->kind = Q_VALUE_INT;
    return v->kind == Q_VALUE_NUMBER && q_value_as_int(v, &to->i) &&
           (kind == Q_SHAPE_LONG || (to->i <= INT32_MAX && to->i >= INT32_MIN));
}

static bool to_real(const q_member *m, const q_value *v, q_value *to)
{
    q_err ignored;

    to->kind = Q_VALUE_DOUBLE;
    if (v->kind == Q_VALUE_NUMBER)
        return q_value_as_double(v, &to->d);
    /* What JSON's numbers cannot say comes as a string. */
    return v->kind == Q_VALUE_STRING && v->s.n && !q_is_digit(v->s.p[v->s.n - 1]) &&
           read__text(m, Q_TIME_DEFAULT, v->s, to, &ignored) == Q_OK;
}

static bool to_time(const q_member *m, const q_value *v, q_value *to)
{
    q_time_format format = m->time_format ? m->time_format : m->shape->time_format;
    int64_t ms;

    to->kind = Q_VALUE_TIME;
    if (format == Q_TIME_DEFAULT || format == Q_TIME_EPOCH)
        return v->kind == Q_VALUE_NUMBER && q_value_as_double(v, &to->d);
    if (v->kind != Q_VALUE_STRING || !q_time_parse(v->s, &ms))
        return false;
    to->d = (double)ms / 1000;
    return true;
}

static q_code to_blob(reader *r, const q_member *m, const q_value *v, q_value *to, const place *at)
{
    q_err inner;
    q_code rc;

    to->kind = Q_VALUE_BLOB;
    if (v->kind != Q_VALUE_STRING)
        return refuse(r, m->shape, v, at);
    rc = q_base64_decode(r->arena, v->s, &to->s, &inner);
    if (rc == Q_INVALID) {
        q_buf where = q_buf_init(r->arena, 4096);

        place__write(&where, at);
        return q_err_set(r->err, rc, "%s at '%.*s'", inner.msg, Q_ARG(q_buf_str(&where)));
    }
    return rc ? q_err_nomem(r->err) : Q_OK;
}

static q_code convert(reader *r, const q_member *m, const q_value *v, q_value *to, const place *at);

/* The last value of that key; NULL when that is null. */
static const q_value *last_of(const q_value *map, q_str key)
{
    const q_value *found = NULL;

    for (const q_value *v = map->first; v; v = v->next)
        if (q_str_eq(v->key, key))
            found = v;
    return found && found->kind != Q_VALUE_NULL ? found : NULL;
}

static q_code structure(reader *r, const q_api_shape *s, const q_value *from, q_value *to,
                        bool body, const place *at)
{
    q_code rc = Q_OK;

    for (size_t i = 0; i < s->member_count && !rc; i++) {
        const q_member *m = &s->members[i];
        const q_value *v = !body || read__in_body(m) ? last_of(from, m->wire_name) : NULL;
        place inner = {at, m->name, 0};

        if (v)
            rc = convert(r, m, v, q_map_add(to, m->name, Q_VALUE_NULL), &inner);
    }
    return rc;
}

static q_code list(reader *r, const q_api_shape *s, const q_value *from, q_value *to,
                   const place *at)
{
    q_code rc = Q_OK;
    size_t index = 0;

    to->kind = Q_VALUE_LIST;
    for (const q_value *v = from->first; v && !rc; v = v->next) {
        place inner = {at, Q_STR(""), ++index};

        if (v->kind != Q_VALUE_NULL)
            rc = convert(r, &s->members[0], v, q_list_add(to, Q_VALUE_NULL), &inner);
    }
    return rc;
}

/* By key, and entries of one key in the order they came in. */
static int by_key(const void *a, const void *b)
{
    const q_value *const *x = a, *const *y = b;
    int order = q_str_cmp((*x)->key, (*y)->key);

    return order ? order : (*x)->i < (*y)->i ? -1 : (*x)->i > (*y)->i;
}

/* Mark in `dead` the entries that a later one of the same key replaces. */
static q_code find_replaced(reader *r, const q_value *from, bool *dead)
{
    q_value *copies = q_arena_array(r->arena, from->count, sizeof *copies);
    const q_value **order = q_arena_array(r->arena, from->count, sizeof *order);
    size_t n = 0;

    if (!copies || !order)
        return q_err_nomem(r->err);
    for (const q_value *v = from->first; v; v = v->next, n++) {
        copies[n] = (q_value){.kind = Q_VALUE_INT, .i = (int64_t)n, .key = v->key};
        order[n] = &copies[n];
    }
    qsort(order, n, sizeof *order, by_key);
    for (size_t i = 0; i + 1 < n; i++)
        if (q_str_eq(order[i]->key, order[i + 1]->key))
            dead[order[i]->i] = true;
    return Q_OK;
}

static q_code map(reader *r, const q_api_shape *s, const q_value *from, q_value *to,
                  const place *at)
{
    bool *dead = q_arena_alloc(r->arena, from->count);
    size_t n = 0;
    q_code rc = dead ? find_replaced(r, from, dead) : q_err_nomem(r->err);

    to->kind = Q_VALUE_MAP;
    for (const q_value *v = from->first; v && !rc; v = v->next, n++) {
        place inner = {at, v->key, n + 1};

        if (v->kind != Q_VALUE_NULL && !dead[n])
            rc = convert(r, &s->members[1], v, q_map_add(to, v->key, Q_VALUE_NULL), &inner);
    }
    return rc;
}

static bool scalar(const q_member *m, const q_value *v, q_value *to)
{
    switch (m->shape->kind) {
    case Q_SHAPE_STRING:
        to->kind = Q_VALUE_STRING;
        to->s = v->s;
        return v->kind == Q_VALUE_STRING;
    case Q_SHAPE_INTEGER:
    case Q_SHAPE_LONG:
        return to_whole(m->shape->kind, v, to);
    case Q_SHAPE_FLOAT:
    case Q_SHAPE_DOUBLE:
        return to_real(m, v, to);
    case Q_SHAPE_BOOLEAN:
        to->kind = Q_VALUE_BOOL;
        to->b = v->kind == Q_VALUE_BOOL && v->b;
        return v->kind == Q_VALUE_BOOL;
    case Q_SHAPE_TIMESTAMP:
        return to_time(m, v, to);
    default:
        return false;
    }
}

static q_code convert(reader *r, const q_member *m, const q_value *v, q_value *to, const place *at)
{
    const q_api_shape *s = m->shape;

    if (!to)
        return q_err_nomem(r->err);
    if (s->kind == Q_SHAPE_BLOB)
        return to_blob(r, m, v, to, at);
    if (s->kind == Q_SHAPE_LIST && v->kind == Q_VALUE_LIST)
        return list(r, s, v, to, at);
    if (s->kind == Q_SHAPE_MAP && v->kind == Q_VALUE_MAP)
        return map(r, s, v, to, at);
    if (s->kind == Q_SHAPE_STRUCTURE && v->kind == Q_VALUE_MAP) {
        to->kind = Q_VALUE_MAP;
        return structure(r, s, v, to, false, at);
    }
    return scalar(m, v, to) ? Q_OK : refuse(r, s, v, at);
}

q_code read__json(const q_api_shape *shape, q_str body, q_value *into, q_err *err)
{
    reader r = {into->arena, err};
    q_value *parsed;
    q_code rc;

    if (q_str_trim(body).n == 0)
        return Q_OK;
    rc = q_json_parse(into->arena, body, &parsed, err);
    if (rc)
        return rc;
    if (parsed->kind != Q_VALUE_MAP)
        return q_err_set(err, Q_INVALID, "%s cannot be converted to a structure", token(parsed));
    return structure(&r, shape, parsed, into, true, NULL);
}
