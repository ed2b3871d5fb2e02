#include "learn/sequence.h"

#include "learn/sequence_model.h"
#include "learn/wider.h"

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

typedef int8_t bytes8 __attribute__((vector_size(CHAIN_LANES)));
typedef int16_t shorts8 __attribute__((vector_size(2 * CHAIN_LANES)));

typedef struct batch {
    const int8_t *rows[BATCH]; /* of the features that have one */
    size_t n, item;
} batch;

/* The features that are sought next. */
typedef struct cursor {
    size_t item;
    uint32_t feature;
} cursor;

/* Which features have a row is anyone's guess, also the processor's: so this does not branch. */
WIDER("popcnt")
static size_t rows_of(const q_sequence_model *m, const uint32_t *features, size_t n,
                      const int8_t **rows)
{
    uint32_t mask = (uint32_t)(((uint64_t)1 << m->bits) - 1);
    size_t found = 0;

    for (size_t f = 0; f < n; f++) {
        uint32_t id = features[f] & mask;
        const sequence_group *g = &m->groups[id >> 6];
        uint64_t below = ((uint64_t)1 << (id & 63)) - 1;
        size_t row = (size_t)g->before + sequence__bits_set(g->present & below);

        rows[found] = m->weights + row * m->steps.stride;
        found += g->present >> (id & 63) & 1;
    }
    return found;
}

/* Rows of weights lie far apart: they are on their way while the last batch is summed. False: all
 * features were sought.
 */
static bool seek(const q_sequence_model *m, const q_sequence *s, cursor *at, batch *b)
{
    size_t left;

    if (at->item == s->n)
        return false;
    left = s->starts[at->item + 1] - at->feature;
    left = left < BATCH ? left : BATCH;
    b->item = at->item;
    b->n = rows_of(m, s->features + at->feature, left, b->rows);
    for (size_t r = 0; r < b->n; r++)
        __builtin_prefetch(b->rows[r]);
    at->feature += (uint32_t)left;
    if (at->feature == s->starts[at->item + 1])
        at->item++;
    return true;
}

WIDER("avx2")
static void add(const q_sequence_model *m, const batch *b, float *score)
{
    size_t stride = m->steps.stride;

    for (size_t y = 0; y < stride; y += CHAIN_LANES) {
        shorts8 sum = {0};

        for (size_t r = 0; r < b->n; r++) {
            bytes8 row;

            memcpy(&row, b->rows[r] + y, sizeof row);
            sum += __builtin_convertvector(row, shorts8);
        }
        for (size_t k = 0; k < CHAIN_LANES; k++)
            score[b->item * stride + y + k] += m->scale * (float)sum[k];
    }
}

static void score_all(const q_sequence_model *m, const q_sequence *s, float *score)
{
    batch b[2];
    cursor at = {0, s->starts[0]};
    size_t k = 0;

    _Static_assert(BATCH * INT8_MAX <= INT16_MAX, "the sums fit");
    for (bool more = seek(m, s, &at, &b[0]); more; k ^= 1) {
        more = seek(m, s, &at, &b[k ^ 1]);
        add(m, &b[k], score);
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
    room = q_arena_array(a, s->n * stride, sizeof *room);
    if (!score || !now || !next || !room)
        return q_err_nomem(err);
    score_all(m, s, score);
    chain__best(&m->steps, score, s->n, now, next, room, labels);
    if (confidence && sure(m, score, s->n, labels, a, confidence))
        return q_err_nomem(err);
    return Q_OK;
}
