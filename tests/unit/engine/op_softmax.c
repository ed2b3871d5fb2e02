/* Wanted values come from ONNX Runtime. */
#include "op_case.h"
#include "test.h"

TEST(last_axis)
{
    op_case c = op_case_new("", "Softmax", 13);

    op_case_in(&c, OP_F32(OP_SHAPE(2, 3), -2, 2, 1.5F, 2, 1.5F, 0));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(2, 3), 0.01127223F, 0.6154428F, 0.3732849F, 0.574097F, 0.3482074F,
                   0.07769558F));
}

TEST(middle_axis)
{
    op_case c = op_case_new("", "Softmax", 13);

    op_case_int(&c, "axis", 1);
    op_case_in(&c, OP_F32(OP_SHAPE(1, 3, 2), 1.375F, -1.25F, 0.75F, -1, -0.375F, 1.5F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(1, 3, 2), 0.5851254F, 0.05578284F, 0.313195F, 0.0716266F, 0.1016795F,
                   0.8725905F));
}

TEST(older_sets_flatten)
{
    op_case c = op_case_new("", "Softmax", 11);

    op_case_int(&c, "axis", 1);
    op_case_in(&c,
               OP_F32(OP_SHAPE(2, 2, 2), -0.25F, 1.625F, 0.375F, -0.875F, -1, -2, 0.25F, 1.375F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(2, 2, 2), 0.1007625F, 0.6570541F, 0.1882491F, 0.05393428F, 0.06406464F,
                   0.02356806F, 0.2236076F, 0.6887598F));
}

TEST(logarithm)
{
    op_case c = op_case_new("", "LogSoftmax", 13);

    op_case_int(&c, "axis", 0);
    op_case_in(&c, OP_F32(OP_SHAPE(3, 2), -1.125F, -0.125F, 1.875F, -0.375F, 1.75F, 1.25F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(3, 2), -3.658703F, -1.746392F, -0.6587027F, -1.996392F, -0.7837027F,
                   -0.371392F));
}

TEST(logarithm_of_large_numbers)
{
    op_case c = op_case_new("", "LogSoftmax", 13);

    op_case_in(&c, OP_F32(OP_SHAPE(1, 3), 1000, 1001, 998));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5, OP_F32(OP_SHAPE(1, 3), -1.349012F, -0.3490122F, -3.349012F));
}

TEST(hardmax_takes_the_first)
{
    op_case c = op_case_new("", "Hardmax", 13);

    op_case_in(&c, OP_F32(OP_SHAPE(2, 3), 1, 3, 3, 2, 0, 1));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(2, 3), 0, 1, 0, 1, 0, 0));
}

TEST_MAIN("engine/op_softmax")
