#include "engine/describe.h"

#include "engine/graph.h"
#include "engine/shapes.h"

#include "onnx_build.h"

#include <string.h>

static q_str ints_attr(const char *name, const int64_t *v, size_t count)
{
    q_buf b = build_graph();
    size_t a = protobuf__open(&b, 5);

    protobuf__put_bytes(&b, 1, q_str_of(name));
    protobuf__put_ints(&b, 8, v, count);
    protobuf__put_int(&b, 20, Q_ATTR_INTS);
    protobuf__close(&b, a);
    return build_done(&b);
}

/* [N, 3, N, W] -> a 3x3 convolution with stride 2 -> Relu, from free N (twice) and W. */
static q_model *conv_model(void)
{
    static const float weights[4 * 3 * 3 * 3];
    q_buf b = build_graph(), attrs = build_graph();
    q_model *m = NULL;
    q_err err;

    build_input(&b, "x", Q_F32, (const int64_t[]){-1, 3, -1, 64}, 4);
    build_weights(&b, "w", (const int64_t[]){4, 3, 3, 3}, 4, weights, 4 * 27);
    q_buf_put(&attrs, ints_attr("kernel_shape", (const int64_t[]){3, 3}, 2));
    q_buf_put(&attrs, ints_attr("strides", (const int64_t[]){2, 2}, 2));
    q_buf_put(&attrs, ints_attr("pads", (const int64_t[]){1, 1, 1, 1}, 4));
    build_node_with(&b, "Conv", "c", "x w", "y", build_done(&attrs));
    build_node(&b, "Relu", "r", "y", "z");
    build_output(&b, "z");
    if (q_model_open_bytes(build_model(&b, 13), &(q_model_options){.plain = true}, &m, &err))
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
    return m;
}

TEST(costs_at_given_shapes)
{
    q_shape in = {4, {1, 3, 32, 64}};
    q_model *m = conv_model();
    q_description d;

    CHECK_EQ(q_model_describe(m, &in, q_test_arena(), &d, NULL), Q_OK);
    CHECK(d.concrete);
    CHECK_EQ(d.count, 2);
    CHECK_STREQ(d.nodes[0].shape, "[1, 4, 16, 32]");
    CHECK_NEAR(d.nodes[0].cost.macs, 4.0 * 16 * 32 * 27, 0);
    CHECK_EQ(d.nodes[0].cost.weight_bytes, 4 * 27 * 4);
    CHECK_EQ(d.nodes[0].bytes, 4 * 16 * 32 * 4);
    CHECK_STREQ(d.nodes[0].detail, "3x3 /2x2");
    CHECK_NEAR(d.nodes[1].cost.flops, 4.0 * 16 * 32, 0);
    CHECK_NEAR(d.flops, 2 * d.macs + 4.0 * 16 * 32, 0);
    CHECK_EQ(d.params, 4 * 27);
    CHECK(d.peak_bytes >= 4 * 16 * 32 * 4);
    CHECK(d.nodes[0].kernel == NULL);
    q_model_unref(m);
}

TEST(free_dimensions_stay_symbols)
{
    q_shape in = {4, {Q_DIM_UNKNOWN, 3, Q_DIM_UNKNOWN, 64}};
    q_model *m = conv_model();
    q_description d;
    shapes s;

    CHECK_EQ(q_model_describe(m, &in, q_test_arena(), &d, NULL), Q_OK);
    CHECK(!d.concrete);
    CHECK_EQ(d.symbol_count, 1); /* both are called N */
    CHECK_EQ(shapes__infer(m, &in, q_test_arena(), &s, NULL), Q_OK);
    CHECK_STREQ(s.values[model__graph(m)->outputs[0]].dims[0], "N");
    CHECK_STREQ(s.values[model__graph(m)->outputs[0]].dims[1], "4");
    CHECK_STREQ(s.values[model__graph(m)->outputs[0]].dims[3], "32");
    q_model_unref(m);
}

/* y = Concat(x, x, c) along the first axis, c of one row; z = Reshape(x, [-1]). */
static q_model *line_model(void)
{
    static const float row[4];
    q_buf b = build_graph();
    q_model *m = NULL;
    size_t shape;
    q_err err;
    q_buf axis = build_graph();
    size_t a = protobuf__open(&axis, 5);

    protobuf__put_bytes(&axis, 1, Q_STR("axis"));
    protobuf__put_int(&axis, 3, 0);
    protobuf__put_int(&axis, 20, Q_ATTR_INT);
    protobuf__close(&axis, a);
    build_input(&b, "x", Q_F32, (const int64_t[]){-1, 4}, 2);
    build_weights(&b, "c", (const int64_t[]){1, 4}, 2, row, 4);
    shape = protobuf__open(&b, 5);
    protobuf__put_ints(&b, 1, (const int64_t[]){1}, 1);
    protobuf__put_int(&b, 2, Q_I64);
    protobuf__put_ints(&b, 7, (const int64_t[]){-1}, 1);
    protobuf__put_bytes(&b, 8, Q_STR("s"));
    protobuf__close(&b, shape);
    build_node_with(&b, "Concat", "k", "x x c", "y", build_done(&axis));
    build_node(&b, "Reshape", "r", "x s", "z");
    build_output(&b, "y");
    build_output(&b, "z");
    if (q_model_open_bytes(build_model(&b, 13), &(q_model_options){.plain = true}, &m, &err))
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
    return m;
}

TEST(dimensions_that_follow_on_a_line)
{
    q_shape in = {2, {Q_DIM_UNKNOWN, 4}};
    q_model *m = line_model();
    const q_graph *g = model__graph(m);
    shapes s;

    CHECK_EQ(shapes__infer(m, &in, q_test_arena(), &s, NULL), Q_OK);
    CHECK_STREQ(s.values[g->outputs[0]].dims[0], "2*N+1");
    CHECK_STREQ(s.values[g->outputs[1]].dims[0], "4*N");
    q_model_unref(m);
}

TEST(a_graph_that_fits_no_size_says_why)
{
    q_shape in = {3, {Q_DIM_UNKNOWN, 3, 5}};
    q_model *m = conv_model();
    q_err err = {Q_OK, ""};
    q_description d;

    CHECK_EQ(q_model_describe(m, &in, q_test_arena(), &d, &err), Q_INVALID);
    CHECK(strstr(err.msg, "Conv (node c)"));
    q_model_unref(m);
}

TEST(kinds_of_operators)
{
    static const struct {
        const char *domain, *type;
        cost_kind kind;
    } cases[] = {
        {"", "Conv", COST_PRODUCT},      {"quern", "Depthwise", COST_PRODUCT},
        {"", "Relu", COST_ELEMENTWISE},  {"", "Reshape", COST_MOVE},
        {"", "Cast", COST_CONVERT},      {"", "If", COST_CONTROL},
        {"", "ReduceMean", COST_REDUCE}, {"ai.onnx.ml", "Scaler", COST_OTHER},
        {"", "", COST_ELEMENTWISE},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        q_node n = {.domain = q_str_of(cases[i].domain), .type = q_str_of(cases[i].type)};

        CHECK_EQ(cost__kind(&n), cases[i].kind);
    }
}

TEST_MAIN("engine/describe")
