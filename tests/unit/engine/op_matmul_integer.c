/* Wanted values come from ONNX Runtime. */
#include "op_case.h"
#include "test.h"

TEST(zero_points)
{
    op_case c = op_case_new("", "MatMulInteger", 10);

    op_case_in(&c, OP_U8(OP_SHAPE(2, 3), 5, 182, 139, 61, 47, 38));
    op_case_in(&c, OP_I8(OP_SHAPE(3, 2), -2, 75, -79, 32, 85, -31));
    op_case_in(&c, OP_U8(OP_SCALAR, 7));
    op_case_in(&c, OP_I8(OP_SHAPE(2), 1, -2));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I32(OP_SHAPE(2, 2), -2906, 1968, -758, 4619));
}

TEST(quantised)
{
    op_case c = op_case_new("", "QLinearMatMul", 10);

    op_case_in(&c, OP_U8(OP_SHAPE(2, 3), 61, 6, 151, 207, 176, 93));
    op_case_in(&c, OP_F32(OP_SCALAR, 0.1F));
    op_case_in(&c, OP_U8(OP_SCALAR, 128));
    op_case_in(&c, OP_U8(OP_SHAPE(3, 2), 164, 135, 47, 230, 109, 235));
    op_case_in(&c, OP_F32(OP_SCALAR, 0.02F));
    op_case_in(&c, OP_U8(OP_SCALAR, 100));
    op_case_in(&c, OP_F32(OP_SCALAR, 0.5F));
    op_case_in(&c, OP_U8(OP_SCALAR, 90));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_U8(OP_SHAPE(2, 2), 100, 30, 99, 107));
}

TEST_MAIN("engine/op_matmul_integer")
