#include "engine/trees.h"

#include <math.h>
#include <string.h>

enum { LANES = 8 };
/* Flags of a node; the kind of its condition lies behind them. */
enum { TREE_BRANCH = 1, TREE_NAN_LEFT = 2, KIND_SHIFT = 2 };

/* -- Building -- */

typedef struct builder {
    const trees_source *s;
    trees *t;
    size_t *source; /* of each laid out node */
    uint8_t *seen;  /* of each condition of the source */
    size_t leaves, slots;
} builder;

static q_code builder_init(builder *b, q_arena *a, q_err *err)
{
    const trees_source *s = b->s;
    size_t slots;

    if (__builtin_add_overflow(2 * s->node_count, s->root_count, &slots) || slots > INT32_MAX / 2)
        return q_err_set(err, Q_LIMIT, "%zu nodes of trees", s->node_count);
    b->t->nodes = q_arena_array(a, slots, sizeof(*b->t->nodes));
    b->t->exact = q_arena_array(a, slots, sizeof(*b->t->exact));
    b->t->roots = q_arena_array(a, s->root_count, sizeof(*b->t->roots));
    b->t->leaf_first = q_arena_array(a, slots, sizeof(size_t));
    b->t->leaf_count = q_arena_array(a, slots, sizeof(size_t));
    b->source = q_arena_array(a, slots, sizeof(*b->source));
    b->seen = q_arena_array(a, s->node_count, 1);
    b->slots = slots;
    if (!b->t->nodes || !b->t->exact || !b->t->roots || !b->t->leaf_first || !b->t->leaf_count ||
        !b->source || !b->seen)
        return q_err_nomem(err);
    return Q_OK;
}

static void leaf_add(builder *b, size_t at, const tree_source *from)
{
    trees *t = b->t;
    tree_node *n = &t->nodes[at];

    n->left = (uint32_t)at;
    n->flags = (uint32_t)b->leaves << 1;
    t->leaf_first[b->leaves] = from->first;
    t->leaf_count[b->leaves++] = from->count;
    if (t->targets == 1)
        for (size_t i = 0; i < from->count; i++)
            t->exact[at] += b->s->weights[from->first + i].value;
    n->split = (float)t->exact[at];
}

/* Conditions become: less or equal (less, in double), equal, member. The others are
 * these with the branches changed over. x < s is x <= the float before s.
 */
static void condition_set(trees *t, size_t at, const tree_source *from, bool *swapped)
{
    tree_node *n = &t->nodes[at];
    tree_mode kind = from->mode;
    bool nan_left = from->missing_yes;

    *swapped = kind == TREE_GT || kind == TREE_GTE || kind == TREE_NEQ;
    if (*swapped)
        nan_left = kind != TREE_NEQ && !from->missing_yes;
    if (kind == TREE_GT)
        kind = TREE_LEQ;
    else if (kind == TREE_GTE)
        kind = TREE_LT;
    else if (kind == TREE_NEQ)
        kind = TREE_EQ;
    t->exact[at] = from->value;
    n->split = (float)from->value;
    if (kind == TREE_LT)
        n->split = n->split == -INFINITY ? NAN : nextafterf(n->split, -INFINITY);
    n->feature = from->feature;
    n->flags = TREE_BRANCH | (nan_left ? TREE_NAN_LEFT : 0) | (uint32_t)kind << KIND_SHIFT;
    t->sorts = t->sorts && kind <= TREE_LT;
    t->nan_way = t->nan_way || nan_left;
    if ((size_t)from->feature + 1 > t->features)
        t->features = (size_t)from->feature + 1;
}

static q_code branch_add(builder *b, size_t at, q_err *err)
{
    const tree_source *from = &b->s->nodes[b->source[at]];
    trees *t = b->t;
    bool swapped;

    if (b->seen[b->source[at]])
        return q_err_set(err, Q_INVALID, "node %zu of a tree is reached twice", b->source[at]);
    b->seen[b->source[at]] = 1;
    if (from->yes >= b->s->node_count || from->no >= b->s->node_count)
        return q_err_set(err, Q_INVALID, "node %zu of a tree has no child", b->source[at]);
    if (from->mode == TREE_MEMBER && from->value >= (double)b->s->sets.count)
        return q_err_set(err, Q_INVALID, "node %zu of a tree has no set", b->source[at]);
    condition_set(t, at, from, &swapped);
    t->nodes[at].left = (uint32_t)t->node_count;
    b->source[t->node_count++] = swapped ? from->no : from->yes;
    b->source[t->node_count++] = swapped ? from->yes : from->no;
    return Q_OK;
}

q_code trees__build(q_arena *a, const trees_source *s, trees *out, q_err *err)
{
    builder b = {.s = s, .t = out};
    q_code rc;

    *out = (trees){.weights = s->weights,
                   .targets = s->targets,
                   .sets = s->sets,
                   .sorts = true,
                   .root_count = s->root_count};
    rc = builder_init(&b, a, err);
    for (size_t r = 0, at = 0; !rc && r < s->root_count; r++) {
        if (s->roots[r] >= s->node_count)
            return q_err_set(err, Q_INVALID, "tree %zu has no root", r);
        out->roots[r] = (uint32_t)out->node_count;
        b.source[out->node_count++] = s->roots[r];
        for (; !rc && at < out->node_count; at++)
            if (s->nodes[b.source[at]].mode == TREE_LEAF)
                leaf_add(&b, at, &s->nodes[b.source[at]]);
            else
                rc = branch_add(&b, at, err);
    }
    return rc;
}

