#include "op_case.h"
#include "test.h"

TEST(nonzero_gives_columns_of_indices)
{
    op_case c = op_case_new("", "NonZero", 13);

    op_case_in(&c, OP_BOOL(OP_SHAPE(2, 2), 1, 0, 1, 1));
    op_case_run(&c);
    CHECK(c.later);
    OP_WANT(&c, 0, 0, OP_I64(OP_SHAPE(2, 3), 0, 1, 1, 0, 0, 1));
}

static op_case unique(const q_tensor *x)
{
    op_case c = op_case_new("", "Unique", 11);

    c.out_count = 4;
    op_case_in(&c, x);
    return c;
}

TEST(unique_elements)
{
    op_case c = unique(OP_F32(OP_SHAPE(6), 2, 1, 1, 3, 4, 3));

    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(4), 1, 2, 3, 4));
    OP_WANT(&c, 1, 0, OP_I64(OP_SHAPE(4), 1, 0, 3, 4));
    OP_WANT(&c, 2, 0, OP_I64(OP_SHAPE(6), 1, 0, 0, 2, 3, 2));
    OP_WANT(&c, 3, 0, OP_I64(OP_SHAPE(4), 2, 1, 2, 1));
    c = unique(OP_STRINGS(OP_SHAPE(3), Q_STR("b"), Q_STR("a"), Q_STR("b")));
    op_case_int(&c, "sorted", 0);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_STRINGS(OP_SHAPE(2), Q_STR("b"), Q_STR("a")));
    OP_WANT(&c, 2, 0, OP_I64(OP_SHAPE(3), 0, 1, 0));
    c = unique(op_case_empty(Q_F32, OP_SHAPE(0)));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, op_case_empty(Q_F32, OP_SHAPE(0)));
}

TEST(unique_slices)
{
    op_case c = unique(OP_I32(OP_SHAPE(3, 2), 1, 0, 0, 9, 1, 0));

    op_case_int(&c, "axis", 0);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I32(OP_SHAPE(2, 2), 0, 9, 1, 0));
    c = unique(OP_I32(OP_SHAPE(2, 3), 1, 0, 1, 0, 9, 0));
    op_case_int(&c, "axis", 1);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I32(OP_SHAPE(2, 2), 0, 1, 9, 0));
    OP_WANT(&c, 3, 0, OP_I64(OP_SHAPE(2), 1, 2));
}

TEST_MAIN("engine/op_unique")
