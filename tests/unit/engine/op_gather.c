#include "op_case.h"
#include "test.h"

static op_case with(const char *type, unsigned version, const q_tensor *x, const q_tensor *y,
                    const q_tensor *z)
{
    op_case c = op_case_new("", type, version);

    op_case_in(&c, x);
    op_case_in(&c, y);
    if (z)
        op_case_in(&c, z);
    return c;
}

TEST(gather_takes_slices)
{
    const q_tensor *x = OP_F32(OP_SHAPE(3, 2), 1, 2, 3, 4, 5, 6);
    op_case c = with("Gather", 13, x, OP_I64(OP_SHAPE(2), -1, 0), NULL);

    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(2, 2), 5, 6, 1, 2));
    c = with("Gather", 13, x, OP_I32(OP_SCALAR, 1), NULL);
    op_case_int(&c, "axis", 1);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(3), 2, 4, 6));
    c = with("Gather", 13, OP_STRINGS(OP_SHAPE(2), Q_STR("a"), Q_STR("b")),
             OP_I64(OP_SHAPE(2, 1), 1, 1), NULL);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_STRINGS(OP_SHAPE(2, 1), Q_STR("b"), Q_STR("b")));
    c = with("Gather", 13, x, OP_I64(OP_SHAPE(1), 3), NULL);
    op_case_refuse(&c, Q_INVALID);
    CHECK_STR(c.err.msg, "index 3 into a dimension of 3");
}

TEST(gather_takes_elements_and_tuples)
{
    const q_tensor *x = OP_F32(OP_SHAPE(2, 2), 1, 2, 3, 4);
    op_case c = with("GatherElements", 13, x, OP_I64(OP_SHAPE(2, 2), 0, 0, 1, -2), NULL);

    op_case_int(&c, "axis", 1);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(2, 2), 1, 1, 4, 3));
    c = with("GatherND", 13, x, OP_I64(OP_SHAPE(2, 2), 0, 0, 1, -1), NULL);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(2), 1, 4));
    c = with("GatherND", 13, x, OP_I64(OP_SHAPE(2, 1), 1, 0), NULL);
    op_case_int(&c, "batch_dims", 1);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(2), 2, 3));
    c = with("GatherND", 13, x, OP_I64(OP_SHAPE(1, 3), 0, 0, 0), NULL);
    op_case_refuse(&c, Q_INVALID);
}

TEST(compress_keeps_what_the_condition_says)
{
    const q_tensor *x = OP_F32(OP_SHAPE(3, 2), 1, 2, 3, 4, 5, 6);
    op_case c = with("Compress", 11, x, OP_BOOL(OP_SHAPE(3), 0, 1, 1), NULL);

    op_case_int(&c, "axis", 0);
    op_case_run(&c);
    CHECK(c.later);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(2, 2), 3, 4, 5, 6));
    c = with("Compress", 11, x, OP_BOOL(OP_SHAPE(5), 0, 1, 0, 0, 1), NULL);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(2), 2, 5));
}

TEST(one_hot_rows)
{
    op_case c = with("OneHot", 11, OP_I64(OP_SHAPE(3), 1, -1, 7), OP_I64(OP_SHAPE(1), 3),
                     OP_F32(OP_SHAPE(2), 0, 5));

    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(3, 3), 0, 5, 0, 0, 0, 5, 0, 0, 0));
    c = with("OneHot", 11, OP_I64(OP_SHAPE(2), 1, 0), OP_I64(OP_SCALAR, 2),
             OP_I32(OP_SHAPE(2), 0, 1));
    op_case_int(&c, "axis", 0);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I32(OP_SHAPE(2, 2), 0, 1, 1, 0));
}

TEST_MAIN("engine/op_gather")
