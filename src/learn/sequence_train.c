/* Training of learn/sequence.h: stochastic gradient steps with AdaGrad's rates
 * (Duchi et al. 2011), the penalties applied after each pass as a proximal step.
 */
#include "learn/sequence_model.h"

#include <assert.h>
#include <math.h>
#include <string.h>

typedef struct trainer {
    const q_sequence *v;
    size_t count;
    q_sequence_options o;
    q_arena *arena;
    chain_steps steps;
    float *steps_squares;  /* sums of squared gradients, as those below */
    float *steps_gradient; /* [labels + 1, stride] */
    size_t ids, rows;
    uint32_t *row_of;        /* [2^bits]: the row plus 1, or 0 */
    uint32_t *id_of;         /* [rows] */
    float *w, *squares;      /* [rows, stride] */
    float *score, *gradient; /* [longest, stride] */
    chain known, all;
    uint32_t *order; /* [count] */
    uint64_t chance;
} trainer;

static q_code refuse(const trainer *t, q_err *err)
{
    const q_sequence_options *o = &t->o;

    if (!o->bits || o->bits > Q_SEQUENCE_BITS_MAX)
        return q_err_set(err, Q_INVALID, "features of %u bits; 1 to %d", o->bits,
                         (int)Q_SEQUENCE_BITS_MAX);
    if (!o->labels || o->labels > Q_SEQUENCE_LABELS_MAX)
        return q_err_set(err, Q_INVALID, "%zu labels; 1 to %d", o->labels,
                         (int)Q_SEQUENCE_LABELS_MAX);
    for (size_t i = 0; i < t->count; i++) {
        const q_sequence *s = &t->v[i];

        if (s->n > Q_SEQUENCE_ITEMS_MAX)
            return q_err_set(err, Q_INVALID, "sequence %zu has %zu items; at most %d", i, s->n,
                             (int)Q_SEQUENCE_ITEMS_MAX);
        for (size_t k = 0; k < s->n; k++)
            if (s->labels[k] >= o->labels + o->set_count)
                return q_err_set(err, Q_INVALID,
                                 "sequence %zu, item %zu: label %u; there are %zu and %zu sets", i,
                                 k, s->labels[k], o->labels, o->set_count);
        for (uint32_t f = 0; s->n && f < s->starts[s->n]; f++)
            if (s->features[f] >> o->bits)
                return q_err_set(err, Q_INVALID, "sequence %zu: feature %u; ids have %u bits", i,
                                 s->features[f], o->bits);
    }
    return Q_OK;
}

/* A row for each feature that is seen often enough, in order of first sight. */
static q_code rows_make(trainer *t)
{
    size_t ids = (size_t)1 << t->o.bits;

    t->row_of = q_arena_array(t->arena, ids, sizeof *t->row_of);
    if (!t->row_of)
        return Q_NOMEM;
    for (size_t i = 0; i < t->count; i++)
        for (uint32_t f = 0; t->v[i].n && f < t->v[i].starts[t->v[i].n]; f++)
            t->row_of[t->v[i].features[f]]++;
    for (size_t id = 0; id < ids; id++) {
        bool often = t->row_of[id] && t->row_of[id] >= t->o.least;

        t->row_of[id] = often ? (uint32_t)++t->rows : 0;
    }
    t->id_of = q_arena_array(t->arena, t->rows, sizeof *t->id_of);
    if (!t->id_of)
        return Q_NOMEM;
    for (size_t id = 0; id < ids; id++)
        if (t->row_of[id])
            t->id_of[t->row_of[id] - 1] = (uint32_t)id;
    return Q_OK;
}

static q_code room_make(trainer *t)
{
    size_t stride = chain__stride(t->o.labels), longest = 1, weights,
           steps = (t->o.labels + 1) * stride;
    q_arena *a = t->arena;

    for (size_t i = 0; i < t->count; i++)
        longest = t->v[i].n > longest ? t->v[i].n : longest;
    if (!q_size_mul(&weights, t->rows, stride) || chain__steps_init(&t->steps, t->o.labels, a) ||
        chain__init(&t->known, longest, stride, a) || chain__init(&t->all, longest, stride, a))
        return Q_NOMEM;
    t->steps_squares = q_arena_array(a, steps, sizeof *t->steps_squares);
    t->steps_gradient = q_arena_array(a, steps, sizeof *t->steps_gradient);
    t->w = q_arena_array(a, weights, sizeof *t->w);
    t->squares = q_arena_array(a, weights, sizeof *t->squares);
    t->score = q_arena_array(a, longest * stride, sizeof *t->score);
    t->gradient = q_arena_array(a, longest * stride, sizeof *t->gradient);
    t->order = q_arena_array(a, t->count, sizeof *t->order);
    if (!t->steps_squares || !t->steps_gradient || !t->w || !t->squares || !t->score ||
        !t->gradient || !t->order)
        return Q_NOMEM;
    for (size_t i = 0; i < t->count; i++)
        t->order[i] = (uint32_t)i;
    chain__steps_forbid(&t->steps, t->o.allowed);
    return Q_OK;
}

