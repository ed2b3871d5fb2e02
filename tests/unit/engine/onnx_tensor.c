#include "engine/onnx_tensor.h"

#include "base/file.h"
#include "engine/protobuf.h"

#include "../test.h"

#include <stdio.h>
#include <string.h>

/* A TensorProto named t of this type; its data is put behind. */
static q_buf start(int64_t dtype, const int64_t *dims, size_t rank)
{
    q_buf b = q_buf_init(q_test_arena(), 1 << 20);

    protobuf__put_ints(&b, 1, dims, rank);
    protobuf__put_int(&b, 2, dtype);
    protobuf__put_bytes(&b, 8, Q_STR("t"));
    return b;
}

static q_code read(q_buf *b, q_tensor *t, q_err *err)
{
    q_str bytes;

    CHECK_EQ(q_buf_finish(b, &bytes, NULL), Q_OK);
    return onnx__read_tensor(q_test_arena(), bytes, t, NULL, err);
}

static q_tensor good(q_buf *b)
{
    q_tensor t = {Q_NONE};
    q_err err = {Q_OK, ""};

    read(b, &t, &err) ? q_test_fail(__FILE__, __LINE__, "%s", err.msg) : (void)0;
    return t;
}

static const char *refusal(q_buf *b, q_code code)
{
    static q_err err;
    q_tensor t;

    CHECK_EQ(read(b, &t, &err), code);
    return err.msg;
}

TEST(raw_data_of_any_alignment)
{
    for (size_t shift = 0; shift < 8; shift++) {
        q_buf b = start(Q_F32, (const int64_t[]){2}, 1);
        const float want[] = {1.5F, -2};
        q_tensor t;

        for (size_t i = 0; i < shift; i++) /* an unknown field moves the rest */
            protobuf__put_bytes(&b, 12, Q_STR(""));
        protobuf__put_bytes(&b, 9, (q_str){(const char *)want, sizeof want});
        t = good(&b);
        CHECK_EQ(t.dtype, Q_F32);
        CHECK_EQ(t.shape.rank, 1);
        CHECK(memcmp(t.data, want, sizeof want) == 0);
        CHECK_EQ((uintptr_t)t.data % 4, 0);
    }
}

TEST(each_typed_field)
{
    static const struct {
        q_dtype dtype;
        uint32_t field;
        size_t unit;
        int64_t values[2], want;
    } cases[] = {
        {Q_I8, 5, 1, {-3, 7}, 0x07FD},       {Q_U16, 5, 2, {65535, 1}, 0x1FFFF},
        {Q_I32, 5, 4, {-1, 2}, 0x2FFFFFFFF}, {Q_F16, 5, 2, {0x3C00, 0x4000}, 0x40003C00},
        {Q_BOOL, 5, 1, {1, 2}, 0x0101},      {Q_U32, 11, 4, {5, 6}, 0x600000005},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        q_buf b = start(cases[i].dtype, (const int64_t[]){2}, 1);
        q_tensor t;
        int64_t got = 0;

        protobuf__put_ints(&b, cases[i].field, cases[i].values, 2);
        t = good(&b);
        CHECK_EQ(q_tensor_bytes(&t), 2 * cases[i].unit);
        memcpy(&got, t.data, 2 * cases[i].unit);
        CHECK_EQ(got, cases[i].want);
    }
}

TEST(numbers_that_are_not_packed)
{
    q_buf b = start(Q_I64, (const int64_t[]){3}, 1);
    q_tensor t;

    for (int64_t i = 0; i < 3; i++)
        protobuf__put_int(&b, 7, i - 1);
    t = good(&b);
    CHECK_EQ(((int64_t *)t.data)[0], -1);
    CHECK_EQ(((int64_t *)t.data)[2], 1);
}

TEST(texts_are_copied_behind_their_array)
{
    q_buf b = start(Q_STRING, (const int64_t[]){2}, 1);
    q_tensor t;

    protobuf__put_bytes(&b, 6, Q_STR("one"));
    protobuf__put_bytes(&b, 6, Q_STR(""));
    t = good(&b);
    CHECK_STREQ(((q_str *)t.data)[0], "one");
    CHECK_EQ(((q_str *)t.data)[1].n, 0);
    CHECK(((q_str *)t.data)[0].p == (char *)((q_str *)t.data + 2));
}

TEST(four_bit_numbers_lie_two_a_byte)
{
    q_buf b = start(Q_I4, (const int64_t[]){3}, 1);
    q_tensor t;

    protobuf__put_ints(&b, 5, (const int64_t[]){0x21, 0x03}, 2);
    t = good(&b);
    CHECK_EQ(((unsigned char *)t.data)[0], 0x21);
    CHECK_EQ(((unsigned char *)t.data)[1], 0x03);
}

TEST(a_scalar_and_an_empty_one)
{
    q_buf b = start(Q_F32, NULL, 0);
    q_tensor t;

    protobuf__put_float(&b, 4, 2.5F);
    t = good(&b);
    CHECK_EQ(t.shape.rank, 0);
    CHECK_NEAR(*(float *)t.data, 2.5, 0);
    b = start(Q_F32, (const int64_t[]){0, 3}, 2);
    t = good(&b);
    CHECK(t.data == NULL);
}

