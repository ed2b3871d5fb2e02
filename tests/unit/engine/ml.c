#include "one.h"

#include <math.h>

/* if x0 <= 1 { if x1 > 2 (or is missing) 10 else 20 } else 30; and x0 < 1 ? 1 : 2 */
static one two_trees(const char *type)
{
    one o = one_of("ai.onnx.ml", type, 3);

    one_ints(&o, "nodes_treeids", 8, I64(0, 0, 0, 0, 0, 1, 1, 1));
    one_ints(&o, "nodes_nodeids", 8, I64(0, 1, 2, 3, 4, 0, 1, 2));
    one_ints(&o, "nodes_featureids", 8, I64(0, 1, 0, 0, 0, 0, 0, 0));
    one_floats(&o, "nodes_values", 8, F64(1, 2, 0, 0, 0, 1, 0, 0));
    one_attr_strings(
        &o, "nodes_modes", 8,
        TEXTS("BRANCH_LEQ", "BRANCH_GT", "LEAF", "LEAF", "LEAF", "BRANCH_LT", "LEAF", "LEAF"));
    one_ints(&o, "nodes_truenodeids", 8, I64(1, 3, 0, 0, 0, 1, 0, 0));
    one_ints(&o, "nodes_falsenodeids", 8, I64(2, 4, 0, 0, 0, 2, 0, 0));
    one_ints(&o, "nodes_missing_value_tracks_true", 8, I64(0, 1, 0, 0, 0, 0, 0, 0));
    return o;
}

static void weights(one *o, const char *nodes, const char *trees, const char *ids,
                    const char *values, const double *five)
{
    one_ints(o, nodes, 5, I64(2, 3, 4, 1, 2));
    one_ints(o, trees, 5, I64(0, 0, 0, 1, 1));
    one_ints(o, ids, 5, I64(0, 0, 0, 0, 0));
    one_floats(o, values, 5, five);
}

static q_tensor *rows(void)
{
    return one_shape(one_f32(10, F32(1, 3, 1, 2, 0.5F, NAN, 2, 0, NAN, 0)), 2, DIMS(5, 2));
}

TEST(trees_are_walked_by_orders_and_missing_values)
{
    one o = two_trees("TreeEnsembleRegressor");
    q_err err;

    weights(&o, "target_nodeids", "target_treeids", "target_ids", "target_weights",
            F64(30, 10, 20, 1, 2));
    one_floats(&o, "base_values", 1, F64(0.5));
    one_in(&o, rows());
    CHECK_EQ(one_run(&o, 1, &err), Q_OK);
    ONE_NEAR(&o, 0, 5, F32(12.5F, 22.5F, 11.5F, 32.5F, 32.5F), 1e-6);
    one_clear(&o);
}

TEST(many_rows_and_few_give_the_same)
{
    one all = two_trees("TreeEnsembleRegressor");
    float x[2 * 19];
    q_err err;

    for (size_t i = 0; i < 2 * 19; i++)
        x[i] = (float)(i * 7 % 5);
    weights(&all, "target_nodeids", "target_treeids", "target_ids", "target_weights",
            F64(30, 10, 20, 1, 2));
    one_in(&all, one_shape(one_f32(38, x), 2, DIMS(19, 2)));
    CHECK_EQ(one_run(&all, 1, &err), Q_OK);
    for (size_t r = 0; r < 19; r++) {
        one o = two_trees("TreeEnsembleRegressor");
        weights(&o, "target_nodeids", "target_treeids", "target_ids", "target_weights",
                F64(30, 10, 20, 1, 2));
        one_in(&o, one_shape(one_f32(2, x + 2 * r), 2, DIMS(1, 2)));
        CHECK_EQ(one_run(&o, 1, &err), Q_OK);
        ONE_NEAR(&o, 0, 1, (const float *)all.out[0].data + r, 0);
        one_clear(&o);
    }
    one_clear(&all);
}

