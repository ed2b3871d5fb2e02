#include "op_case.h"
#include "test.h"

#include <math.h>

static op_case pair(const char *type, const q_tensor *x, const q_tensor *y)
{
    op_case c = op_case_new("", type, 18);

    op_case_in(&c, x);
    op_case_in(&c, y);
    op_case_run(&c);
    return c;
}

TEST(shapes_broadcast_from_both_sides)
{
    op_case c =
        pair("Sub", OP_F32(OP_SHAPE(2, 1, 3), 1, 2, 3, 4, 5, 6), OP_F32(OP_SHAPE(2, 1), 10, 20));

    OP_WANT(&c, 0, 0,
            OP_F32(OP_SHAPE(2, 2, 3), -9, -8, -7, -19, -18, -17, -6, -5, -4, -16, -15, -14));
    c = pair("Div", OP_F32(OP_SCALAR, 6), OP_F32(OP_SHAPE(3), 1, 2, 3));
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(3), 6, 3, 2));
    c = pair("Add", op_case_empty(Q_F32, OP_SHAPE(0, 3)), OP_F32(OP_SHAPE(3), 1, 2, 3));
    OP_WANT(&c, 0, 0, op_case_empty(Q_F32, OP_SHAPE(0, 3)));
}

TEST(integers_wrap_and_never_trap)
{
    op_case c = pair("Mul", OP_I32(OP_SHAPE(2), INT32_MAX, -3), OP_I32(OP_SHAPE(2), 2, 5));

    OP_WANT(&c, 0, 0, OP_I32(OP_SHAPE(2), -2, -15));
    c = pair("Div", OP_I64(OP_SHAPE(3), INT64_MIN, -7, 5), OP_I64(OP_SHAPE(3), -1, 2, 0));
    OP_WANT(&c, 0, 0, OP_I64(OP_SHAPE(3), INT64_MIN, -3, 0));
    c = pair("Add", OP_U8(OP_SHAPE(1), 250), OP_U8(OP_SHAPE(1), 10));
    OP_WANT(&c, 0, 0, OP_U8(OP_SHAPE(1), 4));
}

TEST(mod_takes_the_sign_that_its_attribute_says)
{
    const q_tensor *x = OP_I32(OP_SHAPE(4), -4, 7, 5, 4), *y = OP_I32(OP_SHAPE(4), 2, -3, 8, -3);
    op_case c = pair("Mod", x, y);

    OP_WANT(&c, 0, 0, OP_I32(OP_SHAPE(4), 0, -2, 5, -2));
    c = op_case_new("", "Mod", 13);
    op_case_int(&c, "fmod", 1);
    op_case_in(&c, x);
    op_case_in(&c, y);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I32(OP_SHAPE(4), 0, 1, 5, 1));
}

TEST(pow_mixes_types)
{
    op_case c = pair("Pow", OP_F32(OP_SHAPE(3), 1, 2, 3), OP_I64(OP_SHAPE(3), 4, 5, 6));

    OP_WANT(&c, 0, 1e-6, OP_F32(OP_SHAPE(3), 1, 32, 729));
    c = pair("Pow", OP_I32(OP_SHAPE(3), 1, 2, 3), OP_F32(OP_SCALAR, 2.5F));
    OP_WANT(&c, 0, 0, OP_I32(OP_SHAPE(3), 1, 5, 15));
    c = pair("Pow", OP_I64(OP_SHAPE(3), -1, 2, -3), OP_I64(OP_SHAPE(3), -3, -1, 3));
    OP_WANT(&c, 0, 0, OP_I64(OP_SHAPE(3), -1, 0, -27));
    c = pair("Pow", OP_F32(OP_SHAPE(2), -3, 5), OP_F32(OP_SCALAR, 2));
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(2), 9, 25));
}

TEST(comparisons_give_bools)
{
    op_case c = pair("LessOrEqual", OP_F32(OP_SHAPE(3), 1, 2, NAN), OP_F32(OP_SCALAR, 1));

    OP_WANT(&c, 0, 0, OP_BOOL(OP_SHAPE(3), 1, 0, 0));
    c = pair("Equal", OP_STRINGS(OP_SHAPE(2), Q_STR("a"), Q_STR("b")),
             OP_STRINGS(OP_SHAPE(1), Q_STR("b")));
    OP_WANT(&c, 0, 0, OP_BOOL(OP_SHAPE(2), 0, 1));
    c = pair("Xor", OP_BOOL(OP_SHAPE(2), 0, 1), OP_BOOL(OP_SHAPE(2), 1, 1));
    OP_WANT(&c, 0, 0, OP_BOOL(OP_SHAPE(2), 1, 0));
}

