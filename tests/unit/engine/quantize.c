#include "engine/quantize.h"

#include "../test.h"

#include <math.h>

TEST(zero_is_exact)
{
    float scale;
    uint8_t zero;

    quantize__scale(-1, 3, &scale, &zero);
    CHECK_NEAR(scale, 4.0 / 255, 1e-7);
    CHECK_EQ(zero, 64);
    quantize__scale(0, 0, &scale, &zero);
    CHECK_NEAR(scale, 1, 0);
    CHECK_EQ(zero, 0);
}

TEST(weights_round_within_half_a_step)
{
    const float w[] = {1, -0.5F, 0.25F, 9, 0.126F, 9};
    int8_t q[6] = {0};
    float scale = quantize__round(w, 3, 1, q);
    size_t i;

    CHECK(scale <= 1.0F / 127 * 1.001F);
    for (i = 0; i < 3; i++)
        CHECK_NEAR(q[i] * scale, w[i], scale);
    scale = quantize__round(w, 3, 2, q); /* every other one */
    CHECK_NEAR(q[0] * scale, 1, scale);
    CHECK_NEAR(q[4] * scale, 0.126, scale);
}

TEST(zeros_stay_zeros)
{
    const float w[2] = {0, 0};
    int8_t q[2] = {5, 5};

    CHECK_NEAR(quantize__round(w, 2, 1, q), 1, 0);
    CHECK_EQ(q[0], 0);
    CHECK_EQ(q[1], 0);
}

/* x [1, 2, 4] -> Conv [2, 2, 1] -> BatchNormalization -> y */
static q_graph *conv_and_norm(float *weights, float *stats)
{
    q_shape xs = {3, {1, 2, 4}}, ws = {3, {2, 2, 1}}, vs = {1, {2}};
    q_tensor w = {Q_F32, ws, weights};
    q_graph *g = NULL;
    q_value_id x, v[6], mid, y, in[5];
    q_node *n;
    size_t i;

    CHECK_EQ(graph__new(q_test_arena(), NULL, &g, NULL), Q_OK);
    CHECK_EQ(graph__add_value(g, Q_STR("x"), Q_F32, &xs, &x, NULL), Q_OK);
    CHECK_EQ(graph__add_constant(g, Q_STR("w"), &w, &v[0], NULL), Q_OK);
    for (i = 0; i < 4; i++) {
        q_tensor t = {Q_F32, vs, stats + 2 * i};

        CHECK_EQ(graph__add_constant(g, Q_STR("stat"), &t, &v[1 + i], NULL), Q_OK);
    }
    CHECK_EQ(graph__add_value(g, Q_STR("mid"), Q_F32, NULL, &mid, NULL), Q_OK);
    CHECK_EQ(graph__add_value(g, Q_STR("y"), Q_F32, NULL, &y, NULL), Q_OK);
    in[0] = x;
    in[1] = v[0];
    CHECK_EQ(graph__add_node(g, Q_STR(""), Q_STR("Conv"), Q_STR("c"), in, 2, &mid, 1, &n, NULL),
             Q_OK);
    in[0] = mid;
    for (i = 0; i < 4; i++)
        in[1 + i] = v[1 + i];
    CHECK_EQ(graph__add_node(g, Q_STR(""), Q_STR("BatchNormalization"), Q_STR("b"), in, 5, &y, 1,
                             &n, NULL),
             Q_OK);
    CHECK_EQ(graph__set_float(g, n, "epsilon", 0, NULL), Q_OK);
    g->inputs = q_arena_array(q_test_arena(), 1, sizeof *g->inputs);
    g->inputs[g->input_count++] = x;
    g->outputs = q_arena_array(q_test_arena(), 1, sizeof *g->outputs);
    g->outputs[g->output_count++] = y;
    return g;
}

TEST(norms_go_into_convolutions)
{
    float weights[] = {1, 2, 3, 4}, stats[] = {2, 1, 5, 6, 1, 2, 4, 1}; /* gain bias mean var */
    q_graph *g = conv_and_norm(weights, stats);
    const float *w, *b;

    CHECK_EQ(quantize__fold_norms(g, NULL), Q_OK);
    CHECK_EQ(g->node_count, 1);
    CHECK_EQ(g->outputs[0], g->nodes[0]->out[0]);
    CHECK_STREQ(g->values[g->outputs[0]].name, "y");
    w = g->values[g->nodes[0]->in[1]].constant->data;
    b = g->values[g->nodes[0]->in[2]].constant->data;
    CHECK_NEAR(w[0], 1, 1e-6); /* 2 / sqrt(4) */
    CHECK_NEAR(w[3], 4, 1e-6);
    CHECK_NEAR(b[0], 4, 1e-6); /* 5 - 1 */
    CHECK_NEAR(b[1], 4, 1e-6);
}

TEST(layers_get_their_pairs)
{
    float weights[] = {1, 2, 3, 4}, stats[] = {1, 1, 0, 0, 0, 0, 1, 1}, shift[] = {0.5F, -1};
    q_graph *g = conv_and_norm(weights, stats);
    quantize_choice choice = {true, -1, 1, shift};
    quantize_layer *layers;
    size_t count, i, pairs = 0;

    CHECK_EQ(quantize__layers(g, q_test_arena(), &layers, &count, NULL), Q_OK);
    CHECK_EQ(count, 1);
    CHECK_EQ(layers[0].channels, 2);
    CHECK_EQ(quantize__insert(g, layers, &choice, count, false, NULL), Q_OK);
    CHECK_EQ(g->node_count, 5); /* Q, DQ, DQ of the weights, Conv, norm */
    for (i = 0; i < g->node_count; i++) {
        const q_node *n = g->nodes[i];

        pairs += q_str_is(n->type, "QuantizeLinear") || q_str_is(n->type, "DequantizeLinear");
        if (q_str_is(n->type, "Conv")) {
            CHECK_EQ(n->in_count, 3);
            CHECK_NEAR(((const float *)g->values[n->in[2]].constant->data)[1], -1, 0);
        }
    }
    CHECK_EQ(pairs, 3);
}

TEST(twins_are_outputs)
{
    float weights[] = {1, 2, 3, 4}, stats[] = {1, 1, 0, 0, 0, 0, 1, 1};
    q_graph *g = conv_and_norm(weights, stats);
    quantize_choice choice = {true, -1, 1, NULL};
    quantize_layer *layers;
    size_t count;

    CHECK_EQ(quantize__layers(g, q_test_arena(), &layers, &count, NULL), Q_OK);
    CHECK_EQ(quantize__insert(g, layers, &choice, count, true, NULL), Q_OK);
    CHECK_EQ(g->output_count, 2);
    CHECK_STREQ(g->values[g->outputs[1]].name, "mid_twin");
}

TEST_MAIN("engine/quantize")