/* -- Walking -- */

static bool is_member(const tree_sets *sets, size_t set, double v)
{
    size_t lo = sets->first[set], hi = sets->first[set + 1];

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (sets->values[mid] == v)
            return true;
        if (sets->values[mid] < v)
            lo = mid + 1;
        else
            hi = mid;
    }
    return false;
}

/* All lanes to their leaves: orders only. `nans` is a constant. */
static inline void walk_sorted(const trees *t, uint32_t at[LANES], const float *const x[LANES],
                               bool nans)
{
    uint32_t moved;

    do {
        moved = 0;
        for (size_t l = 0; l < LANES; l++) {
            const tree_node *n = &t->nodes[at[l]];
            float v = x[l][n->feature];
            uint32_t right = !(v <= n->split), next;
            if (nans)
                right &= !((n->flags & TREE_NAN_LEFT) && v != v);
            next = n->left + (right & n->flags);
            moved |= next ^ at[l];
            at[l] = next;
        }
    } while (moved);
}

/* Any condition, f64 or f32. */
static uint32_t walk_any(const trees *t, uint32_t at, const double *x64, const float *x)
{
    for (;;) {
        const tree_node *n = &t->nodes[at];
        double v, split = t->exact[at];
        bool left;
        if (!(n->flags & TREE_BRANCH))
            return at;
        v = x64 ? x64[n->feature] : (double)x[n->feature];
        if (!x64)
            split = (double)(float)split;
        switch ((tree_mode)(n->flags >> KIND_SHIFT)) {
        case TREE_LEQ:
            left = v <= split;
            break;
        case TREE_LT:
            left = v < split;
            break;
        case TREE_EQ:
            left = v == split;
            break;
        default:
            left = is_member(&t->sets, (size_t)t->exact[at], v);
        }
        left = left || ((n->flags & TREE_NAN_LEFT) && isnan(v));
        at = n->left + !left;
    }
}

static void weight_add(const trees_block *b, size_t cell, double v)
{
    double *sum = &b->sums[cell];

    if (b->how == TREE_SUM || b->how == TREE_AVERAGE)
        *sum += v;
    else if (!b->has[cell] || (b->how == TREE_MIN ? v < *sum : v > *sum))
        *sum = v;
    if (b->has)
        b->has[cell] = 1;
}

static void leaf_give(const trees *t, const trees_block *b, size_t row, uint32_t at)
{
    size_t leaf = t->nodes[at].flags >> 1;
    const tree_weight *w = t->weights + t->leaf_first[leaf];

    for (size_t i = 0; i < t->leaf_count[leaf]; i++)
        weight_add(b, row * t->targets + w[i].target, w[i].value);
}

/* One tree by LANES rows from `row` on, or LANES trees by one row: `lanes` of them count. */
static void lanes_run(const trees *t, const trees_block *b, const size_t row[LANES],
                      const uint32_t root[LANES], size_t lanes)
{
    const float *x[LANES];
    uint32_t at[LANES];

    memcpy(at, root, sizeof(at));
    if (b->x64 || !t->sorts) {
        for (size_t l = 0; l < lanes; l++)
            at[l] = walk_any(t, at[l], b->x64 ? b->x64 + row[l] * b->stride : NULL,
                             b->x64 ? NULL : b->x + row[l] * b->stride);
    } else {
        for (size_t l = 0; l < LANES; l++)
            x[l] = b->x + row[l] * b->stride;
        if (t->nan_way)
            walk_sorted(t, at, x, true);
        else
            walk_sorted(t, at, x, false);
    }
    if (t->targets == 1 && b->how <= TREE_SUM && !b->has)
        for (size_t l = 0; l < lanes; l++)
            b->sums[row[l]] += t->exact[at[l]];
    else
        for (size_t l = 0; l < lanes; l++)
            leaf_give(t, b, row[l], at[l]);
}

static void row_run(const trees *t, const trees_block *b, size_t r)
{
    size_t row[LANES];

    for (size_t l = 0; l < LANES; l++)
        row[l] = r;
    for (size_t first = 0; first < t->root_count; first += LANES) {
        size_t lanes = t->root_count - first < LANES ? t->root_count - first : LANES;
        uint32_t root[LANES];
        for (size_t l = 0; l < LANES; l++)
            root[l] = t->roots[first + (l < lanes ? l : 0)];
        lanes_run(t, b, row, root, lanes);
    }
}

void trees__run(const trees *t, const trees_block *b)
{
    size_t whole = b->rows - b->rows % LANES, row[LANES];
    uint32_t root[LANES];

    memset(b->sums, 0, b->rows * t->targets * sizeof(*b->sums));
    if (b->has)
        memset(b->has, 0, b->rows * t->targets);
    for (size_t k = 0; k < t->root_count && whole; k++) {
        for (size_t l = 0; l < LANES; l++)
            root[l] = t->roots[k];
        for (size_t r = 0; r < whole; r += LANES) {
            for (size_t l = 0; l < LANES; l++)
                row[l] = r + l;
            lanes_run(t, b, row, root, LANES);
        }
    }
    for (size_t r = whole; r < b->rows; r++)
        row_run(t, b, r);
}
