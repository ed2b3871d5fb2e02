/* softmax(scale q k' + mask) v becomes one node, so that the scores of a block of rows never
 * leave the cache. Transposes of its operands and its result become strides.
 *
 *     quern:Attention(q, k, v, mask?) with scale and q_perm, k_perm, v_perm, out_perm
 *
 * q_perm tells how q [batch, heads, rows, depth] lies in memory, as Transpose's perm: dimension i
 * is the input's dimension perm[i]. out_perm is how the output is to lie. Without heads (three
 * dimensions) alike.
 */
#include "engine/pass_list.h"

#include <string.h>

typedef struct operand {
    q_value_id v;
    int64_t perm[Q_MAX_RANK];
} operand;

typedef struct attention {
    size_t rank;
    operand q, k, v;
    q_value_id mask;
    float scale;
} attention;

/* x when v = x times a scalar; multiplies *scale. */
static q_value_id through_scale(const pass *p, q_value_id v, float *scale)
{
    const q_node *n = pass__maker(p, v);
    q_value_id x;
    float s;

    if (pass__is(n, "Mul") && pass__scalar_operand(p, n, &x, &s)) {
        *scale *= s;
        return x;
    }
    if (pass__is(n, "Div") && pass__scalar_operand(p, n, &x, &s) && x == n->in[0] && s != 0) {
        *scale /= s;
        return x;
    }
    return v;
}

static bool perm_of(const q_node *n, size_t rank, int64_t *perm)
{
    const q_attr *a = q_node_attr(n, "perm");

    if (!pass__is(n, "Transpose") || !a || a->kind != Q_ATTR_INTS || a->count != rank)
        return false;
    memcpy(perm, a->ints, rank * sizeof *perm);
    return true;
}

/* The value behind scalars and one Transpose. */
static void through(const pass *p, size_t rank, operand *o, float *scale)
{
    q_value_id v = scale ? through_scale(p, o->v, scale) : o->v;
    const q_node *n = pass__maker(p, v);

    o->v = v;
    for (size_t i = 0; i < rank; i++)
        o->perm[i] = (int64_t)i;
    if (n && perm_of(n, rank, o->perm)) {
        o->v = n->in[0];
        if (scale)
            o->v = through_scale(p, o->v, scale);
    }
}

/* The product q k' below scores `s`. */
static const q_node *scores(const pass *p, q_value_id s, attention *a)
{
    const q_node *n;

    for (int step = 0; step < 3; step++) {
        q_value_id below = through_scale(p, s, &a->scale);

        if (below != s && p->uses[s] != 1)
            return NULL;
        s = below;
        if ((n = pass__sole(p, s, "MatMul")))
            return n;
        n = pass__sole(p, s, "Add");
        if (!n || a->mask != Q_NO_VALUE || a->scale != 1)
            return NULL;
        float probe = 1;
        bool first = pass__is(pass__maker(p, through_scale(p, n->in[0], &probe)), "MatMul");

        a->mask = n->in[first ? 1 : 0];
        s = n->in[first ? 0 : 1];
    }
    return NULL;
}

static bool softmax_of_last(const pass *p, const q_node *n, size_t rank)
{
    int64_t axis = q_node_int(n, "axis", n->version < 13 ? 1 : -1);

    (void)p;
    return axis == -1 || axis == (int64_t)rank - 1;
}

/* Batches and heads are the same for all three, and the mask spreads over the scores. */
static bool shapes_fit(const pass *p, q_value_id q, q_value_id kt, q_value_id v, const attention *a)
{
    for (size_t i = 0; i < PASS_PROBES; i++) {
        const q_shape *sq = &p->shapes[q].of[i], *sk = &p->shapes[kt].of[i];
        const q_shape *sv = &p->shapes[v].of[i];
        size_t r = a->rank;

        if (sq->rank != r || sk->rank != r || sv->rank != r || (r != 3 && r != 4))
            return false;
        for (size_t d = 0; d + 2 < r; d++)
            if (sq->dims[d] != sk->dims[d] || sq->dims[d] != sv->dims[d])
                return false;
        if (sq->dims[r - 1] != sk->dims[r - 2] || sk->dims[r - 1] != sv->dims[r - 2])
            return false;
        if (a->mask == Q_NO_VALUE)
            continue;
        const q_shape *sm = &p->shapes[a->mask].of[i];

        if (!p->shapes[a->mask].known || !sm->rank || sm->rank > r ||
            p->shapes[a->mask].dtype != Q_F32 || sm->dims[sm->rank - 1] != sk->dims[r - 1])
            return false;
        for (size_t d = 0; d < sm->rank; d++) {
            size_t at = r - sm->rank + d;
            size_t want = at == r - 1 ? sk->dims[r - 1] : sq->dims[at];

            if (sm->dims[d] != 1 && sm->dims[d] != want)
                return false;
        }
    }
    return true;
}

