/* Wanted values come from ONNX Runtime. */
#include "op_case.h"
#include "test.h"

TEST(strides_and_padding)
{
    op_case c = op_case_new("", "Conv", 11);

    OP_INTS(&c, "strides", 2, 1);
    OP_INTS(&c, "pads", 1, 0, 0, 1);
    op_case_in(&c, OP_F32(OP_SHAPE(1, 2, 4, 3), -1.75F, 1.125F, -0.25F, 0.875F, 1.875F, 0.125F, 0,
                          -1.75F, -0.875F, 0, 0.75F, 1.25F, -0.5F, -1.75F, -0.875F, 1.625F, -1.125F,
                          -0.25F, 1.75F, -1.875F, 0.375F, 1.75F, -1.125F, 0.25F));
    op_case_in(&c, OP_F32(OP_SHAPE(2, 2, 3, 2), 1.625F, -1.5F, 0.125F, 1, 0.625F, -0.125F, -1.125F,
                          0, -0.5F, -0.125F, -0.5F, 1.375F, 1.125F, -0.75F, 0.25F, -0.875F, -0.25F,
                          -0.625F, 0.625F, -0.5F, -0.125F, 0.875F, -0.375F, 1.625F));
    op_case_in(&c, OP_F32(OP_SHAPE(2), -1.25F, 1));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(1, 2, 2, 3), -1.921875F, 1, -0.640625F, -9.375F, 3.890625F, -0.40625F,
                   -5.71875F, 0.421875F, 1.109375F, -1.125F, 3.1875F, 0.3125F));
}

TEST(groups_and_dilation)
{
    op_case c = op_case_new("", "Conv", 11);

    op_case_int(&c, "group", 2);
    OP_INTS(&c, "dilations", 1, 2);
    op_case_in(&c, OP_F32(OP_SHAPE(1, 4, 3, 5), -0.25F, -0.25F, 0.5F, 0.125F, -0.375F, -2, -1.625F,
                          0.875F, 0.125F, 0.75F, 1.875F, 0.75F, -1.75F, -0.75F, 0.375F, -1, 1.875F,
                          1.75F, 1.375F, -0.125F, 1.375F, -1.5F, -0.75F, -0.125F, 1, 0, -1.5F,
                          -0.625F, -0.75F, -0.75F, -1.375F, -0.375F, -0.25F, 1.125F, 1.125F, 0.125F,
                          -0.125F, 1.125F, 1.5F, 0.75F, 1.25F, 1.75F, -1.875F, 1.5F, -0.875F,
                          -0.125F, 1.125F, 0.875F, -1.375F, 0.625F, -1.75F, -0.625F, 1.25F, -0.25F,
                          0.375F, 0.875F, 1.25F, 1, -2, -0.375F));
    op_case_in(&c,
               OP_F32(OP_SHAPE(2, 2, 2, 2), -0.125F, -1.75F, 0.125F, 0.375F, 1.375F, 1.75F, -1.5F,
                      -1.125F, 0.625F, -1.5F, -1.125F, 0.25F, -1.375F, 1.125F, 1.375F, -1.875F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(1, 2, 2, 3), -0.296875F, 7.03125F, 3.171875F, -0.421875F, 0.609375F, 1,
                   -3.9375F, -4.890625F, -2.40625F, -0.34375F, 2.125F, 2.25F));
}

TEST(one_dimension_same)
{
    op_case c = op_case_new("", "Conv", 11);

    op_case_string(&c, "auto_pad", "SAME_LOWER");
    OP_INTS(&c, "strides", 2);
    op_case_in(&c, OP_F32(OP_SHAPE(1, 2, 7), 0.125F, 1.25F, 1.875F, -0.875F, -1.375F, 1.5F, 1.625F,
                          -1.25F, -0.25F, 0.875F, 1.375F, -1.375F, 0.625F, 1.25F));
    op_case_in(
        &c, OP_F32(OP_SHAPE(1, 2, 4), 0.25F, -1.375F, -1.875F, -0.875F, 1.25F, -1.875F, -2, -0.5F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5, OP_F32(OP_SHAPE(1, 1, 4), 1.296875F, -7.96875F, 3.890625F, -10.84375F));
}

/* As a bank of filters has them: each sum is taken by itself. */
TEST(long_windows_far_apart)
{
    enum { IN = 45, TAPS = 20, STEP = 7, PAD = 9, OUT = (IN + PAD + 4 - TAPS) / STEP + 1 };
    op_case c = op_case_new("", "Conv", 11);
    float x[2 * IN], w[3 * 2 * TAPS], want[3 * OUT];

    for (int i = 0; i < 2 * IN; i++)
        x[i] = (float)(i * 37 % 17 - 8) / 8;
    for (int i = 0; i < 3 * 2 * TAPS; i++)
        w[i] = (float)(i * 53 % 13 - 6) / 8;
    for (int o = 0; o < 3 * OUT; o++) {
        double sum = 0;

        for (int ch = 0; ch < 2; ch++)
            for (int k = 0; k < TAPS; k++) {
                int at = o % OUT * STEP + k - PAD;

                if (at >= 0 && at < IN)
                    sum += (double)x[ch * IN + at] * (double)w[(o / OUT * 2 + ch) * TAPS + k];
            }
        want[o] = (float)sum;
    }
    OP_INTS(&c, "strides", STEP);
    OP_INTS(&c, "pads", PAD, 4);
    op_case_in(&c, op_case_tensor(Q_F32, OP_SHAPE(1, 2, IN), x, 2 * IN));
    op_case_in(&c, op_case_tensor(Q_F32, OP_SHAPE(3, 2, TAPS), w, 3 * 2 * TAPS));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5, op_case_tensor(Q_F32, OP_SHAPE(1, 3, OUT), want, 3 * OUT));
}

