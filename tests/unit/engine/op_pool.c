/* Wanted values come from ONNX Runtime. */
#include "op_case.h"
#include "test.h"

TEST(max_with_indices)
{
    op_case c = op_case_new("", "MaxPool", 12);

    OP_INTS(&c, "kernel_shape", 2, 2);
    OP_INTS(&c, "strides", 1, 2);
    OP_INTS(&c, "pads", 0, 1, 1, 0);
    op_case_in(&c, OP_F32(OP_SHAPE(1, 2, 3, 4), 1.25F, -1.5F, 0.375F, 2, -1.375F, 0, 0.5F, -0.625F,
                          1.875F, 0, -0.125F, 1.625F, -1.875F, 1.5F, -1.5F, -0.5F, 0, -0.125F,
                          -1.875F, -0.75F, -0.625F, 1.875F, 1.625F, 0.375F));
    c.out_count = 2;
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(1, 2, 3, 2), 1.25F, 0.5F, 1.875F, 0.5F, 1.875F, 0, 0, 1.5F, 0, 1.875F,
                   -0.625F, 1.875F));
    OP_WANT(&c, 1, 1e-5, OP_I64(OP_SHAPE(1, 2, 3, 2), 0, 6, 8, 6, 8, 9, 16, 13, 16, 21, 20, 21));
}

TEST(max_dilated_ceil)
{
    op_case c = op_case_new("", "MaxPool", 12);

    OP_INTS(&c, "kernel_shape", 2, 2);
    OP_INTS(&c, "dilations", 2, 2);
    OP_INTS(&c, "strides", 2, 2);
    op_case_int(&c, "ceil_mode", 1);
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 6, 6), 1.75F, 1.5F, -0.5F, -1.5F, 0.375F, -0.75F, -2,
                          1.875F, 1.875F, 0.125F, 0.5F, 0.625F, 1.75F, -0.125F, 0.375F, -1.125F, -1,
                          0.125F, -1.125F, -1.875F, -0.5F, 1, -0.875F, 1.5F, 0.75F, 0.625F, 1.625F,
                          -1.75F, -1.25F, 1.625F, 1.625F, -1.625F, 1.125F, -2, -1.5F, -1.5F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(1, 1, 3, 3), 1.75F, 0.375F, 0.375F, 1.75F, 1.625F, -1, 1.625F, 1.625F,
                   -1.25F));
}

TEST(max_of_bytes)
{
    op_case c = op_case_new("", "MaxPool", 12);

    OP_INTS(&c, "kernel_shape", 2);
    OP_INTS(&c, "strides", 2);
    op_case_in(&c, OP_I8(OP_SHAPE(1, 2, 6), -31, -54, -55, 1, 59, -19, -30, 81, 68, 94, -3, -52));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I8(OP_SHAPE(1, 2, 3), -31, 1, 59, 81, 94, -3));
}

TEST(average_counts_padding)
{
    op_case c = op_case_new("", "AveragePool", 11);

    OP_INTS(&c, "kernel_shape", 3, 2);
    OP_INTS(&c, "pads", 1, 1, 1, 1);
    op_case_int(&c, "count_include_pad", 1);
    OP_INTS(&c, "strides", 2, 2);
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 4, 4), -1.875F, -0.25F, 0, -1, -0.5F, -1.625F, 0.625F,
                          -0.375F, -1.375F, 0, -1.125F, -0.875F, -1.5F, 1.125F, -0.875F, 1.875F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(1, 1, 2, 3), -0.3958333F, -0.2083333F, -0.2291667F, -0.5625F, -0.3125F,
                   0.1041667F));
}

TEST(average_same_upper)
{
    op_case c = op_case_new("", "AveragePool", 11);

    OP_INTS(&c, "kernel_shape", 2, 2);
    op_case_string(&c, "auto_pad", "SAME_UPPER");
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 3, 3), -0.375F, -1.375F, 0.875F, 0.875F, 1.5F, -1.5F,
                          1.125F, 1.5F, -0.75F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(1, 1, 3, 3), 0.15625F, -0.125F, -0.3125F, 1.25F, 0.1875F, -1.125F,
                   1.3125F, 0.375F, -0.75F));
}

TEST(lp)
{
    op_case c = op_case_new("", "LpPool", 11);

    OP_INTS(&c, "kernel_shape", 2, 2);
    op_case_int(&c, "p", 3);
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 3, 3), -0.125F, 0.5F, -1, 1.5F, 0.75F, 1.375F, -0.25F,
                          0.125F, -1.25F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5, OP_F32(OP_SHAPE(1, 1, 2, 2), 1.57726F, 1.606547F, 1.562467F, 1.7073F));
}

TEST(global_average)
{
    op_case c = op_case_new("", "GlobalAveragePool", 11);

    op_case_in(&c, OP_F32(OP_SHAPE(1, 2, 2, 3), -0.75F, 0.875F, 1.875F, -1.375F, -1.75F, -1.75F,
                          -0.25F, 1.125F, -1.125F, -0.125F, 0, 1.375F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5, OP_F32(OP_SHAPE(1, 2, 1, 1), -0.4791667F, 0.1666667F));
}

TEST(unpool)
{
    op_case c = op_case_new("", "MaxUnpool", 11);

    OP_INTS(&c, "kernel_shape", 2, 2);
    OP_INTS(&c, "strides", 2, 2);
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 2, 2), -1.375F, -2, 0, -0.625F));
    op_case_in(&c, OP_I64(OP_SHAPE(1, 1, 2, 2), 1, 6, 8, 15));
    op_case_run(&c);
    OP_WANT(
        &c, 0, 0,
        OP_F32(OP_SHAPE(1, 1, 4, 4), 0, -1.375F, 0, 0, 0, 0, -2, 0, 0, 0, 0, 0, 0, 0, 0, -0.625F));
}

TEST(unpool_checks_indices)
{
    op_case c = op_case_new("", "MaxUnpool", 11);

    OP_INTS(&c, "kernel_shape", 2);
    OP_INTS(&c, "strides", 2);
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 2), -0.875F, 1.125F));
    op_case_in(&c, OP_I64(OP_SHAPE(1, 1, 2), 1, 4));
    op_case_refuse(&c, Q_INVALID);
    CHECK_STR(c.err.msg, "index 4 is outside of 4 elements");
}

TEST_MAIN("engine/op_pool")
