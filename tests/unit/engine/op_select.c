#include "op_case.h"
#include "test.h"

#include <math.h>

TEST(where_broadcasts_all_three)
{
    op_case c = op_case_new("", "Where", 16);

    op_case_in(&c, OP_BOOL(OP_SHAPE(2, 1), 1, 0));
    op_case_in(&c, OP_I64(OP_SHAPE(3), 1, 2, 3));
    op_case_in(&c, OP_I64(OP_SCALAR, 9));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I64(OP_SHAPE(2, 3), 1, 2, 3, 9, 9, 9));
    c = op_case_new("", "Where", 16);
    op_case_in(&c, OP_BOOL(OP_SHAPE(2), 1, 0));
    op_case_in(&c, OP_STRINGS(OP_SHAPE(1), Q_STR("yes")));
    op_case_in(&c, OP_STRINGS(OP_SHAPE(1), Q_STR("no")));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_STRINGS(OP_SHAPE(2), Q_STR("yes"), Q_STR("no")));
}

TEST(clip_takes_bounds_as_attributes_or_inputs)
{
    op_case c = op_case_new("", "Clip", 6);

    op_case_float(&c, "max", 2);
    op_case_in(&c, OP_F32(OP_SHAPE(3), -9, 1, 9));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(3), -9, 1, 2));
    c = op_case_new("", "Clip", 13);
    op_case_in(&c, OP_I8(OP_SHAPE(3), -9, 1, 9));
    op_case_in(&c, OP_I8(OP_SCALAR, -1));
    op_case_in(&c, NULL);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I8(OP_SHAPE(3), -1, 1, 9));
    c = op_case_new("", "Clip", 13);
    op_case_in(&c, OP_F32(OP_SHAPE(1), 1));
    op_case_in(&c, OP_F32(OP_SHAPE(2), 1, 2));
    op_case_refuse(&c, Q_INVALID);
}

TEST(not_and_its_kin)
{
    op_case c = op_case_new("", "Not", 1);

    op_case_in(&c, OP_BOOL(OP_SHAPE(2), 1, 0));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_BOOL(OP_SHAPE(2), 0, 1));
    c = op_case_new("", "BitwiseNot", 18);
    op_case_in(&c, OP_I32(OP_SHAPE(2), 0, 5));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I32(OP_SHAPE(2), -1, -6));
    c = op_case_new("", "IsInf", 10);
    op_case_int(&c, "detect_negative", 0);
    op_case_in(&c, OP_F32(OP_SHAPE(3), INFINITY, -INFINITY, NAN));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_BOOL(OP_SHAPE(3), 1, 0, 0));
    c = op_case_new("", "IsNaN", 20);
    op_case_in(&c, OP_OF(Q_F8E5M2, uint8_t, OP_SHAPE(2), 0x7f, 0x7c));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_BOOL(OP_SHAPE(2), 1, 0));
}

TEST_MAIN("engine/op_select")
