#include "sketch.h"
#include "test.h"

/* -- clean, fold, merge -- */

TEST(clean_drops_what_does_nothing)
{
    sketch s = sketch_new();
    q_value_id x = sketch_in(&s, OP_SHAPE(2, 3, 4));
    q_value_id y = SKETCH(&s, "Identity", 13, x);

    y = SKETCH(&s, "Mul", 13, y, sketch_scalar(&s, 1));
    y = SKETCH(&s, "Add", 13, sketch_scalar(&s, 0), y);
    y = SKETCH(&s, "Relu", 13, y);
    sketch_check(&s, y, 0);
    CHECK_EQ(s.g->node_count, 1);
}

TEST(fold_computes_what_is_constant)
{
    sketch s = sketch_new();
    q_value_id x = sketch_in(&s, OP_SHAPE(2, 3));
    q_value_id c = SKETCH(&s, "Add", 13, sketch_scalar(&s, 2), sketch_scalar(&s, 3));

    c = SKETCH(&s, "Sqrt", 13, c);
    sketch_check(&s, SKETCH(&s, "Mul", 13, x, c), 1e-6);
    CHECK_EQ(s.g->node_count, 1);
}

TEST(merge_keeps_one_of_two_alike)
{
    sketch s = sketch_new();
    q_value_id x = sketch_in(&s, OP_SHAPE(2, 3));
    q_value_id a = SKETCH(&s, "Erf", 13, x), b = SKETCH(&s, "Erf", 13, x);

    sketch_check(&s, SKETCH(&s, "Mul", 13, a, b), 1e-6);
    CHECK_EQ(s.g->node_count, 2); /* two uses keep Erf out of the chain */
}

TEST(chains_take_arithmetic_together)
{
    sketch s = sketch_new();
    q_value_id x = sketch_in(&s, OP_SHAPE(2, 3, 5, 7)), y = sketch_in(&s, OP_SHAPE(2, 3, 5, 7));
    q_value_id z = SKETCH(&s, "Mul", 13, x, sketch_random(&s, OP_SHAPE(3, 1, 1)));

    z = SKETCH(&s, "Sub", 13, y, z);
    z = SKETCH(&s, "Tanh", 13, z);
    z = SKETCH(&s, "Div", 13, z, sketch_scalar(&s, 3));
    z = SKETCH(&s, "Max", 13, z, x);
    z = SKETCH(&s, "Add", 13, sketch_random(&s, OP_SHAPE(1, 3, 1, 1)), z);
    sketch_check(&s, z, 1e-6);
    CHECK_EQ(s.g->node_count, 1);
    CHECK_EQ(sketch_count(&s, "quern", "Chain"), 1);
}

/* -- recognise -- */

static q_value_id hard_swish(sketch *s, q_value_id x)
{
    q_value_id y = SKETCH(s, "Add", 13, x, sketch_scalar(s, 3));

    y = SKETCH(s, "Clip", 13, y, sketch_scalar(s, 0), sketch_scalar(s, 6));
    y = SKETCH(s, "Mul", 13, x, y);
    return SKETCH(s, "Div", 13, y, sketch_scalar(s, 6));
}

TEST(activations_written_out_are_recognised)
{
    sketch s = sketch_new();
    q_value_id x = sketch_in(&s, OP_SHAPE(2, 3, 4));
    q_value_id y = hard_swish(&s, x), z;

    z = SKETCH(&s, "Sigmoid", 13, y);
    y = SKETCH(&s, "Mul", 13, y, z); /* silu */
    z = SKETCH(&s, "Div", 13, y, sketch_scalar(&s, 1.41421356F));
    z = SKETCH(&s, "Erf", 13, z);
    z = SKETCH(&s, "Add", 13, z, sketch_scalar(&s, 1));
    y = SKETCH(&s, "Mul", 13, y, z);
    y = SKETCH(&s, "Mul", 13, y, sketch_scalar(&s, 0.5F)); /* gelu */
    sketch_check(&s, y, 1e-5);
    CHECK_EQ(s.g->node_count, 1);
}

