#include "engine/plan.h"

#include <stdlib.h>
#include <string.h>

/* Values up to this size are computed when the plan is made. */
enum { KNOWN_BYTES = 256 << 10 };

static bool all_known(const plan *p, const plan_step *s)
{
    for (size_t i = 0; i < s->call.in_count; i++)
        if (s->in[i] != Q_NO_VALUE && p->slots[s->in[i]].state != SLOT_KNOWN)
            return false;
    return true;
}

static bool all_shaped(const plan *p, const plan_step *s)
{
    for (size_t i = 0; i < s->call.in_count; i++) {
        if (s->in[i] == Q_NO_VALUE)
            continue;
        if (p->slots[s->in[i]].state == SLOT_DYNAMIC)
            return false;
    }
    return true;
}

static bool has_body(const q_node *n)
{
    for (size_t i = 0; i < n->attr_count; i++)
        if (n->attrs[i].kind == Q_ATTR_GRAPH)
            return true;
    return false;
}

static void make_dynamic(plan *p, plan_step *s)
{
    s->dynamic = true;
    for (size_t i = 0; i < s->call.out_count; i++)
        p->slots[s->out[i]].state = SLOT_DYNAMIC;
}

/* Bytes of all outputs; whether each is of numbers. */
static q_code measure(const plan *p, const plan_step *s, size_t limit, size_t *bytes, bool *plain,
                      q_err *err)
{
    *bytes = 0;
    *plain = true;
    for (size_t i = 0; i < s->call.out_count; i++) {
        const q_tensor *t = &p->slots[s->out[i]].t;
        size_t one;
        q_code rc = q_tensor_measure(t->dtype, &t->shape, limit - *bytes, &one, err);

        if (rc)
            return rc;
        *bytes += one;
        *plain = *plain && plan__plain(t->dtype);
    }
    return Q_OK;
}

/* Compute the outputs now: they are the same at every run. */
static q_code compute(plan *p, plan_step *s, const plan_request *r, q_err *err)
{
    q_code rc = Q_OK;
    const q_op *op = s->call.node->op;

    for (size_t i = 0; !rc && i < s->call.out_count; i++) {
        slot *o = &p->slots[s->out[i]];
        q_tensor made = {0};

        rc = q_tensor_new(o->t.dtype, &o->t.shape, NULL, &made, err);
        if (rc)
            return rc;
        o->t = made;
        o->owned = true;
        o->state = SLOT_KNOWN;
    }
    if (op->flags & Q_OP_ALIAS) {
        const q_tensor *from = s->call.in[0];

        if (from->data)
            memcpy(s->call.out[0]->data, from->data, q_tensor_bytes(from));
        return Q_OK;
    }
    s->call.scratch = NULL;
    if (s->call.scratch_bytes) {
        s->call.scratch =
            aligned_alloc(Q_TENSOR_ALIGN, (s->call.scratch_bytes + Q_TENSOR_ALIGN - 1) &
                                              ~(size_t)(Q_TENSOR_ALIGN - 1));
        if (!s->call.scratch)
            return q_err_nomem(err);
    }
    s->call.team = r->team;
    rc = op->run(&s->call, err);
    free(s->call.scratch);
    s->call.scratch = NULL;
    return rc;
}

static q_code infer_step(plan *p, plan_step *s, const plan_request *r, bool *computed, q_err *err)
{
    const q_op *op = s->call.node->op;
    bool known = all_known(p, s), plain;
    size_t bytes;
    q_code rc;

    *computed = false;
    if ((op->flags & Q_OP_ALLOCATES) || !all_shaped(p, s)) {
        make_dynamic(p, s);
        return Q_OK;
    }
    s->call.later = false;
    s->call.scratch_bytes = 0;
    rc = op->infer(&s->call, err);
    if (rc)
        return rc;
    if (s->call.later) {
        make_dynamic(p, s);
        return Q_OK;
    }
    rc = measure(p, s, r->memory_limit, &bytes, &plain, err);
    if (rc)
        return rc;
    if (!plain) {
        make_dynamic(p, s);
        return Q_OK;
    }
    if ((known || (op->flags & Q_OP_BY_SHAPE)) && !(op->flags & Q_OP_RANDOM) &&
        !has_body(s->call.node) && bytes <= KNOWN_BYTES) {
        *computed = true;
        return compute(p, s, r, err);
    }
    for (size_t i = 0; i < s->call.out_count; i++)
        p->slots[s->out[i]].state = SLOT_PLANNED;
    return Q_OK;
}

