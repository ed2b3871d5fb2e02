#include "engine/npy.h"

#include "test.h"

#include <stdio.h>
#include <string.h>

/* A file of version `major` with this header and data. */
static q_str file_of(int major, const char *header, const void *data, size_t bytes)
{
    q_buf b = q_buf_init(q_test_arena(), 4096);
    size_t n = strlen(header) + 1;
    q_str s;

    q_buf_put(&b, (q_str){"\x93NUMPY", 6});
    q_buf_char(&b, (char)major);
    q_buf_char(&b, 0);
    for (int i = 0; i < (major == 1 ? 2 : 4); i++)
        q_buf_char(&b, (char)(n >> (8 * i) & 255));
    q_buf_puts(&b, header);
    q_buf_char(&b, '\n');
    q_buf_put(&b, (q_str){data, bytes});
    CHECK(!q_buf_finish(&b, &s, NULL));
    return s;
}

TEST(what_is_written_reads_back)
{
    static const q_dtype dtypes[] = {Q_F32, Q_F64, Q_F16, Q_I8,  Q_U8,   Q_I16,
                                     Q_I32, Q_I64, Q_U64, Q_C64, Q_C128, Q_BOOL};
    const q_shape shapes[] = {{0, {0}}, {1, {5}}, {3, {2, 3, 4}}, {2, {0, 7}}};

    for (size_t k = 0; k < sizeof dtypes / sizeof *dtypes; k++)
        for (size_t j = 0; j < 4; j++) {
            q_tensor t = {0}, back = {0};
            q_buf b = q_buf_init(q_test_arena(), 8192);
            q_budget budget = {.limit = 4096};

            CHECK(!q_tensor_new(dtypes[k], &shapes[j], NULL, &t, NULL));
            for (size_t i = 0; i < q_tensor_bytes(&t); i++)
                ((uint8_t *)t.data)[i] = (uint8_t)(dtypes[k] == Q_BOOL ? i % 2 : i * 31);
            CHECK(!q_npy_write(&t, &b, NULL));
            CHECK(!b.rc);
            CHECK_EQ((b.n - q_tensor_bytes(&t)) % 64, 0);
            CHECK(!q_npy_read(q_buf_str(&b), &budget, &back, NULL));
            CHECK_EQ(back.dtype, dtypes[k]);
            CHECK(q_shape_eq(&back.shape, &t.shape));
            CHECK(!t.data || memcmp(back.data, t.data, q_tensor_bytes(&t)) == 0);
            q_tensor_clear(&t, NULL);
            q_tensor_clear(&back, &budget);
            CHECK_EQ(budget.used, 0);
        }
}

TEST(column_major_and_big_endian_are_turned)
{
    const uint8_t data[12] = {0, 1, 0, 4, 0, 2, 0, 5, 0, 3, 0, 6};
    q_str s = file_of(2, "{\"descr\": \">i2\", \"fortran_order\": True, \"shape\": (2, 3)}", data,
                      sizeof data);
    q_tensor t = {0};

    CHECK(!q_npy_read(s, NULL, &t, NULL));
    CHECK_EQ(t.dtype, Q_I16);
    for (size_t i = 0; i < 6; i++)
        CHECK_EQ(((int16_t *)t.data)[i], (int)i + 1);
    q_tensor_clear(&t, NULL);
}

TEST(types_numpy_lacks_are_written_wider)
{
    const uint16_t half[2] = {0x3f80, 0xc000}; /* bfloat16 1, -2 */
    const uint8_t nibbles[2] = {0x8f, 0x07};   /* int4 -1, -8, 7 */
    q_tensor bf = {Q_BF16, {1, {2}}, (void *)(uintptr_t)half};
    q_tensor i4 = {Q_I4, {1, {3}}, (void *)(uintptr_t)nibbles}, t = {0};
    q_tensor text = {Q_STRING, {1, {0}}, NULL};
    q_buf b = q_buf_init(q_test_arena(), 4096);
    q_err err;

    CHECK(!q_npy_write(&bf, &b, NULL));
    CHECK(!q_npy_read(q_buf_str(&b), NULL, &t, NULL));
    CHECK(t.dtype == Q_F32 && ((float *)t.data)[0] == 1 && ((float *)t.data)[1] == -2);
    q_tensor_clear(&t, NULL);
    q_buf_clear(&b);
    CHECK(!q_npy_write(&i4, &b, NULL));
    CHECK(!q_npy_read(q_buf_str(&b), NULL, &t, NULL));
    CHECK_EQ(t.dtype, Q_I8);
    CHECK(memcmp(t.data, "\xff\xf8\x07", 3) == 0);
    q_tensor_clear(&t, NULL);
    CHECK_EQ(q_npy_write(&text, &b, &err), Q_UNSUPPORTED);
    CHECK_STR(err.msg, "npy files hold no string");
}

TEST(bad_files_are_named)
{
    static const struct {
        int major;
        const char *header, *message;
        q_code code;
    } cases[] = {
        {1, "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }",
         "an npy file of float32 [3] with 8 bytes of data; 12 is right", Q_INVALID},
        {1, "{'descr': '|O', 'fortran_order': False, 'shape': (3,), }", "an npy file of type '|O'",
         Q_UNSUPPORTED},
        {1, "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3,), }",
         "an npy file of a structured type", Q_UNSUPPORTED},
        {1, "{'descr': '<f4', 'shape': (2,), }",
         "the npy header lacks descr, fortran_order or shape", Q_INVALID},
        {1, "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }",
         "the npy header's shape is no tuple of numbers", Q_INVALID},
        {1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2",
         "the npy header's shape is no tuple", Q_INVALID},
        {1, "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,2), }",
         "an npy file of more than 8 dimensions", Q_UNSUPPORTED},
        {1, "", "the npy header is no dictionary", Q_INVALID},
        {9, "{}", "npy version 9; 1 to 3 are known", Q_UNSUPPORTED},
    };
    q_tensor t = {0};
    q_err err;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        q_str s = file_of(cases[i].major, cases[i].header, "12345678", 8);

        CHECK_EQ(q_npy_read(s, NULL, &t, &err), cases[i].code);
        CHECK_STR(err.msg, cases[i].message);
    }
    CHECK_EQ(q_npy_read(Q_STR("GIF89a...."), NULL, &t, &err), Q_INVALID);
    q_str huge = file_of(
        3, "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", "", 0);
    CHECK_EQ(q_npy_read(huge, NULL, &t, &err), Q_LIMIT);
}

TEST_MAIN("engine/npy")