TEST(layer_norm_written_out_is_recognised)
{
    sketch s = sketch_new();
    q_value_id x = sketch_in(&s, OP_SHAPE(2, 3, 32)), mean, d, v;

    mean = SKETCH(&s, "ReduceMean", 13, x);
    SKETCH_INTS(&s, "axes", -1);
    d = SKETCH(&s, "Sub", 13, x, mean);
    v = SKETCH(&s, "Pow", 13, d, sketch_scalar(&s, 2));
    v = SKETCH(&s, "ReduceMean", 13, v);
    SKETCH_INTS(&s, "axes", -1);
    v = SKETCH(&s, "Add", 13, v, sketch_scalar(&s, 1e-5F));
    v = SKETCH(&s, "Div", 13, d, SKETCH(&s, "Sqrt", 13, v));
    v = SKETCH(&s, "Mul", 13, v, sketch_random(&s, OP_SHAPE(32)));
    v = SKETCH(&s, "Add", 13, v, sketch_random(&s, OP_SHAPE(32)));
    sketch_check(&s, v, 1e-4);
    CHECK_EQ(s.g->node_count, 1);
    CHECK_EQ(sketch_count(&s, "", "LayerNormalization"), 1);
}

/* -- weights, layout, epilogue -- */

static q_value_id conv(sketch *s, q_value_id x, size_t out, size_t in, size_t side, int64_t group)
{
    int64_t pad = (int64_t)side / 2;
    q_value_id y = SKETCH(s, "Conv", 11, x, sketch_random(s, OP_SHAPE(out, in, side, side)),
                          sketch_random(s, OP_SHAPE(out)));

    SKETCH_INTS(s, "pads", pad, pad, pad, pad);
    sketch_int(s, "group", group);
    return y;
}

static q_value_id batch_norm(sketch *s, q_value_id x, size_t c)
{
    q_value_id var = sketch_random(s, OP_SHAPE(c));
    float *v = s->g->values[var].constant->data;

    for (size_t i = 0; i < c; i++)
        v[i] = v[i] * v[i] + 0.1F;
    return SKETCH(s, "BatchNormalization", 9, x, sketch_random(s, OP_SHAPE(c)),
                  sketch_random(s, OP_SHAPE(c)), sketch_random(s, OP_SHAPE(c)), var);
}

TEST(what_follows_a_convolution_becomes_part_of_it)
{
    sketch s = sketch_new();
    q_value_id x = sketch_in(&s, OP_SHAPE(2, 3, 9, 11)), y, z;

    y = batch_norm(&s, conv(&s, x, 20, 3, 3, 1), 20);
    y = hard_swish(&s, y);
    y = SKETCH(&s, "Mul", 13, y, sketch_scalar(&s, 0.7F));
    y = SKETCH(&s, "Add", 13, y, sketch_scalar(&s, -0.3F));
    z = SKETCH(&s, "Relu", 13, batch_norm(&s, conv(&s, y, 20, 1, 5, 20), 20));
    z = conv(&s, z, 20, 20, 1, 1);
    z = SKETCH(&s, "Relu", 13, SKETCH(&s, "Add", 13, y, z));
    sketch_check(&s, z, 1e-4);
    CHECK_EQ(sketch_count(&s, "quern", "Conv"), 2);
    CHECK_EQ(sketch_count(&s, "quern", "Depthwise"), 1);
    CHECK_EQ(sketch_count(&s, "", "Transpose"), 2);
    CHECK_EQ(s.g->node_count, 5);
}

TEST(squeeze_and_excite_stays_channels_last)
{
    sketch s = sketch_new();
    q_value_id x = sketch_in(&s, OP_SHAPE(2, 8, 6, 7)), y, z;

    y = conv(&s, x, 12, 8, 3, 1);
    z = SKETCH(&s, "GlobalAveragePool", 1, y);
    z = SKETCH(&s, "Relu", 13, conv(&s, z, 4, 12, 1, 1));
    z = SKETCH(&s, "HardSigmoid", 6, conv(&s, z, 12, 4, 1, 1));
    z = SKETCH(&s, "Add", 13, y, SKETCH(&s, "Mul", 13, y, z));
    sketch_check(&s, SKETCH(&s, "Sigmoid", 13, conv(&s, z, 1, 12, 3, 1)), 1e-4);
    CHECK_EQ(sketch_count(&s, "", "Transpose"), 1);
    CHECK_EQ(sketch_count(&s, "quern", "Chain"), 1);
    CHECK_EQ(sketch_count(&s, "quern", "Pool"), 1);
}

