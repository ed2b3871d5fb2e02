/* NodeProto: a node of the graph, a constant, or a call of a function. */
#include "engine/onnx_scope.h"
#include "engine/onnx_tensor.h"
#include "engine/protobuf.h"

#include <stdio.h>
#include <string.h>

/* A node may be of another version than the model imports (onnx_write.c). */
static void read_metadata(q_str entry, onnx_node *n)
{
    protobuf m = protobuf__of(entry);
    protobuf_field f;
    bool is_version = false;
    uint64_t v;

    while (protobuf__next(&m, &f)) {
        if (f.number == 1)
            is_version = q_str_is(protobuf__bytes(&m, &f), "quern.version");
        else if (f.number == 2 && is_version && q_str_u64(protobuf__bytes(&m, &f), &v) &&
                 v < 1000000)
            n->version = (unsigned)v;
    }
}

static q_code part(onnx_scope *s, q_str bytes, onnx_node *n, q_err *err)
{
    protobuf m = protobuf__of(bytes);
    protobuf_field f;
    q_arena *a = s->reader->arena;
    q_code rc = Q_OK;

    while (!rc && protobuf__next(&m, &f)) {
        switch (f.number) {
        case 1:
            rc = onnx__append(a, &n->in, protobuf__bytes(&m, &f), err);
            break;
        case 2:
            rc = onnx__append(a, &n->out, protobuf__bytes(&m, &f), err);
            break;
        case 3:
            n->name = protobuf__bytes(&m, &f);
            break;
        case 4:
            n->type = protobuf__bytes(&m, &f);
            break;
        case 5:
            rc = onnx__append(a, &n->attrs, protobuf__bytes(&m, &f), err);
            break;
        case 7:
            n->domain = onnx__domain(protobuf__bytes(&m, &f));
            break;
        case 8:
            n->overload = protobuf__bytes(&m, &f);
            break;
        case 9:
            read_metadata(protobuf__bytes(&m, &f), n);
            break;
        default:
            break;
        }
    }
    return !rc && m.wrong ? q_err_set(err, Q_INVALID, "a node: %s", m.wrong) : rc;
}

/* "node conv1 (Conv)"; by its first output where it has no name. */
static const char *title(const onnx_node *n, char out[200])
{
    q_str name = n->name.n == 0 && n->out.count > 0 ? n->out.items[0] : n->name;

    snprintf(out, 200, "node \"%.*s\" (%.*s)", (int)(name.n < 120 ? name.n : 120), name.p,
             (int)(n->type.n < 40 ? n->type.n : 40), n->type.p);
    return out;
}

/* All outputs, before any node reads them: the order is repaired later. */
static q_code declare_outputs(onnx_scope *s, const onnx_node *n, q_value_id *ids, q_err *err)
{
    char text[200];
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < n->out.count; i++) {
        ids[i] = Q_NO_VALUE;
        if (n->out.items[i].n > 0)
            rc = onnx__declare(s, n->out.items[i], title(n, text), &ids[i], err);
    }
    return rc;
}

static q_code resolve_inputs(onnx_scope *s, const onnx_node *n, q_value_id *ids, q_err *err)
{
    char text[200];
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < n->in.count; i++) {
        ids[i] = Q_NO_VALUE;
        if (n->in.items[i].n > 0)
            rc = onnx__lookup(s, n->in.items[i], &ids[i], err);
        if (rc == Q_NOTFOUND)
            rc = q_err_set(err, Q_INVALID,
                           "%s: input %zu, \"%.*s\", is made by nothing: no node, no input, and "
                           "no initialiser has the name",
                           title(n, text), i, Q_ARG(n->in.items[i]));
    }
    return rc;
}

static q_code version_of(const onnx_scope *s, const onnx_node *n, unsigned *version, q_err *err)
{
    *version = n->version;
    if (n->version > 0)
        return Q_OK;
    for (size_t i = 0; i < s->opset_count; i++) {
        if (q_str_eq(s->opsets[i].domain, n->domain)) {
            *version = s->opsets[i].version;
            return Q_OK;
        }
    }
    return q_err_set(err, Q_INVALID, "no version of the operators of \"%.*s\" is imported",
                     Q_ARG(n->domain));
}

/* -- Constants -- */

static q_code list_tensor(q_arena *a, const q_attr *attr, q_dtype dtype, bool scalar, q_tensor *out,
                          q_err *err)
{
    *out = (q_tensor){dtype, {scalar ? 0 : 1, {attr->count}}, NULL};
    if (dtype != Q_F32) {
        out->data = (void *)(uintptr_t)attr->ints;
        return Q_OK;
    }
    out->data = q_arena_array(a, attr->count, sizeof(float));
    if (!out->data)
        return q_err_nomem(err);
    for (size_t i = 0; i < attr->count; i++)
        ((float *)out->data)[i] = (float)attr->floats[i];
    return Q_OK;
}

