#include "sketch.h"

#include "engine/passes.h"

#include "test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

sketch sketch_new(void)
{
    static const q_opset opsets[] = {{Q_STR_INIT(""), 17}};
    sketch s = {.seed = 1};

    CHECK_EQ(graph__new(q_test_arena(), NULL, &s.g, NULL), Q_OK);
    s.g->opsets = opsets;
    s.g->opset_count = 1;
    return s;
}

static float next(sketch *s)
{
    s->seed = s->seed * 1664525U + 1013904223U;
    return (float)(s->seed >> 8) / (float)(1 << 23) - 1.0F;
}

static q_tensor random_tensor(sketch *s, q_shape shape)
{
    q_tensor t = {.dtype = Q_F32, .shape = shape};
    size_t n = q_shape_count(&shape);

    t.data = graph__data(s->g, n * sizeof(float));
    for (size_t i = 0; i < n; i++)
        ((float *)t.data)[i] = next(s);
    return t;
}

q_value_id sketch_in(sketch *s, q_shape shape)
{
    q_shape free_shape = shape;
    q_value_id id = Q_NO_VALUE;

    CHECK(s->in_count < SKETCH_INPUTS);
    for (size_t i = 0; i < shape.rank; i++)
        if (i != 1)
            free_shape.dims[i] = Q_DIM_UNKNOWN;
    CHECK_EQ(graph__add_value(s->g, Q_STR("x"), Q_F32, &free_shape, &id, NULL), Q_OK);
    s->input[s->in_count] = random_tensor(s, shape);
    s->in[s->in_count++] = id;
    s->g->inputs = q_arena_array(s->g->arena, s->in_count, sizeof(q_value_id));
    memcpy(s->g->inputs, s->in, s->in_count * sizeof(q_value_id));
    s->g->input_count = s->in_count;
    return id;
}

q_value_id sketch_constant(sketch *s, const q_tensor *t)
{
    q_value_id id = Q_NO_VALUE;

    CHECK_EQ(graph__add_constant(s->g, Q_STR(""), t, &id, NULL), Q_OK);
    return id;
}

q_value_id sketch_random(sketch *s, q_shape shape)
{
    q_tensor t = random_tensor(s, shape);

    return sketch_constant(s, &t);
}

q_value_id sketch_scalar(sketch *s, float v)
{
    q_tensor t = {.dtype = Q_F32, .data = graph__data(s->g, sizeof v)};

    memcpy(t.data, &v, sizeof v);
    return sketch_constant(s, &t);
}

q_value_id sketch_op(sketch *s, const char *type, unsigned version, const q_value_id *in,
                     size_t count)
{
    q_value_id out = Q_NO_VALUE;

    CHECK_EQ(graph__add_value(s->g, Q_STR(""), Q_NONE, NULL, &out, NULL), Q_OK);
    CHECK_EQ(graph__add_node(s->g, Q_STR(""), q_str_of(type), Q_STR(""), in, count, &out, 1,
                             &s->last, NULL),
             Q_OK);
    s->last->version = version;
    return out;
}

void sketch_int(sketch *s, const char *name, int64_t v)
{
    CHECK_EQ(graph__set_int(s->g, s->last, name, v, NULL), Q_OK);
}

void sketch_ints(sketch *s, const char *name, const int64_t *v, size_t count)
{
    CHECK_EQ(graph__set_ints(s->g, s->last, name, v, count, NULL), Q_OK);
}

void sketch_float(sketch *s, const char *name, double v)
{
    CHECK_EQ(graph__set_float(s->g, s->last, name, v, NULL), Q_OK);
}

void sketch_string(sketch *s, const char *name, const char *v)
{
    CHECK_EQ(graph__set_string(s->g, s->last, name, q_str_of(v), NULL), Q_OK);
}

/* -- Running, node by node -- */

static void run_node(sketch *s, q_node *n, q_tensor *values)
{
    const q_tensor *in[16];
    q_tensor *out[16];
    q_op_call c = {.node = n, .params = n->params, .in = in, .out = out};
    q_err err = {0};

    CHECK(n->in_count <= 16 && n->out_count <= 16);
    c.in_count = n->in_count;
    c.out_count = n->out_count;
    for (size_t i = 0; i < n->in_count; i++)
        in[i] = n->in[i] == Q_NO_VALUE ? NULL : &values[n->in[i]];
    for (size_t i = 0; i < n->out_count; i++)
        out[i] = &values[n->out[i]];
    if (n->op->infer(&c, &err))
        q_test_fail(__FILE__, __LINE__, "infer of %.*s: %s", Q_ARG(n->type), err.msg);
    for (size_t i = 0; i < n->out_count; i++)
        out[i]->data = graph__data(s->g, q_tensor_bytes(out[i]));
    c.scratch = graph__data(s->g, c.scratch_bytes);
    if (n->op->flags & Q_OP_ALIAS)
        memcpy(out[0]->data, in[0]->data, q_tensor_bytes(out[0]));
    else if (n->op->run(&c, &err))
        q_test_fail(__FILE__, __LINE__, "run of %.*s: %s", Q_ARG(n->type), err.msg);
}

static q_tensor run(sketch *s)
{
    q_tensor *values = q_arena_array(s->g->arena, s->g->value_count, sizeof *values);

    for (size_t i = 0; i < s->g->value_count; i++)
        if (s->g->values[i].constant)
            values[i] = *s->g->values[i].constant;
    for (size_t i = 0; i < s->in_count; i++)
        values[s->in[i]] = s->input[i];
    for (size_t i = 0; i < s->g->node_count; i++)
        run_node(s, s->g->nodes[i], values);
    return values[s->g->outputs[0]];
}

/* With SKETCH in the environment: the graph as the passes left it. */
static void print(const sketch *s)
{
    for (size_t i = 0; i < s->g->node_count; i++) {
        const q_node *n = s->g->nodes[i];

        printf("# %.*s:%.*s", Q_ARG(n->domain), Q_ARG(n->type));
        for (size_t k = 0; k < n->in_count; k++)
            printf(" %d", (int)n->in[k]);
        printf(" -> %u\n", n->out[0]);
    }
}

void sketch_check(sketch *s, q_value_id out, double tolerance)
{
    q_err err = {0};
    q_tensor drawn, optimised;

    s->out = out;
    s->g->outputs = &s->out;
    s->g->output_count = 1;
    CHECK_EQ(graph__bind(s->g, NULL), Q_OK);
    drawn = run(s);
    if (passes__run(s->g, &s->options, &err))
        q_test_fail(__FILE__, __LINE__, "passes: %s", err.msg);
    if (getenv("SKETCH"))
        print(s);
    optimised = run(s);
    CHECK_EQ(drawn.dtype, optimised.dtype);
    CHECK(q_shape_eq(&drawn.shape, &optimised.shape));
    for (size_t i = 0; i < q_shape_count(&drawn.shape); i++) {
        double want = ((const float *)drawn.data)[i], got = ((const float *)optimised.data)[i];

        CHECK_NEAR(got, want, tolerance * (1 + fabs(want)));
    }
}

size_t sketch_count(const sketch *s, const char *domain, const char *type)
{
    size_t count = 0;

    for (size_t i = 0; i < s->g->node_count; i++)
        count += q_str_is(s->g->nodes[i]->domain, domain) && q_str_is(s->g->nodes[i]->type, type);
    return count;
}
