/* Wanted values come from ONNX Runtime. */
#include "op_case.h"
#include "test.h"

TEST(batch)
{
    op_case c = op_case_new("", "BatchNormalization", 14);

    op_case_float(&c, "epsilon", 0.01);
    op_case_in(&c, OP_F32(OP_SHAPE(2, 2, 3), 0.125F, 0.625F, -1.125F, -0.75F, 0.25F, 0.375F,
                          -1.375F, -0.375F, 2, -0.75F, 1.125F, -1.25F));
    op_case_in(&c, OP_F32(OP_SHAPE(2), -0.125F, 0.125F));
    op_case_in(&c, OP_F32(OP_SHAPE(2), 0.375F, 0.875F));
    op_case_in(&c, OP_F32(OP_SHAPE(2), 1.125F, 0.75F));
    op_case_in(&c, OP_F32(OP_SHAPE(2), 0.875F, 1));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(2, 2, 3), 0.5078735F, 0.4414368F, 0.6739655F, 0.6884305F, 0.8128102F,
                   0.8283576F, 0.7071838F, 0.5743103F, 0.2587357F, 0.6884305F, 0.9216424F,
                   0.6262407F));
}

TEST(batch_in_training)
{
    op_case c = op_case_new("", "BatchNormalization", 14);

    op_case_int(&c, "training_mode", 1);
    op_case_float(&c, "momentum", 0.75);
    op_case_in(&c, OP_F32(OP_SHAPE(2, 2, 3), -0.75F, 1.25F, 0.125F, -1, -1.25F, 1, 0.5F, -1.75F,
                          0.375F, -1.875F, -0.375F, 0.25F));
    op_case_in(&c, OP_F32(OP_SHAPE(2), 0.625F, -1.375F));
    op_case_in(&c, OP_F32(OP_SHAPE(2), -1.875F, 0.25F));
    op_case_in(&c, OP_F32(OP_SHAPE(2), 1.25F, 1.125F));
    op_case_in(&c, OP_F32(OP_SHAPE(2), 0.625F, 0.75F));
    c.out_count = 3;
    op_case_run(&c);
    OP_WANT(&c, 0, 0.0001,
            OP_F32(OP_SHAPE(2, 2, 3), -2.333928F, -1.038132F, -1.767017F, 0.9069844F, 1.26534F,
                   -1.959857F, -1.524055F, -2.981825F, -1.605043F, 2.161228F, 0.01109654F,
                   -0.8847914F));
    OP_WANT(&c, 1, 0.0001, OP_F32(OP_SHAPE(2), 0.9270833F, 0.7083333F));
    OP_WANT(&c, 2, 0.0001, OP_F32(OP_SHAPE(2), 0.7013889F, 0.7925347F));
}

TEST(instance)
{
    op_case c = op_case_new("", "InstanceNormalization", 6);

    op_case_in(
        &c, OP_F32(OP_SHAPE(1, 2, 2, 2), 0.875F, 1.5F, 0, 1.5F, -0.75F, -1.125F, -0.875F, 0.875F));
    op_case_in(&c, OP_F32(OP_SHAPE(2), 1.5F, -0.125F));
    op_case_in(&c, OP_F32(OP_SHAPE(2), 0.75F, -1.5F));
    op_case_run(&c);
    OP_WANT(&c, 0, 0.0001,
            OP_F32(OP_SHAPE(1, 2, 2, 2), 0.521255F, 2.046221F, -1.613697F, 2.046221F, -1.455356F,
                   -1.395831F, -1.435514F, -1.713299F));
}

TEST(group)
{
    op_case c = op_case_new("", "GroupNormalization", 21);

    op_case_int(&c, "num_groups", 2);
    op_case_in(&c, OP_F32(OP_SHAPE(1, 4, 3), 0, -0.25F, -0.25F, -1.25F, 0.5F, 0.75F, 0.5F, 1,
                          -0.125F, 1.375F, 0.25F, 1.5F));
    op_case_in(&c, OP_F32(OP_SHAPE(4), -0.375F, 0.75F, -1.25F, -1.625F));
    op_case_in(&c, OP_F32(OP_SHAPE(4), 1.75F, -0.5F, -1.875F, 0.5F));
    op_case_run(&c);
    OP_WANT(&c, 0, 0.0001,
            OP_F32(OP_SHAPE(1, 4, 3), 1.70118F, 1.847641F, 1.847641F, -1.866967F, 0.1834834F,
                   0.4764049F, -1.345998F, -2.404002F, -0.02349436F, -1.219255F, 1.875404F,
                   -1.563106F));
}

TEST(mean_variance)
{
    op_case c = op_case_new("", "MeanVarianceNormalization", 13);

    op_case_in(&c, OP_F32(OP_SHAPE(1, 2, 2, 3), 1.75F, 1.125F, 2, 1.75F, -0.125F, -1.125F, -1.75F,
                          -0.875F, 0.5F, 1.625F, -2, 1.25F));
    op_case_run(&c);
    OP_WANT(&c, 0, 0.0001,
            OP_F32(OP_SHAPE(1, 2, 2, 3), 0.7464423F, 0.200265F, 0.9649132F, 0.7464423F, -0.8920894F,
                   -1.765973F, -1.089178F, -0.4709958F, 0.5004331F, 1.295239F, -1.265801F,
                   1.030303F));
}

TEST(across_channels)
{
    op_case c = op_case_new("", "LRN", 13);

    op_case_int(&c, "size", 3);
    op_case_float(&c, "alpha", 0.5);
    op_case_float(&c, "beta", 0.75);
    op_case_float(&c, "bias", 2.0);
    op_case_in(&c,
               OP_F32(OP_SHAPE(1, 4, 2, 1), 1, 0.75F, -1.5F, -1.75F, 1, 0.625F, -0.5F, -0.625F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(1, 4, 2, 1), 0.4967765F, 0.3658556F, -0.710501F, -0.8379991F,
                   0.4907549F, 0.3017171F, -0.2760079F, -0.3544569F));
}

TEST_MAIN("engine/op_norm_channel")