TEST(axes_follow_the_layout)
{
    sketch s = sketch_new();
    q_value_id x = sketch_in(&s, OP_SHAPE(2, 4, 6, 8)), y = conv(&s, x, 6, 4, 1, 1), z;

    z = SKETCH(&s, "MaxPool", 12, y);
    SKETCH_INTS(&s, "kernel_shape", 3, 3);
    SKETCH_INTS(&s, "pads", 1, 1, 1, 1);
    y = SKETCH(&s, "Concat", 13, y, z);
    sketch_int(&s, "axis", 1);
    y = SKETCH(&s, "Softmax", 13, y);
    sketch_int(&s, "axis", 1);
    y = SKETCH(&s, "Transpose", 13, y);
    SKETCH_INTS(&s, "perm", 0, 2, 3, 1);
    sketch_check(&s, y, 1e-5);
    CHECK_EQ(sketch_count(&s, "", "Transpose"), 1); /* of the input */
}

TEST(reshape_of_an_image_to_rows_needs_no_transpose)
{
    sketch s = sketch_new();
    const q_tensor *to = OP_I64(OP_SHAPE(3), 0, 6, -1);
    q_value_id x = sketch_in(&s, OP_SHAPE(2, 4, 3, 8)), y = conv(&s, x, 6, 4, 1, 1);

    y = SKETCH(&s, "Reshape", 13, y, sketch_constant(&s, to));
    y = SKETCH(&s, "Transpose", 13, y);
    SKETCH_INTS(&s, "perm", 0, 2, 1);
    sketch_check(&s, y, 1e-5);
    CHECK_EQ(sketch_count(&s, "", "Transpose"), 1);
}

TEST(transposed_convolutions_and_upscaling)
{
    sketch s = sketch_new();
    q_value_id x = sketch_in(&s, OP_SHAPE(2, 4, 3, 5)), y = conv(&s, x, 6, 4, 1, 1);
    q_value_id none = sketch_constant(&s, op_case_empty(Q_F32, OP_SHAPE(0)));
    q_value_id by = sketch_constant(&s, OP_F32(OP_SHAPE(4), 1, 1, 2, 3));

    y = SKETCH(&s, "ConvTranspose", 11, y, sketch_random(&s, OP_SHAPE(6, 8, 2, 2)));
    SKETCH_INTS(&s, "strides", 2, 2);
    y = SKETCH(&s, "Add", 13, y, sketch_random(&s, OP_SHAPE(1, 8, 1, 1)));
    y = SKETCH(&s, "Relu", 13, batch_norm(&s, y, 8));
    y = SKETCH(&s, "ConvTranspose", 11, y, sketch_random(&s, OP_SHAPE(8, 3, 2, 3)),
               sketch_random(&s, OP_SHAPE(3)));
    SKETCH_INTS(&s, "strides", 2, 3);
    y = SKETCH(&s, "Resize", 11, y, none, by);
    sketch_string(&s, "coordinate_transformation_mode", "asymmetric");
    sketch_string(&s, "nearest_mode", "floor");
    sketch_check(&s, y, 1e-4);
    CHECK_EQ(sketch_count(&s, "quern", "ConvTranspose"), 1);
    CHECK_EQ(sketch_count(&s, "quern", "Repeat"), 1);
    CHECK_EQ(sketch_count(&s, "quern", "Spread"), 1);
    CHECK_EQ(s.g->node_count, 7);
}

/* -- precision -- */

static q_value_id bytes(sketch *s, q_value_id x, float scale, uint8_t zero)
{
    q_value_id by = sketch_scalar(s, scale), at = sketch_constant(s, OP_U8(OP_SCALAR, zero));

    x = SKETCH(s, "QuantizeLinear", 13, x, by, at);
    return SKETCH(s, "DequantizeLinear", 13, x, by, at);
}

/* int8 weights of a convolution, with a scale for each output channel. */
static q_value_id small_weights(sketch *s, q_shape shape)
{
    q_value_id w = sketch_random(s, shape), scale = sketch_random(s, OP_SHAPE(shape.dims[0]));
    const float *v = s->g->values[w].constant->data;
    size_t n = q_shape_count(&shape);
    q_tensor q = {.dtype = Q_I8, .shape = shape, .data = graph__data(s->g, n)};
    float *scales = s->g->values[scale].constant->data;

    for (size_t i = 0; i < n; i++)
        ((int8_t *)q.data)[i] = (int8_t)(v[i] * 127);
    for (size_t i = 0; i < shape.dims[0]; i++)
        scales[i] = 0.01F + scales[i] * scales[i] / 100;
    w = SKETCH(s, "DequantizeLinear", 13, sketch_constant(s, &q), scale);
    sketch_int(s, "axis", 0);
    return w;
}