TEST(three_dimensions)
{
    op_case c = op_case_new("", "Conv", 11);

    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 2, 3, 3), -1.75F, -1.375F, -1.875F, 0.125F, 0.75F, -0.25F,
                          -1.5F, -0.625F, 0.375F, 1.75F, 2, -1, -2, 1.375F, 1.75F, -0.125F, 1.125F,
                          1.5F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 2, 2, 2), 0.5F, 1.5F, -1.875F, -0.875F, -0.875F, -1.5F,
                          1.625F, -1.875F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(1, 1, 1, 2, 2), -14.1875F, -5.984375F, 1.921875F, -3.96875F));
}

TEST(one_tap_takes_the_plane_as_a_row)
{
    op_case c = op_case_new("", "Conv", 11);

    op_case_in(&c,
               OP_F32(OP_SHAPE(2, 3, 2, 3), 0.75F, -1.75F, -0.5F, -0.375F, -1.25F, 0.125F, 0.125F,
                      -0.75F, 1, -1.375F, -1.25F, -0.625F, -0.5F, -1.125F, 1.625F, 1.25F, -1.625F,
                      -0.5F, -1.125F, -0.25F, -0.875F, 0, 1.75F, -0.5F, 0.625F, 0.375F, 1, -1.75F,
                      1, 1.75F, 0.375F, -0.875F, 0.75F, 0.875F, 0.625F, -1.375F));
    op_case_in(&c, OP_F32(OP_SHAPE(2, 3, 1, 1), 1.875F, 1.875F, -0.25F, 0.375F, -1.875F, 2));
    op_case_in(&c, OP_F32(OP_SHAPE(2), 1.25F, 0.5F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(2, 2, 2, 3), 3.015625F, -3.15625F, 1.78125F, -2.34375F, -3.03125F,
                   0.4375F, -0.453125F, -1, 1.6875F, 5.4375F, -0.875F, 0.71875F, 0.21875F,
                   1.703125F, 1.296875F, -2.25F, 6.25F, 3.9375F, -0.34375F, -2.046875F, -0.203125F,
                   5.53125F, 0.53125F, -5.71875F));
}

TEST(depthwise)
{
    op_case c = op_case_new("", "Conv", 11);

    op_case_int(&c, "group", 3);
    OP_INTS(&c, "pads", 1, 1, 1, 1);
    op_case_in(&c, OP_F32(OP_SHAPE(1, 3, 3, 3), 1, -1.25F, -0.75F, -1, 0.375F, -1.625F, 1.625F,
                          -0.125F, -0.25F, -1.625F, 0.75F, 1.25F, 0.5F, -1, 1.125F, -1.375F, 1.25F,
                          0.375F, -0.875F, 0, 0.5F, -1, 1.375F, -0.375F, 1.625F, 1.375F, -1.625F));
    op_case_in(&c,
               OP_F32(OP_SHAPE(3, 1, 3, 3), 0.625F, -0.75F, 1, 0.125F, -0.125F, 1.625F, -1.75F,
                      0.25F, -0.75F, -1.875F, 1, 0.25F, 1.625F, 0.375F, -0.625F, 2, -1.5F, -1.75F,
                      0.875F, -0.5F, -0.5F, 1.5F, -0.75F, 1.5F, 0.625F, -0.625F, -1.75F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(1, 3, 3, 3), -2.6875F, 2.125F, -1.125F, -0.765625F, -4.6875F, 0.1875F,
                   0.71875F, -2.71875F, 1.46875F, -0.078125F, -2.609375F, -2, -0.75F, -1.4375F,
                   0.578125F, -1.046875F, -3.65625F, 5.171875F, -1.125F, -1.390625F, 0.71875F,
                   -0.171875F, -1.109375F, 3.96875F, 0.65625F, -2.40625F, 4.671875F));
}

