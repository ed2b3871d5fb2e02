/* Wanted values come from ONNX Runtime. */
#include "op_case.h"
#include "test.h"

TEST(by_axis)
{
    op_case c = op_case_new("", "QuantizeLinear", 13);

    op_case_int(&c, "axis", 0);
    op_case_in(&c, OP_F32(OP_SHAPE(2, 3), 0.75F, -1.75F, -6.125F, 7.375F, -2.5F, -3.75F));
    op_case_in(&c, OP_F32(OP_SHAPE(2), 0.5F, 0.02F));
    op_case_in(&c, OP_U8(OP_SHAPE(2), 100, 3));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_U8(OP_SHAPE(2, 3), 102, 96, 88, 255, 0, 0));
}

TEST(halves_go_to_even)
{
    op_case c = op_case_new("", "QuantizeLinear", 13);

    op_case_in(&c, OP_F32(OP_SHAPE(6), 0.5F, 1.5F, 2.5F, -0.5F, 300, -300));
    op_case_in(&c, OP_F32(OP_SCALAR, 1));
    op_case_in(&c, OP_I8(OP_SCALAR, 0));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I8(OP_SHAPE(6), 0, 2, 2, 0, 127, -128));
}

TEST(back_by_axis)
{
    op_case c = op_case_new("", "DequantizeLinear", 13);

    op_case_int(&c, "axis", 1);
    op_case_in(&c, OP_I8(OP_SHAPE(2, 3), -62, -65, -68, -1, -19, 0));
    op_case_in(&c, OP_F32(OP_SHAPE(3), 0.5F, 0.02F, 1));
    op_case_in(&c, OP_I8(OP_SHAPE(3), 1, 2, -3));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-06, OP_F32(OP_SHAPE(2, 3), -31.5F, -1.34F, -65, -1, -0.42F, 3));
}

TEST(back_by_block)
{
    op_case c = op_case_new("", "DequantizeLinear", 21);

    op_case_int(&c, "axis", 1);
    op_case_int(&c, "block_size", 2);
    op_case_in(&c, OP_U8(OP_SHAPE(2, 4), 84, 227, 125, 86, 55, 64, 176, 214));
    op_case_in(&c, OP_F32(OP_SHAPE(2, 2), 0.75F, 0.125F, 0.5F, 0.125F));
    op_case_in(&c, OP_U8(OP_SHAPE(2, 2), 95, 35, 115, 241));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-06,
            OP_F32(OP_SHAPE(2, 4), -8.25F, 99, 11.25F, 6.375F, -30, -25.5F, -8.125F, -3.375F));
}

TEST(range_of_the_values)
{
    op_case c = op_case_new("", "DynamicQuantizeLinear", 11);

    op_case_in(&c, OP_F32(OP_SHAPE(6), 0, 2, -3, -2.5F, 1.34F, 0.5F));
    c.out_count = 3;
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-07, OP_U8(OP_SHAPE(6), 153, 255, 0, 26, 221, 179));
    OP_WANT(&c, 1, 1e-07, OP_F32(OP_SCALAR, 0.01960784F));
    OP_WANT(&c, 2, 1e-07, OP_U8(OP_SCALAR, 153));
}

TEST(scales_are_as_many_as_the_axis_is_long)
{
    op_case c = op_case_new("", "QuantizeLinear", 13);

    op_case_in(&c, OP_F32(OP_SHAPE(2, 3), 1.625F, 1.875F, 1.625F, 1.5F, 1.375F, -1.75F));
    op_case_in(&c, OP_F32(OP_SHAPE(2), 1, 2));
    op_case_refuse(&c, Q_INVALID);
    CHECK_STR(c.err.msg, "scale has shape [2]; axis 1 of [2, 3] wants [3]");
}

TEST_MAIN("engine/op_quant")
