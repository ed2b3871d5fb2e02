/* Wanted values come from ONNX Runtime. */
#include "op_case.h"
#include "test.h"

TEST(linear_reflected)
{
    op_case c = op_case_new("", "GridSample", 16);

    op_case_string(&c, "mode", "bilinear");
    op_case_string(&c, "padding_mode", "reflection");
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 2, 3), -1.5F, 0.75F, -0.25F, -0.5F, 1.125F, 0.125F));
    op_case_in(
        &c, OP_F32(OP_SHAPE(1, 2, 2, 2), -0.125F, 1.5F, -0.5F, 0.625F, -1.625F, 0, -0.5F, -0.5F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(1, 1, 2, 2), 0.8203125F, -0.09375F, -0.1523438F, -0.9375F));
}

TEST(cubic_zeros)
{
    op_case c = op_case_new("", "GridSample", 16);

    op_case_string(&c, "mode", "bicubic");
    op_case_int(&c, "align_corners", 1);
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 4, 4), 1.75F, 0.75F, -1.75F, 1.375F, 1.375F, -1.625F,
                          -0.375F, -1.375F, -0.625F, -2, 0.5F, -1.125F, 1.25F, 1.875F, -1, 1.75F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 3, 2), 0.375F, 0.625F, 0.25F, 0.375F, 0.25F, 0.375F));
    op_case_run(&c);
    OP_WANT(&c, 0, 0.0001, OP_F32(OP_SHAPE(1, 1, 1, 3), -0.1097581F, 0.3108623F, 0.3108623F));
}

TEST(affine)
{
    op_case c = op_case_new("", "AffineGrid", 20);

    op_case_int(&c, "align_corners", 1);
    op_case_in(&c, OP_F32(OP_SHAPE(1, 2, 3), -1.25F, 0.25F, -0.375F, -2, 0.25F, 1.25F));
    op_case_in(&c, OP_I64(OP_SHAPE(4), 1, 1, 2, 3));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(1, 2, 3, 2), 0.625F, 3, -0.625F, 1, -1.875F, -1, 1.125F, 3.5F, -0.125F,
                   1.5F, -1.375F, -0.5F));
}

TEST(columns)
{
    op_case c = op_case_new("", "Col2Im", 18);

    OP_INTS(&c, "pads", 0, 1, 0, 1);
    op_case_in(&c, OP_F32(OP_SHAPE(1, 4, 4), -1.75F, -0.625F, 1.25F, -1.25F, 0.625F, 1.125F,
                          -0.625F, -1.625F, -1.5F, -1.375F, 0.75F, 2, 1.25F, 0.625F, 0, 1.5F));
    op_case_in(&c, OP_I64(OP_SHAPE(2), 3, 1));
    op_case_in(&c, OP_I64(OP_SHAPE(2), 2, 2));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5, OP_F32(OP_SHAPE(1, 1, 3, 1), 0, -2, 2));
}

TEST_MAIN("engine/op_sample")
