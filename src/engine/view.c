#include "engine/view.h"

#include <assert.h>
#include <string.h>

#define GRAIN 32768 /* elements of a task, about */
#define TILE 16     /* of a transposition: so many cache lines of both sides */

void view__add(view *v, size_t dim, ptrdiff_t from, ptrdiff_t to)
{
    assert(v->rank < VIEW_MAX_RANK);
    v->dims[v->rank] = dim;
    v->from[v->rank] = from;
    v->to[v->rank++] = to;
}

void view__strides(const q_shape *s, ptrdiff_t out[Q_MAX_RANK])
{
    ptrdiff_t stride = 1;

    for (size_t d = s->rank; d-- > 0;) {
        out[d] = stride;
        stride *= (ptrdiff_t)s->dims[d];
    }
}

/* Without dimensions of 1, and with those merged that go on in one another. */
static view simplified(const view *v)
{
    view s = {0};

    for (size_t d = 0; d < v->rank; d++) {
        size_t n = v->dims[d], last = s.rank - 1;

        if (n == 1)
            continue;
        if (s.rank && s.from[last] == v->from[d] * (ptrdiff_t)n &&
            s.to[last] == v->to[d] * (ptrdiff_t)n) {
            s.dims[last] *= n;
            s.from[last] = v->from[d];
            s.to[last] = v->to[d];
        } else {
            view__add(&s, n, v->from[d], v->to[d]);
        }
    }
    return s;
}

typedef struct copy {
    view outer; /* the dimensions around what one step copies */
    const char *from;
    char *to;
    size_t size;
    /* One step: `rows` times `columns` elements; rows is 1 unless it transposes. */
    size_t rows, columns;
    size_t tile; /* columns that are copied before the next row's */
    ptrdiff_t row_from, row_to, column_from, column_to;
} copy;

#define STEP(type)                                                                                 \
    for (size_t j = 0; j < n; j++)                                                                 \
        ((type *)to)[(ptrdiff_t)j * ts] = ((const type *)from)[(ptrdiff_t)j * fs];                 \
    break

typedef struct two_words {
    uint64_t low, high;
} two_words;

static void copy_line(const char *from, ptrdiff_t fs, char *to, ptrdiff_t ts, size_t n, size_t size)
{
    if (fs == 1 && ts == 1) {
        memcpy(to, from, n * size);
        return;
    }
    switch (size) {
    case 1:
        STEP(uint8_t);
    case 2:
        STEP(uint16_t);
    case 4:
        STEP(uint32_t);
    case 8:
        STEP(uint64_t);
    default:
        STEP(two_words);
    }
}

/* The same with few columns: lines run along the rows, a tile's worth of cache lines at a time. */
static void copy_columns(const copy *c, const char *from, char *to, size_t first, size_t end)
{
    ptrdiff_t size = (ptrdiff_t)c->size;

    for (size_t i = first; i < end; i += TILE * TILE) {
        size_t rows = end - i < TILE * TILE ? end - i : TILE * TILE;

        for (size_t j = 0; j < c->columns; j++)
            copy_line(from + ((ptrdiff_t)i * c->row_from + (ptrdiff_t)j * c->column_from) * size,
                      c->row_from,
                      to + ((ptrdiff_t)i * c->row_to + (ptrdiff_t)j * c->column_to) * size,
                      c->row_to, rows, c->size);
    }
}

/* Rows [first, end), tile by tile. */
static void copy_rows(const copy *c, const char *from, char *to, size_t first, size_t end)
{
    ptrdiff_t size = (ptrdiff_t)c->size;

    if (c->columns < TILE / 2 && c->rows >= TILE && c->row_from == 1) {
        copy_columns(c, from, to, first, end);
        return;
    }
    for (size_t i = first; i < end; i += TILE)
        for (size_t j = 0; j < c->columns; j += c->tile) {
            size_t columns = c->columns - j < c->tile ? c->columns - j : c->tile;

            for (size_t k = i; k < end && k < i + TILE; k++)
                copy_line(from +
                              ((ptrdiff_t)k * c->row_from + (ptrdiff_t)j * c->column_from) * size,
                          c->column_from,
                          to + ((ptrdiff_t)k * c->row_to + (ptrdiff_t)j * c->column_to) * size,
                          c->column_to, columns, c->size);
        }
}

/* Rows, counted through all outer dimensions. */
static void copy_range(void *ctx, size_t first, size_t end)
{
    const copy *c = ctx;

    for (size_t at = first; at < end;) {
        size_t row = at % c->rows, rest = at / c->rows;
        size_t n = c->rows - row < end - at ? c->rows - row : end - at;
        ptrdiff_t from = 0, to = 0;

        for (size_t d = c->outer.rank; d-- > 0;) {
            ptrdiff_t index = (ptrdiff_t)(rest % c->outer.dims[d]);

            rest /= c->outer.dims[d];
            from += index * c->outer.from[d];
            to += index * c->outer.to[d];
        }
        copy_rows(c, c->from + from * (ptrdiff_t)c->size, c->to + to * (ptrdiff_t)c->size, row,
                  row + n);
        at += n;
    }
}

static void take_out(view *v, size_t d)
{
    size_t behind = v->rank - d - 1;

    memmove(&v->dims[d], &v->dims[d + 1], behind * sizeof *v->dims);
    memmove(&v->from[d], &v->from[d + 1], behind * sizeof *v->from);
    memmove(&v->to[d], &v->to[d + 1], behind * sizeof *v->to);
    v->rank--;
}

/* The dimension whose neighbours are neighbours in the source, if it is not the last one. */
static size_t source_line(const view *v)
{
    for (size_t d = 0; d + 1 < v->rank; d++)
        if (v->from[d] == 1)
            return d;
    return SIZE_MAX;
}

static void copy_flat(void *ctx, size_t first, size_t end)
{
    const copy *c = ctx;

    memcpy(c->to + first * c->size, c->from + first * c->size, (end - first) * c->size);
}

/* Which dimensions a step copies: the last one, and beside it the one along
 * which the source is read in order, or else the next.
 */
static void choose_step(copy *c)
{
    view *v = &c->outer;
    size_t line = source_line(v), last = v->rank - 1;

    c->columns = v->dims[last];
    c->column_from = v->from[last];
    c->column_to = v->to[last];
    v->rank--;
    c->tile = line == SIZE_MAX ? c->columns : TILE;
    if (line == SIZE_MAX && v->rank)
        line = v->rank - 1;
    if (line == SIZE_MAX)
        return;
    c->rows = v->dims[line];
    c->row_from = v->from[line];
    c->row_to = v->to[line];
    take_out(v, line);
}

void view__copy(const view *v, const void *from, void *to, size_t size, q_team *team)
{
    copy c = {.outer = simplified(v), .from = from, .to = to, .size = size, .rows = 1};
    size_t rows;

    for (size_t d = 0; d < v->rank; d++)
        if (v->dims[d] == 0)
            return;
    if (c.outer.rank == 0)
        view__add(&c.outer, 1, 1, 1);
    if (c.outer.rank == 1 && c.outer.from[0] == 1 && c.outer.to[0] == 1) {
        op__parallel(team, c.outer.dims[0], GRAIN, copy_flat, &c);
        return;
    }
    choose_step(&c);
    rows = c.rows;
    for (size_t d = 0; d < c.outer.rank; d++)
        rows *= c.outer.dims[d];
    size_t grain = GRAIN / c.columns;
    op__parallel(team, rows, grain > TILE ? grain - grain % TILE : TILE, copy_range, &c);
}
