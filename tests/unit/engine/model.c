#include "engine/model.h"

#include "base/file.h"
#include "engine/graph.h"
#include "engine/model_parts.h"

#include "onnx_build.h"

#include <stdio.h>
#include <string.h>

enum { MANY = 400 };

/* y = Identity(x) + w, w large enough to lie outside of the message. */
static q_str sample(const float *w, size_t count)
{
    q_buf b = build_graph(), more = build_graph();
    size_t entry;

    build_input(&b, "x", Q_F32, (const int64_t[]){1, (int64_t)count}, 2);
    build_weights(&b, "w", (const int64_t[]){(int64_t)count}, 1, w, count);
    build_node(&b, "Identity", "i", "x", "t");
    build_node(&b, "Identity", "k", "w", "y");
    build_output(&b, "t");
    build_output(&b, "y");
    entry = protobuf__open(&more, 14);
    protobuf__put_bytes(&more, 1, Q_STR("character"));
    protobuf__put_bytes(&more, 2, Q_STR("abc"));
    protobuf__close(&more, entry);
    return build_model_with(&b, 13, build_done(&more));
}

static const char *path_of(const char *name)
{
    static char path[600];

    snprintf(path, sizeof path, "%s/%s", q_test_dir(), name);
    return path;
}

static const float *weights(float *w)
{
    for (size_t i = 0; i < MANY; i++)
        w[i] = (float)i / 3 - 20;
    return w;
}

/* The constant named w, or whatever stands for it. */
static const q_tensor *constant(const q_model *m)
{
    const q_graph *g = model__graph(m);

    for (size_t i = 0; i < g->value_count; i++)
        if (g->values[i].constant && g->values[i].constant->shape.dims[0] == MANY)
            return g->values[i].constant;
    q_test_fail(__FILE__, __LINE__, "no constant");
}

TEST(a_model_says_what_it_takes_and_gives)
{
    float w[MANY];
    q_model *m = NULL;
    q_str value;
    q_err err;

    if (q_model_open_bytes(sample(weights(w), MANY), NULL, &m, &err))
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
    CHECK_EQ(q_model_input_count(m), 1);
    CHECK_EQ(q_model_output_count(m), 2);
    CHECK_STREQ(q_model_input(m, 0).name, "x");
    CHECK_EQ(q_model_input(m, 0).shape.dims[1], MANY);
    CHECK(q_model_metadata(m, Q_STR("character"), &value));
    CHECK_STREQ(value, "abc");
    CHECK(!q_model_metadata(m, Q_STR("other"), &value));
    q_model_ref(m);
    q_model_unref(m);
    q_model_unref(m);
}

static void save_and_compare(q_precision precision, float tolerance)
{
    float w[MANY];
    char path[600];
    q_model_options o = {.precision = precision, .plain = true};
    model_file_stats stats;
    q_model *m = NULL, *again = NULL;
    const float *got;
    q_str value;
    q_err err;

    snprintf(path, sizeof path, "%s", path_of("m.q"));
    CHECK_EQ(q_model_open_bytes(sample(weights(w), MANY), &o, &m, NULL), Q_OK);
    if (q_model_save(m, path, &stats, &err) || q_model_open(path, NULL, &again, &err))
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
    got = constant(again)->data;
    for (size_t i = 0; i < MANY; i++)
        CHECK_NEAR(got[i], w[i], tolerance);
    CHECK_EQ((uintptr_t)got % Q_TENSOR_ALIGN, 0);
    CHECK_EQ(q_model_about(again).precision, precision);
    CHECK_EQ(stats.halved, precision == Q_PRECISION_F16);
    CHECK(q_model_metadata(again, Q_STR("character"), &value));
    CHECK_EQ(model_file__verify(q_model_about(again).file, &err), Q_OK);
    q_model_unref(m);
    q_model_unref(again);
}

TEST(a_saved_model_opens_again)
{
    save_and_compare(Q_PRECISION_F32, 0);
}

TEST(halves_are_read_as_floats)
{
    save_and_compare(Q_PRECISION_F16, 0.05F);
}

/* A saved model's bytes, copied so that they can be damaged. */
static char *saved(size_t *n)
{
    float w[MANY];
    char path[600];
    q_model *m = NULL;
    q_str bytes;

    snprintf(path, sizeof path, "%s", path_of("m.q"));
    CHECK_EQ(q_model_open_bytes(sample(weights(w), MANY), NULL, &m, NULL), Q_OK);
    CHECK_EQ(q_model_save(m, path, NULL, NULL), Q_OK);
    q_model_unref(m);
    CHECK_EQ(q_file_read(q_test_arena(), path, 1 << 20, &bytes, NULL), Q_OK);
    *n = bytes.n;
    return (char *)(uintptr_t)bytes.p;
}

static const char *refusal(const char *p, size_t n, q_code code)
{
    static q_err err;
    q_model *m = NULL;

    CHECK_EQ(q_model_open_bytes((q_str){p, n}, NULL, &m, &err), code);
    CHECK(m == NULL);
    return err.msg;
}

TEST(damage_to_a_saved_model_is_seen)
{
    size_t n;
    char *p = saved(&n);
    model_file f;
    q_err err;

    CHECK(strstr(refusal(p, n - 1, Q_INVALID), "bytes; "));
    CHECK(strstr(refusal(p, 40, Q_INVALID), "cut short at 40 bytes"));
    p[n - 3] ^= 1;
    CHECK(strstr(refusal(p, n, Q_INVALID), "damage in the graph of this .q file"));
    p[n - 3] ^= 1;
    p[20] ^= 1;
    CHECK(strstr(refusal(p, n, Q_INVALID), "damage in the header of this .q file"));
    p[20] ^= 1;
    p[4100] ^= 1; /* weights are looked at on request */
    CHECK_EQ(model_file__parse((q_str){p, n}, &f, &err), Q_OK);
    CHECK_EQ(model_file__verify(&f, &err), Q_INVALID);
    CHECK(strstr(err.msg, "damage in the weights of this .q file"));
}

TEST(a_file_that_is_not_there)
{
    q_model *m = NULL;
    q_err err;

    CHECK_EQ(q_model_open(path_of("none.onnx"), NULL, &m, &err), Q_NOTFOUND);
    CHECK(strstr(err.msg, "none.onnx"));
    CHECK_EQ(q_model_open(q_test_dir(), NULL, &m, &err), Q_INVALID);
}

TEST(a_small_limit_is_kept)
{
    float w[MANY];
    q_model_options o = {.limit_bytes = 2000};
    q_model *m = NULL;
    q_err err;

    CHECK_EQ(q_model_open_bytes(sample(weights(w), MANY), &o, &m, &err), Q_LIMIT);
    CHECK_STR(err.msg, "the model takes more than 2000 bytes of memory");
}

TEST_MAIN("engine/model")