TEST(quantised_convolutions_work_on_bytes)
{
    sketch s = sketch_new();
    q_value_id x = sketch_in(&s, OP_SHAPE(2, 5, 9, 8)), y, z;

    y = bytes(&s, x, 1.0F / 128, 128);
    y = SKETCH(&s, "Conv", 13, y, small_weights(&s, OP_SHAPE(20, 5, 3, 3)),
               sketch_random(&s, OP_SHAPE(20)));
    SKETCH_INTS(&s, "pads", 1, 1, 1, 1);
    y = bytes(&s, SKETCH(&s, "Relu", 13, batch_norm(&s, y, 20)), 0.02F, 0);
    z = SKETCH(&s, "Conv", 13, y, small_weights(&s, OP_SHAPE(20, 1, 3, 3)));
    SKETCH_INTS(&s, "pads", 1, 1, 1, 1);
    sketch_int(&s, "group", 20);
    z = bytes(&s, SKETCH(&s, "Add", 13, y, z), 0.03F, 60);
    z = SKETCH(&s, "Conv", 13, z, small_weights(&s, OP_SHAPE(8, 20, 1, 1)));
    sketch_check(&s, z, 1e-4);
    CHECK_EQ(sketch_count(&s, "", "QuantizeLinear"), 0);
    CHECK_EQ(sketch_count(&s, "", "DequantizeLinear"), 0);
    CHECK_EQ(sketch_count(&s, "quern", "Chain"), 1);
    CHECK_EQ(s.g->node_count, 6);
}

TEST(bfloat16_between_products)
{
    sketch s = sketch_new();
    q_value_id x = sketch_in(&s, OP_SHAPE(2, 5, 9, 8)), y, z;

    s.options.precision = Q_PRECISION_BF16;
    y = SKETCH(&s, "Relu", 13, conv(&s, x, 20, 5, 3, 1));
    z = SKETCH(&s, "Add", 13, y, conv(&s, y, 20, 1, 3, 20));
    z = SKETCH(&s, "Mul", 13, z, SKETCH(&s, "GlobalAveragePool", 1, z));
    z = conv(&s, z, 8, 20, 1, 1);
    sketch_check(&s, z, 0.15); /* products of hundreds, which cancel */
    CHECK_EQ(sketch_count(&s, "", "Cast"), 1);
}

/* Convolutions with int8 weights whose sums leave them as `type`. */
static size_t byte_products(const sketch *s, q_dtype type)
{
    size_t count = 0;

    for (size_t i = 0; i < s->g->node_count; i++) {
        const q_node *n = s->g->nodes[i];

        count += q_str_is(n->domain, "quern") && q_str_is(n->type, "Conv") &&
                 s->g->values[n->in[1]].constant->dtype == Q_I8 &&
                 q_node_int(n, "out_type", Q_F32) == type;
    }
    return count;
}

TEST(bytes_between_products_in_bfloat16)
{
    sketch s = sketch_new();
    q_value_id x = sketch_in(&s, OP_SHAPE(2, 8, 6, 6)), y, z;

    s.options.precision = Q_PRECISION_BF16;
    y = conv(&s, x, 16, 8, 3, 1);
    z = SKETCH(&s, "Conv", 13, bytes(&s, y, 0.1F, 128), small_weights(&s, OP_SHAPE(32, 16, 1, 1)));
    z = bytes(&s, SKETCH(&s, "Relu", 13, z), 0.05F, 0);
    z = SKETCH(&s, "Conv", 13, z, small_weights(&s, OP_SHAPE(16, 32, 1, 1)));
    z = conv(&s, SKETCH(&s, "Add", 13, y, z), 16, 1, 1, 16);
    sketch_check(&s, z, 0.6); /* of sums up to 100: what is bfloat16 may round to the next byte */
    CHECK_EQ(byte_products(&s, Q_U8), 1);
    CHECK_EQ(byte_products(&s, Q_BF16), 1);
    CHECK_EQ(sketch_count(&s, "", "Cast"), 1); /* the input's */
    CHECK_EQ(sketch_count(&s, "quern", "Chain"), 1);
}

TEST_MAIN("engine/passes")
