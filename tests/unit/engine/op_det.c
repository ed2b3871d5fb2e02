/* Wanted values come from ONNX Runtime. */
#include "op_case.h"
#include "test.h"

TEST(batch_with_pivots)
{
    op_case c = op_case_new("", "Det", 11);

    op_case_in(&c, OP_F32(OP_SHAPE(2, 2, 2), 0, 2, 3, 1, 1, 2, 2, 4));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5, OP_F32(OP_SHAPE(2), -6, 0));
}

TEST_MAIN("engine/op_det")