/* xorshift64* */
static uint32_t chance(trainer *t)
{
    t->chance ^= t->chance >> 12;
    t->chance ^= t->chance << 25;
    t->chance ^= t->chance >> 27;
    return (uint32_t)((t->chance * 0x2545F4914F6CDD1DULL) >> 32);
}

/* Whether this pass overlooks feature f of the sequence that `seed` stands for. */
static bool overlooked(const trainer *t, uint32_t seed, uint32_t f)
{
    uint32_t h = (seed ^ f * 0x9E3779B1U) * 0x85EBCA6BU;

    return (double)((h ^ h >> 15) * 0xC2B2AE35U >> 8) < t->o.drop * 0x1p24;
}

static void add(float *restrict sum, const float *restrict row, size_t stride)
{
    for (size_t y = 0; y < stride; y++)
        sum[y] += row[y];
}

static void score_all(const trainer *t, const q_sequence *s, uint32_t seed)
{
    size_t stride = t->steps.stride;

    memset(t->score, 0, s->n * stride * sizeof *t->score);
    for (size_t i = 0; i < s->n; i++) {
        float *row = t->score + i * stride;

        for (uint32_t f = s->starts[i]; f < s->starts[i + 1]; f++) {
            size_t r = t->row_of[s->features[f]];

            if (r && !(t->o.drop > 0 && overlooked(t, seed, f)))
                add(row, t->w + (r - 1) * stride, stride);
        }
    }
}

/* Leave only what is known of the labels. */
static void keep_known(trainer *t, const q_sequence *s)
{
    size_t stride = t->steps.stride, labels = t->o.labels;

    memcpy(t->known.item, t->all.item, s->n * stride * sizeof *t->known.item);
    for (size_t i = 0; i < s->n; i++)
        for (size_t y = 0; y < labels; y++) {
            size_t is = s->labels[i];

            if (is < labels ? y != is : !t->o.sets[(is - labels) * labels + y])
                t->known.item[i * stride + y] = 0;
        }
}

static void steps_add(trainer *t, const chain *c, float sign)
{
    size_t stride = t->steps.stride, labels = t->o.labels;
    float *start = t->steps_gradient + labels * stride;

    for (size_t y = 0; y < stride; y++)
        start[y] += sign * c->forward[y] * c->backward[y];
    for (size_t i = 1; i < c->n; i++) {
        const float *last = c->forward + (i - 1) * stride, *item = c->item + i * stride,
                    *backward = c->backward + i * stride;

        for (size_t from = 0; from < labels; from++) {
            float x = sign * last[from] / c->sum[i];
            const float *weight = t->steps.weight + from * stride;
            float *restrict to = t->steps_gradient + from * stride;

            if (fabsf(x) < 1e-9f)
                continue;
            for (size_t y = 0; y < stride; y++)
                to[y] += x * weight[y] * item[y] * backward[y];
        }
    }
}

/* The gradient of how unlikely what is known is. False: it cannot be. */
static bool gradient_of(trainer *t, const q_sequence *s)
{
    size_t stride = t->steps.stride;

    t->all.n = t->known.n = s->n;
    chain__steps_ready(&t->steps);
    chain__weights(&t->all, &t->steps, t->score);
    keep_known(t, s);
    for (size_t i = 0; t->o.eager != 0 && i < s->n; i++)
        if (s->labels[i] && s->labels[i] < t->o.labels)
            t->all.item[i * stride] *= expf((float)t->o.eager);
    if (!chain__run(&t->known, &t->steps) || !chain__run(&t->all, &t->steps))
        return false;
    for (size_t k = 0; k < s->n * stride; k++)
        t->gradient[k] =
            t->all.forward[k] * t->all.backward[k] - t->known.forward[k] * t->known.backward[k];
    memset(t->steps_gradient, 0, (t->o.labels + 1) * stride * sizeof *t->steps_gradient);
    steps_add(t, &t->all, 1);
    steps_add(t, &t->known, -1);
    return true;
}

static void step(float *restrict w, float *restrict squares, const float *restrict g, float rate,
                 size_t n)
{
    for (size_t y = 0; y < n; y++) {
        squares[y] += g[y] * g[y];
        w[y] -= rate * g[y] / sqrtf(squares[y] + 1e-6f);
    }
}

static bool flat(const float *g, size_t n)
{
    float most = 0;

    for (size_t y = 0; y < n; y++)
        most = fabsf(g[y]) > most ? fabsf(g[y]) : most;
    return most < 1e-4f;
}

