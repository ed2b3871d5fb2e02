#include "engine/onnx_scope.h"

#include "engine/onnx_value.h"
#include "engine/protobuf.h"

q_code onnx__append(q_arena *a, onnx_list *list, q_str item, q_err *err)
{
    if (q_arena_grow(a, &list->items, &list->cap, list->count + 1, sizeof *list->items))
        return q_err_nomem(err);
    list->items[list->count++] = item;
    return Q_OK;
}

q_str onnx__domain(q_str domain)
{
    return q_str_is(domain, "ai.onnx") ? (q_str){"", 0} : domain;
}

q_code onnx__full_name(const onnx_scope *s, q_str name, q_str *out, q_err *err)
{
    *out = name;
    if (s->prefix.n == 0)
        return Q_OK;
    *out = q_str_printf(s->reader->arena, "%.*s/%.*s", Q_ARG(s->prefix), Q_ARG(name));
    return out->p ? Q_OK : q_err_nomem(err);
}

q_code onnx__declare(onnx_scope *s, q_str name, const char *maker, q_value_id *id, q_err *err)
{
    const uint32_t *result = names__find(&s->results, name);
    q_code rc = Q_OK;

    if (names__find(&s->names, name))
        return q_err_set(err, Q_INVALID, "value \"%.*s\" is made twice, the second time by %s",
                         Q_ARG(name), maker);
    if (result) {
        *id = *result;
    } else {
        q_str full;

        rc = onnx__full_name(s, name, &full, err);
        if (!rc)
            rc = graph__add_value(s->graph, full, Q_NONE, NULL, id, err);
    }
    return rc ? rc : names__put(&s->names, name, *id, err);
}

/* The value of the graph around, as a value of this one. */
static q_code capture(onnx_scope *s, q_str name, q_value_id outer, q_value_id *id, q_err *err)
{
    q_value_info from = s->graph->parent->values[outer];
    q_code rc = graph__add_value(s->graph, from.name, from.dtype,
                                 from.has_shape ? &from.shape : NULL, id, err);

    if (rc)
        return rc;
    s->graph->values[*id].outer = outer;
    s->graph->values[*id].constant = from.constant;
    s->graph->values[*id].dim_names = from.dim_names;
    s->graph->values[*id].type_proto = from.type_proto;
    return names__put(&s->names, name, *id, err);
}

q_code onnx__lookup(onnx_scope *s, q_str name, q_value_id *id, q_err *err)
{
    const uint32_t *found = names__find(&s->names, name);
    q_value_id outer;
    q_code rc;

    if (found) {
        *id = *found;
        return Q_OK;
    }
    if (!s->around)
        return Q_NOTFOUND;
    rc = onnx__lookup(s->around, name, &outer, err);
    if (rc)
        return rc;
    if (outer != Q_NO_VALUE)
        return capture(s, name, outer, id, err);
    *id = Q_NO_VALUE;
    return Q_OK;
}

static q_code merge(q_value_info *v, const onnx_type *type, q_err *err)
{
    if (v->dtype != Q_NONE && type->dtype != Q_NONE && v->dtype != type->dtype)
        return q_err_set(err, Q_INVALID, "value \"%.*s\" is declared as %s but holds %s",
                         Q_ARG(v->name), q_dtype_name(type->dtype), q_dtype_name(v->dtype));
    if (v->constant)
        return Q_OK;
    v->type_proto = type->proto;
    if (type->dtype != Q_NONE)
        v->dtype = type->dtype;
    if (type->has_shape) {
        v->has_shape = true;
        v->shape = type->shape;
        v->dim_names = type->dim_names;
    }
    return Q_OK;
}

q_code onnx__describe(onnx_scope *s, q_str info, q_err *err)
{
    protobuf m = protobuf__of(info);
    protobuf_field f;
    q_str name = {"", 0};
    onnx_type type = {Q_NONE};
    const uint32_t *id;
    q_code rc = Q_OK;

    while (!rc && protobuf__next(&m, &f)) {
        if (f.number == 1)
            name = protobuf__bytes(&m, &f);
        else if (f.number == 2)
            rc = onnx__read_type(s->reader->arena, protobuf__bytes(&m, &f), &type, err);
    }
    if (!rc && m.wrong)
        rc = q_err_set(err, Q_INVALID, "%s", m.wrong);
    if (rc)
        return q_err_add(err, rc, "type of value \"%.*s\"", Q_ARG(name));
    if (type.optional) { /* it may come without content, which is Q_NONE */
        type.dtype = Q_NONE;
        type.has_shape = false;
    }
    id = names__find(&s->names, name);
    return id && *id != Q_NO_VALUE ? merge(&s->graph->values[*id], &type, err) : Q_OK;
}
