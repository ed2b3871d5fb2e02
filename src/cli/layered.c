#include "cli/layered.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_POINTS = 200000, ORDER_SWEEPS = 12, PLACE_SWEEPS = 17, POINT_WIDTH = 6 };
static const double TRUNK_PULL = 0.002; /* against a box's 1 */

/* A box, or a place where a trunk passes a layer. */
typedef struct point {
    double width, x, wish, order;
    uint32_t box; /* UINT32_MAX: of a trunk */
    size_t layer, slot;
    uint32_t *up, *down; /* points joined with, in the layers around */
    size_t up_count, down_count, up_cap, down_cap;
} point;

typedef struct work {
    layered *g;
    q_arena *arena;
    point *points;
    size_t count, cap;
    uint32_t **layers; /* points of each layer, in their order */
    size_t *sizes;
    uint32_t *trunk_at; /* of the box at hand: its point in each layer */
} work;

/* -- Layers -- */

static void find_layers(layered *g)
{
    for (size_t i = 0; i < g->line_count; i++) { /* lines are sorted by where they start */
        layered_box *to = &g->boxes[g->lines[i].to];
        size_t below = g->boxes[g->lines[i].from].layer + 1;

        if (to->layer < below)
            to->layer = below;
    }
    g->layer_count = 1;
    for (size_t i = 0; i < g->box_count; i++)
        if (g->boxes[i].layer + 1 > g->layer_count)
            g->layer_count = g->boxes[i].layer + 1;
}

static int by_start(const void *a, const void *b)
{
    const layered_line *x = a, *y = b;

    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return (x->to > y->to) - (x->to < y->to);
}

/* -- Points -- */

static q_code add_point(work *w, uint32_t box, size_t layer, double width, uint32_t *id, q_err *err)
{
    if (w->count >= MAX_POINTS)
        return q_err_set(err, Q_LIMIT, "the picture would have more than %d points", MAX_POINTS);
    if (q_arena_grow(w->arena, &w->points, &w->cap, w->count + 1, sizeof *w->points))
        return q_err_nomem(err);
    w->points[w->count] = (point){.width = width, .box = box, .layer = layer};
    *id = (uint32_t)w->count++;
    w->sizes[layer]++;
    return Q_OK;
}

static q_code join(work *w, uint32_t from, uint32_t to, q_err *err)
{
    point *a = &w->points[from], *b = &w->points[to];

    if (q_arena_grow(w->arena, &a->down, &a->down_cap, a->down_count + 1, sizeof *a->down) ||
        q_arena_grow(w->arena, &b->up, &b->up_cap, b->up_count + 1, sizeof *b->up))
        return q_err_nomem(err);
    a->down[a->down_count++] = to;
    b->up[b->up_count++] = from;
    return Q_OK;
}

/* The trunk of line l's box down to the layer above line l's end. */
static q_code extend_trunk(work *w, const layered_line *l, size_t *reached, q_err *err)
{
    size_t end = w->g->boxes[l->to].layer;
    q_code rc = Q_OK;

    for (; !rc && *reached + 1 < end; ++*reached) {
        uint32_t id = 0;

        rc = add_point(w, UINT32_MAX, *reached + 1, POINT_WIDTH, &id, err);
        if (!rc)
            rc = join(w, w->trunk_at[*reached], id, err);
        if (!rc)
            w->trunk_at[*reached + 1] = id;
    }
    return rc;
}

/* Trunk points' numbers stand for their x in bends until all are placed. */
static q_code set_bends(work *w, layered_line *l, size_t start, q_err *err)
{
    size_t end = w->g->boxes[l->to].layer;
    double *bends;

    l->bend_count = end - start - 1;
    bends = q_arena_array(w->arena, l->bend_count, sizeof *bends);
    if (!bends)
        return q_err_nomem(err);
    for (size_t k = 0; k < l->bend_count; k++)
        bends[k] = w->trunk_at[start + 1 + k];
    l->bends = bends;
    return join(w, w->trunk_at[end - 1], l->to, err);
}

