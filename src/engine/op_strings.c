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
