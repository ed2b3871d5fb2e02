#include "document/ppocr_order.h"

#include <math.h>
#include <stdlib.h>

enum { FEW_LINES = 3 }; /* less is no column */
/* Half of the lines of running text are this many heights wide. */
static const double prose_width = 9;
/* A line's margins above and below, in heights, may lie in those of its neighbours. */
static const double overlap = 0.25;
/* Between columns lies a gap of so many heights. */
static const double gutter = 0.8;
/* Lines are level when their middles differ by less than so many heights; of two columns side by
 * side that have nothing to do with each other some two fifths are.
 */
static const double level = 0.25, mostly = 0.65;

typedef struct piece {
    double left, right, top, bottom; /* top and bottom without margins */
    size_t number;
} piece;

static double height_of(const piece *p)
{
    return (p->bottom - p->top) / (1 - 2 * overlap);
}

static int by_left(const void *x, const void *y)
{
    const piece *a = x, *b = y;

    if (a->left != b->left)
        return a->left < b->left ? -1 : 1;
    return a->number < b->number ? -1 : 1;
}

static int by_top(const void *x, const void *y)
{
    const piece *a = x, *b = y;

    if (a->top != b->top)
        return a->top < b->top ? -1 : 1;
    return a->number < b->number ? -1 : 1;
}

/* Half of the pieces are at least so many heights wide. */
static bool is_prose(const piece *p, size_t n)
{
    size_t wide = 0;

    for (size_t i = 0; i < n; i++)
        wide += p[i].right - p[i].left >= prose_width * height_of(&p[i]);
    return n >= FEW_LINES && 2 * wide >= n;
}

static double mean_height(const piece *p, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += height_of(&p[i]);
    return sum / (double)n;
}

/* Most of the pieces stand level with one of the others: they share rows. */
static bool shares_rows(const piece *p, size_t n, const piece *others, size_t count)
{
    size_t shared = 0;

    for (size_t i = 0; i < n; i++) {
        double middle = (p[i].top + p[i].bottom) / 2;
        bool found = false;

        for (size_t k = 0; k < count && !found; k++)
            found =
                fabs((others[k].top + others[k].bottom) / 2 - middle) < level * height_of(&p[i]);
        shared += found;
    }
    return (double)shared >= mostly * (double)n;
}

/* Two columns, each to be read by itself: both of running text, or one, and the other beside it
 * without regard to its rows.
 */
static bool are_columns(const piece *a, size_t n, const piece *b, size_t count)
{
    bool left = is_prose(a, n), right = is_prose(b, count);

    if (n < FEW_LINES || count < FEW_LINES || (!left && !right))
        return false;
    return (left && right) || !(left ? shares_rows(b, count, a, n) : shares_rows(a, n, b, count));
}

/* Where the pieces, sorted by left, part into two columns of running text; 0 when they do not. */
static size_t column_cut(const piece *p, size_t n)
{
    double right = -INFINITY, widest = gutter * mean_height(p, n);
    size_t best = 0;

    for (size_t i = 0; i < n; i++) {
        if (i && p[i].left - right > widest && are_columns(p, i, p + i, n - i)) {
            widest = p[i].left - right;
            best = i;
        }
        right = fmax(right, p[i].right);
    }
    return best;
}

/* Where the pieces, sorted by top, part into two by the widest gap; 0 when they do not. */
static size_t row_cut(const piece *p, size_t n)
{
    double bottom = p[0].bottom, widest = 0;
    size_t best = 0;

    for (size_t i = 1; i < n; i++) {
        if (p[i].top - bottom > widest) {
            widest = p[i].top - bottom;
            best = i;
        }
        bottom = fmax(bottom, p[i].bottom);
    }
    return best;
}

/* Pieces sorted by top that no gap parts: those whose middles are level are a row. */
static void sort_rows(piece *p, size_t n)
{
    size_t end;

    for (size_t i = 0; i < n; i = end) {
        double middle = (p[i].top + p[i].bottom) / 2;

        end = i + 1;
        while (end < n && p[end].top < middle)
            end++;
        qsort(p + i, end - i, sizeof *p, by_left);
    }
}

static void sort_pieces(piece *p, size_t n)
{
    while (n > 1) {
        size_t cut;

        qsort(p, n, sizeof *p, by_left);
        cut = column_cut(p, n);
        if (!cut) {
            qsort(p, n, sizeof *p, by_top);
            cut = row_cut(p, n);
        }
        if (!cut) {
            sort_rows(p, n);
            return;
        }
        /* The smaller part by a call, so that the stack stays low. */
        if (cut <= n - cut) {
            sort_pieces(p, cut);
            p += cut;
            n -= cut;
        } else {
            sort_pieces(p + cut, n - cut);
            n = cut;
        }
    }
}

q_code ppocr__order(const q_box *boxes, size_t count, q_arena *a, size_t *order, q_err *err)
{
    piece *p = q_arena_array(a, count, sizeof *p);

    if (!p)
        return q_err_nomem(err);
    for (size_t i = 0; i < count; i++) {
        const q_box *b = &boxes[i];

        p[i] = (piece){b->left, q_box_right(*b), b->top + overlap * b->height,
                       q_box_bottom(*b) - overlap * b->height, i};
    }
    sort_pieces(p, count);
    for (size_t i = 0; i < count; i++)
        order[i] = p[i].number;
    return Q_OK;
}