static q_code constant_of(onnx_scope *s, const q_attr *attr, q_tensor *out, q_err *err)
{
    q_arena *a = s->reader->arena;

    switch (attr->kind) {
    case Q_ATTR_TENSOR:
        *out = attr->tensors[0];
        return Q_OK;
    case Q_ATTR_FLOAT:
        return list_tensor(a, attr, Q_F32, true, out, err);
    case Q_ATTR_FLOATS:
        return list_tensor(a, attr, Q_F32, false, out, err);
    case Q_ATTR_INT:
        return list_tensor(a, attr, Q_I64, true, out, err);
    case Q_ATTR_INTS:
        return list_tensor(a, attr, Q_I64, false, out, err);
    case Q_ATTR_STRING:
        return list_tensor(a, attr, Q_STRING, true, out, err);
    case Q_ATTR_STRINGS:
        return list_tensor(a, attr, Q_STRING, false, out, err);
    default:
        return q_err_set(err, Q_INVALID, "a constant of no kind that is known");
    }
}

static q_code add_constant(onnx_scope *s, const onnx_node *n, q_value_id id, q_err *err)
{
    q_tensor *t = q_arena_alloc(s->reader->arena, sizeof *t);
    q_node attrs = {.name = n->name, .type = n->type};
    q_value_info *v;
    q_code rc;

    if (!t)
        return q_err_nomem(err);
    rc = onnx__read_attrs(s, &n->attrs, &attrs, err);
    if (!rc && attrs.attr_count != 1)
        rc = q_err_set(err, Q_INVALID, "%zu attributes; a constant has one", attrs.attr_count);
    if (!rc)
        rc = constant_of(s, &attrs.attrs[0], t, err);
    v = &s->graph->values[id];
    if (!rc && v->dtype != Q_NONE && v->dtype != t->dtype)
        rc = q_err_set(err, Q_INVALID, "value \"%.*s\" is declared as %s but holds %s",
                       Q_ARG(v->name), q_dtype_name(v->dtype), q_dtype_name(t->dtype));
    if (rc)
        return rc;
    v->constant = t;
    v->dtype = t->dtype;
    v->has_shape = true;
    v->shape = t->shape;
    return Q_OK;
}

/* -- Nodes -- */

static q_code add_node(onnx_scope *s, const onnx_node *n, const q_value_id *in,
                       const q_value_id *out, q_err *err)
{
    q_node *node;
    q_str name;
    unsigned version;
    q_code rc = version_of(s, n, &version, err);

    if (!rc)
        rc = onnx__full_name(s, n->name, &name, err);
    if (!rc)
        rc = graph__add_node(s->graph, n->domain, n->type, name, in, n->in.count, out, n->out.count,
                             &node, err);
    if (rc)
        return rc;
    node->version = version;
    return onnx__read_attrs(s, &n->attrs, node, err);
}

static q_code read_node(onnx_scope *s, const onnx_node *n, const q_value_id *out, q_err *err)
{
    const onnx_function *function = onnx__find_function(s->reader, n);
    char text[200];
    q_value_id *in;
    q_code rc;

    if (!function && n->domain.n == 0 && q_str_is(n->type, "Constant") && n->out.count == 1 &&
        out[0] != Q_NO_VALUE) {
        rc = add_constant(s, n, out[0], err);
        return rc ? q_err_add(err, rc, "%s", title(n, text)) : Q_OK;
    }
    in = q_arena_array(s->reader->arena, n->in.count, sizeof *in);
    if (!in)
        return q_err_nomem(err);
    rc = resolve_inputs(s, n, in, err);
    if (rc)
        return rc;
    rc = function ? onnx__inline(s, function, n, in, out, err) : add_node(s, n, in, out, err);
    return rc && rc != Q_NOMEM && rc != Q_LIMIT ? q_err_add(err, rc, "%s", title(n, text)) : rc;
}

q_code onnx__read_nodes(onnx_scope *s, const onnx_list *nodes, const onnx_list *infos, q_err *err)
{
    q_arena *a = s->reader->arena;
    onnx_node *parted = q_arena_array(a, nodes->count, sizeof *parted);
    q_value_id **out = q_arena_array(a, nodes->count, sizeof *out);
    q_code rc = Q_OK;

    if (!parted || !out)
        return q_err_nomem(err);
    for (size_t i = 0; !rc && i < nodes->count; i++) {
        rc = part(s, nodes->items[i], &parted[i], err);
        if (rc)
            break;
        out[i] = q_arena_array(a, parted[i].out.count, sizeof **out);
        rc = out[i] ? declare_outputs(s, &parted[i], out[i], err) : q_err_nomem(err);
    }
    for (size_t i = 0; !rc && i < infos->count; i++)
        rc = onnx__describe(s, infos->items[i], err);
    for (size_t i = 0; !rc && i < nodes->count; i++)
        rc = read_node(s, &parted[i], out[i], err);
    return rc;
}
