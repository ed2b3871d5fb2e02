#include "serving/tensors.h"

#include "serving/join.h"
#include "test.h"

#include <string.h>

static q_str encode(const q_tensor *t, size_t n)
{
    q_buf b = q_buf_init(q_test_arena(), 1 << 20);
    q_str out = {NULL, 0};

    tensors__put(&b, t, n);
    CHECK_EQ(q_buf_finish(&b, &out, NULL), Q_OK);
    return out;
}

TEST(tensors_of_numbers_come_back)
{
    float f[6] = {1, -2, 3.5F, 0, 1e30F, -1e-30F};
    int64_t scalar = -7;
    q_tensor in[3] = {
        {Q_F32, {2, {2, 3}}, f}, {Q_I64, {0, {0}}, &scalar}, {Q_F32, {2, {0, 3}}, NULL}};
    q_tensor *out = NULL;
    size_t n = 0;

    CHECK_EQ(tensors__get(encode(in, 3), q_test_arena(), &out, &n, NULL), Q_OK);
    CHECK_EQ(n, 3);
    CHECK(join__same(in, out, 2));
    CHECK_EQ((uintptr_t)out[0].data % 16, 0);
    CHECK_EQ(out[2].shape.dims[0], 0);
}

TEST(tensors_of_texts_sequences_and_maps_come_back)
{
    q_str words[2] = {Q_STR_INIT("mill"), Q_STR_INIT("")};
    float odds[2] = {0.25F, 0.75F};
    q_tensor map[2] = {{Q_STRING, {1, {2}}, words}, {Q_F32, {1, {2}}, odds}};
    q_tensor maps[1] = {{Q_MAP, {1, {2}}, map}};
    q_tensor in[2] = {{Q_SEQUENCE, {1, {1}}, maps}, {Q_NONE, {0, {0}}, NULL}}, *out = NULL;
    const q_tensor *back;
    size_t n = 0;

    CHECK_EQ(tensors__get(encode(in, 2), q_test_arena(), &out, &n, NULL), Q_OK);
    CHECK_EQ(out[0].dtype, Q_SEQUENCE);
    back = ((const q_tensor *)out[0].data)->data;
    CHECK(join__same(back, map, 2));
    CHECK_EQ(out[1].dtype, Q_NONE);
}

/* Whatever is cut off or changed is refused or read within its bounds. */
TEST(tensors_that_are_damaged_are_refused)
{
    q_str words[2] = {Q_STR_INIT("mill"), Q_STR_INIT("stone")};
    int32_t v[3] = {1, 2, 3};
    q_tensor in[2] = {{Q_STRING, {1, {2}}, words}, {Q_I32, {1, {3}}, v}}, *out = NULL;
    q_str good = encode(in, 2);
    size_t n = 0;
    q_err err;

    for (size_t cut = 0; cut < good.n; cut++)
        CHECK_EQ(tensors__get((q_str){good.p, cut}, q_test_arena(), &out, &n, &err), Q_INVALID);
    for (size_t at = 0; at < good.n; at++) {
        char *bad = q_arena_alloc(q_test_arena(), good.n);

        memcpy(bad, good.p, good.n);
        bad[at] = (char)(bad[at] ^ 0xff);
        if (tensors__get((q_str){bad, good.n}, q_test_arena(), &out, &n, &err) == Q_OK)
            CHECK_EQ(n, 2);
    }
}

TEST_MAIN("serving/tensors")
