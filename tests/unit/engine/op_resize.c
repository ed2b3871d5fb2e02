/* Wanted values come from ONNX Runtime. */
#include "op_case.h"
#include "test.h"

TEST(nearest)
{
    op_case c = op_case_new("", "Resize", 13);

    op_case_string(&c, "mode", "nearest");
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 2, 2), -0.5F, 2, 1.625F, 1.75F));
    op_case_in(&c, NULL);
    op_case_in(&c, OP_F32(OP_SHAPE(4), 1, 1, 2, 1.5F));
    op_case_run(&c);
    OP_WANT(&c, 0, 0,
            OP_F32(OP_SHAPE(1, 1, 4, 3), -0.5F, -0.5F, 2, -0.5F, -0.5F, 2, 1.625F, 1.625F, 1.75F,
                   1.625F, 1.625F, 1.75F));
}

TEST(linear_half_pixel)
{
    op_case c = op_case_new("", "Resize", 13);

    op_case_string(&c, "mode", "linear");
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 2, 3), 0.375F, 0, -1.75F, 0.875F, 0.25F, 1.875F));
    op_case_in(&c, NULL);
    op_case_in(&c, NULL);
    op_case_in(&c, OP_I64(OP_SHAPE(4), 1, 1, 3, 5));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(1, 1, 3, 5), 0.375F, 0.225F, 0, -1.05F, -1.75F, 0.625F, 0.425F, 0.125F,
                   0.08750001F, 0.0625F, 0.875F, 0.625F, 0.25F, 1.225F, 1.875F));
}

TEST(cubic)
{
    op_case c = op_case_new("", "Resize", 13);

    op_case_string(&c, "mode", "cubic");
    op_case_float(&c, "cubic_coeff_a", -0.5);
    op_case_int(&c, "exclude_outside", 1);
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 4, 4), -1.5F, -0.5F, -0.25F, -0.375F, -1.75F, 0.875F, 0.5F,
                          0.5F, -1.625F, -1, -0.875F, -1.75F, 0.75F, -1, 0.125F, 0.875F));
    op_case_in(&c, NULL);
    op_case_in(&c, OP_F32(OP_SHAPE(4), 1, 1, 0.8F, 0.8F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(1, 1, 3, 3), -1.430502F, -0.2210431F, -0.2469411F, -1.654683F,
                   0.4006252F, -0.2235638F, -0.1007761F, -0.8786582F, -0.09039688F));
}

TEST(antialiased)
{
    op_case c = op_case_new("", "Resize", 18);

    op_case_string(&c, "mode", "linear");
    op_case_int(&c, "antialias", 1);
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 4, 6), -1.25F, 1.5F, 0.25F, -0.875F, 0.75F, 1.5F, -1.625F,
                          1.5F, -1.625F, 0.75F, 0.375F, 1.75F, 0.25F, 1.5F, 0.125F, 1.125F, 1, 2,
                          -1.25F, -1, -0.125F, 1, -1.75F, -0.75F));
    op_case_in(&c, NULL);
    op_case_in(&c, NULL);
    op_case_in(&c, OP_I64(OP_SHAPE(4), 1, 1, 2, 3));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(1, 1, 2, 3), -0.09765625F, 0.0859375F, 1.066406F, -0.3007812F,
                   0.2734375F, 0.2539062F));
}

TEST(crop)
{
    op_case c = op_case_new("", "Resize", 13);

    op_case_string(&c, "mode", "linear");
    op_case_string(&c, "coordinate_transformation_mode", "tf_crop_and_resize");
    op_case_float(&c, "extrapolation_value", 9.0);
    op_case_in(
        &c, OP_F32(OP_SHAPE(1, 1, 3, 3), 1.375F, 0, -0.375F, 2, 1.75F, 0, -1.75F, -0.625F, 1.75F));
    op_case_in(&c, OP_F32(OP_SHAPE(8), 0, 0, 0.25F, 0.5F, 1, 1, 0.75F, 1.5F));
    op_case_in(&c, NULL);
    op_case_in(&c, OP_I64(OP_SHAPE(4), 1, 1, 2, 2));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5, OP_F32(OP_SHAPE(1, 1, 2, 2), 0.875F, 9, 0.5625F, 9));
}

TEST(older_upsample)
{
    op_case c = op_case_new("", "Upsample", 9);

    op_case_string(&c, "mode", "nearest");
    op_case_in(&c, OP_F32(OP_SHAPE(1, 1, 2, 2), -0.875F, 1.25F, -0.5F, 0.625F));
    op_case_in(&c, OP_F32(OP_SHAPE(4), 1, 1, 2, 2));
    op_case_run(&c);
    OP_WANT(&c, 0, 0,
            OP_F32(OP_SHAPE(1, 1, 4, 4), -0.875F, -0.875F, 1.25F, 1.25F, -0.875F, -0.875F, 1.25F,
                   1.25F, -0.5F, -0.5F, 0.625F, 0.625F, -0.5F, -0.5F, 0.625F, 0.625F));
}

TEST(scales_are_positive)
{
    op_case c = op_case_new("", "Resize", 13);

    op_case_in(&c, OP_F32(OP_SHAPE(1, 2), -0.625F, -1.625F));
    op_case_in(&c, NULL);
    op_case_in(&c, OP_F32(OP_SHAPE(2), 1, -1));
    op_case_refuse(&c, Q_INVALID);
    CHECK_STR(c.err.msg, "a scale is -1");
}

TEST_MAIN("engine/op_resize")
