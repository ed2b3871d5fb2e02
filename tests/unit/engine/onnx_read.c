#include "engine/onnx_read.h"

#include "onnx_build.h"

#include <string.h>

static const int64_t two_three[] = {2, 3};

static q_code read(q_str model, onnx_model *out, q_err *err)
{
    q_arena *a = q_test_arena();
    onnx_data *d;

    CHECK_EQ(onnx_data__new(a, &(onnx_data_options){.limit = 1 << 20}, &d, NULL), Q_OK);
    return onnx__read(model, a, d, out, err);
}

static q_graph *good(q_buf *g)
{
    onnx_model m;
    q_err err;

    if (read(build_model(g, 13), &m, &err))
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
    return m.graph;
}

static const char *refusal(q_str model, q_code code)
{
    static q_err err;
    onnx_model m;

    CHECK_EQ(read(model, &m, &err), code);
    return err.msg;
}

static q_buf with_input(void)
{
    q_buf g = build_graph();

    build_input(&g, "x", Q_F32, two_three, 2);
    return g;
}

TEST(names_become_numbers)
{
    q_buf b = with_input();
    q_graph *g;

    build_node(&b, "Relu", "r", "x", "y");
    build_node(&b, "Add", "a", "y x", "z");
    build_output(&b, "z");
    g = good(&b);
    CHECK_EQ(g->node_count, 2);
    CHECK_EQ(g->input_count, 1);
    CHECK_EQ(g->nodes[0]->in[0], g->inputs[0]);
    CHECK_EQ(g->nodes[1]->in[0], g->nodes[0]->out[0]);
    CHECK_EQ(g->nodes[1]->out[0], g->outputs[0]);
    CHECK_EQ(g->nodes[1]->version, 13);
    CHECK_STREQ(g->nodes[1]->type, "Add");
    CHECK_EQ(g->values[g->inputs[0]].shape.dims[1], 3);
}

TEST(an_input_left_out_has_no_value)
{
    q_buf b = with_input();
    q_graph *g;

    build_node(&b, "Clip", "c", "x - x", "y");
    build_output(&b, "y");
    g = good(&b);
    CHECK_EQ(g->nodes[0]->in_count, 3);
    CHECK(g->nodes[0]->in[1] == Q_NO_VALUE);
}

TEST(free_dimensions_keep_their_names)
{
    q_buf b = build_graph();
    q_graph *g;

    build_input(&b, "x", Q_F32, (const int64_t[]){-1, 3}, 2);
    build_output(&b, "x");
    g = good(&b);
    CHECK(g->values[g->inputs[0]].shape.dims[0] == Q_DIM_UNKNOWN);
    CHECK_STREQ(g->values[g->inputs[0]].dim_names[0], "N");
}

TEST(an_initialiser_takes_the_place_of_an_input)
{
    q_buf b = with_input();
    q_graph *g;

    build_input(&b, "w", Q_F32, (const int64_t[]){1}, 1);
    build_weights(&b, "w", (const int64_t[]){1}, 1, (const float[]){4}, 1);
    build_node(&b, "Add", "a", "x w", "y");
    build_output(&b, "y");
    g = good(&b);
    CHECK_EQ(g->input_count, 1);
    CHECK_NEAR(*(float *)g->values[g->nodes[0]->in[1]].constant->data, 4, 0);
}

static q_str attr(const char *name, uint32_t field, int64_t kind, q_str bytes, int64_t number)
{
    q_buf b = build_graph();
    size_t a = protobuf__open(&b, 5);

    protobuf__put_bytes(&b, 1, q_str_of(name));
    if (field == 3 || field == 8)
        protobuf__put_int(&b, field, number);
    else if (field > 0)
        protobuf__put_bytes(&b, field, bytes);
    if (kind > 0)
        protobuf__put_int(&b, 20, kind);
    protobuf__close(&b, a);
    return build_done(&b);
}

TEST(constant_nodes_become_constants)
{
    q_buf b = build_graph();
    q_graph *g;

    build_node_with(&b, "Constant", "c", "", "k", attr("value_int", 3, Q_ATTR_INT, Q_STR(""), 7));
    build_node_with(&b, "Constant", "d", "", "t",
                    attr("value_string", 4, Q_ATTR_STRING, Q_STR("text"), 0));
    build_output(&b, "k");
    build_output(&b, "t");
    g = good(&b);
    CHECK_EQ(g->node_count, 0);
    CHECK_EQ(*(int64_t *)g->values[g->outputs[0]].constant->data, 7);
    CHECK_STREQ(*(q_str *)g->values[g->outputs[1]].constant->data, "text");
}

