#include "engine/runner.h"

#include "base/clock.h"
#include "engine/block.h"
#include "engine/plan.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Runs one graph: the model's, or a body of one of its nodes. */
typedef struct runner {
    const q_graph *graph;
    plan *plans; /* last used first */
    size_t plan_count, plan_limit;
    block memory;
    struct q_runner *whole; /* what all its graphs share */
} runner;

struct q_runner {
    q_model *model;
    q_team *team;
    q_budget budget;
    size_t dynamic_bytes;
    bool keep, trace;
    runner root;
    q_step *steps; /* of the last run; trace */
    size_t step_cap, step_count;
};

/* -- Blocks and plans -- */

static void runner_clear(runner *r);

static void drop_plan(plan *p)
{
    for (size_t i = 0; i < p->body_count; i++) {
        runner_clear(p->bodies[i]);
        free(p->bodies[i]);
    }
    plan__free(p);
}

/* What the last run left allocated. */
static void release_dynamic(runner *r, plan *p)
{
    for (size_t i = 0; i < p->slot_count; i++)
        if (p->slots[i].state == SLOT_DYNAMIC && p->slots[i].owned) {
            q_tensor_clear(&p->slots[i].t, &r->whole->budget);
            p->slots[i].owned = false;
        }
}

static void runner_clear(runner *r)
{
    while (r->plans) {
        plan *p = r->plans;

        r->plans = p->next;
        release_dynamic(r, p);
        drop_plan(p);
    }
    block__drop(&r->memory);
}

/* Forget the plan used longest ago. */
static void drop_last(runner *r)
{
    plan **p = &r->plans;

    assert(*p); /* there are plan_limit plans, 1 or more */
    while ((*p)->next)
        p = &(*p)->next;
    release_dynamic(r, *p);
    drop_plan(*p);
    *p = NULL;
    r->plan_count--;
}

static q_code plan_for(runner *r, const q_tensor *in, const plan *outer, plan **out, q_err *err)
{
    plan_request request = {.graph = r->graph,
                            .in = in,
                            .outer = outer,
                            .memory_limit = r->whole->budget.limit,
                            .keep = r->whole->keep,
                            .team = r->whole->team};
    plan *made = NULL;
    q_code rc;

    for (plan **p = &r->plans; *p; p = &(*p)->next)
        if (plan__fits(*p, in, outer)) {
            made = *p;
            *p = made->next;
            break;
        }
    if (!made) {
        rc = plan__new(&request, &made, err);
        if (rc)
            return rc;
        if (r->plan_count == r->plan_limit)
            drop_last(r);
        r->plan_count++;
    }
    made->next = r->plans;
    r->plans = made;
    *out = made;
    return Q_OK;
}

/* -- Steps -- */

/* As large as the largest of the plans that are kept, and not much larger. */
static q_code take_block(runner *r, plan *p, q_err *err)
{
    size_t bytes = 0;
    q_code rc;

    for (const plan *kept = r->plans; kept; kept = kept->next)
        if (kept->block_bytes > bytes)
            bytes = kept->block_bytes;
    rc = block__fit(&r->memory, bytes, err);
    if (!rc)
        plan__bind(p, r->memory.at);
    return rc;
}

/* Strings, sequences and maps are made by run itself (op.h). */
static bool made_by_run(q_dtype d)
{
    return d == Q_STRING || d == Q_SEQUENCE || d == Q_MAP || d == Q_NONE;
}

/* Memory for the outputs of a step whose shapes were just inferred. */
static q_code allocate_outputs(runner *r, plan *p, plan_step *s, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < s->call.out_count; i++) {
        slot *o = &p->slots[s->out[i]];
        q_tensor made = {0};

        if (made_by_run(o->t.dtype))
            continue;
        rc = q_tensor_new(o->t.dtype, &o->t.shape, &r->whole->budget, &made, err);
        if (rc)
            return rc;
        o->t = made;
        o->owned = true;
    }
    return rc;
}

