#include "document/marks_shape.h"

#include <leptonica/allheaders.h>
#include <math.h>
#include <stdlib.h>

enum { MAX_STROKES = 24, ANGLES = 48 };

static const double side_covered = 0.88; /* of a frame's side that must be ink */
static const double empty_below = 0.045, ticked_above = 0.09; /* ink inside */

typedef struct stroke {
    int at, from, to, thick; /* across; along; pixels across */
} stroke;

typedef struct strokes {
    stroke items[MAX_STROKES];
    int count;
} strokes;

typedef struct part {
    PIX *pix;
    l_uint32 *data;
    int wpl, x, y, w, h;
} part;

static bool ink(const part *p, int x, int y)
{
    return GET_DATA_BIT(p->data + (size_t)y * (size_t)p->wpl, x) != 0;
}

/* The longest run of ink in a row or column of the part, one pixel missing allowed. */
static stroke longest_run(const part *p, int at, bool upright)
{
    int n = upright ? p->h : p->w, start = -1, last = -1;
    stroke best = {.at = at, .from = 0, .to = -1, .thick = 1};

    for (int i = 0; i <= n; i++) {
        bool on = i < n && (upright ? ink(p, p->x + at, p->y + i) : ink(p, p->x + i, p->y + at));

        if (on) {
            if (start < 0)
                start = i;
            last = i;
        } else if (start >= 0 && (i == n || i - last > 1)) {
            if (last - start > best.to - best.from)
                best = (stroke){at, start, last, 1};
            start = -1;
        }
    }
    return best;
}

/* Rows beside each other with runs of the same place are one thick stroke. */
static void strokes_find(const part *p, bool upright, int least, strokes *out)
{
    int n = upright ? p->w : p->h;

    out->count = 0;
    for (int at = 0; at < n; at++) {
        stroke s = longest_run(p, at, upright), *l = out->items + out->count - 1;

        if (s.to - s.from + 1 < least)
            continue;
        if (out->count && l->at + l->thick == at && s.from < l->to && s.to > l->from) {
            l->thick++;
            l->from = L_MIN(l->from, s.from);
            l->to = L_MAX(l->to, s.to);
        } else if (out->count < MAX_STROKES) {
            out->items[out->count++] = s;
        }
    }
}

/* How much of from..to is ink within a stroke's thickness. */
static double covered(const part *p, const stroke *s, bool upright, int from, int to)
{
    int n = 0;

    for (int i = from; i <= to; i++) {
        bool on = false;

        for (int t = L_MAX(0, s->at - 1); t <= s->at + s->thick && !on; t++) {
            int x = upright ? t : i, y = upright ? i : t;

            on = x < p->w && y < p->h && x >= 0 && y >= 0 && ink(p, p->x + x, p->y + y);
        }
        n += on;
    }
    return to < from ? 0 : (double)n / (to - from + 1);
}

static double ink_share(const part *p, int x0, int y0, int x1, int y1)
{
    int n = 0;

    if (x1 <= x0 || y1 <= y0)
        return 0;
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++)
            n += ink(p, x, y);
    return (double)n / ((double)(x1 - x0) * (y1 - y0));
}

static void judge(marks_shape *s, double inside)
{
    s->selected = inside > (empty_below + ticked_above) / 2;
    if (s->selected)
        s->confidence = (float)(inside > ticked_above * 1.6 ? 97 : 60 + 250 * (inside - 0.0675));
    else
        s->confidence = (float)(inside < empty_below / 3 ? 98 : 98 - 560 * (inside - 0.015));
    s->confidence = fminf(fmaxf(s->confidence, 50), 99);
}

typedef struct frame {
    const stroke *left, *right, *top, *bottom;
} frame;

static bool is_frame(const part *p, const frame *f, const marks_limits *limits)
{
    int x0 = f->left->at, x1 = f->right->at + f->right->thick - 1;
    int y0 = f->top->at, y1 = f->bottom->at + f->bottom->thick - 1;
    int w = x1 - x0 + 1, h = y1 - y0 + 1, thick = L_MAX(f->left->thick, f->top->thick);

    if (w < limits->least || h < limits->least || w > limits->most || h > limits->most)
        return false;
    if (w * 3 > h * 4 || h * 3 > w * 4 || thick * 3 > L_MIN(w, h))
        return false;
    return covered(p, f->left, true, y0, y1) >= side_covered &&
           covered(p, f->right, true, y0, y1) >= side_covered &&
           covered(p, f->top, false, x0, x1) >= side_covered &&
           covered(p, f->bottom, false, x0, x1) >= side_covered;
}

static void frame_take(const part *p, const frame *f, marks_shape *out)
{
    int x0 = p->x + f->left->at, x1 = p->x + f->right->at + f->right->thick;
    int y0 = p->y + f->top->at, y1 = p->y + f->bottom->at + f->bottom->thick;
    int in_x = (x1 - x0) / 12, in_y = (y1 - y0) / 12;

    *out = (marks_shape){.x = x0, .y = y0, .w = x1 - x0, .h = y1 - y0};
    judge(out, ink_share(p, x0 + f->left->thick + in_x, y0 + f->top->thick + in_y,
                         x1 - f->right->thick - in_x, y1 - f->bottom->thick - in_y));
}

