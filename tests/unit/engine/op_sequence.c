#include "one.h"

TEST(split_and_joined_again)
{
    one s = one_of("", "SplitToSequence", 11), j = one_of("", "ConcatFromSequence", 11);
    q_err err;

    one_int(&s, "axis", 1);
    one_in(&s, one_shape(one_f32(10, F32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)), 2, DIMS(2, 5)));
    one_in(&s, one_shape(one_i64(1, I64(2)), 0, NULL));
    CHECK_EQ(one_run(&s, 1, &err), Q_OK);
    CHECK_EQ(s.out[0].shape.dims[0], 3);
    CHECK_EQ(((const q_tensor *)s.out[0].data)[2].shape.dims[1], 1);
    one_int(&j, "axis", -1);
    one_in(&j, &s.out[0]);
    CHECK_EQ(one_run(&j, 1, &err), Q_OK);
    ONE_NEAR(&j, 0, 10, F32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), 0);
    one_clear(&j);
    one_clear(&s);
}

TEST(elements_of_different_shapes_cannot_be_joined)
{
    one s = one_of("", "SequenceConstruct", 11), j = one_of("", "ConcatFromSequence", 11);
    q_err err;

    one_in(&s, one_f32(2, F32(0, 1)));
    one_in(&s, one_f32(1, F32(0)));
    CHECK_EQ(one_run(&s, 1, &err), Q_OK);
    one_int(&j, "axis", 0);
    one_int(&j, "new_axis", 1);
    one_in(&j, &s.out[0]);
    CHECK_EQ(one_run(&j, 1, &err), Q_INVALID);
    CHECK_STR(err.msg, "cannot join float32 [2] with float32 [1]");
    one_clear(&j);
    one_clear(&s);
}

TEST(elements_are_inserted_found_and_erased)
{
    one s = one_of("", "SequenceConstruct", 11), i = one_of("", "SequenceInsert", 11);
    one e = one_of("", "SequenceErase", 11), a = one_of("", "SequenceAt", 11);
    q_err err;

    one_in(&s, one_strings(1, TEXTS("first")));
    one_in(&s, one_strings(1, TEXTS("second")));
    CHECK_EQ(one_run(&s, 1, &err), Q_OK);
    one_in(&i, &s.out[0]);
    one_in(&i, one_strings(2, TEXTS("between", "them")));
    one_in(&i, one_i64(1, I64(-1)));
    CHECK_EQ(one_run(&i, 1, &err), Q_OK);
    one_in(&e, &i.out[0]);
    one_in(&e, one_i64(1, I64(0)));
    CHECK_EQ(one_run(&e, 1, &err), Q_OK);
    one_in(&a, &e.out[0]);
    one_in(&a, one_i64(1, I64(-2)));
    CHECK_EQ(one_run(&a, 1, &err), Q_OK);
    ONE_TEXTS(&a, 0, 2, TEXTS("between", "them"));
    one_clear(&a);
    one_clear(&e);
    one_clear(&i);
    one_clear(&s);
}

TEST(a_position_outside_is_refused)
{
    one s = one_of("", "SequenceConstruct", 11), a = one_of("", "SequenceAt", 11);
    q_err err;

    one_in(&s, one_f32(1, F32(0)));
    CHECK_EQ(one_run(&s, 1, &err), Q_OK);
    one_in(&a, &s.out[0]);
    one_in(&a, one_i64(1, I64(1)));
    CHECK_EQ(one_run(&a, 1, &err), Q_INVALID);
    CHECK_STR(err.msg, "position 1 in a sequence of 1");
    one_clear(&s);
}

TEST_MAIN("engine/op_sequence")
