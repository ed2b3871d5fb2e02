/* Elementwise arithmetic becomes quern:Chain, and chains grow as long as nothing else reads what
 * lies between.
 */
#include "engine/op_quern_chain.h"
#include "engine/pass_list.h"

#include <math.h>
#include <string.h>

typedef struct unary_name {
    const char *type;
    vector_unary function;
} unary_name;

static const unary_name unaries[] = {
    {"Abs", VECTOR_ABS},           {"Neg", VECTOR_NEG},
    {"Sign", VECTOR_SIGN},         {"Floor", VECTOR_FLOOR},
    {"Ceil", VECTOR_CEIL},         {"Round", VECTOR_ROUND},
    {"Sqrt", VECTOR_SQRT},         {"Reciprocal", VECTOR_RECIPROCAL},
    {"Exp", VECTOR_EXP},           {"Log", VECTOR_LOG},
    {"Erf", VECTOR_ERF},           {"Softplus", VECTOR_SOFTPLUS},
    {"Softsign", VECTOR_SOFTSIGN}, {"Mish", VECTOR_MISH},
};

static const struct {
    const char *type;
    vector_binary function;
} binaries[] = {
    {"Add", VECTOR_ADD}, {"Sub", VECTOR_SUB}, {"Mul", VECTOR_MUL},     {"Div", VECTOR_DIV},
    {"Min", VECTOR_MIN}, {"Max", VECTOR_MAX}, {"PRelu", VECTOR_PRELU},
};

static bool unary_step(const pass *p, const q_node *n, q_value_id *x, chain_step *s)
{
    kernel_activation act;
    float v;

    *x = n->in[0];
    if (pass__is_quern(n, "Act") && !quern__read_act(n, "act", "act_ab", &act, NULL)) {
        *s = chain__of_act(&act);
        return true;
    }
    for (size_t i = 0; i < sizeof unaries / sizeof *unaries; i++)
        if (pass__is(n, unaries[i].type)) {
            *s = (chain_step){CHAIN_UNARY, unaries[i].function, 0, 0, 0};
            return true;
        }
    if (pass__is(n, "Pow") && pass__scalar_is(p, n->in[1], 2) &&
        !pass__constant(p, n->in[1])->shape.rank) {
        *s = (chain_step){CHAIN_UNARY, VECTOR_SQUARE, 0, 0, 0};
        return true;
    }
    if (!pass__is_any(n, "Add Sub Mul Div") || !pass__scalar_operand(p, n, x, &v))
        return false;
    *s = (chain_step){CHAIN_UNARY, VECTOR_AFFINE, 0, 1, 0};
    if (pass__is(n, "Mul"))
        s->a = v;
    else if (pass__is(n, "Add"))
        s->b = v;
    else if (pass__is(n, "Sub")) {
        s->a = *x == n->in[0] ? 1 : -1;
        s->b = *x == n->in[0] ? -v : v;
    } else if (*x == n->in[0] && v != 0 && isfinite(1 / v))
        s->a = 1 / v;
    else
        return false;
    return true;
}

static bool binary_function(const q_node *n, unsigned *function)
{
    for (size_t i = 0; i < sizeof binaries / sizeof *binaries; i++)
        if (pass__is(n, binaries[i].type) && n->in_count == 2) {
            *function = binaries[i].function;
            return true;
        }
    return false;
}

static bool is_float(const pass *p, q_value_id v)
{
    return v != Q_NO_VALUE && p->shapes[v].known && p->shapes[v].dtype == Q_F32;
}

/* -- Growing -- */

/* The operand's number, of a new one if need be; false when there is no room. */
static bool operand_of(q_value_id *in, size_t *count, q_value_id v, unsigned *number)
{
    for (size_t i = 0; i < *count; i++)
        if (in[i] == v) {
            *number = (unsigned)i;
            return true;
        }
    if (*count == CHAIN_OPERANDS)
        return false;
    *number = (unsigned)*count;
    in[(*count)++] = v;
    return true;
}

