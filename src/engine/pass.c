#include "engine/pass.h"

#include "engine/op.h"

#include <math.h>
#include <string.h>

#define SCRATCH_LIMIT ((size_t)1 << 30)

q_code pass__init(pass *p, q_graph *g, const q_model_options *options, const pass *around,
                  q_err *err)
{
    *p = (pass){.g = g, .around = around, .sizes = PASS_SIZES};
    if (options)
        p->options = *options;
    return pass__refresh(p, err);
}

void pass__clear(pass *p)
{
    q_arena_free(p->scratch);
    *p = (pass){0};
}

q_code pass__refresh(pass *p, q_err *err)
{
    graph_uses uses;
    q_code rc = graph__tidy(p->g, err);

    if (!rc)
        rc = graph__bind(p->g, err);
    if (rc)
        return rc;
    q_arena_free(p->scratch);
    p->shapes = NULL;
    p->scratch = q_arena_new(SCRATCH_LIMIT);
    if (!p->scratch)
        return q_err_nomem(err);
    rc = graph__uses(p->g, p->scratch, &uses, err);
    if (rc)
        return rc;
    p->maker = uses.maker;
    p->uses = uses.uses;
    p->value_cap = p->g->value_count;
    return Q_OK;
}

/* -- Looking -- */

bool pass__is(const q_node *n, const char *type)
{
    return n && q_str_is(n->type, type) && (!n->domain.n || q_str_is(n->domain, "ai.onnx"));
}

bool pass__is_quern(const q_node *n, const char *type)
{
    return n && q_str_is(n->type, type) && q_str_is(n->domain, "quern");
}

bool pass__is_any(const q_node *n, const char *types)
{
    q_str left = q_str_of(types), one;

    if (!n || (n->domain.n && !q_str_is(n->domain, "ai.onnx")))
        return false;
    while (left.n) {
        (void)q_str_cut(left, ' ', &one, &left);
        if (q_str_eq(n->type, one))
            return true;
    }
    return false;
}

q_node *pass__maker(const pass *p, q_value_id v)
{
    return v == Q_NO_VALUE ? NULL : p->maker[v];
}

q_node *pass__sole(const pass *p, q_value_id v, const char *type)
{
    q_node *n = pass__maker(p, v);

    return pass__is(n, type) && p->uses[v] == 1 ? n : NULL;
}

bool pass__has_in(const q_node *n, size_t i)
{
    return i < n->in_count && n->in[i] != Q_NO_VALUE;
}

const q_tensor *pass__constant(const pass *p, q_value_id v)
{
    const q_graph *g = p->g;

    while (v != Q_NO_VALUE && g->values[v].outer != Q_NO_VALUE && g->parent) {
        v = g->values[v].outer;
        g = g->parent;
    }
    return v == Q_NO_VALUE ? NULL : g->values[v].constant;
}

bool pass__scalar(const pass *p, q_value_id v, float *out)
{
    const q_tensor *t = pass__constant(p, v);

    if (!t || t->dtype != Q_F32 || q_shape_count(&t->shape) != 1)
        return false;
    memcpy(out, t->data, sizeof *out);
    return true;
}

bool pass__scalar_is(const pass *p, q_value_id v, float want)
{
    float got;

    return pass__scalar(p, v, &got) && fabsf(got - want) <= 1e-6F * fabsf(want);
}

bool pass__scalar_operand(const pass *p, const q_node *n, q_value_id *other, float *scalar)
{
    for (size_t i = 0; n->in_count == 2 && i < 2; i++) {
        bool known;

        if (!pass__scalar(p, n->in[i], scalar) || pass__constant(p, n->in[1 - i]))
            continue;
        *other = n->in[1 - i];
        size_t rank = pass__constant(p, n->in[i])->shape.rank;

        return !rank || (rank <= pass__rank(p, *other, &known) && known);
    }
    return false;
}

bool pass__ints(const pass *p, q_value_id v, int64_t *out, size_t cap, size_t *count)
{
    const q_tensor *t = pass__constant(p, v);
    size_t n = t ? q_shape_count(&t->shape) : 0;

    if (!t || (t->dtype != Q_I64 && t->dtype != Q_I32) || n > cap || t->shape.rank > 1)
        return false;
    for (size_t i = 0; i < n; i++)
        out[i] = t->dtype == Q_I64 ? ((const int64_t *)t->data)[i] : ((const int32_t *)t->data)[i];
    *count = n;
    return true;
}

bool pass__attr_or_input(const pass *p, const q_node *n, const char *attr, size_t input,
                         int64_t *out, size_t cap, size_t *count)
{
    const q_attr *a = q_node_attr(n, attr);

    if (pass__has_in(n, input))
        return pass__ints(p, n->in[input], out, cap, count);
    if (!a || (a->kind != Q_ATTR_INTS && a->kind != Q_ATTR_INT) || a->count > cap)
        return false;
    if (a->count)
        memcpy(out, a->ints, a->count * sizeof *out);
    *count = a->count;
    return true;
}

size_t pass__rank(const pass *p, q_value_id v, bool *known)
{
    const q_tensor *t = pass__constant(p, v);

    *known = v != Q_NO_VALUE;
    if (v == Q_NO_VALUE)
        return 0;
    if (t)
        return t->shape.rank;
    if (p->shapes && v < p->value_cap && p->shapes[v].known)
        return p->shapes[v].of[0].rank;
    *known = p->g->values[v].has_shape;
    return p->g->values[v].shape.rank;
}

