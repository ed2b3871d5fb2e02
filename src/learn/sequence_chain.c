#include "learn/sequence_chain.h"

#include "learn/wider.h"

#include <float.h>
#include <math.h>
#include <string.h>

static const float FAINTEST = 1e-12f;

typedef float floats8 __attribute__((vector_size(4 * CHAIN_LANES)));
typedef int32_t ints8 __attribute__((vector_size(4 * CHAIN_LANES)));
typedef uint16_t shorts8 __attribute__((vector_size(2 * CHAIN_LANES)));

size_t chain__stride(size_t labels)
{
    return (labels + CHAIN_LANES - 1) / CHAIN_LANES * CHAIN_LANES;
}

q_code chain__steps_init(chain_steps *s, size_t labels, q_arena *a)
{
    size_t stride = chain__stride(labels);

    *s = (chain_steps){.labels = labels, .stride = stride};
    s->score = q_arena_array(a, (labels + 1) * stride, sizeof *s->score);
    s->weight = q_arena_array(a, (labels + 1) * stride, sizeof *s->weight);
    s->back = q_arena_array(a, labels * stride, sizeof *s->back);
    return s->score && s->weight && s->back ? Q_OK : Q_NOMEM;
}

void chain__steps_forbid(chain_steps *s, const uint8_t *allowed)
{
    for (size_t i = 0; allowed && i < (s->labels + 1) * s->labels; i++)
        if (!allowed[i])
            s->score[i / s->labels * s->stride + i % s->labels] = CHAIN_FORBIDDEN;
}

void chain__steps_ready(chain_steps *s)
{
    size_t labels = s->labels, stride = s->stride;

    for (size_t from = 0; from <= labels; from++)
        for (size_t to = 0; to < labels; to++) {
            float w = expf(s->score[from * stride + to]);

            s->weight[from * stride + to] = w;
            if (from < labels)
                s->back[to * stride + from] = w;
        }
}

q_code chain__init(chain *c, size_t n, size_t stride, q_arena *a)
{
    *c = (chain){.n = n};
    c->item = q_arena_array(a, n * stride, sizeof *c->item);
    c->forward = q_arena_array(a, n * stride, sizeof *c->forward);
    c->backward = q_arena_array(a, n * stride, sizeof *c->backward);
    c->sum = q_arena_array(a, n, sizeof *c->sum);
    c->room = q_arena_array(a, stride, sizeof *c->room);
    return c->item && c->forward && c->backward && c->sum && c->room ? Q_OK : Q_NOMEM;
}

/* to = the sum of x * its row, of the steps' rows */
WIDER("avx2")
static void sum_rows(const chain_steps *s, const float *rows, const float *x, float *to)
{
    for (size_t y = 0; y < s->stride; y += CHAIN_LANES) {
        floats8 sum = {0};

        for (size_t k = 0; k < s->labels; k++) {
            floats8 row;

            memcpy(&row, rows + k * s->stride + y, sizeof row);
            sum += x[k] * row;
        }
        memcpy(to + y, &sum, sizeof sum);
    }
}

static float settle(float *restrict row, const float *restrict item, size_t stride)
{
    float sum = 0;

    for (size_t y = 0; y < stride; y++)
        row[y] *= item[y];
    for (size_t y = 0; y < stride; y++)
        sum += row[y];
    if (sum > 0)
        for (size_t y = 0; y < stride; y++)
            row[y] /= sum;
    return sum;
}

bool chain__run(chain *c, const chain_steps *s)
{
    size_t stride = s->stride;
    float *last = c->backward + (c->n - 1) * stride;

    memcpy(c->forward, s->weight + s->labels * stride, stride * sizeof *c->forward);
    for (size_t i = 0; i < c->n; i++) {
        float *row = c->forward + i * stride;

        if (i > 0)
            sum_rows(s, s->weight, row - stride, row);
        c->sum[i] = settle(row, c->item + i * stride, stride);
        if (!(c->sum[i] > 0))
            return false;
    }
    for (size_t y = 0; y < s->labels; y++)
        last[y] = 1;
    for (size_t i = c->n - 1; i-- > 0;) {
        float *row = c->backward + i * stride, *next = row + stride;
        const float *item = c->item + (i + 1) * stride;

        for (size_t to = 0; to < stride; to++)
            c->room[to] = item[to] * next[to];
        sum_rows(s, s->back, c->room, row);
        for (size_t y = 0; y < stride; y++)
            row[y] /= c->sum[i + 1];
    }
    return true;
}

void chain__weights(chain *c, const chain_steps *s, const float *score)
{
    for (size_t i = 0; i < c->n; i++) {
        const float *row = score + i * s->stride;
        float *item = c->item + i * s->stride, most = row[0];

        for (size_t y = 1; y < s->labels; y++)
            most = row[y] > most ? row[y] : most;
        for (size_t y = 0; y < s->labels; y++)
            item[y] = expf(row[y] - most) + FAINTEST;
    }
}

/* next[to] = the most of now[from] + step[from, to], and the first from of it */
WIDER("avx2")
static void advance(const chain_steps *s, const float *now, float *next, uint16_t *came)
{
    for (size_t y = 0; y < s->stride; y += CHAIN_LANES) {
        floats8 most = -FLT_MAX - (floats8){0};
        ints8 of = {0};
        shorts8 narrow;

        for (size_t from = 0; from < s->labels; from++) {
            floats8 x;
            ints8 better;

            memcpy(&x, s->score + from * s->stride + y, sizeof x);
            x += now[from];
            better = x > most;
            most = (floats8)(((ints8)x & better) | ((ints8)most & ~better));
            of = ((int32_t)from & better) | (of & ~better);
        }
        narrow = __builtin_convertvector(of, shorts8);
        memcpy(next + y, &most, sizeof most);
        memcpy(came + y, &narrow, sizeof narrow);
    }
}

void chain__best(const chain_steps *s, const float *score, size_t n, float *now, float *next,
                 uint16_t *room, uint16_t *labels)
{
    size_t best = 0;
    float most;

    memcpy(now, s->score + s->labels * s->stride, s->labels * sizeof *now);
    for (size_t i = 0; i < n; i++) {
        if (i > 0) {
            float *other = now;

            advance(s, now, next, room + i * s->stride);
            now = next;
            next = other;
        }
        best = 0;
        for (size_t y = 0; y < s->labels; y++) {
            now[y] += score[i * s->stride + y];
            best = now[y] > now[best] ? y : best;
        }
        most = now[best];
        for (size_t y = 0; y < s->labels; y++)
            now[y] -= most;
    }
    for (size_t i = n; i-- > 0;) {
        labels[i] = (uint16_t)best;
        best = i > 0 ? room[i * s->stride + best] : best;
    }
}
