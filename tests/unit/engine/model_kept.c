#include "engine/model_kept.h"

#include "base/file.h"
#include "engine/graph.h"
#include "engine/model_parts.h"

#include "onnx_build.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MANY = 400 };

static char onnx_path[600], kept_path[600];

/* y = w, of which all are `value`. */
static void write_onnx(float value)
{
    q_buf b = build_graph();
    float w[MANY];

    for (size_t i = 0; i < MANY; i++)
        w[i] = value;
    build_weights(&b, "w", (const int64_t[]){MANY}, 1, w, MANY);
    build_node(&b, "Identity", "k", "w", "y");
    build_output(&b, "y");
    snprintf(onnx_path, sizeof onnx_path, "%s/m.onnx", q_test_dir());
    snprintf(kept_path, sizeof kept_path, "%s/m.q", q_test_dir());
    CHECK_EQ(q_file_replace(onnx_path, build_model(&b, 13), 0600, NULL), Q_OK);
}

static q_code count_edits(const q_model *m, struct q_graph *g, void *ctx, q_err *err)
{
    (void)m, (void)g, (void)err;
    ++*(int *)ctx;
    return Q_OK;
}

/* The weights of the model as it opens; how often it was read from its ONNX file goes to *edits. */
static float open_kept(const char *kept, bool want_file, int *edits)
{
    q_model_options o = {.edit = count_edits, .edit_ctx = edits};
    q_model *m = NULL;
    const q_graph *g;
    float w = 0;
    q_err err;

    *edits = 0;
    if (q_model_open_kept(onnx_path, kept, &o, &m, &err))
        q_test_fail(__FILE__, __LINE__, "%s", err.msg);
    g = model__graph(m);
    for (size_t i = 0; i < g->value_count; i++)
        if (g->values[i].constant)
            w = *(const float *)g->values[i].constant->data;
    CHECK_EQ(q_model_about(m).file != NULL, want_file);
    q_model_unref(m);
    return w;
}

TEST(what_was_kept_is_taken)
{
    int edits;

    write_onnx(3);
    CHECK_NEAR(open_kept(kept_path, true, &edits), 3, 0);
    CHECK_EQ(edits, 1);
    CHECK_NEAR(open_kept(kept_path, true, &edits), 3, 0);
    CHECK_EQ(edits, 0);
}

TEST(another_model_is_optimised_anew)
{
    int edits;

    write_onnx(3);
    CHECK_NEAR(open_kept(kept_path, true, &edits), 3, 0);
    write_onnx(5);
    CHECK_NEAR(open_kept(kept_path, true, &edits), 5, 0);
    CHECK_EQ(edits, 1);
    CHECK_NEAR(open_kept(kept_path, true, &edits), 5, 0);
    CHECK_EQ(edits, 0);
}

TEST(another_precision_is_another_model)
{
    q_model_options o = {.precision = Q_PRECISION_F16};
    q_model *m = NULL;
    int edits;

    write_onnx(3);
    CHECK_NEAR(open_kept(kept_path, true, &edits), 3, 0);
    CHECK_EQ(q_model_open_kept(onnx_path, kept_path, &o, &m, NULL), Q_OK);
    CHECK_EQ(q_model_about(m).precision, Q_PRECISION_F16);
    q_model_unref(m);
}

TEST(a_damaged_file_is_made_again)
{
    int edits;

    write_onnx(3);
    open_kept(kept_path, true, &edits);
    CHECK_EQ(truncate(kept_path, 4000), 0);
    CHECK_NEAR(open_kept(kept_path, true, &edits), 3, 0);
    CHECK_EQ(edits, 1);
    CHECK_EQ(q_file_replace(kept_path, Q_STR("no model"), 0600, NULL), Q_OK);
    CHECK_NEAR(open_kept(kept_path, true, &edits), 3, 0);
    CHECK_EQ(edits, 1);
}

TEST(a_model_that_cannot_be_kept_opens_all_the_same)
{
    char nowhere[700];
    int edits;

    write_onnx(3);
    snprintf(nowhere, sizeof nowhere, "%s/none/m.q", q_test_dir());
    CHECK_NEAR(open_kept(nowhere, false, &edits), 3, 0);
    CHECK_EQ(edits, 1);
}

TEST(without_its_source_nothing_opens)
{
    q_model *m = NULL;
    int edits;
    q_err err;

    write_onnx(3);
    open_kept(kept_path, true, &edits);
    CHECK_EQ(unlink(onnx_path), 0);
    CHECK_EQ(q_model_open_kept(onnx_path, kept_path, NULL, &m, &err), Q_NOTFOUND);
    CHECK(m == NULL);
    CHECK(strstr(err.msg, "m.onnx") != NULL);
}

TEST_MAIN("engine/model_kept")
