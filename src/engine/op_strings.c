#include "engine/op_strings.h"

#include <stdlib.h>

q_code op_strings__make(q_op_call *c, void (*move)(q_op_call *c, void *out), q_err *err)
{
    q_shape shape = c->out[0]->shape;
    size_t n = q_shape_count(&shape);
    q_str *texts = calloc(n + 1, sizeof *texts);
    q_code rc;

    if (!texts)
        return q_err_nomem(err);
    for (size_t i = 0; i < n; i++)
        texts[i] = Q_STR("");
    if (n)
        move(c, texts);
    rc = q_tensor_of_strings(texts, &shape, c->budget, c->out[0], err);
    free(texts);
    return rc;
}

q_code op_strings__run(q_op_call *c, void (*move)(q_op_call *c, void *out), q_err *err)
{
    if (c->out[0]->dtype == Q_STRING)
        return op_strings__make(c, move, err);
    if (c->out[0]->data)
        move(c, c->out[0]->data);
    return Q_OK;
}

q_code op_strings__want(const q_op_call *c, q_err *err)
{
    if (!op__has(c, 0))
        return q_err_set(err, Q_INVALID, "input 0 is left out");
    q_dtype d = c->in[0]->dtype;
    if (q_dtype_bits(d) < 8 || d > Q_I4)
        return q_err_set(err, Q_UNSUPPORTED, "%.*s of %s", Q_ARG(c->node->type), q_dtype_name(d));
    return Q_OK;
}
