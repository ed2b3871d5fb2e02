/* Wanted values come from ONNX Runtime. */
#include "op_case.h"
#include "test.h"

TEST(halves_turn)
{
    op_case c = op_case_new("", "RotaryEmbedding", 23);

    op_case_in(&c,
               OP_F32(OP_SHAPE(1, 1, 2, 4), 1, 0.5F, 1.25F, 1.25F, -1.875F, 1.75F, 1.125F, 1.875F));
    op_case_in(&c, OP_F32(OP_SHAPE(3, 2), -1.5F, 0.125F, -0.875F, -0.5F, 1.125F, -0.25F));
    op_case_in(&c, OP_F32(OP_SHAPE(3, 2), 0.5F, 1.25F, 0, -1.375F, -1.375F, 1.125F));
    op_case_in(&c, OP_I64(OP_SHAPE(1, 2), 2, 0));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-06,
            OP_F32(OP_SHAPE(1, 1, 2, 4), 2.84375F, -1.53125F, 0.03125F, 0.25F, 2.25F, -2.125F,
                   -2.625F, 2.421875F));
}

TEST(pairs_turn)
{
    op_case c = op_case_new("", "RotaryEmbedding", 23);

    op_case_int(&c, "interleaved", 1);
    op_case_int(&c, "num_heads", 1);
    op_case_in(
        &c, OP_F32(OP_SHAPE(1, 2, 4), -0.75F, 0.5F, 1.375F, 0.625F, 1.125F, 1.5F, -0.5F, -1.625F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 2, 2), -1.25F, 0.125F, 0, 0.375F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 2, 2), 0.875F, 1, -1.75F, -0.5F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-06,
            OP_F32(OP_SHAPE(1, 2, 4), 0.5F, -1.28125F, -0.453125F, 1.453125F, 2.625F, -1.96875F, -1,
                   -0.359375F));
}

TEST(positions_that_are_there)
{
    op_case c = op_case_new("", "RotaryEmbedding", 23);

    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 1, 2), -1.875F, 0.5F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1), 1.375F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1), -1.5F));
    op_case_in(&c, OP_I64(OP_SHAPE(1, 1), 1));
    op_case_refuse(&c, Q_INVALID);
    CHECK_STR(c.err.msg, "position 1; the caches have 1");
}

TEST_MAIN("engine/op_rotary")
