#include "document/ppocr_detect.h"

#include "document/ppocr_resample.h"

#include <leptonica/allheaders.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

enum {
    GRAIN = 32,       /* sides the model takes are multiples of it */
    MAX_LINES = 4000, /* of a page; a newspaper has a thousand */
    LEAST_CORE = 3    /* pixels: thinner cores are specks */
};
static const float core_least = 0.3F;  /* of the map, to belong to a core */
static const float score_least = 0.6F; /* of a core's mean */
/* A core is the line without a margin of area * this / perimeter. The models' makers use 1.5, and
 * leave more paper above and below: 1.3 reads .912 of receipts' words for .906, .984 of pages' for
 * .981.
 */
static const double margin = 1.3;
/* A rectangle is upright when it is this much taller than wide. */
static const double upright = 1.5;

/* What the model's pictures were normalised with. */
static const float means[3] = {0.485F, 0.456F, 0.406F}, deviations[3] = {0.229F, 0.224F, 0.225F};

double ppocr__line_width(const ppocr_line *l)
{
    return 2 * hypot(l->ax, l->ay);
}

double ppocr__line_height(const ppocr_line *l)
{
    return 2 * hypot(l->bx, l->by);
}

/* ---- The model's input -------------------------------------------------- */

static size_t grains(double pixels)
{
    double n = floor(pixels / GRAIN + 0.5);

    return n < 1 ? GRAIN : (size_t)n * GRAIN;
}

void ppocr__map_size(size_t width, size_t height, size_t side, size_t *map_width,
                     size_t *map_height)
{
    size_t longer = width > height ? width : height;
    double scale = longer > side ? (double)side / (double)longer : 1;

    *map_width = grains((double)width * scale);
    *map_height = grains((double)height * scale);
}

q_code ppocr__map_input(PIX *picture, size_t width, size_t height, float *out, q_err *err)
{
    size_t n = width * height;
    q_code rc = ppocr__resample(picture, width, height, out, err);

    if (rc)
        return rc;
    for (size_t c = 3; c-- > 0;) /* the first channel last: it is the source */
        for (size_t i = 0; i < n; i++)
            out[c * n + i] = (out[i] / 255 - means[c]) / deviations[c];
    return Q_OK;
}

/* ---- Cores -------------------------------------------------------------- */

/* Pixels [from, to) of a row that are above the threshold, and the core they belong to: `core`
 * is the number of another run of it, with smaller number, or its own.
 */
typedef struct run {
    uint32_t row, from, to, core;
    double sum;
} run;

typedef struct runs {
    q_arena *arena;
    run *items;
    size_t count, cap;
} runs;

static uint32_t core_of(run *r, uint32_t i)
{
    while (r[i].core != i) {
        r[i].core = r[r[i].core].core;
        i = r[i].core;
    }
    return i;
}

static void join(run *r, uint32_t a, uint32_t b)
{
    a = core_of(r, a);
    b = core_of(r, b);
    if (a < b)
        r[b].core = a;
    else
        r[a].core = b;
}

static q_code row_runs(runs *all, const float *p, uint32_t row, uint32_t width, q_err *err)
{
    for (uint32_t x = 0; x < width; x++) {
        run r = {.row = row, .from = x, .core = (uint32_t)all->count};

        while (x < width && p[x] > core_least)
            r.sum += p[x++];
        if (x == r.from)
            continue;
        r.to = x;
        if (q_arena_grow(all->arena, &all->items, &all->cap, all->count + 1, sizeof r))
            return q_err_nomem(err);
        all->items[all->count++] = r;
    }
    return Q_OK;
}

/* Join the runs [now, end) of a row with those before, [above, now), that they touch, corners
 * included.
 */
static void join_rows(run *r, uint32_t above, uint32_t now, uint32_t end)
{
    for (uint32_t i = above, j = now; i < now && j < end;) {
        if (r[i].from <= r[j].to && r[j].from <= r[i].to)
            join(r, i, j);
        if (r[i].to < r[j].to)
            i++;
        else
            j++;
    }
}