static bool known_f32(const pass *p, q_value_id v)
{
    return v < p->value_cap && p->shapes[v].known && p->shapes[v].dtype == Q_F32;
}

static bool match(const pass *p, const q_node *n, attention *a)
{
    const q_node *softmax, *product;
    int64_t swap, last;

    if (!pass__is(n, "MatMul") || !known_f32(p, n->in[0]) || !known_f32(p, n->in[1]))
        return false;
    *a = (attention){.rank = p->shapes[n->in[0]].of[0].rank, .mask = Q_NO_VALUE, .scale = 1};
    softmax = pass__sole(p, n->in[0], "Softmax");
    if (!softmax || a->rank < 3 || !softmax_of_last(p, softmax, a->rank))
        return false;
    product = scores(p, softmax->in[0], a);
    if (!product || !known_f32(p, product->in[0]) || !known_f32(p, product->in[1]) ||
        !shapes_fit(p, product->in[0], product->in[1], n->in[1], a))
        return false;
    last = (int64_t)a->rank - 1;
    a->q.v = product->in[0];
    a->k.v = product->in[1];
    a->v.v = n->in[1];
    through(p, a->rank, &a->q, &a->scale);
    through(p, a->rank, &a->k, &a->scale);
    through(p, a->rank, &a->v, NULL);
    if (a->q.perm[a->rank - 1] != (int64_t)a->rank - 1)
        return false;              /* rows of q are to lie together */
    swap = a->k.perm[a->rank - 1]; /* k, not k' */
    a->k.perm[a->rank - 1] = a->k.perm[a->rank - 2];
    a->k.perm[a->rank - 2] = swap;
    /* Rows are to lie together. */
    return a->q.perm[a->rank - 1] == last && a->k.perm[a->rank - 1] == last &&
           a->v.perm[a->rank - 1] == last;
}

static q_code rewrite(pass *p, q_node *n, const attention *a, q_err *err)
{
    q_value_id in[4] = {a->q.v, a->k.v, a->v.v, a->mask}, out = n->out[0];
    q_str name = n->name;
    q_node *made;
    q_code rc;

    pass__remove(p, n);
    rc = pass__add(p, "quern", "Attention", 1, in, a->mask == Q_NO_VALUE ? 3 : 4, &out, &made, err);
    if (rc)
        return rc;
    made->name = name;
    rc = graph__set_ints(p->g, made, "q_perm", a->q.perm, a->rank, err);
    if (!rc)
        rc = graph__set_ints(p->g, made, "k_perm", a->k.perm, a->rank, err);
    if (!rc)
        rc = graph__set_ints(p->g, made, "v_perm", a->v.perm, a->rank, err);
    return rc ? rc : graph__set_float(p->g, made, "scale", a->scale, err);
}

/* A Transpose of the result is how it is written. */
static q_code take_transpose(pass *p, q_node *n, q_err *err)
{
    q_node *under = pass__is(n, "Transpose") ? pass__maker(p, n->in[0]) : NULL;
    int64_t perm[Q_MAX_RANK];
    const q_attr *q;
    q_code rc;

    if (!under || !pass__is_quern(under, "Attention") || p->uses[n->in[0]] != 1 ||
        q_node_attr(under, "out_perm"))
        return Q_OK;
    q = q_node_attr(under, "q_perm");
    if (!q || !perm_of(n, q->count, perm) || perm[q->count - 1] != (int64_t)q->count - 1)
        return Q_OK;
    rc = graph__set_ints(p->g, under, "out_perm", perm, q->count, err);
    under->op = NULL;
    if (!rc)
        pass__take_output(p, under, n);
    return rc;
}

q_code pass__attention(pass *p, q_err *err)
{
    size_t count = p->g->node_count;
    attention a;
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < count; i++)
        if (p->g->nodes[i]->out_count && match(p, p->g->nodes[i], &a))
            rc = rewrite(p, p->g->nodes[i], &a, err);
    for (size_t i = 0; !rc && i < count; i++)
        if (p->g->nodes[i]->out_count)
            rc = take_transpose(p, p->g->nodes[i], err);
    return rc;
}
