#include "engine/kernel_rows.h"
#include "engine/kernel_tile.h"
#include "engine/narrow.h"

#include <math.h>

#define CHUNK 1024
#define TASK_ELEMENTS (1 << 15)

typedef struct rows {
    const kernel_set *set;
    const kernel_softmax *s;
    const kernel_norm *n;
    q_dtype dtype;
    size_t count, task_rows;
} rows;

/* Columns of one row as floats: in place, or in room for CHUNK. */
static const float *floats(const rows *w, const void *row, size_t from, size_t n, float *room)
{
    if (w->dtype == Q_F32)
        return (const float *)row + from;
    w->set->widen(Q_BF16, (const uint16_t *)row + from, 1, 0, room, n);
    return room;
}

static float *place(const rows *w, void *row, size_t from, float *room)
{
    return w->dtype == Q_F32 ? (float *)row + from : room;
}

static void put(const rows *w, void *row, size_t from, size_t n, const float *room)
{
    if (w->dtype != Q_F32)
        w->set->narrow(Q_BF16, room, 1, 0, (uint16_t *)row + from, n);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void softmax_row(const rows *w, const void *x, void *y)
{
    const kernel_softmax *s = w->s;
    const vector_table *v = w->set->vector;
    float room[CHUNK], top = -INFINITY, sum = 0;

    for (size_t i = 0; i < s->columns; i += CHUNK) {
        size_t n = least(CHUNK, s->columns - i);
        float most = v->fold[VECTOR_GREATEST](floats(w, x, i, n, room), n);

        top = most > top || most != most ? most : top;
    }
    if (top == -INFINITY)
        top = 0;
    for (size_t i = 0; i < s->columns; i += CHUNK) {
        size_t n = least(CHUNK, s->columns - i);
        bool keep = w->dtype == Q_F32 && !s->log;

        sum += w->set->loops->exp(floats(w, x, i, n, room), keep ? place(w, y, i, room) : room, n,
                                  1, top);
    }
    for (size_t i = 0; i < s->columns; i += CHUNK) {
        size_t n = least(CHUNK, s->columns - i);
        float *to = place(w, y, i, room);
        const float *from = floats(w, x, i, n, room);

        if (s->log) {
            v->unary[VECTOR_AFFINE](from, to, n, 1, -top - logf(sum));
        } else {
            if (w->dtype != Q_F32)
                (void)w->set->loops->exp(from, to, n, 1, top);
            v->unary[VECTOR_AFFINE](to, to, n, 1 / sum, 0);
        }
        put(w, y, i, n, to);
    }
}

static void softmax_task(void *ctx, size_t task)
{
    const rows *w = ctx;
    size_t bytes = w->s->columns * (w->dtype == Q_F32 ? 4 : 2);
    size_t end = least((task + 1) * w->task_rows, w->count);

    for (size_t r = task * w->task_rows; r < end; r++)
        softmax_row(w, (const char *)w->s->x + r * bytes, (char *)w->s->y + r * bytes);
}

static void norm_row(const rows *w, size_t r, const void *x, void *y)
{
    const kernel_norm *s = w->n;
    float room[CHUNK], mean = 0, spread = 0, rstd;

    for (size_t i = 0; i < s->columns && !s->rms; i += CHUNK) {
        size_t n = least(CHUNK, s->columns - i);

        mean += w->set->vector->fold[VECTOR_SUM](floats(w, x, i, n, room), n);
    }
    mean /= (float)s->columns;
    for (size_t i = 0; i < s->columns; i += CHUNK) {
        size_t n = least(CHUNK, s->columns - i);

        spread += w->set->loops->spread(floats(w, x, i, n, room), n, mean);
    }
    rstd = 1 / sqrtf(spread / (float)s->columns + s->eps);
    for (size_t i = 0; i < s->columns; i += CHUNK) {
        size_t n = least(CHUNK, s->columns - i);
        float *to = place(w, y, i, room);

        w->set->loops->norm(floats(w, x, i, n, room), to, n, mean, rstd,
                            s->gain ? s->gain + i : NULL, s->bias ? s->bias + i : NULL);
        put(w, y, i, n, to);
    }
    if (s->mean)
        s->mean[r] = mean;
    if (s->rstd)
        s->rstd[r] = rstd;
}

static void norm_task(void *ctx, size_t task)
{
    const rows *w = ctx;
    size_t bytes = w->n->columns * (w->dtype == Q_F32 ? 4 : 2);
    size_t end = least((task + 1) * w->task_rows, w->count);

    for (size_t r = task * w->task_rows; r < end; r++)
        norm_row(w, r, (const char *)w->n->x + r * bytes, (char *)w->n->y + r * bytes);
}

static void run(q_team *team, rows *w, size_t columns, void (*task)(void *, size_t))
{
    if (columns == 0)
        return;
    w->set = kernel__set(kernel__isa());
    w->task_rows = TASK_ELEMENTS / columns + 1;
    q_team_run(team, (w->count + w->task_rows - 1) / w->task_rows, task, w);
}

void kernel__softmax(q_team *team, const kernel_softmax *s)
{
    run(team, &(rows){.s = s, .dtype = s->dtype, .count = s->rows}, s->columns, softmax_task);
}

void kernel__norm(q_team *team, const kernel_norm *n)
{
    run(team, &(rows){.n = n, .dtype = n->dtype, .count = n->rows}, n->columns, norm_task);
}

/* -- The plain twins -- */

static double element(q_dtype d, const void *p, size_t i)
{
    return d == Q_F32 ? ((const float *)p)[i] : narrow__from_bf16(((const uint16_t *)p)[i]);
}

static void store(q_dtype d, void *p, size_t i, double v)
{
    if (d == Q_F32)
        ((float *)p)[i] = (float)v;
    else
        ((uint16_t *)p)[i] = narrow__to_bf16((float)v);
}

void kernel__softmax_ref(const kernel_softmax *s)
{
    for (size_t r = 0; r < s->rows; r++) {
        size_t row = r * s->columns;
        double top = -INFINITY, sum = 0;

        for (size_t i = 0; i < s->columns; i++)
            top = fmax(top, element(s->dtype, s->x, row + i));
        for (size_t i = 0; i < s->columns; i++)
            sum += exp(element(s->dtype, s->x, row + i) - top);
        for (size_t i = 0; i < s->columns; i++) {
            double d = element(s->dtype, s->x, row + i) - top;

            store(s->dtype, s->y, row + i, s->log ? d - log(sum) : exp(d) / sum);
        }
    }
}

void kernel__norm_ref(const kernel_norm *n)
{
    for (size_t r = 0; r < n->rows; r++) {
        size_t row = r * n->columns;
        double mean = 0, spread = 0, rstd, columns = (double)n->columns;

        for (size_t i = 0; i < n->columns && !n->rms; i++)
            mean += element(n->dtype, n->x, row + i) / columns;
        for (size_t i = 0; i < n->columns; i++)
            spread += pow(element(n->dtype, n->x, row + i) - mean, 2) / columns;
        rstd = 1 / sqrt(spread + n->eps);
        for (size_t i = 0; i < n->columns; i++)
            store(n->dtype, n->y, row + i,
                  (element(n->dtype, n->x, row + i) - mean) * rstd * (n->gain ? n->gain[i] : 1) +
                      (n->bias ? n->bias[i] : 0));
        if (n->mean)
            n->mean[r] = (float)mean;
        if (n->rstd)
            n->rstd[r] = (float)rstd;
    }
}
