#include "base/value.h"

#include <math.h>
#include <stdarg.h>

static q_value *root_new(q_arena *a, q_kind kind)
{
    q_value *v = q_arena_alloc(a, sizeof *v);

    if (!v)
        return NULL;
    v->kind = kind;
    v->arena = a;
    return v;
}

q_value *q_value_map(q_arena *a)
{
    return root_new(a, Q_VALUE_MAP);
}

q_value *q_value_list(q_arena *a)
{
    return root_new(a, Q_VALUE_LIST);
}

static q_value *add(q_value *parent, q_str key, q_kind kind)
{
    q_value *v, *root;

    if (!parent)
        return NULL;
    root = parent->root ? parent->root : parent;
    v = q_arena_alloc(parent->arena, sizeof *v);
    if (!v) {
        root->failed = true;
        return NULL;
    }
    v->kind = kind;
    v->key = key;
    v->root = root;
    v->arena = parent->arena;
    if (parent->last)
        parent->last->next = v;
    else
        parent->first = v;
    parent->last = v;
    parent->count++;
    return v;
}

q_value *q_map_add(q_value *map, q_str key, q_kind kind)
{
    return add(map, key, kind);
}

q_value *q_list_add(q_value *list, q_kind kind)
{
    return add(list, Q_STR(""), kind);
}

void q_map_null(q_value *map, q_str key)
{
    add(map, key, Q_VALUE_NULL);
}

void q_map_bool(q_value *map, q_str key, bool b)
{
    q_value *v = add(map, key, Q_VALUE_BOOL);

    if (v)
        v->b = b;
}

void q_map_int(q_value *map, q_str key, int64_t i)
{
    q_value *v = add(map, key, Q_VALUE_INT);

    if (v)
        v->i = i;
}

void q_map_double(q_value *map, q_str key, double d)
{
    q_value *v = add(map, key, Q_VALUE_DOUBLE);

    if (v)
        v->d = d;
}

static void add_str(q_value *parent, q_str key, q_kind kind, q_str s)
{
    q_value *v = add(parent, key, kind);

    if (v)
        v->s = s;
}

void q_map_str(q_value *map, q_str key, q_str s)
{
    add_str(map, key, Q_VALUE_STRING, s);
}

void q_map_blob(q_value *map, q_str key, q_str bytes)
{
    add_str(map, key, Q_VALUE_BLOB, bytes);
}

void q_map_time(q_value *map, q_str key, double seconds)
{
    q_value *v = add(map, key, Q_VALUE_TIME);

    if (v)
        v->d = seconds;
}

q_value *q_map_list(q_value *map, q_str key)
{
    return add(map, key, Q_VALUE_LIST);
}

q_value *q_map_map(q_value *map, q_str key)
{
    return add(map, key, Q_VALUE_MAP);
}

void q_list_int(q_value *list, int64_t i)
{
    q_map_int(list, Q_STR(""), i);
}

void q_list_str(q_value *list, q_str s)
{
    add_str(list, Q_STR(""), Q_VALUE_STRING, s);
}

q_value *q_list_map(q_value *list)
{
    return add(list, Q_STR(""), Q_VALUE_MAP);
}

void q_value_fail(q_value *v)
{
    if (v)
        (v->root ? v->root : v)->failed = true;
}

q_code q_value_ok(const q_value *root, q_err *err)
{
    return !root || root->failed ? q_err_nomem(err) : Q_OK;
}

const q_value *q_value_get(const q_value *map, q_str key)
{
    if (!map || map->kind != Q_VALUE_MAP)
        return NULL;
    for (const q_value *v = map->first; v; v = v->next)
        if (q_str_eq(v->key, key))
            return v;
    return NULL;
}

const q_value *q_value_at(const q_value *map, const char *name, ...)
{
    va_list ap;

    va_start(ap, name);
    while (map && name) {
        map = q_value_get(map, q_str_of(name));
        name = va_arg(ap, const char *);
    }
    va_end(ap);
    return map;
}

q_str q_value_str(const q_value *map, q_str key, q_str fallback)
{
    const q_value *v = q_value_get(map, key);

    return v && (v->kind == Q_VALUE_STRING || v->kind == Q_VALUE_BLOB) ? v->s : fallback;
}

int64_t q_value_int(const q_value *map, q_str key, int64_t fallback)
{
    int64_t i;

    return q_value_as_int(q_value_get(map, key), &i) ? i : fallback;
}

double q_value_double(const q_value *map, q_str key, double fallback)
{
    double d;

    return q_value_as_double(q_value_get(map, key), &d) ? d : fallback;
}

bool q_value_bool(const q_value *map, q_str key, bool fallback)
{
    const q_value *v = q_value_get(map, key);

    return v && v->kind == Q_VALUE_BOOL ? v->b : fallback;
}

size_t q_value_count(const q_value *v)
{
    return v && (v->kind == Q_VALUE_LIST || v->kind == Q_VALUE_MAP) ? v->count : 0;
}

const q_value *q_value_first(const q_value *v)
{
    return v && (v->kind == Q_VALUE_LIST || v->kind == Q_VALUE_MAP) ? v->first : NULL;
}

static void fill(q_value *to, const q_value *from)
{
    if (!to)
        return;
    switch (from->kind) {
    case Q_VALUE_MAP:
        for (const q_value *v = from->first; v; v = v->next)
            fill(q_map_add(to, v->key, v->kind), v);
        break;
    case Q_VALUE_LIST:
        for (const q_value *v = from->first; v; v = v->next)
            fill(q_list_add(to, v->kind), v);
        break;
    case Q_VALUE_BOOL:
        to->b = from->b;
        break;
    case Q_VALUE_INT:
        to->i = from->i;
        break;
    case Q_VALUE_DOUBLE:
    case Q_VALUE_TIME:
        to->d = from->d;
        break;
    case Q_VALUE_NUMBER:
    case Q_VALUE_STRING:
    case Q_VALUE_BLOB:
        to->s = from->s;
        break;
    case Q_VALUE_NULL:
        break;
    }
}

void q_map_copy(q_value *map, q_str key, const q_value *v)
{
    if (v && v->kind != Q_VALUE_NULL)
        fill(q_map_add(map, key, v->kind), v);
}

static bool whole(double d, int64_t *out)
{
    if (d != rint(d) || d < -0x1p63 || d >= 0x1p63)
        return false;
    *out = (int64_t)d;
    return true;
}

bool q_value_as_int(const q_value *v, int64_t *out)
{
    double d;

    if (!v)
        return false;
    switch (v->kind) {
    case Q_VALUE_INT:
        *out = v->i;
        return true;
    case Q_VALUE_DOUBLE:
    case Q_VALUE_TIME:
        return whole(v->d, out);
    case Q_VALUE_NUMBER:
        return q_str_i64(v->s, out) || (q_str_f64(v->s, &d) && whole(d, out));
    default:
        return false;
    }
}

bool q_value_as_double(const q_value *v, double *out)
{
    if (!v)
        return false;
    switch (v->kind) {
    case Q_VALUE_INT:
        *out = (double)v->i;
        return true;
    case Q_VALUE_DOUBLE:
    case Q_VALUE_TIME:
        *out = v->d;
        return true;
    case Q_VALUE_NUMBER:
        return q_str_f64(v->s, out);
    default:
        return false;
    }
}
