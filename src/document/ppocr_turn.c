#include "document/ppocr_turn.h"

#include <math.h>
#include <stdlib.h>

/* Degrees. Less is the unevenness of single lines, and rows are found all the same. */
static const double least_skew = 0.3;
/* Lines this much longer than high say how they run. */
static const double long_line = 2;

typedef struct weighed {
    double degrees, weight;
} weighed;

static int by_degrees(const void *x, const void *y)
{
    const weighed *a = x, *b = y;

    if (a->degrees != b->degrees)
        return a->degrees < b->degrees ? -1 : 1;
    return a->weight < b->weight ? -1 : a->weight > b->weight;
}

static bool is_long(const ppocr_line *l)
{
    return ppocr__line_width(l) >= long_line * ppocr__line_height(l);
}

static bool is_flat(const ppocr_line *l)
{
    return fabs(l->ax) >= fabs(l->ay);
}

static double degrees_of(const ppocr_line *l)
{
    double d = atan2(l->ay, l->ax) * 180 / M_PI;

    return is_flat(l) ? remainder(d, 180) : d < 0 ? d + 180 : d;
}

q_code ppocr__angle(const ppocr_lines *lines, q_arena *a, double *degrees, q_err *err)
{
    weighed *w = q_arena_array(a, lines->count, sizeof *w);
    double flat = 0, upright = 0, half, sum = 0;
    size_t n = 0, i = 0;

    *degrees = 0;
    if (!w)
        return q_err_nomem(err);
    for (i = 0; i < lines->count; i++)
        if (is_long(&lines->items[i]))
            *(is_flat(&lines->items[i]) ? &flat : &upright) += ppocr__line_width(&lines->items[i]);
    for (i = 0; i < lines->count; i++) {
        const ppocr_line *l = &lines->items[i];

        if (is_long(l) && is_flat(l) == (flat >= upright))
            w[n++] = (weighed){degrees_of(l), ppocr__line_width(l)};
    }
    if (n == 0)
        return Q_OK;
    qsort(w, n, sizeof *w, by_degrees);
    half = fmax(flat, upright) / 2;
    for (i = 0; i + 1 < n && sum + w[i].weight < half; i++)
        sum += w[i].weight;
    *degrees = w[i].degrees;
    if (fabs(remainder(*degrees, 90)) < least_skew)
        *degrees = flat >= upright ? 0 : 90;
    return Q_OK;
}

void ppocr__flip(ppocr_line *l)
{
    l->ax = -l->ax;
    l->ay = -l->ay;
    l->bx = -l->bx;
    l->by = -l->by;
}

/* A quarter turn clockwise of what is along. */
static void turn(ppocr_line *l)
{
    *l = (ppocr_line){l->x, l->y, l->bx, l->by, -l->ax, -l->ay, l->score};
}

void ppocr__align(ppocr_lines *lines, double degrees)
{
    double ux = cos(degrees * M_PI / 180), uy = sin(degrees * M_PI / 180);

    for (size_t i = 0; i < lines->count; i++) {
        ppocr_line *l = &lines->items[i];
        double along = l->ax * ux + l->ay * uy, across = l->ay * ux - l->ax * uy;

        if (fabs(along) >= fabs(across)) {
            if (along < 0)
                ppocr__flip(l);
        } else if (!is_long(l)) {
            turn(l);
            if (l->ax * ux + l->ay * uy < 0)
                ppocr__flip(l);
        } else if (across < 0) {
            ppocr__flip(l);
        }
    }
}

page__frame ppocr__frame(double width, double height, double degrees)
{
    double c = fabs(cos(degrees * M_PI / 180)), s = fabs(sin(degrees * M_PI / 180));

    degrees = remainder(degrees, 360);
    if (degrees == 0) /* exactly */
        return (page__frame){width, height, width, height, 0};
    return (page__frame){width * c + height * s, width * s + height * c, width, height, degrees};
}

q_box ppocr__box(const ppocr_line *l, q_box part, const page__frame *f)
{
    double c = cos(f->turn * M_PI / 180), s = sin(f->turn * M_PI / 180);
    double along = 2 * part.left + part.width - 1, down = 2 * part.top + part.height - 1;
    /* The part's middle from the picture's middle, turned back. */
    double x = l->x + along * l->ax + down * l->bx - f->shown_width / 2;
    double y = l->y + along * l->ay + down * l->by - f->shown_height / 2;
    double ax = (l->ax * c + l->ay * s) * part.width, ay = (l->ay * c - l->ax * s) * part.width;
    double bx = (l->bx * c + l->by * s) * part.height, by = (l->by * c - l->bx * s) * part.height;
    double w = fabs(ax) + fabs(bx), h = fabs(ay) + fabs(by);

    return (q_box){((x * c + y * s) - w) / f->width + 0.5, ((y * c - x * s) - h) / f->height + 0.5,
                   2 * w / f->width, 2 * h / f->height};
}
