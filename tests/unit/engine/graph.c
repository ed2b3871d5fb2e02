#include "engine/graph.h"
#include "engine/op.h"
#include "test.h"

static q_value_id value(q_graph *g, const char *name)
{
    q_value_id id = Q_NO_VALUE;

    CHECK_EQ(graph__add_value(g, q_str_of(name), Q_F32, NULL, &id, NULL), Q_OK);
    return id;
}

static q_node *identity(q_graph *g, q_value_id in, q_value_id out, const char *name)
{
    q_node *n = NULL;

    CHECK_EQ(
        graph__add_node(g, Q_STR(""), Q_STR("Identity"), q_str_of(name), &in, 1, &out, 1, &n, NULL),
        Q_OK);
    return n;
}

static q_graph *empty(q_arena *a)
{
    q_graph *g = NULL;

    CHECK_EQ(graph__new(a, NULL, &g, NULL), Q_OK);
    return g;
}

TEST(tidy_orders_and_drops)
{
    q_arena *a = q_arena_new(1 << 20);
    q_graph *g = empty(a);
    q_value_id x = value(g, "x"), y = value(g, "y"), z = value(g, "z"), w = value(g, "w");
    q_node *second = identity(g, y, z, "second"), *first = identity(g, x, y, "first");

    identity(g, x, w, "dead");
    g->outputs = &z;
    g->output_count = 1;
    CHECK_EQ(graph__tidy(g, NULL), Q_OK);
    CHECK_EQ(g->node_count, 2);
    CHECK(g->nodes[0] == first && g->nodes[1] == second);
    q_arena_free(a);
}

TEST(tidy_names_a_value_on_a_cycle)
{
    q_arena *a = q_arena_new(1 << 20);
    q_graph *g = empty(a);
    q_value_id y = value(g, "y"), z = value(g, "z");
    q_err err;

    identity(g, y, z, "one");
    identity(g, z, y, "two");
    g->outputs = &z;
    g->output_count = 1;
    CHECK_EQ(graph__tidy(g, &err), Q_INVALID);
    CHECK_STR(err.msg, "value z is on a cycle: node one needs itself");
    q_arena_free(a);
}

TEST(replace_reaches_nodes_bodies_and_outputs)
{
    q_arena *a = q_arena_new(1 << 20);
    q_graph *g = empty(a), *body = NULL;
    q_value_id x = value(g, "x"), y = value(g, "y"), z = value(g, "z"), inner;
    q_node *n = identity(g, y, z, "n");
    graph_uses uses;

    CHECK_EQ(graph__new(a, g, &body, NULL), Q_OK);
    inner = value(body, "y");
    body->values[inner].outer = y;
    n->attrs = &(q_attr){.name = Q_STR("body"), .kind = Q_ATTR_GRAPH, .count = 1, .graph = body};
    n->attr_count = 1;
    g->outputs = &y;
    g->output_count = 1;
    CHECK_EQ(graph__uses(g, a, &uses, NULL), Q_OK);
    CHECK_EQ(uses.uses[y], 3);
    graph__replace(g, y, x);
    CHECK_EQ(n->in[0], x);
    CHECK_EQ(body->values[inner].outer, x);
    CHECK_EQ(g->outputs[0], x);
    CHECK(q_str_is(g->values[x].name, "y"));
    q_arena_free(a);
}

TEST(attributes_are_set_once_and_read_by_kind)
{
    q_arena *a = q_arena_new(1 << 20);
    q_graph *g = empty(a);
    q_node *n = identity(g, value(g, "x"), value(g, "y"), "n");
    int64_t axis;
    q_err err;

    CHECK_EQ(graph__set_int(g, n, "axis", 1, NULL), Q_OK);
    CHECK_EQ(graph__set_int(g, n, "axis", -2, NULL), Q_OK);
    CHECK_EQ(graph__set_string(g, n, "mode", Q_STR("linear"), NULL), Q_OK);
    CHECK_EQ(n->attr_count, 2);
    CHECK_EQ(q_node_int(n, "axis", 0), -2);
    CHECK_EQ(q_node_int(n, "mode", 7), 7);
    CHECK(q_str_is(q_node_string(n, "mode", ""), "linear"));
    CHECK_EQ(op__attr_int(n, "mode", 0, &axis, &err), Q_INVALID);
    CHECK_STR(err.msg, "attribute mode is of kind 3; 2 is right");
    q_arena_free(a);
}

TEST(bind_names_all_that_is_missing)
{
    q_arena *a = q_arena_new(1 << 20);
    q_graph *g = empty(a);
    q_value_id x = value(g, "x"), y = value(g, "y");
    q_node *n;
    q_err err;

    CHECK_EQ(graph__add_node(g, Q_STR("my"), Q_STR("Foo"), Q_STR(""), &x, 1, &y, 1, &n, NULL),
             Q_OK);
    CHECK_EQ(graph__add_node(g, Q_STR(""), Q_STR("Bar"), Q_STR(""), &x, 1, &y, 1, &n, NULL), Q_OK);
    CHECK_EQ(graph__bind(g, &err), Q_UNSUPPORTED);
    CHECK_STR(err.msg, "operators that are not supported: my.Foo of version 1, Bar of version 1");
    q_arena_free(a);
}

TEST_MAIN("engine/graph")
