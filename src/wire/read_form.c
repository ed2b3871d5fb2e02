#include "base/encode.h"
#include "wire/path.h"
#include "wire/place.h"
#include "wire/read.h"

#include <stdlib.h>

enum { MAX_PAIRS = 4096, MAX_STEPS = 32 };

/* The form becomes a tree of maps first, one level a point in a key:
 * Tags.member.1.Key=k is {Tags: {member: {1: {Key: "k"}}}}.
 */
static q_value *step(q_value *node, q_str name)
{
    if (node->kind != Q_VALUE_MAP)
        return NULL;
    if (node->last && q_str_eq(node->last->key, name)) /* the usual order */
        return node->last;
    for (q_value *v = node->first; v; v = v->next)
        if (q_str_eq(v->key, name))
            return v;
    return q_map_map(node, name);
}

static q_code add_pair(q_value *root, q_str key, q_str text, q_err *err)
{
    q_value *node = root;
    q_str name, rest = key;
    bool more = true;

    for (size_t steps = 0; more && node; steps++) {
        if (steps == MAX_STEPS)
            return q_err_set(err, Q_LIMIT, "a form key of more than %d parts", MAX_STEPS);
        more = q_str_cut(rest, '.', &name, &rest);
        node = step(node, name);
    }
    if (root->failed)
        return q_err_nomem(err);
    /* A second value, or one where a structure is: the first stays. */
    if (node && node->kind == Q_VALUE_MAP && !node->first) {
        node->kind = Q_VALUE_STRING;
        node->s = text;
    }
    return Q_OK;
}

static q_code tree(q_str form, q_value *root, q_err *err)
{
    q_str key, text;
    q_code rc = Q_OK;

    for (size_t n = 0; !rc && query__next(&form, &key, &text); n++) {
        if (n == MAX_PAIRS)
            return q_err_set(err, Q_LIMIT, "a form of more than %d pairs", MAX_PAIRS);
        key = q_percent_decode(root->arena, key, true);
        text = q_percent_decode(root->arena, text, true);
        rc = key.p && text.p ? add_pair(root, key, text, err) : q_err_nomem(err);
    }
    return rc;
}

typedef struct indexed {
    uint64_t index;
    const q_value *v;
} indexed;

static int by_index(const void *a, const void *b)
{
    const indexed *x = a, *y = b;

    return x->index < y->index ? -1 : x->index > y->index;
}

/* The children 1, 2, ... of a node in the order of their numbers; others are
 * left out. In the arena.
 */
static q_code numbered(const q_value *node, indexed **out, size_t *count, q_err *err)
{
    *count = 0;
    *out = q_arena_array(node->arena, node->count, sizeof **out);
    if (!*out)
        return q_err_nomem(err);
    for (const q_value *v = node->first; v; v = v->next)
        if (q_str_u64(v->key, &(*out)[*count].index))
            (*out)[(*count)++].v = v;
    qsort(*out, *count, sizeof **out, by_index);
    return Q_OK;
}

static q_code convert(const q_member *m, const q_value *from, q_value *to, const place *at,
                      q_err *err);

static q_code items(const q_api_shape *s, const q_value *node, q_value *to, const place *at,
                    q_err *err)
{
    indexed *order;
    size_t n;
    q_code rc;

    to->kind = Q_VALUE_LIST;
    if (!node || node->kind != Q_VALUE_MAP) /* "Tags=" is an empty list */
        return Q_OK;
    rc = numbered(node, &order, &n, err);
    for (size_t i = 0; i < n && !rc; i++) {
        place inner = {at, Q_STR(""), i + 1};

        rc = convert(&s->members[0], order[i].v, q_list_add(to, Q_VALUE_NULL), &inner, err);
    }
    return rc;
}

static q_code entries(const q_api_shape *s, const q_value *node, q_value *to, const place *at,
                      q_err *err)
{
    indexed *order;
    size_t n;
    q_code rc;

    to->kind = Q_VALUE_MAP;
    if (!node || node->kind != Q_VALUE_MAP)
        return Q_OK;
    rc = numbered(node, &order, &n, err);
    for (size_t i = 0; i < n && !rc; i++) {
        const q_value *key = q_value_get(order[i].v, s->members[0].wire_name);
        const q_value *value = q_value_get(order[i].v, s->members[1].wire_name);

        if (key && key->kind == Q_VALUE_STRING && value) {
            place inner = {at, key->s, 0};

            rc = convert(&s->members[1], value, q_map_add(to, key->s, Q_VALUE_NULL), &inner, err);
        }
    }
    return rc;
}

static q_code structure(const q_api_shape *s, const q_value *from, q_value *to, const place *at,
                        q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; i < s->member_count && !rc; i++) {
        const q_member *m = &s->members[i];
        const q_value *v = read__in_body(m) ? q_value_get(from, m->wire_name) : NULL;
        place inner = {at, m->name, 0};

        if (v)
            rc = convert(m, v, q_map_add(to, m->name, Q_VALUE_NULL), &inner, err);
    }
    return rc;
}

static q_code convert(const q_member *m, const q_value *from, q_value *to, const place *at,
                      q_err *err)
{
    const q_api_shape *s = m->shape;
    q_buf where;
    q_err inner;
    q_code rc;

    if (!to)
        return q_err_nomem(err);
    if (s->kind == Q_SHAPE_LIST)
        return items(s, m->flattened ? from : q_value_get(from, s->members[0].wire_name), to, at,
                     err);
    if (s->kind == Q_SHAPE_MAP)
        return entries(s, m->flattened ? from : q_value_get(from, Q_STR("entry")), to, at, err);
    if (s->kind == Q_SHAPE_STRUCTURE) {
        to->kind = Q_VALUE_MAP;
        return structure(s, from, to, at, err);
    }
    if (from->kind == Q_VALUE_STRING) {
        rc = read__text(m, Q_TIME_ISO8601, from->s, to, &inner);
    } else {
        rc = q_err_set(&inner, Q_INVALID, "parts where one value should be");
    }
    if (!rc)
        return Q_OK;
    where = q_buf_init(to->arena, 4096);
    place__write(&where, at);
    return q_err_set(err, rc, "%s at '%.*s'", inner.msg, Q_ARG(q_buf_str(&where)));
}

q_code read__form(const q_api_shape *shape, q_str form, q_value *into, q_err *err)
{
    q_value *root = q_value_map(into->arena);
    q_code rc = root ? tree(form, root, err) : q_err_nomem(err);

    return rc ? rc : structure(shape, root, into, NULL, err);
}
