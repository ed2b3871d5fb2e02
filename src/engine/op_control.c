/* If, Loop, SequenceMap: nodes whose attribute is a graph (Scan: op_scan.c). */
#include "engine/op_control.h"
#include "engine/cut.h"
#include "engine/op_tables.h"
#include "engine/real.h"

#include <stdlib.h>

static const q_tensor NOTHING;

q_code control__graph(const q_node *n, const char *name, q_graph **out, q_err *err)
{
    const q_attr *a = q_node_attr(n, name);

    if (!a || a->kind != Q_ATTR_GRAPH || !a->graph)
        return q_err_set(err, Q_INVALID, "attribute %s must be a graph", name);
    *out = a->graph;
    return Q_OK;
}

static q_code truth(const q_tensor *t, bool *out, q_err *err)
{
    if (t->dtype != Q_BOOL || q_shape_count(&t->shape) != 1)
        return q_err_set(err, Q_INVALID, "the condition must be one bool");
    *out = *(const uint8_t *)t->data != 0;
    return Q_OK;
}

void control__give(q_op_call *c, size_t i, q_tensor *from)
{
    *c->out[i] = *from;
    *from = NOTHING;
}

/* -- If -- */

typedef struct if_params {
    q_graph *branch[2]; /* else, then */
} if_params;

static q_code if_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    if_params *p = params;
    q_code rc = control__graph(n, "then_branch", &p->branch[1], err);

    (void)a;
    if (!rc)
        rc = control__graph(n, "else_branch", &p->branch[0], err);
    for (size_t i = 0; !rc && i < 2; i++)
        if (p->branch[i]->output_count != n->out_count)
            rc = q_err_set(err, Q_INVALID, "a branch has %zu outputs, the node %zu",
                           p->branch[i]->output_count, n->out_count);
    return rc;
}

static q_code if_run(q_op_call *c, q_err *err)
{
    const if_params *p = c->params;
    q_tensor *out = NULL;
    bool yes = false;
    q_code rc = truth(c->in[0], &yes, err);

    if (rc)
        return rc;
    out = calloc(c->out_count + 1, sizeof(*out));
    if (!out)
        return q_err_nomem(err);
    rc = op__body(c, p->branch[yes], NULL, 0, out, c->out_count, err);
    for (size_t i = 0; !rc && i < c->out_count; i++)
        control__give(c, i, &out[i]);
    free(out);
    return rc;
}

/* -- Loop -- */

typedef struct loop_params {
    q_graph *body;
    size_t states, scans; /* values carried from turn to turn; outputs gathered of all */
} loop_params;

/* A loop under way. */
typedef struct loop {
    q_op_call *c;
    const loop_params *p;
    const q_tensor **in; /* of the body: turn, condition, states */
    q_tensor *state;     /* [states]: what the body made last; empty before its first turn */
    q_tensor *out;       /* [1 + states + scans] of one turn */
    q_tensor *kept;      /* [turns][scans] */
    size_t kept_count, kept_cap;
} loop;

static q_code loop_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    loop_params *p = params;
    q_code rc = control__graph(n, "body", &p->body, err);

    (void)a;
    if (rc)
        return rc;
    if (n->in_count < 2)
        return q_err_set(err, Q_INVALID, "%zu inputs; at least 2", n->in_count);
    p->states = n->in_count - 2;
    if (p->body->input_count != p->states + 2)
        return q_err_set(err, Q_INVALID, "the body takes %zu inputs; wanted %zu",
                         p->body->input_count, p->states + 2);
    if (p->body->output_count < p->states + 1 || n->out_count > p->body->output_count - 1)
        return q_err_set(err, Q_INVALID,
                         "the body gives %zu outputs for %zu values and %zu outputs",
                         p->body->output_count, p->states, n->out_count);
    p->scans = p->body->output_count - 1 - p->states;
    return Q_OK;
}

static void loop_clear(loop *l)
{
    q_budget *b = l->c->budget;

    cut__free(l->state, l->state ? l->p->states : 0, b);
    cut__free(l->out, l->out ? 1 + l->p->states + l->p->scans : 0, b);
    cut__free(l->kept, l->kept_count, b);
    free(l->in);
}

