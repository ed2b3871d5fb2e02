#include "engine/plan.h"

#include <stdlib.h>

static size_t left_out(const q_graph *g)
{
    size_t n = 0;

    for (size_t i = 0; i < g->node_count; i++)
        for (size_t k = 0; k < g->nodes[i]->out_count; k++)
            n += g->nodes[i]->out[k] == Q_NO_VALUE;
    return n;
}

q_code plan__new(const plan_request *r, plan **out, q_err *err)
{
    q_arena *a = q_arena_new(SIZE_MAX);
    plan *p = a ? q_arena_alloc(a, sizeof *p) : NULL;
    q_code rc;

    if (!p) {
        q_arena_free(a);
        return q_err_nomem(err);
    }
    p->arena = a;
    p->graph = r->graph;
    p->slot_count = r->graph->value_count + left_out(r->graph);
    p->slots = q_arena_array(a, p->slot_count, sizeof *p->slots);
    p->steps = q_arena_array(a, r->graph->node_count, sizeof *p->steps);
    rc = p->slots && p->steps ? Q_OK : q_err_nomem(err);
    if (!rc)
        rc = plan__infer(p, r, err);
    if (!rc)
        rc = plan__place(p, r, err);
    if (rc)
        plan__free(p);
    else
        *out = p;
    return rc;
}

void plan__free(plan *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->slot_count && p->slots; i++)
        if (p->slots[i].state == SLOT_KNOWN && p->slots[i].owned)
            q_tensor_clear(&p->slots[i].t, NULL);
    q_arena_free(p->arena);
}

static bool same_kind(const q_tensor *a, const q_tensor *b)
{
    return a->dtype == b->dtype && q_shape_eq(&a->shape, &b->shape);
}

bool plan__fits(const plan *p, const q_tensor *in, const plan *outer)
{
    const q_graph *g = p->graph;

    for (size_t i = 0; i < g->input_count; i++)
        if (!same_kind(&p->slots[g->inputs[i]].t, &in[i]))
            return false;
    for (size_t i = 0; outer && i < g->value_count; i++)
        if (g->values[i].outer != Q_NO_VALUE &&
            !same_kind(&p->slots[i].t, &outer->slots[g->values[i].outer].t))
            return false;
    return true;
}
