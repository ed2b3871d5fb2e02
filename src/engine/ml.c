#include "engine/ml.h"

#include <math.h>
#include <stdlib.h>

q_code ml__post_load(const q_node *n, ml_post *out, q_err *err)
{
    static const char *const names[] = {"NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"};
    q_str name;
    q_code rc = op__attr_string(n, "post_transform", "NONE", &name, err);

    if (rc)
        return rc;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (q_str_is(name, names[i])) {
            *out = (ml_post)i;
            return Q_OK;
        }
    return q_err_set(err, Q_INVALID, "post_transform is \"%.*s\"", Q_ARG(name));
}

q_code ml__strings(const q_node *n, const char *name, const q_str **out, size_t *count, q_err *err)
{
    const q_attr *a = q_node_attr(n, name);

    if (a && a->kind != Q_ATTR_STRINGS)
        return q_err_set(err, Q_INVALID, "attribute %s must be strings", name);
    *out = a ? a->strings : NULL;
    *count = a ? a->count : 0;
    return Q_OK;
}

q_code ml__labels_load(const q_node *n, const char *texts, const char *numbers, size_t least,
                       ml_labels *out, q_err *err)
{
    size_t count;
    q_code rc = ml__strings(n, texts, &out->texts, &out->count, err);

    if (!rc)
        rc = op__attr_ints(n, numbers, &out->numbers, &count, err);
    if (rc)
        return rc;
    if (out->count && count)
        return q_err_set(err, Q_INVALID, "%s and %s are both given", texts, numbers);
    if (!out->count) {
        out->texts = NULL;
        out->count = count;
    }
    if (out->count < least)
        return q_err_set(err, Q_INVALID, "%zu class labels; wanted at least %zu", out->count,
                         least);
    return Q_OK;
}

static float logistic(float x)
{
    float v = 1 / (1 + expf(-fabsf(x)));

    return x < 0 ? 1 - v : v;
}

/* Inverse of the normal distribution; Winitzki's approximation of erf^-1. */
static float probit(float p)
{
    float x = 2 * p - 1, sign = x < 0 ? -1.0F : 1.0F;
    float l = logf((1 - x) * (1 + x)), v = 2 / (3.14159F * 0.147F) + 0.5F * l;

    return 1.41421356F * sign * sqrtf(-v + sqrtf(v * v - l / 0.147F));
}

static void softmax(float *s, size_t n, bool keep_zero)
{
    float most = s[0], sum = 0;

    for (size_t i = 1; i < n; i++)
        most = s[i] > most ? s[i] : most;
    for (size_t i = 0; i < n; i++) {
        s[i] = keep_zero && fabsf(s[i]) <= 1e-7F ? s[i] * expf(-most) : expf(s[i] - most);
        sum += s[i];
    }
    for (size_t i = 0; i < n && sum > 0; i++)
        s[i] /= sum;
}

void ml__post_run(ml_post post, float *s, size_t n)
{
    if (!n)
        return;
    switch (post) {
    case ML_NONE:
        break;
    case ML_SOFTMAX:
    case ML_SOFTMAX_ZERO:
        softmax(s, n, post == ML_SOFTMAX_ZERO);
        break;
    case ML_LOGISTIC:
        for (size_t i = 0; i < n; i++)
            s[i] = logistic(s[i]);
        break;
    case ML_PROBIT:
        for (size_t i = 0; i < n; i++)
            s[i] = probit(s[i]);
        break;
    }
}

void ml__binary(ml_post post, ml_binary kind, float score, float out[2])
{
    if (kind == ML_COMPLEMENT) {
        out[0] = 1 - score;
        out[1] = score;
    } else if (post == ML_LOGISTIC) {
        out[0] = logistic(-score);
        out[1] = logistic(score);
    } else {
        out[0] = -score;
        out[1] = score;
    }
}

q_code ml__rows(const q_op_call *c, size_t *rows, size_t *features, q_err *err)
{
    const q_shape *s;
    char text[160];
    q_code rc = op__want(c, 0, err, (const q_dtype[]){Q_F32, Q_F64, Q_I32, Q_I64, Q_NONE});

    if (rc)
        return rc;
    s = &c->in[0]->shape;
    if (s->rank != 1 && s->rank != 2)
        return q_err_set(err, Q_INVALID, "input 0 has shape %s; wanted [rows, features]",
                         q_shape_text(s, text));
    *rows = s->rank == 2 ? s->dims[0] : 1;
    *features = s->dims[s->rank - 1];
    return Q_OK;
}

q_code ml__classes_infer(q_op_call *c, const ml_labels *l, size_t rows, size_t classes, q_err *err)
{
    (void)err;
    op__set(c, 0, l->texts ? Q_STRING : Q_I64, &(q_shape){1, {rows}});
    op__set(c, 1, Q_F32, &(q_shape){2, {rows, classes}});
    return Q_OK;
}

q_code ml__classes_write(q_op_call *c, const ml_labels *l, const uint32_t *winner, size_t rows,
                         q_err *err)
{
    q_str *texts;
    q_code rc;

    if (!l->texts) {
        for (size_t i = 0; i < rows; i++)
            ((int64_t *)c->out[0]->data)[i] =
                l->numbers && winner[i] < l->count ? l->numbers[winner[i]] : (int64_t)winner[i];
        return Q_OK;
    }
    texts = calloc(rows + 1, sizeof(*texts));
    if (!texts)
        return q_err_nomem(err);
    for (size_t i = 0; i < rows; i++)
        if (winner[i] < l->count)
            texts[i] = l->texts[winner[i]];
    rc = q_tensor_of_strings(texts, &(q_shape){1, {rows}}, c->budget, c->out[0], err);
    free(texts);
    return rc;
}
