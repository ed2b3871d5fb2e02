#include "engine/onnx_write.h"

#include "onnx_build.h"

#include <string.h>

static q_graph *read(q_str model, onnx_model *m)
{
    q_arena *a = q_test_arena();
    onnx_data *d;
    q_err err;

    CHECK_EQ(onnx_data__new(a, &(onnx_data_options){.limit = 1 << 20}, &d, NULL), Q_OK);
    if (onnx__read(model, a, d, m, &err))
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
    return m->graph;
}

static q_str written(const q_graph *g, const onnx_write_options *o)
{
    q_buf b = q_buf_init(q_test_arena(), 1 << 20);

    CHECK_EQ(onnx__write(g, o, &b, NULL), Q_OK);
    return build_done(&b);
}

static q_str float_attr(const char *name, float v)
{
    q_buf b = build_graph();
    size_t a = protobuf__open(&b, 5);

    protobuf__put_bytes(&b, 1, q_str_of(name));
    protobuf__put_float(&b, 2, v);
    protobuf__put_int(&b, 20, 1);
    protobuf__close(&b, a);
    return build_done(&b);
}

static q_graph *sample(onnx_model *m)
{
    q_buf b = build_graph();

    build_input(&b, "x", Q_F32, (const int64_t[]){-1, 2}, 2);
    build_weights(&b, "w", (const int64_t[]){2}, 1, (const float[]){1.5F, -2}, 2);
    build_node_with(&b, "LeakyRelu", "l", "x", "y", float_attr("alpha", 0.25F));
    build_node(&b, "Add", "a", "y w", "z");
    build_output(&b, "z");
    return read(build_model(&b, 16), m);
}

TEST(what_is_written_reads_back_the_same)
{
    onnx_model first, second;
    const onnx_entry metadata = {Q_STR("author"), Q_STR("nobody")};
    const onnx_write_options o = {.metadata = &metadata, .metadata_count = 1};
    q_graph *g = sample(&first), *h;
    q_str bytes = written(g, &o);

    h = read(bytes, &second);
    CHECK_EQ(h->node_count, 2);
    CHECK_STREQ(h->nodes[0]->name, "l");
    CHECK_NEAR(q_node_float(h->nodes[0], "alpha", 0), 0.25, 0);
    CHECK_EQ(h->nodes[1]->version, 16);
    CHECK_NEAR(((float *)h->values[h->nodes[1]->in[1]].constant->data)[0], 1.5, 0);
    CHECK_STREQ(h->values[h->inputs[0]].dim_names[0], "N");
    CHECK_STREQ(h->values[h->outputs[0]].name, "z");
    CHECK_STREQ(second.metadata[0].value, "nobody");
    CHECK(q_str_eq(written(h, &o), bytes));
}

TEST(values_without_a_name_or_with_another_s_get_one)
{
    onnx_model m, again;
    q_graph *g = sample(&m), *h;

    g->values[g->nodes[0]->out[0]].name = Q_STR("");
    g->values[g->nodes[1]->in[1]].name = Q_STR("x");
    h = read(written(g, NULL), &again);
    CHECK_EQ(h->node_count, 2);
    CHECK_EQ(h->nodes[1]->in[0], h->nodes[0]->out[0]);
    CHECK(h->nodes[1]->in[1] != h->inputs[0]);
    CHECK_STREQ(h->values[h->inputs[0]].name, "x");
}

TEST(a_node_of_another_version_stays_so)
{
    onnx_model m, again;
    q_graph *g = sample(&m), *h;

    g->nodes[1]->version = 7;
    g->nodes[0]->domain = Q_STR("quern");
    g->nodes[0]->version = 1;
    h = read(written(g, NULL), &again);
    CHECK_EQ(h->nodes[1]->version, 7);
    CHECK_EQ(h->nodes[0]->version, 1);
    CHECK_STREQ(h->nodes[0]->domain, "quern");
}

static bool place_all(void *ctx, const q_tensor *t, onnx_place *out)
{
    size_t *count = ctx;

    *out = (onnx_place){4096 + 64 * *count, q_tensor_bytes(t), false};
    ++*count;
    return true;
}

TEST(constants_can_lie_elsewhere)
{
    onnx_model m;
    size_t count = 0;
    q_graph *g = sample(&m);
    q_str bytes = written(g, &(onnx_write_options){.place = place_all, .ctx = &count});

    CHECK_EQ(count, 1);
    CHECK(q_str_find(bytes, Q_STR("4096")) != SIZE_MAX);
}

TEST(a_buffer_too_small_is_an_error)
{
    onnx_model m;
    q_buf b = q_buf_init(q_test_arena(), 50);
    q_err err;

    CHECK_EQ(onnx__write(sample(&m), NULL, &b, &err), Q_LIMIT);
    CHECK_STR(err.msg, "the model is larger than 50 bytes");
}

TEST_MAIN("engine/onnx_write")