static q_code run_inferred(runner *r, plan *p, plan_step *s, q_err *err)
{
    const q_op *op = s->call.node->op;
    q_code rc;

    s->call.later = false;
    s->call.scratch_bytes = 0;
    rc = op->infer(&s->call, err);
    if (!rc && s->call.later)
        rc = q_err_set(err, Q_INTERNAL, "its shapes stay unknown though all inputs are there");
    if (!rc && (op->flags & Q_OP_ALIAS)) {
        slot *o = &p->slots[s->out[0]];
        q_tensor from = *s->call.in[0];

        from.shape = o->t.shape;
        rc = q_tensor_copy(&from, &r->whole->budget, &o->t, err);
        o->owned = !rc;
        return rc;
    }
    if (!rc)
        rc = allocate_outputs(r, p, s, err);
    if (!rc && s->call.scratch_bytes) {
        q_shape bytes = {.rank = 1, .dims = {s->call.scratch_bytes}};
        q_tensor scratch = {0};

        rc = q_tensor_new(Q_U8, &bytes, &r->whole->budget, &scratch, err);
        s->call.scratch = scratch.data;
        if (!rc)
            rc = op->run(&s->call, err);
        q_tensor_clear(&scratch, &r->whole->budget);
    } else if (!rc) {
        rc = op->run(&s->call, err);
    }
    for (size_t i = 0; i < s->call.out_count; i++)
        p->slots[s->out[i]].owned = true; /* of a run that failed, too */
    return rc;
}

static q_code run_dynamic(runner *r, plan *p, plan_step *s, q_err *err)
{
    q_code rc;

    for (size_t i = 0; i < s->call.out_count; i++)
        p->slots[s->out[i]].t = (q_tensor){0};
    if (!(s->call.node->op->flags & Q_OP_ALLOCATES)) {
        rc = run_inferred(r, p, s, err);
    } else {
        rc = s->call.node->op->run(&s->call, err);
        for (size_t i = 0; i < s->call.out_count; i++)
            p->slots[s->out[i]].owned = true;
    }
    if (r->whole->budget.used > r->whole->dynamic_bytes)
        r->whole->dynamic_bytes = r->whole->budget.used;
    return rc;
}

static q_code run_step(runner *r, plan *p, plan_step *s, q_err *err)
{
    s->call.team = r->whole->team;
    s->call.budget = &r->whole->budget;
    s->call.runner = r;
    if (s->dynamic)
        return run_dynamic(r, p, s, err);
    if (s->call.node->op->flags & Q_OP_ALIAS) {
        q_tensor *out = s->call.out[0];

        if (!s->shared && out->data)
            memcpy(out->data, s->call.in[0]->data, q_tensor_bytes(out));
        return Q_OK;
    }
    return s->call.node->op->run(&s->call, err);
}

static q_code note_step(struct q_runner *w, const plan *p, const plan_step *s, int64_t from,
                        q_err *err)
{
    q_step made = {.node = s->call.node, .nanoseconds = (uint64_t)(q_monotonic_ns() - from)};

    if (q_heap_grow(&w->steps, &w->step_cap, w->step_count + 1, sizeof *w->steps))
        return q_err_nomem(err);
    for (size_t i = 0; i < s->call.out_count; i++) {
        const slot *o = &p->slots[s->out[i]];

        made.bytes += q_tensor_bytes(&o->t);
        if (i == 0 && o->state == SLOT_PLANNED)
            made.offset = p->slots[o->root].offset;
    }
    w->steps[w->step_count++] = made;
    return Q_OK;
}

static void release_after(runner *r, plan *p, const plan_step *s)
{
    for (size_t i = 0; i < s->release_count; i++) {
        slot *o = &p->slots[s->release[i]];

        if (o->owned)
            q_tensor_clear(&o->t, &r->whole->budget);
        o->owned = false;
    }
}