static q_code make_points(work *w, q_err *err)
{
    layered *g = w->g;
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < g->box_count; i++) {
        uint32_t id = 0;

        rc = add_point(w, (uint32_t)i, g->boxes[i].layer, g->boxes[i].width, &id, err);
    }
    for (size_t i = 0; !rc && i < g->line_count;) {
        uint32_t from = g->lines[i].from;
        size_t start = g->boxes[from].layer, reached = start;

        w->trunk_at[start] = from;
        for (; !rc && i < g->line_count && g->lines[i].from == from; i++) {
            rc = extend_trunk(w, &g->lines[i], &reached, err);
            if (!rc)
                rc = set_bends(w, &g->lines[i], start, err);
        }
    }
    return rc;
}

/* -- Order -- */

static q_code fill_layers(work *w, q_err *err)
{
    size_t *at = q_arena_array(w->arena, w->g->layer_count, sizeof *at);

    w->layers = q_arena_array(w->arena, w->g->layer_count, sizeof *w->layers);
    if (!at || !w->layers)
        return q_err_nomem(err);
    for (size_t l = 0; l < w->g->layer_count; l++) {
        w->layers[l] = q_arena_array(w->arena, w->sizes[l], sizeof **w->layers);
        if (!w->layers[l])
            return q_err_nomem(err);
    }
    for (size_t i = 0; i < w->count; i++) {
        point *p = &w->points[i];

        p->slot = at[p->layer]++;
        w->layers[p->layer][p->slot] = (uint32_t)i;
    }
    return Q_OK;
}

static double mean_slot(const work *w, const uint32_t *ids, size_t count, double otherwise)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += (double)w->points[ids[i]].slot / (double)w->sizes[w->points[ids[i]].layer];
    return count > 0 ? sum / (double)count : otherwise;
}

static int by_order(const void *a, const void *b, void *ctx)
{
    const point *points = ctx;
    const point *x = &points[*(const uint32_t *)a], *y = &points[*(const uint32_t *)b];

    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return (x->slot > y->slot) - (x->slot < y->slot);
}

static void order_layer(work *w, size_t l, bool down)
{
    for (size_t i = 0; i < w->sizes[l]; i++) {
        point *p = &w->points[w->layers[l][i]];
        double here = (double)p->slot / (double)w->sizes[l];

        p->order = down ? mean_slot(w, p->up, p->up_count, here)
                        : mean_slot(w, p->down, p->down_count, here);
    }
    qsort_r(w->layers[l], w->sizes[l], sizeof **w->layers, by_order, w->points);
    for (size_t i = 0; i < w->sizes[l]; i++)
        w->points[w->layers[l][i]].slot = i;
}

static void order_all(work *w)
{
    for (int sweep = 0; sweep < ORDER_SWEEPS; sweep++)
        for (size_t k = 1; k < w->g->layer_count; k++)
            order_layer(w, sweep % 2 ? w->g->layer_count - 1 - k : k, sweep % 2 == 0);
}

/* -- Places -- */

static bool is_box(const point *p)
{
    return p->box != UINT32_MAX;
}

/* A run of points that lie as close as they may, moved as one. */
typedef struct pool {
    double sum, weight;
    size_t count;
} pool;

/* The places nearest to the wishes that keep the order and the gaps. */
static void place_layer(work *w, size_t l, pool *pools)
{
    size_t n = 0, at = 0;
    double offset = 0;

    for (size_t i = 0; i < w->sizes[l]; i++) {
        const point *p = &w->points[w->layers[l][i]];
        double weight = is_box(p) ? 1 : TRUNK_PULL;

        if (i > 0)
            offset += (w->points[w->layers[l][i - 1]].width + p->width) / 2 + w->g->gap_x;
        pools[n++] = (pool){(p->wish - offset) * weight, weight, 1};
        while (n > 1 &&
               pools[n - 2].sum * pools[n - 1].weight > pools[n - 1].sum * pools[n - 2].weight) {
            pools[n - 2].sum += pools[n - 1].sum;
            pools[n - 2].weight += pools[n - 1].weight;
            pools[n - 2].count += pools[n - 1].count;
            n--;
        }
    }
    offset = 0;
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < pools[k].count; i++, at++) {
            point *p = &w->points[w->layers[l][at]];

            if (at > 0)
                offset += (w->points[w->layers[l][at - 1]].width + p->width) / 2 + w->g->gap_x;
            p->x = pools[k].sum / pools[k].weight + offset;
        }
}

