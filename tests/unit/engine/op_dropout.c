/* Wanted values come from ONNX Runtime. */
#include "op_case.h"
#include "test.h"

TEST(does_nothing_but_in_training)
{
    op_case c = op_case_new("", "Dropout", 13);

    op_case_in(&c, OP_F32(OP_SHAPE(2, 2), 2, 0.5F, -0.75F, -0.25F));
    c.out_count = 2;
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_F32(OP_SHAPE(2, 2), 2, 0.5F, -0.75F, -0.25F));
    OP_WANT(&c, 1, 0, OP_BOOL(OP_SHAPE(2, 2), 1, 1, 1, 1));
}

TEST_MAIN("engine/op_dropout")
