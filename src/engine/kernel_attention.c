#include "engine/kernel_job.h"
#include "engine/kernel_matmul.h"
#include "engine/kernel_repack.h"

#include <math.h>
#include <string.h>

#define QUERIES 28 /* of a task: two tiles */
#define KEYS 128   /* of a block: a row of scores */

typedef struct attention {
    const kernel_attention *a;
    const kernel_set *set;
    const kernel_tiles *tiles;
    size_t element, group;
    size_t key_panel, key_panels;     /* bytes of a packed panel of keys; their number */
    size_t value_panel, value_panels; /* of values: columns are theirs, k runs over keys */
    size_t pack_bytes;                /* of a key head: keys, then values */
    char *scratch;
} attention;

/* What a task sums; L1 and a little of L2. */
typedef struct flash {
    _Alignas(64) float scores[QUERIES][KEYS];
    uint16_t narrow[QUERIES][KEYS];     /* the same as bf16 */
    float top[QUERIES], total[QUERIES]; /* greatest score so far; sum of exponentials */
} flash;

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t up(size_t n, size_t unit)
{
    return (n + unit - 1) / unit * unit;
}

static attention start(const kernel_attention *a)
{
    attention w = {.a = a, .set = kernel__set(kernel__isa()), .group = kernel__group(a->dtype)};

    w.tiles = kernel__tiles(w.set, a->dtype);
    w.element = 4 / w.group;
    w.key_panels = (a->keys + KERNEL_PANEL - 1) / KERNEL_PANEL;
    w.key_panel = up(a->size, w.group) / w.group * KERNEL_PANEL * 4;
    w.value_panels = (a->value_size + KERNEL_PANEL - 1) / KERNEL_PANEL;
    w.value_panel = up(a->keys, w.group) / w.group * KERNEL_PANEL * 4;
    w.pack_bytes = w.key_panels * w.key_panel + w.value_panels * w.value_panel;
    return w;
}

/* After the packed keys and values, for each task its sums of values. */
static size_t sums_bytes(const attention *w)
{
    return QUERIES * w->value_panels * KERNEL_PANEL * sizeof(float);
}

static size_t query_blocks(const attention *w)
{
    return (w->a->queries + QUERIES - 1) / QUERIES;
}

q_code kernel__attention_scratch(const kernel_attention *a, size_t *bytes, q_err *err)
{
    attention w = start(a);
    size_t packs, sums;

    if (!q_size_mul(&packs, w.pack_bytes, a->batch) || !q_size_mul(&packs, packs, a->key_heads) ||
        !q_size_mul(&sums, sums_bytes(&w), a->batch) || !q_size_mul(&sums, sums, a->heads) ||
        !q_size_mul(&sums, sums, query_blocks(&w)) || packs > SIZE_MAX - sums)
        return q_err_set(err, Q_LIMIT, "attention of %zu heads over %zu keys overflows", a->heads,
                         a->keys);
    *bytes = packs + sums;
    return Q_OK;
}

static const char *row_of(const attention *w, const kernel_heads *h, size_t batch, size_t head,
                          size_t row)
{
    return (const char *)h->data + (batch * h->batch + head * h->head + row * h->row) * w->element;
}

/* A panel of keys (16 of them) or of values (16 of their elements). */
static void pack_task(void *ctx, size_t task)
{
    const attention *w = ctx;
    const kernel_attention *a = w->a;
    size_t panels = w->key_panels + w->value_panels, which = task / panels, p = task % panels;
    size_t batch = which / a->key_heads, head = which % a->key_heads;
    char *to = w->scratch + which * w->pack_bytes;

    if (p < w->key_panels) {
        repack__panel(a->dtype, row_of(w, &a->k, batch, head, p * KERNEL_PANEL), 1, a->k.row,
                      a->size, least(a->keys - p * KERNEL_PANEL, KERNEL_PANEL),
                      to + p * w->key_panel);
        return;
    }
    p -= w->key_panels;
    repack__panel(a->dtype, row_of(w, &a->v, batch, head, 0) + p * KERNEL_PANEL * w->element,
                  a->v.row, 1, a->keys, least(a->value_size - p * KERNEL_PANEL, KERNEL_PANEL),
                  to + w->key_panels * w->key_panel + p * w->value_panel);
}

/* A few rows times `columns` columns of packed B, into or onto sums. */
static void multiply(const attention *w, kernel_tile t, size_t rows, size_t columns)
{
    kernel_job job = {.tiles = w->tiles};
    size_t step = job__rows(&job, rows);
    const kernel_tap *all = t.taps;
    float *sums = t.sums;
    const char *b = t.b;

    for (size_t r = 0; r < rows; r += step) {
        kernel_tap tap = {(const char *)all->a + r * all->step, all->step};
        size_t count = least(step, rows - r), width;

        t.taps = &tap;
        for (size_t c = 0; c < columns; c += width) {
            tile_width form;

            width = job__width(&job, count, columns - c, &form);
            t.b = b + c / KERNEL_PANEL * t.panel_bytes;
            t.sums = sums + r * t.sums_step + c;
            w->tiles->fn[form][count](&t);
        }
    }
}