/* Boxes line up with boxes and trunks with themselves; where they meet the
 * boxes stay straight and the trunk bends.
 */
static double mean_x(const work *w, const point *p, const uint32_t *ids, size_t count)
{
    double sum = 0, all = 0;

    for (size_t i = 0; i < count; i++) {
        const point *other = &w->points[ids[i]];
        double weight = is_box(other) == is_box(p) ? 1 : TRUNK_PULL;

        sum += weight * other->x;
        all += weight;
    }
    return all > 0 ? sum / all : p->x;
}

static q_code place_all(work *w, q_err *err)
{
    size_t layers = w->g->layer_count;
    pool *pools = q_arena_array(w->arena, w->count, sizeof *pools);

    if (!pools)
        return q_err_nomem(err);
    for (size_t l = 0; l < layers; l++)
        place_layer(w, l, pools);
    for (int sweep = 0; sweep < PLACE_SWEEPS; sweep++) {
        bool down = sweep % 2 == 0;

        for (size_t k = 0; k < layers; k++) {
            size_t l = down ? k : layers - 1 - k;

            for (size_t i = 0; i < w->sizes[l]; i++) {
                point *p = &w->points[w->layers[l][i]];

                p->wish =
                    down ? mean_x(w, p, p->up, p->up_count) : mean_x(w, p, p->down, p->down_count);
            }
            place_layer(w, l, pools);
        }
    }
    return Q_OK;
}

/* -- The result -- */

static void move_to_origin(work *w)
{
    double left = 0, right = 0;

    for (size_t i = 0; i < w->count; i++) {
        const point *p = &w->points[i];

        if (i == 0 || p->x - p->width / 2 < left)
            left = p->x - p->width / 2;
        if (i == 0 || p->x + p->width / 2 > right)
            right = p->x + p->width / 2;
    }
    for (size_t i = 0; i < w->count; i++)
        w->points[i].x -= left;
    w->g->width = right - left;
}

static q_code set_result(work *w, q_err *err)
{
    layered *g = w->g;

    g->layer_y = q_arena_array(w->arena, g->layer_count, sizeof *g->layer_y);
    g->layer_height = q_arena_array(w->arena, g->layer_count, sizeof *g->layer_height);
    if (!g->layer_y || !g->layer_height)
        return q_err_nomem(err);
    for (size_t i = 0; i < g->box_count; i++)
        if (g->boxes[i].height > g->layer_height[g->boxes[i].layer])
            g->layer_height[g->boxes[i].layer] = g->boxes[i].height;
    for (size_t l = 1; l < g->layer_count; l++)
        g->layer_y[l] = g->layer_y[l - 1] + g->layer_height[l - 1] + g->gap_y;
    g->height = g->layer_y[g->layer_count - 1] + g->layer_height[g->layer_count - 1];
    for (size_t i = 0; i < g->box_count; i++) {
        g->boxes[i].x = w->points[i].x;
        g->boxes[i].y = g->layer_y[g->boxes[i].layer];
    }
    for (size_t i = 0; i < g->line_count; i++)
        for (size_t k = 0; k < g->lines[i].bend_count; k++) {
            double *bend = (double *)(uintptr_t)&g->lines[i].bends[k];

            *bend = w->points[(size_t)*bend].x;
        }
    return Q_OK;
}

q_code layered__place(layered *g, q_arena *a, q_err *err)
{
    work w = {.g = g, .arena = a};
    q_code rc;

    if (g->box_count == 0)
        return q_err_set(err, Q_INVALID, "there is nothing to draw");
    for (size_t i = 0; i < g->box_count; i++)
        g->boxes[i].layer = 0;
    qsort(g->lines, g->line_count, sizeof *g->lines, by_start);
    find_layers(g);
    w.sizes = q_arena_array(a, g->layer_count, sizeof *w.sizes);
    w.trunk_at = q_arena_array(a, g->layer_count, sizeof *w.trunk_at);
    if (!w.sizes || !w.trunk_at)
        return q_err_nomem(err);
    rc = make_points(&w, err);
    if (!rc)
        rc = fill_layers(&w, err);
    if (rc)
        return rc;
    order_all(&w);
    rc = place_all(&w, err);
    if (rc)
        return rc;
    move_to_origin(&w);
    return set_result(&w, err);
}
