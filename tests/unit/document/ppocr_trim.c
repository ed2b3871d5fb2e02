#include "document/ppocr_trim.h"

#include "engine/graph.h"

#include "test.h"

#include <string.h>

enum { CLASSES = 6, KEPT = 5 };

static float weights[3 * (CLASSES + 1)], bias[CLASSES + 1];

/* none, a, a Chinese character, e with an accent, a euro sign, the blank */
static ppocr_alphabet alphabet(void)
{
    ppocr_alphabet out;

    CHECK_EQ(ppocr__alphabet(Q_STR("a\n\xe4\xb8\xad\n\xc3\xa9\n\xe2\x82\xac\n"), q_test_arena(),
                             &out, NULL),
             Q_OK);
    return out;
}

static q_value_id value(q_graph *g, size_t last)
{
    q_shape shape = {3, {1, 2, last}};
    q_value_id id;

    CHECK_EQ(graph__add_value(g, Q_STR(""), Q_F32, &shape, &id, NULL), Q_OK);
    g->values[id].has_shape = true;
    return id;
}

static void node(q_graph *g, const char *type, q_value_id a, q_value_id b, q_value_id out)
{
    q_value_id in[2] = {a, b};
    q_node *n;

    CHECK_EQ(graph__add_node(g, Q_STR(""), q_str_of(type), Q_STR(""), in, b == Q_NO_VALUE ? 1 : 2,
                             &out, 1, &n, NULL),
             Q_OK);
}

static q_value_id constant(q_graph *g, float *data, q_shape shape)
{
    q_tensor t = {Q_F32, shape, data};
    q_value_id id;

    CHECK_EQ(graph__add_constant(g, Q_STR(""), &t, &id, NULL), Q_OK);
    return id;
}

/* softmax(identity(x * weights + bias)) with `classes` classes. */
static q_graph *graph(size_t classes)
{
    q_value_id x, w, b, product, sum, same, *ends;
    q_graph *g;

    for (size_t i = 0; i < 3 * classes; i++)
        weights[i] = (float)i;
    for (size_t i = 0; i < classes; i++)
        bias[i] = 100 + (float)i;
    CHECK_EQ(graph__new(q_test_arena(), NULL, &g, NULL), Q_OK);
    x = value(g, 3);
    w = constant(g, weights, (q_shape){2, {3, classes}});
    b = constant(g, bias, (q_shape){1, {classes}});
    product = value(g, classes);
    sum = value(g, classes);
    same = value(g, classes);
    ends = q_arena_array(q_test_arena(), 2, sizeof *ends);
    ends[0] = x;
    ends[1] = value(g, classes);
    node(g, "MatMul", x, w, product);
    node(g, "Add", product, b, sum);
    node(g, "Identity", sum, Q_NO_VALUE, same);
    node(g, "Softmax", same, Q_NO_VALUE, ends[1]);
    g->inputs = ends;
    g->input_count = 1;
    g->outputs = ends + 1;
    g->output_count = 1;
    return g;
}

TEST(european_scripts_digits_and_signs_are_read)
{
    CHECK(ppocr__is_read(Q_STR("a")));
    CHECK(ppocr__is_read(Q_STR("7")));
    CHECK(ppocr__is_read(Q_STR("\xc3\x9f")));     /* sharp s */
    CHECK(ppocr__is_read(Q_STR("\xe2\x82\xac"))); /* euro */
    CHECK(ppocr__is_read(Q_STR("\xd0\xaf")));     /* Cyrillic */
    CHECK(!ppocr__is_read(Q_STR("\xe4\xb8\xad")));
    CHECK(!ppocr__is_read(Q_STR("\xef\xbc\xa1"))); /* a full-width A */
    CHECK(!ppocr__is_read(Q_STR("")));
}

TEST(the_last_layer_loses_what_is_not_read)
{
    static const float want_bias[KEPT] = {100, 101, 103, 104, 105};
    ppocr_alphabet letters = alphabet();
    q_graph *g = graph(CLASSES);
    const q_tensor *w, *b;

    CHECK_EQ(ppocr__trim(g, &letters, NULL), Q_OK);
    CHECK_EQ(letters.count, 3);
    CHECK_STREQ(letters.characters[1], "\xc3\xa9");
    w = g->values[g->nodes[0]->in[1]].constant;
    b = g->values[g->nodes[1]->in[1]].constant;
    CHECK_EQ(w->shape.dims[1], KEPT);
    CHECK_EQ(b->shape.dims[0], KEPT);
    CHECK_EQ((uintptr_t)w->data % Q_TENSOR_ALIGN, 0);
    CHECK(memcmp(b->data, want_bias, sizeof want_bias) == 0);
    for (size_t r = 0; r < 3; r++)
        for (size_t c = 0; c < KEPT; c++)
            CHECK_NEAR(((const float *)w->data)[r * KEPT + c],
                       (float)(r * CLASSES) + want_bias[c] - 100, 0);
    CHECK_EQ(g->values[g->outputs[0]].shape.dims[2], KEPT);
}

TEST(other_ends_stay_as_they_are)
{
    ppocr_alphabet letters = alphabet();
    q_graph *g = graph(CLASSES + 1); /* other classes than characters */

    CHECK_EQ(ppocr__trim(g, &letters, NULL), Q_OK);
    CHECK_EQ(letters.count, 4);
    CHECK(g->values[g->nodes[0]->in[1]].constant->data == weights);
    g = graph(CLASSES);
    node(g, "Relu", g->nodes[1]->out[0], Q_NO_VALUE, value(g, CLASSES)); /* used twice */
    CHECK_EQ(ppocr__trim(g, &letters, NULL), Q_OK);
    CHECK_EQ(letters.count, 4);
    g = graph(CLASSES);
    g->nodes[3]->type = Q_STR("Sigmoid");
    CHECK_EQ(ppocr__trim(g, &letters, NULL), Q_OK);
    CHECK_EQ(letters.count, 4);
}

TEST_MAIN("document/ppocr_trim")