/* A step for a node: its slots by number, and its tensors by pointer. */
static q_code make_step(plan *p, const q_node *n, size_t *spare, plan_step *s, q_err *err)
{
    const q_tensor **in = q_arena_array(p->arena, n->in_count, sizeof *in);
    q_tensor **out = q_arena_array(p->arena, n->out_count, sizeof *out);
    uint32_t *out_slots = q_arena_array(p->arena, n->out_count, sizeof *out_slots);

    if (!in || !out || !out_slots)
        return q_err_nomem(err);
    for (size_t i = 0; i < n->in_count; i++)
        in[i] = n->in[i] == Q_NO_VALUE ? NULL : &p->slots[n->in[i]].t;
    for (size_t i = 0; i < n->out_count; i++) {
        out_slots[i] = n->out[i] == Q_NO_VALUE ? (uint32_t)(*spare)++ : n->out[i];
        out[i] = &p->slots[out_slots[i]].t;
    }
    *s = (plan_step){.in = n->in, .out = out_slots};
    s->call = (q_op_call){.node = n,
                          .params = n->params,
                          .in = in,
                          .in_count = n->in_count,
                          .out = out,
                          .out_count = n->out_count};
    return Q_OK;
}

static void mark(bool *needed, uint32_t id)
{
    if (id != Q_NO_VALUE)
        needed[id] = true;
}

/* Drop the steps that only fed what is known by now. */
static q_code drop_unneeded(plan *p, q_err *err)
{
    bool *needed = q_arena_alloc(p->arena, p->slot_count);
    size_t kept = p->step_count;

    if (!needed)
        return q_err_nomem(err);
    for (size_t i = 0; i < p->graph->output_count; i++)
        mark(needed, p->graph->outputs[i]);
    for (size_t at = p->step_count; at-- > 0;) {
        plan_step *s = &p->steps[at];
        const q_node *n = s->call.node;
        bool wanted = false;

        for (size_t i = 0; i < s->call.out_count; i++)
            wanted = wanted || needed[s->out[i]];
        if (!wanted)
            continue;
        for (size_t i = 0; i < n->in_count; i++)
            mark(needed, n->in[i]);
        for (size_t i = 0; i < n->attr_count; i++)
            if (n->attrs[i].kind == Q_ATTR_GRAPH)
                for (size_t k = 0; k < n->attrs[i].graph->value_count; k++)
                    mark(needed, n->attrs[i].graph->values[k].outer);
        p->steps[--kept] = *s;
    }
    p->steps += kept;
    p->step_count -= kept;
    return Q_OK;
}

/* Inputs, constants, and what a body takes from around it. */
static void set_sources(plan *p, const plan_request *r)
{
    const q_graph *g = p->graph;

    for (size_t i = 0; i < p->slot_count; i++)
        p->slots[i].root = (uint32_t)i;
    for (size_t i = 0; i < g->value_count; i++) {
        const q_value_info *v = &g->values[i];
        slot *s = &p->slots[i];

        if (v->constant) {
            s->t = *v->constant;
            s->state = SLOT_KNOWN;
        } else if (v->outer != Q_NO_VALUE) {
            const slot *o = &r->outer->slots[v->outer];

            if (o->state == SLOT_UNMADE)
                continue; /* a constant that was forgotten, for no node needs it any more */
            s->t = o->t;
            s->state = o->state == SLOT_KNOWN ? SLOT_KNOWN : SLOT_INPUT;
            if (s->state == SLOT_INPUT)
                s->t.data = NULL;
        }
    }
    for (size_t i = 0; i < g->input_count; i++) {
        slot *s = &p->slots[g->inputs[i]];

        s->t = (q_tensor){.dtype = r->in[i].dtype, .shape = r->in[i].shape};
        s->state = SLOT_INPUT;
    }
}

static bool made_all_inputs(const plan *p, const plan_step *s)
{
    for (size_t i = 0; i < s->call.in_count; i++)
        if (s->in[i] != Q_NO_VALUE && p->slots[s->in[i]].state == SLOT_UNMADE)
            return false;
    return true;
}

q_code plan__infer(plan *p, const plan_request *r, q_err *err)
{
    const q_graph *g = p->graph;
    size_t spare = g->value_count;
    q_code rc = Q_OK;

    set_sources(p, r);
    for (size_t i = 0; !rc && i < g->node_count; i++) {
        plan_step *s = &p->steps[p->step_count];
        bool computed;

        rc = make_step(p, g->nodes[i], &spare, s, err);
        if (rc)
            break;
        if (made_all_inputs(p, s))
            rc = infer_step(p, s, r, &computed, err);
        else
            rc = q_err_set(err, Q_INVALID, "an input is used before it is made");
        if (rc)
            rc = op__err(err, rc, g->nodes[i]);
        else if (!computed)
            p->step_count++;
    }
    return rc ? rc : drop_unneeded(p, err);
}
