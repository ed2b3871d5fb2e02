#include "engine/describe.h"

#include "base/buf.h"
#include "engine/plan.h"
#include "engine/shapes.h"

#include <assert.h>
#include <string.h>

static const size_t MEMORY_LIMIT = (size_t)1 << 44; /* nothing is allocated */
enum { TEXT = 1000 };

typedef struct work {
    const q_graph *g;
    q_arena *arena;
    q_description *out;
    const plan *plan; /* NULL: dimensions are free */
    shapes shapes;
} work;

/* -- Texts -- */

static q_code concrete_text(work *w, const q_shape *s, q_str *out, q_err *err)
{
    char text[160];

    *out = q_str_copy(w->arena, q_str_of(q_shape_text(s, text)));
    return out->p ? Q_OK : q_err_nomem(err);
}

static q_code symbolic_text(work *w, const shapes_value *v, q_str *out, q_err *err)
{
    q_buf b = q_buf_init(w->arena, TEXT * Q_MAX_RANK);

    q_buf_char(&b, '[');
    for (size_t i = 0; i < v->rank; i++) {
        if (i > 0)
            q_buf_puts(&b, ", ");
        q_buf_put(&b, v->dims[i]);
    }
    q_buf_char(&b, ']');
    return q_buf_finish(&b, out, err);
}

static q_code shape_text(work *w, q_value_id id, q_str *out, q_err *err)
{
    const shapes_value *v;

    *out = Q_STR("?");
    if (w->plan) {
        const slot *s = &w->plan->slots[id];
        bool known = s->state != SLOT_UNMADE && s->state != SLOT_DYNAMIC;

        return known ? concrete_text(w, &s->t.shape, out, err) : Q_OK;
    }
    assert(w->shapes.values);
    v = &w->shapes.values[id];
    return v->known ? symbolic_text(w, v, out, err) : Q_OK;
}

static q_dtype dtype_of(const work *w, q_value_id id)
{
    assert(w->plan || w->shapes.values);
    return w->plan ? w->plan->slots[id].t.dtype : w->shapes.values[id].dtype;
}

/* "3x3"; with `ones` false not where all are 1. */
static void put_sizes(q_buf *b, const q_node *n, const char *name, const char *before, bool ones)
{
    const q_attr *a = q_node_attr(n, name);
    bool interesting = ones;

    for (size_t i = 0; a && a->kind == Q_ATTR_INTS && i < a->count; i++)
        interesting = interesting || a->ints[i] != 1;
    if (!a || a->kind != Q_ATTR_INTS || !interesting)
        return;
    q_buf_puts(b, before);
    for (size_t i = 0; i < a->count; i++)
        q_buf_printf(b, i > 0 ? "x%lld" : "%lld", (long long)a->ints[i]);
}

static void put_text(q_buf *b, const q_node *n, const char *name)
{
    q_str s = q_node_string(n, name, "");

    if (s.n > 0 && !q_str_is(s, "none"))
        q_buf_printf(b, " + %.*s", Q_ARG(s));
}

/* What the common attributes say: kernel, strides, groups, permutation, what is fused. */
static q_code detail_of(work *w, const q_node *n, q_str *out, q_err *err)
{
    q_buf b = q_buf_init(w->arena, TEXT);
    int64_t group = q_node_int(n, "group", 1);
    const q_attr *axis = q_node_attr(n, "axis");

    put_sizes(&b, n, "kernel_shape", "", true);
    put_sizes(&b, n, "strides", " /", false);
    put_sizes(&b, n, "dilations", " d", false);
    put_sizes(&b, n, "perm", "", true);
    if (group > 1)
        q_buf_printf(&b, " g%lld", (long long)group);
    if (axis && axis->kind == Q_ATTR_INT)
        q_buf_printf(&b, "axis %lld", (long long)axis->ints[0]);
    put_text(&b, n, "act");
    put_text(&b, n, "first");
    put_text(&b, n, "last");
    return q_buf_finish(&b, out, err);
}

/* -- Nodes -- */

/* The type of a node's packed weights. */
static const char *kernel_of(const work *w, const q_node *n)
{
    const q_tensor *t = NULL;

    if (!q_str_is(n->domain, "quern"))
        return NULL;
    if (n->in_count > 1 && n->in[1] != Q_NO_VALUE)
        t = w->g->values[n->in[1]].constant;
    switch (t ? t->dtype : Q_F32) {
    case Q_BF16:
        return "bf16";
    case Q_I8:
        return "int8";
    default:
        return "f32";
    }
}

static q_code describe_node(work *w, const q_node *n, q_described_node *d, q_err *err)
{
    q_value_id out = n->out_count > 0 ? n->out[0] : Q_NO_VALUE;
    q_code rc;

    *d = (q_described_node){.node = n, .title = n->name, .type = n->type, .shape = Q_STR("?")};
    if (d->title.n == 0 && out != Q_NO_VALUE)
        d->title = w->g->values[out].name;
    if (n->domain.n > 0)
        d->type = q_str_printf(w->arena, "%.*s.%.*s", Q_ARG(n->domain), Q_ARG(n->type));
    if (!d->type.p)
        return q_err_nomem(err);
    d->kind = cost__kind(n);
    d->kernel = kernel_of(w, n);
    rc = detail_of(w, n, &d->detail, err);
    if (rc || out == Q_NO_VALUE)
        return rc;
    d->dtype = dtype_of(w, out);
    d->shape = w->out->values[out];
    return Q_OK;
}