bool pass__same_shape(const pass *p, q_value_id a, q_value_id b)
{
    if (a == Q_NO_VALUE || b == Q_NO_VALUE)
        return false;
    if (a == b)
        return true;
    if (!p->shapes || !p->shapes[a].known || !p->shapes[b].known)
        return false;
    for (size_t i = 0; i < PASS_PROBES; i++)
        if (!q_shape_eq(&p->shapes[a].of[i], &p->shapes[b].of[i]))
            return false;
    return true;
}

q_dtype pass__dtype(const pass *p, q_value_id v)
{
    const q_tensor *t = pass__constant(p, v);

    if (v == Q_NO_VALUE)
        return Q_NONE; /* an input that is left out */
    if (t)
        return t->dtype;
    if (v == Q_NO_VALUE)
        return Q_NONE;
    if (p->shapes && p->shapes[v].known)
        return p->shapes[v].dtype;
    return p->g->values[v].dtype;
}

/* -- Changing -- */

/* Room in the notes for the graph's values. */
static q_code notes_grow(pass *p, q_err *err)
{
    size_t cap = p->value_cap, maker_cap = cap, uses_cap = cap, shapes_cap = cap;

    if (p->g->value_count <= cap)
        return Q_OK;
    if (q_arena_grow(p->scratch, &p->maker, &maker_cap, p->g->value_count, sizeof *p->maker) ||
        q_arena_grow(p->scratch, &p->uses, &uses_cap, p->g->value_count, sizeof *p->uses) ||
        (p->shapes &&
         q_arena_grow(p->scratch, &p->shapes, &shapes_cap, p->g->value_count, sizeof *p->shapes)))
        return q_err_nomem(err);
    p->value_cap = maker_cap;
    return Q_OK;
}

q_code pass__value(pass *p, q_dtype dtype, q_value_id *out, q_err *err)
{
    q_code rc = graph__add_value(p->g, Q_STR(""), dtype, NULL, out, err);

    return rc ? rc : notes_grow(p, err);
}

q_code pass__new_constant(pass *p, q_dtype dtype, const q_shape *shape, void **data,
                          q_value_id *out, q_err *err)
{
    q_tensor t = {.dtype = dtype, .shape = *shape};
    size_t bytes;
    q_code rc = q_tensor_measure(dtype, shape, SIZE_MAX, &bytes, err);

    if (rc)
        return rc;
    t.data = graph__data(p->g, bytes);
    if (!t.data)
        return q_err_nomem(err);
    *data = t.data;
    rc = graph__add_constant(p->g, Q_STR(""), &t, out, err);
    if (!rc)
        rc = notes_grow(p, err);
    if (!rc && p->shapes) {
        p->shapes[*out] = (pass_shape){.known = true, .dtype = dtype};
        for (size_t i = 0; i < PASS_PROBES; i++)
            p->shapes[*out].of[i] = *shape;
    }
    return rc;
}

q_code pass__new_floats(pass *p, const float *v, size_t count, q_value_id *out, q_err *err)
{
    q_shape s = {.rank = 1, .dims = {count}};
    void *data;
    q_code rc = pass__new_constant(p, Q_F32, &s, &data, out, err);

    if (!rc && count)
        memcpy(data, v, count * sizeof *v);
    return rc;
}

static void unuse(pass *p, const q_node *n)
{
    for (size_t i = 0; i < n->in_count; i++)
        if (n->in[i] != Q_NO_VALUE)
            p->uses[n->in[i]]--;
}

q_code pass__add(pass *p, const char *domain, const char *type, unsigned version,
                 const q_value_id *in, size_t in_count, q_value_id *out, q_node **node, q_err *err)
{
    q_code rc = Q_OK;

    if (*out == Q_NO_VALUE)
        rc = pass__value(p, Q_NONE, out, err);
    if (!rc)
        rc = graph__add_node(p->g, q_str_of(domain), q_str_of(type), Q_STR(""), in, in_count, out,
                             1, node, err);
    if (rc)
        return rc;
    (*node)->version = version;
    p->maker[*out] = *node;
    for (size_t i = 0; i < in_count; i++)
        if (in[i] != Q_NO_VALUE)
            p->uses[in[i]]++;
    return Q_OK;
}

void pass__remove(pass *p, q_node *n)
{
    unuse(p, n);
    for (size_t i = 0; i < n->out_count; i++)
        if (n->out[i] != Q_NO_VALUE && p->maker[n->out[i]] == n)
            p->maker[n->out[i]] = NULL;
    n->in_count = 0;
    n->out_count = 0;
    n->attr_count = 0; /* bodies go with it */
}

static bool is_output(const pass *p, q_value_id v)
{
    for (size_t i = 0; i < p->g->output_count; i++)
        if (p->g->outputs[i] == v)
            return true;
    return false;
}

bool pass__bypass(pass *p, q_node *n, q_value_id v)
{
    q_value_id old = n->out[0];

    if (v == Q_NO_VALUE)
        return false;
    if (is_output(p, old) && (!p->maker[v] || is_output(p, v)))
        return false;
    graph__replace(p->g, old, v);
    p->uses[v] += p->uses[old];
    p->uses[old] = 0;
    pass__remove(p, n);
    return true;
}

void pass__set_input(pass *p, q_node *n, size_t i, q_value_id v)
{
    if (n->in[i] != Q_NO_VALUE)
        p->uses[n->in[i]]--;
    n->in[i] = v;
    if (v != Q_NO_VALUE)
        p->uses[v]++;
}

void pass__take_output(pass *p, q_node *by, q_node *n)
{
    q_value_id mine = by->out[0], theirs = n->out[0];

    pass__remove(p, n);
    p->maker[mine] = NULL;
    by->out[0] = theirs;
    p->maker[theirs] = by;
}
