#include "engine/runner.h"
#include "engine/graph.h"
#include "engine/op.h"
#include "test.h"

#include <string.h>

/* A model made by hand, of operators made for the purpose. */
struct q_model {
    q_arena *arena;
    q_graph *graph;
    q_value_id inputs[4], outputs[4];
};

q_model *q_model_ref(q_model *m)
{
    return m;
}

void q_model_unref(q_model *m)
{
    (void)m;
}

const q_graph *model__graph(const q_model *m)
{
    return m->graph;
}

size_t q_model_input_count(const q_model *m)
{
    return m->graph->input_count;
}

q_port q_model_input(const q_model *m, size_t i)
{
    const q_value_info *v = &m->graph->values[m->graph->inputs[i]];

    return (q_port){
        .name = v->name, .dtype = v->dtype, .shape = v->shape, .has_shape = v->has_shape};
}

static q_code add_infer(q_op_call *c, q_err *err)
{
    q_shape s;
    q_code rc = op__broadcast(&c->in[0]->shape, &c->in[1]->shape, &s, err);

    op__set(c, 0, Q_F32, &s);
    return rc;
}

static q_code add_run(q_op_call *c, q_err *err)
{
    const float *a = c->in[0]->data, *b = c->in[1]->data;
    size_t an = q_shape_count(&c->in[0]->shape), bn = q_shape_count(&c->in[1]->shape);
    float *y = c->out[0]->data;

    (void)err;
    for (size_t i = 0; i < q_shape_count(&c->out[0]->shape); i++)
        y[i] = a[i % an] + b[i % bn];
    return Q_OK;
}

static q_code flatten_infer(q_op_call *c, q_err *err)
{
    q_shape s = {.rank = 1, .dims = {q_shape_count(&c->in[0]->shape)}};

    (void)err;
    op__set(c, 0, c->in[0]->dtype, &s);
    return Q_OK;
}

/* The positive elements, whose number only the values tell. */
static q_code positive_infer(q_op_call *c, q_err *err)
{
    const float *x = c->in[0]->data;
    q_shape s = {.rank = 1};

    (void)err;
    if (!x) {
        c->later = true;
        return Q_OK;
    }
    for (size_t i = 0; i < q_shape_count(&c->in[0]->shape); i++)
        s.dims[0] += x[i] > 0;
    op__set(c, 0, Q_F32, &s);
    return Q_OK;
}

static q_code positive_run(q_op_call *c, q_err *err)
{
    const float *x = c->in[0]->data;
    size_t n = 0;

    (void)err;
    for (size_t i = 0; i < q_shape_count(&c->in[0]->shape); i++)
        if (x[i] > 0)
            ((float *)c->out[0]->data)[n++] = x[i];
    return Q_OK;
}

static q_code twice_run(q_op_call *c, q_err *err)
{
    const q_attr *body = q_node_attr(c->node, "body");
    q_tensor once = {0};
    q_code rc = op__body(c, body->graph, c->in, 1, &once, 1, err);

    if (rc)
        return rc;
    rc = op__body(c, body->graph, (const q_tensor *[]){&once}, 1, c->out[0], 1, err);
    q_tensor_clear(&once, c->budget);
    return rc;
}

static q_code shape_infer(q_op_call *c, q_err *err)
{
    q_shape s = {.rank = 1, .dims = {c->in[0]->shape.rank}};

    (void)err;
    op__set(c, 0, Q_I64, &s);
    return Q_OK;
}

static q_code shape_run(q_op_call *c, q_err *err)
{
    (void)err;
    for (size_t i = 0; i < c->in[0]->shape.rank; i++)
        ((int64_t *)c->out[0]->data)[i] = (int64_t)c->in[0]->shape.dims[i];
    return Q_OK;
}

/* Of as many elements as its input says. */
static q_code zeros_infer(q_op_call *c, q_err *err)
{
    int64_t dims[Q_MAX_RANK];
    q_shape s = {0};
    q_code rc = op__ints(c, 0, dims, Q_MAX_RANK, &s.rank, err);

    for (size_t i = 0; i < s.rank; i++)
        s.dims[i] = (size_t)dims[i];
    op__set(c, 0, Q_F32, &s);
    return rc;
}

static q_code zeros_run(q_op_call *c, q_err *err)
{
    (void)err;
    if (c->out[0]->data)
        memset(c->out[0]->data, 0, q_tensor_bytes(c->out[0]));
    return Q_OK;
}

static const q_op add = {
    .type = "Add", .domain = "", .flags = Q_OP_IN_PLACE, .infer = add_infer, .run = add_run};
static const q_op flatten = {
    .type = "Flatten", .domain = "", .flags = Q_OP_ALIAS, .infer = flatten_infer};
static const q_op positive = {
    .type = "Positive", .domain = "", .infer = positive_infer, .run = positive_run};
