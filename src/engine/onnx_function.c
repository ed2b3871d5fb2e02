/* FunctionProto: operators that a model brings itself, inlined where they are called. */
#include "engine/onnx_scope.h"
#include "engine/protobuf.h"

#include <string.h>

enum { MAX_OPSETS = 256 };

q_code onnx__read_opset(q_str bytes, q_opset *out, q_err *err)
{
    protobuf m = protobuf__of(bytes);
    protobuf_field f;

    *out = (q_opset){{"", 0}, 1};
    while (protobuf__next(&m, &f)) {
        if (f.number == 1) {
            out->domain = onnx__domain(protobuf__bytes(&m, &f));
        } else if (f.number == 2) {
            int64_t v = protobuf__int(&m, &f);

            if (v < 1 || v > 1000000)
                return q_err_set(err, Q_INVALID, "version %lld of the operators of \"%.*s\"",
                                 (long long)v, Q_ARG(out->domain));
            out->version = (unsigned)v;
        }
    }
    return m.wrong ? q_err_set(err, Q_INVALID, "an operator set: %s", m.wrong) : Q_OK;
}

q_code onnx__read_opsets(q_arena *a, const onnx_list *protos, const q_opset **out, q_err *err)
{
    q_opset *sets = q_arena_array(a, protos->count, sizeof *sets);
    q_code rc = sets ? Q_OK : q_err_nomem(err);

    if (protos->count > MAX_OPSETS)
        rc = q_err_set(err, Q_LIMIT, "more than %d operator sets", MAX_OPSETS);

    for (size_t i = 0; !rc && i < protos->count; i++)
        rc = onnx__read_opset(protos->items[i], &sets[i], err);
    *out = sets;
    return rc;
}

static q_code add_field(q_arena *a, protobuf *m, const protobuf_field *f, onnx_function *fn,
                        onnx_list *opsets, q_err *err)
{
    onnx_list *list = NULL;

    switch (f->number) {
    case 1:
        fn->name = protobuf__bytes(m, f);
        break;
    case 4:
        list = &fn->inputs;
        break;
    case 5:
        list = &fn->outputs;
        break;
    case 7:
        list = &fn->nodes;
        break;
    case 9:
        list = opsets;
        break;
    case 10:
        fn->domain = onnx__domain(protobuf__bytes(m, f));
        break;
    case 11:
        list = &fn->attributes;
        break;
    case 12:
        list = &fn->infos;
        break;
    case 13:
        fn->overload = protobuf__bytes(m, f);
        break;
    default:
        break;
    }
    return list ? onnx__append(a, list, protobuf__bytes(m, f), err) : Q_OK;
}

static q_code enter(onnx_reader *r, onnx_function *fn, q_err *err)
{
    uint32_t *first = names__find(&r->function_names, fn->name);
    uint32_t own = (uint32_t)(fn - r->functions);

    fn->next = UINT32_MAX;
    if (!first)
        return names__put(&r->function_names, fn->name, own, err);
    fn->next = *first;
    *first = own;
    return Q_OK;
}

q_code onnx__read_function(onnx_reader *r, q_str bytes, q_err *err)
{
    protobuf m = protobuf__of(bytes);
    protobuf_field f;
    onnx_list opsets = {NULL, 0, 0};
    onnx_function *fn;
    q_code rc = Q_OK;

    if (q_arena_grow(r->arena, &r->functions, &r->function_cap, r->function_count + 1,
                     sizeof *r->functions))
        return q_err_nomem(err);
    fn = &r->functions[r->function_count++];
    *fn = (onnx_function){.name = {"", 0}, .domain = {"", 0}, .overload = {"", 0}};
    while (!rc && protobuf__next(&m, &f))
        rc = add_field(r->arena, &m, &f, fn, &opsets, err);
    if (!rc && m.wrong)
        rc = q_err_set(err, Q_INVALID, "%s", m.wrong);
    fn->opset_count = opsets.count;
    if (!rc)
        rc = onnx__read_opsets(r->arena, &opsets, &fn->opsets, err);
    if (!rc)
        rc = enter(r, fn, err);
    return rc ? q_err_add(err, rc, "function %.*s", Q_ARG(fn->name)) : Q_OK;
}

const onnx_function *onnx__find_function(const onnx_reader *r, const onnx_node *n)
{
    const uint32_t *first = names__find(&r->function_names, n->type);

    for (uint32_t i = first ? *first : UINT32_MAX; i != UINT32_MAX; i = r->functions[i].next) {
        const onnx_function *f = &r->functions[i];

        if (q_str_eq(f->domain, n->domain) && q_str_eq(f->overload, n->overload))
            return f;
    }
    return NULL;
}

