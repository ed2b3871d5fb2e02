#include "engine/convert.h"

#include "test.h"

#include <math.h>
#include <string.h>

static const q_dtype all[] = {
    Q_F32, Q_U8,  Q_I8,   Q_U16,      Q_I16,        Q_I32,    Q_I64,        Q_BOOL, Q_F16, Q_F64,
    Q_U32, Q_U64, Q_BF16, Q_F8E4M3FN, Q_F8E4M3FNUZ, Q_F8E5M2, Q_F8E5M2FNUZ, Q_U4,   Q_I4};

/* What all types hold goes from each to each and back. */
TEST(zero_and_one_survive_every_way)
{
    const uint8_t bits[600] = {0, 1, 1, 0, 1};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        for (size_t j = 0; j < sizeof all / sizeof *all; j++) {
            uint64_t first[600] = {0}, second[600] = {0};
            uint8_t back[600];

            convert__range(bits, Q_BOOL, first, all[i], 0, 600, true);
            convert__range(first, all[i], second, all[j], 0, 600, true);
            convert__range(second, all[j], back, Q_BOOL, 0, 600, true);
            CHECK(memcmp(bits, back, sizeof bits) == 0);
        }
}

TEST(a_range_touches_nothing_else)
{
    const float x[6] = {1, 2, 3, 4, 5, 6};
    int16_t y[6] = {-1, -1, -1, -1, -1, -1};
    uint8_t nibbles[3] = {0xff, 0xff, 0xff};

    convert__range(x, Q_F32, y, Q_I16, 2, 3, true);
    CHECK(y[1] == -1 && y[2] == 3 && y[4] == 5 && y[5] == -1);
    convert__range(x, Q_F32, nibbles, Q_U4, 2, 2, true);
    CHECK(nibbles[0] == 0xff && nibbles[1] == 0x43 && nibbles[2] == 0xff);
}

TEST(signed_bytes_keep_their_sign)
{
    int8_t x[256];
    float y[256];

    for (int i = 0; i < 256; i++)
        x[i] = (int8_t)(i - 128);
    convert__range(x, Q_I8, y, Q_F32, 0, 256, true);
    for (int i = 0; i < 256; i++)
        CHECK_NEAR(y[i], i - 128, 0);
}

TEST(types_of_one_size_convert_in_place)
{
    float x[3] = {1.5F, -7, NAN};
    const int32_t *y = (const void *)x;

    convert__range(x, Q_F32, x, Q_I32, 0, 3, true);
    CHECK(y[0] == 1 && y[1] == -7 && y[2] == 0);
}

TEST(single_elements)
{
    uint8_t nibbles[2] = {0x8f, 0x07};
    uint64_t large = UINT64_MAX;
    q_tensor t = {Q_I4, {1, {3}}, nibbles}, u = {Q_U64, {0}, &large};

    CHECK_NEAR(convert__f64_at(&t, 0), -1, 0);
    CHECK_NEAR(convert__f64_at(&t, 1), -8, 0);
    CHECK_EQ(convert__i64_at(&t, 2), 7);
    CHECK_NEAR(convert__f64_at(&u, 0), 18446744073709551615.0, 0);
    CHECK(!convert__knows(Q_STRING) && !convert__knows(Q_C64) && convert__knows(Q_I4));
}

TEST_MAIN("engine/convert")
