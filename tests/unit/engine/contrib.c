#include "one.h"

TEST(residuals_are_added_and_normalised)
{
    one o = one_of("com.microsoft", "SkipLayerNormalization", 1);
    q_err err;

    one_float(&o, "epsilon", 1e-12);
    one_in(&o, one_shape(one_f32(4, F32(1, 2, 3, 4)), 2, DIMS(2, 2)));
    one_in(&o, one_shape(one_f32(4, F32(1, 0, 0, 2)), 2, DIMS(2, 2)));
    one_in(&o, one_f32(2, F32(2, 3)));
    one_in(&o, one_f32(2, F32(0.5F, 0)));
    one_in(&o, one_f32(2, F32(0, 1)));
    CHECK_EQ(one_run(&o, 4, &err), Q_OK);
    ONE_NEAR(&o, 3, 4, F32(2, 3, 3, 7), 0);
    ONE_NEAR(&o, 0, 4, F32(-1.5F, 3, -1.5F, 3), 1e-6);
    ONE_NEAR(&o, 1, 2, F32(2.5F, 5), 1e-6);
    one_clear(&o);
}

TEST(an_id_outside_its_table_is_refused)
{
    one o = one_of("com.microsoft", "EmbedLayerNormalization", 1);
    q_err err;

    one_in(&o, one_shape(one_tensor(Q_I32, 1, &(int32_t){3}), 2, DIMS(1, 1)));
    one_in(&o, NULL);
    one_in(&o, one_shape(one_f32(4, F32(1, 2, 3, 4)), 2, DIMS(2, 2)));
    one_in(&o, one_shape(one_f32(4, F32(1, 2, 3, 4)), 2, DIMS(2, 2)));
    one_in(&o, NULL);
    one_in(&o, one_f32(2, F32(1, 1)));
    one_in(&o, one_f32(2, F32(0, 0)));
    CHECK_EQ(one_run(&o, 1, &err), Q_INVALID);
    CHECK_STR(err.msg, "id 3 of a table of 2 rows");
    one_clear(&o);
}

/* Keys that are alike: the mean of the values that the mask keeps. */
TEST(attention_averages_what_the_mask_keeps)
{
    one o = one_of("com.microsoft", "MultiHeadAttention", 1);
    q_err err;

    one_int(&o, "num_heads", 1);
    one_in(&o, one_shape(one_f32(2, F32(1, 0)), 3, DIMS(1, 1, 2)));
    one_in(&o, one_shape(one_f32(6, F32(1, 1, 1, 1, 1, 1)), 3, DIMS(1, 3, 2)));
    one_in(&o, one_shape(one_f32(6, F32(2, 4, 4, 8, 100, 100)), 3, DIMS(1, 3, 2)));
    one_in(&o, NULL);
    one_in(&o, one_tensor(Q_I32, 1, &(int32_t){2}));
    CHECK_EQ(one_run(&o, 1, &err), Q_OK);
    ONE_NEAR(&o, 0, 2, F32(3, 6), 1e-5);
    one_clear(&o);
}

TEST(four_bit_weights_are_scaled_by_block)
{
    one o = one_of("com.microsoft", "MatMulNBits", 1);
    uint8_t packed[8];
    float ones[16];
    q_err err;

    for (size_t i = 0; i < 8; i++)
        packed[i] = 0xa9; /* 9 and 10, of which 8 is zero */
    for (size_t i = 0; i < 16; i++)
        ones[i] = 1;
    one_int(&o, "K", 16);
    one_int(&o, "N", 1);
    one_int(&o, "bits", 4);
    one_int(&o, "block_size", 16);
    one_in(&o, one_shape(one_f32(16, ones), 2, DIMS(1, 16)));
    one_in(&o, one_shape(one_tensor(Q_U8, 8, packed), 3, DIMS(1, 1, 8)));
    one_in(&o, one_f32(1, F32(0.5F)));
    CHECK_EQ(one_run(&o, 1, &err), Q_OK);
    ONE_NEAR(&o, 0, 1, F32(12), 1e-6);
    one_clear(&o);
}

TEST(bytes_multiply_to_floats)
{
    one o = one_of("com.microsoft", "MatMulIntegerToFloat", 1);
    q_err err;

    one_in(&o, one_shape(one_tensor(Q_U8, 2, (const uint8_t[]){130, 126}), 2, DIMS(1, 2)));
    one_in(&o, one_shape(one_tensor(Q_I8, 2, (const int8_t[]){5, -3}), 2, DIMS(2, 1)));
    one_in(&o, one_f32(1, F32(0.5F)));
    one_in(&o, one_f32(1, F32(0.25F)));
    one_in(&o, one_tensor(Q_U8, 1, (const uint8_t[]){128}));
    one_in(&o, one_tensor(Q_I8, 1, (const int8_t[]){1}));
    one_in(&o, one_f32(1, F32(1)));
    CHECK_EQ(one_run(&o, 1, &err), Q_OK);
    ONE_NEAR(&o, 0, 1, F32(3), 1e-6); /* (2 * 4 + -2 * -4) / 8 + 1 */
    one_clear(&o);
}

/* 255 of range in 255 steps: scale 1, zero point 55, nothing is lost. */
TEST(floats_are_quantised_and_multiplied)
{
    one o = one_of("com.microsoft", "DynamicQuantizeMatMul", 1);
    q_err err;

    one_in(&o, one_shape(one_f32(4, F32(200, -55, 3, 100)), 2, DIMS(2, 2)));
    one_in(&o, one_shape(one_tensor(Q_U8, 4, (const uint8_t[]){130, 126, 1, 255}), 2, DIMS(2, 2)));
    one_in(&o, one_f32(2, F32(0.5F, 0.25F)));
    one_in(&o, one_tensor(Q_U8, 2, (const uint8_t[]){128, 5}));
    one_in(&o, one_f32(2, F32(1, 2)));
    CHECK_EQ(one_run(&o, 1, &err), Q_OK);
    ONE_NEAR(&o, 0, 4, F32(3693.5F, 2614.5F, -6346, 6342.75F), 1e-6);
    one_clear(&o);
}

TEST_MAIN("engine/contrib")
