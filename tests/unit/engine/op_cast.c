#include "op_case.h"
#include "test.h"

#include <math.h>

static op_case cast(q_dtype to, const q_tensor *x)
{
    op_case c = op_case_new("", "Cast", 19);

    op_case_int(&c, "to", to);
    op_case_in(&c, x);
    op_case_run(&c);
    return c;
}

TEST(floats_to_integers_are_cut_and_kept_in_range)
{
    op_case c = cast(Q_I8, OP_F32(OP_SHAPE(5), -1.9F, 2.9F, 300, -300, NAN));

    OP_WANT(&c, 0, 0, OP_I8(OP_SHAPE(5), -1, 2, 127, -128, 0));
    c = cast(Q_I64, OP_F32(OP_SHAPE(3), 1e30F, -1e30F, -5));
    OP_WANT(&c, 0, 0, OP_I64(OP_SHAPE(3), INT64_MAX, INT64_MIN, -5));
    c = cast(Q_U64, OP_F64(OP_SHAPE(2), 1.8e19, -1));
    OP_WANT(&c, 0, 0, OP_OF(Q_U64, uint64_t, OP_SHAPE(2), 18000000000000000000U, 0));
    c = cast(Q_BOOL, OP_F32(OP_SHAPE(3), 0, -0.5F, NAN));
    OP_WANT(&c, 0, 0, OP_BOOL(OP_SHAPE(3), 0, 1, 1));
}

TEST(integers_keep_their_low_bits)
{
    op_case c = cast(Q_U8, OP_I64(OP_SHAPE(3), -1, 256, 257));

    OP_WANT(&c, 0, 0, OP_U8(OP_SHAPE(3), 255, 0, 1));
    c = cast(Q_F64, OP_OF(Q_U64, uint64_t, OP_SHAPE(1), UINT64_MAX));
    OP_WANT(&c, 0, 0, OP_F64(OP_SHAPE(1), 18446744073709551615.0));
}

TEST(narrow_floats_are_rounded_once)
{
    /* 1 + 2^-11 + 2^-40: by way of float it would be a tie, and go down. */
    op_case c = cast(Q_F16, OP_F64(OP_SHAPE(2), 1.00048828125 + 0x1p-40, 1e6));

    OP_WANT(&c, 0, 0, OP_OF(Q_F16, uint16_t, OP_SHAPE(2), 0x3c01, 0x7c00));
    c = cast(Q_BF16, OP_F32(OP_SHAPE(2), 1.00390625F, -3));
    OP_WANT(&c, 0, 0, OP_OF(Q_BF16, uint16_t, OP_SHAPE(2), 0x3f80, 0xc040));
    c = cast(Q_F8E4M3FN, OP_F32(OP_SHAPE(2), 1e6F, 0.5F));
    OP_WANT(&c, 0, 0, OP_OF(Q_F8E4M3FN, uint8_t, OP_SHAPE(2), 0x7e, 0x30));
}

TEST(four_bit_integers_share_bytes)
{
    op_case c = cast(Q_I4, OP_F32(OP_SHAPE(3), -8, 7, -1));

    OP_WANT(&c, 0, 0, op_case_tensor(Q_I4, OP_SHAPE(3), "\x78\x0f", 3));
    c = cast(Q_I32, op_case_tensor(Q_I4, OP_SHAPE(3), "\x78\x0f", 3));
    OP_WANT(&c, 0, 0, OP_I32(OP_SHAPE(3), -8, 7, -1));
    c = cast(Q_U8, op_case_tensor(Q_U4, OP_SHAPE(3), "\x78\x0f", 3));
    OP_WANT(&c, 0, 0, OP_U8(OP_SHAPE(3), 8, 7, 15));
}

TEST(texts_are_read_and_written)
{
    op_case c = cast(Q_F32, OP_STRINGS(OP_SHAPE(5), Q_STR("0.5"), Q_STR("-INF"), Q_STR("NaN"),
                                       Q_STR("1e-3"), Q_STR("+inf")));

    OP_WANT(&c, 0, 1e-9, OP_F32(OP_SHAPE(5), 0.5F, -INFINITY, NAN, 0.001F, INFINITY));
    c = cast(Q_STRING, OP_I64(OP_SHAPE(2), -7, INT64_MAX));
    OP_WANT(&c, 0, 0, OP_STRINGS(OP_SHAPE(2), Q_STR("-7"), Q_STR("9223372036854775807")));
    c = cast(Q_STRING, OP_F32(OP_SHAPE(3), 0.47892547F, NAN, -INFINITY));
    OP_WANT(&c, 0, 0, OP_STRINGS(OP_SHAPE(3), Q_STR("0.47892547"), Q_STR("NaN"), Q_STR("-INF")));
    c = op_case_new("", "Cast", 13);
    op_case_int(&c, "to", Q_I32);
    op_case_in(&c, OP_STRINGS(OP_SHAPE(1), Q_STR("seven")));
    op_case_refuse(&c, Q_INVALID);
    CHECK_STR(c.err.msg, "'seven' is no number");
}

TEST(the_target_may_be_an_example)
{
    op_case c = op_case_new("", "CastLike", 19);

    op_case_in(&c, OP_F32(OP_SHAPE(2), 1.5F, -2));
    op_case_in(&c, OP_I32(OP_SCALAR, 0));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I32(OP_SHAPE(2), 1, -2));
    c = op_case_new("", "Cast", 13);
    op_case_int(&c, "to", 14);
    op_case_in(&c, OP_F32(OP_SHAPE(1), 1));
    op_case_refuse(&c, Q_UNSUPPORTED);
}

TEST(the_bits_stay)
{
    op_case c = op_case_new("", "BitCast", 26);

    op_case_int(&c, "to", Q_I32);
    op_case_in(&c, OP_F32(OP_SHAPE(2), 1, -2));
    op_case_run(&c);
    OP_WANT(&c, 0, 0, OP_I32(OP_SHAPE(2), 0x3f800000, -0x40000000));
    c = op_case_new("", "BitCast", 26);
    op_case_int(&c, "to", Q_I64);
    op_case_in(&c, OP_F32(OP_SHAPE(2), 1, -2));
    op_case_refuse(&c, Q_INVALID);
    CHECK_STR(c.err.msg, "float32 and int64 are not of one size");
}

TEST_MAIN("engine/op_cast")
