/* Wanted values come from ONNX Runtime. */
#include "op_case.h"
#include "test.h"

TEST(heads_share_keys)
{
    op_case c = op_case_new("", "Attention", 23);

    op_case_int(&c, "is_causal", 1);
    op_case_in(&c, OP_F32(OP_SHAPE(1, 2, 2, 2), -0.875F, -0.625F, 1.75F, 0, -0.125F, -0.875F,
                          0.625F, -0.625F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 3, 2), -1.5F, -1.125F, 1.125F, -0.125F, 2, 0.125F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 3, 2), -0.375F, -0.25F, 1.875F, 1.125F, -1.375F, 0.125F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(1, 2, 2, 2), -0.375F, -0.25F, 1.790875F, 1.07359F, -0.375F, -0.25F,
                   1.137452F, 0.6742759F));
}

TEST(past_and_mask)
{
    op_case c = op_case_new("", "Attention", 23);

    op_case_int(&c, "q_num_heads", 1);
    op_case_int(&c, "kv_num_heads", 1);
    op_case_float(&c, "scale", 0.5);
    op_case_in(&c, OP_F32(OP_SHAPE(1, 2, 2), 0.75F, 1.625F, 1.875F, 1.5F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 2), 1, 1.625F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 2), 0, -1.5F));
    op_case_in(&c, OP_BOOL(OP_SHAPE(2, 2), 1, 0, 1, 1));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 1, 2), -0.375F, 2));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 1, 2), -1.25F, 1.375F));
    c.out_count = 3;
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5, OP_F32(OP_SHAPE(1, 2, 2), -1.25F, 1.375F, -0.3342602F, -0.7312015F));
    OP_WANT(&c, 1, 1e-5, OP_F32(OP_SHAPE(1, 1, 2, 2), -0.375F, 2, 1, 1.625F));
    OP_WANT(&c, 2, 1e-5, OP_F32(OP_SHAPE(1, 1, 2, 2), -1.25F, 1.375F, 0, -1.5F));
}

TEST(heads_must_share_evenly)
{
    op_case c = op_case_new("", "Attention", 23);

    op_case_in(&c, OP_F32(OP_SHAPE(1, 3, 1, 2), 0, -1.625F, 1.75F, -1.75F, 1.25F, 2));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 2, 1, 2), -0.625F, -0.5F, -0.75F, -1.25F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 2, 1, 2), 0.75F, -2, -1.875F, -1.25F));
    op_case_refuse(&c, Q_INVALID);
}

TEST_MAIN("engine/op_attention")
