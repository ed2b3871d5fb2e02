/* tests/unit/engine/onnx_build.h - small ONNX models made by bytes, wrong ones among them.
 *
 *     q_buf g = build_graph();
 *     build_input(&g, "x", Q_F32, (const int64_t[]){2, 3}, 2);
 *     build_node(&g, "Relu", "r", "x", "y");
 *     build_output(&g, "y");
 *     q_str model = build_model(&g, 13);
 */
#ifndef ENGINE_ONNX_BUILD_H
#define ENGINE_ONNX_BUILD_H

#include "engine/protobuf.h"
#include "engine/tensor.h"

#include "../test.h"

static inline q_buf build_graph(void)
{
    return q_buf_init(q_test_arena(), 1 << 20);
}

static inline q_str build_done(q_buf *b)
{
    q_str s;

    CHECK_EQ(q_buf_finish(b, &s, NULL), Q_OK);
    return s;
}

/* Names parted by blanks; "-" is one left out. */
static inline void build_names(q_buf *b, uint32_t field, const char *names)
{
    q_str name, rest = q_str_of(names);

    while (rest.n > 0) {
        q_str_cut(rest, ' ', &name, &rest);
        protobuf__put_bytes(b, field, q_str_is(name, "-") ? Q_STR("") : name);
    }
}

/* `attrs`: AttributeProtos as field 5, or empty. */
static inline void build_node_with(q_buf *g, const char *type, const char *name, const char *in,
                                   const char *out, q_str attrs)
{
    size_t node = protobuf__open(g, 1);

    build_names(g, 1, in);
    build_names(g, 2, out);
    protobuf__put_bytes(g, 3, q_str_of(name));
    protobuf__put_bytes(g, 4, q_str_of(type));
    q_buf_put(g, attrs);
    protobuf__close(g, node);
}

static inline void build_node(q_buf *g, const char *type, const char *name, const char *in,
                              const char *out)
{
    build_node_with(g, type, name, in, out, Q_STR(""));
}

/* A ValueInfoProto; a dimension of -1 is free, called N. */
static inline void build_info(q_buf *g, uint32_t field, const char *name, q_dtype dtype,
                              const int64_t *dims, size_t rank)
{
    size_t info = protobuf__open(g, field), type, tensor, shape;

    protobuf__put_bytes(g, 1, q_str_of(name));
    type = protobuf__open(g, 2);
    tensor = protobuf__open(g, 1);
    protobuf__put_int(g, 1, (int64_t)dtype);
    shape = protobuf__open(g, 2);
    for (size_t i = 0; i < rank; i++) {
        size_t dim = protobuf__open(g, 1);

        if (dims[i] == -1)
            protobuf__put_bytes(g, 2, Q_STR("N"));
        else
            protobuf__put_int(g, 1, dims[i]);
        protobuf__close(g, dim);
    }
    protobuf__close(g, shape);
    protobuf__close(g, tensor);
    protobuf__close(g, type);
    protobuf__close(g, info);
}

static inline void build_input(q_buf *g, const char *name, q_dtype dtype, const int64_t *dims,
                               size_t rank)
{
    build_info(g, 11, name, dtype, dims, rank);
}

static inline void build_output(q_buf *g, const char *name)
{
    size_t info = protobuf__open(g, 12);

    protobuf__put_bytes(g, 1, q_str_of(name));
    protobuf__close(g, info);
}

/* A float32 tensor as field `field`. */
static inline void build_tensor(q_buf *g, uint32_t field, const char *name, const int64_t *dims,
                                size_t rank, const float *data, size_t count)
{
    size_t tensor = protobuf__open(g, field);

    protobuf__put_ints(g, 1, dims, rank);
    protobuf__put_int(g, 2, Q_F32);
    protobuf__put_bytes(g, 8, q_str_of(name));
    protobuf__put_bytes(g, 9, (q_str){(const char *)data, count * sizeof *data});
    protobuf__close(g, tensor);
}

/* A floating-point initialiser. */
static inline void build_weights(q_buf *g, const char *name, const int64_t *dims, size_t rank,
                                 const float *data, size_t count)
{
    build_tensor(g, 5, name, dims, rank, data, count);
}

static inline void build_opset(q_buf *b, uint32_t field, const char *domain, int64_t version)
{
    size_t opset = protobuf__open(b, field);

    protobuf__put_bytes(b, 1, q_str_of(domain));
    protobuf__put_int(b, 2, version);
    protobuf__close(b, opset);
}

/* A ModelProto around the graph; `more`: further fields of it, or empty. */
static inline q_str build_model_with(q_buf *g, int64_t opset, q_str more)
{
    q_buf b = q_buf_init(q_test_arena(), 1 << 21);

    protobuf__put_int(&b, 1, 8);
    build_opset(&b, 8, "", opset);
    protobuf__put_bytes(&b, 7, build_done(g));
    q_buf_put(&b, more);
    return build_done(&b);
}

static inline q_str build_model(q_buf *g, int64_t opset)
{
    return build_model_with(g, opset, Q_STR(""));
}

#endif
