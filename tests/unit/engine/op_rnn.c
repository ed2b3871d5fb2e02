/* Wanted values come from ONNX Runtime. */
#include "op_case.h"
#include "test.h"

TEST(lstm_with_everything)
{
    op_case c = op_case_new("", "LSTM", 14);

    op_case_int(&c, "hidden_size", 2);
    op_case_string(&c, "direction", "bidirectional");
    op_case_float(&c, "clip", 1.5);
    op_case_in(&c, OP_F32(OP_SHAPE(3, 2, 2), -1.25F, 1.125F, -1.5F, -1.625F, 0.5F, 1.125F, 1,
                          -0.25F, 1.625F, -1.375F, -0.25F, -0.5F));
    op_case_in(&c, OP_F32(OP_SHAPE(2, 8, 2), 0.125F, -0.625F, -0.75F, 1, -0.375F, 0, 0.875F,
                          -0.375F, -0.25F, 0.125F, -0.875F, -1, 0.25F, -0.25F, -0.875F, -0.375F,
                          0.375F, 0.5F, 0, -0.5F, 0.625F, -0.625F, 0.5F, -0.75F, 0.875F, 0.5F, 0,
                          -0.125F, 0.125F, 0.375F, 0.125F, 0.375F));
    op_case_in(&c, OP_F32(OP_SHAPE(2, 8, 2), -0.875F, -0.125F, 0.5F, -0.125F, 1, 0.125F, -0.375F,
                          0.75F, -0.125F, 0.125F, 0.25F, 0.75F, -0.625F, 0.75F, 0.125F, -0.25F,
                          -0.375F, 1, 0.875F, 0.125F, -0.25F, 1, -1, -0.875F, 0, 0.125F, -1,
                          -0.625F, -0.875F, -0.5F, -0.625F, -0.75F));
    op_case_in(&c, OP_F32(OP_SHAPE(2, 16), -0.75F, -0.25F, -0.75F, 0.5F, -0.25F, -0.75F, 0.25F,
                          0.625F, -0.25F, -1, 0.25F, 0.5F, 0.75F, 0.375F, 0.25F, -0.375F, -0.5F,
                          -0.875F, 0.625F, 0.125F, -0.375F, -0.75F, -0.375F, 0.5F, -0.625F, -0.875F,
                          -0.25F, -0.375F, 0.375F, 0.125F, 0, 1));
    op_case_in(&c, OP_I32(OP_SHAPE(2), 3, 2));
    op_case_in(&c,
               OP_F32(OP_SHAPE(2, 2, 2), 1.375F, -1.5F, -1, -0.375F, -1.75F, 1, 1.125F, -0.875F));
    op_case_in(
        &c, OP_F32(OP_SHAPE(2, 2, 2), 1.625F, 0.25F, -1.125F, 0.5F, 0.75F, 0.875F, 1.875F, 1.625F));
    op_case_in(&c, OP_F32(OP_SHAPE(2, 6), -0.375F, -0.25F, -1.875F, -0.375F, -1.25F, -1.5F, 1.25F,
                          -1.875F, -1.5F, 0.625F, 0.25F, -0.25F));
    c.out_count = 3;
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(3, 2, 2, 2), 0.1030327F, 0.1191628F, -0.1581285F, 0.2755947F,
                   0.004350791F, 0.0433278F, -0.03346999F, 0.1040049F, 0.04453365F, -0.03509422F,
                   0.01261792F, 0.0008031026F, 0.1179039F, 0.05035972F, 0.140715F, 0.254491F,
                   0.08067393F, -0.09967843F, 0, 0, 0.5519272F, 0.4941579F, 0, 0));
    OP_WANT(&c, 1, 1e-5,
            OP_F32(OP_SHAPE(2, 2, 2), 0.08067393F, -0.09967843F, 0.01261792F, 0.0008031026F,
                   0.004350791F, 0.0433278F, -0.03346999F, 0.1040049F));
    OP_WANT(&c, 2, 1e-5,
            OP_F32(OP_SHAPE(2, 2, 2), 0.4749987F, -0.1225292F, 0.05030203F, 0.0009822994F,
                   0.01761959F, 0.242133F, -0.04937561F, 0.212392F));
}