/* The chain that makes `v` for `n` alone, with the output's shape. */
static q_node *chain_below(const pass *p, q_value_id v, const q_node *n, chain_params *c)
{
    q_node *chain = pass__maker(p, v);

    if (!pass__is_quern(chain, "Chain") || p->uses[v] != 1 || !pass__same_shape(p, v, n->out[0]) ||
        chain__read(chain, c, NULL) || c->count == CHAIN_STEPS)
        return NULL;
    return chain;
}

static q_code append(pass *p, q_node *chain, chain_params *c, chain_step s, q_value_id operand,
                     q_node *n, bool *done, q_err *err)
{
    q_value_id in[CHAIN_OPERANDS], *kept;
    size_t count = chain->in_count;
    q_code rc;

    memcpy(in, chain->in, count * sizeof *in);
    if (s.kind != CHAIN_UNARY && !operand_of(in, &count, operand, &s.operand))
        return Q_OK;
    c->steps[c->count++] = s;
    if (count > chain->in_count) {
        kept = q_arena_array(p->g->arena, count, sizeof *kept);
        if (!kept)
            return q_err_nomem(err);
        memcpy(kept, in, count * sizeof *kept);
        chain->in = kept;
        chain->in_count = count;
        p->uses[operand]++;
    }
    rc = chain__write(p->g, chain, c, err);
    if (!rc)
        pass__take_output(p, chain, n);
    *done = true;
    return rc;
}

static q_code start(pass *p, q_node *n, const q_value_id *in, size_t count, chain_step s,
                    q_err *err)
{
    chain_params c = chain__nothing();
    q_value_id out = n->out[0];
    q_str name = n->name;
    q_node *made;
    q_code rc;

    c.steps[c.count++] = s;
    pass__remove(p, n);
    rc = pass__add(p, "quern", "Chain", 1, in, count, &out, &made, err);
    if (rc)
        return rc;
    made->name = name;
    return chain__write(p->g, made, &c, err);
}

static q_code chain_unary(pass *p, q_node *n, q_value_id x, chain_step s, q_err *err)
{
    chain_params c;
    q_node *below = chain_below(p, x, n, &c);
    bool done = false;
    q_code rc = Q_OK;

    if (below)
        rc = append(p, below, &c, s, Q_NO_VALUE, n, &done, err);
    if (rc || done)
        return rc;
    return start(p, n, &x, 1, s, err);
}

static q_code chain_binary(pass *p, q_node *n, unsigned function, q_err *err)
{
    q_value_id in[2] = {n->in[0], n->in[1]};
    chain_step s = {CHAIN_BINARY, function, 1, 0, 0};
    bool done = false;
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && !done && i < 2; i++) {
        chain_params c;
        q_node *below = in[0] == in[1] ? NULL : chain_below(p, in[i], n, &c);

        s.kind = i ? CHAIN_TURNED : CHAIN_BINARY;
        if (below)
            rc = append(p, below, &c, s, in[1 - i], n, &done, err);
    }
    if (rc || done)
        return rc;
    s.kind = CHAIN_BINARY;
    s.operand = in[0] == in[1] ? 0 : 1;
    if (!pass__same_shape(p, in[0], n->out[0]) && pass__same_shape(p, in[1], n->out[0])) {
        in[0] = n->in[1];
        in[1] = n->in[0];
        s.kind = CHAIN_TURNED;
    }
    return start(p, n, in, s.operand ? 2 : 1, s, err);
}

static q_code chain_node(pass *p, q_node *n, q_err *err)
{
    chain_step s;
    q_value_id x;
    unsigned function;

    if (!n->in_count || n->in[0] == Q_NO_VALUE || !is_float(p, n->out[0]) || !is_float(p, n->in[0]))
        return Q_OK;
    if (unary_step(p, n, &x, &s))
        return chain_unary(p, n, x, s, err);
    if (binary_function(n, &function) && n->in[1] != Q_NO_VALUE && is_float(p, n->in[1]))
        return chain_binary(p, n, function, err);
    return Q_OK;
}

q_code pass__chains(pass *p, q_err *err)
{
    size_t count = p->g->node_count;
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < count; i++)
        if (p->g->nodes[i]->out_count)
            rc = chain_node(p, p->g->nodes[i], err);
    return rc;
}
