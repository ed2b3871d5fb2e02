/* CumSum, CumProd: what has come together so far, along an axis. */
#include "engine/binary.h"
#include "engine/convert.h"
#include "engine/op_tables.h"

#include <string.h>

typedef struct running_params {
    int64_t exclusive, reverse;
    binary_code code;
} running_params;

static q_code running_load(q_arena *a, const q_node *n, void *params, q_err *err)
{
    running_params *p = params;
    q_code rc = op__attr_int(n, "exclusive", 0, &p->exclusive, err);

    (void)a;
    p->code = q_str_is(n->type, "CumProd") ? BINARY_MUL : BINARY_ADD;
    return rc ? rc : op__attr_int(n, "reverse", 0, &p->reverse, err);
}

static q_code running_infer(q_op_call *c, q_err *err)
{
    q_code rc = op__infer_same(c, err);

    if (rc)
        return rc;
    q_dtype d = c->in[0]->dtype;
    if (!q_dtype_is_float(d) && !q_dtype_is_integer(d))
        return q_err_set(err, Q_UNSUPPORTED, "%.*s of %s", Q_ARG(c->node->type), q_dtype_name(d));
    if (!op__has(c, 1) || (c->in[1]->dtype != Q_I32 && c->in[1]->dtype != Q_I64) ||
        q_shape_count(&c->in[1]->shape) != 1)
        return q_err_set(err, Q_INVALID, "the axis is no integer");
    return Q_OK;
}

typedef struct task {
    const running_params *p;
    const char *x;
    char *y;
    size_t dim, line, size; /* line: elements from one step to the next */
    binary_loop *loop;
    const void *start;
} task;

/* One block of dim steps: each from the one before. */
static void run_blocks(void *ctx, size_t from, size_t to)
{
    const task *t = ctx;
    size_t bytes = t->line * t->size;

    for (size_t o = from; o < to; o++)
        for (size_t i = 0; i < t->dim; i++) {
            size_t at = o * t->dim + (t->p->reverse ? t->dim - 1 - i : i);
            size_t before = t->p->reverse ? at + 1 : at - 1;
            const char *x = t->x + (t->p->exclusive ? before : at) * bytes;
            char *y = t->y + at * bytes;

            if (i == 0 && t->p->exclusive)
                for (size_t k = 0; k < t->line; k++)
                    memcpy(y + k * t->size, t->start, t->size);
            else if (i == 0)
                memcpy(y, x, bytes);
            else
                t->loop(t->y + before * bytes, 1, x, 1, y, t->line);
        }
}

static q_code running_run(q_op_call *c, q_err *err)
{
    const running_params *p = c->params;
    const q_tensor *x = c->in[0];
    int64_t axis = convert__i64_at(c->in[1], 0), first = p->code == BINARY_MUL;
    double start = 0; /* room for any type */
    size_t at;
    q_code rc = op__axis(axis, x->shape.rank, &at, err);

    if (rc)
        return rc;
    convert__range(&first, Q_I64, &start, x->dtype, 0, 1, true);
    task t = {.p = p,
              .x = x->data,
              .y = c->out[0]->data,
              .dim = x->shape.dims[at],
              .line = q_shape_span(&x->shape, at + 1, x->shape.rank),
              .size = q_dtype_bits(x->dtype) / 8,
              .loop = binary__loop(p->code, x->dtype),
              .start = &start};
    if (t.dim && t.line)
        op__parallel(c->team, q_shape_span(&x->shape, 0, at), 8192 / (t.dim * t.line) + 1,
                     run_blocks, &t);
    return Q_OK;
}

#define RUNNING(name, version)                                                                     \
    {                                                                                              \
        .domain = "", .type = (name), .since = (version), .min_in = 2, .max_in = 2, .max_out = 1,  \
        .params_bytes = sizeof(running_params), .load = running_load, .infer = running_infer,      \
        .run = running_run                                                                         \
    }

static const q_op ops[] = {
    RUNNING("CumProd", 26),
    RUNNING("CumSum", 11),
};
const q_op_table op__running = {ops, sizeof ops / sizeof *ops};