/* Scores of one query become exponentials; what was summed before shrinks. */
static void weigh(const attention *w, flash *f, size_t r, size_t n, float *sums)
{
    const vector_table *v = w->set->vector;
    float *row = f->scores[r];
    float most = v->fold[VECTOR_GREATEST](row, n), top = most > f->top[r] ? most : f->top[r];
    float shrink, shift = top == -INFINITY ? 0 : top;

    if (most != most)
        top = shift = most;
    shrink = f->top[r] == -INFINITY ? 0 : expf(f->top[r] - shift);
    f->total[r] = f->total[r] * shrink + w->set->loops->exp(row, row, n, 1, shift);
    f->top[r] = top;
    if (shrink != 1)
        v->unary[VECTOR_AFFINE](sums, sums, w->value_panels * KERNEL_PANEL, shrink, 0);
}

static void add_mask(const attention *w, float *row, const float *mask, size_t n)
{
    const vector_table *v = w->set->vector;

    v->unary[VECTOR_AFFINE](row, row, n, w->a->scale, 0);
    if (mask)
        v->binary[VECTOR_ADD](row, 1, mask, 1, row, n);
}

/* Keys [key, key + n) for all queries of the task. */
static void key_block(const attention *w, flash *f, const size_t at[3], size_t queries, size_t key,
                      size_t n, float *sums)
{
    const kernel_attention *a = w->a;
    size_t shared = at[1] * a->key_heads / a->heads;
    const char *packed = w->scratch + (at[0] * a->key_heads + shared) * w->pack_bytes;
    kernel_tap q = {row_of(w, &a->q, at[0], at[1], at[2]), a->q.row * w->element}, p;
    size_t columns = w->value_panels * KERNEL_PANEL;

    multiply(w,
             (kernel_tile){&q, 1, a->size, packed + key / KERNEL_PANEL * w->key_panel, w->key_panel,
                           f->scores, KEYS, false, NULL},
             queries, n);
    for (size_t r = 0; r < queries; r++) {
        size_t query = at[2] + r, last = query + a->keys;
        const float *mask = a->mask;

        if (mask)
            mask += at[0] * a->mask_strides[0] + at[1] * a->mask_strides[1] +
                    query * a->mask_strides[2] + key;
        add_mask(w, f->scores[r], mask, n);
        for (size_t i = n; a->causal && i-- > 0 && key + i + a->queries > last;)
            f->scores[r][i] = -INFINITY;
        weigh(w, f, r, n, sums + r * columns);
        if (a->dtype == Q_BF16)
            w->set->narrow(Q_BF16, f->scores[r], 1, 0, f->narrow[r], n);
    }
    p = (kernel_tap){f->scores, KEYS * sizeof(float)};
    if (a->dtype == Q_BF16)
        p = (kernel_tap){f->narrow, KEYS * sizeof(uint16_t)};
    multiply(
        w,
        (kernel_tile){&p, 1, n,
                      packed + w->key_panels * w->key_panel + key / w->group * KERNEL_PANEL * 4,
                      w->value_panel, sums, columns, true, NULL},
        queries, a->value_size);
}

static void task(void *ctx, size_t task)
{
    const attention *w = ctx;
    const kernel_attention *a = w->a;
    size_t blocks = query_blocks(w), columns = w->value_panels * KERNEL_PANEL;
    size_t at[3] = {task / blocks / a->heads, task / blocks % a->heads, task % blocks * QUERIES};
    size_t queries = least(QUERIES, a->queries - at[2]), keys = a->keys;
    float *sums = (float *)(void *)(w->scratch + a->batch * a->key_heads * w->pack_bytes +
                                    task * sums_bytes(w));
    flash f;

    memset(sums, 0, sums_bytes(w));
    for (size_t r = 0; r < queries; r++) {
        f.top[r] = -INFINITY;
        f.total[r] = 0;
    }
    if (a->causal && a->keys + at[2] + queries < a->queries + keys) /* later keys: none sees them */
        keys = a->keys + at[2] + queries > a->queries ? a->keys + at[2] + queries - a->queries : 0;
    for (size_t key = 0; key < keys; key += KEYS)
        key_block(w, &f, at, queries, key, least(KEYS, keys - key), sums);
    for (size_t r = 0; r < queries; r++) {
        void *out =
            (char *)a->out.data +
            (at[0] * a->out.batch + at[1] * a->out.head + (at[2] + r) * a->out.row) * w->element;
        float part = f.total[r] != 0 ? 1 / f.total[r] : 0, *row = sums + r * columns;

        w->set->vector->unary[VECTOR_AFFINE](row, row, a->value_size, part, 0);
        w->set->narrow(a->dtype, row, 1, 0, out, a->value_size);
    }
}

void kernel__attention(q_team *team, const kernel_attention *a, void *scratch)
{
    attention w = start(a);

    w.scratch = scratch;
    q_team_run(team, a->batch * a->key_heads * (w.key_panels + w.value_panels), pack_task, &w);
    q_team_run(team, a->batch * a->heads * query_blocks(&w), task, &w);
}
