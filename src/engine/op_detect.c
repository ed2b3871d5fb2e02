/* NonMaxSuppression: of overlapping boxes, the ones that score best. */
#include "engine/op_tables.h"
#include "engine/real.h"

#include <math.h>
#include <stdlib.h>

typedef struct nms_params {
    int64_t center; /* boxes are x, y of the centre, width, height */
} nms_params;

typedef struct box {
    float y1, x1, y2, x2, score;
    size_t index;
} box;

/* A run: inputs, the thresholds, what was chosen. */
typedef struct nms {
    const q_op_call *c;
    const float *boxes, *scores;
    size_t batches, classes, count, most;
    float iou, score;
    box *candidates, *chosen; /* [count] */
    int64_t *found;           /* [found_count][3]: batch, class, box */
    size_t found_count, found_cap;
} nms;

static q_code nms_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    (void)a;
    return op__attr_int(n, "center_point_box", 0, &((nms_params *)params)->center, err);
}

static q_code number(const q_op_call *c, size_t i, double *out, q_err *err)
{
    if (!op__has(c, i) || !q_shape_count(&c->in[i]->shape))
        return Q_OK;
    if (!real__is(c->in[i]->dtype) || q_shape_count(&c->in[i]->shape) != 1)
        return q_err_set(err, Q_INVALID, "input %zu must be one number", i);
    *out = real__get(c->in[i], 0);
    return Q_OK;
}

static q_code nms_init(nms *m, const q_op_call *c, q_err *err)
{
    const q_dtype f32[] = {Q_F32, Q_NONE};
    const q_shape *b, *s;
    double most = 0, iou = 0, score = -INFINITY;
    q_code rc = op__want(c, 0, err, f32);

    if (!rc)
        rc = op__want(c, 1, err, f32);
    if (!rc)
        rc = number(c, 2, &most, err);
    if (!rc)
        rc = number(c, 3, &iou, err);
    if (!rc)
        rc = number(c, 4, &score, err);
    if (rc)
        return rc;
    b = &c->in[0]->shape;
    s = &c->in[1]->shape;
    if (b->rank != 3 || s->rank != 3 || b->dims[2] != 4 || b->dims[0] != s->dims[0] ||
        b->dims[1] != s->dims[2])
        return q_err_set(err, Q_INVALID, "boxes must be [batch, n, 4], scores [batch, classes, n]");
    if (!(iou >= 0 && iou <= 1))
        return q_err_set(err, Q_INVALID, "iou_threshold is %g; between 0 and 1", iou);
    m->c = c;
    m->boxes = c->in[0]->data;
    m->scores = c->in[1]->data;
    m->batches = s->dims[0];
    m->classes = s->dims[1];
    m->count = s->dims[2];
    m->most = most <= 0 ? 0 : most >= (double)m->count ? m->count : (size_t)most;
    m->iou = (float)iou;
    m->score = (float)score;
    m->candidates = calloc(m->count + 1, sizeof(box));
    m->chosen = calloc(m->count + 1, sizeof(box));
    return m->candidates && m->chosen ? Q_OK : q_err_nomem(err);
}

static box box_read(const nms *m, size_t batch, size_t i)
{
    const nms_params *p = m->c->params;
    const float *v = m->boxes + (batch * m->count + i) * 4;
    box b = {.index = i};

    if (p->center) {
        b.x1 = v[0] - v[2] / 2;
        b.x2 = v[0] + v[2] / 2;
        b.y1 = v[1] - v[3] / 2;
        b.y2 = v[1] + v[3] / 2;
    } else {
        b.y1 = fminf(v[0], v[2]);
        b.y2 = fmaxf(v[0], v[2]);
        b.x1 = fminf(v[1], v[3]);
        b.x2 = fmaxf(v[1], v[3]);
    }
    return b;
}

static int by_score(const void *a, const void *b)
{
    const box *x = a, *y = b;

    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* Whether the area in common is more than `limit` of both together. */
static bool overlaps(const box *a, const box *b, float limit)
{
    float h = fminf(a->y2, b->y2) - fmaxf(a->y1, b->y1);
    float w = fminf(a->x2, b->x2) - fmaxf(a->x1, b->x1);
    float of_a = (a->y2 - a->y1) * (a->x2 - a->x1), of_b = (b->y2 - b->y1) * (b->x2 - b->x1);

    if (h <= 0 || w <= 0 || of_a <= 0 || of_b <= 0)
        return false;
    return h * w / (of_a + of_b - h * w) > limit;
}

static q_code class_run(nms *m, size_t batch, size_t k, q_err *err)
{
    const float *scores = m->scores + (batch * m->classes + k) * m->count;
    size_t n = 0, kept = 0;

    for (size_t i = 0; i < m->count; i++)
        if (scores[i] > m->score) {
            m->candidates[n] = box_read(m, batch, i);
            m->candidates[n++].score = scores[i];
        }
    qsort(m->candidates, n, sizeof(box), by_score);
    for (size_t i = 0; i < n && kept < m->most; i++) {
        bool free_one = true;
        for (size_t j = 0; j < kept && free_one; j++)
            free_one = !overlaps(&m->candidates[i], &m->chosen[j], m->iou);
        if (free_one)
            m->chosen[kept++] = m->candidates[i];
    }
    if (q_heap_grow(&m->found, &m->found_cap, m->found_count + kept, 3 * sizeof(int64_t)))
        return q_err_nomem(err);
    for (size_t i = 0; i < kept; i++) {
        int64_t *to = m->found + 3 * m->found_count++;
        to[0] = (int64_t)batch;
        to[1] = (int64_t)k;
        to[2] = (int64_t)m->chosen[i].index;
    }
    return Q_OK;
}

static q_code nms_run(q_op_call *c, q_err *err)
{
    nms m = {0};
    q_code rc = nms_init(&m, c, err);

    for (size_t b = 0; !rc && b < m.batches && m.most; b++)
        for (size_t k = 0; !rc && k < m.classes; k++)
            rc = class_run(&m, b, k, err);
    if (!rc)
        rc = q_tensor_new(Q_I64, &(q_shape){2, {m.found_count, 3}}, c->budget, c->out[0], err);
    for (size_t i = 0; !rc && i < 3 * m.found_count; i++)
        ((int64_t *)c->out[0]->data)[i] = m.found[i];
    free(m.candidates);
    free(m.chosen);
    free(m.found);
    return rc;
}

static const q_op ops[] = {
    {.domain = "",
     .type = "NonMaxSuppression",
     .since = 10,
     .min_in = 2,
     .max_in = 5,
     .max_out = 1,
     .flags = Q_OP_ALLOCATES,
     .params_bytes = sizeof(nms_params),
     .load = nms_load,
     .run = nms_run},
};
const q_op_table op__detect = {ops, sizeof ops / sizeof *ops};