/* The call's attributes, then the defaults of those it leaves out. */
static q_code call_attrs(onnx_scope *s, const onnx_function *f, const onnx_node *n, q_node *call,
                         q_err *err)
{
    q_node defaults = {.name = n->name};
    q_attr *all;
    size_t given;
    q_code rc = onnx__read_attrs(s, &n->attrs, call, err);

    if (!rc)
        rc = onnx__read_attrs(s, &f->attributes, &defaults, err);
    if (rc || defaults.attr_count == 0)
        return rc;
    given = call->attr_count;
    all = q_arena_array(s->reader->arena, given + defaults.attr_count, sizeof *all);
    if (!all)
        return q_err_nomem(err);
    memcpy(all, defaults.attrs, defaults.attr_count * sizeof *all);
    if (given > 0)
        memcpy(all + defaults.attr_count, call->attrs, given * sizeof *all);
    call->attrs = all; /* of two with one name the last holds (onnx_attr.c) */
    call->attr_count = given + defaults.attr_count;
    return Q_OK;
}

static q_code bind_ends(onnx_scope *inner, const onnx_function *f, const onnx_node *n,
                        const q_value_id *in, const q_value_id *out, q_err *err)
{
    q_code rc = Q_OK;

    if (n->in.count > f->inputs.count || n->out.count > f->outputs.count)
        return q_err_set(err, Q_INVALID, "%zu inputs and %zu outputs; the function has %zu and %zu",
                         n->in.count, n->out.count, f->inputs.count, f->outputs.count);
    for (size_t i = 0; !rc && i < f->inputs.count; i++) {
        if (names__find(&inner->names, f->inputs.items[i]))
            return q_err_set(err, Q_INVALID, "the function has two inputs \"%.*s\"",
                             Q_ARG(f->inputs.items[i]));
        rc = names__put(&inner->names, f->inputs.items[i], i < n->in.count ? in[i] : Q_NO_VALUE,
                        err);
    }
    for (size_t i = 0; !rc && i < n->out.count; i++)
        if (out[i] != Q_NO_VALUE && !names__find(&inner->names, f->outputs.items[i]) &&
            !names__find(&inner->results, f->outputs.items[i]))
            rc = names__put(&inner->results, f->outputs.items[i], out[i], err);
    return rc;
}

/* Outputs that are inputs of the function, or another output again, are copies. */
static q_code finish_outputs(onnx_scope *inner, const onnx_function *f, const onnx_node *n,
                             const q_value_id *out, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < n->out.count; i++) {
        q_value_id made;
        q_node *node;

        if (out[i] == Q_NO_VALUE)
            continue;
        rc = onnx__lookup(inner, f->outputs.items[i], &made, err);
        if (rc == Q_NOTFOUND || (!rc && made == Q_NO_VALUE))
            return q_err_set(err, Q_INVALID, "output \"%.*s\" of the function is made by nothing",
                             Q_ARG(f->outputs.items[i]));
        if (!rc && made != out[i])
            rc = graph__add_node(inner->graph, (q_str){"", 0}, Q_STR("Identity"), n->name, &made, 1,
                                 &out[i], 1, &node, err);
    }
    return rc;
}

q_code onnx__inline(onnx_scope *s, const onnx_function *f, const onnx_node *n, const q_value_id *in,
                    const q_value_id *out, q_err *err)
{
    onnx_reader *r = s->reader;
    q_node call = {.name = n->name, .type = n->type};
    onnx_scope inner = {
        .reader = r,
        .graph = s->graph,
        .names = names__init(r->arena, r->key),
        .results = names__init(r->arena, r->key),
        .call = &call,
        .opsets = f->opset_count > 0 ? f->opsets : s->opsets,
        .opset_count = f->opset_count > 0 ? f->opset_count : s->opset_count,
        .depth = s->depth + 1,
    };
    q_code rc;

    if (inner.depth > ONNX_MAX_DEPTH)
        return q_err_set(err, Q_LIMIT, "functions call each other, more than %d deep",
                         ONNX_MAX_DEPTH);
    rc = onnx__full_name(s, n->name.n > 0 || n->out.count == 0 ? n->name : n->out.items[0],
                         &inner.prefix, err);
    if (!rc)
        rc = call_attrs(s, f, n, &call, err);
    if (!rc)
        rc = bind_ends(&inner, f, n, in, out, err);
    if (!rc)
        rc = onnx__read_nodes(&inner, &f->nodes, &f->infos, err);
    return rc ? rc : finish_outputs(&inner, f, n, out, err);
}
