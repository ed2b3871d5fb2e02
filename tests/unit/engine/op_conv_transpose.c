/* Wanted values come from ONNX Runtime. */
#include "op_case.h"
#include "test.h"

TEST(doubles_an_image)
{
    op_case c = op_case_new("", "ConvTranspose", 11);

    OP_INTS(&c, "strides", 2, 2);
    op_case_in(&c, OP_F32(OP_SHAPE(1, 2, 2, 2), 0.125F, -0.375F, -0.625F, -0.125F, -0.875F, -2,
                          -0.125F, -0.875F));
    op_case_in(&c, OP_F32(OP_SHAPE(2, 1, 2, 2), -0.25F, 1.75F, -1.25F, 0.5F, 0.625F, -0.875F,
                          -0.125F, 1.875F));
    op_case_in(&c, OP_F32(OP_SHAPE(1), -0.625F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(1, 1, 4, 4), -1.203125F, 0.359375F, -1.78125F, 0.46875F, -0.671875F,
                   -2.203125F, 0.09375F, -4.5625F, -0.546875F, -1.609375F, -1.140625F, -0.078125F,
                   0.171875F, -1.171875F, -0.359375F, -2.328125F));
}

TEST(output_padding_and_groups)
{
    op_case c = op_case_new("", "ConvTranspose", 11);

    OP_INTS(&c, "strides", 2, 1);
    OP_INTS(&c, "pads", 1, 0, 0, 1);
    OP_INTS(&c, "output_padding", 1, 0);
    op_case_int(&c, "group", 2);
    op_case_in(&c, OP_F32(OP_SHAPE(1, 2, 2, 3), 0.875F, 1.375F, -0.5F, 2, 0.5F, 0, 0.875F, -0.25F,
                          0.875F, -0.875F, 1.75F, 0.125F));
    op_case_in(&c, OP_F32(OP_SHAPE(2, 1, 3, 2), -1, -0.25F, 1.625F, 1.25F, 0, -0.625F, -0.5F,
                          1.875F, -1.5F, 1.5F, 1.375F, -1.125F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(1, 2, 5, 3), 1.421875F, 3.328125F, 0.90625F, -2, -1.546875F, -0.984375F,
                   3.25F, 3.3125F, 0.625F, 0, -1.25F, -0.3125F, 0, 0, 0, -1.3125F, 1.6875F,
                   -1.6875F, 1.640625F, -3.84375F, 4.703125F, 1.3125F, -3.9375F, 2.4375F,
                   -1.203125F, 3.390625F, -1.796875F, 0, 0, 0));
}

TEST(output_shape_decides_the_padding)
{
    op_case c = op_case_new("", "ConvTranspose", 11);

    OP_INTS(&c, "strides", 3);
    OP_INTS(&c, "output_shape", 8);
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 3), -0.625F, 0.25F, 1.25F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 2, 3), 1.75F, 2, -0.875F, -1.25F, 0, 0.25F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(1, 2, 8), -1.25F, 0.546875F, 0.4375F, 0.5F, -0.21875F, 2.1875F, 2.5F,
                   -1.09375F, 0, -0.15625F, -0.3125F, 0, 0.0625F, -1.5625F, 0, 0.3125F));
}

TEST(dilation)
{
    op_case c = op_case_new("", "ConvTranspose", 11);

    OP_INTS(&c, "dilations", 2, 2);
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 2, 2), 0.625F, -1.625F, 0.625F, 1.625F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 2, 2), 1.625F, 1.75F, 1.75F, 1.875F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(1, 1, 4, 4), 1.015625F, -2.640625F, 1.09375F, -2.84375F, 1.015625F,
                   2.640625F, 1.09375F, 2.84375F, 1.09375F, -2.84375F, 1.171875F, -3.046875F,
                   1.09375F, 2.84375F, 1.171875F, 3.046875F));
}

TEST(padding_leaves_something)
{
    op_case c = op_case_new("", "ConvTranspose", 11);

    OP_INTS(&c, "pads", 2, 2);
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 2), -1.75F, 1.625F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 2), -0.875F, -0.75F));
    op_case_refuse(&c, Q_INVALID);
    CHECK_STR(c.err.msg, "padding of 4 leaves nothing of dimension 0, 3");
}

TEST_MAIN("engine/op_conv_transpose")