TEST(attributes_of_files_without_kinds)
{
    q_buf b = with_input();
    q_graph *g;

    build_node_with(&b, "Softmax", "s", "x", "y", attr("axis", 3, 0, Q_STR(""), -1));
    build_output(&b, "y");
    g = good(&b);
    CHECK_EQ(q_node_int(g->nodes[0], "axis", 0), -1);
}

/* A body that adds the value x of the graph around to itself. */
static q_str body(void)
{
    q_buf b = build_graph();

    build_node(&b, "Add", "inner", "x x", "sum");
    build_output(&b, "sum");
    return build_done(&b);
}

TEST(bodies_see_the_values_around_them)
{
    q_buf b = with_input();
    q_graph *g, *inner;

    build_input(&b, "c", Q_BOOL, NULL, 0);
    build_node_with(&b, "If", "i", "c", "y", attr("then_branch", 6, Q_ATTR_GRAPH, body(), 0));
    build_output(&b, "y");
    g = good(&b);
    inner = q_node_attr(g->nodes[0], "then_branch")->graph;
    CHECK(inner->parent == g);
    CHECK_EQ(inner->nodes[0]->in[0], inner->nodes[0]->in[1]);
    CHECK_EQ(inner->values[inner->nodes[0]->in[0]].outer, g->inputs[0]);
}

static q_str function(const char *name, q_str nodes, const char *in, const char *out)
{
    q_buf b = build_graph();
    size_t f = protobuf__open(&b, 25);

    protobuf__put_bytes(&b, 1, q_str_of(name));
    protobuf__put_bytes(&b, 10, Q_STR("mine"));
    build_names(&b, 4, in);
    build_names(&b, 5, out);
    q_buf_put(&b, nodes);
    build_opset(&b, 9, "", 15);
    build_opset(&b, 9, "mine", 1);
    protobuf__close(&b, f);
    return build_done(&b);
}

/* A node as a FunctionProto holds it. */
static q_str function_node(const char *type, const char *domain, const char *in, const char *out,
                           q_str attrs)
{
    q_buf b = build_graph();
    size_t n = protobuf__open(&b, 7);

    build_names(&b, 1, in);
    build_names(&b, 2, out);
    protobuf__put_bytes(&b, 4, q_str_of(type));
    protobuf__put_bytes(&b, 7, q_str_of(domain));
    q_buf_put(&b, attrs);
    protobuf__close(&b, n);
    return build_done(&b);
}

static void call(q_buf *g, const char *type, const char *in, const char *out, q_str attrs)
{
    size_t n = protobuf__open(g, 1);

    build_names(g, 1, in);
    build_names(g, 2, out);
    protobuf__put_bytes(g, 3, Q_STR("call"));
    protobuf__put_bytes(g, 4, q_str_of(type));
    protobuf__put_bytes(g, 7, Q_STR("mine"));
    q_buf_put(g, attrs);
    protobuf__close(g, n);
}

TEST(functions_are_inlined)
{
    q_buf b = with_input(), reference = build_graph();
    size_t a = protobuf__open(&reference, 5);
    onnx_model m;

    protobuf__put_bytes(&reference, 1, Q_STR("alpha"));
    protobuf__put_bytes(&reference, 21, Q_STR("slope"));
    protobuf__close(&reference, a);
    call(&b, "Act", "x", "y", attr("slope", 3, Q_ATTR_INT, Q_STR(""), 3));
    build_output(&b, "y");
    CHECK_EQ(read(build_model_with(
                      &b, 13,
                      function("Act",
                               function_node("LeakyRelu", "", "in", "out", build_done(&reference)),
                               "in", "out")),
                  &m, NULL),
             Q_OK);
    CHECK_EQ(m.graph->node_count, 1);
    CHECK_STREQ(m.graph->nodes[0]->type, "LeakyRelu");
    CHECK_STREQ(m.graph->nodes[0]->name, "call/");
    CHECK_EQ(m.graph->nodes[0]->version, 15);
    CHECK_EQ(m.graph->nodes[0]->in[0], m.graph->inputs[0]);
    CHECK_EQ(m.graph->nodes[0]->out[0], m.graph->outputs[0]);
    CHECK_EQ(q_node_int(m.graph->nodes[0], "alpha", 0), 3);
}

TEST(a_function_that_gives_back_its_input)
{
    q_buf b = with_input();
    onnx_model m;

    call(&b, "Same", "x", "y", Q_STR(""));
    build_output(&b, "y");
    CHECK_EQ(read(build_model_with(&b, 13, function("Same", Q_STR(""), "in", "in")), &m, NULL),
             Q_OK);
    CHECK_STREQ(m.graph->nodes[0]->type, "Identity");
}