TEST(integers)
{
    op_case c = op_case_new("", "ConvInteger", 10);

    OP_INTS(&c, "pads", 1, 0, 0, 1);
    op_case_in(&c, OP_U8(OP_SHAPE(1, 2, 3, 3), 131, 165, 114, 86, 174, 14, 228, 147, 178, 108, 37,
                         57, 238, 87, 69, 216, 11, 26));
    op_case_in(&c, OP_U8(OP_SHAPE(2, 2, 2, 2), 245, 34, 80, 41, 83, 34, 191, 242, 74, 68, 195, 4,
                         104, 135, 234, 58));
    op_case_in(&c, OP_U8(OP_SCALAR, 3));
    op_case_in(&c, OP_U8(OP_SCALAR, 9));
    op_case_run(&c);
    OP_WANT(&c, 0, 0,
            OP_I32(OP_SHAPE(1, 2, 3, 3), 41304, 33824, 17709, 116585, 88032, 42985, 104566, 71136,
                   24091, 48289, 39873, 32796, 103711, 80998, 29241, 137840, 56896, 44710));
}

TEST(quantised)
{
    op_case c = op_case_new("", "QLinearConv", 10);

    op_case_in(&c, OP_U8(OP_SHAPE(1, 2, 3, 3), 112, 2, 39, 184, 74, 72, 93, 4, 0, 180, 113, 215, 20,
                         124, 221, 121, 31, 112));
    op_case_in(&c, OP_F32(OP_SCALAR, 0.02F));
    op_case_in(&c, OP_U8(OP_SCALAR, 120));
    op_case_in(&c, OP_I8(OP_SHAPE(2, 2, 2, 2), -50, 13, 51, 59, 15, -35, 63, -15, -20, 49, 46, 39,
                         -99, 29, 64, 20));
    op_case_in(&c, OP_F32(OP_SHAPE(2), 0.01F, 0.02F));
    op_case_in(&c, OP_I8(OP_SHAPE(2), 0, 0));
    op_case_in(&c, OP_F32(OP_SCALAR, 0.05F));
    op_case_in(&c, OP_U8(OP_SCALAR, 100));
    op_case_in(&c, OP_I32(OP_SHAPE(2), 50, -70));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_U8(OP_SHAPE(1, 2, 2, 2), 77, 80, 51, 19, 0, 100, 91, 0));
}

TEST(channels_must_agree)
{
    op_case c = op_case_new("", "Conv", 11);

    op_case_in(&c,
               OP_F32(OP_SHAPE(1, 3, 3, 3), 1.625F, 1.25F, 0.5F, -0.375F, 1.375F, 1.5F, 1.5F,
                      0.875F, -1.625F, -0.75F, 0, 0, 1.375F, -1, 0.625F, -0.5F, 1.125F, -1.25F,
                      -0.125F, -1.625F, -1.125F, 1.75F, -0.75F, 1.625F, 0.125F, -1.875F, 1.125F));
    op_case_in(&c, OP_F32(OP_SHAPE(2, 2, 2, 2), -1.75F, 1.25F, -2, 0.75F, -1.375F, -0.625F, 1.75F,
                          0, 0.625F, 1, -1.5F, 1.375F, 1.625F, -1.375F, 0.125F, -0.875F));
    op_case_refuse(&c, Q_INVALID);
    CHECK_STR(c.err.msg, "the image has 3 channels in 1 groups, the weights take 2");
}

TEST(a_window_must_fit)
{
    op_case c = op_case_new("", "Conv", 11);

    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 2, 2), 1, -1.875F, 0, 1.125F));
    op_case_in(
        &c, OP_F32(OP_SHAPE(1, 1, 3, 3), 1, -1.625F, 1.375F, -1, 1.25F, 0, -1.375F, 0.875F, 1.25F));
    op_case_refuse(&c, Q_INVALID);
    CHECK_STR(c.err.msg,
              "a window of 3 does not fit into dimension 0 of the image, 2 with padding");
}

TEST(strides_are_positive)
{
    op_case c = op_case_new("", "Conv", 11);

    OP_INTS(&c, "strides", 0, 1);
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 2, 2), 0.75F, 1.875F, -1, -1));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 1, 1), -1.375F));
    op_case_refuse(&c, Q_INVALID);
    CHECK_STR(c.err.msg, "strides has 0; wanted 1 or more, up to 2147483648");
}

TEST_MAIN("engine/op_conv")
