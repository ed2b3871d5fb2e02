/* Wanted values come from ONNX Runtime. */
#include "op_case.h"
#include "test.h"

TEST(weighted_mean)
{
    op_case c = op_case_new("", "NegativeLogLikelihoodLoss", 13);

    op_case_int(&c, "ignore_index", 1);
    op_case_in(&c, OP_F32(OP_SHAPE(3, 2), 1.375F, -0.125F, 1.25F, 1.125F, 0.625F, -1.375F));
    op_case_in(&c, OP_I64(OP_SHAPE(3), 0, 1, 1));
    op_case_in(&c, OP_F32(OP_SHAPE(2), 0.625F, 0.625F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5, OP_F32(OP_SCALAR, -1.375F));
}

TEST(with_the_logarithms)
{
    op_case c = op_case_new("", "SoftmaxCrossEntropyLoss", 13);

    op_case_string(&c, "reduction", "none");
    op_case_in(&c, OP_F32(OP_SHAPE(2, 3, 2), 1.75F, 1.25F, 0.75F, 0, 0.125F, -1.75F, 0.125F,
                          -1.625F, 0.125F, -0.125F, 0.625F, -1.375F));
    op_case_in(&c, OP_I64(OP_SHAPE(2, 2), 0, 2, 1, 1));
    c.out_count = 2;
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5, OP_F32(OP_SHAPE(2, 2), 0.4477523F, 3.289898F, 1.294377F, 0.4118679F));
    OP_WANT(&c, 1, 1e-5,
            OP_F32(OP_SHAPE(2, 3, 2), -0.4477523F, -0.2898985F, -1.447752F, -1.539898F, -2.072752F,
                   -3.289898F, -1.294377F, -1.911868F, -1.294377F, -0.4118679F, -0.7943768F,
                   -1.661868F));
}

TEST(classes_that_are_there)
{
    op_case c = op_case_new("", "SoftmaxCrossEntropyLoss", 13);

    op_case_in(&c, OP_F32(OP_SHAPE(1, 2), -1.25F, -1.875F));
    op_case_in(&c, OP_I64(OP_SHAPE(1), 2));
    op_case_refuse(&c, Q_INVALID);
    CHECK_STR(c.err.msg, "target 2; there are 2 classes");
}

TEST_MAIN("engine/op_loss")