/* The widest frame whose left side is given. */
static bool frame_from(const part *p, const strokes *across, const strokes *up, int left,
                       const marks_limits *limits, marks_shape *out)
{
    for (int right = up->count - 1; right > left; right--)
        for (int top = 0; top < across->count; top++)
            for (int bottom = across->count - 1; bottom > top; bottom--) {
                frame f = {&up->items[left], &up->items[right], &across->items[top],
                           &across->items[bottom]};

                if (is_frame(p, &f, limits)) {
                    frame_take(p, &f, out);
                    return true;
                }
            }
    return false;
}

/* Nearly all of it ink, up to its corners. */
static bool is_solid(const part *p, const marks_limits *limits, marks_shape *out)
{
    if (p->w > limits->most || p->h > limits->most || p->w * 5 > p->h * 6 || p->h * 5 > p->w * 6 ||
        ink_share(p, p->x, p->y, p->x + p->w, p->y + p->h) < 0.93)
        return false;
    *out = (marks_shape){p->x, p->y, p->w, p->h, false, true, true, 90};
    return true;
}

static part part_of(PIX *binary, int x, int y, int w, int h)
{
    return (part){binary, pixGetData(binary), pixGetWpl(binary), x, y, w, h};
}

bool marks__square(PIX *binary, int x, int y, int w, int h, const marks_limits *limits,
                   marks_shape *out)
{
    part p = part_of(binary, x, y, w, h);
    strokes across, up;

    if (is_solid(&p, limits, out))
        return true;
    strokes_find(&p, false, limits->least - 1, &across);
    strokes_find(&p, true, limits->least - 1, &up);
    if (across.count < 2 || up.count < 2)
        return false;
    for (int left = 0; left < up.count; left++)
        if (frame_from(&p, &across, &up, left, limits, out))
            return true;
    return false;
}

/* Ink between two radii (of 1) at an angle. */
static bool ring_at(const part *p, double angle, double from, double to)
{
    double cx = p->x + (p->w - 1) / 2.0, cy = p->y + (p->h - 1) / 2.0;

    for (int step = 0; from + 0.04 * step <= to; step++) {
        double r = from + 0.04 * step;
        int x = (int)lround(cx + r * cos(angle) * (p->w - 1) / 2);
        int y = (int)lround(cy + r * sin(angle) * (p->h - 1) / 2);

        if (x >= p->x && y >= p->y && x < p->x + p->w && y < p->y + p->h && ink(p, x, y))
            return true;
    }
    return false;
}

static double disc_share(const part *p, double from, double to)
{
    double cx = p->x + (p->w - 1) / 2.0, cy = p->y + (p->h - 1) / 2.0;
    int n = 0, all = 0;

    for (int y = p->y; y < p->y + p->h; y++)
        for (int x = p->x; x < p->x + p->w; x++) {
            double dx = (x - cx) * 2 / p->w, dy = (y - cy) * 2 / p->h, r = sqrt(dx * dx + dy * dy);

            if (r >= from && r <= to) {
                all++;
                n += ink(p, x, y);
            }
        }
    return all ? (double)n / all : 0;
}

bool marks__circle(PIX *binary, int x, int y, int w, int h, const marks_limits *limits,
                   marks_shape *out)
{
    part p = part_of(binary, x, y, w, h);
    int on = 0;
    double inner, gap;

    if (w < limits->least + 2 || w > limits->most || h > limits->most || w * 8 > h * 9 ||
        h * 8 > w * 9)
        return false;
    for (int i = 0; i < ANGLES; i++)
        on += ring_at(&p, 2 * M_PI * i / ANGLES, 0.8, 1.02);
    if (on < ANGLES * 9 / 10 || disc_share(&p, 1.1, 1.5) > 0.05)
        return false;
    inner = disc_share(&p, 0, 0.45);
    gap = disc_share(&p, 0.55, 0.72);
    *out = (marks_shape){x, y, w, h, true, inner > 0.9 && gap > 0.9, false, 0};
    if (out->solid) {
        out->selected = true;
        out->confidence = 85;
        return true;
    }
    if (inner < 0.5 && gap > 0.35)
        return false; /* too thick a ring: a letter */
    judge(out, disc_share(&p, 0, 0.55));
    return true;
}

bool marks__alone(PIX *binary, const marks_shape *s)
{
    part p = part_of(binary, s->x, s->y, s->w, s->h);
    int far = L_MAX(2, s->w / 5), width = pixGetWidth(binary);

    for (int y = s->y + s->h / 5; y < s->y + s->h - s->h / 5; y++)
        for (int d = 2; d <= far; d++)
            if ((s->x - d >= 0 && ink(&p, s->x - d, y)) ||
                (s->x + s->w - 1 + d < width && ink(&p, s->x + s->w - 1 + d, y)))
                return false;
    return true;
}
