/* Shapes of all values, for two choices of the free dimensions.
 *
 * Operators' own infer runs with sizes put in for what is free: 2 and 3 for
 * the first dimension of an input, multiples of 32 for the others, for nets
 * halve images several times. Dimensions of one name get one size. Small
 * values that follow from shapes are computed, as the runner's plan does.
 * A value that cannot be told for both choices is not known. Nets that refuse
 * some sizes are tried with others: those stay by which most values are known.
 */
#include "engine/op.h"
#include "engine/pass.h"

#include <string.h>

#define SMALL_ELEMENTS 4096

typedef struct probe {
    pass *p;
    q_tensor *values; /* [value_count]; Q_NONE: not known */
    size_t sizes, which;
} probe;

/* Sizes that are no multiples of one another, so that what is equal is so for a reason. */
static size_t size_of(size_t sizes, size_t which, size_t axis)
{
    static const size_t first[PASS_SIZES][PASS_PROBES] = {{2, 3}, {2, 3}, {1, 1}};
    static const size_t later[PASS_SIZES][PASS_PROBES][4] = {
        {{96, 160, 224, 352}, {160, 288, 416, 96}},
        {{96, 576, 2048, 640}, {160, 1152, 4096, 1280}},
        {{96, 576, 224, 352}, {160, 1152, 416, 96}},
    };

    return axis ? later[sizes][which][axis % 4] : first[sizes][which];
}

static bool same_name(const q_value_info *v, size_t axis, q_str name)
{
    return v->dim_names && name.n && q_str_eq(v->dim_names[axis], name);
}

/* The size of a free dimension: of the first one of its name, else by its place. */
static size_t free_size(const probe *b, size_t input, size_t axis)
{
    const q_graph *g = b->p->g;
    const q_value_info *mine = &g->values[g->inputs[input]];
    q_str name = mine->dim_names ? mine->dim_names[axis] : (q_str){0};

    for (size_t i = 0; i < input; i++) {
        const q_value_info *v = &g->values[g->inputs[i]];

        for (size_t k = 0; v->has_shape && k < v->shape.rank; k++)
            if (same_name(v, k, name))
                return free_size(b, i, k);
    }
    for (size_t k = 0; k < axis; k++)
        if (same_name(mine, k, name))
            return size_of(b->sizes, b->which, k);
    return size_of(b->sizes, b->which, axis);
}

static void set_inputs(probe *b)
{
    const q_graph *g = b->p->g;

    for (size_t i = 0; i < g->input_count; i++) {
        const q_value_info *v = &g->values[g->inputs[i]];
        q_tensor *t = &b->values[g->inputs[i]];

        if (!v->has_shape || v->dtype == Q_NONE || v->dtype >= Q_SEQUENCE)
            continue;
        t->dtype = v->dtype;
        t->shape = v->shape;
        for (size_t k = 0; k < t->shape.rank; k++)
            if (t->shape.dims[k] == Q_DIM_UNKNOWN)
                t->shape.dims[k] = free_size(b, i, k);
    }
}

/* Whether the outputs are few enough to be computed, with their memory in place. */
static bool make_room(probe *b, q_op_call *c)
{
    for (size_t i = 0; i < c->out_count; i++) {
        size_t count, bytes;

        if (c->out[i]->dtype == Q_NONE || c->out[i]->dtype >= Q_SEQUENCE ||
            c->out[i]->dtype == Q_STRING || !q_shape_measure(&c->out[i]->shape, &count) ||
            count > SMALL_ELEMENTS ||
            q_tensor_measure(c->out[i]->dtype, &c->out[i]->shape, SIZE_MAX, &bytes, NULL))
            return false;
        c->out[i]->data = q_arena_alloc(b->p->scratch, bytes + Q_TENSOR_ALIGN);
        if (!c->out[i]->data)
            return false;
    }
    c->scratch = c->scratch_bytes <= ((size_t)1 << 20)
                     ? q_arena_alloc(b->p->scratch, c->scratch_bytes)
                     : NULL;
    return c->scratch;
}

static void compute(probe *b, q_op_call *c)
{
    const q_op *op = c->node->op;
    bool done = false;

    for (size_t i = 0; i < c->in_count; i++)
        if (c->in[i] && !c->in[i]->data && q_shape_count(&c->in[i]->shape) &&
            !(op->flags & Q_OP_BY_SHAPE))
            return;
    if (!c->in_count || op->flags & (Q_OP_RANDOM | Q_OP_ALLOCATES))
        return;
    if (!make_room(b, c))
        goto done;
    if (op->flags & Q_OP_ALIAS) {
        memcpy(c->out[0]->data, c->in[0]->data, q_tensor_bytes(c->out[0]));
        done = true;
    } else {
        done = op->run && !op->run(c, NULL);
    }
done:
    for (size_t i = 0; !done && i < c->out_count; i++)
        c->out[i]->data = NULL;
}

