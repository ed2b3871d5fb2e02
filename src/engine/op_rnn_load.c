/* The attributes of RNN, LSTM and GRU. */
#include "engine/op_rnn.h"

static q_code kind_of(const rnn_function *defaults, q_str name, rnn_function *f, q_err *err)
{
    static const char *const names[RNN_ACTIVATIONS] = {[RNN_RELU] = "Relu",
                                                       [RNN_TANH] = "Tanh",
                                                       [RNN_SIGMOID] = "Sigmoid",
                                                       [RNN_AFFINE] = "Affine",
                                                       [RNN_LEAKY] = "LeakyRelu",
                                                       [RNN_THRESHOLDED] = "ThresholdedRelu",
                                                       [RNN_SCALED_TANH] = "ScaledTanh",
                                                       [RNN_HARD_SIGMOID] = "HardSigmoid",
                                                       [RNN_ELU] = "Elu",
                                                       [RNN_SOFTSIGN] = "Softsign",
                                                       [RNN_SOFTPLUS] = "Softplus"};
    size_t i;

    for (i = 0; i < RNN_ACTIVATIONS; i++)
        if (q_str_is_nocase(name, names[i])) {
            *f = defaults[i];
            f->kind = (rnn_activation)i;
            return Q_OK;
        }
    return q_err_set(err, Q_INVALID, "activation \"%.*s\" is not known", Q_ARG(name));
}

static bool takes_a(rnn_activation kind)
{
    return kind == RNN_AFFINE || kind == RNN_LEAKY || kind == RNN_THRESHOLDED ||
           kind == RNN_SCALED_TANH || kind == RNN_HARD_SIGMOID || kind == RNN_ELU;
}

static bool takes_b(rnn_activation kind)
{
    return kind == RNN_AFFINE || kind == RNN_SCALED_TANH || kind == RNN_HARD_SIGMOID;
}

/* The activations; alphas and betas go, in order, to those that take one. */
static q_code functions_load(const q_node *n, rnn_params *p, q_err *err)
{
    static const rnn_function defaults[RNN_ACTIVATIONS] = {
        [RNN_AFFINE] = {RNN_AFFINE, 1, 0},
        [RNN_LEAKY] = {RNN_LEAKY, 0.01F, 0},
        [RNN_THRESHOLDED] = {RNN_THRESHOLDED, 1, 0},
        [RNN_SCALED_TANH] = {RNN_SCALED_TANH, 1, 1},
        [RNN_HARD_SIGMOID] = {RNN_HARD_SIGMOID, 0.2F, 0.5F},
        [RNN_ELU] = {RNN_ELU, 1, 0}};
    static const char *const usual[][3] = {
        {"Tanh", "", ""}, {"Sigmoid", "Tanh", "Tanh"}, {"Sigmoid", "Tanh", ""}};
    static const size_t counts[] = {1, 3, 2};
    const q_attr *given = q_node_attr(n, "activations");
    const double *alpha = NULL, *beta = NULL;
    size_t each = counts[p->kind], alphas = 0, betas = 0, d, i, a = 0, b = 0;
    q_code rc = op__attr_floats(n, "activation_alpha", &alpha, &alphas, err);

    if (!rc)
        rc = op__attr_floats(n, "activation_beta", &beta, &betas, err);
    if (rc)
        return rc;
    if (given && (given->kind != Q_ATTR_STRINGS || given->count != each * p->directions))
        return q_err_set(err, Q_INVALID, "activations has %zu values; wanted %zu", given->count,
                         each * p->directions);
    for (d = 0; d < p->directions; d++)
        for (i = 0; i < each; i++) {
            rnn_function *f = &p->functions[d][i];

            rc =
                kind_of(defaults,
                        given ? given->strings[d * each + i] : q_str_of(usual[p->kind][i]), f, err);
            if (rc)
                return rc;
            if (takes_a(f->kind) && a < alphas)
                f->a = (float)alpha[a++];
            if (takes_b(f->kind) && b < betas)
                f->b = (float)beta[b++];
        }
    return Q_OK;
}

q_code rnn__load(q_arena *arena, const q_node *n, void *params, q_err *err)
{
    static const size_t gates[] = {1, 4, 3};
    rnn_params *p = params;
    int64_t hidden = 0, layout = 0, input_forget = 0, before = 0;
    double clip = 0;
    q_str direction;
    q_code rc = op__attr_int(n, "hidden_size", 0, &hidden, err);

    (void)arena;
    if (!rc)
        rc = op__attr_int(n, "layout", 0, &layout, err);
    if (!rc)
        rc = op__attr_int(n, "input_forget", 0, &input_forget, err);
    if (!rc)
        rc = op__attr_int(n, "linear_before_reset", 0, &before, err);
    if (!rc)
        rc = op__attr_float(n, "clip", 0, &clip, err);
    if (!rc)
        rc = op__attr_string(n, "direction", "forward", &direction, err);
    if (rc)
        return rc;
    if (hidden < 0 || !(clip >= 0))
        return q_err_set(err, Q_INVALID, "hidden_size is %lld, clip %g", (long long)hidden, clip);
    if (!q_str_is(direction, "forward") && !q_str_is(direction, "reverse") &&
        !q_str_is(direction, "bidirectional"))
        return q_err_set(err, Q_INVALID,
                         "direction is \"%.*s\"; wanted forward, reverse or bidirectional",
                         Q_ARG(direction));
    p->kind = q_str_is(n->type, "LSTM") ? RNN_LSTM : q_str_is(n->type, "GRU") ? RNN_GRU : RNN_PLAIN;
    p->gates = gates[p->kind];
    p->hidden = (size_t)hidden;
    p->directions = q_str_is(direction, "bidirectional") ? 2 : 1;
    p->reverse = q_str_is(direction, "reverse");
    p->batch_first = layout != 0;
    p->input_forget = input_forget != 0;
    p->linear_before_reset = before != 0;
    p->clips = clip > 0;
    p->clip = (float)clip;
    return functions_load(n, p, err);
}
