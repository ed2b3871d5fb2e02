#include "one.h"

TEST(of_overlapping_boxes_the_best_stays)
{
    one o = one_of("", "NonMaxSuppression", 11);
    q_err err;

    one_in(&o, one_shape(one_f32(24, F32(0, 0, 1, 1, 0, 0.1F, 1, 1.1F, 0, -0.1F, 1, 0.9F, 0, 10, 1,
                                         11, 0, 10.1F, 1, 11.1F, 0, 100, 1, 101)),
                         3, DIMS(1, 6, 4)));
    one_in(&o, one_shape(one_f32(6, F32(0.9F, 0.75F, 0.6F, 0.95F, 0.5F, 0.3F)), 3, DIMS(1, 1, 6)));
    one_in(&o, one_i64(1, I64(3)));
    one_in(&o, one_f32(1, F32(0.5F)));
    one_in(&o, one_f32(1, F32(0)));
    CHECK_EQ(one_run(&o, 1, &err), Q_OK);
    ONE_I64(&o, 0, 9, I64(0, 0, 3, 0, 0, 0, 0, 0, 5));
    one_clear(&o);
}

TEST(boxes_and_scores_must_fit)
{
    one o = one_of("", "NonMaxSuppression", 11);
    q_err err;

    one_in(&o, one_shape(one_f32(4, F32(0, 0, 1, 1)), 3, DIMS(1, 1, 4)));
    one_in(&o, one_shape(one_f32(2, F32(0, 0)), 3, DIMS(1, 1, 2)));
    CHECK_EQ(one_run(&o, 1, &err), Q_INVALID);
    one_clear(&o);
}

TEST_MAIN("engine/op_detect")