static void set_inputs(plan *p, const q_tensor *in, const plan *outer)
{
    const q_graph *g = p->graph;

    for (size_t i = 0; i < g->input_count; i++)
        p->slots[g->inputs[i]].t.data = in[i].data;
    for (size_t i = 0; i < p->slot_count; i++) {
        slot *s = &p->slots[i];

        if (s->state != SLOT_INPUT)
            continue;
        if (outer && i < g->value_count && g->values[i].outer != Q_NO_VALUE)
            s->t.data = outer->slots[g->values[i].outer].t.data;
    }
    for (size_t i = 0; i < p->slot_count; i++) /* now that all roots are set */
        if (p->slots[i].state == SLOT_INPUT && p->slots[i].root != i)
            p->slots[i].t.data = p->slots[p->slots[i].root].t.data;
}

static q_code run_plan(runner *r, plan *p, const q_tensor *in, const plan *outer, q_err *err)
{
    bool trace = r->whole->trace && r == &r->whole->root;
    q_code rc;

    release_dynamic(r, p);
    rc = take_block(r, p, err);
    if (rc)
        return rc;
    set_inputs(p, in, outer);
    for (size_t i = 0; !rc && i < p->step_count; i++) {
        plan_step *s = &p->steps[i];
        int64_t from = trace ? q_monotonic_ns() : 0;

        rc = run_step(r, p, s, err);
        if (rc)
            return op__err(err, rc, s->call.node);
        if (trace)
            rc = note_step(r->whole, p, s, from, err);
        release_after(r, p, s);
    }
    return rc;
}

/* -- Bodies of If, Loop and Scan -- */

static q_code body_runner(runner *around, const q_graph *g, runner **out, q_err *err)
{
    plan *p = around->plans;
    runner *made;

    for (size_t i = 0; i < p->body_count; i++)
        if (p->bodies[i]->graph == g) {
            *out = p->bodies[i];
            return Q_OK;
        }
    if (q_arena_grow(p->arena, &p->bodies, &p->body_cap, p->body_count + 1, sizeof(runner *)))
        return q_err_nomem(err);
    made = calloc(1, sizeof *made);
    if (!made)
        return q_err_nomem(err);
    *made = (runner){.graph = g, .plan_limit = around->plan_limit, .whole = around->whole};
    p->bodies[p->body_count++] = made;
    *out = made;
    return Q_OK;
}

q_code op__body(q_op_call *c, const q_graph *g, const q_tensor *const *in, size_t in_count,
                q_tensor *out, size_t out_count, q_err *err)
{
    q_tensor *inputs = calloc(in_count + 1, sizeof *inputs);
    const plan *outer = c->runner->plans;
    runner *r = NULL;
    plan *p = NULL;
    size_t made = 0;
    q_code rc;

    if (!inputs)
        return q_err_nomem(err);
    if (in_count != g->input_count || out_count != g->output_count) {
        rc =
            q_err_set(err, Q_INVALID, "a body of %zu inputs and %zu outputs; %zu and %zu are right",
                      g->input_count, g->output_count, in_count, out_count);
        goto done;
    }
    for (size_t i = 0; i < in_count; i++)
        inputs[i] = *in[i];
    rc = body_runner(c->runner, g, &r, err);
    if (!rc)
        rc = plan_for(r, inputs, outer, &p, err);
    if (!rc)
        rc = run_plan(r, p, inputs, outer, err);
    for (; !rc && made < out_count; made++) {
        rc = q_tensor_copy(&p->slots[g->outputs[made]].t, c->budget, &out[made], err);
        if (rc)
            break;
    }
    if (p)
        release_dynamic(r, p);
done:
    for (size_t i = 0; rc && i < made; i++)
        q_tensor_clear(&out[i], c->budget);
    free(inputs);
    return rc;
}

/* -- The door -- */

q_code q_runner_new(q_model *m, const q_runner_options *options, q_runner **out, q_err *err)
{
    static const q_runner_options defaults = {0};
    const q_runner_options *o = options ? options : &defaults;
    q_runner *r = calloc(1, sizeof *r);

    if (!r)
        return q_err_nomem(err);
    r->model = q_model_ref(m);
    r->team = o->team;
    r->keep = o->keep;
    r->budget.limit = o->memory_limit ? o->memory_limit : (size_t)4 << 30;
    r->root = (runner){.graph = model__graph(m), .plan_limit = o->plans ? o->plans : 8, .whole = r};
    *out = r;
    return Q_OK;
}

