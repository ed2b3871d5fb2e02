#include "engine/kernel_chain.h"
#include "engine/kernel_tile.h"
#include "engine/narrow.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define BLOCK 1024
#define TASK_ELEMENTS (1 << 16)

typedef struct chain {
    const kernel_chain *c;
    const kernel_set *set;
    size_t block;  /* elements of a block: whole rows, or a part of one */
    size_t span;   /* elements that blocks may not cross the end of: an image, or a row */
    size_t blocks; /* in a span */
    size_t total, task_blocks;
} chain;

/* What a task keeps in L1. */
typedef struct bench {
    _Alignas(64) float v[BLOCK];
    float x[BLOCK]; /* an operand, widened */
    float kept[CHAIN_KEPT][BLOCK];
    float patterns[CHAIN_PATTERNS][BLOCK]; /* rows repeated to a block */
    size_t image[CHAIN_PATTERNS];          /* whose pattern it is; SIZE_MAX: none yet */
} bench;

bool kernel__chain_fits(const chain_step *steps, size_t count)
{
    size_t patterns = 0;

    for (size_t i = 0; i < count; i++)
        patterns += (steps[i].kind == CHAIN_BINARY || steps[i].kind == CHAIN_SWAPPED) &&
                    (steps[i].x.shape == CHAIN_COLUMNS || steps[i].x.shape == CHAIN_IMAGE);
    return count <= CHAIN_STEPS && patterns <= CHAIN_PATTERNS;
}

/* Elements [from, from + n) as floats: in place, or in `room`. */
static const float *floats(const chain *w, const chain_tensor *t, size_t from, size_t n,
                           float *room)
{
    if (t->dtype == Q_F32)
        return (const float *)t->data + from;
    w->set->widen(t->dtype, (const char *)t->data + from * (t->dtype == Q_BF16 ? 2 : 1), t->scale,
                  t->zero, room, n);
    return room;
}

static void put(const chain *w, const chain_tensor *t, size_t from, size_t n, const float *v)
{
    size_t element = q_dtype_bits(t->dtype) / 8;

    if (t->dtype == Q_F32)
        memmove((float *)t->data + from, v, n * sizeof *v);
    else
        w->set->narrow(t->dtype, v, t->scale, t->zero, (char *)t->data + from * element, n);
}

/* The operand's rows, one under each of the block's. */
static const float *pattern(const chain *w, const chain_operand *x, bench *b, size_t which,
                            size_t from, size_t n)
{
    size_t columns = w->c->columns;
    size_t image = x->shape == CHAIN_IMAGE ? from / columns / w->c->image_rows : 0;
    float *room = b->patterns[which];

    if (columns > BLOCK)
        return floats(w, &x->tensor, image * columns + from % columns, n, room);
    if (b->image[which] != image) {
        const float *row = floats(w, &x->tensor, image * columns, columns, b->x);

        for (size_t i = 0; i + columns <= w->block; i += columns)
            memcpy(room + i, row, columns * sizeof *row);
        b->image[which] = image;
    }
    return room;
}

static const float *row_values(const chain *w, const chain_operand *x, bench *b, size_t from,
                               size_t n)
{
    size_t columns = w->c->columns, i = 0;
    float one[1];

    while (i < n) {
        size_t row = (from + i) / columns, end = (row + 1) * columns - from;
        float value = *floats(w, &x->tensor, row, 1, one);

        for (end = end < n ? end : n; i < end; i++)
            b->x[i] = value;
    }
    return b->x;
}

static void join(const chain *w, const chain_step *s, bench *b, const float *v, size_t from,
                 size_t n, size_t *patterns)
{
    const chain_operand *x = &s->x;
    const float *other = &x->value;
    size_t step = x->shape != CHAIN_SCALAR;

    if (x->shape == CHAIN_SAME)
        other = floats(w, &x->tensor, from, n, b->x);
    else if (x->shape == CHAIN_SAVED)
        other = b->kept[x->slot];
    else if (x->shape == CHAIN_ROWS)
        other = row_values(w, x, b, from, n);
    else if (step)
        other = pattern(w, x, b, (*patterns)++, from, n);
    if (s->kind == CHAIN_BINARY)
        w->set->vector->binary[s->binary](v, 1, other, step, b->v, n);
    else
        w->set->vector->binary[s->binary](other, step, v, 1, b->v, n);
}

