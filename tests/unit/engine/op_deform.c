/* Wanted values come from ONNX Runtime. */
#include "op_case.h"
#include "test.h"

TEST(offsets_between_pixels)
{
    op_case c = op_case_new("", "DeformConv", 19);

    OP_INTS(&c, "kernel_shape", 2, 2);
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 3, 3), -0.125F, 1.875F, 0.375F, -0.625F, -0.5F, 1.625F,
                          1.25F, -1.5F, -1));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 2, 2), -0.5F, -1.125F, 0.25F, -1.125F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 8, 2, 2), 0.125F, 0.875F, 0.75F, -0.75F, -0.625F, -0.125F,
                          0.25F, -0.25F, -0.5F, -0.25F, -0.625F, 0.75F, 0.375F, -0.125F, 0.375F, 0,
                          0, -0.25F, 0, 1, 0.625F, 0.625F, -0.75F, 0, -0.25F, -0.875F, -0.25F,
                          -0.875F, -0.5F, 0.625F, 0.375F, 0.375F));
    op_case_in(&c, OP_F32(OP_SHAPE(1), -1.625F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 4, 2, 2), 0.125F, 0, 0.125F, 0.125F, 1, 0.875F, 0.25F, 0.25F,
                          1, 0.625F, 0.375F, 0.5F, 0.25F, 0.625F, 0.75F, 0.5F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(1, 1, 2, 2), -2.438477F, -2.046692F, -1.106873F, -2.040405F));
}

TEST_MAIN("engine/op_deform")