static q_code loop_init(loop *l, q_op_call *c, q_err *err)
{
    size_t n;

    l->c = c;
    l->p = c->params;
    n = l->p->states;
    l->in = calloc(2 + n, sizeof(*l->in));
    l->state = calloc(n + 1, sizeof(*l->state));
    l->out = calloc(1 + n + l->p->scans, sizeof(*l->out));
    if (!l->in || !l->state || !l->out)
        return q_err_nomem(err);
    for (size_t i = 0; i < n; i++)
        l->in[2 + i] = c->in[2 + i] ? c->in[2 + i] : &NOTHING;
    return Q_OK;
}

static q_code loop_turn(loop *l, int64_t turn, bool *go_on, q_err *err)
{
    const loop_params *p = l->p;
    uint8_t yes = *go_on;
    q_tensor number = {.dtype = Q_I64, .data = &turn}, cond = {.dtype = Q_BOOL, .data = &yes};
    q_code rc;

    if (q_heap_grow(&l->kept, &l->kept_cap, l->kept_count + p->scans, sizeof(*l->kept)))
        return q_err_nomem(err);
    l->in[0] = &number;
    l->in[1] = &cond;
    rc = op__body(l->c, p->body, l->in, 2 + p->states, l->out, p->body->output_count, err);
    if (!rc)
        rc = truth(&l->out[0], go_on, err);
    if (rc)
        return rc;
    q_tensor_clear(&l->out[0], l->c->budget);
    for (size_t i = 0; i < p->states; i++) {
        q_tensor_clear(&l->state[i], l->c->budget);
        l->state[i] = l->out[1 + i];
        l->out[1 + i] = NOTHING;
        l->in[2 + i] = &l->state[i];
    }
    for (size_t i = 0; i < p->scans; i++) {
        l->kept[l->kept_count++] = l->out[1 + p->states + i];
        l->out[1 + p->states + i] = NOTHING;
    }
    return Q_OK;
}

/* What a scan of no turns gives: [0, the body's shape], with free dimensions 0. */
q_code control__empty_scan(const q_graph *body, size_t output, size_t axis, q_budget *budget,
                           q_tensor *out, q_err *err)
{
    const q_value_info *v = &body->values[body->outputs[output]];
    q_shape s = {.rank = 1};

    if (v->dtype == Q_NONE || q_dtype_bits(v->dtype) < 8)
        return q_err_set(err, Q_UNSUPPORTED,
                         "no turn was made, and the type of output %.*s of "
                         "the body is not known",
                         Q_ARG(v->name));
    if (v->has_shape && v->shape.rank < Q_MAX_RANK) {
        s.rank = v->shape.rank + 1;
        if (axis >= s.rank)
            axis = 0;
        for (size_t d = 0, from = 0; d < s.rank; d++) {
            if (d == axis)
                continue;
            s.dims[d] = v->shape.dims[from] == Q_DIM_UNKNOWN ? 0 : v->shape.dims[from];
            from++;
        }
        s.dims[axis] = 0;
    }
    return q_tensor_new(v->dtype, &s, budget, out, err);
}

q_code control__gather(const q_tensor *kept, size_t turns, size_t scans, size_t which, size_t axis,
                       q_budget *budget, q_tensor *out, q_err *err)
{
    q_tensor *list = calloc(turns + 1, sizeof(*list));
    q_code rc;

    if (!list)
        return q_err_nomem(err);
    for (size_t t = 0; t < turns; t++)
        list[t] = kept[t * scans + which];
    rc = cut__stack(list, turns, axis, budget, out, err);
    free(list);
    return rc;
}

static q_code loop_finish(loop *l, q_err *err)
{
    const loop_params *p = l->p;
    q_op_call *c = l->c;
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < c->out_count; i++) {
        size_t scan = i - p->states;
        if (i < p->states && l->in[2 + i] == &l->state[i])
            control__give(c, i, &l->state[i]);
        else if (i < p->states)
            rc = q_tensor_copy(l->in[2 + i], c->budget, c->out[i], err);
        else if (l->kept_count)
            rc = control__gather(l->kept, l->kept_count / p->scans, p->scans, scan, 0, c->budget,
                                 c->out[i], err);
        else
            rc = control__empty_scan(p->body, 1 + i, 0, c->budget, c->out[i], err);
    }
    return rc;
}

