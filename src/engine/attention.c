#include "engine/attention.h"

#include "engine/op.h"
#include "engine/product.h"
#include "engine/vector.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* Work is cut into blocks of queries of one head; PIECES of them at most go on
 * at a time, each with its own memory.
 */
enum { BLOCK = 64, PIECES = 16 };

typedef struct job {
    const attention *a;
    size_t blocks, grain, each;
    char *scratch;
} job;

static size_t block_rows(const attention *a)
{
    return a->queries < BLOCK ? a->queries : BLOCK;
}

static size_t block_count(const attention *a)
{
    return (a->queries + BLOCK - 1) / BLOCK;
}

/* scores[rows, keys] = q k^T; then out = scores v */
static product scores_product(const attention *a, size_t rows)
{
    return (product){.m = rows,
                     .n = a->keys,
                     .k = a->dim,
                     .a_row = a->q.row,
                     .a_col = 1,
                     .b_row = 1,
                     .b_col = a->k.row,
                     .c_row = a->keys};
}

static product values_product(const attention *a, size_t rows)
{
    return (product){.m = rows,
                     .n = a->v_dim,
                     .k = a->keys,
                     .a_row = a->keys,
                     .a_col = 1,
                     .b_row = a->v.row,
                     .b_col = 1,
                     .c_row = a->out_row};
}

static size_t rounded(size_t n)
{
    return (n + 63) & ~(size_t)63;
}

/* Of a block: its scores, then what the larger product wants. */
static bool each_bytes(const attention *a, size_t *bytes)
{
    product s = scores_product(a, block_rows(a)), v = values_product(a, block_rows(a));
    size_t of_s, of_v, scores;

    if (!product__scratch(&s, &of_s) || !product__scratch(&v, &of_v) ||
        !q_size_mul(&scores, a->keys, block_rows(a) * sizeof(float)))
        return false;
    *bytes = rounded(scores) + rounded(of_s > of_v ? of_s : of_v);
    return *bytes < SIZE_MAX / (2 * PIECES);
}

static void measure(const attention *a, job *j)
{
    j->blocks = a->batch * a->heads * block_count(a);
    j->grain = (j->blocks + PIECES - 1) / PIECES;
}

bool attention__scratch(const attention *a, size_t *bytes)
{
    job j = {0};

    if (!a->keys || !a->queries) {
        *bytes = 0;
        return true;
    }
    measure(a, &j);
    if (!each_bytes(a, &j.each))
        return false;
    *bytes = j.each * (j.blocks < PIECES ? j.blocks : PIECES);
    return true;
}

/* Which keys query `row` sees: [*from, *to). */
static void seen(const attention *a, size_t batch, size_t row, size_t *from, size_t *to)
{
    size_t used = a->used ? a->used[batch] : a->keys;
    size_t past = a->past ? a->past[batch] : a->keys > a->queries ? a->keys - a->queries : 0;

    *from = 0;
    *to = used;
    if (a->causal && past + row + 1 < *to)
        *to = past + row + 1;
    if (a->window && *to > a->window)
        *from = *to - a->window;
}

/* A row of scores becomes weights. */
static void weigh(const attention *a, size_t batch, size_t head, size_t row, float *s)
{
    const vector_table *v = vector__table();
    size_t from, to;
    float most, sum;

    seen(a, batch, row, &from, &to);
    v->unary[VECTOR_AFFINE](s, s, a->keys, a->scale, 0);
    if (a->softcap > 0) {
        v->unary[VECTOR_AFFINE](s, s, a->keys, 1 / a->softcap, 0);
        v->unary[VECTOR_TANH](s, s, a->keys, 0, 0);
        v->unary[VECTOR_AFFINE](s, s, a->keys, a->softcap, 0);
    }
    if (a->bias)
        v->binary[VECTOR_ADD](
            s, 1, a->bias + batch * a->bias_batch + head * a->bias_head + row * a->bias_row, 1, s,
            a->keys);
    if (a->key_bias)
        v->binary[VECTOR_ADD](s, 1, a->key_bias + batch * a->keys, 1, s, a->keys);
    memset(s, 0, from * sizeof(float));
    memset(s + to, 0, (a->keys - to) * sizeof(float));
    most = v->fold[VECTOR_GREATEST](s + from, to - from);
    if (!(most > -INFINITY)) { /* it sees nothing */
        memset(s, 0, a->keys * sizeof(float));
        return;
    }
    v->unary[VECTOR_EXP_MINUS](s + from, s + from, to - from, most, 0);
    sum = v->fold[VECTOR_SUM](s + from, to - from);
    v->unary[VECTOR_AFFINE](s + from, s + from, to - from, 1 / sum, 0);
}

static void block_run(const job *j, size_t block, char *memory)
{
    const attention *a = j->a;
    size_t blocks = block_count(a), batch = block / blocks / a->heads;
    size_t head = block / blocks % a->heads, first = block % blocks * BLOCK;
    size_t rows = a->queries - first < BLOCK ? a->queries - first : BLOCK;
    size_t kv = head / (a->heads / a->kv_heads);
    product s = scores_product(a, rows), v = values_product(a, rows);
    float *scores = (float *)(void *)memory;
    void *more = memory + rounded(a->keys * block_rows(a) * sizeof(float));

    s.a = a->q.data + batch * a->q.batch + head * a->q.head + first * a->q.row;
    s.b = a->k.data + batch * a->k.batch + kv * a->k.head;
    s.c = scores;
    product__run(NULL, &s, more);
    for (size_t r = 0; r < rows; r++)
        weigh(a, batch, head, first + r, scores + r * a->keys);
    v.a = scores;
    v.b = a->v.data + batch * a->v.batch + kv * a->v.head;
    v.c = a->out + batch * a->out_batch + head * a->out_head + first * a->out_row;
    product__run(NULL, &v, more);
}

static void blocks_run(void *ctx, size_t from, size_t to)
{
    const job *j = ctx;

    for (size_t b = from; b < to; b++)
        block_run(j, b, j->scratch + from / j->grain * j->each);
}

void attention__run(q_team *team, const attention *a, void *scratch)
{
    job j = {.a = a, .scratch = scratch};

    if (!a->keys || !a->queries) {
        for (size_t b = 0; b < a->batch * a->heads * a->queries; b++)
            memset(a->out + b / a->heads / a->queries * a->out_batch +
                       b / a->queries % a->heads * a->out_head + b % a->queries * a->out_row,
                   0, a->v_dim * sizeof(float));
        return;
    }
    measure(a, &j);
    if (!each_bytes(a, &j.each))
        assert(!"attention__scratch said so");
    op__parallel(team, j.blocks, j.grain, blocks_run, &j);
}
