#include "document/recognise.h"

#include "base/file.h"

#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TEST(recognisers_have_names)
{
    q_recogniser_kind kind = Q_RECOGNISER_BEST;

    CHECK(q_recogniser_named(Q_STR("ppocr"), &kind));
    CHECK_EQ(kind, Q_RECOGNISER_PPOCR);
    CHECK(q_recogniser_named(Q_STR("tesseract"), &kind));
    CHECK_EQ(kind, Q_RECOGNISER_TESSERACT);
    CHECK(q_recogniser_named(Q_STR(""), &kind));
    CHECK_EQ(kind, Q_RECOGNISER_BEST);
    CHECK(!q_recogniser_named(Q_STR("Tesseract"), &kind));
}

TEST(models_are_looked_for_where_the_environment_says)
{
    const char *dir = q_test_dir();
    char path[4200];
    q_str folder;
    q_err err;

    setenv("QUERN_MODELS", dir, 1);
    CHECK_EQ(q_recogniser_models(q_test_arena(), &folder, &err), Q_NOTFOUND);
    CHECK(strstr(err.msg, dir) != NULL);
    snprintf(path, sizeof path, "%s/rec.onnx", dir);
    CHECK_EQ(q_file_replace(path, Q_STR("no model"), 0644, NULL), Q_OK);
    CHECK_EQ(q_recogniser_models(q_test_arena(), &folder, &err), Q_OK);
    CHECK_STREQ(folder, dir);
    unsetenv("QUERN_MODELS");
}

TEST(without_models_the_best_is_tesseract)
{
    q_recogniser *r = NULL;
    q_err err;

    setenv("QUERN_MODELS", q_test_dir(), 1);
    CHECK_EQ(q_recogniser_new(Q_RECOGNISER_PPOCR, &r, &err), Q_NOTFOUND);
    CHECK(strstr(err.msg, "QUERN_MODELS") != NULL);
    CHECK_EQ(q_recogniser_new(Q_RECOGNISER_BEST, &r, &err), Q_OK);
    CHECK_STR(q_recogniser_name(r), "tesseract");
    CHECK_EQ(q_recogniser_threads(r, 4, NULL), Q_OK);
    q_recogniser_free(r);
    unsetenv("QUERN_MODELS");
}

TEST(models_that_do_not_open_are_told_of)
{
    const char *dir = q_test_dir();
    q_recogniser *r = NULL;
    char path[4200];
    q_err err;

    snprintf(path, sizeof path, "%s/rec.onnx", dir);
    CHECK_EQ(q_file_replace(path, Q_STR("no model"), 0644, NULL), Q_OK);
    snprintf(path, sizeof path, "%s/det.onnx", dir);
    CHECK_EQ(q_file_replace(path, Q_STR("no model"), 0644, NULL), Q_OK);
    setenv("QUERN_MODELS", dir, 1);
    CHECK(q_recogniser_new(Q_RECOGNISER_BEST, &r, &err) != Q_OK);
    CHECK(strstr(err.msg, dir) != NULL);
    CHECK(r == NULL);
    unsetenv("QUERN_MODELS");
}

TEST_MAIN("document/recognise")