static q_code loop_run(q_op_call *c, q_err *err)
{
    loop l = {0};
    bool go_on = true;
    int64_t turns = INT64_MAX;
    q_code rc = loop_init(&l, c, err);

    if (!rc && op__has(c, 0)) {
        if (c->in[0]->dtype != Q_I64 || q_shape_count(&c->in[0]->shape) != 1)
            rc = q_err_set(err, Q_INVALID, "the trip count must be one int64");
        else
            turns = *(const int64_t *)c->in[0]->data;
    }
    if (!rc && op__has(c, 1))
        rc = truth(c->in[1], &go_on, err);
    for (int64_t t = 0; !rc && go_on && t < turns; t++)
        rc = loop_turn(&l, t, &go_on, err);
    if (!rc)
        rc = loop_finish(&l, err);
    loop_clear(&l);
    return rc;
}

/* -- SequenceMap -- */

typedef struct map_params {
    q_graph *body;
} map_params;

static q_code map_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    map_params *p = params;
    q_code rc = control__graph(n, "body", &p->body, err);

    (void)a;
    if (!rc && (p->body->input_count != n->in_count || p->body->output_count != n->out_count))
        rc = q_err_set(err, Q_INVALID,
                       "the body has %zu inputs and %zu outputs, the node %zu and %zu",
                       p->body->input_count, p->body->output_count, n->in_count, n->out_count);
    return rc;
}

static q_code map_check(const q_op_call *c, size_t *count, q_err *err)
{
    if (c->in[0]->dtype != Q_SEQUENCE)
        return q_err_set(err, Q_INVALID, "input 0 is %s; wanted a sequence",
                         q_dtype_name(c->in[0]->dtype));
    *count = c->in[0]->shape.dims[0];
    for (size_t i = 1; i < c->in_count; i++) {
        if (!c->in[i])
            return q_err_set(err, Q_INVALID, "input %zu is left out", i);
        if (c->in[i]->dtype == Q_SEQUENCE && c->in[i]->shape.dims[0] != *count)
            return q_err_set(err, Q_INVALID, "input %zu has %zu elements, input 0 %zu", i,
                             c->in[i]->shape.dims[0], *count);
    }
    return Q_OK;
}

static q_code map_run(q_op_call *c, q_err *err)
{
    const map_params *p = c->params;
    const q_tensor **in = calloc(c->in_count + 1, sizeof(*in));
    q_tensor *out = calloc(c->out_count + 1, sizeof(*out));
    size_t count = 0;
    q_code rc;

    if (!in || !out)
        rc = q_err_nomem(err);
    else
        rc = map_check(c, &count, err);
    for (size_t i = 0; !rc && i < c->out_count; i++)
        rc = q_tensor_new(Q_SEQUENCE, &(q_shape){1, {count}}, c->budget, c->out[i], err);
    for (size_t e = 0; !rc && e < count; e++) {
        for (size_t i = 0; i < c->in_count; i++)
            in[i] = c->in[i]->dtype == Q_SEQUENCE ? (const q_tensor *)c->in[i]->data + e : c->in[i];
        rc = op__body(c, p->body, in, c->in_count, out, c->out_count, err);
        for (size_t i = 0; !rc && i < c->out_count; i++)
            ((q_tensor *)c->out[i]->data)[e] = out[i];
    }
    free(in);
    free(out);
    return rc;
}

#define BODY(name, from, least, params, load_fn, run_fn)                                           \
    {                                                                                              \
        .domain = "", .type = name, .since = from, .min_in = least, .flags = Q_OP_ALLOCATES,       \
        .params_bytes = sizeof(params), .load = load_fn, .run = run_fn                             \
    }

static const q_op ops[] = {
    BODY("If", 1, 1, if_params, if_load, if_run),
    BODY("Loop", 1, 0, loop_params, loop_load, loop_run),
    BODY("SequenceMap", 17, 1, map_params, map_load, map_run),
};
const q_op_table op__control = {ops, sizeof ops / sizeof *ops};