static q_code map_runs(runs *all, const float *map, size_t width, size_t height, q_err *err)
{
    uint32_t above = 0, now;
    q_code rc = Q_OK;

    for (size_t y = 0; y < height && !rc; y++) {
        now = (uint32_t)all->count;
        rc = row_runs(all, map + y * width, (uint32_t)y, (uint32_t)width, err);
        if (now > above && all->items[above].row + 1 == y)
            join_rows(all->items, above, now, (uint32_t)all->count);
        above = now;
    }
    return rc;
}

/* ---- Rectangles --------------------------------------------------------- */

typedef struct point {
    double x, y;
} point;

/* Which side of the way from a to b is c on: the area they span, doubled. */
static double side_of(point a, point b, point c)
{
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

/* The convex hull of points that are sorted by y, then x, into `hull` (room for n + 1). Andrew's
 * monotone chain, down one side and up the other.
 */
static size_t hull_of(const point *p, size_t n, point *hull)
{
    size_t k = 0, lower;

    for (size_t i = 0; i < n; i++) {
        while (k >= 2 && side_of(hull[k - 2], hull[k - 1], p[i]) <= 0)
            k--;
        hull[k++] = p[i];
    }
    lower = k + 1;
    for (size_t i = n - 1; i-- > 0;) {
        while (k >= lower && side_of(hull[k - 2], hull[k - 1], p[i]) <= 0)
            k--;
        hull[k++] = p[i];
    }
    return k > 1 ? k - 1 : k; /* the first came again */
}

/* The rectangle around the hull that lies along the direction (ux, uy), a unit. */
static ppocr_line rectangle(const point *hull, size_t n, double ux, double uy)
{
    double low_u = INFINITY, high_u = -INFINITY, low_v = INFINITY, high_v = -INFINITY, u, v;

    for (size_t i = 0; i < n; i++) {
        u = hull[i].x * ux + hull[i].y * uy;
        v = hull[i].y * ux - hull[i].x * uy;
        low_u = fmin(low_u, u);
        high_u = fmax(high_u, u);
        low_v = fmin(low_v, v);
        high_v = fmax(high_v, v);
    }
    u = (low_u + high_u) / 2;
    v = (low_v + high_v) / 2;
    return (ppocr_line){.x = u * ux - v * uy,
                        .y = u * uy + v * ux,
                        .ax = ux * (high_u - low_u) / 2,
                        .ay = uy * (high_u - low_u) / 2,
                        .bx = -uy * (high_v - low_v) / 2,
                        .by = ux * (high_v - low_v) / 2};
}

static double area(const ppocr_line *l)
{
    return ppocr__line_width(l) * ppocr__line_height(l);
}

/* The smallest: it lies along one of the hull's sides. */
static ppocr_line smallest_rectangle(const point *hull, size_t n)
{
    ppocr_line best = rectangle(hull, n, 1, 0);

    for (size_t i = 0; i < n; i++) {
        point a = hull[i], b = hull[(i + 1) % n];
        double length = hypot(b.x - a.x, b.y - a.y);
        ppocr_line l;

        if (length <= 0)
            continue;
        l = rectangle(hull, n, (b.x - a.x) / length, (b.y - a.y) / length);
        if (area(&l) < area(&best) * 0.999)
            best = l;
    }
    return best;
}

/* The sides' names so that the line is read along a: the flatter side, or the longer one of an
 * upright rectangle, left to right or top to bottom; b a quarter turn clockwise from it.
 */
static void orient(ppocr_line *l)
{
    double w = ppocr__line_width(l), h = ppocr__line_height(l);
    bool swap = fabs(l->ax) * h < fabs(l->bx) * w; /* b is flatter */

    if (swap ? w >= upright * h : h >= upright * w)
        swap = !swap;
    if (swap)
        *l = (ppocr_line){l->x, l->y, l->bx, l->by, -l->ax, -l->ay, l->score};
    if (fabs(l->ax) >= fabs(l->ay) ? l->ax < 0 : l->ay < 0)
        *l = (ppocr_line){l->x, l->y, -l->ax, -l->ay, -l->bx, -l->by, l->score};
}

static void widen(ppocr_line *l)
{
    double w = ppocr__line_width(l), h = ppocr__line_height(l);
    double more = w * h * margin / (w + h); /* twice the margin: both ends */

    l->ax *= 1 + more / w;
    l->ay *= 1 + more / w;
    l->bx *= 1 + more / h;
    l->by *= 1 + more / h;
}

/* ---- From cores to lines ------------------------------------------------ */

/* A core's runs, in the order of their rows. */
typedef struct core {
    const run *runs;
    uint32_t *members;
    size_t count;
} core;

/* The outermost points of each row's upper and lower edge, sorted by y, then x. */
static size_t edge_points(const core *c, point *out)
{
    uint32_t top = c->runs[c->members[0]].row, rows;
    size_t n = 0;

    rows = c->runs[c->members[c->count - 1]].row - top + 1;
    for (uint32_t y = 0; y <= rows; y++) {
        out[n++] = (point){INFINITY, top + y};
        out[n++] = (point){-INFINITY, top + y};
    }
    for (size_t i = 0; i < c->count; i++) {
        const run *r = &c->runs[c->members[i]];
        point *edge = out + (size_t)(r->row - top) * 2;

        edge[0].x = fmin(edge[0].x, r->from);
        edge[1].x = fmax(edge[1].x, r->to);
        edge[2].x = fmin(edge[2].x, r->from);
        edge[3].x = fmax(edge[3].x, r->to);
    }
    return n;
}

static q_code put_core(const core *c, q_arena *a, ppocr_lines *out, q_err *err)
{
    size_t rows = c->runs[c->members[c->count - 1]].row - c->runs[c->members[0]].row + 1, n;
    double sum = 0, pixels = 0;
    point *points, *hull;
    ppocr_line l;

    for (size_t i = 0; i < c->count; i++) {
        const run *r = &c->runs[c->members[i]];

        sum += r->sum;
        pixels += r->to - r->from;
    }
    if (sum < (double)score_least * pixels)
        return Q_OK;
    points = q_arena_array(a, 4 * rows + 5, sizeof *points);
    if (!points)
        return q_err_nomem(err);
    n = edge_points(c, points);
    hull = points + n;
    l = smallest_rectangle(hull, hull_of(points, n, hull));
    if (ppocr__line_width(&l) < LEAST_CORE || ppocr__line_height(&l) < LEAST_CORE)
        return Q_OK;
    l.score = (float)(sum / pixels);
    orient(&l);
    widen(&l);
    if (q_arena_grow(a, &out->items, &out->cap, out->count + 1, sizeof l))
        return q_err_nomem(err);
    out->items[out->count++] = l;
    return Q_OK;
}

/* All runs' numbers sorted by core, each core's in their order: places[i] counts the runs of
 * core i first, then is where its next run goes.
 */
static void sort_runs(run *r, size_t count, uint32_t *places, uint32_t *sorted)
{
    uint32_t at = 0;

    for (size_t i = 0; i < count; i++) {
        r[i].core = core_of(r, (uint32_t)i);
        places[r[i].core]++;
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t n = places[i];

        places[i] = at;
        at += n;
    }
    for (size_t i = 0; i < count; i++)
        sorted[places[r[i].core]++] = (uint32_t)i;
}

q_code ppocr__find_lines(const float *map, size_t width, size_t height, q_arena *a,
                         ppocr_lines *out, q_err *err)
{
    runs all = {.arena = a};
    uint32_t *places, *sorted;
    q_code rc = map_runs(&all, map, width, height, err);

    *out = (ppocr_lines){0};
    if (rc || all.count == 0)
        return rc;
    places = q_arena_array(a, all.count, sizeof *places);
    sorted = q_arena_array(a, all.count, sizeof *sorted);
    if (!places || !sorted)
        return q_err_nomem(err);
    sort_runs(all.items, all.count, places, sorted);
    for (size_t i = 0; i < all.count && !rc && out->count < MAX_LINES;) {
        core c = {all.items, sorted + i, 1};

        while (i + c.count < all.count &&
               all.items[sorted[i + c.count]].core == all.items[sorted[i]].core)
            c.count++;
        rc = put_core(&c, a, out, err);
        i += c.count;
    }
    return rc;
}

void ppocr__scale_lines(ppocr_lines *lines, double x_ratio, double y_ratio)
{
    for (size_t i = 0; i < lines->count; i++) {
        ppocr_line *l = &lines->items[i];

        l->x *= x_ratio;
        l->ax *= x_ratio;
        l->bx *= x_ratio;
        l->y *= y_ratio;
        l->ay *= y_ratio;
        l->by *= y_ratio;
    }
}
