/* Wanted values come from ONNX Runtime. */
#include "op_case.h"
#include "test.h"

TEST(batches_spread)
{
    op_case c = op_case_new("", "MatMul", 13);

    op_case_in(&c, OP_F32(OP_SHAPE(2, 1, 2, 3), 0, 0.5F, -1.75F, 0.125F, 1, -1.125F, -1.75F,
                          -1.875F, -1.375F, -1, 1.25F, -0.125F));
    op_case_in(&c, OP_F32(OP_SHAPE(2, 3, 2), 0.125F, -0.75F, -0.75F, 0.25F, 1, -1.25F, -0.25F,
                          0.625F, 1.875F, -0.875F, -0.375F, 0.25F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(2, 2, 2, 2), -2.125F, 2.3125F, -1.859375F, 1.5625F, 1.59375F, -0.875F,
                   2.265625F, -1.078125F, -0.1875F, 2.5625F, -1.1875F, 1.21875F, -2.5625F,
                   0.203125F, 2.640625F, -1.75F));
}

TEST(one_matrix_for_all)
{
    op_case c = op_case_new("", "MatMul", 13);

    op_case_in(&c, OP_F32(OP_SHAPE(2, 2, 3), -1.375F, 0.5F, 1.875F, -0.875F, -0.125F, -1.5F, 0.125F,
                          1.875F, 0.125F, -1.125F, -0.75F, 0.5F));
    op_case_in(&c, OP_F32(OP_SHAPE(3, 2), 1.375F, -0.125F, 0, 1.25F, -1.625F, 1.75F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(2, 2, 2), -4.9375F, 4.078125F, 1.234375F, -2.671875F, -0.03125F,
                   2.546875F, -2.359375F, 0.078125F));
}

TEST(vectors)
{
    op_case c = op_case_new("", "MatMul", 13);

    op_case_in(&c, OP_F32(OP_SHAPE(3), -0.125F, -0.625F, 1.125F));
    op_case_in(&c, OP_F32(OP_SHAPE(2, 3, 2), -1, -1.375F, -1, 0.75F, -1.625F, -0.25F, -1, 0.125F,
                          -1.5F, 1.125F, 1.75F, -0.75F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5, OP_F32(OP_SHAPE(2, 2), -1.078125F, -0.578125F, 3.03125F, -1.5625F));
}

TEST(integers)
{
    op_case c = op_case_new("", "MatMul", 13);

    op_case_in(&c, OP_I64(OP_SHAPE(2, 2), 1, -2, 3, 4));
    op_case_in(&c, OP_I64(OP_SHAPE(2, 1), 5, 7));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I64(OP_SHAPE(2, 1), -9, 43));
}

TEST(gemm)
{
    op_case c = op_case_new("", "Gemm", 13);

    op_case_float(&c, "alpha", 0.5);
    op_case_float(&c, "beta", 2.0);
    op_case_int(&c, "transA", 1);
    op_case_int(&c, "transB", 1);
    op_case_in(&c, OP_F32(OP_SHAPE(3, 2), -0.625F, 0.375F, 1, -1.75F, 0.75F, 1.25F));
    op_case_in(&c, OP_F32(OP_SHAPE(4, 3), 1.125F, -0.25F, 1.25F, 0.25F, -1.25F, -0.875F, 0.375F,
                          0.25F, 1.25F, 0.875F, -1.125F, -0.375F));
    op_case_in(&c, OP_F32(OP_SHAPE(4), 1.125F, -0.125F, -1.125F, 1.75F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(2, 4), 2.242188F, -1.28125F, -1.773438F, 2.523438F, 3.460938F, 0.34375F,
                   -1.617188F, 4.414062F));
}

TEST(gemm_adds_a_column)
{
    op_case c = op_case_new("", "Gemm", 13);

    op_case_in(&c, OP_F32(OP_SHAPE(2, 3), -0.25F, -0.75F, 0, -0.75F, -0.875F, 0.625F));
    op_case_in(&c, OP_F32(OP_SHAPE(3, 2), 1.125F, -0.375F, -1.375F, -0.125F, -0.375F, -0.25F));
    op_case_in(&c, OP_F32(OP_SHAPE(2, 1), -1, 1.125F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5, OP_F32(OP_SHAPE(2, 2), -0.25F, -0.8125F, 1.25F, 1.359375F));
}

TEST(sizes_must_agree)
{
    op_case c = op_case_new("", "MatMul", 13);

    op_case_in(&c, OP_F32(OP_SHAPE(2, 3), -1.25F, -1.875F, 0.75F, 1, -1, -1.25F));
    op_case_in(&c, OP_F32(OP_SHAPE(2, 3), 0.375F, 1.625F, -1, 0.125F, -1, 1));
    op_case_refuse(&c, Q_INVALID);
    CHECK_STR(c.err.msg, "[2, 3] and [2, 3] do not multiply: 3 is not 2");
}

TEST_MAIN("engine/op_matmul")
