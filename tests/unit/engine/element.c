#include "engine/element.h"

#include "test.h"

#include <math.h>

static const q_dtype numbers[] = {Q_F32, Q_U8,  Q_I8,   Q_U16, Q_I16, Q_I32, Q_I64,
                                  Q_F16, Q_F64, Q_BF16, Q_U32, Q_U64, Q_U4,  Q_I4};

TEST(element_of_every_type_comes_back)
{
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
        uint64_t room[4] = {0};
        q_tensor t = {numbers[k], {1, {3}}, room};
        int64_t whole = 0;

        CHECK(q_element_set(&t, 0, 3));
        CHECK(q_element_set_int(&t, 1, 7));
        CHECK(q_element_set(&t, 2, 5));
        CHECK_NEAR(q_element_get(&t, 0), 3, 0);
        CHECK_NEAR(q_element_get(&t, 1), 7, 0);
        CHECK_EQ(q_element_get_int(&t, 2, &whole), !q_dtype_is_float(t.dtype));
        CHECK(q_dtype_is_float(t.dtype) || whole == 5);
    }
}

TEST(element_refuses_what_does_not_fit)
{
    uint64_t room[2] = {0};
    q_tensor u8 = {Q_U8, {1, {2}}, room}, i4 = {Q_I4, {1, {2}}, room},
             u64 = {Q_U64, {0, {0}}, room};
    q_tensor text = {Q_STRING, {0, {0}}, room}, i64 = {Q_I64, {0, {0}}, room};
    int64_t whole;

    CHECK(!q_element_set(&u8, 0, 256));
    CHECK(!q_element_set(&u8, 0, -1));
    CHECK(!q_element_set(&u8, 0, 1.5));
    CHECK(!q_element_set(&u8, 0, (double)NAN));
    CHECK(!q_element_set_int(&i4, 0, 8));
    CHECK(q_element_set_int(&i4, 1, -8));
    CHECK_NEAR(q_element_get(&i4, 1), -8, 0);
    CHECK(!q_element_set(&i64, 0, 0x1p63));
    CHECK(q_element_set(&i64, 0, -0x1p63));
    CHECK(q_element_set(&u64, 0, 0x1p63));
    CHECK(!q_element_get_int(&u64, 0, &whole));
    CHECK_NEAR(q_element_get(&u64, 0), 0x1p63, 0);
    CHECK(!q_element_set(&text, 0, 1));
}

TEST_MAIN("engine/element")
