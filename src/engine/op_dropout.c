/* Dropout: the identity, but for training, where each element is zeroed by chance. */
#include "engine/op_tables.h"
#include "engine/op_widen.h"

#include <string.h>

typedef struct dropout_params {
    double ratio;
    uint64_t seed;
    bool old; /* before operator set 12: ratio is an attribute, training does not happen */
} dropout_params;

static q_code dropout_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    dropout_params *p = params;
    int64_t seed = 0;
    q_code rc = op__attr_float(n, "ratio", 0.5, &p->ratio, err);

    (void)a;
    if (!rc)
        rc = op__attr_int(n, "seed", 0, &seed, err);
    p->seed = (uint64_t)seed;
    p->old = n->version < 12;
    return rc;
}

static q_code dropout_infer(q_op_call *c, q_err *err)
{
    static const q_dtype bools[] = {Q_BOOL, Q_NONE};
    size_t i;
    q_code rc = op__want(c, 0, err, widen__floats);

    if (!rc && op__has(c, 1))
        rc = op__want(c, 1, err, widen__floats);
    if (!rc && op__has(c, 2))
        rc = op__want(c, 2, err, bools);
    for (i = 1; i < 3 && !rc; i++)
        if (op__has(c, i) && q_shape_count(&c->in[i]->shape) != 1)
            rc = q_err_set(err, Q_INVALID, "input %zu is not one value", i);
    if (rc)
        return rc;
    op__set(c, 0, c->in[0]->dtype, &c->in[0]->shape);
    op__set(c, 1, c->node->version < 10 ? c->in[0]->dtype : Q_BOOL, &c->in[0]->shape);
    return widen__infer(c, err);
}

/* Element i's number in [0, 1): a mix of seed and place, so threads do not matter.
 * Source: Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators".
 */
static double chance(uint64_t seed, uint64_t i)
{
    uint64_t z = seed + (i + 1) * 0x9e3779b97f4a7c15U;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static q_code dropout_compute(q_op_call *c, q_err *err)
{
    const dropout_params *p = c->params;
    size_t count = q_shape_count(&c->in[0]->shape), i;
    const float *x = c->in[0]->data;
    float *y = c->out[0]->data;
    bool masks = c->node->out_count > 1 && c->node->out[1] != Q_NO_VALUE;
    bool training = !p->old && op__has(c, 2) && *(const uint8_t *)c->in[2]->data;
    double ratio = op__has(c, 1) ? *(const float *)c->in[1]->data : p->old ? 0 : p->ratio;
    float scale;

    if (!training)
        ratio = 0;
    if (!(ratio >= 0 && ratio < 1))
        return q_err_set(err, Q_INVALID, "ratio is %g; wanted [0, 1)", ratio);
    scale = (float)(1 / (1 - ratio));
    for (i = 0; i < count; i++) {
        bool stays = ratio == 0 || chance(p->seed, i) >= ratio;

        y[i] = stays ? x[i] * scale : 0;
        if (masks && c->out[1]->dtype == Q_BOOL)
            ((uint8_t *)c->out[1]->data)[i] = stays;
        else if (masks)
            ((float *)c->out[1]->data)[i] = stays;
    }
    return Q_OK;
}

static q_code dropout_run(q_op_call *c, q_err *err)
{
    return widen__run(c, dropout_compute, err);
}

static const q_op ops[] = {
    {"", "Dropout", 7, 0, 1, 3, 2, Q_OP_IN_PLACE | Q_OP_RANDOM, sizeof(dropout_params),
     dropout_load, dropout_infer, dropout_run},
};

const q_op_table op__dropout = {ops, sizeof ops / sizeof *ops};
