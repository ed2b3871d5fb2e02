#include "op_case.h"
#include "test.h"

#include <math.h>

static op_case of(const char *type, unsigned version, const q_tensor *x)
{
    op_case c = op_case_new("", type, version);

    op_case_in(&c, x);
    op_case_run(&c);
    return c;
}

TEST(functions_of_floats)
{
    const q_tensor *x = OP_F32(OP_SHAPE(4), -1, 0, 0.5F, 2);
    op_case c = of("Exp", 13, x);

    OP_WANT(&c, 0, 1e-6, OP_F32(OP_SHAPE(4), 0.36787944F, 1, 1.6487213F, 7.389056F));
    c = of("Atan", 7, x);
    OP_WANT(&c, 0, 1e-6, OP_F32(OP_SHAPE(4), -0.78539816F, 0, 0.46364761F, 1.1071487F));
    c = of("HardSigmoid", 6, x);
    OP_WANT(&c, 0, 1e-6, OP_F32(OP_SHAPE(4), 0.3F, 0.5F, 0.6F, 0.9F));
    c = of("Selu", 6, x);
    OP_WANT(&c, 0, 1e-6, OP_F32(OP_SHAPE(4), -1.1113307F, 0, 0.5253505F, 2.101402F));
    c = of("Mish", 18, OP_F64(OP_SHAPE(2), -1, 2));
    OP_WANT(&c, 0, 1e-12, OP_F64(OP_SHAPE(2), -0.30340146137410895, 1.9439589595339946));
    c = of("Round", 11, OP_F32(OP_SHAPE(4), 0.5F, 1.5F, -2.5F, 2.7F));
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(4), 0, 2, -2, 3));
    c = of("Sqrt", 13, OP_OF(Q_F16, uint16_t, OP_SHAPE(1), 0x4400));
    OP_WANT(&c, 0, 0, OP_OF(Q_F16, uint16_t, OP_SHAPE(1), 0x4000));
}

TEST(functions_of_integers)
{
    op_case c = of("Abs", 13, OP_I32(OP_SHAPE(3), -5, INT32_MIN, 7));

    OP_WANT(&c, 0, 0, OP_I32(OP_SHAPE(3), 5, INT32_MIN, 7));
    c = of("Relu", 14, OP_I8(OP_SHAPE(3), -5, 0, 7));
    OP_WANT(&c, 0, 0, OP_I8(OP_SHAPE(3), 0, 0, 7));
    c = of("Sign", 13, OP_U8(OP_SHAPE(2), 0, 200));
    OP_WANT(&c, 0, 0, OP_U8(OP_SHAPE(2), 0, 1));
    c = of("Neg", 13, OP_I64(OP_SHAPE(2), INT64_MIN, 3));
    OP_WANT(&c, 0, 0, OP_I64(OP_SHAPE(2), INT64_MIN, -3));
}

TEST(attributes_are_read)
{
    op_case c = op_case_new("", "LeakyRelu", 6);

    op_case_float(&c, "alpha", 0.25);
    op_case_in(&c, OP_F32(OP_SHAPE(2), -4, 4));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(2), -1, 4));
    c = op_case_new("", "Gelu", 20);
    op_case_string(&c, "approximate", "tanh");
    op_case_in(&c, OP_F32(OP_SHAPE(2), -1, 3));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-6, OP_F32(OP_SHAPE(2), -0.158808F, 2.9963627F));
    c = op_case_new("", "Gelu", 20);
    op_case_string(&c, "approximate", "quick");
    op_case_in(&c, OP_F32(OP_SHAPE(1), 1));
    op_case_refuse(&c, Q_INVALID);
    c = op_case_new("", "Exp", 13);
    op_case_in(&c, OP_I32(OP_SHAPE(1), 1));
    op_case_refuse(&c, Q_UNSUPPORTED);
    CHECK_STR(c.err.msg, "Exp of int32");
}

TEST_MAIN("engine/op_unary")
