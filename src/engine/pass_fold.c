/* Constant folding: a node whose inputs never change is run now. */
#include "engine/op.h"
#include "engine/pass_list.h"

#include <string.h>

/* What a fold may add to the model: as much again as it reads, and some. */
#define ROOM_BYTES ((size_t)256 << 10)
#define MOST_BYTES ((size_t)256 << 20)
#define SCRATCH_BYTES ((size_t)64 << 20)

static bool is_output(const q_graph *g, q_value_id v)
{
    for (size_t i = 0; i < g->output_count; i++)
        if (g->outputs[i] == v)
            return true;
    return false;
}

static bool is_candidate(const pass *p, const q_node *n, bool keep_quantised)
{
    const q_tensor *first;

    if (!n->op || !n->op->infer || n->op->flags & (Q_OP_RANDOM | Q_OP_ALLOCATES) || !n->out_count)
        return false;
    for (size_t i = 0; i < n->in_count; i++)
        if (n->in[i] != Q_NO_VALUE && !pass__constant(p, n->in[i]))
            return false;
    for (size_t i = 0; i < n->out_count; i++)
        if (n->out[i] == Q_NO_VALUE || is_output(p->g, n->out[i]))
            return false;
    first = n->in_count ? pass__constant(p, n->in[0]) : NULL;
    return !(keep_quantised && first && pass__is(n, "DequantizeLinear") && first->shape.rank > 1);
}

/* The outputs' memory; *fits is false when they are too large to keep. */
static q_code make_room(pass *p, q_op_call *c, bool *fits, q_err *err)
{
    size_t total = 0, read = ROOM_BYTES;

    *fits = c->scratch_bytes <= SCRATCH_BYTES;
    for (size_t i = 0; i < c->in_count; i++)
        read += c->in[i] ? q_tensor_bytes(c->in[i]) : 0;
    for (size_t i = 0; *fits && i < c->out_count; i++) {
        size_t bytes;

        *fits = c->out[i]->dtype != Q_NONE && c->out[i]->dtype != Q_STRING &&
                c->out[i]->dtype < Q_SEQUENCE &&
                !q_tensor_measure(c->out[i]->dtype, &c->out[i]->shape, MOST_BYTES, &bytes, NULL);
        if (*fits)
            total += bytes;
        *fits = *fits && total <= MOST_BYTES && total <= read;
    }
    if (!*fits)
        return Q_OK;
    for (size_t i = 0; i < c->out_count; i++) {
        c->out[i]->data = graph__data(p->g, q_tensor_bytes(c->out[i]));
        if (!c->out[i]->data)
            return q_err_nomem(err);
    }
    c->scratch = q_arena_alloc(p->scratch, c->scratch_bytes);
    return c->scratch ? Q_OK : q_err_nomem(err);
}

static bool run_now(q_op_call *c)
{
    if (!(c->node->op->flags & Q_OP_ALIAS))
        return c->node->op->run && !c->node->op->run(c, NULL);
    memcpy(c->out[0]->data, c->in[0]->data, q_tensor_bytes(c->out[0]));
    return true;
}

static q_code fold_node(pass *p, q_node *n, q_err *err)
{
    q_arena *a = p->scratch;
    const q_tensor **in = q_arena_array(a, n->in_count, sizeof(const q_tensor *));
    q_tensor **out = q_arena_array(a, n->out_count, sizeof *out);
    q_op_call c = {.node = n, .params = n->params, .in = in, .out = out};
    bool fits;
    q_code rc;

    if (!in || !out)
        return q_err_nomem(err);
    c.in_count = n->in_count;
    c.out_count = n->out_count;
    for (size_t i = 0; i < n->in_count; i++)
        in[i] = n->in[i] == Q_NO_VALUE ? NULL : pass__constant(p, n->in[i]);
    for (size_t i = 0; i < n->out_count; i++) {
        out[i] = q_arena_alloc(p->g->arena, sizeof *out[i]);
        if (!out[i])
            return q_err_nomem(err);
    }
    if (n->op->infer(&c, NULL) || c.later)
        return Q_OK; /* what is wrong with it the run will say */
    rc = make_room(p, &c, &fits, err);
    if (rc || !fits || !run_now(&c))
        return rc;
    for (size_t i = 0; i < n->out_count; i++) {
        q_value_info *v = &p->g->values[n->out[i]];

        v->constant = out[i];
        v->dtype = out[i]->dtype;
        v->has_shape = true;
        v->shape = out[i]->shape;
    }
    pass__remove(p, n);
    return Q_OK;
}

q_code pass__fold(pass *p, bool keep_quantised, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < p->g->node_count; i++)
        if (is_candidate(p, p->g->nodes[i], keep_quantised))
            rc = fold_node(p, p->g->nodes[i], err);
    return rc;
}