static q_code probe_node(probe *b, const q_node *n, q_err *err)
{
    q_arena *a = b->p->scratch;
    const q_tensor **in = q_arena_array(a, n->in_count, sizeof(const q_tensor *));
    q_tensor **out = q_arena_array(a, n->out_count, sizeof *out);
    q_tensor *made = q_arena_array(a, n->out_count, sizeof *made);
    q_op_call c = {.node = n, .params = n->params, .in = in, .out = out};

    if (!in || !out || !made)
        return q_err_nomem(err);
    if (!n->op || !n->op->infer)
        return Q_OK;
    c.in_count = n->in_count;
    c.out_count = n->out_count;
    for (size_t i = 0; i < n->in_count; i++) {
        if (n->in[i] == Q_NO_VALUE)
            continue;
        in[i] = &b->values[n->in[i]];
        if (in[i]->dtype == Q_NONE)
            return Q_OK;
    }
    for (size_t i = 0; i < n->out_count; i++)
        out[i] = &made[i];
    if (n->op->infer(&c, NULL) || c.later)
        return Q_OK;
    compute(b, &c);
    for (size_t i = 0; i < n->out_count; i++)
        if (n->out[i] != Q_NO_VALUE)
            b->values[n->out[i]] = made[i];
    return Q_OK;
}

/* What a body takes from the graph around it has the shape it has there. */
static void set_from_around(probe *b, q_value_id v)
{
    const pass *around = b->p->around;
    q_value_id outer = b->p->g->values[v].outer;

    if (!around || !around->shapes || outer == Q_NO_VALUE || !around->shapes[outer].known)
        return;
    b->values[v].dtype = around->shapes[outer].dtype;
    b->values[v].shape = around->shapes[outer].of[b->which];
}

static q_code probe_graph(probe *b, q_err *err)
{
    const q_graph *g = b->p->g;
    q_code rc = Q_OK;

    b->values = q_arena_array(b->p->scratch, g->value_count, sizeof *b->values);
    if (!b->values)
        return q_err_nomem(err);
    for (size_t i = 0; i < g->value_count; i++) {
        const q_tensor *t = pass__constant(b->p, (q_value_id)i);

        if (t)
            b->values[i] = *t;
        else
            set_from_around(b, (q_value_id)i);
    }
    set_inputs(b);
    for (size_t i = 0; !rc && i < g->node_count; i++)
        rc = probe_node(b, g->nodes[i], err);
    return rc;
}

static q_code probe_sizes(pass *p, size_t sizes, pass_shape *shapes, size_t *known, q_err *err);

/* How many values of this body would be known, were the shapes around it these. */
static q_code probe_body(pass *around, q_graph *body, size_t sizes, size_t *known, q_err *err)
{
    pass p = {.g = body, .scratch = around->scratch, .around = around, .sizes = PASS_SIZES};
    pass_shape *shapes = q_arena_array(p.scratch, body->value_count, sizeof *shapes);
    graph_uses uses;
    q_code rc = shapes ? graph__uses(body, p.scratch, &uses, err) : q_err_nomem(err);

    if (rc)
        return rc;
    p.maker = uses.maker;
    p.uses = uses.uses;
    p.value_cap = body->value_count;
    return probe_sizes(&p, sizes, shapes, known, err);
}

static q_code probe_bodies(const pass *p, size_t sizes, pass_shape *shapes, size_t *known,
                           q_err *err)
{
    pass around = *p;
    q_code rc = Q_OK;

    around.shapes = shapes;
    for (size_t i = 0; !rc && i < p->g->node_count; i++) {
        const q_node *n = p->g->nodes[i];

        for (size_t k = 0; !rc && k < n->attr_count; k++) {
            size_t inside = 0;

            if (n->attrs[k].kind != Q_ATTR_GRAPH || n->attrs[k].graph->parent != p->g)
                continue;
            rc = probe_body(&around, n->attrs[k].graph, sizes, &inside, err);
            *known += inside;
        }
    }
    return rc;
}

/* The shapes for one choice of sizes, and how many are known, in bodies too. */
static q_code probe_sizes(pass *p, size_t sizes, pass_shape *shapes, size_t *known, q_err *err)
{
    probe b[PASS_PROBES];
    q_code rc = Q_OK;

    *known = 0;
    for (size_t k = 0; !rc && k < PASS_PROBES; k++) {
        b[k] = (probe){.p = p, .sizes = sizes, .which = k};
        rc = probe_graph(&b[k], err);
    }
    for (size_t i = 0; !rc && i < p->g->value_count; i++) {
        pass_shape s = {.known = true, .dtype = b[0].values[i].dtype};

        for (size_t k = 0; k < PASS_PROBES; k++) {
            s.known = s.known && b[k].values[i].dtype == s.dtype && s.dtype != Q_NONE &&
                      b[k].values[i].shape.rank == b[0].values[i].shape.rank;
            s.of[k] = b[k].values[i].shape;
        }
        shapes[i] = s;
        *known += s.known && p->maker[i];
    }
    return rc || p->sizes < PASS_SIZES ? rc : probe_bodies(p, sizes, shapes, known, err);
}

q_code pass__probe(pass *p, q_err *err)
{
    pass_shape *best = NULL, *shapes;
    size_t most = 0, known, chosen = 0;
    size_t from = p->sizes < PASS_SIZES ? p->sizes : 0;
    size_t to = p->sizes < PASS_SIZES ? p->sizes + 1 : PASS_SIZES;
    q_code rc = Q_OK;

    for (size_t sizes = from; !rc && sizes < to; sizes++) {
        shapes = q_arena_array(p->scratch, p->value_cap, sizeof *shapes);
        if (!shapes)
            return q_err_nomem(err);
        rc = probe_sizes(p, sizes, shapes, &known, err);
        if (rc || (best && known <= most))
            continue;
        best = shapes;
        most = known;
        chosen = sizes;
    }
    p->sizes = chosen;
    p->shapes = best;
    return rc;
}
