#include "one.h"

/* Literals from ONNX's reference of the operators. */
TEST(adam_takes_a_step)
{
    one o = one_of("ai.onnx.preview.training", "Adam", 1);
    q_err err;

    one_float(&o, "alpha", 0.95F);
    one_float(&o, "beta", 0.1F);
    one_float(&o, "epsilon", 1e-7F);
    one_float(&o, "norm_coefficient", 0.001F);
    one_in(&o, one_f32(1, F32(0.1F)));
    one_in(&o, one_i64(1, I64(0)));
    one_in(&o, one_f32(2, F32(1.2F, 2.8F)));
    one_in(&o, one_f32(2, F32(-0.94F, -2.5F)));
    one_in(&o, one_f32(2, F32(1.7F, 3.6F)));
    one_in(&o, one_f32(2, F32(0.1F, 0.1F)));
    CHECK_EQ(one_run(&o, 3, &err), Q_OK);
    ONE_NEAR(&o, 0, 2, F32(1.0250364F, 2.6610327F), 1e-5);
    ONE_NEAR(&o, 1, 2, F32(1.56806F, 3.29514F), 1e-5);
    ONE_NEAR(&o, 2, 2, F32(0.8032104F, 5.6224069F), 1e-4);
    one_clear(&o);
}

TEST(an_odd_number_of_tensors_is_refused)
{
    one o = one_of("ai.onnx.preview.training", "Momentum", 1);
    q_err err;

    one_in(&o, one_f32(1, F32(0.1F)));
    one_in(&o, one_i64(1, I64(0)));
    one_in(&o, one_f32(1, F32(1)));
    one_in(&o, one_f32(1, F32(1)));
    CHECK_EQ(one_run(&o, 1, &err), Q_INVALID);
}

TEST_MAIN("engine/op_train")
