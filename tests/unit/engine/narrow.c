#include "engine/narrow.h"

#include "../test.h"

#include <math.h>

TEST(every_float16_comes_back)
{
    unsigned i;

    for (i = 0; i < 0x10000; i++) {
        float f = narrow__from_f16((uint16_t)i);

        if (isnan(f))
            CHECK(isnan(narrow__from_f16(narrow__to_f16(f))));
        else
            CHECK_EQ(narrow__to_f16(f), i);
    }
}

TEST(float16_rounds_to_even)
{
    CHECK_EQ(narrow__to_f16(1.0F), 0x3c00);
    CHECK_EQ(narrow__to_f16(1.0F + 0x1p-11F), 0x3c00); /* half a step: down to even */
    CHECK_EQ(narrow__to_f16(1.0F + 0x3p-11F), 0x3c02); /* up to even */
    CHECK_EQ(narrow__to_f16(65519.0F), 0x7bff);
    CHECK_EQ(narrow__to_f16(65520.0F), 0x7c00);
    CHECK_EQ(narrow__to_f16(-1e-9F), 0x8000);
    CHECK_EQ(narrow__to_f16(0x1p-24F), 1);
}

TEST(bfloat16_rounds_to_even)
{
    CHECK_EQ(narrow__to_bf16(1.0F), 0x3f80);
    CHECK_EQ(narrow__to_bf16(1.0F + 0x1p-8F), 0x3f80);
    CHECK_EQ(narrow__to_bf16(1.0F + 0x3p-8F), 0x3f82);
    CHECK(isnan(narrow__from_bf16(narrow__to_bf16(NAN))));
    CHECK(isinf(narrow__from_bf16(narrow__to_bf16(INFINITY))));
}

TEST(every_float8_comes_back)
{
    int format;
    unsigned i;

    for (format = Q_F8E4M3FN; format <= Q_F8E5M2FNUZ; format++)
        for (i = 0; i < 256; i++) {
            float f = narrow__from_f8((uint8_t)i, (q_dtype)format);

            if (isnan(f))
                CHECK(isnan(
                    narrow__from_f8(narrow__to_f8(f, (q_dtype)format, true), (q_dtype)format)));
            else
                CHECK_EQ(narrow__to_f8(f, (q_dtype)format, false), i);
        }
}

TEST(float8_saturates_or_overflows)
{
    CHECK_NEAR(narrow__from_f8(0x7e, Q_F8E4M3FN), 448, 0);
    CHECK_NEAR(narrow__from_f8(0x7f, Q_F8E4M3FNUZ), 240, 0);
    CHECK_NEAR(narrow__from_f8(0x7b, Q_F8E5M2), 57344, 0);
    CHECK_NEAR(narrow__from_f8(0x7f, Q_F8E5M2FNUZ), 57344, 0);
    CHECK_EQ(narrow__to_f8(1e6F, Q_F8E4M3FN, true), 0x7e);
    CHECK_EQ(narrow__to_f8(-1e6F, Q_F8E4M3FN, false), 0xff);
    CHECK_EQ(narrow__to_f8(INFINITY, Q_F8E5M2, false), 0x7c);
    CHECK_EQ(narrow__to_f8(INFINITY, Q_F8E5M2, true), 0x7b);
    CHECK_EQ(narrow__to_f8(1e30F, Q_F8E5M2FNUZ, false), 0x80);
    CHECK_EQ(narrow__to_f8(-1e-9F, Q_F8E4M3FNUZ, true), 0);
    CHECK_EQ(narrow__to_f8(20.0F, Q_F8E4M3FN, true), 0x5a);
}

TEST_MAIN("engine/narrow")
