#include "engine/validate.h"

#include "engine/op.h"
#include "test.h"

#include <string.h>

static const q_shape two = {1, {2}};

static q_graph *empty(void)
{
    q_graph *g;

    CHECK_EQ(graph__new(q_test_arena(), NULL, &g, NULL), Q_OK);
    return g;
}

static q_value_id value(q_graph *g, const char *name)
{
    q_value_id id;

    CHECK_EQ(graph__add_value(g, q_str_of(name), Q_F32, &two, &id, NULL), Q_OK);
    return id;
}

static q_value_id input(q_graph *g, const char *name)
{
    q_value_id *more = q_arena_array(q_test_arena(), g->input_count + 1, sizeof *more);

    for (size_t i = 0; i < g->input_count; i++)
        more[i] = g->inputs[i];
    more[g->input_count] = value(g, name);
    g->inputs = more;
    return more[g->input_count++];
}

static void output(q_graph *g, q_value_id id)
{
    g->outputs = q_arena_array(q_test_arena(), 1, sizeof id);
    g->outputs[0] = id;
    g->output_count = 1;
}

static q_node *node(q_graph *g, const char *name, q_value_id in, q_value_id out)
{
    q_node *n;

    CHECK_EQ(
        graph__add_node(g, Q_STR(""), Q_STR("Relu"), q_str_of(name), &in, 1, &out, 1, &n, NULL),
        Q_OK);
    return n;
}

static const char *refusal(const q_graph *g, q_code code)
{
    static q_err err;

    err.msg[0] = 0;
    CHECK_EQ(validate__graph(g, &err), code);
    return err.msg;
}

TEST(a_good_graph_passes)
{
    q_graph *g = empty();
    q_value_id x = input(g, "x"), y = value(g, "y");

    node(g, "a", x, y);
    output(g, y);
    CHECK_STR(refusal(g, Q_OK), "");
    CHECK_EQ(validate__order(g, NULL), Q_OK);
    CHECK_EQ(g->node_count, 1);
}

TEST(nodes_out_of_order_are_put_in_order)
{
    q_graph *g = empty();
    q_value_id x = input(g, "x"), y = value(g, "y"), z = value(g, "z");

    node(g, "late", y, z);
    node(g, "early", x, y);
    output(g, z);
    CHECK_STR(refusal(g, Q_OK), "");
    CHECK_EQ(validate__order(g, NULL), Q_OK);
    CHECK_STREQ(g->nodes[0]->name, "early");
    CHECK_STREQ(g->nodes[1]->name, "late");
}

TEST(a_cycle_is_named)
{
    q_graph *g = empty();
    q_value_id y = value(g, "y"), z = value(g, "z");
    q_err err;

    node(g, "a", y, z);
    node(g, "b", z, y);
    output(g, z);
    CHECK_EQ(validate__order(g, &err), Q_INVALID);
    CHECK(strstr(err.msg, "value z is on a cycle"));
}

TEST(a_value_that_nothing_makes)
{
    q_graph *g = empty();
    q_value_id x = value(g, "x"), y = value(g, "y");

    node(g, "a", x, y);
    output(g, y);
    CHECK_STR(refusal(g, Q_INVALID), "Relu (node a): input 0, \"x\", is made by nothing");
}

TEST(a_value_made_twice)
{
    q_graph *g = empty();
    q_value_id x = input(g, "x"), y = value(g, "y");

    node(g, "a", x, y);
    node(g, "b", x, y);
    CHECK_STR(refusal(g, Q_INVALID), "Relu (node b): value \"y\" is made twice: as a node's output "
                                     "and as a node's output");
}

TEST(an_output_that_nothing_makes)
{
    q_graph *g = empty();

    g->name = Q_STR("main");
    output(g, value(g, "y"));
    CHECK_STR(refusal(g, Q_INVALID), "output 0 of graph \"main\" is made by nothing");
}

TEST(numbers_out_of_range)
{
    q_graph *g = empty();
    q_value_id x = input(g, "x");

    node(g, "a", x, 55);
    CHECK_STR(refusal(g, Q_INVALID),
              "Relu (node a): a node's output has number 55; there are 1 values");
}

TEST(a_value_of_2_to_the_40)
{
    q_graph *g = empty();
    q_shape huge = {2, {Q_DIM_UNKNOWN, (size_t)1 << 40}};
    q_value_id id;

    CHECK_EQ(graph__add_value(g, Q_STR("x"), Q_F32, &huge, &id, NULL), Q_OK);
    CHECK_STR(refusal(g, Q_LIMIT), "value \"x\" of shape [1, 1099511627776] is larger than "
                                   "68719476736 bytes, the most one may be");
}

TEST(a_body_takes_from_the_graph_around_it_alone)
{
    q_graph *g = empty(), *body;
    q_value_id x = input(g, "x"), y = value(g, "y"), inner;
    q_attr attr = {.name = Q_STR("then_branch"), .kind = Q_ATTR_GRAPH, .count = 1};
    q_node *n = node(g, "if", x, y);

    CHECK_EQ(graph__new(q_test_arena(), g, &body, NULL), Q_OK);
    inner = value(body, "taken");
    body->values[inner].outer = x;
    output(body, inner);
    attr.graph = body;
    n->attrs = &attr;
    n->attr_count = 1;
    output(g, y);
    CHECK_STR(refusal(g, Q_OK), "");
    body->values[inner].outer = 99;
    CHECK_STR(refusal(g, Q_INVALID), "Relu (node if): value \"taken\" is of no graph around");
}

TEST(operators_get_what_they_need)
{
    static const q_op op = {.type = "Relu", .min_in = 1, .max_in = 1, .max_out = 1};
    q_graph *g = empty();
    q_value_id y = value(g, "y");
    q_node *n = node(g, "a", Q_NO_VALUE, y);
    q_value_id both[2] = {y, y};
    q_err err;

    n->op = &op;
    CHECK_EQ(validate__bound(g, &err), Q_INVALID);
    CHECK_STR(err.msg, "Relu (node a): input 0 is left out, and it needs 1");
    n->in[0] = y;
    n->out = both;
    n->out_count = 2;
    CHECK_EQ(validate__bound(g, &err), Q_INVALID);
    CHECK_STR(err.msg, "Relu (node a): 2 outputs; at most 1 are made");
}

TEST_MAIN("engine/validate")
