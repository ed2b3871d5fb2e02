/* Lines too light for the threshold, and the edges of shaded areas: where brightness steps, all
 * along a straight line.
 */
#include "document/marks.h"

#include <leptonica/allheaders.h>
#include <stdlib.h>

enum {
    STEP = 12,              /* of 255, between the pixels on both sides */
    SHORTEST_FRACTION = 40, /* of the page's longer side */
    SHORTEST = 40,          /* pixels */
    THICKEST = 4,           /* pixels */
    BESIDE = 2,             /* pixels from an edge: where both sides must be even */
    EVEN = 24,              /* of 255, from the side's middle value */
    EVEN_PERCENT = 88,
    SAMPLES = 200,
    NEAR = 5,         /* pixels: both sides of one line */
    MOST_EDGES = 2000 /* of a page; more are a photograph's */
};

static const double most_covered = 0.15; /* of a page: noise, not edges */

static l_int32 grey_at(PIX *grey, l_int32 x, l_int32 y)
{
    return GET_DATA_BYTE(pixGetData(grey) + (size_t)y * (size_t)pixGetWpl(grey), x);
}

/* Where the pixels before and after differ. */
static PIX *steps(PIX *grey, bool upright)
{
    l_int32 w = pixGetWidth(grey), h = pixGetHeight(grey);
    PIX *pix = pixCreate(w, h, 1);

    for (l_int32 y = 1; pix && y + 1 < h; y++) {
        l_uint32 *line = pixGetData(pix) + (size_t)y * (size_t)pixGetWpl(pix);

        for (l_int32 x = 1; x + 1 < w; x++) {
            l_int32 a = upright ? grey_at(grey, x - 1, y) : grey_at(grey, x, y - 1);
            l_int32 b = upright ? grey_at(grey, x + 1, y) : grey_at(grey, x, y + 1);

            if (abs(a - b) >= STEP)
                SET_DATA_BIT(line, x);
        }
    }
    return pix;
}

/* Does the list hold a line at about that place, over most of the new one? It grows to hold both
 * where it is an edge itself, from `first` on.
 */
static bool is_there(q_marks *m, size_t first, q_rule rule, double near)
{
    for (size_t i = 0; i < m->rule_count; i++) {
        q_rule *r = &m->rules[i];
        double a = rule.upright ? rule.box.top : rule.box.left;
        double b = rule.upright ? q_box_bottom(rule.box) : q_box_right(rule.box);
        double c = r->upright ? r->box.top : r->box.left;
        double d = r->upright ? q_box_bottom(r->box) : q_box_right(r->box);
        double low = a > c ? a : c, high = b < d ? b : d;
        double apart = rule.upright
                           ? (rule.box.left > r->box.left ? rule.box.left - q_box_right(r->box)
                                                          : r->box.left - q_box_right(rule.box))
                           : (rule.box.top > r->box.top ? rule.box.top - q_box_bottom(r->box)
                                                        : r->box.top - q_box_bottom(rule.box));

        if (r->upright != rule.upright || apart > near || high - low < 0.7 * (b - a))
            continue;
        if (i >= first)
            r->box = q_box_join(r->box, rule.box);
        return true;
    }
    return false;
}

static int by_value(const void *a, const void *b)
{
    l_int32 x = *(const l_int32 *)a, y = *(const l_int32 *)b;

    return (x > y) - (x < y);
}

/* Is the picture even along one side of an edge? Under a row of letters one side is, not both. */
static bool is_even(PIX *grey, l_int32 x, l_int32 y, l_int32 length, bool upright)
{
    l_int32 values[SAMPLES], middle;
    size_t n = (size_t)length < SAMPLES ? (size_t)length : SAMPLES, even = 0;

    if (x < 0 || y < 0 || x >= pixGetWidth(grey) || y >= pixGetHeight(grey))
        return true;
    for (size_t i = 0; i < n; i++) {
        l_int32 at = (l_int32)((2 * i + 1) * (size_t)length / (2 * n));

        values[i] = upright ? grey_at(grey, x, y + at) : grey_at(grey, x + at, y);
    }
    qsort(values, n, sizeof *values, by_value);
    middle = values[n / 2];
    for (size_t i = 0; i < n; i++)
        even += abs(values[i] - middle) <= EVEN;
    return even * 100 >= n * EVEN_PERCENT;
}

static bool is_edge(PIX *grey, l_int32 x, l_int32 y, l_int32 w, l_int32 h, bool upright)
{
    if ((upright ? w : h) > THICKEST)
        return false;
    if (upright)
        return is_even(grey, x - BESIDE, y, h, true) &&
               is_even(grey, x + w - 1 + BESIDE, y, h, true);
    return is_even(grey, x, y - BESIDE, w, false) && is_even(grey, x, y + h - 1 + BESIDE, w, false);
}

static q_code put_edges(BOXA *boxes, PIX *grey, bool upright, size_t first, q_arena *a,
                        q_marks *out, size_t *cap, q_err *err)
{
    double width = pixGetWidth(grey), height = pixGetHeight(grey);

    for (l_int32 i = 0; i < boxaGetCount(boxes); i++) {
        l_int32 x, y, w, h;
        q_rule rule;

        boxaGetBoxGeometry(boxes, i, &x, &y, &w, &h);
        if (!is_edge(grey, x, y, w, h, upright))
            continue;
        rule = (q_rule){{x / width, y / height, w / width, h / height}, upright};
        if (is_there(out, first, rule, NEAR / (upright ? width : height)))
            continue;
        if (q_arena_grow(a, &out->rules, cap, out->rule_count + 1, sizeof *out->rules))
            return q_err_nomem(err);
        out->rules[out->rule_count++] = rule;
    }
    return Q_OK;
}

static q_code edges_along(PIX *grey, bool upright, size_t first, q_arena *a, q_marks *out,
                          size_t *cap, q_err *err)
{
    l_int32 side = L_MAX(pixGetWidth(grey), pixGetHeight(grey));
    l_int32 least = L_MAX(SHORTEST, side / SHORTEST_FRACTION);
    PIX *found = steps(grey, upright), *lines = NULL;
    BOXA *boxes = NULL;
    l_float32 covered = 0;
    q_code rc = Q_OK;

    if (found && pixForegroundFraction(found, &covered) == 0 && covered < most_covered) {
        lines = pixOpenBrick(NULL, found, upright ? 1 : least, upright ? least : 1);
        boxes = lines ? pixConnCompBB(lines, 8) : NULL;
        rc = boxes ? Q_OK : q_err_nomem(err);
    } else if (!found) {
        rc = q_err_nomem(err);
    }
    if (boxes && boxaGetCount(boxes) <= MOST_EDGES)
        rc = put_edges(boxes, grey, upright, first, a, out, cap, err);
    boxaDestroy(&boxes);
    pixDestroy(&lines);
    pixDestroy(&found);
    return rc;
}

q_code marks__edges(PIX *grey, q_arena *a, q_marks *out, q_err *err)
{
    size_t first = out->rule_count, cap = 0;
    q_rule *rules = NULL;
    q_code rc = Q_OK;

    /* The list is copied: how much room its array has is not known. */
    if (q_arena_grow(a, &rules, &cap, first + 64, sizeof *rules))
        return q_err_nomem(err);
    for (size_t i = 0; i < first; i++)
        rules[i] = out->rules[i];
    out->rules = rules;
    rc = edges_along(grey, false, first, a, out, &cap, err);
    return rc ? rc : edges_along(grey, true, first, a, out, &cap, err);
}
