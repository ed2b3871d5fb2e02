#include "wire/place.h"
#include "wire/read.h"

static q_code refuse(q_arena *a, const q_err *inner, const place *at, q_err *err)
{
    q_buf where = q_buf_init(a, 4096);

    place__write(&where, at);
    return q_err_set(err, inner->code, "%s at '%.*s'", inner->msg, Q_ARG(q_buf_str(&where)));
}

static q_code convert(const q_member *m, const xml_node *node, q_value *to, const place *at,
                      q_err *err);

/* The items that are named `name` from `node` on. */
static q_code items(const q_member *item, const xml_node *node, q_str name, q_value *to,
                    const place *at, q_err *err)
{
    size_t index = 0;
    q_code rc = Q_OK;

    for (node = xml__named(node, name); node && !rc; node = xml__named(node->next, name)) {
        place inner = {at, Q_STR(""), ++index};

        rc = convert(item, node, q_list_add(to, Q_VALUE_NULL), &inner, err);
    }
    return rc;
}

static q_code entries(const q_api_shape *s, const xml_node *node, q_str name, q_value *to,
                      const place *at, q_err *err)
{
    q_code rc = Q_OK;

    for (node = xml__named(node, name); node && !rc; node = xml__named(node->next, name)) {
        const xml_node *key = xml__named(node->first, s->members[0].wire_name);
        const xml_node *value = xml__named(node->first, s->members[1].wire_name);
        place inner = {at, key ? key->text : Q_STR(""), 0};

        if (key && value)
            rc =
                convert(&s->members[1], value, q_map_add(to, key->text, Q_VALUE_NULL), &inner, err);
    }
    return rc;
}

static q_code attribute(const q_member *m, const xml_node *node, q_value *to, q_err *err)
{
    for (const xml_attribute *a = node->attributes; a; a = a->next)
        if (q_str_eq(a->name, m->wire_name))
            return read__text(m, Q_TIME_ISO8601, a->value, q_map_add(to, m->name, Q_VALUE_NULL),
                              err);
    return Q_OK;
}

static q_code member(const q_member *m, const xml_node *node, q_value *to, const place *at,
                     q_err *err)
{
    const xml_node *child;
    place inner = {at, m->name, 0};

    if (m->xml_attribute)
        return attribute(m, node, to, err);
    child = xml__named(node->first, m->wire_name);
    if (!child)
        return Q_OK;
    if (m->flattened && m->shape->kind == Q_SHAPE_LIST)
        return items(&m->shape->members[0], child, m->wire_name, q_map_list(to, m->name), &inner,
                     err);
    if (m->flattened && m->shape->kind == Q_SHAPE_MAP)
        return entries(m->shape, child, m->wire_name, q_map_map(to, m->name), &inner, err);
    return convert(m, child, q_map_add(to, m->name, Q_VALUE_NULL), &inner, err);
}

static q_code structure(const q_api_shape *s, const xml_node *node, q_value *to, const place *at,
                        q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; i < s->member_count && !rc; i++)
        if (read__in_body(&s->members[i]))
            rc = member(&s->members[i], node, to, at, err);
    return rc;
}

static q_code convert(const q_member *m, const xml_node *node, q_value *to, const place *at,
                      q_err *err)
{
    const q_api_shape *s = m->shape;
    q_err inner;
    q_code rc;

    if (!to)
        return q_err_nomem(err);
    switch (s->kind) {
    case Q_SHAPE_STRUCTURE:
        to->kind = Q_VALUE_MAP;
        return structure(s, node, to, at, err);
    case Q_SHAPE_LIST:
        to->kind = Q_VALUE_LIST;
        return items(&s->members[0], node->first, s->members[0].wire_name, to, at, err);
    case Q_SHAPE_MAP:
        to->kind = Q_VALUE_MAP;
        return entries(s, node->first, Q_STR("entry"), to, at, err);
    default:
        if (node->first)
            return q_err_set(err, Q_INVALID,
                             "an element with elements in it where a value "
                             "should be: %.*s",
                             Q_ARG(q_str_sub(node->name, 0, 100)));
        rc = read__text(m, Q_TIME_ISO8601, node->text, to, &inner);
        return rc ? refuse(to->arena, &inner, at, err) : Q_OK;
    }
}

q_code read__xml(const q_api_shape *shape, const xml_node *node, q_value *into, q_err *err)
{
    return structure(shape, node, into, NULL, err);
}
