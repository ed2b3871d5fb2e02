/* Wanted values come from ONNX Runtime. */
#include "op_case.h"
#include "test.h"

TEST(attention_scores)
{
    op_case c = op_case_new("", "Einsum", 12);

    op_case_string(&c, "equation", "bhid,bhjd->bhij");
    op_case_in(&c, OP_F32(OP_SHAPE(1, 2, 2, 3), 1.625F, -1.25F, 1.875F, 1.375F, 0.75F, -0.5F,
                          -1.625F, -0.875F, 1, -0.375F, 1.25F, -1.125F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 2, 2, 3), 1.25F, 1.5F, 0.875F, -1.125F, -1.125F, -1.75F,
                          -1.75F, 1, 0, 1, -0.875F, -0.625F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(1, 2, 2, 2), 1.796875F, -3.703125F, 2.40625F, -1.515625F, 1.96875F,
                   -1.484375F, 1.90625F, -0.765625F));
}

TEST(diagonal)
{
    op_case c = op_case_new("", "Einsum", 12);

    op_case_string(&c, "equation", "...ii->...i");
    op_case_in(&c, OP_F32(OP_SHAPE(2, 3, 3), 1.625F, 2, -1.625F, 1.125F, 0.25F, -2, 0.5F, -0.875F,
                          -0.625F, 1.875F, 1, -1.75F, 0.75F, -2, 1.5F, 0.375F, 0.5F, -1.875F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5, OP_F32(OP_SHAPE(2, 3), 1.625F, 0.25F, -0.625F, 1.875F, -2, -1.875F));
}

TEST(implicit_output)
{
    op_case c = op_case_new("", "Einsum", 12);

    op_case_string(&c, "equation", "ij,jk");
    op_case_in(&c, OP_F32(OP_SHAPE(2, 3), -1.625F, 0.125F, -0.5F, 1.25F, -0.875F, -0.375F));
    op_case_in(&c, OP_F32(OP_SHAPE(3, 2), -1.5F, 0, 1.875F, -0.875F, 1.125F, -1.375F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5, OP_F32(OP_SHAPE(2, 2), 2.109375F, 0.578125F, -3.9375F, 1.28125F));
}

TEST(three_operands)
{
    op_case c = op_case_new("", "Einsum", 12);

    op_case_string(&c, "equation", "i,ij,j->");
    op_case_in(&c, OP_F32(OP_SHAPE(2), 1.5F, 0));
    op_case_in(&c, OP_F32(OP_SHAPE(2, 3), -1.5F, 1.125F, 1.5F, -1.375F, -1.5F, -1));
    op_case_in(&c, OP_F32(OP_SHAPE(3), 0, 1.75F, 1.5F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5, OP_F32(OP_SCALAR, 6.328125F));
}

TEST(indices_must_agree)
{
    op_case c = op_case_new("", "Einsum", 12);

    op_case_string(&c, "equation", "ij,jk->ik");
    op_case_in(&c, OP_F32(OP_SHAPE(2, 3), -0.75F, -1.875F, 0.375F, 0.25F, -1, 0.375F));
    op_case_in(&c, OP_F32(OP_SHAPE(2, 2), 1.875F, -1.375F, -0.75F, 1.375F));
    op_case_refuse(&c, Q_INVALID);
}

TEST(outputs_come_from_somewhere)
{
    op_case c = op_case_new("", "Einsum", 12);

    op_case_string(&c, "equation", "i->j");
    op_case_in(&c, OP_F32(OP_SHAPE(2), -1.375F, -1.5F));
    op_case_refuse(&c, Q_INVALID);
    CHECK_STR(c.err.msg, "the output has an index that no operand has");
}

TEST_MAIN("engine/op_einsum")
