#include "engine/tensor.h"
#include "test.h"

#include <string.h>

TEST(names_and_sizes)
{
    CHECK_STR(q_dtype_name(Q_BF16), "bfloat16");
    CHECK_EQ(q_dtype_of(Q_STR("uint8")), Q_U8);
    CHECK_EQ(q_dtype_of(Q_STR("quaternion")), Q_NONE);
    CHECK_EQ(q_dtype_bits(Q_I4), 4);
    CHECK(q_dtype_is_float(Q_F16) && !q_dtype_is_float(Q_I64));
    CHECK(q_dtype_is_integer(Q_U64) && !q_dtype_is_integer(Q_BOOL));
}

TEST(shapes_count_and_print)
{
    q_shape s = {.rank = 3, .dims = {2, 3, 4}}, scalar = {0};
    char text[160];
    size_t n;

    CHECK_EQ(q_shape_count(&s), 24);
    CHECK_EQ(q_shape_span(&s, 1, 3), 12);
    CHECK_EQ(q_shape_count(&scalar), 1);
    CHECK_STR(q_shape_text(&s, text), "[2, 3, 4]");
    s.dims[0] = (size_t)1 << 62;
    CHECK(!q_shape_measure(&s, &n));
    s.dims[1] = 0;
    CHECK(q_shape_measure(&s, &n));
    CHECK_EQ(n, 0);
}

TEST(four_bit_elements_share_bytes)
{
    q_tensor t = {.dtype = Q_U4, .shape = {.rank = 1, .dims = {5}}};

    CHECK_EQ(q_tensor_bytes(&t), 3);
}

TEST(a_budget_bounds_what_is_allocated)
{
    q_budget b = {.limit = 100};
    q_shape s = {.rank = 1, .dims = {20}};
    q_tensor t = {0}, more = {0};
    q_err err;

    CHECK_EQ(q_tensor_new(Q_F32, &s, &b, &t, &err), Q_OK);
    CHECK_EQ(b.used, 80);
    CHECK_EQ(((uintptr_t)t.data) % Q_TENSOR_ALIGN, 0);
    CHECK_EQ(q_tensor_new(Q_F32, &s, &b, &more, &err), Q_LIMIT);
    CHECK_STR(err.msg, "a float32 tensor of shape [20] is larger than 20 bytes");
    q_tensor_clear(&t, &b);
    CHECK_EQ(b.used, 0);
}

TEST(strings_and_sequences_are_copied_deeply)
{
    q_budget b = {.limit = 1 << 20};
    q_str words[] = {Q_STR("grain"), Q_STR(""), Q_STR("mill")};
    q_shape three = {.rank = 1, .dims = {3}}, one = {.rank = 1, .dims = {1}};
    q_tensor sequence = {0}, copy = {0};

    CHECK_EQ(q_tensor_new(Q_SEQUENCE, &one, &b, &sequence, NULL), Q_OK);
    CHECK_EQ(q_tensor_of_strings(words, &three, &b, sequence.data, NULL), Q_OK);
    CHECK_EQ(q_tensor_copy(&sequence, &b, &copy, NULL), Q_OK);
    q_tensor_clear(&sequence, &b);
    CHECK_EQ(copy.dtype, Q_SEQUENCE);
    CHECK(q_str_is(((q_str *)((q_tensor *)copy.data)->data)[2], "mill"));
    q_tensor_clear(&copy, &b);
    CHECK_EQ(b.used, 0);
}

TEST_MAIN("engine/tensor")