static const q_op twice = {
    .type = "Twice", .domain = "", .flags = Q_OP_ALLOCATES, .run = twice_run};
static const q_op shape_of = {
    .type = "Shape", .domain = "", .flags = Q_OP_BY_SHAPE, .infer = shape_infer, .run = shape_run};
static const q_op zeros = {.type = "Zeros", .domain = "", .infer = zeros_infer, .run = zeros_run};

static void model_init(q_model *m)
{
    *m = (q_model){.arena = q_arena_new(1 << 22)};
    CHECK_EQ(graph__new(m->arena, NULL, &m->graph, NULL), Q_OK);
    m->graph->inputs = m->inputs;
    m->graph->outputs = m->outputs;
}

static q_value_id input(q_model *m, const char *name)
{
    q_value_id id = Q_NO_VALUE;

    CHECK_EQ(graph__add_value(m->graph, q_str_of(name), Q_F32, NULL, &id, NULL), Q_OK);
    m->inputs[m->graph->input_count++] = id;
    return id;
}

static q_value_id node(q_graph *g, const q_op *op, q_value_id a, q_value_id b)
{
    q_value_id out = Q_NO_VALUE;
    q_node *n = NULL;

    CHECK_EQ(graph__add_value(g, Q_STR("v"), Q_NONE, NULL, &out, NULL), Q_OK);
    CHECK_EQ(graph__add_node(g, Q_STR(""), q_str_of(op->type), Q_STR("n"), (q_value_id[]){a, b},
                             b == Q_NO_VALUE ? 1 : 2, &out, 1, &n, NULL),
             Q_OK);
    n->op = op;
    return out;
}

static void output(q_model *m, q_value_id id)
{
    m->outputs[m->graph->output_count++] = id;
}

static q_tensor vector(float *data, size_t n)
{
    return (q_tensor){.dtype = Q_F32, .shape = {.rank = 1, .dims = {n}}, .data = data};
}

static q_runner *runner_of(q_model *m, const q_runner_options *o)
{
    q_runner *r = NULL;

    CHECK_EQ(q_runner_new(m, o, &r, NULL), Q_OK);
    return r;
}

TEST(a_chain_of_sums_needs_two_places_and_one_in_place)
{
    q_model m;

    model_init(&m);
    q_value_id x = input(&m, "x"), v = x;
    float data[64];
    q_tensor in = vector(data, 64), out;
    q_runner *r = runner_of(&m, NULL);

    for (int i = 0; i < 64; i++)
        data[i] = (float)i;
    for (int i = 0; i < 5; i++)
        v = node(m.graph, &add, v, x);
    output(&m, v);
    CHECK_EQ(q_runner_run(r, &in, 1, &out, 1, NULL), Q_OK);
    CHECK_EQ(((float *)out.data)[7], 42);
    CHECK_EQ(q_runner_last(r).peak_bytes, 64 * sizeof(float));
    CHECK_EQ(data[7], 7);
    q_runner_free(r);
    q_arena_free(m.arena);
}

TEST(an_alias_shares_memory_and_is_not_written_over)
{
    q_model m;

    model_init(&m);
    q_value_id x = input(&m, "x"), sum = node(m.graph, &add, x, x),
               flat = node(m.graph, &flatten, sum, Q_NO_VALUE);
    float data[6] = {1, 2, 3, 4, 5, 6};
    q_tensor in = {.dtype = Q_F32, .shape = {.rank = 2, .dims = {2, 3}}, .data = data}, out[2];
    q_runner *r = runner_of(&m, NULL);

    output(&m, node(m.graph, &add, flat, flat));
    output(&m, sum);
    CHECK_EQ(q_runner_run(r, &in, 1, out, 2, NULL), Q_OK);
    CHECK_EQ(((float *)out[0].data)[5], 24);
    CHECK_EQ(((float *)out[1].data)[5], 12);
    CHECK_EQ(out[1].shape.rank, 2);
    q_runner_free(r);
    q_arena_free(m.arena);
}

TEST(an_input_that_goes_out_is_copied)
{
    q_model m;

    model_init(&m);
    q_value_id x = input(&m, "x");
    float data[2] = {1, 2};
    q_tensor in = vector(data, 2), out;
    q_runner *r = runner_of(&m, NULL);

    output(&m, node(m.graph, &flatten, x, Q_NO_VALUE));
    CHECK_EQ(q_runner_run(r, &in, 1, &out, 1, NULL), Q_OK);
    CHECK(out.data != data);
    CHECK_EQ(((float *)out.data)[1], 2);
    q_runner_free(r);
    q_arena_free(m.arena);
}

