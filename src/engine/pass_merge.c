/* Common subexpressions: of nodes that do the same to the same values one is enough. */
#include "engine/op.h"
#include "engine/pass_list.h"

#include <string.h>

static size_t mix(size_t h, size_t v)
{
    return (h ^ v) * (size_t)0x100000001b3;
}

static size_t hash_str(size_t h, q_str s)
{
    for (size_t i = 0; i < s.n; i++)
        h = mix(h, (unsigned char)s.p[i]);
    return h;
}

/* Constants up to this size are compared by their bytes. */
enum { SMALL_BYTES = 256 };

static const q_tensor *small_constant(const pass *p, q_value_id v)
{
    const q_tensor *t = v == Q_NO_VALUE ? NULL : pass__constant(p, v);

    return t && t->dtype != Q_STRING && t->dtype < Q_SEQUENCE && q_tensor_bytes(t) <= SMALL_BYTES
               ? t
               : NULL;
}

static bool same_value(const pass *p, q_value_id a, q_value_id b)
{
    const q_tensor *ta, *tb;

    if (a == b)
        return true;
    ta = small_constant(p, a);
    tb = small_constant(p, b);
    return ta && tb && ta->dtype == tb->dtype && q_shape_eq(&ta->shape, &tb->shape) &&
           (!q_tensor_bytes(ta) || !memcmp(ta->data, tb->data, q_tensor_bytes(ta)));
}

static size_t hash_node(const pass *p, const q_node *n)
{
    size_t h = hash_str(hash_str(0, n->type), n->domain);

    for (size_t i = 0; i < n->in_count; i++)
        h = mix(h, small_constant(p, n->in[i]) ? Q_NO_VALUE : n->in[i]);
    return mix(h, n->attr_count);
}

static bool same_attr(const q_attr *a, const q_attr *b)
{
    if (a->kind != b->kind || a->count != b->count)
        return false;
    switch (a->kind) {
    case Q_ATTR_FLOAT:
    case Q_ATTR_FLOATS:
        return !a->count || !memcmp(a->floats, b->floats, a->count * sizeof(double));
    case Q_ATTR_INT:
    case Q_ATTR_INTS:
        return !a->count || !memcmp(a->ints, b->ints, a->count * sizeof(int64_t));
    case Q_ATTR_STRING:
        return q_str_eq(a->strings[0], b->strings[0]);
    default:
        return false;
    }
}

static bool same_node(const pass *p, const q_node *a, const q_node *b)
{
    if (!q_str_eq(a->type, b->type) || !q_str_eq(a->domain, b->domain) || a->op != b->op ||
        a->in_count != b->in_count || a->out_count != b->out_count ||
        a->attr_count != b->attr_count)
        return false;
    for (size_t i = 0; i < a->in_count; i++)
        if (!same_value(p, a->in[i], b->in[i]))
            return false;
    for (size_t i = 0; i < a->attr_count; i++) {
        const q_attr *other = NULL;

        for (size_t k = 0; !other && k < b->attr_count; k++)
            if (q_str_eq(a->attrs[i].name, b->attrs[k].name))
                other = &b->attrs[k];
        if (!other || !same_attr(&a->attrs[i], other))
            return false;
    }
    return true;
}

static bool may_merge(const pass *p, const q_node *n)
{
    if (!n->out_count || !n->op || n->op->flags & (Q_OP_RANDOM | Q_OP_ALLOCATES))
        return false;
    for (size_t i = 0; i < n->out_count; i++) {
        if (n->out[i] == Q_NO_VALUE)
            continue;
        for (size_t k = 0; k < p->g->output_count; k++)
            if (p->g->outputs[k] == n->out[i])
                return false;
    }
    return true;
}

/* Uses of n's outputs become uses of `first`'s, where it has them. */
static bool merge_into(pass *p, q_node *first, q_node *n)
{
    for (size_t i = 0; i < n->out_count; i++)
        if (n->out[i] != Q_NO_VALUE && p->uses[n->out[i]] && first->out[i] == Q_NO_VALUE)
            return false;
    for (size_t i = 0; i < n->out_count; i++)
        if (n->out[i] != Q_NO_VALUE && p->uses[n->out[i]]) {
            graph__replace(p->g, n->out[i], first->out[i]);
            p->uses[first->out[i]] += p->uses[n->out[i]];
            p->uses[n->out[i]] = 0;
        }
    pass__remove(p, n);
    return true;
}

q_code pass__merge(pass *p, q_err *err)
{
    q_graph *g = p->g;
    size_t slots = 16;
    q_node **table;

    while (slots < 2 * g->node_count)
        slots *= 2;
    table = q_arena_array(p->scratch, slots, sizeof(q_node *));
    if (!table)
        return q_err_nomem(err);
    for (size_t i = 0; i < g->node_count; i++) {
        q_node *n = g->nodes[i];
        size_t at = hash_node(p, n) & (slots - 1);

        if (!n->out_count)
            continue;
        while (table[at] && !(table[at]->out_count && same_node(p, table[at], n)))
            at = (at + 1) & (slots - 1);
        if (!table[at])
            table[at] = n;
        else if (may_merge(p, n))
            (void)merge_into(p, table[at], n);
    }
    return Q_OK;
}