static void update(trainer *t, const q_sequence *s, uint32_t seed)
{
    size_t stride = t->steps.stride;
    float rate = (float)t->o.rate;

    for (size_t i = 0; i < s->n; i++) {
        const float *g = t->gradient + i * stride;

        if (flat(g, stride))
            continue;
        for (uint32_t f = s->starts[i]; f < s->starts[i + 1]; f++) {
            size_t r = t->row_of[s->features[f]];

            if (r && !(t->o.drop > 0 && overlooked(t, seed, f)))
                step(t->w + (r - 1) * stride, t->squares + (r - 1) * stride, g, rate, stride);
        }
    }
    step(t->steps.score, t->steps_squares, t->steps_gradient, rate, (t->o.labels + 1) * stride);
}

static void shrink(const trainer *t)
{
    size_t n = t->rows * t->steps.stride;
    float l1 = (float)t->o.l1, l2 = (float)t->o.l2;

    for (size_t k = 0; k < n; k++) {
        float rate, w = t->w[k];

        if (w == 0)
            continue;
        rate = (float)t->o.rate / sqrtf(t->squares[k] + 1e-6f);
        w = fabsf(w) <= rate * l1 ? 0 : w - copysignf(rate * l1, w);
        t->w[k] = w / (1 + rate * l2);
    }
}

static q_code pass(trainer *t, q_err *err)
{
    for (size_t i = t->count; i > 1; i--) {
        size_t other = (size_t)(((uint64_t)chance(t) * i) >> 32);
        uint32_t kept = t->order[i - 1];

        t->order[i - 1] = t->order[other];
        t->order[other] = kept;
    }
    for (size_t k = 0; k < t->count; k++) {
        const q_sequence *s = &t->v[t->order[k]];
        uint32_t seed = chance(t);

        if (!s->n)
            continue;
        score_all(t, s, seed);
        if (!gradient_of(t, s))
            return q_err_set(err, Q_INVALID,
                             "sequence %u has labels in an order that is not allowed", t->order[k]);
        update(t, s, seed);
    }
    shrink(t);
    return Q_OK;
}

/* The rows that are still something in steps of `scale`, one after the other. */
static size_t rows_kept(const trainer *t, float scale, q_sequence_model *m)
{
    size_t stride = t->steps.stride, kept = 0;

    for (size_t r = 0; r < t->rows; r++) {
        int8_t *to = m ? m->weights + kept * stride : NULL;
        bool some = false;

        for (size_t y = 0; y < stride; y++) {
            long q = lrintf(t->w[r * stride + y] / scale);

            some |= q != 0;
            if (to && kept < m->rows)
                to[y] = (int8_t)q;
        }
        if (some && m)
            m->groups[t->id_of[r] >> 6].present |= (uint64_t)1 << (t->id_of[r] & 63);
        kept += some;
    }
    return kept;
}

static q_code model_make(const trainer *t, q_sequence_model **out, q_err *err)
{
    float most = 0, scale;
    q_sequence_model *m = NULL;
    q_code rc;

    for (size_t k = 0; k < t->rows * t->steps.stride; k++)
        most = fabsf(t->w[k]) > most ? fabsf(t->w[k]) : most;
    scale = most > 0 ? most / INT8_MAX : 1;
    rc = sequence__new(t->o.bits, t->o.labels, rows_kept(t, scale, NULL), &m, err);
    if (rc)
        return rc;
    m->scale = scale;
    rows_kept(t, scale, m);
    sequence__count(m);
    memcpy(m->steps.score, t->steps.score,
           (t->o.labels + 1) * t->steps.stride * sizeof *m->steps.score);
    chain__steps_ready(&m->steps);
    *out = m;
    return Q_OK;
}

q_code q_sequence_train(const q_sequence *v, size_t count, const q_sequence_options *o,
                        q_sequence_model **out, q_err *err)
{
    trainer t = {.v = v, .count = count, .o = *o, .chance = 0x9E3779B97F4A7C15ULL};
    q_code rc = refuse(&t, err);

    if (rc)
        return rc;
    t.o.epochs = o->epochs ? o->epochs : 12;
    t.o.rate = o->rate > 0 ? o->rate : 0.3;
    t.o.l2 = o->l2 > 0 ? o->l2 : 0.05;
    t.arena = q_arena_new(SIZE_MAX);
    if (!t.arena || rows_make(&t) || room_make(&t))
        rc = q_err_nomem(err);
    for (size_t e = 0; e < t.o.epochs && !rc; e++)
        rc = pass(&t, err);
    if (!rc)
        rc = model_make(&t, out, err);
    q_arena_free(t.arena);
    return rc;
}