TEST(shapes_are_computed_when_planned)
{
    q_model m;

    model_init(&m);
    q_value_id x = input(&m, "x"),
               z = node(m.graph, &zeros, node(m.graph, &shape_of, x, Q_NO_VALUE), Q_NO_VALUE);
    float data[3] = {1, 2, 3};
    q_tensor in = vector(data, 3), out;
    q_runner *r = runner_of(&m, NULL);

    output(&m, node(m.graph, &add, z, x));
    CHECK_EQ(q_runner_run(r, &in, 1, &out, 1, NULL), Q_OK);
    CHECK_EQ(((float *)out.data)[2], 3);
    CHECK_EQ(q_runner_last(r).steps, 1);
    q_runner_free(r);
    q_arena_free(m.arena);
}

TEST(what_depends_on_values_is_allocated_and_released)
{
    q_model m;

    model_init(&m);
    q_value_id x = input(&m, "x"), some = node(m.graph, &positive, x, Q_NO_VALUE);
    float data[4] = {1, -2, 3, -4};
    q_tensor in = vector(data, 4), out;
    q_runner *r = runner_of(&m, NULL);

    output(&m, node(m.graph, &add, some, some));
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(q_runner_run(r, &in, 1, &out, 1, NULL), Q_OK);
        CHECK_EQ(out.shape.dims[0], 2);
        CHECK_EQ(((float *)out.data)[1], 6);
    }
    CHECK_EQ(q_runner_last(r).dynamic_bytes, 16);
    q_runner_free(r);
    q_arena_free(m.arena);
}

TEST(a_body_finds_the_values_around_it)
{
    q_model m;

    model_init(&m);
    q_value_id x = input(&m, "x"), y = node(m.graph, &add, x, x), inner, outer, in_body;
    q_graph *body = NULL;
    float data[2] = {1, 2};
    q_tensor in = vector(data, 2), out;
    q_runner *r = runner_of(&m, NULL);

    CHECK_EQ(graph__new(m.arena, m.graph, &body, NULL), Q_OK);
    CHECK_EQ(graph__add_value(body, Q_STR("i"), Q_F32, NULL, &inner, NULL), Q_OK);
    CHECK_EQ(graph__add_value(body, Q_STR("y"), Q_F32, NULL, &outer, NULL), Q_OK);
    body->values[outer].outer = y;
    in_body = node(body, &add, inner, outer);
    body->inputs = &inner;
    body->input_count = 1;
    body->outputs = &in_body;
    body->output_count = 1;
    output(&m, node(m.graph, &twice, x, Q_NO_VALUE));
    q_node *n = m.graph->nodes[m.graph->node_count - 1];
    n->attrs = &(q_attr){.name = Q_STR("body"), .kind = Q_ATTR_GRAPH, .count = 1, .graph = body};
    n->attr_count = 1;
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(q_runner_run(r, &in, 1, &out, 1, NULL), Q_OK);
        CHECK_EQ(((float *)out.data)[1], 10);
    }
    q_runner_free(r);
    q_arena_free(m.arena);
}

TEST(plans_of_the_last_shapes_are_kept)
{
    q_model m;

    model_init(&m);
    q_value_id x = input(&m, "x");
    float data[64] = {1};
    q_tensor out;
    q_runner *r = runner_of(&m, &(q_runner_options){.plans = 2});

    output(&m, node(m.graph, &add, x, x));
    for (size_t n = 1; n <= 64; n *= 2) {
        q_tensor in = vector(data, n);

        CHECK_EQ(q_runner_run(r, &in, 1, &out, 1, NULL), Q_OK);
        CHECK_EQ(out.shape.dims[0], n);
        CHECK_EQ(((float *)out.data)[0], 2);
    }
    q_runner_free(r);
    q_arena_free(m.arena);
}

TEST(errors_name_what_was_wanted)
{
    q_model m;

    model_init(&m);
    q_value_id x = input(&m, "x"), y = input(&m, "y");
    float data[12] = {0};
    q_tensor in[2] = {vector(data, 3), vector(data, 4)}, out;
    q_runner *r = runner_of(&m, &(q_runner_options){.memory_limit = 256});
    q_err err;

    output(&m, node(m.graph, &add, x, y));
    CHECK_EQ(q_runner_run(r, in, 2, &out, 1, &err), Q_INVALID);
    CHECK_STR(err.msg, "Add (node n): shapes [3] and [4] do not broadcast");
    in[0].dtype = Q_I64;
    CHECK_EQ(q_runner_run(r, in, 2, &out, 1, &err), Q_INVALID);
    CHECK_STR(err.msg, "input x is int64; float32 is right");
    in[0] = (q_tensor){.dtype = Q_F32, .shape = {.rank = 2, .dims = {100, 1}}, .data = data};
    CHECK_EQ(q_runner_run(r, in, 2, &out, 1, &err), Q_LIMIT);
    CHECK_STR(err.msg, "Add (node n): a float32 tensor of shape [100, 4] is larger than 256 bytes");
    q_runner_free(r);
    q_arena_free(m.arena);
}

TEST_MAIN("engine/runner")
