#include "op_case.h"
#include "test.h"

static op_case sum(const q_tensor *x, int64_t axis, int exclusive, int reverse)
{
    op_case c = op_case_new("", "CumSum", 14);

    op_case_int(&c, "exclusive", exclusive);
    op_case_int(&c, "reverse", reverse);
    op_case_in(&c, x);
    op_case_in(&c, OP_I64(OP_SCALAR, axis));
    return c;
}

TEST(sums_so_far)
{
    const q_tensor *x = OP_F32(OP_SHAPE(2, 3), 1, 2, 3, 4, 5, 6);
    op_case c = sum(x, 1, 0, 0);

    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(2, 3), 1, 3, 6, 4, 9, 15));
    c = sum(x, 0, 0, 0);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(2, 3), 1, 2, 3, 5, 7, 9));
    c = sum(x, -1, 1, 0);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(2, 3), 0, 1, 3, 0, 4, 9));
    c = sum(x, 1, 1, 1);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(2, 3), 5, 3, 0, 11, 6, 0));
    c = sum(x, 2, 0, 0);
    op_case_refuse(&c, Q_INVALID);
}

TEST(products_so_far)
{
    op_case c = op_case_new("", "CumProd", 26);

    op_case_int(&c, "exclusive", 1);
    op_case_in(&c, OP_I32(OP_SHAPE(3), 2, 3, 4));
    op_case_in(&c, OP_I32(OP_SCALAR, 0));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I32(OP_SHAPE(3), 1, 2, 6));
}

TEST_MAIN("engine/op_running")