TEST(variadic_ones_go_from_left_to_right)
{
    op_case c = op_case_new("", "Mean", 13);

    op_case_in(&c, OP_F32(OP_SHAPE(2), 1, 2));
    op_case_in(&c, OP_F32(OP_SHAPE(2, 1), 3, 5));
    op_case_in(&c, OP_F32(OP_SCALAR, 2));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-6, OP_F32(OP_SHAPE(2, 2), 2, 7 / 3.0F, 8 / 3.0F, 3));
    c = op_case_new("", "Max", 13);
    op_case_in(&c, OP_F64(OP_SHAPE(2), 1, NAN));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F64(OP_SHAPE(2), 1, NAN));
}

TEST(narrow_floats_are_computed_in_32_bits)
{
    op_case c = pair("Add", OP_OF(Q_F16, uint16_t, OP_SHAPE(2), 0x3c00, 0x4000),
                     OP_OF(Q_F16, uint16_t, OP_SHAPE(1), 0x3800)); /* 1, 2 + 0.5 */

    OP_WANT(&c, 0, 0, OP_OF(Q_F16, uint16_t, OP_SHAPE(2), 0x3e00, 0x4100));
    c = pair("Greater", OP_OF(Q_BF16, uint16_t, OP_SHAPE(2), 0x3f80, 0xbf80),
             OP_OF(Q_BF16, uint16_t, OP_SHAPE(2), 0, 0));
    OP_WANT(&c, 0, 0, OP_BOOL(OP_SHAPE(2), 1, 0));
}

TEST(long_tensors_are_cut_into_tasks)
{
    enum { ROWS = 7, COLUMNS = 20011 };
    static float x[ROWS * COLUMNS], y[COLUMNS], z[ROWS * COLUMNS];

    for (size_t i = 0; i < COLUMNS; i++)
        y[i] = (float)i;
    for (size_t i = 0; i < ROWS * COLUMNS; i++) {
        x[i] = (float)(i % 13);
        z[i] = x[i] * y[i % COLUMNS];
    }
    op_case c = pair("Mul", op_case_tensor(Q_F32, OP_SHAPE(ROWS, COLUMNS), x, ROWS * COLUMNS),
                     op_case_tensor(Q_F32, OP_SHAPE(COLUMNS), y, COLUMNS));
    OP_WANT(&c, 0, 0, op_case_tensor(Q_F32, OP_SHAPE(ROWS, COLUMNS), z, ROWS * COLUMNS));
}

TEST(shifts_and_slopes)
{
    op_case c = op_case_new("", "BitShift", 11);

    op_case_string(&c, "direction", "LEFT");
    op_case_in(&c, OP_U8(OP_SHAPE(3), 16, 4, 1));
    op_case_in(&c, OP_U8(OP_SHAPE(3), 1, 7, 9));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_U8(OP_SHAPE(3), 32, 0, 0));
    c = op_case_new("", "BitShift", 27);
    op_case_string(&c, "direction", "RIGHT");
    op_case_in(&c, OP_I8(OP_SHAPE(3), -8, -8, 64));
    op_case_in(&c, OP_I8(OP_SHAPE(3), 1, -1, 9));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I8(OP_SHAPE(3), -4, -1, 0));
    c = pair("PRelu", OP_F32(OP_SHAPE(2, 2), -1, 2, -3, -4), OP_F32(OP_SHAPE(2, 1), 2, 0.5F));
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(2, 2), -2, 2, -1.5F, -2));
}

TEST(what_does_not_fit_is_refused)
{
    op_case c = op_case_new("", "Add", 13);

    op_case_in(&c, OP_F32(OP_SHAPE(2), 1, 2));
    op_case_in(&c, OP_F32(OP_SHAPE(3), 1, 2, 3));
    op_case_refuse(&c, Q_INVALID);
    CHECK_STR(c.err.msg, "shapes [2] and [3] do not broadcast");
    c = op_case_new("", "Add", 13);
    op_case_in(&c, OP_F32(OP_SHAPE(1), 1));
    op_case_in(&c, OP_I64(OP_SHAPE(1), 1));
    op_case_refuse(&c, Q_INVALID);
    CHECK_STR(c.err.msg, "inputs 0 and 1 are float32 and int64");
    c = op_case_new("", "And", 7);
    op_case_in(&c, OP_F32(OP_SHAPE(1), 1));
    op_case_in(&c, OP_F32(OP_SHAPE(1), 1));
    op_case_refuse(&c, Q_UNSUPPORTED);
    c = op_case_new("", "BitShift", 11);
    op_case_string(&c, "direction", "UP");
    op_case_in(&c, OP_U8(OP_SHAPE(1), 1));
    op_case_in(&c, OP_U8(OP_SHAPE(1), 1));
    op_case_refuse(&c, Q_INVALID);
    CHECK_STR(c.err.msg, "direction is 'UP'; LEFT or RIGHT is right");
}

TEST_MAIN("engine/op_binary")
