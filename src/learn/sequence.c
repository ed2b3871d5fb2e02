#include "learn/sequence.h"

#include "learn/sequence_model.h"

#include <assert.h>
#include <string.h>

enum { BATCH = 128 }; /* features at a time; so many weights of a byte fit a sum of 16 bits */

size_t sequence__groups(unsigned bits)
{
    return (((size_t)1 << bits) + 63) / 64;
}

q_code sequence__new(unsigned bits, size_t labels, size_t rows, q_sequence_model **out, q_err *err)
{
    q_arena *a = q_arena_new(SIZE_MAX);
    q_sequence_model *m = a ? q_arena_alloc(a, sizeof *m) : NULL;

    if (!m)
        goto nomem;
    *m = (q_sequence_model){.arena = a, .bits = bits, .rows = rows};
    if (chain__steps_init(&m->steps, labels, a))
        goto nomem;
    m->groups = q_arena_array(a, sequence__groups(bits), sizeof *m->groups);
    m->weights = q_arena_array(a, rows, m->steps.stride);
    if (!m->groups || !m->weights)
        goto nomem;
    *out = m;
    return Q_OK;
nomem:
    q_arena_free(a);
    return q_err_nomem(err);
}

void sequence__count(q_sequence_model *m)
{
    uint32_t rows = 0;

    for (size_t g = 0; g < sequence__groups(m->bits); g++) {
        m->groups[g].before = rows;
        rows += sequence__bits_set(m->groups[g].present);
    }
}

void q_sequence_free(q_sequence_model *m)
{
    if (m)
        q_arena_free(m->arena);
}

size_t q_sequence_labels(const q_sequence_model *m)
{
    return m->steps.labels;
}

unsigned q_sequence_bits(const q_sequence_model *m)
{
    return m->bits;
}

static const int8_t *row_of(const q_sequence_model *m, uint32_t id)
{
    const sequence_group *g = &m->groups[id >> 6];
    uint64_t bit = (uint64_t)1 << (id & 63);

    if (!(g->present & bit))
        return NULL;
    return m->weights +
           ((size_t)g->before + sequence__bits_set(g->present & (bit - 1))) * m->steps.stride;
}

static void add(int16_t *restrict sum, const int8_t *restrict row, size_t stride)
{
    for (size_t y = 0; y < stride; y += CHAIN_LANES)
        for (size_t k = y; k < y + CHAIN_LANES; k++)
            sum[k] = (int16_t)(sum[k] + row[k]);
}

static void flush(float *restrict score, int16_t *restrict sum, float scale, size_t stride)
{
    for (size_t y = 0; y < stride; y++) {
        score[y] += scale * (float)sum[y];
        sum[y] = 0;
    }
}

/* Rows of weights lie far apart: all of a batch are sought before the first is read. */
static void score_batch(const q_sequence_model *m, const uint32_t *features, size_t n, float *score,
                        int16_t *sum)
{
    uint32_t mask = (uint32_t)(((uint64_t)1 << m->bits) - 1);
    const int8_t *rows[BATCH];
    size_t found = 0;

    for (size_t f = 0; f < n; f++) {
        const int8_t *row = row_of(m, features[f] & mask);

        if (row) {
            __builtin_prefetch(row);
            rows[found++] = row;
        }
    }
    for (size_t r = 0; r < found; r++)
        add(sum, rows[r], m->steps.stride);
    flush(score, sum, m->scale, m->steps.stride);
}

static void foresee(const q_sequence_model *m, const q_sequence *s, size_t item)
{
    uint32_t mask = (uint32_t)(((uint64_t)1 << m->bits) - 1);

    for (uint32_t f = s->starts[item]; f < s->starts[item + 1]; f++)
        __builtin_prefetch(&m->groups[(s->features[f] & mask) >> 6]);
}

static void score_all(const q_sequence_model *m, const q_sequence *s, float *score)
{
    size_t stride = m->steps.stride;
    int16_t sum[Q_SEQUENCE_LABELS_MAX];

    memset(sum, 0, stride * sizeof *sum);
    for (size_t i = 0; i < s->n; i++) {
        if (i + 1 < s->n)
            foresee(m, s, i + 1);
        for (uint32_t f = s->starts[i]; f < s->starts[i + 1]; f += BATCH) {
            size_t left = s->starts[i + 1] - f;

            score_batch(m, s->features + f, left < BATCH ? left : BATCH, score + i * stride, sum);
        }
    }
}

/* [n]: how likely each label is. */
static q_code sure(const q_sequence_model *m, const float *score, size_t n, const uint16_t *labels,
                   q_arena *a, float *confidence)
{
    size_t stride = m->steps.stride;
    chain c;
    q_code rc = chain__init(&c, n, stride, a);

    if (rc)
        return rc;
    chain__weights(&c, &m->steps, score);
    if (!chain__run(&c, &m->steps)) {
        memset(confidence, 0, n * sizeof *confidence);
        return Q_OK;
    }
    for (size_t i = 0; i < n; i++) {
        float p = c.forward[i * stride + labels[i]] * c.backward[i * stride + labels[i]];

        confidence[i] = p < 1 ? p : 1;
    }
    return Q_OK;
}

q_code q_sequence_decode(const q_sequence_model *m, const q_sequence *s, q_arena *a,
                         uint16_t *labels, float *confidence, q_err *err)
{
    size_t stride = m->steps.stride;
    float *score, *now, *next;
    uint16_t *room;

    if (!s->n)
        return Q_OK;
    if (s->n > Q_SEQUENCE_ITEMS_MAX)
        return q_err_nomem(err);
    score = q_arena_array(a, s->n * stride, sizeof *score);
    now = q_arena_array(a, stride, sizeof *now);
    next = q_arena_array(a, stride, sizeof *next);
    room = q_arena_array(a, s->n * m->steps.labels, sizeof *room);
    if (!score || !now || !next || !room)
        return q_err_nomem(err);
    score_all(m, s, score);
    chain__best(&m->steps, score, s->n, now, next, room, labels);
    if (confidence && sure(m, score, s->n, labels, a, confidence))
        return q_err_nomem(err);
    return Q_OK;
}
