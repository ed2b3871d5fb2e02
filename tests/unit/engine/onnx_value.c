#include "engine/onnx_value.h"

#include "engine/protobuf.h"

#include "../test.h"

#include <string.h>

static q_buf buf(void)
{
    return q_buf_init(q_test_arena(), 1 << 20);
}

static q_str done(q_buf *b)
{
    q_str s;

    CHECK_EQ(q_buf_finish(b, &s, NULL), Q_OK);
    return s;
}

/* A tensor of int64 as field `number`. */
static void put_ints(q_buf *b, uint32_t number, const char *name, const int64_t *dims, size_t rank,
                     const int64_t *v, size_t n)
{
    size_t opened = protobuf__open(b, number);

    protobuf__put_ints(b, 1, dims, rank);
    protobuf__put_int(b, 2, Q_I64);
    protobuf__put_ints(b, 7, v, n);
    protobuf__put_bytes(b, 8, q_str_of(name));
    protobuf__close(b, opened);
}

static onnx_data *data(void)
{
    onnx_data *d;

    CHECK_EQ(onnx_data__new(q_test_arena(), &(onnx_data_options){.limit = 1 << 20}, &d, NULL),
             Q_OK);
    return d;
}

TEST(sparse_tensors_become_dense)
{
    q_buf b = buf();
    q_tensor t;
    q_str name;

    put_ints(&b, 1, "s", (const int64_t[]){2}, 1, (const int64_t[]){7, 9}, 2);
    put_ints(&b, 2, "", (const int64_t[]){2, 2}, 2, (const int64_t[]){0, 1, 1, 2}, 4);
    protobuf__put_ints(&b, 3, (const int64_t[]){2, 3}, 2);
    CHECK_EQ(onnx__read_sparse(data(), done(&b), &t, &name, NULL), Q_OK);
    CHECK_STREQ(name, "s");
    CHECK_EQ(((int64_t *)t.data)[1], 7);
    CHECK_EQ(((int64_t *)t.data)[5], 9);
    CHECK_EQ(((int64_t *)t.data)[0], 0);
}

TEST(sparse_indices_are_checked)
{
    q_buf b = buf();
    q_tensor t;
    q_err err;

    put_ints(&b, 1, "s", (const int64_t[]){1}, 1, (const int64_t[]){7}, 1);
    put_ints(&b, 2, "", (const int64_t[]){1}, 1, (const int64_t[]){6}, 1);
    protobuf__put_ints(&b, 3, (const int64_t[]){2, 3}, 2);
    CHECK_EQ(onnx__read_sparse(data(), done(&b), &t, NULL, &err), Q_INVALID);
    CHECK_STR(err.msg, "sparse tensor \"s\": index 0 lies outside");
    b = buf();
    put_ints(&b, 1, "s", (const int64_t[]){1}, 1, (const int64_t[]){7}, 1);
    put_ints(&b, 2, "", (const int64_t[]){1}, 1, (const int64_t[]){6}, 1);
    protobuf__put_ints(&b, 3, (const int64_t[]){(int64_t)1 << 40}, 1);
    CHECK_EQ(onnx__read_sparse(data(), done(&b), &t, NULL, &err), Q_LIMIT);
}

TEST(sequences_hold_their_tensors)
{
    q_buf b = buf();
    q_tensor t;
    q_str name;

    protobuf__put_bytes(&b, 1, Q_STR("list"));
    put_ints(&b, 3, "a", (const int64_t[]){1}, 1, (const int64_t[]){4}, 1);
    put_ints(&b, 3, "b", (const int64_t[]){2}, 1, (const int64_t[]){5, 6}, 2);
    CHECK_EQ(onnx__read_sequence(q_test_arena(), done(&b), &t, &name, NULL), Q_OK);
    CHECK_STREQ(name, "list");
    CHECK_EQ(t.dtype, Q_SEQUENCE);
    CHECK_EQ(t.shape.dims[0], 2);
    CHECK_EQ(((int64_t *)((q_tensor *)t.data)[1].data)[1], 6);
}

TEST(optionals_with_and_without_content)
{
    q_buf b = buf();
    q_tensor t;

    put_ints(&b, 3, "a", (const int64_t[]){1}, 1, (const int64_t[]){4}, 1);
    CHECK_EQ(onnx__read_optional(q_test_arena(), done(&b), &t, NULL, NULL), Q_OK);
    CHECK_EQ(t.dtype, Q_I64);
    CHECK_EQ(onnx__read_optional(q_test_arena(), Q_STR(""), &t, NULL, NULL), Q_OK);
    CHECK_EQ(t.dtype, Q_NONE);
}

TEST(sequences_are_not_endlessly_deep)
{
    q_str inner = Q_STR("");
    q_tensor t;
    q_err err;

    for (int i = 0; i < 40; i++) {
        q_buf b = buf();

        protobuf__put_bytes(&b, 5, inner);
        inner = done(&b);
    }
    CHECK_EQ(onnx__read_sequence(q_test_arena(), inner, &t, NULL, &err), Q_LIMIT);
    CHECK_STR(err.msg, "a value is more than 16 deep");
}

TEST(types_with_free_dimensions)
{
    q_buf b = buf();
    size_t tensor = protobuf__open(&b, 1), shape, dim;
    onnx_type type;

    protobuf__put_int(&b, 1, Q_F32);
    shape = protobuf__open(&b, 2);
    dim = protobuf__open(&b, 1);
    protobuf__put_bytes(&b, 2, Q_STR("batch"));
    protobuf__close(&b, dim);
    dim = protobuf__open(&b, 1);
    protobuf__put_int(&b, 1, 3);
    protobuf__close(&b, dim);
    protobuf__put_bytes(&b, 1, Q_STR(""));
    protobuf__close(&b, shape);
    protobuf__close(&b, tensor);
    CHECK_EQ(onnx__read_type(q_test_arena(), done(&b), &type, NULL), Q_OK);
    CHECK_EQ(type.dtype, Q_F32);
    CHECK(type.has_shape);
    CHECK_EQ(type.shape.rank, 3);
    CHECK(type.shape.dims[0] == Q_DIM_UNKNOWN);
    CHECK_STREQ(type.dim_names[0], "batch");
    CHECK_EQ(type.shape.dims[1], 3);
    CHECK(type.shape.dims[2] == Q_DIM_UNKNOWN);
}

TEST(optional_sequences_have_a_type)
{
    q_buf b = buf();
    size_t optional = protobuf__open(&b, 9), inner = protobuf__open(&b, 1);
    onnx_type type;

    protobuf__put_bytes(&b, 4, Q_STR(""));
    protobuf__close(&b, inner);
    protobuf__close(&b, optional);
    CHECK_EQ(onnx__read_type(q_test_arena(), done(&b), &type, NULL), Q_OK);
    CHECK_EQ(type.dtype, Q_SEQUENCE);
    CHECK(type.optional);
}

TEST_MAIN("engine/onnx_value")