static void block(const chain *w, bench *b, size_t from, size_t n)
{
    const kernel_chain *c = w->c;
    const float *v = floats(w, &c->in, from, n, b->v);
    size_t patterns = 0;

    for (size_t i = 0; i < c->step_count; i++) {
        const chain_step *s = &c->steps[i];

        if (s->kind == CHAIN_SAVE) {
            memcpy(b->kept[s->x.slot], v, n * sizeof *v);
        } else if (s->kind == CHAIN_STORE) {
            put(w, &s->x.tensor, from, n, v);
        } else if (s->kind == CHAIN_UNARY && s->unary == VECTOR_AFFINE && s->a == 1 && s->b == 0) {
            continue; /* a chain that only converts */
        } else if (s->kind == CHAIN_UNARY) {
            w->set->vector->unary[s->unary](v, b->v, n, s->a, s->b);
            v = b->v;
        } else {
            join(w, s, b, v, from, n, &patterns);
            v = b->v;
        }
    }
    put(w, &c->out, from, n, v);
}

static void task(void *ctx, size_t task)
{
    const chain *w = ctx;
    bench b;
    size_t end = (task + 1) * w->task_blocks;

    for (size_t i = 0; i < CHAIN_PATTERNS; i++)
        b.image[i] = SIZE_MAX;
    end = end < w->total ? end : w->total;
    for (size_t i = task * w->task_blocks; i < end; i++) {
        size_t within = i % w->blocks * w->block, left = w->span - within;

        block(w, &b, i / w->blocks * w->span + within, left < w->block ? left : w->block);
    }
}

void kernel__chain(q_team *team, const kernel_chain *c)
{
    chain w = {.c = c, .set = kernel__set(kernel__isa())};
    size_t count = c->rows * c->columns, image = 0;

    assert(kernel__chain_fits(c->steps, c->step_count));
    if (count == 0)
        return;
    for (size_t i = 0; i < c->step_count; i++)
        if (c->steps[i].x.shape == CHAIN_IMAGE)
            image = c->image_rows * c->columns;
    if (c->columns > BLOCK) {
        w.block = BLOCK;
        w.span = c->columns;
    } else {
        w.block = BLOCK / c->columns * c->columns;
        w.span = image ? image : count;
    }
    w.blocks = (w.span + w.block - 1) / w.block;
    w.total = count / w.span * w.blocks;
    w.task_blocks = TASK_ELEMENTS / BLOCK;
    q_team_run(team, (w.total + w.task_blocks - 1) / w.task_blocks, task, &w);
}

/* -- The plain twin -- */

static float element(const chain_tensor *t, size_t i)
{
    switch (t->dtype) {
    case Q_BF16:
        return narrow__from_bf16(((const uint16_t *)t->data)[i]);
    case Q_U8:
        return (float)(((const uint8_t *)t->data)[i] - t->zero) * t->scale;
    case Q_I8:
        return (float)(((const int8_t *)t->data)[i] - t->zero) * t->scale;
    default:
        return ((const float *)t->data)[i];
    }
}

static void store(const chain_tensor *t, size_t i, float v)
{
    int low = t->dtype == Q_U8 ? 0 : -128, high = t->dtype == Q_U8 ? 255 : 127;

    if (t->dtype == Q_F32)
        ((float *)t->data)[i] = v;
    else if (t->dtype == Q_BF16)
        ((uint16_t *)t->data)[i] = narrow__to_bf16(v);
    else
        ((uint8_t *)t->data)[i] = (uint8_t)(int)fminf(
            fmaxf(nearbyintf(v / t->scale) + (float)t->zero, (float)low), (float)high);
}

static float operand(const kernel_chain *c, const chain_operand *x, const float *kept, size_t i)
{
    switch (x->shape) {
    case CHAIN_SAME:
        return element(&x->tensor, i);
    case CHAIN_COLUMNS:
        return element(&x->tensor, i % c->columns);
    case CHAIN_IMAGE:
        return element(&x->tensor, i / c->columns / c->image_rows * c->columns + i % c->columns);
    case CHAIN_ROWS:
        return element(&x->tensor, i / c->columns);
    case CHAIN_SAVED:
        return kept[x->slot];
    default:
        return x->value;
    }
}

void kernel__chain_ref(const kernel_chain *c)
{
    for (size_t i = 0; i < c->rows * c->columns; i++) {
        float v = element(&c->in, i), kept[CHAIN_KEPT] = {0};

        for (size_t k = 0; k < c->step_count; k++) {
            const chain_step *s = &c->steps[k];
            float x = operand(c, &s->x, kept, i);

            if (s->kind == CHAIN_SAVE)
                kept[s->x.slot] = v;
            else if (s->kind == CHAIN_STORE)
                store(&s->x.tensor, i, v);
            else if (s->kind == CHAIN_UNARY)
                vector__plain.unary[s->unary](&v, &v, 1, s->a, s->b);
            else if (s->kind == CHAIN_BINARY)
                vector__plain.binary[s->binary](&v, 1, &x, 1, &v, 1);
            else
                vector__plain.binary[s->binary](&x, 1, &v, 1, &v, 1);
        }
        store(&c->out, i, v);
    }
}
