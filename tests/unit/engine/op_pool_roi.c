/* Wanted values come from ONNX Runtime. */
#include "op_case.h"
#include "test.h"

TEST(averages_regions)
{
    op_case c = op_case_new("", "RoiAlign", 16);

    op_case_int(&c, "output_height", 2);
    op_case_int(&c, "output_width", 2);
    op_case_int(&c, "sampling_ratio", 2);
    op_case_float(&c, "spatial_scale", 0.5);
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 4, 4), 0.75F, -1.625F, 0.25F, 1.25F, 1.625F, -2, 1.25F,
                          -1.875F, 0.75F, 0.375F, 1.75F, 0.5F, -1.75F, 0.625F, -1, 1.375F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 4), 1, 1, 6, 7));
    op_case_in(&c, OP_I64(OP_SHAPE(1), 0));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(1, 1, 2, 2), -0.5976562F, 0.2163086F, 0.1992188F, 0.7160645F));
}

TEST(greatest_of_regions)
{
    op_case c = op_case_new("", "MaxRoiPool", 1);

    OP_INTS(&c, "pooled_shape", 2, 2);
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 5, 5), -1.875F, -0.75F, 0.75F, -1.375F, 0.625F, 0.75F,
                          0.875F, 1.5F, -0.375F, -1.375F, -1, -0.5F, -1.75F, 0.875F, -1.75F, -1.75F,
                          1.75F, 1.25F, -1, -0.625F, 1.25F, 0.5F, -1, -0.25F, 1.375F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 5), 0, 0, 1, 3, 4));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5, OP_F32(OP_SHAPE(1, 1, 2, 2), 0.875F, 1.5F, 1.75F, 1.25F));
}

TEST(regions_of_images_that_are_there)
{
    op_case c = op_case_new("", "RoiAlign", 16);

    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 2, 2), -2, 2, 0.25F, -1.25F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 4), 0, 0, 1, 1));
    op_case_in(&c, OP_I64(OP_SHAPE(1), 1));
    op_case_refuse(&c, Q_INVALID);
    CHECK_STR(c.err.msg, "batch index 1; there are 1 images");
}

TEST_MAIN("engine/op_pool_roi")
