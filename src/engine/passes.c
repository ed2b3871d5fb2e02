#include "engine/passes.h"

#include "engine/pass_list.h"

/* What is done in any graph, a body too: nothing here needs more than the nodes themselves. */
static q_code simplify(pass *p, q_err *err)
{
    q_code rc = Q_OK;

    /* Twice: what was folded decides branches, and what was cleaned can be folded. */
    for (int round = 0; !rc && round < 2; round++) {
        rc = pass__fold(p, true, err);
        if (!rc)
            rc = pass__refresh(p, err);
        if (!rc)
            rc = pass__probe(p, err);
        if (!rc)
            rc = pass__clean(p, err);
        if (!rc)
            rc = pass__refresh(p, err);
        if (!rc)
            rc = pass__merge(p, err);
        if (!rc)
            rc = pass__refresh(p, err);
    }
    return rc;
}

typedef q_code pass_fn(pass *p, q_err *err);

/* Each on shapes and uses as the one before left them. */
static q_code run_all(pass *p, pass_fn *const *fns, size_t count, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < count; i++) {
        rc = pass__refresh(p, err);
        if (!rc)
            rc = pass__probe(p, err);
        if (!rc)
            rc = fns[i](p, err);
    }
    return rc ? rc : pass__refresh(p, err);
}

static q_code run_graph(q_graph *g, const q_model_options *options, const pass *around, q_err *err);

/* Bodies know the shapes of what they take from here. */
static q_code run_bodies(pass *p, q_err *err)
{
    q_graph *g = p->g;
    q_code rc = pass__probe(p, err);

    for (size_t i = 0; !rc && i < g->node_count; i++) {
        q_node *n = g->nodes[i];

        for (size_t k = 0; !rc && k < n->attr_count; k++)
            if (n->attrs[k].kind == Q_ATTR_GRAPH && n->attrs[k].graph->parent == g)
                rc = run_graph(n->attrs[k].graph, &p->options, p, err);
    }
    return rc;
}

static q_code lower_precision(pass *p, q_err *err)
{
    q_code rc = pass__int8(p, err);

    if (rc || p->options.precision != Q_PRECISION_BF16)
        return rc;
    rc = pass__refresh(p, err);
    if (!rc)
        rc = pass__probe(p, err);
    return rc ? rc : pass__bf16(p, err);
}

/* Outputs that are left out get a value nobody uses: passes need not tell them apart. */
static q_code name_outputs(q_graph *g, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < g->node_count; i++)
        for (size_t k = 0; !rc && k < g->nodes[i]->out_count; k++)
            if (g->nodes[i]->out[k] == Q_NO_VALUE)
                rc = graph__add_value(g, Q_STR(""), Q_NONE, NULL, &g->nodes[i]->out[k], err);
    return rc;
}

/* Values of the graph around that this body does not use any more are not held on to. */
static void let_go(const pass *p)
{
    for (size_t i = 0; i < p->g->value_count; i++)
        if (!p->uses[i])
            p->g->values[i].outer = Q_NO_VALUE;
}

static q_code run_graph(q_graph *g, const q_model_options *options, const pass *around, q_err *err)
{
    static pass_fn *const fns[] = {
        pass__activations, pass__norms,     pass__weights,  pass__attention,
        pass__layout,      pass__clean,     pass__products, pass__epilogue,
        pass__chains,      lower_precision, pass__pack,
    };
    pass p;
    q_code rc = name_outputs(g, err);

    if (rc)
        return rc;
    rc = pass__init(&p, g, options, around, err);
    if (!rc)
        rc = simplify(&p, err);
    if (!rc)
        rc = run_bodies(&p, err);
    if (!rc)
        rc = run_all(&p, fns, sizeof fns / sizeof *fns, err);
    if (!rc)
        rc = pass__fold(&p, false, err);
    if (!rc)
        rc = pass__refresh(&p, err);
    if (!rc)
        let_go(&p);
    pass__clear(&p);
    return rc;
}

q_code passes__run(q_graph *g, const q_model_options *options, q_err *err)
{
    return run_graph(g, options, NULL, err);
}
