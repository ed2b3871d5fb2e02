#include "op_case.h"
#include "test.h"

static op_case scatter(const char *type, const char *how, const q_tensor *x,
                       const q_tensor *indices, const q_tensor *updates)
{
    op_case c = op_case_new("", type, 18);

    op_case_string(&c, "reduction", how);
    op_case_in(&c, x);
    op_case_in(&c, indices);
    op_case_in(&c, updates);
    return c;
}

TEST(elements_are_replaced_or_joined)
{
    const q_tensor *x = OP_F32(OP_SHAPE(1, 4), 1, 2, 3, 4);
    const q_tensor *at = OP_I64(OP_SHAPE(1, 2), 1, -3), *by = OP_F32(OP_SHAPE(1, 2), 10, 20);
    op_case c = scatter("ScatterElements", "none", x, at, by);

    op_case_int(&c, "axis", 1);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(1, 4), 1, 20, 3, 4));
    c = scatter("ScatterElements", "add", x, at, by);
    op_case_int(&c, "axis", 1);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(1, 4), 1, 32, 3, 4));
    c = scatter("ScatterElements", "mean", x, at, by);
    op_case_refuse(&c, Q_INVALID);
}

TEST(tuples_put_slices)
{
    const q_tensor *x = OP_I32(OP_SHAPE(3, 2), 1, 2, 3, 4, 5, 6);
    op_case c = scatter("ScatterND", "max", x, OP_I64(OP_SHAPE(2, 1), 2, 0),
                        OP_I32(OP_SHAPE(2, 2), 0, 9, 9, 0));

    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I32(OP_SHAPE(3, 2), 9, 2, 3, 4, 5, 9));
    c = scatter("ScatterND", "none", x, OP_I64(OP_SHAPE(1, 2), 1, 2), OP_I32(OP_SHAPE(1), 7));
    op_case_refuse(&c, Q_INVALID);
    CHECK_STR(c.err.msg, "index 2 into a dimension of 2");
    c = scatter("ScatterND", "none", x, OP_I64(OP_SHAPE(1, 2), 1, 1), OP_I32(OP_SHAPE(2), 7, 7));
    op_case_refuse(&c, Q_INVALID);
}

TEST(caches_take_what_is_new)
{
    op_case c = op_case_new("", "TensorScatter", 24);

    op_case_string(&c, "mode", "circular");
    op_case_in(&c, OP_F32(OP_SHAPE(2, 3, 1), 1, 2, 3, 4, 5, 6));
    op_case_in(&c, OP_F32(OP_SHAPE(2, 2, 1), 7, 8, 9, 10));
    op_case_in(&c, OP_I64(OP_SHAPE(2), 2, 0));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(2, 3, 1), 8, 2, 7, 9, 10, 6));
    c = op_case_new("", "TensorScatter", 24);
    op_case_in(&c, OP_F32(OP_SHAPE(1, 3, 1), 1, 2, 3));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 2, 1), 7, 8));
    op_case_in(&c, OP_I64(OP_SHAPE(1), 2));
    op_case_refuse(&c, Q_INVALID);
    CHECK_STR(c.err.msg, "2 positions from 2 on, of 3");
}

TEST_MAIN("engine/op_scatter")