void q_runner_free(q_runner *r)
{
    if (!r)
        return;
    runner_clear(&r->root);
    q_model_unref(r->model);
    free(r->steps);
    free(r);
}

static bool dims_fit(const q_shape *have, const q_shape *want)
{
    if (have->rank != want->rank)
        return false;
    for (size_t i = 0; i < have->rank; i++)
        if (want->dims[i] != Q_DIM_UNKNOWN && want->dims[i] != have->dims[i])
            return false;
    return true;
}

static q_code check_inputs(const q_runner *r, const q_tensor *in, size_t count, q_err *err)
{
    char have[160], want[160];

    if (count != q_model_input_count(r->model))
        return q_err_set(err, Q_INVALID, "%zu inputs; the model has %zu", count,
                         q_model_input_count(r->model));
    for (size_t i = 0; i < count; i++) {
        q_port port = q_model_input(r->model, i);
        const q_graph *g = r->root.graph;

        if (in[i].dtype == Q_NONE && g->values[g->inputs[i]].type_proto.n)
            continue; /* an optional without content */
        if (port.dtype != Q_NONE && in[i].dtype != port.dtype)
            return q_err_set(err, Q_INVALID, "input %.*s is %s; %s is right", Q_ARG(port.name),
                             q_dtype_name(in[i].dtype), q_dtype_name(port.dtype));
        if (in[i].shape.rank > Q_MAX_RANK)
            return q_err_set(err, Q_INVALID, "input %.*s has %zu dimensions; at most %d",
                             Q_ARG(port.name), in[i].shape.rank, Q_MAX_RANK);
        if (port.has_shape && !dims_fit(&in[i].shape, &port.shape))
            return q_err_set(err, Q_INVALID, "input %.*s has shape %s; %s is right",
                             Q_ARG(port.name), q_shape_text(&in[i].shape, have),
                             q_shape_text(&port.shape, want));
    }
    return Q_OK;
}

q_code q_runner_plan(q_runner *r, const q_tensor *in, size_t in_count, q_err *err)
{
    plan *p = NULL;
    q_code rc = check_inputs(r, in, in_count, err);

    return rc ? rc : plan_for(&r->root, in, NULL, &p, err);
}

q_code q_runner_run(q_runner *r, const q_tensor *in, size_t in_count, q_tensor *out,
                    size_t out_count, q_err *err)
{
    const q_graph *g = r->root.graph;
    plan *p = r->root.plans;
    q_code rc = check_inputs(r, in, in_count, err);

    if (rc)
        return rc;
    if (out_count != g->output_count)
        return q_err_set(err, Q_INVALID, "%zu outputs; the model has %zu", out_count,
                         g->output_count);
    if (p)
        release_dynamic(&r->root, p);
    r->step_count = 0;
    r->dynamic_bytes = 0;
    rc = plan_for(&r->root, in, NULL, &p, err);
    if (!rc)
        rc = run_plan(&r->root, p, in, NULL, err);
    for (size_t i = 0; !rc && i < out_count; i++)
        out[i] = p->slots[g->outputs[i]].t;
    return rc;
}

q_runner_stats q_runner_last(const q_runner *r)
{
    const plan *p = r->root.plans;

    return (q_runner_stats){.peak_bytes = p ? p->block_bytes : 0,
                            .dynamic_bytes = r->dynamic_bytes,
                            .steps = p ? p->step_count : 0};
}

void q_runner_trace(q_runner *r, bool on)
{
    r->trace = on;
}

const q_step *q_runner_steps(const q_runner *r, size_t *count)
{
    *count = r->step_count;
    return r->steps;
}

const q_tensor *q_runner_value(const q_runner *r, uint32_t id)
{
    const plan *p = r->root.plans;

    if (!p || id >= p->graph->value_count || !p->slots[id].t.data)
        return NULL;
    return p->slots[id].state == SLOT_UNMADE ? NULL : &p->slots[id].t;
}
