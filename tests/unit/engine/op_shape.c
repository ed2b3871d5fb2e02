#include "op_case.h"
#include "test.h"

static op_case with(const char *type, unsigned version, const q_tensor *x, const q_tensor *y)
{
    op_case c = op_case_new("", type, version);

    op_case_in(&c, x);
    if (y)
        op_case_in(&c, y);
    return c;
}

TEST(reshape_keeps_and_fills_dimensions)
{
    const q_tensor *x = OP_F32(OP_SHAPE(2, 3), 1, 2, 3, 4, 5, 6);
    op_case c = with("Reshape", 13, x, OP_I64(OP_SHAPE(3), 0, -1, 1));

    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(2, 3, 1), 1, 2, 3, 4, 5, 6));
    c = with("Reshape", 13, x, OP_I64(OP_SHAPE(2), -1, 4));
    op_case_refuse(&c, Q_INVALID);
    CHECK_STR(c.err.msg, "shape [2, 3] does not become [?, 4]");
    c = with("Reshape", 13, x, OP_I64(OP_SHAPE(2), -1, -1));
    op_case_refuse(&c, Q_INVALID);
    c = with("Reshape", 13, x, OP_I64(OP_SHAPE(2), INT64_MAX, INT64_MAX));
    op_case_refuse(&c, Q_INVALID);
    c = with("Reshape", 14, op_case_empty(Q_F32, OP_SHAPE(0, 3)), OP_I64(OP_SHAPE(2), 3, 0));
    op_case_int(&c, "allowzero", 1);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, op_case_empty(Q_F32, OP_SHAPE(3, 0)));
}

TEST(dimensions_of_one_come_and_go)
{
    const q_tensor *x = OP_F32(OP_SHAPE(1, 2, 1), 1, 2);
    op_case c = with("Squeeze", 13, x, NULL);

    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(2), 1, 2));
    c = with("Squeeze", 11, x, NULL);
    OP_INTS(&c, "axes", -1);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(1, 2), 1, 2));
    c = with("Squeeze", 13, x, OP_I64(OP_SHAPE(1), 1));
    op_case_refuse(&c, Q_INVALID);
    CHECK_STR(c.err.msg, "dimension 1 of [1, 2, 1] is not 1");
    c = with("Unsqueeze", 13, OP_F32(OP_SHAPE(2), 1, 2), OP_I64(OP_SHAPE(2), 0, -1));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, x);
    c = with("Flatten", 13, OP_F32(OP_SHAPE(1, 2, 3), 1, 2, 3, 4, 5, 6), NULL);
    op_case_int(&c, "axis", 2);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(2, 3), 1, 2, 3, 4, 5, 6));
}

TEST(shapes_become_values)
{
    const q_tensor *x = OP_F32(OP_SHAPE(1, 2, 3), 1, 2, 3, 4, 5, 6);
    op_case c = with("Shape", 15, x, NULL);

    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I64(OP_SHAPE(3), 1, 2, 3));
    c = with("Shape", 15, x, NULL);
    op_case_int(&c, "start", -2);
    op_case_int(&c, "end", -1);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I64(OP_SHAPE(1), 2));
    c = with("Size", 13, x, NULL);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I64(OP_SCALAR, 6));
}

TEST(values_become_shapes)
{
    op_case c = with("ConstantOfShape", 9, OP_I64(OP_SHAPE(2), 2, 1), NULL);

    op_case_run(&c);
    CHECK(c.later);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(2, 1), 0, 0));
    c = with("ConstantOfShape", 9, OP_I64(OP_SHAPE(1), 2), NULL);
    op_case_attr_tensor(&c, "value", OP_I64(OP_SHAPE(1), 7));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I64(OP_SHAPE(2), 7, 7));
    c = with("ConstantOfShape", 9, OP_I64(OP_SHAPE(1), -2), NULL);
    op_case_refuse(&c, Q_INVALID);
}

static op_case range(const q_tensor *start, const q_tensor *limit, const q_tensor *delta)
{
    op_case c = op_case_new("", "Range", 11);

    op_case_in(&c, start);
    op_case_in(&c, limit);
    op_case_in(&c, delta);
    return c;
}

TEST(ranges_count_up_and_down)
{
    op_case c = range(OP_I32(OP_SCALAR, 10), OP_I32(OP_SCALAR, 4), OP_I32(OP_SCALAR, -3));

    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I32(OP_SHAPE(2), 10, 7));
    c = range(OP_F32(OP_SCALAR, 1), OP_F32(OP_SCALAR, 2), OP_F32(OP_SCALAR, 0.4F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-6, OP_F32(OP_SHAPE(3), 1, 1.4F, 1.8F));
    c = range(OP_I64(OP_SCALAR, 3), OP_I64(OP_SCALAR, 3), OP_I64(OP_SCALAR, 1));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, op_case_empty(Q_I64, OP_SHAPE(0)));
    c = range(OP_I64(OP_SCALAR, 0), OP_I64(OP_SCALAR, 1), OP_I64(OP_SCALAR, 0));
    op_case_refuse(&c, Q_INVALID);
}

TEST(eyes_have_a_diagonal)
{
    op_case c = with("EyeLike", 9, OP_I32(OP_SHAPE(2, 3), 0, 0, 0, 0, 0, 0), NULL);

    op_case_int(&c, "k", 1);
    op_case_int(&c, "dtype", Q_F32);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(2, 3), 0, 1, 0, 0, 0, 1));
}

TEST_MAIN("engine/op_shape")