TEST(lstm_coupled_gates)
{
    op_case c = op_case_new("", "LSTM", 14);

    op_case_int(&c, "hidden_size", 2);
    op_case_int(&c, "input_forget", 1);
    op_case_strings(&c, "activations",
                    (q_str[]){Q_STR("HardSigmoid"), Q_STR("Tanh"), Q_STR("Softsign")}, 3);
    op_case_floats(&c, "activation_alpha", (double[]){0.3}, 1);
    op_case_floats(&c, "activation_beta", (double[]){0.4}, 1);
    op_case_in(&c, OP_F32(OP_SHAPE(3, 2, 2), 1.25F, -1, -1.125F, 0, -1.625F, 0.75F, 1.75F, 1.25F,
                          1.5F, -1.75F, -0.25F, 1.625F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 8, 2), 0.625F, 0.25F, 0.25F, -0.5F, -0.5F, -0.875F, 0.75F,
                          -0.375F, 1, -1, 0.625F, 0, -0.875F, 0.375F, 0.375F, 0.375F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 8, 2), 0.375F, 0.375F, 0.5F, -0.25F, 0.875F, 0, -0.5F, 1,
                          -0.5F, -0.125F, 0.375F, 0.625F, -0.375F, -0.875F, 0.125F, 0.125F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 16), 0.5F, -0.5F, 0.625F, 0.5F, 0.75F, 0.5F, 0.375F, 0.125F,
                          0.75F, -0.5F, 0.375F, 0.625F, 0.5F, -0.75F, -0.375F, 0.875F));
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(3, 1, 2, 2), -0.3538775F, 0.2153145F, 0.2594605F, 0.003913519F,
                   0.03905036F, 0.08724026F, -0.08007674F, 0.07681239F, -0.4488385F, 0.328411F,
                   0.08805941F, 0.04300526F));
}

TEST(gru_backwards)
{
    op_case c = op_case_new("", "GRU", 14);

    op_case_int(&c, "hidden_size", 2);
    op_case_string(&c, "direction", "reverse");
    op_case_in(&c, OP_F32(OP_SHAPE(3, 2, 2), 1.125F, -1.375F, -0.125F, 1.25F, 1.5F, 0.125F, -1.625F,
                          -1.125F, -1.875F, -1.375F, -1.75F, 0.75F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 6, 2), 0.375F, -0.125F, 0.75F, -0.75F, -0.625F, 0.25F, 0,
                          -0.75F, 0.875F, 0.25F, 0.25F, -0.25F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 6, 2), 0.25F, -0.875F, -0.375F, 0.25F, 0.25F, 0, -0.875F,
                          -0.375F, 1, 0.875F, 0.625F, -0.875F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 12), -0.875F, -0.625F, 0.625F, -0.625F, -0.5F, -0.5F, 0.5F, 0,
                          0.75F, -0.875F, -0.875F, 0.75F));
    op_case_in(&c, OP_I32(OP_SHAPE(2), 3, 1));
    c.out_count = 2;
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(3, 1, 2, 2), -0.6487496F, 0.2340413F, -0.5284428F, -0.07849521F,
                   -0.5455256F, 0.1631602F, 0, 0, -0.7105134F, 0.09090933F, 0, 0));
    OP_WANT(&c, 1, 1e-5,
            OP_F32(OP_SHAPE(1, 2, 2), -0.6487496F, 0.2340413F, -0.5284428F, -0.07849521F));
}

TEST(gru_linear_before_reset)
{
    op_case c = op_case_new("", "GRU", 14);

    op_case_int(&c, "hidden_size", 2);
    op_case_int(&c, "linear_before_reset", 1);
    op_case_in(&c, OP_F32(OP_SHAPE(3, 2, 2), -1.625F, 0.875F, 0.375F, -1.125F, -1, 1, -1.875F,
                          1.875F, -1.875F, -1.375F, 0.5F, -1.5F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 6, 2), 1, -0.125F, -0.875F, -0.625F, 0.125F, 0.75F, -0.5F,
                          -0.25F, 0.125F, 0.25F, 0.5F, -0.375F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 6, 2), -0.25F, 0.75F, 0.75F, -0.125F, 1, -0.625F, 0.625F,
                          0.875F, 0.125F, 0.375F, -0.875F, 0.625F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 12), 0.375F, 0.125F, 0.125F, -0.625F, 0.75F, 0, 0.25F,
                          -0.625F, 0.25F, -0.5F, 0.5F, -1));
    op_case_in(&c, NULL);
    op_case_in(&c, OP_F32(OP_SHAPE(1, 2, 2), -1.5F, -1.125F, -0.375F, 1.5F));
    c.out_count = 2;
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(3, 1, 2, 2), 0.2496652F, -0.930514F, -0.2922451F, 0.9410294F,
                   0.6587455F, -0.8825703F, 0.5121208F, -0.1692424F, 0.3527806F, -0.8824213F,
                   0.532432F, 0.02947795F));
    OP_WANT(&c, 1, 1e-5,
            OP_F32(OP_SHAPE(1, 2, 2), 0.3527806F, -0.8824213F, 0.532432F, 0.02947795F));
}