TEST(what_is_wrong_is_named)
{
    q_buf b = start(Q_F32, (const int64_t[]){2, 3}, 2);

    protobuf__put_bytes(&b, 9, Q_STR("12345678"));
    CHECK_STR(refusal(&b, Q_INVALID), "tensor \"t\" holds 8 bytes; [2, 3] of float32 has 24");
    b = start(Q_I64, (const int64_t[]){3}, 1);
    protobuf__put_ints(&b, 7, (const int64_t[]){1, 2}, 2);
    CHECK_STR(refusal(&b, Q_INVALID), "tensor \"t\" holds 2 entries; [3] of int64 has 3");
    b = start(Q_F32, (const int64_t[]){(int64_t)1 << 40}, 1);
    CHECK_STR(refusal(&b, Q_INVALID),
              "tensor \"t\" holds 0 entries; [1099511627776] of float32 has 1099511627776");
    b = start(Q_F32, (const int64_t[]){INT64_MAX, INT64_MAX}, 2);
    CHECK(strstr(refusal(&b, Q_LIMIT), "tensor \"t\": a float32 tensor of shape ["));
    b = start(Q_F32, (const int64_t[]){2, -3}, 2);
    CHECK_STR(refusal(&b, Q_INVALID), "tensor \"t\": dimension 1 is -3");
    b = start(99, (const int64_t[]){1}, 1);
    CHECK_STR(refusal(&b, Q_UNSUPPORTED), "tensor \"t\": element type 99 is not known");
    b = start(0, (const int64_t[]){1}, 1);
    CHECK_STR(refusal(&b, Q_INVALID), "tensor \"t\": element type 0 is not known");
    b = start(Q_F32, (const int64_t[]){1, 1, 1, 1, 1, 1, 1, 1, 1}, 9);
    CHECK_STR(refusal(&b, Q_UNSUPPORTED), "tensor \"t\": more than 8 dimensions");
}

/* -- External data -- */

static q_buf external(const char *location, const char *offset, const char *length)
{
    q_buf b = start(Q_F32, (const int64_t[]){2}, 1);
    const char *pairs[][2] = {{"location", location}, {"offset", offset}, {"length", length}};

    for (size_t i = 0; i < 3; i++) {
        size_t opened = protobuf__open(&b, 13);

        protobuf__put_bytes(&b, 1, q_str_of(pairs[i][0]));
        protobuf__put_bytes(&b, 2, q_str_of(pairs[i][1]));
        protobuf__close(&b, opened);
    }
    protobuf__put_int(&b, 14, 1);
    return b;
}

static q_code read_external(q_buf *b, const char *folder, q_tensor *t, q_err *err)
{
    onnx_data *d;
    q_str bytes;

    CHECK_EQ(
        onnx_data__new(q_test_arena(), &(onnx_data_options){folder, {NULL, 0}, 1 << 20}, &d, err),
        Q_OK);
    CHECK_EQ(q_buf_finish(b, &bytes, NULL), Q_OK);
    return onnx__read_tensor_of(d, bytes, t, NULL, err);
}

TEST(external_data_lies_beside_the_model)
{
    const char *folder = q_test_dir();
    const float values[] = {0, 3.5F, -1, 0};
    q_buf b = external("weights.bin", "4", "8");
    char path[512];
    q_tensor t;
    q_err err;

    snprintf(path, sizeof path, "%s/weights.bin", folder);
    CHECK_EQ(q_file_replace(path, (q_str){(const char *)values, sizeof values}, 0600, &err), Q_OK);
    CHECK_EQ(read_external(&b, folder, &t, &err), Q_OK);
    CHECK_NEAR(((float *)t.data)[0], 3.5, 0);
    b = external("weights.bin", "3", "8"); /* not aligned: moved */
    CHECK_EQ(read_external(&b, folder, &t, &err), Q_OK);
    CHECK_EQ((uintptr_t)t.data % 4, 0);
    b = external("weights.bin", "12", "8");
    CHECK_EQ(read_external(&b, folder, &t, &err), Q_INVALID);
    CHECK_STR(err.msg,
              "tensor \"t\": external data of 8 bytes at 12; the file \"weights.bin\" has 16");
    b = external("weights.bin", "0", "12");
    CHECK_EQ(read_external(&b, folder, &t, &err), Q_INVALID);
    CHECK_STR(err.msg, "tensor \"t\" holds 12 bytes; [2] of float32 has 8");
}

TEST(external_data_stays_below_the_folder)
{
    static const char *const names[] = {"/etc/passwd", "../x", "a/../../x", "a/..", "", "..\\x"};
    q_tensor t;
    q_err err;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        q_buf b = external(names[i], "0", "8");

        CHECK_EQ(read_external(&b, q_test_dir(), &t, &err), Q_INVALID);
        CHECK(strstr(err.msg, "only files below the model's folder are read"));
    }
}

TEST(a_model_in_memory_has_no_files)
{
    q_buf b = external("w", "0", "8");
    q_tensor t;
    q_err err;

    CHECK_EQ(read_external(&b, NULL, &t, &err), Q_INVALID);
    CHECK_STR(err.msg, "tensor \"t\": external data in w; a model in memory has no files");
    b = external("w", "0", "8");
    CHECK_STR(refusal(&b, Q_INVALID), "tensor \"t\": its data is in a file beside the model");
}

TEST_MAIN("engine/onnx_tensor")