/* What a step of the plan says of its node. */
static void add_step(work *w, const plan_step *s, q_described_node *d)
{
    const q_tensor *const *out = (const q_tensor *const *)s->call.out;

    d->constant = false;
    if (s->dynamic || s->call.out_count == 0)
        return;
    d->cost = cost__of(w->g, s->call.node, s->call.in, out);
    w->out->macs += d->cost.macs;
    w->out->flops += d->cost.flops;
    if (w->plan->slots[s->out[0]].state == SLOT_PLANNED) {
        d->offset = w->plan->slots[w->plan->slots[s->out[0]].root].offset;
        d->bytes = q_tensor_bytes(&w->plan->slots[s->out[0]].t);
    }
}

static void add_plan(work *w)
{
    size_t at = 0;

    w->out->steps = w->plan->step_count;
    w->out->peak_bytes = w->plan->block_bytes;
    for (size_t i = 0; i < w->out->count; i++) {
        q_described_node *d = &w->out->nodes[i];

        d->constant = true;
        if (at < w->plan->step_count && w->plan->steps[at].call.node == d->node)
            add_step(w, &w->plan->steps[at++], d);
    }
}

/* A constant counts once, where it is used first. */
static void add_constant(const q_graph *g, q_value_id id, bool *seen, q_description *out)
{
    const q_value_info *v = id == Q_NO_VALUE ? NULL : &g->values[id];

    if (!v || seen[id] || !v->constant || v->outer != Q_NO_VALUE)
        return;
    seen[id] = true;
    out->params += q_shape_count(&v->constant->shape);
    out->weight_bytes += q_tensor_bytes(v->constant);
}

/* Of the graph and of bodies in it; what they take from around them is counted there. */
static q_code add_constants(const q_graph *g, q_arena *a, q_description *out, q_err *err)
{
    bool *seen = q_arena_alloc(a, g->value_count);
    q_code rc = seen ? Q_OK : q_err_nomem(err);

    for (size_t i = 0; !rc && i < g->output_count; i++)
        add_constant(g, g->outputs[i], seen, out);
    for (size_t i = 0; !rc && i < g->node_count; i++) {
        const q_node *n = g->nodes[i];

        for (size_t k = 0; k < n->in_count; k++)
            add_constant(g, n->in[k], seen, out);
        for (size_t k = 0; !rc && k < n->attr_count; k++) {
            const q_graph *body = n->attrs[k].kind == Q_ATTR_GRAPH ? n->attrs[k].graph : NULL;

            for (size_t v = 0; body && v < body->value_count; v++)
                add_constant(g, body->values[v].outer, seen, out);
            if (body)
                rc = add_constants(body, a, out, err);
        }
    }
    return rc;
}

static q_code describe_all(work *w, q_err *err)
{
    q_description *out = w->out;
    q_code rc = Q_OK;

    out->count = w->g->node_count;
    out->steps = out->count;
    out->nodes = q_arena_array(w->arena, out->count, sizeof *out->nodes);
    out->values = q_arena_array(w->arena, w->g->value_count, sizeof *out->values);
    if (!out->nodes || !out->values)
        return q_err_nomem(err);
    for (size_t i = 0; !rc && i < w->g->value_count; i++)
        rc = shape_text(w, (q_value_id)i, &out->values[i], err);
    for (size_t i = 0; !rc && i < out->count; i++)
        rc = describe_node(w, w->g->nodes[i], &out->nodes[i], err);
    if (rc)
        return rc;
    if (w->plan)
        add_plan(w);
    return add_constants(w->g, w->arena, out, err);
}

static bool is_concrete(const q_graph *g, const q_shape *in)
{
    for (size_t i = 0; i < g->input_count; i++)
        for (size_t k = 0; k < in[i].rank; k++)
            if (in[i].dims[k] == Q_DIM_UNKNOWN)
                return false;
    return true;
}

static q_code make_plan(work *w, const q_shape *in, plan **out, q_err *err)
{
    q_tensor *inputs = q_arena_array(w->arena, w->g->input_count, sizeof *inputs);
    plan_request r = {.graph = w->g, .in = inputs, .memory_limit = MEMORY_LIMIT};

    if (!inputs)
        return q_err_nomem(err);
    for (size_t i = 0; i < w->g->input_count; i++)
        inputs[i] = (q_tensor){w->g->values[w->g->inputs[i]].dtype, in[i], NULL};
    return plan__new(&r, out, err);
}

q_code q_model_describe(const q_model *m, const q_shape *in, q_arena *a, q_description *out,
                        q_err *err)
{
    work w = {.g = model__graph(m), .arena = a, .out = out};
    plan *p = NULL;
    q_code rc;

    *out = (q_description){.concrete = is_concrete(w.g, in)};
    if (out->concrete)
        rc = make_plan(&w, in, &p, err);
    else
        rc = shapes__infer(m, in, a, &w.shapes, err);
    w.plan = p;
    out->symbols = w.shapes.symbols;
    out->symbol_count = w.shapes.symbol_count;
    if (!rc)
        rc = describe_all(&w, err);
    plan__free(p);
    return rc;
}
