/* Boxes: the frame is looked for in each piece of ink that has about the size, so that a mark by
 * hand that crosses the frame does not hide it. What is inside tells whether it is ticked.
 */
#include "document/marks_tick.h"

#include "document/marks_shape.h"

#include <leptonica/allheaders.h>
#include <math.h>
#include <stdlib.h>

enum {
    LEAST = 6,        /* pixels of a side */
    LEAST_PART = 200, /* of the page's longer side: 1.5 mm of A4 */
    MOST_PART = 28,   /* 10 mm */
    MAX_FOUND = 2000,
    COMB = 4 /* boxes side by side are for letters */
};

static int by_place(const void *a, const void *b)
{
    const marks_shape *x = a, *y = b;

    if (x->y != y->y)
        return x->y < y->y ? -1 : 1;
    return (x->x > y->x) - (x->x < y->x);
}

static bool same_size(const marks_shape *a, const marks_shape *b)
{
    return abs(a->w - b->w) <= 2 + a->w / 8 && abs(a->h - b->h) <= 2 + a->h / 8;
}

/* A solid one is a bullet, unless there are such that are not; a row of boxes side by side is for
 * letters, one in each.
 */
static bool is_kept(const marks_shape *all, size_t n, const marks_shape *s)
{
    size_t peers = 0, near = 0;
    bool touching = false;

    for (size_t i = 0; i < n; i++) {
        const marks_shape *o = &all[i];
        int apart = abs(o->x - s->x);

        if (o == s || o->round != s->round || !same_size(o, s))
            continue;
        peers += !o->solid;
        if (abs(o->y - s->y) > s->h / 4)
            continue;
        touching = touching || apart < s->w * 3 / 2;
        near += apart < s->w * 3 / 2 * COMB;
    }
    return (!s->solid || peers > 0) && !(touching && near + 1 >= COMB);
}

static q_code put(const marks_shape *found, size_t n, PIX *binary, q_arena *a, q_marks *out,
                  q_err *err)
{
    double width = pixGetWidth(binary), height = pixGetHeight(binary);

    out->ticks = q_arena_array(a, n + 1, sizeof *out->ticks);
    if (!out->ticks)
        return q_err_nomem(err);
    for (size_t i = 0; i < n; i++) {
        const marks_shape *s = &found[i];

        if (is_kept(found, n, s))
            out->ticks[out->tick_count++] =
                (q_tick){{s->x / width, s->y / height, s->w / width, s->h / height},
                         s->selected,
                         s->confidence};
    }
    return Q_OK;
}

/* Is there one at this place already? */
static bool is_known(const marks_shape *found, size_t n, const marks_shape *s)
{
    for (size_t i = n; i-- > 0;) {
        const marks_shape *o = &found[i];

        if (s->x + s->w / 2 > o->x && s->x + s->w / 2 < o->x + o->w && s->y + s->h / 2 > o->y &&
            s->y + s->h / 2 < o->y + o->h)
            return true;
    }
    return false;
}

static size_t look(PIX *binary, BOXA *boxes, marks_shape *found)
{
    l_int32 side = L_MAX(pixGetWidth(binary), pixGetHeight(binary));
    marks_limits limits = {L_MAX(LEAST, side / LEAST_PART), side / MOST_PART};
    size_t n = 0;

    for (l_int32 i = 0; i < boxaGetCount(boxes) && n < MAX_FOUND; i++) {
        l_int32 x, y, w, h;
        marks_shape s = {0};

        boxaGetBoxGeometry(boxes, i, &x, &y, &w, &h);
        if (w < limits.least || h < limits.least || w > 3 * limits.most || h > 3 * limits.most)
            continue;
        if ((marks__square(binary, x, y, w, h, &limits, &s) ||
             marks__circle(binary, x, y, w, h, &limits, &s)) &&
            !is_known(found, n, &s) &&
            ((!s.round && s.selected) || marks__alone(binary, &s))) /* a mark may stick out */
            found[n++] = s;
    }
    return n;
}

q_code marks__ticks(PIX *binary, q_arena *a, q_marks *out, q_err *err)
{
    BOXA *boxes = pixConnCompBB(binary, 8);
    marks_shape *found = malloc(MAX_FOUND * sizeof *found);
    q_code rc = Q_OK;

    if (!boxes || !found) {
        rc = q_err_nomem(err);
    } else {
        size_t n = look(binary, boxes, found);

        qsort(found, n, sizeof *found, by_place);
        rc = put(found, n, binary, a, out, err);
    }
    boxaDestroy(&boxes);
    free(found);
    return rc;
}