TEST(one_score_of_two_classes_is_a_probability)
{
    one o = two_trees("TreeEnsembleClassifier");
    q_err err;

    weights(&o, "class_nodeids", "class_treeids", "class_ids", "class_weights",
            F64(0.5, 0.25, 0, 0.125, 0.375));
    one_attr_strings(&o, "classlabels_strings", 2, TEXTS("no", "yes"));
    one_in(&o, rows());
    CHECK_EQ(one_run(&o, 2, &err), Q_OK);
    ONE_TEXTS(&o, 0, 5, TEXTS("yes", "no", "no", "yes", "yes"));
    ONE_NEAR(&o, 1, 10,
             F32(0.375F, 0.625F, 0.625F, 0.375F, 0.625F, 0.375F, 0.125F, 0.875F, 0.125F, 0.875F),
             1e-6);
    one_clear(&o);
}

TEST(a_tree_with_a_cycle_is_refused)
{
    one o = one_of("ai.onnx.ml", "TreeEnsembleRegressor", 3);
    q_err err;

    one_ints(&o, "nodes_treeids", 2, I64(0, 0));
    one_ints(&o, "nodes_nodeids", 2, I64(0, 1));
    one_ints(&o, "nodes_featureids", 2, I64(0, 0));
    one_floats(&o, "nodes_values", 2, F64(1, 2));
    one_attr_strings(&o, "nodes_modes", 2, TEXTS("BRANCH_LEQ", "LEAF"));
    one_ints(&o, "nodes_truenodeids", 2, I64(0, 0));
    one_ints(&o, "nodes_falsenodeids", 2, I64(1, 0));
    one_in(&o, rows());
    CHECK_EQ(one_run(&o, 1, &err), Q_INVALID);
    CHECK_STR(err.msg, "node 0 of a tree is reached twice");
}

TEST(rows_too_narrow_for_the_trees_are_refused)
{
    one o = two_trees("TreeEnsembleRegressor");
    q_err err;

    weights(&o, "target_nodeids", "target_treeids", "target_ids", "target_weights",
            F64(30, 10, 20, 1, 2));
    one_in(&o, one_shape(one_f32(3, F32(0, 0, 0)), 2, DIMS(3, 1)));
    CHECK_EQ(one_run(&o, 1, &err), Q_INVALID);
    CHECK_STR(err.msg, "rows of 1 features; the trees look at 2");
}

TEST(labels_are_encoded_both_ways_of_text)
{
    one o = one_of("ai.onnx.ml", "LabelEncoder", 2);
    q_err err;

    one_attr_strings(&o, "keys_strings", 3, TEXTS("b", "a", "c"));
    one_ints(&o, "values_int64s", 3, I64(20, 10, 30));
    one_in(&o, one_strings(4, TEXTS("a", "c", "x", "b")));
    CHECK_EQ(one_run(&o, 1, &err), Q_OK);
    ONE_I64(&o, 0, 4, I64(10, 30, -1, 20));
    one_clear(&o);
}

TEST(a_linear_classifier_of_two_classes)
{
    one o = one_of("ai.onnx.ml", "LinearClassifier", 1);
    q_err err;

    one_floats(&o, "coefficients", 2, F64(1, -1));
    one_floats(&o, "intercepts", 1, F64(0.5));
    one_ints(&o, "classlabels_ints", 2, I64(7, 8));
    one_string(&o, "post_transform", "LOGISTIC");
    one_in(&o, one_shape(one_f32(4, F32(1, 2, 2, 1)), 2, DIMS(2, 2)));
    CHECK_EQ(one_run(&o, 2, &err), Q_OK);
    ONE_I64(&o, 0, 2, I64(7, 8));
    ONE_NEAR(&o, 1, 4, F32(0.6224593F, 0.3775407F, 0.1824255F, 0.8175745F), 1e-6);
    one_clear(&o);
}

TEST(a_support_vector_regressor)
{
    one o = one_of("ai.onnx.ml", "SVMRegressor", 1);
    q_err err;

    one_string(&o, "kernel_type", "RBF");
    one_floats(&o, "kernel_params", 3, F64(0.5, 0, 3));
    one_floats(&o, "support_vectors", 4, F64(0, 0, 1, 1));
    one_floats(&o, "coefficients", 2, F64(1, -2));
    one_floats(&o, "rho", 1, F64(0.25));
    one_int(&o, "n_supports", 2);
    one_in(&o, one_shape(one_f32(2, F32(0, 1)), 2, DIMS(1, 2)));
    CHECK_EQ(one_run(&o, 1, &err), Q_OK);
    ONE_NEAR(&o, 0, 1, F32(-0.3565307F), 1e-6);
    one_clear(&o);
}

TEST_MAIN("engine/ml")
