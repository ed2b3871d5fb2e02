/* Wanted values come from ONNX Runtime. */
#include "op_case.h"
#include "test.h"

TEST(layer_with_statistics)
{
    op_case c = op_case_new("", "LayerNormalization", 17);

    op_case_int(&c, "axis", 1);
    op_case_float(&c, "epsilon", 0.01);
    op_case_in(&c, OP_F32(OP_SHAPE(2, 2, 3), 1.25F, -1.75F, -0.375F, 0.25F, -1, 1.5F, 0.75F,
                          -1.375F, -1.375F, -1.75F, 0.25F, -1.25F));
    op_case_in(&c, OP_F32(OP_SHAPE(2, 3), 0.125F, 1.25F, 1.5F, -1.5F, -0.625F, -0.375F));
    op_case_in(&c, OP_F32(OP_SHAPE(2, 3), -0.5F, -0.375F, -0.125F, 1, -0.75F, -0.625F));
    c.out_count = 3;
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(2, 2, 3), -0.3635789F, -2.231222F, -0.5812279F, 0.6511198F, -0.2244433F,
                   -1.114774F, -0.295554F, -1.148579F, -1.053295F, 2.525056F, -1.440696F,
                   -0.4426563F));
    OP_WANT(&c, 1, 1e-5, OP_F32(OP_SHAPE(2, 1, 1), -0.02083331F, -0.7916666F));
    OP_WANT(&c, 2, 1e-5, OP_F32(OP_SHAPE(2, 1, 1), 0.858782F, 1.060909F));
}

TEST(layer_spreads_its_scale)
{
    op_case c = op_case_new("", "LayerNormalization", 17);

    op_case_int(&c, "axis", 1);
    op_case_in(&c, OP_F32(OP_SHAPE(2, 2, 3), -0.5F, -1.375F, 0.5F, -0.375F, 1.625F, 1.25F, -1.125F,
                          -1, 1.125F, 0.25F, -2, 0.5F));
    op_case_in(&c, OP_F32(OP_SHAPE(3), -0.375F, 1.125F, 1));
    op_case_in(&c, OP_F32(OP_SHAPE(2, 1), 1.75F, 0.75F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(2, 2, 3), 1.997252F, 0.06419273F, 2.049699F, 0.9522969F, 2.300943F,
                   1.768977F, 2.010386F, 1.099036F, 3.138724F, 0.5330119F, -0.9425076F, 1.560089F));
}

TEST(rms)
{
    op_case c = op_case_new("", "RMSNormalization", 23);

    op_case_in(&c,
               OP_F32(OP_SHAPE(2, 4), 1.625F, -0.875F, -0.625F, -1.75F, 1.5F, -1.375F, 0.25F, 0));
    op_case_in(&c, OP_F32(OP_SHAPE(4), 1.25F, -0.5F, -1.375F, -0.5F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(2, 4), 1.551136F, 0.3340908F, 0.6562498F, 0.6681816F, 1.829123F,
                   0.6706786F, -0.3353393F, 0));
}

TEST(lp)
{
    op_case c = op_case_new("", "LpNormalization", 1);

    op_case_int(&c, "axis", 0);
    op_case_int(&c, "p", 1);
    op_case_in(&c, OP_F32(OP_SHAPE(3, 2), -1.75F, -0.75F, 0.5F, -1.75F, 2, 0.125F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(3, 2), -0.4117647F, -0.2857143F, 0.1176471F, -0.6666667F, 0.4705882F,
                   0.04761905F));
}

TEST(scale_must_spread)
{
    op_case c = op_case_new("", "LayerNormalization", 17);

    op_case_in(&c, OP_F32(OP_SHAPE(2, 3), -0.75F, 1.375F, -1.5F, -0.75F, 1.75F, -1));
    op_case_in(&c, OP_F32(OP_SHAPE(2), 0.875F, -1.625F));
    op_case_refuse(&c, Q_INVALID);
    CHECK_STR(c.err.msg, "input 1 has shape [2], the rows come from axis 1 of [2, 3]");
}

TEST_MAIN("engine/op_norm")