TEST(plain)
{
    op_case c = op_case_new("", "RNN", 14);

    op_case_int(&c, "hidden_size", 2);
    op_case_strings(&c, "activations", (q_str[]){Q_STR("Relu")}, 1);
    op_case_in(&c, OP_F32(OP_SHAPE(3, 2, 2), -2, 0.25F, -1.875F, -0.5F, -0.75F, -1.375F, -0.125F,
                          -0.625F, -1, 0.5F, -1, 1.875F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 2, 2), -0.5F, 1, -0.625F, 0.875F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 2, 2), -0.875F, -1, -0.75F, 0.375F));
    op_case_in(&c, OP_F32(OP_SHAPE(1, 4), -0.5F, -0.5F, 0.375F, -1));
    c.out_count = 2;
    op_case_run(&c);
    OP_WANT(&c, 0, 1e-5,
            OP_F32(OP_SHAPE(3, 1, 2, 2), 1.125F, 0, 0.3125F, 0, 0, 0, 0, 0, 0.875F, 0, 2.25F,
                   0.765625F));
    OP_WANT(&c, 1, 1e-5, OP_F32(OP_SHAPE(1, 2, 2), 0.875F, 0, 2.25F, 0.765625F));
}

enum { STEPS = 4, BATCH = 7, INPUTS = 5, HIDDEN = 17 };

/* Numbers in [-1, 1) that look drawn. */
static const q_tensor *drawn(q_shape shape, uint32_t seed)
{
    float v[4 * HIDDEN * HIDDEN];
    size_t count = q_shape_count(&shape), i;

    CHECK(count <= sizeof v / sizeof *v);
    for (i = 0; i < count; i++) {
        seed = seed * 1664525 + 1013904223;
        v[i] = (float)(seed >> 8) / (1 << 23) - 1;
    }
    return op_case_tensor(Q_F32, shape, v, count);
}

static op_case case_of(const char *type, size_t gates, const q_tensor *x, const q_tensor *lengths)
{
    op_case c = op_case_new("", type, 14);

    op_case_int(&c, "hidden_size", HIDDEN);
    op_case_in(&c, x);
    op_case_in(&c, drawn(OP_SHAPE(1, gates * HIDDEN, INPUTS), 2));
    op_case_in(&c, drawn(OP_SHAPE(1, gates * HIDDEN, HIDDEN), 3));
    op_case_in(&c, drawn(OP_SHAPE(1, 2 * gates * HIDDEN), 4));
    op_case_in(&c, lengths);
    return c;
}

/* All steps at once, with W and R packed, are the steps one by one, which are too few for it. */
static void check_steps(const char *type, size_t gates, bool before_reset)
{
    static const int32_t lengths[BATCH] = {4, 2, 3, 0, 4, 1, 4};
    const q_tensor *x = drawn(OP_SHAPE(STEPS, BATCH, INPUTS), 1);
    op_case all = case_of(type, gates, x, op_case_tensor(Q_I32, OP_SHAPE(BATCH), lengths, BATCH));
    op_case steps[STEPS];
    bool lstm = gates == 4;
    size_t t, i;

    op_case_int(&all, "linear_before_reset", before_reset);
    op_case_run(&all);
    for (t = 0; t < STEPS; t++) {
        const float *now = (const float *)x->data + t * BATCH * INPUTS, *got, *want;

        steps[t] = case_of(
            type, gates,
            op_case_tensor(Q_F32, OP_SHAPE(1, BATCH, INPUTS), now, (size_t)BATCH * INPUTS), NULL);
        op_case_int(&steps[t], "linear_before_reset", before_reset);
        op_case_in(&steps[t], t ? &steps[t - 1].out[1] : NULL);
        if (lstm)
            op_case_in(&steps[t], t ? &steps[t - 1].out[2] : NULL);
        steps[t].out_count = lstm ? 3 : 2;
        op_case_run(&steps[t]);
        got = (const float *)all.out[0].data + t * BATCH * HIDDEN;
        want = steps[t].out[0].data;
        for (i = 0; i < (size_t)BATCH * HIDDEN; i++) {
            float wanted = (int32_t)t < lengths[i / HIDDEN] ? want[i] : 0;

            CHECK_NEAR(got[i], wanted, 1e-5);
        }
    }
}

TEST(lstm_steps)
{
    check_steps("LSTM", 4, false);
}

TEST(gru_steps)
{
    check_steps("GRU", 3, false);
    check_steps("GRU", 3, true);
}

TEST(plain_steps)
{
    check_steps("RNN", 1, false);
}

TEST_MAIN("engine/op_rnn")