TEST(a_function_that_calls_itself_ends)
{
    q_buf b = with_input();
    q_str again = function_node("Rec", "mine", "in", "out", Q_STR(""));

    call(&b, "Rec", "x", "y", Q_STR(""));
    build_output(&b, "y");
    CHECK(strstr(refusal(build_model_with(&b, 13, function("Rec", again, "in", "out")), Q_LIMIT),
                 "functions call each other, more than 32 deep"));
}

/* -- What is refused -- */

TEST(a_missing_initialiser)
{
    q_buf b = with_input();

    build_node(&b, "Conv", "c1", "x w", "y");
    build_output(&b, "y");
    CHECK_STR(refusal(build_model(&b, 13), Q_INVALID),
              "node \"c1\" (Conv): input 1, \"w\", is made by nothing: no node, no input, and no "
              "initialiser has the name");
}

TEST(an_output_made_by_nothing)
{
    q_buf b = with_input();

    build_output(&b, "y");
    CHECK_STR(refusal(build_model(&b, 13), Q_INVALID),
              "output \"y\" of graph \"\" is made by nothing");
}

TEST(a_value_made_twice)
{
    q_buf b = with_input();

    build_node(&b, "Relu", "a", "x", "y");
    build_node(&b, "Tanh", "b", "x", "y");
    CHECK_STR(refusal(build_model(&b, 13), Q_INVALID),
              "value \"y\" is made twice, the second time by node \"b\" (Tanh)");
    b = with_input();
    build_node(&b, "Relu", "a", "x", "x");
    CHECK_STR(refusal(build_model(&b, 13), Q_INVALID),
              "value \"x\" is made twice, the second time by node \"a\" (Relu)");
    b = with_input();
    build_weights(&b, "w", two_three, 1, (const float[]){1, 2}, 2);
    build_weights(&b, "w", two_three, 1, (const float[]){1, 2}, 2);
    CHECK_STR(refusal(build_model(&b, 13), Q_INVALID), "value \"w\" has two initialisers");
}

TEST(a_negative_dimension)
{
    q_buf b = build_graph();

    build_input(&b, "x", Q_F32, (const int64_t[]){1, -7}, 2);
    CHECK_STR(refusal(build_model(&b, 13), Q_INVALID), "type of value \"x\": a dimension is -7");
    b = with_input();
    build_weights(&b, "w", (const int64_t[]){-2}, 1, NULL, 0);
    CHECK_STR(refusal(build_model(&b, 13), Q_INVALID), "tensor \"w\": dimension 0 is -2");
}

TEST(a_wrong_type)
{
    q_buf b = with_input();

    build_input(&b, "w", Q_I64, two_three, 1);
    build_weights(&b, "w", two_three, 1, (const float[]){1, 2}, 2);
    CHECK_STR(refusal(build_model(&b, 13), Q_INVALID),
              "value \"w\" is declared as int64 but holds float32");
}

TEST(data_of_another_size_than_the_shape)
{
    q_buf b = with_input();

    build_weights(&b, "w", (const int64_t[]){(int64_t)1 << 40}, 1, (const float[]){1}, 1);
    CHECK_STR(refusal(build_model(&b, 13), Q_INVALID),
              "tensor \"w\" holds 4 bytes; [1099511627776] of float32 has 4398046511104");
}

TEST(an_unknown_element_type)
{
    q_buf b = build_graph();

    build_input(&b, "x", (q_dtype)77, two_three, 2);
    CHECK_STR(refusal(build_model(&b, 13), Q_UNSUPPORTED),
              "type of value \"x\": element type 77 is not known");
}

TEST(operators_of_a_domain_that_is_not_imported)
{
    q_buf b = with_input();

    call(&b, "Foo", "x", "y", Q_STR(""));
    CHECK_STR(refusal(build_model(&b, 13), Q_INVALID),
              "node \"call\" (Foo): no version of the operators of \"mine\" is "
              "imported");
}

TEST(bytes_that_are_no_model)
{
    CHECK_STR(refusal(Q_STR("\x89PNG\r\n\x1a\n"), Q_INVALID),
              "no ONNX model, or a damaged one: a field passes the end");
    CHECK_STR(refusal(Q_STR(""), Q_INVALID), "no ONNX model: there is no graph in it");
}

TEST(graphs_are_not_endlessly_deep)
{
    q_str inner = body();
    q_buf b = with_input();

    for (int i = 0; i < 40; i++) {
        q_buf g = build_graph();

        build_node_with(&g, "If", "i", "x", "y", attr("then_branch", 6, Q_ATTR_GRAPH, inner, 0));
        inner = build_done(&g);
    }
    build_node_with(&b, "If", "i", "x", "y", attr("then_branch", 6, Q_ATTR_GRAPH, inner, 0));
    CHECK_STR(refusal(build_model(&b, 13), Q_LIMIT), "graphs within graphs, more than 32 deep");
}

TEST_MAIN("engine/onnx_read")
