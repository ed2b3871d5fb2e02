#include "document/ppocr_lower.h"

#include "engine/graph.h"

#include "test.h"

#include <string.h>

/* Two products one behind the other, "one" and "two". */
static q_graph *graph(void)
{
    static float weights[4] = {1, 2, 3, 4};
    q_shape shape = {3, {1, 2, 4}};
    q_tensor w = {Q_F32, {3, {2, 2, 1}}, weights};
    q_value_id v[3], in[2], *ends = q_arena_array(q_test_arena(), 2, sizeof *ends);
    q_graph *g = NULL;
    q_node *n;

    CHECK_EQ(graph__new(q_test_arena(), NULL, &g, NULL), Q_OK);
    for (size_t i = 0; i < 3; i++)
        CHECK_EQ(graph__add_value(g, Q_STR("v"), Q_F32, &shape, &v[i], NULL), Q_OK);
    for (size_t i = 0; i < 2; i++) {
        in[0] = v[i];
        CHECK_EQ(graph__add_constant(g, Q_STR("w"), &w, &in[1], NULL), Q_OK);
        CHECK_EQ(graph__add_node(g, Q_STR(""), Q_STR("Conv"), q_str_of(i ? "two" : "one"), in, 2,
                                 &v[i + 1], 1, &n, NULL),
                 Q_OK);
    }
    ends[0] = v[0];
    ends[1] = v[2];
    g->inputs = ends;
    g->input_count = 1;
    g->outputs = ends + 1;
    g->output_count = 1;
    return g;
}

static size_t count_of(const q_graph *g, const char *type)
{
    size_t count = 0;

    for (size_t i = 0; i < g->node_count; i++)
        count += q_str_is(g->nodes[i]->type, type);
    return count;
}

TEST(layers_with_ranges_are_rounded)
{
    const ppocr_range range = {"two", -1, 1};
    q_graph *g = graph();

    CHECK_EQ(ppocr__lower(g, &range, 1, NULL), Q_OK);
    CHECK_EQ(count_of(g, "Conv"), 2);
    CHECK_EQ(count_of(g, "QuantizeLinear"), 1);
    CHECK_EQ(count_of(g, "DequantizeLinear"), 2);
}

TEST(a_layer_that_is_not_there_is_named)
{
    const ppocr_range range = {"three", -1, 1};
    q_err err;

    CHECK_EQ(ppocr__lower(graph(), &range, 1, &err), Q_INVALID);
    CHECK_STR(err.msg, "the recognition model has no layer three");
}

TEST(ranges_belong_to_one_file)
{
    CHECK(!ppocr__ranges_fit("/proc/self/exe"));
    CHECK(!ppocr__ranges_fit("/none/rec.onnx"));
}

TEST(every_range_holds_zero)
{
    CHECK(ppocr__range_count > 0);
    for (size_t i = 0; i < ppocr__range_count; i++) {
        CHECK(strlen(ppocr__ranges[i].layer) > 0);
        CHECK(ppocr__ranges[i].low <= 0 && ppocr__ranges[i].high > 0);
    }
}

TEST_MAIN("document/ppocr_lower")
