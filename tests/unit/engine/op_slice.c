#include "op_case.h"
#include "test.h"

static op_case slice(const q_tensor *x, const q_tensor *starts, const q_tensor *ends,
                     const q_tensor *axes, const q_tensor *steps)
{
    op_case c = op_case_new("", "Slice", 13);

    op_case_in(&c, x);
    op_case_in(&c, starts);
    op_case_in(&c, ends);
    op_case_in(&c, axes);
    op_case_in(&c, steps);
    return c;
}

TEST(slices_as_python_does)
{
    const q_tensor *x = OP_I64(OP_SHAPE(2, 4), 1, 2, 3, 4, 5, 6, 7, 8);
    op_case c = slice(x, OP_I64(OP_SHAPE(2), 1, 0), OP_I64(OP_SHAPE(2), 2, 3),
                      OP_I64(OP_SHAPE(2), 0, 1), OP_I64(OP_SHAPE(2), 1, 2));

    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I64(OP_SHAPE(1, 2), 5, 7));
    c = slice(x, OP_I64(OP_SHAPE(1), -1), OP_I64(OP_SHAPE(1), INT64_MIN), OP_I64(OP_SHAPE(1), -1),
              OP_I64(OP_SHAPE(1), -2));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I64(OP_SHAPE(2, 2), 4, 2, 8, 6));
    c = slice(x, OP_I32(OP_SHAPE(1), 1), OP_I32(OP_SHAPE(1), 1000), NULL, NULL);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I64(OP_SHAPE(1, 4), 5, 6, 7, 8));
    c = slice(x, OP_I64(OP_SHAPE(1), 3), OP_I64(OP_SHAPE(1), 1), OP_I64(OP_SHAPE(1), 1), NULL);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, op_case_empty(Q_I64, OP_SHAPE(2, 0)));
}

TEST(slices_by_attributes)
{
    op_case c = op_case_new("", "Slice", 9);

    OP_INTS(&c, "starts", 1);
    OP_INTS(&c, "ends", -1);
    OP_INTS(&c, "axes", 0);
    op_case_in(&c, OP_STRINGS(OP_SHAPE(3), Q_STR("a"), Q_STR("b"), Q_STR("c")));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_STRINGS(OP_SHAPE(1), Q_STR("b")));
}

TEST(bad_slices_are_named)
{
    const q_tensor *x = OP_I64(OP_SHAPE(2), 1, 2), *one = OP_I64(OP_SHAPE(1), 1);
    op_case c = slice(x, one, one, OP_I64(OP_SHAPE(1), 1), NULL);

    op_case_refuse(&c, Q_INVALID);
    CHECK_STR(c.err.msg, "axis 1 of a tensor of 1 dimensions");
    c = slice(x, one, one, NULL, OP_I64(OP_SHAPE(1), 0));
    op_case_refuse(&c, Q_INVALID);
    c = slice(x, one, OP_I64(OP_SHAPE(2), 1, 2), NULL, NULL);
    op_case_refuse(&c, Q_INVALID);
}

TEST(triangles)
{
    const q_tensor *x = OP_I32(OP_SHAPE(2, 3), 1, 2, 3, 4, 5, 6);
    op_case c = op_case_new("", "Trilu", 14);

    op_case_in(&c, x);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I32(OP_SHAPE(2, 3), 1, 2, 3, 0, 5, 6));
    c = op_case_new("", "Trilu", 14);
    op_case_int(&c, "upper", 0);
    op_case_in(&c, x);
    op_case_in(&c, OP_I64(OP_SCALAR, -1));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I32(OP_SHAPE(2, 3), 0, 0, 0, 4, 0, 0));
    c = op_case_new("", "Trilu", 14);
    op_case_in(&c, x);
    op_case_in(&c, OP_I64(OP_SCALAR, INT64_MAX));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I32(OP_SHAPE(2, 3), 0, 0, 0, 0, 0, 0));
}

TEST(sequences_are_reversed_as_far_as_they_go)
{
    op_case c = op_case_new("", "ReverseSequence", 10);

    op_case_in(&c, OP_F32(OP_SHAPE(3, 2), 1, 2, 3, 4, 5, 6));
    op_case_in(&c, OP_I64(OP_SHAPE(2), 3, 2));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(3, 2), 5, 4, 3, 2, 1, 6));
    c = op_case_new("", "ReverseSequence", 10);
    op_case_in(&c, OP_F32(OP_SHAPE(3, 1), 1, 2, 3));
    op_case_in(&c, OP_I64(OP_SHAPE(1), 4));
    op_case_refuse(&c, Q_INVALID);
    CHECK_STR(c.err.msg, "length 0 is 4 of 3");
}

TEST_MAIN("engine/op_slice")
