#include "op_case.h"
#include "test.h"

static op_case pad(const char *mode, const q_tensor *x, const q_tensor *pads)
{
    op_case c = op_case_new("", "Pad", 19);

    op_case_string(&c, "mode", mode);
    op_case_in(&c, x);
    op_case_in(&c, pads);
    return c;
}

TEST(all_modes)
{
    const q_tensor *x = OP_F32(OP_SHAPE(1, 3), 1, 2, 3), *pads = OP_I64(OP_SHAPE(4), 0, 2, 0, 1);
    op_case c = pad("constant", x, pads);

    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(1, 6), 0, 0, 1, 2, 3, 0));
    c = pad("reflect", x, pads);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(1, 6), 3, 2, 1, 2, 3, 2));
    c = pad("edge", x, pads);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(1, 6), 1, 1, 1, 2, 3, 3));
    c = pad("wrap", x, pads);
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(1, 6), 2, 3, 1, 2, 3, 1));
    c = pad("reflect", x, OP_I64(OP_SHAPE(4), 0, 5, 0, 0)); /* there and back again */
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(1, 8), 2, 1, 2, 3, 2, 1, 2, 3));
}

TEST(margins_may_be_negative_and_on_some_axes_only)
{
    op_case c =
        pad("constant", OP_I32(OP_SHAPE(2, 3), 1, 2, 3, 4, 5, 6), OP_I64(OP_SHAPE(2), -1, 1));

    op_case_in(&c, OP_I32(OP_SCALAR, 9));
    op_case_in(&c, OP_I64(OP_SHAPE(1), 1));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I32(OP_SHAPE(2, 3), 2, 3, 9, 5, 6, 9));
    c = op_case_new("", "Pad", 2);
    OP_INTS(&c, "pads", 1, 0);
    op_case_float(&c, "value", 0.5);
    op_case_in(&c, OP_F32(OP_SHAPE(1), 1));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(2), 0.5F, 1));
}

TEST(bad_margins_are_named)
{
    op_case c = pad("constant", OP_F32(OP_SHAPE(2), 1, 2), OP_I64(OP_SHAPE(3), 1, 2, 3));

    op_case_refuse(&c, Q_INVALID);
    CHECK_STR(c.err.msg, "3 pads for 1 dimensions");
    c = pad("constant", OP_F32(OP_SHAPE(2), 1, 2), OP_I64(OP_SHAPE(2), -3, 0));
    op_case_refuse(&c, Q_INVALID);
    c = pad("mirror", OP_F32(OP_SHAPE(2), 1, 2), OP_I64(OP_SHAPE(2), 0, 0));
    op_case_refuse(&c, Q_INVALID);
    c = pad("edge", op_case_empty(Q_F32, OP_SHAPE(0)), OP_I64(OP_SHAPE(2), 1, 0));
    op_case_refuse(&c, Q_INVALID);
}

TEST(the_middle_is_cropped_and_padded)
{
    op_case c = op_case_new("", "CenterCropPad", 18);

    op_case_in(&c, OP_F32(OP_SHAPE(1, 4), 1, 2, 3, 4));
    op_case_in(&c, OP_I64(OP_SHAPE(2), 3, 2));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(3, 2), 0, 0, 2, 3, 0, 0));
}

TEST_MAIN("engine/op_pad")
